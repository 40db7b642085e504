// Core instances and what they hold (specification: Execution, Runtime Structure).
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "decoder/module.hpp"
#include "runtime/engine.hpp"
#include "runtime/function.hpp"
#include "runtime/memory.hpp"
#include "runtime/slot.hpp"

namespace airlock::runtime {

class Store;

struct Table {
  decoder::TableType type;  ///< indexed heap types hold canonical numbers
  std::vector<Slot> elements;
  std::uint64_t maximum = 0;
};

/// A global whose storage may lie in an instance's own array (`storage`) or here (`own`).
struct Global {
  decoder::GlobalType type;  ///< indexed heap types hold canonical numbers
  Slot* storage = nullptr;   ///< two slots for a v128
  Slot own[2] = {};
};

struct Tag {
  TypeId type = 0;
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
};

/// A core instance. The first members are read by handlers at fixed offsets, through the pinned
/// instance register. Instantiating costs nothing per function: `Function` objects of defined
/// functions are made when first referred to.
struct Instance {
  Memory* memory0 = nullptr;       ///< memories[0], or null
  Slot* globals = nullptr;         ///< storage of the defined globals
  Slot** global_cells = nullptr;   ///< storage of every global of the index space
  Table** tables = nullptr;
  Memory** memories = nullptr;
  Function** imported_functions = nullptr;
  const TypeId* type_ids = nullptr;  ///< canonical type of every type index
  Store* store = nullptr;
  std::shared_ptr<const CompiledModule> module;
  /// What traces call this instance: the component path, or the module's name.
  std::string path;
  /// The component instance this core instance belongs to; null outside components.
  void* component = nullptr;

  std::vector<bool> dropped_elements;
  std::vector<bool> dropped_data;

  ~Instance();

  /// The function instance of an index, made if it does not exist yet.
  [[nodiscard]] Function* function(std::uint32_t index);
  /// An export by name; false if there is none.
  [[nodiscard]] bool find_export(std::string_view name, External& out);

  // Owning storage behind the pointers above; see instance.cpp.
  struct Storage;
  std::unique_ptr<Storage> storage;
};

}  // namespace airlock::runtime
