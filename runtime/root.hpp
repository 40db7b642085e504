// Roots: references from outside of the heap, which keep objects alive.
#pragma once

#include <cassert>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace airlock::runtime {

class Marker;

/// Something that holds references and can enumerate them. Registered with `Heap::add` while it
/// lives.
class RootSource {
 public:
  RootSource() = default;
  RootSource(const RootSource&) = delete;
  RootSource& operator=(const RootSource&) = delete;
  /// Passes every reference to the marker.
  virtual void trace(Marker& marker) = 0;

 protected:
  ~RootSource() = default;
};

/// The references that hosts hold. Shared by the heap and all roots, so that a root may outlive its
/// heap.
class RootTable {
 public:
  [[nodiscard]] std::uint32_t add(std::uint64_t bits) {
    if (free_.empty()) {
      references_.push_back(bits);
      return static_cast<std::uint32_t>(references_.size() - 1);
    }
    const auto place = free_.back();
    free_.pop_back();
    references_[place] = bits;
    return place;
  }
  void remove(std::uint32_t place) {
    assert(place < references_.size());
    references_[place] = 0;
    free_.push_back(place);
  }
  [[nodiscard]] const std::vector<std::uint64_t>& references() const { return references_; }

 private:
  std::vector<std::uint64_t> references_;
  std::vector<std::uint32_t> free_;
};

/// Keeps one object alive. Like its store, used by one OS thread at a time.
class Root {
 public:
  Root() = default;
  Root(std::shared_ptr<RootTable> table, std::uint64_t bits)
      : table_(std::move(table)), bits_(bits), place_(table_->add(bits)) {}
  Root(Root&& other) noexcept
      : table_(std::move(other.table_)), bits_(other.bits_), place_(other.place_) {}
  Root& operator=(Root&& other) noexcept {
    std::swap(table_, other.table_);
    std::swap(bits_, other.bits_);
    std::swap(place_, other.place_);
    return *this;
  }
  Root(const Root&) = delete;
  Root& operator=(const Root&) = delete;
  ~Root() {
    if (table_ != nullptr) table_->remove(place_);
  }

  [[nodiscard]] std::uint64_t bits() const { return bits_; }

 private:
  std::shared_ptr<RootTable> table_;
  std::uint64_t bits_ = 0;
  std::uint32_t place_ = 0;
};

}  // namespace airlock::runtime
