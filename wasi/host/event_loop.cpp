#include "wasi/host/event_loop.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <unordered_map>

namespace airlock::wasi {

namespace {

constexpr std::uint64_t nanoseconds_per_second = 1'000'000'000;
/// The longest single wait; longer ones take several turns.
constexpr std::uint64_t longest_wait = 3600 * nanoseconds_per_second;

std::uint64_t nanoseconds_of(runtime::Interruption::Clock::time_point time) {
  const auto count =
      std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
  return count < 0 ? 0 : static_cast<std::uint64_t>(count);
}

}  // namespace

/// The descriptors to poll, each once, and the nearest deadline.
class PollSet {
 public:
  void add(const Interest& interest) {
    if (interest.deadline) {
      deadline_ = std::min(deadline_.value_or(UINT64_MAX), *interest.deadline);
    }
    if (interest.fd < 0) return;
    const auto [place, is_new] = index_.try_emplace(interest.fd, entries_.size());
    if (is_new) entries_.push_back({.fd = interest.fd, .events = 0, .revents = 0});
    entries_[place->second].events =
        static_cast<short>(entries_[place->second].events | interest.events);
  }

  [[nodiscard]] bool is_empty() const { return entries_.empty() && !deadline_; }

  /// @return an errno, or 0
  int wait() {
    timespec timeout{};
    if (deadline_) {
      const std::uint64_t now = monotonic_now();
      const std::uint64_t left = std::min(*deadline_ > now ? *deadline_ - now : 0, longest_wait);
      timeout = {static_cast<time_t>(left / nanoseconds_per_second),
                 static_cast<long>(left % nanoseconds_per_second)};
    }
    const int count =
        ::ppoll(entries_.data(), entries_.size(), deadline_ ? &timeout : nullptr, nullptr);
    return count < 0 && errno != EINTR ? errno : 0;
  }

 private:
  std::vector<pollfd> entries_;
  std::unordered_map<int, std::size_t> index_;
  std::optional<std::uint64_t> deadline_;
};

std::uint64_t monotonic_now() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * nanoseconds_per_second +
         static_cast<std::uint64_t>(now.tv_nsec);
}

bool is_ready(int fd, short events) {
  pollfd entry{.fd = fd, .events = events, .revents = 0};
  return ::poll(&entry, 1, 0) > 0;
}

bool Retry::ready() {
  const std::uint64_t now = monotonic_now();
  if (now < next_) return false;
  next_ = now + interval;
  return true;
}

bool FileReadiness::ready() { return is_ready(fd_, events_); }

EventLoop::Watch::Watch(Watch&& other) noexcept
    : loop_(std::exchange(other.loop_, nullptr)), place_(other.place_) {}

EventLoop::Watch& EventLoop::Watch::operator=(Watch&& other) noexcept {
  if (this != &other) {
    reset();
    loop_ = std::exchange(other.loop_, nullptr);
    place_ = other.place_;
  }
  return *this;
}

void EventLoop::Watch::reset() {
  if (loop_ != nullptr) loop_->watched_.erase(place_);
  loop_ = nullptr;
}

EventLoop::Watch EventLoop::watch(Pollables pollables) {
  Watch watch;
  watch.loop_ = this;
  watch.place_ = watched_.insert(watched_.end(), std::move(pollables));
  return watch;
}

bool EventLoop::any_ready() const {
  return std::ranges::any_of(watched_, [](const Pollables& pollables) {
    return std::ranges::any_of(pollables, [](const auto& pollable) { return pollable->ready(); });
  });
}

void EventLoop::Alarm::wake() {
  const std::uint64_t one = 1;
  // It can only fail because it was woken already.
  [[maybe_unused]] const auto written = ::write(event_.get(), &one, sizeof one);
}

void EventLoop::Alarm::reset() {
  std::uint64_t count = 0;
  [[maybe_unused]] const auto read = ::read(event_.get(), &count, sizeof count);
}

Result<void> EventLoop::Alarm::prepare() {
  if (event_) return {};
  event_ = UniqueFd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (event_) return {};
  return fail(ErrorKind::system, std::string("eventfd: ") + std::strerror(errno));
}

/// Polls once. Returns early if the run has to end.
Result<void> EventLoop::wait(PollSet& set, runtime::Interruption* interruption) {
  if (set.is_empty()) {
    return fail(ErrorKind::trap, "deadlock: waiting for something that can never become ready");
  }
  if (interruption != nullptr) {
    if (Result<void> ready = alarm_.prepare(); !ready) return ready;
    set.add({.fd = alarm_.fd(), .events = POLLIN});
    if (interruption->deadline()) {
      set.add({.deadline = nanoseconds_of(*interruption->deadline())});
    }
  }
  int error = 0;
  {
    const runtime::Interruption::Watch watch(interruption, alarm_);
    if (interruption == nullptr || interruption->due() == runtime::TrapCode::none) {
      error = set.wait();
    }
  }
  if (interruption != nullptr) alarm_.reset();
  if (error != 0) return fail(ErrorKind::system, std::string("poll: ") + std::strerror(error));
  return {};
}

Result<void> EventLoop::turn(runtime::Interruption* interruption) {
  if (any_ready()) return {};
  PollSet set;
  for (const Pollables& pollables : watched_) {
    for (const auto& pollable : pollables) set.add(pollable->interest());
  }
  return wait(set, interruption);
}

Result<bool> EventLoop::block_on(const Pollables& waited, runtime::Interruption* interruption) {
  const auto is_any_ready = [&] {
    return std::ranges::any_of(waited, [](const auto& pollable) { return pollable->ready(); });
  };
  while (!is_any_ready()) {
    if (interruption != nullptr && interruption->due() != runtime::TrapCode::none) return false;
    PollSet set;
    for (const auto& pollable : waited) set.add(pollable->interest());
    if (Result<void> polled = wait(set, interruption); !polled) return propagate(std::move(polled));
  }
  return true;
}

}  // namespace airlock::wasi
