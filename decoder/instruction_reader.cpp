// Specification: Binary Format, Instructions.
#include <algorithm>
#include <string>

#include "decoder/instruction.hpp"
#include "decoder/type_reader.hpp"

namespace airlock::decoder {
namespace {

constexpr bool is_prefix(std::uint8_t byte) { return byte >= 0xfb && byte <= 0xfe; }

/// "illegal opcode ff", "illegal opcode fc 7f", as in the reference interpreter.
std::string illegal_opcode(std::uint8_t byte, std::optional<std::uint32_t> code) {
  const auto two_digits = [](std::uint32_t value) {
    auto digits = hexadecimal(value).substr(2);
    return digits.size() < 2 ? '0' + digits : digits;
  };
  auto message = "illegal opcode " + two_digits(byte);
  if (code) message += ' ' + two_digits(*code);
  return message;
}

}  // namespace

InstructionReader::InstructionReader(Expression expression, const Limits& limits)
    : reader_(expression.code, expression.offset, "unexpected end of section or function"),
      limits_(limits) {}

bool InstructionReader::next(Instruction& instruction) {
  instruction.offset = reader_.offset();
  const auto first = reader_.byte();
  std::optional<Opcode> opcode;
  if (is_prefix(first)) [[unlikely]] {
    const auto code = reader_.u32();
    if (reader_.failed()) return false;
    opcode = find_opcode(first, code);
    if (!opcode) reader_.fail_at(instruction.offset, illegal_opcode(first, code));
  } else {
    if (reader_.failed()) return false;
    opcode = find_opcode(0, first);
    if (!opcode) reader_.fail_at(instruction.offset, illegal_opcode(first, std::nullopt));
  }
  if (!opcode) return false;
  instruction.opcode = *opcode;
  if (const auto immediate = row(*opcode).immediate; immediate != Immediate::none)
    read_immediates(instruction, immediate);
  return !reader_.failed();
}

void InstructionReader::read_immediates(Instruction& instruction, Immediate immediate) {
  switch (immediate) {
    case Immediate::none:
      break;
    case Immediate::block_type:
      instruction.block = read_block_type(reader_);
      break;
    case Immediate::label_table:
      read_label_table(instruction);
      break;
    case Immediate::label:
    case Immediate::function:
    case Immediate::type:
    case Immediate::local:
    case Immediate::global:
    case Immediate::table:
    case Immediate::element:
    case Immediate::memory:
    case Immediate::data:
    case Immediate::tag:
      instruction.index = reader_.u32();
      break;
    case Immediate::type_table:
    case Immediate::table_table:
    case Immediate::element_table:
    case Immediate::memory_memory:
    case Immediate::data_memory:
    case Immediate::type_field:
    case Immediate::type_count:
    case Immediate::type_type:
    case Immediate::type_data:
    case Immediate::type_element:
      instruction.index = reader_.u32();
      instruction.second_index = reader_.u32();
      break;
    case Immediate::memarg:
      instruction.memory = read_memory_argument();
      break;
    case Immediate::memarg_lane:
      instruction.memory = read_memory_argument();
      instruction.lane = reader_.byte();
      break;
    case Immediate::lane:
      instruction.lane = reader_.byte();
      break;
    case Immediate::shuffle:
    case Immediate::v128: {
      const auto bytes = reader_.bytes(instruction.vector.size());
      std::ranges::transform(bytes, instruction.vector.begin(),
                             [](std::byte byte) { return static_cast<std::uint8_t>(byte); });
      break;
    }
    case Immediate::i32:
      instruction.constant = static_cast<std::uint32_t>(reader_.s32());
      break;
    case Immediate::i64:
      instruction.constant = static_cast<std::uint64_t>(reader_.s64());
      break;
    case Immediate::f32:
      instruction.constant = reader_.fixed_u32();
      break;
    case Immediate::f64:
      instruction.constant = reader_.fixed_u64();
      break;
    case Immediate::heap_type:
      instruction.heap = read_heap_type(reader_);
      break;
    case Immediate::branch_cast:
      read_branch_cast(instruction);
      break;
    case Immediate::select_types:
      read_select_types(instruction);
      break;
    case Immediate::try_table:
      read_try_table(instruction);
      break;
    case Immediate::fence: {
      const auto start = reader_.offset();
      if (reader_.byte() != 0) reader_.fail_at(start, "zero byte expected");
      break;
    }
  }
}

/// Bit 6 of the alignment means that a memory index follows.
MemoryArgument InstructionReader::read_memory_argument() {
  MemoryArgument argument;
  const auto start = reader_.offset();
  const auto flags = reader_.u32();
  if (flags >= 0x80) reader_.fail_at(start, "malformed memop flags");
  argument.align_log2 = flags & 0x3f;
  if ((flags & 0x40) != 0) argument.memory = reader_.u32();
  argument.offset = reader_.u64();
  return argument;
}

void InstructionReader::read_label_table(Instruction& instruction) {
  const auto count = reader_.count(limits_.branch_table_labels, "labels");
  labels_.clear();
  for (std::uint32_t i = 0; i <= count && !reader_.failed(); ++i) labels_.push_back(reader_.u32());
  instruction.labels = labels_;
}

void InstructionReader::read_select_types(Instruction& instruction) {
  const auto count = reader_.count(limits_.function_results, "types");
  types_.clear();
  for (std::uint32_t i = 0; i < count && !reader_.failed(); ++i)
    types_.push_back(read_value_type(reader_));
  instruction.types = types_;
}

void InstructionReader::read_try_table(Instruction& instruction) {
  instruction.block = read_block_type(reader_);
  const auto count = reader_.count(limits_.branch_table_labels, "catch clauses", 2);
  catches_.clear();
  for (std::uint32_t i = 0; i < count && !reader_.failed(); ++i) {
    const auto start = reader_.offset();
    const auto kind = reader_.byte();
    if (kind > 3) reader_.fail_at(start, "malformed catch clause");
    CatchClause clause{.kind = static_cast<CatchKind>(kind & 3)};
    if (clause.kind == CatchKind::catch_ || clause.kind == CatchKind::catch_ref)
      clause.tag = reader_.u32();
    clause.label = reader_.u32();
    catches_.push_back(clause);
  }
  instruction.catches = catches_;
}

void InstructionReader::read_branch_cast(Instruction& instruction) {
  const auto start = reader_.offset();
  instruction.cast_flags = reader_.byte();
  if (instruction.cast_flags > 3) reader_.fail_at(start, "malformed br_on_cast flags");
  instruction.index = reader_.u32();
  instruction.heap = read_heap_type(reader_);
  instruction.second_heap = read_heap_type(reader_);
}

}  // namespace airlock::decoder
