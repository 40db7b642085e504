// The interpreter as the runtime knows it.
#pragma once

#include <memory>

#include "runtime/executor.hpp"

namespace airlock::interpreter {

/// The interpreter: an execution engine for `runtime::Engine`. It has no state of its own.
[[nodiscard]] std::unique_ptr<runtime::Executor> make_executor();

}  // namespace airlock::interpreter
