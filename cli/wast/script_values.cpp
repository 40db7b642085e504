#include "cli/wast/script_values.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <optional>

#include "decoder/heap_matching.hpp"
#include "runtime/reference.hpp"

namespace airlock::cli {

using decoder::HeapKind;
using decoder::ValueKind;
using decoder::ValueType;
using decoder::text::NanPattern;
using decoder::text::ReferenceKind;
using decoder::text::ScriptValue;
using decoder::text::ScriptValueKind;
using decoder::text::VectorShape;
using runtime::Value;

namespace {

// A canonical NaN has only the topmost bit of its fraction; an arithmetic one has at least that.
// Signs do not matter (specification: Numerics, NaN Propagation).

bool is_nan_of(NanPattern pattern, std::uint32_t bits) {
  const std::uint32_t magnitude = bits & 0x7fff'ffff;
  if (pattern == NanPattern::canonical) return magnitude == 0x7fc0'0000;
  return magnitude >= 0x7fc0'0000;
}

bool is_nan_of(NanPattern pattern, std::uint64_t bits) {
  const std::uint64_t magnitude = bits & 0x7fff'ffff'ffff'ffff;
  if (pattern == NanPattern::canonical) return magnitude == 0x7ff8'0000'0000'0000;
  return magnitude >= 0x7ff8'0000'0000'0000;
}

bool matches_f32(NanPattern pattern, std::uint32_t expected, std::uint32_t actual) {
  return pattern == NanPattern::none ? expected == actual : is_nan_of(pattern, actual);
}

bool matches_f64(NanPattern pattern, std::uint64_t expected, std::uint64_t actual) {
  return pattern == NanPattern::none ? expected == actual : is_nan_of(pattern, actual);
}

std::array<std::uint8_t, 16> vector_bytes(const Value& value) {
  std::array<std::uint8_t, 16> bytes{};
  std::memcpy(bytes.data(), &value.slots[0].bits, 8);
  std::memcpy(bytes.data() + 8, &value.slots[1].bits, 8);
  return bytes;
}

template <typename T>
T lane(const std::array<std::uint8_t, 16>& bytes, std::size_t index) {
  T value;
  std::memcpy(&value, bytes.data() + index * sizeof(T), sizeof(T));
  return value;
}

bool matches_vector(const ScriptValue& expected, const std::array<std::uint8_t, 16>& actual) {
  if (expected.shape == VectorShape::f32x4) {
    for (std::size_t i = 0; i < 4; ++i)
      if (!matches_f32(expected.lanes[i], lane<std::uint32_t>(expected.vector, i),
                       lane<std::uint32_t>(actual, i)))
        return false;
    return true;
  }
  if (expected.shape == VectorShape::f64x2) {
    for (std::size_t i = 0; i < 2; ++i)
      if (!matches_f64(expected.lanes[i], lane<std::uint64_t>(expected.vector, i),
                       lane<std::uint64_t>(actual, i)))
        return false;
    return true;
  }
  return expected.vector == actual;
}

/// What a reference that is not null is: the most exact abstract heap type. None if it is a value
/// of the host among those of `any`.
std::optional<HeapKind> kind_of(const runtime::TypeRegistry& types, const Value& value) {
  const auto bits = value.slots[0].bits;
  const auto top = types.top(value.type.heap);
  if (top != HeapKind::any) return top;
  if (runtime::is_i31(bits)) return HeapKind::i31;
  if (runtime::is_external(bits)) return std::nullopt;
  const auto* object = static_cast<const runtime::Object*>(value.slots[0].reference);
  return types.get(object->type).layout.kind == decoder::CompositeKind::array ? HeapKind::array
                                                                              : HeapKind::struct_;
}

/// The heap type that a reference of a kind must be below.
HeapKind heap_of(ReferenceKind kind) {
  switch (kind) {
    case ReferenceKind::extern_:
      return HeapKind::extern_;
    case ReferenceKind::eq:
      return HeapKind::eq;
    case ReferenceKind::i31:
      return HeapKind::i31;
    case ReferenceKind::struct_:
      return HeapKind::struct_;
    case ReferenceKind::array:
      return HeapKind::array;
    case ReferenceKind::func:
      return HeapKind::func;
    case ReferenceKind::exn:
      return HeapKind::exn;
    default:
      return HeapKind::any;
  }
}

bool matches_reference(const runtime::TypeRegistry& types, const ScriptValue& expected,
                       const Value& actual) {
  if (!actual.type.is_reference()) return false;
  const bool is_null = actual.slots[0].bits == 0;
  if (expected.reference == ReferenceKind::null) {
    if (!is_null || !expected.heap) return is_null;
    return types.top(actual.type.heap) == types.top({*expected.heap});
  }
  if (is_null) return false;
  const auto kind = kind_of(types, actual);
  const bool is_host = expected.reference == ReferenceKind::host;
  if (expected.has_number) {
    if (actual.slots[0].bits != runtime::make_external(expected.bits)) return false;
    return is_host ? !kind : kind == HeapKind::extern_;
  }
  if (!kind) return is_host || expected.reference == ReferenceKind::any;
  if (is_host) return false;
  return expected.reference == ReferenceKind::any ||
         decoder::abstract_matches(*kind, heap_of(expected.reference));
}

/// A float with its bits, since different NaNs print the same.
template <typename Float, typename Bits>
std::string float_text(Bits bits) {
  const auto number = std::bit_cast<Float>(bits);
  if (std::isnan(number)) return "nan:" + hexadecimal(bits);
  std::array<char, 40> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr;
  return {buffer.data(), end};
}

std::string nan_text(NanPattern pattern) {
  return pattern == NanPattern::canonical ? "nan:canonical" : "nan:arithmetic";
}

std::string vector_text(const std::array<std::uint8_t, 16>& bytes) {
  std::string text = "(v128.const i32x4";
  for (std::size_t i = 0; i < 4; ++i) text += ' ' + hexadecimal(lane<std::uint32_t>(bytes, i));
  return text + ')';
}

std::string reference_text(const ScriptValue& value) {
  switch (value.reference) {
    case ReferenceKind::null:
      return value.heap ? "(ref.null " + to_string(decoder::HeapType{*value.heap}) + ')'
                        : "(ref.null)";
    case ReferenceKind::any:
      return "(ref)";
    default:
      break;
  }
  auto text = value.reference == ReferenceKind::host
                  ? std::string("(ref.host")
                  : "(ref." + to_string(decoder::HeapType{heap_of(value.reference)});
  if (value.has_number) text += ' ' + std::to_string(value.bits);
  return text + ')';
}

std::string_view component_keyword(ScriptValueKind kind) {
  switch (kind) {
    case ScriptValueKind::boolean:
      return "bool.const";
    case ScriptValueKind::s8:
      return "s8.const";
    case ScriptValueKind::u8:
      return "u8.const";
    case ScriptValueKind::s16:
      return "s16.const";
    case ScriptValueKind::u16:
      return "u16.const";
    case ScriptValueKind::s32:
      return "s32.const";
    case ScriptValueKind::u32:
      return "u32.const";
    case ScriptValueKind::s64:
      return "s64.const";
    case ScriptValueKind::u64:
      return "u64.const";
    case ScriptValueKind::character:
      return "char.const";
    case ScriptValueKind::string:
      return "str.const";
    case ScriptValueKind::list:
      return "list.const";
    case ScriptValueKind::record:
      return "record.const";
    case ScriptValueKind::tuple:
      return "tuple.const";
    case ScriptValueKind::variant:
      return "variant.const";
    case ScriptValueKind::enumeration:
      return "enum.const";
    case ScriptValueKind::option:
      return "option";
    case ScriptValueKind::result:
      return "result";
    case ScriptValueKind::flags:
      return "flags.const";
    default:
      return "either";
  }
}

std::string component_text(const ScriptValue& value) {
  auto text = '(' + std::string(component_keyword(value.kind));
  const bool is_aggregate = value.kind >= ScriptValueKind::list;
  if (value.kind == ScriptValueKind::option)
    text = value.bits != 0 ? "(option.some" : "(option.none";
  if (value.kind == ScriptValueKind::result) text = value.bits != 0 ? "(result.err" : "(result.ok";
  if (value.kind == ScriptValueKind::string || !value.text.empty())
    text += " \"" + value.text + '"';
  else if (!is_aggregate && value.kind != ScriptValueKind::either)
    text += ' ' + std::to_string(value.bits);
  for (const auto& name : value.names) text += " \"" + name + '"';
  for (const auto& element : value.elements) text += ' ' + to_text(element);
  return text + ')';
}

}  // namespace

Result<Value> to_runtime_value(const ScriptValue& value) {
  Value result;
  result.slots[0].bits = value.bits;
  switch (value.kind) {
    case ScriptValueKind::i32:
      result.type = decoder::i32;
      return result;
    case ScriptValueKind::i64:
      result.type = decoder::i64;
      return result;
    case ScriptValueKind::f32:
      result.type = decoder::f32;
      return result;
    case ScriptValueKind::f64:
      result.type = decoder::f64;
      return result;
    case ScriptValueKind::v128:
      result.type = decoder::v128;
      std::memcpy(&result.slots[0].bits, value.vector.data(), 8);
      std::memcpy(&result.slots[1].bits, value.vector.data() + 8, 8);
      return result;
    case ScriptValueKind::reference:
      break;
    default:
      return fail(ErrorKind::argument, to_text(value) + " is no value of a core function");
  }
  if (value.reference == ReferenceKind::null) {
    result.type = ValueType::reference(value.heap.value_or(HeapKind::any));
    result.slots[0].bits = 0;
    return result;
  }
  const bool is_host = value.reference == ReferenceKind::host;
  if ((is_host || value.reference == ReferenceKind::extern_) && value.has_number) {
    result.type = ValueType::reference(is_host ? HeapKind::any : HeapKind::extern_, false);
    result.slots[0].bits = runtime::make_external(value.bits);
    return result;
  }
  return fail(ErrorKind::unsupported, to_text(value) + " as an argument");
}

bool matches(const runtime::TypeRegistry& types, const ScriptValue& expected, const Value& actual) {
  const auto kind = actual.type.kind;
  switch (expected.kind) {
    case ScriptValueKind::i32:
      return kind == ValueKind::i32 &&
             actual.slots[0].i32 == static_cast<std::uint32_t>(expected.bits);
    case ScriptValueKind::i64:
      return kind == ValueKind::i64 && actual.slots[0].bits == expected.bits;
    case ScriptValueKind::f32:
      return kind == ValueKind::f32 &&
             matches_f32(expected.nan, static_cast<std::uint32_t>(expected.bits),
                         actual.slots[0].i32);
    case ScriptValueKind::f64:
      return kind == ValueKind::f64 &&
             matches_f64(expected.nan, expected.bits, actual.slots[0].bits);
    case ScriptValueKind::v128:
      return kind == ValueKind::v128 && matches_vector(expected, vector_bytes(actual));
    case ScriptValueKind::reference:
      return matches_reference(types, expected, actual);
    case ScriptValueKind::either:
      return std::ranges::any_of(expected.elements, [&](const ScriptValue& alternative) {
        return matches(types, alternative, actual);
      });
    default:
      return false;
  }
}

bool matches(const ScriptValue& expected, const ScriptValue& actual) {
  if (expected.kind == ScriptValueKind::either)
    return std::ranges::any_of(expected.elements, [&](const ScriptValue& alternative) {
      return matches(alternative, actual);
    });
  if (expected.kind != actual.kind) return false;
  if (expected.kind == ScriptValueKind::f32)
    return matches_f32(expected.nan, static_cast<std::uint32_t>(expected.bits),
                       static_cast<std::uint32_t>(actual.bits));
  if (expected.kind == ScriptValueKind::f64)
    return matches_f64(expected.nan, expected.bits, actual.bits);
  // Flags are a set; the fields of a record have their order.
  if (expected.kind == ScriptValueKind::flags)
    return std::ranges::is_permutation(expected.names, actual.names);
  return expected.bits == actual.bits && expected.text == actual.text &&
         expected.names == actual.names &&
         std::ranges::equal(expected.elements, actual.elements,
                            [](const auto& one, const auto& other) { return matches(one, other); });
}

std::string to_text(const ScriptValue& value) {
  switch (value.kind) {
    case ScriptValueKind::i32:
      return "(i32.const " + std::to_string(static_cast<std::int32_t>(value.bits)) + ')';
    case ScriptValueKind::i64:
      return "(i64.const " + std::to_string(static_cast<std::int64_t>(value.bits)) + ')';
    case ScriptValueKind::f32:
      if (value.nan != NanPattern::none) return "(f32.const " + nan_text(value.nan) + ')';
      return "(f32.const " + float_text<float>(static_cast<std::uint32_t>(value.bits)) + ')';
    case ScriptValueKind::f64:
      if (value.nan != NanPattern::none) return "(f64.const " + nan_text(value.nan) + ')';
      return "(f64.const " + float_text<double>(value.bits) + ')';
    case ScriptValueKind::v128:
      return vector_text(value.vector);
    case ScriptValueKind::reference:
      return reference_text(value);
    default:
      return component_text(value);
  }
}

std::string to_text(const Value& value) {
  const auto& slot = value.slots[0];
  switch (value.type.kind) {
    case ValueKind::i32:
      return "(i32.const " + std::to_string(static_cast<std::int32_t>(slot.i32)) + ')';
    case ValueKind::i64:
      return "(i64.const " + std::to_string(static_cast<std::int64_t>(slot.bits)) + ')';
    case ValueKind::f32:
      return "(f32.const " + float_text<float>(slot.i32) + ')';
    case ValueKind::f64:
      return "(f64.const " + float_text<double>(slot.bits) + ')';
    case ValueKind::v128:
      return vector_text(vector_bytes(value));
    default:
      break;
  }
  if (slot.bits == 0) return "(ref.null " + to_string(value.type.heap) + ')';
  if (runtime::is_external(slot.bits)) {
    const bool is_extern = value.type.heap.kind == HeapKind::extern_;
    return (is_extern ? "(ref.extern " : "(ref.host ") +
           std::to_string(runtime::external_number(slot.bits)) + ')';
  }
  return "(ref." + to_string(value.type.heap) + ')';
}

}  // namespace airlock::cli
