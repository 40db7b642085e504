// How types lie in memory and in flat core values
// (Canonical ABI: Alignment, Element Size, Flattening).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "canonical-abi/types.hpp"

namespace airlock::canonical_abi {

/// Sizes beyond any memory are clamped to this, so that arithmetic on them cannot overflow.
inline constexpr std::uint64_t size_limit = std::uint64_t{1} << 40;

inline constexpr std::size_t max_flat_params = 16;
inline constexpr std::size_t max_flat_async_params = 4;
inline constexpr std::size_t max_flat_results = 1;

[[nodiscard]] constexpr std::uint64_t align_to(std::uint64_t offset, std::uint64_t alignment) {
  return (offset + alignment - 1) & ~(alignment - 1);
}

/// The flat type that can carry either of two (Canonical ABI: `join`).
[[nodiscard]] constexpr FlatType join(FlatType left, FlatType right) {
  if (left == right) return left;
  const bool is_narrow = (left == FlatType::i32 && right == FlatType::f32) ||
                         (left == FlatType::f32 && right == FlatType::i32);
  return is_narrow ? FlatType::i32 : FlatType::i64;
}

/// Bytes of the discriminant of a variant with so many cases (`discriminant_type`).
[[nodiscard]] constexpr std::uint8_t discriminant_size(std::size_t cases) {
  return cases <= 0x100 ? 1 : cases <= 0x10000 ? 2 : 4;
}

/// Bytes of flags with so many labels (`elem_size_flags`).
[[nodiscard]] constexpr std::uint8_t flags_size(std::size_t labels) {
  return labels <= 8 ? 1 : labels <= 16 ? 2 : 4;
}

/// Computes the layouts and traits of a node. Those of its children must have been computed.
void compute_layout(ValueType& type);

/// The layout of a parameter list: that of the tuple of all parameters.
struct TupleLayout {
  std::uint64_t size = 0;
  std::uint32_t alignment = 1;
  std::vector<std::uint64_t> offsets;
  std::vector<std::uint8_t> flat_offsets;
  std::vector<FlatType> flat;  ///< at most `flat_limit` of them
  bool is_flat_complete = true;

  /// Whether the values are passed flat if at most `max_flat` core values may be.
  [[nodiscard]] bool is_flat(std::size_t max_flat) const {
    return is_flat_complete && flat.size() <= max_flat;
  }
};
[[nodiscard]] TupleLayout tuple_layout(std::span<const Field> fields, bool memory64);

/// If each field is lifted and lowered before the next: whether lifting may trap after a `realloc`.
/// The `realloc` may have been for an earlier field, or for an earlier part of the same field.
[[nodiscard]] bool lift_may_fail_after_realloc(std::span<const Field> fields);

}  // namespace airlock::canonical_abi
