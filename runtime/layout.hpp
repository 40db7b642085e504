// The layout of structures and arrays in the heap (specification: Execution, Runtime Structure,
// Structure Instances, Array Instances).
#pragma once

#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "decoder/types.hpp"
#include "runtime/function.hpp"
#include "runtime/slot.hpp"

namespace airlock::runtime {

/// The header of every object in the heap; its fields, elements or slots follow.
struct Object {
  TypeId type;
  std::uint32_t length;  ///< elements of an array, slots of an exception; otherwise 0

  [[nodiscard]] std::byte* payload() { return reinterpret_cast<std::byte*>(this + 1); }
  [[nodiscard]] const std::byte* payload() const {
    return reinterpret_cast<const std::byte*>(this + 1);
  }
  /// The byte at an offset from the beginning of the object.
  [[nodiscard]] std::byte* at(std::size_t offset) {
    return reinterpret_cast<std::byte*>(this) + offset;
  }
  [[nodiscard]] const std::byte* at(std::size_t offset) const {
    return reinterpret_cast<const std::byte*>(this) + offset;
  }
};
static_assert(sizeof(Object) == 8);

/// The value of `Object::type` for an exception.
inline constexpr TypeId exception_type = 0xffff'ffff;

// Cells of the heap. An object of up to `largest_cell` bytes is in a cell of the smallest size that
// fits; each block of the heap has cells of one size. Sizes up to 128 are multiples of 8, so that
// small objects waste nothing. Above, each size is about a quarter larger at most than the one
// before, and from 4096 bytes about a half.
inline constexpr std::uint32_t block_bytes = 32 * 1024;
inline constexpr std::array<std::uint32_t, 37> cell_sizes{
    16,   24,   32,   40,   48,   56,   64,   72,   80,   88,    96,   104, 112,
    120,  128,  160,  192,  224,  256,  320,  384,  448,  512,   640,  768, 896,
    1024, 1280, 1536, 2048, 2560, 3272, 4096, 5456, 8192, 10920, 16384};
inline constexpr std::uint32_t largest_cell = cell_sizes.back();
/// The size class of an object that has blocks of its own.
inline constexpr std::uint32_t large_class = cell_sizes.size();

/// The smallest class whose cells hold `bytes` bytes, or `large_class`.
[[nodiscard]] constexpr std::uint32_t size_class_of(std::uint64_t bytes) {
  if (bytes > largest_cell) return large_class;
  if (bytes <= 16) return 0;
  if (bytes <= 128) return static_cast<std::uint32_t>((bytes + 7) / 8 - 2);
  std::uint32_t number = 15;
  while (cell_sizes[number] < bytes) ++number;
  return number;
}

/// A field of a structure, or the elements of an array.
struct FieldLayout {
  decoder::ValueKind storage = decoder::ValueKind::i32;
  std::uint8_t width_log2 = 2;  ///< bytes
  std::uint32_t offset = 0;     ///< from the beginning of the object

  [[nodiscard]] std::uint32_t width() const { return std::uint32_t{1} << width_log2; }
};

/// The layout of the objects of a type, and what casts need to know about the type. Computed once
/// for each canonical type; the address is stable while the engine lives.
struct Layout {
  TypeId type = 0;
  decoder::CompositeKind kind = decoder::CompositeKind::function;
  /// Elements are references that the collector follows (an array).
  bool has_references = false;
  std::uint32_t size = 0;                 ///< of a structure: bytes with the header
  std::uint32_t size_class = 0;           ///< of a structure
  std::vector<FieldLayout> fields;        ///< of a structure in order; of an array one
  std::vector<std::uint32_t> references;  ///< of a structure: offsets the collector follows
  std::uint32_t descriptor_offset = 0;    ///< of a structure that has one: from its beginning
  std::uint32_t fields_before_descriptor = 0;
  /// All supertypes from the root down to the type itself, which is element `depth`.
  const TypeId* display = nullptr;
  std::uint32_t depth = 0;

  [[nodiscard]] const FieldLayout& element() const {
    assert(kind == decoder::CompositeKind::array);
    return fields.front();
  }
  /// Bytes of an array with `length` elements.
  [[nodiscard]] std::uint64_t array_bytes(std::uint64_t length) const {
    return sizeof(Object) + (length << element().width_log2);
  }
};

/// Lays out a structure or array type. A field's offset depends only on the fields before it, so a
/// subtype has the fields of its supertype at the same offsets. The first type of a chain of
/// subtypes that has a descriptor puts the reference to it before its own fields, after the
/// inherited ones; its subtypes keep it there.
/// @param super the layout of the supertype; null if there is none
void lay_out(const decoder::SubType& type, const Layout* super, Layout& layout);

/// The value of a field: a v128 takes two slots, a packed field is zero-extended.
[[nodiscard]] std::array<Slot, 2> load_field(const std::byte* place, const FieldLayout& field);
/// Writes the value of a field: one slot, or two for a v128.
inline void store_field(std::byte* place, const FieldLayout& field, const Slot* value) {
  // An i32 or a packed value is in the low bytes of its slot.
  switch (field.width_log2) {
    case 0:
      std::memcpy(place, value, 1);
      break;
    case 1:
      std::memcpy(place, value, 2);
      break;
    case 2:
      std::memcpy(place, value, 4);
      break;
    case 3:
      std::memcpy(place, value, 8);
      break;
    default:
      std::memcpy(place, value, 16);
  }
}

}  // namespace airlock::runtime
