// How many operands an instruction pops and how many results it pushes, without their types. The
// printer needs this to fold instructions. Modules need not be valid.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "decoder/instruction.hpp"
#include "decoder/module.hpp"

namespace airlock::decoder {

struct StackEffect {
  std::uint64_t operands = 0;
  std::uint64_t results = 0;  ///< none after an unconditional branch
};

/// The number of values that a branch to a label takes, for each label around an instruction: the
/// function's own first, the innermost last. Unknown if the module is not valid.
using LabelArities = std::span<const std::optional<std::uint32_t>>;

/// The parameters and results of a block, if its type exists.
[[nodiscard]] std::optional<StackEffect> block_effect(const Module& module, const BlockType& type);

/// The parameters and results of a function type, if it is one.
[[nodiscard]] std::optional<StackEffect> function_effect(const Module& module, std::uint32_t type);

/// The effect of an instruction that does not begin, divide or end a block. None if its immediates
/// refer to something that does not exist.
[[nodiscard]] std::optional<StackEffect> stack_effect(const Module& module,
                                                      const Instruction& instruction,
                                                      LabelArities labels);

}  // namespace airlock::decoder
