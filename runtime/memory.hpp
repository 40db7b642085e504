// Linear memories (specification: Execution, Memory Instances).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <mutex>

#include "decoder/error.hpp"
#include "decoder/types.hpp"
#include "runtime/wait_queue.hpp"

namespace airlock::runtime {

/// The limit on the bytes of all memories of a store together, and their sum. A shared memory is
/// charged to the store that made it, even after that store is gone.
struct MemoryBudget {
  std::uint64_t limit = 0;              ///< bytes
  std::atomic<std::uint64_t> used = 0;  ///< bytes

  /// Charges `bytes`. @return false if fewer are left; nothing is charged then
  [[nodiscard]] bool take(std::uint64_t bytes);
};

/// A memory instance. `base` and `size` are read by handlers. The base never moves while the memory
/// lives. What a guarded memory may grow to is reserved as address range. One whose accesses are
/// checked in code has a spot to itself (`AddressSpace`), of which only its bytes are mapped: it
/// takes no more than it has. Where there are no spots, it reserves what it may grow to as well.
///
/// A shared memory (threads proposal) may be used by the instances of several stores, on several OS
/// threads, and lives as long as any of them. Plain accesses of guests may race with each other.
/// Each is a plain access of the host, and the runtime never makes a decision by such a byte.
class Memory : public std::enable_shared_from_this<Memory> {
 public:
  std::byte* base = nullptr;
  /// Bytes. Only ever grows; a shared memory may have grown since it was read.
  std::atomic<std::uint64_t> size = 0;

  /// @param guarded reserve the whole 32-bit index range plus the largest static offset, so that no
  ///   access of a 32-bit memory can leave the reservation. Only memories with an i32 address and
  ///   pages of 64 KiB can be guarded; for others it is ignored, see `is_guarded`
  /// @param byte_limit the most that `Limits` allows; the memory never grows beyond it
  /// @param budget charged with the size; may be null
  [[nodiscard]] static Result<std::unique_ptr<Memory>> create(
      const decoder::MemoryType& type, bool guarded, std::uint64_t byte_limit,
      std::shared_ptr<MemoryBudget> budget = nullptr);
  ~Memory();
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;

  [[nodiscard]] const decoder::MemoryType& type() const { return type_; }
  [[nodiscard]] bool is_guarded() const { return guarded_; }
  [[nodiscard]] std::uint64_t pages() const { return size >> type_.page_size_log2; }

  /// Bytes from `base` on that nobody else uses; what lies beyond `size` is not accessible.
  [[nodiscard]] std::uint64_t reserved() const { return reserved_; }

  /// Grows by `delta` pages, atomically. @return the old number of pages, or -1 if it cannot grow
  [[nodiscard]] std::int64_t grow(std::uint64_t delta);

  /// Maps `length` bytes of a file to `[address, address + length)`, copy-on-write: writes to the
  /// range do not change the file. All three numbers are multiples of the host's page size. The
  /// range is committed: it ends at most at `size`, rounded up to a host page. What it held is
  /// lost.
  /// @return false if the system refuses; the range holds zeros then, or the memory has no bytes
  ///   left
  [[nodiscard]] bool map_copy_on_write(std::uint64_t address, std::uint64_t length, int file,
                                       std::uint64_t file_offset);

  /// Whether `[address, address + length)` is inside the memory.
  [[nodiscard]] bool contains(std::uint64_t address, std::uint64_t length) const {
    const std::uint64_t bytes = size;
    return length <= bytes && address <= bytes - length;
  }

  /// Where guests wait on a shared memory.
  [[nodiscard]] WaitQueue& wait_queue() { return wait_queue_; }

 private:
  Memory() = default;
  [[nodiscard]] bool place(std::uint64_t wanted, std::uint64_t initial);
  [[nodiscard]] bool reserve(std::uint64_t wanted, std::uint64_t initial);
  [[nodiscard]] bool commit(std::uint64_t bytes);

  decoder::MemoryType type_{};
  std::uint64_t reserved_ = 0;
  std::uint64_t committed_ = 0;  ///< accessible bytes: `size`, rounded up to host pages
  std::uint64_t byte_limit_ = 0;
  std::shared_ptr<MemoryBudget> budget_;
  std::mutex growth_;
  WaitQueue wait_queue_;
  bool guarded_ = false;
  bool has_spot_ = false;
};

/// Bytes of a page of the host.
[[nodiscard]] std::uint64_t host_page_size();

/// The pages a memory of this type may have at most: its declared maximum, or what its addresses
/// can reach.
[[nodiscard]] std::uint64_t maximum_pages(const decoder::MemoryType& type);

}  // namespace airlock::runtime
