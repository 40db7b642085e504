// Threaded code: a stream of eight-byte cells. An instruction is one cell that holds the address of
// its handler, and then its operands in halves of four bytes, padded to a whole cell.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace airlock::interpreter {

struct Cell {
  std::uint64_t word;  // no initializer: cells are written as bytes
};
static_assert(sizeof(Cell) == 8);

/// A slot number, distance or count: one half.
using Half = std::uint32_t;

/// Reads an operand. `half` counts the halves after the handler's cell. Wide operands take two
/// halves and need not be aligned.
template <typename T>
inline T read_operand(const Cell* code, std::size_t half) {
  T value;
  std::memcpy(static_cast<void*>(&value),
              reinterpret_cast<const std::byte*>(code + 1) + half * sizeof(Half), sizeof(T));
  return value;
}

/// Cells an instruction takes whose operands take `halves` halves.
constexpr std::size_t cells_for(std::size_t halves) { return 1 + (halves + 1) / 2; }

}  // namespace airlock::interpreter
