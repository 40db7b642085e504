// What the runtime asks of an execution engine. The interpreter implements this interface; the
// runtime, a lower layer, knows nothing else of it.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "decoder/error.hpp"
#include "decoder/limits.hpp"
#include "decoder/module.hpp"
#include "runtime/function.hpp"
#include "runtime/slot.hpp"
#include "runtime/trap.hpp"
#include "validator/module_validator.hpp"

namespace airlock::runtime {

class Stack;
class Store;
class TypeRegistry;
struct CompiledModule;
struct EngineConfiguration;

/// Translated code of a module: immutable after publication, without a pointer to any instance,
/// shared by all instances and OS threads. The executor derives its own class from it.
class ModuleCode {
 public:
  virtual ~ModuleCode() = default;
  /// The code of a defined function (index without the imported ones). Never null; it may still be
  /// untranslated and translate itself when first entered.
  [[nodiscard]] virtual interpreter::FunctionCode* function(std::uint32_t defined_index) const = 0;
};

enum class RunStatus : std::uint8_t {
  finished,
  trapped,
  suspended,
  refused,  ///< of a nested run: a trap before anything of the function has run
};

class Executor {
 public:
  virtual ~Executor() = default;

  /// Whether it can turn a fault in a guarded memory into a trap. If not, its engine checks in
  /// code.
  [[nodiscard]] virtual bool supports_guard_pages() const { return true; }

  /// Validates all bodies and translates them (or prepares to, when lazy).
  /// `module.tree`, which is valid but for the bodies, and `module.type_ids` are filled in;
  /// `module.code` is what this returns.
  /// @param context what the bodies are checked against
  /// @param types where the types of the module are interned
  [[nodiscard]] virtual Result<std::unique_ptr<ModuleCode>> compile(
      const CompiledModule& module, validator::ModuleContext context, const TypeRegistry& types,
      const EngineConfiguration& configuration) const = 0;

  /// Starts a call of `function` on an idle stack and runs until it finishes, traps or suspends.
  /// @param arguments `function.parameter_slots` slots
  /// @param results `function.result_slots` slots, written if finished
  [[nodiscard]] virtual RunStatus call(Store& store, Stack& stack, Function& function,
                                       std::span<const Slot> arguments, std::span<Slot> results,
                                       Trap& trap) const = 0;

  /// Continues a suspended stack: its innermost boundary is resumed.
  [[nodiscard]] virtual RunStatus resume(Store& store, Stack& stack, std::span<Slot> results,
                                         Trap& trap) const = 0;

  /// Abandons a suspended stack: its boundaries are unwound with `trap`, and it is idle again.
  virtual void abandon(Store& store, Stack& stack, Trap& trap) const = 0;

  /// The one exception to "no native recursion": a nested run on top of a running stack, for
  /// `realloc`, `post-return` and constant-time helpers. Inside it, a call of native code that
  /// would enter a Wasm function or suspend traps instead.
  [[nodiscard]] virtual RunStatus call_nested(Store& store, Stack& stack, Function& function,
                                              std::span<const Slot> arguments,
                                              std::span<Slot> results, Trap& trap) const = 0;
};

}  // namespace airlock::runtime
