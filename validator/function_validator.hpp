// Validation of one function body or constant expression (specification: Validation, Instructions;
// Appendix, Validation Algorithm), as a template over the consumer of valid instructions.
#pragma once

#include "decoder/error.hpp"
#include "decoder/limits.hpp"
#include "decoder/module.hpp"
#include "validator/function_checker.hpp"
#include "validator/module_validator.hpp"
#include "validator/sink.hpp"

namespace airlock::validator {

/// Validates the body of defined function number `index` (without the imported ones) and passes
/// each valid instruction to `sink`. One checker for many bodies reuses its memory.
template <Sink S>
[[nodiscard]] Result<void> validate_function(const ModuleContext& context, FunctionChecker& checker,
                                             std::uint32_t index, S& sink) {
  if (!checker.begin_function(index)) return std::unexpected(checker.take_error());
  decoder::InstructionReader reader(context.module.functions[index].body, context.limits);
  decoder::Instruction instruction;
  do {
    if (!reader.next(instruction)) return std::unexpected(checker.located(reader.error()));
    const bool live = checker.is_live();
    if (!checker.check(instruction)) return std::unexpected(checker.take_error());
    if (checker.is_shown()) sink.instruction(instruction, live);
  } while (!checker.finished());
  if (reader.at_end()) return {};
  return std::unexpected(checker.located({.kind = ErrorKind::malformed,
                                          .message = "section size mismatch",
                                          .offset = reader.offset()}));
}

template <Sink S>
[[nodiscard]] Result<void> validate_function(const ModuleContext& context, std::uint32_t index,
                                             S& sink) {
  FunctionChecker checker(context);
  return validate_function(context, checker, index, sink);
}

}  // namespace airlock::validator
