// Translation of control instructions: blocks, branches, calls, returns.
#include <algorithm>

#include "interpreter/translator.hpp"

namespace airlock::interpreter {

std::span<const decoder::ValueType> Translator::parameters(const decoder::BlockType& type) const {
  if (type.kind != decoder::BlockType::Kind::type_index) return {};
  return tree().types[type.type_index].composite.function.parameters;
}

std::span<const decoder::ValueType> Translator::results(const decoder::BlockType& type) const {
  switch (type.kind) {
    case decoder::BlockType::Kind::value:
      return {&type.value, 1};
    case decoder::BlockType::Kind::type_index:
      return tree().types[type.type_index].composite.function.results;
    default:
      return {};
  }
}

/// What a branch to the label carries (specification: Validation, Labels).
std::span<const decoder::ValueType> Translator::label_types(const Control& control) const {
  if (control.kind == ControlKind::function) return type_.results;
  return control.kind == ControlKind::loop ? parameters(control.type) : results(control.type);
}

bool Translator::translate_control(const Instruction& i, bool live) {
  switch (i.opcode) {
    case "unreachable"_op:
      emit(table_.unreachable, {}, true);
      return true;
    case "block"_op:
      begin_block(ControlKind::block, i.block);
      return true;
    case "loop"_op:
      begin_block(ControlKind::loop, i.block);
      return true;
    case "if"_op:
      begin_if(i.block);
      return true;
    case "else"_op:
      begin_else(live);
      return true;
    case "end"_op:
      end(live);
      return true;
    case "br"_op:
      branch(i.index);
      return true;
    case "br_if"_op:
      branch_if(i.index);
      return true;
    case "br_table"_op:
      branch_table(i.labels);
      return true;
    case "br_on_null"_op:
      branch_on_null(i.index);
      return true;
    case "br_on_non_null"_op:
      branch_on_non_null(i.index);
      return true;
    case "return"_op:
      return_values();
      return true;
    default:
      return false;
  }
}

// Blocks

void Translator::begin_block(ControlKind kind, const decoder::BlockType& type) {
  const std::size_t count = parameters(type).size();
  settle_locals();
  settle_top(count);
  const std::size_t height = stack_.size() - count;
  if (kind == ControlKind::loop) clear_merge();
  controls_.push_back({.kind = kind,
                       .type = type,
                       .height = height,
                       .base = count == 0 ? next_home() : stack_[height].home,
                       .start = cells_.size(),
                       .mirrors = mirrors_,
                       .range = controls_.back().range});
  if (kind == ControlKind::loop && module_.configuration().interruptible) check_interruption();
}

void Translator::begin_if(const decoder::BlockType& type) {
  Entry condition = pop();
  const auto withdrawn = withdraw_condition(condition);
  settle_locals();
  settle_top(parameters(type).size());
  emit_again(withdrawn);
  const std::uint32_t to_else = conditional(condition, false);
  begin_block(ControlKind::if_, type);
  controls_.back().else_fixup = to_else;
}

void Translator::begin_else(bool live) {
  if (live) {
    settle_top(results(controls_.back().type).size());
    jump_to(controls_.back());
  }
  Control& control = controls_.back();
  resolve(control.else_fixup, cells_.size());
  control.kind = ControlKind::else_;
  forget_last();
  mirrors_ = control.mirrors;
  shrink(control.height);
  push_temporaries(parameters(control.type));
}

void Translator::end(bool live) {
  const Control control = controls_.back();
  if (control.kind == ControlKind::function) {
    if (live) return_values();
    land_at_return(control);
    controls_.pop_back();
    return;
  }
  const auto types = results(control.type);
  if (live) {
    settle_top(types.size());
    // In a `catch` the exception lies below them.
    if (control.kind == ControlKind::catch_) move_to_label(control);
  }
  if (control.kind == ControlKind::try_table || control.kind == ControlKind::try_)
    end_range(control);
  // Without an `else`, parameters and results are the same.
  if (control.kind == ControlKind::if_) resolve(control.else_fixup, cells_.size());
  resolve_all(control.fixups, cells_.size());
  land(control);
  if (control.kind == ControlKind::if_ || control.fixups != none || control.landings != none ||
      !live)
    clear_merge();
  controls_.pop_back();
  shrink(control.height);
  push_temporaries(types);
}

/// Control flow merges here: nothing is known of the accumulators.
void Translator::clear_merge() {
  mirrors_ = {};
  forget_last();
}

// Branches

/// Emits an instruction whose last operand is a distance, and returns its fixup.
std::uint32_t Translator::emit_branch(Handler handler, Operands operands) {
  const std::size_t start = cells_.size();
  operands.add(0);
  emit(handler, operands);
  fixups_.push_back({start, 2 * start + 1 + operands.count, none});
  return static_cast<std::uint32_t>(fixups_.size() - 1);
}

void Translator::resolve(std::uint32_t fixup, std::size_t target) {
  const Fixup& it = fixups_[fixup];
  const auto distance = static_cast<std::int32_t>(static_cast<std::int64_t>(target) -
                                                  static_cast<std::int64_t>(it.instruction));
  std::memcpy(reinterpret_cast<std::byte*>(cells_.data()) + it.half * sizeof(Half), &distance,
              sizeof distance);
}

void Translator::resolve_all(std::uint32_t first, std::size_t target) {
  for (std::uint32_t i = first; i != none; i = fixups_[i].next) resolve(i, target);
}

/// Makes the distance of a fixup that of a label.
void Translator::link(Control& control, std::uint32_t fixup) {
  if (control.kind == ControlKind::loop) return resolve(fixup, control.start);
  fixups_[fixup].next = control.fixups;
  control.fixups = fixup;
}

void Translator::bind_here(std::uint32_t fixup) {
  resolve(fixup, cells_.size());
  forget_last();
}

/// Goes to a label whose values are in place, or returns.
void Translator::jump_to(Control& control) {
  if (control.kind == ControlKind::function) return return_values();
  if (is_sum_in_slot(last_)) {
    Operands sum = last_.operands;
    sum.add(last_.target);
    remove_last();
    return link(control, emit_branch(table_.add_branch_always, sum));
  }
  link(control, emit_branch(table_.branch, {}));
}

/// Whether a label's values, once in their spill slots, are where the label expects them.
bool Translator::in_place(const Control& control) const {
  const std::size_t count = label_types(control).size();
  if (control.kind == ControlKind::function) return false;
  return count == 0 || stack_.size() - count == control.height;
}

/// Moves the values of a label from their spill slots down to where the label expects them.
void Translator::move_to_label(const Control& control) {
  const auto types = label_types(control);
  if (control.kind == ControlKind::function || in_place(control)) return;
  Operands operands;
  operands.add(stack_[stack_.size() - types.size()].home);
  operands.add(control.base);
  operands.add(slots_of(types));
  emit(table_.copy_block, operands);
  mirrors_ = {};
}

void Translator::branch(std::uint32_t depth) {
  Control& control = label(depth);
  const auto types = label_types(control);
  const bool is_single = types.size() == 1;
  if (control.kind == ControlKind::function) return return_values();
  if (is_single && !in_place(control)) {
    const Entry& value = stack_.back();
    if (!retarget_last(value, control.base)) copy(value, control.base);
  } else {
    settle_top(types.size());
    move_to_label(control);
  }
  jump_to(control);
}

/// Called after `around`, a conditional branch around this: moves the values, goes to the label.
void Translator::take(Control& control, std::uint32_t around) {
  const Mirrors mirrors = mirrors_;
  move_to_label(control);
  jump_to(control);
  bind_here(around);
  mirrors_ = mirrors;
}

void Translator::branch_if(std::uint32_t depth) {
  Entry condition = pop();
  Control& control = label(depth);
  const auto withdrawn = withdraw_condition(condition);
  settle_top(label_types(control).size());
  emit_again(withdrawn);
  if (in_place(control)) return link(control, conditional(condition, true));
  take(control, conditional(condition, false));
}

void Translator::branch_on_null(std::uint32_t depth) {
  Entry reference = pop();
  Control& control = label(depth);
  settle_top(label_types(control).size());
  Operands operands;
  operands.add(slot_of(reference));
  if (in_place(control))
    link(control, emit_branch(table_.branch_if_null, operands));
  else
    take(control, emit_branch(table_.branch_if_not_null, operands));
  push(reference);
}

void Translator::branch_on_non_null(std::uint32_t depth) {
  Control& control = label(depth);
  settle_top(label_types(control).size());
  Operands operands;
  operands.add(stack_.back().home);
  if (in_place(control))
    link(control, emit_branch(table_.branch_if_not_null, operands));
  else
    take(control, emit_branch(table_.branch_if_null, operands));
  pop();
}

void Translator::branch_table(std::span<const std::uint32_t> depths) {
  Entry index = pop();
  settle_top(label_types(label(depths.back())).size());
  const Use source = use_slot_or_accumulator(index);
  claim(index, source);
  // Too many operands for `Operands`.
  const std::size_t start = cells_.size();
  const std::size_t first = source.source == Source::slot ? 2 : 1;
  cells_.resize(start + cells_for(first + depths.size()));
  cells_[start] = cell_of(table_.branch_table[number(source.source)]);
  const Half head[] = {static_cast<Half>(depths.size() - 1), static_cast<Half>(source.value)};
  std::memcpy(&cells_[start] + 1, head, first * sizeof(Half));
  forget_last();
  // Labels that need their values moved are reached by way of code after the table, once each.
  std::unordered_map<std::uint32_t, std::vector<std::uint32_t>> detours;
  for (std::size_t n = 0; n < depths.size(); ++n) {
    fixups_.push_back({start, 2 * start + 2 + first + n, none});
    const auto fixup = static_cast<std::uint32_t>(fixups_.size() - 1);
    Control& control = label(depths[n]);
    if (in_place(control))
      link(control, fixup);
    else
      detours[depths[n]].push_back(fixup);
  }
  for (const auto& [depth, fixups] : detours) {
    for (const std::uint32_t fixup : fixups) bind_here(fixup);
    mirrors_ = {};
    move_to_label(label(depth));
    jump_to(label(depth));
  }
}

void Translator::return_values() {
  Operands operands;
  operands.add(record_);
  if (type_.results.empty()) return emit(table_.return_none, operands);
  if (type_.results.size() == 1) {
    const Entry& value = stack_.back();
    const Use source = use(value);
    claim(value, source);
    add_use(operands, source, value.type);
    return emit(table_.return_one[type_number(value.type)][number(source.source)], operands);
  }
  const std::size_t count = type_.results.size();
  settle_top(count);
  operands.add(stack_[stack_.size() - count].home);
  operands.add(slots_of(type_.results));
  emit(table_.return_block, operands);
}

// Calls

bool Translator::translate_call(const Instruction& i) {
  switch (i.opcode) {
    case "call"_op:
      call(i, false);
      return true;
    case "return_call"_op:
      call(i, true);
      return true;
    case "call_indirect"_op:
      call_indirect(i, false);
      return true;
    case "return_call_indirect"_op:
      call_indirect(i, true);
      return true;
    case "call_ref"_op:
      call_reference(i, false);
      return true;
    case "return_call_ref"_op:
      call_reference(i, true);
      return true;
    default:
      return false;
  }
}

/// Puts the arguments, which are on top of the stack, where the callee's frame begins.
/// @return that slot
Half Translator::settle_arguments(const decoder::FunctionType& type) {
  const std::size_t count = type.parameters.size();
  settle_top(count);
  return count == 0 ? next_home() : stack_[stack_.size() - count].home;
}

/// Replaces the arguments by the results. One result is in its accumulator as well.
void Translator::finish_call(const decoder::FunctionType& type) {
  shrink(stack_.size() - type.parameters.size());
  const Half first = next_home();
  reserve(first + std::max(slots_of(type.parameters), slots_of(type.results)));
  push_temporaries(type.results);
  mirrors_ = {};
  if (type.results.size() == 1) mirrors_.slots[accumulator_of(type.results[0].kind)] = first;
}

void Translator::call(const Instruction& i, bool is_tail) {
  const decoder::FunctionType& type = tree().function_type(i.index);
  const Half first = settle_arguments(type);
  const bool is_import = i.index < tree().imported_functions();
  Operands operands;
  if (is_import)
    operands.add(i.index);
  else
    operands.add_wide(
        reinterpret_cast<std::uint64_t>(module_.function(i.index - tree().imported_functions())));
  operands.add(first);
  if (is_tail) {
    if (!is_import) operands.add(slots_of(type.parameters));
    operands.add(record_);
    reserve(slots_of(type.parameters));
    return emit(is_import ? table_.tail_call_import : table_.tail_call, operands, true);
  }
  emit(is_import ? table_.call_import : table_.call, operands, true);
  finish_call(type);
}

void Translator::call_indirect(const Instruction& i, bool is_tail) {
  const decoder::FunctionType& type = tree().types[i.index].composite.function;
  const std::size_t wide =
      tree().table_types[i.second_index].address == decoder::AddressType::i64 ? 1 : 0;
  Entry index = pop();
  if (index.kind == Entry::Kind::constant || is_tail) index.slot = slot_of(index);
  const Half first = settle_arguments(type);
  Operands operands;
  operands.add(i.second_index);
  operands.add(module_.module().type_ids[i.index]);
  operands.add(first);
  if (is_tail) {
    operands.add(record_);
    operands.add(index.slot);
    return emit(table_.tail_call_indirect[wide], operands, true);
  }
  const Use source = use(index);
  claim(index, source);
  add_use(operands, source, ValueKind::i32);
  emit(table_.call_indirect[wide][number(source.source)], operands, true);
  finish_call(type);
}

void Translator::call_reference(const Instruction& i, bool is_tail) {
  const decoder::FunctionType& type = tree().types[i.index].composite.function;
  Entry reference = pop();
  const Half slot = slot_of(reference);
  const Half first = settle_arguments(type);
  Operands operands;
  operands.add(first);
  if (is_tail) operands.add(record_);
  operands.add(slot);
  emit(is_tail ? table_.tail_call_reference : table_.call_reference, operands, true);
  if (!is_tail) finish_call(type);
}

}  // namespace airlock::interpreter
