// What the handlers of vector instructions share. Their bodies are those of numeric.hpp; what
// differs is which operand classes exist.
#pragma once

#include <cstring>

#include "interpreter/handlers/numeric.hpp"

namespace airlock::interpreter {

/// Two vectors. The translator makes a constant the right operand, and swaps operands where that is
/// allowed, so that the accumulator is the left one; see translator_vector.cpp.
template <Opcode opcode, auto function, Order order>
void add_vector_binary(HandlerTable& table) {
  using enum Source;
  add_binary_variant<opcode, function, slot, slot>(table);
  add_binary_variant<opcode, function, slot, constant>(table);
  add_binary_variant<opcode, function, accumulator, slot>(table);
  add_binary_variant<opcode, function, accumulator, constant>(table);
  if constexpr (order == Order::fixed)
    add_binary_variant<opcode, function, slot, accumulator>(table);
}

/// Three vectors, of which the translator takes at most one from the accumulator.
template <auto function, std::size_t in_accumulator, Target target>
struct Ternary {
  static constexpr std::size_t target_half = in_accumulator < 3 ? 2 : 3;
  static constexpr std::size_t size = cells_for(target_half + target_halves(target));

  template <std::size_t index>
  static V128 operand(const Registers& r) {
    if constexpr (index == in_accumulator)
      return get<V128, Source::accumulator>(r, 0);
    else
      return get<V128, Source::slot>(r, index > in_accumulator ? index - 1 : index);
  }
  static void execute(Registers& r) {
    put<V128, target>(r, target_half, function(operand<0>(r), operand<1>(r), operand<2>(r)));
    r.code += size;
  }
};

template <Opcode opcode, auto function, std::size_t in_accumulator>
void add_ternary_variant(HandlerTable& table) {
  auto& row = table.ternary[number(opcode)][in_accumulator];
  row[number(Target::slot)] = handler<Ternary<function, in_accumulator, Target::slot>>;
  row[number(Target::accumulator)] =
      handler<Ternary<function, in_accumulator, Target::accumulator>>;
}

template <Opcode opcode, auto function>
void add_ternary(HandlerTable& table) {
  add_ternary_variant<opcode, function, 0>(table);
  add_ternary_variant<opcode, function, 1>(table);
  add_ternary_variant<opcode, function, 2>(table);
  add_ternary_variant<opcode, function, 3>(table);
}

/// Gives an instruction the handlers of another one that means the same.
inline void add_synonym(HandlerTable& table, Opcode synonym, Opcode opcode) {
  const auto copy = [&](auto& rows) {
    std::memcpy(&rows[number(synonym)], &rows[number(opcode)], sizeof rows[number(opcode)]);
  };
  copy(table.unary);
  copy(table.binary);
  copy(table.ternary);
}

}  // namespace airlock::interpreter
