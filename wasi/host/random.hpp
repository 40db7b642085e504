// Random numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace airlock::wasi {

/// Fills the buffer with unpredictable bytes from the kernel. False if there are none.
[[nodiscard]] bool fill_secure(std::span<std::byte> buffer);

/// A pseudo-random sequence that is fast, evenly spread and easily foreseen (SplitMix64).
class InsecureRandom {
 public:
  explicit InsecureRandom(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();
  void fill(std::span<std::byte> buffer);

 private:
  std::uint64_t state_;
};

}  // namespace airlock::wasi
