// path_*: what is done with a name below a directory.

#include <unistd.h>

#include <algorithm>

#include "wasi/preview1/call.hpp"
#include "wasi/preview1/records.hpp"

namespace airlock::wasi::preview1 {

namespace {

constexpr std::uint32_t symlink_follow = 1;

/// A directory and a path below it, from the guest's arguments.
struct Target {
  OpenFile* directory = nullptr;
  std::string path;
  [[nodiscard]] const Descriptor& object() const { return *directory->object; }
};

std::expected<Target, Errno> target_of(const Call& call, std::uint32_t fd, std::uint64_t wanted,
                                       std::uint32_t path, std::uint32_t length) {
  const auto directory = call.directory(fd, wanted);
  if (!directory) return std::unexpected(directory.error());
  auto name = call.path(path, length);
  if (!name) return std::unexpected(name.error());
  return Target{*directory, std::move(*name)};
}

}  // namespace

Errno path_create_directory(Call& call, std::uint32_t fd, std::uint32_t path,
                            std::uint32_t length) {
  const auto target = target_of(call, fd, rights::path_create_directory, path, length);
  if (!target) return target.error();
  return errno_of(target->object().create_directory_at(target->path));
}

std::expected<FileStatus, Errno> status_of(const Call& call, std::uint32_t fd, std::uint32_t flags,
                                           std::uint32_t path, std::uint32_t length) {
  if ((flags & ~symlink_follow) != 0) return std::unexpected(Errno::inval);
  const auto target = target_of(call, fd, rights::path_filestat_get, path, length);
  if (!target) return std::unexpected(target.error());
  const IoResult<FileStatus> status =
      target->object().status_at(target->path, (flags & symlink_follow) != 0);
  if (!status) return std::unexpected(errno_of(status.error()));
  return *status;
}

Errno path_filestat_get(Call& call, std::uint32_t fd, std::uint32_t flags, std::uint32_t path,
                        std::uint32_t length, std::uint32_t out) {
  const auto status = status_of(call, fd, flags, path, length);
  return status ? write_filestat(call.memory, out, *status) : status.error();
}

Errno path_filestat_set_times(Call& call, std::uint32_t fd, std::uint32_t flags, std::uint32_t path,
                              std::uint32_t length, std::uint64_t accessed, std::uint64_t modified,
                              std::uint32_t time_flags) {
  if ((flags & ~symlink_follow) != 0) return Errno::inval;
  const auto target = target_of(call, fd, rights::path_filestat_set_times, path, length);
  if (!target) return target.error();
  const auto times = new_times(accessed, modified, time_flags);
  if (!times) return times.error();
  return errno_of(target->object().set_times_at(target->path, (flags & symlink_follow) != 0,
                                                times->accessed, times->modified));
}

Errno path_link(Call& call, std::uint32_t old_fd, std::uint32_t old_flags, std::uint32_t old_path,
                std::uint32_t old_length, std::uint32_t new_fd, std::uint32_t new_path,
                std::uint32_t new_length) {
  const auto from = target_of(call, old_fd, rights::path_link_source, old_path, old_length);
  if (!from) return from.error();
  const auto to = target_of(call, new_fd, rights::path_link_target, new_path, new_length);
  if (!to) return to.error();
  return errno_of(from->object().link_at((old_flags & symlink_follow) != 0, from->path,
                                         to->object(), to->path));
}

Errno path_readlink(Call& call, std::uint32_t fd, std::uint32_t path, std::uint32_t length,
                    std::uint32_t buffer, std::uint32_t buffer_length, std::uint32_t out) {
  const auto target = target_of(call, fd, rights::path_readlink, path, length);
  if (!target) return target.error();
  if (!call.memory.contains(buffer, buffer_length) || !call.memory.contains(out, 4)) {
    return Errno::fault;
  }
  const IoResult<std::string> link = target->object().readlink_at(target->path);
  if (!link) return errno_of(link.error());
  const auto count = static_cast<std::uint32_t>(std::min<std::size_t>(link->size(), buffer_length));
  std::memcpy(call.memory.bytes(buffer, count).data(), link->data(), count);
  call.memory.store(out, count);
  return Errno::success;
}

Errno path_remove_directory(Call& call, std::uint32_t fd, std::uint32_t path,
                            std::uint32_t length) {
  const auto target = target_of(call, fd, rights::path_remove_directory, path, length);
  if (!target) return target.error();
  return errno_of(target->object().remove_directory_at(target->path));
}

Errno path_rename(Call& call, std::uint32_t old_fd, std::uint32_t old_path,
                  std::uint32_t old_length, std::uint32_t new_fd, std::uint32_t new_path,
                  std::uint32_t new_length) {
  const auto from = target_of(call, old_fd, rights::path_rename_source, old_path, old_length);
  if (!from) return from.error();
  const auto to = target_of(call, new_fd, rights::path_rename_target, new_path, new_length);
  if (!to) return to.error();
  return errno_of(from->object().rename_at(from->path, to->object(), to->path));
}

Errno path_symlink(Call& call, std::uint32_t target, std::uint32_t target_length, std::uint32_t fd,
                   std::uint32_t path, std::uint32_t length) {
  const auto contents = call.path(target, target_length);
  if (!contents) return contents.error();
  const auto place = target_of(call, fd, rights::path_symlink, path, length);
  if (!place) return place.error();
  return errno_of(place->object().symlink_at(*contents, place->path));
}

Errno path_unlink_file(Call& call, std::uint32_t fd, std::uint32_t path, std::uint32_t length) {
  const auto target = target_of(call, fd, rights::path_unlink_file, path, length);
  if (!target) return target.error();
  return errno_of(target->object().unlink_file_at(target->path));
}

namespace {

DescriptorFlags descriptor_flags(std::uint64_t base, std::uint32_t flags) {
  return {.read = (base & rights::fd_read) != 0,
          .write = (base & rights::fd_write) != 0,
          .file_integrity_sync = (flags & fdflags::sync) != 0,
          .data_integrity_sync = (flags & fdflags::dsync) != 0,
          .requested_write_sync = (flags & fdflags::rsync) != 0};
}

/// Rights of an opened file: those that the directory passes on and that apply to its type. Reading
/// and writing must have been asked for. Changing a file's size belongs to writing, whether it was
/// asked for or not: Go asks for it even to read. Other rights are never withheld, since guests
/// forget to ask.
void set_rights(OpenFile& file, const OpenFile& directory, std::uint64_t base,
                std::uint64_t inheriting) {
  const std::uint64_t passed_on = directory.inheriting_rights;
  if (file.is_directory()) {
    file.base_rights = passed_on & rights::directory;
    file.inheriting_rights = passed_on & (inheriting | rights::directory);
    return;
  }
  std::uint64_t withheld = 0;
  if ((base & rights::fd_read) == 0) withheld |= rights::fd_read;
  if ((base & rights::fd_write) == 0) withheld |= rights::file_writing;
  file.base_rights = passed_on & rights::file & ~withheld;
  const bool is_terminal =
      file.object->type() == FileType::character_device && ::isatty(file.object->fd()) == 1;
  // C libraries take a character device without these rights for a terminal.
  if (is_terminal) file.base_rights &= ~rights::seeking;
}

}  // namespace

Errno path_open(Call& call, std::uint32_t fd, std::uint32_t lookup_flags, std::uint32_t path,
                std::uint32_t length, std::uint32_t open_flags, std::uint64_t base,
                std::uint64_t inheriting, std::uint32_t flags, std::uint32_t out) {
  std::uint64_t wanted = rights::path_open;
  if ((open_flags & oflags::creat) != 0) wanted |= rights::path_create_file;
  if ((open_flags & oflags::trunc) != 0) wanted |= rights::path_filestat_set_size;
  const auto target = target_of(call, fd, wanted, path, length);
  if (!target) return target.error();
  if (!call.memory.contains(out, 4)) return Errno::fault;
  const std::uint32_t unknown = (flags & ~std::uint32_t{fdflags::all}) |
                                (open_flags & ~oflags::all) | (lookup_flags & ~symlink_follow);
  if (unknown != 0) return Errno::inval;

  // As in POSIX, where O_RDONLY is 0, asking for neither means reading.
  if ((base & (rights::fd_read | rights::fd_write)) == 0) base |= rights::fd_read;
  const DescriptorFlags access = descriptor_flags(base, flags);
  const std::uint64_t passed_on = target->directory->inheriting_rights;
  if (access.write && !target->object().is_mutable()) return Errno::rofs;
  if (access.read && (passed_on & rights::fd_read) == 0) return Errno::notcapable;
  if (access.write && (passed_on & rights::fd_write) == 0) return Errno::notcapable;

  const OpenFlags open{.follow = (lookup_flags & symlink_follow) != 0,
                       .create = (open_flags & oflags::creat) != 0,
                       .directory = (open_flags & oflags::directory) != 0,
                       .exclusive = (open_flags & oflags::excl) != 0,
                       .truncate = (open_flags & oflags::trunc) != 0};
  IoResult<Descriptor::Pointer> opened = target->object().open_at(target->path, open, access);
  if (!opened) {
    const bool may_wait = (flags & fdflags::nonblock) == 0;
    if (may_wait && target->object().lacks_reader(target->path, open, opened.error()))
      return call.wait(std::make_shared<Retry>());
    return errno_of(opened.error());
  }
  OpenFile file;
  file.object = std::move(*opened);
  file.flags = static_cast<std::uint16_t>(flags);
  set_rights(file, *target->directory, base, inheriting);
  call.memory.store(out, call.process.files.add(std::move(file)));
  return Errno::success;
}

}  // namespace airlock::wasi::preview1
