#include "decoder/text/lexer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace airlock::decoder::text {
namespace {

using testing::ElementsAre;

/// Tokens as the first letter of their kind and their text.
std::vector<std::string> tokens_of(std::string_view source) {
  const auto stream = tokenize(source);
  if (!stream) return {"error: " + stream.error().message};
  std::vector<std::string> words;
  for (const auto& token : stream->tokens)
    words.push_back("()k$sifr."[static_cast<std::size_t>(token.kind)] + std::string(token.text));
  return words;
}

std::string error_of(std::string_view source) {
  const auto stream = tokenize(source);
  return stream ? "" : stream.error().message;
}

TEST(Lexer, SplitsTokens) {
  EXPECT_THAT(tokens_of(R"((func $f (i32.const -0x1_F) "a\"b" 1.5 nan:0x2 inf))"),
              ElementsAre("((", "kfunc", "$f", "((", "ki32.const", "i-0x1_F", "))", "s\"a\\\"b\"",
                          "f1.5", "fnan:0x2", "finf", "))", "."));
}

TEST(Lexer, ParenthesesAndCommentsNeedNoSpace) {
  EXPECT_THAT(tokens_of("(a)b;;c\n$d(;e(;f;)g;)1"),
              ElementsAre("((", "ka", "))", "kb", "$d", "i1", "."));
  EXPECT_THAT(tokens_of("a;;x\rb;;y"), ElementsAre("ka", "kb", "."));
}

TEST(Lexer, RunsTogetherAreReserved) {
  EXPECT_THAT(
      tokens_of("0$x \"a\"\"b\" $l\"x\" a\"b\" 0x 1_ 1__0 A"),
      ElementsAre("r0$x", "r\"a\"\"b\"", "r$l\"x\"", "ra\"b\"", "r0x", "r1_", "r1__0", "rA", "."));
  EXPECT_THAT(tokens_of("{,}"), ElementsAre("r{", "r,", "r}", "."));
}

TEST(Lexer, DecodesQuotedIdentifiers) {
  EXPECT_THAT(tokens_of(R"($"a b" $"\41\u{42}")"), ElementsAre("$a b", "$AB", "."));
  EXPECT_EQ(error_of("$"), "empty identifier");
  EXPECT_EQ(error_of("$\"\""), "empty identifier");
  EXPECT_EQ(error_of("$\"a\nb\""), "empty identifier");
  EXPECT_EQ(error_of(R"($"\ef")"), "malformed UTF-8 encoding");
}

TEST(Lexer, DecodesStrings) {
  EXPECT_EQ(decode_string(R"("\t\n\r\"\'\\\00\fFä\u{48}\u{1_F600}")"),
            std::string("\t\n\r\"'\\\0\xff\xc3\xa4H\xf0\x9f\x98\x80", 15));
}

TEST(Lexer, RefusesMalformedStrings) {
  EXPECT_EQ(error_of("\"abc"), "unclosed string");
  EXPECT_EQ(error_of("\"abc\n\""), "unclosed string");
  EXPECT_EQ(error_of("\"abc\\"), "invalid string escape");
  EXPECT_EQ(error_of(R"("\x")"), "invalid string escape");
  EXPECT_EQ(error_of(R"("\u{d800}")"), "malformed UTF-8 codepoint");
  EXPECT_EQ(error_of(R"("\u{110000}")"), "malformed UTF-8 codepoint");
  EXPECT_EQ(error_of(R"("\u{ffffffffffffffffff}")"), "malformed UTF-8 codepoint");
  EXPECT_EQ(error_of(R"("\u{ffffffffffffffffff")"), "invalid string escape");
  EXPECT_EQ(error_of("\"\x01\""), "illegal control character in string literal");
}

TEST(Lexer, RefusesIllegalCharacters) {
  EXPECT_EQ(error_of("(func \x7f)"), "illegal character");
  EXPECT_EQ(error_of("ä"), "illegal character");
  for (const char* text :
       {"\xff", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", ";;\x80"})
    EXPECT_EQ(error_of(text), "malformed UTF-8 encoding") << text;
}

TEST(Lexer, NestedCommentsNeedNoStack) {
  std::string deep;
  for (int i = 0; i < 1'000'000; ++i) deep += "(;";
  EXPECT_EQ(error_of(deep), "unclosed comment");
  for (int i = 0; i < 1'000'000; ++i) deep += ";)";
  EXPECT_THAT(tokens_of(deep), ElementsAre("."));
}

TEST(Lexer, AnnotationsAreWhiteSpace) {
  EXPECT_THAT(tokens_of("((@a)module(@b (x) \")\" (@c) [ ;; )\n)$m)"),
              ElementsAre("((", "kmodule", "$m", "))", "."));
  EXPECT_THAT(tokens_of("(@a $ (@b $\"\"))"), ElementsAre("."));
  EXPECT_EQ(error_of("(@a) $"), "empty identifier");
  EXPECT_EQ(error_of("(@)"), "empty annotation id");
  EXPECT_EQ(error_of("(@\"\")"), "empty annotation id");
  EXPECT_EQ(error_of("(@\"\n\")"), "empty annotation id");
  EXPECT_EQ(error_of("(@x (y (z))"), "unclosed annotation");
  EXPECT_EQ(error_of("(@x \")"), "unclosed string");
}

TEST(Lexer, KeepsAnnotationsThatAreRead) {
  const std::string_view source =
      R"((module (@name "M" (@custom "no")) $x (@"custom" "a" (after func))))";
  const auto stream = tokenize(source);
  ASSERT_TRUE(stream);
  ASSERT_EQ(stream->annotations.size(), 2u);
  EXPECT_EQ(stream->annotations[0].id, "name");
  EXPECT_EQ(stream->annotations[0].before, 2u);
  EXPECT_EQ(stream->annotations[0].contents.size(), 1u);
  EXPECT_EQ(stream->annotations[1].id, "custom");
  EXPECT_EQ(stream->annotations[1].before, 3u);
  EXPECT_EQ(stream->annotations[1].contents.size(), 5u);
  EXPECT_EQ(Cursor(source, *stream, 3).annotations().size(), 1u);
  EXPECT_EQ(Cursor(source, *stream, 1).annotations().size(), 0u);
}

TEST(Lexer, SaysWhere) {
  const auto stream = tokenize("(module\n  (func \"\\q\"))");
  ASSERT_FALSE(stream);
  EXPECT_EQ(stream.error().position, (SourcePosition{2, 10}));
}

TEST(Lexer, AnyTruncationGivesTokensOrAnError) {
  const std::string_view source =
      "((@a \"\\u{41}\" (;x;))module $\"n\\41\" (; (;c;) ;) (func $f ;; line\n"
      " (i32.const 0x1p-3) \"\\00äö\" nan:0xf) (@custom \"x\" (after (@y) first) \"z\"))";
  for (std::size_t size = 0; size < source.size(); ++size) {
    const auto stream = tokenize(source.substr(0, size));
    if (stream)
      EXPECT_EQ(stream->tokens.back().kind, TokenKind::end);
    else
      EXPECT_TRUE(stream.error().position.has_value());
  }
}

TEST(Lexer, TokensKnowWhereTheirLinesAre) {
  for (const std::string_view source :
       {"", "\n", "a", "a\n", "\n\na b\nc (; \n ;) d\r\n  e", "(a)\n\n\n"}) {
    const auto stream = tokenize(source);
    ASSERT_TRUE(stream);
    for (std::size_t offset = 0; offset <= source.size(); ++offset)
      EXPECT_EQ(stream->position_of(offset), position_of(source, offset)) << source << offset;
  }
}

TEST(Lexer, SourcesAreBounded) {
  const auto stream = tokenize("(module)", Limits{.module_bytes = 7});
  ASSERT_FALSE(stream);
  EXPECT_EQ(stream.error().kind, ErrorKind::limit);
}

TEST(Cursor, SkipsToTheCloseOfWhatIsOpen) {
  const std::string_view source = "(a (b (c)) d) e";
  const auto stream = tokenize(source);
  Cursor cursor(source, *stream);
  cursor.take();
  EXPECT_TRUE(cursor.skip_to_close());
  EXPECT_TRUE(cursor.at_keyword("e"));
  EXPECT_FALSE(cursor.skip_to_close());
  EXPECT_TRUE(cursor.at(TokenKind::end));
}

}  // namespace
}  // namespace airlock::decoder::text
