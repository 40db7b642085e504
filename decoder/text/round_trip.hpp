// Binary to text and back: checks that reader, printer and assembler agree.
#pragma once

#include "decoder/reader.hpp"

namespace airlock::decoder::text {

/// Prints a module or component flat, reads that, prints it folded and reads that, and checks that
/// each form is stable: printing it again yields the same text, and both forms yield the same
/// binary.
/// Errors: `argument`, if a form is not stable or a printed text cannot be read.
/// @return the binary that was read last; null if it cannot be printed, because it is malformed or
///   the text would exceed the limits
[[nodiscard]] Result<SharedBytes> round_trip(const SharedBytes& binary, const Limits& limits);

}  // namespace airlock::decoder::text
