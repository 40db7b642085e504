#include "decoder/opcode.hpp"

#include <algorithm>
#include <array>

namespace airlock::decoder {
namespace {

constexpr std::uint16_t no_opcode = 0xffff;
constexpr std::uint8_t first_prefix = 0xfb;
constexpr std::size_t codes_per_prefix = 0x120;

/// Row numbers by code, for one-byte opcodes and for each prefix 0xfb to 0xfe.
struct CodeTables {
  std::array<std::uint16_t, 256> single{};
  std::array<std::array<std::uint16_t, codes_per_prefix>, 4> prefixed{};
};

constexpr CodeTables code_tables = [] {
  CodeTables tables;
  tables.single.fill(no_opcode);
  for (auto& table : tables.prefixed) table.fill(no_opcode);
  for (std::size_t i = 0; i < instruction_table.size(); ++i) {
    const auto& row = instruction_table[i];
    auto& cell = row.prefix == 0 ? tables.single[row.code]
                                 : tables.prefixed[row.prefix - first_prefix][row.code];
    cell = static_cast<std::uint16_t>(i);
  }
  return tables;
}();

/// Row numbers in the order of the names.
constexpr auto by_name = [] {
  std::array<std::uint16_t, instruction_table.size()> order{};
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::uint16_t>(i);
  std::ranges::sort(order, {}, [](std::uint16_t i) { return instruction_table[i].name; });
  return order;
}();

}  // namespace

std::optional<Opcode> find_opcode(std::uint8_t prefix, std::uint32_t code) {
  std::uint16_t found = no_opcode;
  if (prefix == 0) {
    if (code < code_tables.single.size()) found = code_tables.single[code];
  } else if (prefix >= first_prefix && prefix < first_prefix + code_tables.prefixed.size()) {
    if (code < codes_per_prefix) found = code_tables.prefixed[prefix - first_prefix][code];
  }
  if (found == no_opcode) return std::nullopt;
  return static_cast<Opcode>(found);
}

std::optional<Opcode> find_opcode(std::string_view name) {
  const auto found = std::ranges::lower_bound(
      by_name, name, {}, [](std::uint16_t i) { return instruction_table[i].name; });
  if (found == by_name.end() || instruction_table[*found].name != name) return std::nullopt;
  return static_cast<Opcode>(*found);
}

}  // namespace airlock::decoder
