// The explicit stack of one thread of execution.
#pragma once

#include <cstddef>
#include <cstdint>

#include "runtime/slot.hpp"

namespace airlock::runtime {

class Stack;

/// All stacks of a store, for the collector. Each stack is added by `add` and removes itself when
/// it is destroyed, which may be after the list is destroyed.
class StackList {
 public:
  StackList() = default;
  ~StackList();
  StackList(const StackList&) = delete;
  StackList& operator=(const StackList&) = delete;

  void add(Stack& stack);
  [[nodiscard]] const Stack* first() const { return first_; }

 private:
  Stack* first_ = nullptr;
};

/// Value slots, return records and boundary records of one thread of execution, in one reserved
/// address range whose pages are allocated when touched. Plain data: to suspend, the interpreter
/// leaves the dispatch loop and keeps the stack. Only the interpreter knows what the words mean.
class Stack {
 public:
  /// @param bytes rounded up to whole pages of the host
  explicit Stack(std::size_t bytes);
  ~Stack();
  Stack(const Stack&) = delete;
  Stack& operator=(const Stack&) = delete;

  /// False if the system had no address range or no guard page to give; nothing may be called on it
  /// then.
  [[nodiscard]] bool is_usable() const { return base_ != nullptr; }

  [[nodiscard]] Slot* base() const { return base_; }
  [[nodiscard]] Slot* limit() const { return limit_; }

  enum class State : std::uint8_t { idle, running, suspended };
  State state = State::idle;

  // Read and written by the interpreter only.
  Slot* top = nullptr;            ///< first free slot above the innermost frame
  void* boundary = nullptr;       ///< the innermost boundary record
  std::uint32_t nested_runs = 0;  ///< native depth of `call_nested`

  /// The next stack of the same list.
  [[nodiscard]] const Stack* next() const { return next_; }

 private:
  Slot* base_ = nullptr;
  Slot* limit_ = nullptr;

  friend class StackList;
  Stack* next_ = nullptr;
  Stack** link_ = nullptr;  ///< the pointer to this stack, in the list or in the previous stack
};

}  // namespace airlock::runtime
