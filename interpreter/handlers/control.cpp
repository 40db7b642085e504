// Handlers of control instructions: branches, calls, returns.
#include "interpreter/frames.hpp"
#include "interpreter/handler_table.hpp"
#include "interpreter/handlers/first_call.hpp"
#include "interpreter/handlers/metering.hpp"
#include "runtime/store.hpp"

namespace airlock::interpreter {

namespace {

using runtime::Function;

struct Unreachable {
  static void execute(Registers& r) { raise(r, TrapCode::unreachable); }
};

/// Opcode of the instruction that this build does not run.
struct Unsupported {
  [[gnu::noinline]] static void execute(Registers& r) {
    const auto opcode = static_cast<Opcode>(read_operand<Half>(r.code, 0));
    raise(r, TrapCode::unsupported);
    r.run->trap->message = "unsupported instruction: " + std::string(decoder::name(opcode));
  }
};

/// Price (wide). Only in metered code.
struct Fuel {
  static void execute(Registers& r) {
    const auto price = read_operand<std::uint64_t>(r.code, 0);
    std::uint64_t& fuel = r.run->store->fuel;
    if (fuel < price) {
      fuel = 0;
      return raise(r, TrapCode::out_of_fuel);
    }
    fuel -= price;
    r.code += cells_for(2);
  }
};

/// Only in interruptible code: at the beginning of functions and loops.
struct CheckInterruption {
  static bool attempt(Registers& r) {
    if (r.run->interruption->is_requested() || --r.run->checks_left == 0) return false;
    r.code += cells_for(0);
    return true;
  }
  static void execute(Registers& r) {
    r.run->checks_left = checks_for_a_look_at_the_clock;
    if (ends_now(r)) return;
    r.code += cells_for(0);
  }
};

/// Distance.
struct Branch {
  static void execute(Registers& r) { r.code += read_operand<std::int32_t>(r.code, 0); }
};

/// Condition, distance.
template <typename T, Source condition, bool sense>
struct BranchIf {
  static constexpr std::size_t distance_half = source_halves<T, condition>;
  static constexpr std::size_t size = cells_for(distance_half + 1);
  static bool taken(Registers& r) { return (get<T, condition>(r, 0) != 0) == sense; }
  static std::ptrdiff_t distance(const Registers& r) {
    return read_operand<std::int32_t>(r.code, distance_half);
  }
};

/// Number of targets without the default, distances (the default one last), index slot.
template <Source index>
struct BranchTable {
  static void execute(Registers& r) {
    const auto last = read_operand<Half>(r.code, 0);
    const auto chosen = get<std::uint32_t, index>(r, 1);
    constexpr std::size_t first = 1 + source_halves<std::uint32_t, index>;
    r.code += read_operand<std::int32_t>(r.code, first + std::min(chosen, last));
  }
};

/// Return record.
struct Return {
  static void execute(Registers& r) {
    const Slot* record = r.frame + read_operand<Half>(r.code, 0);
    r.code = return_code(record);
    r.frame = return_frame(record);
  }
};

/// Return record, value. The result is in its slot and in the accumulator.
template <typename T, Source value>
struct ReturnOne {
  static void execute(Registers& r) {
    const Slot* record = r.frame + read_operand<Half>(r.code, 0);
    const T result = get<T, value>(r, 1);
    set_slot(r.frame[0], result);
    set_accumulator(r, result);
    r.code = return_code(record);
    r.frame = return_frame(record);
  }
};

/// Return record, first slot of the results, slots.
struct ReturnBlock {
  static void execute(Registers& r) {
    const Slot* record = r.frame + read_operand<Half>(r.code, 0);
    std::memmove(static_cast<void*>(r.frame), r.frame + read_operand<Half>(r.code, 1),
                 read_operand<Half>(r.code, 2) * sizeof(Slot));
    r.code = return_code(record);
    r.frame = return_frame(record);
  }
};

/// Code of the callee (wide), first argument slot.
struct Call {
  static void execute(Registers& r) {
    const auto* callee = read_operand<const FunctionCode*>(r.code, 0);
    enter(r, *callee, r.frame + read_operand<Half>(r.code, 2), r.code + cells_for(3), r.frame);
  }
};

/// A call of any function, when the fast path does not fit.
[[gnu::noinline]] void call_elsewhere(Registers& r, Function& callee, Slot* slots,
                                      std::size_t size) {
  call_any(r, callee, slots, {r.code + size, r.frame, r.instance});
}

/// Number of the imported function, first argument slot.
struct CallImport {
  static void execute(Registers& r) {
    Function& callee = *r.instance->imported_functions[read_operand<Half>(r.code, 0)];
    call_elsewhere(r, callee, r.frame + read_operand<Half>(r.code, 1), cells_for(2));
  }
};

/// Calls of the same instance, which need nothing but a frame.
inline bool attempt_call(Registers& r, const Function* callee, Slot* slots, std::size_t size) {
  if (callee == nullptr || callee->instance != r.instance || callee->code == nullptr) return false;
  enter(r, *callee->code, slots, r.code + size, r.frame);
  return true;
}

[[gnu::noinline]] bool is_subtype(const Instance& instance, runtime::TypeId sub,
                                  runtime::TypeId super) {
  return instance.store->engine().types().is_subtype(sub, super);
}

/// Traps with the text of the specification's test suite, which names the element.
[[gnu::noinline]] void raise_uninitialized_element(Registers& r, std::uint64_t element) {
  r.run->trap->message = std::string(runtime::trap_text(TrapCode::uninitialized_element)) + ' ' +
                         std::to_string(element);
  raise(r, TrapCode::uninitialized_element);
}

/// The function of a table entry, if it has the type; else traps and returns null.
Function* checked_function(Registers& r, std::uint32_t table_index, runtime::TypeId type,
                           std::uint64_t element) {
  const runtime::Table& table = *r.instance->tables[table_index];
  if (element >= table.elements.size()) {
    raise(r, TrapCode::undefined_element);
    return nullptr;
  }
  Function* function = table.elements[element].function;
  if (function == nullptr) {
    raise_uninitialized_element(r, element);
    return nullptr;
  }
  if (function->type != type && !is_subtype(*r.instance, function->type, type)) {
    raise(r, TrapCode::indirect_call_type_mismatch);
    return nullptr;
  }
  return function;
}

/// Table, canonical type, first argument slot, element index.
template <typename AddressType, Source index>
struct CallIndirect {
  static constexpr std::size_t size = cells_for(3 + source_halves<AddressType, index>);
  static std::uint32_t table(const Registers& r) { return read_operand<Half>(r.code, 0); }
  static runtime::TypeId type(const Registers& r) { return read_operand<Half>(r.code, 1); }
  static Slot* slots(const Registers& r) { return r.frame + read_operand<Half>(r.code, 2); }

  static bool attempt(Registers& r) {
    const auto& elements = r.instance->tables[table(r)]->elements;
    const auto element = get<AddressType, index>(r, 3);
    if (element >= elements.size()) return false;
    const Function* callee = elements[element].function;
    if (callee == nullptr || callee->type != type(r)) return false;
    return attempt_call(r, callee, slots(r), size);
  }
  static void execute(Registers& r) {
    Function* callee = checked_function(r, table(r), type(r), get<AddressType, index>(r, 3));
    if (callee != nullptr) call_elsewhere(r, *callee, slots(r), size);
  }
};

/// First argument slot, reference slot.
struct CallReference {
  static Slot* slots(const Registers& r) { return r.frame + read_operand<Half>(r.code, 0); }
  static Function* callee(const Registers& r) {
    return r.frame[read_operand<Half>(r.code, 1)].function;
  }

  static bool attempt(Registers& r) { return attempt_call(r, callee(r), slots(r), cells_for(2)); }
  static void execute(Registers& r) {
    Function* function = callee(r);
    if (function == nullptr) return raise(r, TrapCode::null_function_reference);
    call_elsewhere(r, *function, slots(r), cells_for(2));
  }
};

/// Replaces the frame by that of a function of the same instance.
void replace_frame(Registers& r, const FunctionCode& callee, Slot* arguments, std::size_t slots,
                   Half record_slot) {
  const Cell* entry = callee.entry.load(std::memory_order_acquire);
  if (exhausts_stack(r, r.frame, read_entry(entry).frame_slots))
    return raise(r, TrapCode::call_stack_exhausted);
  const Slot* record = r.frame + record_slot;
  const Cell* code = return_code(record);
  Slot* frame = return_frame(record);
  std::memmove(static_cast<void*>(r.frame), arguments, slots * sizeof(Slot));
  enter(r, callee, r.frame, code, frame);
}

/// Tail call of any function. A far record is made only if there is none before the caller's frame
/// already, so tail calls from instance to instance need constant space, too.
[[gnu::noinline]] void tail_call_any(Registers& r, Function& callee, Slot* arguments,
                                     Half record_slot) {
  const std::size_t slots = callee.parameter_slots;
  if (callee.instance == r.instance && callee.code != nullptr)
    return replace_frame(r, *callee.code, arguments, slots, record_slot);
  const std::size_t room = far_slots + std::max(callee.parameter_slots, callee.result_slots);
  if (exhausts_stack(r, r.frame, room)) return raise(r, TrapCode::call_stack_exhausted);
  const Slot* record = r.frame + record_slot;
  const Continuation caller{return_code(record), return_frame(record), r.instance};
  std::memmove(static_cast<void*>(r.frame), arguments, slots * sizeof(Slot));
  if (caller.code == far_return_cell && callee.kind == runtime::FunctionKind::wasm) {
    // The far record before this frame brings the right instance back.
    const Cell* entry = callee.code->entry.load(std::memory_order_acquire);
    r.code = far_return_cell;
    const Slot* frame = r.frame;
    r.frame = caller.frame;
    if (exhausts_stack(r, frame, read_entry(entry).frame_slots))
      return raise(r, TrapCode::call_stack_exhausted);
    r.instance = callee.instance;
    r.load_memory();
    return enter(r, *callee.code, const_cast<Slot*>(frame), caller.code, caller.frame);
  }
  Slot* frame = r.frame;
  // If the stack is exhausted, the call traps at this function's return position.
  r.code = caller.code;
  r.frame = caller.frame;
  call_any(r, callee, frame, caller);
}

/// Code of the callee (wide), first argument slot, parameter slots, return record.
struct TailCall {
  static void execute(Registers& r) {
    replace_frame(r, *read_operand<const FunctionCode*>(r.code, 0),
                  r.frame + read_operand<Half>(r.code, 2), read_operand<Half>(r.code, 3),
                  read_operand<Half>(r.code, 4));
  }
};

/// Number of the imported function, first argument slot, return record.
struct TailCallImport {
  static void execute(Registers& r) {
    Function& callee = *r.instance->imported_functions[read_operand<Half>(r.code, 0)];
    tail_call_any(r, callee, r.frame + read_operand<Half>(r.code, 1),
                  read_operand<Half>(r.code, 2));
  }
};

/// Table, canonical type, first argument slot, return record, element index slot.
template <typename AddressType>
struct TailCallIndirect {
  static void execute(Registers& r) {
    Function* callee =
        checked_function(r, read_operand<Half>(r.code, 0), read_operand<Half>(r.code, 1),
                         get<AddressType, Source::slot>(r, 4));
    if (callee != nullptr)
      tail_call_any(r, *callee, r.frame + read_operand<Half>(r.code, 2),
                    read_operand<Half>(r.code, 3));
  }
};

/// First argument slot, return record, reference slot.
struct TailCallReference {
  static void execute(Registers& r) {
    Function* callee = r.frame[read_operand<Half>(r.code, 2)].function;
    if (callee == nullptr) return raise(r, TrapCode::null_function_reference);
    tail_call_any(r, *callee, r.frame + read_operand<Half>(r.code, 0),
                  read_operand<Half>(r.code, 1));
  }
};

/// What a function's stub does on its first call: translates it and calls it again.
struct FirstCall {
  [[gnu::noinline]] static void execute(Registers& r) {
    auto* function = read_operand<FunctionCode*>(r.code, 0);
    if (auto translated = function->module->translate(*function); !translated) {
      raise(r, TrapCode::unsupported);
      r.run->trap->message = translated.error().message;
      return;
    }
    const Slot* record = r.frame + read_entry(function->stub).record;
    enter(r, *function, r.frame, return_code(record), return_frame(record));
  }
};

template <typename T>
void add_return_one(Handler (&row)[3]) {
  row[number(Source::slot)] = handler<ReturnOne<T, Source::slot>>;
  row[number(Source::constant)] = handler<ReturnOne<T, Source::constant>>;
  row[number(Source::accumulator)] = handler<ReturnOne<T, Source::accumulator>>;
}

}  // namespace

Handler first_call_handler() { return handler<FirstCall>; }

void add_control_handlers(HandlerTable& table) {
  using enum Source;
  table.unreachable = handler<Unreachable>;
  table.unsupported = handler<Unsupported>;
  table.fuel = handler<Fuel>;
  table.check_interruption = handler<CheckInterruption>;
  table.branch = handler<Branch>;
  table.branch_if[number(slot)][true] = handler<BranchIf<std::uint32_t, slot, true>>;
  table.branch_if[number(slot)][false] = handler<BranchIf<std::uint32_t, slot, false>>;
  table.branch_if[number(accumulator)][true] = handler<BranchIf<std::uint32_t, accumulator, true>>;
  table.branch_if[number(accumulator)][false] =
      handler<BranchIf<std::uint32_t, accumulator, false>>;
  table.branch_if_null = handler<BranchIf<std::uint64_t, slot, false>>;
  table.branch_if_not_null = handler<BranchIf<std::uint64_t, slot, true>>;
  table.branch_table[number(slot)] = handler<BranchTable<slot>>;
  table.branch_table[number(accumulator)] = handler<BranchTable<accumulator>>;
  table.return_none = handler<Return>;
  add_return_one<std::uint32_t>(table.return_one[0]);
  add_return_one<std::uint64_t>(table.return_one[1]);
  add_return_one<float>(table.return_one[2]);
  add_return_one<double>(table.return_one[3]);
  add_return_one<V128>(table.return_one[4]);
  table.return_block = handler<ReturnBlock>;
  table.call = handler<Call>;
  table.call_import = handler<CallImport>;
  table.call_indirect[0][number(slot)] = handler<CallIndirect<std::uint32_t, slot>>;
  table.call_indirect[0][number(accumulator)] = handler<CallIndirect<std::uint32_t, accumulator>>;
  table.call_indirect[1][number(slot)] = handler<CallIndirect<std::uint64_t, slot>>;
  table.call_indirect[1][number(accumulator)] = handler<CallIndirect<std::uint64_t, accumulator>>;
  table.call_reference = handler<CallReference>;
  table.tail_call = handler<TailCall>;
  table.tail_call_import = handler<TailCallImport>;
  table.tail_call_indirect[0] = handler<TailCallIndirect<std::uint32_t>>;
  table.tail_call_indirect[1] = handler<TailCallIndirect<std::uint64_t>>;
  table.tail_call_reference = handler<TailCallReference>;
}

}  // namespace airlock::interpreter
