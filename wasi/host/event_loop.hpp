// Waiting for the host: timers, pipes and terminals, with one poll(2) for all of them.
//
// A call of a guest that cannot be finished at once registers a `Watch` and suspends. The store's
// waiter then runs the loop for a turn, and the suspended calls are tried again.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "decoder/error.hpp"
#include "runtime/interruption.hpp"
#include "wasi/host/unique_fd.hpp"

namespace airlock::wasi {

/// Nanoseconds of the host's monotonic clock, as the event loop measures deadlines.
[[nodiscard]] std::uint64_t monotonic_now();

/// What may make something ready. An empty interest never becomes ready by itself.
struct Interest {
  int fd = -1;
  short events = 0;                         ///< POLLIN, POLLOUT
  std::optional<std::uint64_t> deadline{};  ///< in `monotonic_now`
};

/// Something that becomes ready (wasi:io/poll.pollable).
class Pollable {
 public:
  virtual ~Pollable() = default;
  /// Never blocks.
  [[nodiscard]] virtual bool ready() = 0;
  /// What to wait for while it is not ready.
  [[nodiscard]] virtual Interest interest() = 0;
};

/// Ready from a moment on.
class Timer final : public Pollable {
 public:
  explicit Timer(std::uint64_t deadline) : deadline_(deadline) {}
  [[nodiscard]] bool ready() override { return monotonic_now() >= deadline_; }
  [[nodiscard]] Interest interest() override { return {.deadline = deadline_}; }

 private:
  std::uint64_t deadline_;
};

/// Ready when a descriptor can be read or written without blocking, or has come to an end.
class FileReadiness final : public Pollable {
 public:
  FileReadiness(int fd, short events) : fd_(fd), events_(events) {}
  [[nodiscard]] bool ready() override;
  [[nodiscard]] Interest interest() override { return {.fd = fd_, .events = events_}; }

 private:
  int fd_;
  short events_;
};

/// Ready once in a short while: for what the host does not announce, such as the first reader of a
/// pipe.
class Retry final : public Pollable {
 public:
  Retry() : next_(monotonic_now() + interval) {}
  [[nodiscard]] bool ready() override;
  [[nodiscard]] Interest interest() override { return {.deadline = next_}; }

 private:
  static constexpr std::uint64_t interval = 5'000'000;
  std::uint64_t next_;
};

/// Whether poll(2) reports anything for the descriptor now.
[[nodiscard]] bool is_ready(int fd, short events);

using Pollables = std::vector<std::shared_ptr<Pollable>>;

/// One per store. Not for use by several threads.
class EventLoop {
 public:
  /// While it lives, `turn` looks at its pollables.
  class Watch {
   public:
    Watch() = default;
    Watch(Watch&& other) noexcept;
    Watch& operator=(Watch&& other) noexcept;
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;
    ~Watch() { reset(); }
    void reset();

   private:
    friend class EventLoop;
    EventLoop* loop_ = nullptr;
    std::list<Pollables>::iterator place_;
  };

  [[nodiscard]] Watch watch(Pollables pollables);

  /// Blocks until at least one of all watched pollables is ready. May return early: because of a
  /// signal, or because the run that waits has to end. Fails if nothing is watched that could ever
  /// become ready.
  /// @param interruption of the store that waits; may be null
  [[nodiscard]] Result<void> turn(runtime::Interruption* interruption = nullptr);

  /// Blocks until one of these is ready. @return false if the interruption came first
  [[nodiscard]] Result<bool> block_on(const Pollables& waited,
                                      runtime::Interruption* interruption = nullptr);

 private:
  /// Makes poll(2) return when the run has to end.
  class Alarm final : public runtime::Sleeper {
   public:
    void wake() override;
    /// Opens the descriptor, if it is not open yet.
    [[nodiscard]] Result<void> prepare();
    /// Forgets that it was woken.
    void reset();
    [[nodiscard]] int fd() const { return event_.get(); }

   private:
    UniqueFd event_;
  };

  [[nodiscard]] bool any_ready() const;
  [[nodiscard]] Result<void> wait(class PollSet& set, runtime::Interruption* interruption);

  std::list<Pollables> watched_;
  Alarm alarm_;
};

}  // namespace airlock::wasi
