#include "decoder/text/printer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <span>

#include "decoder/reader.hpp"
#include "decoder/text/parser.hpp"

namespace airlock::decoder::text {
namespace {

using testing::HasSubstr;

Module module_of(std::string_view source) {
  auto assembled = assemble(source);
  EXPECT_TRUE(assembled) << source << ": " << format_error(assembled.error(), "");
  if (!assembled) return {};
  auto module =
      read_module(std::make_shared<const std::vector<std::byte>>(std::move(assembled->binary)));
  EXPECT_TRUE(module) << format_error(module.error(), "");
  return module ? *std::move(module) : Module{};
}

std::string printed(std::string_view source, const PrintOptions& options = {}) {
  const auto text = print_module(module_of(source), {}, options);
  return text ? *text : format_error(text.error(), "");
}

TEST(Printer, PrintsFieldsAndCode) {
  EXPECT_EQ(printed(R"((module $m (memory $mem 1) (export "f" (func $f))
      (func $f (param $x i32) (result i32) (local f64)
        (block $out (if $in (local.get $x) (then (br $out)) (else (br $in))))
        (i32.load offset=8 align=1 (i32.const -4)))))"),
            R"((module $m
  (type (;0;) (func (param i32) (result i32)))
  (memory $mem 1)
  (export "f" (func $f))
  (func $f (type 0) (param $x i32) (result i32)
    (local f64)
    block $out
      local.get $x
      if $in
        br $out
      else
        br $in
      end
    end
    i32.const -4
    i32.load offset=8 align=1
  )
)
)");
}

TEST(Printer, DescriptorsAndExactTypes) {
  constexpr std::string_view source = R"((module
  (rec
    (type $a (sub (descriptor $b) (struct)))
    (type $b (sub final (describes $a) (descriptor 2) (struct)))
    (type (;2;) (describes $b) (struct))
  )
  (type $f (func (param (ref (exact $a)))))
  (import "" "" (func (;0;) (exact (type $f) (param (ref (exact $a))))))
  (import "" "" (func (;1;) (type $f) (param (ref (exact $a)))))
)
)";
  const auto text = printed(source);
  EXPECT_THAT(text, HasSubstr("(type $a (sub (descriptor $b) (struct)))"));
  EXPECT_THAT(text, HasSubstr("(type $b (describes $a) (descriptor 2) (struct))"));
  EXPECT_THAT(text, HasSubstr("(type (;2;) (describes $b) (struct))"));
  EXPECT_THAT(text, HasSubstr("(func (;0;) (exact (type $f) (param (ref (exact $a)))))"));
  EXPECT_THAT(text, HasSubstr("(func (;1;) (type $f) (param (ref (exact $a))))"));
  EXPECT_EQ(printed(text), text);
}

TEST(Printer, CastsByDescriptor) {
  constexpr std::string_view source = R"((rec (type $a (descriptor $b) (struct (field i32)))
         (type $b (describes $a) (struct)))
    (func (param anyref (ref null $b)) (result anyref)
      (drop (ref.get_desc $a (struct.new_desc $a (i32.const 1) (ref.null none))))
      (drop (ref.cast_desc_eq (ref null (exact $a)) (local.get 0) (ref.null none)))
      (br_on_cast_desc_eq 0 anyref (ref $a) (local.get 0) (local.get 1))))";
  const auto text = printed(source, {.is_folded = true});
  EXPECT_THAT(text, HasSubstr("(struct.new_desc $a (i32.const 1) (ref.null none))"));
  EXPECT_THAT(text, HasSubstr("(ref.cast_desc_eq (ref null (exact $a)) (local.get 0) "));
  EXPECT_THAT(text, HasSubstr("(br_on_cast_desc_eq 0 anyref (ref $a) (local.get 0) "));
}

TEST(Printer, LabelsThatAreHiddenAreNumbers) {
  EXPECT_THAT(printed("(func block $l block $l br 1 br 0 end end)"),
              HasSubstr("br 1\n        br $l\n"));
}

TEST(Printer, FloatsReadBackAsTheSameBits) {
  const auto text = printed(
      "(func f64.const 0.1 drop f64.const -0 drop f32.const nan:0x1 drop f32.const -nan drop "
      "f64.const inf drop f64.const 5e-324 drop f32.const 0x1.fffffep127 drop)");
  for (const char* literal :
       {"f64.const 0.1\n", "f64.const -0\n", "f32.const nan:0x1\n", "f32.const -nan\n",
        "f64.const inf\n", "f64.const 5e-324\n", "f32.const 3.4028235e+38\n"})
    EXPECT_THAT(text, HasSubstr(literal));
}

TEST(Printer, NamesThatAreNoIdentifiersAreAnnotations) {
  const auto text = printed(
      R"((func $a (@name "same")) (func $b (@name "same")) (func $"with space") (func (param (@name "") i32)))");
  EXPECT_THAT(text, HasSubstr("(func $same "));
  EXPECT_THAT(text, HasSubstr("(func (;1;) (@name \"same\") "));
  EXPECT_THAT(text, HasSubstr("(func $\"with space\" "));
  EXPECT_THAT(text, HasSubstr("(param (@name \"\") i32)"));
  EXPECT_EQ(printed(text), text);
}

TEST(Printer, RunsOfLocalsOfOneTypeAreOneRun) {
  auto module = module_of("(func (param i64) (local i32 i32 i32 f64) local.get 3 drop)");
  auto& locals = module.functions[0].locals;
  ASSERT_EQ(locals.size(), 2u);
  const auto i32 = locals[0].type;
  const auto f64 = locals[1].type;
  locals = {{0, f64}, {1, i32}, {0, i32}, {2, i32}, {0, f64}, {1, f64}};
  for (const bool has_names : {false, true}) {
    if (has_names) module.names.locals[0] = {{2, "x"}, {3, "x"}};
    const auto text = print_module(module);
    ASSERT_TRUE(text);
    EXPECT_THAT(*text, has_names ? HasSubstr("(local i32)\n    (local $x i32)\n    (local (@name "
                                             "\"x\") i32)\n    (local f64)\n")
                                 : HasSubstr("    (local i32 i32 i32)\n    (local f64)\n"));
    EXPECT_EQ(printed(*text), *text);
  }
}

TEST(Printer, TextIsHandedOnAsItComes) {
  std::string source = "(module (memory 1) (data \"" + std::string(300'000, 'x') + "\")";
  for (int i = 0; i < 20'000; ++i) source += "(func $f" + std::to_string(i) + " nop)";
  const auto module = module_of(source + ')');
  const auto whole = print_module(module);
  ASSERT_TRUE(whole);
  std::string pieces;
  std::size_t longest = 0;
  ASSERT_TRUE(write_module(module, [&](std::string_view piece) -> Result<void> {
    pieces += piece;
    longest = std::max(longest, piece.size());
    return {};
  }));
  EXPECT_EQ(pieces, *whole);
  EXPECT_LT(longest, 100'000u);

  // What takes the text may end it.
  std::size_t taken = 0;
  const auto stopped = write_module(module, [&](std::string_view) -> Result<void> {
    if (++taken == 2) return airlock::fail(ErrorKind::system, "disk full");
    return {};
  });
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().message, "disk full");
  EXPECT_EQ(taken, 2u);
  EXPECT_EQ(print_module(module, {.module_bytes = 100'000}).error().kind, ErrorKind::limit);
}

TEST(Printer, LongStringsAreCutBetweenCharacters) {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += "\xe2\x82\xac";
  for (const std::string& bytes : {text, 'a' + text, "ab" + text, text + '\xff'}) {
    std::string escaped;
    for (const char c : bytes)
      escaped += '\\' + hexadecimal(0x100 + static_cast<unsigned char>(c)).substr(3);
    const auto module = module_of("(memory 1) (data \"" + escaped + "\")");
    const auto printed_text = print_module(module);
    ASSERT_TRUE(printed_text);
    EXPECT_EQ(std::ranges::equal(module.data[0].bytes, std::as_bytes(std::span(bytes))), true);
    const auto again = module_of(*printed_text);
    EXPECT_TRUE(std::ranges::equal(again.data[0].bytes, module.data[0].bytes));
  }
}

TEST(Printer, StringsAreEscaped) {
  EXPECT_EQ(quote_string("a\"\\\n\x7f ä"), "\"a\\\"\\\\\\0a\\7f ä\"");
  EXPECT_EQ(quote_string("ä\xff"), "\"\\c3\\a4\\ff\"");
  EXPECT_EQ(quote_identifier("a.b"), "$a.b");
  EXPECT_EQ(quote_identifier("a(b"), "$\"a(b\"");
}

TEST(Printer, NamesOfWhatIsNotThereMeanNothing) {
  auto module = module_of("(func (local i32) local.get 0 drop)");
  module.names.locals[0] = {{0, "x"}, {7, "y"}};
  module.names.functions = {{0, "f"}, {3, "g"}};
  const auto text = print_module(module);
  ASSERT_TRUE(text);
  EXPECT_THAT(*text, HasSubstr("local.get $x"));
  // A reference to a local that is not declared is its number.
  auto wrong = module_of("(func local.get 7 drop)");
  wrong.names.locals[0] = {{7, "y"}};
  const auto wrong_text = print_module(wrong);
  ASSERT_TRUE(wrong_text);
  EXPECT_THAT(*wrong_text, HasSubstr("local.get 7"));
}

// ---- The folded form

/// The lines of the only function of a module, without their indentation.
std::string folded(std::string_view source) {
  const auto text = printed(source, {.is_folded = true});
  const auto start = text.find("\n    ");
  const auto end = text.find("\n  )\n", start);
  if (start == std::string::npos || end == std::string::npos) return text;
  std::string lines;
  for (const auto c : text.substr(start + 1, end - start))
    if (c != ' ' || (!lines.empty() && lines.back() != '\n' && lines.back() != ' ')) lines += c;
  return lines;
}

TEST(FoldedPrinter, OperandsStandWithinTheirInstructions) {
  EXPECT_EQ(folded("(func (param i32 i32) (result i32) local.get 0 local.get 1 i32.add i32.const 2 "
                   "i32.mul)"),
            "(i32.mul (i32.add (local.get 0) (local.get 1)) (i32.const 2))\n");
}

TEST(FoldedPrinter, LongInstructionsTakeSeveralLines) {
  EXPECT_EQ(
      folded("(func (param $name_of_a_long_parameter i64) (result i64) "
             "local.get 0 local.get 0 i64.add local.get 0 i64.add)"),
      "(i64.add\n"
      "(i64.add (local.get $name_of_a_long_parameter) (local.get $name_of_a_long_parameter))\n"
      "(local.get $name_of_a_long_parameter))\n");
}

TEST(FoldedPrinter, BlocksAndConditions) {
  EXPECT_EQ(folded("(func (param i32) (result i32) block $out (result i32) local.get 0 if (result "
                   "i32) i32.const 1 else i32.const 2 br $out end end)"),
            "(block $out (result i32)\n(if (result i32)\n(local.get 0)\n(then\n(i32.const 1)\n)\n"
            "(else\n(br $out (i32.const 2))\n)\n)\n)\n");
}

TEST(FoldedPrinter, ABlockMayBeAnOperand) {
  EXPECT_EQ(folded("(func block (result i32) i32.const 1 end drop)"),
            "(drop\n(block (result i32)\n(i32.const 1)\n))\n");
}

TEST(FoldedPrinter, OperandsFromOutsideOfABlockAreNotFolded) {
  EXPECT_EQ(folded("(func i32.const 1 i32.const 2 block (param i32 i32) i32.add drop end)"),
            "(i32.const 1)\n(i32.const 2)\n(block (type 1)\ni32.add\ndrop\n)\n");
  EXPECT_EQ(folded("(func i32.const 1 block (param i32) (result i32) end drop)"),
            "(i32.const 1)\n(block (type 1))\ndrop\n");
}

TEST(FoldedPrinter, SeveralResultsAreFoldedOnlyTogether) {
  constexpr std::string_view two = "(func $two (result i32 i32) i32.const 1 i32.const 2)";
  const auto source = [&](std::string_view body) {
    return "(func (result i32) " + std::string(body) + ')' + std::string(two);
  };
  EXPECT_EQ(folded(source("call $two i32.add")), "(i32.add (call $two))\n");
  EXPECT_EQ(folded(source("call $two drop")), "(call $two)\ndrop\n");
  EXPECT_EQ(folded(source("call $two i32.const 3 i32.add i32.add")),
            "(call $two)\n(i32.const 3)\ni32.add\ni32.add\n");
}

TEST(FoldedPrinter, CodeThatIsNotReachedStaysFlat) {
  EXPECT_EQ(folded("(func (result i32) unreachable i32.add)"), "(unreachable)\ni32.add\n");
  EXPECT_EQ(folded("(func (result i32) i32.const 1 return i32.const 2 i32.add)"),
            "(return (i32.const 1))\n(i32.const 2)\ni32.add\n");
}

TEST(FoldedPrinter, ExceptionsAndTheirLegacyForms) {
  EXPECT_EQ(folded("(tag $t) (func block $h try_table (catch $t $h) throw $t end end)"),
            "(block $h\n(try_table (catch $t $h)\n(throw $t)\n)\n)\n");
  EXPECT_EQ(folded("(tag $t) (func try nop catch $t nop catch_all rethrow 0 end)"),
            "(try\n(do\n(nop)\n)\n(catch $t\n(nop)\n)\n(catch_all\n(rethrow 0)\n)\n)\n");
  EXPECT_EQ(folded("(func block $l try nop delegate $l end)"),
            "(block $l\n(try\n(do\n(nop)\n)\n(delegate $l)\n)\n)\n");
}

TEST(FoldedPrinter, DeepCodeIsFoldedNoDeeperThanCanBeRead) {
  std::string body = "i32.const 0";
  for (int i = 0; i < 10'000; ++i) body += " i32.const 1 i32.add";
  const auto text = printed("(func (result i32) " + body + ')', {.is_folded = true});
  EXPECT_THAT(text, HasSubstr("\n    i32.add\n"));
  EXPECT_EQ(printed(text, {.is_folded = true}), text);
}

TEST(FoldedPrinter, ConstantExpressions) {
  const auto text = printed(
      "(global i32 i32.const 1 i32.const 2 i32.add) (memory 1) (data (offset i32.const 3) \"\")",
      {.is_folded = true});
  EXPECT_THAT(text, HasSubstr("(global (;0;) i32 (i32.add (i32.const 1) (i32.const 2)))"));
  EXPECT_THAT(text, HasSubstr("(data (;0;) (i32.const 3) \"\")"));
}

// ---- Offsets, hints, custom sections

TEST(Printer, OffsetsAreThoseOfTheBinary) {
  const auto module = module_of("(module (func (export \"f\") (drop (i32.const 1))))");
  const auto text = print_module(module, {}, {.has_offsets = true});
  ASSERT_TRUE(text);
  const auto body = module.functions[0].body.offset;
  EXPECT_THAT(*text, HasSubstr("(;@" + hexadecimal(body).substr(2) + ";)"));
  EXPECT_THAT(*text, testing::ContainsRegex("\n\\(;@[0-9a-f]+;\\) +i32.const 1\n"));
  const auto folded_text = print_module(module, {}, {.is_folded = true, .has_offsets = true});
  ASSERT_TRUE(folded_text);
  EXPECT_THAT(*folded_text, testing::ContainsRegex("\n\\(;@[0-9a-f]+;\\) +\\(i32.const 1\\)\\)\n"));
  // Offsets are comments: when they are removed, the text is the same as without offsets.
  EXPECT_EQ(printed(*text), printed(*folded_text));
}

TEST(Printer, BranchHintsAreAnnotations) {
  constexpr std::string_view source =
      R"((func (param i32) (@metadata.code.branch_hint "\01") (if (local.get 0) (then nop))
         local.get 0 (@metadata.code.branch_hint "\00") br_if 0))";
  const auto flat = printed(source);
  EXPECT_THAT(flat, HasSubstr("(@metadata.code.branch_hint \"\\01\") if\n"));
  EXPECT_THAT(flat, HasSubstr("(@metadata.code.branch_hint \"\\00\") br_if 0\n"));
  EXPECT_EQ(printed(flat), flat);
  const auto nested = printed(source, {.is_folded = true});
  EXPECT_THAT(nested, HasSubstr("(@metadata.code.branch_hint \"\\01\") (if\n"));
  EXPECT_EQ(printed(nested), flat);
}

TEST(Printer, HintsThatFitNowhereStayASection) {
  const auto text = printed(
      "(@custom \"metadata.code.branch_hint\" (before code) \"\\01\\00\\01"
      "\\01\\01\\00\") (func nop)");
  EXPECT_THAT(text, HasSubstr("(@custom \"metadata.code.branch_hint\" (after func)"));
  EXPECT_EQ(printed(text), text);
}

TEST(Printer, CustomSectionsKeepTheirPlaces) {
  const auto text = printed(
      "(@custom \"a\" (before first) \"1\") (@custom \"b\" (after func) \"2\") "
      "(@custom \"c\" \"\\ff\") (func $f)");
  EXPECT_THAT(text, HasSubstr("(@custom \"a\" (before first) \"1\")"));
  EXPECT_THAT(text, HasSubstr("(@custom \"b\" (after func) \"2\")"));
  EXPECT_THAT(text, HasSubstr("(@custom \"c\" (after code) \"\\ff\")"));
  EXPECT_EQ(printed(text), text);
}

TEST(Printer, GroupsOfImports) {
  EXPECT_EQ(printed(R"((module
      (import "a" (item "b" (func $f)) (item "c" (global i32)))
      (import "d" "e" (func (exact)))
      (import "f" (item "g") (item "h") (memory 1))
      (import "i")
      (import "j" (table 0 funcref))))"),
            R"((module
  (type (;0;) (func))
  (import "a"
    (item "b" (func $f (type 0)))
    (item "c" (global (;0;) i32)))
  (import "d" "e" (func (;1;) (exact (type 0))))
  (import "f"
    (item "g" (;0;))
    (item "h" (;1;))
    (memory 1))
  (import "i")
  (import "j"
    (table 0 funcref))
)
)");
}

// A section that holds only an empty group has custom sections after it.
TEST(Printer, AnEmptyGroupOfImportsIsASection) {
  constexpr std::string_view source = R"((module
  (import "i")
  (@custom "c" (after import) "")
)
)";
  EXPECT_EQ(printed(source), source);
}

// Only an item with a type has a place for an identifier.
TEST(Printer, GroupsOfOneTypeWithNamesArePrintedItemByItem) {
  auto assembled = assemble(R"((module (import "m" (item "a") (item "b") (func (param i32)))))");
  ASSERT_TRUE(assembled);
  const auto with_names = [&](std::initializer_list<int> names) {
    auto binary = assembled->binary;
    for (const int byte :
         std::initializer_list<int>{0, static_cast<int>(5 + names.size()), 4, 'n', 'a', 'm', 'e'})
      binary.push_back(static_cast<std::byte>(byte));
    for (const int byte : names) binary.push_back(static_cast<std::byte>(byte));
    const auto module =
        read_module(std::make_shared<const std::vector<std::byte>>(std::move(binary)));
    return module ? *print_module(*module, {}, {}) : format_error(module.error(), "");
  };
  EXPECT_THAT(with_names({}), HasSubstr("(item \"b\" (;1;))\n    (func (type 0) (param i32)))"));
  const auto named = with_names({1, 4, 1, 1, 1, 'f'});  // function 1 is called `f`
  EXPECT_THAT(named, HasSubstr("(item \"b\" (func $f (type 0) (param i32))))"));
  EXPECT_EQ(printed(named), named);
  const auto parameter = with_names({2, 6, 1, 0, 1, 0, 1, 'x'});  // its parameter `x`
  EXPECT_THAT(parameter, HasSubstr("(item \"a\" (func (;0;) (type 0) (param $x i32)))"));
  EXPECT_EQ(printed(parameter), parameter);
}

TEST(Printer, LongNamesAreNotRepeated) {
  const std::string name(2000, 'x');
  std::string calls;
  for (int i = 0; i < 100; ++i) calls += " call $" + name;
  const auto text = printed("(func $" + name + calls + ')');
  EXPECT_LT(text.size(), 2 * name.size() + 4000);
  EXPECT_EQ(printed(text), text);
}

TEST(Printer, BlocksThatDoNotMatchAreAnError) {
  constexpr std::string_view magic("\0asm\1\0\0\0\1\4\1\x60\0\0\3\2\1\0", 18);
  for (const std::string_view body :
       {std::string_view("\x02\x40", 2), std::string_view("\x05\x0b", 2),
        std::string_view("\x0b\x0b", 2), std::string_view("\x02\x40\x05\x0b\x0b", 5),
        std::string_view("\x04\x40\x05\x05\x0b\x0b", 6), std::string_view("\x01", 1)}) {
    std::string bytes(magic);
    bytes += '\x0a';
    bytes += static_cast<char>(body.size() + 3);
    bytes += '\x01';
    bytes += static_cast<char>(body.size() + 1);
    bytes += '\0';
    bytes += body;
    const auto* first = reinterpret_cast<const std::byte*>(bytes.data());
    const auto module =
        read_module(std::make_shared<const std::vector<std::byte>>(first, first + bytes.size()));
    ASSERT_TRUE(module) << format_error(module.error(), "");
    for (const bool is_folded : {false, true}) {
      const auto text = print_module(*module, {}, {.is_folded = is_folded});
      ASSERT_FALSE(text);
      EXPECT_EQ(text.error().kind, ErrorKind::malformed);
    }
  }
}

TEST(Printer, CodeThatCannotBeReadIsAnError) {
  auto assembled = assemble("(func nop)");
  ASSERT_TRUE(assembled);
  for (auto& byte : assembled->binary)
    if (byte == std::byte{0x01} && &byte == &assembled->binary[assembled->binary.size() - 2])
      byte = std::byte{0xff};
  const auto module =
      read_module(std::make_shared<const std::vector<std::byte>>(std::move(assembled->binary)));
  ASSERT_TRUE(module);
  const auto text = print_module(*module);
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().kind, ErrorKind::malformed);
}

}  // namespace
}  // namespace airlock::decoder::text
