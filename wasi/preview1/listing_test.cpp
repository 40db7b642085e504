#include "wasi/preview1/listing.hpp"

#include <filesystem>
#include <vector>

#include "wasi/preview1/testing.hpp"

namespace airlock::wasi::preview1 {
namespace {

using testing::write_text;

struct Entry {
  std::uint64_t next = 0;
  std::uint64_t inode = 0;
  std::string name;
  std::uint8_t type = 0;
};

class Preview1Listing : public Preview1 {
 protected:
  /// The whole entries in the buffer after one `fd_readdir`.
  std::vector<Entry> list(std::uint32_t length, std::uint64_t cookie, std::uint32_t fd = 3) {
    EXPECT_EQ(call("fd_readdir", {fd, data, length, cookie, out}), Errno::success);
    used_ = load<std::uint32_t>(out);
    std::vector<Entry> entries;
    std::uint32_t at = 0;
    while (at + dirent_size <= used_) {
      const auto name_length = load<std::uint32_t>(data + at + 16);
      if (at + dirent_size + name_length > used_) break;
      entries.push_back({load<std::uint64_t>(data + at), load<std::uint64_t>(data + at + 8),
                         text(data + at + dirent_size, name_length),
                         load<std::uint8_t>(data + at + 20)});
      at += dirent_size + name_length;
    }
    return entries;
  }
  std::uint32_t used_ = 0;
};

TEST_F(Preview1Listing, includes_the_dots) {
  std::map<std::string, Entry> by_name;
  const std::vector<Entry> entries = list(4096, 0);
  for (const Entry& entry : entries) by_name[entry.name] = entry;
  ASSERT_EQ(by_name.size(), 4U);
  EXPECT_EQ(entries[0].name, ".");
  EXPECT_EQ(entries[1].name, "..");
  EXPECT_LT(used_, 4096U);
  EXPECT_EQ(by_name.at(".").type, 3);
  EXPECT_EQ(by_name.at("file").type, 4);
  EXPECT_EQ(by_name.at("sub").type, 3);
  // Nothing is revealed about the directory above the grant.
  EXPECT_EQ(by_name.at("..").inode, by_name.at(".").inode);
}

TEST_F(Preview1Listing, small_buffers_see_every_entry_once) {
  for (int i = 0; i < 300; ++i) write_text(directory_ / ("sub/entry-" + std::to_string(i)), "");
  ASSERT_EQ(open("sub", oflags::directory, 0), 4);
  for (const std::uint32_t length : {40U, 64U, 100U, 1000U}) {
    std::map<std::string, int> seen;
    std::uint64_t cookie = 0;
    for (int rounds = 0; rounds < 2000; ++rounds) {
      const std::vector<Entry> entries = list(length, cookie, 4);
      for (const Entry& entry : entries) ++seen[entry.name];
      if (used_ < length) break;
      ASSERT_FALSE(entries.empty());
      cookie = entries.back().next;
    }
    EXPECT_EQ(seen.size(), 302U) << length;
    for (const auto& [name, count] : seen) EXPECT_EQ(count, 1) << name;
  }
}

TEST_F(Preview1Listing, a_buffer_too_small_for_one_entry_is_filled) {
  EXPECT_TRUE(list(10, 0).empty());
  EXPECT_EQ(used_, 10U);
  EXPECT_TRUE(list(0, 0).empty());
  EXPECT_EQ(used_, 0U);
}

TEST_F(Preview1Listing, starts_afresh_with_cookie_zero) {
  EXPECT_EQ(list(4096, 0).size(), 4U);
  write_text(directory_ / "later", "");
  EXPECT_EQ(list(4096, 0).size(), 5U);
}

TEST_F(Preview1Listing, cookies_count_entries) {
  for (int i = 0; i < 20; ++i) write_text(directory_ / ("sub/entry-" + std::to_string(i)), "");
  ASSERT_EQ(open("sub", oflags::directory, 0), 4);
  const std::vector<Entry> all = list(4096, 0, 4);
  ASSERT_EQ(all.size(), 22U);
  const auto goes_on_at = [&](std::uint64_t cookie) {
    const std::vector<Entry> rest = list(4096, cookie, 4);
    return rest.size() == 22 - cookie && (rest.empty() || rest[0].name == all[cookie].name);
  };
  for (std::uint64_t i = 0; i < 22; ++i) {
    EXPECT_EQ(all[i].next, i + 1);
    EXPECT_TRUE(goes_on_at(21 - i)) << i;  // back and forth
    EXPECT_TRUE(goes_on_at(i + 1)) << i;
  }
  (void)list(60, 0, 4);  // starts again and forgets
  EXPECT_TRUE(goes_on_at(15));
  for (const std::uint64_t beyond : {std::uint64_t{22}, std::uint64_t{23}, UINT64_MAX}) {
    EXPECT_TRUE(list(4096, beyond, 4).empty());
  }
}

TEST_F(Preview1Listing, what_is_removed_meanwhile_hides_nothing_else) {
  for (int i = 0; i < 300; ++i) write_text(directory_ / ("sub/entry-" + std::to_string(i)), "");
  ASSERT_EQ(open("sub", oflags::directory, 0), 4);
  int removed = 0;
  std::uint64_t cookie = 0;
  do {
    for (const Entry& entry : list(200, cookie, 4)) {
      cookie = entry.next;
      const auto path = directory_ / ("sub/" + entry.name);
      if (entry.name.size() > 2 && std::filesystem::remove(path)) ++removed;
    }
  } while (used_ == 200);
  EXPECT_EQ(removed, 300);
}

TEST_F(Preview1Listing, names_that_are_no_text_are_an_error) {
  write_text(directory_ / "\xff\xfe", "");
  EXPECT_EQ(call("fd_readdir", {3, data, 4096, 0, out}), Errno::ilseq);
}

}  // namespace
}  // namespace airlock::wasi::preview1
