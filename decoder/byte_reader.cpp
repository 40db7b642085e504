#include "decoder/byte_reader.hpp"

#include "decoder/printable.hpp"

namespace airlock::decoder {

void ByteReader::fail_at(std::uint64_t offset, std::string message, ErrorKind kind) {
  if (!error_) error_ = Error{.kind = kind, .message = printable(message), .offset = offset};
  position_ = bytes_.size();
}

bool ByteReader::adopt_failure(const ByteReader& part) {
  if (!part.failed()) return false;
  if (!error_) error_ = part.error();
  position_ = bytes_.size();
  return true;
}

void ByteReader::fail_at_end() { fail_at(base_ + bytes_.size(), std::string(end_message_)); }

std::uint64_t ByteReader::unsigned_integer(unsigned bits) {
  std::uint64_t value = 0;
  for (unsigned shift = 0;; shift += 7) {
    if (shift >= bits) {
      fail("integer representation too long");
      return 0;
    }
    const auto next = byte();
    if (failed()) return 0;
    // The last byte must not have bits above the width.
    const unsigned left = bits - shift;
    if (left < 7 && (next & 0x7f) >> left != 0) {
      fail_at(offset() - 1, "integer too large");
      return 0;
    }
    value |= static_cast<std::uint64_t>(next & 0x7f) << shift;
    if ((next & 0x80) == 0) return value;
  }
}

std::int64_t ByteReader::signed_integer(unsigned bits) {
  std::uint64_t value = 0;
  for (unsigned shift = 0;; shift += 7) {
    if (shift >= bits) {
      fail("integer representation too long");
      return 0;
    }
    const auto next = byte();
    if (failed()) return 0;
    // In the last byte the sign bit and the bits above it must agree.
    const unsigned left = bits - shift;
    if (left < 7) {
      const unsigned mask = (0x7fU << (left - 1)) & 0x7f;
      if ((next & mask) != 0 && (next & mask) != mask) {
        fail_at(offset() - 1, "integer too large");
        return 0;
      }
    }
    value |= static_cast<std::uint64_t>(next & 0x7f) << shift;
    if ((next & 0x80) == 0) {
      const unsigned used = shift + 7;
      if ((next & 0x40) != 0 && used < 64) value |= ~std::uint64_t{0} << used;
      return static_cast<std::int64_t>(value);
    }
  }
}

std::uint64_t ByteReader::fixed(unsigned size) {
  const auto data = bytes(size);
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < data.size(); ++i)
    value |= static_cast<std::uint64_t>(data[i]) << (8 * i);
  return value;
}

Bytes ByteReader::bytes(std::size_t size) {
  if (size > remaining()) {
    fail_at_end();
    return {};
  }
  const auto taken = bytes_.subspan(position_, size);
  position_ += size;
  return taken;
}

ByteReader ByteReader::part(std::size_t size, std::string_view end_message) {
  const auto start = offset();
  return ByteReader(bytes(size), start, end_message);
}

std::uint32_t ByteReader::count(std::uint64_t limit, std::string_view what,
                                std::size_t element_bytes) {
  const auto start = offset();
  const auto number = u32();
  if (failed()) return 0;
  if (number > limit && number <= remaining()) {
    fail_at(start, "too many " + std::string(what), ErrorKind::limit);
    return 0;
  }
  if (number > remaining() / element_bytes) {
    fail_at_end();
    return 0;
  }
  return number;
}

Bytes ByteReader::sized_bytes() {
  const auto start = offset();
  const auto size = u32();
  if (failed()) return {};
  if (size > remaining()) {
    fail_at(start, "length out of bounds");
    return {};
  }
  return bytes(size);
}

std::string ByteReader::name() {
  const auto start = offset();
  const auto text = sized_bytes();
  if (failed()) return {};
  if (!is_utf8(text)) {
    fail_at(start, "malformed UTF-8 encoding");
    return {};
  }
  return {reinterpret_cast<const char*>(text.data()), text.size()};
}

namespace {

/// What follows the first byte of a sequence: the number of further bytes, and the bounds of the
/// first of them, which exclude overlong forms, surrogates and values above U+10FFFF.
struct Continuation {
  unsigned count = 0;  ///< 0: no sequence begins with this byte
  std::uint8_t lowest = 0x80;
  std::uint8_t highest = 0xbf;
};

constexpr Continuation continuation(std::uint8_t first) {
  if (first >= 0xc2 && first <= 0xdf) return {1};
  if (first == 0xe0) return {2, 0xa0, 0xbf};
  if (first == 0xed) return {2, 0x80, 0x9f};
  if (first >= 0xe1 && first <= 0xef) return {2};
  if (first == 0xf0) return {3, 0x90, 0xbf};
  if (first >= 0xf1 && first <= 0xf3) return {3};
  if (first == 0xf4) return {3, 0x80, 0x8f};
  return {};
}

}  // namespace

bool is_utf8(Bytes bytes) {
  std::size_t i = 0;
  while (i < bytes.size()) {
    const auto first = static_cast<std::uint8_t>(bytes[i++]);
    if (first < 0x80) continue;
    const auto [count, lowest, highest] = continuation(first);
    if (count == 0 || bytes.size() - i < count) return false;
    const auto second = static_cast<std::uint8_t>(bytes[i]);
    if (second < lowest || second > highest) return false;
    for (unsigned k = 1; k < count; ++k)
      if ((static_cast<std::uint8_t>(bytes[i + k]) & 0xc0) != 0x80) return false;
    i += count;
  }
  return true;
}

bool is_utf8(std::string_view bytes) {
  return is_utf8(std::as_bytes(std::span(bytes.data(), bytes.size())));
}

}  // namespace airlock::decoder
