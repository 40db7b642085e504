// Facts about superinstructions: what is put together does what its parts did, and what must stay
// apart does. That something is put together shows in the number of cells.
#include <gtest/gtest.h>

#include <limits>

#include "interpreter/code.hpp"
#include "interpreter/testing.hpp"

namespace airlock::interpreter {
namespace {

using testing::f64;
using testing::i32;
using testing::run_i32;
using testing::World;

/// Cells of the exported function `f`, without its entry header.
std::size_t cells_of(std::string_view text) {
  World world;
  auto* instance = world.instantiate(text);
  auto* function = World::function(instance, "f");
  if (function == nullptr) return 0;
  world.call(instance, "f", {});
  return function->code->translation.cells.size() - entry_cells;
}

TEST(Fusion, TwoSumsInLocals) {
  constexpr auto text = R"((module (func (export "f") (param i32 i32) (result i32)
      (local.set 0 (i32.add (local.get 0) (i32.const 1)))
      (local.set 1 (i32.add (local.get 1) (i32.const -10)))
      (i32.sub (local.get 0) (local.get 1)))))";
  EXPECT_EQ(run_i32(text, {i32(5), i32(30)}), static_cast<std::uint32_t>(6 - 20));
}

TEST(Fusion, TheSecondSumReadsWhatTheFirstWrote) {
  constexpr auto text = R"((module (func (export "f") (param i32 i32) (result i32)
      (local.set 1 (i32.add (local.get 0) (i32.const 1)))
      (local.set 0 (i32.add (local.get 0) (i32.const 2)))
      (local.set 0 (i32.add (local.get 1) (i32.const 3)))
      (i32.mul (local.get 0) (local.get 1)))))";
  EXPECT_EQ(run_i32(text, {i32(5), i32(30)}), 9u * 6u);
}

TEST(Fusion, TwoSumsAreOneInstruction) {
  const auto body = [](std::string_view code) {
    return "(module (func (export \"f\") (local i32 i32) " + std::string(code) + "))";
  };
  const auto one = cells_of(body("(local.set 0 (i32.add (local.get 0) (i32.const 1)))"));
  const auto two = cells_of(body(R"((local.set 0 (i32.add (local.get 0) (i32.const 1)))
                                    (local.set 1 (i32.add (local.get 1) (i32.const 1))))"));
  const auto apart = cells_of(body(R"((local.set 0 (i32.add (local.get 0) (i32.const 1)))
                                      (loop (local.set 1 (i32.add (local.get 1) (i32.const 1)))))"));
  EXPECT_EQ(two, one + 1);
  EXPECT_EQ(apart, one + 3);  // control flow may come between them
}

TEST(Fusion, CopiesArePaired) {
  constexpr auto text = R"((module (func (export "f") (param i32 i32 i32) (result i32)
      (local i32)
      (local.set 3 (local.get 0))
      (local.set 0 (local.get 1))
      (local.set 1 (local.get 2))
      (local.set 2 (local.get 3))
      (i32.add (i32.mul (local.get 0) (i32.const 100))
               (i32.add (i32.mul (local.get 1) (i32.const 10)) (local.get 2))))))";
  EXPECT_EQ(run_i32(text, {i32(1), i32(2), i32(3)}), 231u);
}

TEST(Fusion, ACopyThatControlFlowReachesIsNotPaired) {
  constexpr auto text = R"((module (func (export "f") (param i32 i32) (result i32) (local i32 i32)
      (block
        (br_if 0 (local.get 0))
        (local.set 2 (local.get 1)))
      (local.set 3 (local.get 1))
      (i32.add (i32.mul (local.get 2) (i32.const 10)) (local.get 3)))))";
  EXPECT_EQ(run_i32(text, {i32(0), i32(4)}), 44u);
  EXPECT_EQ(run_i32(text, {i32(1), i32(4)}), 4u);
}

TEST(Fusion, CountingUpToALimit) {
  for (const std::string_view comparison : {"i32.ne", "i32.lt_s", "i32.lt_u"}) {
    const std::string limit =
        "(module (func (export \"f\") (param i32) (result i32) (local i32 i32) "
        "(loop (local.set 2 (i32.add (local.get 2) (local.get 1))) (br_if 0 (" +
        std::string(comparison) +
        " (local.tee 1 (i32.add (local.get 1) (i32.const 1)))"
        " (local.get 0)))) (local.get 2)))";
    EXPECT_EQ(run_i32(limit, {i32(5)}), 0u + 1 + 2 + 3 + 4) << comparison;
  }
}

TEST(Fusion, CountingDownToZero) {
  constexpr auto text = R"((module (func (export "f") (param i32) (result i32) (local i32)
      (loop
        (local.set 1 (i32.add (local.get 1) (local.get 0)))
        (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
      (i32.add (i32.mul (local.get 1) (i32.const 10)) (local.get 0)))))";
  EXPECT_EQ(run_i32(text, {i32(4)}), 100u);
}

TEST(Fusion, TheOpposite) {
  constexpr auto text = R"((module (func (export "f") (param i32) (result i32)
      (block (result i32)
        (br_if 0 (i32.const 1) (i32.eqz (local.tee 0 (i32.add (local.get 0) (i32.const 3)))))
        (drop) (i32.add (local.get 0) (i32.const 1000))))))";
  EXPECT_EQ(run_i32(text, {i32(static_cast<std::uint32_t>(-3))}), 1u);
  EXPECT_EQ(run_i32(text, {i32(4)}), 1007u);
}

TEST(Fusion, TheLimitMayBeTheCounterItself) {
  constexpr auto text = R"((module (func (export "f") (param i32) (result i32)
      (if (result i32)
        (i32.ne (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (local.get 0))
        (then (i32.const 7)) (else (local.get 0))))))";
  EXPECT_EQ(run_i32(text, {i32(8)}), 9u);
}

TEST(Fusion, ASumInFrontOfAJump) {
  constexpr auto text = R"((module (func (export "f") (param i32) (result i32) (local i32)
      (block (loop
        (br_if 1 (i32.ge_u (local.get 1) (local.get 0)))
        (local.set 1 (i32.add (local.get 1) (i32.const 3)))
        (br 0)))
      (local.get 1))))";
  EXPECT_EQ(run_i32(text, {i32(10)}), 12u);
}

TEST(Fusion, ABranchWithAValueThatIsASum) {
  constexpr auto text = R"((module (func (export "f") (param i32) (result i32)
      (block (result i32)
        (i32.const 50)
        (br 0 (i32.add (local.get 0) (i32.const 1))))
      (i32.mul (i32.const 2)))))";
  EXPECT_EQ(run_i32(text, {i32(20)}), 42u);
}

TEST(Fusion, OperandsBelowAComparisonAreSettledInFrontOfIt) {
  constexpr auto text = R"((module (func (export "f") (param i32 i32) (result i32)
      (block (result i32)
        (local.get 0)
        (br_if 0 (i32.lt_u (local.get 0) (local.get 1)))
        (local.set 0 (i32.const 3))
        (i32.add (i32.const 100))))))";
  EXPECT_EQ(run_i32(text, {i32(5), i32(6)}), 5u);
  EXPECT_EQ(run_i32(text, {i32(6), i32(6)}), 106u);
}

TEST(Fusion, NegatedComparisonsOfFloats) {
  World world;
  auto* instance = world.instantiate(R"((module (func (export "f") (param f64 f64) (result i32)
      (if (result i32) (i32.eqz (f64.lt (local.get 0) (local.get 1)))
        (then (i32.const 1)) (else (i32.const 2))))))");
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(world.call_i32(instance, "f", {f64(1), f64(2)}), 2u);
  EXPECT_EQ(world.call_i32(instance, "f", {f64(2), f64(1)}), 1u);
  EXPECT_EQ(world.call_i32(instance, "f", {f64(nan), f64(1)}), 1u);  // not the same as `ge`
}

TEST(Fusion, ANegatedComparisonThatIsKept) {
  constexpr auto text = R"((module (func (export "f") (param i32) (result i32) (local i32)
      (if (result i32) (i32.eqz (local.tee 1 (i32.and (local.get 0) (i32.const 6))))
        (then (i32.const 100)) (else (local.get 1))))))";
  EXPECT_EQ(run_i32(text, {i32(7)}), 6u);
  EXPECT_EQ(run_i32(text, {i32(1)}), 100u);
}

TEST(Fusion, NegatedTwice) {
  constexpr auto text = R"((module (func (export "f") (param i32) (result i32)
      (if (result i32) (i32.eqz (i32.eqz (i32.and (local.get 0) (i32.const 1))))
        (then (i32.const 1)) (else (i32.const 2))))))";
  EXPECT_EQ(run_i32(text, {i32(3)}), 1u);
  EXPECT_EQ(run_i32(text, {i32(2)}), 2u);
}

}  // namespace
}  // namespace airlock::interpreter
