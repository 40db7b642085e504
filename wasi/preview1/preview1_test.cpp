#include "wasi/preview1/preview1.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <thread>

#include "wasi/preview1/testing.hpp"

namespace airlock::wasi::preview1 {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::read_text;
using testing::write_text;

TEST_F(Preview1, has_all_functions_under_their_types) {
  EXPECT_EQ(functions_.size(), 46U);
  const auto type = [&](const char* name) { return to_string(functions_.at(name).type); };
  EXPECT_EQ(type("fd_seek"), "[i32 i64 i32 i32] -> [i32]");
  EXPECT_EQ(type("path_open"), "[i32 i32 i32 i32 i32 i64 i64 i32 i32] -> [i32]");
  EXPECT_EQ(type("proc_exit"), "[i32] -> []");
  EXPECT_EQ(type("sched_yield"), "[] -> [i32]");
  EXPECT_EQ(type("path_filestat_set_times"), "[i32 i32 i32 i32 i64 i64 i32] -> [i32]");
  EXPECT_EQ(type("clock_time_get"), "[i32 i64 i32] -> [i32]");
}

TEST_F(Preview1, arguments_and_variables) {
  ASSERT_EQ(call("args_sizes_get", {out, out2}), Errno::success);
  EXPECT_EQ(load<std::uint32_t>(out), 3U);
  EXPECT_EQ(load<std::uint32_t>(out2), 4U + 4U + 7U);
  ASSERT_EQ(call("args_get", {out, data}), Errno::success);
  EXPECT_EQ(text(data, 15), std::string("app\0one\0zw\xc3\xb6lf\0", 15));
  EXPECT_EQ(load<std::uint32_t>(out + 8), data + 8);
  ASSERT_EQ(call("environ_sizes_get", {out, out2}), Errno::success);
  EXPECT_EQ(load<std::uint32_t>(out), 2U);
  ASSERT_EQ(call("environ_get", {out, data}), Errno::success);
  EXPECT_EQ(text(data, 11), std::string("A=1\0EMPTY=\0", 11));
}

TEST_F(Preview1, standard_streams) {
  EXPECT_EQ(read(0, 3), "inp");
  EXPECT_EQ(read(0), "ut");
  EXPECT_EQ(read(0), "");
  EXPECT_EQ(write(1, "hello"), Errno::success);
  EXPECT_EQ(load<std::uint32_t>(out), 5U);
  EXPECT_EQ(*output_, "hello");
  EXPECT_EQ(write(0, "x"), Errno::badf);
  EXPECT_EQ(read(1), "errno 8");
  EXPECT_EQ(call("fd_sync", {1}), Errno::badf);
  EXPECT_EQ(call("fd_pread", {0, buffer(data, 1), 1, 0, out}), Errno::spipe);
  EXPECT_EQ(call("fd_seek", {1, 0, 0, out}), Errno::spipe);
  ASSERT_EQ(call("fd_fdstat_get", {1, out}), Errno::success);
  EXPECT_EQ(load<std::uint8_t>(out), 0);
  EXPECT_EQ(call("fd_filestat_get", {1, out}), Errno::success);
  EXPECT_EQ(call("fd_close", {1}), Errno::success);
  EXPECT_EQ(write(1, "x"), Errno::badf);
}

TEST_F(Preview1, scattered_buffers) {
  put(data, "abcdefghij");
  const std::uint32_t list[] = {data, 3, data + 500, 0, data + 5, 2};
  std::memcpy(memory_->base + 512, list, sizeof list);
  ASSERT_EQ(call("fd_write", {1, 512, 3, out}), Errno::success);
  EXPECT_EQ(load<std::uint32_t>(out), 5U);
  EXPECT_EQ(*output_, "abcfg");
  const int fd = open("file");
  ASSERT_EQ(call("fd_read", {static_cast<std::uint32_t>(fd), 512, 3, out}), Errno::success);
  EXPECT_EQ(text(data, 8), "012ee34h");  // `open` put its path there, too
  // It does not matter where nothing is read from.
  EXPECT_EQ(call("fd_write", {1, buffer(0xfffffff0, 0), 1, out}), Errno::success);
  EXPECT_EQ(load<std::uint32_t>(out), 0U);
}

TEST_F(Preview1, a_failed_write_does_not_end_a_stream) {
  Configuration configuration;
  configuration.standard_output = Output::capture(output_, 3);
  start(std::move(configuration));
  EXPECT_EQ(write(1, "abc"), Errno::success);
  EXPECT_EQ(write(1, "d"), Errno::nospc);
  EXPECT_EQ(write(1, "d"), Errno::nospc);
  output_->clear();
  EXPECT_EQ(write(1, "d"), Errno::success);
  EXPECT_EQ(*output_, "d");
}

TEST_F(Preview1, preopened_directories_are_told) {
  ASSERT_EQ(call("fd_prestat_get", {3, out}), Errno::success);
  EXPECT_EQ(load<std::uint8_t>(out), 0);
  EXPECT_EQ(load<std::uint32_t>(out + 4), 5U);
  EXPECT_EQ(call("fd_prestat_dir_name", {3, data, 4}), Errno::nametoolong);
  ASSERT_EQ(call("fd_prestat_dir_name", {3, data, 5}), Errno::success);
  EXPECT_EQ(text(data, 5), "/data");
  EXPECT_EQ(call("fd_prestat_get", {4, out}), Errno::badf);
  EXPECT_EQ(call("fd_prestat_get", {0, out}), Errno::badf);
  ASSERT_EQ(open("sub", oflags::directory, 0), 4);
  EXPECT_EQ(call("fd_prestat_get", {4, out}), Errno::badf);
  EXPECT_EQ(call("fd_prestat_dir_name", {4, data, 5}), Errno::notdir);
}

TEST_F(Preview1, files_have_positions) {
  const int fd = open("file");
  ASSERT_EQ(fd, 4);
  EXPECT_EQ(read(fd, 4), "0123");
  EXPECT_EQ(call("fd_tell", {4, out}), Errno::success);
  EXPECT_EQ(load<std::uint64_t>(out), 4U);
  EXPECT_EQ(call("fd_seek", {4, static_cast<std::uint64_t>(-2), 2, out}), Errno::success);
  EXPECT_EQ(read(fd), "89");
  EXPECT_EQ(read(fd), "");
  EXPECT_EQ(call("fd_seek", {4, static_cast<std::uint64_t>(-11), 1, out}), Errno::inval);
  EXPECT_EQ(call("fd_seek", {4, 0, 3, out}), Errno::inval);
  EXPECT_EQ(call("fd_seek", {4, INT64_MAX, 1, out}), Errno::inval);
  EXPECT_EQ(call("fd_seek", {4, 1, 0, out}), Errno::success);
  EXPECT_EQ(write(fd, "ABC"), Errno::success);
  EXPECT_EQ(read_text(directory_ / "file"), "0ABC456789");
  EXPECT_EQ(call("fd_pread", {4, buffer(data, 2), 1, 8, out}), Errno::success);
  EXPECT_EQ(text(data, 2), "89");
  EXPECT_EQ(call("fd_pwrite", {4, buffer(data, 2), 1, 12, out}), Errno::success);
  EXPECT_EQ(read_text(directory_ / "file"), std::string("0ABC456789\0\089", 14));
  EXPECT_EQ(call("fd_tell", {4, out}), Errno::success);
  EXPECT_EQ(load<std::uint64_t>(out), 4U);
}

TEST_F(Preview1, appending) {
  const int fd = open("file", 0, rights::file, fdflags::append);
  EXPECT_EQ(write(fd, "ab"), Errno::success);
  EXPECT_EQ(write(fd, "c"), Errno::success);
  EXPECT_EQ(read_text(directory_ / "file"), "0123456789abc");
  EXPECT_EQ(call("fd_tell", {4, out}), Errno::success);
  EXPECT_EQ(load<std::uint64_t>(out), 13U);
  ASSERT_EQ(call("fd_fdstat_get", {4, out}), Errno::success);
  EXPECT_EQ(load<std::uint16_t>(out + 2), fdflags::append);
  EXPECT_EQ(call("fd_fdstat_set_flags", {4, 0}), Errno::success);
  EXPECT_EQ(call("fd_fdstat_set_flags", {4, fdflags::sync}), Errno::inval);
  EXPECT_EQ(call("fd_seek", {4, 0, 0, out}), Errno::success);
  EXPECT_EQ(write(fd, "X"), Errno::success);
  EXPECT_EQ(read_text(directory_ / "file"), "X123456789abc");
}

TEST_F(Preview1, status_and_size_and_times) {
  const int fd = open("file");
  ASSERT_EQ(call("fd_filestat_get", {static_cast<std::uint32_t>(fd), out}), Errno::success);
  EXPECT_EQ(load<std::uint8_t>(out + 16), 4);
  EXPECT_EQ(load<std::uint64_t>(out + 24), 1U);
  EXPECT_EQ(load<std::uint64_t>(out + 32), 10U);
  EXPECT_EQ(call("fd_filestat_set_size", {4, 3}), Errno::success);
  const std::uint64_t when = 12'345'000'000'678;
  EXPECT_EQ(call("fd_filestat_set_times", {4, when, when, 1 | 4}), Errno::success);
  EXPECT_EQ(call("fd_filestat_set_times", {4, when, when, 1 | 2}), Errno::inval);
  put(data, "file");
  ASSERT_EQ(call("path_filestat_get", {3, 1, data, 4, out}), Errno::success);
  EXPECT_EQ(load<std::uint64_t>(out + 32), 3U);
  EXPECT_EQ(load<std::uint64_t>(out + 40), when);
  EXPECT_EQ(load<std::uint64_t>(out + 48), when);
  EXPECT_EQ(call("path_filestat_set_times", {3, 1, data, 4, 0, 5, 4}), Errno::success);
  ASSERT_EQ(call("path_filestat_get", {3, 1, data, 4, out}), Errno::success);
  EXPECT_EQ(load<std::uint64_t>(out + 48), 5U);
  EXPECT_EQ(call("fd_advise", {4, 0, 0, 5}), Errno::success);
  EXPECT_EQ(call("fd_advise", {4, 0, 0, 6}), Errno::inval);
  EXPECT_EQ(call("fd_sync", {4}), Errno::success);
  EXPECT_EQ(call("fd_datasync", {4}), Errno::success);
}

TEST_F(Preview1, paths) {
  put(data, "made");
  put(data + 100, "sub/moved");
  EXPECT_EQ(call("path_create_directory", {3, data, 4}), Errno::success);
  EXPECT_EQ(call("path_create_directory", {3, data, 4}), Errno::exist);
  EXPECT_EQ(call("path_rename", {3, data, 4, 3, data + 100, 9}), Errno::success);
  EXPECT_EQ(call("path_unlink_file", {3, data + 100, 9}), Errno::isdir);
  EXPECT_EQ(call("path_remove_directory", {3, data + 100, 9}), Errno::success);
  put(data, "file");
  EXPECT_EQ(call("path_link", {3, 0, data, 4, 3, data + 100, 9}), Errno::success);
  EXPECT_EQ(call("path_unlink_file", {3, data + 100, 9}), Errno::success);
  EXPECT_EQ(call("path_symlink", {data, 4, 3, data + 100, 9}), Errno::success);
  EXPECT_EQ(call("path_readlink", {3, data + 100, 9, data + 200, 2, out}), Errno::success);
  EXPECT_EQ(text(data + 200, load<std::uint32_t>(out)), "fi");
  EXPECT_EQ(call("path_readlink", {3, data + 100, 9, data + 200, 9, out}), Errno::success);
  EXPECT_EQ(text(data + 200, load<std::uint32_t>(out)), "file");
}

TEST_F(Preview1, opening) {
  EXPECT_EQ(open("missing"), -44);
  EXPECT_EQ(open("new", oflags::creat), 4);
  EXPECT_EQ(open("new", oflags::creat | oflags::excl), -20);
  EXPECT_EQ(open("sub", oflags::directory, ~std::uint64_t{rights::fd_write}), 5);
  EXPECT_EQ(open("file", oflags::directory), -54);
  EXPECT_EQ(open("sub", 0, rights::fd_write), -31);
  EXPECT_EQ(open("../x"), -63);
  EXPECT_EQ(open("/etc/passwd"), -63);
  EXPECT_EQ(open("file", oflags::trunc), 6);
  EXPECT_EQ(std::filesystem::file_size(directory_ / "file"), 0U);
  EXPECT_EQ(open("file", 0, rights::file, 0, 4), -54);  // below a file
  EXPECT_EQ(open("file", 0, rights::file, 0, 99), -8);
  EXPECT_EQ(open("file", 0, rights::file, 0x8000), -28);
  EXPECT_EQ(open("file", 16), -28);  // unknown flags
  EXPECT_EQ(call("path_open", {3, 2, data, 4, 0, 2, 0, 0, out}), Errno::inval);
  EXPECT_EQ(call("path_filestat_get", {3, 2, data, 4, out}), Errno::inval);
  EXPECT_EQ(call("path_filestat_set_times", {3, 2, data, 4, 0, 0, 0}), Errno::inval);
  EXPECT_EQ(call("path_filestat_set_times", {3, 0, data, 4, 0, 0, 16}), Errno::inval);
  EXPECT_EQ(open("inner", oflags::creat, rights::file, 0, 5), 7);
  EXPECT_TRUE(std::filesystem::exists(directory_ / "sub/inner"));
  EXPECT_EQ(call("fd_close", {5}), Errno::success);
  EXPECT_EQ(call("fd_close", {5}), Errno::badf);
  EXPECT_EQ(open("file"), 5);  // the lowest free number
}

TEST_F(Preview1, a_directory_cannot_be_opened_for_writing) {
  for (const std::uint32_t flags : {0U, oflags::directory}) {
    for (const std::uint64_t reading : {std::uint64_t{0}, rights::fd_read}) {
      EXPECT_EQ(open("sub", flags, rights::fd_write | reading), -31);
      EXPECT_EQ(open(".", flags, rights::fd_write | reading), -31);
    }
    EXPECT_EQ(open("missing", flags, rights::fd_write), -44);
  }
  EXPECT_EQ(open("file", oflags::directory, rights::fd_write), -54);
}

TEST_F(Preview1, rights_do_not_depend_on_who_created_the_file) {
  const auto rights_of = [&](std::uint32_t flags, std::uint64_t base) {
    const int fd = open("fresh", flags, base);
    EXPECT_GT(fd, 0);
    EXPECT_EQ(call("fd_fdstat_get", {static_cast<std::uint32_t>(fd), out}), Errno::success);
    EXPECT_EQ(call("fd_close", {static_cast<std::uint32_t>(fd)}), Errno::success);
    return std::pair(load<std::uint64_t>(out + 8), load<std::uint64_t>(out + 16));
  };
  const std::uint64_t all = rights::file | rights::directory;
  for (const std::uint64_t base :
       {std::uint64_t{0}, rights::fd_read, rights::fd_write, rights::fd_read | rights::fd_write,
        rights::fd_seek, rights::fd_filestat_set_size, rights::file, all, ~std::uint64_t{0}}) {
    std::filesystem::remove(directory_ / "fresh");
    const auto created = rights_of(oflags::creat, base);
    EXPECT_EQ(rights_of(oflags::creat, base), created) << base;
    EXPECT_EQ(rights_of(oflags::creat | oflags::trunc, base), created) << base;
    EXPECT_EQ(rights_of(0, base), created) << base;
    std::filesystem::remove(directory_ / "fresh");
    EXPECT_EQ(rights_of(oflags::creat | oflags::excl, base), created) << base;
  }
}

TEST_F(Preview1, directories_are_not_files) {
  EXPECT_EQ(read(3), "errno 8");
  EXPECT_EQ(write(3, "x"), Errno::badf);
  EXPECT_EQ(call("fd_seek", {3, 0, 0, out}), Errno::badf);
  EXPECT_EQ(call("fd_allocate", {3, 0, 1}), Errno::badf);
  EXPECT_EQ(call("fd_filestat_set_size", {3, 0}), Errno::badf);
  EXPECT_EQ(call("fd_advise", {3, 0, 0, 0}), Errno::badf);
  const int fd = open("file");
  EXPECT_EQ(call("fd_readdir", {static_cast<std::uint32_t>(fd), data, 100, 0, out}), Errno::notdir);
  ASSERT_EQ(call("fd_fdstat_get", {3, out}), Errno::success);
  EXPECT_EQ(load<std::uint8_t>(out), 3);
}

TEST_F(Preview1, rights_can_only_be_given_up) {
  const int fd = open("file", 0, rights::fd_read | rights::fd_seek);
  ASSERT_EQ(fd, 4);
  EXPECT_EQ(call("fd_fdstat_set_rights", {4, rights::fd_write, 0}), Errno::notcapable);
  EXPECT_EQ(call("fd_fdstat_set_rights", {4, rights::fd_seek, 0}), Errno::success);
  EXPECT_EQ(read(fd), "errno 76");
  EXPECT_EQ(call("fd_seek", {4, 0, 0, out}), Errno::success);
  EXPECT_EQ(call("fd_tell", {4, out}), Errno::success);  // seeking implies telling
  // Rights that a directory does not pass on are missing from all that is opened below it.
  ASSERT_EQ(call("fd_fdstat_set_rights", {3, rights::directory, rights::fd_read}), Errno::success);
  EXPECT_EQ(open("file", 0, rights::fd_write), -76);
  EXPECT_GT(open("file", 0, rights::fd_read), 0);
  ASSERT_EQ(call("fd_fdstat_set_rights", {3, rights::path_open, rights::fd_read}), Errno::success);
  put(data, "x");
  EXPECT_EQ(call("path_create_directory", {3, data, 1}), Errno::notcapable);
  EXPECT_EQ(open("x", oflags::creat, rights::fd_read), -76);
}

TEST_F(Preview1, files_do_what_they_were_opened_for) {
  ASSERT_EQ(open("file", 0, rights::fd_read | rights::fd_seek), 4);
  EXPECT_EQ(write(4, "x"), Errno::badf);
  EXPECT_EQ(call("fd_pwrite", {4, buffer(data, 1), 1, 0, out}), Errno::badf);
  EXPECT_EQ(call("fd_filestat_set_size", {4, 0}), Errno::inval);
  EXPECT_EQ(call("fd_allocate", {4, 0, 1}), Errno::badf);
  ASSERT_EQ(call("fd_fdstat_get", {4, out}), Errno::success);
  EXPECT_EQ(load<std::uint64_t>(out + 8) & rights::file_writing, 0U);
  ASSERT_EQ(open("file", 0, rights::fd_write | rights::fd_seek), 5);
  EXPECT_EQ(read(5), "errno 8");
  EXPECT_EQ(call("fd_pread", {5, buffer(data, 1), 1, 0, out}), Errno::badf);
  EXPECT_EQ(write(5, "x"), Errno::success);
  EXPECT_EQ(call("fd_filestat_set_size", {5, 0}), Errno::success);  // not asked for, but changes it
  EXPECT_EQ(call("fd_allocate", {5, 0, 10}), Errno::success);
}

TEST_F(Preview1, who_asks_for_nothing_may_read) {
  ASSERT_EQ(open("file", 0, 0), 4);
  EXPECT_EQ(read(4), "0123456789");
  EXPECT_EQ(write(4, "x"), Errno::badf);
  ASSERT_EQ(call("fd_fdstat_set_rights", {3, rights::directory, rights::fd_write}), Errno::success);
  EXPECT_EQ(open("file", 0, 0), -76);
}

TEST_F(Preview1, truncating_needs_no_writing) {
  ASSERT_EQ(open("file", oflags::trunc, rights::fd_read), 4);
  EXPECT_EQ(std::filesystem::file_size(directory_ / "file"), 0U);
  EXPECT_EQ(write(4, "x"), Errno::badf);
}

TEST_F(Preview1, read_only_grants_are_read_only_file_systems) {
  Configuration configuration;
  configuration.directories = {{directory_.path(), "/", true}};
  start(std::move(configuration));
  EXPECT_EQ(open("file", 0, rights::fd_write), -69);
  EXPECT_EQ(open("new", oflags::creat, rights::fd_read), -69);
  EXPECT_EQ(open("file", oflags::trunc, rights::fd_read), -69);
  // Go asks for changing the size of what it only reads.
  EXPECT_EQ(open("file", 0, rights::fd_read | rights::fd_filestat_set_size | rights::fd_allocate),
            4);
  EXPECT_EQ(read(4), "0123456789");
  EXPECT_EQ(call("fd_filestat_set_size", {4, 0}), Errno::inval);
  EXPECT_EQ(call("fd_filestat_set_times", {4, 0, 0, 1}), Errno::rofs);
  put(data, "x");
  EXPECT_EQ(call("path_create_directory", {3, data, 1}), Errno::rofs);
  EXPECT_EQ(call("path_unlink_file", {3, data, 1}), Errno::rofs);
}

TEST_F(Preview1, renumbering) {
  ASSERT_EQ(open("file"), 4);
  ASSERT_EQ(open("sub", oflags::directory, 0), 5);
  EXPECT_EQ(call("fd_renumber", {4, 5}), Errno::success);
  EXPECT_EQ(read(5), "0123456789");
  EXPECT_EQ(call("fd_close", {4}), Errno::badf);
  EXPECT_EQ(call("fd_renumber", {5, 77}), Errno::badf);
  EXPECT_EQ(call("fd_renumber", {77, 5}), Errno::badf);
  EXPECT_EQ(call("fd_renumber", {5, 5}), Errno::success);
  EXPECT_EQ(call("fd_tell", {5, out}), Errno::success);
}

// Clocks and waiting -----------------------------------------------------------------------------

TEST_F(Preview1, clocks) {
  for (const std::uint64_t clock : {0, 1, 2, 3}) {
    EXPECT_EQ(call("clock_time_get", {clock, 0, out}), Errno::success);
    EXPECT_EQ(call("clock_res_get", {clock, out}), Errno::success);
    EXPECT_GT(load<std::uint64_t>(out), 0U);
  }
  EXPECT_EQ(call("clock_time_get", {4, 0, out}), Errno::inval);
  EXPECT_EQ(call("clock_res_get", {0xffffffff, out}), Errno::inval);
  ASSERT_EQ(call("clock_time_get", {0, 0, out}), Errno::success);
  EXPECT_GT(load<std::uint64_t>(out), 1'700'000'000'000'000'000U);
}

class Preview1Poll : public Preview1 {
 protected:
  static constexpr std::uint32_t subscription_size = 48;
  static constexpr std::uint32_t subscriptions = 4096;
  static constexpr std::uint32_t events = 8192;

  void clock(std::uint32_t index, std::uint64_t user_data, std::uint32_t id, std::uint64_t timeout,
             std::uint16_t flags = 0) {
    const std::uint32_t at = subscriptions + index * subscription_size;
    store(at, user_data);
    store<std::uint8_t>(at + 8, 0);
    store(at + 16, id);
    store(at + 24, timeout);
    store(at + 40, flags);
  }
  void descriptor(std::uint32_t index, std::uint64_t user_data, std::uint8_t tag,
                  std::uint32_t fd) {
    const std::uint32_t at = subscriptions + index * subscription_size;
    store(at, user_data);
    store(at + 8, tag);
    store(at + 16, fd);
  }
  /// User data and errno of the events.
  std::vector<std::pair<std::uint64_t, int>> poll(std::uint32_t count) {
    EXPECT_EQ(call("poll_oneoff", {subscriptions, events, count, out}), Errno::success);
    std::vector<std::pair<std::uint64_t, int>> seen;
    for (std::uint32_t i = 0; i < load<std::uint32_t>(out); ++i) {
      seen.emplace_back(load<std::uint64_t>(events + i * event_size),
                        load<std::uint16_t>(events + i * event_size + 8));
    }
    return seen;
  }
};

TEST_F(Preview1Poll, waits_for_the_nearest_clock) {
  const std::uint64_t start = monotonic_now();
  clock(0, 7, 1, 30'000'000);
  clock(1, 8, 0, 3'600'000'000'000);
  EXPECT_THAT(poll(2), ElementsAre(std::pair(7U, 0)));
  EXPECT_GE(monotonic_now() - start, 30'000'000U);
  EXPECT_GT(suspensions_, 0);
}

TEST_F(Preview1Poll, absolute_times_of_both_clocks) {
  ASSERT_EQ(call("clock_time_get", {0, 0, out}), Errno::success);
  const auto wall = load<std::uint64_t>(out);
  ASSERT_EQ(call("clock_time_get", {1, 0, out}), Errno::success);
  clock(0, 1, 0, wall + 10'000'000, 1);
  clock(1, 2, 1, UINT64_MAX, 1);
  EXPECT_THAT(poll(2), ElementsAre(std::pair(1U, 0)));
  clock(0, 3, 0, 0, 1);
  EXPECT_THAT(poll(1), ElementsAre(std::pair(3U, 0)));
  clock(0, 4, 2, 0);
  clock(1, 5, 9, 0);
  EXPECT_THAT(poll(2), ElementsAre(std::pair(4U, 58), std::pair(5U, 28)));
}

TEST_F(Preview1Poll, files_and_streams_that_are_ready) {
  ASSERT_EQ(open("file"), 4);
  descriptor(0, 1, 1, 4);
  descriptor(1, 2, 2, 4);
  descriptor(2, 3, 1, 0);
  descriptor(3, 4, 2, 1);
  descriptor(4, 5, 1, 99);
  descriptor(5, 6, 1, 1);
  EXPECT_THAT(poll(6), ElementsAre(std::pair(1U, 0), std::pair(2U, 0), std::pair(3U, 0),
                                   std::pair(4U, 0), std::pair(5U, 8), std::pair(6U, 8)));
  EXPECT_EQ(load<std::uint64_t>(events + 16), 10U);
  EXPECT_GT(load<std::uint64_t>(events + event_size + 16), 0U);
  EXPECT_EQ(load<std::uint8_t>(events + 10), 1);
}

TEST_F(Preview1, a_call_on_a_file_moves_a_bounded_piece) {
  memory_ = *runtime::Memory::create({.limits = {.minimum = 200}}, false, std::uint64_t{200} << 16);
  instance_.memory0 = memory_.get();
  const std::uint32_t length = 12 << 20;
  ASSERT_EQ(open("big", oflags::creat, rights::fd_read | rights::fd_write), 4);
  ASSERT_EQ(call("fd_write", {4, buffer(data, length), 1, out}), Errno::success);
  EXPECT_EQ(load<std::uint32_t>(out), 4U << 20);
  ASSERT_EQ(call("fd_filestat_set_size", {4, length}), Errno::success);
  ASSERT_EQ(call("fd_pread", {4, buffer(data, length), 1, 0, out}), Errno::success);
  EXPECT_EQ(load<std::uint32_t>(out), 4U << 20);
}

TEST_F(Preview1Poll, refuses_more_subscriptions_than_the_host_has_memory_for) {
  memory_ = *runtime::Memory::create({.limits = {.minimum = 200}}, false, std::uint64_t{200} << 16);
  instance_.memory0 = memory_.get();
  EXPECT_EQ(call("poll_oneoff", {4096, 8 << 20, (1 << 16) + 1, out}), Errno::nomem);
}

TEST_F(Preview1Poll, waits_for_a_pipe) {
  ASSERT_EQ(::mkfifo((directory_ / "pipe").c_str(), 0600), 0);
  ASSERT_EQ(open("pipe", 0, rights::fd_read), 4);
  const UniqueFd writer(::open((directory_ / "pipe").c_str(), O_WRONLY | O_CLOEXEC));
  std::thread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    EXPECT_EQ(::write(writer.get(), "ping", 4), 4);
  });
  descriptor(0, 1, 1, 4);
  clock(1, 2, 1, 3'600'000'000'000);
  EXPECT_THAT(poll(2), ElementsAre(std::pair(1U, 0)));
  later.join();
  EXPECT_EQ(load<std::uint64_t>(events + 16), 4U);
  EXPECT_EQ(read(4), "ping");
}

TEST_F(Preview1, an_abandoned_wait_leaves_nothing_behind) {
  put(4096 + 8, std::string_view("\0", 1));
  store<std::uint32_t>(4096 + 16, 1);
  store<std::uint64_t>(4096 + 24, 3'600'000'000'000);
  runtime::Slot slots[4] = {};
  slots[0].i64 = 4096;
  slots[1].i64 = 8192;
  slots[2].i64 = 1;
  slots[3].i64 = out;
  runtime::NativeCall native(trap_);
  native.slots = slots;
  native.caller = &instance_;
  ASSERT_EQ(functions_.at("poll_oneoff").native->call(native), runtime::Outcome::suspended);
  native.boundary->unwind(native.state, native.trap);
  EXPECT_FALSE(context_->state().loop.turn());  // nothing is watched any more
}

// Guests that mean harm ---------------------------------------------------------------------------

TEST_F(Preview1, wild_pointers_are_faults) {
  ASSERT_EQ(open("file"), 4);
  put(data, "file");
  const std::uint64_t wild = 0xffffffff;
  const std::uint64_t edge = page - 2;
  EXPECT_EQ(call("args_sizes_get", {wild, out}), Errno::fault);
  EXPECT_EQ(call("args_get", {edge, data}), Errno::fault);
  EXPECT_EQ(call("args_get", {out, edge}), Errno::fault);
  EXPECT_EQ(call("environ_get", {out, wild}), Errno::fault);
  EXPECT_EQ(call("clock_time_get", {0, 0, edge}), Errno::fault);
  EXPECT_EQ(call("clock_res_get", {0, wild}), Errno::fault);
  EXPECT_EQ(call("random_get", {1, page}), Errno::fault);
  EXPECT_EQ(call("random_get", {wild, wild}), Errno::fault);
  EXPECT_EQ(call("fd_read", {4, wild, 1, out}), Errno::fault);
  EXPECT_EQ(call("fd_read", {4, 512, wild, out}), Errno::fault);
  EXPECT_EQ(call("fd_read", {4, buffer(0xfffffff0, 0xffffffff), 1, out}), Errno::fault);
  EXPECT_EQ(call("fd_read", {4, buffer(data, 0xffffffff), 1, out}), Errno::fault);
  EXPECT_EQ(call("fd_read", {4, buffer(data, 10), 1, edge}), Errno::fault);
  EXPECT_EQ(call("fd_write", {1, 512, 0x20000000, out}), Errno::fault);
  EXPECT_EQ(call("fd_fdstat_get", {4, edge}), Errno::fault);
  EXPECT_EQ(call("fd_filestat_get", {4, page - 63}), Errno::fault);
  EXPECT_EQ(call("fd_prestat_get", {3, edge}), Errno::fault);
  EXPECT_EQ(call("fd_prestat_dir_name", {3, edge, 5}), Errno::fault);
  EXPECT_EQ(call("fd_readdir", {3, 1, page, 0, out}), Errno::fault);
  EXPECT_EQ(call("fd_seek", {4, 0, 0, page - 7}), Errno::fault);
  EXPECT_EQ(call("fd_tell", {4, page - 7}), Errno::fault);
  EXPECT_EQ(call("path_open", {3, 0, wild, 4, 0, 0, 0, 0, out}), Errno::fault);
  EXPECT_EQ(call("path_open", {3, 0, data, wild, 0, 0, 0, 0, out}), Errno::fault);
  EXPECT_EQ(call("path_open", {3, 0, data, 4, 0, 2, 0, 0, edge}), Errno::fault);
  EXPECT_EQ(call("path_filestat_get", {3, 0, data, 4, edge}), Errno::fault);
  EXPECT_EQ(call("path_rename", {3, data, 4, 3, wild, 4}), Errno::fault);
  EXPECT_EQ(call("path_symlink", {edge, 9, 3, data, 4}), Errno::fault);
  EXPECT_EQ(call("poll_oneoff", {out, data, wild, out}), Errno::fault);
  EXPECT_EQ(call("poll_oneoff", {wild, data, 1, out}), Errno::fault);
  EXPECT_EQ(call("poll_oneoff", {out, data, 0, out}), Errno::inval);
  EXPECT_EQ(open("file"), 5);  // the failed ones left nothing open
}

TEST_F(Preview1, strange_paths_are_errors) {
  using namespace std::string_view_literals;
  EXPECT_EQ(open("a\0b"sv), -28);
  EXPECT_EQ(open("\xff"sv), -25);
  EXPECT_EQ(open(""sv), -44);
  EXPECT_EQ(open(std::string(5000, 'a')), -37);
  EXPECT_EQ(open(std::string(60000, '\xff')), -37);
}

TEST_F(Preview1, a_caller_without_memory_gets_faults) {
  instance_.memory0 = nullptr;
  EXPECT_EQ(call("args_sizes_get", {0, 0}), Errno::fault);
  EXPECT_EQ(call("fd_write", {1, 0, 0, 0}), Errno::fault);
  EXPECT_EQ(call("random_get", {0, 0}), Errno::fault);
  EXPECT_EQ(call("sched_yield", {}), Errno::success);
}

TEST_F(Preview1, open_files_are_bounded) {
  Configuration configuration;
  configuration.directories = {{directory_.path(), "/"}};
  configuration.open_files = 3;
  start(std::move(configuration));
  EXPECT_GT(open("file"), 0);
  EXPECT_GT(open("file"), 0);
  EXPECT_EQ(open("file"), -33);
}

TEST_F(Preview1, huge_lists_of_buffers_are_cut) {
  ASSERT_EQ(open("new", oflags::creat), 4);
  for (std::uint32_t i = 0; i < 2000; ++i) {
    store(8192 + i * 8, data);
    store(8192 + i * 8 + 4, 1);
  }
  ASSERT_EQ(call("fd_write", {4, 8192, 2000, out}), Errno::success);
  EXPECT_EQ(load<std::uint32_t>(out), 1024U);
}

// The rest ----------------------------------------------------------------------------------------

TEST_F(Preview1, nothing_is_granted_by_default) {
  start({});
  ASSERT_EQ(call("args_sizes_get", {out, out2}), Errno::success);
  EXPECT_EQ(load<std::uint32_t>(out), 0U);
  ASSERT_EQ(call("environ_sizes_get", {out, out2}), Errno::success);
  EXPECT_EQ(load<std::uint32_t>(out), 0U);
  EXPECT_EQ(call("fd_prestat_get", {3, out}), Errno::badf);
  EXPECT_EQ(call("clock_time_get", {0, 0, out}), Errno::notcapable);
  EXPECT_EQ(call("random_get", {data, 8}), Errno::notcapable);
  EXPECT_EQ(read(0), "");
  EXPECT_EQ(write(1, "seen by nobody"), Errno::success);
}

TEST_F(Preview1, exit_is_a_trap_with_a_code) {
  EXPECT_EQ(call("proc_exit", {3}), Errno::pending);
  EXPECT_EQ(trap_.code, runtime::TrapCode::exit);
  EXPECT_EQ(trap_.exit_code, 3);
  EXPECT_EQ(call("proc_raise", {6}), Errno::notsup);
}

TEST_F(Preview1, random_bytes_differ) {
  ASSERT_EQ(call("random_get", {data, 32}), Errno::success);
  const std::string first = text(data, 32);
  ASSERT_EQ(call("random_get", {data, 32}), Errno::success);
  EXPECT_NE(text(data, 32), first);
}

TEST_F(Preview1, there_are_no_sockets) {
  EXPECT_EQ(call("sock_accept", {0, 0, out}), Errno::notsock);
  EXPECT_EQ(call("sock_recv", {99, 0, 0, 0, out, out}), Errno::badf);
  EXPECT_EQ(call("sock_send", {1, 0, 0, 0, out}), Errno::notsock);
  EXPECT_EQ(call("sock_shutdown", {3, 0}), Errno::notsock);
}

TEST_F(Preview1, a_grant_that_cannot_be_made_is_named) {
  Configuration configuration;
  configuration.directories = {{directory_ / "missing", "/"}};
  const auto context = Context::create(std::move(configuration));
  ASSERT_FALSE(context);
  EXPECT_EQ(context.error().kind, ErrorKind::system);
  EXPECT_THAT(context.error().message, HasSubstr("missing`: No such file or directory"));
}

}  // namespace
}  // namespace airlock::wasi::preview1
