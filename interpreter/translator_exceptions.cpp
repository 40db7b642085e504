// Translation of exceptions: `try_table`, and the `try` of the legacy proposal.
//
// Neither leaves anything in the code. The catch table holds what a clause catches. A handler's
// target is a place where control flow merges: the operands below the label have been in their
// spill slots since the block was entered, the values are moved to where the label expects them,
// and the register cache is empty. Locals are in their slots at every instruction that throws,
// since a redirected result never moves across another instruction.
#include "interpreter/translator.hpp"

namespace airlock::interpreter {

namespace {

using decoder::CatchKind;

bool has_tag(CatchKind kind) { return kind == CatchKind::catch_ || kind == CatchKind::catch_ref; }

bool has_reference(CatchKind kind) {
  return kind == CatchKind::catch_ref || kind == CatchKind::catch_all_ref;
}

}  // namespace

bool Translator::translate_exception(const Instruction& i, bool live) {
  switch (i.opcode) {
    case "try_table"_op:
      begin_try_table(i);
      return true;
    case "try"_op:
      begin_try(ControlKind::try_, i.block);
      return true;
    case "catch"_op:
    case "catch_all"_op:
      begin_catch(i, live);
      return true;
    case "delegate"_op:
      delegate(i, live);
      return true;
    case "throw"_op:
      throw_tag(i.index);
      return true;
    case "throw_ref"_op: {
      Entry reference = pop();
      throw_reference(slot_of(reference));
      return true;
    }
    case "rethrow"_op:
      throw_reference(label(i.index).base);
      return true;
    default:
      return false;
  }
}

const decoder::FunctionType& Translator::tag_type(std::uint32_t tag) const {
  return tree().types[tree().tag_types[tag].type].composite.function;
}

void Translator::throw_tag(std::uint32_t tag) {
  const std::size_t count = tag_type(tag).parameters.size();
  settle_top(count);
  Operands operands;
  operands.add(tag);
  operands.add(count == 0 ? next_home() : stack_[stack_.size() - count].home);
  operands.add(next_home());
  emit(table_.throw_, operands, true);
}

void Translator::throw_reference(Half slot) {
  Operands operands;
  operands.add(slot);
  operands.add(next_home());
  emit(table_.throw_reference, operands, true);
}

/// Begins a block with a range of its own, so far without clauses.
std::uint32_t Translator::begin_try(ControlKind kind, const decoder::BlockType& type) {
  const auto range = static_cast<std::uint32_t>(catches_.ranges.size());
  const std::uint32_t outer = controls_.back().range;
  begin_block(kind, type);
  // What is folded into an instruction of the range must not have begun before it.
  forget_last();
  const auto here = static_cast<std::uint32_t>(cells_.size());
  catches_.ranges.push_back({.begin = here, .end = here, .outer = outer, .next = outer});
  controls_.back().range = range;
  return range;
}

/// Ends the range of a block: the next instruction does not belong to it.
void Translator::end_range(const Control& control) {
  catches_.ranges[control.range].end = static_cast<std::uint32_t>(cells_.size());
  forget_last();
}

/// Adds a clause to a range, after `previous` if there is one.
std::uint32_t Translator::add_catch(std::uint32_t range, std::uint32_t previous,
                                    const CatchRow& row) {
  const auto number = static_cast<std::uint32_t>(catches_.rows.size());
  catches_.rows.push_back(row);
  (previous == CatchRow::none ? catches_.ranges[range].first_row : catches_.rows[previous].next) =
      number;
  return number;
}

void Translator::begin_try_table(const Instruction& i) {
  const std::uint32_t range = begin_try(ControlKind::try_table, i.block);
  std::uint32_t previous = CatchRow::none;
  for (const auto& clause : i.catches) {
    // Labels count from outside of the block.
    Control& target = label(clause.label + 1);
    CatchRow row{.values = target.base};
    Half end = target.base;
    if (has_tag(clause.kind)) {
      row.tag = clause.tag;
      end += slots_of(tag_type(clause.tag).parameters);
    }
    if (has_reference(clause.kind)) row.exception = end++;
    reserve(end);
    if (target.kind == ControlKind::loop) row.target = static_cast<std::uint32_t>(target.start);
    previous = add_catch(range, previous, row);
    if (target.kind == ControlKind::loop) continue;
    landings_.push_back({.row = previous, .next = target.landings});
    target.landings = static_cast<std::uint32_t>(landings_.size() - 1);
  }
}

/// Sets the target of all clauses whose label ends here.
void Translator::land(const Control& control) {
  for (std::uint32_t n = control.landings; n != none; n = landings_[n].next)
    catches_.rows[landings_[n].row].target = static_cast<std::uint32_t>(cells_.size());
}

/// Emitted after a function's code: the target of clauses whose label is the function. It returns.
void Translator::land_at_return(const Control& function) {
  if (function.landings == none) return;
  land(function);
  clear_merge();
  shrink(0);
  push_temporaries(type_.results);
  return_values();
}

// The legacy proposal

/// `catch` and `catch_all`: another part of a `try`. Below its operands lies the exception, for
/// `rethrow`.
void Translator::begin_catch(const Instruction& i, bool live) {
  if (live) {
    settle_top(results(controls_.back().type).size());
    move_to_label(controls_.back());
    jump_to(controls_.back());
  }
  Control& control = controls_.back();
  if (control.kind == ControlKind::try_) {
    end_range(control);
    control.kind = ControlKind::catch_;
    control.own_range = control.range;
    control.range = catches_.ranges[control.range].outer;
  }
  clear_merge();
  shrink(control.height);
  push_temporary(ValueKind::reference);
  CatchRow row{.target = static_cast<std::uint32_t>(cells_.size()),
               .values = control.base + 1,
               .exception = control.base};
  if (i.opcode == "catch"_op) {
    row.tag = i.index;
    push_temporaries(tag_type(i.index).parameters);
  }
  control.last_row = add_catch(control.own_range, control.last_row, row);
}

/// Ends a `try` whose exceptions are those of an outer block.
void Translator::delegate(const Instruction& i, bool live) {
  const std::uint32_t range = controls_.back().range;
  end(live);
  catches_.ranges[range].next = label(i.index).range;
}

}  // namespace airlock::interpreter
