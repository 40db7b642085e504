// Reading directories with getdents64, whose `d_off` makes a cookie that survives reopening.

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstring>

#include "wasi/host/filesystem.hpp"

namespace airlock::wasi {

namespace {

constexpr std::size_t buffer_bytes = std::size_t{16} * 1024;

/// The kernel's `linux_dirent64`, up to the name.
struct EntryHeader {
  std::uint64_t inode;
  std::int64_t next;
  std::uint16_t length;
  std::uint8_t type;
};
constexpr std::size_t name_offset = 19;

FileType type_of_entry(std::uint8_t type) {
  switch (type) {
    case DT_BLK:
      return FileType::block_device;
    case DT_CHR:
      return FileType::character_device;
    case DT_DIR:
      return FileType::directory;
    case DT_FIFO:
      return FileType::fifo;
    case DT_LNK:
      return FileType::symbolic_link;
    case DT_REG:
      return FileType::regular_file;
    case DT_SOCK:
      return FileType::socket;
    default:
      return FileType::unknown;
  }
}

}  // namespace

DirectoryStream::DirectoryStream(UniqueFd fd, FileSystem::Token token)
    : fd_(std::move(fd)), token_(std::move(token)) {}

IoResult<bool> DirectoryStream::fill() {
  if (buffer_.empty()) buffer_.resize(buffer_bytes);
  const long count = ::syscall(SYS_getdents64, fd_.get(), buffer_.data(), buffer_.size());
  if (count < 0) {
    // The directory was removed while it was read: it has no more entries.
    if (errno == ENOENT) return false;
    return last_error();
  }
  position_ = 0;
  end_ = static_cast<std::size_t>(count);
  return count > 0;
}

IoResult<std::optional<DirectoryStream::Entry>> DirectoryStream::next() {
  if (position_ == end_) {
    const IoResult<bool> more = fill();
    if (!more) return io_error(more.error());
    if (!*more) return std::nullopt;
  }
  const char* raw = buffer_.data() + position_;
  EntryHeader header{};
  std::memcpy(&header.inode, raw, sizeof header.inode);
  std::memcpy(&header.next, raw + 8, sizeof header.next);
  std::memcpy(&header.length, raw + 16, sizeof header.length);
  header.type = static_cast<std::uint8_t>(raw[18]);
  position_ += header.length;
  Entry entry{.inode = header.inode,
              .next = static_cast<std::uint64_t>(header.next),
              .type = type_of_entry(header.type),
              .name = std::string(raw + name_offset)};
  // Some file systems do not say the type here: it has to be asked for.
  if (struct stat status{};
      header.type == DT_UNKNOWN &&
      ::fstatat(fd_.get(), entry.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) {
    entry.type = file_type_of(status.st_mode);
  }
  return entry;
}

IoResult<std::optional<DirectoryStream::Entry>> DirectoryStream::next_child() {
  for (;;) {
    IoResult<std::optional<Entry>> entry = next();
    if (!entry || !*entry || ((*entry)->name != "." && (*entry)->name != "..")) return entry;
  }
}

IoResult<void> DirectoryStream::seek(std::uint64_t cookie) {
  position_ = end_ = 0;
  if (::lseek(fd_.get(), static_cast<off_t>(cookie), SEEK_SET) < 0) return last_error();
  return {};
}

}  // namespace airlock::wasi
