// UTF-8, UTF-16 and Latin-1: checking and converting.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace airlock::canonical_abi {

/// The first thing wrong with a text, in the words of the official tests; empty if it is
/// well-formed.
[[nodiscard]] std::string find_utf8_error(std::span<const std::byte> text);
/// Code units are little-endian and need not be aligned.
[[nodiscard]] std::string find_utf16_error(std::span<const std::byte> text);

/// How many of the first code units are below 0x80.
[[nodiscard]] std::size_t ascii_prefix(std::span<const std::byte> text);

/// A read position in well-formed text of one encoding. If the text is not well-formed after all
/// (its memory was changed meanwhile), the characters are wrong, but reading stays inside.
class CodePoints {
 public:
  enum class Encoding : std::uint8_t { utf8, utf16, latin1 };
  CodePoints(Encoding encoding, std::span<const std::byte> text)
      : encoding_(encoding), text_(text) {}

  [[nodiscard]] bool done() const { return position_ >= text_.size(); }
  [[nodiscard]] std::size_t position() const { return position_; }
  char32_t next();

 private:
  char32_t next_utf8();
  char32_t next_utf16();
  [[nodiscard]] std::uint32_t byte(std::size_t index) const {
    return index < text_.size() ? static_cast<std::uint32_t>(text_[index]) : 0;
  }
  [[nodiscard]] std::uint32_t unit(std::size_t index) const {
    return byte(index) | byte(index + 1) << 8;
  }

  Encoding encoding_;
  std::span<const std::byte> text_;
  std::size_t position_ = 0;
};

/// Writes converted text into `out` as long as there is room; what does not fit is left out.
/// @return the bytes written
std::size_t encode_utf8(CodePoints text, std::span<std::byte> out);
std::size_t encode_utf16(CodePoints text, std::span<std::byte> out);

/// Whether a Unicode scalar value: no surrogate, and not beyond U+10FFFF.
[[nodiscard]] constexpr bool is_scalar_value(std::uint32_t code) {
  return code < 0x110000 && (code < 0xd800 || code > 0xdfff);
}

}  // namespace airlock::canonical_abi
