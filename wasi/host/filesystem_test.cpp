#include "wasi/host/filesystem.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

#include "wasi/host/random.hpp"
#include "wasi/host/testing.hpp"

namespace airlock::wasi {
namespace {

using testing::read_text;
using testing::TemporaryDirectory;
using ::testing::UnorderedElementsAre;
using testing::write_text;

constexpr DescriptorFlags reading{.read = true};
constexpr DescriptorFlags writing{.read = true, .write = true};
constexpr OpenFlags following{.follow = true};

/// Both ways of resolving paths must agree in everything.
class FileSystemTest : public ::testing::TestWithParam<ResolutionMethod> {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(outside_ / "granted/sub/deep");
    write_text(outside_ / "secret", "secret");
    write_text(outside_ / "granted/file", "hello");
    write_text(outside_ / "granted/sub/inner", "inner");
    system_ = std::make_shared<FileSystem>(GetParam());
    root_ = grant(false);
  }

  Descriptor::Pointer grant(bool read_only) {
    auto granted = Descriptor::grant(system_, outside_ / "granted", read_only);
    EXPECT_TRUE(granted);
    return *granted;
  }

  std::string in(std::string_view name) { return outside_ / ("granted/" + std::string(name)); }

  void link(const std::string& target, std::string_view name) {
    ASSERT_EQ(::symlink(target.c_str(), in(name).c_str()), 0);
  }

  /// What opening for reading, with links followed, comes to: the contents or the error.
  std::string open_and_read(std::string_view path, OpenFlags open = following) {
    const auto file = root_->open_at(path, open, reading);
    if (!file) return std::string(error_name(file.error()));
    std::string text(100, '\0');
    const auto count = (*file)->read(std::as_writable_bytes(std::span(text)), 0);
    if (!count) return std::string(error_name(count.error()));
    return text.substr(0, *count);
  }

  template <typename T>
  static std::string outcome(const IoResult<T>& result) {
    return result ? "ok" : std::string(error_name(result.error()));
  }

  TemporaryDirectory outside_;
  std::shared_ptr<FileSystem> system_;
  Descriptor::Pointer root_;
};

INSTANTIATE_TEST_SUITE_P(Methods, FileSystemTest,
                         ::testing::Values(ResolutionMethod::automatic, ResolutionMethod::walk),
                         [](const auto& info) {
                           return info.param == ResolutionMethod::walk ? "walk" : "automatic";
                         });

TEST_P(FileSystemTest, opens_what_lies_below) {
  EXPECT_EQ(open_and_read("file"), "hello");
  EXPECT_EQ(open_and_read("sub/inner"), "inner");
  EXPECT_EQ(open_and_read("./sub//./inner"), "inner");
  EXPECT_EQ(open_and_read("sub/../file"), "hello");
  EXPECT_EQ(open_and_read("sub/deep/../../sub/inner"), "inner");
  EXPECT_EQ(open_and_read("sub"), "is-directory");
  EXPECT_EQ(open_and_read("."), "is-directory");
  EXPECT_EQ(open_and_read("sub/.."), "is-directory");
}

TEST_P(FileSystemTest, dots_never_lead_out) {
  EXPECT_EQ(open_and_read(".."), "not-permitted");
  EXPECT_EQ(open_and_read("../secret"), "not-permitted");
  EXPECT_EQ(open_and_read("../granted/file"), "not-permitted");
  EXPECT_EQ(open_and_read("sub/../../secret"), "not-permitted");
  EXPECT_EQ(open_and_read("sub/../.."), "not-permitted");
  EXPECT_EQ(open_and_read("./../secret"), "not-permitted");
  EXPECT_EQ(open_and_read("sub/deep/../../../secret"), "not-permitted");
  EXPECT_EQ(open_and_read("missing/../file"), "no-entry");
  EXPECT_EQ(open_and_read("file/../file"), "not-directory");
}

TEST_P(FileSystemTest, absolute_paths_are_refused) {
  EXPECT_EQ(open_and_read("/etc/passwd"), "not-permitted");
  EXPECT_EQ(open_and_read("/"), "not-permitted");
  EXPECT_EQ(open_and_read("//file"), "not-permitted");
  EXPECT_EQ(open_and_read(in("file")), "not-permitted");
}

TEST_P(FileSystemTest, strange_paths_are_errors) {
  using namespace std::string_view_literals;
  EXPECT_EQ(open_and_read(""), "no-entry");
  EXPECT_EQ(open_and_read("file\0x"sv), "invalid");
  EXPECT_EQ(open_and_read("\0"sv), "invalid");
  EXPECT_EQ(open_and_read(std::string(300, 'x')), "name-too-long");
  EXPECT_EQ(open_and_read(std::string(100'000, 'x')), "name-too-long");
  std::string deep;
  while (deep.size() < 5000) deep += "a/";
  EXPECT_EQ(open_and_read(deep), "name-too-long");
  EXPECT_EQ(outcome(root_->create_directory_at(std::string(300, 'x'))), "name-too-long");
}

TEST_P(FileSystemTest, links_lead_within_the_grant_only) {
  link("file", "good");
  link("sub", "directory");
  link("../file", "sub/up");
  link("../secret", "out");
  link("..", "parent");
  link(outside_ / "secret", "absolute");
  link(in("file"), "absolute-within");
  link("/", "rooted");
  link("sub/../../secret", "winding");
  link("out", "chain");
  link("nowhere", "dangling");

  EXPECT_EQ(open_and_read("good"), "hello");
  EXPECT_EQ(open_and_read("directory/inner"), "inner");
  EXPECT_EQ(open_and_read("sub/up"), "hello");
  EXPECT_EQ(open_and_read("directory/up"), "hello");
  EXPECT_EQ(open_and_read("dangling"), "no-entry");
  for (const char* escape :
       {"out", "parent/secret", "parent", "absolute", "absolute-within", "rooted", "rooted/etc",
        "winding", "chain", "directory/../parent/secret", "parent/granted/file"}) {
    EXPECT_EQ(open_and_read(escape), "not-permitted") << escape;
  }
  // A descriptor of a directory below confines to that directory.
  const auto sub = root_->open_at("sub", {.directory = true}, reading);
  ASSERT_TRUE(sub);
  EXPECT_EQ(outcome((*sub)->open_at("up", following, reading)), "not-permitted");
  EXPECT_EQ(outcome((*sub)->open_at("../file", following, reading)), "not-permitted");
}

TEST_P(FileSystemTest, a_link_that_is_not_followed_is_not_opened) {
  link("file", "link");
  link("sub", "directory");
  EXPECT_EQ(open_and_read("link", {}), "loop");
  EXPECT_EQ(open_and_read("directory/inner", {}), "inner");
  const OpenFlags directory{.directory = true};
  EXPECT_EQ(outcome(root_->open_at("link", directory, reading)), "loop");
  EXPECT_EQ(outcome(root_->open_at("directory", directory, reading)), "loop");
  EXPECT_EQ(outcome(root_->open_at("directory/", directory, reading)), "ok");
  EXPECT_EQ(outcome(root_->open_at("link/", directory, reading)), "not-directory");
  EXPECT_EQ(outcome(root_->open_at("file", directory, reading)), "not-directory");
}

TEST_P(FileSystemTest, circles_of_links_end) {
  link("circle", "circle");
  link("pong", "ping");
  link("ping", "pong");
  link("growing/x", "growing");
  EXPECT_EQ(open_and_read("circle"), "loop");
  EXPECT_EQ(open_and_read("ping/x"), "loop");
  EXPECT_EQ(open_and_read("growing"), "loop");
}

TEST_P(FileSystemTest, forty_links_and_no_more) {
  link("file", "l0");
  for (int i = 1; i <= 40; ++i) link("l" + std::to_string(i - 1), "l" + std::to_string(i));
  EXPECT_EQ(open_and_read("l39"), "hello");
  EXPECT_EQ(open_and_read("l40"), "loop");
}

TEST_P(FileSystemTest, a_trailing_slash_asks_for_a_directory) {
  link("file", "to-file");
  link("sub/", "to-directory");
  EXPECT_EQ(open_and_read("file/"), "not-directory");
  EXPECT_EQ(open_and_read("to-file/"), "not-directory");
  EXPECT_EQ(open_and_read("file/."), "not-directory");
  EXPECT_EQ(open_and_read("sub/"), "is-directory");
  EXPECT_EQ(open_and_read("to-directory"), "is-directory");
  EXPECT_EQ(open_and_read("to-directory///inner"), "inner");
  EXPECT_EQ(outcome(root_->open_at("new/", {.create = true}, writing)), "is-directory");
  EXPECT_EQ(outcome(root_->open_at(".", {.create = true}, writing)), "is-directory");
  EXPECT_EQ(outcome(root_->unlink_file_at("file/")), "not-directory");
  EXPECT_EQ(outcome(root_->unlink_file_at("sub/")), "is-directory");
  EXPECT_EQ(outcome(root_->create_directory_at("made/")), "ok");
  EXPECT_EQ(outcome(root_->rename_at("made/", *root_, "moved/")), "ok");
  EXPECT_EQ(outcome(root_->rename_at("file", *root_, "moved-file/")), "not-directory");
  EXPECT_EQ(outcome(root_->rename_at("file/", *root_, "moved-file")), "not-directory");
  EXPECT_EQ(outcome(root_->remove_directory_at("moved/")), "ok");
  EXPECT_EQ(outcome(root_->remove_directory_at("to-directory/")), "not-directory");
  EXPECT_EQ(outcome(root_->link_at(false, "file", *root_, "second/")), "no-entry");
  EXPECT_EQ(outcome(root_->symlink_at("file", "second/")), "no-entry");
  link("missing", "dangling");
  EXPECT_EQ(outcome(root_->readlink_at("to-file/")), "not-directory");
  EXPECT_EQ(outcome(root_->readlink_at("to-directory/")), "invalid");
  EXPECT_EQ(outcome(root_->readlink_at("dangling/")), "no-entry");
  EXPECT_EQ(outcome(root_->link_at(false, "dangling/", *root_, "second")), "no-entry");
  EXPECT_EQ(outcome(root_->link_at(false, "to-file/", *root_, "second")), "not-directory");
  EXPECT_EQ(outcome(root_->link_at(false, "to-directory/", *root_, "second")), "not-permitted");
  EXPECT_EQ(outcome(root_->link_at(false, "sub/", *root_, "second")), "not-permitted");
}

TEST_P(FileSystemTest, changes_stay_within_too) {
  link("..", "parent");
  link("../created", "out");
  link(outside_ / "created", "absolute");
  for (const char* path : {"../created", "parent/created", "sub/../../created", "/created"}) {
    EXPECT_EQ(outcome(root_->open_at(path, {.follow = true, .create = true}, writing)),
              "not-permitted");
    EXPECT_EQ(outcome(root_->create_directory_at(path)), "not-permitted") << path;
    EXPECT_EQ(outcome(root_->symlink_at("x", path)), "not-permitted");
    EXPECT_EQ(outcome(root_->rename_at("file", *root_, path)), "not-permitted");
    EXPECT_EQ(outcome(root_->link_at(false, "file", *root_, path)), "not-permitted");
  }
  // The target of a link may be created through it, but not outside.
  const OpenFlags create{.follow = true, .create = true};
  EXPECT_EQ(outcome(root_->open_at("out", create, writing)), "not-permitted");
  EXPECT_EQ(outcome(root_->open_at("absolute", create, writing)), "not-permitted");
  for (const char* path : {"../secret", "parent/secret"}) {
    EXPECT_EQ(outcome(root_->unlink_file_at(path)), "not-permitted");
    EXPECT_EQ(outcome(root_->remove_directory_at(path)), "not-permitted");
    EXPECT_EQ(outcome(root_->rename_at(path, *root_, "stolen")), "not-permitted");
    EXPECT_EQ(outcome(root_->link_at(false, path, *root_, "stolen")), "not-permitted");
    EXPECT_EQ(outcome(root_->status_at(path, true)), "not-permitted");
    EXPECT_EQ(outcome(root_->readlink_at(path)), "not-permitted");
    EXPECT_EQ(outcome(root_->metadata_hash_at(path, true)), "not-permitted");
    EXPECT_EQ(outcome(root_->set_times_at(path, true, {}, {})), "not-permitted");
  }
  for (const char* path : {"..", "sub/../..", "parent/.."}) {
    EXPECT_EQ(outcome(root_->remove_directory_at(path)), "not-permitted") << path;
    EXPECT_EQ(outcome(root_->rename_at(path, *root_, "stolen")), "not-permitted");
    EXPECT_EQ(outcome(root_->create_directory_at(path)), "not-permitted");
  }
  // Names that are links are acted upon themselves.
  EXPECT_EQ(outcome(root_->unlink_file_at("absolute")), "ok");
  EXPECT_EQ(outcome(root_->remove_directory_at("parent")), "not-directory");
  EXPECT_EQ(outcome(root_->rename_at("parent", *root_, "renamed")), "ok");
  EXPECT_TRUE(std::filesystem::is_symlink(in("renamed")));

  EXPECT_EQ(read_text(outside_ / "secret"), "secret");
  EXPECT_FALSE(std::filesystem::exists(outside_ / "created"));
}

TEST_P(FileSystemTest, dots_as_names_are_refused_like_linux_does) {
  EXPECT_EQ(outcome(root_->create_directory_at(".")), "exist");
  EXPECT_EQ(outcome(root_->create_directory_at("sub/..")), "exist");
  EXPECT_EQ(outcome(root_->remove_directory_at(".")), "invalid");
  EXPECT_EQ(outcome(root_->remove_directory_at("sub/deep/..")), "not-empty");
  EXPECT_EQ(outcome(root_->unlink_file_at("sub/.")), "is-directory");
  EXPECT_EQ(outcome(root_->rename_at(".", *root_, "x")), "busy");
  EXPECT_EQ(outcome(root_->rename_at("sub", *root_, "sub/..")), "busy");
  EXPECT_EQ(outcome(root_->remove_directory_at("missing/.")), "no-entry");
}

TEST_P(FileSystemTest, creates_exclusively_and_truncates) {
  const OpenFlags create{.follow = true, .create = true};
  const OpenFlags exclusive{.follow = true, .create = true, .exclusive = true};
  const OpenFlags truncate{.follow = true, .truncate = true};
  link("target", "link");
  EXPECT_EQ(outcome(root_->open_at("file", exclusive, writing)), "exist");
  EXPECT_EQ(outcome(root_->open_at("link", exclusive, writing)), "exist");
  EXPECT_EQ(outcome(root_->open_at("link", create, writing)), "ok");
  EXPECT_TRUE(std::filesystem::exists(in("target")));
  EXPECT_EQ(outcome(root_->open_at("missing", truncate, writing)), "no-entry");
  EXPECT_EQ(outcome(root_->open_at("file", truncate, writing)), "ok");
  EXPECT_EQ(std::filesystem::file_size(in("file")), 0U);
  write_text(in("file"), "again");
  EXPECT_EQ(outcome(root_->open_at("file", truncate, reading)), "ok");
  EXPECT_EQ(std::filesystem::file_size(in("file")), 0U);
  EXPECT_EQ(outcome(root_->open_at("sub", truncate, reading)), "is-directory");
  const OpenFlags contradiction{.create = true, .directory = true};
  EXPECT_EQ(outcome(root_->open_at("x", contradiction, writing)), "invalid");
  EXPECT_EQ(outcome(root_->open_at("file", {.directory = true}, reading)), "not-directory");
  EXPECT_EQ(outcome(root_->open_at("sub", {}, writing)), "is-directory");
}

TEST_P(FileSystemTest, reads_and_writes_at_offsets) {
  const auto file = root_->open_at("new", {.create = true}, writing);
  ASSERT_TRUE(file);
  const std::string text = "0123456789";
  EXPECT_EQ((*file)->write(std::as_bytes(std::span(text)), 5), 10U);
  EXPECT_EQ((*file)->write(std::as_bytes(std::span(text)).first(2), 0), 2U);
  const iovec tail{const_cast<char*>(text.data()), 3};
  EXPECT_EQ((*file)->append(std::span(&tail, 1)), 3U);
  EXPECT_EQ(read_text(in("new")), std::string("01\0\0\0", 5) + "0123456789" + "012");
  std::string read(4, '?');
  EXPECT_EQ((*file)->read(std::as_writable_bytes(std::span(read)), 16), 2U);
  EXPECT_EQ(read, "12??");
  EXPECT_EQ((*file)->read(std::as_writable_bytes(std::span(read)), 1 << 20), 0U);
  EXPECT_EQ(outcome((*file)->read(std::as_writable_bytes(std::span(read)), UINT64_MAX)), "invalid");
  EXPECT_EQ(outcome((*file)->write(std::as_bytes(std::span(text)), UINT64_MAX)), "invalid");
  EXPECT_EQ(outcome((*file)->set_size(3)), "ok");
  EXPECT_EQ((*file)->status()->size, 3U);
  EXPECT_EQ(outcome((*file)->set_size(UINT64_MAX)), "invalid");
  EXPECT_EQ(outcome((*file)->allocate(0, 0)), "invalid");
  EXPECT_EQ(outcome((*file)->allocate(1, UINT64_MAX)), "file-too-large");
  EXPECT_EQ(outcome((*file)->advise(0, 0, Advice::sequential)), "ok");
  EXPECT_EQ(outcome((*file)->advise(UINT64_MAX, 1, Advice::normal)), "ok");
  EXPECT_EQ(outcome((*file)->advise(0, UINT64_MAX, Advice::normal)), "invalid");
  EXPECT_EQ(outcome((*file)->sync()), "ok");
  EXPECT_EQ(outcome((*file)->sync_data()), "ok");
}

TEST_P(FileSystemTest, a_descriptor_does_what_it_was_opened_for) {
  const auto for_reading = root_->open_at("file", {}, reading);
  const auto for_writing = root_->open_at("file", {}, {.write = true});
  const auto for_neither = root_->open_at("file", {}, {});
  ASSERT_TRUE(for_reading && for_writing && for_neither);
  std::string text(1, '\0');
  const auto bytes = std::as_writable_bytes(std::span(text));
  EXPECT_EQ(outcome((*for_reading)->write(bytes, 0)), "bad-descriptor");
  EXPECT_EQ(outcome((*for_reading)->set_size(0)), "invalid");
  EXPECT_EQ(outcome((*for_writing)->read(bytes, 0)), "bad-descriptor");
  EXPECT_EQ(outcome((*for_neither)->read(bytes, 0)), "ok");
  EXPECT_EQ(outcome((*for_neither)->write(bytes, 0)), "bad-descriptor");
  EXPECT_EQ(outcome((*for_reading)->open_at("x", {}, reading)), "not-directory");
  EXPECT_EQ(outcome((*for_reading)->read_directory()), "not-directory");
  EXPECT_EQ(outcome(root_->read(bytes, 0)), "is-directory");
  EXPECT_EQ(outcome(root_->write(bytes, 0)), "bad-descriptor");
  EXPECT_EQ(outcome(root_->set_size(0)), "bad-descriptor");
}

TEST_P(FileSystemTest, a_read_only_grant_cannot_be_changed) {
  const Descriptor::Pointer frozen = grant(true);
  EXPECT_FALSE(frozen->flags().mutate_directory);
  EXPECT_EQ(outcome(frozen->open_at("file", {}, writing)), "read-only");
  EXPECT_EQ(outcome(frozen->open_at("new", {.create = true}, reading)), "read-only");
  EXPECT_EQ(outcome(frozen->open_at("file", {.truncate = true}, reading)), "read-only");
  EXPECT_EQ(outcome(frozen->open_at("sub", {}, {.read = true, .mutate_directory = true})),
            "read-only");
  EXPECT_EQ(outcome(frozen->create_directory_at("new")), "read-only");
  EXPECT_EQ(outcome(frozen->remove_directory_at("sub/deep")), "read-only");
  EXPECT_EQ(outcome(frozen->unlink_file_at("file")), "read-only");
  EXPECT_EQ(outcome(frozen->symlink_at("file", "new")), "read-only");
  EXPECT_EQ(outcome(frozen->set_times_at("file", true, {}, {})), "read-only");
  EXPECT_EQ(outcome(frozen->set_times({}, {})), "read-only");
  // Neither end of a rename or a link may be read-only.
  EXPECT_EQ(outcome(frozen->rename_at("file", *root_, "x")), "read-only");
  EXPECT_EQ(outcome(root_->rename_at("file", *frozen, "x")), "read-only");
  EXPECT_EQ(outcome(frozen->link_at(false, "file", *root_, "x")), "read-only");
  EXPECT_EQ(outcome(root_->link_at(false, "file", *frozen, "x")), "read-only");
  // What is opened below inherits it.
  const auto sub = frozen->open_at("sub", {.directory = true}, reading);
  const auto file = frozen->open_at("file", {}, reading);
  ASSERT_TRUE(sub && file);
  EXPECT_EQ(outcome((*sub)->unlink_file_at("inner")), "read-only");
  EXPECT_EQ(outcome((*file)->set_size(0)), "read-only");
  EXPECT_EQ(outcome((*file)->set_times({}, {})), "read-only");
  EXPECT_EQ(read_text(in("file")), "hello");
}

TEST_P(FileSystemTest, names_are_made_and_unmade) {
  EXPECT_EQ(outcome(root_->create_directory_at("sub/new")), "ok");
  EXPECT_EQ(outcome(root_->create_directory_at("sub/new")), "exist");
  EXPECT_EQ(outcome(root_->create_directory_at("missing/new")), "no-entry");
  EXPECT_EQ(outcome(root_->create_directory_at("file/new")), "not-directory");
  EXPECT_EQ(outcome(root_->remove_directory_at("sub")), "not-empty");
  EXPECT_EQ(outcome(root_->remove_directory_at("file")), "not-directory");
  EXPECT_EQ(outcome(root_->unlink_file_at("sub")), "is-directory");
  EXPECT_EQ(outcome(root_->unlink_file_at("missing")), "no-entry");
  EXPECT_EQ(outcome(root_->link_at(false, "file", *root_, "sub/second")), "ok");
  EXPECT_EQ(root_->status_at("file", true)->link_count, 2U);
  EXPECT_EQ(outcome(root_->link_at(false, "file", *root_, "sub/second")), "exist");
  EXPECT_EQ(outcome(root_->link_at(false, "sub", *root_, "x")), "not-permitted");
  EXPECT_EQ(outcome(root_->link_at(true, "file", *root_, "x")), "invalid");
  EXPECT_EQ(outcome(root_->symlink_at("sub/second", "soft")), "ok");
  EXPECT_EQ(root_->readlink_at("soft"), "sub/second");
  EXPECT_EQ(open_and_read("soft"), "hello");
  EXPECT_EQ(root_->status_at("soft", false)->type, FileType::symbolic_link);
  EXPECT_EQ(root_->status_at("soft", true)->type, FileType::regular_file);
  EXPECT_EQ(outcome(root_->readlink_at("file")), "invalid");
  EXPECT_EQ(outcome(root_->symlink_at("/etc", "absolute")), "not-permitted");
  EXPECT_EQ(outcome(root_->symlink_at("../..", "harmless")), "ok");
  EXPECT_EQ(outcome(root_->status_at("harmless", true)), "not-permitted");
  EXPECT_EQ(outcome(root_->rename_at("file", *root_, "sub/third")), "ok");
  EXPECT_EQ(outcome(root_->rename_at("sub", *root_, "sub/deep/x")), "invalid");
  EXPECT_EQ(outcome(root_->rename_at("sub/third", *root_, "sub/deep")), "is-directory");
  EXPECT_EQ(outcome(root_->unlink_file_at("sub/third")), "ok");
}

TEST_P(FileSystemTest, absolute_or_garbled_links_are_not_read) {
  link("/etc/passwd", "absolute");
  link("\xff\xfe", "garbled");
  EXPECT_EQ(outcome(root_->readlink_at("absolute")), "not-permitted");
  EXPECT_EQ(outcome(root_->readlink_at("garbled")), "illegal-byte-sequence");
}

TEST_P(FileSystemTest, times_are_set) {
  const NewTimestamp given{NewTimestamp::Kind::given, 12345, 678};
  const NewTimestamp keep{};
  link("file", "link");
  ASSERT_TRUE(root_->set_times_at("file", true, given, keep));
  EXPECT_EQ(root_->status_at("file", true)->accessed, (Timestamp{12345, 678}));
  ASSERT_TRUE(root_->set_times_at("link", true, keep, given));
  EXPECT_EQ(root_->status_at("file", true)->modified, (Timestamp{12345, 678}));
  ASSERT_TRUE(root_->set_times_at("link", false, keep, {NewTimestamp::Kind::given, 99, 0}));
  EXPECT_EQ(root_->status_at("link", false)->modified, (Timestamp{99, 0}));
  EXPECT_EQ(root_->status_at("file", true)->modified, (Timestamp{12345, 678}));
  const auto file = root_->open_at("file", {}, reading);
  ASSERT_TRUE((*file)->set_times({NewTimestamp::Kind::now, 0, 0}, given));
  EXPECT_GT((*file)->status()->accessed.seconds, 1'000'000'000);
  EXPECT_EQ(outcome((*file)->set_times({NewTimestamp::Kind::given, 0, 1'000'000'000}, keep)),
            "invalid");
  EXPECT_EQ(outcome((*file)->set_times({NewTimestamp::Kind::given, UINT64_MAX, 0}, keep)),
            "overflow");
}

TEST_P(FileSystemTest, objects_are_told_apart) {
  ASSERT_TRUE(root_->link_at(false, "file", *root_, "second"));
  const auto one = root_->open_at("file", {}, reading);
  const auto same = root_->open_at("second", {}, reading);
  const auto other = root_->open_at("sub/inner", {}, reading);
  ASSERT_TRUE(one && same && other);
  EXPECT_TRUE((*one)->is_same_object(**same));
  EXPECT_FALSE((*one)->is_same_object(**other));
  EXPECT_EQ((*one)->metadata_hash(), root_->metadata_hash_at("second", true));
  EXPECT_NE((*one)->metadata_hash(), (*other)->metadata_hash());
  const auto before = (*one)->metadata_hash();
  write_text(in("file"), "longer than before");
  EXPECT_NE((*one)->metadata_hash(), before);
}

TEST_P(FileSystemTest, directories_are_listed) {
  link("file", "link");
  ASSERT_EQ(::mkfifo(in("pipe").c_str(), 0600), 0);
  auto stream = root_->read_directory();
  ASSERT_TRUE(stream);
  std::vector<std::pair<std::string, FileType>> entries;
  for (;;) {
    const auto entry = (*stream)->next_child();
    ASSERT_TRUE(entry);
    if (!*entry) break;
    entries.emplace_back((*entry)->name, (*entry)->type);
  }
  EXPECT_THAT(entries, UnorderedElementsAre(std::pair("file", FileType::regular_file),
                                            std::pair("sub", FileType::directory),
                                            std::pair("link", FileType::symbolic_link),
                                            std::pair("pipe", FileType::fifo)));
}

TEST_P(FileSystemTest, listing_goes_on_where_a_cookie_says) {
  for (int i = 0; i < 1000; ++i) write_text(in("sub/deep/entry" + std::to_string(i)), "");
  const auto directory = root_->open_at("sub/deep", {.directory = true}, reading);
  ASSERT_TRUE(directory);
  auto all = (*directory)->read_directory();
  ASSERT_TRUE(all);
  std::vector<DirectoryStream::Entry> entries;
  while (auto entry = *(*all)->next()) entries.push_back(*entry);
  ASSERT_EQ(entries.size(), 1002U);
  for (const std::size_t from : {0, 1, 500, 1000}) {
    auto again = (*directory)->read_directory();
    ASSERT_TRUE((*again)->seek(entries[from].next));
    const auto next = (*again)->next();
    ASSERT_TRUE(next && *next);
    EXPECT_EQ((*next)->name, entries[from + 1].name);
  }
  auto nonsense = (*directory)->read_directory();
  for (const std::uint64_t cookie : {UINT64_MAX, UINT64_MAX / 2, std::uint64_t{12345678901}}) {
    if ((*nonsense)->seek(cookie)) {
      EXPECT_TRUE((*nonsense)->next());
    }
  }
}

TEST_P(FileSystemTest, a_pipe_never_blocks) {
  ASSERT_EQ(::mkfifo(in("pipe").c_str(), 0600), 0);
  EXPECT_EQ(outcome(root_->open_at("pipe", {}, {.write = true})), "no-such-device");
  const auto pipe = root_->open_at("pipe", {}, reading);
  ASSERT_TRUE(pipe);
  EXPECT_EQ((*pipe)->type(), FileType::fifo);
  const auto writer = root_->open_at("pipe", {}, {.write = true});
  ASSERT_TRUE(writer);
  std::string text(10, '\0');
  EXPECT_EQ(outcome((*pipe)->read(std::as_writable_bytes(std::span(text)), 0)), "would-block");
  EXPECT_EQ((*writer)->write(std::as_bytes(std::span("hi", 2)), 77), 2U);
  EXPECT_EQ((*pipe)->read(std::as_writable_bytes(std::span(text)), 0), 2U);
}

TEST_P(FileSystemTest, writing_to_a_broken_pipe_is_an_error_and_not_a_signal) {
  ASSERT_EQ(::mkfifo(in("pipe").c_str(), 0600), 0);
  auto reader = root_->open_at("pipe", {}, reading);
  const auto writer = root_->open_at("pipe", {}, {.write = true});
  ASSERT_TRUE(reader && writer);
  reader->reset();
  EXPECT_EQ(outcome((*writer)->write(std::as_bytes(std::span("hi", 2)), 0)), "pipe");
}

TEST_P(FileSystemTest, open_files_are_bounded) {
  auto small = std::make_shared<FileSystem>(GetParam(), 3);
  const auto root = Descriptor::grant(small, outside_ / "granted", false);
  ASSERT_TRUE(root);
  auto first = (*root)->open_at("file", {}, reading);
  auto second = (*root)->read_directory();
  ASSERT_TRUE(first && second);
  EXPECT_EQ(outcome((*root)->open_at("file", {}, reading)), "too-many-open-files");
  EXPECT_EQ(outcome((*root)->read_directory()), "too-many-open-files");
  first->reset();
  EXPECT_EQ(outcome((*root)->open_at("file", {}, reading)), "ok");
}

TEST_P(FileSystemTest, a_grant_must_be_a_directory) {
  EXPECT_EQ(outcome(Descriptor::grant(system_, outside_ / "secret", false)), "not-directory");
  EXPECT_EQ(outcome(Descriptor::grant(system_, outside_ / "missing", false)), "no-entry");
}

/// Someone swaps a directory for a link that leads out, over and over, while the guest uses paths
/// through it.
TEST_P(FileSystemTest, races_do_not_lead_out) {
  std::filesystem::create_directories(outside_ / "decoy/sub");
  write_text(outside_ / "decoy/inner", "stolen");
  write_text(in("swap-inner"), "");
  std::filesystem::create_directory(in("real"));
  write_text(in("real/inner"), "inner");
  link(outside_ / "decoy", "evil");
  link("../decoy", "evil-relative");

  std::atomic<bool> done = false;
  std::thread attacker([&] {
    const std::string victim = in("victim");
    while (!done) {
      for (const char* stand_in : {"real", "evil", "real", "evil-relative"}) {
        ::rename(in(stand_in).c_str(), victim.c_str());
        std::this_thread::yield();
        ::rename(victim.c_str(), in(stand_in).c_str());
      }
    }
  });
  int successes = 0;
  for (int i = 0; i < 3000; ++i) {
    const std::string text = open_and_read(i % 2 == 0 ? "victim/inner" : "victim/../real/inner");
    EXPECT_NE(text, "stolen");
    if (text == "inner") ++successes;
    (void)root_->create_directory_at("victim/created");
    (void)root_->rename_at("swap-inner", *root_, "victim/moved");
    (void)root_->rename_at("victim/moved", *root_, "swap-inner");
    (void)root_->unlink_file_at("victim/inner-not");
  }
  done = true;
  attacker.join();
  EXPECT_FALSE(std::filesystem::exists(outside_ / "decoy/created"));
  EXPECT_FALSE(std::filesystem::exists(outside_ / "decoy/moved"));
  RecordProperty("successes", successes);
}

/// Random trees full of links, random paths: the kernel and the walk must agree on every one.
TEST(PathResolution, the_walk_agrees_with_the_kernel) {
  const PathResolver kernel(ResolutionMethod::automatic);
  const PathResolver walk(ResolutionMethod::walk);
  if (!kernel.uses_kernel()) GTEST_SKIP() << "this kernel has no openat2";
  InsecureRandom random(2026);
  const auto pick = [&](std::size_t count) { return random.next() % count; };
  const auto component = [&]() -> std::string {
    static constexpr const char* names[] = {"a", "b", "c", "d", ".", "..", "a", "b"};
    return names[pick(std::size(names))];
  };
  const auto path = [&] {
    std::string text = pick(40) == 0 ? "/" : "";
    const std::size_t count = 1 + pick(6);
    for (std::size_t i = 0; i < count; ++i) text += (i == 0 ? "" : "/") + component();
    if (pick(8) == 0) text += "/";
    return text;
  };
  int agreements = 0;
  for (int tree = 0; tree < 40; ++tree) {
    const TemporaryDirectory outside;
    const std::string base = outside / "base";
    std::filesystem::create_directory(base);
    std::vector<std::string> directories{base};
    for (int i = 0; i < 12; ++i) {
      const std::string place =
          directories[pick(directories.size())] + "/" + std::string(1, "abcd"[pick(4)]);
      if (pick(3) == 0) {
        (void)::symlink(path().c_str(), place.c_str());
      } else if (pick(3) == 0) {
        if (!std::filesystem::exists(std::filesystem::symlink_status(place)))
          write_text(place, "x");
      } else if (::mkdir(place.c_str(), 0777) == 0) {
        directories.push_back(place);
      }
    }
    const UniqueFd root(::open(base.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    for (int i = 0; i < 200; ++i) {
      const std::string name = path();
      static constexpr int modes[] = {O_PATH,
                                      O_PATH | O_NOFOLLOW,
                                      O_RDONLY,
                                      O_RDONLY | O_NOFOLLOW,
                                      O_PATH | O_DIRECTORY,
                                      O_RDONLY | O_DIRECTORY | O_NOFOLLOW};
      const int flags = modes[pick(std::size(modes))];
      const auto outcome = [&](const PathResolver& resolver) -> std::string {
        const IoResult<UniqueFd> opened = resolver.open(root.get(), name, flags);
        if (!opened) return std::string(error_name(opened.error()));
        struct stat status{};
        EXPECT_EQ(::fstat(opened->get(), &status), 0);
        return "inode " + std::to_string(status.st_ino);
      };
      const std::string expected = outcome(kernel);
      EXPECT_EQ(outcome(walk), expected) << name << " flags " << flags;
      if (expected.starts_with("inode")) ++agreements;
    }
  }
  EXPECT_GT(agreements, 500);  // not all of them were errors
}

/// Runs in a process of its own, in which openat2 fails with an errno as a sandbox makes it.
void open_without_openat2(int error) {
  sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (static_cast<unsigned>(error) & 0xffff)),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog program{.len = std::size(code), .filter = code};
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
    ::_exit(77);
  }
  const PathResolver resolver;
  const UniqueFd root(::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
  const bool works = !resolver.uses_kernel() && resolver.open(root.get(), ".", O_PATH) &&
                     resolver.open(root.get(), "..", O_PATH).error() == ErrorCode::not_permitted;
  ::_exit(works ? 0 : 1);
}

TEST(PathResolution, a_sandbox_that_forbids_openat2_makes_it_walk) {
  for (const int error : {EPERM, ENOSYS}) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) open_without_openat2(error);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77) GTEST_SKIP() << "no seccomp here";
    EXPECT_EQ(WEXITSTATUS(status), 0) << error;
  }
}

}  // namespace
}  // namespace airlock::wasi
