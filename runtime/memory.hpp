// Linear memories (specification: Execution, Memory Instances).
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>

#include "decoder/error.hpp"
#include "decoder/types.hpp"

namespace airlock::runtime {

/// A memory instance. `base` and `size` are read by handlers. The base never moves while the memory
/// lives: all it may grow to is reserved as address range, and committed page by page.
class Memory {
 public:
  std::byte* base = nullptr;
  std::uint64_t size = 0;  ///< bytes

  /// @param guarded reserve the whole 32-bit index range plus the largest static offset, so that no
  ///   access of a 32-bit memory can leave the reservation
  /// @param byte_limit what `Limits` leaves; the memory never grows beyond it
  [[nodiscard]] static Result<std::unique_ptr<Memory>> create(const decoder::MemoryType& type,
                                                              bool guarded,
                                                              std::uint64_t byte_limit);
  ~Memory();
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;

  [[nodiscard]] const decoder::MemoryType& type() const { return type_; }
  [[nodiscard]] bool is_guarded() const { return guarded_; }
  [[nodiscard]] std::uint64_t pages() const { return size >> type_.page_size_log2; }

  /// Grows by `delta` pages. @return the old number of pages, or -1 if that cannot be
  [[nodiscard]] std::int64_t grow(std::uint64_t delta);

  /// Whether `[address, address + length)` lies inside.
  [[nodiscard]] bool contains(std::uint64_t address, std::uint64_t length) const {
    return length <= size && address <= size - length;
  }

 private:
  Memory() = default;
  decoder::MemoryType type_{};
  std::uint64_t reserved_ = 0;
  std::uint64_t byte_limit_ = 0;
  bool guarded_ = false;
};

}  // namespace airlock::runtime
