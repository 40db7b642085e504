// fd_*: what is done with a descriptor.

#include <poll.h>

#include <algorithm>

#include "decoder/byte_reader.hpp"
#include "wasi/preview1/call.hpp"
#include "wasi/preview1/records.hpp"

namespace airlock::wasi::preview1 {

namespace {

constexpr std::uint64_t largest_position = INT64_MAX;

bool waits(const OpenFile& file) { return (file.flags & fdflags::nonblock) == 0; }

/// The error of writing to a stream. `closed` means that the reader has gone.
Errno write_error(const StreamError& error) {
  return error.closed ? Errno::pipe : errno_of(error.code);
}

Errno wait_for_file(Call& call, const OpenFile& file, short events) {
  return call.wait(std::make_shared<FileReadiness>(file.object->fd(), events));
}

std::uint32_t narrow(std::size_t count) { return static_cast<std::uint32_t>(count); }

/// What one call of the host moves at most, in bytes: fuel, deadlines and interrupts are looked at
/// after it.
constexpr std::size_t most_at_once = std::size_t{4} << 20;

/// The answer of a call that has read or written so many bytes.
/// @param unpaid how many of them have not been paid for
Errno moved(Call& call, std::uint32_t out, std::size_t count, std::size_t unpaid) {
  call.memory.store(out, narrow(count));
  return call.pay(unpaid) ? Errno::success : Errno::io;
}
Errno moved(Call& call, std::uint32_t out, std::size_t count) {
  return moved(call, out, count, count);
}

/// Reads from a standard stream into the first buffer.
Errno read_stream(Call& call, OpenFile& file, const std::vector<iovec>& buffers,
                  std::uint32_t out) {
  std::size_t count = 0;
  if (!buffers.empty()) {
    const std::span buffer(static_cast<std::byte*>(buffers[0].iov_base),
                           std::min(buffers[0].iov_len, most_at_once));
    const StreamResult<std::size_t> read = file.input->read(buffer);
    if (!read && !read.error().closed) return errno_of(read.error().code);
    if (read && *read == 0) {
      if (!waits(file)) return Errno::again;
      return call.wait(std::make_shared<InputReadiness>(file.input));
    }
    count = read ? *read : 0;
  }
  return moved(call, out, count);
}

/// Writes to a standard stream. One that may block takes everything before it answers, so that what
/// is written to another stream afterwards comes after it. What earlier attempts have written is
/// the call's progress; a failure after the first byte ends the call with what was written.
Errno write_stream(Call& call, OpenFile& file, const std::vector<iovec>& buffers,
                   std::uint32_t out) {
  std::uint64_t begin = 0;  // of the buffer in the whole list
  for (const iovec& buffer : buffers) {
    const std::span bytes(static_cast<const std::byte*>(buffer.iov_base), buffer.iov_len);
    while (call.progress < begin + bytes.size()) {
      const std::span rest = bytes.subspan(call.progress - begin);
      const StreamResult<std::size_t> written =
          file.output->write_some(rest.first(std::min(rest.size(), most_at_once)));
      if (written && *written == 0 && waits(file))
        return call.wait(std::make_shared<OutputReadiness>(file.output));
      if (!written || *written == 0) {
        if (call.progress == 0) return written ? Errno::again : write_error(written.error());
        return moved(call, out, call.progress, 0);
      }
      call.progress += *written;
      if (!call.pay(*written) || call.ends_now()) return Errno::io;
    }
    begin += bytes.size();
  }
  return moved(call, out, call.progress, 0);
}

/// Lists longer than this are cut short.
void cut(std::vector<iovec>& buffers, std::uint64_t most) {
  for (iovec& buffer : buffers) {
    buffer.iov_len = std::min<std::uint64_t>(buffer.iov_len, most);
    most -= buffer.iov_len;
  }
}

/// The common beginning of the four ways to read or write: where the answer goes, and the buffers.
/// Not more of them than the answer can tell, or for a file than one call of the host moves.
std::expected<std::vector<iovec>, Errno> prepare(Call& call, const OpenFile& file,
                                                 std::uint32_t list, std::uint32_t count,
                                                 std::uint32_t out) {
  if (!call.memory.contains(out, 4)) return std::unexpected(Errno::fault);
  if (!call.pay(std::uint64_t{count} * iovec_size)) return std::unexpected(Errno::io);
  std::expected<std::vector<iovec>, Errno> buffers = call.buffers(list, count);
  if (buffers) cut(*buffers, file.is_stream() ? INT32_MAX : most_at_once);
  return buffers;
}

/// A file or stream opened for reading. As in POSIX it is a bad descriptor if it was not; the right
/// to read is missing only if it was given up.
std::expected<OpenFile*, Errno> readable(const Call& call, std::uint32_t fd, std::uint64_t wanted) {
  const auto file = call.open_file(fd, 0);
  if (!file || (*file)->is_directory() || !(*file)->is_readable()) {
    return std::unexpected(Errno::badf);
  }
  return call.open_file(fd, wanted);
}

/// Likewise for writing.
std::expected<OpenFile*, Errno> writable(const Call& call, std::uint32_t fd, std::uint64_t wanted) {
  const auto file = call.open_file(fd, 0);
  if (!file || (*file)->is_directory() || !(*file)->is_writable()) {
    return std::unexpected(Errno::badf);
  }
  return call.open_file(fd, wanted);
}

bool has_offsets(const OpenFile& file) { return !file.is_stream() && file.object->is_seekable(); }

}  // namespace

Errno fd_advise(Call& call, std::uint32_t fd, std::uint64_t offset, std::uint64_t length,
                std::uint32_t advice) {
  const auto file = call.file(fd, rights::fd_advise);
  if (!file) return file.error();
  if (advice > static_cast<std::uint32_t>(Advice::no_reuse)) return Errno::inval;
  return errno_of((*file)->object->advise(offset, length, static_cast<Advice>(advice)));
}

Errno fd_allocate(Call& call, std::uint32_t fd, std::uint64_t offset, std::uint64_t length) {
  const auto file = call.file(fd, 0);
  if (!file || !(*file)->is_writable()) return file ? Errno::badf : file.error();
  if (!(*file)->has_rights(rights::fd_allocate)) return Errno::notcapable;
  return errno_of((*file)->object->allocate(offset, length));
}

Errno fd_close(Call& call, std::uint32_t fd) {
  return call.process.files.close(fd) ? Errno::success : Errno::badf;
}

Errno fd_datasync(Call& call, std::uint32_t fd) {
  const auto file = call.open_file(fd, 0);
  if (!file || (*file)->is_stream()) return Errno::badf;
  if (!(*file)->has_rights(rights::fd_datasync)) return Errno::notcapable;
  return errno_of((*file)->object->sync_data());
}

Errno fd_sync(Call& call, std::uint32_t fd) {
  const auto file = call.open_file(fd, 0);
  if (!file || (*file)->is_stream()) return Errno::badf;
  if (!(*file)->has_rights(rights::fd_sync)) return Errno::notcapable;
  return errno_of((*file)->object->sync());
}

Errno fd_fdstat_get(Call& call, std::uint32_t fd, std::uint32_t out) {
  const auto file = call.open_file(fd, 0);
  if (!file) return file.error();
  if (!call.memory.contains(out, fdstat_size)) return Errno::fault;
  Filetype type = (*file)->is_terminal ? Filetype::character_device : Filetype::unknown;
  if (!(*file)->is_stream()) type = filetype_of((*file)->object->type());
  clear(call.memory, out, fdstat_size);
  call.memory.store(out, type);
  call.memory.store(out + std::uint64_t{2}, (*file)->flags);
  call.memory.store(out + std::uint64_t{8}, (*file)->base_rights);
  call.memory.store(out + std::uint64_t{16}, (*file)->inheriting_rights);
  return Errno::success;
}

Errno fd_fdstat_set_flags(Call& call, std::uint32_t fd, std::uint32_t flags) {
  const auto file = call.open_file(fd, rights::fd_fdstat_set_flags);
  if (!file) return file.error();
  // How writes reach the disk is decided when a file is opened.
  constexpr std::uint32_t changeable = fdflags::append | fdflags::nonblock;
  if (((flags ^ (*file)->flags) & ~changeable) != 0) return Errno::inval;
  (*file)->flags = static_cast<std::uint16_t>(flags);
  return Errno::success;
}

Errno fd_fdstat_set_rights(Call& call, std::uint32_t fd, std::uint64_t base,
                           std::uint64_t inheriting) {
  const auto file = call.open_file(fd, base);
  if (!file) return file.error();
  if ((inheriting & ~(*file)->inheriting_rights) != 0) return Errno::notcapable;
  (*file)->base_rights = base;
  (*file)->inheriting_rights = inheriting;
  return Errno::success;
}

std::expected<FileStatus, Errno> status_of(const Call& call, std::uint32_t fd) {
  const auto file = call.open_file(fd, rights::fd_filestat_get);
  if (!file) return std::unexpected(file.error());
  if ((*file)->is_stream()) {
    FileStatus status;
    status.type = (*file)->is_terminal ? FileType::character_device : FileType::unknown;
    return status;
  }
  const IoResult<FileStatus> found = (*file)->object->status();
  if (!found) return std::unexpected(errno_of(found.error()));
  return *found;
}

Errno fd_filestat_get(Call& call, std::uint32_t fd, std::uint32_t out) {
  const auto status = status_of(call, fd);
  return status ? write_filestat(call.memory, out, *status) : status.error();
}

Errno fd_filestat_set_size(Call& call, std::uint32_t fd, std::uint64_t size) {
  const auto file = call.file(fd, 0);
  if (!file || !(*file)->is_writable()) return file ? Errno::inval : file.error();
  if (!(*file)->has_rights(rights::fd_filestat_set_size)) return Errno::notcapable;
  return errno_of((*file)->object->set_size(size));
}

Errno fd_filestat_set_times(Call& call, std::uint32_t fd, std::uint64_t accessed,
                            std::uint64_t modified, std::uint32_t flags) {
  const auto file = call.open_file(fd, 0);
  if (!file) return file.error();
  if ((*file)->is_stream()) return Errno::badf;
  if (!(*file)->object->is_mutable()) return Errno::rofs;
  if (!(*file)->has_rights(rights::fd_filestat_set_times)) return Errno::notcapable;
  const auto times = new_times(accessed, modified, flags);
  if (!times) return times.error();
  return errno_of((*file)->object->set_times(times->accessed, times->modified));
}

Errno fd_read(Call& call, std::uint32_t fd, std::uint32_t list, std::uint32_t count,
              std::uint32_t out) {
  const auto file = readable(call, fd, rights::fd_read);
  if (!file) return file.error();
  const auto buffers = prepare(call, **file, list, count, out);
  if (!buffers) return buffers.error();
  if ((*file)->is_stream()) return read_stream(call, **file, *buffers, out);
  const IoResult<std::size_t> read = (*file)->object->read(*buffers, (*file)->position);
  if (!read) {
    if (read.error() != ErrorCode::would_block || !waits(**file)) return errno_of(read.error());
    return wait_for_file(call, **file, POLLIN);
  }
  (*file)->position += *read;
  return moved(call, out, *read);
}

Errno fd_pread(Call& call, std::uint32_t fd, std::uint32_t list, std::uint32_t count,
               std::uint64_t offset, std::uint32_t out) {
  const auto file = readable(call, fd, rights::fd_read);
  if (!file) return file.error();
  if (!has_offsets(**file)) return Errno::spipe;
  if (!(*file)->has_rights(rights::fd_seek)) return Errno::notcapable;
  const auto buffers = prepare(call, **file, list, count, out);
  if (!buffers) return buffers.error();
  const IoResult<std::size_t> read = (*file)->object->read(*buffers, offset);
  if (!read) return errno_of(read.error());
  return moved(call, out, *read);
}

Errno fd_write(Call& call, std::uint32_t fd, std::uint32_t list, std::uint32_t count,
               std::uint32_t out) {
  const auto found = writable(call, fd, rights::fd_write);
  if (!found) return found.error();
  OpenFile& file = **found;
  const auto buffers = prepare(call, file, list, count, out);
  if (!buffers) return buffers.error();
  if (file.is_stream()) return write_stream(call, file, *buffers, out);
  const bool appends = (file.flags & fdflags::append) != 0;
  const IoResult<std::size_t> written =
      appends ? file.object->append(*buffers) : file.object->write(*buffers, file.position);
  if (!written) {
    if (written.error() != ErrorCode::would_block || !waits(file)) {
      return errno_of(written.error());
    }
    return wait_for_file(call, file, POLLOUT);
  }
  file.position += *written;
  if (appends) {
    if (const IoResult<FileStatus> status = file.object->status()) file.position = status->size;
  }
  return moved(call, out, *written);
}

Errno fd_pwrite(Call& call, std::uint32_t fd, std::uint32_t list, std::uint32_t count,
                std::uint64_t offset, std::uint32_t out) {
  const auto file = writable(call, fd, rights::fd_write);
  if (!file) return file.error();
  if (!has_offsets(**file)) return Errno::spipe;
  if (!(*file)->has_rights(rights::fd_seek)) return Errno::notcapable;
  const auto buffers = prepare(call, **file, list, count, out);
  if (!buffers) return buffers.error();
  const IoResult<std::size_t> written = (*file)->object->write(*buffers, offset);
  if (!written) return errno_of(written.error());
  return moved(call, out, *written);
}

Errno fd_prestat_get(Call& call, std::uint32_t fd, std::uint32_t out) {
  const auto file = call.open_file(fd, 0);
  if (!file || !(*file)->preopened) return Errno::badf;
  if (!call.memory.contains(out, prestat_size)) return Errno::fault;
  clear(call.memory, out, prestat_size);  // the tag 0: a directory
  call.memory.store(out + std::uint64_t{4}, narrow((*file)->preopened->size()));
  return Errno::success;
}

Errno fd_prestat_dir_name(Call& call, std::uint32_t fd, std::uint32_t path, std::uint32_t length) {
  const auto file = call.open_file(fd, 0);
  if (!file) return Errno::badf;
  if (!(*file)->preopened) return Errno::notdir;
  const std::string& name = *(*file)->preopened;
  if (length < name.size()) return Errno::nametoolong;
  if (!call.memory.contains(path, name.size())) return Errno::fault;
  std::memcpy(call.memory.bytes(path, name.size()).data(), name.data(), name.size());
  return Errno::success;
}

namespace {

/// Entries in the guest's buffer, the last one cut where the buffer ends.
class EntryWriter {
 public:
  explicit EntryWriter(std::span<std::byte> buffer) : buffer_(buffer) {}

  /// @return whether all of the entry fitted
  bool add(const DirectoryStream::Entry& entry) {
    std::byte header[dirent_size] = {};
    const auto name_length = static_cast<std::uint32_t>(entry.name.size());
    const auto type = static_cast<std::uint8_t>(filetype_of(entry.type));
    std::memcpy(header, &entry.next, 8);
    std::memcpy(header + 8, &entry.inode, 8);
    std::memcpy(header + 16, &name_length, 4);
    std::memcpy(header + 20, &type, 1);
    return put(header) && put(std::as_bytes(std::span(entry.name)));
  }
  [[nodiscard]] std::size_t used() const { return used_; }

 private:
  bool put(std::span<const std::byte> bytes) {
    const std::size_t count = std::min(bytes.size(), buffer_.size() - used_);
    std::memcpy(buffer_.data() + used_, bytes.data(), count);
    used_ += count;
    return count == bytes.size();
  }
  std::span<std::byte> buffer_;
  std::size_t used_ = 0;
};

/// Opens the listing if need be, and moves it to a cookie.
IoResult<void> list_from(OpenFile& file, std::uint64_t cookie) {
  if (file.listing == nullptr) {
    IoResult<std::unique_ptr<DirectoryStream>> opened = file.object->read_directory();
    if (!opened) return io_error(opened.error());
    const IoResult<FileStatus> self = file.object->status();
    if (!self) return io_error(self.error());
    file.listing = std::make_unique<Listing>(std::move(*opened), self->inode);
  }
  return file.listing->seek(cookie);
}

}  // namespace

Errno fd_readdir(Call& call, std::uint32_t fd, std::uint32_t buffer, std::uint32_t length,
                 std::uint64_t cookie, std::uint32_t out) {
  const auto file = call.directory(fd, rights::fd_readdir);
  if (!file) return file.error();
  if (!call.memory.contains(out, 4) || !call.memory.contains(buffer, length)) return Errno::fault;
  if (const IoResult<void> moved = list_from(**file, cookie); !moved) {
    return errno_of(moved.error());
  }
  EntryWriter writer(call.memory.bytes(buffer, length));
  while (writer.used() < length) {
    const IoResult<std::optional<DirectoryStream::Entry>> entry = (*file)->listing->next();
    if (!entry) return errno_of(entry.error());
    if (!*entry) break;
    if (!decoder::is_utf8(std::string_view((*entry)->name))) return Errno::ilseq;
    if (!writer.add(**entry)) break;
  }
  return moved(call, out, writer.used());
}

Errno fd_renumber(Call& call, std::uint32_t fd, std::uint32_t to) {
  return call.process.files.renumber(fd, to) ? Errno::success : Errno::badf;
}

Errno fd_seek(Call& call, std::uint32_t fd, std::uint64_t delta, std::uint32_t whence,
              std::uint32_t out) {
  const auto base = static_cast<Whence>(whence);
  if (whence > static_cast<std::uint32_t>(Whence::end)) return Errno::inval;
  const bool only_asks = delta == 0 && base == Whence::position;
  const auto file = call.file(fd, only_asks ? rights::fd_tell : rights::fd_seek);
  if (!file) return file.error();
  if (!(*file)->object->is_seekable()) return Errno::spipe;
  if (!call.memory.contains(out, 8)) return Errno::fault;
  std::uint64_t start = 0;
  if (base == Whence::position) {
    start = (*file)->position;
  } else if (base == Whence::end) {
    const IoResult<FileStatus> status = (*file)->object->status();
    if (!status) return errno_of(status.error());
    start = status->size;
  }
  // Unsigned arithmetic wraps; a sum below zero or beyond the largest position is too large.
  const std::uint64_t position = start + delta;
  if (position > largest_position) return Errno::inval;
  (*file)->position = position;
  call.memory.store(out, position);
  return Errno::success;
}

Errno fd_tell(Call& call, std::uint32_t fd, std::uint32_t out) {
  const auto file = call.file(fd, rights::fd_tell);
  if (!file) return file.error();
  if (!(*file)->object->is_seekable()) return Errno::spipe;
  if (!call.memory.contains(out, 8)) return Errno::fault;
  call.memory.store(out, (*file)->position);
  return Errno::success;
}

}  // namespace airlock::wasi::preview1
