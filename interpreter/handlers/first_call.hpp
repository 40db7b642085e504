// The handler in a function's stub.
#pragma once

#include "interpreter/registers.hpp"

namespace airlock::interpreter {

/// Translates the function on its first call. Operand: its `FunctionCode` (wide).
[[nodiscard]] Handler first_call_handler();

}  // namespace airlock::interpreter
