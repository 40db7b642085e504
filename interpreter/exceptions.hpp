// Throwing: from the place of a `throw` to the clause that catches.
#pragma once

#include "interpreter/frames.hpp"
#include "runtime/exception.hpp"

namespace airlock::interpreter {

/// What is thrown. The exception instance is made only when somebody asks for it (`catch_ref`,
/// native code, the host): most programs never do.
struct Thrown {
  const runtime::Tag* tag;
  const Slot* values;                   ///< where they lie
  runtime::ExceptionObject* exception;  ///< null: not made yet
};

/// A place in a frame.
struct Place {
  const Cell* code;
  bool is_return;  ///< the place is a call, and `code` is the cell after it
  Slot* frame;
  Instance* instance;
};

/// Looks for a handler from a place outwards, and goes on there. Native code between frames is
/// asked in its turn. If nothing catches, the run ends with the trap `uncaught_exception`.
void throw_exception(Registers& r, Thrown thrown, Place place);

}  // namespace airlock::interpreter
