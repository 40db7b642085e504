#include "decoder/branch_hints.hpp"

#include "decoder/byte_reader.hpp"
#include "decoder/instruction.hpp"
#include "decoder/opcode.hpp"

namespace airlock::decoder {
namespace {

constexpr std::string_view prefix = "@metadata.code.branch_hint section: ";

std::string in_section(std::string_view message) {
  return std::string(prefix) + std::string(message);
}

/// `hint ::= offset:u32 0x01 kind:(0x00 | 0x01)`; the byte in the middle is the size of the rest.
BranchHint read_hint(ByteReader& reader) {
  BranchHint hint{.offset = reader.u32()};
  const auto at_size = reader.offset();
  if (reader.u32() != 1 && !reader.failed())
    reader.fail_at(at_size, in_section("missing reserved byte"));
  const auto at_kind = reader.offset();
  const auto kind = reader.byte();
  if (kind > 1) reader.fail_at(at_kind, in_section("invalid hint value"));
  hint.is_likely = kind == 1;
  return hint;
}

std::vector<BranchHint> read_function_hints(ByteReader& reader) {
  constexpr std::size_t smallest_hint = 3;
  std::vector<BranchHint> hints;
  const auto count = reader.count(0xffff'ffff, "branch hints", smallest_hint);
  for (std::uint32_t i = 0; i < count && !reader.failed(); ++i) {
    const auto at = reader.offset();
    const auto hint = read_hint(reader);
    if (!hints.empty() && hint.offset <= hints.back().offset)
      reader.fail_at(at, in_section("offsets out of order"));
    hints.push_back(hint);
  }
  return hints;
}

Result<void> check_function(const Function& function, const std::vector<BranchHint>& hints,
                            const Limits& limits) {
  const auto invalid = [&](const BranchHint& hint) {
    return fail_at(ErrorKind::invalid, function.code_offset + hint.offset,
                   in_section("invalid target"));
  };
  InstructionReader reader(function.body, limits);
  Instruction instruction;
  for (const auto& hint : hints) {
    const auto wanted = function.code_offset + hint.offset;
    while (reader.offset() < wanted && !reader.at_end())
      if (!reader.next(instruction)) return std::unexpected(reader.error());
    if (reader.offset() != wanted || reader.at_end()) return invalid(hint);
    if (!reader.next(instruction)) return std::unexpected(reader.error());
    if (instruction.opcode != "if"_op && instruction.opcode != "br_if"_op) return invalid(hint);
  }
  return {};
}

}  // namespace

Result<BranchHints> read_branch_hints(const CustomSection& section) {
  constexpr std::size_t smallest_entry = 2;
  BranchHints all;
  ByteReader reader(section.bytes, section.offset);
  const auto count = reader.count(0xffff'ffff, "functions with branch hints", smallest_entry);
  for (std::uint32_t i = 0; i < count && !reader.failed(); ++i) {
    const auto at = reader.offset();
    const auto function = reader.u32();
    auto hints = read_function_hints(reader);
    if (!all.empty() && function <= all.rbegin()->first)
      reader.fail_at(at, in_section("functions out of order"));
    if (!reader.failed()) all.emplace_hint(all.end(), function, std::move(hints));
  }
  if (!reader.at_end()) reader.fail(in_section("junk after the last hint"));
  if (reader.failed()) return reader.failure();
  return all;
}

Result<void> check_branch_hints(const Module& module, const BranchHints& hints,
                                const Limits& limits) {
  for (const auto& [index, list] : hints) {
    if (index < module.imported_functions() || index >= module.function_types.size())
      return fail(ErrorKind::invalid, in_section("invalid function index"));
    const auto& function = module.functions[index - module.imported_functions()];
    if (auto result = check_function(function, list, limits); !result) return result;
  }
  return {};
}

}  // namespace airlock::decoder
