// The result of a semantic function that may trap.
#pragma once

#include "runtime/trap.hpp"

namespace airlock::runtime::semantics {

/// A value or a trap. A plain pair, so that it costs nothing when the function is inlined into a
/// handler.
template <typename T>
struct Checked {
  T value{};
  TrapCode trap = TrapCode::none;

  constexpr Checked(T result) : value(result) {}
  constexpr Checked(TrapCode code) : trap(code) {}
  [[nodiscard]] constexpr bool has_value() const { return trap == TrapCode::none; }
};

}  // namespace airlock::runtime::semantics
