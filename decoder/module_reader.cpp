// Specification: Binary Format, Modules.
#include "decoder/module_reader.hpp"

#include "decoder/instruction.hpp"
#include "decoder/type_reader.hpp"

namespace airlock::decoder {
namespace {

// For lists of large objects, memory is reserved in advance for at most this many, whatever the
// count says; the vector grows as they are read.
constexpr std::uint32_t largest_reserve = 1024;

// In place of an import's kind, after an empty name: a list of imports follows, with a type each or
// with one type before them.
constexpr std::uint8_t imports_of_one_module = 0x7f;
constexpr std::uint8_t imports_of_one_type = 0x7e;

constexpr std::string_view end_of_function = "unexpected end of section or function";

}  // namespace

void ModuleReader::read_section(SectionId id, ByteReader& reader) {
  switch (id) {
    case SectionId::custom:
      break;
    case SectionId::type:
      read_types(reader);
      break;
    case SectionId::import:
      read_imports(reader);
      break;
    case SectionId::function:
      read_functions(reader);
      break;
    case SectionId::table:
      read_tables(reader);
      break;
    case SectionId::memory:
      read_memories(reader);
      break;
    case SectionId::tag:
      read_tags(reader);
      break;
    case SectionId::global:
      read_globals(reader);
      break;
    case SectionId::export_:
      read_exports(reader);
      break;
    case SectionId::start:
      module_.start_offset = reader.offset();
      module_.start = reader.u32();
      break;
    case SectionId::element:
      read_elements(reader);
      break;
    case SectionId::data_count:
      module_.data_count = reader.u32();
      break;
    case SectionId::code:
      read_code(reader);
      break;
    case SectionId::data:
      read_data(reader);
      break;
  }
}

void ModuleReader::read_custom_section(ByteReader& reader, SectionId after) {
  CustomSection section{.after_section = static_cast<std::uint8_t>(after)};
  section.name = reader.name();
  section.offset = reader.offset();
  section.bytes = reader.rest();
  if (reader.failed()) return;
  if (section.name == "name") {
    // Names never make a module malformed.
    [[maybe_unused]] const auto result = read_names(section.bytes, section.offset, module_.names);
  }
  module_.customs.push_back(std::move(section));
}

void ModuleReader::finish(ByteReader& file) {
  if (code_entries_ != module_.functions.size())
    return file.fail("function and code section have inconsistent lengths");
  if (module_.data_count && *module_.data_count != module_.data.size())
    return file.fail("data count and data section have inconsistent lengths");
}

bool ModuleReader::fits(ByteReader& reader, std::uint64_t present, std::uint64_t count,
                        std::uint64_t limit, std::string_view what) {
  if (present + count <= limit) return true;
  reader.fail("too many " + std::string(what), ErrorKind::limit);
  return false;
}

void ModuleReader::read_types(ByteReader& reader) {
  // The smallest recursive group is an empty one: its code and a count.
  const auto count = reader.count(limits_.types, "types", 2);
  module_.types.reserve(std::min(count, largest_reserve));
  for (std::uint32_t i = 0; i < count && !reader.failed(); ++i)
    read_recursive_group(reader, limits_, module_.types, module_.groups);
}

void ModuleReader::read_imports(ByteReader& reader) {
  const auto count = reader.count(limits_.imports, "imports", 3);
  module_.imports.reserve(std::min(count, largest_reserve));
  for (std::uint32_t i = 0; i < count && !reader.failed(); ++i) {
    Import import{.offset = reader.offset()};
    import.module = reader.name();
    import.name = reader.name();
    const bool may_be_group = import.name.empty() && !reader.failed();
    if (may_be_group && reader.take(imports_of_one_module)) {
      read_import_group(reader, {.module = std::move(import.module), .offset = import.offset});
    } else if (may_be_group && reader.take(imports_of_one_type)) {
      read_import_group(reader, {.module = std::move(import.module),
                                 .shared_type = read_import_type(reader),
                                 .offset = import.offset});
    } else {
      import.type = read_import_type(reader);
      append_import(reader, std::move(import));
    }
  }
}

/// The list of imports of a group, after the name of its module and the type that they share, if
/// any.
void ModuleReader::read_import_group(ByteReader& reader, ImportGroup group) {
  group.first = static_cast<std::uint32_t>(module_.imports.size());
  group.count = reader.count(limits_.imports, "imports", group.shared_type ? 1 : 3);
  for (std::uint32_t i = 0; i < group.count && !reader.failed(); ++i) {
    Import import{.module = group.module, .offset = reader.offset()};
    import.name = reader.name();
    import.type = group.shared_type ? *group.shared_type : read_import_type(reader);
    append_import(reader, std::move(import));
  }
  module_.import_groups.push_back(std::move(group));
}

void ModuleReader::append_import(ByteReader& reader, Import import) {
  import_name_bytes_ += import.module.size() + import.name.size();
  if (import_name_bytes_ > limits_.import_name_bytes)
    reader.fail_at(import.offset, "names of imports too long", ErrorKind::limit);
  if (!fits(reader, module_.imports.size(), 1, limits_.imports, "imports")) return;
  add_to_index_space(reader, import.type);
  module_.imports.push_back(std::move(import));
}

/// Appends an imported entity to its index space.
void ModuleReader::add_to_index_space(ByteReader& reader, const ImportType& type) {
  if (const auto* function = std::get_if<FunctionImport>(&type)) {
    module_.function_types.push_back(function->type);
    fits(reader, 0, module_.function_types.size(), limits_.functions, "functions");
  } else if (const auto* table = std::get_if<TableType>(&type)) {
    module_.table_types.push_back(*table);
    fits(reader, 0, module_.table_types.size(), limits_.tables, "tables");
  } else if (const auto* memory = std::get_if<MemoryType>(&type)) {
    module_.memory_types.push_back(*memory);
    fits(reader, 0, module_.memory_types.size(), limits_.memories, "memories");
  } else if (const auto* global = std::get_if<GlobalType>(&type)) {
    module_.global_types.push_back(*global);
    fits(reader, 0, module_.global_types.size(), limits_.globals, "globals");
  } else {
    module_.tag_types.push_back(std::get<TagType>(type));
    fits(reader, 0, module_.tag_types.size(), limits_.tags, "tags");
  }
}

void ModuleReader::read_functions(ByteReader& reader) {
  const auto count = reader.count(limits_.functions, "functions");
  if (!fits(reader, module_.function_types.size(), count, limits_.functions, "functions")) return;
  module_.function_types.reserve(module_.function_types.size() + count);
  module_.functions.reserve(std::min(count, largest_reserve));
  for (std::uint32_t i = 0; i < count && !reader.failed(); ++i) {
    const auto type = reader.u32();
    module_.functions.push_back({.type = type});
    module_.function_types.push_back(type);
  }
}

void ModuleReader::read_tables(ByteReader& reader) {
  const auto count = reader.count(limits_.tables, "tables", 2);
  if (!fits(reader, module_.table_types.size(), count, limits_.tables, "tables")) return;
  for (std::uint32_t i = 0; i < count && !reader.failed(); ++i) {
    module_.tables.push_back(read_table(reader));
    module_.table_types.push_back(module_.tables.back().type);
  }
}

/// A table with an initializer begins with two bytes that no table type begins with.
Table ModuleReader::read_table(ByteReader& reader) {
  Table table;
  table.offset = reader.offset();
  if (!reader.take(0x40)) {
    table.type = read_table_type(reader);
    return table;
  }
  const auto start = reader.offset();
  if (reader.byte() != 0) reader.fail_at(start, "zero byte expected");
  table.type = read_table_type(reader);
  table.initializer = read_expression(reader);
  return table;
}

void ModuleReader::read_memories(ByteReader& reader) {
  const auto count = reader.count(limits_.memories, "memories");
  if (!fits(reader, module_.memory_types.size(), count, limits_.memories, "memories")) return;
  for (std::uint32_t i = 0; i < count && !reader.failed(); ++i) {
    module_.memory_offsets.push_back(reader.offset());
    module_.memories.push_back(read_memory_type(reader));
    module_.memory_types.push_back(module_.memories.back());
  }
}

void ModuleReader::read_tags(ByteReader& reader) {
  const auto count = reader.count(limits_.tags, "tags", 2);
  if (!fits(reader, module_.tag_types.size(), count, limits_.tags, "tags")) return;
  for (std::uint32_t i = 0; i < count && !reader.failed(); ++i) {
    module_.tag_offsets.push_back(reader.offset());
    module_.tags.push_back(read_tag_type(reader));
    module_.tag_types.push_back(module_.tags.back());
  }
}

void ModuleReader::read_globals(ByteReader& reader) {
  const auto count = reader.count(limits_.globals, "globals", 3);
  if (!fits(reader, module_.global_types.size(), count, limits_.globals, "globals")) return;
  for (std::uint32_t i = 0; i < count && !reader.failed(); ++i) {
    Global global{.type = read_global_type(reader), .initializer = {}};
    global.initializer = read_expression(reader);
    module_.globals.push_back(global);
    module_.global_types.push_back(global.type);
  }
}

void ModuleReader::read_exports(ByteReader& reader) {
  const auto count = reader.count(limits_.exports, "exports", 3);
  module_.exports.reserve(std::min(count, largest_reserve));
  for (std::uint32_t i = 0; i < count && !reader.failed(); ++i) {
    Export entry{.offset = reader.offset()};
    entry.name = reader.name();
    const auto start = reader.offset();
    const auto kind = reader.byte();
    if (kind > static_cast<std::uint8_t>(ExternKind::tag))
      reader.fail_at(start, "malformed export kind");
    entry.kind = static_cast<ExternKind>(kind);
    entry.index = reader.u32();
    module_.exports.push_back(std::move(entry));
  }
}

void ModuleReader::read_elements(ByteReader& reader) {
  const auto count = reader.count(limits_.element_segments, "element segments", 2);
  module_.elements.reserve(std::min(count, largest_reserve));
  for (std::uint32_t i = 0; i < count && !reader.failed(); ++i)
    module_.elements.push_back(read_element_segment(reader));
}

ElementSegment ModuleReader::read_element_segment(ByteReader& reader) {
  ElementSegment segment{.position = reader.offset()};
  const auto flags = reader.u32();
  if (flags > 7) {
    reader.fail_at(segment.position, "malformed elements segment kind");
    return segment;
  }
  // Bit 0: not active. Bit 1: explicit table if active, else declarative. Bit 2: expressions.
  const bool is_active = (flags & 1) == 0;
  const bool bit_1 = (flags & 2) != 0;
  const bool has_expressions = (flags & 4) != 0;
  segment.mode = is_active ? SegmentMode::active
                 : bit_1   ? SegmentMode::declarative
                           : SegmentMode::passive;
  if (is_active) {
    if (bit_1) segment.table = reader.u32();
    segment.offset = read_expression(reader);
  }
  segment.type = ValueType::reference(HeapKind::func, has_expressions);
  if (!is_active || bit_1) {
    const auto start = reader.offset();
    if (has_expressions)
      segment.type = read_reference_type(reader);
    else if (reader.byte() != 0)
      reader.fail_at(start, "malformed element kind");
  }
  const auto count = reader.count(limits_.element_segments, "elements", has_expressions ? 2 : 1);
  if (has_expressions) {
    segment.expressions.reserve(std::min(count, largest_reserve));
    for (std::uint32_t i = 0; i < count && !reader.failed(); ++i)
      segment.expressions.push_back(read_expression(reader));
  } else {
    segment.functions.reserve(count);
    for (std::uint32_t i = 0; i < count && !reader.failed(); ++i)
      segment.functions.push_back(reader.u32());
  }
  return segment;
}

void ModuleReader::read_code(ByteReader& reader) {
  const auto count = reader.count(limits_.functions, "functions", 2);
  code_entries_ = count;
  if (reader.failed()) return;
  // `finish` reports it, because errors in the order of sections come first.
  if (count != module_.functions.size()) return static_cast<void>(reader.rest());
  for (std::uint32_t i = 0; i < count && !reader.failed(); ++i) {
    auto& function = module_.functions[i];
    function.offset = reader.offset();
    const auto contents = reader.sized_bytes();
    if (contents.size() > limits_.function_bytes)
      reader.fail_at(function.offset, "function too large", ErrorKind::limit);
    function.code_offset = reader.offset() - contents.size();
    ByteReader body(contents, function.code_offset, end_of_function);
    function.locals = read_locals(body);
    function.body.offset = body.offset();
    function.body.code = body.rest();
    reader.adopt_failure(body);
  }
}

/// The locals declared by a function, which come after its parameters. (The limit also counts the
/// parameters, but only the validator knows them.)
std::vector<LocalRun> ModuleReader::read_locals(ByteReader& reader) {
  const auto start = reader.offset();
  const auto count = reader.count(limits_.function_locals, "locals", 2);
  std::vector<LocalRun> runs;
  runs.reserve(std::min(count, largest_reserve));
  std::uint64_t total = 0;
  for (std::uint32_t i = 0; i < count && !reader.failed(); ++i) {
    LocalRun run;
    run.count = reader.u32();
    run.type = read_value_type(reader);
    total += run.count;
    runs.push_back(run);
  }
  if (total > 0xffff'ffff)
    reader.fail_at(start, "too many locals");
  else if (total > limits_.function_locals)
    reader.fail_at(start, "too many locals", ErrorKind::limit);
  return runs;
}

void ModuleReader::read_data(ByteReader& reader) {
  const auto count = reader.count(limits_.data_segments, "data segments", 2);
  module_.data.reserve(std::min(count, largest_reserve));
  for (std::uint32_t i = 0; i < count && !reader.failed(); ++i)
    module_.data.push_back(read_data_segment(reader));
}

DataSegment ModuleReader::read_data_segment(ByteReader& reader) {
  DataSegment segment{.position = reader.offset()};
  const auto flags = reader.u32();
  if (flags > 2) {
    reader.fail_at(segment.position, "malformed data segment kind");
    return segment;
  }
  if (flags != 1) {
    segment.mode = SegmentMode::active;
    if (flags == 2) segment.memory = reader.u32();
    segment.offset = read_expression(reader);
  }
  segment.bytes = reader.bytes(reader.u32());
  return segment;
}

Expression ModuleReader::read_expression(ByteReader& reader) {
  const auto start = reader.offset();
  if (reader.failed()) return {};
  const auto rest = reader.peek_rest();
  InstructionReader instructions({rest, start}, limits_);
  Instruction instruction;
  // Blocks are not constant instructions, but the validator checks that.
  for (std::size_t depth = 1; depth > 0;) {
    if (!instructions.next(instruction)) {
      const auto& error = instructions.error();
      reader.fail_at(error.offset.value_or(start), error.message, error.kind);
      return {};
    }
    if (instruction.opcode == "end"_op)
      --depth;
    else if (row(instruction.opcode).immediate == Immediate::block_type ||
             row(instruction.opcode).immediate == Immediate::try_table)
      ++depth;
  }
  return {reader.bytes(instructions.position()), start};
}

}  // namespace airlock::decoder
