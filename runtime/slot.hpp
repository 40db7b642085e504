// Values as the interpreter holds them, and as the host sees them.
#pragma once

#include <array>
#include <cstdint>

#include "decoder/types.hpp"

namespace airlock::runtime {

struct Function;

/// One slot of a frame, a global or a table: eight untyped bytes. A v128 takes two, low half first.
/// An i32 or f32 occupies the low four bytes; the others are unspecified. A null reference is all
/// zero; reference.hpp describes the others.
union Slot {
  std::uint64_t bits;
  std::uint64_t i64;
  std::uint32_t i32;
  float f32;
  double f64;
  Function* function;
  void* reference;
};
static_assert(sizeof(Slot) == 8);

/// Slots a value of this type takes.
[[nodiscard]] constexpr std::uint32_t slot_count(const decoder::ValueType& type) {
  return type.kind == decoder::ValueKind::v128 ? 2 : 1;
}

/// A value with its type, for hosts.
struct Value {
  decoder::ValueType type;
  std::array<Slot, 2> slots{};
};

}  // namespace airlock::runtime
