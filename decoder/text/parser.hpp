// The text format, read into the binary format.
//
// The parser resolves names and abbreviations and writes the equivalent binary, together with a map
// from its offsets back to lines and columns. From there on text and binary are handled by the same
// code (reader, validator, …), and the map gives every error its source position.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "decoder/error.hpp"
#include "decoder/limits.hpp"
#include "decoder/text/lexer.hpp"

namespace airlock::decoder::text {

/// Offsets of a produced binary with their places in the text, in ascending order.
class SourceMap {
 public:
  struct Entry {
    std::uint32_t offset;  ///< in the binary
    std::uint32_t source;  ///< in the text, in bytes
  };
  std::vector<Entry> entries;

  /// The byte of the text from which the binary's byte `offset` comes.
  [[nodiscard]] std::uint32_t lookup(std::uint64_t offset) const;
};

struct Assembled {
  std::vector<std::byte> binary;
  SourceMap map;
  bool is_component = false;
};

/// Reads a text that is one module or component (`(module …)`, `(component …)`, or the fields of a
/// module without that wrapping).
[[nodiscard]] Result<Assembled> assemble(std::string_view source, const Limits& limits = {});

/// Reads `(module …)` at the cursor, which must be at its parenthesis, and leaves the cursor after
/// it. Offsets of the map count from the start of this module.
[[nodiscard]] Result<Assembled> assemble_module(Cursor& cursor, const Limits& limits);

/// Reads the fields of a module, from the cursor to the parenthesis that closes the module or to
/// the end of the source, and leaves the cursor there. For modules that begin differently than
/// `(module $id`: core modules in components and scripts.
/// @param name the module's identifier; may be empty
[[nodiscard]] Result<Assembled> assemble_module_fields(Cursor& cursor, std::string_view name,
                                                       const Limits& limits);

/// Reads `(component …)` at the cursor, which must be at its parenthesis, and leaves the cursor
/// after it; `component` may be followed by `definition`, as in scripts. (Defined in
/// decoder/component_text/.)
[[nodiscard]] Result<Assembled> assemble_component(Cursor& cursor, const Limits& limits);

/// Gives an error about the produced binary its place in the text.
[[nodiscard]] Error locate(Error error, const SourceMap& map, std::string_view source);
[[nodiscard]] Error locate(Error error, const SourceMap& map, const TokenStream& stream);

}  // namespace airlock::decoder::text
