#include "decoder/text/numbers.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <string>

namespace airlock::decoder::text {
namespace {

std::uint32_t bits(float value) { return std::bit_cast<std::uint32_t>(value); }
std::uint64_t bits(double value) { return std::bit_cast<std::uint64_t>(value); }

TEST(Numbers, Forms) {
  for (const char* text : {"0", "-1", "+0x1_f", "1_000", "00"})
    EXPECT_TRUE(is_integer_literal(text)) << text;
  for (const char* text : {"", "-", "0x", "_1", "1_", "1__0", "0x_1", "1a", "0X1", "--1"})
    EXPECT_FALSE(is_integer_literal(text)) << text;
  for (const char* text :
       {"1.", "1.5", "1e3", "-1E-3", "0x1p4", "0x1.8", "inf", "-nan", "nan:0x1_f", "1.e+1"})
    EXPECT_TRUE(is_float_literal(text)) << text;
  for (const char* text : {".5", "0x.8p1", "1e", "1e+", "0x1p", "1.5p3", "nan:1", "nan:0x", "infx",
                           "0x1.p", "1_.0", "1._0", "1e_3"})
    EXPECT_FALSE(is_float_literal(text)) << text;
}

TEST(Numbers, Unsigned) {
  EXPECT_EQ(parse_unsigned("4294967295", 32), 4294967295u);
  EXPECT_EQ(parse_unsigned("4294967296", 32), std::nullopt);
  EXPECT_EQ(parse_unsigned("0xffff_ffff_ffff_ffff", 64), UINT64_MAX);
  EXPECT_EQ(parse_unsigned("0x1_0000_0000_0000_0000", 64), std::nullopt);
  EXPECT_EQ(parse_unsigned("18446744073709551616", 64), std::nullopt);
  EXPECT_EQ(parse_unsigned("+1", 32), std::nullopt);
  EXPECT_EQ(parse_unsigned("255", 8), 255u);
  EXPECT_EQ(parse_unsigned("256", 8), std::nullopt);
  EXPECT_EQ(parse_unsigned(std::string(100'000, '9'), 64), std::nullopt);
}

TEST(Numbers, Signed) {
  EXPECT_EQ(parse_signed("-128", 8), -128);
  EXPECT_EQ(parse_signed("128", 8), std::nullopt);
  EXPECT_EQ(parse_signed("-0x8000000000000000", 64), INT64_MIN);
  EXPECT_EQ(parse_signed("-0x8000000000000001", 64), std::nullopt);
}

TEST(Numbers, IntegersTakeBothRanges) {
  EXPECT_EQ(parse_integer("-1", 32), 0xffffffffu);
  EXPECT_EQ(parse_integer("+0xffffffff", 32), 0xffffffffu);
  EXPECT_EQ(parse_integer("-0x80000000", 32), 0x80000000u);
  EXPECT_EQ(parse_integer("-0x80000001", 32), std::nullopt);
  EXPECT_EQ(parse_integer("0x100000000", 32), std::nullopt);
  EXPECT_EQ(parse_integer("-1", 64), UINT64_MAX);
  EXPECT_EQ(parse_integer("18446744073709551615", 64), UINT64_MAX);
  EXPECT_EQ(parse_integer("-129", 8), std::nullopt);
  EXPECT_EQ(parse_integer("-128", 8), 0x80u);
}

TEST(Numbers, Decimal) {
  EXPECT_EQ(parse_f32("1.5"), bits(1.5f));
  EXPECT_EQ(parse_f64("-1_0.2_5e+1"), bits(-102.5));
  EXPECT_EQ(parse_f64("0x10"), bits(16.0));
  EXPECT_EQ(parse_f64("1."), bits(1.0));
  EXPECT_EQ(parse_f32("-0"), 0x80000000u);
  EXPECT_EQ(parse_f64("5e-324"), 1u);
  EXPECT_EQ(parse_f64("1e-400"), 0u);
  EXPECT_EQ(parse_f64("-1e-400"), std::uint64_t{1} << 63);
  EXPECT_EQ(parse_f64("1e400"), std::nullopt);
  EXPECT_EQ(parse_f32("1e-310"), 0u);
  EXPECT_EQ(parse_f32("1e39"), std::nullopt);
  EXPECT_EQ(parse_f32("340282356779733661637539395458142568447"), 0x7f7fffffu);
  EXPECT_EQ(parse_f32("340282356779733661637539395458142568448"), std::nullopt);
  // Rounding to f64 first would give the neighbouring f32.
  EXPECT_EQ(parse_f32("1.00000017881393432617187499"), 0x3f800001u);
  EXPECT_EQ(parse_f32("1.00000005960464477539062500001"), 0x3f800001u);
  EXPECT_EQ(parse_f64("1e99999999999999999999"), std::nullopt);
  EXPECT_EQ(parse_f64("1e-99999999999999999999"), 0u);
  EXPECT_EQ(parse_f64("0." + std::string(400, '0') + "1e401"), bits(1.0));
}

TEST(Numbers, Hexadecimal) {
  EXPECT_EQ(parse_f32("0x1.8p1"), bits(3.0f));
  EXPECT_EQ(parse_f64("-0x1p-1074"), (std::uint64_t{1} << 63) | 1);
  EXPECT_EQ(parse_f64("0x1p-1075"), 0u);                                     // a tie goes to even
  EXPECT_EQ(parse_f64("0x1.00000000000001p-1075"), 1u);                      // above the tie
  EXPECT_EQ(parse_f64("0x0.fffffffffffff8p-1022"), std::uint64_t{1} << 52);  // up to normal
  EXPECT_EQ(parse_f32("0x1.fffffep127"), 0x7f7fffffu);
  EXPECT_EQ(parse_f32("0x1.fffffefffffff8p127"), 0x7f7fffffu);
  EXPECT_EQ(parse_f32("0x1.ffffffp127"), std::nullopt);
  EXPECT_EQ(parse_f32("0x1p128"), std::nullopt);
  EXPECT_EQ(parse_f32("0x1.000001p0"), 0x3f800000u);                      // tie to even
  EXPECT_EQ(parse_f32("0x1.000003p0"), 0x3f800002u);                      // tie to even, upwards
  EXPECT_EQ(parse_f32("0x1.00000100000000000000000001p0"), 0x3f800001u);  // far sticky bit
  EXPECT_EQ(parse_f64("0x0p99999999999999999999"), 0u);
  EXPECT_EQ(parse_f64("0x1p-99999999999999999999"), 0u);
  EXPECT_EQ(parse_f64("0x1" + std::string(1000, '0') + "p-4000"), bits(1.0));
  EXPECT_EQ(parse_f64("0x0." + std::string(1000, '0') + "1p4004"), bits(1.0));
}

TEST(Numbers, NotANumber) {
  EXPECT_EQ(parse_f32("nan"), 0x7fc00000u);
  EXPECT_EQ(parse_f32("-nan:0x1"), 0xff800001u);
  EXPECT_EQ(parse_f32("nan:0x800000"), std::nullopt);
  EXPECT_EQ(parse_f32("nan:0x0"), std::nullopt);
  EXPECT_EQ(parse_f64("nan:0xf_ffff_ffff_ffff"), 0x7fffffffffffffffu);
  EXPECT_EQ(parse_f64("-inf"), 0xfff0000000000000u);
  EXPECT_EQ(parse_f64("nan:canonical"), std::nullopt);
}

}  // namespace
}  // namespace airlock::decoder::text
