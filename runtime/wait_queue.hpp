// Waiting and waking on a shared memory (threads proposal: Wait and Notify Operators).
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <list>
#include <mutex>
#include <unordered_map>

#include "runtime/interruption.hpp"

namespace airlock::runtime {

/// How a wait ended; the first numbers are what `memory.atomic.wait32` and `wait64` answer.
enum class WaitResult : std::uint32_t {
  woken = 0,
  not_equal = 1,
  timed_out = 2,
  interrupted = 3,  ///< `Interruption::due` says why
};

/// The agents that wait at the addresses of one shared memory. A waiting agent blocks its OS
/// thread, so there are never more of them than OS threads that run guests. Safe to use from
/// several OS threads.
class WaitQueue {
 public:
  /// Waits until notified if `*place` is `expected`. No notification between the comparison and the
  /// beginning of the wait is missed.
  /// @param place naturally aligned, inside the memory
  /// @param nanoseconds negative: without limit
  /// @param interruption of the store that waits; may be null
  template <typename T>
  [[nodiscard]] WaitResult wait(T* place, T expected, std::int64_t nanoseconds,
                                Interruption* interruption = nullptr) {
    Waiter waiter(*this);
    // Registered before the lock is taken: who interrupts takes the two locks in this order.
    const Interruption::Watch watch(interruption, waiter);
    std::unique_lock lock(mutex_);
    if (std::atomic_ref(*place).load() != expected) return WaitResult::not_equal;
    return block(lock, waiter, place, nanoseconds, interruption);
  }

  /// Wakes up to `count` agents that wait at `place`, the one that has waited longest first.
  /// @return how many were woken
  std::uint32_t notify(const void* place, std::uint32_t count);

 private:
  struct Waiter final : Sleeper {
    explicit Waiter(WaitQueue& its_queue) : queue(its_queue) {}
    void wake() override;
    WaitQueue& queue;
    std::condition_variable condition;
    bool is_woken = false;
  };
  using Waiters = std::list<Waiter*>;

  [[nodiscard]] WaitResult block(std::unique_lock<std::mutex>& lock, Waiter& waiter,
                                 const void* place, std::int64_t nanoseconds,
                                 const Interruption* interruption);

  std::mutex mutex_;
  std::unordered_map<const void*, Waiters> waiters_;  ///< no list is empty
};

}  // namespace airlock::runtime
