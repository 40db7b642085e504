// Guard pages: turning a fault in a guarded memory into a trap.
//
// Accesses of guarded memories are not checked; the processor faults where no page is. The signal
// handler recognizes such a fault, takes the registers of the interpreter from the machine's, and
// leaves the dispatch loop. Faults that are not ours go on to the handler that was there before.
#pragma once

#include <csetjmp>

#include "interpreter/registers.hpp"

namespace airlock::interpreter {

/// Whether this build can find the interpreter's registers when an access faults: in portable
/// dispatch they are in memory, in fast dispatch the calling convention has to say where they are.
#if AIRLOCK_FAST_DISPATCH && !(defined(__x86_64__) && defined(__linux__))
inline constexpr bool guard_pages_supported = false;
#else
inline constexpr bool guard_pages_supported = true;
#endif

/// Runs the dispatch loop with faults of guarded memories caught.
void dispatch_guarded(Registers& r);

}  // namespace airlock::interpreter
