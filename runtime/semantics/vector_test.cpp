// Vector semantics: the operations on all lanes at once, compared with the specification lane by
// lane.
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "runtime/semantics/vector_conversion.hpp"
#include "runtime/semantics/vector_lanes.hpp"
#include "runtime/semantics/vector_relaxed.hpp"

namespace airlock::runtime::semantics::vector {
namespace {

using Bits = std::array<std::uint64_t, 2>;
Bits bits(V128 v) { return {v[0], v[1]}; }

template <typename T>
V128 vector_of(std::array<T, lane_count<T>> values) {
  return std::bit_cast<V128>(values);
}
template <typename T>
std::array<T, lane_count<T>> array_of(V128 v) {
  return std::bit_cast<std::array<T, lane_count<T>>>(v);
}

/// Sample vectors: boundary values of lanes of every width, and random ones.
std::vector<V128> samples() {
  std::vector<V128> result;
  for (const std::uint64_t n : {0x0ULL,
                                0x1ULL,
                                0x7fULL,
                                0x80ULL,
                                0xffULL,
                                0x7fffULL,
                                0x8000ULL,
                                0xffffULL,
                                0x7fffffffULL,
                                0x80000000ULL,
                                0xffffffffULL,
                                0x7fffffffffffffffULL,
                                0x8000000000000000ULL,
                                0xffffffffffffffffULL,
                                0x8000800080008000ULL,
                                0x7fff7fff7fff7fffULL,
                                0x8080808080808080ULL,
                                0x7f7f7f7f7f7f7f7fULL,
                                0x8000000080000000ULL,
                                0x7fffffff7fffffffULL})
    result.push_back(V128{n, n});
  for (const float x : {0.0F,           -0.0F,         0.5F,          -0.5F,         1.5F,
                        2.5F,           -2.5F,         2147483520.0F, 2147483648.0F, -2147483648.0F,
                        -2147483904.0F, 4294967040.0F, 4294967296.0F, 1e30F,         -1e30F,
                        INFINITY,       -INFINITY,     NAN,           1e-40F,        8388609.0F})
    result.push_back(from_lanes(all_lanes(x)));
  for (const double x : {-0.0,
                         0.5,
                         -0.5,
                         1.5,
                         -1.5,
                         2147483647.0,
                         2147483647.9,
                         2147483648.0,
                         -2147483648.0,
                         -2147483648.9,
                         -2147483649.0,
                         4294967295.0,
                         4294967295.9,
                         4294967296.0,
                         1e300,
                         -1e300,
                         static_cast<double>(INFINITY),
                         -static_cast<double>(INFINITY),
                         5e-324,
                         0x1.fffffffp-1})
    result.push_back(from_lanes(all_lanes(x)));
  result.push_back(V128{0x7ff4000000000000, 0xfff8000000000001});  // NaNs, one signalling
  result.push_back(V128{0x7fa000007fc00000, 0xffc00001ff800001});
  std::mt19937_64 random(5);
  for (int i = 0; i < 40; ++i) result.push_back(V128{random(), random()});
  return result;
}

/// Compares `fast` with `slow` for all samples.
template <typename Fast, typename Slow>
void expect_same_unary(const char* name, Fast fast, Slow slow) {
  for (const V128 a : samples()) {
    if constexpr (std::is_same_v<decltype(fast(a)), V128>)
      ASSERT_EQ(bits(fast(a)), bits(slow(a))) << name << std::hex << ' ' << a[0] << ' ' << a[1];
    else
      ASSERT_EQ(fast(a), slow(a)) << name << std::hex << ' ' << a[0] << ' ' << a[1];
  }
}
template <typename Fast, typename Slow>
void expect_same(const char* name, Fast fast, Slow slow) {
  const auto all = samples();
  for (const V128 a : all)
    for (const V128 b : all)
      ASSERT_EQ(bits(fast(a, b)), bits(slow(a, b)))
          << name << std::hex << ' ' << a[0] << ' ' << a[1] << ", " << b[0] << ' ' << b[1];
}

/// Floating-point results are the same if they are equal in bits, or both NaN: the compiler decides
/// which of two NaN operands is the result.
template <typename F, typename Fast, typename Slow>
void expect_same_float(const char* name, Fast fast, Slow slow) {
  const auto all = samples();
  for (const V128 a : all) {
    for (const V128 b : all) {
      const auto x = array_of<F>(fast(a, b));
      const auto y = array_of<F>(slow(a, b));
      for (std::size_t i = 0; i < x.size(); ++i) {
        if (std::isnan(y[i])) {
          EXPECT_TRUE(std::isnan(x[i])) << name;
          EXPECT_EQ(std::bit_cast<BitsOf<F>>(x[i]), std::bit_cast<BitsOf<F>>(quiet(x[i]))) << name;
        } else {
          ASSERT_EQ(std::bit_cast<BitsOf<F>>(x[i]), std::bit_cast<BitsOf<F>>(y[i]))
              << name << ' ' << array_of<F>(a)[i] << ", " << array_of<F>(b)[i];
        }
      }
    }
  }
}

template <typename T, typename Function>
auto lane_by_lane(Function function) {
  return [=](V128 a, V128 b) { return generic::zip<T>(a, b, function); };
}
template <typename T, typename Function>
auto each_lane(Function function) {
  return [=](V128 a) { return generic::map<T>(a, function); };
}

/// The operations that integers of every width and sign have.
template <typename T>
void expect_integer_operations() {
  using U = std::make_unsigned_t<T>;
  const auto wide = [](T x) { return static_cast<unsigned __int128>(static_cast<__int128>(x)); };
  expect_same("add", add<U>, lane_by_lane<T>([=](T x, T y) { return wide(x) + wide(y); }));
  expect_same("subtract", subtract<U>,
              lane_by_lane<T>([=](T x, T y) { return wide(x) - wide(y); }));
  expect_same("multiply", multiply<U>,
              lane_by_lane<T>([=](T x, T y) { return wide(x) * wide(y); }));
  expect_same("minimum", minimum<T>, lane_by_lane<T>([](T x, T y) { return std::min(x, y); }));
  expect_same("maximum", maximum<T>, lane_by_lane<T>([](T x, T y) { return std::max(x, y); }));
  expect_same("equal", equal<T>, lane_by_lane<T>([](T x, T y) { return x == y ? -1 : 0; }));
  expect_same("not_equal", not_equal<T>, lane_by_lane<T>([](T x, T y) { return x != y ? -1 : 0; }));
  expect_same("less", less<T>, lane_by_lane<T>([](T x, T y) { return x < y ? -1 : 0; }));
  expect_same("greater", greater<T>, lane_by_lane<T>([](T x, T y) { return x > y ? -1 : 0; }));
  expect_same("less_equal", less_equal<T>,
              lane_by_lane<T>([](T x, T y) { return x <= y ? -1 : 0; }));
  expect_same("greater_equal", greater_equal<T>,
              lane_by_lane<T>([](T x, T y) { return x >= y ? -1 : 0; }));
  expect_same_unary("negate", negate<U>, each_lane<T>([=](T x) { return 0 - wide(x); }));
  constexpr unsigned width = 8 * sizeof(T);
  for (const std::uint32_t count : {0U, 1U, 5U, 7U, 8U, 15U, 31U, 63U, 64U, 65U, 0xffffffffU}) {
    expect_same_unary(
        "shift_right", [=](V128 a) { return shift_right<T>(a, count); },
        each_lane<T>([=](T x) { return x >> (count % width); }));
    expect_same_unary(
        "shift_left", [=](V128 a) { return shift_left<U>(a, count); },
        each_lane<T>([=](T x) { return wide(x) << (count % width); }));
  }
  if constexpr (std::is_signed_v<T>) {
    expect_same_unary("absolute", absolute<U>,
                      each_lane<T>([=](T x) { return x < 0 ? 0 - wide(x) : wide(x); }));
    expect_same_unary("bitmask", bitmask<T>, generic::bitmask<T>);
  }
  expect_same_unary("all_true", all_true<U>, [](V128 a) {
    const auto values = array_of<T>(a);
    return static_cast<std::uint32_t>(std::ranges::all_of(values, [](T x) { return x != 0; }));
  });
}

TEST(VectorTest, IntegersOfAllWidths) {
  expect_integer_operations<std::int8_t>();
  expect_integer_operations<std::uint8_t>();
  expect_integer_operations<std::int16_t>();
  expect_integer_operations<std::uint16_t>();
  expect_integer_operations<std::int32_t>();
  expect_integer_operations<std::uint32_t>();
  expect_integer_operations<std::int64_t>();
  expect_integer_operations<std::uint64_t>();
}

TEST(VectorTest, Bits) {
  expect_same("and", bitwise_and,
              lane_by_lane<std::uint64_t>([](std::uint64_t x, std::uint64_t y) { return x & y; }));
  expect_same("andnot", bitwise_and_not,
              lane_by_lane<std::uint64_t>([](std::uint64_t x, std::uint64_t y) { return x & ~y; }));
  expect_same_unary("popcnt", count_ones,
                    each_lane<std::uint8_t>([](std::uint8_t x) { return std::popcount(x); }));
  const V128 mask{0xff00ff00ff00ff00, 0x00000000ffffffff};
  EXPECT_EQ(bits(bit_select(V128{~0ULL, ~0ULL}, V128{0, 0}, mask)), bits(mask));
  EXPECT_EQ(bits(bit_select(V128{0, 0}, V128{~0ULL, ~0ULL}, mask)), bits(~mask));
  EXPECT_EQ(any_true(V128{0, 0}), 0u);
  EXPECT_EQ(any_true(V128{0, 1ULL << 63}), 1u);
}

template <typename T>
void expect_saturating_operations() {
  expect_same("add_saturating", add_saturating<T>, generic::add_saturating<T>);
  expect_same("subtract_saturating", subtract_saturating<T>, generic::subtract_saturating<T>);
  expect_same("narrow", narrow<T>, generic::narrow<T>);
}

TEST(VectorTest, Saturation) {
  expect_saturating_operations<std::int8_t>();
  expect_saturating_operations<std::uint8_t>();
  expect_saturating_operations<std::int16_t>();
  expect_saturating_operations<std::uint16_t>();
  expect_same("average", average<std::uint8_t>, generic::average<std::uint8_t>);
  expect_same("average", average<std::uint16_t>, generic::average<std::uint16_t>);
  expect_same("q15mulr", multiply_q15, generic::multiply_q15);
}

TEST(VectorTest, TheOneProductOfFixedPointNumbersThatDoesNotFitSaturates) {
  const V128 lowest = from_lanes(all_lanes<std::int16_t>(-32768));
  EXPECT_EQ(bits(multiply_q15(lowest, lowest)), bits(from_lanes(all_lanes<std::int16_t>(32767))));
}

template <typename T>
void expect_widening() {
  using W = Wider<T>;
  constexpr std::size_t half = lane_count<W>;
  const auto extended = [](V128 a, std::size_t first) {
    std::array<W, half> result{};
    for (std::size_t i = 0; i < half; ++i) result[i] = array_of<T>(a)[first + i];
    return vector_of<W>(result);
  };
  const auto product = [=](V128 a, V128 b, std::size_t first) {
    std::array<W, half> result{};
    for (std::size_t i = 0; i < half; ++i)
      result[i] = static_cast<W>(W{array_of<T>(a)[first + i]} * W{array_of<T>(b)[first + i]});
    return vector_of<W>(result);
  };
  expect_same_unary("extend_low", extend_low<T>, [=](V128 a) { return extended(a, 0); });
  expect_same_unary("extend_high", extend_high<T>, [=](V128 a) { return extended(a, half); });
  expect_same("extmul_low", multiply_low<T>, [=](V128 a, V128 b) { return product(a, b, 0); });
  expect_same("extmul_high", multiply_high<T>, [=](V128 a, V128 b) { return product(a, b, half); });
  expect_same_unary(
      "load_extend", [](V128 a) { return loaded_extended<T>(a[0]); },
      [=](V128 a) { return extended(a, 0); });
  if constexpr (sizeof(T) < 4)
    expect_same_unary("extadd_pairwise", add_pairwise<T>, generic::add_pairwise<T>);
}

TEST(VectorTest, Widening) {
  expect_widening<std::int8_t>();
  expect_widening<std::uint8_t>();
  expect_widening<std::int16_t>();
  expect_widening<std::uint16_t>();
  expect_widening<std::int32_t>();
  expect_widening<std::uint32_t>();
  expect_same("dot", dot, generic::dot);
}

TEST(VectorTest, TheSumOfADotProductWrapsAround) {
  const V128 lowest = from_lanes(all_lanes<std::int16_t>(-32768));
  EXPECT_EQ(array_of<std::uint32_t>(dot(lowest, lowest))[0], 0x80000000u);
}

template <typename F>
void expect_float_operations() {
  using Mask = std::make_signed_t<BitsOf<F>>;
  const auto compared = [](auto compare) {
    return [=](V128 a, V128 b) {
      std::array<Mask, lane_count<F>> result{};
      for (std::size_t i = 0; i < result.size(); ++i)
        result[i] = compare(array_of<F>(a)[i], array_of<F>(b)[i]) ? -1 : 0;
      return vector_of<Mask>(result);
    };
  };
  expect_same("eq", equal<F>, compared(equal_float<F>));
  expect_same("ne", not_equal<F>, compared(not_equal_float<F>));
  expect_same("lt", less<F>, compared(less_float<F>));
  expect_same("gt", greater<F>, compared(greater_float<F>));
  expect_same("le", less_equal<F>, compared(less_equal_float<F>));
  expect_same("ge", greater_equal<F>, compared(greater_equal_float<F>));
  const auto scalar = [](F (*f)(F, F)) { return lane_by_lane<F>(f); };
  expect_same_float<F>("add", vector::add_float<F>, scalar(semantics::add_float<F>));
  expect_same_float<F>("sub", vector::subtract_float<F>, scalar(semantics::subtract_float<F>));
  expect_same_float<F>("mul", vector::multiply_float<F>, scalar(semantics::multiply_float<F>));
  expect_same_float<F>("div", vector::divide_float<F>, scalar(semantics::divide_float<F>));
  expect_same_float<F>("min", minimum_float<F>, scalar(semantics::minimum<F>));
  expect_same_float<F>("max", maximum_float<F>, scalar(semantics::maximum<F>));
  expect_same("pmin", pseudo_minimum<F>, generic::pseudo_minimum<F>);
  expect_same("pmax", pseudo_maximum<F>, generic::pseudo_maximum<F>);
  expect_same_unary("abs", absolute_float<F>, each_lane<F>(semantics::absolute<F>));
  expect_same_unary("neg", negate_float<F>, each_lane<F>(semantics::negate<F>));
  expect_same_unary("ceil", vector::ceiling<F>, generic::ceiling<F>);
  expect_same_unary("floor", vector::floor<F>, generic::floor<F>);
  expect_same_unary("trunc", vector::truncate<F>, generic::truncate<F>);
  expect_same_unary("nearest", vector::nearest<F>, generic::nearest<F>);
  const auto ignoring_second = [](auto f) { return [=](V128 a, V128) { return f(a); }; };
  expect_same_float<F>("sqrt", ignoring_second(vector::square_root<F>),
                       ignoring_second(generic::square_root<F>));
}

TEST(VectorTest, FloatingPoint) {
  expect_float_operations<float>();
  expect_float_operations<double>();
}

TEST(VectorTest, SignsOfZeroDecideMinimumAndMaximum) {
  const V128 plus = from_lanes(all_lanes(0.0F));
  const V128 minus = from_lanes(all_lanes(-0.0F));
  EXPECT_EQ(bits(minimum_float<float>(plus, minus)), bits(minus));
  EXPECT_EQ(bits(minimum_float<float>(minus, plus)), bits(minus));
  EXPECT_EQ(bits(maximum_float<float>(plus, minus)), bits(plus));
  EXPECT_EQ(bits(maximum_float<float>(minus, plus)), bits(plus));
  // The pseudo-minimum and -maximum return the first operand if neither is less.
  EXPECT_EQ(bits(pseudo_minimum<float>(plus, minus)), bits(plus));
  EXPECT_EQ(bits(pseudo_maximum<float>(minus, plus)), bits(minus));
}

TEST(VectorTest, PseudoMinimumHandsASecondOperandThatIsNoNumberAway) {
  const V128 nan{0x7ff8000000000000, 0x7ff8000000000000};
  const V128 one = from_lanes(all_lanes(1.0));
  EXPECT_EQ(bits(pseudo_minimum<double>(one, nan)), bits(one));
  EXPECT_EQ(bits(pseudo_minimum<double>(nan, one)), bits(nan));
}

TEST(VectorTest, Conversions) {
  expect_same_unary("f32 s", truncate_saturating<std::int32_t, float>,
                    generic::truncate_saturating<std::int32_t, float>);
  expect_same_unary("f32 u", truncate_saturating<std::uint32_t, float>,
                    generic::truncate_saturating<std::uint32_t, float>);
  expect_same_unary("f64 s", truncate_saturating<std::int32_t, double>,
                    generic::truncate_saturating<std::int32_t, double>);
  expect_same_unary("f64 u", truncate_saturating<std::uint32_t, double>,
                    generic::truncate_saturating<std::uint32_t, double>);
  const auto to_f32 = [](auto convert) {
    return [=](V128 a) {
      std::array<float, 4> result{};
      for (std::size_t i = 0; i < 4; ++i) result[i] = convert(array_of<std::uint32_t>(a)[i]);
      return vector_of<float>(result);
    };
  };
  expect_same_unary("f32 from s", convert_to_f32<std::int32_t>,
                    to_f32(convert_from<std::int32_t, float>));
  expect_same_unary("f32 from u", convert_to_f32<std::uint32_t>,
                    to_f32(convert_from<std::uint32_t, float>));
  const auto to_f64 = [](auto convert) {
    return [=](V128 a) {
      std::array<double, 2> result{};
      for (std::size_t i = 0; i < 2; ++i) result[i] = convert(array_of<std::uint32_t>(a)[i]);
      return vector_of<double>(result);
    };
  };
  expect_same_unary("f64 from s", convert_low_to_f64<std::int32_t>,
                    to_f64(convert_from<std::int32_t, double>));
  expect_same_unary("f64 from u", convert_low_to_f64<std::uint32_t>,
                    to_f64(convert_from<std::uint32_t, double>));
}

TEST(VectorTest, PromotionAndDemotionUseTheLowerHalf) {
  const V128 singles = vector_of<float>({1.5F, -INFINITY, 3.0F, 4.0F});
  EXPECT_EQ(bits(promote_low(singles)), bits(vector_of<double>({1.5, -INFINITY})));
  const V128 doubles = vector_of<double>({1e300, -0.1});
  EXPECT_EQ(bits(demote_zero(doubles)), bits(vector_of<float>({INFINITY, -0.1F, 0.0F, 0.0F})));
}

TEST(VectorTest, Rearranging) {
  expect_same("swizzle", swizzle, generic::swizzle);
  const auto all = samples();
  std::mt19937 random(3);
  for (const V128 a : all) {
    for (int n = 0; n < 20; ++n) {
      std::array<std::uint8_t, 16> indices{};
      for (auto& index : indices) index = random() % 32;
      const V128 b = all[random() % all.size()];
      const V128 pattern = vector_of<std::uint8_t>(indices);
      ASSERT_EQ(bits(shuffle(a, b, pattern)), bits(generic::shuffle(a, b, pattern)));
    }
  }
}

template <typename T, typename Scalar>
void expect_lanes(T value) {
  for (const V128 a : samples()) {
    for (std::uint32_t lane = 0; lane < lane_count<T>; ++lane) {
      auto expected = array_of<T>(a);
      EXPECT_EQ((std::bit_cast<BitsOf<Scalar>>(extract_lane<T, Scalar>(a, lane))),
                (std::bit_cast<BitsOf<Scalar>>(extended_lane<T, Scalar>(expected[lane]))));
      expected[lane] = value;
      EXPECT_EQ(bits(replace_lane<T, Scalar>(a, static_cast<Scalar>(value), lane)),
                bits(vector_of<T>(expected)));
    }
  }
}

TEST(VectorTest, Lanes) {
  expect_lanes<std::uint8_t, std::uint32_t>(0xa5);
  expect_lanes<std::uint16_t, std::uint32_t>(0xa55a);
  expect_lanes<std::uint32_t, std::uint32_t>(0xdeadbeef);
  expect_lanes<std::uint64_t, std::uint64_t>(0x0123456789abcdef);
  expect_lanes<float, float>(-0.0F);
  expect_lanes<double, double>(-0.0);
  const V128 minus_one{~0ULL, 0};
  EXPECT_EQ((extract_lane<std::int8_t, std::uint32_t>(minus_one, 7)), 0xffffffffu);
  EXPECT_EQ((extract_lane<std::uint8_t, std::uint32_t>(minus_one, 7)), 0xffu);
  EXPECT_EQ((extract_lane<std::int16_t, std::uint32_t>(minus_one, 4)), 0u);
}

TEST(VectorTest, FillingKeepsSignalsAndSigns) {
  const auto signalling = std::bit_cast<float>(0x7fa00001U);
  EXPECT_EQ(array_of<std::uint32_t>(splat<float, float>(signalling))[3], 0x7fa00001u);
  EXPECT_EQ(array_of<std::uint64_t>(splat<double, double>(-0.0))[1], 0x8000000000000000u);
  EXPECT_EQ(array_of<std::uint8_t>(splat<std::uint8_t, std::uint32_t>(0x1ff))[9], 0xffu);
}

TEST(VectorTest, RelaxedInstructionsDoWhatTheDeterministicProfileSays) {
  expect_same("relaxed_dot", relaxed_dot, generic::relaxed_dot);
  // Two roundings: a fused operation would keep the low bits of the product.
  const double x = 1 + 0x1p-52;
  const V128 a = from_lanes(all_lanes(x));
  const V128 c = from_lanes(all_lanes(-(1 + 0x1p-51)));
  EXPECT_EQ(array_of<double>(multiply_add<double>(a, a, c))[0], 0.0);
  EXPECT_EQ(array_of<double>(negated_multiply_add<double>(a, a, negate_float<double>(c)))[1], 0.0);
  const V128 lowest = from_lanes(all_lanes<std::int8_t>(-128));
  EXPECT_EQ(array_of<std::int16_t>(relaxed_dot(lowest, lowest))[0], 32767);
  const V128 sums = relaxed_dot_add(lowest, lowest, from_lanes(all_lanes<std::uint32_t>(1)));
  EXPECT_EQ(array_of<std::int32_t>(sums)[2], 2 * 32767 + 1);
}

}  // namespace
}  // namespace airlock::runtime::semantics::vector
