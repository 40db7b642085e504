// Imports and exports: the definitions they bring into a scope, their names, and which types they
// may mention (component-model: Explainer.md, Import and Export Definitions, External Visibility of
// Types).
#include "validator/component/component_validator.hpp"
#include "validator/component/names.hpp"

namespace airlock::validator::component {
namespace {

std::string quoted(std::string_view text) { return '`' + std::string(text) + '`'; }

std::unexpected<Error> not_a(std::uint32_t index, std::string_view what) {
  return invalid("type index " + std::to_string(index) + " is not " + std::string(what));
}

/// The resource type `$T` of `(own $T)`; null for other types.
std::optional<TypeId> owned(const ComponentTypes& types, std::optional<TypeId> type) {
  if (!type) return std::nullopt;
  const auto* own = types[*type].as<OwnType>();
  return own ? std::optional(own->resource) : std::nullopt;
}

}  // namespace

Result<ComponentValidator::Introduced> ComponentValidator::introduce(const syntax::ExternType& type,
                                                                     Direction direction) {
  Introduced result{.type = {.sort = type.sort}, .resources = {}};
  if (type.sort == Sort::value)
    return fail(ErrorKind::unsupported, "component values are not supported");
  if (type.sort == Sort::core_module) {
    const auto& space = scope().spaces.core_types;
    if (type.index >= space.size()) return out_of_bounds(Sort::type);
    if (!space[type.index].module)
      return invalid("core type index " + std::to_string(type.index) + " is not a module type");
    result.type.module = *space[type.index].module;
    return result;
  }
  if (type.sort == Sort::type && type.bound == syntax::TypeBound::sub_resource) {
    const auto id = new_resource(false);
    result.type.type = builder_.name(builder_.resource_type(id));
    result.resources.push_back({id, {}});
    return result;
  }
  auto found = type_at(type.index);
  if (!found) return propagate(std::move(found));
  const auto& body = builder_[*found];
  if (type.sort == Sort::function && !body.as<FuncType>())
    return not_a(type.index, "a function type");
  if (type.sort == Sort::component && !body.as<ComponentType>())
    return not_a(type.index, "a component type");
  if (type.sort == Sort::instance) {
    if (!body.as<InstanceType>()) return not_a(type.index, "an instance type");
    return open_instance(*found, direction);
  }
  result.type.type = type.sort == Sort::type ? builder_.name(*found) : *found;
  return result;
}

/// An instance of a type brings resource types of its own and, if it is imported, names of its own.
/// Instantiation substitutes the supplied types for them.
Result<ComponentValidator::Introduced> ComponentValidator::open_instance(TypeId type,
                                                                         Direction direction) {
  const auto body = std::get<std::shared_ptr<const InstanceType>>(builder_[type].body);
  Introduced result{.type = {.sort = Sort::instance, .type = type}, .resources = {}};
  if (!builder_.spend(weight(builder_[type].body))) return result;
  Substitution substitution;
  for (const auto& [resource, path] : body->resources) {
    const auto id = new_resource(false);
    substitution.variables.emplace(variable_of(resource), builder_.resource_type(id));
    result.resources.push_back({id, path});
  }
  if (direction == Direction::import) {
    std::vector<BoundType> names;
    note_types(result.type, {}, names);
    for (const auto& name : names)
      substitution.variables.emplace(variable_of(name.type), std::nullopt);
  }
  if (substitution.variables.empty()) return result;
  auto opened = std::make_shared<InstanceType>(*body);
  opened->resources.clear();
  for (auto& named : opened->exports) named.type = builder_.substitute(named.type, substitution);
  auto made = builder_.make(std::shared_ptr<const InstanceType>(std::move(opened)));
  if (!made) return propagate(std::move(made));
  result.type.type = *made;
  return result;
}

/// Lists types that are imported or exported, with the paths that lead to them.
void ComponentValidator::note_types(const ExternType& type, const ResourcePath& path,
                                    std::vector<BoundType>& types) {
  if (!builder_.spend(path.size() + 1)) return;
  if (type.sort == Sort::type) {
    types.push_back({type.type, path});
  } else if (type.sort == Sort::instance) {
    const auto& exports = types_->instance(type.type).exports;
    if (!builder_.spend(exports.size())) return;
    for (const auto& named : exports) {
      if (named.type.sort != Sort::type && named.type.sort != Sort::instance) continue;
      auto longer = path;
      longer.push_back(named.name);
      note_types(named.type, longer, types);
    }
  }
}

/// Appends to the index space of a sort. @return the new index
std::uint32_t ComponentValidator::push(const ExternType& type) {
  auto& spaces = scope().spaces;
  const auto index = static_cast<std::uint32_t>(space_size(type.sort));
  append(type.sort);
  switch (type.sort) {
    case Sort::core_module:
      spaces.core_modules.push_back(type.module);
      break;
    case Sort::function:
      spaces.functions.push_back(type.type);
      break;
    case Sort::type:
      spaces.types.push_back(type.type);
      break;
    case Sort::component:
      spaces.components.push_back(type.type);
      break;
    case Sort::instance:
      spaces.instances.push_back(type.type);
      break;
    default:
      break;
  }
  return index;
}

Result<void> ComponentValidator::check(const syntax::Import& import) {
  return add_import(import.name, import.type);
}

Result<void> ComponentValidator::add_import(const syntax::ExternName& name,
                                            const syntax::ExternType& type) {
  auto introduced = introduce(type, Direction::import);
  if (!introduced) return propagate(std::move(introduced));
  auto& current = scope();
  if (auto named = check_name(name, introduced->type, current.import_names, "import"); !named)
    return named;
  if (auto visible = check_visibility(introduced->type, Direction::import); !visible)
    return visible;

  const auto text = builder_.keep(name.name);
  fill_slots(introduced->resources, ResourceSlot::Source::import,
             static_cast<std::uint32_t>(current.imports.size()));
  current.imports.push_back({text, introduced->type, &name});
  note_types(introduced->type, {text}, current.imported_types);
  for (auto& [resource, path] : introduced->resources) {
    path.insert(path.begin(), text);
    current.imported_resources.push_back({resource, std::move(path)});
  }
  (void)push(introduced->type);
  return {};
}

/// An export declarator: an export without a definition.
Result<void> ComponentValidator::declare_export(const syntax::ExternName& name,
                                                const syntax::ExternType& type) {
  auto introduced = introduce(type, Direction::export_);
  if (!introduced) return propagate(std::move(introduced));
  return add_export(name, introduced->type);
}

Result<void> ComponentValidator::check(const syntax::Export& entry) {
  auto exported = item(entry.item);
  if (!exported) return propagate(std::move(exported));
  auto type = *exported;
  if (entry.type) {
    auto ascribed = introduce(*entry.type, Direction::export_);
    if (!ascribed) return propagate(std::move(ascribed));
    // Types are compared as declared: the resource types of an instance type are still its own.
    auto declared = ascribed->type;
    const bool is_abstract =
        entry.type->sort == Sort::type && entry.type->bound == syntax::TypeBound::sub_resource;
    if (declared.sort == Sort::instance) declared.type = *type_at(entry.type->index);
    std::string why;
    if (!is_abstract) {
      why = mismatch(builder_, *exported, declared);
    } else if (exported->sort != Sort::type || !builder_[exported->type].is_resource()) {
      why = "expected resource";
    }
    if (!why.empty()) {
      return invalid(
          "ascribed type of export is not compatible with the type of what is exported: " + why);
    }
    fill_slots(ascribed->resources,
               is_abstract ? ResourceSlot::Source::type : ResourceSlot::Source::instance,
               entry.item.index);
    type = ascribed->type;
  } else if (type.sort == Sort::type) {
    type.type = builder_.name(type.type);
  }
  return add_export(entry.name, type);
}

Result<void> ComponentValidator::add_export(const syntax::ExternName& name,
                                            const ExternType& type) {
  auto& current = scope();
  if (auto named = check_name(name, type, current.export_names, "export"); !named) return named;
  // An instance type may mention any type, until an instance of this type is imported or exported.
  if (current.kind != Scope::Kind::instance_type) {
    if (auto visible = check_visibility(type, Direction::export_); !visible) return visible;
  }
  current.exports.push_back({builder_.keep(name.name), type, &name});
  (void)push(type);
  return {};
}

// --- Names ---

Result<void> ComponentValidator::check_name(const syntax::ExternName& name, const ExternType& type,
                                            NameScope& names, std::string_view what) {
  const auto parsed = parse_extern_name(name.name);
  if (!parsed.error.empty())
    return invalid(quoted(name.name) + " is not a valid extern name: " + parsed.error);
  if (auto checked = check_annotation(parsed, name, type, names); !checked) return checked;
  if (auto checked = check_attributes(name, type); !checked) return checked;

  const auto text = builder_.keep(name.name);
  const auto [found, is_new] = names.names.emplace(uniqueness_key(name.name), text);
  if (!is_new) {
    return invalid(std::string(what) + " name " + quoted(name.name) +
                   " conflicts with previous name " + quoted(found->second));
  }
  if (type.sort == Sort::type && builder_[type.type].is_resource()) {
    names.resources.emplace(type.type, text);
    names.resource_names.insert(text);
  }
  return {};
}

/// What annotations ask of what has them.
Result<void> ComponentValidator::check_annotation(const ParsedName& parsed,
                                                  const syntax::ExternName& name,
                                                  const ExternType& type, NameScope& names) {
  if (parsed.kind == NameKind::interface ||
      (parsed.kind == NameKind::label && parsed.accessor == Accessor::none))
    return {};
  if (type.sort != Sort::function) return invalid("item " + quoted(name.name) + " is not a func");
  const auto& function = types_->function(type.type);
  if (auto checked = check_member(parsed, function, names); !checked) return checked;
  return check_accessor(parsed, name, function, names);
}

/// What `[get]` and `[set]` ask of a function.
Result<void> ComponentValidator::check_accessor(const ParsedName& parsed,
                                                const syntax::ExternName& name,
                                                const FuncType& function, NameScope& names) {
  if (parsed.accessor == Accessor::none) return {};
  if (function.is_async) return invalid("getters and setters cannot be `async`");
  const std::size_t first = parsed.kind == NameKind::method ? 1 : 0;  // after `self`
  const auto count = function.parameters.size() - first;
  if (parsed.accessor == Accessor::set) {
    if (count != 1) return invalid("a setter should have one argument");
    return check_setter(name, function.parameters[first].type, function, names);
  }
  if (count != 0) return invalid("a getter should have no arguments");
  auto property = function.result;
  if (property)
    if (const auto* result = builder_[*property].as<ResultType>()) property = result->ok;
  if (!property) return invalid("a getter should return a value");
  names.properties.emplace(name.name, *property);
  return {};
}

/// @param given the type of what is set
Result<void> ComponentValidator::check_setter(const syntax::ExternName& name, TypeId given,
                                              const FuncType& function, const NameScope& names) {
  if (function.result) {
    const auto* result = builder_[*function.result].as<ResultType>();
    if (result == nullptr || result->ok)
      return invalid("a setter should return nothing or a `result` without a value");
  }
  auto getter = name.name;
  getter.replace(getter.find("[set]"), 5, "[get]");
  const auto found = names.properties.find(getter);
  if (found == names.properties.end())
    return invalid("setter " + quoted(name.name) + " comes without its getter before it");
  const ExternType expected{.sort = Sort::type, .type = found->second};
  const ExternType actual{.sort = Sort::type, .type = given};
  if (!mismatch(builder_, actual, expected).empty() ||
      !mismatch(builder_, expected, actual).empty())
    return invalid("the argument of setter " + quoted(name.name) +
                   " does not have the type that its getter returns");
  return {};
}

/// What `[constructor]`, `[method]` and `[static]` ask of a function.
Result<void> ComponentValidator::check_member(const ParsedName& parsed, const FuncType& function,
                                              const NameScope& names) {
  if (parsed.kind == NameKind::label) return {};
  std::optional<TypeId> resource;
  if (parsed.kind == NameKind::static_) {
    if (names.resource_names.contains(parsed.resource)) return {};
    return invalid("static resource name is not known in this context");
  }
  if (parsed.kind == NameKind::constructor) {
    if (!function.result) return invalid("function should return one value");
    resource = owned(*types_, function.result);
    if (const auto* result = builder_[*function.result].as<ResultType>(); result && !resource)
      resource = owned(*types_, result->ok);
    if (!resource) return invalid("function should return `(own $T)` or `(result (own $T))`");
  } else {
    if (function.parameters.empty()) return invalid("function should have at least one argument");
    const auto& self = function.parameters.front();
    if (self.label != "self") return invalid("function should have a first argument called `self`");
    const auto* borrow = builder_[self.type].as<BorrowType>();
    if (!borrow) return invalid("function should take a first argument of `(borrow $T)`");
    resource = borrow->resource;
  }
  const auto found = names.resources.find(*resource);
  if (found == names.resources.end())
    return invalid("resource used in function does not have a name in this context");
  if (found->second != parsed.resource)
    return invalid("function does not match expected resource name " + quoted(found->second));
  return {};
}

Result<void> ComponentValidator::check_attributes(const syntax::ExternName& name,
                                                  const ExternType& type) {
  const auto parsed = parse_extern_name(name.name);
  if (name.implements) {
    if (type.sort != Sort::instance) return invalid("only instances can have an `implements`");
    const auto interface = parse_extern_name(*name.implements);
    if (interface.kind != NameKind::interface && !name.implements->empty())
      return invalid("name " + quoted(*name.implements) + " must be an interface");
    if (!interface.error.empty() || name.implements->empty())
      return invalid(quoted(*name.implements) + " is not a valid name: " + interface.error);
    if (parsed.kind != NameKind::label)
      return invalid("name " + quoted(name.name) + " is not valid with `implements`");
  }
  if (name.version_suffix) {
    const auto completed = name.name + *name.version_suffix;
    if (parsed.kind != NameKind::interface || name.name.find('@') == std::string::npos ||
        !parse_extern_name(completed).error.empty())
      return invalid("name " + quoted(name.name) + " is not valid with `versionsuffix`");
  }
  return {};
}

// --- Visibility ---

/// Whether all resource types, records, variants, enums and flags that a type mentions have names
/// that are visible from outside.
bool ComponentValidator::is_visible(TypeId type, Direction direction) {
  auto& imports = scope().visible_to_imports;
  auto& mine = direction == Direction::import ? imports : scope().visible_to_exports;
  if (imports.named.contains(type) || mine.named.contains(type)) return true;
  const auto& body = builder_[type];
  if (body.as<PrimValType>()) return true;
  if (body.as<RecordType>() || body.as<VariantType>() || body.as<EnumType>() ||
      body.as<FlagsType>() || body.is_resource())
    return false;
  if (mine.verified.contains(type)) return true;
  if (!is_visible_inside(type, direction)) return false;
  mine.verified.insert(type);
  return true;
}

/// Whether the types that a type consists of are visible. The type itself need not be.
bool ComponentValidator::is_visible_inside(TypeId type, Direction direction) {
  const auto& body = builder_[type];
  if (body.as<ComponentType>()) return true;  // checked when it was defined
  if (const auto* instance = body.as<InstanceType>()) return name_exports_of(*instance, direction);
  if (!builder_.spend(weight(body.body))) return true;
  for (const auto part : constituents(body.body))
    if (!is_visible(part, direction)) return false;
  return true;
}

/// Types exported by an instance have names if the instance itself is imported or exported.
bool ComponentValidator::name_exports_of(const InstanceType& instance, Direction direction) {
  if (!builder_.spend(instance.exports.size())) return true;
  auto& mine =
      direction == Direction::import ? scope().visible_to_imports : scope().visible_to_exports;
  for (const auto& named : instance.exports) {
    if (named.type.sort == Sort::core_module) continue;
    if (!is_visible_inside(named.type.type, direction)) return false;
    if (named.type.sort == Sort::type) mine.named.insert(named.type.type);
  }
  return true;
}

Result<void> ComponentValidator::check_visibility(const ExternType& type, Direction direction) {
  if (type.sort == Sort::core_module) return {};
  // A function's type has no name of its own; only the types that it mentions must be visible.
  const bool visible = type.sort == Sort::function ? is_visible(type.type, direction)
                                                   : is_visible_inside(type.type, direction);
  if (!visible) {
    return invalid(std::string(syntax::to_string(type.sort)) + " not valid to be used as " +
                   (direction == Direction::import ? "import" : "export"));
  }
  auto& mine =
      direction == Direction::import ? scope().visible_to_imports : scope().visible_to_exports;
  if (type.sort == Sort::type) mine.named.insert(type.type);
  return {};
}

}  // namespace airlock::validator::component
