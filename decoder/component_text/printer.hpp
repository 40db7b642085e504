// The text format of a decoded component (Explainer.md, Grammar).
#pragma once

#include <string>

#include "decoder/component/component.hpp"
#include "decoder/error.hpp"
#include "decoder/limits.hpp"
#include "decoder/text/printer.hpp"

namespace airlock::decoder::component_text {

/// Prints a component with everything in it: each definition of the binary as one definition of the
/// text, without inline forms. Names of the custom section `component-name` become identifiers
/// where possible; others, and names that another definition has already, become `@name`
/// annotations. Assembling the text yields the same component, and printing that yields the same
/// text. The component need not be valid; a core module in it that cannot be printed is written as
/// bytes. The text is passed to the sink in pieces (see `text::write_module`). Errors:
/// `unsupported`, for the gated definitions of values; those of the sink
[[nodiscard]] Result<void> write_component(const component::ComponentTree& tree,
                                           const text::TextSink& sink, const Limits& limits = {},
                                           const text::PrintOptions& options = {});

/// The whole text at once. Errors: those of `write_component`; `limit`, if the text is larger than
/// a module may be
[[nodiscard]] Result<std::string> print_component(const component::ComponentTree& tree,
                                                  const Limits& limits = {},
                                                  const text::PrintOptions& options = {});

}  // namespace airlock::decoder::component_text
