// A variable that has another value for a while.
#pragma once

#include <utility>

namespace airlock {

/// Gives a variable a value for as long as this lives, and the one before it afterwards, also when
/// an exception ends the scope.
template <typename T>
class Scoped {
 public:
  Scoped(T& variable, T value)
      : variable_(variable), before_(std::exchange(variable, std::move(value))) {}
  ~Scoped() { variable_ = std::move(before_); }
  Scoped(const Scoped&) = delete;
  Scoped& operator=(const Scoped&) = delete;

 private:
  T& variable_;
  T before_;
};

}  // namespace airlock
