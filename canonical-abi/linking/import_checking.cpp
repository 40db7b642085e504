#include "canonical-abi/linking/import_checking.hpp"

#include "canonical-abi/linking/type_difference.hpp"

namespace airlock::canonical_abi {

namespace syntax = decoder::component;
using syntax::Sort;

namespace {

std::unexpected<Error> unlinkable(const std::string& message) {
  return fail(ErrorKind::unlinkable, message);
}

std::string quoted(std::string_view name) { return '`' + std::string(name) + '`'; }

/// An error with the import it belongs to.
template <typename T>
std::unexpected<Error> of_import(std::string_view name, Result<T>&& result) {
  Error error = std::move(result).error();
  if (error.kind == ErrorKind::unlinkable || error.kind == ErrorKind::argument) {
    error.message = "import " + quoted(name) + ": " + error.message;
  }
  return std::unexpected(std::move(error));
}

/// @param instance the function's; empty if the import is the function itself
std::unexpected<Error> wrong_function(std::string_view instance, std::string_view name,
                                      const std::string& difference) {
  if (instance.empty()) return unlinkable(difference);
  return unlinkable("function " + quoted(name) + ": " + difference);
}

/// Where a supplied type is not the declared one; empty if it is.
std::string difference(const TypeEntry& declared, const TypeEntry& supplied) {
  const auto* declared_value = std::get_if<Type>(&declared);
  const auto* supplied_value = std::get_if<Type>(&supplied);
  if (declared_value && supplied_value) return first_difference(*declared_value, *supplied_value);
  if (declared_value) return "expected a resource type, found " + to_string(*declared_value);
  if (supplied_value) return "expected " + to_string(*supplied_value) + ", found a resource type";
  const auto* declared_resource = std::get_if<const ResourceType*>(&declared);
  const auto* supplied_resource = std::get_if<const ResourceType*>(&supplied);
  if (declared_resource && supplied_resource && *declared_resource != *supplied_resource) {
    return "expected one resource type, found another";
  }
  // Names for the types of functions, instances and components need no check: where one is used,
  // that use is checked.
  return {};
}

}  // namespace

Result<std::shared_ptr<InstanceValue>> ImportChecker::instance(const DeclaredType& type,
                                                               const Supplier& supplier,
                                                               std::string_view name) {
  auto instance = exports(type, supplier);
  if (!instance) return of_import(name, std::move(instance));
  return instance;
}

Result<const FuncInst*> ImportChecker::function(const Signature* signature,
                                                const HostInstance& root, std::string_view name) {
  auto function = supply(signature, root, name);
  if (!function) return of_import(name, std::move(function));
  return function;
}

Result<std::shared_ptr<InstanceValue>> ImportChecker::exports(const DeclaredType& type,
                                                              const Supplier& supplier) {
  if (!type.instance) return unlinkable("it is not imported as an instance");
  TypeScope& scope =
      *store_.contents().composition->scopes.emplace_back(std::make_unique<TypeScope>());
  scope.outer = type.scope;
  auto instance = std::make_shared<InstanceValue>();
  if (auto begun = begin_definitions(store_, type.instance->declarators.size()); !begun)
    return propagate(std::move(begun));
  for (const Declarator& declarator : type.instance->declarators) {
    if (auto done = declare(scope, *instance, declarator, supplier); !done) {
      return propagate(std::move(done));
    }
  }
  return instance;
}

Result<void> ImportChecker::declare(TypeScope& scope, InstanceValue& instance,
                                    const Declarator& declarator, const Supplier& supplier) {
  if (const auto* type = std::get_if<syntax::Type>(&declarator.body)) {
    auto entry = types_.define(scope, *type);
    if (!entry) return propagate(std::move(entry));
    scope.types.push_back(*std::move(entry));
    return {};
  }
  if (const auto* alias = std::get_if<syntax::Alias>(&declarator.body)) {
    return declare_alias(scope, *alias);
  }
  const auto* exported = std::get_if<ExportDeclarator>(&declarator.body);
  if (!exported) return {};  // core types are not checked here
  const std::string& name = exported->name.name;
  switch (exported->type.sort) {
    case Sort::function: {
      auto signature = types_.function_type(scope, exported->type.index);
      if (!signature) return propagate(std::move(signature));
      auto function = supply(*signature, supplier, name);
      if (!function) return propagate(std::move(function));
      instance.add(name, *function);
      return {};
    }
    case Sort::type:
      return declare_type(scope, instance, *exported, supplier);
    case Sort::instance:
      return declare_instance(scope, instance, *exported, supplier);
    default:
      return unlinkable(quoted(name) + ": a " + std::string(to_string(exported->type.sort)) +
                        " cannot be linked");
  }
}

Result<void> ImportChecker::declare_alias(TypeScope& scope, const syntax::Alias& alias) {
  if (const auto* outer = std::get_if<syntax::OuterAlias>(&alias.target)) {
    if (alias.sort != Sort::type) return {};
    auto entry = types_.lookup_outer(scope, *outer);
    if (!entry) return propagate(std::move(entry));
    scope.types.push_back(*std::move(entry));
    return {};
  }
  const auto& target = std::get<syntax::ExportAlias>(alias.target);
  if (target.is_core) return {};
  if (target.instance >= scope.instances.size()) {
    return fail(ErrorKind::invalid, "unknown instance " + std::to_string(target.instance));
  }
  const ExternValue* found = scope.instances[target.instance]->find(target.name);
  if (!found) return fail(ErrorKind::invalid, "instance has no export " + quoted(target.name));
  if (const auto* type = std::get_if<TypeEntry>(found); type && alias.sort == Sort::type) {
    scope.types.push_back(*type);
  } else if (const auto* instance = std::get_if<std::shared_ptr<InstanceValue>>(found);
             instance && alias.sort == Sort::instance) {
    scope.instances.push_back(*instance);
  } else {
    return fail(ErrorKind::invalid, "export " + quoted(target.name) + " is of another sort");
  }
  return {};
}

Result<void> ImportChecker::declare_type(TypeScope& scope, InstanceValue& instance,
                                         const ExportDeclarator& declarator,
                                         const Supplier& supplier) {
  const std::string& name = declarator.name.name;
  auto supplied = find_type(supplier, name);
  if (!supplied) return propagate(std::move(supplied));
  const bool is_known = !std::holds_alternative<std::monostate>(*supplied);
  TypeEntry entry;
  if (declarator.type.bound == syntax::TypeBound::sub_resource) {
    if (!is_known) return unlinkable("there is no resource type " + quoted(name));
    if (!std::holds_alternative<const ResourceType*>(*supplied)) {
      return unlinkable("type " + quoted(name) + ": it is not a resource type");
    }
    entry = *std::move(supplied);
  } else {
    auto declared = types_.lookup(scope, declarator.type.index);
    if (!declared) return propagate(std::move(declared));
    // Hosts need not declare the types that their functions are made of.
    const auto* host = std::get_if<const HostInstance*>(&supplier);
    if (!is_known && !(host && !(*host)->declaration())) {
      return unlinkable("there is no type " + quoted(name));
    }
    if (is_known) {
      auto why = difference(*declared, *supplied);
      if (!why.empty()) return unlinkable("type " + quoted(name) + ": " + why);
    }
    entry = *std::move(declared);
  }
  scope.types.push_back(entry);
  instance.add(name, entry);
  return {};
}

Result<void> ImportChecker::declare_instance(TypeScope& scope, InstanceValue& instance,
                                             const ExportDeclarator& declarator,
                                             const Supplier& supplier) {
  const std::string& name = declarator.name.name;
  auto type = types_.lookup(scope, declarator.type.index);
  if (!type) return propagate(std::move(type));
  const auto* declared = std::get_if<DeclaredType>(&*type);
  const auto* from = std::get_if<const InstanceValue*>(&supplier);
  const ExternValue* found = from ? (*from)->find(name) : nullptr;
  const auto* nested = found ? std::get_if<std::shared_ptr<InstanceValue>>(found) : nullptr;
  if (!declared || !nested) return unlinkable("there is no instance " + quoted(name));
  auto made = exports(*declared, nested->get());
  if (!made) {
    Error error = std::move(made).error();
    if (error.kind == ErrorKind::unlinkable) {
      error.message = "instance " + quoted(name) + ": " + error.message;
    }
    return std::unexpected(std::move(error));
  }
  scope.instances.push_back(*made);
  instance.add(name, *std::move(made));
  return {};
}

Result<const FuncInst*> ImportChecker::supply(const Signature* signature, const Supplier& supplier,
                                              std::string_view name) {
  return std::visit([&](const auto* from) { return supply(signature, *from, name); }, supplier);
}

Result<const FuncInst*> ImportChecker::supply(const Signature* signature, const HostInstance& host,
                                              std::string_view name) {
  auto type = linker_.function_type(host, name);
  if (!type) return propagate(std::move(type));
  const HostInstance::Function* function = host.find_function(name);
  if (!function && *type) function = host.other_functions();
  if (!function) return unlinkable("there is no function " + quoted(name));
  if (*type) {
    auto why = first_difference(signature->type, **type);
    if (!why.empty()) return wrong_function(host.name(), name, why);
  }
  FuncInst& made = store_.contents().composition->functions.emplace_back();
  made.signature = signature;
  made.host = function;
  made.name = host.name().empty() ? std::string(name) : host.name() + '#' + std::string(name);
  return &made;
}

Result<const FuncInst*> ImportChecker::supply(const Signature* signature,
                                              const InstanceValue& instance,
                                              std::string_view name) {
  const ExternValue* found = instance.find(name);
  const auto* function = found ? std::get_if<const FuncInst*>(found) : nullptr;
  if (!function) return unlinkable("there is no function " + quoted(name));
  auto why = first_difference(signature->type, (*function)->signature->type);
  if (!why.empty()) return unlinkable("function " + quoted(name) + ": " + why);
  return *function;
}

Result<TypeEntry> ImportChecker::find_type(const Supplier& supplier, std::string_view name) {
  if (const auto* instance = std::get_if<const InstanceValue*>(&supplier)) {
    const ExternValue* found = (*instance)->find(name);
    const auto* type = found ? std::get_if<TypeEntry>(found) : nullptr;
    return type ? *type : TypeEntry();
  }
  auto type = linker_.named_type(*std::get<const HostInstance*>(supplier), name);
  if (!type) return propagate(std::move(type));
  return std::visit([](const auto& named) { return TypeEntry(named); }, *type);
}

}  // namespace airlock::canonical_abi
