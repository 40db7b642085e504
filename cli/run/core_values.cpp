#include "cli/run/core_values.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

#include "canonical-abi/wave.hpp"
#include "decoder/error.hpp"
#include "decoder/text/numbers.hpp"

namespace airlock::cli {
namespace {

using decoder::ValueKind;
using decoder::ValueType;
using runtime::Value;

using Bytes = std::array<std::uint8_t, 16>;

/// How the lanes of a vector are written.
struct Shape {
  std::string_view name;
  std::size_t lanes;
  ValueKind kind;  ///< how a lane is written; an integer may be narrower
};
constexpr auto shapes = std::to_array<Shape>({
    {"i8x16", 16, ValueKind::i32},
    {"i16x8", 8, ValueKind::i32},
    {"i32x4", 4, ValueKind::i32},
    {"i64x2", 2, ValueKind::i64},
    {"f32x4", 4, ValueKind::f32},
    {"f64x2", 2, ValueKind::f64},
});

/// A piece of the text, which may be long, for a message.
std::string shown(std::string_view text) {
  constexpr std::size_t most = 40;
  if (text.empty()) return "nothing";
  return '`' + std::string(text.substr(0, most)) + (text.size() > most ? "…`" : "`");
}

/// What to say of a text that is no value of a type.
std::unexpected<std::string> mismatch(std::string_view text, std::string_view type, bool has_form) {
  if (has_form) return std::unexpected(shown(text) + " is out of range for " + std::string(type));
  return std::unexpected("expected " + std::string(type) + ", found " + shown(text));
}

/// The bits of a number of a kind, or of an integer lane of fewer bits.
std::expected<std::uint64_t, std::string> parse_number(std::string_view text, ValueKind kind,
                                                       unsigned bits) {
  using namespace decoder::text;
  const bool is_integer = is_integer_literal(text);
  if (kind == ValueKind::i32 || kind == ValueKind::i64) {
    if (const auto number = parse_integer(text, bits)) return *number;
    return mismatch(text, 'i' + std::to_string(bits), is_integer);
  }
  const bool has_form = is_integer || is_float_literal(text);
  if (kind == ValueKind::f32) {
    if (const auto number = parse_f32(text)) return *number;
    return mismatch(text, "f32", has_form);
  }
  if (const auto number = parse_f64(text)) return *number;
  return mismatch(text, "f64", has_form);
}

/// A number of 128 bits, decimal or hexadecimal; nothing if it is none or larger.
std::optional<unsigned __int128> parse_wide(std::string_view text) {
  if (!decoder::text::is_integer_literal(text) || text.front() == '-' || text.front() == '+')
    return std::nullopt;
  const bool is_hexadecimal = text.starts_with("0x") || text.starts_with("0X");
  const unsigned base = is_hexadecimal ? 16 : 10;
  constexpr auto most = ~static_cast<unsigned __int128>(0);
  unsigned __int128 number = 0;
  for (const char c : text.substr(is_hexadecimal ? 2 : 0)) {
    if (c == '_') continue;
    const auto digit = static_cast<unsigned>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    if (number > (most - digit) / base) return std::nullopt;
    number = number * base + digit;
  }
  return number;
}

std::expected<Bytes, std::string> parse_lanes(const Shape& shape, std::string_view text) {
  const auto lanes = split_arguments(text);
  if (lanes.size() != shape.lanes)
    return std::unexpected(std::string(shape.name) + " has " + std::to_string(shape.lanes) +
                           " lanes, found " + std::to_string(lanes.size()));
  const std::size_t width = 16 / shape.lanes;
  Bytes bytes{};
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    const auto lane = parse_number(lanes[i], shape.kind, static_cast<unsigned>(width * 8));
    if (!lane) return std::unexpected("lane " + std::to_string(i) + ": " + lane.error());
    std::memcpy(bytes.data() + i * width, &*lane, width);
  }
  return bytes;
}

std::expected<Value, std::string> parse_vector(std::string_view text) {
  Value value{.type = decoder::v128};
  if (const auto number = parse_wide(text)) {
    value.slots[0].bits = static_cast<std::uint64_t>(*number);
    value.slots[1].bits = static_cast<std::uint64_t>(*number >> 64);
    return value;
  }
  const auto open = text.find('(');
  const auto name = trim(text.substr(0, open));
  const auto shape = std::ranges::find(shapes, name, &Shape::name);
  if (shape == shapes.end() || open == std::string_view::npos || !text.ends_with(')'))
    return mismatch(text, "v128 (a number, or lanes such as i32x4(1, 2, 3, 4))",
                    decoder::text::is_integer_literal(text));
  const auto bytes = parse_lanes(*shape, text.substr(open + 1, text.size() - open - 2));
  if (!bytes) return std::unexpected(bytes.error());
  std::memcpy(&value.slots[0].bits, bytes->data(), 8);
  std::memcpy(&value.slots[1].bits, bytes->data() + 8, 8);
  return value;
}

/// As in WAVE: digits without an exponent.
std::string float_text(const canonical_abi::Value& number, canonical_abi::TypeKind kind) {
  canonical_abi::TypeTable types;
  return canonical_abi::to_wave(number, types.primitive(kind));
}

/// In lanes of 32 bits: wide enough to be short, and as other tools show it.
std::string vector_text(const Value& value) {
  std::string text = "i32x4(";
  for (const auto half : {value.slots[0].bits, value.slots[1].bits}) {
    for (const unsigned shift : {0U, 32U}) {
      if (text.back() != '(') text += ", ";
      text += hexadecimal(half >> shift & 0xffff'ffff);
    }
  }
  return text + ')';
}

}  // namespace

std::string_view trim(std::string_view text) {
  constexpr std::string_view space = " \t\r\n";
  const auto first = text.find_first_not_of(space);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(space) + 1 - first);
}

std::vector<std::string_view> split_arguments(std::string_view text) {
  std::vector<std::string_view> parts;
  std::size_t start = 0;
  std::size_t depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '(') ++depth;
    if (text[i] == ')' && depth > 0) --depth;
    if (text[i] != ',' || depth > 0) continue;
    parts.push_back(trim(text.substr(start, i - start)));
    start = i + 1;
  }
  if (const auto last = trim(text.substr(start)); !last.empty()) parts.push_back(last);
  return parts;
}

std::expected<Value, std::string> parse_core_value(std::string_view text, const ValueType& type) {
  text = trim(text);
  if (type.kind == ValueKind::v128) return parse_vector(text);
  Value value{.type = type};
  if (type.is_reference()) {
    if (!type.nullable)
      return std::unexpected("a reference that cannot be null, " + to_string(type) +
                             ", has no text");
    if (text != "null")
      return mismatch(text, "null, the only " + to_string(type) + " with a text", false);
    return value;
  }
  const bool is_wide = type.kind == ValueKind::i64 || type.kind == ValueKind::f64;
  const auto bits = parse_number(text, type.kind, is_wide ? 64 : 32);
  if (!bits) return std::unexpected(bits.error());
  value.slots[0].bits = *bits;
  return value;
}

std::string format_core_value(const Value& value) {
  const auto& slot = value.slots[0];
  switch (value.type.kind) {
    case ValueKind::i32:
      return std::to_string(static_cast<std::int32_t>(slot.i32));
    case ValueKind::i64:
      return std::to_string(static_cast<std::int64_t>(slot.i64));
    case ValueKind::f32:
      return float_text(canonical_abi::Value::f32(slot.f32), canonical_abi::TypeKind::f32);
    case ValueKind::f64:
      return float_text(canonical_abi::Value::f64(slot.f64), canonical_abi::TypeKind::f64);
    case ValueKind::v128:
      return vector_text(value);
    default:
      return slot.reference == nullptr ? "null" : to_string(value.type);
  }
}

}  // namespace airlock::cli
