#include "wasi/host/streams.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <thread>

#include <gmock/gmock.h>

#include "wasi/host/testing.hpp"

namespace airlock::wasi {
namespace {

using testing::read_text;
using testing::TemporaryDirectory;
using testing::write_text;

struct Pipe {
  Pipe() {
    int ends[2] = {-1, -1};
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    reader = UniqueFd(ends[0]);
    writer = UniqueFd(ends[1]);
  }
  UniqueFd reader;
  UniqueFd writer;
};

std::span<const std::byte> bytes(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

/// What one read says: the bytes, "(nothing)", "(closed)" or the error.
std::string read(InputStream& stream, std::size_t limit = 100) {
  std::string text(limit, '\0');
  const auto count = stream.read(std::as_writable_bytes(std::span(text)));
  if (!count)
    return count.error().closed ? "(closed)" : std::string(error_name(count.error().code));
  return *count == 0 ? "(nothing)" : text.substr(0, *count);
}

template <typename T>
std::string outcome(const StreamResult<T>& result) {
  if (result) return "ok";
  return result.error().closed ? "closed" : std::string(error_name(result.error().code));
}

TEST(Streams, bytes_are_read_and_then_closed) {
  const auto stream = read_bytes("abcdef");
  EXPECT_TRUE(stream->ready());
  EXPECT_EQ(read(*stream, 4), "abcd");
  EXPECT_EQ(read(*stream, 0), "(nothing)");
  EXPECT_EQ(read(*stream, 4), "ef");
  EXPECT_EQ(read(*stream, 4), "(closed)");
  EXPECT_EQ(read(*stream, 0), "(closed)");
}

TEST(Streams, a_pipe_is_read_without_blocking) {
  Pipe pipe;
  const auto stream = read_host_fd(pipe.reader.get());
  EXPECT_FALSE(stream->ready());
  EXPECT_EQ(read(*stream), "(nothing)");
  ASSERT_EQ(::write(pipe.writer.get(), "hi", 2), 2);
  EXPECT_TRUE(stream->ready());
  EXPECT_EQ(read(*stream), "hi");
  pipe.writer.reset();
  EXPECT_TRUE(stream->ready());
  EXPECT_EQ(read(*stream), "(closed)");
  // The descriptor is not ours alone: its mode is as it was.
  EXPECT_EQ(::fcntl(pipe.reader.get(), F_GETFL) & O_NONBLOCK, 0);
}

TEST(Streams, a_full_pipe_takes_one_chunk_more_and_then_nothing) {
  Pipe pipe;
  const auto stream = write_host_fd(pipe.writer.get());
  const std::string chunk(stream_chunk, 'x');
  std::size_t written = 0;
  for (int i = 0; i < 100; ++i) {
    const auto permit = stream->check_write();
    ASSERT_TRUE(permit);
    if (*permit == 0) break;
    EXPECT_EQ(*permit, stream->permit());
    ASSERT_TRUE(stream->write(bytes(chunk).first(*permit)));
    EXPECT_EQ(stream->permit(), 0U);
    written += *permit;
  }
  EXPECT_TRUE(stream->is_pending());
  EXPECT_FALSE(stream->ready());
  EXPECT_EQ(stream->check_write(), 0U);

  std::size_t seen = 0;
  std::string buffer(1 << 16, '\0');
  while (seen < written) {
    const ssize_t count = ::read(pipe.reader.get(), buffer.data(), buffer.size());
    ASSERT_GT(count, 0);
    seen += static_cast<std::size_t>(count);
    ASSERT_TRUE(stream->flush());
  }
  EXPECT_EQ(seen, written);
  EXPECT_TRUE(stream->ready());
  EXPECT_GT(*stream->check_write(), 0U);
}

TEST(Streams, a_reader_that_goes_closes_the_stream) {
  Pipe pipe;
  const auto stream = write_host_fd(pipe.writer.get());
  pipe.reader.reset();
  EXPECT_TRUE(stream->check_write());
  EXPECT_EQ(outcome(stream->write(bytes("hi"))), "closed");
  EXPECT_EQ(outcome(stream->check_write()), "closed");
  EXPECT_EQ(outcome(stream->flush()), "closed");
  EXPECT_TRUE(stream->ready());
}

TEST(Streams, a_failure_is_told_once_and_then_the_stream_is_closed) {
  const auto full = std::make_shared<std::string>();
  const auto stream = write_string(full, 3);
  ASSERT_TRUE(stream->check_write());
  EXPECT_EQ(outcome(stream->write(bytes("abcd"))), "insufficient-space");
  EXPECT_EQ(*full, "abc");
  EXPECT_EQ(outcome(stream->check_write()), "closed");
  EXPECT_EQ(outcome(stream->write(bytes("x"))), "closed");
}

TEST(Streams, a_failure_met_while_waiting_is_told_by_the_next_operation) {
  Pipe pipe;
  const auto stream = write_host_fd(pipe.writer.get());
  const std::string chunk(stream_chunk, 'x');
  while (*stream->check_write() > 0) (void)stream->write(bytes(chunk));
  pipe.reader.reset();
  EXPECT_TRUE(stream->ready());
  EXPECT_EQ(outcome(stream->check_write()), "closed");
}

class FileStreams : public ::testing::Test {
 protected:
  FileStreams() {
    write_text(directory_ / "file", "0123456789");
    root_ = *Descriptor::grant(std::make_shared<FileSystem>(), directory_.path(), false);
    file_ = *root_->open_at("file", {}, {.read = true, .write = true});
  }
  TemporaryDirectory directory_;
  Descriptor::Pointer root_;
  Descriptor::Pointer file_;
};

TEST_F(FileStreams, have_positions_of_their_own) {
  const auto first = read_file(file_, 0);
  const auto second = read_file(file_, 5);
  EXPECT_EQ(read(*first, 3), "012");
  EXPECT_EQ(read(*second, 3), "567");
  EXPECT_EQ(read(*first, 3), "345");
  EXPECT_EQ(read(*second), "89");
  EXPECT_EQ(read(*second), "(closed)");
  EXPECT_EQ(outcome(read_file(file_, UINT64_MAX)->read({})), "ok");
  EXPECT_EQ(read(*read_file(file_, UINT64_MAX)), "invalid");
}

TEST_F(FileStreams, write_and_append) {
  const auto writer = write_file(file_, 8);
  const auto appender = append_file(file_);
  ASSERT_TRUE(writer->check_write() && appender->check_write());
  ASSERT_TRUE(writer->write(bytes("abc")));
  ASSERT_TRUE(appender->write(bytes("end")));
  ASSERT_TRUE(writer->write(bytes("d")));
  EXPECT_EQ(read_text(directory_ / "file"), "01234567abcdnd");
}

TEST_F(FileStreams, end_of_file_moves_with_the_file) {
  const auto reader = read_file(file_, 10);
  EXPECT_EQ(read(*reader), "(closed)");
  const auto appender = append_file(file_);
  ASSERT_TRUE(appender->check_write());
  ASSERT_TRUE(appender->write(bytes("more")));
  EXPECT_EQ(read(*reader), "more");
}

TEST_F(FileStreams, reading_what_is_not_open_for_it_fails) {
  const auto write_only = *root_->open_at("file", {}, {.write = true});
  EXPECT_EQ(read(*read_file(write_only, 0)), "bad-descriptor");
}

// The event loop ---------------------------------------------------------------------------------

TEST(EventLoopTest, a_turn_ends_when_a_timer_does) {
  EventLoop loop;
  const std::uint64_t start = monotonic_now();
  const auto near = std::make_shared<Timer>(start + 20'000'000);
  const auto far = std::make_shared<Timer>(start + 3'600'000'000'000);
  const EventLoop::Watch both = loop.watch({far, near});
  while (!near->ready()) ASSERT_TRUE(loop.turn());
  EXPECT_GE(monotonic_now() - start, 20'000'000U);
  EXPECT_LT(monotonic_now() - start, 5'000'000'000U);
  EXPECT_FALSE(far->ready());
}

TEST(EventLoopTest, a_turn_ends_when_a_pipe_can_be_read) {
  Pipe pipe;
  EventLoop loop;
  const auto stream = read_host_fd(pipe.reader.get());
  const EventLoop::Watch watch = loop.watch({std::make_shared<InputReadiness>(stream)});
  std::thread writer([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    EXPECT_EQ(::write(pipe.writer.get(), "x", 1), 1);
  });
  while (!stream->ready()) ASSERT_TRUE(loop.turn());
  writer.join();
  EXPECT_EQ(read(*stream), "x");
}

TEST(EventLoopTest, what_is_ready_already_does_not_wait) {
  EventLoop loop;
  const EventLoop::Watch never = loop.watch({std::make_shared<Timer>(UINT64_MAX)});
  const EventLoop::Watch now = loop.watch({std::make_shared<Timer>(0)});
  EXPECT_TRUE(loop.turn());
}

TEST(EventLoopTest, waiting_for_nothing_is_an_error_and_not_forever) {
  EventLoop loop;
  const auto result = loop.turn();
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message, ::testing::HasSubstr("deadlock"));
  {
    const EventLoop::Watch gone = loop.watch({std::make_shared<Timer>(0)});
  }
  EXPECT_FALSE(loop.turn());
  EXPECT_FALSE(loop.block_on({}));
}

TEST(EventLoopTest, deadlines_far_away_do_not_overflow) {
  Pipe pipe;
  EventLoop loop;
  ASSERT_EQ(::write(pipe.writer.get(), "x", 1), 1);
  EXPECT_TRUE(loop.block_on({std::make_shared<Timer>(UINT64_MAX),
                             std::make_shared<FileReadiness>(pipe.reader.get(), POLLIN)}));
}

}  // namespace
}  // namespace airlock::wasi
