#include "decoder/branch_hints.hpp"

#include <gtest/gtest.h>

#include "decoder/testing.hpp"

namespace airlock::decoder {
namespace {

using testing::bytes;
using testing::ByteVector;

Result<BranchHints> read(const ByteVector& contents) {
  return read_branch_hints({.name = std::string(branch_hint_section), .bytes = contents});
}

std::string error_of(const ByteVector& contents) {
  const auto hints = read(contents);
  return hints ? "none" : hints.error().message;
}

TEST(BranchHints, ReadsThemByFunction) {
  const auto hints = read(bytes({2, 0, 1, 5, 1, 1, 3, 2, 2, 1, 0, 9, 1, 1}));
  ASSERT_TRUE(hints);
  ASSERT_EQ(hints->size(), 2u);
  EXPECT_EQ(hints->at(0)[0].offset, 5u);
  EXPECT_TRUE(hints->at(0)[0].is_likely);
  EXPECT_EQ(hints->at(3).size(), 2u);
  EXPECT_FALSE(hints->at(3)[0].is_likely);
}

TEST(BranchHints, RefusesWhatMakesNoSense) {
  const std::string prefix = "@metadata.code.branch_hint section: ";
  EXPECT_EQ(error_of(bytes({})), "unexpected end");
  EXPECT_EQ(error_of(bytes({1, 0, 1, 5, 1})), "unexpected end");
  EXPECT_EQ(error_of(bytes({0xff, 0xff, 0xff, 0xff, 0x0f, 0, 0})), "unexpected end");
  EXPECT_EQ(error_of(bytes({1, 0, 0xff, 0xff, 0xff, 0xff, 0x0f, 0})), "unexpected end");
  EXPECT_EQ(error_of(bytes({1, 0, 1, 5, 2, 1, 0})), prefix + "missing reserved byte");
  EXPECT_EQ(error_of(bytes({1, 0, 1, 5, 1, 2})), prefix + "invalid hint value");
  EXPECT_EQ(error_of(bytes({1, 0, 2, 5, 1, 1, 5, 1, 1})), prefix + "offsets out of order");
  EXPECT_EQ(error_of(bytes({2, 1, 0, 1, 0})), prefix + "functions out of order");
  EXPECT_EQ(error_of(bytes({0, 0})), prefix + "junk after the last hint");
}

/// A function with a `br_if` 5 bytes after its start: no locals, block, i32.const, br_if, end.
Result<void> check(const BranchHints& hints) {
  const auto module = read_module(testing::share(
      testing::module_with_body(bytes({0x02, 0x40, 0x41, 0x00, 0x0d, 0x00, 0x0b, 0x0b}))));
  EXPECT_TRUE(module);
  return check_branch_hints(*module, hints, {});
}

TEST(BranchHints, AreAtBranches) {
  EXPECT_TRUE(check({}));
  EXPECT_TRUE(check({{0, {{.offset = 5, .is_likely = true}}}}));
  for (const std::uint32_t offset : {0U, 1U, 3U, 4U, 6U, 7U, 8U, 9U, 10U, 0xffff'ffffU}) {
    const auto result = check({{0, {{.offset = offset, .is_likely = true}}}});
    ASSERT_FALSE(result) << offset;
    EXPECT_EQ(result.error().kind, ErrorKind::invalid);
  }
  EXPECT_FALSE(check({{1, {{.offset = 5, .is_likely = true}}}}));
}

}  // namespace
}  // namespace airlock::decoder
