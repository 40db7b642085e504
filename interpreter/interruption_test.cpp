// Facts about deadlines and interrupts: whatever a guest does, it ends, and the store goes on.
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "interpreter/testing.hpp"
#include "runtime/host_function.hpp"

namespace airlock::interpreter {
namespace {

using runtime::Interruption;
using runtime::NativeCall;
using runtime::Outcome;
using runtime::TrapCode;
using testing::i32;
using testing::i64;
using testing::World;

constexpr auto moment = std::chrono::milliseconds(20);

struct Interrupted : public ::testing::Test {
  /// Calls `f`, which never ends by itself, with a deadline.
  void expect_deadline(runtime::Instance* instance, std::vector<runtime::Value> arguments = {}) {
    interruption().set_deadline(Interruption::Clock::now() + moment);
    world.call(instance, "f", std::move(arguments));
    EXPECT_EQ(world.trap.code, TrapCode::deadline_exceeded);
    EXPECT_EQ(world.trap.message, "deadline exceeded");
    interruption().set_deadline(std::nullopt);
  }
  Interruption& interruption() { return *world.store.interruption(); }

  World world{{.interruptible = true}};
};

TEST_F(Interrupted, LoopsEndAtTheDeadline) {
  auto* instance = world.instantiate(R"((module (global $n (mut i32) (i32.const 0))
    (func (export "f") (loop $l (global.set $n (i32.add (global.get $n) (i32.const 1))) (br $l)))
    (func (export "count") (result i32) (global.get $n))))");
  expect_deadline(instance);
  ASSERT_EQ(world.trap.backtrace.size(), 1u);
  EXPECT_NE(world.trap.backtrace[0].offset, 0u);
  EXPECT_GT(world.call_i32(instance, "count"), 0u) << "the store can be used as before";
  expect_deadline(instance);
}

TEST_F(Interrupted, LoopsOfEveryFormEnd) {
  for (const char* body : {
           "(loop $l (br $l))",
           "(loop $l (br_if $l (i32.const 1)))",
           "(local i32) (loop $l (br_table $l $l (local.get 0)))",
           "(local i32) (loop $l (local.set 0 (i32.add (local.get 0) (i32.const 1)))"
           " (br_if $l (i32.ne (local.get 0) (i32.const -1))) (br $l))",
           "(loop $outer (loop $inner (br $outer)))",
           "(loop $l (block (try_table (catch $t 0) (throw $t))) (br $l))",
           "(loop $l (br_on_null $l (ref.null func)) (drop))",
           "(loop $l (drop (array.new_default $a (i32.const 10))) (br $l))",
       })
    expect_deadline(world.instantiate(
        "(module (tag $t) (type $a (array i32)) (func (export \"f\") " + std::string(body) + "))"));
}

TEST_F(Interrupted, CallsWithoutLoopsEnd) {
  expect_deadline(world.instantiate(R"((module (func $f (export "f") (return_call $f))))"));
  expect_deadline(world.instantiate(R"((module (type $v (func)) (table funcref (elem $f))
    (func $f (export "f") (return_call_indirect (type $v) (i32.const 0)))))"));
  // Sixty calls deep, each of which calls twice.
  expect_deadline(world.instantiate(R"((module
    (func $g (param i32) (if (local.get 0) (then
      (call $g (i32.sub (local.get 0) (i32.const 1)))
      (call $g (i32.sub (local.get 0) (i32.const 1))))))
    (func (export "f") (call $g (i32.const 60)))))"));
}

TEST_F(Interrupted, CallsOfTheHostCount) {
  // Each takes longer than the deadline leaves time for all of them.
  ASSERT_TRUE(
      world.linker.define_function("host", "sleep", [] { std::this_thread::sleep_for(moment); }));
  auto* instance = world.instantiate(R"((module (import "host" "sleep" (func $sleep))
    (global $n (mut i32) (i32.const 0))
    (func (export "f") (loop $l (call $sleep)
      (global.set $n (i32.add (global.get $n) (i32.const 1))) (br $l)))
    (func (export "count") (result i32) (global.get $n))))");
  expect_deadline(instance);
  EXPECT_EQ(world.call_i32(instance, "count"), 0u) << "not after many of them";
}

TEST_F(Interrupted, AStartFunctionEnds) {
  auto assembled =
      decoder::text::assemble("(module (func $start (loop $l (br $l))) (start $start))");
  ASSERT_TRUE(assembled);
  auto module =
      world.engine.compile(std::make_shared<std::vector<std::byte>>(std::move(assembled->binary)));
  ASSERT_TRUE(module);
  interruption().set_deadline(Interruption::Clock::now() + moment);
  runtime::Trap trap;
  EXPECT_FALSE(world.store.instantiate(*module, {}, {}, &trap));
  EXPECT_EQ(trap.code, TrapCode::deadline_exceeded);
}

TEST_F(Interrupted, NestedRunsEnd) {
  struct Nesting final : runtime::NativeFunction {
    Outcome call(NativeCall& call) override {
      runtime::Trap why;
      const auto status = call.store->engine().executor().call_nested(*call.store, *call.stack,
                                                                      *inner, {}, {}, why);
      EXPECT_EQ(status, runtime::RunStatus::trapped);
      return call.trapped(std::move(why));
    }
    runtime::Function* inner = nullptr;
  } nesting;
  ASSERT_TRUE(world.linker.define("host", "nested",
                                  runtime::External::of(world.store.make_function({}, nesting))));
  auto* instance = world.instantiate(R"((module (import "host" "nested" (func $nested))
    (func (export "f") (call $nested)) (func (export "endless") (loop $l (br $l)))))");
  nesting.inner = World::function(instance, "endless");
  expect_deadline(instance);
}

TEST_F(Interrupted, AnotherThreadEndsALoop) {
  auto* instance = world.instantiate(R"((module (memory 1)
    (func (export "f") (loop $l (br $l))) (func (export "g"))))");
  std::thread other([shared = world.store.interruption()] {
    std::this_thread::sleep_for(moment);
    shared->request();
  });
  world.call(instance, "f");
  other.join();
  EXPECT_EQ(world.trap.code, TrapCode::interrupted);
  EXPECT_EQ(world.trap.message, "interrupted");
  world.call(instance, "g");
  EXPECT_EQ(world.trap.code, TrapCode::none) << "it has ended one run, and is forgotten";
}

TEST_F(Interrupted, ARequestThatFindsNoRunEndsTheNext) {
  auto* instance = world.instantiate(R"((module (func (export "g"))))");
  interruption().request();
  world.call(instance, "g");
  EXPECT_EQ(world.trap.code, TrapCode::interrupted);
  world.call(instance, "g");
  EXPECT_EQ(world.trap.code, TrapCode::none);
}

TEST_F(Interrupted, AHostThatRecoversFromItDoesNotKeepItFromTheOutermostRun) {
  runtime::Function* inner = nullptr;
  int recovered = 0;
  ASSERT_TRUE(world.linker.define_function("host", "again", [&] {
    runtime::Trap why;
    if (!world.store.run(*inner, {}, {}, why) && why.code == TrapCode::interrupted) ++recovered;
  }));
  auto* instance = world.instantiate(R"((module (import "host" "again" (func $again))
    (func (export "f") (call $again) (loop $l (br $l)))
    (func (export "endless") (loop $l (br $l)))))");
  inner = World::function(instance, "endless");
  std::thread other([shared = world.store.interruption()] {
    std::this_thread::sleep_for(moment);
    shared->request();
  });
  world.call(instance, "f");
  other.join();
  EXPECT_EQ(world.trap.code, TrapCode::interrupted);
  EXPECT_EQ(recovered, 1);
}

TEST_F(Interrupted, WaitsOnSharedMemoriesEnd) {
  auto* instance = world.instantiate(R"((module (memory 1 1 shared)
    (func (export "f") (param i64) (result i32)
      (memory.atomic.wait32 (i32.const 0) (i32.const 0) (local.get 0)))))");
  expect_deadline(instance, {i64(~0ull)});
  expect_deadline(instance, {i64(3'600'000'000'000)});
  std::thread other([shared = world.store.interruption()] {
    std::this_thread::sleep_for(moment);
    shared->request();
  });
  world.call(instance, "f", {i64(~0ull)});
  other.join();
  EXPECT_EQ(world.trap.code, TrapCode::interrupted);
  EXPECT_EQ(world.call_i32(instance, "f", {i64(1000)}), 2u) << "a shorter wait ends by itself";
}

TEST_F(Interrupted, ARunOfItsOwnLength) {
  World bounded({.interruptible = true, .longest_run = moment});
  auto* instance = bounded.instantiate(R"((module
    (func (export "f") (loop $l (br $l))) (func (export "g"))))");
  bounded.call(instance, "f");
  EXPECT_EQ(bounded.trap.code, TrapCode::deadline_exceeded);
  bounded.call(instance, "g");
  EXPECT_EQ(bounded.trap.code, TrapCode::none) << "each run has its own time";
}

/// A host function that asks for an interrupt and throws: what catches the exception runs on for a
/// while without a loop or a call, and only its own work can notice.
struct Interrupting final : runtime::NativeFunction {
  Outcome call(NativeCall& call) override {
    call.store->interruption()->request();
    return call.throws(*tag, {});
  }
  runtime::Tag* tag = nullptr;
};

TEST_F(Interrupted, WorkOnManyBytesEndsInTheMiddle) {
  // The work, and an expression that tells whether it reached its end.
  const std::pair<const char*, const char*> works[] = {
      {"(memory.fill (i32.const 0) (i32.const 1) (i32.const 0x100000))",
       "(i32.load8_u (i32.const 0xfffff))"},
      {"(memory.copy (i32.const 0x100000) (i32.const 0x80000) (i32.const 0x100000))",
       "(i32.load8_u (i32.const 0x100000))"},
      {"(memory.copy (i32.const 0) (i32.const 0x200000) (i32.const 0x100000))",
       "(i32.load8_u (i32.const 0xfffff))"},
      {"(table.fill $t (i32.const 0) (ref.func $f) (i32.const 9000))",
       "(i32.eqz (ref.is_null (table.get $t (i32.const 8999))))"},
      {"(table.copy $t $t (i32.const 1) (i32.const 0) (i32.const 8999))",
       "(i32.eqz (ref.is_null (table.get $t (i32.const 1))))"},
      {"(array.fill $a (global.get $x) (i32.const 0) (i64.const 1) (i32.const 9000))",
       "(i32.wrap_i64 (array.get $a (global.get $x) (i32.const 8999)))"},
      {"(drop (array.new $a (i64.const 1) (i32.const 9000))) (global.set $done (i32.const 1))",
       "(global.get $done)"},
      {"(drop (array.new_default $a (i32.const 100000))) (global.set $done (i32.const 1))",
       "(global.get $done)"},
  };
  Interrupting native;
  native.tag = world.store.make_tag(world.engine.types().intern(decoder::FunctionType{}));
  ASSERT_TRUE(world.linker.define("host", "tag", runtime::External::of(native.tag)));
  ASSERT_TRUE(world.linker.define("host", "interrupt",
                                  runtime::External::of(world.store.make_function({}, native))));
  for (const auto& [work, reached] : works) {
    const std::string text = R"((module
      (import "host" "tag" (tag $t)) (import "host" "interrupt" (func $interrupt))
      (memory 48) (table $t 9000 funcref) (elem declare func $f) (type $a (array (mut i64)))
      (data (i32.const 0x80000) "\01") (data (i32.const 0x2fffff) "\01")
      (global $x (ref $a) (array.new_default $a (i32.const 9000)))
      (global $done (mut i32) (i32.const 0))
      (func $prepare (export "prepare") (table.set $t (i32.const 0) (ref.func $f)))
      (func $f (export "f") (block (try_table (catch $t 0) (call $interrupt))) )" +
                             std::string(work) + R"()
      (func (export "reached") (result i32) )" +
                             reached + "))";
    auto* instance = world.instantiate(text);
    ASSERT_NE(instance, nullptr);
    world.call(instance, "prepare");
    world.call(instance, "f");
    EXPECT_EQ(world.trap.code, TrapCode::interrupted) << work;
    EXPECT_EQ(world.call_i32(instance, "reached"), 0u) << work;
  }
}

TEST_F(Interrupted, AnArrayThatWasNotFinishedIsNoTrapForTheCollector) {
  World stressed({.interruptible = true, .collect_always = true});
  Interrupting native;
  native.tag = stressed.store.make_tag(stressed.engine.types().intern(decoder::FunctionType{}));
  ASSERT_TRUE(stressed.linker.define("host", "tag", runtime::External::of(native.tag)));
  ASSERT_TRUE(stressed.linker.define(
      "host", "interrupt", runtime::External::of(stressed.store.make_function({}, native))));
  auto* instance = stressed.instantiate(R"((module
    (import "host" "tag" (tag $t)) (import "host" "interrupt" (func $interrupt))
    (type $a (array (mut anyref)))
    (func (export "f") (block (try_table (catch $t 0) (call $interrupt)))
      (drop (array.new $a (ref.i31 (i32.const 1)) (i32.const 9000))))
    (func (export "g") (result i32)
      (array.len (array.new $a (ref.i31 (i32.const 1)) (i32.const 9000))))))");
  for (int i = 0; i < 3; ++i) {
    stressed.call(instance, "f");
    EXPECT_EQ(stressed.trap.code, TrapCode::interrupted);
    EXPECT_EQ(stressed.call_i32(instance, "g"), 9000u);
  }
}

TEST(NotInterruptible, StoresHaveNoInterruption) {
  World world;
  EXPECT_EQ(world.store.interruption(), nullptr);
}

}  // namespace
}  // namespace airlock::interpreter
