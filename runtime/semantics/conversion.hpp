// Conversions (specification: Execution, Numerics, Conversions).
#pragma once

#include <bit>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "runtime/semantics/checked.hpp"
#include "runtime/semantics/floating_point.hpp"
#include "runtime/semantics/integer.hpp"

namespace airlock::runtime::semantics {

/// Bounds of the floating-point values whose truncation fits `Integer` (signed or unsigned):
/// `low < value < high`, where `low` may itself be in range (see `fits`).
template <typename Integer, typename F>
struct TruncationRange {
  /// 2^digits: exact in every floating-point type.
  static constexpr F high =
      static_cast<F>(static_cast<Integer>(1) << (std::numeric_limits<Integer>::digits - 1)) * F{2};
  static constexpr bool fits(F value) {
    if constexpr (std::is_unsigned_v<Integer>) {
      return value > F{-1} && value < high;
    } else if constexpr (std::numeric_limits<F>::digits > std::numeric_limits<Integer>::digits) {
      return value > -high - F{1} && value < high;  // -high - 1 is exact
    } else {
      return value >= -high && value < high;  // there is no value between -high - 1 and -high
    }
  }
};

/// Truncation towards zero; traps if the value is a NaN or does not fit.
template <typename Integer, typename F>
constexpr Checked<std::make_unsigned_t<Integer>> truncate_to(F value) {
  using Result = std::make_unsigned_t<Integer>;
  if (!TruncationRange<Integer, F>::fits(value))
    return value != value ? TrapCode::invalid_conversion_to_integer : TrapCode::integer_overflow;
  return static_cast<Result>(static_cast<Integer>(value));
}

/// Truncation that saturates instead; a NaN becomes zero.
template <typename Integer, typename F>
constexpr std::make_unsigned_t<Integer> truncate_saturating_to(F value) {
  using Result = std::make_unsigned_t<Integer>;
  if (TruncationRange<Integer, F>::fits(value))
    return static_cast<Result>(static_cast<Integer>(value));
  if (value != value) return 0;
  return static_cast<Result>(value < F{0} ? std::numeric_limits<Integer>::min()
                                          : std::numeric_limits<Integer>::max());
}

/// From the signed or unsigned interpretation of an integer to the nearest floating-point value.
template <typename Integer, typename F>
constexpr F convert_from(std::make_unsigned_t<Integer> value) {
  return static_cast<F>(static_cast<Integer>(value));
}

constexpr float demote(double value) { return static_cast<float>(value); }
constexpr double promote(float value) { return static_cast<double>(value); }

constexpr std::uint32_t wrap(std::uint64_t value) { return static_cast<std::uint32_t>(value); }
constexpr std::uint64_t extend_i32_signed(std::uint32_t value) {
  return static_cast<std::uint64_t>(static_cast<std::int64_t>(as_signed(value)));
}
constexpr std::uint64_t extend_i32_unsigned(std::uint32_t value) { return value; }

template <typename To, typename From>
constexpr To reinterpret(From value) {
  return std::bit_cast<To>(value);
}

}  // namespace airlock::runtime::semantics
