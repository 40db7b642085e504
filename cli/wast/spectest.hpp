// The host module `spectest` that scripts import (the reference interpreter's README, "Scripts").
#pragma once

#include "decoder/error.hpp"
#include "runtime/linker.hpp"

namespace airlock::cli {

/// Defines all of `spectest` in a linker. What its functions print goes nowhere.
[[nodiscard]] Result<void> define_spectest(runtime::Linker& linker);

}  // namespace airlock::cli
