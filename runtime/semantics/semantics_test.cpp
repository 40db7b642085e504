// Cases of numbers that are easy to get wrong (specification: Execution, Numerics).
#include <gtest/gtest.h>

#include <cmath>

#include "runtime/semantics/conversion.hpp"
#include "runtime/semantics/floating_point.hpp"
#include "runtime/semantics/integer.hpp"

namespace airlock::runtime::semantics {
namespace {

constexpr std::uint32_t minimum32 = 0x80000000;
constexpr auto minus_one32 = static_cast<std::uint32_t>(-1);
const double nan = std::numeric_limits<double>::quiet_NaN();
const double infinity = std::numeric_limits<double>::infinity();

std::uint64_t bits(double value) { return std::bit_cast<std::uint64_t>(value); }
std::uint32_t bits(float value) { return std::bit_cast<std::uint32_t>(value); }
float f32(std::uint32_t pattern) { return std::bit_cast<float>(pattern); }
double f64(std::uint64_t pattern) { return std::bit_cast<double>(pattern); }

TEST(IntegerTest, DivisionTruncatesTowardsZero) {
  EXPECT_EQ(divide_signed<std::uint32_t>(static_cast<std::uint32_t>(-7), 2).value,
            static_cast<std::uint32_t>(-3));
  EXPECT_EQ(remainder_signed<std::uint32_t>(static_cast<std::uint32_t>(-7), 2).value, minus_one32);
}

TEST(IntegerTest, DivisionTraps) {
  EXPECT_EQ(divide_signed<std::uint32_t>(1, 0).trap, TrapCode::integer_divide_by_zero);
  EXPECT_EQ(divide_unsigned<std::uint64_t>(1, 0).trap, TrapCode::integer_divide_by_zero);
  EXPECT_EQ(remainder_signed<std::uint32_t>(1, 0).trap, TrapCode::integer_divide_by_zero);
  EXPECT_EQ(remainder_unsigned<std::uint64_t>(1, 0).trap, TrapCode::integer_divide_by_zero);
  EXPECT_EQ(divide_signed(minimum32, minus_one32).trap, TrapCode::integer_overflow);
  EXPECT_EQ(divide_unsigned(minimum32, minus_one32).value, 0u);
}

TEST(IntegerTest, TheRemainderOfAnOverflowingDivisionIsZero) {
  EXPECT_TRUE(remainder_signed(minimum32, minus_one32).has_value());
  EXPECT_EQ(remainder_signed(minimum32, minus_one32).value, 0u);
}

TEST(IntegerTest, ShiftCountsAreTakenModuloTheWidth) {
  EXPECT_EQ(shift_left<std::uint32_t>(1, 33), 2u);
  EXPECT_EQ(shift_right_signed<std::uint32_t>(minimum32, 63), minus_one32);
  EXPECT_EQ(shift_right_unsigned<std::uint64_t>(8, 67), 1u);
  EXPECT_EQ(rotate_left<std::uint32_t>(minimum32, 33), 1u);
  EXPECT_EQ(rotate_right<std::uint64_t>(1, 64), 1u);
}

TEST(IntegerTest, CountingBitsOfZero) {
  EXPECT_EQ(count_leading_zeros<std::uint32_t>(0), 32u);
  EXPECT_EQ(count_trailing_zeros<std::uint64_t>(0), 64u);
  EXPECT_EQ(count_ones(minus_one32), 32u);
}

TEST(IntegerTest, SignExtension) {
  EXPECT_EQ((extend_signed<std::uint32_t, std::uint8_t>(0x180)), 0xffffff80u);
  EXPECT_EQ((extend_signed<std::uint64_t, std::uint32_t>(0x80000000)), 0xffffffff80000000u);
}

TEST(IntegerTest, WideArithmeticCarries) {
  const Wide sum = add_128({~std::uint64_t{0}, 0}, {1, 0});
  EXPECT_EQ(sum.low, 0u);
  EXPECT_EQ(sum.high, 1u);
  const Wide difference = subtract_128({0, 1}, {1, 0});
  EXPECT_EQ(difference.low, ~std::uint64_t{0});
  EXPECT_EQ(difference.high, 0u);
  const auto minus_one = ~std::uint64_t{0};
  EXPECT_EQ(multiply_wide_signed(minus_one, minus_one).low, 1u);
  EXPECT_EQ(multiply_wide_signed(minus_one, minus_one).high, 0u);
  EXPECT_EQ(multiply_wide_unsigned(minus_one, minus_one).high, minus_one - 1);
}

TEST(FloatTest, MinimumAndMaximumKnowSignedZeros) {
  EXPECT_EQ(bits(minimum(0.0, -0.0)), bits(-0.0));
  EXPECT_EQ(bits(minimum(-0.0, 0.0)), bits(-0.0));
  EXPECT_EQ(bits(maximum(0.0, -0.0)), bits(0.0));
  EXPECT_EQ(bits(maximum(-0.0, -0.0)), bits(-0.0));
}

TEST(FloatTest, MinimumAndMaximumGiveAQuietNaN) {
  EXPECT_TRUE(std::isnan(minimum(1.0, nan)));
  EXPECT_TRUE(std::isnan(maximum(nan, 1.0)));
  const float signalling = f32(0x7fa00000);
  EXPECT_EQ(bits(minimum(signalling, 1.0F)) & 0x7fffffffu, 0x7fe00000u);
}

TEST(FloatTest, RoundingGivesAQuietNaN) {
  const float signalling = f32(0x7fa00000);
  EXPECT_EQ(bits(ceiling(signalling)), 0x7fe00000u);
  EXPECT_EQ(bits(floor(signalling)), 0x7fe00000u);
  EXPECT_EQ(bits(truncate(signalling)), 0x7fe00000u);
  EXPECT_EQ(bits(nearest(signalling)), 0x7fe00000u);
  EXPECT_EQ(bits(square_root(signalling)), 0x7fe00000u);
}

TEST(FloatTest, SignOperationsKeepTheBitsOfANaN) {
  const double signalling = f64(0x7ff4000000000001);
  EXPECT_EQ(bits(negate(signalling)), 0xfff4000000000001u);
  EXPECT_EQ(bits(absolute(negate(signalling))), 0x7ff4000000000001u);
  EXPECT_EQ(bits(copy_sign(signalling, -1.0)), 0xfff4000000000001u);
}

TEST(FloatTest, NearestRoundsTiesToEven) {
  EXPECT_EQ(nearest(0.5), 0.0);
  EXPECT_EQ(nearest(1.5), 2.0);
  EXPECT_EQ(nearest(2.5), 2.0);
  EXPECT_EQ(bits(nearest(-0.5)), bits(-0.0));
  EXPECT_EQ(bits(nearest(-0.0F)), bits(-0.0F));
}

TEST(FloatTest, ComparisonsWithNaN) {
  EXPECT_EQ(equal_float(nan, nan), 0u);
  EXPECT_EQ(not_equal_float(nan, nan), 1u);
  EXPECT_EQ(less_float(nan, 1.0), 0u);
  EXPECT_EQ(greater_equal_float(nan, 1.0), 0u);
}

TEST(FloatTest, DivisionByZeroIsNotATrap) {
  EXPECT_EQ(divide_float(1.0, -0.0), -infinity);
  EXPECT_TRUE(std::isnan(divide_float(0.0, 0.0)));
}

TEST(ConversionTest, TruncationTellsItsTwoTrapsApart) {
  EXPECT_EQ((truncate_to<std::int32_t, double>(nan).trap), TrapCode::invalid_conversion_to_integer);
  EXPECT_EQ((truncate_to<std::int32_t, double>(infinity).trap), TrapCode::integer_overflow);
}

TEST(ConversionTest, TruncationAtTheEdgesOfSignedIntegers) {
  EXPECT_EQ((truncate_to<std::int32_t, double>(2147483647.9).value), 2147483647u);
  EXPECT_EQ((truncate_to<std::int32_t, double>(2147483648.0).trap), TrapCode::integer_overflow);
  EXPECT_EQ((truncate_to<std::int32_t, double>(-2147483648.9).value), minimum32);
  EXPECT_EQ((truncate_to<std::int32_t, double>(-2147483649.0).trap), TrapCode::integer_overflow);
  EXPECT_EQ((truncate_to<std::int32_t, float>(-2147483648.0F).value), minimum32);
  EXPECT_EQ((truncate_to<std::int32_t, float>(2147483648.0F).trap), TrapCode::integer_overflow);
  EXPECT_EQ((truncate_to<std::int64_t, double>(-9223372036854775808.0).value),
            std::uint64_t{1} << 63);
  EXPECT_EQ((truncate_to<std::int64_t, double>(9223372036854775808.0).trap),
            TrapCode::integer_overflow);
}

TEST(ConversionTest, TruncationAtTheEdgesOfUnsignedIntegers) {
  EXPECT_EQ((truncate_to<std::uint32_t, double>(-0.9).value), 0u);
  EXPECT_EQ((truncate_to<std::uint32_t, double>(-1.0).trap), TrapCode::integer_overflow);
  EXPECT_EQ((truncate_to<std::uint32_t, double>(4294967295.9).value), 4294967295u);
  EXPECT_EQ((truncate_to<std::uint32_t, float>(4294967296.0F).trap), TrapCode::integer_overflow);
  EXPECT_EQ((truncate_to<std::uint64_t, double>(18446744073709549568.0).value),
            18446744073709549568u);
  EXPECT_EQ((truncate_to<std::uint64_t, double>(18446744073709551616.0).trap),
            TrapCode::integer_overflow);
}

TEST(ConversionTest, SaturatingTruncation) {
  EXPECT_EQ((truncate_saturating_to<std::int32_t, float>(f32(0x7fc00000))), 0u);
  EXPECT_EQ((truncate_saturating_to<std::int32_t, double>(1e10)), 0x7fffffffu);
  EXPECT_EQ((truncate_saturating_to<std::int32_t, double>(-1e10)), minimum32);
  EXPECT_EQ((truncate_saturating_to<std::uint64_t, double>(-5.0)), 0u);
  EXPECT_EQ((truncate_saturating_to<std::uint64_t, double>(infinity)), ~std::uint64_t{0});
}

TEST(ConversionTest, IntegersRoundToTheNearestFloat) {
  EXPECT_EQ((convert_from<std::uint64_t, float>(0xffffffffffffffff)), 18446744073709551616.0F);
  EXPECT_EQ((convert_from<std::int64_t, double>(~std::uint64_t{0})), -1.0);
  EXPECT_EQ((convert_from<std::uint32_t, float>(16777217)), 16777216.0F);
}

}  // namespace
}  // namespace airlock::runtime::semantics
