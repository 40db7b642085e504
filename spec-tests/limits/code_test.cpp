// Bodies of functions: locals, branches, nesting.
#include "limits.hpp"

namespace airlock::limits_test {
namespace {

using testing::HasSubstr;

class CodeLimits : public LimitsTest {};

TEST_F(CodeLimits, TenThousandLocals) {
  constexpr std::uint32_t count = 10'000;
  std::string text = "(func (export \"f\") (result i32) (local" + repeat(count, " i32") + ")\n";
  for (std::uint32_t i = 0; i < count; ++i)
    text += "i32.const " + std::to_string(i) + " local.set " + std::to_string(i) + '\n';
  text += "i32.const 0\n";
  for (std::uint32_t i = 0; i < count; ++i) text += "local.get " + std::to_string(i) + " i32.add\n";
  EXPECT_EQ(interpreter::testing::run_i32(text + ')'), count * (count - 1) / 2);
}

TEST_F(CodeLimits, LocalsOfEveryKindAreZero) {
  std::string text = "(func (export \"f\") (result i32)\n";
  for (int i = 0; i < 2'500; ++i) text += "(local i32 i64 f64 funcref)\n";
  text +=
      "local.get 9996 local.get 9997 i32.wrap_i64 i32.or local.get 9998 i32.trunc_f64_s i32.or "
      "local.get 9999 ref.is_null i32.add)";
  EXPECT_EQ(interpreter::testing::run_i32(text), 1U);
}

ByteVector function_with_locals(std::uint64_t count) {
  const auto body = join({bytes({1}), number(count), bytes({0x7f, 0x0b})});
  return module_of({section(1, bytes({1, 0x60, 0, 0})), section(3, bytes({1, 0})),
                    list_section(10, 1, join({number(body.size()), body}))});
}

TEST_F(CodeLimits, LocalsAreCountedBeforeTheyTakeMemory) {
  EXPECT_EQ(fate_of(function_with_locals(50'000)), "accepted");
  EXPECT_THAT(fate_of(function_with_locals(50'001)), HasSubstr("too many locals"));
  EXPECT_THAT(fate_of(function_with_locals(0xffff'ffff)), HasSubstr("too many locals"));
}

/// `f(i)` is `i` up to the last label of the table, and the number of the default label above.
TEST_F(CodeLimits, AHundredThousandWayBranchTable) {
  constexpr std::uint32_t ways = 100'000;
  constexpr std::uint32_t blocks = 1'000;
  std::string text = "(func (export \"f\") (param i32) (result i32)\n" + repeat(blocks, "block\n") +
                     "local.get 0 br_table";
  for (std::uint32_t i = 0; i <= ways; ++i) text += ' ' + std::to_string(i % blocks);
  for (std::uint32_t i = 0; i < blocks; ++i)
    text += "\nend i32.const " + std::to_string(i) + " return";
  text += "\nunreachable)";
  World world;
  auto* instance = world.instantiate(text);
  for (const std::uint32_t i : {0U, 1U, 999U, 1'000U, 54'321U, 99'999U, 100'000U})
    EXPECT_EQ(world.call_i32(instance, "f", {i32(i)}), i % blocks) << i;
  EXPECT_EQ(world.call_i32(instance, "f", {i32(0xffff'ffff)}), ways % blocks);
}

TEST_F(CodeLimits, ABranchTableToAsManyBlocks) {
  constexpr std::uint32_t blocks = 99'000;
  std::string text = "(func (export \"f\") (param i32) (result i32)\n" + repeat(blocks, "block\n") +
                     "local.get 0 br_table";
  for (std::uint32_t i = 0; i < blocks; ++i) text += ' ' + std::to_string(i);
  for (std::uint32_t i = 0; i < blocks; ++i)
    text += "\nend i32.const " + std::to_string(i) + " return";
  text += "\nunreachable)";
  World world;
  auto* instance = world.instantiate(text);
  for (const std::uint32_t i : {0U, 1U, 50'000U, blocks - 1})
    EXPECT_EQ(world.call_i32(instance, "f", {i32(i)}), i) << i;
}

TEST_F(CodeLimits, ABranchTableOfMoreLabelsThanBytes) {
  const auto body = join({bytes({0, 0x41, 0, 0x0e}), number(0xffff'fff0), bytes({0, 0, 0x0b})});
  EXPECT_THAT(fate_of(module_of({section(1, bytes({1, 0x60, 0, 0})), section(3, bytes({1, 0})),
                                 list_section(10, 1, join({number(body.size()), body}))})),
              HasSubstr("unexpected end"));
}

/// A function of nested blocks, with the given opcode.
ByteVector nested_blocks(std::size_t depth, int opcode) {
  const auto body = join(
      {bytes({0}), repeat(depth, opcode == 4 ? bytes({0x41, 1, 4, 0x40}) : bytes({opcode, 0x40})),
       repeat(depth, bytes({0x0b})), bytes({0x41, 42, 0x0b})});
  return module_of({section(1, bytes({1, 0x60, 0, 1, 0x7f})), section(3, bytes({1, 0})),
                    section(7, bytes({1, 1, 'f', 0, 0})),
                    list_section(10, 1, join({number(body.size()), body}))});
}

TEST_F(CodeLimits, AHundredThousandNestedBlocksRun) {
  for (const int opcode : {2, 3, 4}) {
    World world;
    EXPECT_EQ(world.call_i32(instantiate(world, nested_blocks(99'999, opcode)), "f"), 42U);
  }
}

TEST_F(CodeLimits, AMegabyteOfNestedBlocksIsRefused) {
  for (const int opcode : {2, 3, 4})
    EXPECT_THAT(fate_of(nested_blocks(350'000, opcode)), HasSubstr("too many nested blocks"));
  // Blocks that are never closed.
  const auto body = join({bytes({0}), repeat(500'000, bytes({2, 0x40}))});
  EXPECT_THAT(fate_of(module_of({section(1, bytes({1, 0x60, 0, 0})), section(3, bytes({1, 0})),
                                 list_section(10, 1, join({number(body.size()), body}))})),
              HasSubstr("too many nested blocks"));
}

TEST_F(CodeLimits, NestedBlocksPrintAndParse) {
  const auto binary = decoder::testing::share(nested_blocks(99'999, 4));
  const auto module = decoder::read_module(binary);
  ASSERT_TRUE(module);
  for (const bool is_folded : {false, true}) {
    const auto text = decoder::text::print_module(*module, {}, {.is_folded = is_folded});
    ASSERT_TRUE(text);
    const auto again = decoder::text::assemble(*text);
    ASSERT_TRUE(again) << format_error(again.error(), "");
    EXPECT_EQ(again->binary, *binary);
  }
}

TEST_F(CodeLimits, AMillionOperands) {
  const auto with_operands = [](std::size_t count) {
    return "(func (export \"f\") (result i32)" + repeat(count, " i32.const 1") +
           repeat(count - 1, " i32.add") + ')';
  };
  EXPECT_EQ(interpreter::testing::run_i32(with_operands(200'000)), 200'000U);
  EXPECT_THAT(fate_of(with_operands(1'000'001)), HasSubstr("too many operands"));
}

TEST_F(CodeLimits, TailCallsInAllThreeFormsTakeNoStack) {
  World world;
  auto* instance = world.instantiate(R"((module
      (type $count (func (param i32) (result i32)))
      (table funcref (elem $indirect))
      (elem declare func $reference)
      (func $direct (export "direct") (type $count)
        (if (result i32) (local.get 0)
          (then (return_call $direct (i32.sub (local.get 0) (i32.const 1))))
          (else (i32.const 1))))
      (func $indirect (export "indirect") (type $count)
        (if (result i32) (local.get 0)
          (then (return_call_indirect (type $count) (i32.sub (local.get 0) (i32.const 1))
                                      (i32.const 0)))
          (else (i32.const 2))))
      (func $reference (export "reference") (type $count)
        (if (result i32) (local.get 0)
          (then (return_call_ref $count (i32.sub (local.get 0) (i32.const 1))
                                 (ref.func $reference)))
          (else (i32.const 3))))))");
  constexpr std::uint32_t rounds = 1'000'000;
  EXPECT_EQ(world.call_i32(instance, "direct", {i32(rounds)}), 1U);
  EXPECT_EQ(world.call_i32(instance, "indirect", {i32(rounds)}), 2U);
  EXPECT_EQ(world.call_i32(instance, "reference", {i32(rounds)}), 3U);
}

}  // namespace
}  // namespace airlock::limits_test
