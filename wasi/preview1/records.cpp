#include "wasi/preview1/records.hpp"

namespace airlock::wasi::preview1 {

namespace {

constexpr std::uint64_t nanoseconds_per_second = 1'000'000'000;

std::expected<NewTimestamp, Errno> new_time(std::uint64_t time, bool given, bool now) {
  if (given && now) return std::unexpected(Errno::inval);
  if (now) return NewTimestamp{NewTimestamp::Kind::now, 0, 0};
  if (!given) return NewTimestamp{};
  return NewTimestamp{NewTimestamp::Kind::given, time / nanoseconds_per_second,
                      static_cast<std::uint32_t>(time % nanoseconds_per_second)};
}

}  // namespace

std::uint64_t nanoseconds(const Timestamp& time) {
  if (time.seconds < 0) return 0;
  const auto seconds = static_cast<std::uint64_t>(time.seconds);
  if (seconds >= UINT64_MAX / nanoseconds_per_second) return UINT64_MAX;
  return seconds * nanoseconds_per_second + time.nanoseconds;
}

Errno write_filestat(const GuestMemory& memory, std::uint32_t out, const FileStatus& status) {
  if (!memory.contains(out, filestat_size)) return Errno::fault;
  clear(memory, out, filestat_size);
  const std::uint64_t base = out;
  memory.store(base, status.device);
  memory.store(base + 8, status.inode);
  memory.store(base + 16, filetype_of(status.type));
  memory.store(base + 24, status.link_count);
  memory.store(base + 32, status.size);
  memory.store(base + 40, nanoseconds(status.accessed));
  memory.store(base + 48, nanoseconds(status.modified));
  memory.store(base + 56, nanoseconds(status.changed));
  return Errno::success;
}

std::expected<NewTimes, Errno> new_times(std::uint64_t accessed, std::uint64_t modified,
                                         std::uint32_t flags) {
  if ((flags & ~fstflags::all) != 0) return std::unexpected(Errno::inval);
  const auto first =
      new_time(accessed, (flags & fstflags::atim) != 0, (flags & fstflags::atim_now) != 0);
  if (!first) return std::unexpected(first.error());
  const auto second =
      new_time(modified, (flags & fstflags::mtim) != 0, (flags & fstflags::mtim_now) != 0);
  if (!second) return std::unexpected(second.error());
  return NewTimes{*first, *second};
}

}  // namespace airlock::wasi::preview1
