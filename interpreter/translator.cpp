// The translator's symbolic stack and how it emits code.
#include "interpreter/translator.hpp"

#include <algorithm>

#include "decoder/opcode.hpp"

namespace airlock::interpreter {

Translator::Translator(const TranslatedModule& module, std::uint32_t defined_index)
    : module_(module),
      table_(handlers()),
      type_(module.module().tree.function_type(module.module().tree.imported_functions() +
                                               defined_index)),
      defined_index_(defined_index) {
  const auto add_local = [&](ValueKind type) {
    local_slots_.push_back(locals_end_);
    local_types_.push_back(type);
    locals_end_ += width(type);
  };
  for (const auto& parameter : type_.parameters) add_local(parameter.kind);
  for (const auto& run : tree().functions[defined_index].locals)
    for (std::uint32_t n = 0; n < run.count; ++n) add_local(run.type.kind);
  pending_.assign(locals_end_, none);
  record_ = std::max(locals_end_, slots_of(type_.results));
  temporaries_ = record_ + record_slots;
  frame_slots_ = temporaries_;
  cells_.resize(entry_cells);
  controls_.push_back(
      {.kind = ControlKind::function, .type = {}, .base = temporaries_, .mirrors = {}});
}

Result<Translation> Translator::finish() {
  const Half parameters = slots_of(type_.parameters);
  EntryHeader header{};
  header.record = record_;
  header.first_zeroed = parameters;
  header.zeroed = (locals_end_ - parameters + zero_step - 1) / zero_step * zero_step;
  header.frame_slots = std::max(frame_slots_, header.first_zeroed + header.zeroed);
  std::memcpy(cells_.data(), &header, sizeof header);
  cells_.shrink_to_fit();
  positions_.shrink_to_fit();
  return Translation{std::move(cells_), std::move(positions_), std::move(catches_)};
}

Half Translator::slots_of(std::span<const ValueType> types) {
  Half slots = 0;
  for (const auto& type : types) slots += width(type.kind);
  return slots;
}

/// The index of a type in tables by the five kinds of values; a reference counts as an i64.
std::size_t Translator::type_number(ValueKind type) {
  switch (type) {
    case ValueKind::i32:
      return 0;
    case ValueKind::f32:
      return 2;
    case ValueKind::f64:
      return 3;
    case ValueKind::v128:
      return 4;
    default:
      return 1;
  }
}

std::size_t Translator::accumulator_of(ValueKind type) {
  switch (type) {
    case ValueKind::f32:
      return 1;
    case ValueKind::f64:
      return 2;
    case ValueKind::v128:
      return vector_accumulator;
    default:
      return 0;
  }
}

Half Translator::next_home() const {
  return stack_.empty() ? temporaries_ : stack_.back().home + width(stack_.back().type);
}

void Translator::reserve(Half slots) { frame_slots_ = std::max(frame_slots_, slots); }

void Translator::push(Entry entry) {
  entry.home = next_home();
  reserve(entry.home + width(entry.type));
  if (entry.kind == Entry::Kind::local) {
    entry.previous = pending_[entry.slot];
    pending_[entry.slot] = static_cast<std::uint32_t>(stack_.size());
  }
  stack_.push_back(entry);
}

void Translator::push_temporary(ValueKind type) { push({.type = type}); }

void Translator::push_temporaries(std::span<const ValueType> types) {
  for (const auto& type : types) push_temporary(type.kind);
}

void Translator::push_constant(ValueKind type, std::uint64_t bits) {
  push({.kind = Entry::Kind::constant, .type = type, .bits = bits});
}

void Translator::push_local(std::uint32_t local) {
  push({.kind = Entry::Kind::local, .type = local_types_[local], .slot = local_slots_[local]});
}

Translator::Entry Translator::pop() {
  const Entry entry = stack_.back();
  if (entry.kind == Entry::Kind::local) pending_[entry.slot] = entry.previous;
  stack_.pop_back();
  settled_ = std::min(settled_, stack_.size());
  return entry;
}

void Translator::shrink(std::size_t height) {
  while (stack_.size() > height) pop();
}

void Translator::settle(Entry& entry) {
  if (entry.kind == Entry::Kind::temporary) return;
  copy(entry, entry.home);
  entry.kind = Entry::Kind::temporary;
}

/// Materializes the topmost entries: moves them to their spill slots.
void Translator::settle_top(std::size_t count) {
  // From the top, so that entries are removed at the heads of the lists of pending locals.
  for (std::size_t i = stack_.size(); i-- > stack_.size() - count;) {
    Entry& entry = stack_[i];
    if (entry.kind == Entry::Kind::local) {
      // Entries above are in their spill slots already, so this is the topmost of its local.
      pending_[entry.slot] = entry.previous;
    }
    settle(entry);
  }
}

/// Spills all locals on the stack: control flow that has assigned them may come here.
void Translator::settle_locals() {
  for (std::size_t i = stack_.size(); i-- > settled_;) {
    Entry& entry = stack_[i];
    if (entry.kind != Entry::Kind::local) continue;
    pending_[entry.slot] = entry.previous;
    settle(entry);
  }
  settled_ = stack_.size();
}

/// Spills the entries that are a local which is about to be assigned.
void Translator::save_pending(Half slot) {
  for (std::uint32_t i = pending_[slot]; i != none; i = stack_[i].previous) settle(stack_[i]);
  pending_[slot] = none;
}

/// From here on, emitted code may not be changed any more: other code follows it now, or control
/// flow may come here.
void Translator::forget_last() {
  last_.valid = false;
  previous_.valid = false;
  copy_ = 0;
}

/// Records the offset in the binary of the next cell, because its instruction may trap.
void Translator::note_position() {
  positions_.push_back({static_cast<std::uint32_t>(cells_.size()), offset_});
}

void Translator::emit(Handler handler, const Operands& operands, bool may_trap) {
  forget_last();
  if (may_trap) note_position();
  const std::size_t start = cells_.size();
  cells_.resize(start + cells_for(operands.count));
  cells_[start] = cell_of(handler);
  std::memcpy(&cells_[start] + 1, operands.halves.data(), operands.count * sizeof(Half));
}

/// Emits an instruction whose result goes to a slot. It becomes the latest, so a later instruction
/// may still redirect the result.
void Translator::emit_result(const Handler* by_target, const Operands& operands, Half target,
                             std::uint32_t accumulator, bool may_trap) {
  previous_ = last_;
  copy_ = 0;
  last_ = {.valid = true,
           .start = cells_.size(),
           .by_target = by_target,
           .operands = operands,
           .target = target,
           .accumulator = accumulator,
           .before = mirrors_,
           .positions = positions_.size()};
  if (may_trap) note_position();
  write_last(Target::slot);
}

void Translator::write_last(Target target) {
  cells_.resize(last_.start);
  last_.written = target;
  Operands operands = last_.operands;
  if (target == Target::slot) operands.add(last_.target);
  cells_.resize(last_.start + cells_for(operands.count));
  cells_[last_.start] = cell_of(last_.by_target[number(target)]);
  std::memcpy(&cells_[last_.start] + 1, operands.halves.data(), operands.count * sizeof(Half));
  invalidate(last_.target);
  // All that has a v128 result sets that accumulator.
  if (last_.accumulator == vector_accumulator) invalidate(last_.target + 1);
  if (last_.accumulator != none) mirrors_.slots[last_.accumulator] = last_.target;
  if (last_.spoiled != none) mirrors_.slots[last_.spoiled] = none;
}

/// Redirects the latest result to another slot, if it is this value.
bool Translator::retarget_last(const Entry& value, Half slot) {
  if (!is_last(value)) return false;
  mirrors_ = last_.before;
  last_.target = slot;
  write_last(Target::slot);
  return true;
}

/// Removes the latest instruction. The one before it is then the latest.
void Translator::remove_last() {
  cells_.resize(last_.start);
  positions_.resize(last_.positions);
  mirrors_ = last_.before;
  last_ = previous_;
  previous_.valid = false;
}

void Translator::invalidate(Half slot) {
  for (Half& mirror : mirrors_.slots)
    if (mirror == slot) mirror = none;
  Half& vector = mirrors_.slots[vector_accumulator];
  if (vector != none && vector + 1 == slot) vector = none;
}

/// Copies a slot to another. Two copies that follow each other become one instruction.
void Translator::copy_slot(Half from, Half to) {
  Operands operands;
  const bool is_pair = copy_ != 0;
  if (is_pair) {
    operands.add(read_operand<Half>(&cells_[copy_], 0));
    operands.add(read_operand<Half>(&cells_[copy_], 1));
    cells_.resize(copy_);
  }
  operands.add(from);
  operands.add(to);
  const std::size_t start = cells_.size();
  emit(is_pair ? table_.copy_pair : table_.copy_slot, operands);
  if (!is_pair) copy_ = start;
}

/// Copies an operand to a slot, without touching the accumulators.
void Translator::copy(const Entry& from, Half to) {
  Operands operands;
  const Use source = use(from);
  const auto low = static_cast<Half>(source.value);  // the slot, or the low half of a constant
  const bool is_vector = from.type == ValueKind::v128;
  if (source.source != Source::constant && low == to) return;
  switch (source.source) {
    case Source::constant: {
      const bool is_wide = !is_vector && source.value >> 32 != 0;
      if (is_vector)
        add_use(operands, source, from.type);
      else if (is_wide)
        operands.add_wide(source.value);
      else
        operands.add(low);
      operands.add(to);
      emit(is_vector ? table_.copy_constant128
           : is_wide ? table_.copy_constant64
                     : table_.copy_constant32,
           operands);
      break;
    }
    case Source::accumulator:
      operands.add(to);
      emit(table_.copy_accumulator[type_number(from.type)], operands);
      break;
    case Source::slot:
      if (!is_vector) {
        copy_slot(low, to);
        break;
      }
      operands.add(low);
      operands.add(to);
      emit(table_.copy_vector, operands);
      break;
  }
  invalidate(to);
  if (is_vector) invalidate(to + 1);
}

Translator::Use Translator::use(const Entry& entry) const {
  if (entry.kind == Entry::Kind::constant) return {Source::constant, entry.bits};
  const Half slot = entry.kind == Entry::Kind::local ? entry.slot : entry.home;
  const bool mirrored = mirrors_.slots[accumulator_of(entry.type)] == slot;
  return {mirrored ? Source::accumulator : Source::slot, slot};
}

/// The slot an operand is in; a constant is stored to its spill slot first.
Half Translator::slot_of(Entry& entry) {
  if (entry.kind == Entry::Kind::local) return entry.slot;
  settle(entry);
  return entry.home;
}

Translator::Use Translator::use_slot(Entry& entry) { return {Source::slot, slot_of(entry)}; }

Translator::Use Translator::use_slot_or_accumulator(Entry& entry) {
  if (entry.kind == Entry::Kind::constant) settle(entry);
  return use(entry);
}

/// Called before an instruction that reads a popped temporary from the accumulator is emitted. If
/// the latest instruction computed it, it is not stored to its slot: nothing else reads it there.
void Translator::claim(const Entry& entry, const Use& use) {
  if (use.source != Source::accumulator || !is_last(entry)) return;
  if (last_.by_target_is_slot_only) return;
  write_last(Target::accumulator);
}

void Translator::add_use(Operands& operands, const Use& use, ValueKind type) const {
  if (use.source == Source::accumulator) return;
  if (use.source == Source::constant && type == ValueKind::v128) {
    std::array<Half, 4> halves{};
    std::memcpy(halves.data(), vectors_[use.value].data(), sizeof halves);
    for (const Half half : halves) operands.add(half);
    return;
  }
  const bool is_wide_constant =
      use.source == Source::constant && type != ValueKind::i32 && type != ValueKind::f32;
  if (is_wide_constant)
    operands.add_wide(use.value);
  else
    operands.add(static_cast<Half>(use.value));
}

/// Marks the rest of the block dead after an instruction that this build does not run.
void Translator::unsupported(const Instruction& i) {
  Operands operands;
  operands.add(static_cast<Half>(number(i.opcode)));
  emit(table_.unsupported, operands, true);
  dead_ = true;
  dead_nesting_ = 0;
}

void Translator::instruction(const Instruction& i, bool live) {
  offset_ = i.offset;
  if (dead_) {
    switch (i.opcode) {
      case "block"_op:
      case "loop"_op:
      case "if"_op:
      case "try_table"_op:
      case "try"_op:
        ++dead_nesting_;
        return;
      case "else"_op:
      case "catch"_op:
      case "catch_all"_op:
        if (dead_nesting_ != 0) return;
        break;
      case "end"_op:
      case "delegate"_op:
        if (dead_nesting_ != 0) {
          --dead_nesting_;
          return;
        }
        break;
      default:
        return;
    }
    dead_ = false;
    live = false;
  }
  const auto& configuration = module_.configuration();
  if (configuration.interruptible && cells_.size() == entry_cells) check_interruption();
  if (configuration.metered) charge(i);
  if (translate_control(i, live) || translate_call(i) || translate_exception(i, live) ||
      translate_variable(i) || translate_numeric(i) || translate_reference(i) ||
      translate_bulk(i) || translate_heap(i) || translate_vector(i))
    return;
  unsupported(i);
}

}  // namespace airlock::interpreter
