#include "decoder/byte_reader.hpp"

#include <gtest/gtest.h>

#include "decoder/testing.hpp"

namespace airlock::decoder {
namespace {

using testing::bytes;

template <typename Read>
auto read(const testing::ByteVector& data, Read read_value) {
  ByteReader reader(data);
  auto value = read_value(reader);
  EXPECT_FALSE(reader.failed()) << reader.error().message;
  EXPECT_TRUE(reader.at_end());
  return value;
}

template <typename Read>
std::string failure(const testing::ByteVector& data, Read read_value) {
  ByteReader reader(data, 100);
  (void)read_value(reader);
  if (!reader.failed()) return "none";
  EXPECT_TRUE(reader.at_end());
  return reader.error().message + '@' + std::to_string(*reader.error().offset - 100);
}

const auto u32 = [](ByteReader& reader) { return reader.u32(); };
const auto u64 = [](ByteReader& reader) { return reader.u64(); };
const auto s32 = [](ByteReader& reader) { return reader.s32(); };
const auto s33 = [](ByteReader& reader) { return reader.s33(); };
const auto s64 = [](ByteReader& reader) { return reader.s64(); };
const auto name = [](ByteReader& reader) { return reader.name(); };
const auto count = [](ByteReader& reader) { return reader.count(10, "things", 2); };

TEST(ByteReader, ReadsUnsignedIntegers) {
  EXPECT_EQ(read(bytes({0}), u32), 0U);
  EXPECT_EQ(read(bytes({0x7f}), u32), 127U);
  EXPECT_EQ(read(bytes({0xe5, 0x8e, 0x26}), u32), 624485U);
  EXPECT_EQ(read(bytes({0xff, 0xff, 0xff, 0xff, 0x0f}), u32), 0xffffffffU);
  EXPECT_EQ(read(bytes({0x80, 0x80, 0x80, 0x80, 0x00}), u32), 0U);
  EXPECT_EQ(read(bytes({0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1}), u64), ~0ULL);
}

TEST(ByteReader, ReadsSignedIntegers) {
  EXPECT_EQ(read(bytes({0x7f}), s32), -1);
  EXPECT_EQ(read(bytes({0x3f}), s32), 63);
  EXPECT_EQ(read(bytes({0x40}), s32), -64);
  EXPECT_EQ(read(bytes({0x80, 0x80, 0x80, 0x80, 0x78}), s32), INT32_MIN);
  EXPECT_EQ(read(bytes({0xff, 0xff, 0xff, 0xff, 0x07}), s32), INT32_MAX);
  EXPECT_EQ(read(bytes({0xff, 0xff, 0xff, 0xff, 0x0f}), s33), 0xffffffffLL);
  EXPECT_EQ(read(bytes({0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f}), s64),
            INT64_MIN);
}

TEST(ByteReader, RefusesIntegersThatAreTooLongOrTooLarge) {
  EXPECT_EQ(failure(bytes({0x80, 0x80, 0x80, 0x80, 0x80, 0}), u32),
            "integer representation too long@5");
  EXPECT_EQ(failure(bytes({0x80, 0x80, 0x80, 0x80, 0x10}), u32), "integer too large@4");
  EXPECT_EQ(failure(bytes({0x80, 0x80, 0x80, 0x80, 0x70}), s32), "integer too large@4");
  EXPECT_EQ(failure(bytes({0xff, 0xff, 0xff, 0xff, 0x0f}), s32), "integer too large@4");
  EXPECT_EQ(failure(bytes({0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2}), u64),
            "integer too large@9");
  EXPECT_EQ(failure(bytes({0x80}), u32), "unexpected end@1");
  EXPECT_EQ(failure({}, s64), "unexpected end@0");
}

TEST(ByteReader, ErrorsAreSticky) {
  const auto data = bytes({0x80, 0x80, 0x80, 0x80, 0x10, 7});
  ByteReader reader(data);
  EXPECT_EQ(reader.u32(), 0U);
  EXPECT_EQ(reader.byte(), 0);
  EXPECT_EQ(reader.name(), "");
  EXPECT_EQ(reader.error().message, "integer too large");
}

TEST(ByteReader, ChecksCountsBeforeAnythingIsReserved) {
  EXPECT_EQ(read(bytes({0}), count), 0U);
  EXPECT_EQ(failure(bytes({3, 0, 0}), count), "unexpected end@3");
  EXPECT_EQ(failure(bytes({2, 0, 0}), count), "unexpected end@3");
  EXPECT_EQ(failure(bytes({11, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}), count), "too many things@0");
  EXPECT_EQ(failure(bytes({0xff, 0xff, 0xff, 0xff, 0x0f}), count), "unexpected end@5");
}

TEST(ByteReader, ReadsNames) {
  EXPECT_EQ(read(bytes("\x04\xe2\x82\xac!"), name), "\xe2\x82\xac!");
  EXPECT_EQ(failure(bytes("\x02ok!"), [](ByteReader& r) { return r.name() == "ok"; }), "none");
  EXPECT_EQ(failure(bytes("\x05"
                          "abc"),
                    name),
            "length out of bounds@0");
  EXPECT_EQ(failure(bytes("\x01\xff"), name), "malformed UTF-8 encoding@0");
}

TEST(Utf8, KnowsWellFormedSequences) {
  for (const std::string_view good :
       {"", "plain", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
        "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"})
    EXPECT_TRUE(is_utf8(good)) << good;
}

TEST(Utf8, RefusesOverlongFormsSurrogatesAndStrayBytes) {
  for (const std::string_view bad :
       {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2\x41", "\xe0\x9f\xbf", "\xed\xa0\x80",
        "\xef\xbf", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xfe", "\xff",
        "\xf0\x90\x80", "\xe2\x82\x28"})
    EXPECT_FALSE(is_utf8(bad)) << bad;
}

}  // namespace
}  // namespace airlock::decoder
