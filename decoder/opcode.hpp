// Opcodes: numbers of rows of the instruction table.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "decoder/instruction_table.hpp"
#include "decoder/types.hpp"

namespace airlock::decoder {

/// The number of an instruction's row in `instruction_table`: dense, so that tables can be indexed
/// by it. Written `"i32.add"_op`.
enum class Opcode : std::uint16_t {};

[[nodiscard]] constexpr const InstructionRow& row(Opcode opcode) {
  return instruction_table[static_cast<std::size_t>(opcode)];
}

[[nodiscard]] constexpr std::string_view name(Opcode opcode) { return row(opcode).name; }

inline namespace literals {
/// The opcode with a name, looked up at compile time; an unknown name does not compile.
consteval Opcode operator""_op(const char* text, std::size_t size) {
  const std::string_view name{text, size};
  for (std::size_t i = 0; i < instruction_table.size(); ++i)
    if (instruction_table[i].name == name) return static_cast<Opcode>(i);
  throw "no such instruction";
}
}  // namespace literals

/// The opcode of an encoding, if there is one.
/// @param prefix 0xfb to 0xfe, or 0 for a one-byte opcode
[[nodiscard]] std::optional<Opcode> find_opcode(std::uint8_t prefix, std::uint32_t code);

/// The opcode of a name, if there is one. Names of the table (`select_typed`), not of the text.
[[nodiscard]] std::optional<Opcode> find_opcode(std::string_view name);

/// An operand or result of a row's type.
enum class OperandKind : std::uint8_t { i32, i64, f32, f64, v128, address };

/// A row's type, parsed.
struct Signature {
  bool special = false;  ///< typing depends on context
  std::uint8_t operand_count = 0;
  std::uint8_t result_count = 0;
  std::array<OperandKind, 4> operands{};
  std::array<OperandKind, 2> results{};
};

/// Parses the text of a type, which must be one of the table's.
[[nodiscard]] constexpr Signature parse_signature(std::string_view text) {
  Signature signature;
  if (text == "special") {
    signature.special = true;
    return signature;
  }
  bool in_results = false;
  while (!text.empty()) {
    const auto length = text.find(' ');
    const auto word = text.substr(0, length);
    text = length == std::string_view::npos ? std::string_view{} : text.substr(length + 1);
    if (word == "->") {
      in_results = true;
      continue;
    }
    const auto kind = word == "i32"    ? OperandKind::i32
                      : word == "i64"  ? OperandKind::i64
                      : word == "f32"  ? OperandKind::f32
                      : word == "f64"  ? OperandKind::f64
                      : word == "v128" ? OperandKind::v128
                                       : OperandKind::address;
    if (in_results)
      signature.results[signature.result_count++] = kind;
    else
      signature.operands[signature.operand_count++] = kind;
  }
  return signature;
}

/// The types of all rows, parsed at compile time.
inline constexpr auto signatures = [] {
  std::array<Signature, instruction_table.size()> all{};
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = parse_signature(instruction_table[i].type);
  return all;
}();

[[nodiscard]] constexpr const Signature& signature(Opcode opcode) {
  return signatures[static_cast<std::size_t>(opcode)];
}

}  // namespace airlock::decoder
