// Vectors (specification: Execution, Numerics, Vector Operations): access to the lanes of a v128,
// and what the functions of all vector instructions share.
//
// A vector instruction is one function over `V128`. Most are an expression over all lanes at once,
// which compilers turn into the host's vector instructions. Where a compiler does not find the
// right instruction, the function uses an intrinsic of SSE4.1, which Airlock requires of x86-64.
// Other hosts use the function of the same name in `generic`, which follows the specification lane
// by lane. Tests compare the two.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "runtime/semantics/floating_point.hpp"
#include "runtime/semantics/v128.hpp"

#if defined(__SSE4_1__)
#define AIRLOCK_SSE41 1  // NOLINT: chooses what is compiled at all
#include <smmintrin.h>
#else
#define AIRLOCK_SSE41 0  // NOLINT
#endif

namespace airlock::runtime::semantics {

template <typename T>
inline constexpr std::size_t lane_count = sizeof(V128) / sizeof(T);

/// The lanes of a vector, interpreted as `T`. Lane 0 is in the lowest bytes.
template <typename T>
inline Lanes<T> lanes(V128 vector) {
  return std::bit_cast<Lanes<T>>(vector);
}
/// The vector that has these lanes.
template <typename LanesType>
inline V128 from_lanes(LanesType lanes) {
  return std::bit_cast<V128>(lanes);
}

/// The lower or the upper half of the lanes.
template <typename T>
inline HalfLanes<T> low_half(V128 vector) {
  return std::bit_cast<HalfLanes<T>>(static_cast<std::uint64_t>(vector[0]));
}
template <typename T>
inline HalfLanes<T> high_half(V128 vector) {
  return std::bit_cast<HalfLanes<T>>(static_cast<std::uint64_t>(vector[1]));
}

/// All lanes the same. Floating-point numbers are moved as bits, which an addition might change.
template <typename T>
inline Lanes<T> all_lanes(T value) {
  if constexpr (std::is_floating_point_v<T>)
    return std::bit_cast<Lanes<T>>(all_lanes(std::bit_cast<BitsOf<T>>(value)));
  else
    return Lanes<T>{} + value;
}

#if AIRLOCK_SSE41
inline __m128i native(V128 vector) { return std::bit_cast<__m128i>(vector); }
inline __m128 native_f32(V128 vector) { return std::bit_cast<__m128>(vector); }
inline __m128d native_f64(V128 vector) { return std::bit_cast<__m128d>(vector); }
#endif

namespace vector::generic {

/// Applies a function of one lane to all.
template <typename T, typename Function>
inline V128 map(V128 a, Function function) {
  Lanes<T> result{};
  const Lanes<T> x = lanes<T>(a);
  for (std::size_t i = 0; i < lane_count<T>; ++i) result[i] = static_cast<T>(function(x[i]));
  return from_lanes(result);
}

/// Applies a function of two lanes to all pairs.
template <typename T, typename Function>
inline V128 zip(V128 a, V128 b, Function function) {
  Lanes<T> result{};
  const Lanes<T> x = lanes<T>(a);
  const Lanes<T> y = lanes<T>(b);
  for (std::size_t i = 0; i < lane_count<T>; ++i) result[i] = static_cast<T>(function(x[i], y[i]));
  return from_lanes(result);
}

}  // namespace vector::generic

}  // namespace airlock::runtime::semantics
