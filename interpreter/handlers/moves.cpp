// Handlers that move values: between slots, constants and accumulators, of globals, and `select`.
// A copy leaves the accumulators alone, so that what they hold stays known.
#include <cstring>

#include "interpreter/dispatch.hpp"
#include "interpreter/handler_table.hpp"

namespace airlock::interpreter {

namespace {

/// Source slot, destination slot.
struct CopySlot {
  static void execute(Registers& r) {
    r.frame[read_operand<Half>(r.code, 1)].bits = r.frame[read_operand<Half>(r.code, 0)].bits;
    r.code += cells_for(2);
  }
};

/// Two copies, one after the other.
struct CopyPair {
  static void execute(Registers& r) {
    r.frame[read_operand<Half>(r.code, 1)].bits = r.frame[read_operand<Half>(r.code, 0)].bits;
    r.frame[read_operand<Half>(r.code, 3)].bits = r.frame[read_operand<Half>(r.code, 2)].bits;
    r.code += cells_for(4);
  }
};

struct CopyVector {
  static void execute(Registers& r) {
    set_slot(r.frame[read_operand<Half>(r.code, 1)], get<V128, Source::slot>(r, 0));
    r.code += cells_for(2);
  }
};

/// First source slot, first destination slot, slots. They may overlap.
struct CopyBlock {
  static void execute(Registers& r) {
    std::memmove(static_cast<void*>(r.frame + read_operand<Half>(r.code, 1)),
                 r.frame + read_operand<Half>(r.code, 0),
                 read_operand<Half>(r.code, 2) * sizeof(Slot));
    r.code += cells_for(3);
  }
};

/// Constant, destination slot.
template <typename T>
struct CopyConstant {
  static constexpr std::size_t target_half = sizeof(T) / sizeof(Half);
  static void execute(Registers& r) {
    set_slot(r.frame[read_operand<Half>(r.code, target_half)], read_operand<T>(r.code, 0));
    r.code += cells_for(target_half + 1);
  }
};

/// Destination slot.
template <typename T>
struct CopyAccumulator {
  static void execute(Registers& r) {
    set_slot(r.frame[read_operand<Half>(r.code, 0)], get_accumulator<T>(r));
    r.code += cells_for(1);
  }
};

/// First value, second value, condition, destination. Values of any type of one slot, taken as 64
/// bits.
template <Source left, Source right, Source condition, Target target>
struct Select {
  using T = std::uint64_t;
  static constexpr std::size_t right_half = source_halves<T, left>;
  static constexpr std::size_t condition_half = right_half + source_halves<T, right>;
  static constexpr std::size_t target_half =
      condition_half + source_halves<std::uint32_t, condition>;
  static void execute(Registers& r) {
    const T a = get<T, left>(r, 0);
    const T b = get<T, right>(r, right_half);
    const T chosen = get<std::uint32_t, condition>(r, condition_half) != 0 ? a : b;
    put<T, target>(r, target_half, chosen);
    r.code += cells_for(target_half + target_halves(target));
  }
};

/// First slot, second slot, condition, destination.
template <Source condition, Target target>
struct SelectVector {
  static constexpr std::size_t target_half = 2 + source_halves<std::uint32_t, condition>;
  static void execute(Registers& r) {
    const bool first = get<std::uint32_t, condition>(r, 2) != 0;
    put<V128, target>(r, target_half, get<V128, Source::slot>(r, first ? 0 : 1));
    r.code += cells_for(target_half + target_halves(target));
  }
};

/// Slot in the instance's own globals, destination.
template <typename T, Target target>
struct GlobalGet {
  static void execute(Registers& r) {
    put<T, target>(r, 1, get_slot<T>(r.instance->globals[read_operand<Half>(r.code, 0)]));
    r.code += cells_for(1 + target_halves(target));
  }
};

/// Slot in the instance's own globals, value.
template <typename T, Source value>
struct GlobalSet {
  static void execute(Registers& r) {
    set_slot(r.instance->globals[read_operand<Half>(r.code, 0)], get<T, value>(r, 1));
    r.code += cells_for(1 + source_halves<T, value>);
  }
};

/// Index of a global, imported or not; slot of the frame. `T` is std::uint64_t for whatever takes
/// one slot, which leaves the accumulators alone.
template <typename T>
struct GlobalGetFar {
  static void execute(Registers& r) {
    const T value = get_slot<T>(*r.instance->global_cells[read_operand<Half>(r.code, 0)]);
    set_slot(r.frame[read_operand<Half>(r.code, 1)], value);
    if constexpr (std::is_same_v<T, V128>) set_accumulator(r, value);
    r.code += cells_for(2);
  }
};
template <typename T>
struct GlobalSetFar {
  static void execute(Registers& r) {
    set_slot(*r.instance->global_cells[read_operand<Half>(r.code, 0)], get<T, Source::slot>(r, 1));
    r.code += cells_for(2);
  }
};

template <Source left, Source right, Source condition>
void add_select(HandlerTable& table) {
  auto& row = table.select[number(left)][number(right)][number(condition)];
  row[number(Target::slot)] = handler<Select<left, right, condition, Target::slot>>;
  row[number(Target::accumulator)] = handler<Select<left, right, condition, Target::accumulator>>;
}

template <Source condition>
void add_select_vector(HandlerTable& table) {
  auto& row = table.select_vector[number(condition)];
  row[number(Target::slot)] = handler<SelectVector<condition, Target::slot>>;
  row[number(Target::accumulator)] = handler<SelectVector<condition, Target::accumulator>>;
}

template <typename T>
void add_global(HandlerTable& table, std::size_t type) {
  table.global_get[type][number(Target::slot)] = handler<GlobalGet<T, Target::slot>>;
  table.global_get[type][number(Target::accumulator)] = handler<GlobalGet<T, Target::accumulator>>;
  table.global_set[type][number(Source::slot)] = handler<GlobalSet<T, Source::slot>>;
  table.global_set[type][number(Source::constant)] = handler<GlobalSet<T, Source::constant>>;
  table.global_set[type][number(Source::accumulator)] = handler<GlobalSet<T, Source::accumulator>>;
}

}  // namespace

void add_move_handlers(HandlerTable& table) {
  using enum Source;
  table.copy_slot = handler<CopySlot>;
  table.copy_pair = handler<CopyPair>;
  table.copy_vector = handler<CopyVector>;
  table.copy_block = handler<CopyBlock>;
  table.copy_constant32 = handler<CopyConstant<std::uint32_t>>;
  table.copy_constant64 = handler<CopyConstant<std::uint64_t>>;
  table.copy_constant128 = handler<CopyConstant<V128>>;
  table.copy_accumulator[0] = handler<CopyAccumulator<std::uint32_t>>;
  table.copy_accumulator[1] = handler<CopyAccumulator<std::uint64_t>>;
  table.copy_accumulator[2] = handler<CopyAccumulator<float>>;
  table.copy_accumulator[3] = handler<CopyAccumulator<double>>;
  table.copy_accumulator[4] = handler<CopyAccumulator<V128>>;
  add_select<slot, slot, slot>(table);
  add_select<slot, constant, slot>(table);
  add_select<constant, slot, slot>(table);
  add_select<constant, constant, slot>(table);
  add_select<slot, slot, accumulator>(table);
  add_select<slot, constant, accumulator>(table);
  add_select<constant, slot, accumulator>(table);
  add_select<constant, constant, accumulator>(table);
  add_select_vector<slot>(table);
  add_select_vector<accumulator>(table);
  add_global<std::uint32_t>(table, 0);
  add_global<std::uint64_t>(table, 1);
  add_global<float>(table, 2);
  add_global<double>(table, 3);
  add_global<V128>(table, 4);
  table.global_get_far = handler<GlobalGetFar<std::uint64_t>>;
  table.global_set_far = handler<GlobalSetFar<std::uint64_t>>;
  table.global_get_far_vector = handler<GlobalGetFar<V128>>;
  table.global_set_far_vector = handler<GlobalSetFar<V128>>;
}

}  // namespace airlock::interpreter
