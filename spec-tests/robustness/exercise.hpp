// Does everything with a binary that Airlock can do with it.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "decoder/error.hpp"
#include "decoder/limits.hpp"

namespace airlock::spec_tests {

/// Tight bounds, so that no input can take long or much memory.
[[nodiscard]] Limits exercise_limits();

/// Reads, validates, translates, instantiates and runs a core module or component: its start
/// function and every export that takes nothing or numbers (which are zero). Imports of functions
/// are given ones that answer zero. Every run has a small amount of fuel.
/// @return what went wrong first, or nothing if all went well; it must not crash, whatever the
/// input
[[nodiscard]] std::optional<Error> exercise(std::span<const std::byte> binary);

}  // namespace airlock::spec_tests
