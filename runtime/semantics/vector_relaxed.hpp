// Relaxed vector instructions (specification: Execution, Numerics, Relaxed Operations). Where the
// specification leaves a choice, Airlock makes that of the deterministic profile, which is the
// first of the list. With it, most are the same as an instruction that is not relaxed; the others
// are here.
#pragma once

#include "runtime/semantics/vector_float.hpp"
#include "runtime/semantics/vector_integer.hpp"

namespace airlock::runtime::semantics::vector {

/// `a * b + c`, rounded twice.
template <typename F>
inline V128 multiply_add(V128 a, V128 b, V128 c) {
  return add_float<F>(multiply_float<F>(a, b), c);
}
/// `-a * b + c`, rounded twice.
template <typename F>
inline V128 negated_multiply_add(V128 a, V128 b, V128 c) {
  return multiply_add<F>(negate_float<F>(a), b, c);
}

namespace generic {

inline V128 relaxed_dot(V128 a, V128 b) {
  const auto x = lanes<std::int8_t>(a);
  const auto y = lanes<std::int8_t>(b);
  Lanes<std::int16_t> result{};
  for (std::size_t i = 0; i < 8; ++i)
    result[i] = saturate<std::int16_t>(x[2 * i] * y[2 * i] + x[2 * i + 1] * y[2 * i + 1]);
  return from_lanes(result);
}

}  // namespace generic

/// Products of signed bytes, each two neighbours added up and saturated to 16 bits.
inline V128 relaxed_dot(V128 a, V128 b) {
#if AIRLOCK_SSE41
  const V128 low = multiply_low<std::int8_t>(a, b);
  const V128 high = multiply_high<std::int8_t>(a, b);
  return from_lanes(_mm_hadds_epi16(native(low), native(high)));
#else
  return generic::relaxed_dot(a, b);
#endif
}

/// The same, neighbours added up once more, and added to lanes of 32 bits.
inline V128 relaxed_dot_add(V128 a, V128 b, V128 c) {
  return add<std::uint32_t>(add_pairwise<std::int16_t>(relaxed_dot(a, b)), c);
}

}  // namespace airlock::runtime::semantics::vector
