// The text format of a decoded component (Explainer.md, Grammar).
#pragma once

#include <string>

#include "decoder/component/component.hpp"
#include "decoder/error.hpp"
#include "decoder/limits.hpp"
#include "decoder/text/printer.hpp"

namespace airlock::decoder::component_text {

/// Prints a component with all that is in it: each definition of the binary as one of the text,
/// none in its inline form, under the names of the custom section `component-name` as far as they
/// can be identifiers. Assembling the text gives the component again, and printing that gives the
/// same text. It need not be valid; a core module in it that cannot be printed is written as its
/// bytes. Errors: `limit`, if the text would be larger than a module may be; `unsupported`, for the
/// gated definitions of values.
[[nodiscard]] Result<std::string> print_component(const component::ComponentTree& tree,
                                                  const Limits& limits = {},
                                                  const text::PrintOptions& options = {});

}  // namespace airlock::decoder::component_text
