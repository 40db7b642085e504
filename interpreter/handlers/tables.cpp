// Handlers of table and reference instructions (specification: Execution, Table Instructions,
// Reference Instructions). Operands are in slots; indices of 32-bit tables are read as 32 bits.
#include <algorithm>

#include "interpreter/handlers/metering.hpp"

namespace airlock::interpreter {

namespace {

using runtime::Table;
namespace fuel = runtime::fuel;

inline Slot& operand_slot(Registers& r, std::size_t half) {
  return r.frame[read_operand<Half>(r.code, half)];
}
inline Table& operand_table(Registers& r, std::size_t half) {
  return *r.instance->tables[read_operand<Half>(r.code, half)];
}
inline bool is_wide(const Table& table) { return table.type.address == decoder::AddressType::i64; }
inline std::uint64_t read_index(const Slot& slot, bool wide) { return wide ? slot.i64 : slot.i32; }

/// Table, index slot, destination slot.
struct TableGet {
  static void execute(Registers& r) {
    const Table& table = operand_table(r, 0);
    const std::uint64_t index = read_index(operand_slot(r, 1), is_wide(table));
    if (index >= table.elements.size()) return raise(r, TrapCode::out_of_bounds_table_access);
    put<std::uint64_t, Target::slot>(r, 2, table.elements[index].bits);
    r.code += cells_for(3);
  }
};

/// Table, index slot, value slot.
struct TableSet {
  static void execute(Registers& r) {
    Table& table = operand_table(r, 0);
    const std::uint64_t index = read_index(operand_slot(r, 1), is_wide(table));
    if (index >= table.elements.size()) return raise(r, TrapCode::out_of_bounds_table_access);
    table.elements[index].bits = operand_slot(r, 2).bits;
    r.code += cells_for(3);
  }
};

/// Table, destination slot.
struct TableSize {
  static void execute(Registers& r) {
    put<std::uint64_t, Target::slot>(r, 1, operand_table(r, 0).elements.size());
    r.code += cells_for(2);
  }
};

/// Table, slots of the value, the number of elements and the destination.
template <Metering metering>
struct TableGrow {
  [[gnu::noinline]] static void execute(Registers& r) {
    Table& table = operand_table(r, 0);
    const bool wide = is_wide(table);
    const std::uint64_t count = read_index(operand_slot(r, 2), wide);
    const std::int64_t grown = table.grow(count, operand_slot(r, 1));
    if constexpr (metering == Metering::on)
      if (grown >= 0 && !pay(r, fuel::for_elements(count))) return;
    const auto old = static_cast<std::uint64_t>(grown);
    put<std::uint64_t, Target::slot>(r, 3, wide ? old : static_cast<std::uint32_t>(old));
    r.code += cells_for(4);
  }
};

/// Table, slots of the first index, the value and the number of elements.
template <Metering metering>
struct TableFill {
  [[gnu::noinline]] static void execute(Registers& r) {
    Table& table = operand_table(r, 0);
    const bool wide = is_wide(table);
    const std::uint64_t first = read_index(operand_slot(r, 1), wide);
    const std::uint64_t count = read_index(operand_slot(r, 3), wide);
    if (!table.contains(first, count)) return raise(r, TrapCode::out_of_bounds_table_access);
    Slot* const to = table.elements.data() + first;
    const Slot value = operand_slot(r, 2);
    if (!perform<metering>(
            r, fuel::for_elements(count), count, piece_elements,
            [&](std::uint64_t begin, std::uint64_t n) { std::fill_n(to + begin, n, value); }))
      return;
    r.code += cells_for(4);
  }
};

/// Destination table, source table, slots of destination, source and number.
template <Metering metering>
struct TableCopy {
  [[gnu::noinline]] static void execute(Registers& r) {
    Table& to = operand_table(r, 0);
    const Table& from = operand_table(r, 1);
    const std::uint64_t destination = read_index(operand_slot(r, 2), is_wide(to));
    const std::uint64_t source = read_index(operand_slot(r, 3), is_wide(from));
    const std::uint64_t count = read_index(operand_slot(r, 4), is_wide(to) && is_wide(from));
    if (!to.contains(destination, count) || !from.contains(source, count))
      return raise(r, TrapCode::out_of_bounds_table_access);
    Slot* const place = to.elements.data() + destination;
    const Slot* const elements = from.elements.data() + source;
    if (!perform_copy<metering>(r, fuel::for_elements(count), count, piece_elements, place,
                                elements, [&](std::uint64_t first, std::uint64_t n) {
                                  std::memmove(static_cast<void*>(place + first), elements + first,
                                               n * sizeof(Slot));
                                }))
      return;
    r.code += cells_for(5);
  }
};

/// Element segment, table, slots of destination, source and number.
template <Metering metering>
struct TableInit {
  [[gnu::noinline]] static void execute(Registers& r) {
    const std::uint32_t segment = read_operand<Half>(r.code, 0);
    Table& table = operand_table(r, 1);
    const std::uint64_t destination = read_index(operand_slot(r, 2), is_wide(table));
    const std::uint64_t source = operand_slot(r, 3).i32;
    const std::uint64_t count = operand_slot(r, 4).i32;
    if (source + count > r.instance->element_segment_size(segment) ||
        !table.contains(destination, count))
      return raise(r, TrapCode::out_of_bounds_table_access);
    Slot* const to = table.elements.data() + destination;
    bool has_room = true;
    if (!perform<metering>(r, fuel::for_elements(count), count, piece_elements,
                           [&](std::uint64_t first, std::uint64_t n) {
                             auto* place = reinterpret_cast<std::byte*>(to + first);
                             has_room = has_room && r.instance->read_elements(
                                                        segment, source + first, n, place);
                           }))
      return;
    if (!has_room) return raise(r, TrapCode::out_of_memory);
    r.code += cells_for(5);
  }
};

/// Element segment.
struct ElementDrop {
  [[gnu::noinline]] static void execute(Registers& r) {
    r.instance->drop_elements(read_operand<Half>(r.code, 0));
    r.code += cells_for(1);
  }
};

/// Function index, destination slot.
struct ReferenceFunction {
  [[gnu::noinline]] static void execute(Registers& r) {
    const auto* function = r.instance->function(read_operand<Half>(r.code, 0));
    if (function == nullptr) return raise(r, TrapCode::out_of_memory);
    put<std::uint64_t, Target::slot>(r, 1, reinterpret_cast<std::uint64_t>(function));
    r.code += cells_for(2);
  }
};

/// Reference slot.
struct ReferenceAsNonNull {
  static void execute(Registers& r) {
    if (operand_slot(r, 0).bits == 0) return raise(r, TrapCode::null_reference);
    r.code += cells_for(1);
  }
};

}  // namespace

void add_table_handlers(HandlerTable& table) {
  table.plain[number("table.get"_op)] = handler<TableGet>;
  table.plain[number("table.set"_op)] = handler<TableSet>;
  table.plain[number("table.size"_op)] = handler<TableSize>;
  add_metered<TableGrow>(table, "table.grow"_op);
  add_metered<TableFill>(table, "table.fill"_op);
  add_metered<TableCopy>(table, "table.copy"_op);
  add_metered<TableInit>(table, "table.init"_op);
  table.plain[number("elem.drop"_op)] = handler<ElementDrop>;
  table.plain[number("ref.func"_op)] = handler<ReferenceFunction>;
  table.plain[number("ref.as_non_null"_op)] = handler<ReferenceAsNonNull>;
}

}  // namespace airlock::interpreter
