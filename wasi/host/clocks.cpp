#include "wasi/host/clocks.hpp"

#include <time.h>

#include <algorithm>

#include "wasi/host/event_loop.hpp"

namespace airlock::wasi {

namespace {

constexpr std::uint64_t nanoseconds_per_second = 1'000'000'000;

clockid_t host_clock(ClockKind kind) {
  switch (kind) {
    case ClockKind::wall:
      return CLOCK_REALTIME;
    case ClockKind::monotonic:
      return CLOCK_MONOTONIC;
    case ClockKind::process_time:
      return CLOCK_PROCESS_CPUTIME_ID;
    case ClockKind::thread_time:
      return CLOCK_THREAD_CPUTIME_ID;
  }
  return CLOCK_MONOTONIC;
}

std::uint64_t nanoseconds(const timespec& time) {
  return static_cast<std::uint64_t>(time.tv_sec) * nanoseconds_per_second +
         static_cast<std::uint64_t>(time.tv_nsec);
}

std::uint64_t read_clock(ClockKind kind) {
  timespec time{};
  ::clock_gettime(host_clock(kind), &time);
  return nanoseconds(time);
}

}  // namespace

Clocks::Clocks() {
  for (const ClockKind kind :
       {ClockKind::monotonic, ClockKind::process_time, ClockKind::thread_time}) {
    origins_[static_cast<std::size_t>(kind)] = read_clock(kind);
  }
}

std::uint64_t Clocks::now(ClockKind kind) const {
  const std::uint64_t origin = origins_[static_cast<std::size_t>(kind)];
  return std::max(read_clock(kind), origin) - origin;
}

Timestamp Clocks::wall_now() const {
  timespec time{};
  ::clock_gettime(CLOCK_REALTIME, &time);
  return {std::max<std::int64_t>(time.tv_sec, 0), static_cast<std::uint32_t>(time.tv_nsec)};
}

std::uint64_t Clocks::resolution(ClockKind kind) const {
  timespec time{};
  ::clock_getres(host_clock(kind), &time);
  return std::max<std::uint64_t>(nanoseconds(time), 1);
}

std::uint64_t Clocks::deadline(std::uint64_t monotonic) const {
  const std::uint64_t origin = origins_[static_cast<std::size_t>(ClockKind::monotonic)];
  return monotonic > UINT64_MAX - origin ? UINT64_MAX : monotonic + origin;
}

}  // namespace airlock::wasi
