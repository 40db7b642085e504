#include "runtime/address_space.hpp"

#include <sys/mman.h>
#include <sys/random.h>

#include <array>
#include <bit>
#include <cerrno>
#include <mutex>
#include <new>
#include <vector>

// Some sanitizers allow only certain addresses.
#if defined(__SANITIZE_THREAD__)
#define AIRLOCK_HAS_SPOTS 0
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define AIRLOCK_HAS_SPOTS 0
#endif
#endif
#ifndef AIRLOCK_HAS_SPOTS
#define AIRLOCK_HAS_SPOTS 1
#endif

namespace airlock::runtime {
namespace {

// Of 47 bits, which user programs have on x86-64, and of 48 on AArch64. Programs and their heap lie
// above (from 85 TiB on), the shadow memory of AddressSanitizer below (to 16 TiB).
constexpr std::uint64_t terabyte = std::uint64_t{1} << 40;
constexpr std::uint64_t small_begin = 17 * terabyte;
constexpr std::uint64_t large_begin = 20 * terabyte;
constexpr std::uint64_t large_end = 84 * terabyte;

/// Spots up to this size have a part of their own: the large ones must not take all there is.
constexpr int largest_small = 28;
constexpr int smallest = 16;
constexpr int largest = 45;

/// Spots of powers of two. One that was given back is used again for the same size.
class Spots {
 public:
  Spots() {
    // Where guests' memories lie should not be known from one process to the next.
    std::uint64_t random = 0;
    if (getrandom(&random, sizeof random, GRND_NONBLOCK) != sizeof random) random = 0;
    next_[0] += random % (terabyte / 4) >> smallest << smallest;
    next_[1] += (random >> 32) % (terabyte >> smallest) << smallest;
  }

  std::uint64_t take(int size_log2) {
    const std::scoped_lock lock(mutex_);
    auto& size = sizes_[static_cast<std::size_t>(size_log2 - smallest)];
    if (!size.free.empty()) {
      const auto spot = size.free.back();
      size.free.pop_back();
      return spot;
    }
    const std::uint64_t bytes = std::uint64_t{1} << size_log2;
    const std::size_t part = size_log2 > largest_small ? 1 : 0;
    const auto spot = (next_[part] + bytes - 1) / bytes * bytes;
    if (spot + bytes > (part == 0 ? large_begin : large_end)) return 0;
    // Giving it back must find room. In large steps, or this would copy the list each time.
    if (size.free.capacity() <= size.count) {
      try {
        size.free.reserve(2 * size.count + 16);
      } catch (const std::bad_alloc&) {
        return 0;
      }
    }
    next_[part] = spot + bytes;
    ++size.count;
    return spot;
  }

  void give_back(std::uint64_t spot, int size_log2) {
    const std::scoped_lock lock(mutex_);
    sizes_[static_cast<std::size_t>(size_log2 - smallest)].free.push_back(spot);
  }

 private:
  struct Size {
    std::vector<std::uint64_t> free;
    std::size_t count = 0;  ///< that there are, free or not
  };
  std::mutex mutex_;
  std::array<Size, largest - smallest + 1> sizes_;
  std::uint64_t next_[2] = {small_begin, large_begin};
};

/// Never destroyed: memories may live until the end of the process.
Spots& spots() {
  static Spots* const all = new Spots();
  return *all;
}

int size_log2_of(std::uint64_t bytes) {
  const int needed = bytes <= 1 ? 0 : static_cast<int>(std::bit_width(bytes - 1));
  return needed < smallest ? smallest : needed;
}

}  // namespace

std::byte* AddressSpace::take_spot(std::uint64_t bytes) {
  if constexpr (AIRLOCK_HAS_SPOTS == 0 || sizeof(void*) < 8) return nullptr;
  const int size_log2 = size_log2_of(bytes);
  if (size_log2 > largest) return nullptr;
  return reinterpret_cast<std::byte*>(spots().take(size_log2));
}

void AddressSpace::give_back(std::byte* spot, std::uint64_t bytes) {
  spots().give_back(reinterpret_cast<std::uint64_t>(spot), size_log2_of(bytes));
}

bool AddressSpace::map(std::byte* address, std::uint64_t bytes) {
  if (bytes == 0) return true;
  void* mapped = mmap(address, bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
  if (mapped == MAP_FAILED) return false;
  if (mapped == address) return true;
  munmap(mapped, bytes);  // a kernel before 4.17, which took the address for a wish
  errno = EEXIST;
  return false;
}

}  // namespace airlock::runtime
