#include "runtime/exception.hpp"

#include <algorithm>

#include "runtime/reference.hpp"
#include "runtime/store.hpp"

namespace airlock::runtime {

namespace {

/// As the text format writes it, but rounded.
std::string text_of(const Value& value) {
  const Slot slot = value.slots[0];
  const std::string type = to_string(value.type);
  switch (value.type.kind) {
    case decoder::ValueKind::i32:
      return type + ' ' + std::to_string(static_cast<std::int32_t>(slot.i32));
    case decoder::ValueKind::i64:
      return type + ' ' + std::to_string(static_cast<std::int64_t>(slot.i64));
    case decoder::ValueKind::f32:
      return type + ' ' + std::to_string(slot.f32);
    case decoder::ValueKind::f64:
      return type + ' ' + std::to_string(slot.f64);
    case decoder::ValueKind::v128:
      return type + ' ' + hexadecimal(slot.bits) + ' ' + hexadecimal(value.slots[1].bits);
    default:
      return slot.bits == 0 ? "null" : type;
  }
}

}  // namespace

std::string name_of(const Tag& tag) {
  if (tag.instance == nullptr) return {};
  const auto& tree = tag.instance->module->tree;
  if (const auto name = tree.names.tags.find(tag.index); name != tree.names.tags.end())
    return name->second;
  const auto is_it = [&](const decoder::Export& entry) {
    return entry.kind == decoder::ExternKind::tag && entry.index == tag.index;
  };
  const auto exported = std::ranges::find_if(tree.exports, is_it);
  return exported == tree.exports.end() ? std::string{} : exported->name;
}

std::vector<Value> exception_values(Store& store, const Tag& tag, std::span<const Slot> slots) {
  const auto& type = store.engine().types().get(tag.type).type.composite.function;
  std::vector<Value> values;
  values.reserve(type.parameters.size());
  const Slot* next = slots.data();
  for (const auto& parameter : type.parameters) {
    auto& value = values.emplace_back(Value{.type = parameter, .slots = {}});
    for (std::uint32_t i = 0; i < slot_count(parameter); ++i) value.slots[i] = *next++;
  }
  return values;
}

Trap throwing(const Tag& tag, std::vector<Value> values) {
  Trap trap(TrapCode::uncaught_exception, describe_exception(tag, values));
  trap.exception = std::make_shared<const UncaughtException>(
      UncaughtException{.tag = &tag, .values = std::move(values)});
  return trap;
}

Trap uncaught(Store& store, const Tag& tag, std::span<const Slot> slots) {
  auto values = exception_values(store, tag, slots);
  Trap trap(TrapCode::uncaught_exception, describe_exception(tag, values));
  auto exception = std::make_shared<UncaughtException>();
  exception->tag = &tag;
  for (const auto& value : values)
    if (value.type.is_reference() && is_address(value.slots[0].bits))
      exception->roots.push_back(store.heap().root(value.slots[0].bits));
  exception->values = std::move(values);
  trap.exception = std::move(exception);
  return trap;
}

std::string describe_exception(const Tag& tag, std::span<const Value> values) {
  // A few values are enough; a tag may have a thousand parameters.
  constexpr std::size_t most_values = 8;
  std::string text = "uncaught exception";
  if (const auto name = name_of(tag); !name.empty()) text += " `" + name + '`';
  if (values.empty()) return text;
  text += " (";
  for (std::size_t i = 0; i < std::min(values.size(), most_values); ++i)
    text += (i == 0 ? "" : ", ") + text_of(values[i]);
  return text + (values.size() > most_values ? ", …)" : ")");
}

}  // namespace airlock::runtime
