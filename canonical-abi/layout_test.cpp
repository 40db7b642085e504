#include "canonical-abi/layout.hpp"

#include <gtest/gtest.h>

namespace airlock::canonical_abi {
namespace {

class LayoutTest : public testing::Test {
 protected:
  TypeTable types;
  Type u8 = types.primitive(TypeKind::u8);
  Type u16 = types.primitive(TypeKind::u16);
  Type u32 = types.primitive(TypeKind::u32);
  Type u64 = types.primitive(TypeKind::u64);
  Type f32 = types.primitive(TypeKind::f32);
  Type f64 = types.primitive(TypeKind::f64);
  Type string = types.primitive(TypeKind::string);
};

using enum FlatType;

TEST_F(LayoutTest, EqualTypesAreOne) {
  EXPECT_EQ(types.list(u8), types.list(u8));
  EXPECT_NE(types.list(u8), types.fixed_list(u8, 1));
  EXPECT_NE(types.own(nullptr), types.borrow(nullptr));
  EXPECT_NE(types.record({{"a", u8}, {"b", u8}}), types.record({{"ab", u8}, {"", u8}}));
}

TEST_F(LayoutTest, RecordsAlignTheirFields) {
  const Type record = types.record({{"a", u8}, {"b", u32}, {"c", u16}});
  EXPECT_EQ(record->layouts[0].size, 12U);
  EXPECT_EQ(record->layouts[0].alignment, 4U);
  EXPECT_EQ(record->layouts[0].offsets, (std::vector<std::uint64_t>{0, 4, 8}));
  EXPECT_EQ(record->layouts[0].flat, (std::vector{i32, i32, i32}));
  EXPECT_FALSE(record->is_plain) << "padding must not be copied";
  EXPECT_TRUE(types.record({{"a", u32}, {"b", u32}})->is_plain);
}

TEST_F(LayoutTest, PointersFollowTheMemory) {
  EXPECT_EQ(string->layouts[0].size, 8U);
  EXPECT_EQ(string->layouts[1].size, 16U);
  EXPECT_EQ(string->layouts[1].flat, (std::vector{i64, i64}));
}

TEST_F(LayoutTest, VariantsJoinTheirPayloads) {
  const Type variant = types.variant({{"a", f32}, {"b", u64}, {"c", nullptr}});
  EXPECT_EQ(variant->layouts[0].flat, (std::vector{i32, i64}));
  EXPECT_EQ(variant->layouts[0].payload_offset, 8U);
  EXPECT_EQ(variant->layouts[0].size, 16U);
  EXPECT_EQ(types.result(f32, u32)->layouts[0].flat, (std::vector{i32, i32}));
  EXPECT_EQ(types.result(f64, f32)->layouts[0].flat, (std::vector{i32, i64}));
  EXPECT_EQ(types.result(nullptr, nullptr)->layouts[0].size, 1U);
}

TEST_F(LayoutTest, DiscriminantsGrowWithTheCases) {
  EXPECT_EQ(discriminant_size(1), 1);
  EXPECT_EQ(discriminant_size(256), 1);
  EXPECT_EQ(discriminant_size(257), 2);
  EXPECT_EQ(discriminant_size(65536), 2);
  EXPECT_EQ(discriminant_size(65537), 4);
  const Type wide = types.enumeration(std::vector<std::string>(300, "x"));
  EXPECT_EQ(wide->layouts[0].size, 2U);
}

TEST_F(LayoutTest, FlagsTakeWhatTheyNeed) {
  EXPECT_EQ(types.flags(std::vector<std::string>(8, "x"))->layouts[0].size, 1U);
  EXPECT_EQ(types.flags(std::vector<std::string>(9, "x"))->layouts[0].size, 2U);
  EXPECT_EQ(types.flags(std::vector<std::string>(17, "x"))->layouts[0].size, 4U);
}

TEST_F(LayoutTest, FlatListsAreBounded) {
  EXPECT_TRUE(types.fixed_list(u8, 17)->layouts[0].is_flat_complete);
  EXPECT_FALSE(types.fixed_list(u8, 18)->layouts[0].is_flat_complete);
  // Doubling a tuple forty times must cost neither time nor memory, and sizes must not wrap.
  Type type = u64;
  for (int i = 0; i < 60; ++i) {
    const Type pair[] = {type, type};
    type = types.tuple(pair);
  }
  EXPECT_FALSE(type->layouts[0].is_flat_complete);
  EXPECT_EQ(type->layouts[0].size, size_limit);
  EXPECT_EQ(types.fixed_list(type, 0xffffffff)->layouts[0].size, size_limit);
}

TEST_F(LayoutTest, ParametersAreATuple) {
  const Field fields[] = {{"a", u8}, {"b", string}};
  const TupleLayout tuple = tuple_layout(fields, false);
  EXPECT_EQ(tuple.size, 12U);
  EXPECT_EQ(tuple.flat, (std::vector{i32, i32, i32}));
}

TEST_F(LayoutTest, TraitsAreInherited) {
  const Type list = types.list(types.option(types.borrow(nullptr)));
  EXPECT_TRUE(list->contains_borrow);
  EXPECT_TRUE(list->contains_handle);
  EXPECT_TRUE(list->contains_pointer);
  EXPECT_FALSE(u8->contains_pointer);
}

}  // namespace
}  // namespace airlock::canonical_abi
