#include "runtime/wait_queue.hpp"

#include <chrono>

namespace airlock::runtime {

namespace {

/// Thirty years. A longer wait has no end, because adding it to a clock might overflow.
constexpr std::int64_t longest_wait = 1'000'000'000'000'000'000;

}  // namespace

void WaitQueue::Waiter::wake() {
  // With the lock, so that this does not come between the look at the request and the wait.
  const std::scoped_lock lock(queue.mutex_);
  condition.notify_one();
}

WaitResult WaitQueue::block(std::unique_lock<std::mutex>& lock, Waiter& waiter, const void* place,
                            std::int64_t nanoseconds, const Interruption* interruption) {
  using Clock = Interruption::Clock;
  auto& waiters = waiters_[place];
  const auto own = waiters.insert(waiters.end(), &waiter);
  const auto is_requested = [&] { return interruption != nullptr && interruption->is_requested(); };
  const auto is_over = [&] { return waiter.is_woken || is_requested(); };
  std::optional<Clock::time_point> end;
  if (nanoseconds >= 0 && nanoseconds <= longest_wait)
    end = Clock::now() + std::chrono::nanoseconds(nanoseconds);
  const auto deadline = interruption != nullptr ? interruption->deadline() : std::nullopt;
  const bool is_cut = deadline && (!end || *deadline < *end);
  if (is_cut) end = deadline;
  if (end)
    waiter.condition.wait_until(lock, *end, is_over);
  else
    waiter.condition.wait(lock, is_over);
  if (waiter.is_woken) return WaitResult::woken;
  waiters.erase(own);
  if (waiters.empty()) waiters_.erase(place);
  return is_requested() || is_cut ? WaitResult::interrupted : WaitResult::timed_out;
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
