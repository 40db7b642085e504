// Handlers of stores.
#include "interpreter/handlers/memory_access.hpp"

namespace airlock::interpreter {

namespace {

/// Offset, address, value. `Stored` is as wide as what memory takes of a `Value`.
template <typename Stored, typename Value, Bounds bounds, Address address, Source value>
struct Store {
  static constexpr std::size_t value_half = 1 + address_halves<address>;
  static constexpr std::size_t size = cells_for(value_half + source_halves<Value, value>);

  static void execute(Registers& r) {
    const std::uint64_t place = effective_address<address>(r);
    if (out_of_bounds<bounds>(r, place, sizeof(Stored))) [[unlikely]]
      return leave_bounds(r);
    const auto stored = static_cast<Stored>(get<Value, value>(r, value_half));
    std::memcpy(r.memory + place, &stored, sizeof stored);
    pin_position<bounds>(r);
    r.code += size;
  }
};

/// Address slot, memory index, offset (wide), value slot.
template <typename Stored, typename Value, typename AddressType>
struct GeneralStore {
  static void execute(Registers& r) {
    std::byte* place =
        general_place(r, read_operand<Half>(r.code, 1), get<AddressType, Source::slot>(r, 0),
                      read_operand<std::uint64_t>(r.code, 2), sizeof(Stored));
    if (place == nullptr) return raise(r, TrapCode::out_of_bounds_memory_access);
    const auto stored = static_cast<Stored>(get<Value, Source::slot>(r, 4));
    std::memcpy(place, &stored, sizeof stored);
    r.code += cells_for(5);
  }
};

template <Opcode opcode, typename Stored, typename Value, Bounds bounds, Address address,
          Source... values>
void add_store_form(HandlerTable& table) {
  auto& row = table.store[number(opcode)][number(bounds)][number(address)];
  ((row[number(values)] = handler<Store<Stored, Value, bounds, address, values>>), ...);
}

/// The value is computed after the address, so the accumulator holds at most one of them, and a sum
/// can be folded only if the value is a slot or a constant.
template <Opcode opcode, typename Stored, typename Value, Bounds bounds>
void add_store_forms(HandlerTable& table) {
  using enum Source;
  add_store_form<opcode, Stored, Value, bounds, Address::slot, slot, constant, accumulator>(table);
  add_store_form<opcode, Stored, Value, bounds, Address::constant, slot, constant, accumulator>(
      table);
  add_store_form<opcode, Stored, Value, bounds, Address::accumulator, slot, constant>(table);
  if constexpr (std::is_floating_point_v<Value>)  // another register, so both may be live
    add_store_form<opcode, Stored, Value, bounds, Address::accumulator, accumulator>(table);
  add_store_form<opcode, Stored, Value, bounds, Address::slot_plus_slot, slot, constant>(table);
  add_store_form<opcode, Stored, Value, bounds, Address::slot_plus_constant, slot, constant>(table);
  add_store_form<opcode, Stored, Value, bounds, Address::accumulator_plus_slot, slot, constant>(
      table);
  add_store_form<opcode, Stored, Value, bounds, Address::accumulator_plus_constant, slot, constant>(
      table);
}

template <Opcode opcode, typename Stored, typename Value>
void add_store(HandlerTable& table) {
  add_store_forms<opcode, Stored, Value, Bounds::guarded>(table);
  add_store_forms<opcode, Stored, Value, Bounds::checked>(table);
  auto& general = table.general_store[number(opcode)];
  general[0] = handler<GeneralStore<Stored, Value, std::uint32_t>>;
  general[1] = handler<GeneralStore<Stored, Value, std::uint64_t>>;
}

}  // namespace

void add_store_handlers(HandlerTable& table) {
  add_store<"i32.store"_op, std::uint32_t, std::uint32_t>(table);
  add_store<"i64.store"_op, std::uint64_t, std::uint64_t>(table);
  add_store<"f32.store"_op, float, float>(table);
  add_store<"f64.store"_op, double, double>(table);
  add_store<"i32.store8"_op, std::uint8_t, std::uint32_t>(table);
  add_store<"i32.store16"_op, std::uint16_t, std::uint32_t>(table);
  add_store<"i64.store8"_op, std::uint8_t, std::uint64_t>(table);
  add_store<"i64.store16"_op, std::uint16_t, std::uint64_t>(table);
  add_store<"i64.store32"_op, std::uint32_t, std::uint64_t>(table);
}

}  // namespace airlock::interpreter
