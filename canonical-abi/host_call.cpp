// Calls from a component to the host.

#include "canonical-abi/canon.hpp"
#include "canonical-abi/guest_call.hpp"
#include "canonical-abi/transfer.hpp"

namespace airlock::canonical_abi {

using runtime::NativeCall;
using runtime::Outcome;
using runtime::Slot;
using runtime::Trap;
using runtime::TrapCode;

namespace {

/// `canon lower` of a host function. It is its own boundary: where a suspended call goes on.
class LoweredHostFunction final : public runtime::NativeFunction, public runtime::Boundary {
 public:
  LoweredHostFunction(Store& store, const FuncInst& callee, const CanonicalOptions& opts,
                      ComponentInstance& caller)
      : store_(store), callee_(callee), opts_(opts), caller_(caller) {
    const std::size_t width = opts.memory64 ? 1 : 0;
    const TupleLayout& parameters = callee.signature->parameters[width];
    has_out_pointer_ = !callee.signature->result_layouts[width].is_flat(max_flat_results);
    out_pointer_slot_ = parameters.is_flat(max_flat_params) ? parameters.flat.size() : 1;
  }

  Outcome call(NativeCall& call) override {
    if (!caller_.may_leave) {
      return call.trapped(Trap(TrapCode::host, "cannot leave component instance"));
    }
    CallRecord* record = store_.contents().acquire_record(call.trap);
    if (!record) return Outcome::trapped;
    record->subtask.inst = &caller_;
    return protect(call, *record, [&] { return begin(call, *record); });
  }

  Outcome resume(NativeCall& call, std::uint64_t state) override {
    CallRecord& record = *reinterpret_cast<CallRecord*>(state);
    store_.contents().current_thread = record.outer_thread;
    return protect(call, record, [&] {
      HostCall host_call(store_, &caller_, callee_.signature->type);
      std::unique_ptr<PendingCall> pending = std::move(record.continuation);
      poll_host(*pending, host_call);
      if (host_call.end == HostEnd::pending && !host_call.continuation) {
        // Still the same operation.
        record.continuation = std::move(pending);
        return suspend(call, record);
      }
      return finish(call, record, host_call);
    });
  }

  void unwind(std::uint64_t state, Trap&) override {
    CallRecord& record = *reinterpret_cast<CallRecord*>(state);
    store_.contents().current_thread = record.outer_thread;
    give_up(record);
  }

 private:
  /// Does a part of the call. An exception, from code of the host or because memory is exhausted,
  /// is a trap.
  template <typename Part>
  Outcome protect(NativeCall& call, CallRecord& record, const Part& part) {
    try {
      return part();
    } catch (...) {
      return abort(call, record, runtime::trap_of_current_exception());
    }
  }

  /// Lifts the parameters and calls the host.
  Outcome begin(NativeCall& call, CallRecord& record) {
    if (has_out_pointer_) {
      const Slot slot = call.slots[out_pointer_slot_];
      record.out_pointer = opts_.memory64 ? slot.i64 : slot.i32;
    }
    HostCall host_call(store_, &caller_, callee_.signature->type);
    host_call.arguments = std::move(record.values);
    Transfer transfer(store_, *call.stack, context(record), {}, record.handles);
    if (!transfer.parameters(*callee_.signature, call.slots, host_call.arguments)) {
      return abort(call, record, std::move(transfer.trap()));
    }
    record.handles.clear();  // the host has them now
    call_host(callee_.host->call, host_call);
    record.values = std::move(host_call.arguments);
    return finish(call, record, host_call);
  }

  /// Other threads may run until this one is resumed.
  Outcome suspend(NativeCall& call, CallRecord& record) {
    record.outer_thread = store_.contents().current_thread;
    return call.suspend(*this, reinterpret_cast<std::uint64_t>(&record));
  }

  Outcome finish(NativeCall& call, CallRecord& record, HostCall& host_call) {
    switch (host_call.end) {
      case HostEnd::none:
      case HostEnd::thrown:
        return abort(call, record,
                     Trap(TrapCode::host,
                          "host function `" + callee_.name + "` did not say how its call ends"));
      case HostEnd::trapped:
        return abort(call, record, std::move(host_call.trap));
      case HostEnd::pending:
        record.continuation = std::move(host_call.continuation);
        if (!record.continuation) {
          return abort(call, record,
                       Trap(TrapCode::host, "a pending host call has no continuation"));
        }
        return suspend(call, record);
      case HostEnd::returned:
        break;
    }
    // The host may have called back, survived a trap of the caller, and returned to it.
    if (caller_.is_poisoned) return abort(call, record, cannot_enter());
    const Type type = callee_.signature->type.result;
    if (type && (!host_call.result || !matches(*host_call.result, type))) {
      return abort(call, record,
                   Trap(TrapCode::host,
                        "host function `" + callee_.name + "` did not return a value of its type"));
    }
    if (type) {
      Transfer transfer(store_, *call.stack, {}, context(record), record.handles);
      Slot result{};
      if (!transfer.results(*callee_.signature, &*host_call.result, &result, record.out_pointer)) {
        return abort(call, record, std::move(transfer.trap()));
      }
      if (!has_out_pointer_) call.slots[0] = result;
    }
    record.subtask.deliver_resolve();
    store_.contents().release_record(record);
    return call.returned();
  }

  Outcome abort(NativeCall& call, CallRecord& record, Trap trap) {
    record.handles.undo();
    give_up(record);
    return call.trapped(std::move(trap));
  }

  void give_up(CallRecord& record) {
    record.subtask.deliver_resolve();
    store_.contents().release_record(record);
  }

  [[nodiscard]] LiftLowerContext context(CallRecord& record) const {
    return {.opts = &opts_, .inst = &caller_, .subtask = &record.subtask, .task = nullptr};
  }

  Store& store_;
  const FuncInst& callee_;
  CanonicalOptions opts_;
  ComponentInstance& caller_;
  bool has_out_pointer_ = false;
  std::size_t out_pointer_slot_ = 0;
};

/// One turn of the host's event loop.
bool wait(Store& store, const Store::Waiter& waiter, Trap& trap) {
  try {
    const auto waited = waiter(store);
    if (!waited) trap = Trap(TrapCode::host, waited.error().message);
    return waited.has_value();
  } catch (...) {
    trap = runtime::trap_of_current_exception();
    return false;
  }
}

/// A host function that a component exports again, called by the host.
bool invoke_host(Store& store, const FuncInst& function, std::span<const Value> arguments,
                 std::optional<Value>& result, Trap& trap) {
  HostCall call(store, nullptr, function.signature->type);
  call.arguments.assign(arguments.begin(), arguments.end());
  call_host(function.host->call, call);
  while (call.end == HostEnd::pending) {
    std::unique_ptr<PendingCall> pending = std::move(call.continuation);
    const auto& waiter = store.contents().waiter;
    if (!pending || !waiter) {
      trap =
          Trap(TrapCode::host, "the call waits for something that nothing in this store provides");
      return false;
    }
    if (const TrapCode due = store.core().due(); due != TrapCode::none) {
      trap = Trap(due);
      return false;
    }
    if (!wait(store, waiter, trap)) return false;
    poll_host(*pending, call);
    if (call.end == HostEnd::pending && !call.continuation) call.continuation = std::move(pending);
  }
  if (call.end != HostEnd::returned) {
    trap = call.end == HostEnd::trapped
               ? std::move(call.trap)
               : Trap(TrapCode::host,
                      "host function `" + function.name + "` did not say how its call ends");
    return false;
  }
  result = std::move(call.result);
  return true;
}

}  // namespace

runtime::Function* canon_lower(Store& store, const FuncInst& callee, const CanonicalOptions& opts,
                               ComponentInstance& caller) {
  if (opts.is_async) {
    return canon_unsupported(store, caller,
                             flatten_functype(opts, *callee.signature, Direction::lower),
                             "canon lower with async");
  }
  if (callee.inst) return lower_guest(store, callee, opts, caller);
  return store.core().make_function(
      flatten_functype(opts, *callee.signature, Direction::lower),
      std::make_unique<LoweredHostFunction>(store, callee, opts, caller));
}

bool invoke(Store& store, const FuncInst& function, std::span<const Value> arguments,
            std::optional<Value>& result, Trap& trap) {
  return function.inst ? invoke_guest(store, function, arguments, result, trap)
                       : invoke_host(store, function, arguments, result, trap);
}

}  // namespace airlock::canonical_abi
