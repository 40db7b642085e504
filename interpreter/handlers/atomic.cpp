// Handlers of atomic memory accesses, all sequentially consistent, and of waiting and waking (the
// threads proposal). Operands are in slots.
#include <atomic>

#include "interpreter/handlers/memory_access.hpp"

namespace airlock::interpreter {

namespace {

/// Memory, offset (wide), address slot; further operands begin here.
constexpr std::size_t operand_half = 4;

/// The place of a naturally aligned access; null after a trap.
template <typename Stored, typename AddressType>
Stored* atomic_place(Registers& r) {
  const auto memory_index = read_operand<Half>(r.code, 0);
  const auto offset = read_operand<std::uint64_t>(r.code, 1);
  const AddressType address = get<AddressType, Source::slot>(r, 3);
  std::byte* place = general_place(r, memory_index, address, offset, sizeof(Stored));
  if ((std::uint64_t{address} + offset) % sizeof(Stored) != 0) {
    raise(r, TrapCode::unaligned_atomic);
    return nullptr;
  }
  if (place == nullptr) raise(r, TrapCode::out_of_bounds_memory_access);
  return reinterpret_cast<Stored*>(place);
}

/// Destination slot.
template <typename Stored, typename Value, typename AddressType>
struct AtomicLoad {
  static void execute(Registers& r) {
    auto* place = atomic_place<Stored, AddressType>(r);
    if (place == nullptr) return;
    put<Value, Target::slot>(r, operand_half, std::atomic_ref(*place).load());
    r.code += cells_for(operand_half + 1);
  }
};

/// Value slot.
template <typename Stored, typename Value, typename AddressType>
struct AtomicStore {
  static void execute(Registers& r) {
    auto* place = atomic_place<Stored, AddressType>(r);
    if (place == nullptr) return;
    std::atomic_ref(*place).store(static_cast<Stored>(get<Value, Source::slot>(r, operand_half)));
    r.code += cells_for(operand_half + 1);
  }
};

enum class Operation : std::uint8_t {
  add,
  subtract,
  bitwise_and,
  bitwise_or,
  bitwise_xor,
  exchange
};

template <Operation operation, typename Stored>
Stored modify(std::atomic_ref<Stored> cell, Stored value) {
  switch (operation) {
    case Operation::add:
      return cell.fetch_add(value);
    case Operation::subtract:
      return cell.fetch_sub(value);
    case Operation::bitwise_and:
      return cell.fetch_and(value);
    case Operation::bitwise_or:
      return cell.fetch_or(value);
    case Operation::bitwise_xor:
      return cell.fetch_xor(value);
    case Operation::exchange:
      return cell.exchange(value);
  }
}

/// Value slot, destination slot.
template <Operation operation>
struct AtomicModify {
  template <typename Stored, typename Value, typename AddressType>
  struct Body {
    static void execute(Registers& r) {
      auto* place = atomic_place<Stored, AddressType>(r);
      if (place == nullptr) return;
      const auto value = static_cast<Stored>(get<Value, Source::slot>(r, operand_half));
      put<Value, Target::slot>(r, operand_half + 1,
                               modify<operation>(std::atomic_ref(*place), value));
      r.code += cells_for(operand_half + 2);
    }
  };
};

/// Slots of the expected value and the replacement, destination slot. Of both, a narrow access
/// takes the low bits.
template <typename Stored, typename Value, typename AddressType>
struct AtomicCompareExchange {
  static void execute(Registers& r) {
    auto* place = atomic_place<Stored, AddressType>(r);
    if (place == nullptr) return;
    auto old = static_cast<Stored>(get<Value, Source::slot>(r, operand_half));
    const auto replacement = static_cast<Stored>(get<Value, Source::slot>(r, operand_half + 1));
    std::atomic_ref(*place).compare_exchange_strong(old, replacement);
    put<Value, Target::slot>(r, operand_half + 2, old);
    r.code += cells_for(operand_half + 3);
  }
};

runtime::Memory& operand_memory(const Registers& r) {
  return *r.instance->memories[read_operand<Half>(r.code, 0)];
}

/// Count slot, destination slot. On a memory that is not shared no thread can wait.
template <typename Stored, typename Value, typename AddressType>
struct AtomicNotify {
  [[gnu::noinline]] static void execute(Registers& r) {
    const Stored* place = atomic_place<Stored, AddressType>(r);
    if (place == nullptr) return;
    const auto count = get<Value, Source::slot>(r, operand_half);
    put<Value, Target::slot>(r, operand_half + 1,
                             operand_memory(r).wait_queue().notify(place, count));
    r.code += cells_for(operand_half + 2);
  }
};

/// Slots of the expected value and the time-out, destination slot. Blocks the OS thread.
template <typename Stored, typename Value, typename AddressType>
struct AtomicWait {
  [[gnu::noinline]] static void execute(Registers& r) {
    Stored* place = atomic_place<Stored, AddressType>(r);
    if (place == nullptr) return;
    runtime::Memory& memory = operand_memory(r);
    if (!memory.type().is_shared) return raise(r, TrapCode::expected_shared_memory);
    const auto expected = get<Stored, Source::slot>(r, operand_half);
    const auto nanoseconds = get<std::uint64_t, Source::slot>(r, operand_half + 1);
    const auto result = memory.wait_queue().wait(
        place, expected, static_cast<std::int64_t>(nanoseconds), r.run->interruption);
    if (result == runtime::WaitResult::interrupted)
      return raise(r, r.run->interruption->is_requested() ? TrapCode::interrupted
                                                          : TrapCode::deadline_exceeded);
    put<Value, Target::slot>(r, operand_half + 2, static_cast<std::uint32_t>(result));
    r.load_memory();  // the thread that woke this one may have grown it
    r.code += cells_for(operand_half + 3);
  }
};

struct AtomicFence {
  static void execute(Registers& r) {
    std::atomic_thread_fence(std::memory_order_seq_cst);
    // Operands that the fence does not use: memory and offset.
    r.code += cells_for(operand_half - 1);
  }
};

template <Opcode opcode, template <typename, typename, typename> typename Body, typename Stored,
          typename Value>
void add_atomic(HandlerTable& table) {
  table.atomic[number(opcode)][0] = handler<Body<Stored, Value, std::uint32_t>>;
  table.atomic[number(opcode)][1] = handler<Body<Stored, Value, std::uint64_t>>;
}

template <template <typename, typename, typename> typename Body, Opcode i32, Opcode i64,
          Opcode i32_8, Opcode i32_16, Opcode i64_8, Opcode i64_16, Opcode i64_32>
void add_widths(HandlerTable& table) {
  using std::uint16_t, std::uint32_t, std::uint64_t, std::uint8_t;
  add_atomic<i32, Body, uint32_t, uint32_t>(table);
  add_atomic<i64, Body, uint64_t, uint64_t>(table);
  add_atomic<i32_8, Body, uint8_t, uint32_t>(table);
  add_atomic<i32_16, Body, uint16_t, uint32_t>(table);
  add_atomic<i64_8, Body, uint8_t, uint64_t>(table);
  add_atomic<i64_16, Body, uint16_t, uint64_t>(table);
  add_atomic<i64_32, Body, uint32_t, uint64_t>(table);
}

}  // namespace

void add_atomic_handlers(HandlerTable& table) {
  add_widths<AtomicLoad, "i32.atomic.load"_op, "i64.atomic.load"_op, "i32.atomic.load8_u"_op,
             "i32.atomic.load16_u"_op, "i64.atomic.load8_u"_op, "i64.atomic.load16_u"_op,
             "i64.atomic.load32_u"_op>(table);
  add_widths<AtomicStore, "i32.atomic.store"_op, "i64.atomic.store"_op, "i32.atomic.store8"_op,
             "i32.atomic.store16"_op, "i64.atomic.store8"_op, "i64.atomic.store16"_op,
             "i64.atomic.store32"_op>(table);
  add_widths<AtomicModify<Operation::add>::Body, "i32.atomic.rmw.add"_op, "i64.atomic.rmw.add"_op,
             "i32.atomic.rmw8.add_u"_op, "i32.atomic.rmw16.add_u"_op, "i64.atomic.rmw8.add_u"_op,
             "i64.atomic.rmw16.add_u"_op, "i64.atomic.rmw32.add_u"_op>(table);
  add_widths<AtomicModify<Operation::subtract>::Body, "i32.atomic.rmw.sub"_op,
             "i64.atomic.rmw.sub"_op, "i32.atomic.rmw8.sub_u"_op, "i32.atomic.rmw16.sub_u"_op,
             "i64.atomic.rmw8.sub_u"_op, "i64.atomic.rmw16.sub_u"_op, "i64.atomic.rmw32.sub_u"_op>(
      table);
  add_widths<AtomicModify<Operation::bitwise_and>::Body, "i32.atomic.rmw.and"_op,
             "i64.atomic.rmw.and"_op, "i32.atomic.rmw8.and_u"_op, "i32.atomic.rmw16.and_u"_op,
             "i64.atomic.rmw8.and_u"_op, "i64.atomic.rmw16.and_u"_op, "i64.atomic.rmw32.and_u"_op>(
      table);
  add_widths<AtomicModify<Operation::bitwise_or>::Body, "i32.atomic.rmw.or"_op,
             "i64.atomic.rmw.or"_op, "i32.atomic.rmw8.or_u"_op, "i32.atomic.rmw16.or_u"_op,
             "i64.atomic.rmw8.or_u"_op, "i64.atomic.rmw16.or_u"_op, "i64.atomic.rmw32.or_u"_op>(
      table);
  add_widths<AtomicModify<Operation::bitwise_xor>::Body, "i32.atomic.rmw.xor"_op,
             "i64.atomic.rmw.xor"_op, "i32.atomic.rmw8.xor_u"_op, "i32.atomic.rmw16.xor_u"_op,
             "i64.atomic.rmw8.xor_u"_op, "i64.atomic.rmw16.xor_u"_op, "i64.atomic.rmw32.xor_u"_op>(
      table);
  add_widths<AtomicModify<Operation::exchange>::Body, "i32.atomic.rmw.xchg"_op,
             "i64.atomic.rmw.xchg"_op, "i32.atomic.rmw8.xchg_u"_op, "i32.atomic.rmw16.xchg_u"_op,
             "i64.atomic.rmw8.xchg_u"_op, "i64.atomic.rmw16.xchg_u"_op,
             "i64.atomic.rmw32.xchg_u"_op>(table);
  add_widths<AtomicCompareExchange, "i32.atomic.rmw.cmpxchg"_op, "i64.atomic.rmw.cmpxchg"_op,
             "i32.atomic.rmw8.cmpxchg_u"_op, "i32.atomic.rmw16.cmpxchg_u"_op,
             "i64.atomic.rmw8.cmpxchg_u"_op, "i64.atomic.rmw16.cmpxchg_u"_op,
             "i64.atomic.rmw32.cmpxchg_u"_op>(table);
  add_atomic<"memory.atomic.notify"_op, AtomicNotify, std::uint32_t, std::uint32_t>(table);
  add_atomic<"memory.atomic.wait32"_op, AtomicWait, std::uint32_t, std::uint32_t>(table);
  add_atomic<"memory.atomic.wait64"_op, AtomicWait, std::uint64_t, std::uint32_t>(table);
  table.atomic[number("atomic.fence"_op)][0] = handler<AtomicFence>;
}

}  // namespace airlock::interpreter
