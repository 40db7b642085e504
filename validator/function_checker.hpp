// The typing rules for instructions, one instruction at a time (specification: Validation,
// Instructions; Appendix, Validation Algorithm).
//
// This is the part of the function validator that does not depend on the sink: the operand stack,
// the control stack and what each instruction does to them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "decoder/instruction.hpp"
#include "validator/module_validator.hpp"

namespace airlock::validator {

/// Proves a body or a constant expression valid, instruction by instruction. One checker can be
/// used for any number of bodies in turn and then keeps its memory.
class FunctionChecker {
 public:
  explicit FunctionChecker(const ModuleContext& context)
      : context_(context), module_(context.module), types_(context.types) {}

  /// Begins the body of a defined function (index without the imported ones).
  /// @return false if its locals are invalid; see `take_error`
  [[nodiscard]] bool begin_function(std::uint32_t defined_index);

  /// Begins a constant expression.
  /// @param visible_globals how many globals of the index space it may refer to
  /// @param declared the functions it refers to are marked here
  void begin_constant(const decoder::ValueType& type, std::uint32_t visible_globals,
                      std::vector<bool>& declared);

  /// Checks the next instruction. @return false if it is not valid; see `take_error`
  [[nodiscard]] bool check(const decoder::Instruction& instruction);

  /// Whether the final `end` of the body was checked.
  [[nodiscard]] bool finished() const { return frames_.empty(); }
  /// Whether the code at this point is reachable in the sense of validation. Must not be called
  /// after `finished()`.
  [[nodiscard]] bool is_live() const { return frames_.back().is_live; }
  /// Whether the instruction just checked is passed to a sink: it was live, or it is a later part
  /// of a block that began live.
  [[nodiscard]] bool is_shown() const { return is_shown_; }

  /// The error, with its function.
  [[nodiscard]] Error take_error();
  /// Takes over the error of the reader as the error of this body.
  [[nodiscard]] Error located(Error error) const;

 private:
  using ValueType = decoder::ValueType;
  using Instruction = decoder::Instruction;
  using Types = std::span<const ValueType>;

  /// An entry of the control stack. A block's type is a function type of the module, or at most one
  /// result.
  struct Frame {
    decoder::Opcode opcode{};
    bool began_live = true;  ///< the block itself can be reached
    bool is_live = true;     ///< the code at this point can be reached
    bool is_polymorphic =
        false;                ///< after an unconditional branch: operands of any type can be popped
    bool has_result = false;  ///< `result` is the block's only result
    ValueType result{};
    const decoder::FunctionType* type = nullptr;
    std::uint32_t height = 0;       ///< of the operand stack below the block's operands
    std::uint32_t initialized = 0;  ///< of `initialized_` when the block began
    std::uint64_t
        checked_as_label{};  ///< the `br_table` that last checked this label, as offset + 1
  };

  // Errors. All return false, so that rules read `return fail(...)`.
  bool fail(std::string message, ErrorKind kind = ErrorKind::invalid);
  bool fail_unknown(std::string_view what, std::uint32_t index);
  bool fail_mismatch(const ValueType& expected, const std::string& found);
  bool require(bool condition, std::string_view message) {
    return condition || fail(std::string(message));
  }

  // The operand stack.
  bool push(const ValueType& type);
  bool push(Types types);
  bool pop(const ValueType& expected);
  bool pop(Types expected);
  /// Pops anything; `bottom` if the stack is polymorphic.
  bool pop_any(ValueType& type);
  /// Pops a reference of any type.
  bool pop_reference(ValueType& type);
  /// Pops a reference to any subtype of a heap type, or null.
  bool pop_reference(const decoder::HeapType& heap) {
    return pop(ValueType::reference(heap, true));
  }
  bool pop_numbers(std::initializer_list<ValueType> types);
  /// Checks that the topmost operands have these types, without popping them.
  bool match_top(Types expected);

  // The control stack.
  [[nodiscard]] Frame& frame() { return frames_.back(); }
  [[nodiscard]] static Types parameters(const Frame& frame);
  [[nodiscard]] static Types results(const Frame& frame);
  [[nodiscard]] static Types label_types(const Frame& frame);
  [[nodiscard]] Frame* label(std::uint32_t depth);
  bool push_frame(const Instruction& instruction);
  /// Checks the end of a block or of a part of it: its results and nothing else are on the stack.
  bool finish_part(Types expected);
  /// Begins a further part of a block: `else`, `catch`, `catch_all`.
  void begin_part(decoder::Opcode opcode);
  void mark_unreachable();
  void reset_locals(std::uint32_t height);

  // Lookups in the index spaces, which fail with "unknown …".
  bool check_type_index(std::uint32_t index);
  bool check_value_type(const ValueType& type);
  bool check_heap_type(const decoder::HeapType& type);
  const decoder::FunctionType* function_type(std::uint32_t type_index);
  const decoder::FunctionType* tag_type(std::uint32_t tag);
  const decoder::TableType* table(std::uint32_t index);
  const decoder::MemoryType* memory(std::uint32_t index);
  bool check_data(std::uint32_t index);
  const decoder::ElementSegment* element(std::uint32_t index);
  const std::vector<decoder::FieldType>* structure(std::uint32_t type_index);
  const decoder::FieldType* array(std::uint32_t type_index);
  const decoder::FieldType* mutable_array(std::uint32_t type_index);

  // Rules. In function_checker.cpp:
  bool check_plain(const Instruction& instruction);
  bool check_memory_argument(const Instruction& instruction, ValueType& address);
  bool check_special(const Instruction& instruction);
  bool check_constant_instruction(const Instruction& instruction);
  bool check_select(const Instruction& instruction);
  bool check_local(const Instruction& instruction);
  bool check_global(const Instruction& instruction);
  // In control_rules.cpp:
  bool check_control(const Instruction& instruction);
  bool check_else(const Instruction& instruction);
  bool check_end();
  bool check_catch(const Instruction& instruction);
  bool check_delegate(const Instruction& instruction);
  bool check_rethrow(const Instruction& instruction);
  bool check_try_table(const Instruction& instruction);
  bool check_branch_table(const Instruction& instruction);
  bool check_branch_on_null(const Instruction& instruction);
  bool check_branch_on_cast(const Instruction& instruction);
  bool check_call(const decoder::FunctionType& type, bool is_tail_call);
  bool check_call_indirect(const Instruction& instruction, bool is_tail_call);
  bool check_call_reference(const Instruction& instruction, bool is_tail_call);
  // In table_rules.cpp:
  bool check_table(const Instruction& instruction);
  bool check_bulk_memory(const Instruction& instruction);
  // In reference_rules.cpp:
  bool check_reference(const Instruction& instruction);
  bool check_descriptor(const Instruction& instruction);
  bool check_get_descriptor(std::uint32_t type_index);
  bool pop_descriptor(const decoder::HeapType& described);
  bool check_feature(const Instruction& instruction);
  [[nodiscard]] ValueType new_reference(std::uint32_t type_index) const;
  bool push_function(std::uint32_t function);
  bool check_structure(const Instruction& instruction);
  bool check_structure_new(const std::vector<decoder::FieldType>& fields, bool is_default);
  bool check_array(const Instruction& instruction);
  bool check_array_new(const Instruction& instruction);

  /// The type of a local, or null. Works on runs of equal locals, so that long declarations cost
  /// little.
  const ValueType* local(std::uint32_t index) const;
  bool begin_locals(const decoder::Function& function, const decoder::FunctionType& type);

  const ModuleContext& context_;
  const decoder::Module& module_;
  const TypeRelations& types_;

  std::vector<ValueType> values_;
  std::vector<Frame> frames_;

  // Types of locals: of the first ones one by one; of all as runs, each with the index after its
  // end.
  struct Run {
    std::uint32_t end;
    ValueType type;
  };
  std::vector<ValueType> first_locals_;
  std::vector<Run> runs_;
  std::uint32_t local_count_ = 0;
  /// Locals without a default value that are not set yet. Empty if the function has none.
  std::vector<bool> unset_;
  std::vector<std::uint32_t> initialized_;  ///< locals set since then, in order

  std::vector<ValueType> caught_;  ///< of a clause of `try_table`; reuses memory

  bool is_constant_ = false;
  std::uint32_t visible_globals_ = 0;
  std::vector<bool>* declared_ = nullptr;

  bool is_shown_ = true;
  std::uint64_t offset_ = 0;  ///< of the instruction being checked
  std::optional<std::uint32_t> function_;
  Error error_;
};

}  // namespace airlock::validator
