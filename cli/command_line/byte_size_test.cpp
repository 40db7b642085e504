#include "cli/command_line/byte_size.hpp"

#include <gmock/gmock.h>

#include <limits>
#include <string>

namespace airlock::cli {
namespace {

using testing::HasSubstr;

constexpr std::uint64_t kibi = 1024;

std::string complaint(std::string_view text) {
  const auto size = parse_byte_size(text);
  return size ? "" : size.error();
}

TEST(ByteSize, Bytes) {
  EXPECT_EQ(parse_byte_size("0"), 0U);
  EXPECT_EQ(parse_byte_size("65536"), 65536U);
  EXPECT_EQ(parse_byte_size("10B"), 10U);
  EXPECT_EQ(parse_byte_size("18446744073709551615"), std::numeric_limits<std::uint64_t>::max());
}

TEST(ByteSize, PowersOf1024) {
  for (const auto* unit : {"k", "K", "Ki", "ki", "KiB", "kib"})
    EXPECT_EQ(parse_byte_size(std::string("3") + unit), 3 * kibi) << unit;
  EXPECT_EQ(parse_byte_size("64M"), 64 * kibi * kibi);
  EXPECT_EQ(parse_byte_size("2Gi"), 2 * kibi * kibi * kibi);
  EXPECT_EQ(parse_byte_size("1TiB"), kibi * kibi * kibi * kibi);
}

TEST(ByteSize, PowersOf1000) {
  EXPECT_EQ(parse_byte_size("3kB"), 3'000U);
  EXPECT_EQ(parse_byte_size("64MB"), 64'000'000U);
  EXPECT_EQ(parse_byte_size("2gb"), 2'000'000'000U);
  EXPECT_EQ(parse_byte_size("1TB"), 1'000'000'000'000U);
}

TEST(ByteSize, WhatIsNoSize) {
  for (const auto* text : {"", " ", "M", "-1", "+1", "1.5M", "0x10", "64X", "64 M", "64MM", "64Mi ",
                           "64iB", "64Bi", "64kbb", "64Kib1", "1e6", "64\xff"})
    EXPECT_THAT(complaint(text), HasSubstr("is not a size")) << text;
  EXPECT_THAT(complaint(std::string(1, '\0')), HasSubstr("is not a size"));
}

TEST(ByteSize, TooLarge) {
  for (const auto* text : {"18446744073709551616", "16777216T", "18014398509481984k",
                           "99999999999999999999999999999999G"})
    EXPECT_THAT(complaint(text), HasSubstr("2^64")) << text;
  EXPECT_EQ(parse_byte_size("16777215T"), 16777215 * kibi * kibi * kibi * kibi);
}

TEST(ByteSize, OfALongTextOnlyTheBeginningIsShown) {
  const auto size = parse_byte_size(std::string(1'000'000, 'x'));
  ASSERT_FALSE(size);
  EXPECT_LT(size.error().size(), 300U);
}

}  // namespace
}  // namespace airlock::cli
