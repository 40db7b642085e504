// Records that several functions of WASI 0.1 read or write.
#pragma once

#include <expected>

#include "wasi/preview1/call.hpp"

namespace airlock::wasi::preview1 {

/// Zeroes a record, padding included: nothing of the host shines through.
inline void clear(const GuestMemory& memory, std::uint32_t address, std::uint32_t size) {
  std::memset(memory.bytes(address, size).data(), 0, size);
}

/// Writes a `filestat`, or answers `fault`.
[[nodiscard]] Errno write_filestat(const GuestMemory& memory, std::uint32_t out,
                                   const FileStatus& status);

struct NewTimes {
  NewTimestamp accessed;
  NewTimestamp modified;
};
/// What `fstflags` and two timestamps ask for. `inval` if they contradict each other.
[[nodiscard]] std::expected<NewTimes, Errno> new_times(std::uint64_t accessed,
                                                       std::uint64_t modified, std::uint32_t flags);

}  // namespace airlock::wasi::preview1
