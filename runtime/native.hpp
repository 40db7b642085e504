// The protocol between the interpreter and everything that is not Wasm code: host functions, and
// the functions the Canonical ABI makes (lowered imports, built-ins).
//
// Native code never calls Wasm code on the native stack. It *returns* what is to happen next: to
// finish, to trap, to throw an exception, to suspend the thread of execution, or to enter a Wasm
// function. In the last two cases the interpreter pushes a boundary record on its own stack and
// calls `Boundary::resume` later. (`realloc` and `post-return` are the exception: see
// `Executor::call_nested`.)
#pragma once

#include <cstdint>
#include <span>

#include "runtime/slot.hpp"
#include "runtime/trap.hpp"

namespace airlock::runtime {

struct ExceptionObject;
struct Function;
struct Instance;
struct Tag;
class Stack;
class Store;
class Boundary;

enum class Outcome : std::uint8_t {
  returned,   ///< results are in `NativeCall::slots`
  trapped,    ///< `NativeCall::trap` says why
  suspended,  ///< the thread of execution waits; `Executor::resume` continues it
  entered,    ///< a Wasm function runs next
  thrown,     ///< `NativeCall::exception` is thrown where the function was called
};

/// A native function. One object per function instance (or shared, if it has no state).
/// It must outlive every store it is used in. An exception of C++ that it lets out becomes a trap
/// of the call; what the function holds at that time is its own to clean up.
class NativeFunction {
 public:
  virtual ~NativeFunction() = default;
  /// Runs the function. Parameters are in `call.slots`, in order, and results go there.
  virtual Outcome call(class NativeCall& call) = 0;
};

/// How native code continues after a suspension or after the function that it entered. A boundary
/// has no state and is shared by all calls; the state word leads to the data of one call.
class Boundary {
 public:
  virtual ~Boundary() = default;
  /// The entered function has returned (its results are in `call.callee_results`), or the suspended
  /// thread was resumed. May return any outcome, `entered` and `suspended` included.
  virtual Outcome resume(class NativeCall& call, std::uint64_t state) = 0;
  /// The entered function ended with an exception that was not caught inside it. May return any
  /// outcome that `resume` may return; a boundary that catches the exception returns `returned`.
  /// The default calls `unwind` and throws the exception again.
  virtual Outcome resume_thrown(NativeCall& call, std::uint64_t state, ExceptionObject& exception);
  /// The call is abandoned because of `trap`, which may be amended. Must not call Wasm code or
  /// suspend. Not called for a boundary whose own `resume` returned a trap.
  virtual void unwind(std::uint64_t state, Trap& trap) = 0;
  /// The same, but what was asked for with `entered` or `suspended` was never begun, for want of
  /// stack or because a nested run may not leave: nothing of the entered function has run.
  virtual void not_begun(std::uint64_t state, Trap& trap) { unwind(state, trap); }
};

/// One call from Wasm (or from the host) into native code, or its continuation. Valid only during
/// `NativeFunction::call` or `Boundary::resume`. The interpreter makes it.
class NativeCall {
 public:
  /// @param why receives the trap, if there is one; must be clear
  explicit NativeCall(Trap& why) : trap(why) {}

  /// The caller's slots: parameters on entry, results on return. During `Boundary::resume` the
  /// parameters may have been overwritten; read them before entering or suspending.
  Slot* slots = nullptr;
  /// During `Boundary::resume` after `enter`: the callee's results.
  const Slot* callee_results = nullptr;
  Store* store = nullptr;
  Stack* stack = nullptr;
  Instance* caller = nullptr;          ///< the calling core instance; null if the host called
  const Function* function = nullptr;  ///< the native function that was called
  Trap& trap;                          ///< one for the whole run, so that a call need not make one
  ExceptionObject* exception = nullptr;

  // For the interpreter, with `entered` and `suspended`:
  Function* callee = nullptr;
  std::span<const Slot> arguments{};  ///< copied by the interpreter before it runs anything
  Boundary* boundary = nullptr;
  std::uint64_t state = 0;

  /// Results are in `slots`.
  [[nodiscard]] Outcome returned() { return Outcome::returned; }

  [[nodiscard]] Outcome trapped(Trap why) {
    trap = std::move(why);
    return Outcome::trapped;
  }

  /// Throws an exception, a caught one or a new one. Traps if there is no memory for a new one.
  [[nodiscard]] Outcome throws(ExceptionObject& thrown) {
    exception = &thrown;
    return Outcome::thrown;
  }
  [[nodiscard]] Outcome throws(const Tag& tag, std::span<const Slot> values);

  /// Ends with the trap `why`, or throws its exception if it has one, as after a nested
  /// `Store::run`.
  [[nodiscard]] Outcome failed(Trap why);

  /// Runs `function` next, on the same stack, then resumes `then` with `word`. The parameters are
  /// read after the native code has returned: they must not be in its local variables, but in
  /// `slots`, in `callee_results` or in memory that the boundary owns.
  [[nodiscard]] Outcome enter(Function& target, std::span<const Slot> parameters, Boundary& then,
                              std::uint64_t word) {
    callee = &target;
    arguments = parameters;
    boundary = &then;
    state = word;
    return Outcome::entered;
  }

  /// Suspends the thread of execution. When `Executor::resume` continues it, `then` is resumed with
  /// `word` and produces the results.
  [[nodiscard]] Outcome suspend(Boundary& then, std::uint64_t word) {
    boundary = &then;
    state = word;
    return Outcome::suspended;
  }
};

}  // namespace airlock::runtime
