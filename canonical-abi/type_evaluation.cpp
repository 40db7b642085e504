#include "canonical-abi/type_evaluation.hpp"

namespace airlock::canonical_abi {

namespace syntax = decoder::component;
using syntax::PrimValType;

namespace {

std::unexpected<Error> invalid(std::string message) {
  return fail(ErrorKind::invalid, std::move(message));
}

/// Helper for `std::visit` over syntax.
template <typename... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};

}  // namespace

TypeKind kind_of(PrimValType type) {
  switch (type) {
    case PrimValType::bool_:
      return TypeKind::boolean;
    case PrimValType::s8:
      return TypeKind::s8;
    case PrimValType::u8:
      return TypeKind::u8;
    case PrimValType::s16:
      return TypeKind::s16;
    case PrimValType::u16:
      return TypeKind::u16;
    case PrimValType::s32:
      return TypeKind::s32;
    case PrimValType::u32:
      return TypeKind::u32;
    case PrimValType::s64:
      return TypeKind::s64;
    case PrimValType::u64:
      return TypeKind::u64;
    case PrimValType::f32:
      return TypeKind::f32;
    case PrimValType::f64:
      return TypeKind::f64;
    case PrimValType::char_:
      return TypeKind::character;
    case PrimValType::string:
      return TypeKind::string;
    case PrimValType::error_context:
      break;
  }
  return TypeKind::error_context;
}

Result<TypeEntry> TypeEvaluator::lookup(const TypeScope& scope, std::uint32_t index) const {
  if (index >= scope.types.size()) return invalid("unknown type " + std::to_string(index));
  return scope.types[index];
}

Result<TypeEntry> TypeEvaluator::lookup_outer(const TypeScope& scope,
                                              const syntax::OuterAlias& alias) const {
  const TypeScope* target = &scope;
  for (std::uint32_t i = 0; i < alias.count && target; ++i) target = target->outer;
  if (!target) return invalid("invalid outer alias count of " + std::to_string(alias.count));
  return lookup(*target, alias.index);
}

Result<const Signature*> TypeEvaluator::function_type(const TypeScope& scope,
                                                      std::uint32_t index) const {
  const auto entry = lookup(scope, index);
  if (!entry) return std::unexpected(entry.error());
  const auto* signature = std::get_if<const Signature*>(&*entry);
  if (!signature) return invalid("type " + std::to_string(index) + " is not a function type");
  return *signature;
}

Result<const ResourceType*> TypeEvaluator::resource_type(const TypeScope& scope,
                                                         std::uint32_t index) const {
  const auto entry = lookup(scope, index);
  if (!entry) return std::unexpected(entry.error());
  const auto* resource = std::get_if<const ResourceType*>(&*entry);
  if (!resource) return invalid("type " + std::to_string(index) + " is not a resource type");
  return *resource;
}

Result<Type> TypeEvaluator::value_type(const TypeScope& scope, const syntax::ValType& type) {
  if (const auto* primitive = std::get_if<PrimValType>(&type)) {
    return store_.contents().types.primitive(kind_of(*primitive));
  }
  const std::uint32_t index = std::get<std::uint32_t>(type);
  const auto entry = lookup(scope, index);
  if (!entry) return std::unexpected(entry.error());
  const auto* found = std::get_if<Type>(&*entry);
  if (!found) return invalid("type " + std::to_string(index) + " is not a value type");
  return *found;
}

Result<Type> TypeEvaluator::optional_type(const TypeScope& scope,
                                          const std::optional<syntax::ValType>& type) {
  if (!type) return nullptr;
  return value_type(scope, *type);
}

Result<std::vector<Field>> TypeEvaluator::fields(const TypeScope& scope,
                                                 const std::vector<syntax::LabelValType>& types) {
  std::vector<Field> fields;
  fields.reserve(types.size());
  for (const syntax::LabelValType& one : types) {
    auto type = value_type(scope, one.type);
    if (!type) return propagate(std::move(type));
    fields.push_back({one.label, *type});
  }
  return fields;
}

Result<Type> TypeEvaluator::defined_type(const TypeScope& scope, const syntax::DefValType& type) {
  TypeTable& table = store_.contents().types;
  return std::visit(Overloaded{
                        [&](PrimValType primitive) -> Result<Type> {
                          return table.primitive(kind_of(primitive));
                        },
                        [&](const syntax::RecordType& record) -> Result<Type> {
                          if (record.fields.empty())
                            return invalid("record type must have at least one field");
                          auto entries = fields(scope, record.fields);
                          if (!entries) return propagate(std::move(entries));
                          return table.record(*std::move(entries));
                        },
                        [&](const syntax::VariantType& variant) -> Result<Type> {
                          if (variant.cases.empty())
                            return invalid("variant type must have at least one case");
                          std::vector<Case> cases;
                          for (const syntax::CaseType& one : variant.cases) {
                            auto payload = optional_type(scope, one.type);
                            if (!payload) return payload;
                            cases.push_back({one.label, *payload});
                          }
                          return table.variant(std::move(cases));
                        },
                        [&](const syntax::ListType& list) -> Result<Type> {
                          auto element = value_type(scope, list.element);
                          if (!element) return element;
                          if (!list.length) return table.list(*element);
                          if (*list.length == 0)
                            return invalid("fixed-length list must not be empty");
                          return table.fixed_list(*element, *list.length);
                        },
                        [&](const syntax::TupleType& tuple) -> Result<Type> {
                          if (tuple.types.empty())
                            return invalid("tuple type must have at least one type");
                          std::vector<Type> types;
                          for (const syntax::ValType& one : tuple.types) {
                            auto field = value_type(scope, one);
                            if (!field) return field;
                            types.push_back(*field);
                          }
                          return table.tuple(types);
                        },
                        [&](const syntax::FlagsType& flags) -> Result<Type> {
                          if (flags.labels.size() > 32)
                            return invalid("cannot have more than 32 flags");
                          return table.flags(flags.labels);
                        },
                        [&](const syntax::EnumType& enumeration) -> Result<Type> {
                          if (enumeration.labels.empty()) {
                            return invalid("enum type must have at least one variant");
                          }
                          return table.enumeration(enumeration.labels);
                        },
                        [&](const syntax::OptionType& option) -> Result<Type> {
                          auto some = value_type(scope, option.type);
                          if (!some) return some;
                          return table.option(*some);
                        },
                        [&](const syntax::ResultType& result) -> Result<Type> {
                          auto ok = optional_type(scope, result.ok);
                          if (!ok) return ok;
                          auto error = optional_type(scope, result.error);
                          if (!error) return error;
                          return table.result(*ok, *error);
                        },
                        [&](const syntax::OwnType& own) -> Result<Type> {
                          auto resource = resource_type(scope, own.resource);
                          if (!resource) return propagate(std::move(resource));
                          return table.own(*resource);
                        },
                        [&](const syntax::BorrowType& borrow) -> Result<Type> {
                          auto resource = resource_type(scope, borrow.resource);
                          if (!resource) return propagate(std::move(resource));
                          return table.borrow(*resource);
                        },
                        [&](const syntax::StreamType& stream) -> Result<Type> {
                          auto element = optional_type(scope, stream.element);
                          if (!element) return element;
                          return table.stream(*element);
                        },
                        [&](const syntax::FutureType& future) -> Result<Type> {
                          auto element = optional_type(scope, future.element);
                          if (!element) return element;
                          return table.future(*element);
                        },
                        [&](const syntax::MapType& map) -> Result<Type> {
                          auto key = value_type(scope, map.key);
                          if (!key) return key;
                          auto value = value_type(scope, map.value);
                          if (!value) return value;
                          return table.map(*key, *value);
                        },
                    },
                    type);
}

Result<TypeEntry> TypeEvaluator::define(const TypeScope& scope, const syntax::Type& type) {
  if (const auto* defined = std::get_if<syntax::DefValType>(&type.body)) {
    auto made = defined_type(scope, *defined);
    if (!made) return propagate(std::move(made));
    if ((*made)->depth > store_.engine().limits().value_nesting) {
      return fail(ErrorKind::limit, "value type is nested too deeply (Limits::value_nesting)");
    }
    return TypeEntry(*made);
  }
  if (const auto* function = std::get_if<syntax::FuncType>(&type.body)) {
    FunctionType made;
    made.is_async = function->is_async;
    auto parameters = fields(scope, function->parameters);
    if (!parameters) return propagate(std::move(parameters));
    made.parameters = *std::move(parameters);
    auto result = optional_type(scope, function->result);
    if (!result) return propagate(std::move(result));
    made.result = *result;
    return TypeEntry(store_.contents().composition->signature(std::move(made)));
  }
  if (const auto* instance = std::get_if<syntax::InstanceType>(&type.body)) {
    return TypeEntry(DeclaredType{instance, &scope});
  }
  if (std::holds_alternative<syntax::ComponentType>(type.body)) return TypeEntry(DeclaredType{});
  return invalid("a resource type can only be defined by a component");
}

}  // namespace airlock::canonical_abi
