#include "runtime/engine.hpp"

#include <algorithm>

#include "runtime/initial_memory.hpp"

namespace airlock::runtime {

CompiledModule::CompiledModule() = default;
CompiledModule::~CompiledModule() = default;

Engine::Engine(std::unique_ptr<Executor> executor, EngineConfiguration configuration)
    : executor_(std::move(executor)), configuration_(configuration) {
  if (!executor_->supports_guard_pages()) configuration_.bounds_checks = BoundsChecks::in_code;
}

Engine::~Engine() = default;

Result<std::shared_ptr<const CompiledModule>> Engine::compile(decoder::SharedBytes binary) {
  const auto size = binary->size();
  return compile(std::move(binary), 0, size);
}

Result<std::shared_ptr<const CompiledModule>> Engine::compile(decoder::SharedBytes binary,
                                                              std::size_t offset,
                                                              std::size_t size) {
  auto tree = decoder::read_module(std::move(binary), offset, size, limits());
  if (!tree) return propagate(std::move(tree));

  auto module = std::make_shared<CompiledModule>();
  module->tree = *std::move(tree);
  auto context = validator::validate_module_environment(module->tree, limits());
  if (!context) return propagate(std::move(context));
  // Only after validation, so that a refused module leaves no types in the registry.
  module->type_ids = types_.intern(module->tree);
  module->has_heap_types = std::ranges::any_of(module->tree.types, [](const auto& type) {
    return type.composite.kind != decoder::CompositeKind::function;
  });
  auto code = executor_->compile(*module, *std::move(context), types_, configuration_);
  if (!code) return propagate(std::move(code));
  module->code = *std::move(code);

  const auto& exports = module->tree.exports;
  module->exports.reserve(exports.size());
  for (std::uint32_t i = 0; i < exports.size(); ++i) module->exports.emplace(exports[i].name, i);
  module->initial_memory = std::make_unique<InitialMemory>(module->tree);
  return module;
}

}  // namespace airlock::runtime
