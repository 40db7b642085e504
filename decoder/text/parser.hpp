// The text format, read into the binary format.
//
// Text is not interpreted twice: the parser resolves names and abbreviations and writes the binary
// that stands for the module, together with a map from its offsets back to lines and columns. From
// there on text and binary take the same way (reader, validator, …), and every error gets its
// source position back through the map.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "decoder/error.hpp"
#include "decoder/limits.hpp"
#include "decoder/text/lexer.hpp"

namespace airlock::decoder::text {

/// Offsets of a produced binary with the places they come from, in ascending order.
class SourceMap {
 public:
  struct Entry {
    std::uint32_t offset;  ///< in the binary
    std::uint32_t source;  ///< in the text, in bytes
  };
  std::vector<Entry> entries;

  /// The byte of the text that the binary's byte `offset` comes from.
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

/// Reads `(module …)` at the cursor, which must stand on its parenthesis, and leaves the cursor
/// behind it. Offsets of the map count from the start of this module.
[[nodiscard]] Result<Assembled> assemble_module(Cursor& cursor, const Limits& limits);

/// Reads the fields of a module, from the cursor to the parenthesis that closes the module or to
/// the end of the source, and leaves the cursor there. For modules with other heads than `(module
/// $id`: core modules in components and scripts.
/// @param name the module's identifier; may be empty
[[nodiscard]] Result<Assembled> assemble_module_fields(Cursor& cursor, std::string_view name,
                                                       const Limits& limits);

/// Reads `(component …)` at the cursor, which must stand on its parenthesis, and leaves the cursor
/// behind it; `component` may be followed by `definition`, as scripts have it. (Defined in
/// decoder/component_text/.)
[[nodiscard]] Result<Assembled> assemble_component(Cursor& cursor, const Limits& limits);

/// Gives an error about the produced binary its place in the text.
[[nodiscard]] Error locate(Error error, const SourceMap& map, std::string_view source);
[[nodiscard]] Error locate(Error error, const SourceMap& map, const TokenStream& stream);

}  // namespace airlock::decoder::text
