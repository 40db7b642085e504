// How many operands an instruction takes and how many results it leaves, without their types: what
// the printer needs to fold instructions. Modules need not be valid.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "decoder/instruction.hpp"
#include "decoder/module.hpp"

namespace airlock::decoder {

struct StackEffect {
  std::uint64_t operands = 0;
  std::uint64_t results = 0;  ///< none behind an unconditional branch
};

/// The values a branch to a label takes with it, for each label around an instruction, the
/// innermost last and the function's own first. Unknown where the module is not valid.
using LabelArities = std::span<const std::optional<std::uint32_t>>;

/// The parameters and results of a block, if its type exists.
[[nodiscard]] std::optional<StackEffect> block_effect(const Module& module, const BlockType& type);

/// The parameters and results of a function type, if it is one.
[[nodiscard]] std::optional<StackEffect> function_effect(const Module& module, std::uint32_t type);

/// The effect of an instruction that neither opens, divides nor ends a block, if what its
/// immediates refer to exists.
[[nodiscard]] std::optional<StackEffect> stack_effect(const Module& module,
                                                      const Instruction& instruction,
                                                      LabelArities labels);

}  // namespace airlock::decoder
