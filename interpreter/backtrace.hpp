// Wasm backtraces: found by walking the return records of a stack.
#pragma once

#include <vector>

#include "interpreter/frames.hpp"
#include "runtime/trap.hpp"

namespace airlock::interpreter {

/// How many frames a backtrace keeps; frames further out are left out.
inline constexpr std::size_t backtrace_frames = 64;

/// The frames from a position outwards.
/// @param is_return the position is after a call, not at the instruction that trapped
[[nodiscard]] std::vector<runtime::BacktraceFrame> backtrace(const Cell* code, bool is_return,
                                                             Slot* frame, Instance* instance);

}  // namespace airlock::interpreter
