#include "cli/wast/component_values.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <unordered_map>

namespace airlock::cli {

using canonical_abi::Type;
using canonical_abi::TypeKind;
using canonical_abi::Value;
using decoder::text::NanPattern;
using decoder::text::ScriptValue;
using decoder::text::ScriptValueKind;

namespace {

std::unexpected<Error> mismatch(Type type) {
  return fail(ErrorKind::argument, "value is not a `" + to_string(type) + "`");
}

/// What a script calls a kind of value; none for handles.
std::optional<ScriptValueKind> script_kind(TypeKind kind) {
  switch (kind) {
    case TypeKind::boolean:
      return ScriptValueKind::boolean;
    case TypeKind::s8:
      return ScriptValueKind::s8;
    case TypeKind::u8:
      return ScriptValueKind::u8;
    case TypeKind::s16:
      return ScriptValueKind::s16;
    case TypeKind::u16:
      return ScriptValueKind::u16;
    case TypeKind::s32:
      return ScriptValueKind::s32;
    case TypeKind::u32:
      return ScriptValueKind::u32;
    case TypeKind::s64:
      return ScriptValueKind::s64;
    case TypeKind::u64:
      return ScriptValueKind::u64;
    case TypeKind::f32:
      return ScriptValueKind::f32;
    case TypeKind::f64:
      return ScriptValueKind::f64;
    case TypeKind::character:
      return ScriptValueKind::character;
    case TypeKind::string:
      return ScriptValueKind::string;
    case TypeKind::list:
      return ScriptValueKind::list;
    case TypeKind::map:
      return ScriptValueKind::list;
    case TypeKind::record:
      return ScriptValueKind::record;
    case TypeKind::tuple:
      return ScriptValueKind::tuple;
    case TypeKind::variant:
      return ScriptValueKind::variant;
    case TypeKind::enumeration:
      return ScriptValueKind::enumeration;
    case TypeKind::option:
      return ScriptValueKind::option;
    case TypeKind::result:
      return ScriptValueKind::result;
    case TypeKind::flags:
      return ScriptValueKind::flags;
    default:
      return std::nullopt;
  }
}

/// Bits of a narrow signed integer, extended as components have them.
std::uint64_t extend(TypeKind kind, std::uint64_t bits) {
  switch (kind) {
    case TypeKind::s8:
      return static_cast<std::uint64_t>(static_cast<std::int8_t>(bits));
    case TypeKind::s16:
      return static_cast<std::uint64_t>(static_cast<std::int16_t>(bits));
    case TypeKind::s32:
      return static_cast<std::uint64_t>(static_cast<std::int32_t>(bits));
    default:
      return bits;
  }
}

/// The same as scripts have them: zero-extended from their width.
std::uint64_t narrow(TypeKind kind, std::uint64_t bits) {
  switch (kind) {
    case TypeKind::s8:
      return bits & 0xff;
    case TypeKind::s16:
      return bits & 0xffff;
    case TypeKind::s32:
      return bits & 0xffffffff;
    default:
      return bits;
  }
}

Result<std::vector<Value>> to_values(const std::vector<ScriptValue>& elements, Type type) {
  std::vector<Value> values;
  for (const ScriptValue& element : elements) {
    auto value = to_component_value(element, type);
    if (!value) return propagate(std::move(value));
    values.push_back(*std::move(value));
  }
  return values;
}

Result<Value> to_record(const ScriptValue& value, Type type) {
  if (value.elements.size() != type->fields.size()) return mismatch(type);
  std::unordered_map<std::string_view, std::size_t> positions;
  for (const auto& name : value.names) positions.emplace(name, positions.size());
  std::vector<Value> fields;
  for (std::size_t i = 0; i < type->fields.size(); ++i) {
    std::size_t at = i;
    if (type->kind == TypeKind::record) {
      const auto found = positions.find(type->fields[i].label);
      if (found == positions.end() || found->second >= value.elements.size()) return mismatch(type);
      at = found->second;
    }
    auto field = to_component_value(value.elements[at], type->fields[i].type);
    if (!field) return field;
    fields.push_back(*std::move(field));
  }
  return type->kind == TypeKind::record ? Value::record(std::move(fields))
                                        : Value::tuple(std::move(fields));
}

Result<Value> to_case(const ScriptValue& value, Type type) {
  std::size_t index = value.bits;
  if (type->kind == TypeKind::variant || type->kind == TypeKind::enumeration) {
    index = static_cast<std::size_t>(
        std::ranges::find(type->cases, value.text, &canonical_abi::Case::label) -
        type->cases.begin());
  }
  if (index >= type->cases.size()) return mismatch(type);
  const Type payload = type->cases[index].type;
  if (value.elements.size() != (payload ? 1U : 0U)) return mismatch(type);
  std::optional<Value> inner;
  if (payload) {
    auto made = to_component_value(value.elements.front(), payload);
    if (!made) return made;
    inner = *std::move(made);
  }
  return Value::of_case(type->kind, static_cast<std::uint32_t>(index), std::move(inner));
}

Result<Value> to_flags(const ScriptValue& value, Type type) {
  std::uint32_t bits = 0;
  for (const std::string& label : value.names) {
    const auto found = std::ranges::find(type->labels, label);
    if (found == type->labels.end()) return mismatch(type);
    bits |= std::uint32_t{1} << (found - type->labels.begin());
  }
  return Value::flags(bits);
}

std::uint64_t float_bits(const ScriptValue& value) {
  if (value.nan == NanPattern::none) return value.bits;
  return value.kind == ScriptValueKind::f32 ? 0x7fc00000 : 0x7ff8000000000000;
}

/// The elements of a script value, of the same type all of them.
Result<void> add_elements(ScriptValue& out, const Value& value, Type element) {
  for (std::size_t i = 0; i < value.size(); ++i) {
    auto one = to_script_value(value.at(i), element);
    if (!one) return propagate(std::move(one));
    out.elements.push_back(*std::move(one));
  }
  return {};
}

Result<void> add_fields(ScriptValue& out, const Value& value, Type type) {
  for (std::size_t i = 0; i < type->fields.size(); ++i) {
    auto one = to_script_value(value[i], type->fields[i].type);
    if (!one) return propagate(std::move(one));
    out.elements.push_back(*std::move(one));
    if (type->kind == TypeKind::record) out.names.push_back(type->fields[i].label);
  }
  return {};
}

Result<void> add_case(ScriptValue& out, const Value& value, Type type) {
  const canonical_abi::Case& chosen = type->cases[value.case_index()];
  if (type->kind == TypeKind::variant || type->kind == TypeKind::enumeration) {
    out.text = chosen.label;
  } else {
    out.bits = value.case_index();
  }
  if (!chosen.type || !value.payload()) return {};
  auto payload = to_script_value(*value.payload(), chosen.type);
  if (!payload) return propagate(std::move(payload));
  out.elements.push_back(*std::move(payload));
  return {};
}

}  // namespace

Result<Value> to_component_value(const ScriptValue& value, Type type) {
  if (script_kind(type->kind) != value.kind) return mismatch(type);
  switch (type->kind) {
    case TypeKind::string:
      return Value::string(value.text);
    case TypeKind::f32:
    case TypeKind::f64:
      return Value::scalar(type->kind, float_bits(value));
    case TypeKind::list:
    case TypeKind::map: {
      auto values = to_values(value.elements, type->element);
      if (!values) return propagate(std::move(values));
      return type->kind == TypeKind::map ? Value::map(*std::move(values))
                                         : Value::list(*std::move(values));
    }
    case TypeKind::record:
    case TypeKind::tuple:
      return to_record(value, type);
    case TypeKind::variant:
    case TypeKind::enumeration:
    case TypeKind::option:
    case TypeKind::result:
      return to_case(value, type);
    case TypeKind::flags:
      return to_flags(value, type);
    default:
      return Value::scalar(type->kind, extend(type->kind, value.bits));
  }
}

Result<ScriptValue> to_script_value(const Value& value, Type type) {
  const auto kind = script_kind(type->kind);
  if (!kind) {
    return fail(ErrorKind::unsupported, "a script has no values of type `" + to_string(type) + "`");
  }
  ScriptValue out;
  out.kind = *kind;
  Result<void> done;
  switch (type->kind) {
    case TypeKind::string:
      out.text = value.as_string();
      break;
    case TypeKind::list:
    case TypeKind::map:
      done = add_elements(out, value, type->element);
      break;
    case TypeKind::record:
    case TypeKind::tuple:
      done = add_fields(out, value, type);
      break;
    case TypeKind::variant:
    case TypeKind::enumeration:
    case TypeKind::option:
    case TypeKind::result:
      done = add_case(out, value, type);
      break;
    case TypeKind::flags:
      for (std::size_t i = 0; i < type->labels.size(); ++i) {
        if (value.as_u32() >> i & 1) out.names.push_back(type->labels[i]);
      }
      break;
    default:
      out.bits = narrow(type->kind, value.bits());
      break;
  }
  if (!done) return propagate(std::move(done));
  return out;
}

}  // namespace airlock::cli
