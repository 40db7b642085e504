// Text that a guest chose, as people may see it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace airlock {

/// A character of a text.
struct Character {
  std::uint32_t code = 0;
  unsigned size = 0;  ///< in bytes; 0 if the text does not go on with a character in UTF-8
};

/// The character at the start of a text that is not empty.
[[nodiscard]] Character first_character(std::string_view text);

/// Whether a terminal would not simply show a character: control characters, line and paragraph
/// separators, marks that change the direction of the text around them, and what is invisible.
[[nodiscard]] bool needs_escape(std::uint32_t code);

/// Writes the character as an escape of the text format: `\1b`, `\u{202e}`.
void append_escape(std::string& to, std::uint32_t code);

/// A name in a message, or a whole message with names in it, on one line and without what could
/// pass for something else: all that `needs_escape`, and bytes that are not UTF-8, become escapes.
/// Nothing else changes, not even `\`, so that it may be applied again.
[[nodiscard]] std::string printable(std::string_view text);

/// A name in a listing: as `printable` has it, in quotes where one could not tell where it ends or
/// whether it is there at all.
[[nodiscard]] std::string listed_name(std::string_view name);

}  // namespace airlock
