// The public API over components.
#include "airlock/component.hpp"

#include "canonical-abi/component.hpp"
#include "canonical-abi/embedding/state.hpp"
#include "decoder/text/parser.hpp"

namespace airlock::component {

struct Component::State {
  Engine engine;
  std::shared_ptr<const canonical_abi::Component> component;
};

struct Linker::State {
  std::weak_ptr<Store::State> store;
  canonical_abi::Linker linker;
};

namespace {

using Compiled = std::shared_ptr<const canonical_abi::Component>;

Result<Compiled> compile_binary(runtime::Engine& engine, std::vector<std::byte> bytes) {
  return canonical_abi::Component::compile(
      engine, std::make_shared<const std::vector<std::byte>>(std::move(bytes)));
}

Result<Compiled> compile_text(runtime::Engine& engine, std::string_view text) {
  auto assembled = decoder::text::assemble(text, engine.limits());
  if (!assembled) return propagate(std::move(assembled));
  if (!assembled->is_component)
    return fail(ErrorKind::argument, "this is a core module, not a component");
  auto compiled = compile_binary(engine, std::move(assembled->binary));
  if (compiled) return compiled;
  return std::unexpected(decoder::text::locate(std::move(compiled).error(), assembled->map, text));
}

std::string readable(std::string_view interface, std::string_view name) {
  return interface.empty() ? std::string(name) : std::string(interface) + "." + std::string(name);
}

}  // namespace

// Components

Result<Component> Component::compile(const Engine& engine, std::span<const std::byte> bytes) {
  auto& inner = engine.state()->engine;
  if (bytes.size() > inner.limits().module_bytes)
    return fail(ErrorKind::limit, "larger than Limits::module_bytes");
  const auto kind = decoder::detect(bytes);
  if (kind == decoder::FileKind::core_binary)
    return fail(ErrorKind::argument, "this is a core module, not a component");
  auto compiled =
      kind == decoder::FileKind::text
          ? compile_text(inner, {reinterpret_cast<const char*>(bytes.data()), bytes.size()})
          : compile_binary(inner, {bytes.begin(), bytes.end()});
  if (!compiled) return propagate(std::move(compiled));
  return Component(std::make_shared<const State>(State{engine, *std::move(compiled)}));
}

Result<Component> Component::compile(const Engine& engine, std::string_view bytes) {
  return compile(engine, std::as_bytes(std::span(bytes)));
}

Result<Component> Component::load(const Engine& engine, const std::filesystem::path& path) {
  auto bytes = read_file(path);
  if (!bytes) return propagate(std::move(bytes));
  return compile(engine, *bytes);
}

std::vector<std::string> Component::imports() const { return state_->component->import_names(); }
std::vector<std::string> Component::exports() const { return state_->component->export_names(); }

// Functions

std::string Function::interface() const { return is_alive() ? entity_->interface : std::string(); }
std::string Function::name() const { return is_alive() ? entity_->name : std::string(); }
const FunctionType* Function::type() const { return is_alive() ? &entity_->type : nullptr; }

Result<std::optional<Value>> Function::call(std::span<const Value> arguments) const {
  const auto state = store_.lock();
  if (!state) return store_is_gone("function");
  runtime::Trap trap;
  auto result = canonical_abi::call(state->components(), *entity_, arguments, &trap);
  if (!result && trap.code != runtime::TrapCode::none) return std::unexpected(state->trapped(trap));
  return result;
}

std::unexpected<Error> Function::wrong_result() const {
  return fail(ErrorKind::argument, "`" + readable(entity_->interface, entity_->name) + "` is `" +
                                       to_string(entity_->type) +
                                       "`: its result is of another type than asked for");
}

// Instances

std::string Instance::path() const {
  return is_alive() ? canonical_abi::path_of(*entity_) : std::string();
}

std::vector<Function> Instance::functions() const {
  std::vector<Function> functions;
  if (!is_alive()) return functions;
  for (const auto& exported : canonical_abi::exported_functions(*entity_))
    functions.emplace_back(store_, &exported);
  return functions;
}

std::optional<Function> Instance::function(std::string_view interface,
                                           std::string_view name) const {
  if (!is_alive()) return std::nullopt;
  const auto* found = canonical_abi::find_export(*entity_, interface, name);
  if (found == nullptr) return std::nullopt;
  return Function(store_, found);
}

std::optional<Function> Instance::function(std::string_view name) const {
  if (auto at_root = function({}, name)) return at_root;
  std::optional<Function> only;
  for (const auto& each : functions()) {
    if (each.name() != name) continue;
    if (only) return std::nullopt;  // ambiguous
    only = each;
  }
  return only;
}

Result<Function> Instance::find(std::string_view interface, std::string_view name) const {
  if (!is_alive()) return store_is_gone("instance");
  auto found = function(interface, name);
  if (!found)
    return fail(ErrorKind::argument, "no function `" + readable(interface, name) + "` is exported");
  return *std::move(found);
}

Result<std::optional<Value>> Instance::call(std::string_view interface, std::string_view name,
                                            std::span<const Value> arguments) const {
  auto found = find(interface, name);
  if (!found) return propagate(std::move(found));
  return found->call(arguments);
}

// Linkers

Linker::Linker(const Store& store) : state_(std::make_shared<State>(State{store.state(), {}})) {}

HostInstance& Linker::instance(std::string_view name) { return state_->linker.instance(name); }
HostInstance& Linker::root() { return state_->linker.root(); }
canonical_abi::Linker& Linker::inner() const { return state_->linker; }

canonical_abi::Store* Linker::inner_store() const {
  const auto store = state_->store.lock();
  return store ? &store->components() : nullptr;
}

void Linker::explain_missing(std::string_view prefix, std::string advice) {
  state_->linker.explain_missing(prefix, std::move(advice));
}

Result<void> Linker::define(std::string_view name, const Instance& instance) {
  const auto store = state_->store.lock();
  if (!store) return store_is_gone("linker");
  if (instance.store().lock() != store)
    return fail(ErrorKind::argument, "the instance belongs to another store");
  state_->linker.define(name, *instance.entity());
  return {};
}

Result<Instance> Linker::instantiate(const Component& component, std::string path) const {
  const auto store = state_->store.lock();
  if (!store) return store_is_gone("linker");
  if (component.state()->engine.state() != store->engine.state())
    return fail(ErrorKind::argument, "the component was compiled by another engine");
  auto instance = store->components().instantiate(component.state()->component, state_->linker,
                                                  std::move(path));
  if (!instance) return propagate(std::move(instance));
  return Instance(store, *instance);
}

Result<void> drop(const Store& store, const Value& own) {
  return store.state()->components().drop(own);
}

}  // namespace airlock::component
