// The contents of custom sections (specification: Appendix, Custom Sections). They never make a
// module malformed or invalid, so errors in them are reported only on request.
#pragma once

#include "decoder/error.hpp"
#include "decoder/limits.hpp"
#include "decoder/module.hpp"

namespace airlock::validator {

/// Checks the custom sections that are known here, `name` and branch hints: their place, number,
/// form, and what they refer to. The module must otherwise be valid. Errors: `malformed`,
/// `invalid`.
[[nodiscard]] Result<void> validate_custom_sections(const decoder::Module& module,
                                                    const Limits& limits);

}  // namespace airlock::validator
