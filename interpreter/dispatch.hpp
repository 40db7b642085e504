// From one instruction to the next. A handler is made of a *body*, a structure with
//
//   static void execute(Registers&)           does the work and moves `code` to what comes next
//
// or, for a conditional branch, with
//
//   static bool taken(Registers&)             whether to branch
//   static constexpr std::size_t size         cells of the instruction
//   static std::ptrdiff_t distance(const Registers&)
//
// A body whose usual case calls no native function has
//
//   static bool attempt(Registers&)           does all, or changes nothing and returns false
//
// and then `execute` is a handler of its own. All registers are saved around a native call, and a
// handler that contains one on any path saves them on every path.
//
// `handler<Body>` wraps a body in one of two ways. Fast dispatch ends in a tail call to the next
// handler and keeps the registers in machine registers throughout; portable dispatch returns to a
// loop. The bodies are the same.
#pragma once

#include "interpreter/registers.hpp"

namespace airlock::interpreter {

template <typename Body>
concept BranchBody = requires(Registers& r) {
  { Body::taken(r) } -> std::same_as<bool>;
};

template <typename Body>
concept AttemptBody = requires(Registers& r) {
  { Body::attempt(r) } -> std::same_as<bool>;
};

/// What is left to do if an attempt fails.
template <AttemptBody Body>
struct Unusual {
  static void execute(Registers& r) { Body::execute(r); }
};

/// Code that leaves the dispatch loop.
extern const Cell leave_cell[1];

/// Ends the run with a trap at the running instruction.
inline void raise(Registers& r, TrapCode code) {
  r.run->trap_code = code;
  r.run->trap_code_position = r.code;
  r.run->trap_is_return = false;
  r.run->trap_frame = r.frame;
  r.run->trap_instance = r.instance;
  r.run->exit = Exit::trapped;
  r.code = leave_cell;
}

#if AIRLOCK_FAST_DISPATCH

// NOLINTBEGIN: the attributes have no portable spelling
/// Handlers lie in a section of their own, so that the signal handler of guard pages can tell a
/// fault of the guest from one of the host.
template <typename Body>
__attribute__((preserve_none, section("airlock_handlers"))) void handler(
    const Cell* code, Slot* frame, std::byte* memory, Instance* instance, std::uint64_t accumulator,
    std::uint64_t memory_size, Run* run, float accumulator_f32, double accumulator_f64,
    V128 accumulator_v128) {
  Registers r{code,        frame, memory,          instance,        accumulator,
              memory_size, run,   accumulator_f32, accumulator_f64, accumulator_v128};
  if constexpr (BranchBody<Body>) {
    // Two tail calls, so that the processor predicts both the branch and what follows it.
    if (Body::taken(r)) {
      r.code += Body::distance(r);
      asm volatile("" : "+r"(r.code));
      [[clang::musttail]] return handler_of(*r.code)(
          r.code, r.frame, r.memory, r.instance, r.accumulator, r.memory_size, r.run,
          r.accumulator_f32, r.accumulator_f64, r.accumulator_v128);
    }
    r.code += Body::size;
  } else if constexpr (AttemptBody<Body>) {
    if (!Body::attempt(r)) [[unlikely]] {
      [[clang::musttail]] return handler<Unusual<Body>>(
          r.code, r.frame, r.memory, r.instance, r.accumulator, r.memory_size, r.run,
          r.accumulator_f32, r.accumulator_f64, r.accumulator_v128);
    }
  } else {
    Body::execute(r);
  }
  [[clang::musttail]] return handler_of(*r.code)(
      r.code, r.frame, r.memory, r.instance, r.accumulator, r.memory_size, r.run, r.accumulator_f32,
      r.accumulator_f64, r.accumulator_v128);
}
// NOLINTEND

/// Runs from `r.code` until a handler leaves.
inline void dispatch(Registers& r) {
  handler_of (*r.code)(r.code, r.frame, r.memory, r.instance, r.accumulator, r.memory_size, r.run,
                       r.accumulator_f32, r.accumulator_f64, r.accumulator_v128);
}

#else

template <typename Body>
void handler(Registers& r) {
  if constexpr (BranchBody<Body>) {
    if (Body::taken(r))
      r.code += Body::distance(r);
    else
      r.code += Body::size;
  } else if constexpr (AttemptBody<Body>) {
    if (!Body::attempt(r)) Body::execute(r);
  } else {
    Body::execute(r);
  }
}

/// Runs from `r.code` until a handler leaves, which it does by setting `code` to null.
inline void dispatch(Registers& r) {
  while (r.code != nullptr) handler_of (*r.code)(r);
}

#endif

}  // namespace airlock::interpreter
