// Facts about what the translator may fold and what it may not.
#include <gtest/gtest.h>

#include "interpreter/testing.hpp"

namespace airlock::interpreter {
namespace {

using runtime::Slot;
using runtime::Value;
using testing::f32;
using testing::f64;
using testing::i32;
using testing::i64;
using testing::run_i32;
using testing::World;

TEST(TranslatorTest, PendingLocalIsSavedBeforeItIsSet) {
  EXPECT_EQ(run_i32(R"((module (func (export "f") (param i32) (result i32)
      (local.get 0) (local.set 0 (i32.const 5)) (i32.sub (local.get 0)))))",
                    {i32(7)}),
            2u);
}

TEST(TranslatorTest, PendingLocalIsSavedBeforeATee) {
  EXPECT_EQ(run_i32(R"((module (func (export "f") (param i32) (result i32)
      (local.get 0) (local.tee 0 (i32.add (local.get 0) (i32.const 1))) i32.mul)))",
                    {i32(7)}),
            56u);
}

TEST(TranslatorTest, SetOfAResultWithSavedPendingLocals) {
  // The result must not go to the local before the pending reads were saved.
  EXPECT_EQ(run_i32(R"((module (func (export "f") (param i32) (result i32)
      (local.get 0) (local.get 0)
      (local.set 0 (i32.mul (local.get 0) (i32.const 10)))
      (i32.add) (i32.add (local.get 0)))))",
                    {i32(3)}),
            36u);
}

TEST(TranslatorTest, LocalsSwappedThroughTheStack) {
  EXPECT_EQ(run_i32(R"((module (func (export "f") (param i32 i32) (result i32)
      (local.get 0) (local.get 1) (local.set 0) (local.set 1)
      (i32.sub (local.get 0) (local.get 1)))))",
                    {i32(10), i32(3)}),
            static_cast<std::uint32_t>(-7));
}

TEST(TranslatorTest, PendingLocalUnderABlockThatSetsItOnOnePath) {
  constexpr auto text = R"((module (func (export "f") (param i32 i32) (result i32)
      (local.get 0)
      (block (br_if 0 (local.get 1)) (local.set 0 (i32.const 100)))
      (i32.add (local.get 0)))))";
  EXPECT_EQ(run_i32(text, {i32(1), i32(1)}), 2u);
  EXPECT_EQ(run_i32(text, {i32(1), i32(0)}), 101u);
}

TEST(TranslatorTest, PendingLocalUnderALoopThatSetsIt) {
  EXPECT_EQ(run_i32(R"((module (func (export "f") (param i32) (result i32)
      (local.get 0)
      (loop (local.set 0 (i32.sub (local.get 0) (i32.const 1))) (br_if 0 (local.get 0)))
      (i32.add (local.get 0)))))",
                    {i32(9)}),
            9u);
}

TEST(TranslatorTest, AccumulatorIsForgottenWhereControlFlowMerges) {
  constexpr auto text = R"((module (func (export "f") (param i32 i32) (result i32)
      (block (result i32)
        (i32.add (local.get 0) (i32.const 1))
        (br_if 0 (local.get 1))
        (drop) (i32.mul (local.get 0) (i32.const 3)))
      (i32.add (i32.const 1000)))))";
  EXPECT_EQ(run_i32(text, {i32(5), i32(1)}), 1006u);
  EXPECT_EQ(run_i32(text, {i32(5), i32(0)}), 1015u);
}

TEST(TranslatorTest, IfWithBothArmsGivesTheArmTaken) {
  constexpr auto text = R"((module (func (export "f") (param i32 i32) (result i32)
      (if (result i32) (i32.lt_s (local.get 0) (local.get 1))
        (then (local.get 1)) (else (i32.const 77))))))";
  EXPECT_EQ(run_i32(text, {i32(1), i32(2)}), 2u);
  EXPECT_EQ(run_i32(text, {i32(2), i32(1)}), 77u);
}

TEST(TranslatorTest, ConstantsOnTheLeftKeepTheirSide) {
  constexpr auto text = R"((module
    (func (export "sub") (param i32) (result i32) (i32.sub (i32.const 100) (local.get 0)))
    (func (export "shl") (param i32) (result i32) (i32.shl (i32.const 1) (local.get 0)))
    (func (export "div") (param i32) (result i32) (i32.div_s (i32.const 100) (local.get 0)))
    (func (export "lt") (param i32) (result i32) (i32.lt_s (i32.const 5) (local.get 0)))
    (func (export "two") (result i32) (i32.sub (i32.const 5) (i32.const 7)))
    (func (export "minus") (param i32) (result i32)
      (i32.sub (local.get 0) (i32.const -2147483648)))))";
  World world;
  auto* instance = world.instantiate(text);
  EXPECT_EQ(world.call_i32(instance, "sub", {i32(1)}), 99u);
  EXPECT_EQ(world.call_i32(instance, "shl", {i32(4)}), 16u);
  EXPECT_EQ(world.call_i32(instance, "div", {i32(7)}), 14u);
  EXPECT_EQ(world.call_i32(instance, "lt", {i32(6)}), 1u);
  EXPECT_EQ(world.call_i32(instance, "lt", {i32(5)}), 0u);
  EXPECT_EQ(world.call_i32(instance, "two"), static_cast<std::uint32_t>(-2));
  EXPECT_EQ(world.call_i32(instance, "minus", {i32(1)}), 0x80000001u);
}

TEST(TranslatorTest, TheSameLocalTwiceFromTheAccumulator) {
  EXPECT_EQ(run_i32(R"((module (func (export "f") (param i32) (result i32)
      (local.set 0 (i32.add (local.get 0) (i32.const 1)))
      (i32.mul (local.get 0) (local.get 0)))))",
                    {i32(6)}),
            49u);
}

TEST(TranslatorTest, IntegerAndFloatAccumulatorsAreIndependent) {
  World world;
  auto* instance = world.instantiate(R"((module
    (func (export "f") (param i32 f64 f32) (result f64)
      (f64.add
        (f64.mul (local.get 1) (f64.const 2))
        (f64.add
          (f64.convert_i32_s (i32.add (local.get 0) (i32.const 1)))
          (f64.promote_f32 (f32.add (local.get 2) (f32.const 0.5))))))))");
  const auto results = world.call(instance, "f", {i32(9), f64(1.5), f32(2.25F)});
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].slots[0].f64, 3.0 + 10.0 + 2.75);
}

TEST(TranslatorTest, HomesReusedByAnotherTypeAreNotMirrored) {
  // The integer accumulator caches a slot that an f64 takes over.
  World world;
  auto* instance = world.instantiate(R"((module
    (func (export "f") (param i32 f64) (result f64)
      (drop (i32.add (local.get 0) (i32.const 1)))
      (f64.add (local.get 1) (f64.const 1))
      (i32.add (local.get 0) (i32.const 2))
      (f64.convert_i32_s)
      (f64.add))))");
  const auto results = world.call(instance, "f", {i32(40), f64(0.5)});
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].slots[0].f64, 43.5);
}

TEST(TranslatorTest, SelectTakesConstantsLocalsAndComparisons) {
  constexpr auto text = R"((module
    (func (export "f") (param i32 i32) (result i32)
      (i32.add
        (select (local.get 0) (i32.const -5) (i32.lt_u (local.get 0) (local.get 1)))
        (select (i32.const 1000) (i32.const 2000) (local.get 1))))
    (func (export "g") (param f64 f64 i32) (result f64)
      (select (f64.add (local.get 0) (local.get 1)) (f64.const 9) (local.get 2)))
    (func (export "h") (param f32 i32) (result f32)
      (select (f32.const 1.5) (local.get 0) (i32.eqz (local.get 1))))))";
  World world;
  auto* instance = world.instantiate(text);
  EXPECT_EQ(world.call_i32(instance, "f", {i32(3), i32(4)}), 1003u);
  EXPECT_EQ(world.call_i32(instance, "f", {i32(3), i32(0)}), 1995u);
  EXPECT_EQ(world.call(instance, "g", {f64(1), f64(2), i32(1)})[0].slots[0].f64, 3.0);
  EXPECT_EQ(world.call(instance, "g", {f64(1), f64(2), i32(0)})[0].slots[0].f64, 9.0);
  EXPECT_EQ(world.call(instance, "h", {f32(7), i32(0)})[0].slots[0].f32, 1.5F);
  EXPECT_EQ(world.call(instance, "h", {f32(7), i32(1)})[0].slots[0].f32, 7.0F);
}

TEST(TranslatorTest, BranchOutOfDeeperStacksMovesItsValue) {
  constexpr auto text = R"((module (func (export "f") (param i32) (result i32)
      (block (result i32)
        (i32.const 1) (i32.const 2)
        (br_if 0 (i32.add (local.get 0) (i32.const 10)) (local.get 0))
        (i32.add) (i32.add) (br 0)))))";
  EXPECT_EQ(run_i32(text, {i32(5)}), 15u);
  EXPECT_EQ(run_i32(text, {i32(0)}), 13u);
}

TEST(TranslatorTest, BranchTableCarriesValuesToLabelsOfEveryDepth) {
  constexpr auto text = R"((module (func (export "f") (param i32) (result i32)
      (block (result i32)
        (block (result i32)
          (i32.const 1000)
          (block (result i32)
            (br_table 0 1 2 3 (i32.add (local.get 0) (i32.const 7)) (local.get 0)))
          (i32.add))
        (i32.add (i32.const 20)))
      (i32.add (i32.const 100000)))))";
  EXPECT_EQ(run_i32(text, {i32(0)}), 101027u);  // innermost: + 1000 + 20
  EXPECT_EQ(run_i32(text, {i32(1)}), 100028u);
  EXPECT_EQ(run_i32(text, {i32(2)}), 100009u);
  EXPECT_EQ(run_i32(text, {i32(3)}), 10u);     // the function's own label
  EXPECT_EQ(run_i32(text, {i32(400)}), 407u);  // beyond the table: the default
}

TEST(TranslatorTest, LoopParametersAndSeveralResults) {
  constexpr auto text = R"((module (func (export "f") (param i32) (result i32) (local i32)
      (i32.const 1) (local.get 0)
      (loop (param i32 i32) (result i32)
        (local.set 0)
        (i32.mul (local.get 0))
        (i32.sub (local.get 0) (i32.const 1))
        (local.tee 1)
        (br_if 0 (local.get 1))
        (drop)))))";
  EXPECT_EQ(run_i32(text, {i32(5)}), 120u);
}

TEST(TranslatorTest, ResultsThatAreParametersInAnotherOrder) {
  World world;
  auto* instance = world.instantiate(R"((module
    (func (export "f") (param i32 i64 f64) (result f64 i64 i32)
      (local.get 2) (local.get 1) (local.get 0))))");
  const auto results = world.call(instance, "f", {i32(1), i64(2), f64(3)});
  ASSERT_EQ(results.size(), 3u);
  EXPECT_EQ(results[0].slots[0].f64, 3.0);
  EXPECT_EQ(results[1].slots[0].i64, 2u);
  EXPECT_EQ(results[2].slots[0].i32, 1u);
}

TEST(TranslatorTest, MoreResultsThanLocals) {
  World world;
  auto* instance = world.instantiate(R"((module
    (func $five (result i32 i32 i32 i32 i32)
      (i32.const 1) (i32.const 2) (i32.const 3) (i32.const 4) (i32.const 5))
    (func (export "f") (result i32)
      (call $five) i32.add i32.mul i32.add i32.mul)))");
  EXPECT_EQ(world.call_i32(instance, "f"), 29u);  // 1 * (2 + 3 * (4 + 5))
}

TEST(TranslatorTest, LocalsAreZeroOnEveryCall) {
  World world;
  auto* instance = world.instantiate(R"((module
    (func $dirty (param i32) (result i32) (local i32 i64 f32 f64 i32)
      (local.set 1 (local.get 0)) (local.set 5 (local.get 0))
      (i32.add (local.get 1) (local.get 5)))
    (func $clean (param i32) (result i32) (local i32 i64 f32 f64 i32)
      (i32.or (local.get 1) (i32.or (local.get 5) (i32.wrap_i64 (local.get 2)))))
    (func (export "f") (result i32)
      (drop (call $dirty (i32.const -1)))
      (call $clean (i32.const 1)))))");
  EXPECT_EQ(world.call_i32(instance, "f"), 0u);
}

TEST(TranslatorTest, AddressAdditionsWrapAround) {
  World world;
  auto* instance = world.instantiate(R"((module (memory 1)
    (data (i32.const 8) "\2a")
    (func (export "plus") (param i32 i32) (result i32)
      (i32.load (i32.add (local.get 0) (local.get 1))))
    (func (export "constant") (param i32) (result i32)
      (i32.load (i32.add (local.get 0) (i32.const -8))))
    (func (export "offset") (param i32) (result i32)
      (i32.load offset=8 (i32.add (local.get 0) (i32.const -8))))
    (func (export "store") (param i32 i32) (result i32)
      (i32.store (i32.add (local.get 0) (i32.const 4)) (local.get 1))
      (i32.load (i32.const 16)))))");
  EXPECT_EQ(world.call_i32(instance, "plus", {i32(0xfffffffc), i32(12)}), 42u);
  EXPECT_EQ(world.call_i32(instance, "constant", {i32(16)}), 42u);
  EXPECT_EQ(world.call_i32(instance, "offset", {i32(8)}), 42u);
  EXPECT_EQ(world.call_i32(instance, "store", {i32(12), i32(99)}), 99u);
  // The sum wraps, the static offset does not.
  world.call(instance, "offset", {i32(7)});
  EXPECT_EQ(world.trap.code, runtime::TrapCode::out_of_bounds_memory_access);
}

TEST(TranslatorTest, ComparisonsUsedAsValuesAndAsConditions) {
  constexpr auto text = R"((module
    (func (export "f") (param i32 i32) (result i32) (local i32)
      (local.set 2 (i32.lt_s (local.get 0) (local.get 1)))
      (if (result i32) (local.get 2) (then (i32.const 10)) (else (i32.const 20)))
      (i32.add (local.get 2)))
    (func (export "g") (param i64) (result i32)
      (if (result i32) (i64.eqz (local.get 0)) (then (i32.const 1)) (else (i32.const 2))))
    (func (export "h") (param f64) (result i32)
      (if (result i32) (i32.eqz (f64.lt (local.get 0) (f64.const 1)))
        (then (i32.const 1)) (else (i32.const 2))))))";
  World world;
  auto* instance = world.instantiate(text);
  EXPECT_EQ(world.call_i32(instance, "f", {i32(1), i32(2)}), 11u);
  EXPECT_EQ(world.call_i32(instance, "f", {i32(2), i32(1)}), 20u);
  EXPECT_EQ(world.call_i32(instance, "g", {i64(0)}), 1u);
  EXPECT_EQ(world.call_i32(instance, "g", {i64(std::uint64_t{1} << 40)}), 2u);
  EXPECT_EQ(world.call_i32(instance, "h", {f64(0)}), 2u);
  // A NaN is not less, and its negated comparison holds.
  EXPECT_EQ(world.call_i32(instance, "h", {f64(std::numeric_limits<double>::quiet_NaN())}), 1u);
}

TEST(TranslatorTest, VectorsTakeTwoSlotsWhereverTheyAreMoved) {
  World world;
  auto* instance = world.instantiate(R"((module
    (func $swap (param i32 v128 v128) (result v128 i32 v128)
      (local.get 2) (local.get 0) (local.get 1))
    (func (export "f") (param v128 i32 v128) (result v128) (local v128)
      (call $swap (local.get 1) (local.get 0) (local.get 2))
      (local.set 0) (local.set 1) (local.set 3)
      (select (local.get 3) (local.get 0) (local.get 1)))))");
  Value a{decoder::v128, {Slot{.bits = 1}, Slot{.bits = 2}}};
  Value b{decoder::v128, {Slot{.bits = 3}, Slot{.bits = 4}}};
  auto results = world.call(instance, "f", {a, i32(1), b});
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].slots[0].bits, 3u);
  EXPECT_EQ(results[0].slots[1].bits, 4u);
  results = world.call(instance, "f", {a, i32(0), b});
  EXPECT_EQ(results[0].slots[0].bits, 1u);
  EXPECT_EQ(results[0].slots[1].bits, 2u);
}

TEST(TranslatorTest, DeepStacksOfPendingLocalsTranslateInLinearTime) {
  // Saving each of many pending locals must not search the whole stack again and again.
  constexpr int locals = 2000;
  std::string text = "(module (func (export \"f\") (result i32) (local";
  for (int i = 0; i < locals; ++i) text += " i32";
  text += ")";
  for (int i = 0; i < locals; ++i) text += "(local.get " + std::to_string(i) + ")";
  for (int i = 0; i < 60000; ++i) text += "(i32.const 1)";
  for (int i = 0; i < locals; ++i) text += "(local.set " + std::to_string(i) + " (i32.const 3))";
  for (int i = 0; i < 60000 + locals - 1; ++i) text += "i32.add ";
  text += "))";
  EXPECT_EQ(run_i32(text), 60000u);
}

TEST(TranslatorTest, GlobalsOwnedAndImported) {
  World world;
  auto* first = world.instantiate(R"((module
    (global (export "g") (mut i64) (i64.const 5)) (global (export "v") (mut v128)
      (v128.const i64x2 1 2)) (global (export "h") (mut f32) (f32.const 1.5))))");
  world.linker.define_instance("m", *first);
  auto* second = world.instantiate(R"((module
    (import "m" "g" (global $g (mut i64))) (import "m" "v" (global $v (mut v128)))
    (import "m" "h" (global $h (mut f32)))
    (global $own (mut v128) (v128.const i64x2 3 4)) (global $n (mut i32) (i32.const 1))
    (func (export "f") (result i32)
      (global.set $g (i64.add (global.get $g) (i64.const 1)))
      (global.set $v (global.get $own))
      (global.set $n (i32.add (global.get $n) (i32.const 10)))
      (global.set $h (f32.add (global.get $h) (global.get $h)))
      (i32.add (global.get $n) (i32.wrap_i64 (global.get $g))))))");
  EXPECT_EQ(world.call_i32(second, "f"), 17u);
  EXPECT_EQ(first->global(0)->storage->i64, 6u);
  EXPECT_EQ(first->global(1)->storage[1].i64, 4u);
  EXPECT_EQ(first->global(2)->storage->f32, 3.0F);
}

TEST(TranslatorTest, AtomicResultsTakeTheAccumulator) {
  // The sum is in the accumulator until the atomic load.
  EXPECT_EQ(run_i32(R"((module (memory 1 1 shared)
    (func (export "f") (param $x i32) (result i32) (local $sum i32) (local $old i32)
      (local.set $sum (i32.add (local.get $x) (i32.const 2)))
      (local.set $old (i32.atomic.load (i32.const 0)))
      (local.set $old (i32.atomic.rmw.add (i32.const 0) (local.get $sum)))
      (i32.add (i32.mul (local.get $sum) (i32.const 10))
               (i32.add (local.get $old) (i32.atomic.load (i32.const 0)))))))",
                    {i32(5)}),
            77u);
}

}  // namespace
}  // namespace airlock::interpreter
