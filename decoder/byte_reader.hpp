// A cursor over untrusted bytes (specification: Binary Format, Values).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "decoder/error.hpp"
#include "decoder/module.hpp"

namespace airlock::decoder {

/// Reads the values of the binary format one after another and never past the end of its bytes.
///
/// Errors are sticky: the first one is kept, the cursor jumps to the end, and every later read
/// yields zero. So a caller may read a whole structure and ask `failed()` once, provided that no
/// loop depends on a count that `count()` has not checked, and that loops stop when `failed()`.
class ByteReader {
 public:
  /// @param base offset of the first byte in the binary, for the offsets of errors
  /// @param end_message the message of the error for reading past the end
  explicit ByteReader(Bytes bytes, std::uint64_t base = 0,
                      std::string_view end_message = "unexpected end")
      : bytes_(bytes), base_(base), end_message_(end_message) {}

  [[nodiscard]] bool failed() const { return error_.has_value(); }
  /// The first error; only if `failed()`.
  [[nodiscard]] const Error& error() const { return *error_; }
  /// The first error as an unexpected result; only if `failed()`.
  [[nodiscard]] std::unexpected<Error> failure() const { return std::unexpected(*error_); }

  [[nodiscard]] bool at_end() const { return position_ == bytes_.size(); }
  [[nodiscard]] std::size_t remaining() const { return bytes_.size() - position_; }
  /// Position in the bytes given, and in the whole binary.
  [[nodiscard]] std::size_t position() const { return position_; }
  [[nodiscard]] std::uint64_t offset() const { return base_ + position_; }

  /// Records an error at the cursor, or at an offset of the binary, unless there is one already.
  void fail(std::string message, ErrorKind kind = ErrorKind::malformed) {
    fail_at(offset(), std::move(message), kind);
  }
  void fail_at(std::uint64_t offset, std::string message, ErrorKind kind = ErrorKind::malformed);
  /// Takes over the error of a reader of part of these bytes. @return whether there was one
  bool adopt_failure(const ByteReader& part);

  [[nodiscard]] std::uint8_t byte() {
    if (at_end()) {
      fail_at_end();
      return 0;
    }
    return static_cast<std::uint8_t>(bytes_[position_++]);
  }
  /// The next byte without taking it.
  [[nodiscard]] std::optional<std::uint8_t> peek() const {
    if (at_end()) return std::nullopt;
    return static_cast<std::uint8_t>(bytes_[position_]);
  }
  /// Takes the next byte if it is this one.
  bool take(std::uint8_t expected) {
    if (peek() != expected) return false;
    ++position_;
    return true;
  }

  // Integers in LEB128: uN and sN of the specification, of at most ceil(N / 7) bytes and without
  // stray bits in the last.
  [[nodiscard]] std::uint32_t u32() {
    if (position_ < bytes_.size() && static_cast<std::uint8_t>(bytes_[position_]) < 0x80) [[likely]]
      return static_cast<std::uint8_t>(bytes_[position_++]);
    return static_cast<std::uint32_t>(unsigned_integer(32));
  }
  [[nodiscard]] std::uint64_t u64() { return unsigned_integer(64); }
  [[nodiscard]] std::int32_t s32() { return static_cast<std::int32_t>(signed_integer(32)); }
  [[nodiscard]] std::int64_t s33() { return signed_integer(33); }
  [[nodiscard]] std::int64_t s64() { return signed_integer(64); }

  // Integers of fixed width, least significant byte first.
  [[nodiscard]] std::uint32_t fixed_u32() { return static_cast<std::uint32_t>(fixed(4)); }
  [[nodiscard]] std::uint64_t fixed_u64() { return fixed(8); }

  /// The next `size` bytes.
  [[nodiscard]] Bytes bytes(std::size_t size);
  /// All bytes that remain, without taking them.
  [[nodiscard]] Bytes peek_rest() const { return bytes_.subspan(position_); }
  /// All bytes that remain.
  [[nodiscard]] Bytes rest() { return bytes(remaining()); }

  /// A reader of the next `size` bytes, which this one skips.
  [[nodiscard]] ByteReader part(std::size_t size, std::string_view end_message);

  /// The number of elements of a list. It is checked against the bytes that remain, of which each
  /// element takes at least `element_bytes`, and against a limit, so memory may be reserved for it.
  /// @param what plural of the elements, for the message "too many types"
  [[nodiscard]] std::uint32_t count(std::uint64_t limit, std::string_view what,
                                    std::size_t element_bytes = 1);

  /// A size in bytes and that many bytes.
  [[nodiscard]] Bytes sized_bytes();
  /// A name: a size in bytes and that many bytes of UTF-8.
  [[nodiscard]] std::string name();

 private:
  void fail_at_end();
  std::uint64_t unsigned_integer(unsigned bits);
  std::int64_t signed_integer(unsigned bits);
  std::uint64_t fixed(unsigned size);

  Bytes bytes_;
  std::size_t position_ = 0;
  std::uint64_t base_;
  std::string_view end_message_;
  std::optional<Error> error_;
};

/// Whether bytes are well-formed UTF-8: shortest forms, no surrogates, nothing above U+10FFFF.
[[nodiscard]] bool is_utf8(Bytes bytes);
[[nodiscard]] bool is_utf8(std::string_view bytes);

}  // namespace airlock::decoder
