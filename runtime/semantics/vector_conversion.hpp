// Conversions between lanes of integers and of floating-point numbers (specification: Execution,
// Numerics, Conversions).
#pragma once

#include "runtime/semantics/conversion.hpp"
#include "runtime/semantics/vector.hpp"

namespace airlock::runtime::semantics::vector {

namespace generic {

template <typename Integer, typename F>
inline V128 truncate_saturating(V128 a) {
  const Lanes<F> x = lanes<F>(a);
  Lanes<std::uint32_t> result{};
  for (std::size_t i = 0; i < lane_count<F>; ++i)
    result[i] = truncate_saturating_to<Integer, F>(x[i]);
  return from_lanes(result);
}

}  // namespace generic

#if AIRLOCK_SSE41
// The host's truncations return 0x80000000 for a value that does not fit.
namespace sse41 {

inline V128 truncate_f32_signed(V128 a) {
  const __m128 x = native_f32(a);
  const __m128 no_nan = _mm_and_ps(x, _mm_cmpord_ps(x, x));
  const __m128i too_great = _mm_castps_si128(_mm_cmpge_ps(x, _mm_set1_ps(0x1p31F)));
  // If a value is too large, all bits are flipped, which makes the largest integer.
  return from_lanes(_mm_xor_si128(_mm_cvttps_epi32(no_nan), too_great));
}

inline V128 truncate_f32_unsigned(V128 a) {
  // The result is the sum of two parts, each below 2^31: what is below, and what is above it.
  const __m128 limit = _mm_set1_ps(0x1p31F);
  const __m128 x = _mm_max_ps(native_f32(a), _mm_setzero_ps());  // a NaN becomes zero
  const __m128 rest = _mm_sub_ps(x, limit);
  const __m128i too_great = _mm_castps_si128(_mm_cmpge_ps(rest, limit));
  const __m128i above =
      _mm_max_epi32(_mm_xor_si128(_mm_cvttps_epi32(rest), too_great), _mm_setzero_si128());
  return from_lanes(_mm_add_epi32(_mm_cvttps_epi32(x), above));
}

inline V128 truncate_f64_signed(V128 a) {
  // For a NaN the limit is zero: `min` returns its second operand for a NaN.
  const __m128d x = native_f64(a);
  const __m128d limit = _mm_and_pd(_mm_cmpord_pd(x, x), _mm_set1_pd(0x7fffffff));
  return from_lanes(_mm_cvttpd_epi32(_mm_min_pd(x, limit)));
}

inline V128 truncate_f64_unsigned(V128 a) {
  __m128d x = _mm_max_pd(native_f64(a), _mm_setzero_pd());
  x = _mm_min_pd(x, _mm_set1_pd(0xffffffff));
  // From 2^52 on, the significand has no fractional bits, so the low half is the integer.
  x = _mm_add_pd(_mm_round_pd(x, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC), _mm_set1_pd(0x1p52));
  return from_lanes(_mm_shuffle_ps(_mm_castpd_ps(x), _mm_setzero_ps(), _MM_SHUFFLE(0, 0, 2, 0)));
}

}  // namespace sse41
#endif

/// Truncates to integers of 32 bits, saturating; a NaN becomes zero. Lanes of 64 bits fill the
/// lower half, and the upper is zero.
template <typename Integer, typename F>
inline V128 truncate_saturating(V128 a) {
#if AIRLOCK_SSE41
  if constexpr (sizeof(F) == 4)
    return std::is_signed_v<Integer> ? sse41::truncate_f32_signed(a)
                                     : sse41::truncate_f32_unsigned(a);
  else
    return std::is_signed_v<Integer> ? sse41::truncate_f64_signed(a)
                                     : sse41::truncate_f64_unsigned(a);
#else
  return generic::truncate_saturating<Integer, F>(a);
#endif
}

/// Integers of 32 bits to the nearest f32.
template <typename Integer>
inline V128 convert_to_f32(V128 a) {
  return from_lanes(__builtin_convertvector(lanes<Integer>(a), Lanes<float>));
}
/// The lower two integers of 32 bits to f64, exactly.
template <typename Integer>
inline V128 convert_low_to_f64(V128 a) {
  return from_lanes(__builtin_convertvector(low_half<Integer>(a), Lanes<double>));
}

/// Two f64 to f32 in the lower half; the upper is zero.
inline V128 demote_zero(V128 a) {
#if AIRLOCK_SSE41
  return from_lanes(_mm_cvtpd_ps(native_f64(a)));
#else
  const auto narrow = __builtin_convertvector(lanes<double>(a), HalfLanes<float>);
  return V128{std::bit_cast<std::uint64_t>(narrow), 0};
#endif
}
/// The lower two f32 to f64.
inline V128 promote_low(V128 a) {
  return from_lanes(__builtin_convertvector(low_half<float>(a), Lanes<double>));
}

}  // namespace airlock::runtime::semantics::vector
