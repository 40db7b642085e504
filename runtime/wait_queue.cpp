#include "runtime/wait_queue.hpp"

#include <chrono>

namespace airlock::runtime {

namespace {

/// Longer waits have no end: adding more to a clock might overflow. Thirty years.
constexpr std::int64_t longest_wait = 1'000'000'000'000'000'000;

}  // namespace

WaitResult WaitQueue::block(std::unique_lock<std::mutex>& lock, const void* place,
                            std::int64_t nanoseconds) {
  Waiter waiter;
  auto& waiters = waiters_[place];
  const auto own = waiters.insert(waiters.end(), &waiter);
  const auto is_woken = [&] { return waiter.is_woken; };
  if (nanoseconds < 0 || nanoseconds > longest_wait) {
    waiter.condition.wait(lock, is_woken);
    return WaitResult::woken;
  }
  const auto end = std::chrono::steady_clock::now() + std::chrono::nanoseconds(nanoseconds);
  if (waiter.condition.wait_until(lock, end, is_woken)) return WaitResult::woken;
  waiters.erase(own);
  if (waiters.empty()) waiters_.erase(place);
  return WaitResult::timed_out;
}

std::uint32_t WaitQueue::notify(const void* place, std::uint32_t count) {
  const std::scoped_lock lock(mutex_);
  const auto found = waiters_.find(place);
  if (found == waiters_.end()) return 0;
  auto& waiters = found->second;
  std::uint32_t woken = 0;
  for (; woken < count && !waiters.empty(); ++woken) {
    waiters.front()->is_woken = true;
    waiters.front()->condition.notify_one();
    waiters.pop_front();
  }
  if (waiters.empty()) waiters_.erase(found);
  return woken;
}

}  // namespace airlock::runtime
