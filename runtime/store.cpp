#include "runtime/store.hpp"

#include <algorithm>
#include <cassert>
#include <deque>
#include <list>
#include <utility>

#include "decoder/plural.hpp"
#include "decoder/scoped.hpp"
#include "runtime/instance_storage.hpp"
#include "runtime/instantiation.hpp"
#include "runtime/semantics/reference.hpp"

namespace airlock::runtime {
namespace {

/// How many stacks are kept for the next call.
constexpr std::size_t pooled_stacks = 16;

/// How deep calls from host functions into stores may nest, each on the same native stack, and how
/// much of that stack they may use together.
constexpr std::uint32_t most_nested_runs = 32;
constexpr std::intptr_t most_native_bytes = std::intptr_t{128} * 1024;

/// Counts the runs in progress on this OS thread, in all stores.
class NativeRun {
 public:
  NativeRun() {
    if (runs++ == 0) outermost = here();
  }
  ~NativeRun() { --runs; }
  NativeRun(const NativeRun&) = delete;
  NativeRun& operator=(const NativeRun&) = delete;

  [[nodiscard]] static bool is_too_deep() {
    return runs > most_nested_runs || outermost - here() > most_native_bytes;
  }

 private:
  /// The current position in the native stack, which grows downwards. Signed, because inlining
  /// decides whose frame this is in.
  static std::intptr_t here() {
    return reinterpret_cast<std::intptr_t>(__builtin_frame_address(0));
  }
  static thread_local std::uint32_t runs;
  static thread_local std::intptr_t outermost;
};

thread_local std::uint32_t NativeRun::runs = 0;
thread_local std::intptr_t NativeRun::outermost = 0;

}  // namespace

/// Members are destroyed from the last to the first: instances before the native functions they may
/// refer to.
struct Compartment {
  std::vector<std::unique_ptr<NativeFunction>> natives;
  std::deque<Function> functions;
  std::vector<std::unique_ptr<Instance>> instances;
};

/// Members are destroyed from the last to the first: everything before the budgets it is charged
/// to.
struct Store::Contents final : RootSource {
  explicit Contents(Engine& engine)
      : heap(engine.types(), {.limit = engine.limits().heap_bytes,
                              .collects_always = engine.configuration().collect_always}) {
    heap.add(*this);
  }

  /// All references from outside of the heap.
  void trace(Marker& marker) override {
    for (const auto& global : globals)
      if (global.type.value.is_reference()) marker.reference(global.own[0].bits);
    for (const auto& table : tables) marker.references(table->elements);
    for (const auto& compartment : compartments)
      for (const auto& instance : compartment.instances) instance->trace(marker);
    for (const Stack* stack = stacks.first(); stack != nullptr; stack = stack->next())
      if (stack->state != Stack::State::idle) marker.words(stack->base(), stack->top);
  }

  StackList stacks;
  Heap heap;
  std::shared_ptr<MemoryBudget> memory_budget = std::make_shared<MemoryBudget>();
  TableBudget table_budget;
  BookkeepingBudget bookkeeping;
  std::deque<Global> globals;
  std::deque<Tag> tags;
  /// Tags of instances that are gone: dead exceptions, which the collector may still look at, name
  /// them.
  std::deque<std::deque<Tag>> retired_tags;
  std::vector<std::unique_ptr<Table>> tables;
  std::vector<std::shared_ptr<Memory>> memories;
  std::list<Compartment> compartments = std::list<Compartment>(1);  ///< the first is nobody's
  Compartment* compartment = &compartments.front();                 ///< what is made belongs to it
  std::size_t instance_count = 0;
  std::vector<std::unique_ptr<Stack>> free_stacks;
  Waiter waiter;

  /// Prepares for the end of an instance that nothing leads to any more.
  void retire(Instance& instance) {
    --instance_count;
    auto& own = instance.storage->own_tags;
    if (own.empty()) return;
    for (Tag& tag : own) tag.instance = nullptr;
    bookkeeping.take_anyway(own.size() * sizeof(Tag));  // they stay
    retired_tags.push_back(std::move(own));
  }

  void remove(Compartment& from, Instance& instance) {
    retire(instance);
    const auto place = std::ranges::find(from.instances.rbegin(), from.instances.rend(), &instance,
                                         &std::unique_ptr<Instance>::get);
    from.instances.erase(std::next(place).base());
  }

  /// Asks the waiter. What it throws ends the wait, as a trap.
  [[nodiscard]] bool wait(Stack& stack, Trap& trap) noexcept {
    try {
      return waiter && waiter(stack, trap);
    } catch (...) {
      trap = trap_of_current_exception();
      return false;
    }
  }
};

Store::Store(Engine& engine)
    : engine_(engine),
      is_metered_(engine.configuration().metered),
      contents_(std::make_unique<Contents>(engine)) {
  if (engine.configuration().interruptible) interruption_ = std::make_shared<Interruption>();
  contents_->memory_budget->limit = engine.limits().memory_bytes;
  contents_->table_budget.limit = engine.limits().store_table_elements;
  contents_->bookkeeping.limit = engine.limits().bookkeeping_bytes;
}

Store::~Store() = default;

Heap& Store::heap() { return contents_->heap; }
const std::shared_ptr<MemoryBudget>& Store::memory_budget() { return contents_->memory_budget; }
TableBudget& Store::table_budget() { return contents_->table_budget; }
BookkeepingBudget& Store::bookkeeping() { return contents_->bookkeeping; }

bool Store::owns(const Instance* instance) const {
  return std::ranges::any_of(contents_->compartments, [&](const Compartment& compartment) {
    return std::ranges::any_of(compartment.instances,
                               [&](const auto& own) { return own.get() == instance; });
  });
}

Result<Instance*> Store::instantiate(std::shared_ptr<const CompiledModule> module,
                                     std::span<const External> imports, std::string path,
                                     Trap* trap) {
  const auto limit = engine_.limits().instances;
  if (contents_->instance_count >= limit)
    return fail(ErrorKind::limit, "the store has reached its limit of " + std::to_string(limit) +
                                      " instances (Limits::instances)");
  auto allocated = allocate_instance(*this, std::move(module), imports, std::move(path));
  if (!allocated) return propagate(std::move(allocated));

  // From here on others may see it: it must belong to the store even if a segment or the start
  // function traps.
  Compartment& owner = *contents_->compartment;
  Instance& instance = *owner.instances.emplace_back(*std::move(allocated));
  ++contents_->instance_count;
  if (auto done = run_active_segments(instance); !done) {
    if (!may_be_known(instance, false)) contents_->remove(owner, instance);
    return propagate(std::move(done));
  }
  if (auto started = start(instance, trap); !started) {
    const bool is_told = trap != nullptr && trap->exception != nullptr;
    if (!is_told && !may_be_known(instance, true)) contents_->remove(owner, instance);
    return propagate(std::move(started));
  }
  return &instance;
}

Result<void> Store::start(Instance& instance, Trap* trap) {
  const auto index = instance.module->tree.start;
  if (!index) return {};
  Function* function = instance.function(*index);
  if (function == nullptr) return fail(ErrorKind::limit, bookkeeping().exhausted_text());
  Trap why;
  if (run(*function, {}, {}, why)) return {};
  auto error = to_error(why);
  if (trap != nullptr) *trap = std::move(why);
  return std::unexpected(std::move(error));
}

Compartment& Store::begin_compartment() {
  return *std::exchange(contents_->compartment, &contents_->compartments.emplace_back());
}

void Store::end_compartment(Compartment& before, bool is_kept) {
  Compartment* const ended = std::exchange(contents_->compartment, &before);
  if (is_kept) return;
  for (auto& instance : ended->instances) contents_->retire(*instance);
  contents_->compartments.remove_if([=](const Compartment& one) { return &one == ended; });
}

Function* Store::make_function(const decoder::FunctionType& type, NativeFunction& native) {
  auto& function = contents_->compartment->functions.emplace_back();
  function.kind = FunctionKind::native;
  function.type = engine_.types().intern(type);
  function.native = &native;
  count_slots(type, function);
  return &function;
}

Function* Store::make_function(const decoder::FunctionType& type,
                               std::unique_ptr<NativeFunction> native) {
  auto& kept = *contents_->compartment->natives.emplace_back(std::move(native));
  return make_function(type, kept);
}

Function* Store::make_function(TypeId type, std::unique_ptr<NativeFunction> native) {
  assert(engine_.types().get(type).type.composite.kind == decoder::CompositeKind::function);
  Compartment& owner = *contents_->compartment;
  auto& function = owner.functions.emplace_back();
  function.kind = FunctionKind::native;
  function.type = type;
  function.native = owner.natives.emplace_back(std::move(native)).get();
  count_slots(engine_.types().get(type).type.composite.function, function);
  return &function;
}

Result<Memory*> Store::make_memory(const decoder::MemoryType& type) {
  auto memory = allocate_memory(*this, type);
  if (!memory) return propagate(std::move(memory));
  return contents_->memories.emplace_back(*std::move(memory)).get();
}

Result<Table*> Store::make_table(const decoder::TableType& type, Slot initial) {
  auto table = allocate_table(*this, type, initial);
  if (!table) return propagate(std::move(table));
  return contents_->tables.emplace_back(*std::move(table)).get();
}

Global* Store::make_global(const decoder::GlobalType& type, Slot low, Slot high) {
  auto& global = contents_->globals.emplace_back();
  global.type = type;
  global.own[0] = low;
  global.own[1] = high;
  global.storage = global.own;
  return &global;
}

Tag* Store::make_tag(TypeId type) {
  assert(engine_.types().get(type).type.composite.function.results.empty());
  const auto& parameters = engine_.types().get(type).type.composite.function.parameters;
  return &contents_->tags.emplace_back(Tag{.type = type, .slots = count_slots(parameters)});
}

ExceptionObject* Store::make_exception(const Tag& tag, std::span<const Slot> values) {
  assert(values.size() == tag.slots);
  // Roots for the values, because allocating the exception may collect.
  struct Values final : RootSource {
    explicit Values(std::span<const Slot> all) : slots(all) {}
    void trace(Marker& marker) override { marker.words(slots.data(), slots.data() + slots.size()); }
    std::span<const Slot> slots;
  } roots(values);
  auto& heap = contents_->heap;
  heap.add(roots);
  auto* exception = heap.allocate_exception(tag, static_cast<std::uint32_t>(values.size()));
  heap.remove(roots);
  if (exception != nullptr) std::ranges::copy(values, exception->slots());
  return exception;
}

std::unique_ptr<Stack> Store::acquire_stack() {
  auto& free = contents_->free_stacks;
  if (free.empty()) {
    auto made = std::make_unique<Stack>(engine_.limits().stack_bytes);
    contents_->stacks.add(*made);
    return made;
  }
  auto stack = std::move(free.back());
  free.pop_back();
  return stack;
}

void Store::release_stack(std::unique_ptr<Stack> stack) {
  auto& free = contents_->free_stacks;
  const bool is_idle = stack->is_usable() && stack->state == Stack::State::idle;
  if (is_idle && free.size() < pooled_stacks) free.push_back(std::move(stack));
}

void Store::set_waiter(Waiter waiter) { contents_->waiter = std::move(waiter); }

namespace {

/// Gives a run that has no deadline the one that the engine has for all.
class OwnDeadline {
 public:
  OwnDeadline(Interruption* interruption, const EngineConfiguration& configuration) {
    if (interruption == nullptr || !configuration.longest_run || interruption->deadline()) return;
    using Clock = Interruption::Clock;
    const auto now = Clock::now();
    // So long a time that the clock cannot tell is no deadline.
    if (*configuration.longest_run >= Clock::time_point::max() - now) return;
    interruption_ = interruption;
    interruption->set_deadline(now + *configuration.longest_run);
  }
  ~OwnDeadline() {
    if (interruption_ != nullptr) interruption_->set_deadline(std::nullopt);
  }
  OwnDeadline(const OwnDeadline&) = delete;
  OwnDeadline& operator=(const OwnDeadline&) = delete;

 private:
  Interruption* interruption_ = nullptr;
};

}  // namespace

bool Store::run(Function& function, std::span<const Slot> arguments, std::span<Slot> results,
                Trap& trap) {
  const OwnDeadline deadline(interruption_.get(), engine_.configuration());
  ++runs_;
  const bool is_finished = run_to_end(function, arguments, results, trap);
  // A run inside of another may be recovered from by the host; the outer one has to end as well.
  if (--runs_ == 0 && !is_finished && trap.code == TrapCode::interrupted &&
      interruption_ != nullptr)
    interruption_->forget_request();
  return is_finished;
}

/// Waits until a suspended stack can go on. False: it cannot, because of a trap.
bool Store::wait(Stack& stack, Trap& why) {
  why = Trap(TrapCode::host, "the call waits for something that nothing in this store provides");
  if (const TrapCode reason = due(); reason != TrapCode::none) {
    why = Trap(reason);
    return false;
  }
  return contents_->wait(stack, why);
}

bool Store::run_to_end(Function& function, std::span<const Slot> arguments, std::span<Slot> results,
                       Trap& trap) {
  const NativeRun native;
  if (native.is_too_deep()) {
    trap = Trap(TrapCode::call_stack_exhausted);
    return false;
  }
  auto stack = acquire_stack();
  if (!stack->is_usable()) {
    trap = Trap(TrapCode::out_of_memory, "no address space or mapping left for a stack");
    return false;
  }
  // What the host makes while it is called belongs to nobody's compartment.
  const Scoped compartment(contents_->compartment, &contents_->compartments.front());
  const auto& executor = engine_.executor();
  auto status = executor.call(*this, *stack, function, arguments, results, trap);
  while (status == RunStatus::suspended) {
    Trap why;
    if (wait(*stack, why)) {
      status = executor.resume(*this, *stack, results, trap);
    } else {
      executor.abandon(*this, *stack, why);
      trap = std::move(why);
      status = RunStatus::trapped;
    }
  }
  release_stack(std::move(stack));
  return status == RunStatus::finished;
}

namespace {

/// Whether a value of the host matches the type `wanted`. A reference is checked itself, not only
/// the type that the host claims.
bool accepts(const TypeRegistry& types, const Heap& heap, const Value& value,
             const decoder::ValueType& wanted) {
  if (types.matches(value.type, wanted)) return true;
  if (!value.type.is_reference() || !wanted.is_reference()) return false;
  if (types.top(value.type.heap) != types.top(wanted.heap)) return false;
  const Slot reference = value.slots[0];
  if (reference.bits == 0) return wanted.nullable;
  return semantics::has_type(heap, reference.bits, wanted.heap);
}

std::unexpected<Error> wrong_count(std::size_t wanted, std::size_t given) {
  return fail(ErrorKind::argument, "the function takes " + count_of(wanted, "argument") + ", but " +
                                       std::to_string(given) +
                                       (given == 1 ? " was given" : " were given"));
}

std::unexpected<Error> wrong_type(std::size_t position, const decoder::ValueType& wanted,
                                  const decoder::ValueType& given) {
  return fail(ErrorKind::argument, "argument " + std::to_string(position + 1) + " must be " +
                                       to_string(wanted) + ", but " + to_string(given) +
                                       " was given");
}

}  // namespace

Result<std::vector<Value>> Store::call(Function& function, std::span<const Value> arguments,
                                       Trap* trap) {
  const auto& types = engine_.types();
  const auto& type = types.get(function.type).type.composite.function;
  if (arguments.size() != type.parameters.size())
    return wrong_count(type.parameters.size(), arguments.size());
  std::vector<Slot> slots;
  slots.reserve(function.parameter_slots);
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (!accepts(types, heap(), arguments[i], type.parameters[i]))
      return wrong_type(i, type.parameters[i], arguments[i].type);
    for (std::uint32_t j = 0; j < slot_count(type.parameters[i]); ++j)
      slots.push_back(arguments[i].slots[j]);
  }

  std::vector<Slot> result_slots(function.result_slots);
  Trap why;
  if (!run(function, slots, result_slots, why)) {
    auto error = to_error(why);
    if (trap != nullptr) *trap = std::move(why);
    return std::unexpected(std::move(error));
  }
  std::vector<Value> results;
  results.reserve(type.results.size());
  const Slot* next = result_slots.data();
  for (const auto& result : type.results) {
    auto& value = results.emplace_back(Value{.type = result, .slots = {}});
    for (std::uint32_t j = 0; j < slot_count(result); ++j) value.slots[j] = *next++;
  }
  return results;
}

}  // namespace airlock::runtime
