// Lanes: taking vectors apart and putting them together (specification: Execution, Vector
// Instructions, and Numerics, Vector Operations). `T` is the type of a lane.
#pragma once

#include "runtime/semantics/vector_integer.hpp"

namespace airlock::runtime::semantics::vector {

namespace generic {

inline V128 swizzle(V128 a, V128 indices) {
  const auto x = lanes<std::uint8_t>(a);
  return map<std::uint8_t>(indices, [&](std::uint8_t i) { return i < 16 ? x[i] : 0; });
}
inline V128 shuffle(V128 a, V128 b, V128 indices) {
  const auto x = lanes<std::uint8_t>(a);
  const auto y = lanes<std::uint8_t>(b);
  return map<std::uint8_t>(indices,
                           [&](std::uint8_t i) { return i < 16 ? x[i] : y[(i - 16) % 16]; });
}
template <typename T>
inline std::uint32_t bitmask(V128 a) {
  const Lanes<T> x = lanes<T>(a);
  std::uint32_t mask = 0;
  for (std::size_t i = 0; i < lane_count<T>; ++i) mask |= (x[i] < 0 ? 1U : 0U) << i;
  return mask;
}

}  // namespace generic

/// All lanes the same. `Operand` is the scalar's type; a lane takes its low bits.
template <typename T, typename Operand = T>
inline V128 splat(Operand value) {
  return from_lanes(all_lanes(static_cast<T>(value)));
}

/// The value of a lane, extended to `Result` with the sign of `T`.
template <typename T, typename Result>
inline Result extended_lane(T value) {
  if constexpr (std::is_floating_point_v<T>)
    return value;
  else
    return static_cast<Result>(static_cast<std::make_signed_t<Result>>(value));
}
template <typename T, typename Result>
inline Result extract_lane(V128 a, std::uint32_t lane) {
  return extended_lane<T, Result>(lanes<T>(a)[lane]);
}
/// Compares the numbers of all lanes with that of the lane. To write one lane in memory and then
/// read the vector would be slow: processors wait for the write.
template <typename T, typename Operand>
inline V128 replace_lane(V128 a, Operand value, std::uint32_t lane) {
  using Number = std::conditional_t<std::is_floating_point_v<T>, BitsOf<T>, T>;
  Lanes<Number> numbers{};
  for (std::size_t i = 0; i < lane_count<T>; ++i) numbers[i] = static_cast<Number>(i);
  const auto is_lane = numbers == all_lanes(static_cast<Number>(lane));
  return from_lanes(is_lane ? all_lanes(static_cast<T>(value)) : lanes<T>(a));
}

/// The bytes of `a` at the indices; zero for an index out of range.
inline V128 swizzle(V128 a, V128 indices) {
#if AIRLOCK_SSE41
  // The instruction returns zero for an index with the highest bit set, and otherwise uses only the
  // low four bits.
  const __m128i saturated = _mm_adds_epu8(native(indices), _mm_set1_epi8(0x70));
  return from_lanes(_mm_shuffle_epi8(native(a), saturated));
#else
  return generic::swizzle(a, indices);
#endif
}

/// The bytes at the indices, all below 32: `a` is 0 to 15, `b` is 16 to 31.
inline V128 shuffle(V128 a, V128 b, V128 indices) {
#if AIRLOCK_SSE41
  const __m128i from_a = _mm_add_epi8(native(indices), _mm_set1_epi8(0x70));
  const __m128i from_b = _mm_sub_epi8(native(indices), _mm_set1_epi8(16));
  return from_lanes(
      _mm_or_si128(_mm_shuffle_epi8(native(a), from_a), _mm_shuffle_epi8(native(b), from_b)));
#else
  return generic::shuffle(a, b, indices);
#endif
}

/// The signs of all lanes, lane 0 in the lowest bit; `T` is signed.
template <typename T>
inline std::uint32_t bitmask(V128 a) {
#if AIRLOCK_SSE41
  if constexpr (sizeof(T) == 1)
    return static_cast<std::uint32_t>(_mm_movemask_epi8(native(a)));
  else if constexpr (sizeof(T) == 2)
    return static_cast<std::uint32_t>(
        _mm_movemask_epi8(_mm_packs_epi16(native(a), _mm_setzero_si128())));
  else if constexpr (sizeof(T) == 4)
    return static_cast<std::uint32_t>(_mm_movemask_ps(native_f32(a)));
  else
    return static_cast<std::uint32_t>(_mm_movemask_pd(native_f64(a)));
#else
  return generic::bitmask<T>(a);
#endif
}

/// Whether any bit is set: 1 or 0.
inline std::uint32_t any_true(V128 a) { return (a[0] | a[1]) != 0; }
/// Whether no lane is zero: 1 or 0.
template <typename T>
inline std::uint32_t all_true(V128 a) {
  return any_true(equal<T>(a, V128{})) == 0;
}

// Conversions of the bytes that loads read.

inline V128 loaded(V128 bytes) { return bytes; }
/// Eight bytes as lanes of `T`, made twice as wide.
template <typename T>
inline V128 loaded_extended(std::uint64_t bytes) {
  return extend_low<T>(V128{bytes, 0});
}
/// A scalar in the lowest lane, zeros above.
template <typename T>
inline V128 loaded_zero(T bytes) {
  return V128{bytes, 0};
}

}  // namespace airlock::runtime::semantics::vector
