// Integer semantics (specification: Execution, Numerics, Integer Operations). Integers are their
// bit patterns, as in the specification; `I` is std::uint32_t or std::uint64_t. A function that can
// trap returns `Checked`.
#pragma once

#include <bit>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>

#include "runtime/semantics/checked.hpp"

namespace airlock::runtime::semantics {

/// The signed interpretation of an integer.
template <typename I>
constexpr auto as_signed(I value) {
  return static_cast<std::make_signed_t<I>>(value);
}

template <typename I>
constexpr I add(I a, I b) {
  return a + b;
}
template <typename I>
constexpr I subtract(I a, I b) {
  return a - b;
}
template <typename I>
constexpr I multiply(I a, I b) {
  return a * b;
}

template <typename I>
constexpr Checked<I> divide_signed(I a, I b) {
  if (b == 0) return TrapCode::integer_divide_by_zero;
  if (a == I{1} << (std::numeric_limits<I>::digits - 1) && b == static_cast<I>(-1))
    return TrapCode::integer_overflow;
  return static_cast<I>(as_signed(a) / as_signed(b));
}
template <typename I>
constexpr Checked<I> divide_unsigned(I a, I b) {
  if (b == 0) return TrapCode::integer_divide_by_zero;
  return a / b;
}
template <typename I>
constexpr Checked<I> remainder_signed(I a, I b) {
  if (b == 0) return TrapCode::integer_divide_by_zero;
  if (b == static_cast<I>(-1)) return I{0};  // the quotient may overflow, the remainder does not
  return static_cast<I>(as_signed(a) % as_signed(b));
}
template <typename I>
constexpr Checked<I> remainder_unsigned(I a, I b) {
  if (b == 0) return TrapCode::integer_divide_by_zero;
  return a % b;
}

template <typename I>
constexpr I bitwise_and(I a, I b) {
  return a & b;
}
template <typename I>
constexpr I bitwise_or(I a, I b) {
  return a | b;
}
template <typename I>
constexpr I bitwise_xor(I a, I b) {
  return a ^ b;
}

/// Shift and rotation counts are taken modulo the width.
template <typename I>
constexpr I shift_left(I a, I count) {
  return a << (count % std::numeric_limits<I>::digits);
}
template <typename I>
constexpr I shift_right_signed(I a, I count) {
  return static_cast<I>(as_signed(a) >> (count % std::numeric_limits<I>::digits));
}
template <typename I>
constexpr I shift_right_unsigned(I a, I count) {
  return a >> (count % std::numeric_limits<I>::digits);
}
template <typename I>
constexpr I rotate_left(I a, I count) {
  return std::rotl(a, static_cast<int>(count % std::numeric_limits<I>::digits));
}
template <typename I>
constexpr I rotate_right(I a, I count) {
  return std::rotr(a, static_cast<int>(count % std::numeric_limits<I>::digits));
}

template <typename I>
constexpr I count_leading_zeros(I a) {
  return static_cast<I>(std::countl_zero(a));
}
template <typename I>
constexpr I count_trailing_zeros(I a) {
  return static_cast<I>(std::countr_zero(a));
}
template <typename I>
constexpr I count_ones(I a) {
  return static_cast<I>(std::popcount(a));
}

/// Sign extension from the low bits, as many as `Narrow` has.
template <typename I, typename Narrow>
constexpr I extend_signed(I a) {
  return static_cast<I>(as_signed(static_cast<Narrow>(a)));
}

// Comparisons: 1 or 0.
template <typename I>
constexpr std::uint32_t equal_zero(I a) {
  return a == 0;
}
template <typename I>
constexpr std::uint32_t equal(I a, I b) {
  return a == b;
}
template <typename I>
constexpr std::uint32_t not_equal(I a, I b) {
  return a != b;
}
template <typename I>
constexpr std::uint32_t less_signed(I a, I b) {
  return as_signed(a) < as_signed(b);
}
template <typename I>
constexpr std::uint32_t less_unsigned(I a, I b) {
  return a < b;
}
template <typename I>
constexpr std::uint32_t greater_signed(I a, I b) {
  return as_signed(a) > as_signed(b);
}
template <typename I>
constexpr std::uint32_t greater_unsigned(I a, I b) {
  return a > b;
}
template <typename I>
constexpr std::uint32_t less_equal_signed(I a, I b) {
  return as_signed(a) <= as_signed(b);
}
template <typename I>
constexpr std::uint32_t less_equal_unsigned(I a, I b) {
  return a <= b;
}
template <typename I>
constexpr std::uint32_t greater_equal_signed(I a, I b) {
  return as_signed(a) >= as_signed(b);
}
template <typename I>
constexpr std::uint32_t greater_equal_unsigned(I a, I b) {
  return a >= b;
}

/// Wide arithmetic: 128 bits as (low, high).
struct Wide {
  std::uint64_t low;
  std::uint64_t high;
};

constexpr Wide add_128(Wide a, Wide b) {
  const std::uint64_t low = a.low + b.low;
  return {low, a.high + b.high + (low < a.low ? 1 : 0)};
}
constexpr Wide subtract_128(Wide a, Wide b) {
  return {a.low - b.low, a.high - b.high - (a.low < b.low ? 1 : 0)};
}
constexpr Wide multiply_wide_unsigned(std::uint64_t a, std::uint64_t b) {
  const auto product = static_cast<unsigned __int128>(a) * b;
  return {static_cast<std::uint64_t>(product), static_cast<std::uint64_t>(product >> 64)};
}
constexpr Wide multiply_wide_signed(std::uint64_t a, std::uint64_t b) {
  // Two's complement: correct the unsigned product's high half for negative operands.
  Wide product = multiply_wide_unsigned(a, b);
  if (as_signed(a) < 0) product.high -= b;
  if (as_signed(b) < 0) product.high -= a;
  return product;
}

}  // namespace airlock::runtime::semantics
