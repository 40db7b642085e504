// Integer operations on vectors (specification: Execution, Numerics, Integer and Vector
// Operations). `T` is the type of a lane; its sign is the interpretation that the instruction's
// suffix `_s` or `_u` asks for. Lanes wrap around like unsigned integers.
#pragma once

#include <algorithm>
#include <limits>

#include "runtime/semantics/vector.hpp"

namespace airlock::runtime::semantics::vector {

/// Integers twice as wide, of the same sign.
template <typename T>
struct WiderOf;
template <>
struct WiderOf<std::int8_t> {
  using type = std::int16_t;
};
template <>
struct WiderOf<std::uint8_t> {
  using type = std::uint16_t;
};
template <>
struct WiderOf<std::int16_t> {
  using type = std::int32_t;
};
template <>
struct WiderOf<std::uint16_t> {
  using type = std::uint32_t;
};
template <>
struct WiderOf<std::int32_t> {
  using type = std::int64_t;
};
template <>
struct WiderOf<std::uint32_t> {
  using type = std::uint64_t;
};
template <typename T>
using Wider = typename WiderOf<T>::type;

template <typename T>
constexpr T saturate(std::int64_t value) {
  return static_cast<T>(std::clamp<std::int64_t>(value, std::numeric_limits<T>::min(),
                                                 std::numeric_limits<T>::max()));
}

namespace generic {

template <typename T>
inline V128 add_saturating(V128 a, V128 b) {
  return zip<T>(a, b, [](T x, T y) { return saturate<T>(std::int64_t{x} + y); });
}
template <typename T>
inline V128 subtract_saturating(V128 a, V128 b) {
  return zip<T>(a, b, [](T x, T y) { return saturate<T>(std::int64_t{x} - y); });
}
template <typename T>
inline V128 average(V128 a, V128 b) {
  return zip<T>(a, b, [](T x, T y) { return (x + y + 1) / 2; });
}
inline V128 multiply_q15(V128 a, V128 b) {
  return zip<std::int16_t>(a, b, [](std::int16_t x, std::int16_t y) {
    return saturate<std::int16_t>((x * y + 0x4000) >> 15);
  });
}

/// Sums of neighbours, as wide as two of them.
template <typename T>
inline V128 add_pairwise(V128 a) {
  const Lanes<T> x = lanes<T>(a);
  Lanes<Wider<T>> result{};
  for (std::size_t i = 0; i < lane_count<Wider<T>>; ++i)
    result[i] = static_cast<Wider<T>>(x[2 * i] + x[2 * i + 1]);
  return from_lanes(result);
}

inline V128 dot(V128 a, V128 b) {
  const auto x = lanes<std::int16_t>(a);
  const auto y = lanes<std::int16_t>(b);
  Lanes<std::uint32_t> result{};
  for (std::size_t i = 0; i < 4; ++i)  // unsigned, since one sum does not fit: it wraps
    result[i] = static_cast<std::uint32_t>(x[2 * i] * y[2 * i]) +
                static_cast<std::uint32_t>(x[2 * i + 1] * y[2 * i + 1]);
  return from_lanes(result);
}

/// The lanes of both, saturated to half as wide ones with the sign of `T`.
template <typename T>
inline V128 narrow(V128 a, V128 b) {
  using Wide = std::make_signed_t<Wider<T>>;
  const Lanes<Wide> x = lanes<Wide>(a);
  const Lanes<Wide> y = lanes<Wide>(b);
  Lanes<T> result{};
  for (std::size_t i = 0; i < lane_count<Wide>; ++i) {
    result[i] = saturate<T>(x[i]);
    result[i + lane_count<Wide>] = saturate<T>(y[i]);
  }
  return from_lanes(result);
}

}  // namespace generic

// Bits

inline V128 bitwise_not(V128 a) { return ~a; }
inline V128 bitwise_and(V128 a, V128 b) { return a & b; }
inline V128 bitwise_and_not(V128 a, V128 b) { return a & ~b; }
inline V128 bitwise_or(V128 a, V128 b) { return a | b; }
inline V128 bitwise_xor(V128 a, V128 b) { return a ^ b; }
/// Bits of `a` where the mask has ones, of `b` where it has zeros.
inline V128 bit_select(V128 a, V128 b, V128 mask) { return (a & mask) | (b & ~mask); }

/// Shift counts are taken modulo the width of a lane.
template <typename T>
inline V128 shift_left(V128 a, std::uint32_t count) {
  return from_lanes(lanes<T>(a) << all_lanes(static_cast<T>(count % (8 * sizeof(T)))));
}
/// Shifts in the sign if `T` has one.
template <typename T>
inline V128 shift_right(V128 a, std::uint32_t count) {
  return from_lanes(lanes<T>(a) >> all_lanes(static_cast<T>(count % (8 * sizeof(T)))));
}

/// Of bytes, in three steps: of pairs of bits, of four, of eight.
inline V128 count_ones(V128 a) {
  using Bytes = Lanes<std::uint8_t>;
  Bytes x = lanes<std::uint8_t>(a);
  x = x - ((x >> 1) & 0x55);
  x = (x & 0x33) + ((x >> 2) & 0x33);
  x = (x + (x >> 4)) & 0x0f;
  return from_lanes(x);
}

// Arithmetic. `T` is unsigned, except where a function says otherwise.

template <typename T>
inline V128 add(V128 a, V128 b) {
  return from_lanes(lanes<T>(a) + lanes<T>(b));
}
template <typename T>
inline V128 subtract(V128 a, V128 b) {
  return from_lanes(lanes<T>(a) - lanes<T>(b));
}
template <typename T>
inline V128 multiply(V128 a, V128 b) {
  return from_lanes(lanes<T>(a) * lanes<T>(b));
}
template <typename T>
inline V128 negate(V128 a) {
  return from_lanes(Lanes<T>{} - lanes<T>(a));
}
/// The smallest signed value stays the same.
template <typename T>
inline V128 absolute(V128 a) {
  const Lanes<T> x = lanes<T>(a);
  const auto is_negative = lanes<std::make_signed_t<T>>(a) < 0;
  return from_lanes(is_negative ? -x : x);
}
/// Of signed and unsigned lanes.
template <typename T>
inline V128 minimum(V128 a, V128 b) {
  const Lanes<T> x = lanes<T>(a);
  const Lanes<T> y = lanes<T>(b);
  return from_lanes(x < y ? x : y);
}
template <typename T>
inline V128 maximum(V128 a, V128 b) {
  const Lanes<T> x = lanes<T>(a);
  const Lanes<T> y = lanes<T>(b);
  return from_lanes(x > y ? x : y);
}

/// Saturating sums and differences of lanes of 8 and 16 bits.
template <typename T>
inline V128 add_saturating(V128 a, V128 b) {
#if AIRLOCK_SSE41
  if constexpr (std::is_same_v<T, std::int8_t>)
    return from_lanes(_mm_adds_epi8(native(a), native(b)));
  else if constexpr (std::is_same_v<T, std::uint8_t>)
    return from_lanes(_mm_adds_epu8(native(a), native(b)));
  else if constexpr (std::is_same_v<T, std::int16_t>)
    return from_lanes(_mm_adds_epi16(native(a), native(b)));
  else
    return from_lanes(_mm_adds_epu16(native(a), native(b)));
#else
  return generic::add_saturating<T>(a, b);
#endif
}
template <typename T>
inline V128 subtract_saturating(V128 a, V128 b) {
#if AIRLOCK_SSE41
  if constexpr (std::is_same_v<T, std::int8_t>)
    return from_lanes(_mm_subs_epi8(native(a), native(b)));
  else if constexpr (std::is_same_v<T, std::uint8_t>)
    return from_lanes(_mm_subs_epu8(native(a), native(b)));
  else if constexpr (std::is_same_v<T, std::int16_t>)
    return from_lanes(_mm_subs_epi16(native(a), native(b)));
  else
    return from_lanes(_mm_subs_epu16(native(a), native(b)));
#else
  return generic::subtract_saturating<T>(a, b);
#endif
}

/// Of unsigned lanes, rounded up.
template <typename T>
inline V128 average(V128 a, V128 b) {
#if AIRLOCK_SSE41
  if constexpr (sizeof(T) == 1)
    return from_lanes(_mm_avg_epu8(native(a), native(b)));
  else
    return from_lanes(_mm_avg_epu16(native(a), native(b)));
#else
  return generic::average<T>(a, b);
#endif
}

/// The product of fixed-point numbers with 15 fractional bits, rounded and saturated.
inline V128 multiply_q15(V128 a, V128 b) {
#if AIRLOCK_SSE41
  // The instruction gives -1 for (-1)², the only product that does not fit.
  const __m128i product = _mm_mulhrs_epi16(native(a), native(b));
  const __m128i lowest = _mm_set1_epi16(std::numeric_limits<std::int16_t>::min());
  return from_lanes(_mm_xor_si128(product, _mm_cmpeq_epi16(product, lowest)));
#else
  return generic::multiply_q15(a, b);
#endif
}

/// Products of 16-bit lanes, each two neighbours added up.
inline V128 dot(V128 a, V128 b) {
#if AIRLOCK_SSE41
  return from_lanes(_mm_madd_epi16(native(a), native(b)));
#else
  return generic::dot(a, b);
#endif
}

/// Sums of neighbours, as wide as two of them; `T` is what is added.
template <typename T>
inline V128 add_pairwise(V128 a) {
#if AIRLOCK_SSE41
  if constexpr (std::is_same_v<T, std::int8_t>)
    return from_lanes(_mm_maddubs_epi16(_mm_set1_epi8(1), native(a)));
  else if constexpr (std::is_same_v<T, std::uint8_t>)
    return from_lanes(_mm_maddubs_epi16(native(a), _mm_set1_epi8(1)));
  else if constexpr (std::is_same_v<T, std::int16_t>)
    return from_lanes(_mm_madd_epi16(native(a), _mm_set1_epi16(1)));
  else
    return from_lanes((lanes<std::uint32_t>(a) & 0xffff) + (lanes<std::uint32_t>(a) >> 16));
#else
  return generic::add_pairwise<T>(a);
#endif
}

// Widths

/// The lower lanes, made twice as wide.
template <typename T>
inline V128 extend_low(V128 a) {
  return from_lanes(__builtin_convertvector(low_half<T>(a), Lanes<Wider<T>>));
}
template <typename T>
inline V128 extend_high(V128 a) {
  return from_lanes(__builtin_convertvector(high_half<T>(a), Lanes<Wider<T>>));
}
/// Products of the lower lanes, twice as wide, so that none wraps around.
template <typename T>
inline V128 multiply_low(V128 a, V128 b) {
  return multiply<Wider<T>>(extend_low<T>(a), extend_low<T>(b));
}
template <typename T>
inline V128 multiply_high(V128 a, V128 b) {
  return multiply<Wider<T>>(extend_high<T>(a), extend_high<T>(b));
}

/// The signed lanes of both, saturated to half as wide ones with the sign of `T`.
template <typename T>
inline V128 narrow(V128 a, V128 b) {
#if AIRLOCK_SSE41
  if constexpr (std::is_same_v<T, std::int8_t>)
    return from_lanes(_mm_packs_epi16(native(a), native(b)));
  else if constexpr (std::is_same_v<T, std::uint8_t>)
    return from_lanes(_mm_packus_epi16(native(a), native(b)));
  else if constexpr (std::is_same_v<T, std::int16_t>)
    return from_lanes(_mm_packs_epi32(native(a), native(b)));
  else
    return from_lanes(_mm_packus_epi32(native(a), native(b)));
#else
  return generic::narrow<T>(a, b);
#endif
}

// Comparisons: all bits of a lane set, or none. Of signed and unsigned lanes.

template <typename T>
inline V128 equal(V128 a, V128 b) {
  return from_lanes(lanes<T>(a) == lanes<T>(b));
}
template <typename T>
inline V128 not_equal(V128 a, V128 b) {
  return from_lanes(lanes<T>(a) != lanes<T>(b));
}
template <typename T>
inline V128 less(V128 a, V128 b) {
  return from_lanes(lanes<T>(a) < lanes<T>(b));
}
template <typename T>
inline V128 greater(V128 a, V128 b) {
  return from_lanes(lanes<T>(a) > lanes<T>(b));
}
template <typename T>
inline V128 less_equal(V128 a, V128 b) {
  return from_lanes(lanes<T>(a) <= lanes<T>(b));
}
template <typename T>
inline V128 greater_equal(V128 a, V128 b) {
  return from_lanes(lanes<T>(a) >= lanes<T>(b));
}

}  // namespace airlock::runtime::semantics::vector
