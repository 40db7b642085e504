// Reading what a command was given: binary or text, core module or component, file or pipe.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "decoder/error.hpp"
#include "decoder/limits.hpp"
#include "decoder/reader.hpp"
#include "decoder/text/parser.hpp"

namespace airlock::cli {

/// An input as binary. Text has been assembled; its source is kept to give errors their places.
struct Input {
  std::string name;  ///< what messages call it: the path, or "<stdin>"
  decoder::SharedBytes binary;
  bool is_component = false;
  std::string source;  ///< empty for a binary
  decoder::text::SourceMap map;

  [[nodiscard]] std::string_view subject() const { return is_component ? "component" : "module"; }

  /// The message for an error about this input, with its place in the text if it was one.
  [[nodiscard]] std::string describe(const Error& error) const;
};

/// The bytes of a file, or of standard input for `-`.
[[nodiscard]] Result<std::string> read_file(const std::string& path, const Limits& limits);

/// Reads an input. On failure the message is whole, with the name of the file in it.
[[nodiscard]] std::expected<Input, std::string> read_input(const std::string& path,
                                                           const Limits& limits);

}  // namespace airlock::cli
