#include "canonical-abi/guest_call.hpp"

#include <algorithm>

#include "canonical-abi/canon.hpp"
#include "runtime/exception.hpp"

namespace airlock::canonical_abi {

using runtime::NativeCall;
using runtime::Outcome;
using runtime::Slot;
using runtime::Trap;
using runtime::TrapCode;

namespace {

CallRecord& record_of(std::uint64_t state) { return *reinterpret_cast<CallRecord*>(state); }

std::uint64_t state_of(CallRecord& record) { return reinterpret_cast<std::uint64_t>(&record); }

}  // namespace

bool is_identity(std::span<const Field> fields) {
  return std::ranges::all_of(fields, [](const Field& field) {
    const TypeKind kind = field.type->kind;
    return kind == TypeKind::s32 || kind == TypeKind::u32 || kind == TypeKind::s64 ||
           kind == TypeKind::u64;
  });
}

CallRecord* GuestCall::enter(NativeCall& call) {
  if (callee_.inst->is_poisoned) {
    call.trap = cannot_enter();
    return nullptr;
  }
  if (callee_.opts.is_async) {
    call.trap = Trap(TrapCode::unsupported, "`canon lift` with `async` is not supported");
    return nullptr;
  }
  CallRecord* record = store_.contents().acquire_record(call.trap);
  if (!record) return nullptr;
  record->task.inst = callee_.inst;
  store_.contents().enter_thread(*record);
  return record;
}

bool GuestCall::leave(NativeCall& call, CallRecord& record, Slot flat_result) {
  if (record.task.num_borrows != 0) {
    call.trap = Trap(TrapCode::host, "borrow handles still remain at the end of the call");
    return false;
  }
  if (callee_.opts.post_return) {
    const std::size_t count = callee_.opts.post_return->parameter_slots == 0 ? 0 : 1;
    if (call_locked(*callee_.inst, *call.stack, *callee_.opts.post_return, {&flat_result, count},
                    {}, call.trap) != runtime::RunStatus::finished) {
      return false;
    }
  }
  store_.contents().leave_thread(record);
  return true;
}

Outcome GuestCall::refuse(NativeCall& call, CallRecord& record, Trap trap) {
  not_begun(state_of(record), trap);
  return call.trapped(std::move(trap));
}

Outcome GuestCall::abort(NativeCall& call, CallRecord& record, Trap trap) {
  record.handles.undo();
  unwind(state_of(record), trap);
  return call.trapped(std::move(trap));
}

void GuestCall::unwind(std::uint64_t state, Trap&) {
  // The instance whose task was cut off is locked down. The instances around it go on, unless tasks
  // of their own are unwound, too.
  callee_.inst->is_poisoned = true;
  give_up(record_of(state));
}

void GuestCall::not_begun(std::uint64_t state, Trap&) {
  // An instance that did not get to run anything cannot have been left in the middle of something.
  CallRecord& record = record_of(state);
  if (record.task.has_run) callee_.inst->is_poisoned = true;
  record.handles.undo();
  give_up(record);
}

void GuestCall::give_up(CallRecord& record) {
  record.subtask.deliver_resolve();
  store_.contents().leave_thread(record);
  store_.contents().release_record(record);
}

Outcome GuestCall::resume_thrown(NativeCall& call, std::uint64_t state,
                                 runtime::ExceptionObject& exception) {
  // The callee has run: what it was given is its own.
  record_of(state).handles.clear();
  return abort(call, record_of(state), trap_of(call, exception));
}

Trap cannot_enter() { return {TrapCode::host, "cannot enter component instance"}; }

Trap trap_of(const NativeCall& call, const runtime::ExceptionObject& exception) noexcept {
  try {
    const auto values = exception_values(*call.store, *exception.tag, exception.values());
    return {TrapCode::host, describe_exception(*exception.tag, values)};
  } catch (...) {
    return runtime::trap_of_current_exception();
  }
}

// --- From component to component -----------------------------------------------------------------

namespace {

/// `canon lower` of a lifted function.
class ComponentCall final : public GuestCall {
 public:
  ComponentCall(Store& store, const FuncInst& callee, const CanonicalOptions& opts,
                ComponentInstance& caller)
      : GuestCall(store, callee), opts_(opts), caller_(caller) {
    const std::size_t width = opts.memory64 ? 1 : 0;
    const TupleLayout& parameters = callee.signature->parameters[width];
    has_out_pointer_ = !callee.signature->result_layouts[width].is_flat(max_flat_results);
    out_pointer_slot_ = parameters.is_flat(max_flat_params) ? parameters.flat.size() : 1;
  }

  Outcome call(NativeCall& call) override {
    if (!caller_.may_leave) {
      return call.trapped(Trap(TrapCode::host, "cannot leave component instance"));
    }
    CallRecord* record = enter(call);
    if (!record) return Outcome::trapped;
    try {
      return begin(call, *record);
    } catch (...) {
      return refuse(call, *record, runtime::trap_of_current_exception());
    }
  }

  Outcome resume(NativeCall& call, std::uint64_t state) override {
    CallRecord& record = record_of(state);
    try {
      return finish(call, record);
    } catch (...) {
      return abort(call, record, runtime::trap_of_current_exception());
    }
  }

 private:
  /// Moves the parameters to the callee and enters it.
  Outcome begin(NativeCall& call, CallRecord& record) {
    if (has_out_pointer_) {
      const Slot slot = call.slots[out_pointer_slot_];
      record.out_pointer = opts_.memory64 ? slot.i64 : slot.i32;
    }
    record.subtask.inst = &caller_;
    const std::size_t count = callee_.callee->parameter_slots;
    if (has_identity_parameters_) {
      return call.enter(*callee_.callee, {call.slots, count}, *this, state_of(record));
    }
    Transfer transfer(store_, *call.stack, caller_context(record), callee_context(record),
                      record.handles);
    if (!transfer.parameters(*callee_.signature, call.slots, record.flat)) {
      return refuse(call, record, std::move(transfer.trap()));
    }
    return call.enter(*callee_.callee, {record.flat, count}, *this, state_of(record));
  }

  /// Moves the result back and leaves the callee.
  Outcome finish(NativeCall& call, CallRecord& record) {
    record.handles.clear();
    // Nested runs may reuse the stack above the caller's frame, so the result is kept here.
    Slot flat_result{};
    if (callee_.callee->result_slots != 0) flat_result = call.callee_results[0];
    if (caller_.is_poisoned) return return_to_nobody(call, record, flat_result);
    if (has_identity_results_) {
      if (!callee_.signature->results.empty()) call.slots[0] = flat_result;
    } else {
      Transfer transfer(store_, *call.stack, callee_context(record), caller_context(record),
                        record.handles);
      Slot result{};
      if (!transfer.results(*callee_.signature, &flat_result, &result, record.out_pointer)) {
        return abort(call, record, std::move(transfer.trap()));
      }
      if (!has_out_pointer_) call.slots[0] = result;
    }
    if (!leave(call, record, flat_result)) return abort(call, record, std::move(call.trap));
    record.subtask.deliver_resolve();
    store_.contents().release_record(record);
    return call.returned();
  }

  /// The callee ends its task, but its caller has trapped meanwhile: in a reentrant call whose trap
  /// a host function has caught. The caller gets no results and does not go on.
  Outcome return_to_nobody(NativeCall& call, CallRecord& record, Slot flat_result) {
    if (!leave(call, record, flat_result)) return abort(call, record, std::move(call.trap));
    record.subtask.deliver_resolve();
    store_.contents().release_record(record);
    return call.trapped(cannot_enter());
  }

  [[nodiscard]] LiftLowerContext caller_context(CallRecord& record) const {
    return {.opts = &opts_, .inst = &caller_, .subtask = &record.subtask, .task = nullptr};
  }

  CanonicalOptions opts_;
  ComponentInstance& caller_;
  bool has_out_pointer_ = false;
  std::size_t out_pointer_slot_ = 0;
};

// --- From the host -------------------------------------------------------------------------------

/// A call from the host. It is a native function so that the callee is entered from the
/// interpreter's loop, like everywhere else.
class HostEntry final : public GuestCall {
 public:
  HostEntry(Store& store, const FuncInst& callee) : GuestCall(store, callee) {}

  /// What the next call is given. Taken over at once when the call begins, since the host may call
  /// again before it has ended.
  std::span<const Value> arguments;
  std::optional<Value>* result = nullptr;

  Outcome call(NativeCall& call) override {
    CallRecord* record = enter(call);
    if (!record) return Outcome::trapped;
    record->host_result = result;
    try {
      return begin(call, *record);
    } catch (...) {
      return refuse(call, *record, runtime::trap_of_current_exception());
    }
  }

  Outcome resume(NativeCall& call, std::uint64_t state) override {
    CallRecord& record = record_of(state);
    try {
      return finish(call, record);
    } catch (...) {
      return abort(call, record, runtime::trap_of_current_exception());
    }
  }

 private:
  Outcome begin(NativeCall& call, CallRecord& record) {
    Transfer transfer(store_, *call.stack, {}, callee_context(record), record.handles);
    if (!transfer.parameters(*callee_.signature, arguments, record.flat)) {
      return refuse(call, record, std::move(transfer.trap()));
    }
    return call.enter(*callee_.callee, {record.flat, callee_.callee->parameter_slots}, *this,
                      state_of(record));
  }

  Outcome finish(NativeCall& call, CallRecord& record) {
    record.handles.clear();
    Slot flat_result{};
    if (callee_.callee->result_slots != 0) flat_result = call.callee_results[0];
    Transfer transfer(store_, *call.stack, callee_context(record), {}, record.handles);
    if (!transfer.results(*callee_.signature, &flat_result, *record.host_result)) {
      return abort(call, record, std::move(transfer.trap()));
    }
    if (!leave(call, record, flat_result)) return abort(call, record, std::move(call.trap));
    store_.contents().release_record(record);
    return call.returned();
  }
};

}  // namespace

runtime::Function* lower_guest(Store& store, const FuncInst& callee, const CanonicalOptions& opts,
                               ComponentInstance& caller) {
  return store.core().make_function(flatten_functype(opts, *callee.signature, Direction::lower),
                                    std::make_unique<ComponentCall>(store, callee, opts, caller));
}

bool invoke_guest(Store& store, const FuncInst& function, std::span<const Value> arguments,
                  std::optional<Value>& result, Trap& trap) {
  runtime::Function*& entry = store.contents().entries[&function];
  if (!entry) {
    entry = store.core().make_function({}, std::make_unique<HostEntry>(store, function));
  }
  auto& call = static_cast<HostEntry&>(*entry->native);
  call.arguments = arguments;
  call.result = &result;
  return store.core().run(*entry, {}, {}, trap);
}

}  // namespace airlock::canonical_abi
