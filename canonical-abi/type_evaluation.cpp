#include "canonical-abi/type_evaluation.hpp"

#include <algorithm>
#include <array>

namespace airlock::canonical_abi {

namespace syntax = decoder::component;
using syntax::PrimValType;

namespace {

std::unexpected<Error> invalid(std::string message) {
  return fail(ErrorKind::invalid, std::move(message));
}

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

/// Helper for `std::visit` over syntax.
template <typename... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};

}  // namespace

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
    return TypeEntry(store_.contents().signature(std::move(made)));
  }
  if (const auto* instance = std::get_if<syntax::InstanceType>(&type.body)) {
    return TypeEntry(DeclaredType{instance, &scope});
  }
  if (std::holds_alternative<syntax::ComponentType>(type.body)) return TypeEntry(DeclaredType{});
  return invalid("a resource type can only be defined by a component");
}

// --- Instances of the host -----------------------------------------------------------------------

Result<const FuncInst*> TypeEvaluator::host_function(const Signature* signature,
                                                     const HostInstance& host,
                                                     std::string_view name,
                                                     std::string_view interface) {
  std::string full(interface);
  if (!full.empty()) full += '#';
  full += name;
  const HostInstance::Function* function = host.find_function(name);
  if (!function) {
    return fail(ErrorKind::unlinkable, "unknown import: the host has no function `" + full + "`");
  }
  if (function->type) {
    const FunctionType& wanted = signature->type;
    const FunctionType& given = *function->type;
    const bool same_result = wanted.result && given.result
                                 ? is_same_shape(wanted.result, given.result)
                                 : !wanted.result && !given.result;
    const bool same =
        same_result && std::ranges::equal(wanted.parameters, given.parameters,
                                          [](const Field& left, const Field& right) {
                                            return is_same_shape(left.type, right.type);
                                          });
    if (!same) {
      return fail(ErrorKind::unlinkable, "incompatible import type: `" + full + "` is `" +
                                             to_string(given) + "`, but imported as `" +
                                             to_string(wanted) + "`");
    }
  }
  FuncInst& made = store_.contents().functions.emplace_back();
  made.signature = signature;
  made.host = function;
  made.name = std::move(full);
  return &made;
}

Result<void> TypeEvaluator::declare_alias(TypeScope& scope, const syntax::Alias& alias) {
  if (const auto* outer = std::get_if<syntax::OuterAlias>(&alias.target)) {
    if (alias.sort != syntax::Sort::type) return {};
    auto entry = lookup_outer(scope, *outer);
    if (!entry) return propagate(std::move(entry));
    scope.types.push_back(*std::move(entry));
    return {};
  }
  const auto& target = std::get<syntax::ExportAlias>(alias.target);
  if (target.is_core) return {};
  if (target.instance >= scope.instances.size()) return invalid("unknown instance");
  const ExternValue* found = scope.instances[target.instance]->find(target.name);
  if (!found) return invalid("instance has no export `" + target.name + "`");
  if (const auto* type = std::get_if<TypeEntry>(found); type && alias.sort == syntax::Sort::type) {
    scope.types.push_back(*type);
  } else if (const auto* instance = std::get_if<std::shared_ptr<InstanceValue>>(found);
             instance && alias.sort == syntax::Sort::instance) {
    scope.instances.push_back(*instance);
  } else {
    return invalid("export `" + target.name + "` is of another sort");
  }
  return {};
}

Result<void> TypeEvaluator::declare_export(TypeScope& scope, InstanceValue& instance,
                                           const syntax::ExportDeclarator& declarator,
                                           const HostInstance& host, std::string_view name) {
  const std::string& label = declarator.name.name;
  const syntax::ExternType& type = declarator.type;
  if (type.sort == syntax::Sort::function) {
    const auto signature = function_type(scope, type.index);
    if (!signature) return std::unexpected(signature.error());
    auto function = host_function(*signature, host, label, name);
    if (!function) return propagate(std::move(function));
    instance.add(label, *function);
    return {};
  }
  if (type.sort == syntax::Sort::type) {
    TypeEntry entry;
    if (type.bound == syntax::TypeBound::sub_resource) {
      const ResourceType* resource = host.find_resource(label);
      if (!resource) {
        return fail(ErrorKind::unlinkable, "unknown import: the host has no resource type `" +
                                               std::string(name) + "#" + label + "`");
      }
      entry = resource;
    } else {
      auto known = lookup(scope, type.index);
      if (!known) return propagate(std::move(known));
      entry = *std::move(known);
    }
    scope.types.push_back(entry);
    instance.add(label, entry);
    return {};
  }
  return fail(ErrorKind::unlinkable, "unknown import: the host cannot provide `" + label +
                                         "` of interface `" + std::string(name) + "`, a " +
                                         std::string(to_string(type.sort)));
}

Result<void> TypeEvaluator::declare(TypeScope& scope, InstanceValue& instance,
                                    const syntax::Declarator& declarator, const HostInstance& host,
                                    std::string_view name) {
  if (const auto* type = std::get_if<syntax::Type>(&declarator.body)) {
    auto entry = define(scope, *type);
    if (!entry) return propagate(std::move(entry));
    scope.types.push_back(*std::move(entry));
    return {};
  }
  if (const auto* alias = std::get_if<syntax::Alias>(&declarator.body)) {
    return declare_alias(scope, *alias);
  }
  if (const auto* exported = std::get_if<syntax::ExportDeclarator>(&declarator.body)) {
    return declare_export(scope, instance, *exported, host, name);
  }
  return {};  // core types concern nobody here
}

Result<std::shared_ptr<InstanceValue>> TypeEvaluator::host_instance(const DeclaredType& type,
                                                                    const HostInstance& host,
                                                                    std::string_view name) {
  TypeScope& scope = *store_.contents().scopes.emplace_back(std::make_unique<TypeScope>());
  scope.outer = type.scope;
  auto instance = std::make_shared<InstanceValue>();
  if (!type.instance) return invalid("import `" + std::string(name) + "` is not an instance");
  for (const syntax::Declarator& declarator : type.instance->declarators) {
    if (auto done = declare(scope, *instance, declarator, host, name); !done) {
      return propagate(std::move(done));
    }
  }
  return instance;
}

bool is_same_shape(Type left, Type right) {
  if (left == right) return true;
  if (!left || !right || left->kind != right->kind || left->length != right->length ||
      left->depth != right->depth || left->layouts[0].size != right->layouts[0].size ||
      left->labels != right->labels) {
    return false;
  }
  if (left->element != right->element && !is_same_shape(left->element, right->element)) {
    return false;
  }
  const auto same = [](const auto& one, const auto& other) {
    return one.label == other.label && is_same_shape(one.type, other.type);
  };
  return std::ranges::equal(left->fields, right->fields, same) &&
         std::ranges::equal(left->cases, right->cases, same);
}

}  // namespace airlock::canonical_abi
