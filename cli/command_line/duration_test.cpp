#include "cli/command_line/duration.hpp"

#include <gmock/gmock.h>

#include <string>

namespace airlock::cli {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

std::string complaint(std::string_view text) {
  const auto duration = parse_duration(text);
  return duration ? "" : duration.error();
}

TEST(Duration, WholeNumbersOfUnits) {
  EXPECT_EQ(parse_duration("7ns"), 7ns);
  EXPECT_EQ(parse_duration("7us"), 7us);
  EXPECT_EQ(parse_duration("100ms"), 100ms);
  EXPECT_EQ(parse_duration("2s"), 2s);
  EXPECT_EQ(parse_duration("3m"), 3min);
  EXPECT_EQ(parse_duration("1h"), 1h);
  EXPECT_EQ(parse_duration("2"), 2s) << "seconds";
  EXPECT_EQ(parse_duration("0"), 0s);
  EXPECT_EQ(parse_duration("9223372036854775807ns"), std::chrono::nanoseconds::max());
}

TEST(Duration, Fractions) {
  EXPECT_EQ(parse_duration("1.5s"), 1500ms);
  EXPECT_EQ(parse_duration("0.25"), 250ms);
  EXPECT_EQ(parse_duration("0.1m"), 6s);
  EXPECT_EQ(parse_duration("1.123456789s"), 1123456789ns);
  EXPECT_EQ(parse_duration("0.9ns"), 0ns) << "less than a nanosecond is cut off";
  EXPECT_EQ(parse_duration("0." + std::string(1'000'000, '9') + "us"), 999ns);
}

TEST(Duration, WhatIsNoDuration) {
  for (const auto* text :
       {"",    " ",   "s",  "-1s",  "+1s", ".5s", "1.s",   "1.5.2s", "0x10s", "1e3s",
        "2 s", "2s ", "2S", "2sec", "2d",  "2ss", "1h30m", "inf",    "nan",   "2\xff"})
    EXPECT_THAT(complaint(text), HasSubstr("is not a duration")) << text;
  EXPECT_THAT(complaint(std::string("2\0s", 3)), HasSubstr("is not a duration"));
}

TEST(Duration, TooLong) {
  for (const auto* text : {"9223372036854775808ns", "9223372036.9s", "2562048h",
                           "99999999999999999999999999s", "18446744073709551615"})
    EXPECT_THAT(complaint(text), HasSubstr("292 years")) << text;
}

TEST(Duration, OfALongTextOnlyTheBeginningIsShown) {
  const auto duration = parse_duration(std::string(1'000'000, 'x'));
  ASSERT_FALSE(duration);
  EXPECT_LT(duration.error().size(), 300U);
}

}  // namespace
}  // namespace airlock::cli
