// The types of WebAssembly 3.0 (specification: Structure, Types).
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace airlock::decoder {

/// Kinds of heap types; `indexed` is a type index, the others are the abstract heap types.
enum class HeapKind : std::uint8_t {
  func,
  nofunc,
  extern_,
  noextern,
  any,
  eq,
  i31,
  struct_,
  array,
  none,
  exn,
  noexn,
  indexed,
  bottom,  ///< in validation only: below every heap type
};

/// A heap type. The index is one of the module's type index space or, inside the runtime's type
/// registry, a canonical type number.
struct HeapType {
  HeapKind kind = HeapKind::func;
  bool is_exact = false;    ///< `(exact x)`: of `x` itself, not of its subtypes
  std::uint32_t index = 0;  ///< only for `HeapKind::indexed`
  friend bool operator==(const HeapType&, const HeapType&) = default;

  static constexpr HeapType defined(std::uint32_t index, bool is_exact = false) {
    return {HeapKind::indexed, is_exact, index};
  }
};

enum class ValueKind : std::uint8_t {
  i32,
  i64,
  f32,
  f64,
  v128,
  reference,
  i8,
  i16,     ///< packed: storage types of fields only
  bottom,  ///< in validation only: the type of an operand of unreachable code
};

/// A value type or, with the packed kinds, a storage type.
struct ValueType {
  ValueKind kind = ValueKind::i32;
  bool nullable = false;  ///< of a reference
  HeapType heap{};        ///< of a reference

  [[nodiscard]] constexpr bool is_reference() const { return kind == ValueKind::reference; }
  [[nodiscard]] constexpr bool is_numeric() const { return kind <= ValueKind::f64; }
  [[nodiscard]] constexpr bool is_packed() const {
    return kind == ValueKind::i8 || kind == ValueKind::i16;
  }
  /// Whether a local of this type has a default value.
  [[nodiscard]] constexpr bool is_defaultable() const { return !is_reference() || nullable; }
  friend bool operator==(const ValueType&, const ValueType&) = default;

  static constexpr ValueType reference(HeapType heap, bool nullable) {
    return {ValueKind::reference, nullable, heap};
  }
  static constexpr ValueType reference(HeapKind heap, bool nullable = true) {
    return {ValueKind::reference, nullable, {heap}};
  }
};

inline constexpr ValueType i32{ValueKind::i32};
inline constexpr ValueType i64{ValueKind::i64};
inline constexpr ValueType f32{ValueKind::f32};
inline constexpr ValueType f64{ValueKind::f64};
inline constexpr ValueType v128{ValueKind::v128};
inline constexpr ValueType funcref = ValueType::reference(HeapKind::func);
inline constexpr ValueType externref = ValueType::reference(HeapKind::extern_);

struct FieldType {
  ValueType storage;
  bool is_mutable = false;
  friend bool operator==(const FieldType&, const FieldType&) = default;
};

struct FunctionType {
  std::vector<ValueType> parameters;
  std::vector<ValueType> results;
  friend bool operator==(const FunctionType&, const FunctionType&) = default;
};

enum class CompositeKind : std::uint8_t { function, structure, array };

/// A composite type: a function, struct or array type.
struct CompositeType {
  CompositeKind kind = CompositeKind::function;
  FunctionType function;          ///< for `function`
  std::vector<FieldType> fields;  ///< for `structure`; for `array` exactly one
  friend bool operator==(const CompositeType&, const CompositeType&) = default;
};

struct SubType {
  bool is_final = true;
  std::vector<std::uint32_t> supertypes;      ///< type indices; at most one in WebAssembly 3.0
  std::optional<std::uint32_t> described{};   ///< `(describes x)`: the type this is a descriptor of
  std::optional<std::uint32_t> descriptor{};  ///< `(descriptor x)`: the type of its descriptors
  CompositeType composite;
  friend bool operator==(const SubType&, const SubType&) = default;
};

/// A recursive type group: `count` consecutive entries of the type index space.
struct RecursiveGroup {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
  std::uint64_t offset = 0;  ///< in the binary
};

enum class AddressType : std::uint8_t { i32, i64 };

/// The size bounds of a memory (in pages) or table (in elements).
struct SizeLimits {
  std::uint64_t minimum = 0;
  std::optional<std::uint64_t> maximum{};
  friend bool operator==(const SizeLimits&, const SizeLimits&) = default;
};

struct MemoryType {
  SizeLimits limits;
  AddressType address = AddressType::i32;
  bool is_shared = false;
  std::uint8_t page_size_log2 = 16;  ///< 16, or 0 with custom page sizes
  friend bool operator==(const MemoryType&, const MemoryType&) = default;
};

struct TableType {
  ValueType element = funcref;
  SizeLimits limits;
  AddressType address = AddressType::i32;
  bool is_shared = false;
  friend bool operator==(const TableType&, const TableType&) = default;
};

struct GlobalType {
  ValueType value;
  bool is_mutable = false;
  friend bool operator==(const GlobalType&, const GlobalType&) = default;
};

/// `i32`, `(ref null func)`, `(ref 3)`: a type as the text format writes it.
[[nodiscard]] std::string to_string(const ValueType& type);
[[nodiscard]] std::string to_string(const HeapType& type);
/// `[i32 i64] -> [f32]`
[[nodiscard]] std::string to_string(const FunctionType& type);

}  // namespace airlock::decoder
