// The explicit stack of one thread of execution.
#pragma once

#include <cstddef>
#include <cstdint>

#include "runtime/slot.hpp"

namespace airlock::runtime {

/// Value slots, return records and boundary records of one thread of execution, in one reserved
/// address range whose pages come into being when touched. Plain data: suspending is leaving the
/// dispatch loop with the stack kept. What the words mean is the interpreter's business.
class Stack {
 public:
  /// @param bytes rounded up to whole pages of the host
  explicit Stack(std::size_t bytes);
  ~Stack();
  Stack(const Stack&) = delete;
  Stack& operator=(const Stack&) = delete;

  /// False if the system had no address range to give; nothing may be called on it then.
  [[nodiscard]] bool is_usable() const { return base_ != nullptr; }

  [[nodiscard]] Slot* base() const { return base_; }
  [[nodiscard]] Slot* limit() const { return limit_; }

  enum class State : std::uint8_t { idle, running, suspended };
  State state = State::idle;

  // Saved registers of a suspended or nested run; the interpreter's to read and write.
  const void* code = nullptr;
  Slot* frame = nullptr;
  struct Instance* instance = nullptr;
  Slot* top = nullptr;            ///< first free slot above the innermost frame
  void* boundary = nullptr;       ///< the innermost boundary record
  std::uint32_t nested_runs = 0;  ///< native depth of `call_nested`

 private:
  Slot* base_ = nullptr;
  Slot* limit_ = nullptr;
};

}  // namespace airlock::runtime
