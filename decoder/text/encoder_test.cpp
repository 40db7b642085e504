#include "decoder/text/encoder.hpp"

#include <gtest/gtest.h>

namespace airlock::decoder::text {
namespace {

std::string bytes_of(const Encoder& encoder) { return std::string(encoder.view()); }

template <typename Write>
std::string written(Write&& write) {
  Encoder encoder;
  write(encoder);
  return bytes_of(encoder);
}

TEST(Encoder, UnsignedNumbers) {
  const auto leb = [](std::uint64_t value) {
    return written([&](Encoder& to) { to.unsigned_number(value); });
  };
  EXPECT_EQ(leb(0), std::string("\0", 1));
  EXPECT_EQ(leb(127), "\x7f");
  EXPECT_EQ(leb(128), "\x80\x01");
  EXPECT_EQ(leb(UINT64_MAX), "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01");
}

TEST(Encoder, SignedNumbers) {
  const auto leb = [](std::int64_t value) {
    return written([&](Encoder& to) { to.signed_number(value); });
  };
  EXPECT_EQ(leb(63), "\x3f");
  EXPECT_EQ(leb(64), std::string("\xc0\x00", 2));
  EXPECT_EQ(leb(-1), "\x7f");
  EXPECT_EQ(leb(-64), "\x40");
  EXPECT_EQ(leb(-65), "\xbf\x7f");
  EXPECT_EQ(leb(INT64_MIN), "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x7f");
}

TEST(Encoder, MarksMoveWithTheirPieces) {
  Encoder inner;
  inner.byte(1);
  inner.mark(40);
  inner.byte(2);
  Encoder outer;
  outer.mark(10);
  outer.section(7, inner);
  EXPECT_EQ(bytes_of(outer), "\x07\x02\x01\x02");
  const auto map = std::move(outer).finish(false).map;
  EXPECT_EQ(map.lookup(0), 10u);
  EXPECT_EQ(map.lookup(2), 10u);
  EXPECT_EQ(map.lookup(3), 40u);
  EXPECT_EQ(map.lookup(1000), 40u);
}

TEST(Encoder, CustomSections) {
  Encoder contents;
  contents.byte(9);
  EXPECT_EQ(written([&](Encoder& to) { to.custom("ab", contents); }), std::string("\0\x04\x02"
                                                                                  "ab\x09",
                                                                                  6));
}

}  // namespace
}  // namespace airlock::decoder::text
