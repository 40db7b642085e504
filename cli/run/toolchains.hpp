// What unknown imports reveal about the toolchain that made a module.
#pragma once

#include <span>
#include <string>

#include "decoder/module.hpp"

namespace airlock::cli {

/// Which toolchain the names of imports come from, and what to do instead: a line for each that is
/// recognized, without a newline at the end; empty if none is.
/// @param unknown imports of the module that nothing defines
[[nodiscard]] std::string advice_on_imports(std::span<const decoder::Import* const> unknown,
                                            const decoder::Module& module);

}  // namespace airlock::cli
