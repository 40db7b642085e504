#include "cli/run/imports.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "cli/run/toolchains.hpp"
#include "runtime/store.hpp"

namespace airlock::cli {
namespace {

using runtime::External;

/// The substitute for a function that nothing defines.
class MissingFunction final : public runtime::NativeFunction {
 public:
  MissingFunction(std::string name, const decoder::FunctionType& type, UnknownImports how)
      : name_(std::move(name)) {
    for (const auto& result : type.results) {
      slots_ += runtime::slot_count(result);
      if (!result.is_defaultable()) has_zeros_ = false;
    }
    if (how != UnknownImports::zero) has_zeros_ = false;
  }

  runtime::Outcome call(runtime::NativeCall& call) override {
    if (!has_zeros_)
      return call.trapped(
          runtime::Trap(runtime::TrapCode::host, "call of the unknown import " + name_));
    for (std::size_t i = 0; i < slots_; ++i) call.slots[i] = {};
    return call.returned();
  }

 private:
  std::string name_;
  std::size_t slots_ = 0;
  bool has_zeros_ = true;
};

template <typename Entity>
std::optional<External> made(const Result<Entity*>& entity) {
  if (!entity) return std::nullopt;
  return External::of(*entity);
}

/// The substitute for an import; nothing if there can be none.
struct StandIn {
  runtime::Store& store;
  const runtime::CompiledModule& module;
  const decoder::Import& import;
  UnknownImports how;

  std::optional<External> operator()(const decoder::FunctionImport& wanted) const {
    const auto type = module.type_ids[wanted.type];
    const auto& function = store.engine().types().get(type).type.composite.function;
    auto native = std::make_unique<MissingFunction>('`' + import.module + "` `" + import.name + '`',
                                                    function, how);
    return External::of(store.make_function(type, std::move(native)));
  }
  std::optional<External> operator()(decoder::TableType wanted) const {
    wanted.element = runtime::canonical(wanted.element, module.type_ids);
    if (how != UnknownImports::zero || !wanted.element.is_defaultable()) return std::nullopt;
    return made(store.make_table(wanted, {}));
  }
  std::optional<External> operator()(const decoder::MemoryType& wanted) const {
    if (how != UnknownImports::zero) return std::nullopt;
    return made(store.make_memory(wanted));
  }
  std::optional<External> operator()(decoder::GlobalType wanted) const {
    wanted.value = runtime::canonical(wanted.value, module.type_ids);
    if (how != UnknownImports::zero || !wanted.value.is_defaultable()) return std::nullopt;
    return External::of(store.make_global(wanted, {}));
  }
  std::optional<External> operator()(const decoder::TagType& wanted) const {
    return External::of(store.make_tag(module.type_ids[wanted.type]));
  }
};

/// Calls what a module wants to be called before anything else (a reactor of WASI).
Result<void> initialize(runtime::Store& store, runtime::Instance& instance, runtime::Trap& trap) {
  runtime::External external;
  if (!instance.find_export("_initialize", external) ||
      external.kind != decoder::ExternKind::function)
    return {};
  auto results = store.call(*external.function, {}, &trap);
  if (!results) return propagate(std::move(results));
  return {};
}

Result<void> preload(const Preload& wanted, const Guest& guest, runtime::Linker& linker,
                     runtime::Trap& trap) {
  const auto input = read_input(wanted.file, guest.engine.limits());
  if (!input) return fail(ErrorKind::argument, "--preload: " + input.error());
  if (input->is_component)
    return fail(ErrorKind::argument,
                "--preload: " + input->name + " is a component, and only modules can be preloaded");
  const auto explain = [&](const Error& error) -> std::unexpected<Error> {
    if (trap.code != runtime::TrapCode::none || error.kind == ErrorKind::exit)
      return std::unexpected(error);
    const auto text = input->describe(error);
    const auto end = std::min(text.find('\n'), text.size());
    return std::unexpected(Error{.kind = ErrorKind::argument,
                                 .message = "--preload: " + text.substr(0, end),
                                 .notes = text.substr(std::min(end + 1, text.size()))});
  };
  const auto module = guest.engine.compile(input->binary);
  if (!module) return explain(module.error());
  const auto instance = instantiate(*module, linker, trap);
  if (!instance) return explain(instance.error());
  linker.define_instance(wanted.name, **instance);
  return {};
}

}  // namespace

Result<void> preload(const Guest& guest, runtime::Linker& linker, runtime::Trap& trap) {
  for (const auto& wanted : guest.options.preloads)
    if (auto done = preload(wanted, guest, linker, trap); !done) return done;
  return {};
}

void stand_in_for_unknown_imports(const Guest& guest, runtime::Linker& linker) {
  const auto how = guest.options.unknown_imports;
  if (how == UnknownImports::refuse) return;
  linker.set_fallback([&store = linker.store(), how](const runtime::CompiledModule& module,
                                                     const decoder::Import& import) {
    return std::visit(StandIn{store, module, import, how}, import.type);
  });
}

Result<runtime::Instance*> instantiate(const std::shared_ptr<const runtime::CompiledModule>& module,
                                       runtime::Linker& linker, runtime::Trap& trap) {
  auto instance = linker.instantiate(module, module->tree.names.module, &trap);
  if (instance) {
    if (auto done = initialize(linker.store(), **instance, trap); !done)
      return propagate(std::move(done));
    return instance;
  }
  std::vector<const decoder::Import*> unknown;
  for (const auto& import : module->tree.imports)
    if (!linker.find(import.module, import.name)) unknown.push_back(&import);
  if (instance.error().kind != ErrorKind::unlinkable || unknown.empty()) return instance;
  auto error = std::move(instance).error();
  if (const auto advice = advice_on_imports(unknown, module->tree); !advice.empty())
    error.notes += (error.notes.empty() ? "" : "\n") + advice;
  return std::unexpected(std::move(error));
}

}  // namespace airlock::cli
