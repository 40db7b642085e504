// Translation of vector instructions. Loads and stores of whole vectors are in
// translator_plain.cpp, since they are like those of scalars.
#include <algorithm>
#include <cstring>

#include "interpreter/translator.hpp"

namespace airlock::interpreter {

namespace {

/// Instructions whose operands may be swapped, and what they become. The first is named twice if
/// that is itself.
constexpr auto swaps = std::to_array<std::array<Opcode, 2>>({
    {"v128.and"_op, "v128.and"_op},
    {"v128.or"_op, "v128.or"_op},
    {"v128.xor"_op, "v128.xor"_op},
    {"i8x16.add"_op, "i8x16.add"_op},
    {"i16x8.add"_op, "i16x8.add"_op},
    {"i32x4.add"_op, "i32x4.add"_op},
    {"i64x2.add"_op, "i64x2.add"_op},
    {"i16x8.mul"_op, "i16x8.mul"_op},
    {"i32x4.mul"_op, "i32x4.mul"_op},
    {"i64x2.mul"_op, "i64x2.mul"_op},
    {"i8x16.add_sat_s"_op, "i8x16.add_sat_s"_op},
    {"i8x16.add_sat_u"_op, "i8x16.add_sat_u"_op},
    {"i16x8.add_sat_s"_op, "i16x8.add_sat_s"_op},
    {"i16x8.add_sat_u"_op, "i16x8.add_sat_u"_op},
    {"i8x16.min_s"_op, "i8x16.min_s"_op},
    {"i8x16.min_u"_op, "i8x16.min_u"_op},
    {"i8x16.max_s"_op, "i8x16.max_s"_op},
    {"i8x16.max_u"_op, "i8x16.max_u"_op},
    {"i16x8.min_s"_op, "i16x8.min_s"_op},
    {"i16x8.min_u"_op, "i16x8.min_u"_op},
    {"i16x8.max_s"_op, "i16x8.max_s"_op},
    {"i16x8.max_u"_op, "i16x8.max_u"_op},
    {"i32x4.min_s"_op, "i32x4.min_s"_op},
    {"i32x4.min_u"_op, "i32x4.min_u"_op},
    {"i32x4.max_s"_op, "i32x4.max_s"_op},
    {"i32x4.max_u"_op, "i32x4.max_u"_op},
    {"i8x16.avgr_u"_op, "i8x16.avgr_u"_op},
    {"i16x8.avgr_u"_op, "i16x8.avgr_u"_op},
    {"i16x8.q15mulr_sat_s"_op, "i16x8.q15mulr_sat_s"_op},
    {"i16x8.relaxed_q15mulr_s"_op, "i16x8.relaxed_q15mulr_s"_op},
    {"i32x4.dot_i16x8_s"_op, "i32x4.dot_i16x8_s"_op},
    {"f32x4.add"_op, "f32x4.add"_op},
    {"f32x4.mul"_op, "f32x4.mul"_op},
    {"f64x2.add"_op, "f64x2.add"_op},
    {"f64x2.mul"_op, "f64x2.mul"_op},
    {"i8x16.eq"_op, "i8x16.eq"_op},
    {"i8x16.ne"_op, "i8x16.ne"_op},
    {"i8x16.lt_s"_op, "i8x16.gt_s"_op},
    {"i8x16.lt_u"_op, "i8x16.gt_u"_op},
    {"i8x16.le_s"_op, "i8x16.ge_s"_op},
    {"i8x16.le_u"_op, "i8x16.ge_u"_op},
    {"i16x8.eq"_op, "i16x8.eq"_op},
    {"i16x8.ne"_op, "i16x8.ne"_op},
    {"i16x8.lt_s"_op, "i16x8.gt_s"_op},
    {"i16x8.lt_u"_op, "i16x8.gt_u"_op},
    {"i16x8.le_s"_op, "i16x8.ge_s"_op},
    {"i16x8.le_u"_op, "i16x8.ge_u"_op},
    {"i32x4.eq"_op, "i32x4.eq"_op},
    {"i32x4.ne"_op, "i32x4.ne"_op},
    {"i32x4.lt_s"_op, "i32x4.gt_s"_op},
    {"i32x4.lt_u"_op, "i32x4.gt_u"_op},
    {"i32x4.le_s"_op, "i32x4.ge_s"_op},
    {"i32x4.le_u"_op, "i32x4.ge_u"_op},
    {"i64x2.eq"_op, "i64x2.eq"_op},
    {"i64x2.ne"_op, "i64x2.ne"_op},
    {"i64x2.lt_s"_op, "i64x2.gt_s"_op},
    {"i64x2.le_s"_op, "i64x2.ge_s"_op},
    {"f32x4.eq"_op, "f32x4.eq"_op},
    {"f32x4.ne"_op, "f32x4.ne"_op},
    {"f32x4.lt"_op, "f32x4.gt"_op},
    {"f32x4.le"_op, "f32x4.ge"_op},
    {"f64x2.eq"_op, "f64x2.eq"_op},
    {"f64x2.ne"_op, "f64x2.ne"_op},
    {"f64x2.lt"_op, "f64x2.gt"_op},
    {"f64x2.le"_op, "f64x2.ge"_op},
});

/// What an instruction becomes when its operands are swapped.
std::optional<Opcode> swapped(Opcode opcode) {
  for (const auto& [first, second] : swaps) {
    if (first == opcode) return second;
    if (second == opcode) return first;
  }
  return std::nullopt;
}

/// Bytes of a lane that an instruction fills a vector with; zero if it is no splat.
std::size_t splat_width(Opcode opcode) {
  switch (opcode) {
    case "i8x16.splat"_op:
      return 1;
    case "i16x8.splat"_op:
      return 2;
    case "i32x4.splat"_op:
    case "f32x4.splat"_op:
      return 4;
    case "i64x2.splat"_op:
    case "f64x2.splat"_op:
      return 8;
    default:
      return 0;
  }
}

}  // namespace

bool Translator::translate_vector(const Instruction& i) {
  using decoder::Immediate;
  const auto& row = decoder::row(i.opcode);
  const auto operand_count = decoder::signature(i.opcode).operand_count;
  switch (row.immediate) {
    case Immediate::v128:
      push_vector(i.vector);
      return true;
    case Immediate::shuffle:
      shuffle(i);
      return true;
    case Immediate::lane:
      operand_count == 1 ? extract_lane(i) : replace_lane(i);
      return true;
    case Immediate::memarg_lane:
      load_lane(i);
      return true;
    default:
      break;
  }
  if (row.family != decoder::Family::vector) return false;
  if (operand_count == 1)
    vector_unary(i.opcode);
  else if (operand_count == 2)
    vector_binary(i.opcode);
  else
    vector_ternary(i.opcode);
  return true;
}

void Translator::push_vector(const std::array<std::uint8_t, 16>& bytes) {
  vectors_.push_back(bytes);
  push_constant(ValueKind::v128, vectors_.size() - 1);
}

void Translator::vector_unary(Opcode opcode) {
  Entry operand = pop();
  if (const std::size_t width = splat_width(opcode);
      width != 0 && operand.kind == Entry::Kind::constant) {
    std::array<std::uint8_t, 16> bytes{};
    for (std::size_t n = 0; n < bytes.size(); n += width)
      std::memcpy(&bytes[n], &operand.bits, width);
    return push_vector(bytes);
  }
  const Use source = use_slot_or_accumulator(operand);
  claim(operand, source);
  Operands operands;
  add_use(operands, source, operand.type);
  const ValueKind result = value_kind(decoder::signature(opcode).results[0]);
  emit_result(table_.unary[number(opcode)][number(source.source)], operands, next_home(),
              static_cast<std::uint32_t>(accumulator_of(result)), false);
  last_.opcode = opcode;
  last_.left = source;
  push_temporary(result);
}

/// Two vectors, or a vector and a shift count. A constant becomes the right operand.
void Translator::vector_binary(Opcode opcode) {
  Entry right_entry = pop();
  Entry left_entry = pop();
  const auto is_in_accumulator = [this](const Entry& entry) {
    return use(entry).source == Source::accumulator;
  };
  if (const auto other = swapped(opcode);
      other && (left_entry.kind == Entry::Kind::constant || is_in_accumulator(right_entry))) {
    std::swap(left_entry, right_entry);
    opcode = *other;
  }
  const Use left = use_slot_or_accumulator(left_entry);
  Use right = use(right_entry);
  // The same local twice: one of them comes from its slot.
  if (left.source == Source::accumulator && right.source == Source::accumulator &&
      left_entry.type == right_entry.type)
    right.source = Source::slot;
  claim(left_entry, left);
  claim(right_entry, right);
  Operands operands;
  add_use(operands, left, left_entry.type);
  add_use(operands, right, right_entry.type);
  emit_result(table_.binary[number(opcode)][number(left.source)][number(right.source)], operands,
              next_home(), vector_accumulator, false);
  push_temporary(ValueKind::v128);
}

/// Three vectors, one of which may be in the accumulator.
void Translator::vector_ternary(Opcode opcode) {
  std::array<Entry, 3> entries;
  for (std::size_t n = entries.size(); n-- > 0;) entries[n] = pop();
  for (Entry& entry : entries)
    if (entry.kind == Entry::Kind::constant) settle(entry);
  Operands operands;
  std::size_t in_accumulator = entries.size();
  for (std::size_t n = 0; n < entries.size(); ++n) {
    Use source = use(entries[n]);
    if (source.source == Source::accumulator && in_accumulator == entries.size()) {
      in_accumulator = n;
      claim(entries[n], source);
    } else {
      source.source = Source::slot;
    }
    add_use(operands, source, ValueKind::v128);
  }
  emit_result(table_.ternary[number(opcode)][in_accumulator], operands, next_home(),
              vector_accumulator, false);
  push_temporary(ValueKind::v128);
}

void Translator::extract_lane(const Instruction& i) {
  Entry vector = pop();
  const Use source = use_slot_or_accumulator(vector);
  claim(vector, source);
  Operands operands;
  add_use(operands, source, ValueKind::v128);
  operands.add(i.lane);
  const ValueKind result = value_kind(decoder::signature(i.opcode).results[0]);
  emit_result(table_.unary[number(i.opcode)][number(source.source)], operands, next_home(),
              static_cast<std::uint32_t>(accumulator_of(result)), false);
  push_temporary(result);
}

void Translator::replace_lane(const Instruction& i) {
  Entry scalar = pop();
  Entry vector = pop();
  const Use left = use_slot_or_accumulator(vector);
  const Use right = use(scalar);
  claim(vector, left);
  claim(scalar, right);
  Operands operands;
  add_use(operands, left, ValueKind::v128);
  add_use(operands, right, scalar.type);
  operands.add(i.lane);
  emit_result(table_.binary[number(i.opcode)][number(left.source)][number(right.source)], operands,
              next_home(), vector_accumulator, false);
  push_temporary(ValueKind::v128);
}

void Translator::load_lane(const Instruction& i) {
  Entry vector = pop();
  Entry address = pop();
  Operands operands;
  if (!is_plain_memory(i.memory)) {
    const bool wide = tree().memory_types[i.memory.memory].address == decoder::AddressType::i64;
    const Half vector_slot = slot_of(vector);
    operands.add(slot_of(address));
    operands.add(i.memory.memory);
    operands.add_wide(i.memory.offset);
    operands.add(vector_slot);
    operands.add(i.lane);
    emit_result(&table_.general_load[number(i.opcode)][wide ? 1 : 0], operands, next_home(),
                vector_accumulator, true);
    last_.by_target_is_slot_only = true;
    return push_temporary(ValueKind::v128);
  }
  const Use value = use_slot_or_accumulator(vector);
  const Use place = use_slot_or_accumulator(address);
  claim(vector, value);
  claim(address, place);
  operands.add(static_cast<Half>(i.memory.offset));
  add_use(operands, place, ValueKind::i32);
  add_use(operands, value, ValueKind::v128);
  operands.add(i.lane);
  const auto width = static_cast<std::size_t>(std::countr_zero(decoder::row(i.opcode).width));
  emit_result(table_.load_lane[width][number(bounds())][number(place.source)][number(value.source)],
              operands, next_home(), vector_accumulator, true);
  push_temporary(ValueKind::v128);
}

/// A shuffle that takes all from one of its operands is a swizzle with constant indices.
void Translator::shuffle(const Instruction& i) {
  constexpr std::uint8_t second = 16;  // the first index into the second operand
  const auto& bytes = i.vector;
  const bool takes_first = std::ranges::any_of(bytes, [](auto lane) { return lane < second; });
  const bool takes_second = std::ranges::any_of(bytes, [](auto lane) { return lane >= second; });
  Entry right_entry = pop();
  Entry left_entry = pop();
  const bool is_same = left_entry.kind == Entry::Kind::local &&
                       right_entry.kind == Entry::Kind::local &&
                       left_entry.slot == right_entry.slot;
  if (!takes_first || !takes_second || is_same) {
    auto indices = bytes;
    for (std::uint8_t& index : indices) index %= second;
    Entry& entry = takes_first ? left_entry : right_entry;
    const Use source = use_slot_or_accumulator(entry);
    claim(entry, source);
    vectors_.push_back(indices);
    Operands operands;
    add_use(operands, source, ValueKind::v128);
    add_use(operands, {Source::constant, vectors_.size() - 1}, ValueKind::v128);
    emit_result(
        table_.binary[number("i8x16.swizzle"_op)][number(source.source)][number(Source::constant)],
        operands, next_home(), vector_accumulator, false);
    return push_temporary(ValueKind::v128);
  }
  const Use left = use_slot_or_accumulator(left_entry);
  const Use right = use_slot_or_accumulator(right_entry);
  claim(left_entry, left);
  claim(right_entry, right);
  vectors_.push_back(bytes);
  Operands operands;
  add_use(operands, left, ValueKind::v128);
  add_use(operands, right, ValueKind::v128);
  add_use(operands, {Source::constant, vectors_.size() - 1}, ValueKind::v128);
  emit_result(table_.binary[number(i.opcode)][number(left.source)][number(right.source)], operands,
              next_home(), vector_accumulator, false);
  push_temporary(ValueKind::v128);
}

}  // namespace airlock::interpreter
