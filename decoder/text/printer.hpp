// The text format of a decoded core module (specification: Text Format).
#pragma once

#include <string>

#include "decoder/error.hpp"
#include "decoder/limits.hpp"
#include "decoder/module.hpp"

namespace airlock::decoder::text {

/// Prints a module: instructions in flat form, one a line; entities under the names of the name
/// section where these are unique. Assembling the text gives the module again, and printing that
/// gives the same text. Errors: `malformed`, from code that cannot be read.
[[nodiscard]] Result<std::string> print_module(const Module& module, const Limits& limits = {});

/// A string literal of the text format, quotes included.
[[nodiscard]] std::string quote_string(std::string_view bytes);

/// An identifier of the text format, `$name` or `$"na me"`. The name must not be empty and UTF-8.
[[nodiscard]] std::string quote_identifier(std::string_view name);

}  // namespace airlock::decoder::text
