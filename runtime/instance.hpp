// Core instances and what they hold (specification: Execution, Runtime Structure).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "decoder/module.hpp"
#include "runtime/engine.hpp"
#include "runtime/exception.hpp"
#include "runtime/function.hpp"
#include "runtime/memory.hpp"
#include "runtime/slot.hpp"
#include "runtime/trap.hpp"

namespace airlock::runtime {

class Marker;
class Store;

/// The limit on the elements of all tables of a store together, and their number.
struct TableBudget {
  std::uint64_t limit = 0;  ///< elements
  std::uint64_t used = 0;   ///< elements
};

/// A table instance. `elements` is read and written by handlers; only `grow` changes its size.
struct Table {
  Table() = default;
  ~Table();
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  decoder::TableType type;  ///< indexed heap types hold canonical numbers
  std::vector<Slot> elements;
  std::uint64_t maximum = 0;  ///< the smaller of the declared one and `Limits::table_elements`
  TableBudget* budget = nullptr;

  /// Grows by `delta` elements. @return the old size, or -1 if it cannot grow
  [[nodiscard]] std::int64_t grow(std::uint64_t delta, Slot value);

  /// Whether `[index, index + length)` is inside the table.
  [[nodiscard]] bool contains(std::uint64_t index, std::uint64_t length) const {
    return length <= elements.size() && index <= elements.size() - length;
  }
};

/// A global. Its storage is in an array of an instance, or here (`own`).
struct Global {
  decoder::GlobalType type;  ///< indexed heap types hold canonical numbers
  Slot* storage = nullptr;   ///< two slots for a v128
  Slot own[2] = {};
};

/// An export or import of a core instance.
struct External {
  decoder::ExternKind kind = decoder::ExternKind::function;
  union {
    Function* function;
    Table* table;
    Memory* memory;
    Global* global;
    Tag* tag;
  };

  [[nodiscard]] static External of(Function* it) {
    return {.kind = decoder::ExternKind::function, .function = it};
  }
  [[nodiscard]] static External of(Table* it) {
    return {.kind = decoder::ExternKind::table, .table = it};
  }
  [[nodiscard]] static External of(Memory* it) {
    return {.kind = decoder::ExternKind::memory, .memory = it};
  }
  [[nodiscard]] static External of(Global* it) {
    return {.kind = decoder::ExternKind::global, .global = it};
  }
  [[nodiscard]] static External of(Tag* it) {
    return {.kind = decoder::ExternKind::tag, .tag = it};
  }
};

/// A core instance. The first members are read by handlers at fixed offsets, through the pinned
/// instance register. Instantiating costs nothing per function: `Function` objects of defined
/// functions are made when first referred to.
struct Instance {
  Memory* memory0 = nullptr;      ///< memories[0], or null
  Slot* globals = nullptr;        ///< storage of the defined globals, in order; a v128 takes two
  Slot** global_cells = nullptr;  ///< storage of every global of the index space
  Table** tables = nullptr;
  Memory** memories = nullptr;
  Tag** tags = nullptr;
  Function** imported_functions = nullptr;
  const TypeId* type_ids = nullptr;  ///< canonical type of every type index
  Store* store = nullptr;
  std::shared_ptr<const CompiledModule> module;
  /// What traces call this instance: the component path, or the module's name.
  std::string path;
  /// Whether the host has got hold of it while it called the host.
  bool is_known_to_host = false;

  std::vector<bool> dropped_elements;
  std::vector<bool> dropped_data;

  Instance();
  ~Instance();
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  /// The function instance of an index, made if it does not exist yet. Null if there is no room for
  /// it (`Limits::bookkeeping_bytes`).
  [[nodiscard]] Function* function(std::uint32_t index);
  /// The global of an index, with its type; made if it does not exist yet.
  [[nodiscard]] Global* global(std::uint32_t index);

  /// An export by name; false if there is none.
  [[nodiscard]] bool find_export(std::string_view name, External& out);
  /// An entity of the index spaces.
  [[nodiscard]] External external(decoder::ExternKind kind, std::uint32_t index);

  /// `table.init`: copies `[source, source + count)` of an element segment into a table.
  /// @return `TrapCode::none`, `out_of_bounds_table_access` (nothing is written then), or
  ///   `out_of_memory`
  [[nodiscard]] TrapCode initialize_table(std::uint32_t table, std::uint32_t segment,
                                          std::uint64_t destination, std::uint64_t source,
                                          std::uint64_t count);
  /// `memory.init`. @return `TrapCode::none`, or `out_of_bounds_memory_access`
  [[nodiscard]] TrapCode initialize_memory(std::uint32_t memory, std::uint32_t segment,
                                           std::uint64_t destination, std::uint64_t source,
                                           std::uint64_t count);
  /// Copies elements of a segment; the range must be inside it.
  /// False if there is no room for the functions that they refer to.
  /// @param to eight bytes for each
  [[nodiscard]] bool read_elements(std::uint32_t segment, std::uint64_t source, std::uint64_t count,
                                   std::byte* to);
  /// Number of elements of a segment: zero after it was dropped.
  [[nodiscard]] std::uint64_t element_segment_size(std::uint32_t segment) const;
  /// Bytes of a data segment: empty after it was dropped.
  [[nodiscard]] decoder::Bytes data_segment(std::uint32_t segment) const;
  void drop_elements(std::uint32_t segment);
  void drop_data(std::uint32_t segment) { dropped_data[segment] = true; }

  /// Passes the references in its own tables, globals and element segments to the collector. May be
  /// called while the instance is still being allocated.
  void trace(Marker& marker) const;

  // Owns what the pointers above point to; see instance_storage.hpp.
  struct Storage;
  std::unique_ptr<Storage> storage;
};

}  // namespace airlock::runtime
