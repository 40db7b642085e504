// The words and signs of WIT (component-model: WIT.md, Lexical structure).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "decoder/error.hpp"

namespace airlock::decoder::component::wit {

/// A cursor over a text, one token ahead. The first error is kept, and ends the text.
class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) { advance(); }

  /// The token at the cursor: a word (`get-environment`, `%stream`, `16`, `_`), `->`, or a single
  /// sign. Empty at the end of the text.
  [[nodiscard]] std::string_view token() const { return token_; }
  [[nodiscard]] bool is(std::string_view token) const { return token_ == token; }
  /// Moves on.
  void advance();
  /// Moves on if the token is this one.
  bool accept(std::string_view token);
  /// The token must be this one; moves on.
  bool expect(std::string_view token);
  /// Takes a name, without the `%` of one that is also a keyword; a view of the text, like all
  /// tokens.
  std::string_view name();
  /// Takes a number of at most 32 bits.
  std::uint32_t number();
  /// Takes the name of an interface or package, with its version, up to where the items of a `use`
  /// begin: `wasi:io/streams@0.2.12`.
  std::string_view path();

  void fail(std::string message) { fail(ErrorKind::malformed, std::move(message)); }
  void fail(ErrorKind kind, std::string message);
  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] std::unexpected<Error> error() const { return std::unexpected(error_); }

 private:
  void skip_space();
  [[nodiscard]] std::string found() const;

  std::string_view text_;
  std::size_t next_ = 0;  ///< after the token
  std::string_view token_;
  bool failed_ = false;
  Error error_;
};

}  // namespace airlock::decoder::component::wit
