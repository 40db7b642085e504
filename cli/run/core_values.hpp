// Values of core types as people type and read them.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "decoder/types.hpp"
#include "runtime/slot.hpp"

namespace airlock::cli {

/// Reads a value of a type: numbers as the text format has them (an integer may be signed or
/// unsigned), `null`, and a v128 as one number or as its lanes: `i32x4(1, 2, 3, 4)`.
/// @return the value, or what is wrong, in words: "expected i32, found `x`"
[[nodiscard]] std::expected<runtime::Value, std::string> parse_core_value(
    std::string_view text, const decoder::ValueType& type);

/// A value as text, which `parse_core_value` reads if it is no reference or null. Integers are
/// shown signed.
[[nodiscard]] std::string format_core_value(const runtime::Value& value);

/// The parts of a text between commas that are in no parentheses, without the spaces around them; a
/// comma may follow the last. An empty text has none.
[[nodiscard]] std::vector<std::string_view> split_arguments(std::string_view text);

/// Text without the white space around it.
[[nodiscard]] std::string_view trim(std::string_view text);

}  // namespace airlock::cli
