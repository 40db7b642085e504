// Component-level types: value types, function types, resource types
// (Component Model: Explainer, Type Definitions; Canonical ABI, Despecialization).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace airlock::runtime {
struct Function;
struct Trap;
}  // namespace airlock::runtime

namespace airlock::canonical_abi {

class ComponentInstance;
class Store;
struct ResourceType;

/// The constructors of value types.
enum class TypeKind : std::uint8_t {
  boolean,
  s8,
  u8,
  s16,
  u16,
  s32,
  u32,
  s64,
  u64,
  f32,
  f64,
  character,
  string,
  list,         ///< `element`; with `length` a fixed-length list
  map,          ///< `element` is the tuple of key and value: a map is passed as a list of pairs
  record,       ///< `fields`
  tuple,        ///< `fields`, without labels
  variant,      ///< `cases`
  enumeration,  ///< `cases`, all without payload
  option,       ///< `cases`: none, some
  result,       ///< `cases`: ok, error
  flags,        ///< `labels`, at most 32
  own,
  borrow,  ///< `resource`
  stream,
  future,  ///< `element`, may be null
  error_context,
};

/// `u8`, `list`, `enum`: the keyword of the text format.
[[nodiscard]] std::string_view to_string(TypeKind kind);

/// What a flat core value can be. A pointer is an i32 or an i64, as the memory is addressed.
enum class FlatType : std::uint8_t { i32, i64, f32, f64 };

/// How many flat values a layout lists at most; one more than the Canonical ABI ever passes flat.
inline constexpr std::size_t flat_limit = 17;

struct ValueType;
/// Types are interned by a `TypeTable` and immutable: equal types of one table have equal
/// addresses.
using Type = const ValueType*;

/// Where and how a type lies in a memory (Canonical ABI: Alignment, Element Size, Flattening).
struct Layout {
  std::uint32_t alignment = 1;
  /// Bytes of one element; always a multiple of the alignment.
  std::uint64_t size = 0;
  /// Flat core values; if there are more than `flat_limit` of them, only their number matters.
  std::vector<FlatType> flat;
  bool is_flat_complete = true;            ///< whether `flat` lists all of them
  std::vector<std::uint64_t> offsets;      ///< of the fields of a record or tuple
  std::vector<std::uint8_t> flat_offsets;  ///< likewise among flat values; if all are listed
  std::uint64_t payload_offset = 0;        ///< of the payload of a variant
};

struct Field {
  std::string label;  ///< empty in a tuple
  Type type = nullptr;
};

struct Case {
  std::string label;
  Type type = nullptr;  ///< null: no payload
};

/// One node of the type graph.
struct ValueType {
  TypeKind kind = TypeKind::boolean;
  std::vector<Field> fields;
  std::vector<Case> cases;
  std::vector<std::string> labels;
  Type element = nullptr;
  std::optional<std::uint32_t> length;     ///< of a fixed-length list
  const ResourceType* resource = nullptr;  ///< of a handle
  std::uint8_t discriminant_size = 0;      ///< bytes, of a variant
  std::uint8_t flags_size = 0;             ///< bytes, of flags

  // What the Canonical ABI wants to know, computed once.
  std::uint32_t depth = 1;        ///< of nesting; bounds recursion over the type
  std::array<Layout, 2> layouts;  ///< for 32-bit and for 64-bit memories
  /// Every bit pattern is a value, and the value is its bits: copying bytes copies the value.
  bool is_plain = false;
  bool contains_handle = false;  ///< own, borrow, stream, future or error-context
  bool contains_borrow = false;
  bool contains_pointer = false;  ///< strings, lists, maps: lowering may call `realloc`
  bool lift_may_fail = false;     ///< some bit patterns are no value: lifting them traps
  /// Some part may fail to lift after an earlier part was lowered, which may have called
  /// `realloc`.
  bool lift_may_fail_after_realloc = false;

  [[nodiscard]] const Layout& layout(bool memory64) const { return layouts[memory64 ? 1 : 0]; }
  [[nodiscard]] bool is_variant() const { return !cases.empty(); }
  [[nodiscard]] bool is_record() const {
    return kind == TypeKind::record || kind == TypeKind::tuple;
  }
};

/// Makes and keeps types. Not for use by several threads at once; once filled, it may be shared.
class TypeTable {
 public:
  TypeTable();
  ~TypeTable();
  TypeTable(const TypeTable&) = delete;
  TypeTable& operator=(const TypeTable&) = delete;

  /// bool, integers, floats, char, string and error-context.
  [[nodiscard]] Type primitive(TypeKind kind);
  [[nodiscard]] Type list(Type element);
  [[nodiscard]] Type fixed_list(Type element, std::uint32_t length);
  [[nodiscard]] Type map(Type key, Type value);
  [[nodiscard]] Type record(std::vector<Field> fields);
  [[nodiscard]] Type tuple(std::span<const Type> types);
  [[nodiscard]] Type variant(std::vector<Case> cases);
  [[nodiscard]] Type enumeration(std::vector<std::string> labels);
  [[nodiscard]] Type option(Type some);
  [[nodiscard]] Type result(Type ok, Type error);  ///< either may be null
  [[nodiscard]] Type flags(std::vector<std::string> labels);
  [[nodiscard]] Type own(const ResourceType* resource);
  [[nodiscard]] Type borrow(const ResourceType* resource);
  [[nodiscard]] Type stream(Type element);  ///< may be null
  [[nodiscard]] Type future(Type element);  ///< may be null

 private:
  Type intern(ValueType type);
  std::deque<ValueType> types_;
  std::unordered_map<std::string, Type> interned_;
};

/// The type of a component-level function.
struct FunctionType {
  std::vector<Field> parameters;
  Type result = nullptr;  ///< null: no result
  bool is_async = false;
};

class HostCall;

/// A resource type at run time: generative, so its address is its identity.
struct ResourceType {
  std::string name;                   ///< for messages
  ComponentInstance* impl = nullptr;  ///< the defining instance; null if the host defines it
  runtime::Function* dtor = nullptr;  ///< a core function `[i32] -> []`, or null
  /// Of a host-defined type: releases the object of number `rep`. Must not call into Wasm.
  std::function<void(Store&, std::uint32_t rep)> host_destructor;
};

/// `list<tuple<u8, string>>`, as WIT writes it; handles show the name of their resource type.
[[nodiscard]] std::string to_string(Type type);
[[nodiscard]] std::string to_string(const FunctionType& type);

}  // namespace airlock::canonical_abi
