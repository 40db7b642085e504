// Translation of instructions without control flow.
#include <optional>

#include "interpreter/guard.hpp"
#include "interpreter/translator.hpp"

namespace airlock::interpreter {

namespace {

using decoder::OperandKind;
using decoder::ValueKind;

struct OpcodePair {
  Opcode first;
  Opcode second;
};

/// Instructions whose operands may be swapped, and what they become: themselves, or the converse
/// comparison.
constexpr auto swaps = std::to_array<OpcodePair>({
    {"i32.add"_op, "i32.add"_op},   {"i32.mul"_op, "i32.mul"_op},   {"i32.and"_op, "i32.and"_op},
    {"i32.or"_op, "i32.or"_op},     {"i32.xor"_op, "i32.xor"_op},   {"i32.eq"_op, "i32.eq"_op},
    {"i32.ne"_op, "i32.ne"_op},     {"i32.lt_s"_op, "i32.gt_s"_op}, {"i32.lt_u"_op, "i32.gt_u"_op},
    {"i32.le_s"_op, "i32.ge_s"_op}, {"i32.le_u"_op, "i32.ge_u"_op}, {"i64.add"_op, "i64.add"_op},
    {"i64.mul"_op, "i64.mul"_op},   {"i64.and"_op, "i64.and"_op},   {"i64.or"_op, "i64.or"_op},
    {"i64.xor"_op, "i64.xor"_op},   {"i64.eq"_op, "i64.eq"_op},     {"i64.ne"_op, "i64.ne"_op},
    {"i64.lt_s"_op, "i64.gt_s"_op}, {"i64.lt_u"_op, "i64.gt_u"_op}, {"i64.le_s"_op, "i64.ge_s"_op},
    {"i64.le_u"_op, "i64.ge_u"_op}, {"f32.add"_op, "f32.add"_op},   {"f32.mul"_op, "f32.mul"_op},
    {"f32.eq"_op, "f32.eq"_op},     {"f32.ne"_op, "f32.ne"_op},     {"f32.lt"_op, "f32.gt"_op},
    {"f32.le"_op, "f32.ge"_op},     {"f64.add"_op, "f64.add"_op},   {"f64.mul"_op, "f64.mul"_op},
    {"f64.eq"_op, "f64.eq"_op},     {"f64.ne"_op, "f64.ne"_op},     {"f64.lt"_op, "f64.gt"_op},
    {"f64.le"_op, "f64.ge"_op},
});

/// Integer comparisons and their opposites, which they become with an `eqz` after them.
constexpr auto opposites = std::to_array<OpcodePair>({
    {"i32.eq"_op, "i32.ne"_op},
    {"i32.lt_s"_op, "i32.ge_s"_op},
    {"i32.lt_u"_op, "i32.ge_u"_op},
    {"i32.gt_s"_op, "i32.le_s"_op},
    {"i32.gt_u"_op, "i32.le_u"_op},
    {"i64.eq"_op, "i64.ne"_op},
    {"i64.lt_s"_op, "i64.ge_s"_op},
    {"i64.lt_u"_op, "i64.ge_u"_op},
    {"i64.gt_s"_op, "i64.le_s"_op},
    {"i64.gt_u"_op, "i64.le_u"_op},
});

/// The partner of every opcode in a symmetric list; 0xffff if it has none.
template <std::size_t size>
constexpr auto partners(const std::array<OpcodePair, size>& pairs) {
  std::array<std::uint16_t, opcode_count> result{};
  result.fill(0xffff);
  for (const auto& pair : pairs) {
    result[number(pair.first)] = static_cast<std::uint16_t>(pair.second);
    result[number(pair.second)] = static_cast<std::uint16_t>(pair.first);
  }
  return result;
}
constexpr auto swapped_opcode = partners(swaps);
constexpr auto opposite_opcode = partners(opposites);

/// Whether a numeric instruction can trap: divisions and truncations.
constexpr bool may_trap(Opcode opcode) {
  const std::string_view name = decoder::name(opcode);
  const std::string_view operation = name.substr(name.find('.') + 1);
  return operation.starts_with("div_") || operation.starts_with("rem_") ||
         (operation.starts_with("trunc_") && !operation.starts_with("trunc_sat"));
}

}  // namespace

decoder::ValueKind Translator::value_kind(OperandKind kind) {
  switch (kind) {
    case OperandKind::i64:
      return ValueKind::i64;
    case OperandKind::f32:
      return ValueKind::f32;
    case OperandKind::f64:
      return ValueKind::f64;
    case OperandKind::v128:
      return ValueKind::v128;
    default:
      return ValueKind::i32;
  }
}

bool Translator::translate_variable(const Instruction& i) {
  switch (i.opcode) {
    case "nop"_op:
      return true;
    case "drop"_op:
      pop();
      return true;
    case "select"_op:
    case "select_typed"_op:
      select();
      return true;
    case "local.get"_op:
      push_local(i.index);
      return true;
    case "local.set"_op:
      local_set(i.index);
      return true;
    case "local.tee"_op:
      local_set(i.index);
      push_local(i.index);
      return true;
    case "global.get"_op:
      global_get(i.index);
      return true;
    case "global.set"_op:
      global_set(i.index);
      return true;
    case "i32.const"_op:
      push_constant(ValueKind::i32, static_cast<std::uint32_t>(i.constant));
      return true;
    case "i64.const"_op:
      push_constant(ValueKind::i64, i.constant);
      return true;
    case "f32.const"_op:
      push_constant(ValueKind::f32, static_cast<std::uint32_t>(i.constant));
      return true;
    case "f64.const"_op:
      push_constant(ValueKind::f64, i.constant);
      return true;
    default:
      return false;
  }
}

void Translator::local_set(std::uint32_t local) {
  const Entry value = pop();
  const Half slot = local_slots_[local];
  if (value.kind == Entry::Kind::local && value.slot == slot) return;
  save_pending(slot);
  if (retarget_last(value, slot))
    pair_sums();
  else
    copy(value, slot);
}

void Translator::select() {
  Entry condition = pop();
  Entry second = pop();
  Entry first = pop();
  const ValueKind type = first.type;
  if (type == ValueKind::v128) {
    Operands operands;
    operands.add(slot_of(first));
    operands.add(slot_of(second));
    const Use c = use_slot_or_accumulator(condition);
    claim(condition, c);
    add_use(operands, c, ValueKind::i32);
    emit_result(table_.select_vector[number(c.source)], operands, first.home, vector_accumulator,
                false);
    return push_temporary(type);
  }
  const Use c = use_slot_or_accumulator(condition);
  const auto value_use = [&](const Entry& entry) {
    Use result = use(entry);
    if (result.source == Source::accumulator) result.source = Source::slot;
    return result;
  };
  const Use a = value_use(first);
  const Use b = value_use(second);
  claim(condition, c);
  Operands operands;
  add_use(operands, a, ValueKind::i64);
  add_use(operands, b, ValueKind::i64);
  add_use(operands, c, ValueKind::i32);
  // The value is moved as an integer, so no floating-point accumulator caches it.
  const std::size_t accumulator = accumulator_of(type);
  const Handler* by_target = table_.select[number(a.source)][number(b.source)][number(c.source)];
  emit_result(by_target, operands, first.home, accumulator == 0 ? 0 : none, false);
  if (accumulator != 0) {
    last_.spoiled = 0;
    mirrors_.slots[0] = none;
  }
  push_temporary(type);
}

void Translator::global_get(std::uint32_t global) {
  const ValueKind type = tree().global_types[global].value.kind;
  const Half home = next_home();
  Operands operands;
  if (global < tree().imported_globals()) {
    const bool is_vector = type == ValueKind::v128;
    operands.add(global);
    emit_result(is_vector ? &table_.global_get_far_vector : &table_.global_get_far, operands, home,
                is_vector ? vector_accumulator : none, false);
    last_.by_target_is_slot_only = true;
  } else {
    operands.add(module_.global_slot(global));
    emit_result(table_.global_get[type_number(type)], operands, home,
                static_cast<std::uint32_t>(accumulator_of(type)), false);
  }
  push_temporary(type);
}

void Translator::global_set(std::uint32_t global) {
  Entry value = pop();
  Operands operands;
  if (global < tree().imported_globals()) {
    const Half slot = slot_of(value);
    operands.add(global);
    operands.add(slot);
    return emit(
        value.type == ValueKind::v128 ? table_.global_set_far_vector : table_.global_set_far,
        operands);
  }
  const Use source = use(value);
  claim(value, source);
  operands.add(module_.global_slot(global));
  add_use(operands, source, value.type);
  emit(table_.global_set[type_number(value.type)][number(source.source)], operands);
}

bool Translator::translate_numeric(const Instruction& i) {
  const auto n = number(i.opcode);
  switch (decoder::row(i.opcode).family) {
    case decoder::Family::load:
      if (table_.load[n][0][0][0] == nullptr) return false;
      load(i);
      return true;
    case decoder::Family::store:
      store(i);
      return true;
    case decoder::Family::atomic:
      if (table_.atomic[n][0] == nullptr) return false;
      atomic(i);
      return true;
    case decoder::Family::vector:
      return false;
    default:
      break;
  }
  if (table_.binary[n][0][0][0] != nullptr) {
    binary(i.opcode);
    return true;
  }
  if (table_.unary[n][0][0] != nullptr) {
    unary(i.opcode);
    return true;
  }
  if (decoder::row(i.opcode).feature == decoder::Feature::wide_arithmetic) {
    wide(i.opcode);
    return true;
  }
  return false;
}

void Translator::binary(Opcode opcode) {
  Entry right_entry = pop();
  Entry left_entry = pop();
  const ValueKind type = left_entry.type;
  Use left = use(left_entry);
  Use right = use(right_entry);
  if (left.source == Source::constant && right.source == Source::constant)
    left = use_slot(left_entry);
  // The same local twice: one of them comes from its slot.
  if (left.source == Source::accumulator && right.source == Source::accumulator)
    right.source = Source::slot;
  if (right.source == Source::constant && (opcode == "i32.sub"_op || opcode == "i64.sub"_op)) {
    right.value =
        opcode == "i32.sub"_op ? static_cast<std::uint32_t>(0 - right.value) : 0 - right.value;
    opcode = opcode == "i32.sub"_op ? "i32.add"_op : "i64.add"_op;
  }
  if (swapped_opcode[number(opcode)] != 0xffff &&
      (left.source == Source::constant || right.source == Source::accumulator)) {
    std::swap(left, right);
    std::swap(left_entry, right_entry);
    opcode = static_cast<Opcode>(swapped_opcode[number(opcode)]);
  }
  claim(left_entry, left);
  claim(right_entry, right);
  Operands operands;
  add_use(operands, left, type);
  add_use(operands, right, type);
  const ValueKind result = value_kind(decoder::signature(opcode).results[0]);
  emit_result(table_.binary[number(opcode)][number(left.source)][number(right.source)], operands,
              next_home(), static_cast<std::uint32_t>(accumulator_of(result)), may_trap(opcode));
  last_.opcode = opcode;
  last_.left = left;
  last_.right = right;
  push_temporary(result);
}

void Translator::unary(Opcode opcode) {
  Entry operand = pop();
  if (opcode == "i32.eqz"_op && is_last(operand) &&
      opposite_opcode[number(last_.opcode)] != 0xffff) {
    const Last last = last_;
    const Half home = next_home();
    remove_last();
    const auto opposite = static_cast<Opcode>(opposite_opcode[number(last.opcode)]);
    emit_result(
        table_.binary[number(opposite)][number(last.left.source)][number(last.right.source)],
        last.operands, home, 0, false);
    last_.opcode = opposite;
    last_.left = last.left;
    last_.right = last.right;
    return push_temporary(ValueKind::i32);
  }
  const Use source = use_slot_or_accumulator(operand);
  claim(operand, source);
  Operands operands;
  add_use(operands, source, operand.type);
  const ValueKind result = value_kind(decoder::signature(opcode).results[0]);
  emit_result(table_.unary[number(opcode)][number(source.source)], operands, next_home(),
              static_cast<std::uint32_t>(accumulator_of(result)), may_trap(opcode));
  last_.opcode = opcode;
  last_.left = source;
  push_temporary(result);
}

void Translator::wide(Opcode opcode) {
  const std::size_t count = decoder::signature(opcode).operand_count;
  Operands operands;
  for (std::size_t i = stack_.size() - count; i < stack_.size(); ++i)
    operands.add(stack_[i].kind == Entry::Kind::local ? stack_[i].slot : stack_[i].home);
  for (std::size_t n = 0; n < count; ++n) {
    Entry entry = pop();
    if (entry.kind == Entry::Kind::constant) settle(entry);
  }
  const Half home = next_home();
  operands.add(home);
  operands.add(home + 1);
  emit(table_.plain[number(opcode)], operands);
  invalidate(home);
  invalidate(home + 1);
  push_temporary(ValueKind::i64);
  push_temporary(ValueKind::i64);
}

// Loads and stores

Bounds Translator::bounds() const {
  const bool guarded =
      module_.configuration().bounds_checks == runtime::BoundsChecks::guard_pages &&
      tree().memory_types[0].page_size_log2 == 16;
  return guarded ? Bounds::guarded : Bounds::checked;
}

/// Whether the short handlers apply: memory 0, 32-bit addresses, an offset of 32 bits.
bool Translator::is_plain_memory(const decoder::MemoryArgument& argument) const {
  return argument.memory == 0 && argument.offset <= 0xffffffff &&
         tree().memory_types[0].address == decoder::AddressType::i32;
}

/// Folds the latest instruction into an address, if it is the addition that computed it.
bool Translator::fold_address(const Entry& entry, Address& form, Operands& operands) {
  if (!is_last(entry) || last_.opcode != "i32.add"_op) return false;
  const bool from_accumulator = last_.left.source == Source::accumulator;
  if (!from_accumulator && last_.left.source != Source::slot) return false;
  if (last_.right.source == Source::slot)
    form = from_accumulator ? Address::accumulator_plus_slot : Address::slot_plus_slot;
  else if (last_.right.source == Source::constant)
    form = from_accumulator ? Address::accumulator_plus_constant : Address::slot_plus_constant;
  else
    return false;
  for (std::size_t n = 0; n < last_.operands.count; ++n) operands.add(last_.operands.halves[n]);
  remove_last();
  return true;
}

void Translator::load(const Instruction& i) {
  const auto n = number(i.opcode);
  const ValueKind result = value_kind(decoder::signature(i.opcode).results[0]);
  const auto accumulator = static_cast<std::uint32_t>(accumulator_of(result));
  Entry address = pop();
  Operands operands;
  if (!is_plain_memory(i.memory)) {
    const bool wide = tree().memory_types[i.memory.memory].address == decoder::AddressType::i64;
    operands.add(slot_of(address));
    operands.add(i.memory.memory);
    operands.add_wide(i.memory.offset);
    // Only to a slot, so both classes have the one handler.
    emit_result(&table_.general_load[n][wide ? 1 : 0], operands, next_home(), accumulator, true);
    last_.by_target_is_slot_only = true;
    return push_temporary(result);
  }
  Address form = Address::slot;
  operands.add(static_cast<Half>(i.memory.offset));
  const std::uint64_t fixed = address.bits + i.memory.offset;
  if (address.kind == Entry::Kind::constant && fixed <= 0xffffffff) {
    form = Address::constant;
    operands.halves[0] = static_cast<Half>(fixed);
  } else if (!fold_address(address, form, operands)) {
    const Use source = use_slot_or_accumulator(address);
    if (source.source == Source::accumulator) form = Address::accumulator;
    claim(address, source);
    add_use(operands, source, ValueKind::i32);
  }
  emit_result(table_.load[n][number(bounds())][number(form)], operands, next_home(), accumulator,
              true);
  push_temporary(result);
}

void Translator::store(const Instruction& i) {
  const auto n = number(i.opcode);
  const bool has_lane = decoder::row(i.opcode).immediate == decoder::Immediate::memarg_lane;
  Entry value = pop();
  Entry address = pop();
  Operands operands;
  if (!is_plain_memory(i.memory)) {
    const bool wide = tree().memory_types[i.memory.memory].address == decoder::AddressType::i64;
    const Half value_slot = slot_of(value);
    operands.add(slot_of(address));
    operands.add(i.memory.memory);
    operands.add_wide(i.memory.offset);
    operands.add(value_slot);
    if (has_lane) operands.add(i.lane);
    return emit(table_.general_store[n][wide ? 1 : 0], operands, true);
  }
  Address form = Address::slot;
  operands.add(static_cast<Half>(i.memory.offset));
  const std::uint64_t fixed = address.bits + i.memory.offset;
  const Use source = has_lane ? use_slot_or_accumulator(value) : use(value);
  if (address.kind == Entry::Kind::constant && fixed <= 0xffffffff) {
    form = Address::constant;
    operands.halves[0] = static_cast<Half>(fixed);
    claim(value, source);
  } else if (is_last(address) && source.source != Source::accumulator &&
             fold_address(address, form, operands)) {
    // Without the addition the accumulator may cache the value, but it is in its slot as well.
  } else {
    Use place = use_slot_or_accumulator(address);
    if (place.source == Source::accumulator && source.source == Source::accumulator &&
        accumulator_of(value.type) == 0)
      place.source = Source::slot;
    if (place.source == Source::accumulator) form = Address::accumulator;
    claim(address, place);
    claim(value, source);
    add_use(operands, place, ValueKind::i32);
  }
  add_use(operands, source, value.type);
  if (has_lane) operands.add(i.lane);
  emit(table_.store[n][number(bounds())][number(form)][number(source.source)], operands, true);
}

void Translator::atomic(const Instruction& i) {
  const auto& signature = decoder::signature(i.opcode);
  const bool wide = signature.operand_count != 0 &&
                    tree().memory_types[i.memory.memory].address == decoder::AddressType::i64;
  std::array<Entry, 3> entries;
  for (std::size_t n = signature.operand_count; n-- > 0;) entries[n] = pop();
  Operands operands;
  operands.add(i.memory.memory);
  operands.add_wide(i.memory.offset);
  for (std::size_t n = 0; n < signature.operand_count; ++n) operands.add(slot_of(entries[n]));
  if (signature.result_count != 0) operands.add(next_home());
  emit(table_.atomic[number(i.opcode)][wide ? 1 : 0], operands, true);
  if (signature.result_count == 0) return;
  invalidate(next_home());
  mirrors_.slots[0] =
      next_home();  // the result is an integer, and stays in the accumulator as well
  push_temporary(value_kind(signature.results[0]));
}

// References, tables, bulk memory

void Translator::plain(Opcode opcode, std::span<const Half> immediates, std::size_t operand_count,
                       std::optional<ValueKind> result) {
  std::array<Entry, 3> entries;
  for (std::size_t n = operand_count; n-- > 0;) entries[n] = pop();
  Operands operands;
  for (const Half immediate : immediates) operands.add(immediate);
  for (std::size_t n = 0; n < operand_count; ++n) operands.add(slot_of(entries[n]));
  const Handler* handler = &bulk_handler(opcode);
  if (!result) return emit(*handler, operands, true);
  emit_result(handler, operands, next_home(), 0, true);
  last_.by_target_is_slot_only = true;
  push_temporary(*result);
}

bool Translator::translate_reference(const Instruction& i) {
  const auto table_kind = [&](std::uint32_t table) {
    return tree().table_types[table].address == decoder::AddressType::i64 ? ValueKind::i64
                                                                          : ValueKind::i32;
  };
  const Half one[] = {i.index};
  const Half two[] = {i.index, i.second_index};
  switch (i.opcode) {
    case "ref.null"_op:
      push_constant(ValueKind::reference, 0);
      return true;
    case "ref.func"_op:
      plain(i.opcode, one, 0, ValueKind::reference);
      return true;
    case "ref.is_null"_op:
      unary("i64.eqz"_op);
      return true;
    case "ref.eq"_op:
      binary("i64.eq"_op);  // references are equal if their bits are
      return true;
    case "ref.as_non_null"_op: {
      Operands operands;
      if (stack_.back().kind == Entry::Kind::constant) settle(stack_.back());
      operands.add(slot_of(stack_.back()));
      emit(table_.plain[number(i.opcode)], operands, true);
      return true;
    }
    case "table.get"_op:
      plain(i.opcode, one, 1, ValueKind::reference);
      return true;
    case "table.set"_op:
      plain(i.opcode, one, 2, {});
      return true;
    case "table.size"_op:
      plain(i.opcode, one, 0, table_kind(i.index));
      return true;
    case "table.grow"_op:
      plain(i.opcode, one, 2, table_kind(i.index));
      return true;
    case "table.fill"_op:
      plain(i.opcode, one, 3, {});
      return true;
    case "table.copy"_op:
      plain(i.opcode, two, 3, {});
      return true;
    case "table.init"_op:
      plain(i.opcode, two, 3, {});
      return true;
    case "elem.drop"_op:
      plain(i.opcode, one, 0, {});
      return true;
    default:
      return false;
  }
}

bool Translator::translate_bulk(const Instruction& i) {
  const auto address_kind = [&](std::uint32_t memory) {
    return tree().memory_types[memory].address == decoder::AddressType::i64 ? ValueKind::i64
                                                                            : ValueKind::i32;
  };
  const Half one[] = {i.index};
  const Half two[] = {i.index, i.second_index};
  switch (i.opcode) {
    case "memory.size"_op:
      plain(i.opcode, one, 0, address_kind(i.index));
      return true;
    case "memory.grow"_op:
      plain(i.opcode, one, 1, address_kind(i.index));
      return true;
    case "memory.fill"_op:
      plain(i.opcode, one, 3, {});
      return true;
    case "memory.copy"_op:
      plain(i.opcode, two, 3, {});
      return true;
    case "memory.init"_op:
      plain(i.opcode, two, 3, {});
      return true;
    case "data.drop"_op:
      plain(i.opcode, one, 0, {});
      return true;
    default:
      return false;
  }
}

}  // namespace airlock::interpreter
