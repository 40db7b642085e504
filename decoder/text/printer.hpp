// The text format of a decoded core module (specification: Text Format).
#pragma once

#include <string>

#include "decoder/error.hpp"
#include "decoder/limits.hpp"
#include "decoder/module.hpp"

namespace airlock::decoder::text {

struct PrintOptions {
  /// `(i32.add (local.get 0) (i32.const 1))` instead of an instruction a line.
  bool is_folded = false;
  /// Whether each line says in a comment where in the binary it comes from.
  bool has_offsets = false;
};

/// Prints a module; entities under the names of the name section where these are unique.
/// Assembling the text gives the module again, and printing that gives the same text.
/// Errors: `malformed`, from code that cannot be read; `limit`, if the text would be larger than a
/// module may be (names can make it much longer than the binary).
[[nodiscard]] Result<std::string> print_module(const Module& module, const Limits& limits = {},
                                               const PrintOptions& options = {});

/// A string literal of the text format, quotes included.
[[nodiscard]] std::string quote_string(std::string_view bytes);

/// An identifier of the text format, `$name` or `$"na me"`. The name must not be empty and UTF-8.
[[nodiscard]] std::string quote_identifier(std::string_view name);

}  // namespace airlock::decoder::text
