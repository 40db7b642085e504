#include "wasi/host/error_code.hpp"

#include <array>
#include <cerrno>

namespace airlock::wasi {

ErrorCode error_from_errno(int number) {
  switch (number) {
    case EACCES:
      return ErrorCode::access;
    case EAGAIN:
      return ErrorCode::would_block;
    case EALREADY:
      return ErrorCode::already;
    case EBADF:
      return ErrorCode::bad_descriptor;
    case EBUSY:
      return ErrorCode::busy;
    case EDEADLK:
      return ErrorCode::deadlock;
    case EDQUOT:
      return ErrorCode::quota;
    case EEXIST:
      return ErrorCode::exist;
    case EFBIG:
      return ErrorCode::file_too_large;
    case EILSEQ:
      return ErrorCode::illegal_byte_sequence;
    case EINPROGRESS:
      return ErrorCode::in_progress;
    case EINTR:
      return ErrorCode::interrupted;
    case EINVAL:
      return ErrorCode::invalid;
    case EIO:
      return ErrorCode::io;
    case EISDIR:
      return ErrorCode::is_directory;
    case ELOOP:
      return ErrorCode::loop;
    case EMLINK:
      return ErrorCode::too_many_links;
    case EMSGSIZE:
      return ErrorCode::message_size;
    case ENAMETOOLONG:
      return ErrorCode::name_too_long;
    case ENODEV:
      return ErrorCode::no_device;
    case ENOENT:
      return ErrorCode::no_entry;
    case ENOLCK:
      return ErrorCode::no_lock;
    case ENOMEM:
      return ErrorCode::insufficient_memory;
    case ENOSPC:
      return ErrorCode::insufficient_space;
    case ENOTDIR:
      return ErrorCode::not_directory;
    case ENOTEMPTY:
      return ErrorCode::not_empty;
    case ENOTRECOVERABLE:
      return ErrorCode::not_recoverable;
    case ENOTSUP:
    case ENOSYS:
      return ErrorCode::unsupported;
    case ENOTTY:
      return ErrorCode::no_tty;
    case ENXIO:
      return ErrorCode::no_such_device;
    case EOVERFLOW:
      return ErrorCode::overflow;
    case EPERM:
      return ErrorCode::not_permitted;
    case EPIPE:
      return ErrorCode::pipe;
    case EROFS:
      return ErrorCode::read_only;
    case ESPIPE:
      return ErrorCode::invalid_seek;
    case ETXTBSY:
      return ErrorCode::text_file_busy;
    case EXDEV:
      return ErrorCode::cross_device;
    case EMFILE:
    case ENFILE:
      return ErrorCode::too_many_open_files;
    default:
      return ErrorCode::io;
  }
}

std::unexpected<ErrorCode> last_error() { return std::unexpected(error_from_errno(errno)); }

std::string_view error_name(ErrorCode code) {
  static constexpr std::array<std::string_view, error_code_count + 1> names{
      "access",
      "would-block",
      "already",
      "bad-descriptor",
      "busy",
      "deadlock",
      "quota",
      "exist",
      "file-too-large",
      "illegal-byte-sequence",
      "in-progress",
      "interrupted",
      "invalid",
      "io",
      "is-directory",
      "loop",
      "too-many-links",
      "message-size",
      "name-too-long",
      "no-device",
      "no-entry",
      "no-lock",
      "insufficient-memory",
      "insufficient-space",
      "not-directory",
      "not-empty",
      "not-recoverable",
      "unsupported",
      "no-tty",
      "no-such-device",
      "overflow",
      "not-permitted",
      "pipe",
      "read-only",
      "invalid-seek",
      "text-file-busy",
      "cross-device",
      "too-many-open-files",
  };
  return names[static_cast<std::size_t>(code)];
}

}  // namespace airlock::wasi
