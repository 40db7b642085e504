#include "decoder/component/canonical_table.hpp"

#include <algorithm>

namespace airlock::decoder::component {
namespace {

/// Position in the table by opcode; the table's size for an opcode that nothing has.
constexpr auto positions = [] {
  std::array<std::uint8_t, 256> all{};
  all.fill(static_cast<std::uint8_t>(canon_table.size()));
  for (std::size_t i = 0; i < canon_table.size(); ++i)
    all[static_cast<std::uint8_t>(canon_table[i].kind)] = static_cast<std::uint8_t>(i);
  return all;
}();

ValueType type_of(char letter, const SignatureTypes& types) {
  switch (letter) {
    case 'l':
      return decoder::i64;
    case 'p':
      return types.address;
    case 'v':
      return types.value;
    case 'a':
      return types.argument;
    case 't':
      return types.table_index;
    case 'f':
      return types.start;
    default:
      return decoder::i32;
  }
}

}  // namespace

const CanonRow* find_row(CanonKind kind) {
  const auto position = positions[static_cast<std::uint8_t>(kind)];
  return position < canon_table.size() ? &canon_table[position] : nullptr;
}

const CanonRow* find_row(std::string_view name) {
  // As wasm-tools prints it.
  if (name == "thread.available_parallelism") name = "thread.available-parallelism";
  const auto found = std::ranges::find(canon_table, name, &CanonRow::name);
  return found == canon_table.end() ? nullptr : &*found;
}

std::string_view to_string(CanonKind kind) {
  const auto* row = find_row(kind);
  return row != nullptr ? row->name : std::string_view{};
}

bool has_operand(const CanonRow& row, Operand operand) {
  return std::ranges::find(row.operands, operand) != row.operands.end();
}

FunctionType core_type(const CanonRow& row, const SignatureTypes& types) {
  FunctionType type;
  auto* list = &type.parameters;
  for (const char letter : row.signature) {
    if (letter == ':')
      list = &type.results;
    else
      list->push_back(type_of(letter, types));
  }
  return type;
}

}  // namespace airlock::decoder::component
