#include "runtime/stack.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <vector>

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

/// Whether the system can read a byte there.
bool is_accessible(const void* address) {
  int ends[2];
  if (pipe(ends) != 0) return true;
  const bool was_read = write(ends[1], address, 1) == 1;
  close(ends[0]);
  close(ends[1]);
  return was_read;
}

/// Uses up the mappings that a process may have, then gives back some of them, one more at a time,
/// and makes a stack each time. @return 0 if every stack was unusable or had its guard page
int make_stacks_without_mappings() {
  const auto page = static_cast<std::size_t>(host_page_size());
  std::vector<void*> mappings;
  mappings.reserve(1'000'000);
  for (int i = 0; i < 1'000'000; ++i) {
    // Neighbours differ, or they would be one mapping.
    void* mapping =
        mmap(nullptr, page, i % 2 == 0 ? PROT_READ : PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapping == MAP_FAILED) break;
    mappings.push_back(mapping);
  }
  if (mappings.size() == 1'000'000) return 77;  // the system has no such limit
  int usable = 0;
  for (int i = 0; i < 6; ++i) {
    {
      const Stack stack(10'000);
      if (stack.is_usable()) {
        ++usable;
        if (is_accessible(stack.limit())) return 1;
      }
    }
    // From the end that can be cut off without making two of one.
    munmap(mappings.back(), page);
    mappings.pop_back();
  }
  return usable > 0 ? 0 : 2;
}

TEST(Stack, IsNotUsableWithoutItsGuardPage) {
  EXPECT_EXIT(
      {
        const int code = make_stacks_without_mappings();
        _exit(code == 77 ? 0 : code);
      },
      testing::ExitedWithCode(0), "");
}

using StackDeathTest = testing::Test;
TEST(StackDeathTest, EndsInAGuardPage) {
  const Stack stack(10'000);
  EXPECT_DEATH(const_cast<volatile Slot*>(stack.limit())->bits = 1, "");
}

}  // namespace
}  // namespace airlock::runtime
