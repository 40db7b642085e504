// Calls from the host, stacks, host functions.
#include "runtime/store.hpp"

#include <gtest/gtest.h>

#include "runtime/host_function.hpp"
#include "runtime/linker.hpp"
#include "runtime/testing/fake_executor.hpp"

namespace airlock::runtime {
namespace {

using testing::message;
using testing::World;

Value i32(std::uint32_t number) { return {decoder::i32, {Slot{.bits = number}}}; }

template <typename F>
Function* host(World& world, F callable) {
  using Native = CallableFunction<F>;
  return world.store.make_function(Native::type(), std::make_unique<Native>(std::move(callable)));
}

TEST(HostFunction, TakesItsTypeFromTheCallable) {
  World world;
  auto* function = host(world, [](std::int32_t, std::uint64_t, float, double, Function*,
                                  ExternalReference) { return std::tuple(1, 2.0); });
  EXPECT_EQ(to_string(world.engine.types().get(function->type).type.composite.function),
            "[i32 i64 f32 f64 funcref externref] -> [i32 f64]");
  EXPECT_EQ(function->parameter_slots, 6u);
  EXPECT_EQ(function->result_slots, 2u);
}

TEST(HostFunction, IsCalledWithAndAnswersValues) {
  World world;
  auto* subtract = host(world, [](std::int32_t a, std::int32_t b) { return a - b; });
  const Value arguments[] = {i32(3), i32(5)};
  const auto results = world.store.call(*subtract, arguments);
  ASSERT_TRUE(results) << message(results);
  ASSERT_EQ(results->size(), 1u);
  EXPECT_EQ((*results)[0].type, decoder::i32);
  EXPECT_EQ((*results)[0].slots[0].i32, static_cast<std::uint32_t>(-2));

  auto* both = host(world, [](float a, double b) { return std::tuple(b, a); });
  Value f32{decoder::f32, {}};
  f32.slots[0].f32 = 1.5F;
  Value f64{decoder::f64, {}};
  f64.slots[0].f64 = -2.25;
  const Value floats[] = {f32, f64};
  const auto swapped = world.store.call(*both, floats);
  EXPECT_EQ((*swapped)[0].slots[0].f64, -2.25);
  EXPECT_EQ((*swapped)[1].slots[0].f32, 1.5F);
}

TEST(HostFunction, CanTrapExitAndThrow) {
  World world;
  const auto fails = [](bool yes) -> HostResult<int> {
    if (yes) return std::unexpected(Trap(TrapCode::host, "no luck"));
    return 7;
  };
  auto* maybe = host(world, [=](std::int32_t yes) { return fails(yes != 0); });
  const Value no[] = {i32(0)};
  const Value yes[] = {i32(1)};
  EXPECT_EQ((*world.store.call(*maybe, no))[0].slots[0].i32, 7u);
  Trap trap;
  EXPECT_EQ(message(world.store.call(*maybe, yes, &trap)), "no luck");
  EXPECT_EQ(trap.code, TrapCode::host);

  auto* leave = host(world, []() -> HostResult<void> { return std::unexpected(Trap::exit(3)); });
  const auto left = world.store.call(*leave, {});
  EXPECT_EQ(left.error().kind, ErrorKind::exit);
  EXPECT_EQ(left.error().exit_code, 3);

  auto* thrower = host(world, [] { throw std::runtime_error("thrown"); });
  EXPECT_EQ(message(world.store.call(*thrower, {})), "thrown");
}

TEST(HostFunction, SeesTheCall) {
  World world;
  auto* look = host(world, [&](NativeCall& call, std::int64_t number) {
    EXPECT_EQ(call.store, &world.store);
    return number + 1;
  });
  const Value arguments[] = {{decoder::i64, {Slot{.i64 = 41}}}};
  EXPECT_EQ((*world.store.call(*look, arguments))[0].slots[0].i64, 42u);
}

TEST(StoreCall, RefusesWrongArguments) {
  World world;
  auto* function = host(world, [](std::int32_t) {});
  const auto none = world.store.call(*function, {});
  EXPECT_EQ(none.error().kind, ErrorKind::argument);
  EXPECT_EQ(message(none), "the function takes 1 argument, but 0 were given");
  const Value wrong[] = {{decoder::f64, {}}};
  EXPECT_EQ(message(world.store.call(*function, wrong)),
            "argument 1 must be i32, but f64 was given");
}

TEST(StoreCall, JudgesReferencesByWhatTheyAre) {
  World world;
  auto& instance = **world.instantiate(R"((module
    (type $t (func (param i32)))
    (func (export "f") (param (ref $t))) (func (export "right") (type $t)) (func (export "wrong"))))");
  auto* function = instance.function(0);
  const auto pass = [&](Slot reference, decoder::ValueType type = decoder::funcref) {
    const Value arguments[] = {{type, {reference}}};
    return world.store.call(*function, arguments);
  };
  EXPECT_TRUE(pass({.function = instance.function(1)}));
  EXPECT_FALSE(pass({.function = instance.function(2)}));
  EXPECT_FALSE(pass({.bits = 0})) << "not nullable";
  EXPECT_FALSE(pass({.bits = 1}, decoder::externref));
}

/// Suspends, and answers the number it is resumed with.
class Waiting final : public NativeFunction, public Boundary {
 public:
  Outcome call(NativeCall& call) override { return call.suspend(*this, 5); }
  Outcome resume(NativeCall& call, std::uint64_t state) override {
    if (++resumed < 3) return call.suspend(*this, state + 1);
    call.slots[0].bits = state;
    return call.returned();
  }
  void unwind(std::uint64_t, Trap& trap) override { trap.message += " (unwound)"; }
  int resumed = 0;
};

TEST(StoreCall, LeavesWaitingToTheWaiter) {
  World world;
  Waiting waiting;
  auto* function = world.store.make_function({{}, {decoder::i32}}, waiting);
  EXPECT_EQ(message(world.store.call(*function, {})),
            "the call waits for something that nothing in this store provides (unwound)");

  int turns = 0;
  world.store.set_waiter([&](Stack& stack, Trap&) {
    EXPECT_EQ(stack.state, Stack::State::suspended);
    ++turns;
    return true;
  });
  EXPECT_EQ((*world.store.call(*function, {}))[0].slots[0].i32, 7u);
  EXPECT_EQ(turns, 3);

  world.store.set_waiter([](Stack&, Trap& trap) {
    trap = Trap(TrapCode::interrupted);
    return false;
  });
  waiting.resumed = 0;
  EXPECT_EQ(message(world.store.call(*function, {})), "interrupted (unwound)");
}

TEST(StoreCall, BoundsHowDeepTheHostCallsItself) {
  World world;
  Function* self = nullptr;
  int depth = 0;
  self = host(world, [&]() -> HostResult<void> {
    ++depth;
    Trap trap;
    if (!world.store.run(*self, {}, {}, trap)) return std::unexpected(trap);
    return {};
  });
  EXPECT_EQ(message(world.store.call(*self, {})), "call stack exhausted");
  EXPECT_LT(depth, 100);
  depth = 0;
  EXPECT_FALSE(world.store.call(*self, {}));
  EXPECT_GT(depth, 1) << "the count goes back";
}

TEST(StoreStacks, AreReused) {
  World world;
  auto stack = world.store.acquire_stack();
  auto* address = stack.get();
  ASSERT_TRUE(stack->is_usable());
  world.store.release_stack(std::move(stack));
  auto again = world.store.acquire_stack();
  EXPECT_EQ(again.get(), address);
  again->state = Stack::State::suspended;
  world.store.release_stack(std::move(again));
  EXPECT_EQ(world.store.acquire_stack()->state, Stack::State::idle)
      << "one that was not left idle is not given out again";
}

TEST(StoreStacks, ThatCannotBeHadAreATrap) {
  EngineConfiguration configuration;
  configuration.limits.stack_bytes = std::size_t{1} << 60;
  World world(configuration);
  auto* function = host(world, [] {});
  Trap trap;
  EXPECT_FALSE(world.store.call(*function, {}, &trap));
  EXPECT_EQ(trap.code, TrapCode::out_of_memory);
}

TEST(Store, IsTornDownWithInstancesThatReferToEachOther) {
  World world;
  auto* native = host(world, [] {});
  auto& first = **world.instantiate("(module (table (export \"t\") 2 funcref))");
  External table = External::of(static_cast<Function*>(nullptr));
  ASSERT_TRUE(first.find_export("t", table));
  const External imports[] = {table, External::of(native)};
  ASSERT_TRUE(world.instantiate(R"((module (import "a" "t" (table 2 funcref))
    (import "a" "f" (func $n)) (func $f) (elem (i32.const 0) $f $n)))",
                                imports));
  EXPECT_EQ(first.tables[0]->elements[1].function, native);
}

TEST(Linker, FindsImportsByBothNames) {
  World world;
  Linker linker(world.store);
  int called = 0;
  ASSERT_TRUE(linker.define_function("env", "tick", [&] { ++called; }));
  auto& library = **world.instantiate("(module (func (export \"f\")) (memory (export \"m\") 1))");
  linker.define_instance("lib", library);

  const auto instance = linker.instantiate(world.compile(R"((module
    (import "lib" "m" (memory 1)) (import "env" "tick" (func)) (import "lib" "f" (func))))"));
  ASSERT_TRUE(instance) << message(instance);
  EXPECT_EQ((*instance)->memory0, library.memory0);
  EXPECT_EQ((*instance)->function(1), library.function(0));
  ASSERT_TRUE(world.store.call(*(*instance)->function(0), {}));
  EXPECT_EQ(called, 1);
}

TEST(Linker, NamesTheImportItDoesNotKnow) {
  World world;
  Linker linker(world.store);
  ASSERT_TRUE(linker.define_function("env", "tick", [] {}));
  EXPECT_EQ(message(linker.instantiate(
                world.compile("(module (import \"env\" \"tock\" (func (param i32))))"))),
            "unknown import: `env` `tock` (function [i32] -> [])");
  EXPECT_EQ(message(linker.instantiate(world.compile("(module (import \"x\" \"m\" (memory 1)))"))),
            "unknown import: `x` `m` (memory 1): nothing is known as `x`");
  EXPECT_TRUE(message(linker.instantiate(
                          world.compile("(module (import \"env\" \"tick\" (func (param i32))))")))
                  .starts_with("incompatible import type: `env` `tick`"));
}

TEST(Linker, NamesAllTheImportsItDoesNotKnow) {
  World world;
  Linker linker(world.store);
  ASSERT_TRUE(linker.define_function("env", "tick", [] {}));
  const auto instance = linker.instantiate(world.compile(R"((module
    (import "x" "f" (func)) (import "env" "tick" (func))
    (import "env" "g" (global i32)) (import "y" "t" (table 1 funcref))))"));
  ASSERT_FALSE(instance);
  EXPECT_EQ(instance.error().message,
            "unknown import: `x` `f` (function [] -> []): nothing is known as `x`");
  EXPECT_EQ(instance.error().notes,
            "and 2 more:\n  `env` `g` (global i32)\n  `y` `t` (table 1 funcref)");
}

TEST(Linker, RefusesToDefineANameTwiceButLetsInstancesBeReplaced) {
  World world;
  Linker linker(world.store);
  ASSERT_TRUE(linker.define_function("env", "f", [] {}));
  EXPECT_EQ(message(linker.define_function("env", "f", [] {})), "`env` `f` is defined already");
  auto& one = **world.instantiate("(module (func (export \"f\")))");
  auto& two = **world.instantiate("(module (func (export \"f\")))");
  linker.define_instance("lib", one);
  linker.define_instance("lib", two);
  EXPECT_EQ(linker.find("lib", "f")->function, two.function(0));
  EXPECT_FALSE(linker.find("lib", "g"));
}

TEST(Linker, AsksTheFallbackLast) {
  World world;
  Linker linker(world.store);
  linker.set_fallback(
      [&](const CompiledModule&, const decoder::Import& import) -> std::optional<External> {
        if (import.name != "known") return std::nullopt;
        return External::of(world.store.make_global({decoder::i32, false}, {.bits = 5}));
      });
  EXPECT_TRUE(linker.instantiate(world.compile("(module (import \"a\" \"known\" (global i32)))")));
  EXPECT_FALSE(linker.instantiate(world.compile("(module (import \"a\" \"other\" (global i32)))")));
}

}  // namespace
}  // namespace airlock::runtime
