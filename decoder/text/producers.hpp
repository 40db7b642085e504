// The annotation `(@producers …)` (tool conventions: ProducersSection.md): the languages and tools
// that made a module or component. Printers write it for the custom section `producers`.
#pragma once

#include <optional>
#include <span>

#include "decoder/text/encoder.hpp"
#include "decoder/text/lexer.hpp"

namespace airlock::decoder::text {

/// The contents of the custom section `producers`, without its name.
/// @param contents the annotation's: `(field "name" "version")*`
/// @return nothing if it is malformed
[[nodiscard]] std::optional<Encoder> encode_producers(std::span<const Token> contents);

}  // namespace airlock::decoder::text
