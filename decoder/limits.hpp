// All bounds that Airlock sets on what an input may ask for.
#pragma once

#include <cstddef>
#include <cstdint>

namespace airlock {

/// Parts of the language that can be turned off: additions to earlier versions of WebAssembly, and
/// proposals that are not part of it yet.
struct Features {
  bool multiple_memories = true;
  bool multiple_tables = true;
  bool memory64 = true;  ///< memories and tables with 64-bit addresses and limits
  /// Descriptors of structure types and exact types. Not part of WebAssembly 3.0. Also changes the
  /// types of existing instructions: more precise for allocations, less strict for casts.
  bool custom_descriptors = false;
  /// Import sections that name a module, or a type, once for several imports.
  bool compact_imports = false;
};

/// The one structure of bounds (counts, nesting, sizes, stack depths). The defaults follow the
/// JavaScript embedding's limits where that has one. Exceeding a bound is `ErrorKind::limit` when
/// decoding, and a trap or a failed `grow` when running.
struct Limits {
  Features features{};
  // Decoding: bytes and text
  std::size_t module_bytes = std::size_t{1} << 30;
  std::uint32_t types = 1'000'000;
  std::uint32_t functions = 1'000'000;
  std::uint32_t imports = 1'000'000;
  /// The names of modules and imports all together, where one is written for several and copied.
  std::uint64_t import_name_bytes = std::uint64_t{1} << 26;
  std::uint32_t exports = 1'000'000;
  std::uint32_t globals = 1'000'000;
  std::uint32_t tables = 100'000;
  std::uint32_t memories = 100'000;
  std::uint32_t tags = 1'000'000;
  std::uint32_t data_segments = 100'000;
  std::uint32_t element_segments = 10'000'000;
  std::uint32_t function_parameters = 1'000;
  std::uint32_t function_results = 1'000;
  std::uint32_t function_locals = 50'000;
  std::uint32_t function_bytes = 7'654'321;
  std::uint32_t branch_table_labels = 1'000'000;
  std::uint32_t control_nesting = 100'000;  ///< blocks in a body; costs heap, not native stack
  std::uint32_t operand_stack = 1'000'000;  ///< operands of a body at any one point
  std::uint32_t subtype_depth = 63;
  std::uint32_t struct_fields = 10'000;
  // Components
  std::uint32_t component_nesting = 1'000;
  std::uint32_t component_type_nesting = 100;       ///< types declared in types; costs native stack
  std::uint32_t component_definitions = 1'000'000;  ///< in a component with all nested in it
  std::uint32_t component_type_size = 1'000'000;    ///< nodes of one type, aliases expanded
  std::uint32_t value_nesting = 100;                ///< depth of a component value type
  // Running. Everything that a guest can make grow is bounded by one of these:
  //
  //   memory_bytes          linear memories, for as long as anything refers to them
  //   table_elements,       tables: at declared size and grown
  //   store_table_elements
  //   heap_bytes            structures, arrays and exceptions
  //   stack_bytes           calls, however deep, also from component to component
  //   bookkeeping_bytes     handle tables, and 256 bytes more for each handle that owns a resource
  //                         of the host; records of calls between components; instances of modules
  //                         with their globals and segments; function objects, which `ref.func`,
  //                         tables and exports make; instances of components, by definition
  //   host_value_bytes      values on their way to the host, and handles on their way through one
  //                         call
  //   instances, handles    by number
  //
  // Waitables, streams, futures and threads of the Component Model are not run yet.
  std::size_t stack_bytes = std::size_t{64} << 20;           ///< of one thread of execution
  std::uint64_t memory_bytes = std::uint64_t{1} << 36;       ///< all memories of a store together
  std::uint64_t table_elements = 10'000'000;                 ///< of one table
  std::uint64_t store_table_elements = 20'000'000;           ///< all tables of a store together
  std::uint64_t heap_bytes = std::uint64_t{1} << 32;         ///< objects of a store
  std::uint64_t bookkeeping_bytes = std::uint64_t{1} << 30;  ///< of a store; see above
  std::uint32_t instances = 100'000;                         ///< core instances of a store
  std::uint32_t handles = 1 << 28;                           ///< of one component instance's table
  std::uint64_t host_value_bytes = std::uint64_t{1} << 28;   ///< lifted for the host in one call
};

}  // namespace airlock
