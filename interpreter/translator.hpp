// The translator: from validated instructions to threaded code, in one pass.
//
// It keeps a symbolic operand stack. An operand is a local not yet read, a constant, or a temporary
// in its *home*: its spill slot in the frame, given by its height on the stack. To *settle* an
// operand is to materialize it there. Instructions read locals and constants directly. Invariants:
//
//   - Before a local is assigned, entries of the stack that are this local are settled.
//   - Where control flow merges, operands are in their spill slots: at the entry of a block pending
//     locals are settled (constants below the block's parameters may stay), and at its end the
//     results are.
//   - An accumulator caches the slot written last by an instruction with a result of its class.
//     `Mirrors` says which. Any other write of that slot, and every merge, invalidates the cache.
//   - The latest instruction may be changed while no code follows it: its result is redirected to a
//     local or kept only in the accumulator, or it is fused into the instruction that reads it. It
//     is then gone, and the one before it is the latest, if no control flow comes in between.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "decoder/instruction.hpp"
#include "interpreter/code.hpp"
#include "interpreter/handler_table.hpp"

namespace airlock::interpreter {

/// Translates one function: a sink of the function validator.
class Translator {
 public:
  Translator(const TranslatedModule& module, std::uint32_t defined_index);

  /// See `validator::Sink`.
  void instruction(const decoder::Instruction& instruction, bool live);

  /// The code, once the last instruction was handed over.
  [[nodiscard]] Result<Translation> finish();

 private:
  using Instruction = decoder::Instruction;
  using ValueKind = decoder::ValueKind;
  using ValueType = decoder::ValueType;

  static constexpr std::uint32_t none = 0xffffffff;

  /// An operand on the symbolic stack.
  struct Entry {
    enum class Kind : std::uint8_t { local, constant, temporary };
    Kind kind = Kind::temporary;
    ValueKind type = ValueKind::i32;
    Half home = 0;                  ///< its spill slot, by its height
    Half slot = 0;                  ///< of a local
    std::uint32_t previous = none;  ///< of a local: the entry below that is the same one
    std::uint64_t bits = 0;         ///< of a constant; of a v128, its number in `vectors_`
  };

  /// How an instruction reads an operand. `value` is the slot (also if the accumulator caches it),
  /// or the constant's bits (of a v128, its number in `vectors_`).
  struct Use {
    Source source;
    std::uint64_t value;
  };

  /// The operands of an instruction in the code stream.
  struct Operands {
    std::array<Half, 8> halves{};
    std::uint8_t count = 0;
    void add(Half half) { halves[count++] = half; }
    void add_wide(std::uint64_t word) {
      add(static_cast<Half>(word));
      add(static_cast<Half>(word >> 32));
    }
  };

  /// Register cache: the slot each accumulator holds (integer, f32, f64; v128: the first of two).
  struct Mirrors {
    std::array<Half, 4> slots{none, none, none, none};
  };
  static constexpr std::uint32_t vector_accumulator = 3;

  /// An instruction with a result: the latest, or the one before it.
  struct Last {
    bool valid = false;
    std::size_t start = 0;                ///< its first cell
    const Handler* by_target = nullptr;   ///< handlers by destination class
    bool by_target_is_slot_only = false;  ///< there is only the first of them
    Operands operands;                    ///< without the destination
    Half target = 0;
    Target written = Target::slot;     ///< where the result goes for now
    std::uint32_t accumulator = none;  ///< which accumulator the result sets, if any
    std::uint32_t spoiled = none;      ///< which accumulator's cache it invalidates only
    Mirrors before;                    ///< the register cache before it
    std::size_t positions = 0;         ///< entries of `positions_` before it
    // For fusion:
    Opcode opcode{};
    Use left{}, right{};
    const Handler* branches = nullptr;  ///< of a `ref.test`: the branch on it, by polarity
  };

  enum class ControlKind : std::uint8_t {
    function,
    block,
    loop,
    if_,
    else_,
    try_table,
    try_,
    catch_
  };

  struct Control {
    ControlKind kind = ControlKind::block;
    decoder::BlockType type;
    std::size_t height = 0;           ///< entries below the parameters
    Half base = 0;                    ///< spill slot of the first parameter or result
    std::size_t start = 0;            ///< of a loop: its first cell
    std::uint32_t fixups = none;      ///< branches to the end, a list through `fixups_`
    std::uint32_t else_fixup = none;  ///< of an `if`: the branch to its `else`
    Mirrors mirrors;                  ///< of an `if`: the register cache at its branch
    std::uint32_t range = none;       ///< the innermost that catches exceptions thrown here
    std::uint32_t own_range = none;   ///< of a legacy `catch`: that of its `try`
    std::uint32_t last_row = none;    ///< of a legacy `catch`: its latest clause
    std::uint32_t landings = none;    ///< clauses that go on at the end, through `landings_`
  };

  /// A branch distance to be filled in.
  struct Fixup {
    std::size_t instruction;  ///< cell that distances count from
    std::size_t half;         ///< place of the distance, in halves
    std::uint32_t next;
  };

  /// A clause whose target is to be filled in.
  struct Landing {
    std::uint32_t row;
    std::uint32_t next;
  };

  // Types
  [[nodiscard]] const decoder::Module& tree() const { return module_.module().tree; }
  [[nodiscard]] std::span<const ValueType> parameters(const decoder::BlockType& type) const;
  [[nodiscard]] std::span<const ValueType> results(const decoder::BlockType& type) const;
  [[nodiscard]] std::span<const ValueType> label_types(const Control& control) const;
  [[nodiscard]] static Half width(ValueKind type) { return type == ValueKind::v128 ? 2 : 1; }
  [[nodiscard]] static Half slots_of(std::span<const ValueType> types);
  [[nodiscard]] static std::size_t type_number(ValueKind type);
  [[nodiscard]] static std::size_t accumulator_of(ValueKind type);

  // The symbolic stack
  [[nodiscard]] Half next_home() const;
  void push(Entry entry);
  void push_temporary(ValueKind type);
  void push_temporaries(std::span<const ValueType> types);
  void push_constant(ValueKind type, std::uint64_t bits);
  void push_local(std::uint32_t local);
  Entry pop();
  void shrink(std::size_t height);
  void reserve(Half slots);
  /// Materializes an entry of the stack: moves it to its spill slot.
  void settle(Entry& entry);
  void settle_top(std::size_t count);
  void settle_locals();
  void save_pending(Half slot);

  // Emitting
  void emit(Handler handler, const Operands& operands, bool may_trap = false);
  void emit_result(const Handler* by_target, const Operands& operands, Half target,
                   std::uint32_t accumulator, bool may_trap);
  void write_last(Target target);
  bool retarget_last(const Entry& value, Half slot);
  void note_position();
  void remove_last();
  void forget_last();
  [[nodiscard]] bool is_last(const Entry& entry) const {
    return last_.valid && entry.kind == Entry::Kind::temporary && last_.target == entry.home;
  }
  void invalidate(Half slot);
  void copy(const Entry& from, Half to);
  void copy_slot(Half from, Half to);
  [[nodiscard]] Use use(const Entry& entry) const;
  [[nodiscard]] Use use_slot(Entry& entry);
  [[nodiscard]] Use use_slot_or_accumulator(Entry& entry);
  [[nodiscard]] Half slot_of(Entry& entry);
  void claim(const Entry& entry, const Use& use);
  void add_use(Operands& operands, const Use& use, ValueKind type) const;

  // Instructions
  bool translate_control(const Instruction& i, bool live);
  bool translate_call(const Instruction& i);
  bool translate_variable(const Instruction& i);
  bool translate_numeric(const Instruction& i);
  bool translate_reference(const Instruction& i);
  bool translate_bulk(const Instruction& i);
  bool translate_vector(const Instruction& i);
  void unsupported(const Instruction& i);
  // Metering; see translator_metering.cpp.
  void charge(const Instruction& i);
  [[nodiscard]] std::uint64_t price_of(const Instruction& i) const;
  void check_interruption();
  [[nodiscard]] const Handler& bulk_handler(Opcode opcode) const;
  void binary(Opcode opcode);
  void unary(Opcode opcode);
  void wide(Opcode opcode);
  void atomic(const Instruction& i);
  void select();
  void local_set(std::uint32_t local);
  void global_get(std::uint32_t global);
  void global_set(std::uint32_t global);
  void load(const Instruction& i);
  void store(const Instruction& i);
  bool fold_address(const Entry& entry, Address& form, Operands& operands);
  [[nodiscard]] bool is_plain_memory(const decoder::MemoryArgument& argument) const;
  [[nodiscard]] Bounds bounds() const;
  [[nodiscard]] static ValueKind value_kind(decoder::OperandKind kind);

  // Vectors
  void push_vector(const std::array<std::uint8_t, 16>& bytes);
  void vector_unary(Opcode opcode);
  void vector_binary(Opcode opcode);
  void vector_ternary(Opcode opcode);
  void extract_lane(const Instruction& i);
  void replace_lane(const Instruction& i);
  void load_lane(const Instruction& i);
  void shuffle(const Instruction& i);
  /// Operands (slots only) after the immediates, then a result if the type has one.
  void plain(Opcode opcode, std::span<const Half> immediates, std::size_t operand_count,
             std::optional<ValueKind> result);

  // Control
  void begin_block(ControlKind kind, const decoder::BlockType& type);
  void begin_if(const decoder::BlockType& type);
  void begin_else(bool live);
  void end(bool live);
  void branch(std::uint32_t depth);
  void branch_if(std::uint32_t depth);
  void branch_table(std::span<const std::uint32_t> depths);
  void branch_on_null(std::uint32_t depth);
  void branch_on_non_null(std::uint32_t depth);
  void return_values();
  [[nodiscard]] Control& label(std::uint32_t depth) {
    return controls_[controls_.size() - 1 - depth];
  }
  [[nodiscard]] bool in_place(const Control& control) const;
  void move_to_label(const Control& control);
  std::uint32_t emit_branch(Handler handler, Operands operands);
  void resolve(std::uint32_t fixup, std::size_t target);
  void resolve_all(std::uint32_t first, std::size_t target);
  void link(Control& control, std::uint32_t fixup);
  void bind_here(std::uint32_t fixup);
  void jump_to(Control& control);
  void clear_merge();
  void take(Control& control, std::uint32_t around);

  // Superinstructions
  /// Emits a branch on a condition and returns its fixup. It branches if the condition is `sense`.
  std::uint32_t conditional(Entry& condition, bool sense);
  std::uint32_t conditional_of_last(bool sense);
  std::uint32_t add_and_branch(Opcode comparison, const Use& right, bool sense);
  [[nodiscard]] Handler branch_of_last(bool sense) const;
  [[nodiscard]] static bool is_sum_in_slot(const Last& it);
  [[nodiscard]] bool is_comparison_for_negation() const;
  void pair_sums();
  [[nodiscard]] std::optional<Last> withdraw_condition(const Entry& condition);
  void emit_again(const std::optional<Last>& condition);

  // Structures, arrays, casts
  bool translate_heap(const Instruction& i);
  bool translate_array(const Instruction& i);
  [[nodiscard]] Operands begin_allocation(std::uint32_t type_index) const;
  void finish_allocation(const Handler& handler, const Operands& operands);
  void allocation(const Handler& handler, std::uint32_t type_index,
                  std::span<const Half> immediates, std::size_t operand_count);
  void structure_new(std::uint32_t type_index);
  void described_new(std::uint32_t type_index);
  void array_new_fixed(std::uint32_t type_index, std::uint32_t count);
  void push_field(const Handler* by_target, const Operands& operands, ValueKind type);
  void push_vector_field(const Handler& handler, Operands operands);
  void structure_get(const Instruction& i);
  void structure_set(const Instruction& i);
  void array_get(const Instruction& i);
  void array_set(const Instruction& i);
  void array_bulk(Handler handler, std::uint32_t type_index, std::span<const Half> immediates,
                  std::size_t operand_count);
  void unary_reference(const Handler (&rows)[3][2], ValueKind result, bool may_trap);
  runtime::semantics::CastKind add_cast(Operands& operands, const decoder::HeapType& type,
                                        bool is_nullable) const;
  void reference_test(const decoder::HeapType& type, bool is_nullable);
  void reference_cast(const decoder::HeapType& type, bool is_nullable);
  void branch_on_cast(const Instruction& i);
  void descriptor_get(std::uint32_t type_index);
  void add_descriptor_cast(Operands& operands, const Use& reference, const Use& descriptor,
                           bool is_nullable) const;
  void descriptor_cast(bool is_nullable);
  void branch_on_descriptor(const Instruction& i);

  // Exceptions
  bool translate_exception(const Instruction& i, bool live);
  [[nodiscard]] const decoder::FunctionType& tag_type(std::uint32_t tag) const;
  void throw_tag(std::uint32_t tag);
  void throw_reference(Half slot);
  std::uint32_t begin_try(ControlKind kind, const decoder::BlockType& type);
  void end_range(const Control& control);
  std::uint32_t add_catch(std::uint32_t range, std::uint32_t previous, const CatchRow& row);
  void begin_try_table(const Instruction& i);
  void land(const Control& control);
  void land_at_return(const Control& function);
  void begin_catch(const Instruction& i, bool live);
  void delegate(const Instruction& i, bool live);

  // Calls
  Half settle_arguments(const decoder::FunctionType& type);
  void finish_call(const decoder::FunctionType& type);
  void call(const Instruction& i, bool is_tail);
  void call_indirect(const Instruction& i, bool is_tail);
  void call_reference(const Instruction& i, bool is_tail);

  const TranslatedModule& module_;
  const HandlerTable& table_;
  const decoder::FunctionType& type_;
  std::uint32_t defined_index_;

  std::vector<Half> local_slots_;
  std::vector<ValueKind> local_types_;
  std::vector<std::uint32_t> pending_;  ///< by slot of a local: its topmost entry on the stack
  Half locals_end_ = 0;
  Half record_ = 0;
  Half temporaries_ = 0;  ///< the first spill slot
  Half frame_slots_ = 0;

  std::vector<Entry> stack_;
  std::vector<std::array<std::uint8_t, 16>> vectors_;  ///< constants of type v128
  std::size_t settled_ = 0;  ///< number of entries from the bottom on that are no locals
  std::vector<Control> controls_;
  std::vector<Fixup> fixups_;
  CatchTable catches_;
  std::vector<Landing> landings_;
  std::vector<Cell> cells_;
  std::vector<Position> positions_;
  Mirrors mirrors_;
  Last last_;
  Last previous_;             ///< the one before it, if control flow cannot come between
  std::size_t copy_ = 0;      ///< the latest instruction, if it is a copy from slot to slot; else 0
  std::uint64_t offset_ = 0;  ///< of the current instruction

  // Metering: the cell that charges for the current run of instructions without a branch.
  std::size_t fuel_cell_ = 0;
  bool fuel_cell_is_open_ = false;
  bool is_charged_ = false;  ///< there is such a cell already

  // After an instruction that this build does not run, the rest of its block is dead.
  bool dead_ = false;
  std::uint32_t dead_nesting_ = 0;
};

}  // namespace airlock::interpreter
