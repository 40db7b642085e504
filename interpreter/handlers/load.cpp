// Handlers of loads.
#include "interpreter/handlers/memory_access.hpp"

namespace airlock::interpreter {

namespace {

/// Reads a `Stored` and widens it to `Result`, with the sign if `Stored` is signed.
template <typename Stored, typename Result>
inline Result load_value(const std::byte* place) {
  Stored value;
  std::memcpy(&value, place, sizeof value);
  if constexpr (std::is_floating_point_v<Result>)
    return value;
  else
    return static_cast<Result>(static_cast<std::make_signed_t<Result>>(value));
}

/// Offset, address, destination.
template <typename Stored, typename Result, Bounds bounds, Address address, Target target>
struct Load {
  static constexpr std::size_t target_half = 1 + address_halves<address>;
  static constexpr std::size_t size = cells_for(target_half + target_halves(target));

  static void execute(Registers& r) {
    const std::uint64_t place = effective_address<address>(r);
    if (out_of_bounds<bounds>(r, place, sizeof(Stored))) [[unlikely]]
      return leave_bounds(r);
    const auto value = load_value<Stored, Result>(r.memory + place);
    pin_position<bounds>(r);
    put<Result, target>(r, target_half, value);
    r.code += size;
  }
};

/// Address slot, memory index, offset (wide), destination slot.
template <typename Stored, typename Result, typename AddressType>
struct GeneralLoad {
  static void execute(Registers& r) {
    const std::byte* place =
        general_place(r, read_operand<Half>(r.code, 1), get<AddressType, Source::slot>(r, 0),
                      read_operand<std::uint64_t>(r.code, 2), sizeof(Stored));
    if (place == nullptr) return raise(r, TrapCode::out_of_bounds_memory_access);
    put<Result, Target::slot>(r, 4, load_value<Stored, Result>(place));
    r.code += cells_for(5);
  }
};

template <Opcode opcode, typename Stored, typename Result, Bounds bounds, Address address>
void add_load_form(HandlerTable& table) {
  auto& row = table.load[number(opcode)][number(bounds)][number(address)];
  row[number(Target::slot)] = handler<Load<Stored, Result, bounds, address, Target::slot>>;
  row[number(Target::accumulator)] =
      handler<Load<Stored, Result, bounds, address, Target::accumulator>>;
}

template <Opcode opcode, typename Stored, typename Result, Bounds bounds>
void add_load_forms(HandlerTable& table) {
  using enum Address;
  add_load_form<opcode, Stored, Result, bounds, slot>(table);
  add_load_form<opcode, Stored, Result, bounds, accumulator>(table);
  add_load_form<opcode, Stored, Result, bounds, constant>(table);
  add_load_form<opcode, Stored, Result, bounds, slot_plus_slot>(table);
  add_load_form<opcode, Stored, Result, bounds, slot_plus_constant>(table);
  add_load_form<opcode, Stored, Result, bounds, accumulator_plus_slot>(table);
  add_load_form<opcode, Stored, Result, bounds, accumulator_plus_constant>(table);
}

template <Opcode opcode, typename Stored, typename Result>
void add_load(HandlerTable& table) {
  add_load_forms<opcode, Stored, Result, Bounds::guarded>(table);
  add_load_forms<opcode, Stored, Result, Bounds::checked>(table);
  auto& general = table.general_load[number(opcode)];
  general[0] = handler<GeneralLoad<Stored, Result, std::uint32_t>>;
  general[1] = handler<GeneralLoad<Stored, Result, std::uint64_t>>;
}

}  // namespace

void add_load_handlers(HandlerTable& table) {
  add_load<"i32.load"_op, std::int32_t, std::uint32_t>(table);
  add_load<"i64.load"_op, std::int64_t, std::uint64_t>(table);
  add_load<"f32.load"_op, float, float>(table);
  add_load<"f64.load"_op, double, double>(table);
  add_load<"i32.load8_s"_op, std::int8_t, std::uint32_t>(table);
  add_load<"i32.load8_u"_op, std::uint8_t, std::uint32_t>(table);
  add_load<"i32.load16_s"_op, std::int16_t, std::uint32_t>(table);
  add_load<"i32.load16_u"_op, std::uint16_t, std::uint32_t>(table);
  add_load<"i64.load8_s"_op, std::int8_t, std::uint64_t>(table);
  add_load<"i64.load8_u"_op, std::uint8_t, std::uint64_t>(table);
  add_load<"i64.load16_s"_op, std::int16_t, std::uint64_t>(table);
  add_load<"i64.load16_u"_op, std::uint16_t, std::uint64_t>(table);
  add_load<"i64.load32_s"_op, std::int32_t, std::uint64_t>(table);
  add_load<"i64.load32_u"_op, std::uint32_t, std::uint64_t>(table);
}

}  // namespace airlock::interpreter
