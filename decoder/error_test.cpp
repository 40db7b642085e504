#include "decoder/error.hpp"

#include <gtest/gtest.h>

namespace airlock {
namespace {

TEST(FormatError, SaysWhatAndWhere) {
  EXPECT_EQ(format_error({.kind = ErrorKind::malformed, .message = "end", .offset = 0x1f3}, "a"),
            "a: malformed module at offset 0x1f3: end");
  EXPECT_EQ(format_error({.kind = ErrorKind::invalid,
                          .message = "type mismatch",
                          .offset = 16,
                          .function = FunctionReference{12, "parse"}},
                         "a"),
            "a: invalid module, function 12 `parse` at offset 0x10: type mismatch");
  EXPECT_EQ(format_error({.message = "typo", .offset = 1, .position = SourcePosition{14, 9}}, "a"),
            "a:14:9: typo");
}

TEST(FormatError, ALimitWithinABinaryNamesIt) {
  EXPECT_EQ(format_error({.kind = ErrorKind::limit, .message = "too deep", .offset = 1}, "a",
                         "component"),
            "a: oversized component at offset 0x1: too deep");
  EXPECT_EQ(format_error({.kind = ErrorKind::limit, .message = "file is too large"}, "a"),
            "a: file is too large");
}

}  // namespace
}  // namespace airlock
