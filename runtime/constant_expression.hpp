// Evaluation of constant expressions (specification: Validation, Constant Expressions).
#pragma once

#include <array>

#include "decoder/error.hpp"
#include "decoder/module.hpp"
#include "runtime/instance.hpp"
#include "runtime/slot.hpp"

namespace airlock::runtime {

/// Evaluates a validated constant expression in an instance whose imports, and whose globals before
/// the one being initialized, are in place.
/// @return the value, a v128 in two slots; `ErrorKind::unsupported` names an instruction that
///   cannot be evaluated yet (allocation of garbage-collected objects)
[[nodiscard]] Result<std::array<Slot, 2>> evaluate_constant(Instance& instance,
                                                            const decoder::Expression& expression,
                                                            const Limits& limits);

}  // namespace airlock::runtime
