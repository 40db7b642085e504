// Waiting and waking on a shared memory (threads proposal: Wait and Notify Operators).
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <list>
#include <mutex>
#include <unordered_map>

namespace airlock::runtime {

/// How a wait ended; the numbers are what `memory.atomic.wait32` and `wait64` answer.
enum class WaitResult : std::uint32_t { woken = 0, not_equal = 1, timed_out = 2 };

/// Who waits at which address of one shared memory. Whoever waits blocks its OS thread, so there
/// are never more than OS threads that run guests. Safe to use from several OS threads.
class WaitQueue {
 public:
  /// Waits until notified if `*place` is `expected`. No notification between the comparison and the
  /// beginning of the wait is missed.
  /// @param place naturally aligned, inside of the memory
  /// @param nanoseconds negative: without limit
  template <typename T>
  [[nodiscard]] WaitResult wait(T* place, T expected, std::int64_t nanoseconds) {
    std::unique_lock lock(mutex_);
    if (std::atomic_ref(*place).load() != expected) return WaitResult::not_equal;
    return block(lock, place, nanoseconds);
  }

  /// Wakes up to `count` of those who wait at `place`, who waits longest first.
  /// @return how many
  std::uint32_t notify(const void* place, std::uint32_t count);

 private:
  struct Waiter {
    std::condition_variable condition;
    bool is_woken = false;
  };
  using Waiters = std::list<Waiter*>;

  [[nodiscard]] WaitResult block(std::unique_lock<std::mutex>& lock, const void* place,
                                 std::int64_t nanoseconds);

  std::mutex mutex_;
  std::unordered_map<const void*, Waiters> waiters_;  ///< no list is empty
};

}  // namespace airlock::runtime
