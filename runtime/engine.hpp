// The engine: configuration, canonical types, and modules compiled once for all stores.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "decoder/error.hpp"
#include "decoder/limits.hpp"
#include "decoder/module.hpp"
#include "decoder/reader.hpp"
#include "runtime/executor.hpp"
#include "runtime/type_registry.hpp"

namespace airlock::runtime {

/// How accesses beyond the end of a memory are detected.
enum class BoundsChecks : std::uint8_t {
  guard_pages,  ///< 32-bit memories reserve their whole address range; the hardware checks, where
                ///< the executor supports it
  in_code,      ///< every access compares; memories are dense
};

struct EngineConfiguration {
  BoundsChecks bounds_checks = BoundsChecks::in_code;
  bool lazy_translation = true;  ///< bodies are validated at once, but translated when first called
  /// Whether running consumes `Store::fuel`; what for is said in fuel.hpp. Costs nothing when off.
  bool metered = false;
  /// Whether runs end at deadlines and interrupts (`Store::interruption`). Costs nothing when off.
  bool interruptible = false;
  /// How long each run from the host may take if its store has no deadline; only if interruptible.
  std::optional<std::chrono::nanoseconds> longest_run{};
  /// Collects garbage at every allocation: to find references that the collector does not see.
  bool collect_always = false;
  Limits limits{};
};

class InitialMemory;  // initial_memory.hpp

/// A module ready to be instantiated any number of times, by any number of stores and OS threads.
struct CompiledModule {
  CompiledModule();
  ~CompiledModule();
  CompiledModule(const CompiledModule&) = delete;
  CompiledModule& operator=(const CompiledModule&) = delete;

  decoder::Module tree;
  std::vector<TypeId> type_ids;  ///< canonical type of every type index
  bool has_heap_types = false;   ///< some of them are structures or arrays
  std::unique_ptr<ModuleCode> code;
  std::unordered_map<std::string_view, std::uint32_t> exports;  ///< name to place in `tree.exports`
  /// The memories' contents after the active data segments; null if instances do not share them.
  std::unique_ptr<InitialMemory> initial_memory;
};

/// Shared by stores; safe to use from several OS threads.
class Engine {
 public:
  Engine(std::unique_ptr<Executor> executor, EngineConfiguration configuration);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Decodes, validates and translates. `offset` and `size` delimit the module in `binary`.
  [[nodiscard]] Result<std::shared_ptr<const CompiledModule>> compile(decoder::SharedBytes binary,
                                                                      std::size_t offset,
                                                                      std::size_t size);
  [[nodiscard]] Result<std::shared_ptr<const CompiledModule>> compile(decoder::SharedBytes binary);

  [[nodiscard]] const Executor& executor() const { return *executor_; }
  [[nodiscard]] TypeRegistry& types() { return types_; }
  [[nodiscard]] const EngineConfiguration& configuration() const { return configuration_; }
  [[nodiscard]] const Limits& limits() const { return configuration_.limits; }

 private:
  std::unique_ptr<Executor> executor_;
  EngineConfiguration configuration_;
  TypeRegistry types_;
};

}  // namespace airlock::runtime
