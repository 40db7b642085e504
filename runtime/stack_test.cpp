#include "runtime/stack.hpp"

#include <gtest/gtest.h>

#include "runtime/memory.hpp"

namespace airlock::runtime {
namespace {

TEST(Stack, HasTheBytesAskedForInWholePages) {
  const Stack stack(10'000);
  ASSERT_TRUE(stack.is_usable());
  const auto bytes = static_cast<std::uint64_t>(stack.limit() - stack.base()) * sizeof(Slot);
  EXPECT_GE(bytes, 10'000u);
  EXPECT_EQ(bytes % host_page_size(), 0u);
  stack.base()[0].bits = 1;
  stack.limit()[-1].bits = 2;
  EXPECT_EQ(stack.state, Stack::State::idle);
}

TEST(Stack, OfGigabytesCostsOnlyWhatIsTouched) {
  const Stack stack(std::size_t{4} << 30);
  ASSERT_TRUE(stack.is_usable());
  stack.limit()[-1].bits = 2;
}

TEST(Stack, ThatTheSystemCannotGiveIsNotUsable) {
  const Stack stack(std::size_t{1} << 60);
  EXPECT_FALSE(stack.is_usable());
}

using StackDeathTest = testing::Test;
TEST(StackDeathTest, EndsInAGuardPage) {
  const Stack stack(10'000);
  EXPECT_DEATH(const_cast<volatile Slot*>(stack.limit())->bits = 1, "");
}

}  // namespace
}  // namespace airlock::runtime
