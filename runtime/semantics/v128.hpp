// The type of vectors (specification: Types, Vector Types).
#pragma once

#include <cstdint>

namespace airlock::runtime::semantics {

/// Vectors of lanes of a type: of 16 bytes, and of eight.
template <typename T>
struct LanesOf {
  using type [[gnu::vector_size(16)]] = T;
  using half [[gnu::vector_size(8)]] = T;
};
template <typename T>
using Lanes = typename LanesOf<T>::type;
template <typename T>
using HalfLanes = typename LanesOf<T>::half;

/// A v128: two halves, the low one first, as in two slots.
using V128 = Lanes<std::uint64_t>;

}  // namespace airlock::runtime::semantics
