#include "spec-tests/robustness/exercise.hpp"

#include <algorithm>
#include <memory>
#include <vector>

#include "canonical-abi/component.hpp"
#include "decoder/reader.hpp"
#include "interpreter/executor.hpp"
#include "runtime/linker.hpp"
#include "runtime/store.hpp"

namespace airlock::spec_tests {
namespace {

constexpr std::uint64_t fuel = 200'000;
constexpr std::size_t most_exports = 20;

/// A host function that returns zeros.
class Zeros : public runtime::NativeFunction {
 public:
  explicit Zeros(std::size_t results) : results_(results) {}
  runtime::Outcome call(runtime::NativeCall& call) override {
    std::fill_n(call.slots, results_, runtime::Slot{});
    return call.returned();
  }

 private:
  std::size_t results_;
};

/// A definition of the type that an import asks for; none if only a real host could provide it.
std::optional<runtime::External> provide(runtime::Store& store,
                                         const runtime::CompiledModule& module,
                                         const decoder::Import& import) {
  runtime::External external;
  external.kind = import.kind();
  if (const auto* function = std::get_if<decoder::FunctionImport>(&import.type)) {
    const auto& type = module.tree.types[function->type].composite.function;
    const auto is_plain = [](const decoder::ValueType& value) {
      return !value.is_reference() || value.heap.kind != decoder::HeapKind::indexed;
    };
    if (!std::ranges::all_of(type.parameters, is_plain) ||
        !std::ranges::all_of(type.results, is_plain))
      return std::nullopt;
    external.function = store.make_function(type, std::make_unique<Zeros>(2 * type.results.size()));
    return external;
  }
  if (const auto* memory = std::get_if<decoder::MemoryType>(&import.type)) {
    const auto made = store.make_memory(*memory);
    if (!made) return std::nullopt;
    external.memory = *made;
    return external;
  }
  if (const auto* table = std::get_if<decoder::TableType>(&import.type)) {
    const auto made = store.make_table(*table, {});
    if (!made) return std::nullopt;
    external.table = *made;
    return external;
  }
  if (const auto* global = std::get_if<decoder::GlobalType>(&import.type)) {
    external.global = store.make_global(*global, {});
    return external;
  }
  return std::nullopt;
}

std::optional<Error> run_module(runtime::Engine& engine, const decoder::SharedBytes& binary) {
  const auto module = engine.compile(binary);
  if (!module) return module.error();
  runtime::Store store(engine);
  store.fuel = fuel;
  runtime::Linker linker(store);
  linker.set_fallback(
      [&](const auto& wanting, const auto& import) { return provide(store, wanting, import); });
  const auto instance = linker.instantiate(*module);
  if (!instance) return instance.error();
  std::optional<Error> first;
  std::size_t called = 0;
  for (const auto& item : (*module)->tree.exports) {
    if (item.kind != decoder::ExternKind::function || ++called > most_exports) continue;
    std::vector<runtime::Value> arguments;
    for (const auto& parameter : (*module)->tree.function_type(item.index).parameters)
      arguments.push_back({.type = parameter});
    store.fuel = fuel;
    const auto results = store.call(*(*instance)->function(item.index), arguments);
    if (!results && !first) first = results.error();
  }
  return first;
}

std::optional<Error> run_component(runtime::Engine& engine, const decoder::SharedBytes& binary) {
  const auto component = canonical_abi::Component::compile(engine, binary);
  if (!component) return component.error();
  runtime::Store core(engine);
  core.fuel = fuel;
  canonical_abi::Store store(core);
  const auto instance = store.instantiate(*component, canonical_abi::Linker());
  if (!instance) return instance.error();
  std::optional<Error> first;
  std::size_t called = 0;
  for (const auto& function : canonical_abi::exported_functions(**instance)) {
    if (!function.type.parameters.empty() || ++called > most_exports) continue;
    core.fuel = fuel;
    const auto result = canonical_abi::call(store, function, {});
    if (!result && !first) first = result.error();
  }
  return first;
}

}  // namespace

Limits exercise_limits() {
  Limits limits;
  limits.features.custom_descriptors = true;
  limits.features.compact_imports = true;
  limits.memory_bytes = std::uint64_t{32} << 20;
  limits.heap_bytes = std::uint64_t{32} << 20;
  limits.table_elements = 100'000;
  limits.stack_bytes = std::size_t{1} << 20;
  limits.instances = 1'000;
  limits.host_value_bytes = std::uint64_t{1} << 20;
  return limits;
}

std::optional<Error> exercise(std::span<const std::byte> binary) {
  const auto bytes = std::make_shared<const std::vector<std::byte>>(binary.begin(), binary.end());
  runtime::EngineConfiguration configuration;
  configuration.metered = true;
  configuration.limits = exercise_limits();
  runtime::Engine engine(interpreter::make_executor(), configuration);
  return decoder::detect(binary) == decoder::FileKind::component_binary
             ? run_component(engine, bytes)
             : run_module(engine, bytes);
}

}  // namespace airlock::spec_tests
