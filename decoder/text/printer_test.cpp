#include "decoder/text/printer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

std::string printed(std::string_view source) {
  const auto text = print_module(module_of(source));
  return text ? *text : format_error(text.error(), "");
}

TEST(Printer, PrintsFieldsAndCode) {
  EXPECT_EQ(printed(R"((module $m (memory $mem 1) (export "f" (func $f))
      (func $f (param $x i32) (result i32) (local f64)
        (block $out (if $in (local.get $x) (then (br $out)) (else (br $in))))
        (i32.load offset=8 align=1 (i32.const -4)))))"),
            R"((module $m
  (type (func (param i32) (result i32)))
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
  EXPECT_THAT(text, HasSubstr("(func (@name \"same\") "));
  EXPECT_THAT(text, HasSubstr("(func $\"with space\" "));
  EXPECT_THAT(text, HasSubstr("(param (@name \"\") i32)"));
  EXPECT_EQ(printed(text), text);
}

TEST(Printer, StringsAreEscaped) {
  EXPECT_EQ(quote_string("a\"\\\n\x7f ä"), "\"a\\\"\\\\\\0a\\7f ä\"");
  EXPECT_EQ(quote_string("ä\xff"), "\"\\c3\\a4\\ff\"");
  EXPECT_EQ(quote_identifier("a.b"), "$a.b");
  EXPECT_EQ(quote_identifier("a(b"), "$\"a(b\"");
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
