#include "cli/wast/script_values.hpp"

#include "runtime/reference.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cstring>

namespace airlock::cli {
namespace {

using decoder::HeapKind;
using decoder::ValueType;
using decoder::text::NanPattern;
using decoder::text::ReferenceKind;
using decoder::text::ScriptValue;
using decoder::text::ScriptValueKind;
using decoder::text::VectorShape;
using runtime::Value;

const runtime::TypeRegistry types;

ScriptValue number(ScriptValueKind kind, std::uint64_t bits) {
  ScriptValue value;
  value.kind = kind;
  value.bits = bits;
  return value;
}

ScriptValue nan(ScriptValueKind kind, NanPattern pattern) {
  ScriptValue value = number(kind, 0);
  value.nan = pattern;
  return value;
}

ScriptValue reference(ReferenceKind kind) {
  ScriptValue value;
  value.kind = ScriptValueKind::reference;
  value.reference = kind;
  return value;
}

Value actual(const ValueType& type, std::uint64_t low, std::uint64_t high = 0) {
  Value value;
  value.type = type;
  value.slots[0].bits = low;
  value.slots[1].bits = high;
  return value;
}

TEST(ScriptValues, NumbersMatchByTypeAndBits) {
  const auto five = number(ScriptValueKind::i32, 5);
  EXPECT_TRUE(matches(types, five, actual(decoder::i32, 5)));
  // The upper half of a slot that holds an i32 is unspecified.
  EXPECT_TRUE(matches(types, five, actual(decoder::i32, 0xffff'ffff'0000'0005)));
  EXPECT_FALSE(matches(types, five, actual(decoder::i32, 6)));
  EXPECT_FALSE(matches(types, five, actual(decoder::i64, 5)));
  EXPECT_TRUE(matches(types, number(ScriptValueKind::i64, ~0ULL), actual(decoder::i64, ~0ULL)));
  const auto zero = number(ScriptValueKind::f32, 0);
  EXPECT_FALSE(matches(types, zero, actual(decoder::f32, 0x8000'0000)));
}

TEST(ScriptValues, NanPatterns) {
  const auto canonical = nan(ScriptValueKind::f32, NanPattern::canonical);
  const auto arithmetic = nan(ScriptValueKind::f32, NanPattern::arithmetic);
  EXPECT_TRUE(matches(types, canonical, actual(decoder::f32, 0x7fc0'0000)));
  EXPECT_TRUE(matches(types, canonical, actual(decoder::f32, 0xffc0'0000)));
  EXPECT_FALSE(matches(types, canonical, actual(decoder::f32, 0x7fc0'0001)));
  EXPECT_TRUE(matches(types, arithmetic, actual(decoder::f32, 0x7fc0'0001)));
  EXPECT_FALSE(matches(types, arithmetic, actual(decoder::f32, 0x7fa0'0000)));
  EXPECT_FALSE(matches(types, arithmetic, actual(decoder::f32, 0x7f80'0000)));
  const auto wide = nan(ScriptValueKind::f64, NanPattern::arithmetic);
  EXPECT_TRUE(matches(types, wide, actual(decoder::f64, 0xfff8'0000'0000'0001)));
  EXPECT_FALSE(matches(types, wide, actual(decoder::f64, 0x7ff4'0000'0000'0000)));
}

TEST(ScriptValues, VectorsOfFloatsMatchLaneByLane) {
  ScriptValue expected;
  expected.kind = ScriptValueKind::v128;
  expected.shape = VectorShape::f32x4;
  expected.lanes[1] = NanPattern::canonical;
  EXPECT_TRUE(matches(types, expected, actual(decoder::v128, 0x7fc0'0000'0000'0000)));
  EXPECT_FALSE(matches(types, expected, actual(decoder::v128, 0x7fc0'0000'0000'0001)));
  expected.shape = VectorShape::i32x4;
  EXPECT_FALSE(matches(types, expected, actual(decoder::v128, 0x7fc0'0000'0000'0000)));
  EXPECT_TRUE(matches(types, expected, actual(decoder::v128, 0)));
}

TEST(ScriptValues, References) {
  const auto null = actual(decoder::funcref, 0);
  EXPECT_TRUE(matches(types, reference(ReferenceKind::null), null));
  EXPECT_FALSE(matches(types, reference(ReferenceKind::func), null));
  auto typed = reference(ReferenceKind::null);
  typed.heap = HeapKind::func;
  EXPECT_TRUE(matches(types, typed, null));
  typed.heap = HeapKind::nofunc;
  EXPECT_TRUE(matches(types, typed, null));
  typed.heap = HeapKind::extern_;
  EXPECT_FALSE(matches(types, typed, null));
  auto seventh = reference(ReferenceKind::extern_);
  seventh.has_number = true;
  seventh.bits = 7;
  EXPECT_TRUE(matches(types, seventh, actual(decoder::externref, runtime::make_external(7))));
  EXPECT_FALSE(matches(types, seventh, actual(decoder::externref, runtime::make_external(8))));
  EXPECT_FALSE(matches(types, seventh, actual(decoder::externref, 0)));
}

TEST(ScriptValues, EitherIsOneOfSeveral) {
  ScriptValue either;
  either.kind = ScriptValueKind::either;
  either.elements = {number(ScriptValueKind::i32, 1), number(ScriptValueKind::i32, 2)};
  EXPECT_TRUE(matches(types, either, actual(decoder::i32, 2)));
  EXPECT_FALSE(matches(types, either, actual(decoder::i32, 3)));
}

TEST(ScriptValues, ArgumentsBecomeRuntimeValues) {
  auto reference_7 = reference(ReferenceKind::extern_);
  reference_7.has_number = true;
  reference_7.bits = 7;
  const auto value = to_runtime_value(reference_7);
  ASSERT_TRUE(value);
  EXPECT_EQ(value->slots[0].bits, runtime::make_external(7));
  EXPECT_FALSE(value->type.nullable);
  ScriptValue vector;
  vector.kind = ScriptValueKind::v128;
  vector.vector[8] = 3;
  EXPECT_EQ(to_runtime_value(vector)->slots[1].bits, 3U);
  EXPECT_EQ(to_runtime_value(number(ScriptValueKind::string, 0)).error().kind, ErrorKind::argument);
}

TEST(ScriptValues, ComponentValuesMatchStructurally) {
  ScriptValue flags;
  flags.kind = ScriptValueKind::flags;
  flags.names = {"a", "b"};
  auto reordered = flags;
  reordered.names = {"b", "a"};
  EXPECT_TRUE(matches(flags, reordered));
  ScriptValue list;
  list.kind = ScriptValueKind::list;
  list.elements = {number(ScriptValueKind::u8, 1),
                   nan(ScriptValueKind::f64, NanPattern::canonical)};
  auto same = list;
  same.elements[1].bits = 0x7ff8'0000'0000'0000;
  EXPECT_TRUE(matches(list, same));
  same.elements.pop_back();
  EXPECT_FALSE(matches(list, same));
}

TEST(ScriptValues, PrintAsAScriptWritesThem) {
  EXPECT_EQ(to_text(number(ScriptValueKind::i32, 0xffff'ffff)), "(i32.const -1)");
  EXPECT_EQ(to_text(actual(decoder::f32, 0x7fc0'0001)), "(f32.const nan:0x7fc00001)");
  EXPECT_EQ(to_text(actual(decoder::f64, std::bit_cast<std::uint64_t>(1.5))), "(f64.const 1.5)");
  EXPECT_EQ(to_text(actual(decoder::funcref, 0)), "(ref.null func)");
  EXPECT_EQ(list_text(std::vector<Value>{}), "nothing");
}

}  // namespace
}  // namespace airlock::cli
