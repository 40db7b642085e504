// The text format of a decoded core module (specification: Text Format).
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "decoder/error.hpp"
#include "decoder/limits.hpp"
#include "decoder/module.hpp"

namespace airlock::decoder::text {

struct PrintOptions {
  /// `(i32.add (local.get 0) (i32.const 1))` instead of one instruction per line.
  bool is_folded = false;
  /// Whether each line begins with a comment: its offset in the binary.
  bool has_offsets = false;
};

/// Receives a text in pieces, in order. An error ends the printing.
using TextSink = std::function<Result<void>(std::string_view)>;

/// A sink that appends to a string.
/// @param most bytes that it takes, as a `limit` error says otherwise
[[nodiscard]] TextSink append_to(std::string& text, std::size_t most);

/// Prints a module, with the names of the name section where these are unique. Assembling the text
/// yields the same module, and printing that yields the same text. The memory it takes is in
/// proportion to the binary: the text, which names can make much longer, is passed to the sink in
/// pieces. Errors: `malformed`, from code that cannot be read, which may come after much of the
/// text; those of the sink
[[nodiscard]] Result<void> write_module(const Module& module, const TextSink& sink,
                                        const Limits& limits = {},
                                        const PrintOptions& options = {});

/// The whole text at once. Errors: those of `write_module`; `limit`, if the text is larger than a
/// module may be
[[nodiscard]] Result<std::string> print_module(const Module& module, const Limits& limits = {},
                                               const PrintOptions& options = {});

/// A string literal of the text format, quotes included. What cannot be seen is escaped.
[[nodiscard]] std::string quote_string(std::string_view bytes);

/// An identifier of the text format, `$name` or `$"na me"`. The name must not be empty and UTF-8.
[[nodiscard]] std::string quote_identifier(std::string_view name);

}  // namespace airlock::decoder::text
