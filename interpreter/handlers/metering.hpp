// Instructions whose work depends on their operands, in metered and interruptible code: the work is
// paid for and done in pieces, and between pieces it checks for interrupts. Each such handler is a
// template over `Metering`; without it, none of this is in the code.
#pragma once

#include <algorithm>
#include <cstdint>

#include "interpreter/dispatch.hpp"
#include "interpreter/handler_table.hpp"
#include "runtime/fuel.hpp"
#include "runtime/interruption.hpp"
#include "runtime/store.hpp"

namespace airlock::interpreter {

enum class Metering : std::uint8_t { off, on };

/// Every so many checks the clock is read, which takes as long as some forty checks.
inline constexpr std::uint32_t checks_for_a_look_at_the_clock = 128;

/// Work between two checks for an interruption: some tens of microseconds.
inline constexpr std::uint64_t piece_bytes = std::uint64_t{1} << 18;
inline constexpr std::uint64_t piece_elements = std::uint64_t{1} << 12;

/// Whether the run has to end because of an interrupt or a deadline; it has trapped then.
inline bool ends_now(Registers& r) {
  if (r.run->interruption == nullptr) return false;
  const TrapCode due = r.run->interruption->due();
  if (due == TrapCode::none) return false;
  raise(r, due);
  return true;
}

/// Takes fuel. False after a trap because there was too little.
inline bool pay(Registers& r, std::uint64_t units) {
  if (r.run->store->charge(units)) return true;
  raise(r, TrapCode::out_of_fuel);
  return false;
}

/// Does work on `count` items by calling `work(first, number)`, all at once or piece by piece, from
/// the first on. False after a trap: some of the work is done then.
/// @param units the price
template <Metering metering, typename Work>
inline bool perform(Registers& r, std::uint64_t units, std::uint64_t count, std::uint64_t piece,
                    Work work) {
  if constexpr (metering == Metering::off) {
    if (count != 0) work(0, count);
    return true;
  }
  if (!pay(r, units)) return false;
  if (r.run->interruption == nullptr) piece = count;
  for (std::uint64_t first = 0; first < count;) {
    const std::uint64_t number = std::min(piece, count - first);
    work(first, number);
    first += number;
    if (number == piece && ends_now(r)) return false;
  }
  return true;
}

/// The same for copies inside of one memory, table or array: piece by piece, in the direction that
/// does not overwrite what is still to be copied.
/// @param to,from positions, in one or two address ranges
template <Metering metering, typename Work>
inline bool perform_copy(Registers& r, std::uint64_t units, std::uint64_t count,
                         std::uint64_t piece, const void* to, const void* from, Work work) {
  if constexpr (metering == Metering::off) return perform<metering>(r, units, count, piece, work);
  if (std::less<>()(to, from)) return perform<metering>(r, units, count, piece, work);
  return perform<metering>(r, units, count, piece, [&](std::uint64_t first, std::uint64_t number) {
    work(count - first - number, number);
  });
}

/// Enters both forms of a handler.
template <template <Metering> typename Body>
inline void add_metered(HandlerTable& table, Opcode opcode) {
  table.plain[number(opcode)] = handler<Body<Metering::off>>;
  table.plain_metered[number(opcode)] = handler<Body<Metering::on>>;
}

}  // namespace airlock::interpreter
