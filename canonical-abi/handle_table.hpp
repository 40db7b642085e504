// The handle table of a component instance (Canonical ABI: Runtime State, Table State).
#pragma once

#include <cassert>
#include <cstdint>
#include <optional>
#include <vector>

#include "canonical-abi/types.hpp"

namespace airlock::canonical_abi {

struct Task;

/// What an entry of the table is. Waitables, waitable sets and error contexts will stand here too.
enum class HandleKind : std::uint8_t { free, own, borrow };

/// An entry of the table (`ResourceHandle`).
struct Handle {
  HandleKind kind = HandleKind::free;
  std::uint32_t rep = 0;  ///< of a free entry: the next free one
  const ResourceType* rt = nullptr;
  std::uint32_t num_lends = 0;
  Task* borrow_scope = nullptr;  ///< of a borrow: the task that must drop it before it returns
};

/// Handles by number. Number 0 is never given out, and freed numbers are reused last in, first out.
class HandleTable {
 public:
  static constexpr std::uint32_t max_length = (std::uint32_t{1} << 28) - 1;

  explicit HandleTable(std::uint32_t limit = max_length)
      : limit_(limit < max_length ? limit : max_length), entries_(1) {}

  /// The entry of a number, or null.
  [[nodiscard]] Handle* get(std::uint32_t index) {
    if (index >= entries_.size() || entries_[index].kind == HandleKind::free) return nullptr;
    return &entries_[index];
  }

  /// The number of the new entry; none if the table is full.
  [[nodiscard]] std::optional<std::uint32_t> add(const Handle& handle) {
    if (first_free_ != 0) {
      const std::uint32_t index = first_free_;
      first_free_ = entries_[index].rep;
      entries_[index] = handle;
      return index;
    }
    if (entries_.size() > limit_) return std::nullopt;
    entries_.push_back(handle);
    return static_cast<std::uint32_t>(entries_.size() - 1);
  }

  /// Puts an entry back that was the latest to be removed, under its number.
  void restore(std::uint32_t index, const Handle& handle) {
    assert(first_free_ == index && index != 0);
    first_free_ = entries_[index].rep;
    entries_[index] = handle;
  }

  /// The number must be that of an entry.
  void remove(std::uint32_t index) {
    entries_[index] = Handle{};
    entries_[index].rep = first_free_;
    first_free_ = index;
  }

 private:
  std::uint32_t limit_;
  std::uint32_t first_free_ = 0;
  std::vector<Handle> entries_;
};

}  // namespace airlock::canonical_abi
