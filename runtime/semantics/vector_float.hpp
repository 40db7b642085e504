// Floating-point operations on vectors (specification: Execution, Numerics, Floating-Point
// Operations). `F` is float or double; each lane is computed as `floating_point.hpp` computes a
// scalar.
#pragma once

#include "runtime/semantics/vector.hpp"

namespace airlock::runtime::semantics::vector {

namespace generic {

template <typename F>
inline V128 ceiling(V128 a) {
  return map<F>(a, semantics::ceiling<F>);
}
template <typename F>
inline V128 floor(V128 a) {
  return map<F>(a, semantics::floor<F>);
}
template <typename F>
inline V128 truncate(V128 a) {
  return map<F>(a, semantics::truncate<F>);
}
template <typename F>
inline V128 nearest(V128 a) {
  return map<F>(a, semantics::nearest<F>);
}
template <typename F>
inline V128 square_root(V128 a) {
  return map<F>(a, semantics::square_root<F>);
}

template <typename F>
inline V128 pseudo_minimum(V128 a, V128 b) {
  return zip<F>(a, b, [](F x, F y) { return y < x ? y : x; });
}
template <typename F>
inline V128 pseudo_maximum(V128 a, V128 b) {
  return zip<F>(a, b, [](F x, F y) { return x < y ? y : x; });
}

}  // namespace generic

template <typename F>
inline V128 add_float(V128 a, V128 b) {
  return from_lanes(lanes<F>(a) + lanes<F>(b));
}
template <typename F>
inline V128 subtract_float(V128 a, V128 b) {
  return from_lanes(lanes<F>(a) - lanes<F>(b));
}
template <typename F>
inline V128 multiply_float(V128 a, V128 b) {
  return from_lanes(lanes<F>(a) * lanes<F>(b));
}
template <typename F>
inline V128 divide_float(V128 a, V128 b) {
  return from_lanes(lanes<F>(a) / lanes<F>(b));
}

// These two work on the bits, NaNs included.
template <typename F>
inline V128 absolute_float(V128 a) {
  return from_lanes(lanes<BitsOf<F>>(a) & ~sign_bit<F>);
}
template <typename F>
inline V128 negate_float(V128 a) {
  return from_lanes(lanes<BitsOf<F>>(a) ^ sign_bit<F>);
}

/// A NaN operand makes the result NaN, and -0 is less than +0.
template <typename F>
inline V128 minimum_float(V128 a, V128 b) {
  const Lanes<F> x = lanes<F>(a);
  const Lanes<F> y = lanes<F>(b);
  const Lanes<F> ordered = x == y ? lanes<F>(a | b) : (x < y ? x : y);
  const auto unordered = (x != x) | (y != y);
  return from_lanes(unordered ? x + y : ordered);  // the addition quiets a signalling NaN
}
template <typename F>
inline V128 maximum_float(V128 a, V128 b) {
  const Lanes<F> x = lanes<F>(a);
  const Lanes<F> y = lanes<F>(b);
  const Lanes<F> ordered = x == y ? lanes<F>(a & b) : (x > y ? x : y);
  const auto unordered = (x != x) | (y != y);
  return from_lanes(unordered ? x + y : ordered);
}
/// The pseudo-minimum and -maximum, as in C: `b < a ? b : a`.
template <typename F>
inline V128 pseudo_minimum(V128 a, V128 b) {
#if AIRLOCK_SSE41
  if constexpr (sizeof(F) == 4)
    return from_lanes(_mm_min_ps(native_f32(b), native_f32(a)));
  else
    return from_lanes(_mm_min_pd(native_f64(b), native_f64(a)));
#else
  return generic::pseudo_minimum<F>(a, b);
#endif
}
template <typename F>
inline V128 pseudo_maximum(V128 a, V128 b) {
#if AIRLOCK_SSE41
  if constexpr (sizeof(F) == 4)
    return from_lanes(_mm_max_ps(native_f32(b), native_f32(a)));
  else
    return from_lanes(_mm_max_pd(native_f64(b), native_f64(a)));
#else
  return generic::pseudo_maximum<F>(a, b);
#endif
}

#if AIRLOCK_SSE41
/// Rounds to an integer in the direction given; a signalling NaN becomes quiet.
template <typename F, int direction>
inline V128 round(V128 a) {
  if constexpr (sizeof(F) == 4)
    return from_lanes(_mm_round_ps(native_f32(a), direction | _MM_FROUND_NO_EXC));
  else
    return from_lanes(_mm_round_pd(native_f64(a), direction | _MM_FROUND_NO_EXC));
}
#endif

template <typename F>
inline V128 ceiling(V128 a) {
#if AIRLOCK_SSE41
  return round<F, _MM_FROUND_TO_POS_INF>(a);
#else
  return generic::ceiling<F>(a);
#endif
}
template <typename F>
inline V128 floor(V128 a) {
#if AIRLOCK_SSE41
  return round<F, _MM_FROUND_TO_NEG_INF>(a);
#else
  return generic::floor<F>(a);
#endif
}
template <typename F>
inline V128 truncate(V128 a) {
#if AIRLOCK_SSE41
  return round<F, _MM_FROUND_TO_ZERO>(a);
#else
  return generic::truncate<F>(a);
#endif
}
/// Rounds to the nearest integer, ties to even.
template <typename F>
inline V128 nearest(V128 a) {
#if AIRLOCK_SSE41
  return round<F, _MM_FROUND_TO_NEAREST_INT>(a);
#else
  return generic::nearest<F>(a);
#endif
}
template <typename F>
inline V128 square_root(V128 a) {
#if AIRLOCK_SSE41
  if constexpr (sizeof(F) == 4)
    return from_lanes(_mm_sqrt_ps(native_f32(a)));
  else
    return from_lanes(_mm_sqrt_pd(native_f64(a)));
#else
  return generic::square_root<F>(a);
#endif
}

}  // namespace airlock::runtime::semantics::vector
