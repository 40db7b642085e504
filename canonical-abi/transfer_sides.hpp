// The sides of a transfer: what `transfer.cpp` walks over, and the bits it finds there.
#pragma once

#include <bit>
#include <cstring>

#include "canonical-abi/layout.hpp"
#include "canonical-abi/transfer.hpp"

namespace airlock::canonical_abi {

static_assert(std::endian::native == std::endian::little, "memories are little-endian");

inline constexpr std::uint32_t canonical_float32_nan = 0x7fc00000;
inline constexpr std::uint64_t canonical_float64_nan = 0x7ff8000000000000;

constexpr std::uint32_t canonicalize_nan32(std::uint32_t bits) {
  return (bits & 0x7fffffff) > 0x7f800000 ? canonical_float32_nan : bits;
}

constexpr std::uint64_t canonicalize_nan64(std::uint64_t bits) {
  return (bits & 0x7fffffffffffffff) > 0x7ff0000000000000 ? canonical_float64_nan : bits;
}

template <typename Word>
Word read(const std::byte* at) {
  Word word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

template <typename Word>
void write(std::byte* at, Word word) {
  std::memcpy(at, &word, sizeof word);
}

inline std::uint64_t read_bytes(const std::byte* at, std::size_t size) {
  switch (size) {
    case 1:
      return read<std::uint8_t>(at);
    case 2:
      return read<std::uint16_t>(at);
    case 4:
      return read<std::uint32_t>(at);
    default:
      return read<std::uint64_t>(at);
  }
}

inline void write_bytes(std::byte* at, std::size_t size, std::uint64_t bits) {
  switch (size) {
    case 1:
      return write(at, static_cast<std::uint8_t>(bits));
    case 2:
      return write(at, static_cast<std::uint16_t>(bits));
    case 4:
      return write(at, static_cast<std::uint32_t>(bits));
    default:
      return write(at, bits);
  }
}

template <typename Word, typename Function>
void transform(const std::byte* from, std::byte* to, std::uint64_t length, Function function) {
  for (std::uint64_t i = 0; i < length; ++i) {
    write<Word>(to + i * sizeof(Word), function(read<Word>(from + i * sizeof(Word))));
  }
}

/// Makes the NaNs of a dense run of floats canonical; other kinds stay as they are.
inline void canonicalize_floats(TypeKind kind, std::span<std::byte> bytes) {
  if (kind == TypeKind::f32) {
    transform<std::uint32_t>(bytes.data(), bytes.data(), bytes.size() / 4, canonicalize_nan32);
  } else if (kind == TypeKind::f64) {
    transform<std::uint64_t>(bytes.data(), bytes.data(), bytes.size() / 8, canonicalize_nan64);
  }
}

inline std::uint64_t sign_extend(std::uint64_t bits, unsigned width) {
  const unsigned shift = 64 - width;
  return static_cast<std::uint64_t>(static_cast<std::int64_t>(bits << shift) >> shift);
}

inline std::uint32_t label_mask(std::size_t labels) {
  return labels >= 32 ? 0xffffffff : (std::uint32_t{1} << labels) - 1;
}

// A side is a place where a value is or will be. From it the places of the value's parts are found.
// Flat values need no coercions between joined types: a slot always holds a value's bits,
// zero-extended.

struct Transfer::MemoryFrom {
  static constexpr bool is_value = false;
  static constexpr bool is_flat = false;
  const std::byte* at;

  [[nodiscard]] std::uint64_t bits(std::size_t size) const { return read_bytes(at, size); }
  template <typename AnyLayout>
  [[nodiscard]] MemoryFrom field(const AnyLayout& layout, std::size_t i) const {
    return {at + layout.offsets[i]};
  }
  [[nodiscard]] MemoryFrom element(const Layout& layout, std::uint64_t i) const {
    return {at + layout.size * i};
  }
  [[nodiscard]] MemoryFrom payload(const Layout& layout) const {
    return {at + layout.payload_offset};
  }
  [[nodiscard]] Range range(bool memory64) const {
    if (memory64) return {read<std::uint64_t>(at), read<std::uint64_t>(at + 8)};
    return {read<std::uint32_t>(at), read<std::uint32_t>(at + 4)};
  }
};

struct Transfer::MemoryTo {
  static constexpr bool is_value = false;
  static constexpr bool is_flat = false;
  static constexpr bool is_nowhere = false;
  std::byte* at;

  void set_bits(std::size_t size, std::uint64_t bits) const { write_bytes(at, size, bits); }
  template <typename AnyLayout>
  [[nodiscard]] MemoryTo field(const AnyLayout& layout, std::size_t i) const {
    return {at + layout.offsets[i]};
  }
  [[nodiscard]] MemoryTo element(const Layout& layout, std::uint64_t i) const {
    return {at + layout.size * i};
  }
  [[nodiscard]] MemoryTo payload(const Layout& layout) const {
    return {at + layout.payload_offset};
  }
  void clear(const Layout&) const {}
  void set_range(const Range& range, bool memory64) const {
    const std::size_t size = memory64 ? 8 : 4;
    write_bytes(at, size, range.pointer);
    write_bytes(at + size, size, range.length);
  }
};

struct Transfer::FlatFrom {
  static constexpr bool is_value = false;
  static constexpr bool is_flat = true;
  const runtime::Slot* at;

  [[nodiscard]] std::uint64_t bits(std::size_t size) const {
    return size == 8 ? at->bits : at->bits & ((std::uint64_t{1} << (size * 8)) - 1);
  }
  template <typename AnyLayout>
  [[nodiscard]] FlatFrom field(const AnyLayout& layout, std::size_t i) const {
    return {at + layout.flat_offsets[i]};
  }
  [[nodiscard]] FlatFrom element(const Layout& layout, std::uint64_t i) const {
    return {at + layout.flat.size() * i};
  }
  [[nodiscard]] FlatFrom payload(const Layout&) const { return {at + 1}; }
  [[nodiscard]] Range range(bool memory64) const {
    if (memory64) return {at[0].i64, at[1].i64};
    return {at[0].i32, at[1].i32};
  }
};

struct Transfer::FlatTo {
  static constexpr bool is_value = false;
  static constexpr bool is_flat = true;
  static constexpr bool is_nowhere = false;
  runtime::Slot* at;

  void set_bits(std::size_t size, std::uint64_t bits) const {
    at->bits = size == 8 ? bits : bits & 0xffffffff;
  }
  template <typename AnyLayout>
  [[nodiscard]] FlatTo field(const AnyLayout& layout, std::size_t i) const {
    return {at + layout.flat_offsets[i]};
  }
  [[nodiscard]] FlatTo element(const Layout& layout, std::uint64_t i) const {
    return {at + layout.flat.size() * i};
  }
  [[nodiscard]] FlatTo payload(const Layout&) const { return {at + 1}; }
  /// Flat values beyond those of the chosen case are zero.
  void clear(const Layout& layout) const {
    for (std::size_t i = 0; i < layout.flat.size(); ++i) at[i].bits = 0;
  }
  void set_range(const Range& range, bool) const {
    at[0].bits = range.pointer;
    at[1].bits = range.length;
  }
};

struct Transfer::ValueFrom {
  static constexpr bool is_value = true;
  static constexpr bool is_flat = false;
  const Value* at;

  [[nodiscard]] std::uint64_t bits(std::size_t) const { return at->bits(); }
  template <typename AnyLayout>
  [[nodiscard]] ValueFrom field(const AnyLayout&, std::size_t i) const {
    return {&(*at)[i]};
  }
  [[nodiscard]] ValueFrom payload(const Layout&) const { return {at->payload()}; }
};

struct Transfer::ValueTo {
  static constexpr bool is_value = true;
  static constexpr bool is_flat = false;
  static constexpr bool is_nowhere = false;
  Value* at;
};

/// For lifting only: errors in the values are found, and nothing is written.
struct Transfer::Nowhere {
  static constexpr bool is_value = false;
  static constexpr bool is_flat = false;
  static constexpr bool is_nowhere = true;

  void set_bits(std::size_t, std::uint64_t) const {}
  template <typename AnyLayout>
  [[nodiscard]] Nowhere field(const AnyLayout&, std::size_t) const {
    return {};
  }
  [[nodiscard]] Nowhere element(const Layout&, std::uint64_t) const { return {}; }
  [[nodiscard]] Nowhere payload(const Layout&) const { return {}; }
  void clear(const Layout&) const {}
};

/// A row of values: the host's parameters or results.
struct Transfer::ValuesFrom {
  const Value* first;
  [[nodiscard]] ValueFrom field(const TupleLayout&, std::size_t i) const { return {first + i}; }
};

struct Transfer::ValuesTo {
  Value* first;
  [[nodiscard]] ValueTo field(const TupleLayout&, std::size_t i) const { return {first + i}; }
};

}  // namespace airlock::canonical_abi
