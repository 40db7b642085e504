#include "wasi/host/random.hpp"

#include <sys/random.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace airlock::wasi {

bool fill_secure(std::span<std::byte> buffer) {
  while (!buffer.empty()) {
    const ssize_t count = ::getrandom(buffer.data(), buffer.size(), 0);
    if (count < 0 && errno != EINTR) return false;
    if (count > 0) buffer = buffer.subspan(static_cast<std::size_t>(count));
  }
  return true;
}

std::uint64_t InsecureRandom::next() {
  std::uint64_t mixed = (state_ += 0x9e3779b97f4a7c15);
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
  return mixed ^ (mixed >> 31);
}

void InsecureRandom::fill(std::span<std::byte> buffer) {
  while (!buffer.empty()) {
    const std::uint64_t word = next();
    const std::size_t count = std::min(buffer.size(), sizeof word);
    std::memcpy(buffer.data(), &word, count);
    buffer = buffer.subspan(count);
  }
}

}  // namespace airlock::wasi
