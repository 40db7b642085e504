// Binary to text and back: what shows that reader, printer and assembler agree.
#pragma once

#include "decoder/reader.hpp"

namespace airlock::decoder::text {

/// Prints a module or component flat, reads that, prints it folded and reads that, and checks that
/// each form is stable: printing what was read gives the same text, and both forms stand for the
/// same binary.
/// @return the binary that was read last; nothing if it cannot be printed since it is malformed, or
/// would take more text than the limits allow
/// Errors: `argument`, that a form is not stable, or that what was printed cannot be read
[[nodiscard]] Result<SharedBytes> round_trip(const SharedBytes& binary, const Limits& limits);

}  // namespace airlock::decoder::text
