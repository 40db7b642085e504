#include "runtime/memory.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstring>
#include <vector>

namespace airlock::runtime {
namespace {

constexpr std::uint64_t plenty = std::uint64_t{1} << 36;
constexpr std::uint64_t page = 65536;

decoder::MemoryType pages(std::uint64_t minimum, std::optional<std::uint64_t> maximum = {}) {
  return {.limits = {minimum, maximum}};
}

std::unique_ptr<Memory> make(const decoder::MemoryType& type, bool guarded = false,
                             std::uint64_t limit = plenty,
                             std::shared_ptr<MemoryBudget> budget = nullptr) {
  auto memory = Memory::create(type, guarded, limit, std::move(budget));
  EXPECT_TRUE(memory) << memory.error().message;
  return *std::move(memory);
}

TEST(Memory, BeginsZeroedAndKeepsItsBaseWhenGrowing) {
  for (const bool guarded : {false, true}) {
    const auto memory = make(pages(1, 3), guarded);
    const auto* base = memory->base;
    EXPECT_EQ(memory->size, page);
    EXPECT_EQ(memory->base[0], std::byte{0});
    EXPECT_EQ(memory->base[page - 1], std::byte{0});
    memory->base[7] = std::byte{42};

    EXPECT_EQ(memory->grow(1), 1);
    EXPECT_EQ(memory->grow(0), 2);
    EXPECT_EQ(memory->grow(1), 2);
    EXPECT_EQ(memory->grow(1), -1) << "beyond the declared maximum";
    EXPECT_EQ(memory->pages(), 3u);
    EXPECT_EQ(memory->base, base);
    EXPECT_EQ(memory->base[7], std::byte{42});
    EXPECT_EQ(memory->base[3 * page - 1], std::byte{0});
  }
}

TEST(Memory, RefusesToGrowByAbsurdNumbers) {
  const auto memory = make(pages(1));
  EXPECT_EQ(memory->grow(65536), -1);
  EXPECT_EQ(memory->grow(~std::uint64_t{0}), -1);
  EXPECT_EQ(memory->grow(65535), 1) << "all that 32-bit addresses reach";
  EXPECT_EQ(memory->grow(1), -1);
}

TEST(Memory, KnowsWhatLiesInside) {
  const auto memory = make(pages(1));
  EXPECT_TRUE(memory->contains(0, page));
  EXPECT_TRUE(memory->contains(page, 0));
  EXPECT_FALSE(memory->contains(page, 1));
  EXPECT_FALSE(memory->contains(page + 1, 0));
  EXPECT_FALSE(memory->contains(1, page));
  EXPECT_FALSE(memory->contains(~std::uint64_t{0}, 2)) << "must not wrap around";
  EXPECT_FALSE(memory->contains(2, ~std::uint64_t{0}));
}

TEST(Memory, OfNoPagesCanGrow) {
  const auto memory = make(pages(0));
  EXPECT_EQ(memory->size, 0u);
  EXPECT_EQ(memory->grow(1), 0);
  memory->base[page - 1] = std::byte{1};
}

TEST(Memory, GuardedReservesAllThatAnInstructionCanAddress) {
  const auto memory = make(pages(1), true);
  EXPECT_TRUE(memory->is_guarded());
  EXPECT_GE(memory->reserved(), (std::uint64_t{1} << 33) + 16);
}

TEST(Memory, GuardsOnlyWhatPagesOfTheHostCanGuard) {
  auto small_pages = pages(100);
  small_pages.page_size_log2 = 0;
  EXPECT_FALSE(make(small_pages, true)->is_guarded());
  auto wide = pages(1);
  wide.address = decoder::AddressType::i64;
  EXPECT_FALSE(make(wide, true)->is_guarded());
}

TEST(Memory, WithPagesOfOneByteGrowsByBytes) {
  auto type = pages(3);
  type.page_size_log2 = 0;
  const auto memory = make(type);
  EXPECT_EQ(memory->size, 3u);
  EXPECT_EQ(memory->grow(10'000), 3);
  EXPECT_EQ(memory->pages(), 10'003u);
  EXPECT_FALSE(memory->contains(10'003, 1));
  EXPECT_EQ(memory->grow(0xffff'ffff), -1);
}

TEST(Memory, WithWideAddressesGrowsBeyondFourGibibytes) {
  auto type = pages(1, std::uint64_t{1} << 17);
  type.address = decoder::AddressType::i64;
  const auto memory = make(type);
  EXPECT_EQ(memory->grow((std::uint64_t{1} << 16) + 5), 1);
  memory->base[memory->size - 1] = std::byte{9};
  EXPECT_EQ(memory->base[memory->size - 1], std::byte{9});
}

TEST(Memory, LargerThanTheLimitIsRefusedWithItsName) {
  const auto memory = Memory::create(pages(65536), false, page);
  ASSERT_FALSE(memory);
  EXPECT_EQ(memory.error().kind, ErrorKind::limit);
  EXPECT_NE(memory.error().message.find("Limits::memory_bytes"), std::string::npos);

  auto absurd = pages(~std::uint64_t{0});
  absurd.address = decoder::AddressType::i64;
  const auto overflow = Memory::create(absurd, false, ~std::uint64_t{0});
  ASSERT_FALSE(overflow);
}

TEST(Memory, DoesNotGrowBeyondTheLimit) {
  const auto memory = make(pages(1), false, 2 * page);
  EXPECT_EQ(memory->grow(1), 1);
  EXPECT_EQ(memory->grow(1), -1);
}

TEST(Memory, SharesABudgetAndGivesBack) {
  const auto budget = std::make_shared<MemoryBudget>();
  budget->limit = 5 * page;
  auto first = make(pages(2), false, plenty, budget);
  const auto second = make(pages(1), false, plenty, budget);
  EXPECT_EQ(budget->used, 3 * page);
  EXPECT_EQ(second->grow(3), -1);
  EXPECT_EQ(second->grow(2), 1);
  EXPECT_EQ(budget->used, 5 * page);
  EXPECT_FALSE(Memory::create(pages(1), false, plenty, budget));
  first.reset();
  EXPECT_EQ(budget->used, 3 * page);
  EXPECT_TRUE(Memory::create(pages(2), false, plenty, budget));
}

TEST(Memory, SeveralHundredExistAtOnce) {
  std::vector<std::unique_ptr<Memory>> all;
  for (int i = 0; i < 1000; ++i) {
    all.push_back(make(pages(1), i % 2 == 0));
    all.back()->base[0] = std::byte{1};
  }
  for (const auto& memory : all) EXPECT_EQ(memory->grow(1), 1);
}

TEST(Memory, LaysAFileOverItselfCopyOnWrite) {
  const int file = memfd_create("test", MFD_CLOEXEC);
  ASSERT_GE(file, 0);
  const auto unit = host_page_size();
  const std::vector<char> bytes(2 * unit, 'x');
  ASSERT_EQ(write(file, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));

  const auto one = make(pages(1));
  const auto other = make(pages(1));
  ASSERT_TRUE(one->map_copy_on_write(unit, unit, file, unit));
  ASSERT_TRUE(other->map_copy_on_write(unit, unit, file, unit));
  one->base[unit] = std::byte{'y'};
  EXPECT_EQ(other->base[unit], std::byte{'x'});
  EXPECT_EQ(one->base[unit + 1], std::byte{'x'});
  EXPECT_EQ(one->base[unit - 1], std::byte{0});
  EXPECT_EQ(one->base[2 * unit], std::byte{0});
  close(file);
}

TEST(Memory, AFileThatCannotBeMappedLeavesZeros) {
  const auto memory = make(pages(1));
  memory->base[5] = std::byte{5};
  EXPECT_FALSE(memory->map_copy_on_write(0, host_page_size(), -1, 0));
  EXPECT_EQ(memory->base[5], std::byte{0});
  memory->base[5] = std::byte{6};
  EXPECT_EQ(memory->grow(1), 1);
}

/// Whether the tests of address space can be run: sanitizers need much of it themselves.
constexpr bool limits_address_space =
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
    false;
#else
    true;
#endif
#else
    true;
#endif

TEST(Memory, CheckedInCodeTakesNoMoreThanItHas) {
  if (!limits_address_space) GTEST_SKIP() << "sanitizers need the address space themselves";
  // Three gigabytes: less than one memory may become.
  const auto attempt = [] {
    struct rlimit little{std::uint64_t{3} << 30, std::uint64_t{3} << 30};
    if (setrlimit(RLIMIT_AS, &little) != 0) return 77;
    std::vector<std::unique_ptr<Memory>> all;
    for (int i = 0; i < 3000; ++i) {
      auto memory = Memory::create(pages(1), false, plenty);
      if (!memory) return 1;
      all.push_back(*std::move(memory));
      all.back()->base[0] = std::byte{1};
    }
    for (const auto& memory : all)
      if (memory->grow(2) != 1) return 2;
    // One alone can still have nearly all that is left.
    if (all.front()->grow(20'000) != 3) return 3;
    if (all.front()->base[0] != std::byte{1}) return 4;
    return all.back()->grow(60'000) == -1 ? 0 : 5;
  };
  EXPECT_EXIT(_exit(attempt()), testing::ExitedWithCode(0), "");
}

TEST(Memory, ThatIsGoneLeavesItsPlaceToOthers) {
  const std::byte* first = nullptr;
  for (int i = 0; i < 20'000; ++i) {
    const auto memory = make(pages(1));
    if (i == 0) first = memory->base;
    ASSERT_EQ(memory->base[0], std::byte{0});
    memory->base[0] = std::byte{1};
  }
  if (limits_address_space) {
    EXPECT_EQ(make(pages(1))->base, first);
  }
}

TEST(Memory, OfAllSizesLieApart) {
  std::vector<std::unique_ptr<Memory>> all;
  for (std::uint64_t most = 1; most <= 65536; most *= 2)
    for (int i = 0; i < 3; ++i) all.push_back(make(pages(1, most)));
  for (const auto& memory : all)
    EXPECT_GE(memory->grow(std::min<std::uint64_t>(memory->type().limits.maximum.value() - 1, 100)),
              1);
  unsigned number = 0;
  for (const auto& memory : all) {
    const auto value = static_cast<int>(++number);
    std::memset(memory->base, value, memory->size);
  }
  number = 0;
  for (const auto& memory : all) {
    const auto value = static_cast<std::byte>(++number);
    EXPECT_EQ(memory->base[0], value);
    EXPECT_EQ(memory->base[memory->size - 1], value);
  }
}

TEST(Memory, MakesDoWithLittleAddressSpace) {
  // In a child process, since the limit cannot be taken back.
  const auto attempt = [] {
    struct rlimit little{std::uint64_t{3} << 30, std::uint64_t{3} << 30};
    if (setrlimit(RLIMIT_AS, &little) != 0) return 77;
    const auto memory = Memory::create(pages(2), false, plenty);
    if (!memory) return 1;
    if ((*memory)->grow(1) != 2) return 2;
    const auto guarded = Memory::create(pages(2), true, plenty);
    return guarded || guarded.error().kind != ErrorKind::system ? 3 : 0;
  };
  if (!limits_address_space) GTEST_SKIP() << "sanitizers need the address space themselves";
  EXPECT_EXIT(_exit(attempt()), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace airlock::runtime
