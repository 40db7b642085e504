// The syntax tree of a component (component-model: Binary.md, Explainer.md).
//
// It holds the definitions of the binary in their order, with unresolved indices. Validation
// (validator/component/) resolves the indices and computes the types. Names follow Binary.md and
// definitions.py.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "decoder/component/sort.hpp"
#include "decoder/module.hpp"
#include "decoder/reader.hpp"
#include "decoder/types.hpp"

namespace airlock::decoder::component {

/// `core func`, `instance`: a sort as the text format writes it.
[[nodiscard]] inline std::string_view to_string(Sort sort) { return row(sort).name; }

/// A definition of an index space.
struct SortIndex {
  Sort sort = Sort::function;
  std::uint32_t index = 0;
  friend bool operator==(const SortIndex&, const SortIndex&) = default;
};

// --- Value types ---

/// `primvaltype`; the numbers are those of the binary format.
enum class PrimValType : std::uint8_t {
  bool_ = 0x7f,
  s8 = 0x7e,
  u8 = 0x7d,
  s16 = 0x7c,
  u16 = 0x7b,
  s32 = 0x7a,
  u32 = 0x79,
  s64 = 0x78,
  u64 = 0x77,
  f32 = 0x76,
  f64 = 0x75,
  char_ = 0x74,
  string = 0x73,
  error_context = 0x64,
};

/// `u32`, `error-context`
[[nodiscard]] std::string_view to_string(PrimValType type);

/// `valtype`: a primitive type or the index of a defined one.
using ValType = std::variant<PrimValType, std::uint32_t>;

/// A labelled type: a record's field or a function's parameter.
struct LabelValType {
  std::string label;
  ValType type;
};

struct RecordType {
  std::vector<LabelValType> fields;
};

struct CaseType {
  std::string label;
  std::optional<ValType> type;
};

struct VariantType {
  std::vector<CaseType> cases;
};

struct ListType {
  ValType element;
  std::optional<std::uint32_t> length{};  ///< of a fixed-length list
};

struct TupleType {
  std::vector<ValType> types;
};

struct FlagsType {
  std::vector<std::string> labels;
};

struct EnumType {
  std::vector<std::string> labels;
};

struct OptionType {
  ValType type;
};

struct ResultType {
  std::optional<ValType> ok;
  std::optional<ValType> error;
};

struct OwnType {
  std::uint32_t resource = 0;  ///< type index
};

struct BorrowType {
  std::uint32_t resource = 0;  ///< type index
};

struct StreamType {
  std::optional<ValType> element;
};

struct FutureType {
  std::optional<ValType> element;
};

struct MapType {
  ValType key;
  ValType value;
};

/// `defvaltype`
using DefValType =
    std::variant<PrimValType, RecordType, VariantType, ListType, TupleType, FlagsType, EnumType,
                 OptionType, ResultType, OwnType, BorrowType, StreamType, FutureType, MapType>;

// --- Function and resource types ---

struct FuncType {
  bool is_async = false;
  std::vector<LabelValType> parameters;
  std::optional<ValType> result;
};

struct ResourceType {
  decoder::ValueType representation = decoder::i32;
  std::optional<std::uint32_t> destructor;  ///< core function index
};

// --- Core types ---

/// `core:rectype`: one or more core types, each of which takes an index of the core type space.
/// The type indices in them are those of the enclosing core type index space.
struct CoreTypeGroup {
  std::vector<decoder::SubType> types;
};

/// `(alias outer ct idx (type))` inside a module type
struct CoreOuterAlias {
  std::uint32_t count = 0;  ///< enclosing scopes to go out of
  std::uint32_t index = 0;
};

/// `core:exportdecl`
struct CoreExportDeclarator {
  std::string name;
  decoder::ImportType type;  ///< `core:externtype`
};

struct CoreModuleDeclarator {
  std::variant<decoder::Import, CoreTypeGroup, CoreOuterAlias, CoreExportDeclarator> body;
  std::uint64_t offset = 0;
};

/// `core:moduletype`. Its core type index space begins empty.
struct CoreModuleType {
  std::vector<CoreModuleDeclarator> declarators;
};

/// `core:deftype`
struct CoreType {
  std::variant<CoreTypeGroup, CoreModuleType> body;
};

// --- Names, external types and aliases ---

/// `nameattributes`: the name of an import or export, with its attributes.
struct ExternName {
  std::string name;
  std::optional<std::string> implements{};      ///< an interface name
  std::optional<std::string> version_suffix{};  ///< completes the version in `name`
  std::optional<std::string> external_id{};
};

enum class TypeBound : std::uint8_t { equal = 0x00, sub_resource = 0x01 };

/// `externtype`: the type of an import or export. Its sort is `core_module`, `function`, `value`,
/// `type`, `component` or `instance`.
struct ExternType {
  Sort sort = Sort::function;
  /// For `type`: whether the type is known or any resource type.
  TypeBound bound = TypeBound::equal;
  /// For `core_module` a core type index, for `value` with `value_type` absent a value index,
  /// for `type` with `sub_resource` nothing, otherwise a type index.
  std::uint32_t index = 0;
  std::optional<ValType> value_type{};  ///< for `value`
};

/// `(alias export i n (s))` and `(alias core export i n (s))`
struct ExportAlias {
  bool is_core = false;  ///< whether `instance` is a core instance index
  std::uint32_t instance = 0;
  std::string name;
};

struct OuterAlias {
  std::uint32_t count = 0;  ///< enclosing scopes to go out of; 0 is the current one
  std::uint32_t index = 0;
};

struct Alias {
  Sort sort = Sort::function;
  std::variant<ExportAlias, OuterAlias> target;
};

// --- Component and instance types ---

struct Declarator;

/// `componenttype`. Its index spaces begin empty.
struct ComponentType {
  std::vector<Declarator> declarators;
};

/// `instancetype`: the same without import declarators.
struct InstanceType {
  std::vector<Declarator> declarators;
};

/// `deftype`
struct Type {
  std::variant<DefValType, FuncType, ComponentType, InstanceType, ResourceType> body;
};

struct ImportDeclarator {
  ExternName name;
  ExternType type;
};

struct ExportDeclarator {
  ExternName name;
  ExternType type;
};

/// `componentdecl` and `instancedecl`
struct Declarator {
  std::variant<CoreType, Type, Alias, ImportDeclarator, ExportDeclarator> body;
  std::uint64_t offset = 0;
};

// --- Instances ---

struct CoreInstantiateArgument {
  std::string name;
  std::uint32_t instance = 0;  ///< core instance index
};

struct CoreInstantiate {
  std::uint32_t module = 0;
  std::vector<CoreInstantiateArgument> arguments;
};

struct CoreInlineExport {
  std::string name;
  SortIndex item;
};

/// A core instance: an instantiated module, or inline exports.
struct CoreInstance {
  std::variant<CoreInstantiate, std::vector<CoreInlineExport>> body;
};

struct InstantiateArgument {
  std::string name;
  SortIndex item;
};

struct Instantiate {
  std::uint32_t component = 0;
  std::vector<InstantiateArgument> arguments;
};

struct InlineExport {
  ExternName name;
  SortIndex item;
};

/// An instance: an instantiated component, or inline exports.
struct Instance {
  std::variant<Instantiate, std::vector<InlineExport>> body;
};

// --- Canonical definitions ---

/// `canon`; the numbers are the opcodes of the binary format. `lift` defines a function, all others
/// define a core function. What belongs to each is in canonical_table.hpp.
enum class CanonKind : std::uint8_t {
  lift = 0x00,
  lower = 0x01,
  resource_new = 0x02,
  resource_drop = 0x03,
  resource_rep = 0x04,
  task_cancel = 0x05,
  subtask_cancel = 0x06,
  task_return = 0x09,
  context_get = 0x0a,
  context_set = 0x0b,
  thread_yield = 0x0c,
  subtask_drop = 0x0d,
  stream_new = 0x0e,
  stream_read = 0x0f,
  stream_write = 0x10,
  stream_cancel_read = 0x11,
  stream_cancel_write = 0x12,
  stream_drop_readable = 0x13,
  stream_drop_writable = 0x14,
  future_new = 0x15,
  future_read = 0x16,
  future_write = 0x17,
  future_cancel_read = 0x18,
  future_cancel_write = 0x19,
  future_drop_readable = 0x1a,
  future_drop_writable = 0x1b,
  error_context_new = 0x1c,
  error_context_debug_message = 0x1d,
  error_context_drop = 0x1e,
  waitable_set_new = 0x1f,
  waitable_set_wait = 0x20,
  waitable_set_poll = 0x21,
  waitable_set_drop = 0x22,
  waitable_join = 0x23,
  backpressure_inc = 0x24,
  backpressure_dec = 0x25,
  thread_index = 0x26,
  thread_new_indirect = 0x27,
  thread_resume_later = 0x28,
  thread_suspend = 0x29,
  thread_suspend_then_resume = 0x2a,
  thread_yield_then_resume = 0x2b,
  thread_suspend_then_promote = 0x2c,
  thread_yield_then_promote = 0x2d,
  stream_forward = 0x2e,
  future_forward = 0x2f,
  thread_spawn_ref = 0x40,
  thread_spawn_indirect = 0x41,
  thread_available_parallelism = 0x42,
};

/// `stream.cancel-read`: the name in the text format; empty for an unknown number.
[[nodiscard]] std::string_view to_string(CanonKind kind);

/// `canonopt`; the numbers are those of the binary format.
enum class CanonOptionKind : std::uint8_t {
  utf8 = 0x00,
  utf16 = 0x01,
  latin1_utf16 = 0x02,
  memory = 0x03,
  realloc = 0x04,
  post_return = 0x05,
  async = 0x06,
  callback = 0x07,
};

struct CanonOption {
  CanonOptionKind kind = CanonOptionKind::utf8;
  std::uint32_t index = 0;  ///< core memory or core function
  std::uint64_t offset = 0;
};

/// A canonical definition with its immediates; `kind` decides which fields are used.
struct Canon {
  CanonKind kind = CanonKind::lift;
  std::uint32_t function = 0;  ///< `lift`: core function index; `lower`: function index
  /// `lift`: the function type's index; `resource.*`, `stream.*`, `future.*`: type index;
  /// `thread.new-indirect`, `thread.spawn-*`: core type index
  std::uint32_t type = 0;
  std::uint32_t table = 0;        ///< `thread.new-indirect`, `thread.spawn-indirect`
  std::uint32_t memory = 0;       ///< `waitable-set.wait` and `.poll`
  bool is_async = false;          ///< the `async?` immediate (not the option)
  bool is_shared = false;         ///< the `sh?` immediate
  std::optional<ValType> result;  ///< `task.return`
  decoder::ValueType context_type = decoder::i32;  ///< `context.get` and `.set`
  std::uint32_t context_slot = 0;                  ///< likewise
  std::vector<CanonOption> options;
};

// --- Components ---

/// A core module inside the component: a run of bytes of `ComponentTree::binary`, for
/// `read_module(binary, offset, size)`.
struct CoreModule {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

/// A component inside the component.
struct NestedComponent {
  std::uint32_t component = 0;  ///< position in `ComponentTree::components`
};

/// A start definition (gated feature: values).
struct Start {
  std::uint32_t function = 0;
  std::vector<std::uint32_t> arguments;  ///< value indices
  std::uint32_t results = 0;
};

struct Import {
  ExternName name;
  ExternType type;
};

struct Export {
  ExternName name;
  SortIndex item;
  std::optional<ExternType> type;  ///< ascribed: a supertype of the item's own
};

/// A value definition (gated feature: values); its bytes are not decoded.
struct Value {
  ValType type;
  Bytes bytes;
};

/// A definition. All but `Start` append to an index space; a core type group appends each of its
/// types. An import or export appends to the space of its sort, an alias likewise.
struct Definition {
  std::variant<CoreModule, CoreInstance, CoreType, NestedComponent, Instance, Alias, Type, Canon,
               Start, Import, Export, Value>
      body;
  std::uint64_t offset = 0;
};

/// The custom section `component-name`: names of definitions, for traces. A malformed one is kept
/// as far as it could be read.
struct ComponentNames {
  std::string component;
  std::map<Sort, NameMap> definitions;

  /// The name of a definition; empty if it has none.
  [[nodiscard]] std::string_view find(Sort sort, std::uint32_t index) const;
};

struct Component {
  std::uint64_t offset = 0;  ///< of its preamble in the file
  std::uint64_t size = 0;    ///< preamble included
  std::vector<Definition> definitions;
  std::vector<CustomSection> customs;
  ComponentNames names;
};

/// A component with all components inside it, at any depth. They are in one list and not inside
/// each other, so that no code needs to recurse over them (not even their destruction).
struct ComponentTree {
  SharedBytes binary;  ///< the bytes that spans and offsets point into
  /// The outermost component first; each before the ones nested in it.
  std::vector<Component> components;

  [[nodiscard]] const Component& root() const { return components.front(); }
};

}  // namespace airlock::decoder::component
