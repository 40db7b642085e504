// The clocks a guest sees.
#pragma once

#include <cstdint>

#include "wasi/host/filesystem.hpp"

namespace airlock::wasi {

enum class ClockKind : std::uint8_t { wall, monotonic, process_time, thread_time };

/// Clocks of one guest. All but the wall clock count from when the guest was made, so that they do
/// not tell how long the host has been running.
class Clocks {
 public:
  Clocks();

  /// Nanoseconds; of the wall clock since the epoch.
  [[nodiscard]] std::uint64_t now(ClockKind kind) const;
  [[nodiscard]] Timestamp wall_now() const;
  /// Nanoseconds of one tick; never 0.
  [[nodiscard]] std::uint64_t resolution(ClockKind kind) const;

  /// When the event loop's clock shows this time of the guest's monotonic clock. Saturates.
  [[nodiscard]] std::uint64_t deadline(std::uint64_t monotonic) const;

 private:
  std::uint64_t origins_[4] = {};
};

}  // namespace airlock::wasi
