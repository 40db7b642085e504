// What a core module's imports are given beyond WASI: exports of other modules, and stand-ins.
#pragma once

#include "cli/run/guest.hpp"
#include "runtime/linker.hpp"

namespace airlock::cli {

/// Instantiates the modules of `--preload`, in their order, each of which may import from WASI and
/// from those before it, and gives their exports to what follows. `trap` tells more of an error of
/// kind `trap`.
[[nodiscard]] Result<void> preload(const Guest& guest, runtime::Linker& linker,
                                   runtime::Trap& trap);

/// Lets `--unknown-imports` have its way with what nothing is known for: functions that trap when
/// they are called, or give zeros; memories, tables and globals of zeros.
void stand_in_for_unknown_imports(const Guest& guest, runtime::Linker& linker);

/// Instantiates and initializes a module. An unknown import is explained, as far as its name tells
/// what made the module.
[[nodiscard]] Result<runtime::Instance*> instantiate(
    const std::shared_ptr<const runtime::CompiledModule>& module, runtime::Linker& linker,
    runtime::Trap& trap);

}  // namespace airlock::cli
