// Instantiation of a core module (specification: Execution, Modules, Instantiation).
#pragma once

#include <array>
#include <memory>
#include <span>
#include <string>

#include "decoder/error.hpp"
#include "runtime/instance.hpp"

namespace airlock::runtime {

/// The steps that do not change the store: imports are checked, memories, tables and globals
/// allocated and all constant expressions evaluated. A failure here leaves no trace.
[[nodiscard]] Result<std::unique_ptr<Instance>> allocate_instance(
    Store& store, std::shared_ptr<const CompiledModule> module, std::span<const External> imports,
    std::string path);

/// The steps that other instances can see: active element segments, then active data segments. The
/// instance must already belong to the store, because its functions stay in tables even if this
/// traps.
[[nodiscard]] Result<void> run_active_segments(Instance& instance);

/// A table within the bounds of the engine's `Limits` and the store's budget.
[[nodiscard]] Result<std::unique_ptr<Table>> allocate_table(Store& store,
                                                            const decoder::TableType& type,
                                                            Slot initial);
/// A memory within the same bounds.
[[nodiscard]] Result<std::unique_ptr<Memory>> allocate_memory(Store& store,
                                                              const decoder::MemoryType& type);

}  // namespace airlock::runtime
