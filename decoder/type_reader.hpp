// Reads types of the binary format (specification: Binary Format, Types). Errors stay in the
// reader: ask it whether it `failed()`.
#pragma once

#include <vector>

#include "decoder/byte_reader.hpp"
#include "decoder/instruction.hpp"
#include "decoder/limits.hpp"
#include "decoder/module.hpp"
#include "decoder/types.hpp"

namespace airlock::decoder {

[[nodiscard]] HeapType read_heap_type(ByteReader& reader);
[[nodiscard]] ValueType read_reference_type(ByteReader& reader);
[[nodiscard]] ValueType read_value_type(ByteReader& reader);
[[nodiscard]] BlockType read_block_type(ByteReader& reader);
[[nodiscard]] MemoryType read_memory_type(ByteReader& reader);
[[nodiscard]] TableType read_table_type(ByteReader& reader);
[[nodiscard]] GlobalType read_global_type(ByteReader& reader);
[[nodiscard]] TagType read_tag_type(ByteReader& reader);

/// `externtype`: kind and type of an import or, in components, an export.
[[nodiscard]] ImportType read_import_type(ByteReader& reader);

[[nodiscard]] CompositeType read_composite_type(ByteReader& reader, const Limits& limits);
[[nodiscard]] SubType read_sub_type(ByteReader& reader, const Limits& limits);

/// Reads a recursive group (`rectype`) and appends its types.
void read_recursive_group(ByteReader& reader, const Limits& limits, std::vector<SubType>& types,
                          std::vector<RecursiveGroup>& groups);

}  // namespace airlock::decoder
