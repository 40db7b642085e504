#include "runtime/engine.hpp"

#include "runtime/initial_memory.hpp"

namespace airlock::runtime {

CompiledModule::CompiledModule() = default;
CompiledModule::~CompiledModule() = default;

Engine::Engine(std::unique_ptr<Executor> executor, EngineConfiguration configuration)
    : executor_(std::move(executor)), configuration_(configuration) {}

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
  module->type_ids = types_.intern(module->tree);
  auto code = executor_->compile(*module, configuration_);
  if (!code) return propagate(std::move(code));
  module->code = *std::move(code);

  const auto& exports = module->tree.exports;
  module->exports.reserve(exports.size());
  for (std::uint32_t i = 0; i < exports.size(); ++i) module->exports.emplace(exports[i].name, i);
  module->initial_memory = std::make_unique<InitialMemory>(module->tree);
  return module;
}

}  // namespace airlock::runtime
