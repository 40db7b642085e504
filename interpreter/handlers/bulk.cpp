// Handlers of `memory.size`, `memory.grow` and bulk memory instructions. Operands are in slots; an
// operand of the address type of a 32-bit memory is read as 32 bits.
#include <cstring>

#include "interpreter/handlers/metering.hpp"

namespace airlock::interpreter {

namespace {

using runtime::Memory;
namespace fuel = runtime::fuel;

inline std::uint64_t read_address(const Slot& slot, bool is_wide) {
  return is_wide ? slot.i64 : slot.i32;
}
inline bool is_wide(const Memory& memory) {
  return memory.type().address == decoder::AddressType::i64;
}

inline Slot& operand_slot(Registers& r, std::size_t half) {
  return r.frame[read_operand<Half>(r.code, half)];
}
inline Memory& operand_memory(Registers& r, std::size_t half) {
  return *r.instance->memories[read_operand<Half>(r.code, half)];
}

/// Memory, destination slot.
struct MemorySize {
  static void execute(Registers& r) {
    put<std::uint64_t, Target::slot>(r, 1, operand_memory(r, 0).pages());
    r.code += cells_for(2);
  }
};

/// Memory, slot of the number of pages, destination slot.
template <Metering metering>
struct MemoryGrow {
  [[gnu::noinline]] static void execute(Registers& r) {
    Memory& memory = operand_memory(r, 0);
    const bool wide = is_wide(memory);
    const std::uint64_t pages = read_address(operand_slot(r, 1), wide);
    const std::int64_t old = memory.grow(pages);
    if constexpr (metering == Metering::on)
      if (old >= 0 && !pay(r, fuel::for_bytes(pages << memory.type().page_size_log2))) return;
    const auto result = static_cast<std::uint64_t>(old);
    put<std::uint64_t, Target::slot>(r, 2, wide ? result : static_cast<std::uint32_t>(result));
    r.load_memory();
    r.code += cells_for(3);
  }
};

/// Memory, slots of destination, value and length.
template <Metering metering>
struct MemoryFill {
  [[gnu::noinline]] static void execute(Registers& r) {
    Memory& memory = operand_memory(r, 0);
    const bool wide = is_wide(memory);
    const std::uint64_t destination = read_address(operand_slot(r, 1), wide);
    const std::uint64_t length = read_address(operand_slot(r, 3), wide);
    if (!memory.contains(destination, length))
      return raise(r, TrapCode::out_of_bounds_memory_access);
    std::byte* const to = memory.base + destination;
    const auto value = static_cast<std::uint8_t>(operand_slot(r, 2).i32);
    if (!perform<metering>(
            r, fuel::for_bytes(length), length, piece_bytes,
            [&](std::uint64_t first, std::uint64_t n) { std::memset(to + first, value, n); }))
      return;
    r.code += cells_for(4);
  }
};

/// Destination memory, source memory, slots of destination, source and length.
template <Metering metering>
struct MemoryCopy {
  [[gnu::noinline]] static void execute(Registers& r) {
    Memory& to = operand_memory(r, 0);
    const Memory& from = operand_memory(r, 1);
    const std::uint64_t destination = read_address(operand_slot(r, 2), is_wide(to));
    const std::uint64_t source = read_address(operand_slot(r, 3), is_wide(from));
    const std::uint64_t length = read_address(operand_slot(r, 4), is_wide(to) && is_wide(from));
    if (!to.contains(destination, length) || !from.contains(source, length))
      return raise(r, TrapCode::out_of_bounds_memory_access);
    std::byte* const place = to.base + destination;
    const std::byte* const bytes = from.base + source;
    if (!perform_copy<metering>(r, fuel::for_bytes(length), length, piece_bytes, place, bytes,
                                [&](std::uint64_t first, std::uint64_t n) {
                                  std::memmove(place + first, bytes + first, n);
                                }))
      return;
    r.code += cells_for(5);
  }
};

/// Data segment, memory, slots of destination, source and length.
template <Metering metering>
struct MemoryInit {
  [[gnu::noinline]] static void execute(Registers& r) {
    Memory& memory = operand_memory(r, 1);
    const auto segment = r.instance->data_segment(read_operand<Half>(r.code, 0));
    const std::uint64_t destination = read_address(operand_slot(r, 2), is_wide(memory));
    const std::uint64_t source = operand_slot(r, 3).i32;
    const std::uint64_t length = operand_slot(r, 4).i32;
    if (source + length > segment.size() || !memory.contains(destination, length))
      return raise(r, TrapCode::out_of_bounds_memory_access);
    if (!perform<metering>(r, fuel::for_bytes(length), length, piece_bytes,
                           [&](std::uint64_t first, std::uint64_t n) {
                             std::memcpy(memory.base + destination + first,
                                         segment.data() + source + first, n);
                           }))
      return;
    r.code += cells_for(5);
  }
};

/// Data segment.
struct DataDrop {
  [[gnu::noinline]] static void execute(Registers& r) {
    r.instance->drop_data(read_operand<Half>(r.code, 0));
    r.code += cells_for(1);
  }
};

}  // namespace

void add_bulk_handlers(HandlerTable& table) {
  table.plain[number("memory.size"_op)] = handler<MemorySize>;
  add_metered<MemoryGrow>(table, "memory.grow"_op);
  add_metered<MemoryFill>(table, "memory.fill"_op);
  add_metered<MemoryCopy>(table, "memory.copy"_op);
  add_metered<MemoryInit>(table, "memory.init"_op);
  table.plain[number("data.drop"_op)] = handler<DataDrop>;
}

}  // namespace airlock::interpreter
