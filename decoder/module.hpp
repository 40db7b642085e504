// The syntax tree of a core module (specification: Structure, Modules).
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "decoder/types.hpp"

namespace airlock::decoder {

using Bytes = std::span<const std::byte>;

/// The kinds of imports and exports. The numbers are those of the binary format.
enum class ExternKind : std::uint8_t { function = 0, table = 1, memory = 2, global = 3, tag = 4 };

[[nodiscard]] std::string_view to_string(ExternKind kind);

/// A tag's type: exceptions carry the parameters of a function type.
struct TagType {
  std::uint32_t type = 0;  ///< type index
};

/// The declaration of an import. A function has its type index; an exact one must have this type,
/// not a subtype.
struct FunctionImport {
  std::uint32_t type = 0;
  bool exact = false;
};
using ImportType = std::variant<FunctionImport, TableType, MemoryType, GlobalType, TagType>;
[[nodiscard]] inline ExternKind kind_of(const ImportType& type) {
  return static_cast<ExternKind>(type.index());
}

struct Import {
  std::string module{};
  std::string name{};
  ImportType type{};
  std::uint64_t offset = 0;
  [[nodiscard]] ExternKind kind() const { return kind_of(type); }
};

/// Consecutive imports from one module that the binary writes together (proposal: compact import
/// sections). There may be none. The imports themselves say all that matters when linking.
struct ImportGroup {
  std::uint32_t first = 0;  ///< of the module's imports
  std::uint32_t count = 0;
  std::string module{};
  std::optional<ImportType> shared_type{};  ///< written once for all of them
  std::uint64_t offset = 0;
};

struct Export {
  std::string name{};
  ExternKind kind = ExternKind::function;
  std::uint32_t index = 0;
  std::uint64_t offset = 0;
};

/// The bytes of a sequence of instructions up to its `end`; `offset` is its place in the binary.
/// Bodies and constant expressions keep this form: the validator reads their instructions.
struct Expression {
  Bytes code;
  std::uint64_t offset = 0;
};

struct Table {
  TableType type;
  std::optional<Expression> initializer;  ///< absent: null
  std::uint64_t offset = 0;
};

struct Global {
  GlobalType type;
  Expression initializer;
};

/// `count` consecutive locals of one type.
struct LocalRun {
  std::uint32_t count = 0;
  ValueType type;
};

struct Function {
  std::uint32_t type = 0;  ///< type index
  std::vector<LocalRun> locals{};
  Expression body{};
  std::uint64_t offset = 0;       ///< of the function's entry in the code section
  std::uint64_t code_offset = 0;  ///< of its locals, after the size; branch hints count from here
};

enum class SegmentMode : std::uint8_t { active, passive, declarative };

struct ElementSegment {
  SegmentMode mode = SegmentMode::passive;
  std::uint32_t table = 0;             ///< if active
  std::optional<Expression> offset{};  ///< if active
  ValueType type = funcref;
  /// Either function indices (the short forms) or expressions.
  std::vector<std::uint32_t> functions{};
  std::vector<Expression> expressions{};
  std::uint64_t position = 0;
  [[nodiscard]] std::size_t size() const { return functions.size() + expressions.size(); }
};

struct DataSegment {
  SegmentMode mode = SegmentMode::passive;
  std::uint32_t memory = 0;            ///< if active
  std::optional<Expression> offset{};  ///< if active
  Bytes bytes{};
  std::uint64_t position = 0;
};

struct CustomSection {
  std::string name{};
  Bytes bytes{};
  std::uint64_t offset = 0;
  /// Identifier of the known section before it; 0 if there is none.
  std::uint8_t after_section = 0;
};

using NameMap = std::map<std::uint32_t, std::string>;
using IndirectNameMap = std::map<std::uint32_t, NameMap>;

/// The custom section `name` (specification: Appendix, Custom Sections). A malformed one is kept as
/// far as it could be read: names never make a module malformed.
struct Names {
  std::string module;
  NameMap functions, types, tables, memories, globals, elements, data, tags;
  IndirectNameMap locals, labels, fields;
};

/// A decoded core module. Spans point into `binary`, which the module keeps alive.
struct Module {
  std::shared_ptr<const std::vector<std::byte>> binary;  ///< the bytes spans point into
  std::uint64_t offset = 0;  ///< of the module's first byte in the file (modules in components)

  std::vector<SubType> types;
  std::vector<RecursiveGroup> groups;  ///< partition of `types`
  std::vector<Import> imports;
  std::vector<ImportGroup> import_groups;  ///< in order; imports outside of them are on their own
  std::vector<Function> functions;         ///< defined ones; imported ones come before them
  std::vector<Table> tables;
  std::vector<MemoryType> memories;
  std::vector<std::uint64_t> memory_offsets;  ///< offset of each of `memories` in the binary
  std::vector<TagType> tags;
  std::vector<std::uint64_t> tag_offsets;
  std::vector<Global> globals;
  std::vector<Export> exports;
  std::optional<std::uint32_t> start;
  std::uint64_t start_offset = 0;
  std::vector<ElementSegment> elements;
  std::vector<DataSegment> data;
  std::optional<std::uint32_t> data_count;
  std::vector<CustomSection> customs;
  Names names;

  // Index spaces: imported entities first, then those defined here. Filled by the reader.
  std::vector<std::uint32_t> function_types;  ///< type index of every function
  std::vector<TableType> table_types;
  std::vector<MemoryType> memory_types;
  std::vector<GlobalType> global_types;
  std::vector<TagType> tag_types;

  [[nodiscard]] std::uint32_t imported_functions() const {
    return static_cast<std::uint32_t>(function_types.size() - functions.size());
  }
  [[nodiscard]] std::uint32_t imported_tables() const {
    return static_cast<std::uint32_t>(table_types.size() - tables.size());
  }
  [[nodiscard]] std::uint32_t imported_memories() const {
    return static_cast<std::uint32_t>(memory_types.size() - memories.size());
  }
  [[nodiscard]] std::uint32_t imported_globals() const {
    return static_cast<std::uint32_t>(global_types.size() - globals.size());
  }
  [[nodiscard]] std::uint32_t imported_tags() const {
    return static_cast<std::uint32_t>(tag_types.size() - tags.size());
  }
  /// The type of a function of the index space. Both indices must be in range and the type a
  /// function type, which holds for a validated module.
  [[nodiscard]] const FunctionType& function_type(std::uint32_t function) const {
    return types[function_types[function]].composite.function;
  }
};

}  // namespace airlock::decoder
