// Which handlers there are for structures, arrays and casts. Operand classes are those of
// operands.hpp; a null entry means that this variant does not exist.
#pragma once

#include "interpreter/operands.hpp"
#include "runtime/layout.hpp"
#include "runtime/semantics/reference.hpp"

namespace airlock::interpreter {

/// How a field or element is read: what it is stored as, and how that becomes a value. Writing does
/// not know signs; packed fields are written as their unsigned kind.
enum class Access : std::uint8_t { i8_s, i8_u, i16_s, i16_u, i32, i64, f32, f64 };
inline constexpr std::size_t accesses = 8;

struct HeapHandlers {
  // Structures; see heap_structures.cpp.
  static constexpr std::size_t listed_fields = 4;  ///< up to so many have a slot each in the code
  /// By number of fields, each of which takes eight bytes.
  Handler structure_new_wide[listed_fields + 1] = {};
  /// By number of fields of any width.
  Handler structure_new[listed_fields + 1] = {};
  Handler structure_new_block = nullptr;  ///< fields in consecutive slots
  Handler structure_new_default = nullptr;
  /// The same with a descriptor after the fields; it counts as one of them.
  Handler described_new[listed_fields] = {};
  Handler described_new_block = nullptr;
  Handler described_new_default = nullptr;
  Handler structure_get[accesses][3][2] = {};  ///< by access, object, destination
  Handler structure_set[accesses][3][3] = {};  ///< by access, object, value
  Handler structure_get_vector = nullptr;
  Handler structure_set_vector = nullptr;

  // Arrays; see heap_arrays.cpp. What works on many elements is in `HandlerTable::plain`.
  Handler array_new_fixed = nullptr;
  Handler array_get[accesses][3][3][2] = {};  ///< by access, array, index, destination
  Handler array_set[accesses][3][3][3] = {};  ///< by access, array, index, value
  Handler array_get_vector = nullptr;
  Handler array_set_vector = nullptr;
  Handler array_length[3][2] = {};

  // Casts and i31; see heap_casts.cpp. By kind, reference, and destination or polarity.
  Handler test[runtime::semantics::cast_kinds][3][2] = {};
  Handler cast[runtime::semantics::cast_kinds][3][2] = {};
  Handler check[runtime::semantics::cast_kinds][3] = {};  ///< a cast that leaves the value alone
  Handler branch_on_cast[runtime::semantics::cast_kinds][3][2] = {};
  // Descriptors; see heap_descriptors.cpp. By reference, descriptor, and destination or polarity.
  Handler descriptor_get[3][2] = {};
  Handler descriptor_cast[3][3][2] = {};
  Handler branch_on_descriptor[3][3][2] = {};
  Handler i31_new[3][2] = {};
  Handler i31_get_s[3][2] = {};
  Handler i31_get_u[3][2] = {};
};

constexpr std::size_t number(Access access) { return static_cast<std::size_t>(access); }
constexpr std::size_t number(runtime::semantics::CastKind kind) {
  return static_cast<std::size_t>(kind);
}

}  // namespace airlock::interpreter
