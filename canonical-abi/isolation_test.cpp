// What a failure must not affect: instances that did not run, handles that did not arrive, and
// hosts that throw.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <new>
#include <stdexcept>

#include "canonical-abi/component_instance.hpp"
#include "canonical-abi/testing/component_fixture.hpp"

namespace airlock::canonical_abi {
namespace {

using testing::assemble;
using testing::ComponentTest;
using testing::libc;

// --- Handles of calls that fail -----------------------------------------------------------------

class FailedCalls : public ComponentTest {
 protected:
  /// A service with a resource type and functions that take handles first and a `char` last; and a
  /// user that makes resources and calls with what its own caller says.
  static constexpr std::string_view text = R"((component
    (component $Service
      (core module $M
        (func (export "take") (param i32 i32 i32))
        (func (export "take-all") (param i32 i32 i32))
        (memory (export "mem") 1)
        (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 64)))
      (core instance $m (instantiate $M))
      (type $r' (resource (rep i32)))
      (export $r "r" (type $r'))
      (core func $new (canon resource.new $r'))
      (core module $N (import "" "new" (func $new (param i32) (result i32)))
        (func (export "make") (param i32) (result i32) (call $new (local.get 0)))
        ;; The number that the next handle gets.
        (func (export "next") (result i32) (call $new (i32.const 0))))
      (core instance $n (instantiate $N (with "" (instance (export "new" (func $new))))))
      (func (export "make") (param "rep" u32) (result (own $r)) (canon lift (core func $n "make")))
      (func (export "next") (result u32) (canon lift (core func $n "next")))
      (func (export "take") (param "a" (own $r)) (param "b" (own $r)) (param "c" char)
        (canon lift (core func $m "take")))
      (func (export "lend") (param "a" (borrow $r)) (param "b" (own $r)) (param "c" char)
        (canon lift (core func $m "take")))
      (func (export "take-all") (param "l" (list (own $r))) (param "c" char)
        (canon lift (core func $m "take-all")
          (memory (core memory $m "mem")) (realloc (core func $m "realloc")))))
    (component $User
      (import "s" (instance $s
        (export "r" (type $r (sub resource)))
        (export "make" (func (param "rep" u32) (result (own $r))))
        (export "take" (func (param "a" (own $r)) (param "b" (own $r)) (param "c" char)))
        (export "lend" (func (param "a" (borrow $r)) (param "b" (own $r)) (param "c" char)))
        (export "take-all" (func (param "l" (list (own $r))) (param "c" char)))))
      (core module $Memory (memory (export "mem") 1))
      (core instance $memory (instantiate $Memory))
      (core func $make (canon lower (func $s "make")))
      (core func $take (canon lower (func $s "take")))
      (core func $lend (canon lower (func $s "lend")))
      (core func $all (canon lower (func $s "take-all") (memory (core memory $memory "mem"))))
      (core module $M
        (import "" "make" (func $make (param i32) (result i32)))
        (import "" "take" (func $take (param i32 i32 i32)))
        (import "" "lend" (func $lend (param i32 i32 i32)))
        (import "" "all" (func $all (param i32 i32 i32)))
        (import "" "mem" (memory 1))
        (func (export "take") (param i32)
          (call $take (call $make (i32.const 1)) (call $make (i32.const 2)) (local.get 0)))
        (func (export "twice") (local $h i32)
          (local.set $h (call $make (i32.const 1)))
          (call $take (local.get $h) (local.get $h) (i32.const 65)))
        (func (export "lend") (param i32)
          (call $lend (call $make (i32.const 1)) (call $make (i32.const 2)) (local.get 0)))
        (func (export "all") (param i32)
          (i32.store (i32.const 0) (call $make (i32.const 1)))
          (i32.store (i32.const 4) (call $make (i32.const 2)))
          (call $all (i32.const 0) (i32.const 2) (local.get 0))))
      (core instance $m (instantiate $M (with "" (instance
        (export "make" (func $make)) (export "take" (func $take)) (export "lend" (func $lend))
        (export "all" (func $all)) (export "mem" (memory $memory "mem"))))))
      (func (export "take") (param "c" u32) (canon lift (core func $m "take")))
      (func (export "twice") (canon lift (core func $m "twice")))
      (func (export "lend") (param "c" u32) (canon lift (core func $m "lend")))
      (func (export "all") (param "c" u32) (canon lift (core func $m "all"))))
    (instance $s (instantiate $Service))
    (instance $u (instantiate $User (with "s" (instance $s))))
    (func (export "take") (alias export $u "take"))
    (func (export "twice") (alias export $u "twice"))
    (func (export "lend") (alias export $u "lend"))
    (func (export "all") (alias export $u "all"))
    (func (export "next") (alias export $s "next"))))";

  /// The instance of the component named so in the text.
  ComponentInstance& named(std::string_view path) {
    auto& compositions = store.contents().compositions;
    for (const auto& composition : compositions) {
      for (const auto& instance : composition.instances) {
        if (instance->path == path) return *instance;
      }
    }
    ADD_FAILURE() << "no instance " << path;
    return *compositions.front().instances.front();
  }
  static constexpr std::uint32_t surrogate = 0xd800;
};

TEST_F(FailedCalls, GiveOwnedHandlesBack) {
  ComponentInstance* whole = instantiate(text);
  EXPECT_EQ(trap_of(whole, "take", {Value::u32(surrogate)}), "invalid `char` bit pattern");
  EXPECT_EQ(call_for_value(whole, "next"), Value::u32(1)) << "nothing is left in the callee";
  ComponentInstance& user = named("app/u");
  ASSERT_NE(user.handles.get(1), nullptr);
  ASSERT_NE(user.handles.get(2), nullptr);
  EXPECT_EQ(user.handles.get(1)->rep, 1U);
  EXPECT_EQ(user.handles.get(2)->rep, 2U);
}

TEST_F(FailedCalls, GiveTheSameHandleBackOnce) {
  ComponentInstance* whole = instantiate(text);
  EXPECT_EQ(trap_of(whole, "twice"), "unknown handle index 1");
  EXPECT_EQ(call_for_value(whole, "next"), Value::u32(1));
  EXPECT_NE(named("app/u").handles.get(1), nullptr);
  EXPECT_EQ(named("app/u").handles.get(2), nullptr);
}

TEST_F(FailedCalls, GiveLoansBack) {
  ComponentInstance* whole = instantiate(text);
  EXPECT_EQ(trap_of(whole, "lend", {Value::u32(surrogate)}), "invalid `char` bit pattern");
  EXPECT_EQ(call_for_value(whole, "next"), Value::u32(1));
  ASSERT_NE(named("app/u").handles.get(1), nullptr);
  EXPECT_EQ(named("app/u").handles.get(1)->num_lends, 0U);
}

TEST_F(FailedCalls, GiveHandlesInListsBack) {
  ComponentInstance* whole = instantiate(text);
  EXPECT_EQ(trap_of(whole, "all", {Value::u32(surrogate)}), "invalid `char` bit pattern");
  EXPECT_EQ(call_for_value(whole, "next"), Value::u32(1));
  EXPECT_NE(named("app/u").handles.get(1), nullptr);
  EXPECT_NE(named("app/u").handles.get(2), nullptr);
}

TEST_F(FailedCalls, ThatAreRightAfterAllMoveTheHandles) {
  ComponentInstance* whole = instantiate(text);
  EXPECT_TRUE(try_call(whole, "take", {Value::u32('A')}));
  EXPECT_TRUE(try_call(whole, "all", {Value::u32('A')}));
  EXPECT_EQ(call_for_value(whole, "next"), Value::u32(5)) << "four handles are the callee's";
  EXPECT_EQ(named("app/u").handles.get(1), nullptr);
  EXPECT_EQ(named("app/u").handles.get(2), nullptr);
}

TEST_F(FailedCalls, OfTheHostLeaveItsHandlesWithIt) {
  ComponentInstance* counters = instantiate(R"((component
    (core module $M (func (export "take") (param i32 i32)))
    (core instance $m (instantiate $M))
    (type $r' (resource (rep i32)))
    (export $r "r" (type $r'))
    (core func $new (canon resource.new $r'))
    (core module $N (import "" "new" (func $new (param i32) (result i32)))
      (func (export "make") (result i32) (call $new (i32.const 9))))
    (core instance $n (instantiate $N (with "" (instance (export "new" (func $new))))))
    (func (export "make") (result (own $r)) (canon lift (core func $n "make")))
    (func (export "take") (param "r" (own $r)) (param "q" (own $r))
      (canon lift (core func $m "take")))))");
  const Value mine = call_for_value(counters, "make");
  HostInstance other;
  const Value foreign = Value::own(other.resource("other", [](Store&, std::uint32_t) {}), 1);
  EXPECT_THAT(trap_of(counters, "take", {mine, foreign}),
              ::testing::HasSubstr("resource of another type"));
  EXPECT_EQ(named("app").handles.get(1), nullptr);
  EXPECT_TRUE(try_call(counters, "take", {mine, call_for_value(counters, "make")}));
}

// --- Hosts that throw ---------------------------------------------------------------------------

/// What it throws is said; its destruction is counted.
class ThrowingPoll final : public PendingCall {
 public:
  explicit ThrowingPoll(int& destroyed) : destroyed_(destroyed) {}
  ~ThrowingPoll() override { ++destroyed_; }
  HostOutcome poll(HostCall&) override { throw std::runtime_error("the poll failed"); }

 private:
  int& destroyed_;
};

class ThrowingHosts : public ComponentTest {
 protected:
  /// Two users of a host's interface, in one component.
  static constexpr std::string_view text = R"((component
    (import "host" (instance $host
      (export "r" (type $r (sub resource)))
      (export "make" (func (result (own $r))))
      (export "f" (func (result u32)))))
    (component $User
      (import "host" (instance $host
        (export "r" (type $r (sub resource)))
        (export "make" (func (result (own $r))))
        (export "f" (func (result u32)))))
      (alias export $host "r" (type $r))
      (core func $make (canon lower (func $host "make")))
      (core func $f (canon lower (func $host "f")))
      (core func $drop (canon resource.drop $r))
      (core module $M
        (import "" "make" (func $make (result i32)))
        (import "" "f" (func $f (result i32)))
        (import "" "drop" (func $drop (param i32)))
        (func (export "f") (result i32) (call $f))
        (func (export "drop") (call $drop (call $make)))
        (func (export "fine") (result i32) (i32.const 42)))
      (core instance $m (instantiate $M (with "" (instance
        (export "make" (func $make)) (export "f" (func $f)) (export "drop" (func $drop))))))
      (func (export "f") (result u32) (canon lift (core func $m "f")))
      (func (export "drop") (canon lift (core func $m "drop")))
      (func (export "fine") (result u32) (canon lift (core func $m "fine"))))
    (instance $one (instantiate $User (with "host" (instance $host))))
    (instance $two (instantiate $User (with "host" (instance $host))))
    (func (export "f") (alias export $one "f"))
    (func (export "drop") (alias export $one "drop"))
    (func (export "fine") (alias export $one "fine"))
    (func (export "sibling") (alias export $two "fine"))
    (func (export "host-f") (alias export $host "f"))))";

  ComponentInstance* with(HostFunction f) {
    HostInstance& host = linker.instance("host");
    resource = host.resource("r", [](Store&, std::uint32_t) -> void {
      throw std::runtime_error("the destructor failed");
    });
    host.function("make",
                  [this](HostCall& call) { return call.returned(Value::own(resource, 1)); });
    host.function("f", std::move(f));
    return instantiate(text);
  }

  /// The call failed as a trap of one instance; the other goes on.
  void expect_only_one_is_down(ComponentInstance* whole) {
    EXPECT_EQ(trap_of(whole, "fine"), "cannot enter component instance");
    EXPECT_EQ(call_for_value(whole, "sibling"), Value::u32(42));
  }

  const ResourceType* resource = nullptr;
};

TEST_F(ThrowingHosts, TrapTheCall) {
  ComponentInstance* whole =
      with([](HostCall&) -> HostOutcome { throw std::runtime_error("the host failed"); });
  EXPECT_EQ(trap_of(whole, "f"), "the host failed");
  expect_only_one_is_down(whole);
}

TEST_F(ThrowingHosts, MayThrowWhatIsNoException) {
  ComponentInstance* whole = with([](HostCall&) -> HostOutcome { throw 42; });
  EXPECT_EQ(trap_of(whole, "f"), "host function failed");
  expect_only_one_is_down(whole);
}

TEST_F(ThrowingHosts, MayRunOutOfMemory) {
  ComponentInstance* whole = with([](HostCall&) -> HostOutcome { throw std::bad_alloc(); });
  EXPECT_EQ(trap_of(whole, "f"), "out of memory");
  expect_only_one_is_down(whole);
}

TEST_F(ThrowingHosts, TrapThePendingCall) {
  int destroyed = 0;
  store.set_waiter([](Store&) -> Result<void> { return {}; });
  ComponentInstance* whole =
      with([&](HostCall& call) { return call.pending(std::make_unique<ThrowingPoll>(destroyed)); });
  EXPECT_EQ(trap_of(whole, "f"), "the poll failed");
  EXPECT_EQ(destroyed, 1);
  expect_only_one_is_down(whole);
  EXPECT_EQ(trap_of(whole, "host-f"), "the poll failed") << "also without a guest between";
  EXPECT_EQ(destroyed, 2);
}

TEST_F(ThrowingHosts, TrapWhoeverWaits) {
  int destroyed = 0;
  store.set_waiter([](Store&) -> Result<void> { throw std::runtime_error("no more events"); });
  ComponentInstance* whole =
      with([&](HostCall& call) { return call.pending(std::make_unique<ThrowingPoll>(destroyed)); });
  EXPECT_EQ(trap_of(whole, "f"), "no more events");
  EXPECT_EQ(destroyed, 1);
  expect_only_one_is_down(whole);
  EXPECT_EQ(trap_of(whole, "host-f"), "no more events");
}

TEST_F(ThrowingHosts, TrapTheDrop) {
  ComponentInstance* whole = with([](HostCall& call) { return call.returned(Value::u32(1)); });
  EXPECT_EQ(trap_of(whole, "drop"), "the destructor failed");
  expect_only_one_is_down(whole);
  const auto dropped = store.drop(Value::own(resource, 1));
  ASSERT_FALSE(dropped);
  EXPECT_EQ(dropped.error().message, "the destructor failed");
}

// --- The end of the stack -----------------------------------------------------------------------

class Waits final : public PendingCall {
 public:
  explicit Waits(int& alive) : alive_(alive) { ++alive_; }
  ~Waits() override { --alive_; }
  HostOutcome poll(HostCall& call) override { return call.returned(Value::u32(1)); }

 private:
  int& alive_;
};

/// Recursion with frames of several sizes, so that the stack also ends just where the call
/// suspends.
TEST_F(ThrowingHosts, PendingCallsAreDestroyedWhenTheStackEnds) {
  int alive = 0;
  int waited = 0;
  store.set_waiter([&](Store&) -> Result<void> {
    ++waited;
    return {};
  });
  linker.root().function(
      "wait", [&](HostCall& call) { return call.pending(std::make_unique<Waits>(alive)); });
  for (int locals = 0; locals < 7; ++locals) {
    std::string body;
    for (int i = 0; i < locals; ++i) body += " i64";
    ComponentInstance* instance = instantiate(R"((component
      (import "wait" (func $wait (result u32)))
      (core func $wait' (canon lower (func $wait)))
      (core module $M (import "" "wait" (func $wait (result i32)))
        (func $deep (param $n i32) (result i32) (local)" +
                                              body + R"()
          (if (i32.eqz (local.get $n)) (then (return (call $wait))))
          (call $deep (i32.sub (local.get $n) (i32.const 1))))
        (func (export "f") (param i32) (result i32) (call $deep (local.get 0))))
      (core instance $m (instantiate $M (with "" (instance (export "wait" (func $wait'))))))
      (func (export "f") (param "n" u32) (result u32) (canon lift (core func $m "f")))))");
    // The depth at which the call no longer fits, found by halving.
    std::uint32_t fits = 0;
    std::uint32_t too_deep = 8'000'000;
    while (too_deep - fits > 1) {
      const std::uint32_t depth = fits + (too_deep - fits) / 2;
      ComponentInstance* fresh = instance;
      const auto result = try_call(fresh, "f", {Value::u32(depth)});
      if (!result) fresh->is_poisoned = false;
      (result ? fits : too_deep) = depth;
      EXPECT_EQ(alive, 0) << depth;
    }
    EXPECT_GT(fits, 1000U);
  }
  EXPECT_GT(waited, 0);
}

// --- What guests make grow ----------------------------------------------------------------------

runtime::EngineConfiguration small_configuration() {
  runtime::EngineConfiguration configuration;
  configuration.limits.bookkeeping_bytes = std::uint64_t{1} << 20;
  configuration.limits.memory_bytes = std::uint64_t{4} << 16;
  configuration.limits.host_value_bytes = std::uint64_t{4} << 20;
  return configuration;
}

class Bookkeeping : public ComponentTest {
 protected:
  Bookkeeping() : ComponentTest(small_configuration()) {}
  [[nodiscard]] std::uint64_t used() { return core.bookkeeping().used; }
};

TEST_F(Bookkeeping, BoundsHandleTables) {
  ComponentInstance* instance = instantiate(R"((component
    (type $r (resource (rep i32)))
    (core func $new (canon resource.new $r))
    (core func $drop (canon resource.drop $r))
    (core module $M
      (import "" "new" (func $new (param i32) (result i32)))
      (import "" "drop" (func $drop (param i32)))
      (func (export "many") (param i32) (result i32) (local $h i32)
        (loop $next
          (local.set $h (call $new (i32.const 0)))
          (br_if $next (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
        (local.get $h))
      (func (export "again") (param i32) (result i32)
        (loop $next
          (call $drop (call $new (i32.const 0)))
          (br_if $next (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
        (call $new (i32.const 0))))
    (core instance $m (instantiate $M (with "" (instance
      (export "new" (func $new)) (export "drop" (func $drop))))))
    (func (export "many") (param "n" u32) (result u32) (canon lift (core func $m "many")))
    (func (export "again") (param "n" u32) (result u32) (canon lift (core func $m "again")))))");
  EXPECT_EQ(call_for_value(instance, "again", {Value::u32(100'000)}), Value::u32(1))
      << "numbers and their room are used again";
  EXPECT_EQ(call_for_value(instance, "many", {Value::u32(1000)}), Value::u32(1001));
  EXPECT_THAT(trap_of(instance, "many", {Value::u32(100'000'000)}),
              ::testing::HasSubstr("Limits::bookkeeping_bytes"));
  EXPECT_LE(used(), std::uint64_t{1} << 20);
}

TEST_F(Bookkeeping, BoundsResourcesOfTheHost) {
  std::uint32_t made = 0;
  std::uint32_t destroyed = 0;
  HostInstance& host = linker.instance("host");
  const ResourceType* type = host.resource("r", [&](Store&, std::uint32_t) { destroyed += 1; });
  host.function("make", [&](HostCall& call) {
    made += 1;
    return call.returned(Value::own(type, made));
  });
  ComponentInstance* instance = instantiate(R"((component
    (import "host" (instance $host
      (export "r" (type $r (sub resource)))
      (export "make" (func (result (own $r))))))
    (alias export $host "r" (type $r))
    (core func $make (canon lower (func $host "make")))
    (core func $drop (canon resource.drop $r))
    (core module $M
      (import "" "make" (func $make (result i32)))
      (import "" "drop" (func $drop (param i32)))
      (func (export "fill") (loop $next (drop (call $make)) (br $next)))
      (func (export "again") (param i32)
        (loop $next
          (call $drop (call $make))
          (br_if $next (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))
    (core instance $m (instantiate $M (with "" (instance
      (export "make" (func $make)) (export "drop" (func $drop))))))
    (func (export "fill") (canon lift (core func $m "fill")))
    (func (export "again") (param "n" u32) (canon lift (core func $m "again")))))");
  EXPECT_TRUE(try_call(instance, "again", {Value::u32(10'000)}));
  EXPECT_EQ(destroyed, 10'000U);
  made = 0;
  EXPECT_THAT(trap_of(instance, "fill"), ::testing::HasSubstr("Limits::bookkeeping_bytes"));
  EXPECT_GT(made, 1000U);
  EXPECT_LT(made, 4096U) << "each takes 256 bytes and a handle";
}

TEST_F(Bookkeeping, BoundsHandlesInOneCall) {
  linker.instance("host").resource("r", [](Store&, std::uint32_t) {});
  linker.instance("host").function("make", [&](HostCall& call) {
    return call.returned(Value::own(linker.instance("host").find_resource("r"), 1));
  });
  linker.instance("host").function("lend", [](HostCall& call) { return call.returned(); });
  // A list of the same handle, again and again.
  ComponentInstance* instance = instantiate(R"((component
    (import "host" (instance $host
      (export "r" (type $r (sub resource)))
      (export "make" (func (result (own $r))))
      (export "lend" (func (param "l" (list (tuple (borrow $r) (borrow $r) (borrow $r) (borrow $r)
        (borrow $r) (borrow $r) (borrow $r) (borrow $r))))))))
    (core module $Memory (memory (export "mem") 4))
    (core instance $memory (instantiate $Memory))
    (core func $make (canon lower (func $host "make")))
    (core func $lend (canon lower (func $host "lend") (memory (core memory $memory "mem"))))
    (core module $M
      (import "" "make" (func $make (result i32)))
      (import "" "lend" (func $lend (param i32 i32)))
      (import "" "mem" (memory 4))
      (func (export "f") (param i32) (local $i i32)
        (drop (call $make))
        (loop $next
          (i32.store (local.get $i) (i32.const 1))
          (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 4)))
                                 (i32.const 262144))))
        (call $lend (i32.const 0) (local.get 0))))
    (core instance $m (instantiate $M (with "" (instance
      (export "make" (func $make)) (export "lend" (func $lend))
      (export "mem" (memory $memory "mem"))))))
    (func (export "f") (param "n" u32) (canon lift (core func $m "f")))))");
  const std::uint64_t before = used();
  EXPECT_TRUE(try_call(instance, "f", {Value::u32(1024)}));
  EXPECT_TRUE(try_call(instance, "f", {Value::u32(1024)})) << "nothing of it is kept";
  EXPECT_LE(used() - before, 4000U);
  EXPECT_THAT(trap_of(instance, "f", {Value::u32(8192)}), ::testing::HasSubstr("too "));
}

TEST_F(Bookkeeping, BoundsInstancesOfComponents) {
  // Each level instantiates the one inside it twice: 2^16 instances of a component with
  // definitions.
  std::string text = "(component $c0 (type u8) (type u16) (type u32))";
  for (int i = 1; i <= 16; ++i) {
    const std::string inner = "$c" + std::to_string(i - 1);
    text = "(component $c" + std::to_string(i) + " " + text + "(instance (instantiate " + inner +
           ")) (instance (instantiate " + inner + ")))";
  }
  const auto failed = try_instantiate("(component " + text + "(instance (instantiate $c16)))");
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().kind, ErrorKind::limit);
  EXPECT_THAT(failed.error().message, ::testing::HasSubstr("Limits::bookkeeping_bytes"));
  EXPECT_EQ(used(), 0U) << "all is given back";
}

TEST_F(Bookkeeping, BoundsFunctionObjects) {
  // Functions come into being when something refers to them.
  std::string functions;
  std::string indices;
  for (int i = 0; i < 20'000; ++i) functions += "(func)";
  for (int i = 0; i < 20'000; ++i) indices += " " + std::to_string(i);
  ComponentInstance* instance = instantiate(R"((component
    (core module $M
      )" + functions + R"(
      (elem $e func )" + indices + R"()
      (table $t 20000 funcref)
      (func (export "f") (table.init $t $e (i32.const 0) (i32.const 0) (i32.const 20000)))
      (func (export "fine") (result i32) (i32.const 42)))
    (core instance $m (instantiate $M))
    (core instance $n (instantiate $M))
    (func (export "f") (canon lift (core func $m "f")))
    (func (export "g") (canon lift (core func $n "f")))))");
  EXPECT_TRUE(try_call(instance, "f"));
  const auto second = try_call(instance, "g");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().message, "out of memory");
  EXPECT_LE(used(), std::uint64_t{1} << 20);
}

// --- Instantiations that fail -------------------------------------------------------------------

TEST_F(Bookkeeping, FailedInstantiationsGiveAllBack) {
  // A memory, a table with functions and a nested component, then a start function that traps.
  auto failing = Component::compile(engine, assemble(R"((component
    (component $Inner
      (core module $M (memory 1) (table 100 funcref) (func $f) (elem (i32.const 0) func $f))
      (core instance (instantiate $M))
      (type $r (resource (rep i32)))
      (core func $new (canon resource.new $r))
      (core module $N (import "" "new" (func $new (param i32) (result i32)))
        (tag $t) (func $main (drop (call $new (i32.const 1)))) (start $main))
      (core instance (instantiate $N (with "" (instance (export "new" (func $new)))))))
    (instance (instantiate $Inner))
    (core module $Shared (table (export "t") 10 funcref) (memory 1))
    (core instance $shared (instantiate $Shared))
    (core module $Fails (import "" "t" (table 10 funcref)) (func $f) (elem (i32.const 0) func $f)
      (tag $e) (func $main (throw $e)) (start $main))
    (core instance (instantiate $Fails (with "" (instance
      (export "t" (table $shared "t")))))))
  )"));
  ASSERT_TRUE(failing) << failing.error().message;
  for (int i = 0; i < 10'000; ++i) {
    const auto instance = store.instantiate(*failing, linker, "app");
    ASSERT_FALSE(instance);
    ASSERT_EQ(instance.error().kind, ErrorKind::exception) << i << instance.error().message;
  }
  EXPECT_EQ(core.memory_budget()->used, 0U);
  EXPECT_EQ(core.table_budget().used, 0U);
  EXPECT_TRUE(store.contents().compositions.empty());
  EXPECT_TRUE(
      try_instantiate("(component (core module $M (memory 4)) (core instance "
                      "(instantiate $M)))"));
}

}  // namespace
}  // namespace airlock::canonical_abi
