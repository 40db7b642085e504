// Errors and bounds, as every part of the library uses them:
//
//   airlock::Result<T>   a T or an Error (`std::expected`)
//   airlock::Error       kind, message, place, backtrace; `format_error` makes it readable
//   airlock::ErrorKind   malformed, invalid, unlinkable, trap, exit, …
//   airlock::Limits      every bound to what an input may ask for
//
// The library never throws, and never lets a guest or an input end the process.
#pragma once

#include "decoder/error.hpp"   // IWYU pragma: export
#include "decoder/limits.hpp"  // IWYU pragma: export
