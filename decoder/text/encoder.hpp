// Writes the binary format (specification: Binary Format, Conventions and Values), core and
// component.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "decoder/text/parser.hpp"

namespace airlock::decoder::text {

/// A growing piece of binary with its source positions. Pieces nest: a section is written on its
/// own and then appended after its size.
class Encoder {
 public:
  void byte(std::uint8_t value) { bytes_.push_back(std::byte{value}); }
  void bytes(std::span<const std::byte> values) {
    bytes_.insert(bytes_.end(), values.begin(), values.end());
  }
  void bytes(std::string_view values) { bytes(std::as_bytes(std::span(values))); }

  /// `uN`, LEB128.
  void unsigned_number(std::uint64_t value);
  /// `sN` or `iN`, LEB128. An `i32` must be sign-extended.
  void signed_number(std::int64_t value);
  /// Little-endian, `count` bytes.
  void fixed(std::uint64_t value, unsigned count);
  /// A name, or a vector of bytes: length and bytes.
  void name(std::string_view text);

  /// Another piece, with its marks.
  void append(const Encoder& piece);
  /// A module or component that was assembled on its own, with its marks.
  void append(const Assembled& piece);
  /// The size of another piece, and the piece.
  void sized(const Encoder& piece);
  /// A section: identifier, size, contents.
  void section(std::uint8_t id, const Encoder& contents);
  /// A custom section.
  void custom(std::string_view section_name, const Encoder& contents);

  /// Records that the next bytes come from byte `source` of the text.
  void mark(std::size_t source);

  [[nodiscard]] std::size_t size() const { return bytes_.size(); }
  [[nodiscard]] bool empty() const { return bytes_.empty(); }
  [[nodiscard]] std::string_view view() const {
    return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()};
  }

  /// Finishes: returns the binary and its source map.
  [[nodiscard]] Assembled finish(bool is_component) && {
    return {std::move(bytes_), {std::move(marks_)}, is_component};
  }

 private:
  std::vector<std::byte> bytes_;
  std::vector<SourceMap::Entry> marks_;
};

/// A vector under construction: its elements, and how many there are.
struct VectorEncoder {
  std::uint32_t count = 0;
  Encoder elements;

  /// Where the next element goes.
  Encoder& next() {
    ++count;
    return elements;
  }
  void write_to(Encoder& encoder) const {
    encoder.unsigned_number(count);
    encoder.append(elements);
  }
};

}  // namespace airlock::decoder::text
