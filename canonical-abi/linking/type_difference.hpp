// Where a type differs from another: what linking answers with (Component Model: Explainer, Type
// Checking). Value types and functions link if they are equal; labels count.
#pragma once

#include <string>

#include "canonical-abi/types.hpp"

namespace airlock::canonical_abi {

/// The first place where a type is not the one expected, e.g. "field `x`: expected u32, found
/// char"; empty if the types are equal. Handles are equal if they are of the same resource type.
/// The types may come from different tables.
[[nodiscard]] std::string first_difference(Type found, Type expected);

/// The same for functions: "parameter `status`: expected result, found string".
[[nodiscard]] std::string first_difference(const FunctionType& found, const FunctionType& expected);

}  // namespace airlock::canonical_abi
