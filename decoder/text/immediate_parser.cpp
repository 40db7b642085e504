// The immediates after an instruction's name (specification: Text Format, Instructions; Binary
// Format, Instructions). The row of the instruction table says which an instruction has.
#include <array>
#include <bit>

#include "decoder/text/keywords.hpp"
#include "decoder/text/module_parser.hpp"
#include "decoder/text/numbers.hpp"

namespace airlock::decoder::text {
namespace {

struct Shape {
  std::string_view word;
  unsigned lanes;
  bool is_float;
};
constexpr auto shapes = std::to_array<Shape>({{"i8x16", 16, false},
                                              {"i16x8", 8, false},
                                              {"i32x4", 4, false},
                                              {"i64x2", 2, false},
                                              {"f32x4", 4, true},
                                              {"f64x2", 2, true}});

constexpr std::uint8_t empty_block_type = 0x40;

}  // namespace

/// `select`, tests and casts each have a second encoding.
Opcode ModuleParser::choose_encoding(Opcode opcode) {
  const auto second = second_encoding(opcode);
  if (!second) return opcode;
  if (opcode == "select"_op) return at_open("result") ? *second : opcode;
  // Only the nullability is part of the opcode; `(ref t)` is the only form that is not nullable.
  const bool is_nullable = !at_open("ref") || peek(2).text == "null";
  return is_nullable ? *second : opcode;
}

void ModuleParser::parse_immediates(Body& body, Encoder& to, Opcode opcode) {
  const auto kind = row(opcode).immediate;
  const auto index = [&](Space which) { to.unsigned_number(parse_index(which)); };
  const auto index_or_zero = [&](Space which) { to.unsigned_number(take_index(which, 0)); };
  // The first of two optional indices, if a second one follows; else zero.
  const auto optional_before = [&](Space which) { return at_index(1) ? parse_index(which) : 0; };
  switch (kind) {
    case Immediate::none:
      return;
    case Immediate::block_type:
      return parse_block_type(to);
    case Immediate::label:
      return parse_label(body, to);
    case Immediate::label_table:
      return parse_label_table(body, to);
    case Immediate::function:
      return index(Space::function);
    case Immediate::type:
      return index(Space::type);
    case Immediate::type_table: {
      const auto table = take_index(Space::table, 0);
      to.unsigned_number(parse_type_use(ParameterNames::forbidden).type);
      return to.unsigned_number(table);
    }
    case Immediate::local:
      return to.unsigned_number(parse_index_in(body.locals, "local"));
    case Immediate::global:
      return index(Space::global);
    case Immediate::table:
      return index_or_zero(Space::table);
    case Immediate::table_table: {
      const bool is_explicit = at_index();
      to.unsigned_number(is_explicit ? parse_index(Space::table) : 0);
      return to.unsigned_number(is_explicit ? parse_index(Space::table) : 0);
    }
    case Immediate::element:
      return index(Space::element);
    case Immediate::element_table: {
      const auto table = optional_before(Space::table);
      index(Space::element);
      return to.unsigned_number(table);
    }
    case Immediate::memory:
      return index_or_zero(Space::memory);
    case Immediate::memory_memory: {
      const bool is_explicit = at_index();
      to.unsigned_number(is_explicit ? parse_index(Space::memory) : 0);
      return to.unsigned_number(is_explicit ? parse_index(Space::memory) : 0);
    }
    case Immediate::data:
      needs_data_count_ = true;
      return index(Space::data);
    case Immediate::data_memory: {
      needs_data_count_ = true;
      const auto memory = optional_before(Space::memory);
      index(Space::data);
      return to.unsigned_number(memory);
    }
    case Immediate::tag:
      return index(Space::tag);
    case Immediate::memarg:
      return parse_memory_argument(to, opcode, false);
    case Immediate::memarg_lane:
      return parse_memory_argument(to, opcode, true);
    case Immediate::lane:
      return to.byte(static_cast<std::uint8_t>(expect_unsigned(8)));
    case Immediate::shuffle:
      return parse_shuffle(to);
    case Immediate::i32:
    case Immediate::i64:
    case Immediate::f32:
    case Immediate::f64:
      return parse_constant(to, kind);
    case Immediate::v128:
      return parse_vector_constant(to);
    case Immediate::heap_type: {
      // The instructions on references take a reference type, except `ref.null`.
      const auto heap = opcode == "ref.null"_op ? parse_heap_type() : parse_reference_type().heap;
      return encode(to, heap);
    }
    case Immediate::branch_cast:
      return parse_branch_cast(body, to);
    case Immediate::select_types:
      return parse_select_types(to);
    case Immediate::try_table:
      parse_block_type(to);
      return parse_catches(body, to);
    case Immediate::type_field:
      return parse_type_field(to);
    case Immediate::type_count:
      index(Space::type);
      return to.unsigned_number(expect_u32());
    case Immediate::type_type:
      index(Space::type);
      return index(Space::type);
    case Immediate::type_data:
      needs_data_count_ = true;
      index(Space::type);
      return index(Space::data);
    case Immediate::type_element:
      index(Space::type);
      return index(Space::element);
    case Immediate::fence:
      return to.byte(0);
  }
}

// ---- Control

/// Nothing, one result, or a type use. Parameters of blocks have no identifiers.
void ModuleParser::parse_block_type(Encoder& to) {
  if (!at_open("type") && !at_open("param") && !at_open("result")) return to.byte(empty_block_type);
  if (!at_open("type")) {
    const auto type = parse_function_type(ParameterNames::forbidden);
    if (failed()) return;
    if (type.parameters.empty() && type.results.empty()) return to.byte(empty_block_type);
    if (type.parameters.empty() && type.results.size() == 1) return encode(to, type.results[0]);
    return to.signed_number(find_or_add_type(type));
  }
  to.signed_number(parse_type_use(ParameterNames::forbidden).type);
}

void ModuleParser::parse_catches(Body& body, Encoder& to) {
  struct Clause {
    std::string_view word;
    std::uint8_t code;
    bool has_tag;
  };
  constexpr auto clauses = std::to_array<Clause>({{"catch", 0, true},
                                                  {"catch_ref", 1, true},
                                                  {"catch_all", 2, false},
                                                  {"catch_all_ref", 3, false}});
  VectorEncoder catches;
  for (bool found = true; found;) {
    found = false;
    for (const auto& clause : clauses) {
      if (!take_open(clause.word)) continue;
      found = true;
      auto& next = catches.next();
      next.byte(clause.code);
      if (clause.has_tag) next.unsigned_number(parse_index(Space::tag));
      parse_label(body, next);
      expect_close();
    }
  }
  catches.write_to(to);
}

void ModuleParser::parse_label(Body& body, Encoder& to) {
  if (!at(TokenKind::identifier)) return to.unsigned_number(expect_u32());
  if (const auto label = body.labels.find(peek().text)) {
    take();
    return to.unsigned_number(*label);
  }
  fail("unknown label $" + std::string(peek().text));
}

/// At least one label; the last one is the default.
void ModuleParser::parse_label_table(Body& body, Encoder& to) {
  VectorEncoder labels;
  Encoder latest;
  parse_label(body, latest);
  while (at_index()) {
    labels.next().append(latest);
    latest = {};
    parse_label(body, latest);
  }
  labels.write_to(to);
  to.append(latest);
}

void ModuleParser::parse_select_types(Encoder& to) {
  VectorEncoder types;
  while (take_open("result")) {
    while (!at_close() && !failed()) encode(types.next(), parse_value_type());
    expect_close();
  }
  types.write_to(to);
}

// ---- Memory

/// `x? offset=n? align=n? lane?`
void ModuleParser::parse_memory_argument(Encoder& to, Opcode opcode, bool has_lane) {
  const auto take_number = [&](std::string_view prefix) -> std::optional<std::uint64_t> {
    if (!at(TokenKind::keyword) || !peek().text.starts_with(prefix)) return std::nullopt;
    const auto text = peek().text.substr(prefix.size());
    const auto number = parse_unsigned(text, 64);
    if (number) {
      take();
    } else if (is_integer_literal(text) && text[0] != '-' && text[0] != '+') {
      fail("i64 constant out of range");
    }
    return number;
  };
  // A single number is the lane.
  const bool has_memory =
      at_index() && (!has_lane || at_index(1) || peek(1).text.starts_with("offset=") ||
                     peek(1).text.starts_with("align="));
  const auto memory = has_memory ? parse_index(Space::memory) : 0;
  const auto offset = take_number("offset=").value_or(0);
  const auto source = peek().offset;
  const auto align = take_number("align=").value_or(row(opcode).width);
  if (!std::has_single_bit(align)) return fail_at(source, "alignment must be a power of two");
  constexpr unsigned memory_flag = 64;
  const auto exponent = static_cast<unsigned>(std::countr_zero(align));
  to.unsigned_number(memory == 0 ? exponent : exponent | memory_flag);
  if (memory != 0) to.unsigned_number(memory);
  to.unsigned_number(offset);
  if (has_lane) to.byte(static_cast<std::uint8_t>(expect_unsigned(8)));
}

// ---- Constants

void ModuleParser::parse_constant(Encoder& to, Immediate kind) {
  if (!at(TokenKind::integer) && !at(TokenKind::floating)) return fail_unexpected();
  const auto text = peek().text;
  const auto out_of_range = [&] { fail("constant out of range"); };
  if (kind == Immediate::f32) {
    const auto bits = parse_f32(text);
    if (!bits) return out_of_range();
    to.fixed(*bits, 4);
  } else if (kind == Immediate::f64) {
    const auto bits = parse_f64(text);
    if (!bits) return out_of_range();
    to.fixed(*bits, 8);
  } else {
    if (!at(TokenKind::integer)) return fail_unexpected();
    const auto value = parse_integer(text, kind == Immediate::i32 ? 32 : 64);
    if (!value) return out_of_range();
    to.signed_number(kind == Immediate::i32
                         ? static_cast<std::int32_t>(static_cast<std::uint32_t>(*value))
                         : static_cast<std::int64_t>(*value));
  }
  take();
}

/// `shape lane…`
void ModuleParser::parse_vector_constant(Encoder& to) {
  const Shape* shape = nullptr;
  for (const auto& candidate : shapes)
    if (take_keyword(candidate.word)) shape = &candidate;
  if (shape == nullptr) return fail_unexpected();
  const auto count = count_numbers();
  if (count < shape->lanes && peek(count).kind != TokenKind::right_parenthesis &&
      peek(count).kind != TokenKind::left_parenthesis) {
    cursor_.reset(cursor_.position() + count);
    return fail_unexpected();
  }
  if (count != shape->lanes) return fail("wrong number of lane literals");
  const unsigned width = 16 / shape->lanes;
  for (unsigned lane = 0; lane < shape->lanes; ++lane) {
    if (!shape->is_float && at(TokenKind::floating)) return fail_unexpected();
    const auto text = peek().text;
    const auto bits = !shape->is_float ? parse_integer(text, width * 8)
                      : width == 4     ? std::optional<std::uint64_t>(parse_f32(text))
                                       : parse_f64(text);
    if (!bits) return fail("constant out of range");
    to.fixed(*bits, width);
    take();
  }
}

/// Sixteen lanes
void ModuleParser::parse_shuffle(Encoder& to) {
  constexpr std::size_t lanes = 16;
  if (count_numbers() != lanes) return fail("invalid lane length");
  for (std::size_t i = 0; i < lanes; ++i) {
    const auto lane = parse_unsigned(peek().text, 8);
    if (!lane) return fail("i8 constant out of range");
    to.byte(static_cast<std::uint8_t>(*lane));
    take();
  }
}

/// How many numbers come next.
std::size_t ModuleParser::count_numbers() const {
  std::size_t count = 0;
  while (peek(count).kind == TokenKind::integer || peek(count).kind == TokenKind::floating) ++count;
  return count;
}

// ---- Garbage collection

/// `label reftype reftype`, whose nullability is encoded as flags
void ModuleParser::parse_branch_cast(Body& body, Encoder& to) {
  Encoder label;
  parse_label(body, label);
  const auto source = parse_reference_type();
  const auto target = parse_reference_type();
  to.byte(static_cast<std::uint8_t>((source.nullable ? 1 : 0) | (target.nullable ? 2 : 0)));
  to.append(label);
  encode(to, source.heap);
  encode(to, target.heap);
}

/// `type field`; identifiers of fields belong to their type
void ModuleParser::parse_type_field(Encoder& to) {
  const auto type = parse_index(Space::type);
  to.unsigned_number(type);
  static const IndexSpace none;
  to.unsigned_number(parse_index_in(type < types_.size() ? types_[type].fields : none, "field"));
}

}  // namespace airlock::decoder::text
