// What the runtime keeps on behalf of guests beside their memories, tables and objects.
#pragma once

#include <cassert>
#include <cstdint>
#include <string>
#include <utility>

namespace airlock::runtime {

/// Bytes that the bookkeeping of a store may take (`Limits::bookkeeping_bytes`), and what it takes.
struct BookkeepingBudget {
  std::uint64_t limit = 0;
  std::uint64_t used = 0;

  /// Takes some of what is left. False if there is not enough.
  [[nodiscard]] bool take(std::uint64_t bytes) {
    if (used > limit || bytes > limit - used) return false;
    used += bytes;
    return true;
  }
  /// Takes what cannot be refused, and is bounded otherwise.
  void take_anyway(std::uint64_t bytes) { used += bytes; }
  void give_back(std::uint64_t bytes) {
    assert(bytes <= used);
    used -= bytes;
  }
  /// "out of memory: …", with the limit named.
  [[nodiscard]] std::string exhausted_text() const {
    return "out of memory: handles, functions and instances of the store reach " +
           std::to_string(limit) + " bytes (Limits::bookkeeping_bytes)";
  }
};

/// What one structure takes of a budget. Given back when it is destroyed.
class BookkeepingCharge {
 public:
  explicit BookkeepingCharge(BookkeepingBudget* budget = nullptr) : budget_(budget) {}
  ~BookkeepingCharge() { give_back(bytes_); }
  BookkeepingCharge(BookkeepingCharge&& other) noexcept
      : budget_(other.budget_), bytes_(std::exchange(other.bytes_, 0)) {}
  BookkeepingCharge& operator=(BookkeepingCharge&& other) noexcept {
    std::swap(budget_, other.budget_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }

  /// Takes more. False if the budget does not have it. Without a budget there is no bound.
  [[nodiscard]] bool add(std::uint64_t bytes) {
    if (budget_ == nullptr) return true;
    if (!budget_->take(bytes)) return false;
    bytes_ += bytes;
    return true;
  }
  void add_anyway(std::uint64_t bytes) {
    if (budget_ == nullptr) return;
    budget_->take_anyway(bytes);
    bytes_ += bytes;
  }
  void give_back(std::uint64_t bytes) {
    if (budget_ == nullptr) return;
    assert(bytes <= bytes_);
    bytes_ -= bytes;
    budget_->give_back(bytes);
  }
  [[nodiscard]] const BookkeepingBudget* budget() const { return budget_; }

 private:
  BookkeepingBudget* budget_;
  std::uint64_t bytes_ = 0;
};

}  // namespace airlock::runtime
