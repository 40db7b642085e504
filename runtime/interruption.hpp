// Ending runs from outside: interrupts and deadlines.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>

#include "runtime/trap.hpp"

namespace airlock::runtime {

/// Something that may be asleep when an interrupt comes: a wait on a shared memory, an event loop.
class Sleeper {
 public:
  virtual ~Sleeper() = default;
  /// Called on the OS thread that interrupts. The sleeper looks again whether it has to go on
  /// sleeping. Must not register or unregister sleepers.
  virtual void wake() = 0;

 private:
  friend class Interruption;
  Sleeper* next_ = nullptr;
  Sleeper** link_ = nullptr;
};

/// What ends the runs of a store from outside. The store's engine must be configured as
/// interruptible: only then does translated code ask.
///
/// A request ends the run that is under way, or else the next one, and is forgotten when the
/// outermost run has ended for it. A deadline ends every run after it until another one is set.
class Interruption {
 public:
  using Clock = std::chrono::steady_clock;

  Interruption() = default;
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

  /// From any OS thread.
  void request();
  [[nodiscard]] bool is_requested() const { return requested_.load(std::memory_order_relaxed); }

  // The rest is for the OS thread that uses the store.

  void forget_request() { requested_.store(false, std::memory_order_relaxed); }
  void set_deadline(std::optional<Clock::time_point> deadline) { deadline_ = deadline; }
  [[nodiscard]] std::optional<Clock::time_point> deadline() const { return deadline_; }

  /// What a run has to end with now; `TrapCode::none` if it may go on. Reads the clock if there is
  /// a deadline.
  [[nodiscard]] TrapCode due() const {
    if (is_requested()) return TrapCode::interrupted;
    if (deadline_ && Clock::now() >= *deadline_) return TrapCode::deadline_exceeded;
    return TrapCode::none;
  }

  /// While it lives, a request wakes the sleeper. One that came before does not: look at `due`
  /// between making this and falling asleep. May be made without an interruption; does nothing
  /// then.
  class Watch {
   public:
    Watch(Interruption* interruption, Sleeper& sleeper);
    ~Watch();
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

   private:
    Interruption* interruption_;
    Sleeper& sleeper_;
  };

 private:
  std::atomic<bool> requested_ = false;
  std::optional<Clock::time_point> deadline_;
  std::mutex mutex_;             ///< of the list
  Sleeper* sleepers_ = nullptr;  ///< at most a few: runs may be nested
};

}  // namespace airlock::runtime
