// Translation of instructions on structures, arrays, i31 and of casts.
#include <algorithm>

#include "interpreter/translator.hpp"
#include "runtime/reference.hpp"

namespace airlock::interpreter {

using decoder::HeapKind;
using runtime::FieldLayout;
using runtime::Layout;
using runtime::semantics::CastKind;

namespace {

/// How an instruction reads what is stored; `is_signed` only matters for packed fields.
Access access_of(const FieldLayout& field, bool is_signed) {
  switch (field.storage) {
    case decoder::ValueKind::i8:
      return is_signed ? Access::i8_s : Access::i8_u;
    case decoder::ValueKind::i16:
      return is_signed ? Access::i16_s : Access::i16_u;
    case decoder::ValueKind::i32:
      return Access::i32;
    case decoder::ValueKind::f32:
      return Access::f32;
    case decoder::ValueKind::f64:
      return Access::f64;
    default:
      return Access::i64;
  }
}

/// The type that a field has on the operand stack.
decoder::ValueKind unpacked(const FieldLayout& field) {
  const auto kind = field.storage;
  return kind == decoder::ValueKind::i8 || kind == decoder::ValueKind::i16 ? decoder::ValueKind::i32
                                                                           : kind;
}

}  // namespace

bool Translator::translate_heap(const Instruction& i) {
  switch (i.opcode) {
    case "struct.new"_op:
      structure_new(i.index);
      return true;
    case "struct.new_default"_op:
      allocation(table_.heap.structure_new_default, i.index, {}, 0);
      return true;
    case "struct.new_desc"_op:
      described_new(i.index);
      return true;
    case "struct.new_default_desc"_op:
      allocation(table_.heap.described_new_default, i.index, {}, 1);
      return true;
    case "struct.get"_op:
    case "struct.get_s"_op:
    case "struct.get_u"_op:
      structure_get(i);
      return true;
    case "struct.set"_op:
      structure_set(i);
      return true;
    case "ref.test"_op:
    case "ref.test_null"_op:
      reference_test(i.heap, i.opcode == "ref.test_null"_op);
      return true;
    case "ref.cast"_op:
    case "ref.cast_null"_op:
      reference_cast(i.heap, i.opcode == "ref.cast_null"_op);
      return true;
    case "br_on_cast"_op:
    case "br_on_cast_fail"_op:
      branch_on_cast(i);
      return true;
    case "ref.get_desc"_op:
      descriptor_get(i.index);
      return true;
    case "ref.cast_desc_eq"_op:
    case "ref.cast_desc_eq_null"_op:
      descriptor_cast(i.opcode == "ref.cast_desc_eq_null"_op);
      return true;
    case "br_on_cast_desc_eq"_op:
    case "br_on_cast_desc_eq_fail"_op:
      branch_on_descriptor(i);
      return true;
    case "any.convert_extern"_op:
    case "extern.convert_any"_op:
      return true;  // the bits are the same
    case "ref.i31"_op:
      if (stack_.back().kind == Entry::Kind::constant) {
        const auto value = static_cast<std::uint32_t>(pop().bits);
        push_constant(ValueKind::reference, runtime::make_i31(value));
      } else {
        unary_reference(table_.heap.i31_new, ValueKind::reference, false);
      }
      return true;
    case "i31.get_s"_op:
      unary_reference(table_.heap.i31_get_s, ValueKind::i32, true);
      return true;
    case "i31.get_u"_op:
      unary_reference(table_.heap.i31_get_u, ValueKind::i32, true);
      return true;
    default:
      return translate_array(i);
  }
}

bool Translator::translate_array(const Instruction& i) {
  const HeapHandlers& table = table_.heap;
  const Half segment[] = {i.second_index};
  switch (i.opcode) {
    case "array.new"_op:
      allocation(bulk_handler(i.opcode), i.index, {}, 2);
      return true;
    case "array.new_default"_op:
      allocation(bulk_handler(i.opcode), i.index, {}, 1);
      return true;
    case "array.new_fixed"_op:
      array_new_fixed(i.index, i.second_index);
      return true;
    case "array.new_data"_op:
      allocation(bulk_handler(i.opcode), i.index, segment, 2);
      return true;
    case "array.new_elem"_op:
      allocation(bulk_handler(i.opcode), i.index, segment, 2);
      return true;
    case "array.get"_op:
    case "array.get_s"_op:
    case "array.get_u"_op:
      array_get(i);
      return true;
    case "array.set"_op:
      array_set(i);
      return true;
    case "array.len"_op:
      unary_reference(table.array_length, ValueKind::i32, true);
      return true;
    case "array.fill"_op:
      array_bulk(bulk_handler(i.opcode), i.index, {}, 4);
      return true;
    case "array.copy"_op:
      array_bulk(bulk_handler(i.opcode), i.index, {}, 5);
      return true;
    case "array.init_data"_op:
      array_bulk(bulk_handler(i.opcode), i.index, segment, 4);
      return true;
    case "array.init_elem"_op:
      array_bulk(bulk_handler(i.opcode), i.index, segment, 4);
      return true;
    default:
      return false;
  }
}

/// Begins an instruction that allocates: its layout, and how much of the stack is in use. Operands
/// are still on the stack, and none of them may be in an accumulator only.
Translator::Operands Translator::begin_allocation(std::uint32_t type_index) const {
  Operands operands;
  operands.add_wide(reinterpret_cast<std::uint64_t>(&module_.layout(type_index)));
  operands.add(next_home());
  return operands;
}

/// Ends an instruction that allocates: its result, a reference, is the top of the stack.
void Translator::finish_allocation(const Handler& handler, const Operands& operands) {
  emit_result(&handler, operands, next_home(), 0, true);
  last_.by_target_is_slot_only = true;
  push_temporary(ValueKind::reference);
}

/// An allocation whose few operands may lie in any slots.
void Translator::allocation(const Handler& handler, std::uint32_t type_index,
                            std::span<const Half> immediates, std::size_t operand_count) {
  Operands operands = begin_allocation(type_index);
  for (const Half immediate : immediates) operands.add(immediate);
  std::array<Entry, HeapHandlers::listed_fields> entries;
  for (std::size_t n = operand_count; n-- > 0;) entries[n] = pop();
  for (std::size_t n = 0; n < operand_count; ++n) operands.add(slot_of(entries[n]));
  finish_allocation(handler, operands);
}

void Translator::structure_new(std::uint32_t type_index) {
  const Layout& layout = module_.layout(type_index);
  const std::size_t count = layout.fields.size();
  if (count <= HeapHandlers::listed_fields) {
    const bool is_wide = std::ranges::all_of(
        layout.fields, [](const FieldLayout& field) { return field.width_log2 == 3; });
    return allocation(
        is_wide ? table_.heap.structure_new_wide[count] : table_.heap.structure_new[count],
        type_index, {}, count);
  }
  settle_top(count);
  Operands operands = begin_allocation(type_index);
  operands.add(stack_[stack_.size() - count].home);
  shrink(stack_.size() - count);
  finish_allocation(table_.heap.structure_new_block, operands);
}

/// The descriptor lies on top of the fields.
void Translator::described_new(std::uint32_t type_index) {
  const std::size_t fields = module_.layout(type_index).fields.size();
  if (fields < std::size(table_.heap.described_new))
    return allocation(table_.heap.described_new[fields], type_index, {}, fields + 1);
  settle_top(fields + 1);
  Operands operands = begin_allocation(type_index);
  operands.add(stack_[stack_.size() - fields - 1].home);
  operands.add(stack_.back().home);
  shrink(stack_.size() - fields - 1);
  finish_allocation(table_.heap.described_new_block, operands);
}

void Translator::array_new_fixed(std::uint32_t type_index, std::uint32_t count) {
  settle_top(count);
  Operands operands = begin_allocation(type_index);
  operands.add(count == 0 ? next_home() : stack_[stack_.size() - count].home);
  operands.add(count);
  shrink(stack_.size() - count);
  finish_allocation(table_.heap.array_new_fixed, operands);
}

/// A field or element that was read becomes the topmost operand.
void Translator::push_field(const Handler* by_target, const Operands& operands, ValueKind type) {
  emit_result(by_target, operands, next_home(), static_cast<std::uint32_t>(accumulator_of(type)),
              true);
  push_temporary(type);
}

void Translator::push_vector_field(const Handler& handler, Operands operands) {
  const Half home = next_home();
  operands.add(home);
  emit(handler, operands, true);
  invalidate(home);
  invalidate(home + 1);
  push_temporary(ValueKind::v128);
}

void Translator::structure_get(const Instruction& i) {
  const FieldLayout& field = module_.layout(i.index).fields[i.second_index];
  Entry object = pop();
  Operands operands;
  if (field.storage == ValueKind::v128) {
    operands.add(slot_of(object));
    operands.add(field.offset);
    return push_vector_field(table_.heap.structure_get_vector, operands);
  }
  const Use source = use_slot_or_accumulator(object);
  claim(object, source);
  add_use(operands, source, ValueKind::reference);
  operands.add(field.offset);
  const Access access = access_of(field, i.opcode == "struct.get_s"_op);
  push_field(table_.heap.structure_get[number(access)][number(source.source)], operands,
             unpacked(field));
}

void Translator::structure_set(const Instruction& i) {
  const FieldLayout& field = module_.layout(i.index).fields[i.second_index];
  Entry value = pop();
  Entry object = pop();
  Operands operands;
  if (field.storage == ValueKind::v128) {
    const Half slot = slot_of(value);
    operands.add(slot_of(object));
    operands.add(field.offset);
    operands.add(slot);
    return emit(table_.heap.structure_set_vector, operands, true);
  }
  Use place = use_slot_or_accumulator(object);
  const Use source = use(value);
  if (place.source == Source::accumulator && source.source == Source::accumulator &&
      accumulator_of(value.type) == 0)
    place.source = Source::slot;
  claim(object, place);
  claim(value, source);
  add_use(operands, place, ValueKind::reference);
  operands.add(field.offset);
  add_use(operands, source, value.type);
  const auto access = number(access_of(field, false));
  emit(table_.heap.structure_set[access][number(place.source)][number(source.source)], operands,
       true);
}

void Translator::array_get(const Instruction& i) {
  const FieldLayout& field = module_.layout(i.index).element();
  Entry index = pop();
  Entry array = pop();
  Operands operands;
  if (field.storage == ValueKind::v128) {
    const Half slot = slot_of(index);
    operands.add(slot_of(array));
    operands.add(slot);
    return push_vector_field(table_.heap.array_get_vector, operands);
  }
  Use object = use_slot_or_accumulator(array);
  const Use place = use(index);
  if (object.source == Source::accumulator && place.source == Source::accumulator)
    object.source = Source::slot;
  claim(array, object);
  claim(index, place);
  add_use(operands, object, ValueKind::reference);
  add_use(operands, place, ValueKind::i32);
  const auto access = number(access_of(field, i.opcode == "array.get_s"_op));
  push_field(table_.heap.array_get[access][number(object.source)][number(place.source)], operands,
             unpacked(field));
}

void Translator::array_set(const Instruction& i) {
  const FieldLayout& field = module_.layout(i.index).element();
  Entry value = pop();
  Entry index = pop();
  Entry array = pop();
  Operands operands;
  if (field.storage == ValueKind::v128) {
    const Half value_slot = slot_of(value);
    const Half index_slot = slot_of(index);
    operands.add(slot_of(array));
    operands.add(index_slot);
    operands.add(value_slot);
    return emit(table_.heap.array_set_vector, operands, true);
  }
  const Half object = slot_of(array);
  Use place = use(index);
  const Use source = use(value);
  if (place.source == Source::accumulator && source.source == Source::accumulator &&
      accumulator_of(value.type) == 0)
    place.source = Source::slot;
  claim(index, place);
  claim(value, source);
  operands.add(object);
  add_use(operands, place, ValueKind::i32);
  add_use(operands, source, value.type);
  const auto access = number(access_of(field, false));
  emit(table_.heap
           .array_set[access][number(Source::slot)][number(place.source)][number(source.source)],
       operands, true);
}

/// Layout, immediates, operands in slots; no result.
void Translator::array_bulk(Handler handler, std::uint32_t type_index,
                            std::span<const Half> immediates, std::size_t operand_count) {
  Operands operands;
  operands.add_wide(reinterpret_cast<std::uint64_t>(&module_.layout(type_index)));
  for (const Half immediate : immediates) operands.add(immediate);
  std::array<Entry, 5> entries;
  for (std::size_t n = operand_count; n-- > 0;) entries[n] = pop();
  for (std::size_t n = 0; n < operand_count; ++n) operands.add(slot_of(entries[n]));
  emit(handler, operands, true);
}

void Translator::unary_reference(const Handler (&rows)[3][2], ValueKind result, bool may_trap) {
  Entry operand = pop();
  const Use source = use_slot_or_accumulator(operand);
  claim(operand, source);
  Operands operands;
  add_use(operands, source, operand.type);
  emit_result(rows[number(source.source)], operands, next_home(), 0, may_trap);
  push_temporary(result);
}

// Casts

/// Adds what a cast asks to the operands, and says which handler answers.
CastKind Translator::add_cast(Operands& operands, const decoder::HeapType& type,
                              bool is_nullable) const {
  const Half null_flag = is_nullable ? 1 : 0;
  if (type.kind != HeapKind::indexed) {
    operands.add(0);
    operands.add(null_flag);
    return runtime::semantics::cast_kind(type.kind);
  }
  const Layout& layout = module_.layout(type.index);
  operands.add(layout.type);
  operands.add(layout.depth << 1 | null_flag);
  return runtime::semantics::cast_kind(layout.kind, type.is_exact);
}

void Translator::reference_test(const decoder::HeapType& type, bool is_nullable) {
  Entry reference = pop();
  const Use source = use_slot_or_accumulator(reference);
  claim(reference, source);
  Operands operands;
  add_use(operands, source, ValueKind::reference);
  const auto kind = number(add_cast(operands, type, is_nullable));
  emit_result(table_.heap.test[kind][number(source.source)], operands, next_home(), 0, false);
  last_.branches = table_.heap.branch_on_cast[kind][number(source.source)];
  push_temporary(ValueKind::i32);
}

/// A local is checked in its slot and stays one. A temporary may come from the accumulator.
void Translator::reference_cast(const decoder::HeapType& type, bool is_nullable) {
  Entry& top = stack_.back();
  Operands operands;
  if (top.kind == Entry::Kind::local) {
    const Use source = use(top);
    add_use(operands, source, ValueKind::reference);
    const auto kind = number(add_cast(operands, type, is_nullable));
    return emit(table_.heap.check[kind][number(source.source)], operands, true);
  }
  Entry reference = pop();
  const Use source = use_slot_or_accumulator(reference);
  claim(reference, source);
  add_use(operands, source, ValueKind::reference);
  const auto kind = number(add_cast(operands, type, is_nullable));
  emit_result(table_.heap.cast[kind][number(source.source)], operands, next_home(), 0, true);
  push_temporary(ValueKind::reference);
}

// Descriptors

void Translator::descriptor_get(std::uint32_t type_index) {
  Entry object = pop();
  const Use source = use_slot_or_accumulator(object);
  claim(object, source);
  Operands operands;
  add_use(operands, source, ValueKind::reference);
  operands.add(module_.layout(type_index).descriptor_offset);
  emit_result(table_.heap.descriptor_get[number(source.source)], operands, next_home(), 0, true);
  push_temporary(ValueKind::reference);
}

/// What a cast by descriptor asks: the reference, the descriptor, whether null passes.
void Translator::add_descriptor_cast(Operands& operands, const Use& reference,
                                     const Use& descriptor, bool is_nullable) const {
  add_use(operands, reference, ValueKind::reference);
  add_use(operands, descriptor, ValueKind::reference);
  operands.add(is_nullable ? 1 : 0);
}

void Translator::descriptor_cast(bool is_nullable) {
  Entry descriptor = pop();
  Entry reference = pop();
  Use left = use_slot_or_accumulator(reference);
  const Use right = use_slot_or_accumulator(descriptor);
  if (right.source == Source::accumulator) left.source = Source::slot;
  claim(reference, left);
  claim(descriptor, right);
  Operands operands;
  add_descriptor_cast(operands, left, right, is_nullable);
  emit_result(table_.heap.descriptor_cast[number(left.source)][number(right.source)], operands,
              next_home(), 0, true);
  push_temporary(ValueKind::reference);
}

/// As with other casts, the reference stays on the stack; the descriptor does not.
void Translator::branch_on_descriptor(const Instruction& i) {
  const bool sense = i.opcode == "br_on_cast_desc_eq"_op;
  Control& control = label(i.index);
  Entry descriptor = pop();
  settle_top(label_types(control).size());
  const Use right = use_slot_or_accumulator(descriptor);
  Use left = use(stack_.back());
  if (right.source == Source::accumulator) left.source = Source::slot;
  claim(descriptor, right);
  Operands operands;
  add_descriptor_cast(operands, left, right, (i.cast_flags & 2) != 0);
  const auto& handlers =
      table_.heap.branch_on_descriptor[number(left.source)][number(right.source)];
  // Unlike other branches it may trap.
  note_position();
  if (in_place(control)) return link(control, emit_branch(handlers[sense], operands));
  take(control, emit_branch(handlers[!sense], operands));
}

/// The reference stays on the stack, whether the branch is taken or not.
void Translator::branch_on_cast(const Instruction& i) {
  const bool sense = i.opcode == "br_on_cast"_op;
  Control& control = label(i.index);
  settle_top(label_types(control).size());
  const Use source = use(stack_.back());
  Operands operands;
  add_use(operands, source, ValueKind::reference);
  const auto kind = number(add_cast(operands, i.second_heap, (i.cast_flags & 2) != 0));
  const auto& handlers = table_.heap.branch_on_cast[kind][number(source.source)];
  if (in_place(control)) return link(control, emit_branch(handlers[sense], operands));
  take(control, emit_branch(handlers[!sense], operands));
}

}  // namespace airlock::interpreter
