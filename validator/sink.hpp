// The consumer of a function's instructions while the function is validated.
#pragma once

#include <concepts>

#include "decoder/instruction.hpp"

namespace airlock::validator {

/// A consumer of validated instructions: the translator, or `NullSink`.
///
/// `instruction(i, live)` is called once for each instruction, after it was checked:
/// - not for instructions in dead code (after `br`, `return`, `unreachable` …), nor for any part of
///   a block that begins in dead code;
/// - always for the `else`, `end`, `catch` … of a block that began live; `live` is whether the code
///   just before it can be reached. The last call is the `end` of the function.
/// For all other instructions `live` is true.
///
/// So a sink can track the operand stack exactly: it never sees a polymorphic stack.
template <typename S>
concept Sink = requires(S& sink, const decoder::Instruction& instruction, bool live) {
  sink.instruction(instruction, live);
};

/// Validates only.
struct NullSink {
  void instruction(const decoder::Instruction&, bool) {}
};

}  // namespace airlock::validator
