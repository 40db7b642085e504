// The library in one file: compile a module, give it a host function that has to wait, call it by
// name, look into its memory, and survive its trap. CTest runs it.
#include <airlock/airlock.hpp>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>

namespace {

constexpr std::string_view program = R"((module $greeter
  (import "host" "log" (func $log (param i32 i32)))
  (import "host" "ask" (func $ask (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "Hello from inside")
  (func (export "greet") (call $log (i32.const 0) (i32.const 17)))
  (func (export "double") (param i32) (result i32)
    (i32.mul (local.get 0) (i32.const 2)))
  (func (export "wait-for-answer") (result i32) (call $ask))
  (func $fail (export "fail") (drop (i32.load (i32.const 0x10000)))))
)";

/// Ends the program with what went wrong, or hands the value on.
template <typename T>
T expect(airlock::Result<T> result) {
  if (result) {
    if constexpr (std::is_void_v<T>)
      return;
    else
      return *std::move(result);
  }
  std::cerr << format_error(result.error(), "embed") << '\n';
  std::exit(1);
}

/// What the guest may call. Nothing else of the host is within its reach.
void offer_host(airlock::Linker& linker, int& polls) {
  // A C++ lambda: its type is the import's type. `HostCall` gives access to the caller's memory.
  expect(linker.function("host", "log",
                         [](airlock::HostCall& call, std::uint32_t address,
                            std::uint32_t length) -> airlock::HostResult<void> {
                           const auto memory = call.memory();
                           if (!memory) return airlock::fail(airlock::ErrorKind::trap, "no memory");
                           auto text = memory->read_string(address, length);
                           if (!text) return airlock::propagate(std::move(text));
                           std::cout << "guest: " << *text << '\n';
                           return {};
                         }));

  // A function that is not done at once: the guest is suspended, with its stack as plain data, and
  // the host is asked again after the store's waiter has run.
  const airlock::FunctionType answer{{}, {airlock::ValueType::i32}};
  expect(linker.define("host", "ask", answer, [&polls](airlock::HostCall& first) {
    return first.pending([&polls](airlock::HostCall& call) {
      if (++polls < 3) return call.still_pending();
      return call.returned(airlock::Value::i32(42));
    });
  }));
}

}  // namespace

int main() {
  const airlock::Engine engine;
  const auto module = expect(airlock::Module::compile(engine, program));
  for (const auto& item : module.imports())
    std::cout << "imports " << item.module << '.' << item.name << ": "
              << to_string(*item.function_type) << '\n';

  airlock::Store store(engine);
  store.set_waiter([]() -> airlock::Result<void> {
    std::cout << "host: waiting\n";  // a real host would sleep in its event loop here
    return {};
  });
  airlock::Linker linker(store);
  int polls = 0;
  offer_host(linker, polls);
  const auto instance = expect(linker.instantiate(module));

  expect(instance.invoke("greet"));
  std::cout << "double(21) = " << expect(instance.invoke<std::int32_t>("double", 21)) << '\n';

  // The same without types known in advance.
  const auto results = expect(instance.call("wait-for-answer"));
  std::cout << "answer = " << results[0].as_i32() << '\n';

  // A trap is an error value, and the instance goes on.
  const auto failed = instance.invoke("fail");
  if (failed || failed.error().kind != airlock::ErrorKind::trap) return 1;
  std::cout << format_error(failed.error(), "") << '\n';
  expect(instance.memory("memory")->write(11, "there!"));
  expect(instance.invoke("greet"));
  return polls == 3 ? 0 : 1;
}
