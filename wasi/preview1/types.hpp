// Numbers and layouts of wasi_snapshot_preview1 (typenames.witx).
#pragma once

#include <cstdint>

#include "wasi/host/error_code.hpp"
#include "wasi/host/filesystem.hpp"

namespace airlock::wasi::preview1 {

enum class Errno : std::uint16_t {
  success,
  toobig,
  acces,
  addrinuse,
  addrnotavail,
  afnosupport,
  again,
  already,
  badf,
  badmsg,
  busy,
  canceled,
  child,
  connaborted,
  connrefused,
  connreset,
  deadlk,
  destaddrreq,
  dom,
  dquot,
  exist,
  fault,
  fbig,
  hostunreach,
  idrm,
  ilseq,
  inprogress,
  intr,
  inval,
  io,
  isconn,
  isdir,
  loop,
  mfile,
  mlink,
  msgsize,
  multihop,
  nametoolong,
  netdown,
  netreset,
  netunreach,
  nfile,
  nobufs,
  nodev,
  noent,
  noexec,
  nolck,
  nolink,
  nomem,
  nomsg,
  noprotoopt,
  nospc,
  nosys,
  notconn,
  notdir,
  notempty,
  notrecoverable,
  notsock,
  notsup,
  notty,
  nxio,
  overflow,
  ownerdead,
  perm,
  pipe,
  proto,
  protonosupport,
  prototype,
  range,
  rofs,
  spipe,
  srch,
  stale,
  timedout,
  txtbsy,
  xdev,
  notcapable,
  /// Not a number of the interface: the call has to wait (see `Call::wait`).
  pending = 0xffff,
};

[[nodiscard]] Errno errno_of(ErrorCode code);

/// The success or failure of an operation.
template <typename T>
[[nodiscard]] Errno errno_of(const IoResult<T>& result) {
  return result ? Errno::success : errno_of(result.error());
}

/// `rights`
namespace rights {
inline constexpr std::uint64_t fd_datasync = 1U << 0;
inline constexpr std::uint64_t fd_read = 1U << 1;
inline constexpr std::uint64_t fd_seek = 1U << 2;
inline constexpr std::uint64_t fd_fdstat_set_flags = 1U << 3;
inline constexpr std::uint64_t fd_sync = 1U << 4;
inline constexpr std::uint64_t fd_tell = 1U << 5;
inline constexpr std::uint64_t fd_write = 1U << 6;
inline constexpr std::uint64_t fd_advise = 1U << 7;
inline constexpr std::uint64_t fd_allocate = 1U << 8;
inline constexpr std::uint64_t path_create_directory = 1U << 9;
inline constexpr std::uint64_t path_create_file = 1U << 10;
inline constexpr std::uint64_t path_link_source = 1U << 11;
inline constexpr std::uint64_t path_link_target = 1U << 12;
inline constexpr std::uint64_t path_open = 1U << 13;
inline constexpr std::uint64_t fd_readdir = 1U << 14;
inline constexpr std::uint64_t path_readlink = 1U << 15;
inline constexpr std::uint64_t path_rename_source = 1U << 16;
inline constexpr std::uint64_t path_rename_target = 1U << 17;
inline constexpr std::uint64_t path_filestat_get = 1U << 18;
inline constexpr std::uint64_t path_filestat_set_size = 1U << 19;
inline constexpr std::uint64_t path_filestat_set_times = 1U << 20;
inline constexpr std::uint64_t fd_filestat_get = 1U << 21;
inline constexpr std::uint64_t fd_filestat_set_size = 1U << 22;
inline constexpr std::uint64_t fd_filestat_set_times = 1U << 23;
inline constexpr std::uint64_t path_symlink = 1U << 24;
inline constexpr std::uint64_t path_remove_directory = 1U << 25;
inline constexpr std::uint64_t path_unlink_file = 1U << 26;
inline constexpr std::uint64_t poll_fd_readwrite = 1U << 27;

/// What needs an offset.
inline constexpr std::uint64_t seeking = fd_seek | fd_tell;
/// What changes a file's contents.
inline constexpr std::uint64_t file_writing = fd_write | fd_allocate | fd_filestat_set_size;
/// What changes the tree of files.
inline constexpr std::uint64_t tree_changing =
    path_create_directory | path_create_file | path_link_source | path_link_target |
    path_rename_source | path_rename_target | path_filestat_set_size | path_filestat_set_times |
    path_symlink | path_remove_directory | path_unlink_file;
inline constexpr std::uint64_t any_object = fd_datasync | fd_sync | fd_fdstat_set_flags |
                                            fd_filestat_get | fd_filestat_set_times |
                                            poll_fd_readwrite;
inline constexpr std::uint64_t file = any_object | fd_read | seeking | fd_advise | file_writing;
inline constexpr std::uint64_t directory =
    any_object | tree_changing | path_open | fd_readdir | path_readlink | path_filestat_get;
/// What a read-only grant takes away.
inline constexpr std::uint64_t changing = file_writing | tree_changing | fd_filestat_set_times;
}  // namespace rights

/// `fdflags`
namespace fdflags {
inline constexpr std::uint16_t append = 1;
inline constexpr std::uint16_t dsync = 2;
inline constexpr std::uint16_t nonblock = 4;
inline constexpr std::uint16_t rsync = 8;
inline constexpr std::uint16_t sync = 16;
inline constexpr std::uint16_t all = 31;
}  // namespace fdflags

/// `oflags`
namespace oflags {
inline constexpr std::uint32_t creat = 1;
inline constexpr std::uint32_t directory = 2;
inline constexpr std::uint32_t excl = 4;
inline constexpr std::uint32_t trunc = 8;
inline constexpr std::uint32_t all = 15;
}  // namespace oflags

/// `fstflags`
namespace fstflags {
inline constexpr std::uint32_t atim = 1;
inline constexpr std::uint32_t atim_now = 2;
inline constexpr std::uint32_t mtim = 4;
inline constexpr std::uint32_t mtim_now = 8;
inline constexpr std::uint32_t all = 15;
}  // namespace fstflags

/// `whence`
enum class Whence : std::uint8_t { start, position, end };

/// `filetype`. The numbers differ from those of 0.2.
enum class Filetype : std::uint8_t {
  unknown,
  block_device,
  character_device,
  directory,
  regular_file,
  socket_dgram,
  socket_stream,
  symbolic_link,
};

[[nodiscard]] Filetype filetype_of(FileType type);

// Sizes of records in memory.
inline constexpr std::uint32_t iovec_size = 8;
inline constexpr std::uint32_t fdstat_size = 24;
inline constexpr std::uint32_t filestat_size = 64;
inline constexpr std::uint32_t prestat_size = 8;
inline constexpr std::uint32_t dirent_size = 24;
inline constexpr std::uint32_t event_size = 32;

}  // namespace airlock::wasi::preview1
