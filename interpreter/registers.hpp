// The state of a running computation: what handlers see and change.
#pragma once

#include <cstddef>
#include <cstdint>

#include "interpreter/cell.hpp"
#include "runtime/heap.hpp"
#include "runtime/instance.hpp"
#include "runtime/interruption.hpp"
#include "runtime/semantics/v128.hpp"
#include "runtime/stack.hpp"
#include "runtime/trap.hpp"

#ifndef AIRLOCK_FAST_DISPATCH
#define AIRLOCK_FAST_DISPATCH 0
#endif

namespace airlock::interpreter {

using runtime::Instance;
using runtime::Slot;
using runtime::TrapCode;
using runtime::semantics::V128;

struct Run;

/// The pinned registers. In fast dispatch they are the arguments that handlers pass on to each
/// other, so each lives in a machine register; in portable dispatch they are this structure.
struct Registers {
  const Cell* code = nullptr;   ///< the running instruction
  Slot* frame = nullptr;        ///< its function's frame; slot 0 is the first parameter
  std::byte* memory = nullptr;  ///< memory 0 of the instance
  Instance* instance = nullptr;
  std::uint64_t accumulator = 0;  ///< the latest integer or reference result
  std::uint64_t memory_size = 0;  ///< bytes
  Run* run = nullptr;
  float accumulator_f32 = 0;   ///< the latest f32 result
  double accumulator_f64 = 0;  ///< the latest f64 result
  V128 accumulator_v128 = {};  ///< the latest v128 result

  /// Reads anew what belongs to the instance: after its memory may have grown, or it has changed.
  void load_memory() {
    const runtime::Memory* memory0 = instance->memory0;
    memory = memory0 ? memory0->base : nullptr;
    memory_size = memory0 ? memory0->size.load(std::memory_order_acquire) : 0;
  }
};

#if AIRLOCK_FAST_DISPATCH
using Handler = void(__attribute__((preserve_none)) *)(const Cell*, Slot*, std::byte*, Instance*,
                                                       std::uint64_t, std::uint64_t, Run*, float,
                                                       double, V128);
#else
using Handler = void (*)(Registers&);
#endif

inline Handler handler_of(const Cell& cell) { return reinterpret_cast<Handler>(cell.word); }
inline Cell cell_of(Handler handler) { return {reinterpret_cast<std::uint64_t>(handler)}; }

/// Why the dispatch loop was left.
enum class Exit : std::uint8_t { finished, trapped, suspended };

/// What belongs to one native activation of the dispatch loop.
struct Run {
  runtime::Store* store = nullptr;
  runtime::Heap* heap = nullptr;  ///< of the store
  runtime::Stack* stack = nullptr;
  /// The first slot that no frame may reach. Between it and the end there is room for boundaries.
  Slot* limit = nullptr;
  Exit exit = Exit::finished;
  bool nested = false;
  bool is_metered = false;                        ///< as the engine is configured
  runtime::Interruption* interruption = nullptr;  ///< of the store, if it has one
  /// Checks for an interruption until the clock is looked at.
  std::uint32_t checks_left = 1;

  // Where a trap happened. `trap.code` is set by native code that says more than a code.
  TrapCode trap_code = TrapCode::none;
  runtime::Trap* trap = nullptr;
  const Cell* trap_code_position = nullptr;
  bool trap_is_return = false;  ///< the position is the cell after a call
  Slot* trap_frame = nullptr;
  Instance* trap_instance = nullptr;
};

}  // namespace airlock::interpreter
