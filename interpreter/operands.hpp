// Operand and destination classes: where a handler finds its operands and puts its result.
#pragma once

#include <cstdint>
#include <type_traits>

#include "interpreter/registers.hpp"

namespace airlock::interpreter {

/// The class of an operand. A `constant` is in the code stream.
enum class Source : std::uint8_t { slot, constant, accumulator };

/// The class of a destination. A result that goes to a slot stays in the accumulator as well.
enum class Target : std::uint8_t { slot, accumulator };

/// Halves of the code stream an operand of a class takes.
template <typename T, Source source>
inline constexpr std::size_t source_halves = source == Source::slot       ? 1
                                             : source == Source::constant ? sizeof(T) / sizeof(Half)
                                                                          : 0;
inline constexpr std::size_t target_halves(Target target) { return target == Target::slot ? 1 : 0; }

/// A v128 in two slots, which are aligned to eight bytes. It is moved as a whole: a processor waits
/// if it has to put together what it reads from two earlier stores.
using V128InSlots [[gnu::aligned(8), gnu::may_alias]] = V128;

template <typename T>
inline T get_slot(const Slot& slot) {
  if constexpr (std::is_same_v<T, V128>) {
    return reinterpret_cast<const V128InSlots&>(slot);
  } else if constexpr (std::is_same_v<T, std::uint32_t>)
    return slot.i32;
  else if constexpr (std::is_same_v<T, std::uint64_t>)
    return slot.i64;
  else if constexpr (std::is_same_v<T, float>)
    return slot.f32;
  else
    return slot.f64;
}

/// An i32 fills the whole slot, so that it can be copied by eight bytes without a stall.
template <typename T>
inline void set_slot(Slot& slot, T value) {
  if constexpr (std::is_same_v<T, V128>)
    reinterpret_cast<V128InSlots&>(slot) = value;
  else if constexpr (std::is_same_v<T, std::uint32_t> || std::is_same_v<T, std::uint64_t>)
    slot.bits = value;
  else if constexpr (std::is_same_v<T, float>)
    slot.f32 = value;
  else
    slot.f64 = value;
}

template <typename T>
inline T get_accumulator(const Registers& r) {
  if constexpr (std::is_same_v<T, float>)
    return r.accumulator_f32;
  else if constexpr (std::is_same_v<T, double>)
    return r.accumulator_f64;
  else if constexpr (std::is_same_v<T, V128>)
    return r.accumulator_v128;
  else
    return static_cast<T>(r.accumulator);
}

template <typename T>
inline void set_accumulator(Registers& r, T value) {
  if constexpr (std::is_same_v<T, float>)
    r.accumulator_f32 = value;
  else if constexpr (std::is_same_v<T, double>)
    r.accumulator_f64 = value;
  else if constexpr (std::is_same_v<T, V128>)
    r.accumulator_v128 = value;
  else
    r.accumulator = value;
}

/// The value of an operand whose place in the code stream begins at `half`.
template <typename T, Source source>
inline T get(const Registers& r, std::size_t half) {
  if constexpr (source == Source::slot)
    return get_slot<T>(r.frame[read_operand<Half>(r.code, half)]);
  else if constexpr (source == Source::constant)
    return read_operand<T>(r.code, half);
  else
    return get_accumulator<T>(r);
}

template <typename T, Target target>
inline void put(Registers& r, std::size_t half, T value) {
  set_accumulator(r, value);
  if constexpr (target == Target::slot) set_slot(r.frame[read_operand<Half>(r.code, half)], value);
}

}  // namespace airlock::interpreter
