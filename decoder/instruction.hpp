// One decoded instruction, and the reader of instructions.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "decoder/byte_reader.hpp"
#include "decoder/error.hpp"
#include "decoder/limits.hpp"
#include "decoder/module.hpp"
#include "decoder/opcode.hpp"

namespace airlock::decoder {

/// The type of a block: nothing, one result, or a function type.
struct BlockType {
  enum class Kind : std::uint8_t { empty, value, type_index };
  Kind kind = Kind::empty;
  ValueType value{};             ///< for `value`
  std::uint32_t type_index = 0;  ///< for `type_index`
};

struct MemoryArgument {
  std::uint32_t align_log2 = 0;
  std::uint32_t memory = 0;
  std::uint64_t offset = 0;
};

enum class CatchKind : std::uint8_t { catch_ = 0, catch_ref = 1, catch_all = 2, catch_all_ref = 3 };

struct CatchClause {
  CatchKind kind = CatchKind::catch_;
  std::uint32_t tag = 0;
  std::uint32_t label = 0;
};

/// An instruction with its immediates. The row's `Immediate` decides which fields are used; spans
/// point into the reader and are valid until it reads the next instruction.
struct Instruction {
  Opcode opcode{};
  std::uint64_t offset = 0;  ///< of the opcode in the binary

  /// The first (and second) index of the immediates, in the order of the binary format:
  /// label, function, type, local, global, table, memory, tag, data, element, field, count.
  std::uint32_t index = 0;
  std::uint32_t second_index = 0;
  std::uint8_t lane = 0;
  std::uint8_t cast_flags = 0;  ///< of `branch_cast`: bit 0 source nullable, bit 1 target nullable
  BlockType block{};
  MemoryArgument memory{};
  std::uint64_t constant = 0;               ///< bits of an i32 (zero-extended), i64, f32 or f64
  std::array<std::uint8_t, 16> vector{};    ///< v128 constant, or the lanes of a shuffle
  HeapType heap{};                          ///< heap type, or a cast's source
  HeapType second_heap{};                   ///< a cast's target
  std::span<const std::uint32_t> labels{};  ///< of `br_table`, the default one last
  std::span<const ValueType> types{};       ///< of `select_typed`
  std::span<const CatchClause> catches{};   ///< of `try_table`
};

/// Reads the instructions of an expression one by one.
class InstructionReader {
 public:
  InstructionReader(Expression expression, const Limits& limits);

  [[nodiscard]] bool at_end() const { return reader_.at_end(); }

  /// Offset of the next byte in the binary.
  [[nodiscard]] std::uint64_t offset() const { return reader_.offset(); }

  /// Position of the next byte in the expression.
  [[nodiscard]] std::size_t position() const { return reader_.position(); }

  /// Reads the next instruction into `instruction`.
  /// @return false on malformed bytes; `error()` then says why
  [[nodiscard]] bool next(Instruction& instruction);

  [[nodiscard]] const Error& error() const { return reader_.error(); }

 private:
  void read_immediates(Instruction& instruction, Immediate immediate);
  void read_label_table(Instruction& instruction);
  void read_try_table(Instruction& instruction);
  void read_select_types(Instruction& instruction);
  void read_branch_cast(Instruction& instruction);
  MemoryArgument read_memory_argument();

  ByteReader reader_;
  const Limits& limits_;
  std::vector<std::uint32_t> labels_;
  std::vector<ValueType> types_;
  std::vector<CatchClause> catches_;
};

}  // namespace airlock::decoder
