// The base of the parsers of modules, components and scripts: a cursor that keeps its first error.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "decoder/error.hpp"
#include "decoder/text/lexer.hpp"

namespace airlock::decoder::text {

/// Base of the text parsers. The first error is kept and the cursor goes to the end of the input,
/// where no production applies: every loop over tokens ends, and productions need not check for
/// errors of the ones they call. The caller asks `failed()` once, at the end.
class TokenParser {
 public:
  explicit TokenParser(Cursor cursor) : cursor_(cursor) {}

  [[nodiscard]] bool failed() const { return error_.has_value(); }
  [[nodiscard]] Error take_error() { return std::move(*error_); }
  [[nodiscard]] Cursor& cursor() { return cursor_; }

 protected:
  [[nodiscard]] const Token& peek(std::size_t ahead = 0) const { return cursor_.peek(ahead); }
  [[nodiscard]] bool at(TokenKind kind) const { return cursor_.at(kind); }
  [[nodiscard]] bool at_keyword(std::string_view word) const { return cursor_.at_keyword(word); }
  [[nodiscard]] bool at_open(std::string_view word) const { return cursor_.at_open(word); }
  [[nodiscard]] bool at_open() const { return at(TokenKind::left_parenthesis); }
  [[nodiscard]] bool at_close() const { return at(TokenKind::right_parenthesis); }
  /// Whether an index comes next: a number or an identifier.
  [[nodiscard]] bool at_index(std::size_t ahead = 0) const {
    const auto kind = peek(ahead).kind;
    return kind == TokenKind::integer || kind == TokenKind::identifier;
  }
  const Token& take() { return cursor_.take(); }
  bool take_open(std::string_view word) { return cursor_.take_open(word); }
  bool take_keyword(std::string_view word) { return cursor_.take_keyword(word); }
  bool take_close() { return cursor_.take(TokenKind::right_parenthesis); }

  void expect_close() {
    if (!take_close()) fail_unexpected();
  }
  void expect_open() {
    if (!cursor_.take(TokenKind::left_parenthesis)) fail_unexpected();
  }
  void expect_open(std::string_view word) {
    if (!take_open(word)) fail_unexpected();
  }
  void expect_keyword(std::string_view word) {
    if (!take_keyword(word)) fail_unexpected();
  }

  /// An identifier token, if one comes next.
  std::optional<Token> take_identifier() {
    if (!at(TokenKind::identifier)) return std::nullopt;
    return take();
  }

  /// A string's bytes.
  std::string expect_string();
  /// A string that must be UTF-8.
  std::string expect_name();
  /// Any number of strings, concatenated.
  std::string take_strings();
  /// An unsigned number of at most 8, 32 or 64 bits. "i32 constant out of range"
  std::uint64_t expect_unsigned(unsigned bits);
  std::uint32_t expect_u32() { return static_cast<std::uint32_t>(expect_unsigned(32)); }

  void fail(std::string message, ErrorKind kind = ErrorKind::malformed) {
    fail_at(peek().offset, std::move(message), kind);
  }
  void fail_at(std::size_t offset, std::string message, ErrorKind kind = ErrorKind::malformed);
  void fail(Error error);
  /// The token is not allowed here: "unexpected token", or "unknown operator" if it is not a word
  /// of the language.
  void fail_unexpected();

  /// Whether a keyword is one of the language.
  [[nodiscard]] virtual bool knows_keyword(std::string_view word) const;
  ~TokenParser() = default;

  Cursor cursor_;

 private:
  std::optional<Error> error_;
};

}  // namespace airlock::decoder::text
