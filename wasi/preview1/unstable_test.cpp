#include "wasi/preview1/unstable.hpp"

#include "wasi/preview1/testing.hpp"

namespace airlock::wasi::preview1 {
namespace {

class Unstable : public Preview1 {
 protected:
  void SetUp() override {
    Preview1::SetUp();
    functions_.clear();
    for (Definition& definition : unstable_definitions(std::make_shared<Process>(context_))) {
      functions_[std::string(definition.name)] = std::move(definition);
    }
  }
};

TEST_F(Unstable, has_the_functions_of_its_time) {
  EXPECT_EQ(functions_.size(), 45U);
  EXPECT_FALSE(functions_.contains("sock_accept"));
}

TEST_F(Unstable, seeking_counts_its_bases_otherwise) {
  enum : std::uint64_t { from_position, from_end, from_start };
  ASSERT_EQ(open("file"), 4);
  EXPECT_EQ(call("fd_seek", {4, 3, from_start, out}), Errno::success);
  EXPECT_EQ(call("fd_seek", {4, 2, from_position, out}), Errno::success);
  EXPECT_EQ(load<std::uint64_t>(out), 5U);
  EXPECT_EQ(call("fd_seek", {4, static_cast<std::uint64_t>(-1), from_end, out}), Errno::success);
  EXPECT_EQ(load<std::uint64_t>(out), 9U);
  EXPECT_EQ(call("fd_seek", {4, 0, 3, out}), Errno::inval);
}

TEST_F(Unstable, links_are_counted_in_32_bits) {
  ASSERT_EQ(open("file"), 4);
  store<std::uint64_t>(out + 56, 77);
  put(data, "file");
  EXPECT_EQ(call("path_filestat_set_times", {3, 1, data, 4, 40, 50, 1 | 4}), Errno::success);
  for (const bool by_path : {false, true}) {
    EXPECT_EQ(by_path ? call("path_filestat_get", {3, 1, data, 4, out})
                      : call("fd_filestat_get", {4, out}),
              Errno::success);
    EXPECT_EQ(load<std::uint8_t>(out + 16), 4);
    EXPECT_EQ(load<std::uint32_t>(out + 20), 1U);
    EXPECT_EQ(load<std::uint64_t>(out + 24), 10U);
    EXPECT_EQ(load<std::uint64_t>(out + 32), 40U);
    EXPECT_EQ(load<std::uint64_t>(out + 40), 50U);
    EXPECT_EQ(load<std::uint64_t>(out + 56), 77U);  // what follows is not touched
  }
  EXPECT_EQ(call("fd_filestat_get", {4, page - 55}), Errno::fault);
  EXPECT_EQ(call("fd_filestat_get", {9, out}), Errno::badf);
}

TEST_F(Unstable, clocks_have_identifiers) {
  constexpr std::uint32_t subscriptions = 4096;
  constexpr std::uint32_t size = 56;
  for (const std::uint32_t index : {0U, 1U}) {
    const std::uint32_t at = subscriptions + index * size;
    store<std::uint64_t>(at, 7 + index);
    store<std::uint64_t>(at + 16, UINT64_MAX);  // the identifier
    store<std::uint32_t>(at + 24, 1);
    store<std::uint64_t>(at + 32, index == 1 ? 1'000'000 : 3'600'000'000'000);
  }
  ASSERT_EQ(call("poll_oneoff", {subscriptions, 8192, 2, out}), Errno::success);
  EXPECT_EQ(load<std::uint32_t>(out), 1U);
  EXPECT_EQ(load<std::uint64_t>(8192), 8U);
  EXPECT_EQ(call("poll_oneoff", {page - 100, 8192, 2, out}), Errno::fault);
}

}  // namespace
}  // namespace airlock::wasi::preview1
