// Values of scripts and values of components.
#pragma once

#include "canonical-abi/types.hpp"
#include "canonical-abi/value.hpp"
#include "decoder/error.hpp"
#include "decoder/text/script.hpp"

namespace airlock::cli {

/// A script's value as a value of a type. `ErrorKind::argument` if it is none.
[[nodiscard]] Result<canonical_abi::Value> to_component_value(
    const decoder::text::ScriptValue& value, canonical_abi::Type type);

/// A component's value with the labels of its type, as a script would write it. Handles are
/// `ErrorKind::unsupported`.
[[nodiscard]] Result<decoder::text::ScriptValue> to_script_value(const canonical_abi::Value& value,
                                                                 canonical_abi::Type type);

}  // namespace airlock::cli
