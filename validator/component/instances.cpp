// Instances and aliases (component-model: Explainer.md, Instance Definitions, Alias Definitions).
#include <algorithm>

#include "validator/component/component_validator.hpp"

namespace airlock::validator::component {
namespace {

std::string quoted(std::string_view text) { return '`' + std::string(text) + '`'; }

/// `is not a module`: the message for an export of another sort.
std::unexpected<Error> wrong_sort(std::string_view name, std::string_view of,
                                  std::uint32_t instance, Sort sort) {
  const auto what = syntax::is_core(sort) && sort != Sort::core_module
                        ? syntax::to_string(sort).substr(5)
                        : noun(sort);
  return invalid("export " + quoted(name) + " for " + std::string(of) + ' ' +
                 std::to_string(instance) + " is not a " + std::string(what));
}

}  // namespace

/// The type of a definition that is exported or passed to an instantiation.
Result<ExternType> ComponentValidator::item(const syntax::SortIndex& item) {
  const auto& spaces = scope().spaces;
  if (item.sort == Sort::value)
    return fail(ErrorKind::unsupported, "component values are not supported");
  if (syntax::is_core(item.sort) && item.sort != Sort::core_module)
    return invalid("a " + std::string(syntax::to_string(item.sort)) + " cannot be exported");
  if (item.index >= space_size(item.sort)) return out_of_bounds(item.sort);
  ExternType type{.sort = item.sort};
  switch (item.sort) {
    case Sort::core_module:
      type.module = spaces.core_modules[item.index];
      break;
    case Sort::function:
      type.type = spaces.functions[item.index];
      break;
    case Sort::type:
      type.type = spaces.types[item.index];
      break;
    case Sort::component:
      type.type = spaces.components[item.index];
      break;
    default:
      type.type = spaces.instances[item.index];
      break;
  }
  return type;
}

Result<CoreExternType> ComponentValidator::core_item(const syntax::SortIndex& item) {
  const auto& spaces = scope().spaces;
  if (item.sort == Sort::core_type || item.sort == Sort::core_module ||
      item.sort == Sort::core_instance)
    return invalid("a " + std::string(syntax::to_string(item.sort)) +
                   " cannot be exported by a core instance");
  if (item.index >= space_size(item.sort)) return out_of_bounds(item.sort);
  switch (item.sort) {
    case Sort::core_function:
      return CoreExternType{.type = spaces.core_functions[item.index]};
    case Sort::core_table:
      return CoreExternType{.type = spaces.core_tables[item.index]};
    case Sort::core_memory:
      return CoreExternType{.type = spaces.core_memories[item.index]};
    case Sort::core_global:
      return CoreExternType{.type = spaces.core_globals[item.index]};
    default:
      return CoreExternType{.type = spaces.core_tags[item.index], .is_tag = true};
  }
}

Result<void> ComponentValidator::instantiate(const syntax::CoreInstantiate& body) {
  auto& spaces = scope().spaces;
  if (body.module >= spaces.core_modules.size())
    return invalid("unknown module: module index out of bounds");
  const auto module_id = spaces.core_modules[body.module];
  const auto& module = (*types_)[module_id];
  std::unordered_map<std::string_view, std::uint32_t> arguments;
  for (const auto& argument : body.arguments) {
    if (argument.instance >= spaces.core_instances.size())
      return out_of_bounds(Sort::core_instance);
    if (!arguments.emplace(argument.name, argument.instance).second)
      return invalid("duplicate module instantiation argument named " + quoted(argument.name));
  }
  if (!builder_.spend(module.imports.size())) return {};
  for (const auto& import : module.imports) {
    const auto argument = arguments.find(import.module);
    if (argument == arguments.end())
      return invalid("missing module instantiation argument named " + quoted(import.module));
    const auto* supplied = (*types_)[spaces.core_instances[argument->second]].find(import.name);
    if (!supplied) {
      return invalid("module instantiation argument " + quoted(import.module) +
                     " does not export an item named " + quoted(import.name));
    }
    if (auto why = mismatch(*types_, *supplied, import.type); !why.empty()) {
      return invalid("type mismatch for export " + quoted(import.name) +
                     " of module instantiation argument " + quoted(import.module) + ": " + why);
    }
  }
  append(Sort::core_instance);
  spaces.core_instances.push_back(module_id);  // the instance has the exports of the module type
  return {};
}

Result<void> ComponentValidator::bundle(const std::vector<syntax::CoreInlineExport>& exports) {
  ModuleType type;
  for (const auto& entry : exports) {
    auto exported = core_item(entry.item);
    if (!exported) return propagate(std::move(exported));
    if (auto added = core_.add_export(type, {entry.name, *exported}); !added) return added;
  }
  append(Sort::core_instance);
  scope().spaces.core_instances.push_back(core_.add(std::move(type)));
  return {};
}

Result<void> ComponentValidator::instantiate(const syntax::Instantiate& body) {
  auto& current = scope();
  if (body.component >= current.spaces.components.size())
    return invalid("unknown component: component index out of bounds");
  ExternLookup arguments;
  for (const auto& argument : body.arguments) {
    auto supplied = item(argument.item);
    if (!supplied) return propagate(std::move(supplied));
    if (!arguments.emplace(argument.name, *supplied).second) {
      return invalid("instantiation argument " + quoted(argument.name) +
                     " conflicts with previous argument " + quoted(argument.name));
    }
  }
  const auto component = std::get<std::shared_ptr<const ComponentType>>(
      builder_[current.spaces.components[body.component]].body);

  // Substitute the supplied resource types for the imported ones, also in later imports.
  Substitution of_imports;
  if (!builder_.spend(2 * weight(component))) return {};
  bind_resources(*types_, component->imported_resources, arguments, of_imports);
  for (const auto& import : component->imports) {
    const auto supplied = arguments.find(import.name);
    if (supplied == arguments.end()) return invalid("missing import named " + quoted(import.name));
    const auto expected = builder_.substitute(import.type, of_imports);
    if (auto why = mismatch(builder_, supplied->second, expected); !why.empty())
      return invalid("type mismatch for import " + quoted(import.name) + ": " + why);
  }
  // In the exports, also substitute the other supplied types. (They are equal, but may have names.)
  Substitution substitution{.variables = of_imports.variables, .done = {}};
  bind_types(*types_, component->imported_types, arguments, substitution);
  std::vector<BoundResource> resources;
  for (const auto& [resource, path] : component->resources) {
    const auto id = new_resource(false);
    substitution.variables.emplace(variable_of(resource), builder_.resource_type(id));
    resources.push_back({id, path});
  }
  auto instance = std::make_shared<InstanceType>();
  instance->exports = component->exports;
  instance->names = component->export_names;
  for (auto& named : instance->exports) named.type = builder_.substitute(named.type, substitution);
  auto made = builder_.make(std::shared_ptr<const InstanceType>(std::move(instance)));
  if (!made) return propagate(std::move(made));
  fill_slots(resources, ResourceSlot::Source::instance,
             static_cast<std::uint32_t>(current.spaces.instances.size()));
  (void)push({.sort = Sort::instance, .type = *made});
  return {};
}

Result<void> ComponentValidator::bundle(const std::vector<syntax::InlineExport>& exports) {
  auto instance = std::make_shared<InstanceType>();
  NameScope names;
  for (const auto& entry : exports) {
    auto exported = item(entry.item);
    if (!exported) return propagate(std::move(exported));
    // Inline exports do not rename types. A resource type gets a name if it has none.
    if (exported->sort == Sort::type && builder_[exported->type].is_resource() &&
        !builder_[exported->type].is_name)
      exported->type = builder_.name(exported->type);
    if (auto named = check_name(entry.name, *exported, names, "export"); !named) return named;
    const auto text = builder_.keep(entry.name.name);
    instance->names.emplace(text, static_cast<std::uint32_t>(instance->exports.size()));
    instance->exports.push_back({text, *exported, &entry.name});
  }
  auto made = builder_.make(std::shared_ptr<const InstanceType>(std::move(instance)));
  if (!made) return propagate(std::move(made));
  (void)push({.sort = Sort::instance, .type = *made});
  return {};
}

Result<void> ComponentValidator::check(const syntax::Alias& alias) {
  const bool in_declarators = !scope().is_component();
  if (const auto* outer = std::get_if<syntax::OuterAlias>(&alias.target)) {
    if (in_declarators && alias.sort != Sort::type && alias.sort != Sort::core_type)
      return invalid("outer aliases of declarators may only refer to types or instances");
    return alias_outer(alias.sort, *outer);
  }
  if (in_declarators && alias.sort != Sort::type && alias.sort != Sort::instance)
    return invalid("aliases of declarators may only refer to types or instances");
  const auto& target = std::get<syntax::ExportAlias>(alias.target);
  return target.is_core ? alias_core_export(alias.sort, target) : alias_export(alias.sort, target);
}

Result<void> ComponentValidator::alias_export(Sort sort, const syntax::ExportAlias& alias) {
  const auto& instances = scope().spaces.instances;
  if (alias.instance >= instances.size()) return out_of_bounds(Sort::instance);
  const auto* found = types_->instance(instances[alias.instance]).find(alias.name);
  if (!found) {
    return invalid("instance " + std::to_string(alias.instance) + " has no export named " +
                   quoted(alias.name));
  }
  if (found->type.sort != sort) return wrong_sort(alias.name, "instance", alias.instance, sort);
  (void)push(found->type);
  return {};
}

Result<void> ComponentValidator::alias_core_export(Sort sort, const syntax::ExportAlias& alias) {
  auto& spaces = scope().spaces;
  if (alias.instance >= spaces.core_instances.size()) return out_of_bounds(Sort::core_instance);
  const auto* found = (*types_)[spaces.core_instances[alias.instance]].find(alias.name);
  if (!found) {
    return invalid("core instance " + std::to_string(alias.instance) + " has no export named " +
                   quoted(alias.name));
  }
  constexpr Sort sorts[] = {Sort::core_function, Sort::core_table, Sort::core_memory,
                            Sort::core_global, Sort::core_tag};
  if (sorts[static_cast<std::size_t>(found->kind())] != sort)
    return wrong_sort(alias.name, "core instance", alias.instance, sort);
  append(sort);
  switch (sort) {
    case Sort::core_function:
      spaces.core_functions.push_back(std::get<CoreFunctionId>(found->type));
      break;
    case Sort::core_table:
      spaces.core_tables.push_back(std::get<decoder::TableType>(found->type));
      break;
    case Sort::core_memory:
      spaces.core_memories.push_back(std::get<decoder::MemoryType>(found->type));
      break;
    case Sort::core_global:
      spaces.core_globals.push_back(std::get<decoder::GlobalType>(found->type));
      break;
    default:
      spaces.core_tags.push_back(std::get<CoreFunctionId>(found->type));
      break;
  }
  return {};
}

/// Whether a type mentions resource types that are not its own.
bool ComponentValidator::depends_on_resources(TypeId type) const {
  const auto& free = builder_[type].free;
  // Variables are in ascending order, with resource types after names.
  return free && !free->empty() && free->back() >= variable_of(ResourceId{});
}

Result<void> ComponentValidator::alias_outer(Sort sort, const syntax::OuterAlias& alias) {
  if (alias.count >= scopes_.size())
    return invalid("invalid outer alias count of " + std::to_string(alias.count));
  const auto target = scopes_.size() - 1 - alias.count;
  const auto& spaces = scopes_[target]->spaces;
  bool leaves_component = false;
  for (auto i = target + 1; i < scopes_.size(); ++i)
    leaves_component = leaves_component || scopes_[i]->is_component();

  if (sort == Sort::core_type) {
    if (alias.index >= spaces.core_types.size()) return out_of_bounds(sort);
    const auto entry = spaces.core_types[alias.index];
    append(sort);
    scope().spaces.core_types.push_back(entry);
    return {};
  }
  ExternType type{.sort = sort};
  if (sort == Sort::core_module) {
    if (alias.index >= spaces.core_modules.size()) return out_of_bounds(sort);
    type.module = spaces.core_modules[alias.index];
  } else {
    const auto& space = sort == Sort::type ? spaces.types : spaces.components;
    if (alias.index >= space.size()) return out_of_bounds(sort);
    type.type = space[alias.index];
    if (leaves_component && depends_on_resources(type.type)) {
      return invalid(
          "cannot alias outer type which transitively refers to resources not defined in "
          "the current component");
    }
  }
  (void)push(type);
  return {};
}

}  // namespace airlock::validator::component
