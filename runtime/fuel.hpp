// The price of work in fuel. A unit is about the time of one instruction.
//
//   an instruction                               1; `nop`, `drop`, `block`, `loop`, `else`, `end`:
//   0 bytes filled, copied, initialized, made      1 for 16: memory.fill/copy/init, memory.grow,
//   all
//     accessible or allocated                    that makes or writes arrays and structures
//   elements of tables                           1 each: table.grow/fill/copy/init, and
//                                                array.new_elem/init_elem
//   values moved by branches, calls and          1 for 8 slots; an argument or result takes a slot,
//     returns; locals set to zero                a v128 two
//   a call of native code                        50: host functions, WASI, the Canonical ABI
//   bytes moved by WASI or the Canonical ABI     1 for 16: reads, writes, random numbers, strings,
//                                                lists
//
// A part of 16 bytes or 8 slots costs nothing. What an instruction will do for certain is paid with
// the instructions around it, before any of them runs; the rest is paid by the instruction before
// it begins, but for growing, which is paid once it has succeeded. Collecting garbage has no price
// of its own: it takes time in proportion to what was allocated since, which was paid for. The
// price never depends on the dispatch mode or on whether code was translated before.
#pragma once

#include <cstdint>

namespace airlock::runtime::fuel {

inline constexpr std::uint64_t native_call = 50;

constexpr std::uint64_t for_bytes(std::uint64_t bytes) { return bytes / 16; }
constexpr std::uint64_t for_elements(std::uint64_t count) { return count; }
constexpr std::uint64_t for_slots(std::uint64_t slots) { return slots / 8; }

}  // namespace airlock::runtime::fuel
