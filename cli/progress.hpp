// A line on the terminal for work that takes longer than a second.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace airlock::cli {

/// While an object of this class lives, and once that is longer than a second, the terminal shows
/// what is being done and for how long. Nothing is shown if standard error is no terminal.
class Progress {
 public:
  explicit Progress(std::string_view what);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Changes what the line says.
  void update(std::string_view what);

 private:
  void show(std::stop_token stop);

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::string what_;
  bool shown_ = false;
  std::jthread thread_;  ///< last, so that all it uses outlives it
};

}  // namespace airlock::cli
