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

/// Whether anything outside of an instance whose instantiation has failed may lead to it: a
/// function of it in a table that it imports, a reference that its start function may have handed
/// on, a handle of the host. If not, all that it holds can be given back at once.
/// @param has_run whether the start function has been called
[[nodiscard]] bool may_be_known(const Instance& instance, bool has_run);

/// A table within the bounds of the engine's `Limits` and the store's budget.
[[nodiscard]] Result<std::unique_ptr<Table>> allocate_table(Store& store,
                                                            const decoder::TableType& type,
                                                            Slot initial);
/// A memory within the same bounds.
[[nodiscard]] Result<std::unique_ptr<Memory>> allocate_memory(Store& store,
                                                              const decoder::MemoryType& type);

}  // namespace airlock::runtime
