// A call into a component, from another component or from the host: what is fixed when it is
// linked, and what happens around the callee's core function (Canonical ABI: `canon lift`).
#pragma once

#include "canonical-abi/component_instance.hpp"
#include "canonical-abi/transfer.hpp"
#include "runtime/native.hpp"

namespace airlock::canonical_abi {

/// Whether values of these types are passed as flat values that need no checks and no changes.
[[nodiscard]] bool is_identity(std::span<const Field> fields);

/// The trap that an exception becomes at the boundary of a component.
[[nodiscard]] runtime::Trap trap_of(const runtime::NativeCall& call,
                                    const runtime::ExceptionObject& exception) noexcept;

/// The trap of a call to or from an instance that is locked down.
[[nodiscard]] runtime::Trap cannot_enter();

/// The callee's side of a call. Both kinds of calls derive from it.
class GuestCall : public runtime::NativeFunction, public runtime::Boundary {
 public:
  GuestCall(Store& store, const FuncInst& callee)
      : store_(store),
        callee_(callee),
        has_identity_parameters_(is_identity(callee.signature->type.parameters) &&
                                 callee.signature->parameters[0].is_flat(max_flat_params)),
        has_identity_results_(is_identity(callee.signature->results)) {}

  void unwind(std::uint64_t state, runtime::Trap& trap) override;
  void not_begun(std::uint64_t state, runtime::Trap& trap) override;
  /// `call_and_trap_on_throw`: exceptions do not pass from one component to another.
  runtime::Outcome resume_thrown(runtime::NativeCall& call, std::uint64_t state,
                                 runtime::ExceptionObject& exception) override;

 protected:
  /// Begins a task of the callee. Null if it is locked down; then the call traps.
  [[nodiscard]] CallRecord* enter(runtime::NativeCall& call);
  /// After the results were lifted: checks that no borrows remain, calls `post-return`, leaves the
  /// callee. The record stays.
  [[nodiscard]] bool leave(runtime::NativeCall& call, CallRecord& record,
                           runtime::Slot flat_result);
  /// The call has failed before the callee's function has begun. The callee goes on, unless code of
  /// it has run all the same, `realloc` for the parameters.
  runtime::Outcome refuse(runtime::NativeCall& call, CallRecord& record, runtime::Trap trap);
  /// The call has failed after the callee has begun: its state must not be seen any more.
  runtime::Outcome abort(runtime::NativeCall& call, CallRecord& record, runtime::Trap trap);

  [[nodiscard]] LiftLowerContext callee_context(CallRecord& record) const {
    return {.opts = &callee_.opts, .inst = callee_.inst, .subtask = nullptr, .task = &record.task};
  }

  /// Leaves the callee and releases all that belongs to the call.
  void give_up(CallRecord& record);

  Store& store_;
  const FuncInst& callee_;
  bool has_identity_parameters_;
  bool has_identity_results_;
};

}  // namespace airlock::canonical_abi
