// Facts about running: calls between instances and native code, suspension, unwinding, traps.
#include "interpreter/executor.hpp"

#include <gmock/gmock.h>

#include <functional>
#include <new>
#include <stdexcept>

#include "interpreter/testing.hpp"

namespace airlock::interpreter {
namespace {

using runtime::Boundary;
using runtime::Function;
using runtime::NativeCall;
using runtime::NativeFunction;
using runtime::Outcome;
using runtime::RunStatus;
using runtime::Slot;
using runtime::Stack;
using runtime::Trap;
using runtime::TrapCode;
using testing::i32;
using testing::World;

/// A native function made of callables, which is its own boundary.
class Native final : public NativeFunction, public Boundary {
 public:
  std::function<Outcome(NativeCall&)> on_call;
  std::function<Outcome(NativeCall&, std::uint64_t)> on_resume;
  std::function<void(std::uint64_t, Trap&)> on_unwind = [](std::uint64_t, Trap&) {};
  std::function<void(std::uint64_t)> on_not_begun = [](std::uint64_t) {};

  Outcome call(NativeCall& call) override { return on_call(call); }
  Outcome resume(NativeCall& call, std::uint64_t state) override { return on_resume(call, state); }
  void unwind(std::uint64_t state, Trap& trap) override { on_unwind(state, trap); }
  void not_begun(std::uint64_t state, Trap&) override { on_not_begun(state); }
};

const decoder::FunctionType unary_type{{decoder::i32}, {decoder::i32}};

class ExecutorTest : public ::testing::Test {
 protected:
  Function* define(std::string_view name, Native& native) {
    Function* function = world.store.make_function(unary_type, native);
    EXPECT_TRUE(world.linker.define("host", name, runtime::External::of(function)));
    return function;
  }

  RunStatus start(Function& function, std::uint32_t argument) {
    const Slot slot{.bits = argument};
    return executor().call(world.store, stack, function, {&slot, 1}, {&result, 1}, trap);
  }
  RunStatus resume() { return executor().resume(world.store, stack, {&result, 1}, trap); }
  const runtime::Executor& executor() { return world.engine.executor(); }

  World world;
  Stack stack{std::size_t{64} << 20};
  Slot result{.bits = 0};
  Trap trap;
  Native native;
  Native other;
};

constexpr auto caller_text = R"((module
  (import "host" "native" (func $native (param i32) (result i32)))
  (func (export "call") (param i32) (result i32)
    (i32.add (i32.mul (local.get 0) (i32.const 1000))
             (call $native (i32.add (local.get 0) (i32.const 1)))))
  (func (export "double") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2)))
  (func (export "fail") (param i32) (result i32) (i32.div_s (i32.const 1) (local.get 0)))
  (func (export "tail") (param i32) (result i32) (return_call $native (local.get 0)))))";

TEST_F(ExecutorTest, NativeFunctionReturns) {
  native.on_call = [](NativeCall& call) {
    call.slots[0].bits = call.slots[0].i32 + 5;
    return call.returned();
  };
  define("native", native);
  auto* instance = world.instantiate(caller_text);
  EXPECT_EQ(world.call_i32(instance, "call", {i32(1)}), 1007u);
  EXPECT_EQ(world.call_i32(instance, "tail", {i32(1)}), 6u);
}

TEST_F(ExecutorTest, NativeTrapHasTheCallersBacktrace) {
  native.on_call = [](NativeCall& call) { return call.trapped(Trap(TrapCode::host, "no luck")); };
  define("native", native);
  auto* instance = world.instantiate(caller_text, "app/part");
  world.call(instance, "call", {i32(1)});
  EXPECT_EQ(world.trap.code, TrapCode::host);
  EXPECT_EQ(world.trap.message, "no luck");
  ASSERT_EQ(world.trap.backtrace.size(), 1u);
  EXPECT_EQ(world.trap.backtrace[0].function_index, 1u);
  EXPECT_EQ(world.trap.backtrace[0].instance, "app/part");
}

TEST_F(ExecutorTest, SuspendsAndResumes) {
  native.on_call = [this](NativeCall& call) { return call.suspend(native, call.slots[0].i32); };
  native.on_resume = [](NativeCall& call, std::uint64_t state) {
    EXPECT_EQ(call.callee_results, nullptr);
    call.slots[0].bits = state + 40;
    return call.returned();
  };
  define("native", native);
  auto* instance = world.instantiate(caller_text);
  auto& function = *World::function(instance, "call");
  EXPECT_EQ(start(function, 7), RunStatus::suspended);
  EXPECT_EQ(stack.state, Stack::State::suspended);
  EXPECT_EQ(resume(), RunStatus::finished);
  EXPECT_EQ(result.i32, 7048u);
  EXPECT_EQ(stack.state, Stack::State::idle);
}

TEST_F(ExecutorTest, SuspendsAgainWhenResumed) {
  native.on_call = [this](NativeCall& call) { return call.suspend(native, 3); };
  native.on_resume = [this](NativeCall& call, std::uint64_t state) {
    if (state > 0) return call.suspend(native, state - 1);
    call.slots[0].bits = 1;
    return call.returned();
  };
  define("native", native);
  auto* instance = world.instantiate(caller_text);
  EXPECT_EQ(start(*World::function(instance, "call"), 2), RunStatus::suspended);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(resume(), RunStatus::suspended);
  EXPECT_EQ(resume(), RunStatus::finished);
  EXPECT_EQ(result.i32, 2001u);
}

TEST_F(ExecutorTest, TheHostMayCallANativeFunctionThatSuspends) {
  native.on_call = [this](NativeCall& call) { return call.suspend(native, 9); };
  native.on_resume = [](NativeCall& call, std::uint64_t state) {
    EXPECT_EQ(call.caller, nullptr);
    call.slots[0].bits = state;
    return call.returned();
  };
  Function* function = define("native", native);
  EXPECT_EQ(start(*function, 1), RunStatus::suspended);
  EXPECT_EQ(resume(), RunStatus::finished);
  EXPECT_EQ(result.i32, 9u);
}

TEST_F(ExecutorTest, NativeEntersWasmAndGoesOnWithItsResults) {
  Function* callee = nullptr;
  native.on_call = [&](NativeCall& call) {
    return call.enter(*callee, {call.slots, 1}, native, 100);
  };
  native.on_resume = [](NativeCall& call, std::uint64_t state) {
    call.slots[0].bits = call.callee_results[0].i32 + state;
    return call.returned();
  };
  define("native", native);
  auto* instance = world.instantiate(caller_text);
  callee = World::function(instance, "double");
  EXPECT_EQ(world.call_i32(instance, "call", {i32(4)}), 4110u);
  EXPECT_EQ(world.call_i32(instance, "tail", {i32(4)}), 108u);
}

TEST_F(ExecutorTest, ResumedBoundaryMayEnterAgainWithTheResultsAsArguments) {
  Function* callee = nullptr;
  native.on_call = [&](NativeCall& call) {
    return call.enter(*callee, {call.slots, 1}, native, 3);
  };
  native.on_resume = [&](NativeCall& call, std::uint64_t state) {
    if (state > 0) return call.enter(*callee, {call.callee_results, 1}, native, state - 1);
    call.slots[0] = call.callee_results[0];
    return call.returned();
  };
  define("native", native);
  auto* instance = world.instantiate(caller_text);
  callee = World::function(instance, "double");
  EXPECT_EQ(world.call_i32(instance, "tail", {i32(1)}), 16u);
}

TEST_F(ExecutorTest, NativeEntersNative) {
  Function* inner = nullptr;
  native.on_call = [&](NativeCall& call) { return call.enter(*inner, {call.slots, 1}, native, 0); };
  native.on_resume = [](NativeCall& call, std::uint64_t) {
    call.slots[0].bits = std::uint64_t{call.callee_results[0].i32} * 10;
    return call.returned();
  };
  other.on_call = [this](NativeCall& call) {
    if (call.slots[0].i32 == 99) return call.suspend(other, 99);
    call.slots[0].bits = call.slots[0].i32 + 1;
    return call.returned();
  };
  other.on_resume = [](NativeCall& call, std::uint64_t state) {
    call.slots[0].bits = state;
    return call.returned();
  };
  Function* outer = define("native", native);
  inner = define("other", other);
  EXPECT_EQ(start(*outer, 4), RunStatus::finished);
  EXPECT_EQ(result.i32, 50u);
  EXPECT_EQ(start(*outer, 99), RunStatus::suspended);
  EXPECT_EQ(resume(), RunStatus::finished);
  EXPECT_EQ(result.i32, 990u);
}

TEST_F(ExecutorTest, EnteringAndLeavingDoesNotUseTheNativeStack) {
  // Wasm calls native, which enters Wasm, which calls native …, 100 000 deep.
  Function* recurse = nullptr;
  native.on_call = [&](NativeCall& call) {
    if (call.slots[0].i32 == 0) return call.returned();
    call.slots[0].bits = call.slots[0].i32 - 1;
    return call.enter(*recurse, {call.slots, 1}, native, 0);
  };
  native.on_resume = [](NativeCall& call, std::uint64_t) {
    call.slots[0].bits = call.callee_results[0].i32 + 1;
    return call.returned();
  };
  define("native", native);
  auto* instance = world.instantiate(caller_text);
  recurse = World::function(instance, "tail");
  EXPECT_EQ(start(*recurse, 100'000), RunStatus::finished);
  EXPECT_EQ(result.i32, 100'000u);
}

TEST_F(ExecutorTest, TrapUnwindsBoundariesFromTheInnermostOut) {
  std::vector<std::uint64_t> unwound;
  Function* fail = nullptr;
  Function* again = nullptr;
  native.on_call = [&](NativeCall& call) {
    const std::uint32_t depth = call.slots[0].i32;
    call.slots[0].bits = depth - 1;
    return call.enter(depth == 1 ? *fail : *again, {call.slots, 1}, native, depth);
  };
  native.on_unwind = [&](std::uint64_t state, Trap& why) {
    unwound.push_back(state);
    if (state == 3) why.message += ", unwound";
  };
  define("native", native);
  auto* instance = world.instantiate(caller_text);
  fail = World::function(instance, "fail");
  again = World::function(instance, "tail");
  EXPECT_EQ(start(*again, 3), RunStatus::trapped);
  EXPECT_THAT(unwound, ::testing::ElementsAre(1, 2, 3));
  EXPECT_EQ(trap.code, TrapCode::integer_divide_by_zero);
  EXPECT_EQ(trap.message, "integer divide by zero, unwound");
  EXPECT_EQ(stack.state, Stack::State::idle);
}

TEST_F(ExecutorTest, BacktraceCrossesBoundaries) {
  Function* fail = nullptr;
  native.on_call = [&](NativeCall& call) {
    call.slots[0].bits = 0;
    return call.enter(*fail, {call.slots, 1}, native, 0);
  };
  define("native", native);
  auto* outer = world.instantiate(caller_text, "outer");
  auto* inner = world.instantiate(caller_text, "outer/inner");
  fail = World::function(inner, "fail");
  EXPECT_EQ(start(*World::function(outer, "call"), 1), RunStatus::trapped);
  ASSERT_EQ(trap.backtrace.size(), 2u);
  EXPECT_EQ(trap.backtrace[0].instance, "outer/inner");
  EXPECT_EQ(trap.backtrace[0].function_index, 3u);
  EXPECT_EQ(trap.backtrace[1].instance, "outer");
  EXPECT_EQ(trap.backtrace[1].function_index, 1u);
}

TEST_F(ExecutorTest, AbandoningUnwindsASuspendedStack) {
  std::vector<std::uint64_t> unwound;
  Function* inner = nullptr;
  native.on_call = [&](NativeCall& call) { return call.enter(*inner, {call.slots, 1}, native, 1); };
  native.on_unwind = [&](std::uint64_t state, Trap&) { unwound.push_back(state); };
  other.on_call = [this](NativeCall& call) { return call.suspend(other, 2); };
  other.on_unwind = native.on_unwind;
  define("native", native);
  inner = define("other", other);
  auto* instance = world.instantiate(caller_text, "app");
  EXPECT_EQ(start(*World::function(instance, "call"), 1), RunStatus::suspended);
  trap = Trap(TrapCode::interrupted);
  executor().abandon(world.store, stack, trap);
  EXPECT_THAT(unwound, ::testing::ElementsAre(2, 1));
  EXPECT_EQ(stack.state, Stack::State::idle);
  ASSERT_EQ(trap.backtrace.size(), 1u);
  EXPECT_EQ(trap.backtrace[0].instance, "app");
  // The stack can be used again.
  EXPECT_EQ(start(*World::function(instance, "double"), 21), RunStatus::finished);
  EXPECT_EQ(result.i32, 42u);
}

TEST_F(ExecutorTest, NestedRunsComeBackToTheRunningComputation) {
  Function* callee = nullptr;
  native.on_call = [&](NativeCall& call) {
    Slot nested_result{.bits = 0};
    Trap nested_trap;
    const Slot argument = call.slots[0];
    EXPECT_EQ(executor().call_nested(*call.store, *call.stack, *callee, {&argument, 1},
                                     {&nested_result, 1}, nested_trap),
              RunStatus::finished);
    EXPECT_EQ(call.slots[0].i32, argument.i32);  // the parameters are untouched
    call.slots[0] = nested_result;
    return call.returned();
  };
  define("native", native);
  auto* instance = world.instantiate(caller_text);
  callee = World::function(instance, "double");
  EXPECT_EQ(world.call_i32(instance, "call", {i32(4)}), 4010u);
}

TEST_F(ExecutorTest, NestedTrapLeavesTheOuterRunAlone) {
  Function* callee = nullptr;
  native.on_call = [&](NativeCall& call) {
    Slot nested_result{.bits = 0};
    Trap nested_trap;
    const Slot zero{.bits = 0};
    EXPECT_EQ(executor().call_nested(*call.store, *call.stack, *callee, {&zero, 1},
                                     {&nested_result, 1}, nested_trap),
              RunStatus::trapped);
    EXPECT_EQ(nested_trap.code, TrapCode::integer_divide_by_zero);
    call.slots[0].bits = 1;
    return call.returned();
  };
  define("native", native);
  auto* instance = world.instantiate(caller_text);
  callee = World::function(instance, "fail");
  EXPECT_EQ(world.call_i32(instance, "call", {i32(4)}), 4001u);
}

TEST_F(ExecutorTest, WhatNativeCodeRecoversFromIsForgotten) {
  Function* failing = nullptr;
  native.on_call = [&](NativeCall& call) {
    Slot nested_result{.bits = 0};
    const Slot zero{.bits = 0};
    for (int n = 0; n < 2; ++n)
      EXPECT_EQ(executor().call_nested(*call.store, *call.stack, *failing, {&zero, 1},
                                       {&nested_result, 1}, call.trap),
                RunStatus::trapped);
    EXPECT_EQ(call.trap.code, TrapCode::integer_divide_by_zero);
    EXPECT_EQ(call.trap.backtrace.size(), 1u);
    return call.returned();
  };
  define("native", native);
  auto* instance = world.instantiate(R"((module
    (import "host" "native" (func $native (param i32) (result i32)))
    (func (export "fail") (param i32) (result i32) (i32.div_s (i32.const 1) (local.get 0)))
    (func $end (export "end") (param i32) (result i32)
      (drop (call $native (local.get 0))) unreachable)))");
  failing = World::function(instance, "fail");
  world.call(instance, "end", {i32(4)});
  EXPECT_EQ(world.trap.code, TrapCode::unreachable);
  EXPECT_EQ(world.trap.message, "unreachable");
  ASSERT_EQ(world.trap.backtrace.size(), 1u);
  EXPECT_EQ(world.trap.backtrace[0].function, "end");
}

TEST_F(ExecutorTest, NestedRunsMayNotEnterOrSuspend) {
  Function* suspender = nullptr;
  other.on_call = [this](NativeCall& call) { return call.suspend(other, 0); };
  native.on_call = [&](NativeCall& call) {
    Slot nested_result{.bits = 0};
    Trap nested_trap;
    EXPECT_EQ(executor().call_nested(*call.store, *call.stack, *suspender, {call.slots, 1},
                                     {&nested_result, 1}, nested_trap),
              RunStatus::trapped);
    return call.trapped(std::move(nested_trap));
  };
  define("native", native);
  suspender = define("other", other);
  auto* instance = world.instantiate(caller_text);
  EXPECT_EQ(start(*World::function(instance, "call"), 1), RunStatus::trapped);
  EXPECT_EQ(trap.code, TrapCode::host);
}

TEST_F(ExecutorTest, NestedRunsAreBoundedInDepth) {
  Function* self = nullptr;
  native.on_call = [&](NativeCall& call) {
    Slot nested_result{.bits = 0};
    Trap nested_trap;
    if (executor().call_nested(*call.store, *call.stack, *self, {call.slots, 1},
                               {&nested_result, 1}, nested_trap) != RunStatus::finished)
      return call.trapped(std::move(nested_trap));
    return call.returned();
  };
  self = define("native", native);
  EXPECT_EQ(start(*self, 1), RunStatus::trapped);
  EXPECT_EQ(trap.code, TrapCode::call_stack_exhausted);
}

// What cannot be begun

TEST_F(ExecutorTest, StateIsHandedBackWhenTheStackEndsAtABoundary) {
  // Native code enters a function whose frame needs more and more room, from deeper and deeper.
  for (const bool suspends : {false, true}) {
    int asked = 0;
    int unwound = 0;
    std::vector<std::uint64_t> handed_back;
    Function* target = nullptr;
    native.on_call = [&](NativeCall& call) {
      ++asked;
      call.slots[0].bits = 1;
      return suspends ? call.suspend(native, 77) : call.enter(*target, {call.slots, 1}, native, 77);
    };
    native.on_unwind = [&](std::uint64_t, Trap&) { ++unwound; };
    native.on_not_begun = [&](std::uint64_t state) { handed_back.push_back(state); };
    World fresh;
    Function* function = fresh.store.make_function(unary_type, native);
    ASSERT_TRUE(fresh.linker.define("host", "native", runtime::External::of(function)));
    auto* instance = fresh.instantiate(R"((module
      (import "host" "native" (func $native (param i32) (result i32)))
      (func (export "target") (param i32) (result i32)
        (local i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64) (local.get 0))
      (func $down (export "down") (param i32) (result i32)
        (if (i32.eqz (local.get 0)) (then (return (call $native (local.get 0)))))
        (call $down (i32.sub (local.get 0) (i32.const 1))))))");
    target = World::function(instance, "target");
    Function* down = World::function(instance, "down");
    Stack small(std::size_t{1} << 16);
    for (std::uint32_t depth = 0; depth < 8'000; ++depth) {
      const Slot slot{.bits = depth};
      native.on_resume = [](NativeCall& call, std::uint64_t) { return call.returned(); };
      auto status = executor().call(fresh.store, small, *down, {&slot, 1}, {&result, 1}, trap);
      if (status == RunStatus::suspended)
        status = executor().resume(fresh.store, small, {&result, 1}, trap);
      if (status == RunStatus::trapped) {
        EXPECT_EQ(trap.code, TrapCode::call_stack_exhausted);
        if (handed_back.empty()) continue;
        break;
      }
    }
    EXPECT_EQ(handed_back, std::vector<std::uint64_t>{77}) << suspends;
    EXPECT_EQ(unwound, 0) << "it never began";
    EXPECT_EQ(small.boundary, nullptr);
    EXPECT_GT(asked, 10);
  }
}

TEST_F(ExecutorTest, StateIsHandedBackWhenANestedRunMayNotLeave) {
  for (const bool suspends : {false, true}) {
    std::vector<std::uint64_t> handed_back;
    Native inner;
    World fresh;
    Function* function = fresh.store.make_function(unary_type, inner);
    inner.on_call = [&](NativeCall& call) {
      return suspends ? call.suspend(inner, 5) : call.enter(*function, {call.slots, 1}, inner, 5);
    };
    inner.on_not_begun = [&](std::uint64_t state) { handed_back.push_back(state); };
    native.on_call = [&](NativeCall& call) {
      Slot nested{.bits = 0};
      Trap why;
      EXPECT_EQ(executor().call_nested(*call.store, *call.stack, *function, {call.slots, 1},
                                       {&nested, 1}, why),
                RunStatus::trapped);
      EXPECT_EQ(why.message, "cannot leave the component instance");
      return call.returned();
    };
    Function* outer = fresh.store.make_function(unary_type, native);
    const Slot slot{.bits = 1};
    EXPECT_EQ(executor().call(fresh.store, stack, *outer, {&slot, 1}, {&result, 1}, trap),
              RunStatus::finished);
    EXPECT_EQ(handed_back, std::vector<std::uint64_t>{5});
  }
}

TEST_F(ExecutorTest, NestedRunsSayWhetherAnythingHasRun) {
  auto* instance = world.instantiate(R"((module
    (func (export "small") (param i32) (result i32) (i32.div_u (i32.const 1) (local.get 0)))))");
  Function* small = World::function(instance, "small");
  std::vector<RunStatus> seen;
  native.on_call = [&](NativeCall& call) {
    Slot nested{.bits = 0};
    Trap why;
    seen.push_back(executor().call_nested(*call.store, *call.stack, *small, {call.slots, 1},
                                          {&nested, 1}, why));
    return call.returned();
  };
  Function* outer = define("native", native);
  EXPECT_EQ(start(*outer, 1), RunStatus::finished);
  EXPECT_EQ(start(*outer, 0), RunStatus::finished);
  EXPECT_EQ(seen, (std::vector{RunStatus::finished, RunStatus::trapped}));
}

// Exceptions of C++

TEST_F(ExecutorTest, ExceptionsOfNativeCodeAreTraps) {
  native.on_call = [](NativeCall&) -> Outcome { throw std::runtime_error("no luck"); };
  Function* function = define("native", native);
  auto* instance = world.instantiate(caller_text);
  EXPECT_EQ(start(*function, 1), RunStatus::trapped);
  EXPECT_EQ(trap.message, "no luck");
  EXPECT_EQ(start(*World::function(instance, "call"), 1), RunStatus::trapped);
  EXPECT_EQ(trap.message, "no luck");
  EXPECT_EQ(trap.backtrace.size(), 1U);

  Function* twice = World::function(instance, "double");
  native.on_call = [&](NativeCall& call) { return call.enter(*twice, {call.slots, 1}, native, 1); };
  native.on_resume = [](NativeCall&, std::uint64_t) -> Outcome { throw std::bad_alloc(); };
  EXPECT_EQ(start(*function, 1), RunStatus::trapped);
  EXPECT_EQ(trap.code, TrapCode::out_of_memory);
}

// Calls between instances

TEST_F(ExecutorTest, CallsReachOtherInstancesWithTheirOwnMemoryAndGlobals) {
  auto* library = world.instantiate(R"((module
    (memory 1) (global $calls (mut i32) (i32.const 0))
    (func (export "next") (param i32) (result i32)
      (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
      (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (local.get 0)))
      (i32.add (i32.load (i32.const 0)) (i32.mul (global.get $calls) (i32.const 100))))))");
  world.linker.define_instance("library", *library);
  auto* instance = world.instantiate(R"((module
    (import "library" "next" (func $next (param i32) (result i32)))
    (type $unary (func (param i32) (result i32)))
    (memory 1) (data (i32.const 0) "\07") (table funcref (elem $next))
    (func (export "f") (param i32) (result i32)
      (i32.add (call $next (local.get 0))
               (i32.add (i32.mul (i32.load (i32.const 0)) (i32.const 10000))
                        (call_indirect (type $unary) (local.get 0) (i32.const 0)))))))");
  // First 105, then 210, and 70000 from its own memory in between.
  EXPECT_EQ(world.call_i32(instance, "f", {i32(5)}), 70315u);
}

TEST_F(ExecutorTest, TailCallsBetweenInstancesTakeConstantSpace) {
  auto* first = world.instantiate(R"((module
    (type $unary (func (param i32) (result i32)))
    (table (export "table") 2 funcref)
    (elem (i32.const 0) func $even)
    (func $even (export "even") (param i32) (result i32)
      (if (i32.eqz (local.get 0)) (then (return (i32.const 1))))
      (return_call_indirect (type $unary) (i32.sub (local.get 0) (i32.const 1)) (i32.const 1)))))");
  world.linker.define_instance("first", *first);
  world.instantiate(R"((module
    (type $unary (func (param i32) (result i32)))
    (import "first" "even" (func $even (param i32) (result i32)))
    (import "first" "table" (table 2 funcref))
    (elem (i32.const 1) func $odd)
    (func $odd (param i32) (result i32)
      (if (i32.eqz (local.get 0)) (then (return (i32.const 0))))
      (return_call $even (i32.sub (local.get 0) (i32.const 1))))))");
  EXPECT_EQ(world.call_i32(first, "even", {i32(3'000'000)}), 1u);
  EXPECT_EQ(world.call_i32(first, "even", {i32(3'000'001)}), 0u);
}

TEST_F(ExecutorTest, TailCallsTakeConstantSpace) {
  auto* instance = world.instantiate(R"((module
    (func $count (export "f") (param i32 i32) (result i32)
      (if (i32.eqz (local.get 0)) (then (return (local.get 1))))
      (return_call $count (i32.sub (local.get 0) (i32.const 1))
                          (i32.add (local.get 1) (i32.const 2))))))");
  EXPECT_EQ(world.call_i32(instance, "f", {i32(3'000'000), i32(1)}), 6'000'001u);
}

// Stack depth and traps

TEST_F(ExecutorTest, AMillionFramesFitTheDefaultStack) {
  auto* instance = world.instantiate(R"((module
    (func $deep (export "f") (param i32) (result i32)
      (if (result i32) (local.get 0)
        (then (i32.add (i32.const 1) (call $deep (i32.sub (local.get 0) (i32.const 1)))))
        (else (i32.const 0))))))");
  EXPECT_EQ(world.call_i32(instance, "f", {i32(1'000'000)}), 1'000'000u);
}

TEST_F(ExecutorTest, EndlessRecursionExhaustsTheStack) {
  auto* instance = world.instantiate(R"((module
    (func $deep (export "f") (result i32) (i32.add (i32.const 1) (call $deep)))))");
  EXPECT_TRUE(world.call(instance, "f").empty());
  EXPECT_EQ(world.trap.code, TrapCode::call_stack_exhausted);
  EXPECT_EQ(world.trap.message, "call stack exhausted");
  EXPECT_EQ(world.trap.backtrace.size(), 64u);
}

TEST_F(ExecutorTest, EndlessRecursionThroughAnotherInstanceExhaustsTheStack) {
  native.on_call = [](NativeCall& call) { return call.returned(); };
  auto* first = world.instantiate(R"((module
    (type $void (func)) (table (export "table") 1 funcref)
    (func (export "f") (call_indirect (type $void) (i32.const 0)))))");
  world.linker.define_instance("first", *first);
  world.instantiate(R"((module (import "first" "f" (func $f))
    (import "first" "table" (table 1 funcref)) (elem (i32.const 0) func $g)
    (func $g (call $f))))");
  world.call(first, "f");
  EXPECT_EQ(world.trap.code, TrapCode::call_stack_exhausted);
}

TEST_F(ExecutorTest, BacktraceNamesFunctionsAndOffsets) {
  auto* instance = world.instantiate(R"((module $app
    (func $inner (param i32) (result i32) (i32.div_u (i32.const 1) (local.get 0)))
    (func $middle (param i32) (result i32) (i32.add (call $inner (local.get 0)) (i32.const 1)))
    (func (export "f") (param i32) (result i32) (call $middle (local.get 0)))))");
  world.call(instance, "f", {i32(0)});
  const auto& frames = world.trap.backtrace;
  ASSERT_EQ(frames.size(), 3u);
  EXPECT_EQ(frames[0].function, "inner");
  EXPECT_EQ(frames[1].function, "middle");
  EXPECT_EQ(frames[2].function_index, 2u);
  EXPECT_EQ(frames[0].instance, "app");
  // Each offset is that of the instruction: i32.div_u, call, call.
  const auto& binary = *instance->module->tree.binary;
  EXPECT_EQ(binary[frames[0].offset], std::byte{0x6e});
  EXPECT_EQ(binary[frames[1].offset], std::byte{0x10});
  EXPECT_EQ(binary[frames[2].offset], std::byte{0x10});
}

TEST_F(ExecutorTest, IndirectCallsCheckIndexElementAndType) {
  auto* instance = world.instantiate(R"((module
    (type $unary (func (param i32) (result i32))) (table 3 funcref)
    (elem (i32.const 0) func $good $bad)
    (func $good (param i32) (result i32) (local.get 0))
    (func $bad (result i32) (i32.const 1))
    (func (export "f") (param i32) (result i32)
      (call_indirect (type $unary) (i32.const 42) (local.get 0)))))");
  EXPECT_EQ(world.call_i32(instance, "f", {i32(0)}), 42u);
  world.call(instance, "f", {i32(1)});
  EXPECT_EQ(world.trap.message, "indirect call type mismatch");
  world.call(instance, "f", {i32(2)});
  EXPECT_EQ(world.trap.code, TrapCode::uninitialized_element);
  world.call(instance, "f", {i32(3)});
  EXPECT_EQ(world.trap.code, TrapCode::undefined_element);
}

}  // namespace
}  // namespace airlock::interpreter
