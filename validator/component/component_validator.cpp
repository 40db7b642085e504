#include "validator/component/component_validator.hpp"

#include "validator/module_validator.hpp"

namespace airlock::validator::component {

std::unexpected<Error> out_of_bounds(Sort sort) {
  std::string what;
  switch (sort) {
    case Sort::core_function:
    case Sort::function:
      what = "function";
      break;
    case Sort::core_table:
      what = "table";
      break;
    case Sort::core_memory:
      what = "memory";
      break;
    case Sort::core_global:
      what = "global";
      break;
    case Sort::core_tag:
      what = "tag";
      break;
    case Sort::core_module:
      what = "module";
      break;
    case Sort::core_type:
      what = "type";
      break;
    case Sort::core_instance:
      what = "core instance";
      break;
    default:
      what = syntax::to_string(sort);
      break;
  }
  return invalid(what + " index out of bounds");
}

ComponentValidator::ComponentValidator(std::shared_ptr<const syntax::ComponentTree> tree,
                                       const Limits& limits,
                                       const ComponentValidationOptions& options)
    : tree_(std::move(tree)),
      limits_(limits),
      options_(options),
      types_(std::make_shared<ComponentTypes>()),
      builder_(*types_, limits, tree_->binary->size()),
      core_(*types_, limits.features),
      flattener_(*types_),
      components_(tree_->components.size()) {}

/// Components, component types and instance types are kept on an explicit stack while the
/// definitions nested in them are validated, so that nesting takes no native stack.
Result<ValidComponent> ComponentValidator::validate() {
  open_component(0);
  while (!scopes_.empty()) {
    if (auto done = at_end() ? close_scope() : check_next(); !done)
      return std::unexpected(done.error());
    // Without budget, work has been left out, so the result must not be used.
    if (builder_.exhausted())
      return fail_at(ErrorKind::limit, offset_, "component types are too large");
  }
  return ValidComponent{std::move(tree_), std::move(types_), std::move(components_),
                        builder_.spent()};
}

void ComponentValidator::open_component(std::uint32_t component) {
  auto opened = std::make_unique<Scope>();
  opened->component = component;
  opened->spaces.definitions.reserve(tree_->components[component].definitions.size());
  scopes_.push_back(std::move(opened));
}

void ComponentValidator::open_type(const std::vector<syntax::Declarator>& declarators,
                                   Scope::Kind kind) {
  auto opened = std::make_unique<Scope>();
  opened->kind = kind;
  opened->declarators = &declarators;
  scopes_.push_back(std::move(opened));
}

bool ComponentValidator::at_end() {
  const auto& current = scope();
  return current.next == (current.is_component()
                              ? tree_->components[current.component].definitions.size()
                              : current.declarators->size());
}

Result<void> ComponentValidator::check_next() {
  auto& current = scope();
  Result<void> checked;
  if (current.is_component()) {
    const auto& definition = tree_->components[current.component].definitions[current.next++];
    offset_ = definition.offset;
    checked = check_definition(definition);
  } else {
    const auto& declarator = (*current.declarators)[current.next++];
    offset_ = declarator.offset;
    checked = check_declarator(declarator);
  }
  if (builder_.exhausted()) return {};  // errors may be wrong, too
  if (!checked) return at(offset_, checked.error());
  return {};
}

/// Ends the innermost scope: makes its type and appends it to the index space of the surrounding
/// scope.
Result<void> ComponentValidator::close_scope() {
  auto& current = scope();
  offset_ = current.is_component()         ? tree_->components[current.component].offset
            : current.declarators->empty() ? 0
                                           : current.declarators->front().offset;
  auto type = current.kind == Scope::Kind::instance_type ? instance_type_of(current)
                                                         : component_type_of(current);
  if (!type) return at(offset_, type.error());
  const auto closed = std::move(scopes_.back());
  scopes_.pop_back();
  if (!closed->is_component()) {
    scope().spaces.types.push_back(*type);
    return {};
  }
  closed->spaces.type = *type;
  components_[closed->component] = std::move(closed->spaces);
  if (!scopes_.empty()) scope().spaces.components.push_back(*type);
  return {};
}

Result<void> ComponentValidator::check_definition(const syntax::Definition& definition) {
  return std::visit([this](const auto& body) { return check(body); }, definition.body);
}

Result<void> ComponentValidator::check_declarator(const syntax::Declarator& declarator) {
  return std::visit(
      [this](const auto& body) -> Result<void> {
        using Body = std::decay_t<decltype(body)>;
        if constexpr (std::is_same_v<Body, syntax::ImportDeclarator>) {
          return add_import(body.name, body.type);
        } else if constexpr (std::is_same_v<Body, syntax::ExportDeclarator>) {
          return declare_export(body.name, body.type);
        } else {
          return check(body);
        }
      },
      declarator.body);
}

/// Records that the current definition is about to append to an index space.
void ComponentValidator::append(Sort sort, std::size_t count) {
  if (!scope().is_component()) return;
  scope().spaces.definitions.push_back({.sort = sort,
                                        .index = static_cast<std::uint32_t>(space_size(sort)),
                                        .count = static_cast<std::uint32_t>(count),
                                        .canon = {},
                                        .module = {}});
}

std::size_t ComponentValidator::space_size(Sort sort) {
  const auto& spaces = scope().spaces;
  switch (sort) {
    case Sort::core_function:
      return spaces.core_functions.size();
    case Sort::core_table:
      return spaces.core_tables.size();
    case Sort::core_memory:
      return spaces.core_memories.size();
    case Sort::core_global:
      return spaces.core_globals.size();
    case Sort::core_tag:
      return spaces.core_tags.size();
    case Sort::core_type:
      return spaces.core_types.size();
    case Sort::core_module:
      return spaces.core_modules.size();
    case Sort::core_instance:
      return spaces.core_instances.size();
    case Sort::function:
      return spaces.functions.size();
    case Sort::value:
      return 0;
    case Sort::type:
      return spaces.types.size();
    case Sort::component:
      return spaces.components.size();
    case Sort::instance:
      return spaces.instances.size();
  }
  return 0;
}

Result<void> ComponentValidator::check(const syntax::CoreModule& module) {
  auto read = decoder::read_module(tree_->binary, module.offset, module.size, limits_);
  if (!read) return propagate(std::move(read));
  if (options_.core_bodies) {
    if (auto valid = validate_module(*read, limits_); !valid) return valid;
  } else if (auto valid = validate_module_environment(*read, limits_); !valid) {
    return propagate(std::move(valid));
  }
  auto type = core_.of_module(*read);
  if (!type) return propagate(std::move(type));
  append(Sort::core_module);
  scope().spaces.definitions.back().module = *type;
  scope().spaces.core_modules.push_back(*type);
  return {};
}

Result<void> ComponentValidator::check(const syntax::CoreType& type) {
  auto& space = scope().spaces.core_types;
  if (const auto* group = std::get_if<syntax::CoreTypeGroup>(&type.body)) {
    append(Sort::core_type, group->types.size());
    return core_.add_group(group->types, space);
  }
  auto module = resolve(std::get<syntax::CoreModuleType>(type.body));
  if (!module) return propagate(std::move(module));
  append(Sort::core_type);
  space.push_back({.canonical = 0, .module = *module});
  return {};
}

Result<void> ComponentValidator::check(const syntax::NestedComponent& component) {
  append(Sort::component);  // the entry itself follows when the component is closed
  open_component(component.component);
  return {};
}

Result<void> ComponentValidator::check(const syntax::CoreInstance& instance) {
  return std::visit(
      [this](const auto& body) {
        if constexpr (std::is_same_v<std::decay_t<decltype(body)>, syntax::CoreInstantiate>) {
          return instantiate(body);
        } else {
          return bundle(body);
        }
      },
      instance.body);
}

Result<void> ComponentValidator::check(const syntax::Instance& instance) {
  return std::visit(
      [this](const auto& body) {
        if constexpr (std::is_same_v<std::decay_t<decltype(body)>, syntax::Instantiate>) {
          return instantiate(body);
        } else {
          return bundle(body);
        }
      },
      instance.body);
}

Result<void> ComponentValidator::check(const syntax::Type& type) {
  return std::visit(
      [this](const auto& body) -> Result<void> {
        using Body = std::decay_t<decltype(body)>;
        // The entries of these follow when they are closed.
        if constexpr (std::is_same_v<Body, syntax::ComponentType>) {
          append(Sort::type);
          open_type(body.declarators, Scope::Kind::component_type);
          return {};
        } else if constexpr (std::is_same_v<Body, syntax::InstanceType>) {
          append(Sort::type);
          open_type(body.declarators, Scope::Kind::instance_type);
          return {};
        } else {
          auto resolved = resolve(body);
          if (!resolved) return propagate(std::move(resolved));
          append(Sort::type);
          scope().spaces.types.push_back(*resolved);
          return {};
        }
      },
      type.body);
}

Result<void> ComponentValidator::check(const syntax::Canon& canon) {
  auto& spaces = scope().spaces;
  CanonValidator validator(builder_, core_, flattener_, spaces, scope().component);
  auto resolved = validator.check(canon);
  if (!resolved) return propagate(std::move(resolved));
  if (canon.kind == syntax::CanonKind::lift) {
    append(Sort::function);
    spaces.functions.push_back(resolved->type);
  } else {
    append(Sort::core_function);
    spaces.core_functions.push_back(resolved->core_type);
  }
  spaces.definitions.back().canon = static_cast<std::uint32_t>(spaces.canons.size());
  spaces.canons.push_back(*resolved);
  return {};
}

Result<void> ComponentValidator::check(const syntax::Start&) {
  return fail(ErrorKind::unsupported, "start functions of components are not supported");
}

Result<void> ComponentValidator::check(const syntax::Value&) {
  return fail(ErrorKind::unsupported, "component values are not supported");
}

ResourceId ComponentValidator::new_resource(bool is_local) {
  ResourceInfo info;
  auto& current = scope();
  info.is_local = is_local;
  if (current.is_component()) {
    info.component = current.component;
    info.slot = static_cast<std::uint32_t>(current.spaces.resources.size());
  }
  const auto id = builder_.fresh_resource(info);
  current.own_resources.insert(id);
  if (current.is_component()) {
    ResourceSlot slot;
    slot.resource = id;
    slot.definition = static_cast<std::uint32_t>(current.next - 1);
    current.spaces.resources.push_back(std::move(slot));
  }
  return id;
}

void ComponentValidator::fill_slots(const std::vector<BoundResource>& resources,
                                    ResourceSlot::Source source, std::uint32_t index) {
  if (!scope().is_component()) return;
  for (const auto& [resource, path] : resources) {
    auto& slot = scope().spaces.resources[types_->slot_of(resource)];
    slot.source = source;
    slot.index = index;
    slot.path = path;
  }
}

const ComponentType& ValidComponent::root_type() const {
  return types->component(components.front().type);
}

Result<ValidComponent> validate_component(std::shared_ptr<const syntax::ComponentTree> tree,
                                          const Limits& limits,
                                          const ComponentValidationOptions& options) {
  return ComponentValidator(std::move(tree), limits, options).validate();
}

}  // namespace airlock::validator::component
