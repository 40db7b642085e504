#include "cli/run/core_values.hpp"

#include <gmock/gmock.h>

namespace airlock::cli {
namespace {

using decoder::HeapKind;
using decoder::ValueType;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A value read and written again.
std::string again(std::string_view text, const ValueType& type) {
  const auto value = parse_core_value(text, type);
  return value ? format_core_value(*value) : "error: " + value.error();
}

std::string complaint(std::string_view text, const ValueType& type) {
  const auto value = parse_core_value(text, type);
  EXPECT_FALSE(value) << text;
  return value ? "" : value.error();
}

TEST(CoreValues, IntegersAreSignedOrUnsigned) {
  EXPECT_EQ(again("-1", decoder::i32), "-1");
  EXPECT_EQ(again("4294967295", decoder::i32), "-1");
  EXPECT_EQ(again("0xff", decoder::i32), "255");
  EXPECT_EQ(again("-0x80000000", decoder::i32), "-2147483648");
  EXPECT_EQ(again(" 1_000_000 ", decoder::i32), "1000000");
  EXPECT_EQ(again("+7", decoder::i32), "7");
  EXPECT_EQ(again("18446744073709551615", decoder::i64), "-1");
  EXPECT_EQ(again("0x7fff_ffff_ffff_ffff", decoder::i64), "9223372036854775807");
}

TEST(CoreValues, Floats) {
  EXPECT_EQ(again("1.5", decoder::f32), "1.5");
  EXPECT_EQ(again("3", decoder::f64), "3");
  EXPECT_EQ(again("-0", decoder::f64), "-0");
  EXPECT_EQ(again("0x1p-4", decoder::f64), "0.0625");
  EXPECT_EQ(again("1e3", decoder::f64), "1000");
  EXPECT_EQ(again("-inf", decoder::f32), "-inf");
  EXPECT_EQ(again("nan", decoder::f32), "nan");
  EXPECT_EQ(parse_core_value("nan:0x200000", decoder::f32)->slots[0].i32, 0x7fa0'0000U);
}

TEST(CoreValues, Vectors) {
  EXPECT_EQ(again("0", decoder::v128), "i32x4(0x0, 0x0, 0x0, 0x0)");
  EXPECT_EQ(again("1", decoder::v128), "i32x4(0x1, 0x0, 0x0, 0x0)");
  EXPECT_EQ(again("340282366920938463463374607431768211455", decoder::v128),
            "i32x4(0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff)");
  EXPECT_EQ(again("0x00000004000000030000000200000001", decoder::v128),
            "i32x4(0x1, 0x2, 0x3, 0x4)");
  EXPECT_EQ(again("i32x4(1, -1, 0x10, 4)", decoder::v128), "i32x4(0x1, 0xffffffff, 0x10, 0x4)");
  EXPECT_EQ(again("i64x2(1,2)", decoder::v128), "i32x4(0x1, 0x0, 0x2, 0x0)");
  EXPECT_EQ(again("i16x8(1, 2, 3, 4, 5, 6, 7, 8)", decoder::v128),
            "i32x4(0x20001, 0x40003, 0x60005, 0x80007)");
  EXPECT_EQ(again("i8x16(1,2,3,4,0,0,0,0,0,0,0,0,0,0,0,255)", decoder::v128),
            "i32x4(0x4030201, 0x0, 0x0, 0xff000000)");
  EXPECT_EQ(again("f32x4(1, 0, 0, -inf)", decoder::v128),
            "i32x4(0x3f800000, 0x0, 0x0, 0xff800000)");
  EXPECT_EQ(again("f64x2 (1.5, 0)", decoder::v128), "i32x4(0x0, 0x3ff80000, 0x0, 0x0)");
}

TEST(CoreValues, VectorsThatAreNone) {
  EXPECT_THAT(complaint("340282366920938463463374607431768211456", decoder::v128),
              HasSubstr("out of range"));
  EXPECT_THAT(complaint("0x100000000000000000000000000000000", decoder::v128),
              HasSubstr("out of range"));
  EXPECT_THAT(complaint("i32x4(1, 2, 3)", decoder::v128), HasSubstr("has 4 lanes, found 3"));
  EXPECT_THAT(complaint("i32x4(1, 2, 3, 4, 5)", decoder::v128), HasSubstr("found 5"));
  EXPECT_THAT(complaint("i8x16(256,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0)", decoder::v128),
              HasSubstr("lane 0: `256` is out of range for i8"));
  EXPECT_THAT(complaint("i32x4(1, 2, 3, 4", decoder::v128), HasSubstr("expected v128"));
  for (const auto* text : {"", "i32x4", "i32x5(1)", "(1)", "i32x4)", "i32x4(", "-1", "i32x4()",
                           "i32x4(i32x4(1, 2, 3, 4))", "i32x4(1, 2, 3, 4)5"})
    complaint(text, decoder::v128);
}

TEST(CoreValues, NullReferences) {
  EXPECT_EQ(again("null", decoder::externref), "null");
  EXPECT_EQ(again("null", decoder::funcref), "null");
  EXPECT_THAT(complaint("5", decoder::externref), HasSubstr("expected null"));
  EXPECT_THAT(complaint("null", ValueType::reference(HeapKind::func, false)),
              HasSubstr("cannot be null"));
}

TEST(CoreValues, WhatIsWrongIsSaid) {
  EXPECT_EQ(complaint("x", decoder::i32), "expected i32, found `x`");
  EXPECT_EQ(complaint("", decoder::i64), "expected i64, found nothing");
  EXPECT_EQ(complaint("1.5", decoder::i32), "expected i32, found `1.5`");
  EXPECT_EQ(complaint("4294967296", decoder::i32), "`4294967296` is out of range for i32");
  EXPECT_EQ(complaint("-2147483649", decoder::i32), "`-2147483649` is out of range for i32");
  EXPECT_EQ(complaint("1e400", decoder::f64), "`1e400` is out of range for f64");
  EXPECT_LT(complaint(std::string(1'000'000, '9'), decoder::i32).size(), 100U);
  for (const auto* text : {"0x", "1_", "_1", "1__0", "--1", "0x-1", "1 2", "\xff", "1e", "nan:0x0"})
    for (const auto& type : {decoder::i32, decoder::f32, decoder::v128}) complaint(text, type);
}

TEST(CoreValues, ArgumentsArePartedByCommas) {
  EXPECT_THAT(split_arguments(""), IsEmpty());
  EXPECT_THAT(split_arguments("  "), IsEmpty());
  EXPECT_THAT(split_arguments("1"), ElementsAre("1"));
  EXPECT_THAT(split_arguments("1, 2,"), ElementsAre("1", "2"));
  EXPECT_THAT(split_arguments("1,,2"), ElementsAre("1", "", "2"));
  EXPECT_THAT(split_arguments("i64x2(1, 2), 3"), ElementsAre("i64x2(1, 2)", "3"));
  EXPECT_THAT(split_arguments("((1, 2), 3"), ElementsAre("((1, 2), 3"));
  EXPECT_THAT(split_arguments(")1, 2)"), ElementsAre(")1", "2)"));
}

}  // namespace
}  // namespace airlock::cli
