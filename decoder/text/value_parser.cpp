// Arguments and expected results of scripts.
#include <algorithm>
#include <array>

#include "decoder/text/numbers.hpp"
#include "decoder/text/script_parser.hpp"

namespace airlock::decoder::text {
namespace {

struct NumberWord {
  std::string_view word;
  ScriptValueKind kind;
  unsigned width;  ///< in bits
};
constexpr auto integer_words = std::to_array<NumberWord>({
    {"i32.const", ScriptValueKind::i32, 32},
    {"i64.const", ScriptValueKind::i64, 64},
    {"s8.const", ScriptValueKind::s8, 8},
    {"u8.const", ScriptValueKind::u8, 8},
    {"s16.const", ScriptValueKind::s16, 16},
    {"u16.const", ScriptValueKind::u16, 16},
    {"s32.const", ScriptValueKind::s32, 32},
    {"u32.const", ScriptValueKind::u32, 32},
    {"s64.const", ScriptValueKind::s64, 64},
    {"u64.const", ScriptValueKind::u64, 64},
});

struct ReferenceWord {
  std::string_view word;
  ReferenceKind kind;
};
/// Expected results that only state the kind of a reference.
constexpr auto reference_words = std::to_array<ReferenceWord>({
    {"ref", ReferenceKind::any},
    {"ref.eq", ReferenceKind::eq},
    {"ref.i31", ReferenceKind::i31},
    {"ref.struct", ReferenceKind::struct_},
    {"ref.array", ReferenceKind::array},
    {"ref.func", ReferenceKind::func},
    {"ref.exn", ReferenceKind::exn},
    {"ref.extern", ReferenceKind::extern_},
});

struct HeapWord {
  std::string_view word;
  HeapKind kind;
};
constexpr auto heap_words = std::to_array<HeapWord>({
    {"any", HeapKind::any},
    {"eq", HeapKind::eq},
    {"i31", HeapKind::i31},
    {"struct", HeapKind::struct_},
    {"array", HeapKind::array},
    {"none", HeapKind::none},
    {"func", HeapKind::func},
    {"nofunc", HeapKind::nofunc},
    {"extern", HeapKind::extern_},
    {"noextern", HeapKind::noextern},
    {"exn", HeapKind::exn},
    {"noexn", HeapKind::noexn},
});

struct ShapeWord {
  std::string_view word;
  VectorShape shape;
  unsigned width;  ///< of a lane, in bytes
  bool is_float;
};
constexpr auto shape_words = std::to_array<ShapeWord>({
    {"i8x16", VectorShape::i8x16, 1, false},
    {"i16x8", VectorShape::i16x8, 2, false},
    {"i32x4", VectorShape::i32x4, 4, false},
    {"i64x2", VectorShape::i64x2, 8, false},
    {"f32x4", VectorShape::f32x4, 4, true},
    {"f64x2", VectorShape::f64x2, 8, true},
});

}  // namespace

void ScriptParser::parse_values(std::vector<ScriptValue>& to, bool is_result, std::uint32_t depth) {
  while (at_open()) parse_value(to.emplace_back(), is_result, depth);
}

void ScriptParser::parse_value(ScriptValue& to, bool is_result, std::uint32_t depth) {
  expect_open();
  parse_value_body(to, is_result, depth);
  expect_close();
}

void ScriptParser::parse_value_body(ScriptValue& to, bool is_result, std::uint32_t depth) {
  if (depth > limits_.value_nesting) return fail("nesting too deep", ErrorKind::limit);
  if (!at(TokenKind::keyword)) return fail_unexpected();
  const auto word = peek().text;
  if (parse_number(to, word, is_result) || parse_reference(to, word, is_result) ||
      parse_component_value(to, word, depth))
    return;
  if (word != "either" || !is_result) return fail_unexpected();
  take();
  to.kind = ScriptValueKind::either;
  if (!at_open()) return fail_unexpected();
  parse_values(to.elements, true, depth + 1);
}

// ---- Numbers and vectors

bool ScriptParser::parse_number(ScriptValue& to, std::string_view word, bool is_result) {
  if (const auto found = std::ranges::find(integer_words, word, &NumberWord::word);
      found != integer_words.end()) {
    take();
    to.kind = found->kind;
    parse_integer_bits(to.bits, found->width);
  } else if (word == "f32.const" || word == "f64.const") {
    take();
    to.kind = word == "f32.const" ? ScriptValueKind::f32 : ScriptValueKind::f64;
    parse_float(to.bits, to.nan, to.kind == ScriptValueKind::f64, is_result);
  } else if (word == "v128.const") {
    take();
    to.kind = ScriptValueKind::v128;
    parse_vector(to, is_result);
  } else {
    return false;
  }
  return true;
}

void ScriptParser::parse_integer_bits(std::uint64_t& bits, unsigned width) {
  if (!at(TokenKind::integer)) return fail_unexpected();
  const auto value = parse_integer(peek().text, width);
  if (!value) return fail("constant out of range");
  take();
  bits = *value;
}

void ScriptParser::parse_float(std::uint64_t& bits, NanPattern& nan, bool is_wide, bool is_result) {
  if (is_result && at(TokenKind::keyword)) {
    if (take_keyword("nan:canonical"))
      nan = NanPattern::canonical;
    else if (take_keyword("nan:arithmetic"))
      nan = NanPattern::arithmetic;
    else
      fail_unexpected();
    return;
  }
  if (!at(TokenKind::integer) && !at(TokenKind::floating)) return fail_unexpected();
  const auto value =
      is_wide ? parse_f64(peek().text) : std::optional<std::uint64_t>(parse_f32(peek().text));
  if (!value) return fail("constant out of range");
  take();
  bits = *value;
}

void ScriptParser::parse_vector(ScriptValue& to, bool is_result) {
  const auto shape = std::ranges::find(shape_words, peek().text, &ShapeWord::word);
  if (shape == shape_words.end()) return fail_unexpected();
  take();
  to.shape = shape->shape;
  const auto count = 16 / shape->width;
  for (unsigned lane = 0; lane < count; ++lane) {
    if (at_close()) return fail("wrong number of lane literals");
    std::uint64_t bits = 0;
    if (shape->is_float)
      parse_float(bits, to.lanes[lane], shape->width == 8, is_result);
    else
      parse_integer_bits(bits, shape->width * 8);
    for (unsigned byte = 0; byte < shape->width; ++byte)
      to.vector[lane * shape->width + byte] = static_cast<std::uint8_t>(bits >> (8 * byte));
  }
  if (!at_close()) fail("wrong number of lane literals");
}

// ---- References

/// Arguments are objects of the host or null; results may also be patterns for any reference.
bool ScriptParser::parse_reference(ScriptValue& to, std::string_view word, bool is_result) {
  const auto number = [&] {
    to.has_number = true;
    to.bits = expect_u32();
  };
  if (word == "ref.null") {
    take();
    to.reference = ReferenceKind::null;
    if (!at_close()) {
      const auto heap = std::ranges::find(heap_words, peek().text, &HeapWord::word);
      if (heap == heap_words.end()) return fail_unexpected(), true;
      take();
      to.heap = heap->kind;
    } else if (!is_result) {
      return fail_unexpected(), true;
    }
  } else if (word == "ref.host") {
    take();
    to.reference = ReferenceKind::host;
    number();
  } else {
    const auto found = std::ranges::find(reference_words, word, &ReferenceWord::word);
    if (found == reference_words.end()) return false;
    if (!is_result && found->kind != ReferenceKind::extern_) return false;
    take();
    to.reference = found->kind;
    const bool may_have_number =
        found->kind == ReferenceKind::extern_ || found->kind == ReferenceKind::func;
    if (!is_result || (may_have_number && !at_close())) number();
  }
  to.kind = ScriptValueKind::reference;
  return true;
}

// ---- Values of components

bool ScriptParser::parse_component_value(ScriptValue& to, std::string_view word,
                                         std::uint32_t depth) {
  using enum ScriptValueKind;
  const auto is = [&](std::string_view expected, ScriptValueKind kind) {
    if (word != expected) return false;
    take();
    to.kind = kind;
    return true;
  };
  if (is("bool.const", boolean)) {
    to.bits = at_keyword("true") ? 1 : 0;
    if (!take_keyword("true") && !take_keyword("false")) fail_unexpected();
  } else if (is("char.const", character)) {
    parse_character(to);
  } else if (is("str.const", string)) {
    to.text = expect_name();
  } else if (is("list.const", list) || is("tuple.const", tuple)) {
    parse_values(to.elements, true, depth + 1);
  } else if (is("record.const", record)) {
    parse_fields(to, depth);
  } else if (is("variant.const", variant)) {
    to.text = expect_name();
    parse_payload(to, depth);
  } else if (is("enum.const", enumeration)) {
    to.text = expect_name();
  } else if (is("flags.const", flags)) {
    while (at(TokenKind::string)) to.names.push_back(expect_name());
  } else if (is("option.none", option) || is("result.ok", result)) {
    if (to.kind == result) parse_payload(to, depth);
  } else if (is("option.some", option) || is("result.err", result)) {
    to.bits = 1;
    parse_payload(to, depth);
  } else {
    return false;
  }
  return true;
}

/// A string of one character
void ScriptParser::parse_character(ScriptValue& to) {
  const auto offset = peek().offset;
  const auto text = expect_name();
  if (failed()) return;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::size_t length = text.empty()     ? 0
                             : byte(0) < 0x80 ? 1
                             : byte(0) < 0xe0 ? 2
                             : byte(0) < 0xf0 ? 3
                                              : 4;
  if (text.empty() || text.size() != length) return fail_at(offset, "expected one character");
  constexpr std::array<std::uint32_t, 5> masks{0, 0x7f, 0x1f, 0x0f, 0x07};
  std::uint32_t code = byte(0) & masks[length];
  for (std::size_t i = 1; i < length; ++i) code = code << 6 | (byte(i) & 0x3f);
  to.bits = code;
}

/// `(field "name" value)*`, where the parentheses of the value may be missing
void ScriptParser::parse_fields(ScriptValue& to, std::uint32_t depth) {
  while (take_open("field")) {
    to.names.push_back(expect_name());
    auto& value = to.elements.emplace_back();
    if (at_open())
      parse_value(value, true, depth + 1);
    else
      parse_value_body(value, true, depth + 1);
    expect_close();
  }
}

/// One value or none
void ScriptParser::parse_payload(ScriptValue& to, std::uint32_t depth) {
  if (at_close()) return;
  auto& value = to.elements.emplace_back();
  if (at_open())
    parse_value(value, true, depth + 1);
  else
    parse_value_body(value, true, depth + 1);
}

}  // namespace airlock::decoder::text
