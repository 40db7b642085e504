// The store: everything that instances own, and instantiation (specification: Execution, Modules).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "decoder/error.hpp"
#include "runtime/bookkeeping.hpp"
#include "runtime/engine.hpp"
#include "runtime/heap.hpp"
#include "runtime/instance.hpp"
#include "runtime/interruption.hpp"
#include "runtime/native.hpp"
#include "runtime/stack.hpp"

namespace airlock::runtime {

/// Instances, functions and native code that belong together.
struct Compartment;

/// Owns instances, host functions, memories, tables, globals and stacks. Used by one OS thread at a
/// time. Everything lives until the store is destroyed.
class Store {
 public:
  explicit Store(Engine& engine);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  [[nodiscard]] Engine& engine() { return engine_; }

  /// How much may still be done before the trap "out of fuel", in the units of fuel.hpp; only if
  /// the engine is configured to meter.
  std::uint64_t fuel = 0;

  /// Takes fuel for work. False if there is not enough: none is left then, and the run has to end
  /// with `TrapCode::out_of_fuel`. Always true if the engine does not meter.
  [[nodiscard]] bool charge(std::uint64_t units) {
    if (!is_metered_) return true;
    const bool is_enough = units <= fuel;
    fuel = is_enough ? fuel - units : 0;
    return is_enough;
  }

  /// What ends the runs of this store from outside; null unless the engine is interruptible. Other
  /// OS threads may keep it for longer than the store lives.
  [[nodiscard]] const std::shared_ptr<Interruption>& interruption() const { return interruption_; }

  /// Why a run has to end now, a deadline or an interrupt; `none` if it has not.
  [[nodiscard]] TrapCode due() const {
    return interruption_ == nullptr ? TrapCode::none : interruption_->due();
  }

  /// Whether an instance is one of this store. Reads only; looks at all of them.
  [[nodiscard]] bool owns(const Instance* instance) const;
  /// Makes a compartment, to which belongs what is made in this store from now on. What running
  /// code and the host that it calls make in the meantime does not.
  /// @return the one before
  [[nodiscard]] Compartment& begin_compartment();
  /// Ends the latest compartment. Unless it is kept, all that belongs to it is gone and given back;
  /// nothing else may lead to it then.
  void end_compartment(Compartment& before, bool is_kept);

  /// Allocates an instance, runs its initializers and its start function. The failures are those of
  /// the specification: `unlinkable` (with the suite's texts "unknown import", "incompatible import
  /// type"), `trap` for segments out of bounds and a start function that traps. If it fails and
  /// nothing can lead to the instance, all that was taken for it is given back. Otherwise it lives,
  /// and is charged, until the store ends: its functions are in others' tables, for instance.
  /// @param imports one per import of the module, in order
  /// @param path the name of the instance in backtraces; the module's name if empty
  /// @param trap if given, receives the trap if there is one
  [[nodiscard]] Result<Instance*> instantiate(std::shared_ptr<const CompiledModule> module,
                                              std::span<const External> imports,
                                              std::string path = {}, Trap* trap = nullptr);

  /// A function instance around native code. The store keeps `native` if `owned` is given.
  [[nodiscard]] Function* make_function(const decoder::FunctionType& type, NativeFunction& native);
  [[nodiscard]] Function* make_function(const decoder::FunctionType& type,
                                        std::unique_ptr<NativeFunction> native);

  /// The same for a type that is already interned.
  [[nodiscard]] Function* make_function(TypeId type, std::unique_ptr<NativeFunction> native);

  [[nodiscard]] Result<Memory*> make_memory(const decoder::MemoryType& type);
  [[nodiscard]] Result<Table*> make_table(const decoder::TableType& type, Slot initial);
  [[nodiscard]] Global* make_global(const decoder::GlobalType& type, Slot low, Slot high = {});
  /// @param type a function type without results; its parameters are the types of the values in an
  ///   exception
  [[nodiscard]] Tag* make_tag(TypeId type);
  /// @param values `tag.slots` of them
  /// @return null if the limit of the heap is reached
  [[nodiscard]] ExceptionObject* make_exception(const Tag& tag, std::span<const Slot> values);

  /// A stack for a new thread of execution, reused if one is free. Never null, but not usable
  /// (`Stack::is_usable`) if the system has no address range left.
  [[nodiscard]] std::unique_ptr<Stack> acquire_stack();
  void release_stack(std::unique_ptr<Stack> stack);

  /// Waits until the suspended thread of execution on a stack can continue. If it returns false,
  /// the thread is abandoned with the trap, which it may fill in.
  using Waiter = std::move_only_function<bool(Stack& stack, Trap& trap)>;
  void set_waiter(Waiter waiter);

  /// Runs a function from the host on a stack of its own until it ends, and waits whenever it
  /// suspends. Arguments and results are slots, as in `Executor::call`.
  /// @return false if it trapped; `trap` says why
  [[nodiscard]] bool run(Function& function, std::span<const Slot> arguments,
                         std::span<Slot> results, Trap& trap);

  /// Calls a function from the host and runs it to its end; a suspension is handed to the store's
  /// waiter (see `set_waiter`), or is a trap if there is none. Arguments are checked: a wrong
  /// number or type is `ErrorKind::argument`.
  /// @param trap if given, receives the trap if there is one
  [[nodiscard]] Result<std::vector<Value>> call(Function& function,
                                                std::span<const Value> arguments,
                                                Trap* trap = nullptr);

  /// Structures, arrays and exceptions. An object that is not referred to from a stack of this
  /// store, a table, a global or a `Root` does not survive the next collection.
  [[nodiscard]] Heap& heap();

  [[nodiscard]] const std::shared_ptr<MemoryBudget>& memory_budget();
  [[nodiscard]] TableBudget& table_budget();
  [[nodiscard]] BookkeepingBudget& bookkeeping();

 private:
  [[nodiscard]] bool run_to_end(Function& function, std::span<const Slot> arguments,
                                std::span<Slot> results, Trap& trap);
  [[nodiscard]] bool wait(Stack& stack, Trap& why);
  /// Calls the start function, if there is one.
  [[nodiscard]] Result<void> start(Instance& instance, Trap* trap);

  Engine& engine_;
  bool is_metered_;
  std::shared_ptr<Interruption> interruption_;
  std::uint32_t runs_ = 0;  ///< that are under way, one inside of the other
  struct Contents;
  std::unique_ptr<Contents> contents_;
};

/// Whether a definition matches the import of a module (specification: Validation, Matching,
/// External Types).
[[nodiscard]] bool matches_import(TypeRegistry& types, const CompiledModule& module,
                                  const decoder::Import& import, const External& given);

}  // namespace airlock::runtime
