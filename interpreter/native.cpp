// Calls that leave a module's code: into other instances, and into native code and back.
#include <cstring>

#include "interpreter/exceptions.hpp"
#include "interpreter/frames.hpp"
#include "runtime/fuel.hpp"
#include "runtime/store.hpp"

namespace airlock::interpreter {

using runtime::Function;
using runtime::NativeCall;
using runtime::Outcome;
using runtime::Trap;

namespace {

constexpr const char* cannot_leave = "cannot leave the component instance";

/// Goes on where a call returns to. Its result, if it is one slot or may be a v128, is put into
/// every accumulator it may be expected in.
void go_on(Registers& r, const Continuation& caller, const Slot* results,
           std::size_t result_slots) {
  r.code = caller.code;
  r.frame = caller.frame;
  r.instance = caller.instance;
  if (r.instance != nullptr) r.load_memory();
  if (result_slots == 1) {
    r.accumulator = results[0].bits;
    r.accumulator_f32 = results[0].f32;
    r.accumulator_f64 = results[0].f64;
  } else if (result_slots == 2) {
    std::memcpy(&r.accumulator_v128, results, sizeof r.accumulator_v128);
  }
}

/// Writes a boundary record for what `call` handed over.
BoundaryRecord* push_boundary(Registers& r, Slot* place, const NativeCall& call,
                              const Continuation& caller) {
  auto* record = reinterpret_cast<BoundaryRecord*>(place);
  *record = {caller,
             call.boundary,
             call.state,
             call.slots,
             call.function,
             call.callee,
             static_cast<BoundaryRecord*>(r.run->stack->boundary)};
  r.run->stack->boundary = record;
  return record;
}

/// Ends the run because what native code asked for cannot be begun. The native code gets its state
/// back, since no boundary record holds it yet.
void refuse(Registers& r, const NativeCall& call, Trap trap, const Continuation& caller) {
  call.boundary->not_begun(call.state, trap);
  raise_native(r, std::move(trap), caller);
}

/// Prepares to run the function that native code entered.
void enter_from_native(Registers& r, Slot* place, NativeCall& call, const Continuation& caller) {
  Function& callee = *call.callee;
  const std::size_t slots = std::max(callee.parameter_slots, callee.result_slots);
  Slot* frame = place + boundary_slots;
  if (exhausts_stack(r, place, boundary_slots + std::max(slots, call.arguments.size())))
    return refuse(r, call, Trap(TrapCode::call_stack_exhausted), caller);
  if (callee.kind == runtime::FunctionKind::wasm) {
    if (auto begins = check_entry(r, *callee.code, frame); !begins)
      return refuse(r, call, std::move(begins).error(), caller);
  }
  // First the arguments: they may lie where the record goes.
  if (!call.arguments.empty())
    std::memmove(static_cast<void*>(frame), call.arguments.data(), call.arguments.size_bytes());
  BoundaryRecord* record = push_boundary(r, place, call, caller);
  r.run->stack->top = frame + slots;
  if (callee.kind == runtime::FunctionKind::wasm) {
    r.instance = callee.instance;
    r.load_memory();
    enter(r, *callee.code, frame, boundary_cell, reinterpret_cast<Slot*>(record));
  } else {
    r.code = native_start_cell;
    r.frame = frame;
  }
}

/// Runs native code. An exception of C++ must not pass through handlers.
template <typename Code>
Outcome run_native(NativeCall& call, const Code& code) noexcept {
  try {
    return code();
  } catch (...) {
    return call.trapped(runtime::trap_of_current_exception());
  }
}

}  // namespace

std::expected<void, Trap> check_entry(const Registers& r, FunctionCode& callee, const Slot* frame) {
  if (callee.entry.load(std::memory_order_acquire) == callee.stub) {
    if (const auto translated = callee.module->translate(callee); !translated)
      return std::unexpected(Trap(TrapCode::unsupported, translated.error().message));
  }
  const Cell* entry = callee.entry.load(std::memory_order_acquire);
  if (exhausts_stack(r, frame, read_entry(entry).frame_slots))
    return std::unexpected(Trap(TrapCode::call_stack_exhausted));
  return {};
}

Outcome resume_thrown(const BoundaryRecord& record, NativeCall& call,
                      runtime::ExceptionObject& exception) {
  return run_native(call,
                    [&] { return record.boundary->resume_thrown(call, record.state, exception); });
}

void raise_native(Registers& r, Trap trap, const Continuation& caller) {
  Run& run = *r.run;
  *run.trap = std::move(trap);
  run.trap_code = run.trap->code;
  run.trap_code_position = caller.code;
  run.trap_is_return = true;
  run.trap_frame = caller.frame;
  run.trap_instance = caller.instance;
  run.exit = Exit::trapped;
  r.code = leave_cell;
}

NativeCall leave_boundary(Registers& r, const BoundaryRecord* record) {
  runtime::Stack& stack = *r.run->stack;
  stack.boundary = record->outer;
  NativeCall call(*r.run->trap);
  call.slots = record->slots;
  call.store = r.run->store;
  call.stack = &stack;
  call.caller = record->caller.instance;
  call.function = record->function;
  stack.top = reinterpret_cast<Slot*>(const_cast<BoundaryRecord*>(record)) + boundary_slots;
  return call;
}

void settle(Registers& r, Outcome outcome, NativeCall& call, Slot* place,
            const Continuation& caller) {
  Run& run = *r.run;
  // Native code may have recovered from a trap, of a nested run for instance.
  if (outcome != Outcome::trapped) call.trap.forget();
  switch (outcome) {
    case Outcome::returned:
      return go_on(r, caller, call.slots, call.function->result_slots);
    case Outcome::trapped:
      return raise_native(r, std::move(call.trap), caller);
    case Outcome::thrown:
      return throw_exception(r,
                             {.tag = call.exception->tag,
                              .values = call.exception->values().data(),
                              .exception = call.exception},
                             {.code = caller.code,
                              .is_return = true,
                              .frame = caller.frame,
                              .instance = caller.instance});
    case Outcome::entered:
      if (run.nested) return refuse(r, call, Trap(TrapCode::host, cannot_leave), caller);
      return enter_from_native(r, place, call, caller);
    case Outcome::suspended:
      if (run.nested) return refuse(r, call, Trap(TrapCode::host, cannot_leave), caller);
      if (exhausts_stack(r, place, boundary_slots))
        return refuse(r, call, Trap(TrapCode::call_stack_exhausted), caller);
      call.callee = nullptr;
      push_boundary(r, place, call, caller);
      run.stack->top = place + boundary_slots;
      run.exit = Exit::suspended;
      r.code = leave_cell;
      return;
  }
}

namespace {

/// Native code goes on: the function it entered has returned, or it was resumed.
struct ResumeBoundary {
  [[gnu::noinline]] static void execute(Registers& r) {
    auto* place = r.frame;
    auto* record = reinterpret_cast<BoundaryRecord*>(place);
    const BoundaryRecord saved = *record;
    NativeCall call = leave_boundary(r, record);
    if (saved.callee != nullptr) {
      call.callee_results = frame_behind(record);
      call.stack->top += saved.callee->result_slots;
    }
    const Outcome outcome =
        run_native(call, [&] { return saved.boundary->resume(call, saved.state); });
    settle(r, outcome, call, place, saved.caller);
  }
};

struct StartNative {
  [[gnu::noinline]] static void execute(Registers& r) {
    Slot* place = r.frame - boundary_slots;
    const auto* record = reinterpret_cast<const BoundaryRecord*>(place);
    call_native(r, *record->callee, r.frame, {boundary_cell, place, nullptr});
  }
};

/// Back from a call into another instance.
struct FarReturn {
  static void execute(Registers& r) {
    Slot* place = r.frame;
    const FarRecord record = *reinterpret_cast<const FarRecord*>(place);
    std::memmove(static_cast<void*>(place), place + far_slots,
                 record.callee->result_slots * sizeof(Slot));
    r.code = record.caller.code;
    r.frame = record.caller.frame;
    r.instance = record.caller.instance;
    r.load_memory();
  }
};

struct Leave {
  static void execute(Registers& r) { r.code = nullptr; }
};

struct Finish {
  static void execute(Registers& r) {
    r.run->exit = Exit::finished;
    r.code = leave_cell;
  }
};

#if AIRLOCK_FAST_DISPATCH
// NOLINTNEXTLINE: a handler that does not go on
__attribute__((preserve_none)) void leave(const Cell*, Slot*, std::byte*, Instance*, std::uint64_t,
                                          std::uint64_t, Run*, float, double, V128) {}
const Handler leave_function = leave;
#else
const Handler leave_function = handler<Leave>;
#endif

}  // namespace

const Cell leave_cell[1] = {cell_of(leave_function)};
const Cell finish_cell[1] = {cell_of(handler<Finish>)};
const Cell far_return_cell[1] = {cell_of(handler<FarReturn>)};
const Cell boundary_cell[1] = {cell_of(handler<ResumeBoundary>)};
const Cell native_start_cell[1] = {cell_of(handler<StartNative>)};

namespace {

/// Takes the fuel for a call of native code. False after a trap.
[[gnu::noinline]] bool pays_for_native_call(Registers& r, const Continuation& caller) {
  if (r.run->store->charge(runtime::fuel::native_call)) return true;
  raise_native(r, Trap(TrapCode::out_of_fuel), caller);
  return false;
}

/// Whether the run has to end because of an interrupt or a deadline; it has trapped then.
[[gnu::noinline]] bool ends_after_native_call(Registers& r, const Continuation& caller) {
  const TrapCode due = r.run->interruption->due();
  if (due != TrapCode::none) raise_native(r, Trap(due), caller);
  return due != TrapCode::none;
}

}  // namespace

void call_native(Registers& r, const Function& callee, Slot* slots, Continuation caller) {
  Run& run = *r.run;
  Slot* place = slots + std::max(callee.parameter_slots, callee.result_slots);
  if (place > run.limit) return raise_native(r, Trap(TrapCode::call_stack_exhausted), caller);
  if (run.is_metered && !pays_for_native_call(r, caller)) return;
  NativeCall call(*run.trap);
  call.slots = slots;
  call.store = run.store;
  call.stack = run.stack;
  call.caller = caller.instance;
  call.function = &callee;
  run.stack->top = place;
  const Outcome outcome = run_native(call, [&] { return callee.native->call(call); });
  // It may have taken long. If it entered or suspended, it is not done yet, and is checked later.
  if (run.interruption != nullptr && outcome == Outcome::returned &&
      ends_after_native_call(r, caller))
    return;
  settle(r, outcome, call, place, caller);
}

void call_any(Registers& r, Function& callee, Slot* slots, Continuation caller) {
  if (callee.kind == runtime::FunctionKind::native) return call_native(r, callee, slots, caller);
  if (callee.instance == caller.instance)
    return enter(r, *callee.code, slots, caller.code, caller.frame);
  const std::size_t room = far_slots + std::max(callee.parameter_slots, callee.result_slots);
  if (exhausts_stack(r, slots, room)) return raise(r, TrapCode::call_stack_exhausted);
  Slot* frame = slots + far_slots;
  std::memmove(static_cast<void*>(frame), slots, callee.parameter_slots * sizeof(Slot));
  *reinterpret_cast<FarRecord*>(slots) = {caller, &callee};
  r.code = far_return_cell;  // a trap while entering happens after the far record
  r.frame = slots;
  r.instance = callee.instance;
  r.load_memory();
  enter(r, *callee.code, frame, far_return_cell, slots);
}

}  // namespace airlock::interpreter
