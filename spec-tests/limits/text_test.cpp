// Texts: nesting, length, names; printing.
#include "limits.hpp"

#include "decoder/text/script.hpp"

namespace airlock::limits_test {
namespace {

using testing::AnyOf;
using testing::HasSubstr;

class TextLimits : public LimitsTest {};

TEST_F(TextLimits, FoldedInstructionsAHundredThousandDeep) {
  constexpr std::size_t depth = 99'000;
  EXPECT_EQ(interpreter::testing::run_i32("(func (export \"f\") (result i32)" +
                                          repeat(depth, "(i32.add (i32.const 1) ") +
                                          "(i32.const 0)" + repeat(depth, ")") + ')'),
            depth);
}

TEST_F(TextLimits, FoldedInstructionsDeeperThanThatAreRefused) {
  for (const std::string_view word : {"(block ", "(i32.eqz ", "(if (i32.const 1) (then ", "(loop "})
    EXPECT_THAT(fate_of("(func " + repeat(300'000, word)), HasSubstr("nesting too deep")) << word;
}

TEST_F(TextLimits, ParenthesesWithoutEnd) {
  for (const std::string_view start :
       {"", "(module ", "(func ", "(global i32 ", "(type ", "(rec ", "(elem ", "(data ", "(export ",
        "(import \"\" \"\" ", "(func (param ", "(component ", "(component (core module ",
        "(component (type ", "(@a ", "(@custom ", "(func (@name "})
    for (const std::string_view part : {"(", "(type ", "(component ", "(@a "}) {
      const auto text = std::string(start) + repeat(20'000, part);
      EXPECT_NE(fate_of(text), "accepted") << start << part;
      (void)decoder::text::parse_script(text);  // does not read the modules
    }
}

TEST_F(TextLimits, CommentsNestWithoutCost) {
  EXPECT_EQ(fate_of(repeat(500'000, "(;") + repeat(500'000, ";)") + "(module)"), "accepted");
}

TEST_F(TextLimits, ScriptsWithinScripts) {
  EXPECT_FALSE(decoder::text::parse_script(repeat(100'000, "(script ")).has_value());
  EXPECT_FALSE(decoder::text::parse_script(repeat(100'000, "(thread $t ") + repeat(100'000, ")"))
                   .has_value());
  EXPECT_FALSE(
      decoder::text::parse_script("(assert_return (invoke \"f\") " + repeat(100'000, "(either "))
          .has_value());
}

/// Assembles, prints in both forms, and assembles that.
void expect_round_trip(const std::string& text) {
  auto assembled = decoder::text::assemble(text);
  ASSERT_TRUE(assembled) << format_error(assembled.error(), "");
  const auto binary = decoder::testing::share(std::move(assembled->binary));
  const auto module = decoder::read_module(binary);
  ASSERT_TRUE(module) << format_error(module.error(), "");
  for (const bool is_folded : {false, true}) {
    const auto printed = decoder::text::print_module(*module, {}, {.is_folded = is_folded});
    ASSERT_TRUE(printed) << format_error(printed.error(), "");
    const auto again = decoder::text::assemble(*printed);
    ASSERT_TRUE(again) << format_error(again.error(), "");
    EXPECT_EQ(again->binary, *binary);
  }
}

TEST_F(TextLimits, FiftyThousandFunctions) {
  std::string text;
  for (int i = 0; i < 50'000; ++i) {
    const auto number = std::to_string(i);
    text +=
        "(func $f" + number + " (param $x i32) (result i32) local.get $x call $f" + number + ")\n";
  }
  expect_round_trip(text);
}

TEST_F(TextLimits, FiftyThousandNamedLocals) {
  std::string text = "(func";
  for (int i = 0; i < 50'000; ++i) text += " (local $x" + std::to_string(i) + " i32)";
  for (int i = 0; i < 50'000; ++i) text += " local.get $x" + std::to_string(i) + " drop";
  expect_round_trip(text + ')');
}

TEST_F(TextLimits, NestedLabelsOfOneName) {
  constexpr std::size_t depth = 50'000;
  expect_round_trip("(func " + repeat(depth, "block $l br $l br 1 ") + repeat(depth, "end ") + ')');
}

TEST_F(TextLimits, LongChainsOfOperations) {
  expect_round_trip("(func (result i32) i32.const 0" + repeat(200'000, " i32.const 1 i32.add") +
                    ')');
}

TEST_F(TextLimits, AMillionTimesALongNameDoesNotFit) {
  // Each call takes two bytes; its name takes a thousand in the text.
  const std::string name(1'000, 'n');
  auto text = "(func $" + name + ' ' + repeat(2'000'000, "call 0 ") + ')';
  auto assembled = decoder::text::assemble(text);
  ASSERT_TRUE(assembled);
  const auto module = decoder::read_module(decoder::testing::share(std::move(assembled->binary)));
  ASSERT_TRUE(module);
  Limits limits;
  limits.module_bytes = 100'000'000;
  const auto printed = decoder::text::print_module(*module, limits);
  ASSERT_FALSE(printed);
  EXPECT_EQ(printed.error().kind, ErrorKind::limit);
  EXPECT_THAT(printed.error().message, HasSubstr("text too large"));
}

TEST_F(TextLimits, LongTokens) {
  const std::string megabyte(1'000'000, '1');
  EXPECT_NE(fate_of("(func (i32.const " + megabyte + "))"), "accepted");
  EXPECT_NE(fate_of("(func (i64.const 0x" + megabyte + "))"), "accepted");
  EXPECT_EQ(fate_of("(func (drop (f64.const 0." + megabyte + ")))"), "accepted");
  EXPECT_EQ(fate_of("(func (drop (f32.const 0x0." + megabyte + "p1)))"), "accepted");
  EXPECT_THAT(fate_of("(func (drop (f64.const " + megabyte + ")))"),
              HasSubstr("constant out of range"));
  EXPECT_NE(fate_of("(func (drop (f64.const 1e" + megabyte + ")))"), "accepted");
  EXPECT_NE(fate_of("(func " + std::string(1'000'000, 'a') + ")"), "accepted");
  expect_round_trip("(func $" + megabyte + ") (export \"" + megabyte + "\" (func 0))");
}

}  // namespace
}  // namespace airlock::limits_test
