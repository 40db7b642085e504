#include "canonical-abi/component.hpp"

#include "canonical-abi/definition.hpp"
#include "decoder/component/reader.hpp"
#include "runtime/engine.hpp"
#include "validator/component/validator.hpp"

namespace airlock::canonical_abi {

namespace syntax = decoder::component;

namespace {

/// Names for the paths of instances: from the name section, or from how an instance is exported, or
/// from the argument it is given as; its number if all else fails.
std::vector<std::string> name_instances(const syntax::Component& component) {
  std::vector<std::string> names;
  const auto suggest = [&](std::uint32_t index, const std::string& name) {
    if (index < names.size() && names[index].empty()) names[index] = name;
  };
  const auto suggest_item = [&](const syntax::SortIndex& item, const std::string& name) {
    if (item.sort == syntax::Sort::instance) suggest(item.index, name);
  };
  const auto count = [&] {
    const auto index = static_cast<std::uint32_t>(names.size());
    names.emplace_back(component.names.find(syntax::Sort::instance, index));
  };
  for (const syntax::Definition& definition : component.definitions) {
    if (const auto* instance = std::get_if<syntax::Instance>(&definition.body)) {
      if (const auto* made = std::get_if<syntax::Instantiate>(&instance->body)) {
        for (const auto& argument : made->arguments) suggest_item(argument.item, argument.name);
      }
      count();
    } else if (const auto* exported = std::get_if<syntax::Export>(&definition.body)) {
      suggest_item(exported->item, exported->name.name);
      if (exported->item.sort == syntax::Sort::instance) count();
    } else if (const auto* imported = std::get_if<syntax::Import>(&definition.body)) {
      if (imported->type.sort == syntax::Sort::instance) count();
    } else if (const auto* alias = std::get_if<syntax::Alias>(&definition.body)) {
      if (alias->sort == syntax::Sort::instance) count();
    }
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i].empty()) names[i] = std::to_string(i);
  }
  return names;
}

}  // namespace

Component::Component() : definition_(std::make_unique<Definition>()) {}
Component::~Component() = default;

Result<std::shared_ptr<const Component>> Component::compile(runtime::Engine& engine,
                                                            decoder::SharedBytes binary) {
  auto tree = syntax::read_component(std::move(binary), engine.limits());
  if (!tree) return propagate(std::move(tree));
  std::shared_ptr<Component> component(new Component());
  Definition& definition = *component->definition_;
  definition.tree = std::make_shared<const syntax::ComponentTree>(*std::move(tree));
  // Bodies of core modules are validated when they are compiled.
  if (auto valid = validator::component::validate_component(definition.tree, engine.limits(),
                                                            {.core_bodies = false});
      !valid) {
    return propagate(std::move(valid));
  }
  for (const syntax::Component& one : definition.tree->components) {
    ComponentFacts& facts = definition.facts.emplace_back();
    facts.instance_names = name_instances(one);
    for (const syntax::Definition& item : one.definitions) {
      const auto* module = std::get_if<syntax::CoreModule>(&item.body);
      if (!module) continue;
      auto compiled = engine.compile(definition.tree->binary, module->offset, module->size);
      if (!compiled) return propagate(std::move(compiled));
      facts.modules.push_back(*std::move(compiled));
    }
  }
  return std::shared_ptr<const Component>(std::move(component));
}

std::vector<std::string> Component::import_names() const {
  std::vector<std::string> names;
  for (const syntax::Definition& item : definition_->tree->root().definitions) {
    if (const auto* imported = std::get_if<syntax::Import>(&item.body)) {
      names.push_back(imported->name.name);
    }
  }
  return names;
}

std::vector<std::string> Component::export_names() const {
  std::vector<std::string> names;
  for (const syntax::Definition& item : definition_->tree->root().definitions) {
    if (const auto* exported = std::get_if<syntax::Export>(&item.body)) {
      names.push_back(exported->name.name);
    }
  }
  return names;
}

}  // namespace airlock::canonical_abi
