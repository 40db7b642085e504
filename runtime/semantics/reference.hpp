// The semantics of instructions on references, structures and arrays (specification: Execution,
// Reference Instructions, Aggregate Reference Instructions).
#pragma once

#include <cassert>
#include <cstring>

#include "runtime/heap.hpp"
#include "runtime/semantics/checked.hpp"

namespace airlock::runtime::semantics {

// i31

inline std::uint64_t ref_i31(std::uint32_t number) { return make_i31(number); }

inline Checked<std::uint32_t> i31_get_s(std::uint64_t reference) {
  if (reference == 0) return TrapCode::null_i31_reference;
  return i31_signed(reference);
}
inline Checked<std::uint32_t> i31_get_u(std::uint64_t reference) {
  if (reference == 0) return TrapCode::null_i31_reference;
  return i31_unsigned(reference);
}

// Casts

/// What a cast checks of a reference that is not null.
enum class CastKind : std::uint8_t {
  nothing,     ///< a bottom type: no reference has it
  everything,  ///< the top of the hierarchy
  eq,
  i31,
  structure,
  array,
  object,          ///< a structure or array type of the module
  function,        ///< a function type of the module
  exact_object,    ///< such a type, but none of its subtypes
  exact_function,  ///< the same
};
inline constexpr std::size_t cast_kinds = 10;

/// Whether a reference that is not null has a type.
/// @param type for objects and functions: the canonical type
/// @param depth the number of supertypes above it
template <CastKind kind>
inline bool has_type(const Heap& heap, std::uint64_t reference, TypeId type, std::uint32_t depth) {
  if constexpr (kind == CastKind::nothing) return false;
  if constexpr (kind == CastKind::everything) return true;
  if constexpr (kind == CastKind::eq) return !is_external(reference);
  if constexpr (kind == CastKind::i31) return is_i31(reference);
  if constexpr (kind == CastKind::structure || kind == CastKind::array) {
    constexpr auto wanted =
        kind == CastKind::array ? decoder::CompositeKind::array : decoder::CompositeKind::structure;
    return is_address(reference) &&
           heap.layout(reinterpret_cast<const Object*>(reference)->type).kind == wanted;
  }
  if constexpr (kind == CastKind::object) {
    if (!is_address(reference)) return false;
    const TypeId actual = reinterpret_cast<const Object*>(reference)->type;
    if (actual == type) return true;
    const Layout& layout = heap.layout(actual);
    return layout.depth >= depth && layout.display[depth] == type;
  }
  if constexpr (kind == CastKind::function) {
    const TypeId actual = reinterpret_cast<const Function*>(reference)->type;
    return actual == type || heap.types().is_subtype(actual, type);
  }
  if constexpr (kind == CastKind::exact_object)
    return is_address(reference) && reinterpret_cast<const Object*>(reference)->type == type;
  if constexpr (kind == CastKind::exact_function)
    return reinterpret_cast<const Function*>(reference)->type == type;
}

[[nodiscard]] constexpr CastKind cast_kind(decoder::HeapKind kind) {
  using decoder::HeapKind;
  switch (kind) {
    case HeapKind::eq:
      return CastKind::eq;
    case HeapKind::i31:
      return CastKind::i31;
    case HeapKind::struct_:
      return CastKind::structure;
    case HeapKind::array:
      return CastKind::array;
    case HeapKind::any:
    case HeapKind::func:
    case HeapKind::extern_:
    case HeapKind::exn:
      return CastKind::everything;
    default:
      return CastKind::nothing;
  }
}

/// The check of a cast to a type of the module.
[[nodiscard]] constexpr CastKind cast_kind(decoder::CompositeKind kind, bool is_exact) {
  if (kind == decoder::CompositeKind::function)
    return is_exact ? CastKind::exact_function : CastKind::function;
  return is_exact ? CastKind::exact_object : CastKind::object;
}

/// The check of a cast to a heap type; indexed ones hold canonical numbers.
[[nodiscard]] inline CastKind cast_kind(const TypeRegistry& types, const decoder::HeapType& type) {
  if (type.kind != decoder::HeapKind::indexed) return cast_kind(type.kind);
  return cast_kind(types.get(type.index).layout.kind, type.is_exact);
}

/// Whether a reference that is not null has a heap type of its own hierarchy. For hosts.
[[nodiscard]] inline bool has_type(const Heap& heap, std::uint64_t reference,
                                   const decoder::HeapType& type) {
  const bool is_indexed = type.kind == decoder::HeapKind::indexed;
  const std::uint32_t depth = is_indexed ? heap.types().get(type.index).layout.depth : 0;
  switch (cast_kind(heap.types(), type)) {
    case CastKind::everything:
      return true;
    case CastKind::eq:
      return has_type<CastKind::eq>(heap, reference, 0, 0);
    case CastKind::i31:
      return has_type<CastKind::i31>(heap, reference, 0, 0);
    case CastKind::structure:
      return has_type<CastKind::structure>(heap, reference, 0, 0);
    case CastKind::array:
      return has_type<CastKind::array>(heap, reference, 0, 0);
    case CastKind::object:
      return has_type<CastKind::object>(heap, reference, type.index, depth);
    case CastKind::function:
      return has_type<CastKind::function>(heap, reference, type.index, depth);
    case CastKind::exact_object:
      return has_type<CastKind::exact_object>(heap, reference, type.index, depth);
    case CastKind::exact_function:
      return has_type<CastKind::exact_function>(heap, reference, type.index, depth);
    case CastKind::nothing:
      break;
  }
  return false;
}

// Descriptors

/// The descriptor of a structure whose type has one.
[[nodiscard]] inline std::uint64_t load_descriptor(const Object& object, std::uint32_t offset) {
  std::uint64_t descriptor;
  std::memcpy(&descriptor, object.at(offset), sizeof descriptor);
  return descriptor;
}

inline void store_descriptor(Object& object, const Layout& layout, std::uint64_t descriptor) {
  std::memcpy(object.at(layout.descriptor_offset), &descriptor, sizeof descriptor);
}

/// Whether a reference is to a structure with this descriptor. Neither is null.
[[nodiscard]] inline bool has_descriptor(const Heap& heap, std::uint64_t reference,
                                         std::uint64_t descriptor) {
  if (!is_address(reference)) return false;
  const auto& object = *reinterpret_cast<const Object*>(reference);
  const auto offset = heap.layout(object.type).descriptor_offset;
  return offset != 0 && load_descriptor(object, offset) == descriptor;
}

// Structures and arrays

/// Writes all fields of a structure from consecutive slots.
inline void initialize(Object& object, const Layout& layout, const Slot* values) {
  for (const FieldLayout& field : layout.fields) {
    store_field(object.at(field.offset), field, values);
    values += field.storage == decoder::ValueKind::v128 ? 2 : 1;
  }
}

/// Zero is the default value of every type.
inline void initialize_default(Object& object, std::uint64_t bytes) {
  std::memset(object.payload(), 0, bytes - sizeof(Object));
}

/// Whether `[first, first + count)` are elements of an array.
[[nodiscard]] inline bool contains(const Object& array, std::uint32_t first, std::uint32_t count) {
  return std::uint64_t{first} + count <= array.length;
}

[[nodiscard]] inline std::byte* element(Object& array, const FieldLayout& layout,
                                        std::uint32_t index) {
  return array.payload() + (std::size_t{index} << layout.width_log2);
}

/// Writes the same value to many elements; the range must be inside the array.
inline void fill(Object& array, const FieldLayout& layout, std::uint32_t first, std::uint32_t count,
                 const Slot* value) {
  assert(contains(array, first, count));
  std::byte* place = element(array, layout, first);
  if (layout.width_log2 == 0) {
    if (count != 0) std::memset(place, static_cast<std::uint8_t>(value->bits), count);
    return;
  }
  for (std::uint32_t i = 0; i < count; ++i, place += layout.width())
    store_field(place, layout, value);
}

/// Writes elements from consecutive slots.
inline void initialize_elements(Object& array, const FieldLayout& layout, const Slot* values) {
  const std::size_t step = layout.storage == decoder::ValueKind::v128 ? 2 : 1;
  std::byte* place = array.payload();
  for (std::uint32_t i = 0; i < array.length; ++i, place += layout.width(), values += step)
    store_field(place, layout, values);
}

/// Whether `array.copy` may copy; the trap if not.
inline TrapCode check_copy(const Object* to, std::uint32_t to_index, const Object* from,
                           std::uint32_t from_index, std::uint32_t count) {
  if (to == nullptr || from == nullptr) return TrapCode::null_array_reference;
  if (!contains(*to, to_index, count) || !contains(*from, from_index, count))
    return TrapCode::out_of_bounds_array_access;
  return TrapCode::none;
}

/// Whether `count` elements can be read from an offset of a data segment.
[[nodiscard]] inline bool holds_elements(decoder::Bytes data, std::uint32_t offset,
                                         std::uint32_t count, const FieldLayout& layout) {
  return offset + (std::uint64_t{count} << layout.width_log2) <= data.size();
}

inline void read_elements(Object& array, std::uint32_t first, std::uint32_t count,
                          const FieldLayout& layout, decoder::Bytes data, std::uint32_t offset) {
  assert(contains(array, first, count) && holds_elements(data, offset, count, layout));
  if (count != 0)
    std::memcpy(element(array, layout, first), data.data() + offset,
                std::size_t{count} << layout.width_log2);
}

}  // namespace airlock::runtime::semantics
