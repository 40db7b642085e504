// Records that several functions of WASI 0.1 read or write.
#pragma once

#include <expected>

#include "wasi/preview1/call.hpp"

namespace airlock::wasi::preview1 {

/// Zeroes a record, padding included, so that no bytes of the host are left in it.
inline void clear(const GuestMemory& memory, std::uint32_t address, std::uint32_t size) {
  std::memset(memory.bytes(address, size).data(), 0, size);
}

/// Writes a `filestat`, or answers `fault`.
[[nodiscard]] Errno write_filestat(const GuestMemory& memory, std::uint32_t out,
                                   const FileStatus& status);

/// As in a `timestamp`: since the epoch. Times before it or after the year 2554 have no number.
[[nodiscard]] std::uint64_t nanoseconds(const Timestamp& time);

/// What a descriptor refers to; nothing but a type if that is a standard stream.
[[nodiscard]] std::expected<FileStatus, Errno> status_of(const Call& call, std::uint32_t fd);
/// What a path leads to, from the arguments of `path_filestat_get`.
[[nodiscard]] std::expected<FileStatus, Errno> status_of(const Call& call, std::uint32_t fd,
                                                         std::uint32_t flags, std::uint32_t path,
                                                         std::uint32_t length);

/// The layout of a `subscription`, as far as it differs between snapshots.
struct SubscriptionLayout {
  std::uint32_t size;   ///< of one
  std::uint32_t clock;  ///< offset of the clock's number; its other fields follow
};
/// `poll_oneoff`, with subscriptions of either layout.
[[nodiscard]] Errno poll(Call& call, const SubscriptionLayout& layout, std::uint32_t subscriptions,
                         std::uint32_t events, std::uint32_t count, std::uint32_t out);

struct NewTimes {
  NewTimestamp accessed;
  NewTimestamp modified;
};
/// What `fstflags` and two timestamps ask for. `inval` if they contradict each other.
[[nodiscard]] std::expected<NewTimes, Errno> new_times(std::uint64_t accessed,
                                                       std::uint64_t modified, std::uint32_t flags);

}  // namespace airlock::wasi::preview1
