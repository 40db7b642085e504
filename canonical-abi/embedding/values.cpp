// Values and types of the public API, and what they are inside.
#include "airlock/value.hpp"

#include "canonical-abi/embedding/state.hpp"

namespace airlock {

std::string to_string(ValueType type) {
  switch (type) {
    case ValueType::i32:
      return "i32";
    case ValueType::i64:
      return "i64";
    case ValueType::f32:
      return "f32";
    case ValueType::f64:
      return "f64";
    case ValueType::v128:
      return "v128";
    case ValueType::funcref:
      return "funcref";
    case ValueType::externref:
      return "externref";
    case ValueType::other_reference:
      return "(ref …)";
  }
  return "?";
}

namespace {

std::string list(const std::vector<ValueType>& types) {
  std::string text = "[";
  for (const auto type : types) {
    if (text.size() > 1) text += ' ';
    text += to_string(type);
  }
  return text + ']';
}

}  // namespace

std::string to_string(const FunctionType& type) {
  return list(type.parameters) + " -> " + list(type.results);
}

ValueType to_public(const decoder::ValueType& type) {
  switch (type.kind) {
    case decoder::ValueKind::i32:
      return ValueType::i32;
    case decoder::ValueKind::i64:
      return ValueType::i64;
    case decoder::ValueKind::f32:
      return ValueType::f32;
    case decoder::ValueKind::f64:
      return ValueType::f64;
    case decoder::ValueKind::v128:
      return ValueType::v128;
    default:
      break;
  }
  if (type == decoder::funcref) return ValueType::funcref;
  if (type == decoder::externref) return ValueType::externref;
  return ValueType::other_reference;
}

FunctionType to_public(const decoder::FunctionType& type) {
  FunctionType result;
  for (const auto& parameter : type.parameters) result.parameters.push_back(to_public(parameter));
  for (const auto& each : type.results) result.results.push_back(to_public(each));
  return result;
}

decoder::ValueType to_internal(ValueType type) {
  switch (type) {
    case ValueType::i32:
      return decoder::i32;
    case ValueType::i64:
      return decoder::i64;
    case ValueType::f32:
      return decoder::f32;
    case ValueType::f64:
      return decoder::f64;
    case ValueType::v128:
      return decoder::v128;
    case ValueType::funcref:
      return decoder::funcref;
    case ValueType::externref:
      return decoder::externref;
    case ValueType::other_reference:
      break;
  }
  return decoder::ValueType::reference(decoder::HeapKind::any);
}

decoder::FunctionType to_internal(const FunctionType& type) {
  decoder::FunctionType result;
  for (const auto parameter : type.parameters) result.parameters.push_back(to_internal(parameter));
  for (const auto each : type.results) result.results.push_back(to_internal(each));
  return result;
}

runtime::Value to_internal(const Value& value) {
  const auto type = value.type() == ValueType::other_reference
                        ? decoder::ValueType::reference(ValueAccess::hierarchy(value))
                        : to_internal(value.type());
  return {.type = type,
          .slots = {runtime::Slot{.bits = ValueAccess::low(value)},
                    runtime::Slot{.bits = ValueAccess::high(value)}}};
}

std::unexpected<Error> store_is_gone(std::string_view what) {
  return fail(ErrorKind::argument,
              "the store of this " + std::string(what) + " has been destroyed");
}

}  // namespace airlock
