// WASI 0.1 on pipes: waiting for the other end, writing more than fits.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "wasi/preview1/testing.hpp"

namespace airlock::wasi::preview1 {
namespace {

/// A pipe of the host as standard output; `later` empties it from another thread.
class Preview1Output : public Preview1 {
 protected:
  void SetUp() override {
    int ends[2] = {};
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    reader_ = UniqueFd(ends[0]);
    writer_ = UniqueFd(ends[1]);
    Configuration configuration = testing::usual_grants(directory_, output_);
    start(std::move(configuration));
    context_->state().standard_output = write_host_fd(writer_.get());
    context_->state().standard_error = write_host_fd(writer_.get());
    functions_.clear();
    for (Definition& definition : definitions(std::make_shared<Process>(context_)))
      functions_[std::string(definition.name)] = std::move(definition);
    for (std::uint32_t i = 0; i < length; ++i)
      store<char>(data + i, static_cast<char>('a' + i % 23));
  }

  /// Reads all there is, slowly, until `total` bytes have come.
  void later(std::size_t total) {
    helper_ = std::thread([this, total] {
      char buffer[1000];
      while (received_.size() < total) {
        if (received_.size() % 7000 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        const ssize_t count = ::read(reader_.get(), buffer, sizeof buffer);
        if (count <= 0) break;
        received_.append(buffer, static_cast<std::size_t>(count));
      }
    });
  }

  /// Writes `count` times the same `length` bytes by one call.
  Errno write_lists(std::uint32_t fd, std::uint32_t count) {
    for (std::uint32_t i = 0; i < count; ++i) {
      store<std::uint32_t>(256 + 8 * i, data);
      store<std::uint32_t>(260 + 8 * i, length);
    }
    return call("fd_write", {fd, 256, count, out});
  }

  void TearDown() override {
    if (helper_.joinable()) helper_.join();
  }

  static constexpr std::uint32_t length = 60'000;
  UniqueFd reader_;
  UniqueFd writer_;
  std::string received_;
  std::thread helper_;
};

TEST_F(Preview1Output, a_blocking_write_takes_everything) {
  const std::string once = text(data, length);
  later(std::size_t{length} * 5);
  EXPECT_EQ(write_lists(1, 5), Errno::success);
  EXPECT_EQ(load<std::uint32_t>(out), length * 5);
  EXPECT_GT(suspensions_, 0);
  helper_.join();
  EXPECT_EQ(received_, once + once + once + once + once);
}

TEST_F(Preview1Output, what_is_written_to_two_streams_keeps_its_order) {
  later(3 * (std::size_t{length} * 2 + 5));
  std::string expected;
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(write_lists(1, 2), Errno::success);
    expected += text(data, length) + text(data, length) + "error";
    const std::string saved = text(data, 5);
    EXPECT_EQ(write(2, "error"), Errno::success);
    put(data, saved);
  }
  helper_.join();
  EXPECT_EQ(received_, expected);
}

TEST_F(Preview1Output, a_write_that_need_not_wait_says_how_much_it_took) {
  ASSERT_EQ(call("fd_fdstat_set_flags", {1, fdflags::nonblock}), Errno::success);
  EXPECT_EQ(write_lists(1, 5), Errno::success);
  const auto taken = load<std::uint32_t>(out);
  EXPECT_GT(taken, 0U);
  EXPECT_LT(taken, length * 5);
  EXPECT_EQ(write_lists(1, 5), Errno::again);
  EXPECT_EQ(suspensions_, 0);
  std::string all(taken, ' ');
  EXPECT_EQ(::read(reader_.get(), all.data(), all.size()), static_cast<ssize_t>(taken));
  EXPECT_EQ(all.substr(0, length), text(data, length).substr(0, taken));
}

TEST_F(Preview1Output, a_write_that_fails_in_the_middle_says_what_was_written) {
  helper_ = std::thread([this] {
    std::string part(70'000, ' ');
    for (std::size_t left = part.size(); left > 0;) {
      const ssize_t count = ::read(reader_.get(), part.data(), left);
      if (count <= 0) return;
      left -= static_cast<std::size_t>(count);
    }
    reader_ = UniqueFd();
  });
  EXPECT_EQ(write_lists(1, 5), Errno::success);
  EXPECT_GE(load<std::uint32_t>(out), 70'000U);
  EXPECT_LT(load<std::uint32_t>(out), length * 5);
  EXPECT_EQ(write_lists(1, 5), Errno::pipe);
}

TEST_F(Preview1, a_pipe_without_a_writer_has_not_ended) {
  ASSERT_EQ(::mkfifo((directory_ / "pipe").c_str(), 0600), 0);
  ASSERT_EQ(open("pipe", 0, rights::fd_read), 4);
  ASSERT_EQ(call("fd_fdstat_set_flags", {4, fdflags::nonblock}), Errno::success);
  EXPECT_EQ(read(4), "errno 6") << "nobody has opened the other end";
  ASSERT_EQ(call("fd_fdstat_set_flags", {4, 0}), Errno::success);
  std::thread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    const UniqueFd writer(::open((directory_ / "pipe").c_str(), O_WRONLY | O_CLOEXEC));
    EXPECT_EQ(::write(writer.get(), "first", 5), 5);
  });
  EXPECT_EQ(read(4), "first");
  later.join();
  EXPECT_EQ(read(4), "") << "the writer has gone";
  EXPECT_GT(suspensions_, 0);
}

TEST_F(Preview1, opening_a_pipe_for_writing_waits_for_a_reader) {
  ASSERT_EQ(::mkfifo((directory_ / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(open("pipe", 0, rights::fd_write, fdflags::nonblock), -60);
  UniqueFd reader;
  std::thread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    reader = UniqueFd(::open((directory_ / "pipe").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  });
  EXPECT_EQ(open("pipe", 0, rights::fd_write), 4);
  later.join();
  EXPECT_GT(suspensions_, 0);
  EXPECT_EQ(write(4, "there"), Errno::success);
  char buffer[5] = {};
  EXPECT_EQ(::read(reader.get(), buffer, 5), 5);
}

TEST_F(Preview1, reading_an_empty_pipe_waits_unless_told_not_to) {
  ASSERT_EQ(::mkfifo((directory_ / "pipe").c_str(), 0600), 0);
  ASSERT_EQ(open("pipe", 0, rights::fd_read), 4);
  const UniqueFd writer(::open((directory_ / "pipe").c_str(), O_WRONLY | O_CLOEXEC));
  ASSERT_EQ(call("fd_fdstat_set_flags", {4, fdflags::nonblock}), Errno::success);
  EXPECT_EQ(read(4), "errno 6");
  ASSERT_EQ(call("fd_fdstat_set_flags", {4, 0}), Errno::success);
  std::thread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    EXPECT_EQ(::write(writer.get(), "late", 4), 4);
  });
  EXPECT_EQ(read(4), "late");
  later.join();
  EXPECT_GT(suspensions_, 0);
}

}  // namespace
}  // namespace airlock::wasi::preview1
