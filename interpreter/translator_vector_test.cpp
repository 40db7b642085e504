// Facts about v128 values on their way through the translator and the interpreter.
#include <gtest/gtest.h>

#include "decoder/opcode.hpp"
#include "interpreter/handler_table.hpp"
#include "interpreter/testing.hpp"

namespace airlock::interpreter {
namespace {

using runtime::Value;
using testing::f64;
using testing::i32;
using testing::i64;
using testing::run_i32;
using testing::v128;
using testing::World;

/// Calls the function `f` of a module and expects one v128.
std::array<std::uint64_t, 2> run_v128(std::string_view text, std::vector<Value> arguments = {}) {
  World world;
  const auto results = world.call(world.instantiate(text), "f", std::move(arguments));
  if (results.size() != 1) {
    ADD_FAILURE() << runtime::format_trap(world.trap);
    return {};
  }
  EXPECT_EQ(results[0].type, decoder::v128);
  return {results[0].slots[0].bits, results[0].slots[1].bits};
}
using Bits = std::array<std::uint64_t, 2>;

TEST(VectorTranslationTest, EveryVectorInstructionHasHandlers) {
  const HandlerTable& table = handlers();
  constexpr auto slot = number(Source::slot);
  constexpr auto accumulator = number(Source::accumulator);
  std::size_t count = 0;
  for (std::size_t n = 0; n < opcode_count; ++n) {
    const auto opcode = static_cast<Opcode>(n);
    const auto& row = decoder::row(opcode);
    if (row.family != decoder::Family::vector) continue;
    ++count;
    for (std::size_t target = 0; target < 2; ++target) {
      switch (decoder::signature(opcode).operand_count) {
        case 1:
          EXPECT_NE(table.unary[n][slot][target], nullptr) << row.name;
          EXPECT_NE(table.unary[n][accumulator][target], nullptr) << row.name;
          break;
        case 2:
          EXPECT_NE(table.binary[n][slot][slot][target], nullptr) << row.name;
          EXPECT_NE(table.binary[n][accumulator][slot][target], nullptr) << row.name;
          break;
        default:
          for (std::size_t place = 0; place < 4; ++place)
            EXPECT_NE(table.ternary[n][place][target], nullptr) << row.name;
      }
    }
  }
  EXPECT_GT(count, 200u);
}

TEST(VectorTranslationTest, PendingLocalIsSavedBeforeItIsSet) {
  EXPECT_EQ(run_v128(R"((module (func (export "f") (param v128) (result v128)
      (local.get 0)
      (local.set 0 (i64x2.add (local.get 0) (v128.const i64x2 1 1)))
      (i64x2.sub (local.get 0)))))",
                     {v128(7, 9)}),
            (Bits{~0ULL, ~0ULL}));
}

TEST(VectorTranslationTest, SetSendsTheResultToTheLocal) {
  EXPECT_EQ(run_v128(R"((module (func (export "f") (param v128 v128) (result v128) (local v128)
      (local.set 2 (i32x4.add (local.get 0) (local.get 1)))
      (local.set 0 (i32x4.mul (local.get 2) (local.get 2)))
      (local.set 1 (v128.not (local.tee 2 (local.get 0))))
      (v128.xor (local.get 1) (local.get 2)))))",
                     {v128(1, 2), v128(3, 4)}),
            (Bits{~0ULL, ~0ULL}));
}

TEST(VectorTranslationTest, LocalsSwappedThroughTheStack) {
  EXPECT_EQ(run_v128(R"((module (func (export "f") (param v128 v128) (result v128)
      (local.get 0) (local.get 1) (local.set 0) (local.set 1)
      (i64x2.sub (local.get 0) (local.get 1)))))",
                     {v128(10, 20), v128(3, 5)}),
            (Bits{static_cast<std::uint64_t>(-7), static_cast<std::uint64_t>(-15)}));
}

TEST(VectorTranslationTest, LocalsBeginAsZeroAndDoNotOverlap) {
  EXPECT_EQ(run_v128(R"((module (func (export "f") (param i32) (result v128)
      (local i32 v128 i64 v128)
      (local.set 1 (i32.const -1)) (local.set 3 (i64.const -1))
      (v128.or (local.get 2) (local.get 4)))))",
                     {i32(7)}),
            (Bits{0, 0}));
}

TEST(VectorTranslationTest, ConstantsStandOnEitherSide) {
  constexpr auto text = R"((module
    (func (export "right") (param v128) (result v128)
      (i16x8.sub (local.get 0) (v128.const i16x8 1 1 1 1 1 1 1 1)))
    (func (export "left") (param v128) (result v128)
      (i16x8.sub (v128.const i16x8 1 1 1 1 1 1 1 1) (local.get 0)))
    (func (export "compare") (param v128) (result v128)
      (i8x16.lt_u (v128.const i64x2 0x0101010101010101 0) (local.get 0)))
    (func (export "both") (result v128)
      (i64x2.sub (v128.const i64x2 5 6) (v128.const i64x2 1 1)))
    (func (export "computed") (param v128) (result v128)
      (i64x2.sub (v128.const i64x2 5 6) (i64x2.add (local.get 0) (local.get 0))))))";
  World world;
  auto* instance = world.instantiate(text);
  const auto call = [&](const char* name, std::vector<Value> arguments) {
    const auto results = world.call(instance, name, std::move(arguments));
    return Bits{results.at(0).slots[0].bits, results.at(0).slots[1].bits};
  };
  const std::uint64_t ones = 0x0001000100010001;
  EXPECT_EQ(call("right", {v128(3 * ones, 0)}), (Bits{2 * ones, ~0ULL}));
  EXPECT_EQ(call("left", {v128(3 * ones, 0)}), (Bits{0xfffefffefffefffe, ones}));
  EXPECT_EQ(call("compare", {v128(0x02ff010001000200, 0x80)}), (Bits{0xffff00000000ff00, 0xff}));
  EXPECT_EQ(call("both", {}), (Bits{4, 5}));
  EXPECT_EQ(call("computed", {v128(1, 2)}), (Bits{3, 2}));
}

TEST(VectorTranslationTest, ShiftsTakeTheirCountFromAnywhere) {
  constexpr auto text = R"((module
    (func (export "constant") (param v128 i32) (result v128)
      (i8x16.shr_s (local.get 0) (i32.const 12)))
    (func (export "local") (param v128 i32) (result v128)
      (i8x16.shr_s (local.get 0) (local.get 1)))
    (func (export "computed") (param v128 i32) (result v128)
      (i8x16.shr_s (v128.not (v128.not (local.get 0))) (i32.add (local.get 1) (i32.const 8))))
    (func (export "both") (param v128 i32) (result v128)
      (i8x16.shr_s (v128.const i64x2 0x80 0x40) (i32.const 4)))))";
  World world;
  auto* instance = world.instantiate(text);
  for (const char* name : {"constant", "local", "computed", "both"}) {
    const auto results = world.call(instance, name, {v128(0x80, 0x40), i32(4)});
    ASSERT_EQ(results.size(), 1u) << name;
    EXPECT_EQ(results[0].slots[0].bits, 0xf8u) << name;
    EXPECT_EQ(results[0].slots[1].bits, 0x04u) << name;
  }
}

TEST(VectorTranslationTest, SplatsOfConstantsAreConstants) {
  EXPECT_EQ(run_v128(R"((module (func (export "f") (param v128) (result v128)
      (v128.xor (i8x16.splat (i32.const 0x1a5))
        (v128.xor (i16x8.splat (i32.const -2))
          (v128.xor (f64x2.splat (f64.const -0)) (local.get 0)))))))",
                     {v128(0, 1)}),
            (Bits{0xa5a5a5a5a5a5a5a5 ^ 0xfffefffefffefffe ^ 0x8000000000000000,
                  0xa5a5a5a5a5a5a5a5 ^ 0xfffefffefffefffe ^ 0x8000000000000001}));
}

TEST(VectorTranslationTest, ShufflesOfOneVector) {
  constexpr auto text = R"((module
    (func (export "f") (param v128 v128) (result v128)
      (i8x16.shuffle 24 25 26 27 28 29 30 31 16 17 18 19 20 21 22 23 (local.get 0) (local.get 1)))
    (func (export "first") (param v128 v128) (result v128)
      (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7
        (i64x2.add (local.get 0) (local.get 0)) (local.get 1)))
    (func (export "same") (param v128 v128) (result v128)
      (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (local.get 1) (local.get 1)))
    (func (export "both") (param v128 v128) (result v128)
      (i8x16.shuffle 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23
        (local.get 0) (v128.not (local.get 1))))))";
  World world;
  auto* instance = world.instantiate(text);
  const auto call = [&](const char* name) {
    const auto results = world.call(instance, name, {v128(1, 2), v128(3, 4)});
    return Bits{results.at(0).slots[0].bits, results.at(0).slots[1].bits};
  };
  EXPECT_EQ(call("f"), (Bits{4, 3}));
  EXPECT_EQ(call("first"), (Bits{4, 2}));
  EXPECT_EQ(call("same"), (Bits{3, 3}));
  EXPECT_EQ(call("both"), (Bits{2, ~3ULL}));
}

TEST(VectorTranslationTest, LanesComeAndGoThroughAccumulators) {
  EXPECT_EQ(run_v128(R"((module (func (export "f") (param v128 i32 f64) (result v128)
      (f64x2.replace_lane 1
        (i32x4.replace_lane 0
          (i16x8.replace_lane 2 (local.get 0) (i32.const 0x7777))
          (i32.add (i8x16.extract_lane_s 15 (v128.not (local.get 0))) (local.get 1)))
        (f64.add (local.get 2) (f64.const 1))))))",
                     {v128(0, 0), i32(3), f64(1)}),
            (Bits{0x0000777700000002, 0x4000000000000000}));
}

TEST(VectorTranslationTest, BlocksGiveVectors) {
  constexpr auto text = R"((module (func (export "f") (param i32 v128) (result v128)
      (if (result i32 v128) (local.get 0)
        (then (i32.const 1) (v128.not (local.get 1)))
        (else (i32.const 2) (local.get 1)))
      (i64x2.replace_lane 0 (block (param i32 v128) (result v128 i64)
        (local.set 1) (local.set 0) (local.get 1) (i64.extend_i32_u (local.get 0)))))))";
  EXPECT_EQ(run_v128(text, {i32(1), v128(0, 0)}), (Bits{1, ~0ULL}));
  EXPECT_EQ(run_v128(text, {i32(0), v128(0, 5)}), (Bits{2, 5}));
}

TEST(VectorTranslationTest, BranchesCarryVectorsFromAnyHeight) {
  // Above the label's place lies another value, so that the vector has to move down by one slot.
  constexpr auto text = R"((module (func (export "f") (param i32 v128) (result v128)
      (block $a (result v128)
        (block $b (result v128)
          (i32.const 7)
          (i64x2.add (local.get 1) (local.get 1))
          (br_table $a $b 2 (local.get 0)))
        (v128.not))
      (i64x2.add (v128.const i64x2 100 200)))))";
  EXPECT_EQ(run_v128(text, {i32(0), v128(1, 2)}), (Bits{102, 204}));
  EXPECT_EQ(run_v128(text, {i32(1), v128(1, 2)}), (Bits{97, 195}));
  EXPECT_EQ(run_v128(text, {i32(2), v128(1, 2)}), (Bits{2, 4}));
}

TEST(VectorTranslationTest, ABranchMovesAVectorOntoItself) {
  // Its old place and its new one share a slot.
  constexpr auto text = R"((module (func (export "f") (param i32 v128) (result v128)
      (block (result v128)
        (i32.const 7)
        (local.get 1)
        (br_if 0 (local.get 0))
        (drop) (drop) (v128.const i64x2 3 4)))))";
  EXPECT_EQ(run_v128(text, {i32(1), v128(1, 2)}), (Bits{1, 2}));
  EXPECT_EQ(run_v128(text, {i32(0), v128(1, 2)}), (Bits{3, 4}));
}

TEST(VectorTranslationTest, LoopsCarryVectors) {
  EXPECT_EQ(run_v128(R"((module (func (export "f") (param i32) (result v128) (local v128)
      (v128.const i64x2 1 2)
      (loop (param v128) (result v128)
        (i64x2.add (v128.const i64x2 10 20))
        (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))))",
                     {i32(5)}),
            (Bits{51, 102}));
}

TEST(VectorTranslationTest, TestsOfVectorsDecideBranches) {
  constexpr auto text = R"((module
    (func (export "f") (param v128) (result i32)
      (if (result i32) (v128.any_true (i8x16.eq (local.get 0) (v128.const i64x2 7 7)))
        (then (i32.const 10))
        (else (if (result i32) (i8x16.all_true (local.get 0))
          (then (i32.const 20))
          (else (if (result i32) (i32.eqz (i32x4.bitmask (local.get 0)))
            (then (i32.const 30)) (else (i32.const 40))))))))))";
  EXPECT_EQ(run_i32(text, {v128(0x0707070707070707, 0)}), 10u);
  EXPECT_EQ(run_i32(text, {v128(0x0101010101010101, 0x0101010101010101)}), 20u);
  EXPECT_EQ(run_i32(text, {v128(0x0101010101010100, 0x0101010101010101)}), 30u);
  EXPECT_EQ(run_i32(text, {v128(0x0101010101010100, 0x8101010101010101)}), 40u);
}

TEST(VectorTranslationTest, SelectChoosesVectors) {
  constexpr auto text = R"((module (func (export "f") (param i32 v128 v128) (result v128)
      (v128.xor
        (select (local.get 1) (v128.not (local.get 2)) (i32.eq (local.get 0) (i32.const 1)))
        (select (result v128) (v128.const i64x2 0 0) (v128.const i64x2 16 16) (local.get 0))))))";
  EXPECT_EQ(run_v128(text, {i32(1), v128(1, 2), v128(3, 4)}), (Bits{1, 2}));
  EXPECT_EQ(run_v128(text, {i32(0), v128(1, 2), v128(3, 4)}), (Bits{~3ULL ^ 16, ~4ULL ^ 16}));
}

TEST(VectorTranslationTest, CallsTakeAndGiveVectors) {
  constexpr auto text = R"((module
    (type $t (func (param i32 v128 i64 v128) (result v128)))
    (type $many (func (param v128 i32) (result i32 v128 v128)))
    (table funcref (elem $mix $many))
    (func $mix (type $t)
      (i64x2.replace_lane 0
        (i64x2.add (local.get 1) (i64x2.sub (local.get 3) (i64x2.splat (local.get 2))))
        (i64.extend_i32_u (local.get 0))))
    (func $many (type $many) (local.get 1) (local.get 0) (v128.not (local.get 0)))
    (func (export "direct") (param v128) (result v128)
      (call $mix (i32.const 9) (local.get 0) (i64.const 1) (v128.const i64x2 5 6)))
    (func (export "indirect") (param v128) (result v128)
      (call_indirect (type $t) (i32.const 9) (local.get 0) (i64.const 1) (v128.const i64x2 5 6)
        (i32.const 0)))
    (func (export "tail") (param v128) (result v128)
      (return_call $mix (i32.const 9) (local.get 0) (i64.const 1) (v128.const i64x2 5 6)))
    (func (export "tail_indirect") (param v128) (result v128)
      (return_call_indirect (type $t) (i32.const 9) (local.get 0) (i64.const 1)
        (v128.const i64x2 5 6) (i32.const 0)))
    (func (export "many") (param v128) (result v128) (local v128)
      (call $many (local.get 0) (i32.const 9))
      (local.set 1) (local.set 0)
      (i64.extend_i32_u) (local.set 1 (v128.not (local.get 1)))
      (i64x2.splat) (v128.and (v128.const i64x2 -1 0))
      (v128.or (v128.and (i64x2.add (local.get 1) (v128.const i64x2 0 5)) (v128.const i64x2 0 -1))))))";
  World world;
  auto* instance = world.instantiate(text);
  for (const char* name : {"direct", "indirect", "tail", "tail_indirect", "many"}) {
    const auto results = world.call(instance, name, {v128(100, 200)});
    ASSERT_EQ(results.size(), 1u) << name;
    EXPECT_EQ(results[0].slots[0].bits, 9u) << name;
    EXPECT_EQ(results[0].slots[1].bits, 205u) << name;
  }
}

TEST(VectorTranslationTest, RecursionKeepsVectorsOfEveryFrame) {
  EXPECT_EQ(run_v128(R"((module (func $f (export "f") (param i32) (result v128) (local v128)
      (local.set 1 (i32x4.splat (local.get 0)))
      (if (i32.eqz (local.get 0)) (then (return (local.get 1))))
      (i32x4.add (local.get 1) (call $f (i32.sub (local.get 0) (i32.const 1)))))))",
                     {i32(100)}),
            (Bits{0x000013ba000013ba, 0x000013ba000013ba}));
}

TEST(VectorTranslationTest, GlobalsHoldVectorsOwnAndImported) {
  World world;
  auto* first = world.instantiate(R"((module
    (global $g (export "g") (mut v128) (v128.const i64x2 1 2))
    (global i32 (i32.const 5))
    (global $h v128 (v128.const i64x2 7 8))
    (func (export "f") (result v128)
      (global.set $g (i64x2.add (global.get $g) (global.get $h)))
      (global.set $g (v128.not (v128.not (global.get $g))))
      (global.get $g))))",
                                  "first");
  ASSERT_NE(first, nullptr);
  world.linker.define_instance("first", *first);
  auto* second = world.instantiate(R"((module
    (import "first" "g" (global $g (mut v128)))
    (func (export "f") (param v128) (result v128)
      (v128.xor (global.get $g) (v128.const i64x2 0 0))
      (global.set $g (local.get 0))
      (i64x2.add (global.get $g)))))");
  ASSERT_NE(second, nullptr);
  auto results = world.call(first, "f");
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].slots[0].bits, 8u);
  EXPECT_EQ(results[0].slots[1].bits, 10u);
  results = world.call(second, "f", {v128(100, 200)});
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].slots[0].bits, 108u);
  EXPECT_EQ(results[0].slots[1].bits, 210u);
  results = world.call(first, "f");
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].slots[0].bits, 107u);
}

TEST(VectorTranslationTest, CallsIntoOtherInstancesGiveVectors) {
  World world;
  auto* first = world.instantiate(R"((module
    (func (export "f") (param v128) (result v128) (i64x2.neg (local.get 0)))
    (func (export "two") (result i64 i64) (i64.const 1) (i64.const 2))))",
                                  "first");
  ASSERT_NE(first, nullptr);
  world.linker.define_instance("first", *first);
  auto* second = world.instantiate(R"((module
    (import "first" "f" (func $f (param v128) (result v128)))
    (import "first" "two" (func $two (result i64 i64)))
    (func (export "f") (param v128) (result v128)
      (i64x2.sub (local.get 0) (call $f (local.get 0))))
    (func (export "g") (param v128) (result v128) (local i64 i64)
      (i64x2.add (local.get 0) (local.get 0))
      (call $two) (local.set 2) (local.set 1)
      (i64x2.add (i64x2.splat (local.get 1))))))");
  auto results = world.call(second, "f", {v128(3, 4)});
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].slots[0].bits, 6u);
  EXPECT_EQ(results[0].slots[1].bits, 8u);
  results = world.call(second, "g", {v128(3, 4)});
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].slots[0].bits, 7u);
  EXPECT_EQ(results[0].slots[1].bits, 9u);
}

/// What accesses of every kind do, on any memory. `$address` turns an i32 into an address.
std::string accesses(const std::string& memory, const std::string& use, const std::string& type) {
  const std::string widen = type == "i64" ? "(i64.extend_i32_u (local.get 0))" : "(local.get 0)";
  const std::string zero = "(" + type + ".const 0)";
  return "(module " + memory + R"(
    (func (export "store") (param i32 v128)
      (v128.store )" +
         use + " offset=8 " + widen + R"( (local.get 1)))
    (func (export "load") (param i32) (result v128) (v128.load )" +
         use + " offset=8 " + widen + R"())
    (func (export "sum") (param i32 i32) (result v128)
      (v128.load )" +
         use + " offset=4 (" + type + ".add " + widen + " (" + type + R"(.const 4))))
    (func (export "constant") (result v128)
      (v128.store )" +
         use + " " + zero + R"( (v128.const i64x2 11 12))
      (v128.load )" +
         use + " " + zero + R"())
    (func (export "splat") (param i32) (result v128) (v128.load16_splat )" +
         use + " " + widen + R"())
    (func (export "extend") (param i32) (result v128) (v128.load8x8_s )" +
         use + " " + widen + R"())
    (func (export "zero") (param i32) (result v128) (v128.load32_zero )" +
         use + " " + widen + R"())
    (func (export "lane") (param i32) (result v128)
      (v128.load32_lane )" +
         use + " 3 " + widen + R"( (v128.const i64x2 1 2)))
    (func (export "store_lane") (param i32 v128)
      (v128.store16_lane )" +
         use + " 7 " + widen + R"( (v128.not (local.get 1))))))";
}

void expect_accesses(World& world, const std::string& text) {
  auto* instance = world.instantiate(text);
  ASSERT_NE(instance, nullptr);
  const auto call = [&](const char* name, std::vector<Value> arguments) {
    const auto results = world.call(instance, name, std::move(arguments));
    EXPECT_EQ(results.size(), 1u) << name << runtime::format_trap(world.trap);
    return results.empty() ? Bits{} : Bits{results[0].slots[0].bits, results[0].slots[1].bits};
  };
  EXPECT_EQ(call("constant", {}), (Bits{11, 12}));
  world.call(instance, "store", {i32(100), v128(0xfedcba9876543210, 0x8899aabbccddeeff)});
  const Bits stored{0xfedcba9876543210, 0x8899aabbccddeeff};
  EXPECT_EQ(call("load", {i32(100)}), stored);
  EXPECT_EQ(call("sum", {i32(100), i32(0)}), stored);
  EXPECT_EQ(call("splat", {i32(108)}), (Bits{0x3210321032103210, 0x3210321032103210}));
  EXPECT_EQ(call("extend", {i32(108)}), (Bits{0x0076005400320010, 0xfffeffdcffbaff98}));
  EXPECT_EQ(call("zero", {i32(108)}), (Bits{0x76543210, 0}));
  EXPECT_EQ(call("lane", {i32(108)}), (Bits{1, 0x7654321000000002}));
  world.call(instance, "store_lane", {i32(108), v128(0, 0x1234000000000000)});
  EXPECT_EQ(call("zero", {i32(108)}), (Bits{0x7654edcb, 0}));
  // The last bytes of the memory, and the first beyond it.
  const auto traps = [&](const char* name, std::uint32_t address, bool is_store) {
    std::vector<Value> arguments{i32(address)};
    if (is_store) arguments.push_back(v128(0, 0));
    world.call(instance, name, std::move(arguments));
    return world.trap.code == runtime::TrapCode::out_of_bounds_memory_access;
  };
  EXPECT_FALSE(traps("load", 65536 - 24, false));
  EXPECT_TRUE(traps("load", 65536 - 23, false));
  EXPECT_TRUE(traps("load", 0xffffffff, false));
  EXPECT_FALSE(traps("store", 65536 - 24, true));
  EXPECT_TRUE(traps("store", 65536 - 23, true));
  EXPECT_FALSE(traps("extend", 65536 - 8, false));
  EXPECT_TRUE(traps("extend", 65536 - 7, false));
  EXPECT_FALSE(traps("splat", 65536 - 2, false));
  EXPECT_TRUE(traps("splat", 65536 - 1, false));
  EXPECT_FALSE(traps("lane", 65536 - 4, false));
  EXPECT_TRUE(traps("lane", 65536 - 3, false));
  EXPECT_FALSE(traps("store_lane", 65536 - 2, true));
  EXPECT_TRUE(traps("store_lane", 65536 - 1, true));
}

TEST(VectorTranslationTest, AccessesOfAllKindsOfMemories) {
  for (const auto checks : {runtime::BoundsChecks::guard_pages, runtime::BoundsChecks::in_code}) {
    World world({.bounds_checks = checks});
    expect_accesses(world, accesses("(memory 1)", "", "i32"));
    expect_accesses(world, accesses("(memory 3) (memory $m 1)", "$m", "i32"));
    expect_accesses(world, accesses("(memory i64 1)", "", "i64"));
  }
}

TEST(VectorTranslationTest, FuelIsChargedForVectorInstructions) {
  World world({.metered = true});
  auto* instance = world.instantiate(R"((module (func (export "f") (param v128) (result v128)
      (v128.not (v128.not (v128.not (local.get 0)))))))");
  world.store.fuel = 2;
  world.call(instance, "f", {v128(1, 2)});
  EXPECT_EQ(world.trap.code, runtime::TrapCode::out_of_fuel);
  world.store.fuel = 100;
  const auto results = world.call(instance, "f", {v128(1, 2)});
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].slots[0].bits, ~1ULL);
}

}  // namespace
}  // namespace airlock::interpreter
