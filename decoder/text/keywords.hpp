// The keywords of the core text format and of scripts.
#pragma once

#include <optional>
#include <string_view>

#include "decoder/opcode.hpp"

namespace airlock::decoder::text {

/// Whether a word is an instruction, a keyword of a module's other productions, or one of a script.
[[nodiscard]] bool is_core_keyword(std::string_view word);

/// The instruction a word of the text format names. If a word has two encodings (`select`,
/// `ref.test`, `ref.cast`), this is the first; the table's names for the second are not words of
/// the text format.
[[nodiscard]] std::optional<Opcode> find_instruction(std::string_view word);

/// The other encoding of an instruction that has two, given the first.
[[nodiscard]] std::optional<Opcode> second_encoding(Opcode opcode);
[[nodiscard]] bool is_second_encoding(Opcode opcode);

/// The word of the text format for an instruction.
[[nodiscard]] std::string_view text_name(Opcode opcode);

}  // namespace airlock::decoder::text
