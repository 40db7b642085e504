#include "cli/progress.hpp"

#include <unistd.h>

#include <chrono>
#include <iostream>
#include <utility>

#include "decoder/printable.hpp"

namespace airlock::cli {

using namespace std::chrono_literals;

Progress::Progress(std::string_view what) : what_(printable(what)) {
  if (::isatty(STDERR_FILENO) != 0)
    thread_ = std::jthread([this](const std::stop_token& stop) { show(stop); });
}

Progress::~Progress() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
  if (shown_) std::cerr << "\r\x1b[K" << std::flush;
}

void Progress::update(std::string_view what) {
  const std::scoped_lock lock(mutex_);
  what_ = printable(what);
}

void Progress::show(std::stop_token stop) {
  const auto start = std::chrono::steady_clock::now();
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, stop, 1s, [&] { return stop.stop_requested(); })) {
    const auto seconds =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - start);
    std::cerr << "\r\x1b[K" << what_ << " … " << seconds.count() << " s" << std::flush;
    shown_ = true;
  }
}

}  // namespace airlock::cli
