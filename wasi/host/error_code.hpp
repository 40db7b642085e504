// Why an operation on a host resource failed, in the words of wasi:filesystem.
#pragma once

#include <cstdint>
#include <expected>
#include <string_view>

namespace airlock::wasi {

/// The cases of `wasi:filesystem/types.error-code`, in its order, so that a case number of the
/// interface is the value of the enumerator. What WASI 0.1 distinguishes beyond that follows.
enum class ErrorCode : std::uint8_t {
  access,
  would_block,
  already,
  bad_descriptor,
  busy,
  deadlock,
  quota,
  exist,
  file_too_large,
  illegal_byte_sequence,
  in_progress,
  interrupted,
  invalid,
  io,
  is_directory,
  loop,
  too_many_links,
  message_size,
  name_too_long,
  no_device,
  no_entry,
  no_lock,
  insufficient_memory,
  insufficient_space,
  not_directory,
  not_empty,
  not_recoverable,
  unsupported,
  no_tty,
  no_such_device,
  overflow,
  not_permitted,
  pipe,
  read_only,
  invalid_seek,
  text_file_busy,
  cross_device,
  // Beyond 0.2:
  too_many_open_files,  ///< 0.1: `mfile`; 0.2: `insufficient-memory`
};

/// Cases that 0.2 knows.
inline constexpr std::uint8_t error_code_count = 37;

template <typename T>
using IoResult = std::expected<T, ErrorCode>;

/// What an `errno` of the host means to a guest. Unknown ones are `io`.
[[nodiscard]] ErrorCode error_from_errno(int number);

/// The failure that `errno` holds, ready to be returned.
[[nodiscard]] std::unexpected<ErrorCode> last_error();

[[nodiscard]] inline std::unexpected<ErrorCode> io_error(ErrorCode code) {
  return std::unexpected(code);
}

/// The name of the case in WIT: `no-entry`.
[[nodiscard]] std::string_view error_name(ErrorCode code);

/// The case that 0.2 has for it.
[[nodiscard]] constexpr ErrorCode in_preview2(ErrorCode code) {
  return code == ErrorCode::too_many_open_files ? ErrorCode::insufficient_memory : code;
}

}  // namespace airlock::wasi
