// The operations of random programs, and what they compute: written plainly, so that they owe the
// interpreter nothing.
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstring>

#include "interpreter/random_programs/program.hpp"

namespace airlock::interpreter::random_programs {

/// Operations by type; all without traps, on floats exact or deterministic.
inline constexpr std::array<std::array<const char*, 8>, 3> binary_names{{
    {"i32.add", "i32.sub", "i32.mul", "i32.xor", "i32.shl", "i32.lt_s", "i32.ge_u", "i32.and"},
    {"i64.add", "i64.sub", "i64.mul", "i64.or", "i64.shr_s", "i64.lt_u", "i64.eq", "i64.rotl"},
    {"f64.add", "f64.sub", "f64.mul", "f64.min", "f64.max", "f64.lt", "f64.ge", "f64.copysign"},
}};
inline Type binary_result(Type type, std::uint32_t operation) {
  return operation == 5 || operation == 6 ? Type::i32 : type;
}
inline std::uint64_t apply_i32(std::uint32_t operation, std::uint32_t a, std::uint32_t b) {
  switch (operation) {
    case 0:
      return a + b;
    case 1:
      return a - b;
    case 2:
      return static_cast<std::uint32_t>(a * b);
    case 3:
      return a ^ b;
    case 4:
      return a << (b & 31);
    case 5:
      return static_cast<std::int32_t>(a) < static_cast<std::int32_t>(b);
    case 6:
      return a >= b;
    default:
      return a & b;
  }
}
inline std::uint64_t apply_i64(std::uint32_t operation, std::uint64_t a, std::uint64_t b) {
  switch (operation) {
    case 0:
      return a + b;
    case 1:
      return a - b;
    case 2:
      return a * b;
    case 3:
      return a | b;
    case 4:
      return static_cast<std::uint64_t>(static_cast<std::int64_t>(a) >> (b & 63));
    case 5:
      return a < b;
    case 6:
      return a == b;
    default:
      return std::rotl(a, static_cast<int>(b & 63));
  }
}
inline std::uint64_t apply_f64(std::uint32_t operation, double a, double b) {
  switch (operation) {
    case 0:
      return std::bit_cast<std::uint64_t>(a + b);
    case 1:
      return std::bit_cast<std::uint64_t>(a - b);
    case 2:
      return std::bit_cast<std::uint64_t>(a * b);
    case 3:
    case 4: {
      if (a == b) {  // signed zeros
        const bool negative = operation == 3 ? std::signbit(a) || std::signbit(b)
                                             : std::signbit(a) && std::signbit(b);
        return std::bit_cast<std::uint64_t>(std::copysign(a, negative ? -1.0 : 1.0));
      }
      const bool first = operation == 3 ? a < b : a > b;
      return std::bit_cast<std::uint64_t>(std::isnan(a) || std::isnan(b) ? a + b : first ? a : b);
    }
    case 5:
      return a < b;
    case 6:
      return a >= b;
    default:
      return std::bit_cast<std::uint64_t>(std::copysign(a, b));
  }
}

/// One unary operation by type: i32.eqz, i32.wrap_i64, i64.extend_i32_s … chosen by index.
struct UnaryOperation {
  const char* name;
  Type from;
  Type to;
};
inline constexpr UnaryOperation unary_operations[] = {
    {"i32.eqz", Type::i32, Type::i32},           {"i64.eqz", Type::i64, Type::i32},
    {"i32.wrap_i64", Type::i64, Type::i32},      {"i64.extend_i32_s", Type::i32, Type::i64},
    {"f64.convert_i32_s", Type::i32, Type::f64}, {"i64.reinterpret_f64", Type::f64, Type::i64},
    {"f64.neg", Type::f64, Type::f64},
};
inline std::uint64_t apply_unary(std::uint32_t operation, std::uint64_t a) {
  const auto low = static_cast<std::uint32_t>(a);
  switch (operation) {
    case 0:
      return low == 0;
    case 1:
      return a == 0;
    case 2:
      return low;
    case 3:
      return static_cast<std::uint64_t>(static_cast<std::int64_t>(static_cast<std::int32_t>(low)));
    case 4:
      return std::bit_cast<std::uint64_t>(static_cast<double>(static_cast<std::int32_t>(low)));
    case 5:
      return a;
    default:
      return a ^ (std::uint64_t{1} << 63);
  }
}

/// The lanes of a vector, as integers without sign.
template <typename T>
using LanesOf = std::array<T, 16 / sizeof(T)>;

template <typename T, typename Function>
inline Bits lane_by_lane(Bits a, Bits b, Function function) {
  const auto x = std::bit_cast<LanesOf<T>>(a);
  const auto y = std::bit_cast<LanesOf<T>>(b);
  LanesOf<T> result{};
  for (std::size_t i = 0; i < result.size(); ++i) result[i] = static_cast<T>(function(x[i], y[i]));
  return std::bit_cast<Bits>(result);
}
template <typename T>
inline Bits with_lane(Bits a, std::size_t lane, T value) {
  auto lanes = std::bit_cast<LanesOf<T>>(a);
  lanes[lane] = value;
  return std::bit_cast<Bits>(lanes);
}
template <typename T>
inline T lane_of(Bits a, std::size_t lane) {
  return std::bit_cast<LanesOf<T>>(a)[lane];
}

/// Vector operations: their text, their types, and what a machine without vectors would do. They
/// cover all that the translator tells apart: operands that may be swapped or not, of one to
/// three vectors, and scalars among operands and results.
struct VectorOperation {
  const char* text;
  std::vector<Type> operands;
  Type result;
  Bits (*apply)(Bits a, Bits b, Bits c);
};
inline const VectorOperation vector_operations[] = {
    {"i8x16.add",
     {Type::v128, Type::v128},
     Type::v128,
     [](Bits a, Bits b, Bits) {
       return lane_by_lane<std::uint8_t>(a, b, [](auto x, auto y) { return x + y; });
     }},
    {"i16x8.sub",
     {Type::v128, Type::v128},
     Type::v128,
     [](Bits a, Bits b, Bits) {
       return lane_by_lane<std::uint16_t>(a, b, [](auto x, auto y) { return x - y; });
     }},
    {"i32x4.gt_s",
     {Type::v128, Type::v128},
     Type::v128,
     [](Bits a, Bits b, Bits) {
       return lane_by_lane<std::uint32_t>(a, b, [](auto x, auto y) {
         return static_cast<std::int32_t>(x) > static_cast<std::int32_t>(y) ? -1 : 0;
       });
     }},
    {"v128.andnot",
     {Type::v128, Type::v128},
     Type::v128,
     [](Bits a, Bits b, Bits) { return Bits{a.low & ~b.low, a.high & ~b.high}; }},
    {"v128.xor",
     {Type::v128, Type::v128},
     Type::v128,
     [](Bits a, Bits b, Bits) { return Bits{a.low ^ b.low, a.high ^ b.high}; }},
    {"i8x16.shuffle 0 17 2 19 4 21 6 23 8 25 10 27 12 29 14 31",
     {Type::v128, Type::v128},
     Type::v128,
     [](Bits a, Bits b, Bits) {
       const std::uint64_t even = 0x00ff00ff00ff00ff;
       return Bits{(a.low & even) | (b.low & ~even), (a.high & even) | (b.high & ~even)};
     }},
    {"i8x16.shuffle 24 25 26 27 28 29 30 31 16 17 18 19 20 21 22 23",
     {Type::v128, Type::v128},
     Type::v128,
     [](Bits, Bits b, Bits) { return Bits{b.high, b.low}; }},
    {"i16x8.shl",
     {Type::v128, Type::i32},
     Type::v128,
     [](Bits a, Bits b, Bits) {
       return lane_by_lane<std::uint16_t>(a, a, [=](auto x, auto) { return x << (b.low % 16); });
     }},
    {"i64x2.shr_u",
     {Type::v128, Type::i32},
     Type::v128,
     [](Bits a, Bits b, Bits) { return Bits{a.low >> (b.low % 64), a.high >> (b.low % 64)}; }},
    {"i64x2.replace_lane 1",
     {Type::v128, Type::i64},
     Type::v128,
     [](Bits a, Bits b, Bits) { return with_lane(a, 1, b.low); }},
    {"i8x16.replace_lane 5",
     {Type::v128, Type::i32},
     Type::v128,
     [](Bits a, Bits b, Bits) { return with_lane(a, 5, static_cast<std::uint8_t>(b.low)); }},
    {"f64x2.replace_lane 0",
     {Type::v128, Type::f64},
     Type::v128,
     [](Bits a, Bits b, Bits) { return with_lane(a, 0, b.low); }},
    {"v128.not",
     {Type::v128},
     Type::v128,
     [](Bits a, Bits, Bits) { return Bits{~a.low, ~a.high}; }},
    {"i32x4.splat",
     {Type::i32},
     Type::v128,
     [](Bits a, Bits, Bits) {
       return lane_by_lane<std::uint32_t>(a, a, [=](auto, auto) { return a.low; });
     }},
    {"i64x2.splat", {Type::i64}, Type::v128, [](Bits a, Bits, Bits) { return Bits{a.low, a.low}; }},
    {"v128.any_true",
     {Type::v128},
     Type::i32,
     [](Bits a, Bits, Bits) { return Bits{(a.low | a.high) != 0 ? 1U : 0U}; }},
    {"i16x8.extract_lane_s 6",
     {Type::v128},
     Type::i32,
     [](Bits a, Bits, Bits) {
       const auto value = static_cast<std::int16_t>(lane_of<std::uint16_t>(a, 6));
       return Bits{static_cast<std::uint32_t>(std::int32_t{value})};
     }},
    {"i64x2.extract_lane 1",
     {Type::v128},
     Type::i64,
     [](Bits a, Bits, Bits) { return Bits{a.high}; }},
    {"v128.bitselect",
     {Type::v128, Type::v128, Type::v128},
     Type::v128,
     [](Bits a, Bits b, Bits c) {
       return Bits{(a.low & c.low) | (b.low & ~c.low), (a.high & c.high) | (b.high & ~c.high)};
     }},
};

}  // namespace airlock::interpreter::random_programs
