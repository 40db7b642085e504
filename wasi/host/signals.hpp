// Signals that a write may raise, turned into errors.
#pragma once

#include <pthread.h>
#include <signal.h>

#include <cerrno>
#include <ctime>

namespace airlock::wasi {

/// Keeps SIGPIPE (a reader that has gone) or SIGXFSZ (a file beyond the resource limit) from ending
/// the process: within its scope the signal is blocked for this thread, and one that arrived is
/// taken. The call fails with EPIPE or EFBIG as well, and that is what the guest sees.
class SignalGuard {
 public:
  explicit SignalGuard(int signal = SIGPIPE) {
    sigemptyset(&signals_);
    sigaddset(&signals_, signal);
    if (signal == SIGPIPE) sigaddset(&signals_, SIGXFSZ);
    pthread_sigmask(SIG_BLOCK, &signals_, &previous_);
  }
  ~SignalGuard() {
    const int error = errno;
    if (error == EPIPE || error == EFBIG) {
      const timespec now{};
      while (sigtimedwait(&signals_, nullptr, &now) > 0) {
      }
    }
    pthread_sigmask(SIG_SETMASK, &previous_, nullptr);
    errno = error;
  }
  SignalGuard(const SignalGuard&) = delete;
  SignalGuard& operator=(const SignalGuard&) = delete;

 private:
  sigset_t signals_{};
  sigset_t previous_{};
};

}  // namespace airlock::wasi
