// Floating-point semantics (specification: Execution, Numerics, Floating-Point Operations). `F` is
// float or double. The hardware computes what the specification requires: a NaN operand yields a
// quiet NaN with the same payload, an invalid operation the canonical NaN (of either sign). The
// functions here only correct what the C++ library does differently.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace airlock::runtime::semantics {

/// The integer type as wide as a floating-point type.
template <typename F>
using BitsOf = std::conditional_t<sizeof(F) == 4, std::uint32_t, std::uint64_t>;

template <typename F>
inline constexpr BitsOf<F> sign_bit = BitsOf<F>{1} << (8 * sizeof(F) - 1);

template <typename F>
constexpr F add_float(F a, F b) {
  return a + b;
}
template <typename F>
constexpr F subtract_float(F a, F b) {
  return a - b;
}
template <typename F>
constexpr F multiply_float(F a, F b) {
  return a * b;
}
/// IEEE 754 division: by zero it is an infinity or a NaN.
template <typename F>
constexpr F divide_float(F a, F b) {
  return a / b;
}

/// A NaN operand makes the result NaN, and -0 is less than +0.
template <typename F>
constexpr F minimum(F a, F b) {
  if (a != a || b != b) return a + b;  // the addition quiets a signalling NaN
  if (a == b) return std::bit_cast<F>(std::bit_cast<BitsOf<F>>(a) | std::bit_cast<BitsOf<F>>(b));
  return a < b ? a : b;
}
template <typename F>
constexpr F maximum(F a, F b) {
  if (a != a || b != b) return a + b;
  if (a == b) return std::bit_cast<F>(std::bit_cast<BitsOf<F>>(a) & std::bit_cast<BitsOf<F>>(b));
  return a > b ? a : b;
}

// These three work on the bits, NaNs included.
template <typename F>
constexpr F absolute(F a) {
  return std::bit_cast<F>(static_cast<BitsOf<F>>(std::bit_cast<BitsOf<F>>(a) & ~sign_bit<F>));
}
template <typename F>
constexpr F negate(F a) {
  return std::bit_cast<F>(static_cast<BitsOf<F>>(std::bit_cast<BitsOf<F>>(a) ^ sign_bit<F>));
}
template <typename F>
constexpr F copy_sign(F a, F b) {
  return std::bit_cast<F>(static_cast<BitsOf<F>>((std::bit_cast<BitsOf<F>>(a) & ~sign_bit<F>) |
                                                 (std::bit_cast<BitsOf<F>>(b) & sign_bit<F>)));
}

/// The library's roundings may return a signalling NaN; the specification requires a quiet one.
template <typename F>
constexpr F quiet(F a) {
  constexpr BitsOf<F> quiet_bit = BitsOf<F>{1} << (std::numeric_limits<F>::digits - 2);
  return a != a ? std::bit_cast<F>(static_cast<BitsOf<F>>(std::bit_cast<BitsOf<F>>(a) | quiet_bit))
                : a;
}

template <typename F>
inline F ceiling(F a) {
  return quiet(std::ceil(a));
}
template <typename F>
inline F floor(F a) {
  return quiet(std::floor(a));
}
template <typename F>
inline F truncate(F a) {
  return quiet(std::trunc(a));
}
/// Rounds to the nearest integer, ties to even. The current rounding mode is always this one,
/// because nothing changes it.
template <typename F>
inline F nearest(F a) {
  return quiet(std::nearbyint(a));
}
template <typename F>
inline F square_root(F a) {
  return std::sqrt(a);
}

// Comparisons: 1 or 0; with a NaN operand all are 0 but `ne`.
template <typename F>
constexpr std::uint32_t equal_float(F a, F b) {
  return a == b;
}
template <typename F>
constexpr std::uint32_t not_equal_float(F a, F b) {
  return a != b;
}
template <typename F>
constexpr std::uint32_t less_float(F a, F b) {
  return a < b;
}
template <typename F>
constexpr std::uint32_t greater_float(F a, F b) {
  return a > b;
}
template <typename F>
constexpr std::uint32_t less_equal_float(F a, F b) {
  return a <= b;
}
template <typename F>
constexpr std::uint32_t greater_equal_float(F a, F b) {
  return a >= b;
}

}  // namespace airlock::runtime::semantics
