#include "wasi/preview2/guest.hpp"

#include "canonical-abi/component.hpp"
#include "runtime/fuel.hpp"
#include "runtime/store.hpp"

namespace airlock::wasi::preview2 {

namespace {

/// A call that waits for the event loop.
class Waiting final : public canonical_abi::PendingCall {
 public:
  Waiting(std::shared_ptr<Guest> guest, EventLoop::Watch watch, Guest::Attempt attempt)
      : guest_(std::move(guest)), watch_(std::move(watch)), attempt_(std::move(attempt)) {}
  HostOutcome poll(HostCall& call) override { return attempt_(call); }

 private:
  std::shared_ptr<Guest> guest_;  // outlives the watch of its event loop
  EventLoop::Watch watch_;
  Guest::Attempt attempt_;
};

}  // namespace

void Guest::function(HostInstance& instance, std::string name, Function function) {
  instance.function(std::move(name), [guest = shared_from_this(), function](HostCall& call) {
    return guest->has_room() ? function(*guest, call) : too_many_resources(call);
  });
}

HostOutcome Guest::run_or_wait(HostCall& call, Pollables pollables, Attempt attempt) {
  HostOutcome outcome = attempt(call);
  if (call.end != HostEnd::pending) return outcome;
  return call.pending(std::make_unique<Waiting>(
      shared_from_this(), state().loop.watch(std::move(pollables)), std::move(attempt)));
}

canonical_abi::HostFunction denied(std::string_view what, std::string_view error) {
  return [what, error](HostCall& call) {
    using canonical_abi::Type;
    const Type result = call.type().result;
    const Type errors =
        result && result->kind == canonical_abi::TypeKind::result ? result->cases[1].type : nullptr;
    for (std::uint32_t i = 0; errors && i < errors->cases.size(); ++i) {
      if (errors->cases[i].label != error || errors->cases[i].type) continue;
      return call.returned(Value::error(Value::of_case(errors->kind, i, std::nullopt)));
    }
    return call.trapped(std::string(what) + " is not granted");
  };
}

bool pay(HostCall& call, std::uint64_t bytes) {
  return call.store().core().charge(runtime::fuel::for_bytes(bytes));
}

HostOutcome out_of_fuel(HostCall& call) {
  return call.trapped(runtime::Trap(runtime::TrapCode::out_of_fuel));
}

HostOutcome Guest::too_many_resources(HostCall& call) {
  return call.trapped("the guest holds too many streams, pollables and other host resources");
}

HostOutcome Guest::wrong_handle(HostCall& call) {
  return call.trapped("a handle is not of the resource type that the function takes");
}

}  // namespace airlock::wasi::preview2

namespace airlock::wasi {

void define_preview2(canonical_abi::Linker& linker, const std::shared_ptr<Context>& context) {
  const auto guest = std::make_shared<preview2::Guest>(context);
  preview2::define_io(*guest, linker);
  preview2::define_cli(*guest, linker);
  preview2::define_clocks(*guest, linker);
  preview2::define_random(*guest, linker);
  preview2::define_filesystem(*guest, linker);
  preview2::define_sockets(*guest, linker);
  preview2::define_http(*guest, linker);
}

void run_event_loop(canonical_abi::Store& store, const std::shared_ptr<Context>& context) {
  store.set_waiter([context](canonical_abi::Store& waiting) {
    return context->state().loop.turn(waiting.core().interruption().get());
  });
}

}  // namespace airlock::wasi
