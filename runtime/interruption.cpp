#include "runtime/interruption.hpp"

namespace airlock::runtime {

void Interruption::request() {
  requested_.store(true, std::memory_order_relaxed);
  const std::scoped_lock lock(mutex_);
  for (Sleeper* sleeper = sleepers_; sleeper != nullptr; sleeper = sleeper->next_) sleeper->wake();
}

Interruption::Watch::Watch(Interruption* interruption, Sleeper& sleeper)
    : interruption_(interruption), sleeper_(sleeper) {
  if (interruption_ == nullptr) return;
  const std::scoped_lock lock(interruption_->mutex_);
  sleeper_.next_ = interruption_->sleepers_;
  sleeper_.link_ = &interruption_->sleepers_;
  if (sleeper_.next_ != nullptr) sleeper_.next_->link_ = &sleeper_.next_;
  interruption_->sleepers_ = &sleeper_;
}

Interruption::Watch::~Watch() {
  if (interruption_ == nullptr) return;
  const std::scoped_lock lock(interruption_->mutex_);
  *sleeper_.link_ = sleeper_.next_;
  if (sleeper_.next_ != nullptr) sleeper_.next_->link_ = sleeper_.link_;
}

}  // namespace airlock::runtime
