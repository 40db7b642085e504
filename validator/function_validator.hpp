// Validation of one function body or constant expression (specification: Validation, Instructions;
// Appendix, Validation Algorithm), as a template over the consumer of what is proven.
#pragma once

#include "decoder/error.hpp"
#include "decoder/limits.hpp"
#include "decoder/module.hpp"
#include "validator/sink.hpp"

namespace airlock::validator {

struct ModuleContext;  // what bodies are checked against; see module_validator.hpp

/// Validates the body of defined function number `index` (without the imported ones) and hands each
/// proven instruction to `sink`. Defined in this header, further down, for any sink.
template <Sink S>
[[nodiscard]] Result<void> validate_function(const ModuleContext& context, std::uint32_t index,
                                             S& sink);

}  // namespace airlock::validator
