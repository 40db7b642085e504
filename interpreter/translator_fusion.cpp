// Superinstructions: consecutive instructions that become one.
//
// Which there are is decided by counts of what programs run. In CoreMark the addition of a constant
// to a local is 7% of all instructions, in benchmarks/programs/compress.c 15%; it often comes just
// before another addition, or before a branch on its result.
#include <optional>

#include "interpreter/translator.hpp"

namespace airlock::interpreter {

/// Removes the latest instruction if it computes a condition that can become part of a branch. The
/// caller then materializes operands and emits it again after them.
std::optional<Translator::Last> Translator::withdraw_condition(const Entry& condition) {
  if (!is_last(condition) || branch_of_last(true) == nullptr) return std::nullopt;
  const Last last = last_;
  remove_last();
  return last;
}

/// Emits a withdrawn instruction. That is safe: it reads none of the spill slots that were written
/// in between, copies leave the accumulators alone, and no condition traps.
void Translator::emit_again(const std::optional<Last>& condition) {
  if (!condition) return;
  emit_result(condition->by_target, condition->operands, condition->target, condition->accumulator,
              false);
  last_.opcode = condition->opcode;
  last_.left = condition->left;
  last_.right = condition->right;
  last_.branches = condition->branches;
}

/// The handler that does both the latest instruction and a branch on its result; null if there is
/// none.
Handler Translator::branch_of_last(bool sense) const {
  const auto left = number(last_.left.source);
  if (last_.branches != nullptr) return last_.branches[sense];
  if (last_.opcode == "i32.eqz"_op) return table_.branch_if[left][!sense];
  if (last_.opcode == "i64.eqz"_op)
    return table_.compare_branch[number("i64.eq"_op)][left][number(Source::constant)][sense];
  return table_.compare_branch[number(last_.opcode)][left][number(last_.right.source)][sense];
}

/// Emits a branch. Its polarity is `sense`: true branches if the condition is not zero, false if it
/// is. A comparison just before becomes part of it.
std::uint32_t Translator::conditional(Entry& condition, bool sense) {
  if (is_last(condition) && branch_of_last(sense) != nullptr) return conditional_of_last(sense);
  const Use source = use_slot_or_accumulator(condition);
  claim(condition, source);
  // If the condition is in the accumulator, the latest instruction has left it there.
  if (source.source == Source::accumulator && is_sum_in_slot(last_))
    return add_and_branch("i32.ne"_op, {Source::constant, 0}, sense);
  Operands operands;
  add_use(operands, source, ValueKind::i32);
  return emit_branch(table_.branch_if[number(source.source)][sense], operands);
}

/// Fuses the latest instruction and a branch on its result.
std::uint32_t Translator::conditional_of_last(bool sense) {
  const Handler branch = branch_of_last(sense);
  const Last condition = last_;
  remove_last();
  const bool is_of_latest = condition.left.source == Source::accumulator && last_.valid;
  const bool is_of_sum = is_of_latest && is_sum_in_slot(last_);
  Operands operands = condition.operands;
  if (condition.opcode == "i32.eqz"_op) {
    if (is_of_sum) return add_and_branch("i32.eq"_op, {Source::constant, 0}, sense);
    if (is_of_latest && is_comparison_for_negation()) return conditional_of_last(!sense);
  } else if (condition.opcode == "i64.eqz"_op) {
    operands.add_wide(0);
  } else if (is_of_sum && condition.branches == nullptr &&
             table_.add_branch[number(condition.opcode)][number(Source::slot)][sense] != nullptr) {
    return add_and_branch(condition.opcode, condition.right, sense);
  }
  return emit_branch(branch, operands);
}

/// Whether the latest instruction is a comparison whose result is only used by an `eqz`.
bool Translator::is_comparison_for_negation() const {
  return last_.written == Target::accumulator && last_.accumulator == 0 &&
         last_.branches == nullptr && last_.opcode != "i32.eqz"_op &&
         last_.opcode != "i64.eqz"_op && branch_of_last(true) != nullptr &&
         branch_of_last(false) != nullptr;
}

/// Whether an instruction adds a constant to a slot and keeps the sum in one.
bool Translator::is_sum_in_slot(const Last& it) {
  return it.valid && it.opcode == "i32.add"_op && it.written == Target::slot &&
         it.left.source == Source::slot && it.right.source == Source::constant;
}

/// Fuses the latest instruction, a sum in a slot, and a branch on a comparison of the sum.
std::uint32_t Translator::add_and_branch(Opcode comparison, const Use& right, bool sense) {
  Operands operands = last_.operands;
  const Half target = last_.target;
  operands.add(target);
  add_use(operands, right, ValueKind::i32);
  remove_last();
  const std::uint32_t fixup =
      emit_branch(table_.add_branch[number(comparison)][number(right.source)][sense], operands);
  invalidate(target);
  mirrors_.slots[0] = target;
  return fixup;
}

/// Fuses the latest two instructions, if both are sums in slots.
void Translator::pair_sums() {
  if (!is_sum_in_slot(last_) || !is_sum_in_slot(previous_)) return;
  const Half second = last_.target;
  const Operands right = last_.operands;
  remove_last();
  const Half first = last_.target;
  Operands operands = last_.operands;
  remove_last();
  operands.add(first);
  for (std::size_t n = 0; n < right.count; ++n) operands.add(right.halves[n]);
  operands.add(second);
  emit(table_.add_pair, operands);
  invalidate(first);
  invalidate(second);
  mirrors_.slots[0] = second;
}

}  // namespace airlock::interpreter
