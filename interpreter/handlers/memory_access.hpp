// What loads and stores share: addresses and bounds (specification: Execution, Memory
// Instructions).
#pragma once

#include <cstring>

#include "interpreter/dispatch.hpp"
#include "interpreter/handler_table.hpp"

namespace airlock::interpreter {

/// Halves of the code stream that an address takes, without the static offset.
template <Address address>
inline constexpr std::size_t address_halves = [] {
  switch (address) {
    case Address::accumulator:
    case Address::constant:  // folded into the offset
      return 0;
    case Address::slot:
    case Address::accumulator_plus_slot:
    case Address::accumulator_plus_constant:
      return 1;
    default:
      return 2;
  }
}();

/// The effective address: the dynamic part modulo 2^32, plus the static offset, which is the first
/// half of the operands.
template <Address address>
inline std::uint64_t effective_address(const Registers& r) {
  using T = std::uint32_t;
  const std::uint64_t offset = read_operand<Half>(r.code, 0);
  using enum Source;
  if constexpr (address == Address::slot)
    return offset + get<T, slot>(r, 1);
  else if constexpr (address == Address::accumulator)
    return offset + get<T, accumulator>(r, 1);
  else if constexpr (address == Address::slot_plus_slot)
    return offset + static_cast<T>(get<T, slot>(r, 1) + get<T, slot>(r, 2));
  else if constexpr (address == Address::slot_plus_constant)
    return offset + static_cast<T>(get<T, slot>(r, 1) + get<T, constant>(r, 2));
  else if constexpr (address == Address::accumulator_plus_slot)
    return offset + static_cast<T>(get<T, accumulator>(r, 1) + get<T, slot>(r, 1));
  else if constexpr (address == Address::accumulator_plus_constant)
    return offset + static_cast<T>(get<T, accumulator>(r, 1) + get<T, constant>(r, 1));
  else
    return offset;
}

/// Whether `width` bytes at a 33-bit address lie outside memory 0. Guarded memories need no check:
/// the access itself faults, and the signal handler turns that into a trap.
template <Bounds bounds>
inline bool out_of_bounds(const Registers& r, std::uint64_t address, std::uint64_t width) {
  if constexpr (bounds == Bounds::checked) return address + width > r.memory_size;
  return false;
}

/// An access of memory 0 is beyond the size in the register: traps. But if another OS thread has
/// grown the memory (a shared one) meanwhile, the instruction is executed again.
inline void leave_bounds(Registers& r) {
  const std::uint64_t size = r.instance->memory0->size;
  if (size == r.memory_size) return raise(r, TrapCode::out_of_bounds_memory_access);
  r.memory_size = size;
}

/// Keeps the compiler from moving a guarded access after the change of `code`: when it faults, the
/// register must still say which instruction it was.
template <Bounds bounds>
inline void pin_position(Registers& r) {
  if constexpr (bounds == Bounds::guarded) asm volatile("" : "+r"(r.code) : : "memory");
}

/// The place of `width` bytes in any memory, by its index; null if they lie outside.
template <typename AddressType>
inline std::byte* general_place(Registers& r, std::uint32_t memory_index, AddressType address,
                                std::uint64_t offset, std::uint64_t width) {
  const runtime::Memory& memory = *r.instance->memories[memory_index];
  const std::uint64_t effective = std::uint64_t{address} + offset;
  if (effective < offset || !memory.contains(effective, width)) return nullptr;
  return memory.base + effective;
}

}  // namespace airlock::interpreter
