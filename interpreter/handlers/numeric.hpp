// Handlers of numeric instructions: templates over the semantic function and the operand classes.
#pragma once

#include <type_traits>

#include "interpreter/dispatch.hpp"
#include "interpreter/handler_table.hpp"
#include "runtime/semantics/checked.hpp"

namespace airlock::interpreter {

/// The types in a semantic function's signature; of a result that may trap, the value's.
template <typename Function>
struct FunctionTraits;
template <typename R, typename... Parameters>
struct FunctionTraits<R (*)(Parameters...)> {
  template <typename T>
  struct Value {
    using type = T;
    static constexpr bool may_trap = false;
  };
  template <typename T>
  struct Value<runtime::semantics::Checked<T>> {
    using type = T;
    static constexpr bool may_trap = true;
  };
  using Result = typename Value<R>::type;
  static constexpr bool may_trap = Value<R>::may_trap;
  template <std::size_t index>
  using Parameter = std::tuple_element_t<index, std::tuple<Parameters...>>;
};

/// Stores what a semantic function returned, or traps with it.
template <bool may_trap, Target target, std::size_t half, std::size_t size, typename Result>
inline void finish(Registers& r, Result result) {
  if constexpr (may_trap) {
    if (!result.has_value()) [[unlikely]]
      return raise(r, result.trap);
    put<decltype(result.value), target>(r, half, result.value);
  } else {
    put<Result, target>(r, half, result);
  }
  r.code += size;
}

template <auto function, Source left, Source right, Target target>
struct Binary {
  using Traits = FunctionTraits<decltype(function)>;
  using Left = typename Traits::template Parameter<0>;
  using Right = typename Traits::template Parameter<1>;
  static constexpr std::size_t right_half = source_halves<Left, left>;
  static constexpr std::size_t target_half = right_half + source_halves<Right, right>;
  static constexpr std::size_t size = cells_for(target_half + target_halves(target));

  static void execute(Registers& r) {
    const Left a = get<Left, left>(r, 0);
    const Right b = get<Right, right>(r, right_half);
    finish<Traits::may_trap, target, target_half, size>(r, function(a, b));
  }
};

template <auto function, Source operand, Target target>
struct Unary {
  using Traits = FunctionTraits<decltype(function)>;
  using Operand = typename Traits::template Parameter<0>;
  static constexpr std::size_t target_half = source_halves<Operand, operand>;
  static constexpr std::size_t size = cells_for(target_half + target_halves(target));

  static void execute(Registers& r) {
    const Operand a = get<Operand, operand>(r, 0);
    finish<Traits::may_trap, target, target_half, size>(r, function(a));
  }
};

/// Which operand classes a two-operand instruction has handlers for. The translator swaps the
/// operands of commutative ones, and of comparisons, so that a constant is the right operand and
/// the accumulator the left. Profiles say: local and constant 47%, two locals 29%.
enum class Order : std::uint8_t { swappable, fixed };

template <Opcode opcode, auto function, Source left, Source right>
void add_binary_variant(HandlerTable& table) {
  auto& row = table.binary[number(opcode)][number(left)][number(right)];
  row[number(Target::slot)] = handler<Binary<function, left, right, Target::slot>>;
  row[number(Target::accumulator)] = handler<Binary<function, left, right, Target::accumulator>>;
}

template <Opcode opcode, auto function, Order order>
void add_binary(HandlerTable& table) {
  using enum Source;
  add_binary_variant<opcode, function, slot, slot>(table);
  add_binary_variant<opcode, function, slot, constant>(table);
  add_binary_variant<opcode, function, accumulator, slot>(table);
  add_binary_variant<opcode, function, accumulator, constant>(table);
  if constexpr (order == Order::fixed) {
    add_binary_variant<opcode, function, slot, accumulator>(table);
    add_binary_variant<opcode, function, constant, slot>(table);
    add_binary_variant<opcode, function, constant, accumulator>(table);
  }
}

template <Opcode opcode, auto function>
void add_unary(HandlerTable& table) {
  auto& rows = table.unary[number(opcode)];
  auto& from_slot = rows[number(Source::slot)];
  auto& from_accumulator = rows[number(Source::accumulator)];
  from_slot[number(Target::slot)] = handler<Unary<function, Source::slot, Target::slot>>;
  from_slot[number(Target::accumulator)] =
      handler<Unary<function, Source::slot, Target::accumulator>>;
  from_accumulator[number(Target::slot)] =
      handler<Unary<function, Source::accumulator, Target::slot>>;
  from_accumulator[number(Target::accumulator)] =
      handler<Unary<function, Source::accumulator, Target::accumulator>>;
}

}  // namespace airlock::interpreter
