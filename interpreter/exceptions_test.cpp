// Facts about exceptions: which clause catches, what a handler sees, and what lies in between.
#include "interpreter/exceptions.hpp"

#include <gmock/gmock.h>

#include <functional>

#include "interpreter/testing.hpp"

namespace airlock::interpreter {
namespace {

using runtime::Boundary;
using runtime::ExceptionObject;
using runtime::NativeCall;
using runtime::NativeFunction;
using runtime::Outcome;
using runtime::Slot;
using runtime::Trap;
using runtime::TrapCode;
using runtime::Value;
using testing::f64;
using testing::i32;
using testing::i64;
using testing::run_i32;
using testing::World;

// --- The catch table

TEST(CatchTable, FindsTheInnermostRange) {
  //  0        10       20       30       40       50
  //  |  outer: 5 … 45, in it 10 … 20 (in it 10 … 15) and 30 … 35 |
  CatchTable table;
  constexpr auto none = CatchRange::none;
  table.ranges = {{.begin = 5, .end = 45, .outer = none, .next = none},
                  {.begin = 10, .end = 20, .outer = 0, .next = 0},
                  {.begin = 10, .end = 15, .outer = 1, .next = 1},
                  {.begin = 30, .end = 35, .outer = 0, .next = 0},
                  {.begin = 50, .end = 60, .outer = none, .next = none}};
  const std::pair<std::uint32_t, std::uint32_t> expected[] = {
      {0, none},  {4, none}, {5, 0},  {9, 0},     {10, 2},     {14, 2}, {15, 1},
      {19, 1},    {20, 0},   {29, 0}, {30, 3},    {35, 0},     {44, 0}, {45, none},
      {49, none}, {50, 4},   {59, 4}, {60, none}, {1000, none}};
  for (const auto& [cell, range] : expected) EXPECT_EQ(table.innermost(cell), range) << cell;
  EXPECT_EQ(CatchTable{}.innermost(0), none);
}

// --- Which clause

TEST(Exceptions, TheInnermostFittingClauseCatchesInOrder) {
  constexpr auto text = R"((module (tag $a (param i32)) (tag $b (param i32)) (tag $c)
    (func $throw (param i32)
      (if (i32.eq (local.get 0) (i32.const 1)) (then (throw $a (i32.const 10))))
      (if (i32.eq (local.get 0) (i32.const 2)) (then (throw $b (i32.const 20))))
      (if (i32.eq (local.get 0) (i32.const 3)) (then (throw $c))))
    (func (export "f") (param i32) (result i32)
      (block $all
        (block $outer (result i32)
          (try_table (catch $b $outer) (catch $a $outer) (catch_all $all)
            (block $inner (result i32)
              (try_table (catch $a $inner) (catch $a $outer) (call $throw (local.get 0)))
              (return (i32.const 0)))
            (return (i32.add (i32.const 100))))
          (unreachable))
        (return (i32.add (i32.const 200))))
      (i32.const 300)))
  )";
  EXPECT_EQ(run_i32(text, {i32(0)}), 0u);
  EXPECT_EQ(run_i32(text, {i32(1)}), 110u);
  EXPECT_EQ(run_i32(text, {i32(2)}), 220u);
  EXPECT_EQ(run_i32(text, {i32(3)}), 300u);
}

TEST(Exceptions, CodeBehindATryIsNotCovered) {
  World world;
  auto* instance = world.instantiate(R"((module (tag $a)
    (func $throw (throw $a))
    (func (export "f") (block $h (try_table (catch $a $h) (nop)) (call $throw)))))");
  EXPECT_TRUE(world.call(instance, "f").empty());
  EXPECT_EQ(world.trap.code, TrapCode::uncaught_exception);
}

TEST(Exceptions, AHandlerMayThrowAgain) {
  EXPECT_EQ(run_i32(R"((module (tag $a (param i32))
    (func (export "f") (result i32)
      (block $second (result i32)
        (try_table (result i32) (catch $a $second)
          (block $first (result i32)
            (try_table (catch $a $first) (throw $a (i32.const 1)))
            (unreachable))
          (throw $a (i32.add (i32.const 41))))))))"),
            42u);
}

// --- What a handler sees

TEST(Exceptions, LocalsWrittenBeforeTheThrowAreVisible) {
  // Every write is folded into the instruction before it; the sums must not be late or early.
  EXPECT_EQ(run_i32(R"((module (tag $a (param i32))
    (func $may (param i32) (result i32)
      (if (i32.eq (local.get 0) (i32.const 3)) (then (throw $a (i32.const 0)))) (local.get 0))
    (func (export "f") (result i32) (local $x i32) (local $y i32) (local $old i32)
      (local.set $x (i32.const 5))
      (block $h (result i32)
        (try_table (result i32) (catch $a $h)
          (loop $again (result i32)
            (local.set $old (local.get $y))
            (local.set $y (i32.add (local.get $y) (i32.const 1)))
            (local.set $x (call $may (local.get $y)))
            (br $again))))
      ;; thrown with $y = 3: $x was set to 2, $old to 2
      (drop)
      (i32.add (i32.mul (local.get $x) (i32.const 100))
               (i32.add (i32.mul (local.get $y) (i32.const 10)) (local.get $old))))))"),
            232u);
}

TEST(Exceptions, OperandsBelowTheLabelKeepTheirValues) {
  // A local, a constant and a sum wait on the stack while the local changes in the `try`.
  EXPECT_EQ(run_i32(R"((module (tag $a (param i32))
    (func $throw (param i32) (throw $a (local.get 0)))
    (func (export "f") (param $x i32) (result i32)
      (local.get $x) (i32.const 20) (i32.add (local.get $x) (i32.const 3))
      (block $h (result i32)
        (try_table (catch $a $h)
          (i32.const 7) (i32.const 8)
          (local.set $x (i32.const 1000))
          (call $throw (i32.const 400))
          (drop) (drop))
        (i32.const 0))
      (i32.add) (i32.add) (i32.add))))",
                    {i32(1)}),
            425u);
}

TEST(Exceptions, ATryTakesParametersAndGivesResults) {
  EXPECT_EQ(run_i32(R"((module (tag $a (param i32 i32))
    (func (export "f") (param i32) (result i32)
      (i32.const 1) (i32.add (local.get 0) (i32.const 2))
      (block $h (param i32 i32) (result i32 i32)
        (try_table (param i32 i32) (result i32 i32) (catch $a $h)
          (if (param i32 i32) (result i32 i32) (local.get 0)
            (then (i32.add (i32.const 10)) (throw $a))
            (else))))
      (i32.sub))))",
                    {i32(5)}),
            static_cast<std::uint32_t>(1 - 17));
}

TEST(Exceptions, ALabelMayBeALoop) {
  // The loop's parameter comes from below, then from the exception: 0, 10, 20, 30.
  EXPECT_EQ(run_i32(R"((module (tag $a (param i32))
    (func (export "f") (result i32) (local $sum i32)
      (i32.const 0)
      (loop $again (param i32)
        (local.set $sum)
        (try_table (catch $a $again)
          (if (i32.lt_u (local.get $sum) (i32.const 30))
            (then (throw $a (i32.add (local.get $sum) (i32.const 10)))))))
      (i32.add (local.get $sum) (i32.const 12)))))"),
            42u);
}

TEST(Exceptions, ALabelMayBeTheFunction) {
  constexpr auto text = R"((module (tag $one (param i32)) (tag $two (param i32 i64))
    (func (export "f") (param i32) (result i32)
      (try_table (catch $one 0)
        (if (local.get 0) (then (throw $one (i32.const 9)))))
      (i32.const 8))
    (func (export "g") (result i32 i64)
      (i32.const 1) (i64.const 2)
      (try_table (catch $two 0) (throw $two (i32.const 3) (i64.const 4)))))
  )";
  World world;
  auto* instance = world.instantiate(text);
  EXPECT_EQ(world.call_i32(instance, "f", {i32(1)}), 9u);
  EXPECT_EQ(world.call_i32(instance, "f", {i32(0)}), 8u);
  const auto both = world.call(instance, "g");
  ASSERT_EQ(both.size(), 2u);
  EXPECT_EQ(both[0].slots[0].i32, 3u);
  EXPECT_EQ(both[1].slots[0].i64, 4u);
}

TEST(Exceptions, PayloadsOfAllTypesArrive) {
  World world;
  auto* instance = world.instantiate(R"((module
    (tag $t (param i64 v128 f64 f32 v128 funcref))
    (func $self (export "throw") (param i64 v128 f64 f32 v128)
      (throw $t (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4)
        (ref.func $self)))
    (func (export "f") (param i64 v128 f64 f32 v128) (result i64 v128 f64 f32 v128 funcref)
      (i32.const 1) (f64.const 2)
      (block $h (result i64 v128 f64 f32 v128 funcref)
        (try_table (catch $t $h)
          (call $self (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4)))
        (unreachable))
      (return))))");
  const Value first{decoder::v128, {Slot{.bits = 11}, Slot{.bits = 12}}};
  const Value second{decoder::v128, {Slot{.bits = 21}, Slot{.bits = 22}}};
  const auto results =
      world.call(instance, "f", {i64(1), first, f64(0.5), testing::f32(2.5F), second});
  ASSERT_EQ(results.size(), 6u) << runtime::format_trap(world.trap);
  EXPECT_EQ(results[0].slots[0].i64, 1u);
  EXPECT_EQ(results[1].slots[0].bits, 11u);
  EXPECT_EQ(results[1].slots[1].bits, 12u);
  EXPECT_EQ(results[2].slots[0].f64, 0.5);
  EXPECT_EQ(results[3].slots[0].f32, 2.5F);
  EXPECT_EQ(results[4].slots[0].bits, 21u);
  EXPECT_EQ(results[4].slots[1].bits, 22u);
  EXPECT_EQ(results[5].slots[0].function, World::function(instance, "throw"));
}

TEST(Exceptions, AReferenceThrowsTheSameExceptionAgain) {
  constexpr auto text = R"((module (tag $a (param i32)) (tag $b)
    (func (export "f") (param i32) (result i32) (local $kept exnref)
      (block $h (result i32 exnref)
        (try_table (catch_ref $a $h) (throw $a (i32.const 12)))
        (unreachable))
      (local.set $kept) (drop)
      (block $again (result i32)
        (block $other
          (try_table (catch $b $other) (catch $a $again) (throw_ref (local.get $kept))))
        (i32.const 0))
      )
    (func (export "any") (result i32)
      (block $again (result i32)
        (try_table (catch $a $again)
          (block $h (result exnref)
            (try_table (catch_all_ref $h) (throw $a (i32.const 13)))
            (unreachable))
          (throw_ref))
        (unreachable)))
    (func (export "null") (throw_ref (ref.null exn))))
  )";
  World world;
  auto* instance = world.instantiate(text);
  EXPECT_EQ(world.call_i32(instance, "f", {i32(0)}), 12u);
  EXPECT_EQ(world.call_i32(instance, "any"), 13u);
  EXPECT_TRUE(world.call(instance, "null").empty());
  EXPECT_EQ(world.trap.code, TrapCode::null_exception_reference);
}

// --- Frames in between

TEST(Exceptions, ATailCalledFunctionThrowsPastItsCaller) {
  EXPECT_EQ(run_i32(R"((module (tag $a (param i32)) (type $t (func (param i32) (result i32)))
    (table funcref (elem $throw))
    (func $throw (type $t) (throw $a (local.get 0)))
    (func $indirect (type $t)
      (block $h (result i32)
        (try_table (result i32) (catch $a $h)
          (return_call_indirect (type $t) (local.get 0) (i32.const 0)))))
    (func $direct (type $t)
      (block $h (result i32)
        (try_table (result i32) (catch $a $h) (return_call $indirect (local.get 0)))))
    (func (export "f") (result i32)
      (block $h (result i32)
        (try_table (catch $a $h) (return (call $direct (i32.const 6))))
        (unreachable))
      (i32.add (i32.const 100)))))"),
            106u);
}

TEST(Exceptions, UnwindAHundredThousandFrames) {
  constexpr auto text = R"((module (tag $a (param i32)) (tag $other)
    (func $down (param i32) (result i32)
      (if (i32.eqz (local.get 0)) (then (throw $a (i32.const 77))))
      (block $h
        (try_table (catch $other $h)
          (return (i32.add (i32.const 1) (call $down (i32.sub (local.get 0) (i32.const 1)))))))
      (i32.const 0))
    (func (export "f") (param i32) (result i32)
      (block $h (result i32)
        (try_table (catch $a $h) (return (call $down (local.get 0))))
        (unreachable))))
  )";
  EXPECT_EQ(run_i32(text, {i32(100'000)}), 77u);
}

TEST(Exceptions, TagsMatchByIdentityAcrossInstances) {
  World world;
  constexpr auto tags = R"((module (tag (export "t") (param i32))))";
  auto* one = world.instantiate(tags);
  auto* two = world.instantiate(tags);
  world.linker.define_instance("one", *one);
  world.linker.define_instance("two", *two);
  auto* thrower = world.instantiate(R"((module
    (import "one" "t" (tag $one (param i32))) (import "two" "t" (tag $two (param i32)))
    (memory 1) (data (i32.const 0) "\07")
    (func (export "throw") (param i32)
      (if (local.get 0) (then (throw $two (i32.load8_u (i32.const 0)))))
      (throw $one (i32.load8_u (i32.const 0))))))");
  world.linker.define_instance("thrower", *thrower);
  // The same indices mean other tags, and memory 0 another memory.
  auto* catcher = world.instantiate(R"((module
    (import "two" "t" (tag $two (param i32))) (import "one" "t" (tag $one (param i32)))
    (import "thrower" "throw" (func $throw (param i32)))
    (memory 1) (data (i32.const 0) "\64")
    (func (export "f") (param i32) (result i32)
      (block $h1 (result i32)
        (block $h2 (result i32)
          (try_table (catch $one $h1) (catch $two $h2) (call $throw (local.get 0)))
          (unreachable))
        (return (i32.add (i32.const 1000))))
      (i32.add (i32.load8_u (i32.const 0))))))");
  EXPECT_EQ(world.call_i32(catcher, "f", {i32(0)}), 107u);
  EXPECT_EQ(world.call_i32(catcher, "f", {i32(1)}), 1007u);
}

// --- Native code

/// A native function made of callables, which is its own boundary.
class Native final : public NativeFunction, public Boundary {
 public:
  std::function<Outcome(NativeCall&)> on_call;
  std::function<Outcome(NativeCall&, ExceptionObject&)> on_thrown;
  int unwound = 0;

  Outcome call(NativeCall& call) override { return on_call(call); }
  Outcome resume(NativeCall& call, std::uint64_t) override {
    call.slots[0] = call.callee_results[0];
    return call.returned();
  }
  Outcome resume_thrown(NativeCall& call, std::uint64_t state,
                        ExceptionObject& exception) override {
    return on_thrown ? on_thrown(call, exception) : Boundary::resume_thrown(call, state, exception);
  }
  void unwind(std::uint64_t, Trap&) override { ++unwound; }
};

class NativeExceptions : public ::testing::Test {
 protected:
  NativeExceptions() {
    const decoder::FunctionType unary{{decoder::i32}, {decoder::i32}};
    const auto linked = world.linker.define(
        "host", "native", runtime::External::of(world.store.make_function(unary, native)));
    EXPECT_TRUE(linked);
    tag = world.store.make_tag(world.engine.types().intern({{decoder::i32}, {}}));
    EXPECT_TRUE(world.linker.define("host", "tag", runtime::External::of(tag)));
    instance = world.instantiate(R"((module
      (import "host" "native" (func $native (param i32) (result i32)))
      (import "host" "tag" (tag $tag (param i32)))
      (func $throw (export "throw") (param i32) (result i32)
        (throw $tag (i32.add (local.get 0) (i32.const 1))))
      (func $call (export "call") (param i32) (result i32) (call $native (local.get 0)))
      (func (export "catch") (param i32) (result i32)
        (block $h (result i32)
          (try_table (catch $tag $h) (return (call $call (local.get 0))))
          (unreachable))
        (i32.add (i32.const 100)))
      (func $tail (export "tail") (param i32) (result i32)
        (block $h (result i32)
          (try_table (result i32) (catch $tag $h) (return_call $native (local.get 0)))))
      (func (export "catch_tail") (param i32) (result i32)
        (block $h (result i32)
          (try_table (catch $tag $h) (return (call $tail (local.get 0))))
          (unreachable))
        (i32.add (i32.const 200)))))");
  }

  /// The native function enters `throw` with its argument.
  void enter_throw() {
    native.on_call = [this](NativeCall& call) {
      return call.enter(*World::function(instance, "throw"), {call.slots, 1}, native, 0);
    };
  }

  World world;
  Native native;
  runtime::Tag* tag = nullptr;
  runtime::Instance* instance = nullptr;
};

TEST_F(NativeExceptions, NativeCodeThrows) {
  native.on_call = [this](NativeCall& call) {
    const Slot value{.bits = call.slots[0].i32 * 2};
    return call.throws(*tag, {&value, 1});
  };
  EXPECT_EQ(world.call_i32(instance, "catch", {i32(21)}), 142u);
  EXPECT_EQ(world.call_i32(instance, "catch_tail", {i32(21)}), 242u) << "not caught by the caller";
  EXPECT_TRUE(world.call(instance, "call", {i32(21)}).empty());
  ASSERT_NE(world.trap.exception, nullptr);
  EXPECT_EQ(world.trap.exception->tag, tag);
  EXPECT_EQ(world.trap.exception->values[0].slots[0].i32, 42u);
  EXPECT_EQ(world.trap.message, "uncaught exception (i32 42)");
  ASSERT_EQ(world.trap.backtrace.size(), 1u);
  EXPECT_EQ(world.trap.backtrace[0].function, "call");
}

TEST_F(NativeExceptions, NativeCodeInBetweenIsUnwound) {
  enter_throw();
  EXPECT_EQ(world.call_i32(instance, "catch", {i32(1)}), 102u);
  EXPECT_EQ(native.unwound, 1);
  EXPECT_TRUE(world.call(instance, "call", {i32(1)}).empty());
  EXPECT_EQ(native.unwound, 2);
  EXPECT_EQ(world.trap.code, TrapCode::uncaught_exception);
  ASSERT_EQ(world.trap.backtrace.size(), 2u) << "both sides of the native function";
  EXPECT_EQ(world.trap.backtrace[0].function, "throw");
  EXPECT_EQ(world.trap.backtrace[1].function, "call");
}

TEST_F(NativeExceptions, NativeCodeCatches) {
  enter_throw();
  native.on_thrown = [this](NativeCall& call, ExceptionObject& exception) {
    EXPECT_EQ(exception.tag, tag);
    call.slots[0].bits = exception.values()[0].i32 + 1000;
    return call.returned();
  };
  EXPECT_EQ(world.call_i32(instance, "call", {i32(1)}), 1002u);
  EXPECT_EQ(native.unwound, 0);
}

TEST_F(NativeExceptions, NativeCodeTurnsAnExceptionIntoATrapOrAnother) {
  enter_throw();
  native.on_thrown = [](NativeCall& call, ExceptionObject&) {
    return call.trapped(Trap(TrapCode::host, "not here"));
  };
  EXPECT_TRUE(world.call(instance, "catch", {i32(1)}).empty());
  EXPECT_EQ(world.trap.message, "not here");
  ASSERT_EQ(world.trap.backtrace.size(), 3u) << "from where it was thrown";

  native.on_thrown = [this](NativeCall& call, ExceptionObject& exception) {
    const Slot value{.bits = exception.values()[0].i32 * 10};
    return call.throws(*tag, {&value, 1});
  };
  EXPECT_EQ(world.call_i32(instance, "catch", {i32(1)}), 120u);
}

TEST_F(NativeExceptions, NativeCodeEntersAgainAfterAnException) {
  int times = 0;
  enter_throw();
  native.on_thrown = [&](NativeCall& call, ExceptionObject& exception) {
    if (++times == 10'000) return call.throws(exception);
    return call.enter(*World::function(instance, "throw"), exception.values(), native, 0);
  };
  EXPECT_EQ(world.call_i32(instance, "catch", {i32(0)}), 10'100u);
}

TEST_F(NativeExceptions, CppFunctionsThrowAndPassOnWhatEndedTheirOwnCalls) {
  World other;
  auto* error = other.store.make_tag(other.engine.types().intern({{decoder::i32}, {}}));
  ASSERT_TRUE(other.linker.define("host", "error", runtime::External::of(error)));
  ASSERT_TRUE(other.linker.define_function(
      "host", "fail", [&](std::int32_t number) -> runtime::HostResult<void> {
        return std::unexpected(
            runtime::throwing(*error, {i32(static_cast<std::uint32_t>(number))}));
      }));
  auto* inner = other.instantiate(R"((module
    (import "host" "fail" (func $fail (param i32)))
    (func (export "g") (call $fail (i32.const 31)))))");
  ASSERT_TRUE(other.linker.define_function("host", "again", [&]() -> runtime::HostResult<void> {
    Trap why;
    if (other.store.run(*World::function(inner, "g"), {}, {}, why)) return {};
    return std::unexpected(std::move(why));
  }));
  auto* outer = other.instantiate(R"((module
    (import "host" "again" (func $again)) (import "host" "error" (tag $error (param i32)))
    (func (export "f") (result i32)
      (block $h (result i32) (try_table (catch $error $h) (call $again)) (i32.const 0)))))");
  EXPECT_EQ(other.call_i32(outer, "f"), 31u);
}

TEST_F(NativeExceptions, AnAbandonedStackForgetsItsHandlers) {
  native.on_call = [this](NativeCall& call) { return call.suspend(native, 0); };
  EXPECT_TRUE(world.call(instance, "catch", {i32(1)}).empty());
  EXPECT_EQ(world.trap.code, TrapCode::host);
  EXPECT_EQ(native.unwound, 1);
}

// --- Uncaught

TEST(Exceptions, UncaughtTheyEndTheCallWithTagAndBacktrace) {
  World world;
  auto* instance = world.instantiate(R"((module $m (tag $failure (param i32 f64))
    (func $inner (throw $failure (i32.const -7) (f64.const 0.5)))
    (func (export "f") (call $inner))))");
  auto* function = World::function(instance, "f");
  const auto result = world.store.call(*function, {}, &world.trap);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::exception);
  EXPECT_EQ(result.error().message, "uncaught exception `failure` (i32 -7, f64 0.500000)");
  EXPECT_THAT(runtime::format_trap(world.trap),
              ::testing::StartsWith("uncaught exception `failure` (i32 -7, f64 0.500000)\n"
                                    "  at inner (function 0, offset "));
  ASSERT_NE(world.trap.exception, nullptr);
  EXPECT_EQ(world.trap.exception->values.size(), 2u);
}

TEST(Exceptions, LiveInTheHeapAndAreCollected) {
  // Megabytes of exceptions in a heap of a megabyte; one is kept, and still whole at the end.
  constexpr auto text =
      R"((module (tag $t (param i64 i64 i64 i64)) (global $kept (mut exnref) (ref.null exn))
    (func (export "f") (param $n i32) (result i64) (local $e exnref)
      (local.set $e (block $h (result exnref)
        (try_table (catch_all_ref $h)
          (throw $t (i64.const 1) (i64.const 2) (i64.const 3) (i64.const 4)))
        (unreachable)))
      (global.set $kept (local.get $e))
      (loop $again
        (drop (block $h (result exnref)
          (try_table (catch_all_ref $h)
            (throw $t (i64.const -1) (i64.const -1) (i64.const -1) (i64.const -1)))
          (unreachable)))
        (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
      (block $h (result i64 i64 i64 i64)
        (try_table (catch $t $h) (throw_ref (global.get $kept)))
        (unreachable))
      (i64.add) (i64.add) (i64.add)))
  )";
  for (const bool always : {false, true}) {
    runtime::EngineConfiguration configuration{.collect_always = always};
    configuration.limits.heap_bytes = std::uint64_t{1} << 20;
    World world(configuration);
    auto* instance = world.instantiate(text);
    const auto results = world.call(instance, "f", {i32(always ? 1000 : 100'000)});
    ASSERT_EQ(results.size(), 1u) << runtime::format_trap(world.trap);
    EXPECT_EQ(results[0].slots[0].i64, 10u);
    EXPECT_GT(world.store.heap().statistics().collections, 0u);
  }
}

TEST(Exceptions, AStartFunctionMayThrow) {
  World world;
  auto assembled =
      decoder::text::assemble(R"((module (tag $a (export "oh")) (func $s (throw $a)) (start $s)))");
  ASSERT_TRUE(assembled);
  auto module =
      world.engine.compile(std::make_shared<std::vector<std::byte>>(std::move(assembled->binary)));
  ASSERT_TRUE(module);
  const auto instance = world.store.instantiate(*module, {}, {}, &world.trap);
  ASSERT_FALSE(instance);
  EXPECT_EQ(instance.error().kind, ErrorKind::exception);
  EXPECT_EQ(world.trap.message.substr(0, 18), "uncaught exception");
}

// --- The legacy proposal

TEST(LegacyExceptions, RethrowMeansTheExceptionOfItsBlock) {
  constexpr auto text = R"((module (tag $a (param i32)) (tag $b (param i32))
    (func $both (param i32) (result i32)
      try (result i32)
        (throw $a (i32.const 1))
      catch $a
        (drop)
        try (result i32)
          (throw $b (i32.const 2))
        catch $b
          (drop)
          (if (local.get 0) (then (rethrow 1)))
          (rethrow 1)
        end
      end)
    (func (export "f") (param i32) (result i32)
      try (result i32)
        (i32.const 40) (call $both (local.get 0)) (i32.add)
      catch $a
        (i32.add (i32.const 10))
      catch $b
        (i32.add (i32.const 20))
      end))
  )";
  EXPECT_EQ(run_i32(text, {i32(0)}), 11u);
  EXPECT_EQ(run_i32(text, {i32(1)}), 22u);
}

TEST(LegacyExceptions, ResultsOfEveryPartLieWhereTheBlockSays) {
  constexpr auto text = R"((module (tag $a (param i32 i32))
    (func (export "f") (param i32) (result i32)
      (i32.const 1000) (local.get 0)
      try (param i32) (result i32 i32)
        (if (param i32) (result i32) (i32.eqz (local.get 0))
          (then (i32.const 7) (throw $a))
          (else))
        (i32.const 3)
      catch $a
        (i32.const 5) (drop)
        (br_if 0 (i32.const 0))
      end
      (i32.sub) (i32.add)))
  )";
  EXPECT_EQ(run_i32(text, {i32(10)}), 1007u);
  EXPECT_EQ(run_i32(text, {i32(0)}), static_cast<std::uint32_t>(1000 - 7));
}

TEST(LegacyExceptions, DelegateSkipsTheHandlersInBetween) {
  constexpr auto text = R"((module (tag $a)
    (func (export "f") (param i32) (result i32)
      try $outer (result i32)
        try $middle (result i32)
          try $inner (result i32)
            (if (local.get 0) (then (throw $a)))
            (i32.const 0)
          delegate $outer
        catch_all
          (i32.const 1)
        end
      catch_all
        (i32.const 2)
      end)
    (func (export "g") (result i32)
      try (result i32)
        try (result i32)
          (throw $a)
        delegate 1
      catch_all
        (i32.const 3)
      end))
  )";
  World world;
  auto* instance = world.instantiate(text);
  EXPECT_EQ(world.call_i32(instance, "f", {i32(0)}), 0u);
  EXPECT_EQ(world.call_i32(instance, "f", {i32(1)}), 2u);
  EXPECT_TRUE(world.call(instance, "g").empty()) << "delegated to the caller";
  EXPECT_EQ(world.trap.code, TrapCode::uncaught_exception);
}

}  // namespace
}  // namespace airlock::interpreter
