#include "canonical-abi/linking/declared_types.hpp"

#include "canonical-abi/linker.hpp"
#include "canonical-abi/type_evaluation.hpp"
#include "decoder/component/wit/reader.hpp"

namespace airlock::canonical_abi {

namespace wit = decoder::component::wit;
using decoder::component::PrimValType;

namespace {

/// How deep types may refer to others: `type a = list<b>; type b = c; …` costs native stack.
constexpr std::size_t nesting_limit = 300;

std::unexpected<Error> wrong(const HostInstance& instance, std::string what) {
  return fail(ErrorKind::argument,
              "the declaration of `" + instance.name() + "`: " + std::move(what));
}

/// Reads the text, once.
Result<void> read(const HostInstance& instance, Declaration& declaration) {
  if (!declaration.interface) {
    declaration.interface = wit::read_interface(declaration.text);
    if (declaration.interface->has_value()) {
      const wit::Interface& interface = **declaration.interface;
      for (const auto& use : interface.uses) declaration.uses.emplace(use.local_name, &use);
      for (const auto& type : interface.types) declaration.definitions.emplace(type.name, &type);
      for (const auto& function : interface.functions) {
        declaration.functions.emplace(function.name, &function);
      }
    }
  }
  if (declaration.interface->has_value()) return {};
  const Error& error = declaration.interface->error();
  const SourcePosition at = error.position.value_or(SourcePosition());
  return wrong(instance,
               std::to_string(at.line) + ":" + std::to_string(at.column) + ": " + error.message);
}

/// Makes types from syntax. Names of an instance may refer to those of other instances.
class Evaluator {
 public:
  Evaluator(const Linker& linker, TypeTable& table) : linker_(linker), table_(table) {}

  Result<const FunctionType*> function(const HostInstance& instance, std::string_view name) {
    const std::shared_ptr<Declaration>& declaration = instance.declaration();
    if (!declaration) return nullptr;
    if (auto done = read(instance, *declaration); !done) return propagate(std::move(done));
    const auto made = declaration->function_types.find(name);
    if (made != declaration->function_types.end()) return &made->second;
    const auto found = declaration->functions.find(name);
    if (found == declaration->functions.end()) return nullptr;
    const wit::Function& syntax = *found->second;
    FunctionType type;
    type.is_async = syntax.is_async;
    for (const wit::Member& parameter : syntax.parameters) {
      auto value = value_type(instance, parameter.type);
      if (!value) return propagate(std::move(value));
      type.parameters.push_back({std::string(parameter.name), *value});
    }
    auto result = value_type(instance, syntax.result);
    if (!result) return propagate(std::move(result));
    type.result = *result;
    return &declaration->function_types.emplace(found->first, std::move(type)).first->second;
  }

  Result<NamedType> named(const HostInstance& instance, std::string_view name) {
    if (const ResourceType* resource = instance.find_resource(name)) return resource;
    const std::shared_ptr<Declaration>& declaration = instance.declaration();
    if (!declaration) return NamedType();
    if (auto done = read(instance, *declaration); !done) return propagate(std::move(done));
    const auto made = declaration->types.find(name);
    if (made != declaration->types.end()) return made->second;
    return one_deeper(instance, [&] { return make(instance, *declaration, name); });
  }

 private:
  /// Definitions of the interface may refer to each other in a cycle.
  template <typename Make>
  auto one_deeper(const HostInstance& instance, const Make& make) -> decltype(make()) {
    if (depth_ == nesting_limit) {
      return wrong(instance, "its types lead to themselves, or are nested too deeply");
    }
    ++depth_;
    auto made = make();
    --depth_;
    return made;
  }

  Result<NamedType> make(const HostInstance& instance, Declaration& declaration,
                         std::string_view name) {
    Result<NamedType> type{NamedType()};
    std::string_view key;
    if (const auto use = declaration.uses.find(name); use != declaration.uses.end()) {
      key = use->first;
      type = used(instance, *use->second);
    } else if (const auto found = declaration.definitions.find(name);
               found != declaration.definitions.end()) {
      key = found->first;
      type = defined(instance, *found->second);
    } else {
      return NamedType();
    }
    if (type) declaration.types.emplace(key, *type);
    return type;
  }

  /// A type of another interface.
  Result<NamedType> used(const HostInstance& instance, const wit::Use& use) {
    std::string path(use.interface);
    if (!path.contains(':')) {
      // An interface of the same package, in the same version.
      const VersionedName own = split_version(instance.name());
      path = std::string(own.name.substr(0, own.name.find('/') + 1)) + path;
      if (!own.version.empty()) path += '@' + std::string(own.version);
    }
    const auto other = linker_.find_instance(path);
    if (!other) return wrong(instance, "nothing offers `" + path + "`");
    auto type = named(*other, use.name);
    if (type && std::holds_alternative<std::monostate>(*type)) {
      return wrong(instance, "`" + path + "` has no type `" + std::string(use.name) + "`");
    }
    return type;
  }

  Result<NamedType> defined(const HostInstance& instance, const wit::TypeDefinition& definition) {
    using Form = wit::TypeDefinition::Form;
    std::vector<Field> fields;
    std::vector<Case> cases;
    std::vector<std::string> labels;
    for (const wit::Member& member : definition.members) {
      auto type = value_type(instance, member.type);
      if (!type) return propagate(std::move(type));
      fields.push_back({std::string(member.name), *type});
      cases.push_back({std::string(member.name), *type});
      labels.emplace_back(member.name);
    }
    switch (definition.form) {
      case Form::alias:
        // An alias of a resource type is that type.
        if (definition.alias.kind == wit::Type::Kind::name) {
          return known(instance, definition.alias.name);
        } else {
          auto type = value_type(instance, definition.alias);
          if (!type) return propagate(std::move(type));
          return *type;
        }
      case Form::record:
        return table_.record(std::move(fields));
      case Form::variant:
        return table_.variant(std::move(cases));
      case Form::enumeration:
        return table_.enumeration(std::move(labels));
      case Form::flags:
        if (labels.size() > 32) return wrong(instance, "cannot have more than 32 flags");
        return table_.flags(std::move(labels));
      case Form::resource:
        break;
    }
    return wrong(instance,
                 "the resource type `" + std::string(definition.name) + "` has not been defined");
  }

  /// The type that a name means; an error if it means none.
  Result<NamedType> known(const HostInstance& instance, std::string_view name) {
    auto type = named(instance, name);
    if (type && std::holds_alternative<std::monostate>(*type)) {
      return wrong(instance, "unknown type `" + std::string(name) + "`");
    }
    return type;
  }

  /// The type of a value; null for `_`.
  Result<Type> value_type(const HostInstance& instance, const wit::Type& syntax) {
    using Kind = wit::Type::Kind;
    switch (syntax.kind) {
      case Kind::none:
        return nullptr;
      case Kind::primitive:
        return table_.primitive(kind_of(syntax.primitive));
      case Kind::name: {
        auto type = known(instance, syntax.name);
        if (!type) return propagate(std::move(type));
        const auto* value = std::get_if<Type>(&*type);
        return value ? *value : table_.own(std::get<const ResourceType*>(*type));
      }
      case Kind::own:
      case Kind::borrow:
        return handle_type(instance, syntax);
      default:
        return one_deeper(instance, [&] { return constructed_type(instance, syntax); });
    }
  }

  Result<Type> handle_type(const HostInstance& instance, const wit::Type& syntax) {
    auto type = known(instance, syntax.name);
    if (!type) return propagate(std::move(type));
    const auto* resource = std::get_if<const ResourceType*>(&*type);
    if (!resource)
      return wrong(instance, "`" + std::string(syntax.name) + "` is not a resource type");
    return syntax.kind == wit::Type::Kind::own ? table_.own(*resource) : table_.borrow(*resource);
  }

  Result<Type> constructed_type(const HostInstance& instance, const wit::Type& syntax) {
    using Kind = wit::Type::Kind;
    std::vector<Type> types;
    for (const wit::Type& argument : syntax.arguments) {
      auto type = value_type(instance, argument);
      if (!type) return type;
      types.push_back(*type);
    }
    const Type first = types.empty() ? nullptr : types[0];
    switch (syntax.kind) {
      case Kind::list:
        return syntax.length == 0 ? table_.list(first) : table_.fixed_list(first, syntax.length);
      case Kind::map:
        return table_.map(first, types[1]);
      case Kind::tuple:
        return table_.tuple(types);
      case Kind::option:
        return table_.option(first);
      case Kind::result:
        return types.empty() ? table_.result(nullptr, nullptr) : table_.result(first, types[1]);
      case Kind::stream:
        return table_.stream(first);
      default:
        return table_.future(first);
    }
  }

  const Linker& linker_;
  TypeTable& table_;
  std::size_t depth_ = 0;
};

}  // namespace

Result<const FunctionType*> DeclaredTypes::function(const Linker& linker,
                                                    const HostInstance& instance,
                                                    std::string_view name) {
  const std::lock_guard lock(mutex_);
  return Evaluator(linker, table_).function(instance, name);
}

Result<NamedType> DeclaredTypes::type(const Linker& linker, const HostInstance& instance,
                                      std::string_view name) {
  const std::lock_guard lock(mutex_);
  return Evaluator(linker, table_).named(instance, name);
}

}  // namespace airlock::canonical_abi
