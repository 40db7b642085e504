// Handlers of loads and stores of vectors and of single lanes.
#include "interpreter/handlers/memory_access.hpp"
#include "interpreter/handlers/numeric.hpp"
#include "runtime/semantics/vector_lanes.hpp"

namespace airlock::interpreter {

namespace vector = runtime::semantics::vector;

namespace {

template <typename T>
inline T load_bytes(const std::byte* place) {
  T value;
  std::memcpy(&value, place, sizeof value);
  return value;
}

/// What a load reads: the operand of the function that makes a vector of it.
template <auto function>
using StoredOf = typename FunctionTraits<decltype(function)>::template Parameter<0>;

/// Offset, address, destination.
template <auto function, Bounds bounds, Address address, Target target>
struct LoadVector {
  using Stored = StoredOf<function>;
  static constexpr std::size_t target_half = 1 + address_halves<address>;
  static constexpr std::size_t size = cells_for(target_half + target_halves(target));

  static void execute(Registers& r) {
    const std::uint64_t place = effective_address<address>(r);
    if (out_of_bounds<bounds>(r, place, sizeof(Stored))) [[unlikely]]
      return leave_bounds(r);
    const V128 value = function(load_bytes<Stored>(r.memory + place));
    pin_position<bounds>(r);
    put<V128, target>(r, target_half, value);
    r.code += size;
  }
};

/// Address slot, memory index, offset (wide), destination slot.
template <auto function, typename AddressType>
struct GeneralLoadVector {
  static void execute(Registers& r) {
    using Stored = StoredOf<function>;
    const std::byte* place =
        general_place(r, read_operand<Half>(r.code, 1), get<AddressType, Source::slot>(r, 0),
                      read_operand<std::uint64_t>(r.code, 2), sizeof(Stored));
    if (place == nullptr) return raise(r, TrapCode::out_of_bounds_memory_access);
    put<V128, Target::slot>(r, 4, function(load_bytes<Stored>(place)));
    r.code += cells_for(5);
  }
};

/// Offset, address, value.
template <Bounds bounds, Address address, Source value>
struct StoreVector {
  static constexpr std::size_t value_half = 1 + address_halves<address>;
  static constexpr std::size_t size = cells_for(value_half + source_halves<V128, value>);

  static void execute(Registers& r) {
    const std::uint64_t place = effective_address<address>(r);
    if (out_of_bounds<bounds>(r, place, sizeof(V128))) [[unlikely]]
      return leave_bounds(r);
    const V128 stored = get<V128, value>(r, value_half);
    std::memcpy(r.memory + place, &stored, sizeof stored);
    pin_position<bounds>(r);
    r.code += size;
  }
};

/// Address slot, memory index, offset (wide), value slot.
template <typename AddressType>
struct GeneralStoreVector {
  static void execute(Registers& r) {
    std::byte* place =
        general_place(r, read_operand<Half>(r.code, 1), get<AddressType, Source::slot>(r, 0),
                      read_operand<std::uint64_t>(r.code, 2), sizeof(V128));
    if (place == nullptr) return raise(r, TrapCode::out_of_bounds_memory_access);
    const V128 stored = get<V128, Source::slot>(r, 4);
    std::memcpy(place, &stored, sizeof stored);
    r.code += cells_for(5);
  }
};

/// Offset, address, vector, lane, destination.
template <typename T, Bounds bounds, Source address, Source source, Target target>
struct LoadLane {
  static constexpr Address form = address == Source::slot ? Address::slot : Address::accumulator;
  static constexpr std::size_t vector_half = 1 + address_halves<form>;
  static constexpr std::size_t lane_half = vector_half + source_halves<V128, source>;
  static constexpr std::size_t target_half = lane_half + 1;

  static void execute(Registers& r) {
    const std::uint64_t place = effective_address<form>(r);
    if (out_of_bounds<bounds>(r, place, sizeof(T))) [[unlikely]]
      return leave_bounds(r);
    const T value = load_bytes<T>(r.memory + place);
    pin_position<bounds>(r);
    const V128 vector = get<V128, source>(r, vector_half);
    const auto lane = read_operand<Half>(r.code, lane_half);
    put<V128, target>(r, target_half, vector::replace_lane<T, T>(vector, value, lane));
    r.code += cells_for(target_half + target_halves(target));
  }
};

/// Address slot, memory index, offset (wide), vector slot, lane, destination slot.
template <typename T, typename AddressType>
struct GeneralLoadLane {
  static void execute(Registers& r) {
    const std::byte* place =
        general_place(r, read_operand<Half>(r.code, 1), get<AddressType, Source::slot>(r, 0),
                      read_operand<std::uint64_t>(r.code, 2), sizeof(T));
    if (place == nullptr) return raise(r, TrapCode::out_of_bounds_memory_access);
    const V128 vector = get<V128, Source::slot>(r, 4);
    const auto lane = read_operand<Half>(r.code, 5);
    put<V128, Target::slot>(r, 6, vector::replace_lane<T, T>(vector, load_bytes<T>(place), lane));
    r.code += cells_for(7);
  }
};

/// Offset, address, vector, lane.
template <typename T, Bounds bounds, Address address, Source source>
struct StoreLane {
  static constexpr std::size_t vector_half = 1 + address_halves<address>;
  static constexpr std::size_t lane_half = vector_half + source_halves<V128, source>;

  static void execute(Registers& r) {
    const std::uint64_t place = effective_address<address>(r);
    if (out_of_bounds<bounds>(r, place, sizeof(T))) [[unlikely]]
      return leave_bounds(r);
    const V128 vector = get<V128, source>(r, vector_half);
    const T stored = vector::extract_lane<T, T>(vector, read_operand<Half>(r.code, lane_half));
    std::memcpy(r.memory + place, &stored, sizeof stored);
    pin_position<bounds>(r);
    r.code += cells_for(lane_half + 1);
  }
};

/// Address slot, memory index, offset (wide), vector slot, lane.
template <typename T, typename AddressType>
struct GeneralStoreLane {
  static void execute(Registers& r) {
    std::byte* place =
        general_place(r, read_operand<Half>(r.code, 1), get<AddressType, Source::slot>(r, 0),
                      read_operand<std::uint64_t>(r.code, 2), sizeof(T));
    if (place == nullptr) return raise(r, TrapCode::out_of_bounds_memory_access);
    const V128 vector = get<V128, Source::slot>(r, 4);
    const T stored = vector::extract_lane<T, T>(vector, read_operand<Half>(r.code, 5));
    std::memcpy(place, &stored, sizeof stored);
    r.code += cells_for(6);
  }
};

/// Calls `function.operator()<bounds, address>()` for all ways to find a place in memory 0.
template <typename Function>
void for_each_place(Function function) {
  const auto with_bounds = [&]<Bounds bounds>() {
    using enum Address;
    function.template operator()<bounds, slot>();
    function.template operator()<bounds, accumulator>();
    function.template operator()<bounds, constant>();
    function.template operator()<bounds, slot_plus_slot>();
    function.template operator()<bounds, slot_plus_constant>();
    function.template operator()<bounds, accumulator_plus_slot>();
    function.template operator()<bounds, accumulator_plus_constant>();
  };
  with_bounds.template operator()<Bounds::guarded>();
  with_bounds.template operator()<Bounds::checked>();
}

template <Opcode opcode, auto function>
void add_load(HandlerTable& table) {
  for_each_place([&]<Bounds bounds, Address address>() {
    auto& row = table.load[number(opcode)][number(bounds)][number(address)];
    row[number(Target::slot)] = handler<LoadVector<function, bounds, address, Target::slot>>;
    row[number(Target::accumulator)] =
        handler<LoadVector<function, bounds, address, Target::accumulator>>;
  });
  auto& general = table.general_load[number(opcode)];
  general[0] = handler<GeneralLoadVector<function, std::uint32_t>>;
  general[1] = handler<GeneralLoadVector<function, std::uint64_t>>;
}

template <Opcode opcode, typename T>
void add_load_lane(HandlerTable& table) {
  const auto add = [&]<Bounds bounds, Source address, Source source>() {
    constexpr std::size_t width = std::countr_zero(sizeof(T));
    auto& row = table.load_lane[width][number(bounds)][number(address)][number(source)];
    row[number(Target::slot)] = handler<LoadLane<T, bounds, address, source, Target::slot>>;
    row[number(Target::accumulator)] =
        handler<LoadLane<T, bounds, address, source, Target::accumulator>>;
  };
  const auto with_bounds = [&]<Bounds bounds>() {
    using enum Source;
    add.template operator()<bounds, slot, slot>();
    add.template operator()<bounds, slot, accumulator>();
    add.template operator()<bounds, accumulator, slot>();
    add.template operator()<bounds, accumulator, accumulator>();
  };
  with_bounds.template operator()<Bounds::guarded>();
  with_bounds.template operator()<Bounds::checked>();
  auto& general = table.general_load[number(opcode)];
  general[0] = handler<GeneralLoadLane<T, std::uint32_t>>;
  general[1] = handler<GeneralLoadLane<T, std::uint64_t>>;
}

template <Opcode opcode, typename T>
void add_store_lane(HandlerTable& table) {
  for_each_place([&]<Bounds bounds, Address address>() {
    auto& row = table.store[number(opcode)][number(bounds)][number(address)];
    row[number(Source::slot)] = handler<StoreLane<T, bounds, address, Source::slot>>;
    row[number(Source::accumulator)] = handler<StoreLane<T, bounds, address, Source::accumulator>>;
  });
  auto& general = table.general_store[number(opcode)];
  general[0] = handler<GeneralStoreLane<T, std::uint32_t>>;
  general[1] = handler<GeneralStoreLane<T, std::uint64_t>>;
}

void add_store(HandlerTable& table) {
  constexpr auto opcode = "v128.store"_op;
  for_each_place([&]<Bounds bounds, Address address>() {
    auto& row = table.store[number(opcode)][number(bounds)][number(address)];
    row[number(Source::slot)] = handler<StoreVector<bounds, address, Source::slot>>;
    row[number(Source::constant)] = handler<StoreVector<bounds, address, Source::constant>>;
    row[number(Source::accumulator)] = handler<StoreVector<bounds, address, Source::accumulator>>;
  });
  auto& general = table.general_store[number(opcode)];
  general[0] = handler<GeneralStoreVector<std::uint32_t>>;
  general[1] = handler<GeneralStoreVector<std::uint64_t>>;
}

}  // namespace

void add_vector_memory_handlers(HandlerTable& table) {
  add_load<"v128.load"_op, &vector::loaded>(table);
  add_load<"v128.load8x8_s"_op, &vector::loaded_extended<std::int8_t>>(table);
  add_load<"v128.load8x8_u"_op, &vector::loaded_extended<std::uint8_t>>(table);
  add_load<"v128.load16x4_s"_op, &vector::loaded_extended<std::int16_t>>(table);
  add_load<"v128.load16x4_u"_op, &vector::loaded_extended<std::uint16_t>>(table);
  add_load<"v128.load32x2_s"_op, &vector::loaded_extended<std::int32_t>>(table);
  add_load<"v128.load32x2_u"_op, &vector::loaded_extended<std::uint32_t>>(table);
  add_load<"v128.load8_splat"_op, &vector::splat<std::uint8_t>>(table);
  add_load<"v128.load16_splat"_op, &vector::splat<std::uint16_t>>(table);
  add_load<"v128.load32_splat"_op, &vector::splat<std::uint32_t>>(table);
  add_load<"v128.load64_splat"_op, &vector::splat<std::uint64_t>>(table);
  add_load<"v128.load32_zero"_op, &vector::loaded_zero<std::uint32_t>>(table);
  add_load<"v128.load64_zero"_op, &vector::loaded_zero<std::uint64_t>>(table);
  add_load_lane<"v128.load8_lane"_op, std::uint8_t>(table);
  add_load_lane<"v128.load16_lane"_op, std::uint16_t>(table);
  add_load_lane<"v128.load32_lane"_op, std::uint32_t>(table);
  add_load_lane<"v128.load64_lane"_op, std::uint64_t>(table);
  add_store_lane<"v128.store8_lane"_op, std::uint8_t>(table);
  add_store_lane<"v128.store16_lane"_op, std::uint16_t>(table);
  add_store_lane<"v128.store32_lane"_op, std::uint32_t>(table);
  add_store_lane<"v128.store64_lane"_op, std::uint64_t>(table);
  add_store(table);
}

}  // namespace airlock::interpreter
