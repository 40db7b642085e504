#include "wasi/preview1/unstable.hpp"

#include <algorithm>
#include <array>

#include "wasi/preview1/records.hpp"

namespace airlock::wasi::preview1::unstable {

namespace {

Errno write_filestat(const GuestMemory& memory, std::uint32_t out,
                     const std::expected<FileStatus, Errno>& status) {
  constexpr std::uint32_t size = 56;
  if (!status) return status.error();
  if (!memory.contains(out, size)) return Errno::fault;
  clear(memory, out, size);
  const std::uint64_t base = out;
  memory.store(base, status->device);
  memory.store(base + 8, status->inode);
  memory.store(base + 16, filetype_of(status->type));
  memory.store(base + 20,
               static_cast<std::uint32_t>(std::min<std::uint64_t>(status->link_count, UINT32_MAX)));
  memory.store(base + 24, status->size);
  memory.store(base + 32, nanoseconds(status->accessed));
  memory.store(base + 40, nanoseconds(status->modified));
  memory.store(base + 48, nanoseconds(status->changed));
  return Errno::success;
}

}  // namespace

Errno fd_filestat_get(Call& call, std::uint32_t fd, std::uint32_t out) {
  return write_filestat(call.memory, out, status_of(call, fd));
}

Errno path_filestat_get(Call& call, std::uint32_t fd, std::uint32_t flags, std::uint32_t path,
                        std::uint32_t length, std::uint32_t out) {
  return write_filestat(call.memory, out, status_of(call, fd, flags, path, length));
}

Errno fd_seek(Call& call, std::uint32_t fd, std::uint64_t delta, std::uint32_t whence,
              std::uint32_t out) {
  constexpr std::array later{Whence::position, Whence::end, Whence::start};
  if (whence >= later.size()) return Errno::inval;
  return preview1::fd_seek(call, fd, delta, static_cast<std::uint32_t>(later[whence]), out);
}

Errno poll_oneoff(Call& call, std::uint32_t subscriptions, std::uint32_t events,
                  std::uint32_t count, std::uint32_t out) {
  // The identifier comes before the clock's number.
  return poll(call, {.size = 56, .clock = 24}, subscriptions, events, count, out);
}

}  // namespace airlock::wasi::preview1::unstable
