// Resolved types of components: the result of validation (component-model: Explainer.md, Type
// Definitions and Type Checking).
//
// All types of a component and of everything nested in it are in one arena and refer to each other
// by number. They never change after they are made. Two types can be equal without being the same:
// a record that a component exports under a name is a type of its own, which may be used where the
// original record may not ("external visibility"). For calls only equality matters, and equal types
// have the same `structure`.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "decoder/component/component.hpp"
#include "decoder/types.hpp"

namespace airlock::validator::component {

namespace syntax = decoder::component;
using syntax::PrimValType;
using syntax::Sort;

/// A type of the arena `ComponentTypes`.
enum class TypeId : std::uint32_t {};

/// The identity of a resource type: an abstract one of an import (or inside the type of one), or
/// one that a component defines, or that comes with each instance it makes. It is static: every
/// instance of the component has a resource type of its own for it (see `ResourceSlot`).
enum class ResourceId : std::uint32_t {};

/// A core function type of the arena: its number among the canonical core types.
enum class CoreFunctionId : std::uint32_t {};

/// A core module or core instance type of the arena.
enum class ModuleTypeId : std::uint32_t {};

// --- Value types: as in the syntax tree and in definitions.py, with types in place of indices ---
// Labels are views of strings that the arena keeps.

struct Field {
  std::string_view label;
  TypeId type{};
};

struct RecordType {
  std::vector<Field> fields;
};

struct Case {
  std::string_view label;
  std::optional<TypeId> type;
};

struct VariantType {
  std::vector<Case> cases;
};

struct ListType {
  TypeId element{};
  std::optional<std::uint32_t> length{};  ///< of a fixed-length list
};

struct TupleType {
  std::vector<TypeId> types;
};

struct FlagsType {
  std::vector<std::string_view> labels;
};

struct EnumType {
  std::vector<std::string_view> labels;
};

struct OptionType {
  TypeId type{};
};

struct ResultType {
  std::optional<TypeId> ok;
  std::optional<TypeId> error;
};

struct OwnType {
  TypeId resource{};  ///< a `ResourceType`
};

struct BorrowType {
  TypeId resource{};  ///< a `ResourceType`
};

struct StreamType {
  std::optional<TypeId> element;
};

struct FutureType {
  std::optional<TypeId> element;
};

struct MapType {
  TypeId key{};
  TypeId value{};
};

// --- Other types ---

/// A name for a resource type.
struct ResourceType {
  ResourceId id{};
};

struct FuncType {
  bool is_async = false;
  std::vector<Field> parameters;
  std::optional<TypeId> result;
};

/// An import or export: its sort and its type.
struct ExternType {
  Sort sort = Sort::function;  ///< `core_module`, `function`, `type`, `component` or `instance`
  /// The function, component or instance type; for `type` the type itself. An instance type here
  /// has no resource types of its own: they belong to the surrounding type or component.
  TypeId type{};
  ModuleTypeId module{};  ///< for `core_module`
};

struct NamedExtern {
  std::string_view name;
  ExternType type;
  const syntax::ExternName* attributes = nullptr;  ///< for display only; may be null
};

/// Names that lead to a resource type: exported instances, and the type's own name last.
using ResourcePath = std::vector<std::string_view>;

/// A resource type that is part of a component or instance type, and its names there.
struct BoundResource {
  ResourceId resource{};
  ResourcePath path;
};

struct InstanceType {
  std::vector<NamedExtern> exports;
  /// Resource types that every instance of this type has of its own, found among its exports.
  std::vector<BoundResource> resources;
  std::unordered_map<std::string_view, std::uint32_t> names;  ///< position of each export

  [[nodiscard]] const NamedExtern* find(std::string_view name) const;
};

/// An imported type that instantiation replaces by the supplied one, and its path.
struct BoundType {
  TypeId type{};
  ResourcePath path;
};

struct ComponentType {
  std::vector<NamedExtern> imports;
  std::vector<NamedExtern> exports;
  /// Resource types that an instantiation supplies, found among the imports.
  std::vector<BoundResource> imported_resources;
  /// All type imports, resource types or not, also those inside imported instances.
  std::vector<BoundType> imported_types;
  /// Resource types that every instance has of its own, found among the exports.
  std::vector<BoundResource> resources;
  std::unordered_map<std::string_view, std::uint32_t> import_names;
  std::unordered_map<std::string_view, std::uint32_t> export_names;
};

/// What a type depends on and instantiation may replace: the resource types and the imported or
/// exported types it mentions, as `variable_of`, in ascending order.
using FreeVariables = std::vector<std::uint64_t>;

[[nodiscard]] constexpr std::uint64_t variable_of(TypeId name) {
  return static_cast<std::uint64_t>(name);
}
[[nodiscard]] constexpr std::uint64_t variable_of(ResourceId resource) {
  return (std::uint64_t{1} << 32) | static_cast<std::uint64_t>(resource);
}

/// A type of the arena.
struct Type {
  using Body =
      std::variant<PrimValType, RecordType, VariantType, ListType, TupleType, FlagsType, EnumType,
                   OptionType, ResultType, OwnType, BorrowType, StreamType, FutureType, MapType,
                   ResourceType, FuncType, std::shared_ptr<const InstanceType>,
                   std::shared_ptr<const ComponentType>>;
  static constexpr std::size_t instance_index = 16;  ///< in `Body`; a component type's is the next

  Body body;

  /// The same number for equal types, also if their names differ. Component and instance types are
  /// compared by subtyping instead, and each has a number of its own.
  std::uint32_t structure = 0;
  std::uint32_t size = 1;   ///< nodes, with shared ones counted every time
  std::uint32_t depth = 1;  ///< nesting of value types; of others, nesting of instance types
  bool is_name = false;     ///< made by an import or export of another type: `named`
  TypeId named{};
  bool contains_borrow = false;
  bool contains_pointer = false;   ///< a string, list or map: values take memory of their own
  std::uint8_t alignment = 1;      ///< Canonical ABI `alignment`, with 64-bit pointers
  std::uint64_t element_size = 0;  ///< Canonical ABI `elem_size`, with 64-bit pointers
  std::shared_ptr<const FreeVariables> free;  ///< null: none

  [[nodiscard]] bool is_value_type() const { return body.index() <= 13; }
  [[nodiscard]] bool is_resource() const { return as<ResourceType>() != nullptr; }
  /// The body, if it is of this kind; else null.
  template <typename T>
  [[nodiscard]] const T* as() const {
    if constexpr (std::is_same_v<T, InstanceType> || std::is_same_v<T, ComponentType>) {
      const auto* body_pointer = std::get_if<std::shared_ptr<const T>>(&body);
      return body_pointer ? body_pointer->get() : nullptr;
    } else {
      return std::get_if<T>(&body);
    }
  }
};

// --- Core types ---

/// `core:externtype` with its function type resolved. Heap types with an index in these types count
/// the canonical core types of the arena, so that they can be compared across modules.
struct CoreExternType {
  std::variant<CoreFunctionId, decoder::TableType, decoder::MemoryType, decoder::GlobalType> type;
  bool is_tag = false;  ///< a tag with these parameters, not a function

  [[nodiscard]] decoder::ExternKind kind() const {
    return is_tag ? decoder::ExternKind::tag : static_cast<decoder::ExternKind>(type.index());
  }
};

struct CoreImport {
  std::string module;
  std::string name;
  CoreExternType type;
};

struct CoreExport {
  std::string name;
  CoreExternType type;
};

/// The type of a core module or, without imports, of a core instance.
struct ModuleType {
  std::vector<CoreImport> imports;
  std::vector<CoreExport> exports;
  std::unordered_map<std::string, std::uint32_t> import_names;  ///< by a key of both names
  std::unordered_map<std::string, std::uint32_t> export_names;

  [[nodiscard]] const CoreExternType* find(std::string_view name) const;
};

/// A core type of an index space: a canonical core type of the arena, or a module type.
struct CoreTypeEntry {
  std::uint32_t canonical = 0;         ///< unless it is a module type
  std::optional<ModuleTypeId> module;  ///< for a module type
};

}  // namespace airlock::validator::component
