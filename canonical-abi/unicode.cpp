#include "canonical-abi/unicode.hpp"

#include <cstring>

namespace airlock::canonical_abi {

namespace {

/// What a lead byte of UTF-8 demands (Unicode: Table 3-7, Well-Formed UTF-8 Byte Sequences).
struct Lead {
  std::uint8_t length = 0;  ///< of the whole sequence; 0 if no sequence begins so
  std::uint8_t low = 0x80;  ///< bounds of the second byte
  std::uint8_t high = 0xbf;
};

constexpr Lead lead_of(std::uint8_t byte) {
  if (byte < 0x80) return {1};
  if (byte < 0xc2) return {};
  if (byte < 0xe0) return {2};
  if (byte == 0xe0) return {3, 0xa0, 0xbf};
  if (byte == 0xed) return {3, 0x80, 0x9f};
  if (byte < 0xf0) return {3};
  if (byte == 0xf0) return {4, 0x90, 0xbf};
  if (byte < 0xf4) return {4};
  if (byte == 0xf4) return {4, 0x80, 0x8f};
  return {};
}

std::string incomplete(std::size_t index) {
  return "incomplete utf-8 byte sequence from index " + std::to_string(index);
}

std::string invalid(std::size_t length, std::size_t index) {
  return "invalid utf-8 sequence of " + std::to_string(length) + " bytes from index " +
         std::to_string(index);
}

}  // namespace

std::size_t ascii_prefix(std::span<const std::byte> text) {
  constexpr std::uint64_t high_bits = 0x8080808080808080;
  std::size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + i, 8);
    if (word & high_bits) break;
  }
  while (i < text.size() && static_cast<std::uint8_t>(text[i]) < 0x80) ++i;
  return i;
}

std::string find_utf8_error(std::span<const std::byte> text) {
  std::size_t i = ascii_prefix(text);
  while (i < text.size()) {
    const Lead lead = lead_of(static_cast<std::uint8_t>(text[i]));
    if (lead.length == 0) return invalid(1, i);
    for (std::size_t k = 1; k < lead.length; ++k) {
      if (i + k == text.size()) return incomplete(i);
      const auto byte = static_cast<std::uint8_t>(text[i + k]);
      const std::uint8_t low = k == 1 ? lead.low : 0x80;
      const std::uint8_t high = k == 1 ? lead.high : 0xbf;
      if (byte < low || byte > high) return invalid(k, i);
    }
    i += lead.length;
    if (lead.length == 1) i += ascii_prefix(text.subspan(i));
  }
  return {};
}

std::string find_utf16_error(std::span<const std::byte> text) {
  const auto unit = [&](std::size_t i) {
    return static_cast<std::uint32_t>(text[i]) | static_cast<std::uint32_t>(text[i + 1]) << 8;
  };
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    const std::uint32_t first = unit(i);
    if (first < 0xd800 || first > 0xdfff) continue;
    const bool is_pair = first < 0xdc00 && i + 3 < text.size() && (unit(i + 2) & 0xfc00) == 0xdc00;
    if (!is_pair) return "unpaired surrogate found at code unit " + std::to_string(i / 2);
    i += 2;
  }
  return {};
}

char32_t CodePoints::next() {
  switch (encoding_) {
    case Encoding::utf8:
      return next_utf8();
    case Encoding::utf16:
      return next_utf16();
    case Encoding::latin1:
      break;
  }
  return byte(position_++);
}

char32_t CodePoints::next_utf8() {
  const std::uint32_t first = byte(position_);
  const std::size_t at = position_;
  if (first < 0x80) {
    position_ += 1;
    return first;
  }
  if (first < 0xe0) {
    position_ += 2;
    return (first & 0x1f) << 6 | (byte(at + 1) & 0x3f);
  }
  if (first < 0xf0) {
    position_ += 3;
    return (first & 0xf) << 12 | (byte(at + 1) & 0x3f) << 6 | (byte(at + 2) & 0x3f);
  }
  position_ += 4;
  return (first & 0x7) << 18 | (byte(at + 1) & 0x3f) << 12 | (byte(at + 2) & 0x3f) << 6 |
         (byte(at + 3) & 0x3f);
}

char32_t CodePoints::next_utf16() {
  const std::uint32_t first = unit(position_);
  position_ += 2;
  if (first < 0xd800 || first > 0xdbff) return first;
  const std::uint32_t second = unit(position_);
  position_ += 2;
  return 0x10000 + ((first & 0x3ff) << 10 | (second & 0x3ff));
}

std::size_t encode_utf8(CodePoints text, std::span<std::byte> out) {
  std::size_t size = 0;
  const auto put = [&](std::uint32_t byte) { out[size++] = static_cast<std::byte>(byte); };
  while (!text.done()) {
    const std::uint32_t code = text.next();
    const std::size_t length = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (out.size() - size < length) break;
    switch (length) {
      case 1:
        put(code);
        break;
      case 2:
        put(0xc0 | code >> 6);
        put(0x80 | (code & 0x3f));
        break;
      case 3:
        put(0xe0 | code >> 12);
        put(0x80 | (code >> 6 & 0x3f));
        put(0x80 | (code & 0x3f));
        break;
      default:
        put(0xf0 | (code >> 18 & 0x7));
        put(0x80 | (code >> 12 & 0x3f));
        put(0x80 | (code >> 6 & 0x3f));
        put(0x80 | (code & 0x3f));
        break;
    }
  }
  return size;
}

std::size_t encode_utf16(CodePoints text, std::span<std::byte> out) {
  std::size_t size = 0;
  const auto put = [&](std::uint32_t unit) {
    out[size++] = static_cast<std::byte>(unit & 0xff);
    out[size++] = static_cast<std::byte>(unit >> 8 & 0xff);
  };
  while (!text.done()) {
    const std::uint32_t code = text.next();
    const std::size_t length = code < 0x10000 ? 2 : 4;
    if (out.size() - size < length) break;
    if (length == 2) {
      put(code);
    } else {
      put(0xd800 | ((code - 0x10000) >> 10 & 0x3ff));
      put(0xdc00 | (code & 0x3ff));
    }
  }
  return size;
}

}  // namespace airlock::canonical_abi
