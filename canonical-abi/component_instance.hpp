// Component instances at run time, and what a component's index spaces hold
// (Canonical ABI: Component Instances, Tasks, Canonical ABI Options).
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "canonical-abi/component.hpp"
#include "canonical-abi/handle_log.hpp"
#include "canonical-abi/handle_table.hpp"
#include "canonical-abi/host.hpp"
#include "canonical-abi/layout.hpp"
#include "canonical-abi/types.hpp"
#include "decoder/component/component.hpp"
#include "runtime/function.hpp"
#include "runtime/instance.hpp"
#include "runtime/memory.hpp"
#include "runtime/slot.hpp"
#include "runtime/stack.hpp"
#include "runtime/store.hpp"

namespace airlock::canonical_abi {

// --- Function types, options, functions ---------------------------------------------------------

/// A function type with the layouts of its parameter list and of its result. Owned by the store.
struct Signature {
  FunctionType type;
  std::vector<Field> results;                 ///< none or one
  std::array<TupleLayout, 2> parameters;      ///< for 32-bit and for 64-bit memories
  std::array<TupleLayout, 2> result_layouts;  ///< likewise
  /// By the callee's memory: whether all parameters must be lifted before the first is lowered. It
  /// is so if lifting one may trap after `realloc` was called for an earlier one.
  std::array<bool, 2> must_lift_first{};
  bool contains_borrow = false;  ///< among the parameters
};

enum class StringEncoding : std::uint8_t { utf8, utf16, latin1_utf16 };

/// `CanonicalOptions`.
struct CanonicalOptions {
  StringEncoding string_encoding = StringEncoding::utf8;
  runtime::Memory* memory = nullptr;
  runtime::Function* realloc = nullptr;
  runtime::Function* post_return = nullptr;
  runtime::Function* callback = nullptr;
  bool is_async = false;
  bool memory64 = false;
};

/// A component-level function: a lifted core function, or one of the host.
struct FuncInst {
  const Signature* signature = nullptr;
  // Lifted:
  ComponentInstance* inst = nullptr;  ///< null for a host function
  runtime::Function* callee = nullptr;
  CanonicalOptions opts;
  // Of the host:
  const HostInstance::Function* host = nullptr;
  std::string name;  ///< for messages
};

// --- What index spaces hold ----------------------------------------------------------------------

struct TypeScope;

/// An instance type that an import declares: its declarators, and the scope their indices refer to.
/// (Null for a component type: after validation it is not needed any more.)
struct DeclaredType {
  const decoder::component::InstanceType* instance = nullptr;
  const TypeScope* scope = nullptr;
};

/// A type with all that it refers to. The empty alternative is a type that is never looked at.
using TypeEntry =
    std::variant<std::monostate, Type, const ResourceType*, const Signature*, DeclaredType>;

struct InstanceValue;

/// A component with the instance in whose definitions it was found: what `alias outer` refers to.
struct ComponentValue {
  std::shared_ptr<const Component> component;
  std::uint32_t index = 0;  ///< among the components of the tree
  ComponentInstance* outer = nullptr;
};

using ModuleValue = std::shared_ptr<const runtime::CompiledModule>;

/// Anything that can be imported or exported.
using ExternValue = std::variant<std::monostate, const FuncInst*, TypeEntry,
                                 std::shared_ptr<InstanceValue>, ComponentValue, ModuleValue>;

/// A component-level instance: a bundle of definitions by name.
struct InstanceValue {
  std::map<std::string, ExternValue, std::less<>> exports;
  std::vector<std::string> order;  ///< names in the order of their definition

  void add(const std::string& name, ExternValue value);
  [[nodiscard]] const ExternValue* find(std::string_view name) const;
};

/// A core instance: a module's, or a bundle of core definitions.
struct CoreInstanceValue {
  runtime::Instance* instance = nullptr;
  std::map<std::string, runtime::External, std::less<>> exports;  ///< if there is no `instance`

  [[nodiscard]] bool find(std::string_view name, runtime::External& out) const;
};

/// The index spaces that types are made from: of a component instance, or of a type's declarators.
struct TypeScope {
  const TypeScope* outer = nullptr;
  std::vector<TypeEntry> types;
  std::vector<std::shared_ptr<InstanceValue>> instances;
};

// --- Component instances and calls ---------------------------------------------------------------

/// What `context.get` and `context.set` see (`Thread.storage`). Synchronous tasks have one thread;
/// its continuation is the interpreter's stack.
struct Thread {
  std::uint64_t storage[2] = {};
};

/// A call into a component, seen from inside it (`Task`). States of asynchronous tasks will be
/// added here.
struct Task {
  ComponentInstance* inst = nullptr;
  std::uint32_t num_borrows = 0;
  bool has_run = false;  ///< whether code of the instance has run in it, if only `realloc`
};

/// The same call, seen by the caller (`Subtask`): handles lent for its duration.
struct Subtask {
  ComponentInstance* inst = nullptr;
  std::vector<std::uint32_t> lenders;  ///< numbers in the caller's table

  void add_lender(std::uint32_t index, Handle& handle) {
    handle.num_lends += 1;
    lenders.push_back(index);
  }
  void deliver_resolve();
};

/// An instance of a component: the state of the Canonical ABI, and the index spaces that its
/// definitions fill during instantiation.
class ComponentInstance {
 public:
  ComponentInstance(Store& in_store, ComponentInstance* its_parent, std::string its_path,
                    std::uint32_t handle_limit)
      : store(in_store),
        parent(its_parent),
        path(std::move(its_path)),
        handles(handle_limit, in_store.core().bookkeeping()) {}

  Store& store;
  ComponentInstance* parent;  ///< null if the host instantiated it
  std::string path;
  HandleTable handles;
  bool may_leave = true;
  /// Set when a task of this instance trapped: nothing may observe its state any more
  /// (Explainer: Component Invariants, "lockdown").
  bool is_poisoned = false;
  std::uint32_t backpressure = 0;

  ComponentValue definition;
  TypeScope scope;  ///< types and instances
  std::vector<runtime::Function*> core_functions;
  std::vector<runtime::Table*> core_tables;
  std::vector<runtime::Memory*> core_memories;
  std::vector<runtime::Global*> core_globals;
  std::vector<runtime::Tag*> core_tags;
  std::vector<ModuleValue> core_modules;
  std::vector<CoreInstanceValue> core_instances;
  std::vector<const FuncInst*> functions;
  std::vector<ComponentValue> components;

  std::shared_ptr<InstanceValue> exports = std::make_shared<InstanceValue>();
  std::vector<ExportedFunction> exported_functions;
};

/// All that belongs to one call across a boundary. Pooled by the store: making a call costs no
/// allocation once the pool is warm.
struct CallRecord {
  Thread thread;
  Thread* outer_thread = nullptr;  ///< the one that was current when the call began
  Task task;
  Subtask subtask;
  HandleLog handles;
  std::uint64_t out_pointer = 0;     ///< where the caller wants results that are not flat
  runtime::Slot flat[flat_limit]{};  ///< arguments for the callee
  std::vector<Value> values;         ///< arguments for the host
  std::optional<Value>* host_result = nullptr;  ///< where the host wants the result
  std::unique_ptr<PendingCall> continuation;    ///< of a pending host call
  CallRecord* next_free = nullptr;
};

/// What one instantiation makes: an instance, those nested in it, and what belongs to them. Given
/// back as one if it fails.
struct Composition {
  explicit Composition(runtime::BookkeepingBudget& budget) : charge(&budget) {}

  runtime::BookkeepingCharge charge;  ///< for all of this but handle tables
  std::deque<Signature> signatures;
  std::deque<FuncInst> functions;
  std::deque<ResourceType> resources;
  std::deque<std::unique_ptr<TypeScope>> scopes;
  std::deque<std::unique_ptr<ComponentInstance>> instances;
  std::vector<std::shared_ptr<const Component>> components;  ///< kept alive
  std::vector<std::shared_ptr<const HostInstance>> hosts;    ///< likewise

  /// A signature for a function type.
  [[nodiscard]] const Signature* signature(FunctionType type);
};

/// What a store keeps for its component instances.
struct Store::Contents {
  explicit Contents(runtime::Store& core) : charge(&core.bookkeeping()), own(core.bookkeeping()) {}

  TypeTable types;
  runtime::BookkeepingCharge charge;  ///< for call records
  Composition own;                    ///< what belongs to no instantiation
  std::list<Composition> compositions;
  Composition* composition = &own;  ///< what is made belongs to it
  std::size_t instance_count = 0;
  Waiter waiter;

  /// The thread that runs. Code that runs without a call, such as a start function, has one as
  /// well.
  Thread initial_thread;
  Thread* current_thread = &initial_thread;

  /// Entry functions that were made for the host, and functions for destructors it runs.
  std::unordered_map<const FuncInst*, runtime::Function*> entries;
  std::unordered_map<const ResourceType*, FuncInst*> destructors;

  std::deque<CallRecord> records;
  CallRecord* free_record = nullptr;

  /// Null, and the trap set, if there is no room for another.
  [[nodiscard]] CallRecord* acquire_record(runtime::Trap& trap);
  void release_record(CallRecord& record);
  /// Makes the record's thread, new and empty, the current one.
  void enter_thread(CallRecord& record) {
    record.thread = {};
    record.outer_thread = current_thread;
    current_thread = &record.thread;
  }
  void leave_thread(const CallRecord& record) { current_thread = record.outer_thread; }
};

/// Before definitions, declarators or inline exports of the component under construction are
/// carried out: charges what they leave in the instance, more or less, and asks whether the run has
/// to end.
[[nodiscard]] Result<void> begin_definitions(Store& store, std::uint64_t count);

}  // namespace airlock::canonical_abi
