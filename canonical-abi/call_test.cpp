// Calls between components and with the host: nesting, traps and what they take down, host calls
// that wait, and what guests must not get away with.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pthread.h>

#include <functional>

#include "canonical-abi/testing/component_fixture.hpp"

namespace airlock::canonical_abi {
namespace {

using testing::assemble;
using testing::ComponentTest;
using testing::libc;

class Calls : public ComponentTest {};

/// Runs something on a native stack of 256 KiB.
void run_on_small_stack(const std::function<void()>& body) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, std::size_t{256} << 10);
  pthread_t thread{};
  const auto start = [](void* argument) -> void* {
    (*static_cast<const std::function<void()>*>(argument))();
    return nullptr;
  };
  ASSERT_EQ(pthread_create(&thread, &attributes, start,
                           const_cast<void*>(static_cast<const void*>(&body))),
            0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
}

/// `depth` components inside each other; each adds one to what the one inside it answers.
std::string chain(int depth) {
  std::string head;
  std::string tail;
  for (int i = 0; i < depth; ++i) {
    head += "(component $c\n";
    const std::string end =
        "(core instance $m (instantiate $M (with \"\" (instance (export \"f\" (func $f'))))))"
        "(func (export \"f\") (param \"x\" u32) (result u32) (canon lift (core func $m \"f\"))))\n";
    tail =
        "(instance $inner (instantiate $c)) (core func $f' (canon lower (func $inner \"f\")))"
        "(core module $M (import \"\" \"f\" (func $f (param i32) (result i32)))"
        "(func (export \"f\") (param i32) (result i32)"
        "(i32.add (call $f (local.get 0)) (i32.const 1))))" +
        end + tail;
  }
  const std::string innermost =
      "(component $c (core module $M (func (export \"f\") (param i32) (result i32) (local.get 0)))"
      "(core instance $m (instantiate $M))"
      "(func (export \"f\") (param \"x\" u32) (result u32) (canon lift (core func $m \"f\"))))";
  return head + innermost + tail;
}

TEST_F(Calls, ThreeHundredNestedComponentsNeedLittleNativeStack) {
  const auto binary = assemble(chain(300));
  run_on_small_stack([&] {
    auto component = Component::compile(engine, binary);
    ASSERT_TRUE(component) << component.error().message;
    auto instance = store.instantiate(*component, linker, "app");
    ASSERT_TRUE(instance) << instance.error().message;
    EXPECT_EQ(call_for_value(*instance, "f", {Value::u32(7)}), Value::u32(307));
    EXPECT_EQ(call_for_value(*instance, "f", {Value::u32(8)}), Value::u32(308));
  });
}

/// A parent with two children: one fails, the other counts. Both are also reached through a third.
constexpr std::string_view siblings = R"(
(component
  (component $Bad
    (core module $M (func $boom (export "boom") unreachable) (func (export "fine")))
    (core instance $m (instantiate $M))
    (func (export "boom") (canon lift (core func $m "boom")))
    (func (export "fine") (canon lift (core func $m "fine"))))
  (component $Good
    (core module $M
      (global $n (mut i32) (i32.const 0))
      (func (export "count") (result i32)
        (global.set $n (i32.add (global.get $n) (i32.const 1)))
        (global.get $n)))
    (core instance $m (instantiate $M))
    (func (export "count") (result u32) (canon lift (core func $m "count"))))
  (component $Caller
    (import "boom" (func $boom))
    (core func $boom' (canon lower (func $boom)))
    (core module $M (import "" "boom" (func $boom)) (func (export "call") (call $boom))
      (func (export "idle")))
    (core instance $m (instantiate $M (with "" (instance (export "boom" (func $boom'))))))
    (func (export "call") (canon lift (core func $m "call")))
    (func (export "idle") (canon lift (core func $m "idle"))))
  (instance $bad (instantiate $Bad))
  (instance $good (instantiate $Good))
  (instance $caller (instantiate $Caller (with "boom" (func $bad "boom"))))
  (func (export "boom") (alias export $bad "boom"))
  (func (export "fine") (alias export $bad "fine"))
  (func (export "count") (alias export $good "count"))
  (func (export "call") (alias export $caller "call"))
  (func (export "idle") (alias export $caller "idle")))
)";

TEST_F(Calls, ATrapTakesDownItsInstanceOnly) {
  ComponentInstance* instance = instantiate(siblings);
  EXPECT_EQ(call_for_value(instance, "count"), Value::u32(1));
  EXPECT_EQ(trap_of(instance, "boom"), "unreachable");
  EXPECT_EQ(trap_of(instance, "fine"), "cannot enter component instance");
  EXPECT_EQ(call_for_value(instance, "count"), Value::u32(2));
  EXPECT_TRUE(try_call(instance, "idle"));
}

TEST_F(Calls, ATrapTakesDownTheCallersThatWaitForIt) {
  ComponentInstance* instance = instantiate(siblings);
  runtime::Trap trap;
  EXPECT_FALSE(try_call(instance, "call", {}, &trap));
  ASSERT_EQ(trap.backtrace.size(), 2U) << format_trap(trap);
  EXPECT_EQ(trap.backtrace[0].instance, "app/bad");
  EXPECT_EQ(trap.backtrace[0].function, "boom");
  EXPECT_EQ(trap.backtrace[1].instance, "app/caller");
  EXPECT_EQ(trap_of(instance, "idle"), "cannot enter component instance");
  EXPECT_EQ(trap_of(instance, "fine"), "cannot enter component instance");
  EXPECT_EQ(call_for_value(instance, "count"), Value::u32(1));
}

TEST_F(Calls, AnotherInstanceOfTheSameComponentLives) {
  ComponentInstance* first = instantiate(siblings, "first");
  ComponentInstance* second = instantiate(siblings, "second");
  EXPECT_EQ(trap_of(first, "boom"), "unreachable");
  EXPECT_TRUE(try_call(second, "fine"));
}

TEST_F(Calls, ACallThroughAPoisonedInstanceTraps) {
  ComponentInstance* instance = instantiate(siblings);
  EXPECT_EQ(trap_of(instance, "boom"), "unreachable");
  EXPECT_EQ(trap_of(instance, "call"), "cannot enter component instance");
}

TEST_F(Calls, ParentAndChildCallEachOtherToAnyDepth) {
  ComponentInstance* instance = instantiate(R"(
    (component
      (core module $Table (table (export "t") 1 funcref))
      (core instance $table (instantiate $Table))
      (core module $Inner
        (import "" "t" (table 1 funcref))
        (func (export "answer") (param i32) (result i32)
          (if (result i32) (local.get 0)
            (then (call_indirect (param i32) (result i32)
              (i32.sub (local.get 0) (i32.const 1)) (i32.const 0)))
            (else (i32.const 42)))))
      (core instance $in (instantiate $Inner (with "" (instance (export "t" (table $table "t"))))))
      (func $answer (param "again" u32) (result u32) (canon lift (core func $in "answer")))
      (component $Child
        (import "answer" (func $answer (param "again" u32) (result u32)))
        (core func $answer' (canon lower (func $answer)))
        (core module $M
          (import "" "answer" (func $answer (param i32) (result i32)))
          (func (export "ask") (param i32) (result i32) (call $answer (local.get 0))))
        (core instance $m (instantiate $M (with "" (instance (export "answer" (func $answer'))))))
        (func (export "ask") (param "again" u32) (result u32) (canon lift (core func $m "ask"))))
      (instance $child (instantiate $Child (with "answer" (func $answer))))
      (core func $ask' (canon lower (func $child "ask")))
      (core module $Outer
        (import "" "ask" (func $ask (param i32) (result i32)))
        (import "" "t" (table 1 funcref))
        (elem (i32.const 0) $ask)
        (func (export "run") (param i32) (result i32) (call $ask (local.get 0))))
      (core instance $out (instantiate $Outer (with "" (instance
        (export "ask" (func $ask')) (export "t" (table $table "t"))))))
      (func (export "run") (param "again" u32) (result u32) (canon lift (core func $out "run")))))");
  EXPECT_EQ(call_for_value(instance, "run", {Value::u32(0)}), Value::u32(42));
  EXPECT_EQ(call_for_value(instance, "run", {Value::u32(1)}), Value::u32(42));
  run_on_small_stack([&] {
    EXPECT_EQ(call_for_value(instance, "run", {Value::u32(10'000)}), Value::u32(42));
    EXPECT_EQ(trap_of(instance, "run", {Value::u32(0xffff'ffff)}), "call stack exhausted");
  });
}

// --- Host functions ------------------------------------------------------------------------------

constexpr std::string_view waits = R"(
(component
  (import "wait" (func $wait (param "n" u32) (result string)))
)";

std::string waiting_component() {
  return std::string(waits) + std::string(libc) + R"(
    (core func $wait' (canon lower (func $wait) (memory (core memory $libc "mem"))
      (realloc (core func $libc "realloc"))))
    (core module $M
      (import "" "wait" (func $wait (param i32 i32)))
      (import "" "mem" (memory 1))
      (func (export "f") (param i32) (result i32)
        (call $wait (local.get 0) (i32.const 64))
        (call $wait (local.get 0) (i32.const 72))
        (i32.add (i32.load (i32.const 68)) (i32.load (i32.const 76)))))
    (core instance $m (instantiate $M (with "" (instance
      (export "wait" (func $wait')) (export "mem" (memory $libc "mem"))))))
    (func (export "f") (param "n" u32) (result u32) (canon lift (core func $m "f"))))
)";
}

/// Is done after so many turns of the event loop.
class Countdown final : public PendingCall {
 public:
  explicit Countdown(std::uint32_t turns) : turns_(turns) {}
  HostOutcome poll(HostCall& call) override {
    if (--turns_ != 0) return call.still_pending();
    return call.returned(Value::string("done"));
  }

 private:
  std::uint32_t turns_;
};

TEST_F(Calls, PendingHostCallsSuspendAndGoOn) {
  linker.root().function("wait", [](HostCall& call) {
    return call.pending(std::make_unique<Countdown>(call.argument(0).as_u32()));
  });
  int turns = 0;
  store.set_waiter([&](Store&) -> Result<void> {
    ++turns;
    return {};
  });
  EXPECT_EQ(call_for_value(instantiate(waiting_component()), "f", {Value::u32(3)}), Value::u32(8));
  EXPECT_EQ(turns, 6);
}

TEST_F(Calls, PendingWithoutAWaiterIsATrap) {
  linker.root().function(
      "wait", [](HostCall& call) { return call.pending(std::make_unique<Countdown>(1)); });
  ComponentInstance* instance = instantiate(waiting_component());
  EXPECT_THAT(trap_of(instance, "f", {Value::u32(1)}), ::testing::HasSubstr("waits for something"));
  EXPECT_EQ(trap_of(instance, "f", {Value::u32(1)}), "cannot enter component instance");
}

TEST_F(Calls, WaitersMayGiveUp) {
  linker.root().function(
      "wait", [](HostCall& call) { return call.pending(std::make_unique<Countdown>(9)); });
  store.set_waiter([](Store&) -> Result<void> { return fail(ErrorKind::system, "loop is over"); });
  EXPECT_EQ(trap_of(instantiate(waiting_component()), "f", {Value::u32(1)}), "loop is over");
}

TEST_F(Calls, HostFunctionsTrapAndExit) {
  linker.root().function("wait", [](HostCall& call) {
    return call.argument(0).as_u32() == 0 ? call.trapped("host says no") : call.exit(3);
  });
  EXPECT_EQ(trap_of(instantiate(waiting_component()), "f", {Value::u32(0)}), "host says no");
  const auto exited = try_call(instantiate(waiting_component()), "f", {Value::u32(1)});
  ASSERT_FALSE(exited);
  EXPECT_EQ(exited.error().kind, ErrorKind::exit);
  EXPECT_EQ(exited.error().exit_code, 3);
}

TEST_F(Calls, HostResultsAreChecked) {
  linker.root().function("wait", [](HostCall& call) { return call.returned(Value::u32(1)); });
  EXPECT_THAT(trap_of(instantiate(waiting_component()), "f", {Value::u32(0)}),
              ::testing::HasSubstr("did not return a value of its type"));
  linker.root().function("wait",
                         [](HostCall& call) { return call.returned(Value::string("\xff")); });
  EXPECT_THAT(trap_of(instantiate(waiting_component()), "f", {Value::u32(0)}),
              ::testing::HasSubstr("invalid utf-8"));
}

TEST_F(Calls, TheHostMayReenterWhileItIsCalled) {
  ComponentInstance* instance = nullptr;
  linker.root().function("wait", [&](HostCall& call) {
    const auto depth = call.argument(0).as_u32();
    if (depth == 0) return call.returned(Value::string("x"));
    const Value again = call_for_value(instance, "f", {Value::u32(depth - 1)});
    return call.returned(Value::string(std::string(again.as_u32(), 'x')));
  });
  instance = instantiate(waiting_component());
  // All levels keep their results in one place: by the second call of a level, those below it have
  // put a string of one character where its first result was.
  EXPECT_EQ(call_for_value(instance, "f", {Value::u32(3)}), Value::u32(5));
  EXPECT_EQ(call_for_value(instance, "f", {Value::u32(0)}), Value::u32(2));
}

// An instance that trapped while the host was called from it does not go on when the host returns.
TEST_F(Calls, TheHostMayNotReturnToWhatItSawTrap) {
  ComponentInstance* instance = nullptr;
  linker.root().function("wait", [&](HostCall& call) {
    if (call.argument(0).as_u32() != 0) return call.trapped("host says no");
    EXPECT_EQ(trap_of(instance, "f", {Value::u32(1)}), "host says no");
    return call.returned(Value::string("x"));
  });
  instance = instantiate(waiting_component());
  EXPECT_EQ(trap_of(instance, "f", {Value::u32(0)}), "cannot enter component instance");
}

// ... nor does it when that call passed through another component.
TEST_F(Calls, OthersMayNotReturnToWhatTrapped) {
  ComponentInstance* instance = nullptr;
  linker.root().function("ask", [&](HostCall& call) {
    EXPECT_EQ(trap_of(instance, "boom"), "unreachable");
    return call.returned();
  });
  instance = instantiate(R"(
    (component
      (import "ask" (func $ask))
      (component $Between
        (import "ask" (func $ask))
        (core func $ask' (canon lower (func $ask)))
        (core module $M (import "" "ask" (func $ask)) (global $n (mut i32) (i32.const 0))
          (func (export "ask") (call $ask) (global.set $n (i32.add (global.get $n) (i32.const 1))))
          (func (export "count") (result i32) (global.get $n)))
        (core instance $m (instantiate $M (with "" (instance (export "ask" (func $ask'))))))
        (func (export "ask") (canon lift (core func $m "ask")))
        (func (export "count") (result u32) (canon lift (core func $m "count"))))
      (component $Failing
        (import "ask" (func $ask))
        (core func $ask' (canon lower (func $ask)))
        (core module $M (import "" "ask" (func $ask))
          (func (export "run") (call $ask))
          (func (export "boom") (unreachable)))
        (core instance $m (instantiate $M (with "" (instance (export "ask" (func $ask'))))))
        (func (export "run") (canon lift (core func $m "run")))
        (func (export "boom") (canon lift (core func $m "boom"))))
      (instance $between (instantiate $Between (with "ask" (func $ask))))
      (instance $failing (instantiate $Failing (with "ask" (func $between "ask"))))
      (func (export "run") (alias export $failing "run"))
      (func (export "boom") (alias export $failing "boom"))
      (func (export "count") (alias export $between "count"))))");
  EXPECT_EQ(trap_of(instance, "run"), "cannot enter component instance");
  EXPECT_EQ(call_for_value(instance, "count"), Value::u32(1)) << "it was not at fault";
}

// The host's functions take native stack, so that calls through them end before it does.
TEST_F(Calls, TheHostMayNotReenterWithoutEnd) {
  ComponentInstance* instance = nullptr;
  int depth = 0;
  linker.root().function("wait", [&](HostCall& call) {
    ++depth;
    const auto again = try_call(instance, "f", {Value::u32(0)});
    EXPECT_FALSE(again);
    return call.trapped(again ? "returned" : again.error().message);
  });
  instance = instantiate(waiting_component());
  EXPECT_EQ(trap_of(instance, "f", {Value::u32(0)}), "call stack exhausted");
  EXPECT_GT(depth, 5);
  EXPECT_LT(depth, 1000);
}

TEST_F(Calls, WrongArgumentsOfTheHostAreErrorsWithoutHarm) {
  linker.root().function("wait", [](HostCall& call) { return call.returned(Value::string("x")); });
  ComponentInstance* instance = instantiate(waiting_component());
  for (const std::vector<Value>& wrong :
       {std::vector<Value>{}, {Value::string("x")}, {Value::u32(1), Value::u32(2)}}) {
    const auto result = try_call(instance, "f", wrong);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, ErrorKind::argument);
  }
  EXPECT_EQ(call_for_value(instance, "f", {Value::u32(0)}), Value::u32(2));
}

TEST_F(Calls, MissingImportsAreNamed) {
  auto missing = try_instantiate(waiting_component());
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, ErrorKind::unlinkable);
  EXPECT_THAT(missing.error().message, ::testing::HasSubstr("`wait`"));

  constexpr std::string_view sockets = R"((component
    (import "wasi:sockets/tcp@0.2.3" (instance (export "f" (func))))))";
  linker.explain_missing("wasi:sockets/", "buy a network card");
  auto denied = try_instantiate(sockets);
  ASSERT_FALSE(denied);
  EXPECT_EQ(denied.error().message,
            "import `wasi:sockets/tcp@0.2.3` is not granted: buy a network card");

  linker.instance("wasi:sockets/tcp@0.2.0").function("f", [](HostCall& call) {
    return call.returned();
  });
  EXPECT_TRUE(try_instantiate(sockets)) << "any 0.2 version is the same interface";
}

// --- Guests that lie -----------------------------------------------------------------------------

/// A component that calls a host function with what its caller passes, bare: `f(a, b)` becomes the
/// pointer and length of a value of type `type`.
std::string bare_component(std::string_view type) {
  std::string text = "(component (import \"sink\" (func $sink (param \"v\" ";
  text += type;
  text += ")))";
  text += libc;
  text += R"(
    (core func $sink' (canon lower (func $sink) (memory (core memory $libc "mem"))))
    (core module $M
      (import "" "sink" (func $sink (param i32 i32)))
      (func (export "f") (param i32 i32) (call $sink (local.get 0) (local.get 1))))
    (core instance $m (instantiate $M (with "" (instance (export "sink" (func $sink'))))))
    (func (export "f") (param "a" u32) (param "b" u32) (canon lift (core func $m "f"))))
  )";
  return text;
}

class Liars : public ComponentTest {
 protected:
  std::string trap_with(std::string_view type, std::uint32_t pointer, std::uint32_t length) {
    linker.root().function("sink", [this](HostCall& call) {
      received = call.argument(0);
      return call.returned();
    });
    return trap_of(instantiate(bare_component(type)), "f",
                   {Value::u32(pointer), Value::u32(length)});
  }
  Value received;
};

TEST_F(Liars, RangesMustLieInMemory) {
  constexpr std::uint32_t end = 16 * 65536;
  for (const std::string_view type : {"string", "(list u8)", "(list u32)", "(list string)"}) {
    EXPECT_THAT(trap_with(type, end, 1), ::testing::HasSubstr("out of bounds")) << type;
    EXPECT_THAT(trap_with(type, 0, 0xffffffff), ::testing::HasSubstr("out of bounds")) << type;
    EXPECT_THAT(trap_with(type, 0xfffffffc, 8), ::testing::HasSubstr("out of bounds")) << type;
    EXPECT_THAT(trap_with(type, 0, end + 1), ::testing::HasSubstr("out of bounds")) << type;
  }
}

TEST_F(Liars, PointersMustBeAligned) {
  EXPECT_EQ(trap_with("(list u32)", 2, 1), "unaligned pointer");
  EXPECT_EQ(trap_with("(list string)", 1, 0), "unaligned pointer");
}

TEST_F(Liars, VariantsMustHaveTheirCase) {
  EXPECT_EQ(trap_with("(option u32)", 2, 0), "invalid variant discriminant");
  EXPECT_EQ(trap_with("(result u8 (error f32))", 0xffffffff, 0), "invalid variant discriminant");
}

TEST_F(Liars, SelfSimilarListsAreBounded) {
  // A list of 2^17 lists, each of which is the whole memory again: terabytes, if it were copied.
  linker.root().function("sink", [](HostCall& call) { return call.returned(); });
  std::string text = R"((component
    (import "sink" (func $sink (param "v" (list (list (list u8))))))
    (core module $Memory (memory (export "mem") 16))
    (core instance $memory (instantiate $Memory))
    (core func $sink' (canon lower (func $sink) (memory (core memory $memory "mem"))))
    (core module $M
      (import "" "sink" (func $sink (param i32 i32)))
      (import "" "mem" (memory 16))
      (func (export "f") (local $i i32)
        (loop $next
          (i32.store (local.get $i) (i32.const 0))
          (i32.store offset=4 (local.get $i) (i32.const 0x20000))
          (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 8)))
                                 (i32.const 0x100000))))
        (call $sink (i32.const 0) (i32.const 0x20000))))
    (core instance $m (instantiate $M (with "" (instance
      (export "sink" (func $sink')) (export "mem" (memory $memory "mem"))))))
    (func (export "f") (canon lift (core func $m "f")))))";
  EXPECT_EQ(trap_of(instantiate(text), "f"), "value is too large for the host");
}

TEST_F(Liars, ReallocMustAnswerAPlaceInMemory) {
  for (const auto& [place, message] : {std::pair{"-4", "realloc return: beyond end of memory"},
                                       std::pair{"2", "realloc return: result not aligned"}}) {
    const std::string text = std::string(R"((component
      (core module $M (memory (export "mem") 1)
        (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const )") +
                             place + R"())
        (func (export "f") (param i32 i32)))
      (core instance $m (instantiate $M))
      (func (export "f") (param "v" (list u32)) (canon lift (core func $m "f")
        (memory (core memory $m "mem")) (realloc (core func $m "realloc")))))
      )";
    EXPECT_EQ(trap_of(instantiate(text), "f", {Value::list({Value::u32(1)})}), message);
  }
}

TEST_F(Liars, ReallocMayNotCallOut) {
  linker.root().function("out", [](HostCall& call) { return call.returned(); });
  ComponentInstance* instance = instantiate(R"((component
    (import "out" (func $out))
    (core func $out' (canon lower (func $out)))
    (core module $M
      (import "" "out" (func $out))
      (memory (export "mem") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (call $out) (i32.const 0))
      (func (export "f") (param i32 i32)))
    (core instance $m (instantiate $M (with "" (instance (export "out" (func $out'))))))
    (func (export "f") (param "v" string) (canon lift (core func $m "f")
      (memory (core memory $m "mem")) (realloc (core func $m "realloc"))))))");
  EXPECT_EQ(trap_of(instance, "f", {Value::string("x")}), "cannot leave component instance");
}

}  // namespace
}  // namespace airlock::canonical_abi
