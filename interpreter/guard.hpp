// Guard pages: turning a fault in a guarded memory into a trap.
//
// Accesses of guarded memories are not checked; the processor faults where no page is. The signal
// handler recognizes such a fault, takes the registers of the interpreter from the machine's, and
// leaves the dispatch loop. A fault is a guest's only if the program counter is in a handler, and
// the address in the reservation of a guarded memory of the store that runs. All others, such as a
// crash of a host function, go on to the handler that was there before. (One that the host installs
// later gets them first, and has to hand on what it does not know.)
#pragma once

#include <csetjmp>

#include "interpreter/registers.hpp"

namespace airlock::interpreter {

/// Whether this build can tell that a fault is a guest's: in fast dispatch, handlers are the only
/// code that accesses memory unchecked, and the calling convention says where their registers are.
/// In portable dispatch the access may be anywhere, in a function of the C library for instance, so
/// engines check in code there. So they do under ThreadSanitizer, which delays signals.
#if AIRLOCK_FAST_DISPATCH && defined(__x86_64__) && defined(__linux__)
#if __has_feature(thread_sanitizer)
inline constexpr bool guard_pages_supported = false;
#else
inline constexpr bool guard_pages_supported = true;
#endif
#else
inline constexpr bool guard_pages_supported = false;
#endif

/// Runs the dispatch loop with faults of guarded memories caught.
void dispatch_guarded(Registers& r);

}  // namespace airlock::interpreter
