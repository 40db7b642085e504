// Passes a binary through all parts of Airlock.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "decoder/error.hpp"
#include "decoder/limits.hpp"

namespace airlock::spec_tests {

/// Small limits, so that no input can take much time or memory.
[[nodiscard]] Limits exercise_limits();

/// Reads, validates, translates, instantiates and runs a core module or component: its start
/// function and every exported function whose parameters are numbers (zeros), or that has none.
/// Imported functions return zeros. Every run has a small amount of fuel.
/// @return the first error, or nothing if all went well; it must not crash for any input
[[nodiscard]] std::optional<Error> exercise(std::span<const std::byte> binary);

}  // namespace airlock::spec_tests
