#include "decoder/printable.hpp"

#include <gtest/gtest.h>

#include "decoder/error.hpp"
#include "decoder/text/printer.hpp"

namespace airlock {
namespace {

using namespace std::string_view_literals;

TEST(Printable, OrdinaryTextIsLeftAlone) {
  for (const auto text : {""sv, "add"sv, "a b `c` \"d\" \\e"sv, "grüße, 世界 🚀"sv})
    EXPECT_EQ(printable(text), text);
}

TEST(Printable, WhatATerminalWouldObeyIsEscaped) {
  EXPECT_EQ(printable("a\nb\r\tc\0d"sv), "a\\0ab\\0d\\09c\\00d");
  EXPECT_EQ(printable("\x1b[31mred\x7f"), "\\1b[31mred\\7f");
  EXPECT_EQ(printable("\xc2\x9b"
                      "2J"),
            "\\u{9b}2J");  // the C1 form of ESC [
  EXPECT_EQ(printable("a\xe2\x80\xae"
                      "b"),
            "a\\u{202e}b");  // right to left
  EXPECT_EQ(printable("\xe2\x81\xa6\xe2\x80\xa8"), "\\u{2066}\\u{2028}");
  EXPECT_EQ(printable("a\xe2\x80\x8b"
                      "b\xef\xbb\xbf"),
            "a\\u{200b}b\\u{feff}");  // invisible
  EXPECT_EQ(printable("\xf3\xa0\x81\x81"), "\\u{e0041}");
}

TEST(Printable, BytesThatAreNotUtf8AreEscapedEachByItself) {
  EXPECT_EQ(printable("a\xff\xc3"), "a\\ff\\c3");
  EXPECT_EQ(printable("\xe2\x80"), "\\e2\\80");          // cut off
  EXPECT_EQ(printable("\xc0\x8a"), "\\c0\\8a");          // an overlong line feed
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\ed\\a0\\80");  // a surrogate
  EXPECT_EQ(printable("\xf5\x80\x80\x80x"), "\\f5\\80\\80\\80x");
}

TEST(Printable, OnceMoreChangesNothing) {
  const auto once = printable("\\x\x1b\xff\xe2\x80\xae");
  EXPECT_EQ(printable(once), once);
}

TEST(Printable, NamesInListsShowWhereTheyEnd) {
  EXPECT_EQ(listed_name("wasi:cli/run@0.2.0"), "wasi:cli/run@0.2.0");
  EXPECT_EQ(listed_name(""), "\"\"");
  EXPECT_EQ(listed_name("a b"), "\"a b\"");
  EXPECT_EQ(listed_name("a\"\\\n"), "\"a\\\"\\\\\\0a\"");
}

TEST(Printable, ErrorsAreMadeOfPrintableText) {
  constexpr auto name = "x\n\x1b[2J\xe2\x80\xae"sv;
  constexpr auto shown = "x\\0a\\1b[2J\\u{202e}"sv;
  EXPECT_EQ(fail(ErrorKind::invalid, std::string(name)).error().message, shown);
  EXPECT_EQ(fail_at(ErrorKind::invalid, 1, std::string(name)).error().message, shown);
  const Error error{.kind = ErrorKind::invalid,
                    .message = std::string(name),
                    .function = FunctionReference{1, std::string(name)}};
  EXPECT_EQ(format_error(error, name), std::string(shown) + ": invalid module, function 1 `" +
                                           std::string(shown) + "`: " + std::string(shown));
}

TEST(Printable, SoAreTheStringsOfTheTextFormat) {
  EXPECT_EQ(decoder::text::quote_string("\xc2\x9b\xe2\x80\xae"), "\"\\u{9b}\\u{202e}\"");
  EXPECT_EQ(decoder::text::quote_identifier("a\xe2\x80\xae"), "$\"a\\u{202e}\"");
}

}  // namespace
}  // namespace airlock
