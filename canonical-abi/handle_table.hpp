// The handle table of a component instance (Canonical ABI: Runtime State, Table State).
#pragma once

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <new>
#include <optional>
#include <vector>

#include "canonical-abi/types.hpp"
#include "runtime/bookkeeping.hpp"

namespace airlock::canonical_abi {

struct Task;

/// What an entry of the table is. Waitables, waitable sets and error contexts will be added.
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

  HandleTable(std::uint32_t limit, runtime::BookkeepingBudget& budget)
      : limit_(limit < max_length ? limit : max_length), charge_(&budget), entries_(1) {}

  /// The entry of a number, or null.
  [[nodiscard]] Handle* get(std::uint32_t index) {
    if (index >= entries_.size() || entries_[index].kind == HandleKind::free) return nullptr;
    return &entries_[index];
  }

  /// The number of the new entry; none if the table is full (`is_full`) or the store's bookkeeping
  /// has no room for it.
  [[nodiscard]] std::optional<std::uint32_t> add(const Handle& handle) {
    if (first_free_ == 0 && !make_room()) return std::nullopt;
    if (!charge_.add(extra_bytes(handle))) return std::nullopt;
    if (first_free_ == 0) {
      entries_.push_back(handle);
      return static_cast<std::uint32_t>(entries_.size() - 1);
    }
    const std::uint32_t index = first_free_;
    first_free_ = entries_[index].rep;
    entries_[index] = handle;
    return index;
  }
  [[nodiscard]] bool is_full() const { return first_free_ == 0 && entries_.size() > limit_; }
  [[nodiscard]] const runtime::BookkeepingBudget& budget() const { return *charge_.budget(); }

  /// Puts an entry back that was the latest to be removed, under its number.
  void restore(std::uint32_t index, const Handle& handle) {
    assert(first_free_ == index && index != 0);
    charge_.add_anyway(extra_bytes(handle));
    first_free_ = entries_[index].rep;
    entries_[index] = handle;
  }

  /// The number must be that of an entry.
  void remove(std::uint32_t index) {
    charge_.give_back(extra_bytes(entries_[index]));
    entries_[index] = Handle{};
    entries_[index].rep = first_free_;
    first_free_ = index;
  }

 private:
  /// About what the host keeps for one of its own resources. There are no more of these than
  /// handles to them.
  static constexpr std::uint64_t host_resource_bytes = 256;
  [[nodiscard]] static std::uint64_t extra_bytes(const Handle& handle) {
    return handle.kind == HandleKind::own && !handle.rt->impl ? host_resource_bytes : 0;
  }

  /// Room for one more entry at the end.
  [[nodiscard]] bool make_room() {
    if (entries_.size() > limit_) return false;
    if (entries_.size() < entries_.capacity()) return true;
    const std::size_t more = std::max<std::size_t>(entries_.capacity(), 8);
    if (!charge_.add(more * sizeof(Handle))) return false;
    try {
      entries_.reserve(entries_.capacity() + more);
    } catch (const std::bad_alloc&) {
      charge_.give_back(more * sizeof(Handle));
      return false;
    }
    return true;
  }

  std::uint32_t limit_;
  runtime::BookkeepingCharge charge_;
  std::uint32_t first_free_ = 0;
  std::vector<Handle> entries_;
};

}  // namespace airlock::canonical_abi
