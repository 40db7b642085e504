// The parts of the module reader: one function per section. Internal to the decoder.
#pragma once

#include "decoder/byte_reader.hpp"
#include "decoder/error.hpp"
#include "decoder/limits.hpp"
#include "decoder/module.hpp"

namespace airlock::decoder {

/// Identifiers of sections (specification: Binary Format, Modules, Sections).
enum class SectionId : std::uint8_t {
  custom = 0,
  type = 1,
  import = 2,
  function = 3,
  table = 4,
  memory = 5,
  global = 6,
  export_ = 7,
  start = 8,
  element = 9,
  code = 10,
  data = 11,
  data_count = 12,
  tag = 13,
};
inline constexpr std::uint8_t last_section_id = 13;

/// Fills a module from its sections. Each function gets a reader of the contents of one section,
/// which also keeps the error.
class ModuleReader {
 public:
  ModuleReader(Module& module, const Limits& limits) : module_(module), limits_(limits) {}

  /// Reads the contents of any section but a custom one.
  void read_section(SectionId id, ByteReader& reader);
  void read_custom_section(ByteReader& reader, SectionId after);
  /// Checks rules about more than one section, after all are read.
  void finish(ByteReader& file);

 private:
  void read_types(ByteReader& reader);
  void read_imports(ByteReader& reader);
  void read_import_group(ByteReader& reader, ImportGroup group);
  void append_import(ByteReader& reader, Import import);
  void add_to_index_space(ByteReader& reader, const ImportType& type);
  void read_functions(ByteReader& reader);
  void read_tables(ByteReader& reader);
  void read_memories(ByteReader& reader);
  void read_tags(ByteReader& reader);
  void read_globals(ByteReader& reader);
  void read_exports(ByteReader& reader);
  void read_elements(ByteReader& reader);
  void read_code(ByteReader& reader);
  void read_data(ByteReader& reader);

  Table read_table(ByteReader& reader);
  ElementSegment read_element_segment(ByteReader& reader);
  DataSegment read_data_segment(ByteReader& reader);
  std::vector<LocalRun> read_locals(ByteReader& reader);
  /// Delimits a constant expression by reading it to its `end`.
  Expression read_expression(ByteReader& reader);
  /// Checks that `count` more entities do not exceed a limit.
  bool fits(ByteReader& reader, std::uint64_t present, std::uint64_t count, std::uint64_t limit,
            std::string_view what);

  Module& module_;
  const Limits& limits_;
  std::uint32_t code_entries_ = 0;
  std::uint64_t import_name_bytes_ = 0;
};

/// Reads the contents of a name section, as far as they are well-formed.
/// @param offset of the contents in the binary
/// @return the error in them, if any; used only when custom sections are checked
Result<void> read_names(Bytes contents, std::uint64_t offset, Names& names);

}  // namespace airlock::decoder
