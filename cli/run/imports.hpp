// What a core module's imports are given beyond WASI: exports of other modules, and substitutes.
#pragma once

#include "cli/run/guest.hpp"
#include "runtime/linker.hpp"

namespace airlock::cli {

/// Instantiates the modules of `--preload`, in their order, each of which may import from WASI and
/// from those before it, and gives their exports to what follows. `trap` tells more of an error of
/// kind `trap`.
[[nodiscard]] Result<void> preload(const Guest& guest, runtime::Linker& linker,
                                   runtime::Trap& trap);

/// Defines imports that nothing else defines, as `--unknown-imports` says: functions that trap when
/// they are called, or give zeros; memories, tables and globals of zeros.
void stand_in_for_unknown_imports(const Guest& guest, runtime::Linker& linker);

/// Instantiates and initializes a module. The error for an unknown import has advice if its name
/// shows which toolchain made the module.
[[nodiscard]] Result<runtime::Instance*> instantiate(
    const std::shared_ptr<const runtime::CompiledModule>& module, runtime::Linker& linker,
    runtime::Trap& trap);

}  // namespace airlock::cli
