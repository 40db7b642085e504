#include "wasi/host/filesystem.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/random.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>

#include "decoder/byte_reader.hpp"
#include "wasi/host/signals.hpp"
#include "xxhash.h"

namespace airlock::wasi {

namespace {

constexpr std::uint64_t largest_offset = INT64_MAX;
constexpr std::uint32_t nanoseconds_per_second = 1'000'000'000;

template <typename Call>
IoResult<std::size_t> transferred(Call call) {
  for (;;) {
    const ssize_t count = call();
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno != EINTR) return last_error();
  }
}

IoResult<void> succeeded(int status) {
  if (status != 0) return last_error();
  return {};
}

Timestamp timestamp_of(const timespec& time) {
  return {time.tv_sec, static_cast<std::uint32_t>(time.tv_nsec)};
}

IoResult<timespec> timespec_of(const NewTimestamp& time) {
  switch (time.kind) {
    case NewTimestamp::Kind::no_change:
      return timespec{0, UTIME_OMIT};
    case NewTimestamp::Kind::now:
      return timespec{0, UTIME_NOW};
    case NewTimestamp::Kind::given:
      break;
  }
  if (time.nanoseconds >= nanoseconds_per_second) return io_error(ErrorCode::invalid);
  if (time.seconds > INT64_MAX) return io_error(ErrorCode::overflow);
  return timespec{static_cast<time_t>(time.seconds), static_cast<long>(time.nanoseconds)};
}

IoResult<std::array<timespec, 2>> timespecs_of(const NewTimestamp& accessed,
                                               const NewTimestamp& modified) {
  IoResult<timespec> first = timespec_of(accessed);
  if (!first) return io_error(first.error());
  IoResult<timespec> second = timespec_of(modified);
  if (!second) return io_error(second.error());
  return std::array{*first, *second};
}

int open_mode(const DescriptorFlags& flags) {
  int mode = O_RDONLY;
  if (flags.write) mode = flags.read ? O_RDWR : O_WRONLY;
  if (flags.file_integrity_sync) mode |= O_SYNC;
  if (flags.data_integrity_sync) mode |= O_DSYNC;
  if (flags.requested_write_sync) mode |= O_RSYNC;
  return mode;
}

MetadataHash hash_of(const FileStatus& status, std::uint64_t secret) {
  const std::array<std::uint64_t, 5> fields{status.device, status.inode, status.size,
                                            static_cast<std::uint64_t>(status.modified.seconds),
                                            status.modified.nanoseconds};
  const XXH128_hash_t hash = XXH3_128bits_withSeed(fields.data(), sizeof fields, secret);
  return {hash.low64, hash.high64};
}

}  // namespace

FileType file_type_of(std::uint32_t mode) {
  switch (mode & S_IFMT) {
    case S_IFBLK:
      return FileType::block_device;
    case S_IFCHR:
      return FileType::character_device;
    case S_IFDIR:
      return FileType::directory;
    case S_IFIFO:
      return FileType::fifo;
    case S_IFLNK:
      return FileType::symbolic_link;
    case S_IFREG:
      return FileType::regular_file;
    case S_IFSOCK:
      return FileType::socket;
    default:
      return FileType::unknown;
  }
}

FileStatus file_status_of(const struct stat& status) {
  return {.type = file_type_of(status.st_mode),
          .device = status.st_dev,
          .inode = status.st_ino,
          .link_count = status.st_nlink,
          .size = static_cast<std::uint64_t>(status.st_size),
          .accessed = timestamp_of(status.st_atim),
          .modified = timestamp_of(status.st_mtim),
          .changed = timestamp_of(status.st_ctim)};
}

FileSystem::FileSystem(ResolutionMethod method, std::uint32_t open_limit)
    : resolver_(method), open_limit_(open_limit) {
  // Without randomness the hashes are only easier to foresee.
  if (::getrandom(&secret_, sizeof secret_, 0) != sizeof secret_) secret_ = 0;
}

IoResult<FileSystem::Token> FileSystem::reserve(std::shared_ptr<FileSystem> self) {
  if (open_.fetch_add(1) >= open_limit_) {
    open_.fetch_sub(1);
    errno = EMFILE;
    return last_error();
  }
  FileSystem* system = self.get();
  return Token(system, [self = std::move(self)](void*) { self->open_.fetch_sub(1); });
}

IoResult<Descriptor::Pointer> Descriptor::grant(std::shared_ptr<FileSystem> system,
                                                const std::string& host_path, bool read_only) {
  IoResult<FileSystem::Token> token = system->reserve(system);
  if (!token) return io_error(token.error());
  UniqueFd fd(::open(host_path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOCTTY));
  // A directory that may be searched but not listed is still worth granting.
  if (!fd && errno == EACCES) {
    fd = UniqueFd(::open(host_path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  }
  if (!fd) return last_error();
  Pointer descriptor(new Descriptor());
  descriptor->system_ = std::move(system);
  descriptor->token_ = std::move(*token);
  descriptor->fd_ = std::move(fd);
  descriptor->type_ = FileType::directory;
  descriptor->mutable_ = !read_only;
  descriptor->flags_ = {.read = true, .mutate_directory = !read_only};
  return descriptor;
}

bool Descriptor::is_seekable() const {
  return type_ == FileType::regular_file || type_ == FileType::block_device;
}

// Files ------------------------------------------------------------------------------------------

IoResult<std::size_t> Descriptor::read(std::span<const iovec> buffers, std::uint64_t offset) const {
  if (is_directory()) return io_error(ErrorCode::is_directory);
  if (!flags_.read) return io_error(ErrorCode::bad_descriptor);
  const int count = static_cast<int>(std::min<std::size_t>(buffers.size(), IOV_MAX));
  if (!is_seekable()) return receive(buffers.first(static_cast<std::size_t>(count)));
  if (offset > largest_offset) return io_error(ErrorCode::invalid);
  return transferred(
      [&] { return ::preadv(fd(), buffers.data(), count, static_cast<off_t>(offset)); });
}

IoResult<std::size_t> Descriptor::receive(std::span<const iovec> buffers) const {
  const bool is_empty =
      std::ranges::all_of(buffers, [](const iovec& buffer) { return buffer.iov_len == 0; });
  for (;;) {
    const IoResult<std::size_t> count = transferred(
        [&] { return ::readv(fd(), buffers.data(), static_cast<int>(buffers.size())); });
    if (!count || *count > 0 || is_empty || type_ != FileType::fifo) return count;
    // Opened without waiting, a pipe reads as ended before its first writer has come, too. Only a
    // writer that has gone hangs up.
    pollfd state{.fd = fd(), .events = POLLIN, .revents = 0};
    if (::poll(&state, 1, 0) < 0 && errno != EINTR) return last_error();
    if ((state.revents & POLLHUP) == 0) return io_error(ErrorCode::would_block);
    if ((state.revents & POLLIN) == 0) return std::size_t{0};
  }
}

IoResult<std::size_t> Descriptor::read(std::span<std::byte> buffer, std::uint64_t offset) const {
  const iovec one{buffer.data(), buffer.size()};
  return read(std::span(&one, 1), offset);
}

IoResult<std::size_t> Descriptor::write(std::span<const iovec> buffers,
                                        std::uint64_t offset) const {
  if (!flags_.write) return io_error(ErrorCode::bad_descriptor);
  const int count = static_cast<int>(std::min<std::size_t>(buffers.size(), IOV_MAX));
  const SignalGuard guard;
  if (!is_seekable()) return transferred([&] { return ::writev(fd(), buffers.data(), count); });
  if (offset > largest_offset) return io_error(ErrorCode::invalid);
  return transferred(
      [&] { return ::pwritev(fd(), buffers.data(), count, static_cast<off_t>(offset)); });
}

IoResult<std::size_t> Descriptor::write(std::span<const std::byte> buffer,
                                        std::uint64_t offset) const {
  const iovec one{const_cast<std::byte*>(buffer.data()), buffer.size()};
  return write(std::span(&one, 1), offset);
}

IoResult<std::size_t> Descriptor::append(std::span<const iovec> buffers) const {
  if (!is_seekable()) return write(buffers, 0);
  if (!flags_.write) return io_error(ErrorCode::bad_descriptor);
  const int count = static_cast<int>(std::min<std::size_t>(buffers.size(), IOV_MAX));
  const SignalGuard guard;
  IoResult<std::size_t> written =
      transferred([&] { return ::pwritev2(fd(), buffers.data(), count, 0, RWF_APPEND); });
  if (written || written.error() != ErrorCode::unsupported) return written;
  // A file system without RWF_APPEND: not atomic, but at the end.
  const IoResult<FileStatus> now = status();
  if (!now) return io_error(now.error());
  return write(buffers, now->size);
}

IoResult<void> Descriptor::advise(std::uint64_t offset, std::uint64_t length, Advice advice) const {
  if (is_directory()) return io_error(ErrorCode::bad_descriptor);
  static constexpr std::array advices{POSIX_FADV_NORMAL,   POSIX_FADV_SEQUENTIAL,
                                      POSIX_FADV_RANDOM,   POSIX_FADV_WILLNEED,
                                      POSIX_FADV_DONTNEED, POSIX_FADV_NOREUSE};
  if (length > largest_offset) return io_error(ErrorCode::invalid);
  const int error = ::posix_fadvise(fd(), static_cast<off_t>(offset), static_cast<off_t>(length),
                                    advices[static_cast<std::size_t>(advice)]);
  if (error != 0) return io_error(error_from_errno(error));
  return {};
}

IoResult<void> Descriptor::allocate(std::uint64_t offset, std::uint64_t length) const {
  if (is_directory() || !flags_.write) return io_error(ErrorCode::bad_descriptor);
  if (length == 0 || offset > largest_offset) return io_error(ErrorCode::invalid);
  if (length > largest_offset - offset) return io_error(ErrorCode::file_too_large);
  // Not posix_fallocate: its emulation writes to every block.
  return succeeded(::fallocate(fd(), 0, static_cast<off_t>(offset), static_cast<off_t>(length)));
}

IoResult<void> Descriptor::set_size(std::uint64_t size) const {
  if (is_directory()) return io_error(ErrorCode::bad_descriptor);
  if (!mutable_) return io_error(ErrorCode::read_only);
  if (!flags_.write) return io_error(ErrorCode::invalid);
  if (size > largest_offset) return io_error(ErrorCode::invalid);
  const SignalGuard guard(SIGXFSZ);
  return succeeded(::ftruncate(fd(), static_cast<off_t>(size)));
}

// Any object -------------------------------------------------------------------------------------

IoResult<FileStatus> Descriptor::status() const {
  struct stat status{};
  if (::fstat(fd(), &status) != 0) return last_error();
  return file_status_of(status);
}

IoResult<void> Descriptor::set_times(NewTimestamp accessed, NewTimestamp modified) const {
  if (!mutable_) return io_error(ErrorCode::read_only);
  const IoResult<std::array<timespec, 2>> times = timespecs_of(accessed, modified);
  if (!times) return io_error(times.error());
  return succeeded(::futimens(fd(), times->data()));
}

IoResult<void> Descriptor::sync() const {
  if (!flags_.write && !is_directory()) return {};
  if (::fsync(fd()) != 0 && errno != EINVAL && errno != EROFS && errno != EBADF) {
    return last_error();
  }
  return {};
}

IoResult<void> Descriptor::sync_data() const {
  if (!flags_.write && !is_directory()) return {};
  if (::fdatasync(fd()) != 0 && errno != EINVAL && errno != EROFS && errno != EBADF) {
    return last_error();
  }
  return {};
}

IoResult<MetadataHash> Descriptor::metadata_hash() const {
  const IoResult<FileStatus> now = status();
  if (!now) return io_error(now.error());
  return hash_of(*now, system_->secret());
}

bool Descriptor::is_same_object(const Descriptor& other) const {
  const IoResult<FileStatus> mine = status();
  const IoResult<FileStatus> theirs = other.status();
  return mine && theirs && mine->device == theirs->device && mine->inode == theirs->inode;
}

// Directories ------------------------------------------------------------------------------------

namespace {

/// Whether opening failed at a link that was not to be followed: Linux says that it is no
/// directory, if one was asked for.
bool refuses_link(const Descriptor& directory, std::string_view path, const OpenFlags& open,
                  ErrorCode error) {
  if (error != ErrorCode::not_directory || open.follow || !open.directory) return false;
  const IoResult<FileStatus> last = directory.status_at(path, false);
  return last && last->type == FileType::symbolic_link;
}

}  // namespace

IoResult<Descriptor::Pointer> Descriptor::open_at(std::string_view path, OpenFlags open,
                                                  DescriptorFlags flags) const {
  if (!is_directory()) return io_error(ErrorCode::not_directory);
  const bool changes = flags.write || flags.mutate_directory || open.create || open.truncate;
  if (changes && !mutable_) return io_error(ErrorCode::read_only);
  if (open.directory && (open.create || open.exclusive || open.truncate)) {
    return io_error(ErrorCode::invalid);
  }

  // As in POSIX, where O_RDONLY is 0, asking for neither means reading.
  if (!flags.write) flags.read = true;

  IoResult<FileSystem::Token> token = system_->reserve(system_);
  if (!token) return io_error(token.error());
  // Never wait for the other end of a pipe: only the event loop waits.
  int mode = open_mode(flags) | O_NONBLOCK;
  if (!open.follow) mode |= O_NOFOLLOW;
  if (open.create) mode |= O_CREAT;
  if (open.directory) mode |= O_DIRECTORY;
  if (open.exclusive && open.create) mode |= O_EXCL;
  if (open.truncate) mode |= O_TRUNC;
  IoResult<UniqueFd> fd = system_->resolver().open(this->fd(), path, mode, 0666);
  if (!fd)
    return io_error(refuses_link(*this, path, open, fd.error()) ? ErrorCode::loop : fd.error());

  struct stat status{};
  if (::fstat(fd->get(), &status) != 0) return last_error();
  Pointer opened(new Descriptor());
  opened->system_ = system_;
  opened->token_ = std::move(*token);
  opened->fd_ = std::move(*fd);
  opened->type_ = file_type_of(status.st_mode);
  opened->mutable_ = mutable_;
  opened->flags_ = flags;
  // Whether a directory may be changed is a matter of the grant: guests that come from WASI 0.1
  // never ask for it. Other objects have no such flag.
  opened->flags_.mutate_directory = opened->is_directory() && mutable_;
  return opened;
}

bool Descriptor::lacks_reader(std::string_view path, OpenFlags open, ErrorCode error) const {
  if (error != ErrorCode::no_such_device) return false;  // ENXIO
  const IoResult<FileStatus> last = status_at(path, open.follow);
  return last && last->type == FileType::fifo;
}

IoResult<UniqueFd> Descriptor::open_for_status(std::string_view path, bool follow) const {
  if (!is_directory()) return io_error(ErrorCode::not_directory);
  return system_->resolver().open(fd(), path, O_PATH | (follow ? 0 : O_NOFOLLOW));
}

IoResult<FileStatus> Descriptor::status_at(std::string_view path, bool follow) const {
  const IoResult<UniqueFd> found = open_for_status(path, follow);
  if (!found) return io_error(found.error());
  struct stat status{};
  if (::fstat(found->get(), &status) != 0) return last_error();
  return file_status_of(status);
}

IoResult<MetadataHash> Descriptor::metadata_hash_at(std::string_view path, bool follow) const {
  const IoResult<FileStatus> status = status_at(path, follow);
  if (!status) return io_error(status.error());
  return hash_of(*status, system_->secret());
}

IoResult<void> Descriptor::set_times_at(std::string_view path, bool follow, NewTimestamp accessed,
                                        NewTimestamp modified) const {
  if (!is_directory()) return io_error(ErrorCode::not_directory);
  if (!mutable_) return io_error(ErrorCode::read_only);
  const IoResult<std::array<timespec, 2>> times = timespecs_of(accessed, modified);
  if (!times) return io_error(times.error());
  const IoResult<UniqueFd> found = open_for_status(path, follow);
  if (!found) return io_error(found.error());
  if (::utimensat(found->get(), "", times->data(), AT_EMPTY_PATH) == 0) return {};
  if (errno != EINVAL && errno != ENOENT) return last_error();
  // Before Linux 5.8 an empty path is refused; the link in /proc leads to the very same object.
  const std::string self = "/proc/self/fd/" + std::to_string(found->get());
  return succeeded(::utimensat(AT_FDCWD, self.c_str(), times->data(), 0));
}

IoResult<PathResolver::Place> Descriptor::locate(std::string_view path) const {
  if (!is_directory()) return io_error(ErrorCode::not_directory);
  return system_->resolver().locate(fd(), path);
}

IoResult<PathResolver::Place> Descriptor::locate_for_change(std::string_view path) const {
  if (!is_directory()) return io_error(ErrorCode::not_directory);
  if (!mutable_) return io_error(ErrorCode::read_only);
  return system_->resolver().locate(fd(), path);
}

IoResult<void> Descriptor::create_directory_at(std::string_view path) const {
  const IoResult<PathResolver::Place> place = locate_for_change(path);
  if (!place) return io_error(place.error());
  if (place->ending != PathResolver::Ending::name) return io_error(ErrorCode::exist);
  return succeeded(::mkdirat(place->directory, place->name.c_str(), 0777));
}

IoResult<void> Descriptor::remove_directory_at(std::string_view path) const {
  const IoResult<PathResolver::Place> place = locate_for_change(path);
  if (!place) return io_error(place.error());
  if (place->ending == PathResolver::Ending::dot) return io_error(ErrorCode::invalid);
  if (place->ending == PathResolver::Ending::dot_dot) return io_error(ErrorCode::not_empty);
  if (::unlinkat(place->directory, place->name.c_str(), AT_REMOVEDIR) == 0) return {};
  if (errno == EEXIST) return io_error(ErrorCode::not_empty);  // some file systems say this
  return last_error();
}

namespace {

/// What kind of object a place holds, without following a link.
IoResult<FileType> type_at(const PathResolver::Place& place) {
  struct stat status{};
  if (::fstatat(place.directory, place.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    return last_error();
  }
  return file_type_of(status.st_mode);
}

}  // namespace

IoResult<void> Descriptor::unlink_file_at(std::string_view path) const {
  const IoResult<PathResolver::Place> place = locate_for_change(path);
  if (!place) return io_error(place.error());
  if (place->ending != PathResolver::Ending::name) return io_error(ErrorCode::is_directory);
  if (place->trailing_slash) {
    const IoResult<FileType> type = type_at(*place);
    if (!type) return io_error(type.error());
    return io_error(*type == FileType::directory ? ErrorCode::is_directory
                                                 : ErrorCode::not_directory);
  }
  if (::unlinkat(place->directory, place->name.c_str(), 0) == 0) return {};
  // POSIX lets a host say EPERM for a directory.
  if (errno == EPERM && type_at(*place) == FileType::directory) {
    return io_error(ErrorCode::is_directory);
  }
  return last_error();
}

IoResult<void> Descriptor::rename_at(std::string_view old_path, const Descriptor& new_directory,
                                     std::string_view new_path) const {
  const IoResult<PathResolver::Place> from = locate_for_change(old_path);
  if (!from) return io_error(from.error());
  const IoResult<PathResolver::Place> to = new_directory.locate_for_change(new_path);
  if (!to) return io_error(to.error());
  if (from->ending != PathResolver::Ending::name || to->ending != PathResolver::Ending::name) {
    return io_error(ErrorCode::busy);
  }
  if (from->trailing_slash || to->trailing_slash) {
    const IoResult<FileType> type = type_at(*from);
    if (!type) return io_error(type.error());
    if (*type != FileType::directory) return io_error(ErrorCode::not_directory);
  }
  return succeeded(
      ::renameat(from->directory, from->name.c_str(), to->directory, to->name.c_str()));
}

IoResult<void> Descriptor::link_at(bool follow, std::string_view old_path,
                                   const Descriptor& new_directory,
                                   std::string_view new_path) const {
  // The kernel would follow the link without restriction.
  if (follow) return io_error(ErrorCode::invalid);
  // A second name in a place that may be changed would make what is read-only writable.
  const IoResult<PathResolver::Place> from = locate_for_change(old_path);
  if (!from) return io_error(from.error());
  const IoResult<PathResolver::Place> to = new_directory.locate_for_change(new_path);
  if (!to) return io_error(to.error());
  if (from->ending != PathResolver::Ending::name) return io_error(ErrorCode::not_permitted);
  if (to->ending != PathResolver::Ending::name) return io_error(ErrorCode::exist);
  if (from->trailing_slash) {
    // What is named is a directory, of which there are no second names.
    const IoResult<UniqueFd> named = system_->resolver().open(fd(), old_path, O_PATH | O_DIRECTORY);
    return io_error(named ? ErrorCode::not_permitted : named.error());
  }
  if (to->trailing_slash) {
    return io_error(type_at(*to) ? ErrorCode::exist : ErrorCode::no_entry);
  }
  return succeeded(
      ::linkat(from->directory, from->name.c_str(), to->directory, to->name.c_str(), 0));
}

IoResult<void> Descriptor::symlink_at(std::string_view target, std::string_view path) const {
  if (target.find('\0') != std::string_view::npos) return io_error(ErrorCode::invalid);
  if (target.empty()) return io_error(ErrorCode::no_entry);
  if (target.size() >= PATH_MAX) return io_error(ErrorCode::name_too_long);
  const IoResult<PathResolver::Place> place = locate_for_change(path);
  if (!place) return io_error(place.error());
  if (target.front() == '/') return io_error(ErrorCode::not_permitted);
  if (place->ending != PathResolver::Ending::name) return io_error(ErrorCode::exist);
  if (place->trailing_slash) {
    return io_error(type_at(*place) ? ErrorCode::exist : ErrorCode::no_entry);
  }
  return succeeded(::symlinkat(std::string(target).c_str(), place->directory, place->name.c_str()));
}

IoResult<std::string> Descriptor::readlink_at(std::string_view path) const {
  const IoResult<PathResolver::Place> place = locate(path);
  if (!place) return io_error(place.error());
  if (place->ending != PathResolver::Ending::name) return io_error(ErrorCode::invalid);
  if (place->trailing_slash) {
    // What is named is a directory: the one that a link leads to, if need be.
    const IoResult<UniqueFd> named = system_->resolver().open(fd(), path, O_PATH | O_DIRECTORY);
    return io_error(named ? ErrorCode::invalid : named.error());
  }
  std::array<char, PATH_MAX> buffer{};
  const ssize_t length =
      ::readlinkat(place->directory, place->name.c_str(), buffer.data(), buffer.size());
  if (length < 0) return last_error();
  std::string target(buffer.data(), static_cast<std::size_t>(length));
  if (target.starts_with('/')) return io_error(ErrorCode::not_permitted);
  if (!decoder::is_utf8(target)) return io_error(ErrorCode::illegal_byte_sequence);
  return target;
}

IoResult<std::unique_ptr<DirectoryStream>> Descriptor::read_directory() const {
  if (!is_directory()) return io_error(ErrorCode::not_directory);
  IoResult<FileSystem::Token> token = system_->reserve(system_);
  if (!token) return io_error(token.error());
  UniqueFd fresh(::openat(fd(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fresh) return last_error();
  return std::make_unique<DirectoryStream>(std::move(fresh), std::move(*token));
}

}  // namespace airlock::wasi
