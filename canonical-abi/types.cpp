#include "canonical-abi/types.hpp"

#include "canonical-abi/layout.hpp"

namespace airlock::canonical_abi {

namespace {

void append_number(std::string& key, std::uint64_t number) {
  key.append(std::to_string(number));
  key.push_back(';');
}

void append_type(std::string& key, Type type) {
  append_number(key, reinterpret_cast<std::uintptr_t>(type));
}

void append_label(std::string& key, const std::string& label) {
  append_number(key, label.size());
  key.append(label);
}

/// What tells a node from all others of its table; children by address.
std::string key_of(const ValueType& type) {
  std::string key;
  append_number(key, static_cast<std::uint64_t>(type.kind));
  append_number(key, type.length ? *type.length + std::uint64_t{1} : 0);
  append_number(key, reinterpret_cast<std::uintptr_t>(type.resource));
  append_type(key, type.element);
  for (const Field& field : type.fields) {
    append_label(key, field.label);
    append_type(key, field.type);
  }
  for (const Case& one : type.cases) {
    append_label(key, one.label);
    append_type(key, one.type);
  }
  for (const std::string& label : type.labels) append_label(key, label);
  return key;
}

}  // namespace

TypeTable::TypeTable() = default;
TypeTable::~TypeTable() = default;

Type TypeTable::intern(ValueType type) {
  std::string key = key_of(type);
  if (const auto found = interned_.find(key); found != interned_.end()) return found->second;
  compute_layout(type);
  const Type kept = &types_.emplace_back(std::move(type));
  interned_.emplace(std::move(key), kept);
  return kept;
}

Type TypeTable::primitive(TypeKind kind) {
  ValueType type;
  type.kind = kind;
  return intern(std::move(type));
}

Type TypeTable::list(Type element) {
  ValueType type;
  type.kind = TypeKind::list;
  type.element = element;
  return intern(std::move(type));
}

Type TypeTable::fixed_list(Type element, std::uint32_t length) {
  ValueType type;
  type.kind = TypeKind::list;
  type.element = element;
  type.length = length;
  return intern(std::move(type));
}

Type TypeTable::map(Type key, Type value) {
  const Type pair[] = {key, value};
  ValueType type;
  type.kind = TypeKind::map;
  type.element = tuple(pair);
  return intern(std::move(type));
}

Type TypeTable::record(std::vector<Field> fields) {
  ValueType type;
  type.kind = TypeKind::record;
  type.fields = std::move(fields);
  return intern(std::move(type));
}

Type TypeTable::tuple(std::span<const Type> types) {
  ValueType type;
  type.kind = TypeKind::tuple;
  for (const Type field : types) type.fields.push_back({{}, field});
  return intern(std::move(type));
}

Type TypeTable::variant(std::vector<Case> cases) {
  ValueType type;
  type.kind = TypeKind::variant;
  type.cases = std::move(cases);
  return intern(std::move(type));
}

Type TypeTable::enumeration(std::vector<std::string> labels) {
  ValueType type;
  type.kind = TypeKind::enumeration;
  for (std::string& label : labels) type.cases.push_back({std::move(label), nullptr});
  return intern(std::move(type));
}

Type TypeTable::option(Type some) {
  ValueType type;
  type.kind = TypeKind::option;
  type.cases = {{"none", nullptr}, {"some", some}};
  return intern(std::move(type));
}

Type TypeTable::result(Type ok, Type error) {
  ValueType type;
  type.kind = TypeKind::result;
  type.cases = {{"ok", ok}, {"error", error}};
  return intern(std::move(type));
}

Type TypeTable::flags(std::vector<std::string> labels) {
  ValueType type;
  type.kind = TypeKind::flags;
  type.labels = std::move(labels);
  return intern(std::move(type));
}

Type TypeTable::own(const ResourceType* resource) {
  ValueType type;
  type.kind = TypeKind::own;
  type.resource = resource;
  return intern(std::move(type));
}

Type TypeTable::borrow(const ResourceType* resource) {
  ValueType type;
  type.kind = TypeKind::borrow;
  type.resource = resource;
  return intern(std::move(type));
}

Type TypeTable::stream(Type element) {
  ValueType type;
  type.kind = TypeKind::stream;
  type.element = element;
  return intern(std::move(type));
}

Type TypeTable::future(Type element) {
  ValueType type;
  type.kind = TypeKind::future;
  type.element = element;
  return intern(std::move(type));
}

std::string_view to_string(TypeKind kind) {
  switch (kind) {
    case TypeKind::boolean:
      return "bool";
    case TypeKind::s8:
      return "s8";
    case TypeKind::u8:
      return "u8";
    case TypeKind::s16:
      return "s16";
    case TypeKind::u16:
      return "u16";
    case TypeKind::s32:
      return "s32";
    case TypeKind::u32:
      return "u32";
    case TypeKind::s64:
      return "s64";
    case TypeKind::u64:
      return "u64";
    case TypeKind::f32:
      return "f32";
    case TypeKind::f64:
      return "f64";
    case TypeKind::character:
      return "char";
    case TypeKind::string:
      return "string";
    case TypeKind::list:
      return "list";
    case TypeKind::map:
      return "map";
    case TypeKind::record:
      return "record";
    case TypeKind::tuple:
      return "tuple";
    case TypeKind::variant:
      return "variant";
    case TypeKind::enumeration:
      return "enum";
    case TypeKind::option:
      return "option";
    case TypeKind::result:
      return "result";
    case TypeKind::flags:
      return "flags";
    case TypeKind::own:
      return "own";
    case TypeKind::borrow:
      return "borrow";
    case TypeKind::stream:
      return "stream";
    case TypeKind::future:
      return "future";
    case TypeKind::error_context:
      return "error-context";
  }
  return "?";
}

namespace {

/// `{a: u8, b: string}`; `parts` gives label and type of every entry.
template <typename Entries>
std::string braced(std::string_view keyword, const Entries& entries) {
  std::string text(keyword);
  text += " {";
  bool first = true;
  for (const auto& entry : entries) {
    if (!first) text += ", ";
    first = false;
    text += entry.label;
    if (entry.type) text += (keyword == "record" ? ": " : "(") + to_string(entry.type);
    if (entry.type && keyword != "record") text += ")";
  }
  return text + "}";
}

std::string result_text(Type type) {
  const Type ok = type->cases[0].type;
  const Type error = type->cases[1].type;
  if (!ok && !error) return "result";
  std::string text = "result<" + (ok ? to_string(ok) : "_");
  if (error) text += ", " + to_string(error);
  return text + ">";
}

std::string flags_text(Type type) {
  std::string text = "flags {";
  for (std::size_t i = 0; i < type->labels.size(); ++i) {
    text += (i == 0 ? "" : ", ") + type->labels[i];
  }
  return text + "}";
}

std::string tuple_text(std::string_view keyword, std::span<const Field> fields) {
  std::string text(keyword);
  text += "<";
  for (std::size_t i = 0; i < fields.size(); ++i) {
    text += (i == 0 ? "" : ", ") + to_string(fields[i].type);
  }
  return text + ">";
}

}  // namespace

std::string to_string(Type type) {
  std::string keyword(to_string(type->kind));
  switch (type->kind) {
    case TypeKind::list:
      return "list<" + to_string(type->element) +
             (type->length ? ", " + std::to_string(*type->length) : "") + ">";
    case TypeKind::map:
      return tuple_text("map", type->element->fields);
    case TypeKind::tuple:
      return tuple_text("tuple", type->fields);
    case TypeKind::record:
      return braced(keyword, type->fields);
    case TypeKind::variant:
    case TypeKind::enumeration:
      return braced(keyword, type->cases);
    case TypeKind::option:
      return "option<" + to_string(type->cases[1].type) + ">";
    case TypeKind::result:
      return result_text(type);
    case TypeKind::flags:
      return flags_text(type);
    case TypeKind::own:
    case TypeKind::borrow:
      return keyword + "<" + (type->resource ? type->resource->name : "_") + ">";
    case TypeKind::stream:
    case TypeKind::future:
      return type->element ? keyword + "<" + to_string(type->element) + ">" : keyword;
    default:
      return keyword;
  }
}

std::string to_string(const FunctionType& type) {
  std::string text = type.is_async ? "async func(" : "func(";
  for (std::size_t i = 0; i < type.parameters.size(); ++i) {
    if (i != 0) text += ", ";
    text += type.parameters[i].label + ": " + to_string(type.parameters[i].type);
  }
  text += ")";
  if (type.result) text += " -> " + to_string(type.result);
  return text;
}

}  // namespace airlock::canonical_abi
