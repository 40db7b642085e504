// Frames on the interpreter's stack, and the records between them.
//
// A call's frame begins at the caller's outgoing arguments: they are its parameters, and its
// results take their place. Its return record holds where to go on and the caller's frame. Three
// return positions are not in translated code but fixed cells. They find the record they need at
// the frame that the return record names:
//
//   finish    the host's call is done
//   far       a *far record*: the caller runs in another instance
//   boundary  a *boundary record*: native code goes on (see runtime/native.hpp)
#pragma once

#include <expected>

#include "interpreter/code.hpp"
#include "interpreter/dispatch.hpp"
#include "runtime/native.hpp"

namespace airlock::interpreter {

extern const Cell finish_cell[1];
extern const Cell far_return_cell[1];
extern const Cell boundary_cell[1];
/// Starts a native function that native code entered; the frame is the callee's.
extern const Cell native_start_cell[1];

/// Where a call goes on when it returns.
struct Continuation {
  const Cell* code;
  Slot* frame;
  Instance* instance;  ///< null: the host, or native code
};

/// Lies just before a callee's frame in another instance, at the caller's outgoing arguments.
struct FarRecord {
  Continuation caller;
  const runtime::Function* callee;
};
inline constexpr std::size_t far_slots = sizeof(FarRecord) / sizeof(Slot);

/// Lies just after the parameters (or results) of a native function that has entered a function or
/// suspended; the callee's frame follows.
struct BoundaryRecord {
  Continuation caller;
  runtime::Boundary* boundary;
  std::uint64_t state;
  Slot* slots;                        ///< the native function's parameters
  const runtime::Function* function;  ///< the native function
  runtime::Function* callee;          ///< null if suspended
  BoundaryRecord* outer;              ///< the next boundary further out
};
inline constexpr std::size_t boundary_slots = sizeof(BoundaryRecord) / sizeof(Slot);

inline Slot* frame_behind(BoundaryRecord* record) {
  return reinterpret_cast<Slot*>(record) + boundary_slots;
}

inline const Cell* return_code(const Slot* record) {
  return reinterpret_cast<const Cell*>(record[0].bits);
}
inline Slot* return_frame(const Slot* record) { return reinterpret_cast<Slot*>(record[1].bits); }

/// Whether a frame of a function would leave the stack.
inline bool exhausts_stack(const Registers& r, const Slot* frame, std::size_t slots) {
  return frame + slots > r.run->limit;
}

/// Makes a frame and goes to the function's first instruction. `frame` holds the arguments.
inline void enter(Registers& r, const FunctionCode& callee, Slot* frame, const Cell* return_to,
                  Slot* caller_frame) {
  const Cell* entry = callee.entry.load(std::memory_order_acquire);
  const EntryHeader header = read_entry(entry);
  if (exhausts_stack(r, frame, header.frame_slots)) [[unlikely]]
    return raise(r, TrapCode::call_stack_exhausted);
  Slot* zero = frame + header.first_zeroed;
  for (Slot* const end = zero + header.zeroed; zero != end; zero += zero_step) {
    std::memset(static_cast<void*>(zero), 0, zero_step * sizeof(Slot));
    // There are few of them: Clang would make this a call, for which all registers must be saved.
    asm volatile("" : "+r"(zero));
  }
  Slot* record = frame + header.record;
  record[0].bits = reinterpret_cast<std::uint64_t>(return_to);
  record[1].bits = reinterpret_cast<std::uint64_t>(caller_frame);
  r.frame = frame;
  r.code = entry + entry_cells;
}

/// Calls a function of any kind and instance. The arguments are in `slots`, results go there.
void call_any(Registers& r, runtime::Function& callee, Slot* slots, Continuation caller);

/// Whether a function can be begun at a frame: translates it if need be, and looks for room.
[[nodiscard]] std::expected<void, runtime::Trap> check_entry(const Registers& r,
                                                             FunctionCode& callee,
                                                             const Slot* frame);

/// Hands an exception to the native code of a boundary that has been taken off the stack.
[[nodiscard]] runtime::Outcome resume_thrown(const BoundaryRecord& record,
                                             runtime::NativeCall& call,
                                             runtime::ExceptionObject& exception);

/// Ends the run with a trap of native code that would have returned to `caller`.
void raise_native(Registers& r, runtime::Trap trap, const Continuation& caller);

/// Takes the innermost boundary off the stack, for the native code to go on.
runtime::NativeCall leave_boundary(Registers& r, const BoundaryRecord* record);

/// Does what native code asked for. `place` is free for a boundary record.
void settle(Registers& r, runtime::Outcome outcome, runtime::NativeCall& call, Slot* place,
            const Continuation& caller);

/// Calls native code.
void call_native(Registers& r, const runtime::Function& callee, Slot* slots, Continuation caller);

}  // namespace airlock::interpreter
