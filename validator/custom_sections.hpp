// What custom sections hold (specification: Appendix, Custom Sections). They never make a module
// malformed or invalid, so only who asks for it gets to know about errors in them.
#pragma once

#include "decoder/error.hpp"
#include "decoder/limits.hpp"
#include "decoder/module.hpp"

namespace airlock::validator {

/// Checks the custom sections that are known here: `name` and branch hints. Their place, how often
/// they come, their form, and what they refer to. The module must be valid otherwise.
/// Errors: `malformed`, `invalid`.
[[nodiscard]] Result<void> validate_custom_sections(const decoder::Module& module,
                                                    const Limits& limits);

}  // namespace airlock::validator
