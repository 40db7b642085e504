#include "canonical-abi/instantiation.hpp"

#include <new>
#include <utility>

#include "decoder/scoped.hpp"
#include "runtime/engine.hpp"

namespace airlock::canonical_abi {

namespace syntax = decoder::component;
using syntax::Sort;

std::unexpected<Error> invalid_component(const std::string& message) {
  return fail(ErrorKind::invalid, message);
}

namespace {

/// Paths are for people to read. Every instance keeps its own, so none is longer than this, however
/// long the names and however deep the nesting.
constexpr std::size_t longest_path = 1'000;

std::string shortened_path(std::string path) {
  if (path.size() <= longest_path) return path;
  path.resize(longest_path);
  while (!path.empty() && (path.back() & 0x80) != 0) path.pop_back();  // no part of a character
  return path + "…";
}

std::string child_path(const std::string& parent, const std::string& name) {
  return shortened_path(parent.empty() ? name : parent + "/" + name);
}

/// All functions of an instance for the host: at the root and one level down.
void collect_functions(const InstanceValue& instance, const std::string& interface,
                       std::vector<ExportedFunction>& out) {
  for (const std::string& name : instance.order) {
    const ExternValue& value = *instance.find(name);
    if (const auto* function = std::get_if<const FuncInst*>(&value)) {
      out.push_back({interface, name, (*function)->signature->type, *function});
    } else if (const auto* nested = std::get_if<std::shared_ptr<InstanceValue>>(&value);
               nested && interface.empty()) {
      collect_functions(**nested, name, out);
    }
  }
}

}  // namespace

Result<ComponentInstance*> Instantiator::run(std::shared_ptr<const Component> component,
                                             std::string path) {
  Store::Contents& contents = store_.contents();
  runtime::Compartment& outer = store_.core().begin_compartment();
  Composition& made = contents.compositions.emplace_back(store_.core().bookkeeping());
  Composition* const outer_composition = std::exchange(contents.composition, &made);
  Result<ComponentInstance*> instance = nullptr;
  try {
    instance = build(std::move(component), std::move(path));
  } catch (const std::bad_alloc&) {
    instance = fail(ErrorKind::limit, "out of memory");
  }
  contents.composition = outer_composition;
  // Nothing outside refers to what a failed instantiation has made. Core instances are not passed
  // from component to component, and no import can be of a type that has a resource of the
  // component itself in it, so that no handle of one can have left.
  if (!instance) {
    contents.instance_count -= made.instances.size();
    contents.compositions.remove_if([&](const Composition& one) { return &one == &made; });
  }
  store_.core().end_compartment(outer, instance.has_value());
  return instance;
}

Result<ComponentInstance*> Instantiator::build(std::shared_ptr<const Component> component,
                                               std::string path) {
  store_.contents().composition->components.push_back(component);
  if (path.empty()) path = component->definition().tree->root().names.component;
  path = shortened_path(std::move(path));
  if (auto pushed = push({std::move(component), 0, nullptr}, nullptr, {}, std::move(path));
      !pushed) {
    return propagate(std::move(pushed));
  }
  ComponentInstance* root = frames_.front().inst;
  while (!frames_.empty()) {
    Frame& frame = frames_.back();
    if (frame.next == frame.syntax->definitions.size()) {
      finish(frame);
      continue;
    }
    const syntax::Definition& definition = frame.syntax->definitions[frame.next++];
    if (auto begun = begin_definitions(store_, 1); !begun) return propagate(std::move(begun));
    if (auto done = step(frame, definition); !done) {
      for (const Frame& unfinished : frames_) unfinished.inst->is_poisoned = true;
      Error error = std::move(done).error();
      if (!error.offset && error.kind == ErrorKind::invalid) error.offset = definition.offset;
      return std::unexpected(std::move(error));
    }
  }
  collect_functions(*root->exports, {}, root->exported_functions);
  return root;
}

Result<void> Instantiator::push(ComponentValue component, ComponentInstance* parent,
                                Arguments arguments, std::string path) {
  auto& instances = store_.contents().composition->instances;
  const Limits& limits = store_.engine().limits();
  if (store_.contents().instance_count >= limits.instances) {
    return fail(ErrorKind::limit, "too many component instances (Limits::instances)");
  }
  if (frames_.size() >= limits.component_nesting) {
    return fail(ErrorKind::limit, "components are nested too deeply (Limits::component_nesting)");
  }
  const Component::Definition& definition = component.component->definition();
  if (!store_.contents().composition->charge.add(sizeof(ComponentInstance) + path.size())) {
    return fail(ErrorKind::limit, store_.core().bookkeeping().exhausted_text());
  }
  ++store_.contents().instance_count;
  instances.push_back(
      std::make_unique<ComponentInstance>(store_, parent, std::move(path), limits.handles));
  ComponentInstance& inst = *instances.back();
  // `alias outer` refers to where the component was defined, not to the instantiating component.
  inst.scope.outer = component.outer ? &component.outer->scope : nullptr;
  Frame frame;
  frame.inst = &inst;
  frame.syntax = &definition.tree->components[component.index];
  frame.facts = &definition.facts[component.index];
  frame.arguments = std::move(arguments);
  inst.definition = std::move(component);
  frames_.push_back(std::move(frame));
  return {};
}

void Instantiator::finish(Frame& frame) {
  const std::shared_ptr<InstanceValue> exports = frame.inst->exports;
  frames_.pop_back();
  if (!frames_.empty()) frames_.back().inst->scope.instances.push_back(exports);
}

Result<void> Instantiator::step(Frame& frame, const syntax::Definition& definition) {
  return std::visit([&](const auto& it) { return define(frame, it); }, definition.body);
}

// --- Core definitions ----------------------------------------------------------------------------

Result<void> Instantiator::define(Frame& frame, const syntax::CoreModule&) {
  frame.inst->core_modules.push_back(frame.facts->modules[frame.next_module++]);
  return {};
}

Result<void> Instantiator::define(Frame&, const syntax::CoreType&) {
  return {};  // only validation looks at them
}

Result<void> Instantiator::define(Frame& frame, const syntax::CoreInstance& it) {
  if (const auto* instantiate = std::get_if<syntax::CoreInstantiate>(&it.body)) {
    return instantiate_core(frame, *instantiate);
  }
  CoreInstanceValue bundle;
  const auto& exports = std::get<std::vector<syntax::CoreInlineExport>>(it.body);
  if (auto begun = begin_definitions(store_, exports.size()); !begun)
    return propagate(std::move(begun));
  for (const auto& exported : exports) {
    auto external = core_item(frame, exported.item);
    if (!external) return propagate(std::move(external));
    bundle.exports.insert_or_assign(exported.name, *external);
  }
  frame.inst->core_instances.push_back(std::move(bundle));
  return {};
}

Result<void> Instantiator::instantiate_core(Frame& frame, const syntax::CoreInstantiate& it) {
  ComponentInstance& inst = *frame.inst;
  auto module = at(inst.core_modules, it.module, "core module");
  if (!module) return propagate(std::move(module));
  std::map<std::string_view, std::uint32_t> arguments;
  for (const auto& argument : it.arguments) {
    if (argument.instance >= inst.core_instances.size()) {
      return invalid_component("unknown core instance " + std::to_string(argument.instance));
    }
    arguments.insert_or_assign(argument.name, argument.instance);
  }
  std::vector<runtime::External> imports;
  for (const decoder::Import& import : (*module)->tree.imports) {
    const auto argument = arguments.find(import.module);
    runtime::External external{.kind = decoder::ExternKind::function, .function = nullptr};
    if (argument == arguments.end() ||
        !inst.core_instances[argument->second].find(import.name, external)) {
      return fail(ErrorKind::unlinkable, "unknown import: core module needs `" + import.module +
                                             "` `" + import.name + "`");
    }
    imports.push_back(external);
  }
  // A start function runs on a thread of its own.
  Store::Contents& contents = store_.contents();
  Thread thread;
  const Scoped current(contents.current_thread, &thread);
  auto made = store_.core().instantiate(*std::move(module), imports, inst.path);
  if (!made) return propagate(std::move(made));
  CoreInstanceValue value;
  value.instance = *made;
  inst.core_instances.push_back(std::move(value));
  return {};
}

Result<runtime::External> Instantiator::core_item(Frame& frame, const syntax::SortIndex& index) {
  const ComponentInstance& inst = *frame.inst;
  const auto find = [&](const auto& space) -> Result<runtime::External> {
    auto found = at(space, index.index, to_string(index.sort));
    if (!found) return propagate(std::move(found));
    return runtime::External::of(*found);
  };
  switch (index.sort) {
    case Sort::core_function:
      return find(inst.core_functions);
    case Sort::core_table:
      return find(inst.core_tables);
    case Sort::core_memory:
      return find(inst.core_memories);
    case Sort::core_global:
      return find(inst.core_globals);
    case Sort::core_tag:
      return find(inst.core_tags);
    default:
      break;
  }
  return invalid_component("a core instance cannot export a " + std::string(to_string(index.sort)));
}

// --- Components, instances, types ----------------------------------------------------------------

Result<void> Instantiator::define(Frame& frame, const syntax::NestedComponent& it) {
  const ComponentValue& own = frame.inst->definition;
  if (it.component >= own.component->definition().tree->components.size()) {
    return invalid_component("unknown nested component");
  }
  frame.inst->components.push_back({own.component, it.component, frame.inst});
  return {};
}

Result<void> Instantiator::define(Frame& frame, const syntax::Instance& it) {
  if (const auto* instantiate = std::get_if<syntax::Instantiate>(&it.body)) {
    auto component = at(frame.inst->components, instantiate->component, "component");
    if (!component) return propagate(std::move(component));
    Arguments arguments;
    for (const auto& argument : instantiate->arguments) {
      auto value = item(frame, argument.item);
      if (!value) return propagate(std::move(value));
      arguments.insert_or_assign(argument.name, *std::move(value));
    }
    const std::size_t index = frame.inst->scope.instances.size();
    const auto& names = frame.facts->instance_names;
    const std::string name = index < names.size() ? names[index] : std::to_string(index);
    ComponentInstance* parent = frame.inst;
    return push(*std::move(component), parent, std::move(arguments),
                child_path(parent->path, name));
  }
  auto bundle = std::make_shared<InstanceValue>();
  const auto& exports = std::get<std::vector<syntax::InlineExport>>(it.body);
  if (auto begun = begin_definitions(store_, exports.size()); !begun)
    return propagate(std::move(begun));
  for (const auto& exported : exports) {
    auto value = item(frame, exported.item);
    if (!value) return propagate(std::move(value));
    bundle->add(exported.name.name, *std::move(value));
  }
  frame.inst->scope.instances.push_back(std::move(bundle));
  return {};
}

Result<void> Instantiator::define(Frame& frame, const syntax::Type& it) {
  ComponentInstance& inst = *frame.inst;
  if (const auto* resource = std::get_if<syntax::ResourceType>(&it.body)) {
    ResourceType& made = store_.contents().composition->resources.emplace_back();
    made.impl = &inst;
    if (resource->destructor) {
      auto destructor = at(inst.core_functions, *resource->destructor, "core function");
      if (!destructor) return propagate(std::move(destructor));
      if ((*destructor)->parameter_slots != 1 || (*destructor)->result_slots != 0) {
        return invalid_component("wrong type of destructor");
      }
      made.dtor = *destructor;
    }
    const auto index = static_cast<std::uint32_t>(inst.scope.types.size());
    made.name = frame.syntax->names.find(Sort::type, index);
    inst.scope.types.push_back(TypeEntry(static_cast<const ResourceType*>(&made)));
    return {};
  }
  auto entry = types_.define(inst.scope, it);
  if (!entry) return propagate(std::move(entry));
  inst.scope.types.push_back(*std::move(entry));
  return {};
}

// --- Aliases -------------------------------------------------------------------------------------

Result<void> Instantiator::define(Frame& frame, const syntax::Alias& it) {
  if (const auto* outer = std::get_if<syntax::OuterAlias>(&it.target)) {
    return alias_outer(frame, it.sort, *outer);
  }
  const auto& exported = std::get<syntax::ExportAlias>(it.target);
  return exported.is_core ? alias_core_export(frame, it.sort, exported)
                          : alias_export(frame, it.sort, exported);
}

Result<void> Instantiator::alias_export(Frame& frame, Sort sort, const syntax::ExportAlias& alias) {
  auto instance = at(frame.inst->scope.instances, alias.instance, "instance");
  if (!instance) return propagate(std::move(instance));
  const ExternValue* value = (*instance)->find(alias.name);
  if (!value) {
    return invalid_component("instance " + std::to_string(alias.instance) +
                             " has no export named `" + alias.name + "`");
  }
  return append(frame, sort, *value, alias.name);
}

Result<void> Instantiator::alias_core_export(Frame& frame, Sort sort,
                                             const syntax::ExportAlias& alias) {
  ComponentInstance& inst = *frame.inst;
  if (alias.instance >= inst.core_instances.size()) {
    return invalid_component("unknown core instance " + std::to_string(alias.instance));
  }
  runtime::External external{.kind = decoder::ExternKind::function, .function = nullptr};
  if (!inst.core_instances[alias.instance].find(alias.name, external)) {
    return invalid_component("core instance " + std::to_string(alias.instance) +
                             " has no export named `" + alias.name + "`");
  }
  using decoder::ExternKind;
  if (sort == Sort::core_function && external.kind == ExternKind::function) {
    inst.core_functions.push_back(external.function);
  } else if (sort == Sort::core_table && external.kind == ExternKind::table) {
    inst.core_tables.push_back(external.table);
  } else if (sort == Sort::core_memory && external.kind == ExternKind::memory) {
    inst.core_memories.push_back(external.memory);
  } else if (sort == Sort::core_global && external.kind == ExternKind::global) {
    inst.core_globals.push_back(external.global);
  } else if (sort == Sort::core_tag && external.kind == ExternKind::tag) {
    inst.core_tags.push_back(external.tag);
  } else {
    return invalid_component("export `" + alias.name + "` for core instance " +
                             std::to_string(alias.instance) + " is not a " +
                             std::string(to_string(sort)));
  }
  return {};
}

Result<void> Instantiator::alias_outer(Frame& frame, Sort sort, const syntax::OuterAlias& alias) {
  ComponentInstance& inst = *frame.inst;
  if (sort == Sort::core_type) return {};
  if (sort == Sort::type) {
    auto entry = types_.lookup_outer(inst.scope, alias);
    if (!entry) return propagate(std::move(entry));
    inst.scope.types.push_back(*std::move(entry));
    return {};
  }
  const ComponentInstance* outer = &inst;
  for (std::uint32_t i = 0; i < alias.count && outer; ++i) outer = outer->definition.outer;
  if (!outer) {
    return invalid_component("invalid outer alias count of " + std::to_string(alias.count));
  }
  if (sort == Sort::core_module) {
    auto module = at(outer->core_modules, alias.index, "core module");
    if (!module) return propagate(std::move(module));
    inst.core_modules.push_back(*std::move(module));
    return {};
  }
  if (sort == Sort::component) {
    auto component = at(outer->components, alias.index, "component");
    if (!component) return propagate(std::move(component));
    inst.components.push_back(*std::move(component));
    return {};
  }
  return invalid_component("no outer alias of a " + std::string(to_string(sort)));
}

// --- Imports and exports -------------------------------------------------------------------------

Result<void> Instantiator::define(Frame& frame, const syntax::Import& it) {
  const std::string& name = it.name.name;
  if (frames_.size() == 1) {
    auto value = import_from_linker(frame, it);
    if (!value) return propagate(std::move(value));
    return append(frame, it.type.sort, *value, name);
  }
  const auto argument = frame.arguments.find(name);
  if (argument == frame.arguments.end()) {
    return fail(ErrorKind::unlinkable, "missing import named `" + name + "`");
  }
  return append(frame, it.type.sort, argument->second, name);
}

Result<ExternValue> Instantiator::import_from_linker(Frame& frame, const syntax::Import& it) {
  const std::string& name = it.name.name;
  const TypeScope& scope = frame.inst->scope;
  const auto root = linker_.shared_root();
  switch (it.type.sort) {
    case Sort::instance: {
      auto type = types_.lookup(scope, it.type.index);
      if (!type) return propagate(std::move(type));
      const auto* declared = std::get_if<DeclaredType>(&*type);
      if (!declared) return invalid_component("type of import `" + name + "` is not an instance");
      return import_instance(name, *declared);
    }
    case Sort::function: {
      auto signature = types_.function_type(scope, it.type.index);
      if (!signature) return propagate(std::move(signature));
      auto function = imports_.function(*signature, *root, name);
      if (!function) return propagate(std::move(function));
      store_.contents().composition->hosts.push_back(root);
      return ExternValue(*function);
    }
    case Sort::type: {
      if (it.type.bound == syntax::TypeBound::equal) {
        auto entry = types_.lookup(scope, it.type.index);
        if (!entry) return propagate(std::move(entry));
        return ExternValue(*std::move(entry));
      }
      if (const ResourceType* resource = root->find_resource(name)) {
        store_.contents().composition->hosts.push_back(root);
        return ExternValue(TypeEntry(resource));
      }
      break;
    }
    default:
      break;
  }
  return fail(ErrorKind::unlinkable, "unknown import: nothing provides the " +
                                         std::string(to_string(it.type.sort)) + " `" + name + "`");
}

Result<ExternValue> Instantiator::import_instance(const std::string& name,
                                                  const DeclaredType& type) {
  // An interface that has only types needs no supplier.
  static const HostInstance nobody;
  const ComponentInstance* component = linker_.find_component(name);
  const std::shared_ptr<HostInstance> host = component ? nullptr : linker_.find_instance(name);
  const Supplier supplier =
      component ? Supplier(component->exports.get()) : Supplier(host ? host.get() : &nobody);
  if (host) store_.contents().composition->hosts.push_back(host);
  auto instance = imports_.instance(type, supplier, name);
  if (!instance && !component && !host && instance.error().kind == ErrorKind::unlinkable) {
    return std::unexpected(linker_.missing_instance(name));
  }
  if (!instance) return propagate(std::move(instance));
  return ExternValue(*std::move(instance));
}

Result<void> Instantiator::define(Frame& frame, const syntax::Export& it) {
  auto value = item(frame, it.item);
  if (!value) return propagate(std::move(value));
  if (const auto* type = std::get_if<TypeEntry>(&*value)) {
    if (const auto* resource = std::get_if<const ResourceType*>(type);
        resource && (*resource)->name.empty()) {
      const_cast<ResourceType*>(*resource)->name = it.name.name;
    }
  }
  frame.inst->exports->add(it.name.name, *value);
  return append(frame, it.item.sort, *value, it.name.name);
}

Result<void> Instantiator::define(Frame&, const syntax::Start&) {
  return fail(ErrorKind::unsupported, "component start functions are not supported");
}

Result<void> Instantiator::define(Frame&, const syntax::Value&) {
  return fail(ErrorKind::unsupported, "component value definitions are not supported");
}

Result<ExternValue> Instantiator::item(Frame& frame, const syntax::SortIndex& index) {
  const ComponentInstance& inst = *frame.inst;
  const auto find = [&](const auto& space) -> Result<ExternValue> {
    auto found = at(space, index.index, to_string(index.sort));
    if (!found) return propagate(std::move(found));
    return ExternValue(*std::move(found));
  };
  switch (index.sort) {
    case Sort::core_module:
      return find(inst.core_modules);
    case Sort::function:
      return find(inst.functions);
    case Sort::type:
      return find(inst.scope.types);
    case Sort::component:
      return find(inst.components);
    case Sort::instance:
      return find(inst.scope.instances);
    default:
      break;
  }
  return fail(ErrorKind::unsupported,
              "a " + std::string(to_string(index.sort)) + " cannot be passed or exported");
}

Result<void> Instantiator::append(Frame& frame, Sort sort, const ExternValue& value,
                                  std::string_view name) {
  ComponentInstance& inst = *frame.inst;
  const auto add = [&](auto& space) -> Result<void> {
    using Entry = typename std::remove_reference_t<decltype(space)>::value_type;
    const auto* entry = std::get_if<Entry>(&value);
    if (!entry) {
      return fail(ErrorKind::unlinkable, "incompatible import type: `" + std::string(name) +
                                             "` is not a " + std::string(to_string(sort)));
    }
    space.push_back(*entry);
    return {};
  };
  switch (sort) {
    case Sort::core_module:
      return add(inst.core_modules);
    case Sort::function:
      return add(inst.functions);
    case Sort::type:
      return add(inst.scope.types);
    case Sort::component:
      return add(inst.components);
    case Sort::instance:
      return add(inst.scope.instances);
    default:
      break;
  }
  return fail(ErrorKind::unsupported, "a " + std::string(to_string(sort)) + " cannot be imported");
}

// --- The store's side ----------------------------------------------------------------------------

Result<ComponentInstance*> Store::instantiate(std::shared_ptr<const Component> component,
                                              const Linker& linker, std::string path) {
  return Instantiator(*this, linker).run(std::move(component), std::move(path));
}

}  // namespace airlock::canonical_abi
