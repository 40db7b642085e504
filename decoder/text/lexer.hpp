// The tokens of the text format (specification: Text Format, Lexical Format), core and component.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "decoder/error.hpp"
#include "decoder/limits.hpp"

namespace airlock::decoder::text {

enum class TokenKind : std::uint8_t {
  left_parenthesis,
  right_parenthesis,
  keyword,     ///< begins with a lower-case letter: `i32.add`, `offset=4`, `nan:canonical`
  identifier,  ///< `$name`; `text` is the name without `$`, with `$"…"` already decoded
  string,      ///< `text` still has its quotes and escapes; see `decode_string`
  integer,     ///< sign, digits, underscores, hexadecimal; see numbers.hpp
  floating,    ///< numbers with a fraction or exponent, `inf`, `nan`, `nan:0x1`
  reserved,    ///< not a token of the grammar: always an error
  end,
};

/// A token. `text` points into the source, which must outlive it (but for quoted identifiers, whose
/// decoded names the lexer's result owns).
struct Token {
  TokenKind kind = TokenKind::end;
  std::uint32_t offset = 0;  ///< in the source, in bytes
  std::string_view text;
};

/// `(@id …)`. An annotation is white space in the grammar, so it is not one of the tokens: a parser
/// that knows an id asks for the annotations before the current token.
struct Annotation {
  std::string_view id;
  std::uint32_t offset = 0;     ///< of its parenthesis in the source
  std::size_t before = 0;       ///< index of the token after it
  std::vector<Token> contents;  ///< the tokens between the id and the closing parenthesis
};

/// All tokens of a source, ended by one of kind `end`. Comments are left out, and so are
/// annotations that no parser here reads.
struct TokenStream {
  std::vector<Token> tokens;
  std::vector<Annotation> annotations;  ///< in the order of the source
  std::deque<std::string> owned;        ///< decoded names that tokens point into
  std::vector<std::uint32_t> newlines;  ///< where lines end, in ascending order

  /// Line and column of a byte of the source, without reading the source again.
  [[nodiscard]] SourcePosition position_of(std::size_t offset) const;
};

/// Splits a source into tokens. Errors: `malformed` with a position ("malformed UTF-8 encoding",
/// "unclosed string", "illegal character" …).
[[nodiscard]] Result<TokenStream> tokenize(std::string_view source, const Limits& limits = {});

/// Line and column of a byte of a source. Reads the source up to there; `TokenStream::position_of`
/// does not.
[[nodiscard]] SourcePosition position_of(std::string_view source, std::size_t offset);

/// The bytes that a string token denotes. The lexer must have made the token.
[[nodiscard]] std::string decode_string(std::string_view token);

/// Whether bytes are well-formed UTF-8 (no surrogates, no overlong forms).
[[nodiscard]] bool is_utf8(std::string_view bytes);

/// A cursor over tokens, with the operations that recursive descent needs. The stream must outlive
/// it.
class Cursor {
 public:
  Cursor(std::string_view source, const TokenStream& stream, std::size_t position = 0)
      : source_(source), stream_(&stream), position_(position) {}

  [[nodiscard]] const Token& peek(std::size_t ahead = 0) const {
    const auto& tokens = stream_->tokens;
    const auto at = position_ + ahead;
    return at < tokens.size() ? tokens[at] : tokens.back();
  }
  const Token& take() {
    const Token& token = peek();
    if (token.kind != TokenKind::end) ++position_;
    return token;
  }
  [[nodiscard]] bool at(TokenKind kind) const { return peek().kind == kind; }
  [[nodiscard]] bool at_keyword(std::string_view word) const {
    return peek().kind == TokenKind::keyword && peek().text == word;
  }
  /// Whether `(word` comes next.
  [[nodiscard]] bool at_open(std::string_view word) const {
    return peek().kind == TokenKind::left_parenthesis && peek(1).kind == TokenKind::keyword &&
           peek(1).text == word;
  }
  /// Takes `(word` if it comes next.
  bool take_open(std::string_view word) {
    if (!at_open(word)) return false;
    position_ += 2;
    return true;
  }
  bool take_keyword(std::string_view word) {
    if (!at_keyword(word)) return false;
    ++position_;
    return true;
  }
  bool take(TokenKind kind) {
    if (!at(kind) || kind == TokenKind::end) return false;
    ++position_;
    return true;
  }
  [[nodiscard]] std::size_t position() const { return position_; }
  void reset(std::size_t position) { position_ = position; }
  [[nodiscard]] std::string_view source() const { return source_; }
  [[nodiscard]] const TokenStream& stream() const { return *stream_; }

  /// The annotations directly before the next token.
  [[nodiscard]] std::span<const Annotation> annotations() const;

  /// Goes past the parenthesis that closes the one opened last before the cursor, or to the end.
  /// @return whether there is such a parenthesis
  bool skip_to_close();

  /// An error of kind `malformed` at the next token.
  [[nodiscard]] std::unexpected<Error> error(std::string message) const {
    return error_at(peek().offset, std::move(message));
  }
  /// An error of kind `malformed` at a byte of the source.
  [[nodiscard]] std::unexpected<Error> error_at(std::size_t offset, std::string message) const {
    Error error{.kind = ErrorKind::malformed, .message = std::move(message)};
    error.position = stream_->position_of(offset);
    return std::unexpected(std::move(error));
  }

 private:
  std::string_view source_;
  const TokenStream* stream_;
  std::size_t position_;
};

}  // namespace airlock::decoder::text
