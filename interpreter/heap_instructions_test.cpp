// Structures and arrays as guests see them are tested by scripts (spec-tests/scripts/gc*.wast and
// the official suite). Here: what the collector sees of running and waiting computations.
#include <gtest/gtest.h>

#include "interpreter/testing.hpp"
#include "runtime/heap.hpp"

namespace airlock::interpreter {
namespace {

using runtime::EngineConfiguration;
using runtime::NativeCall;
using runtime::Outcome;
using runtime::Stack;
using testing::i32;
using testing::World;

constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20;

EngineConfiguration small_heap() {
  EngineConfiguration configuration;
  configuration.limits.heap_bytes = mebibyte;
  return configuration;
}

constexpr std::string_view list = R"(
  (rec (type $list (struct (field $number i32) (field $rest (mut (ref null $list))))))
)";

/// Collects, and then writes over what was freed.
struct CollectAndOverwrite final : runtime::NativeFunction {
  Outcome call(NativeCall& call) override {
    auto& heap = call.store->heap();
    heap.collect();
    ++collections;
    return call.returned();
  }
  int collections = 0;
};

TEST(HeapInstructions, RunInBoundedMemory) {
  World world(small_heap());
  auto* instance = world.instantiate("(module " + std::string(list) + R"(
    (global $kept (mut (ref null $list)) (ref.null $list))
    (func (export "f") (param $rounds i32) (result i32)
      (loop $next
        ;; Every thousandth node stays, a hundred of them.
        (if (i32.eqz (i32.rem_u (local.get $rounds) (i32.const 100000)))
          (then (global.set $kept (ref.null $list))))
        (if (i32.eqz (i32.rem_u (local.get $rounds) (i32.const 1000)))
          (then (global.set $kept (struct.new $list (local.get $rounds) (global.get $kept))))
          (else (drop (struct.new $list (local.get $rounds) (global.get $kept)))))
        (br_if $next (local.tee $rounds (i32.sub (local.get $rounds) (i32.const 1)))))
      (struct.get $list $number (struct.get $list $rest (global.get $kept)))))
  )");
  EXPECT_EQ(world.call_i32(instance, "f", {i32(300'000)}), 2000u);
  const auto figures = world.store.heap().statistics();
  EXPECT_LE(figures.used_bytes, mebibyte);
  EXPECT_GE(figures.collections, 5u);
}

TEST(HeapInstructions, TrapWhenTheHeapIsFull) {
  World world(small_heap());
  auto* instance = world.instantiate("(module " + std::string(list) + R"(
    (func (export "f") (result i32)
      (local $list (ref null $list))
      (loop $next
        (local.set $list (struct.new $list (i32.const 0) (local.get $list)))
        (br $next))
      (unreachable))
    (func (export "g") (result i32)
      (struct.get $list $number (struct.new $list (i32.const 5) (ref.null $list)))))
  )");
  EXPECT_TRUE(world.call(instance, "f").empty());
  EXPECT_EQ(world.trap.code, runtime::TrapCode::out_of_memory);
  EXPECT_EQ(world.trap.message,
            "out of memory: the heap has reached its limit of 1048576 bytes (Limits::heap_bytes)");
  // The list is gone with the stack it was on.
  EXPECT_EQ(world.call_i32(instance, "g"), 5u);
}

/// A module that keeps an object in a local and one on the operand stack while it calls `call`.
std::string keeper() {
  return "(module " + std::string(list) + R"(
    (import "host" "call" (func $call))
    (func $new (param i32) (result (ref $list))
      (struct.new $list (local.get 0) (ref.null $list)))
    (func (export "f") (param $number i32) (result i32)
      (local $one (ref $list))
      (local.set $one (call $new (local.get $number)))
      (call $new (i32.add (local.get $number) (i32.const 1)))
      (call $call)
      ;; What was freed is used again.
      (drop (call $new (i32.const -1)))
      (drop (call $new (i32.const -1)))
      (drop (call $new (i32.const -1)))
      (struct.get $list $number)
      (i32.add (i32.mul (i32.const 1000) (struct.get $list $number (local.get $one))))))
  )";
}

TEST(HeapInstructions, ReferencesInFramesSurviveACollectionInAHostFunction) {
  World world;
  CollectAndOverwrite host;
  ASSERT_TRUE(world.linker.define("host", "call",
                                  runtime::External::of(world.store.make_function({}, host))));
  auto* instance = world.instantiate(keeper());
  EXPECT_EQ(world.call_i32(instance, "f", {i32(3)}), 3004u);
  EXPECT_EQ(host.collections, 1);
}

/// Suspends, and finishes when it is resumed.
struct Suspend final : runtime::NativeFunction, runtime::Boundary {
  Outcome call(NativeCall& call) override { return call.suspend(*this, 0); }
  Outcome resume(NativeCall& call, std::uint64_t) override { return call.returned(); }
  void unwind(std::uint64_t, runtime::Trap&) override {}
};

TEST(HeapInstructions, ReferencesOnSuspendedStacksSurvive) {
  World world;
  Suspend host;
  ASSERT_TRUE(world.linker.define("host", "call",
                                  runtime::External::of(world.store.make_function({}, host))));
  auto* instance = world.instantiate(keeper());
  const auto& executor = world.engine.executor();
  std::vector<std::unique_ptr<Stack>> stacks;
  runtime::Trap trap;
  auto* function = World::function(instance, "f");
  for (std::uint32_t i = 0; i < 5; ++i) {
    auto& stack = *stacks.emplace_back(world.store.acquire_stack());
    const runtime::Slot arguments[] = {{.bits = 10 * i}};
    runtime::Slot results[1] = {};
    ASSERT_EQ(executor.call(world.store, stack, *function, arguments, results, trap),
              runtime::RunStatus::suspended);
    world.store.heap().collect();
  }
  for (std::uint32_t i = 0; i < 5; ++i) {
    runtime::Slot results[1] = {};
    ASSERT_EQ(executor.resume(world.store, *stacks[i], results, trap),
              runtime::RunStatus::finished);
    EXPECT_EQ(results[0].i32, 10'000 * i + 10 * i + 1);
    world.store.release_stack(std::move(stacks[i]));
    world.store.heap().collect();
  }
  EXPECT_EQ(world.store.heap().statistics().used_bytes, 0u);
}

/// Calls a guest's function on a stack of its own, from within a call.
struct CallAgain final : runtime::NativeFunction {
  Outcome call(NativeCall& call) override {
    if (depth-- == 0) {
      call.store->heap().collect();
      return call.returned();
    }
    const runtime::Slot arguments[] = {{.bits = 100}};
    runtime::Slot results[1] = {};
    runtime::Trap trap;
    if (!call.store->run(*function, arguments, results, trap)) return call.trapped(trap);
    EXPECT_EQ(results[0].i32, 100'101u);
    return call.returned();
  }
  runtime::Function* function = nullptr;
  int depth = 3;
};

TEST(HeapInstructions, ReferencesOnAllStacksOfNestedRunsSurvive) {
  World world({.collect_always = true});
  CallAgain host;
  ASSERT_TRUE(world.linker.define("host", "call",
                                  runtime::External::of(world.store.make_function({}, host))));
  auto* instance = world.instantiate(keeper());
  host.function = World::function(instance, "f");
  EXPECT_EQ(world.call_i32(instance, "f", {i32(7)}), 7008u);
}

TEST(HeapInstructions, ReferencesInImportedGlobalsAndTablesSurvive) {
  World world({.collect_always = true});
  auto* owner = world.instantiate("(module " + std::string(list) + R"(
    (global (export "g") (mut (ref null $list)) (struct.new $list (i32.const 1) (ref.null $list)))
    (table (export "t") 4 4 (ref null $list) (struct.new $list (i32.const 2) (ref.null $list))))
  )");
  ASSERT_NE(owner, nullptr);
  world.linker.define_instance("owner", *owner);
  auto* user = world.instantiate("(module " + std::string(list) + R"(
    (import "owner" "g" (global $g (mut (ref null $list))))
    (import "owner" "t" (table $t 4 4 (ref null $list)))
    (elem $passive (ref $list)
      (item (struct.new $list (i32.const 3) (struct.new $list (i32.const 4) (ref.null $list)))))
    (func (export "f") (result i32)
      (table.set $t (i32.const 1) (struct.new $list (i32.const 5) (table.get $t (i32.const 0))))
      (global.set $g (struct.new $list (i32.const 6) (global.get $g)))
      (drop (struct.new $list (i32.const 0) (ref.null $list)))
      (table.init $t $passive (i32.const 2) (i32.const 0) (i32.const 1))
      (drop (struct.new $list (i32.const 0) (ref.null $list)))
      (i32.mul
        (i32.mul (struct.get $list $number (struct.get $list $rest (global.get $g)))
                 (struct.get $list $number (table.get $t (i32.const 0))))
        (i32.mul
          (struct.get $list $number (struct.get $list $rest (table.get $t (i32.const 1))))
          (struct.get $list $number (struct.get $list $rest (table.get $t (i32.const 2))))))))
  )");
  EXPECT_EQ(world.call_i32(user, "f"), 1u * 2 * 2 * 4);
}

// Types of two modules that are equal are one type, whichever engine's store they are in.
TEST(HeapInstructions, CastsKnowTypesAcrossModules) {
  World world;
  auto* maker = world.instantiate(R"((module
    (type $a (sub (struct (field i32))))
    (type $b (sub $a (struct (field i32 i64))))
    (type $c (sub final $b (struct (field i32 i64 f32))))
    (func (export "make") (result (ref any)) (struct.new_default $c))))");
  ASSERT_NE(maker, nullptr);
  world.linker.define_instance("maker", *maker);
  auto* user = world.instantiate(R"((module
    (type $a (sub (struct (field i32))))
    (type $b (sub $a (struct (field i32 i64))))
    (type $c (sub final $b (struct (field i32 i64 f32))))
    (type $other (sub final $b (struct (field i32 i64 f64))))
    (import "maker" "make" (func $make (result (ref any))))
    (func (export "f") (result i32)
      (i32.or (ref.test (ref $a) (call $make))
        (i32.or (i32.shl (ref.test (ref $b) (call $make)) (i32.const 1))
          (i32.or (i32.shl (ref.test (ref $c) (call $make)) (i32.const 2))
            (i32.shl (ref.test (ref $other) (call $make)) (i32.const 3))))))))");
  EXPECT_EQ(world.call_i32(user, "f"), 7u);
}

}  // namespace
}  // namespace airlock::interpreter
