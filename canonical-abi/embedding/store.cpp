#include "airlock/store.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstring>
#include <thread>

#include "canonical-abi/embedding/state.hpp"

namespace airlock {
namespace {

std::uint64_t next_store_number() {
  static std::atomic<std::uint64_t> last = 0;
  return ++last;
}

}  // namespace

Store::State::State(const Engine& made_in)
    : engine(made_in), number(next_store_number()), store(made_in.state()->engine) {
  store.set_waiter([this](runtime::Stack&, runtime::Trap& trap) {
    auto waited = wait();
    if (waited) return true;
    trap = runtime::Trap(runtime::TrapCode::host, std::move(waited).error().message);
    return false;
  });
}

canonical_abi::Store& Store::State::components() {
  if (component_store == nullptr) {
    component_store = std::make_unique<canonical_abi::Store>(store);
    component_store->set_waiter([this](canonical_abi::Store&) { return wait(); });
  }
  return *component_store;
}

Result<void> Store::State::wait() {
  if (waiter) return waiter();
  std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return {};
}

Error Store::State::trapped(const runtime::Trap& trap) {
  last_exception = trap.exception;
  last_backtrace.clear();
  for (const auto& frame : trap.backtrace)
    last_backtrace.push_back({.instance = frame.instance,
                              .function = frame.function,
                              .function_index = frame.function_index,
                              .offset = frame.offset});
  return runtime::to_error(trap);
}

bool Store::State::owns(const Value& value) const {
  return !value.is_reference() || !runtime::is_address(ValueAccess::low(value)) ||
         ValueAccess::store(value) == number;
}

Value Store::State::to_value(const runtime::Value& value) {
  const auto type = to_public(value.type);
  const bool is_wide = type == ValueType::v128;
  const bool is_narrow = type == ValueType::i32 || type == ValueType::f32;
  const auto low = is_narrow ? value.slots[0].i32 : value.slots[0].bits;
  if (!value.type.is_reference())
    return ValueAccess::make(type, low, is_wide ? value.slots[1].bits : 0, 0);
  const bool is_ours = runtime::is_address(low);
  auto made = ValueAccess::make(type, low, 0, is_ours ? number : 0);
  const auto hierarchy = store.engine().types().top(value.type.heap);
  ValueAccess::set_hierarchy(made, hierarchy);
  if (is_ours && hierarchy != decoder::HeapKind::func)
    ValueAccess::keep(made, std::make_shared<const runtime::Root>(store.heap().root(low)));
  return made;
}

Store::Store(const Engine& engine) : state_(std::make_shared<State>(engine)) {}
Store::~Store() = default;
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;

const Engine& Store::engine() const { return state_->engine; }
void Store::set_waiter(Waiter waiter) { state_->waiter = std::move(waiter); }
void Store::set_fuel(std::uint64_t units) { state_->store.fuel = units; }
std::uint64_t Store::fuel() const { return state_->store.fuel; }
bool Store::charge(std::uint64_t units) { return state_->store.charge(units); }
const std::vector<TraceFrame>& Store::last_backtrace() const { return state_->last_backtrace; }
std::optional<Exception> Store::last_exception() const {
  const auto& last = state_->last_exception;
  if (last == nullptr) return std::nullopt;
  // Tags are never changed once they are made; handles do not show that.
  Exception exception{.tag = Tag(state_, const_cast<runtime::Tag*>(last->tag)), .values = {}};
  for (const auto& value : last->values) exception.values.push_back(state_->to_value(value));
  return exception;
}
std::uint64_t Store::memory_bytes() const { return state_->store.memory_budget()->used; }

std::optional<Function> Store::function(const Value& reference) const {
  if (reference.type() != ValueType::funcref || reference.is_null() || !state_->owns(reference))
    return std::nullopt;
  return Function(state_, runtime::Slot{.bits = ValueAccess::low(reference)}.function);
}

// Interrupts

namespace {

std::unexpected<Error> not_interruptible() {
  return fail(ErrorKind::argument,
              "the store's engine is not interruptible (Configuration::interruptible)");
}

}  // namespace

struct Interrupt::State {
  std::shared_ptr<runtime::Interruption> interruption;
};

void Interrupt::operator()() const { state_->interruption->request(); }

Result<void> Store::set_deadline(std::optional<std::chrono::steady_clock::time_point> deadline) {
  const auto& interruption = state_->store.interruption();
  if (interruption == nullptr) return not_interruptible();
  interruption->set_deadline(deadline);
  return {};
}

Result<void> Store::set_timeout(std::chrono::nanoseconds timeout) {
  using Clock = std::chrono::steady_clock;
  const auto now = Clock::now();
  // So long a time that the clock cannot tell is no deadline.
  if (timeout >= Clock::time_point::max() - now) return set_deadline(std::nullopt);
  return set_deadline(now + timeout);
}

Result<Interrupt> Store::interrupt() const {
  const auto& interruption = state_->store.interruption();
  if (interruption == nullptr) return not_interruptible();
  return Interrupt(std::make_shared<Interrupt::State>(interruption));
}

// Functions

FunctionType Function::type() const {
  const auto state = store_.lock();
  if (!state) return {};
  const auto& types = state->store.engine().types();
  return to_public(types.get(entity_->type).type.composite.function);
}

Value Function::reference() const {
  const auto state = store_.lock();
  if (!state) return Value::null_funcref();
  const runtime::Slot slot{.function = entity_};
  return ValueAccess::make(ValueType::funcref, slot.bits, 0, state->number);
}

Result<std::vector<Value>> Function::call(std::span<const Value> arguments) const {
  const auto state = store_.lock();
  if (!state) return store_is_gone("function");
  std::vector<runtime::Value> values;
  values.reserve(arguments.size());
  for (const auto& argument : arguments) {
    if (!state->owns(argument))
      return fail(ErrorKind::argument, "the reference belongs to another store");
    values.push_back(to_internal(argument));
  }
  runtime::Trap trap;
  auto results = state->store.call(*entity_, values, &trap);
  if (!results) {
    if (trap.code != runtime::TrapCode::none) return std::unexpected(state->trapped(trap));
    return propagate(std::move(results));
  }
  std::vector<Value> converted;
  converted.reserve(results->size());
  for (const auto& result : *results) converted.push_back(state->to_value(result));
  return converted;
}

namespace {

/// Whether a type has these parameters and results, without making a copy to compare.
bool is_type(const decoder::FunctionType& type, const FunctionType& wanted) {
  const auto equal = [](const decoder::ValueType& one, ValueType other) {
    return to_public(one) == other;
  };
  return std::ranges::equal(type.parameters, wanted.parameters, equal) &&
         std::ranges::equal(type.results, wanted.results, equal);
}

}  // namespace

Result<void> Function::call_bits(const FunctionType& wanted, const std::uint64_t* arguments,
                                 std::uint64_t* results) const {
  const auto state = store_.lock();
  if (!state) return store_is_gone("function");
  const auto& types = state->store.engine().types();
  const auto& type = types.get(entity_->type).type.composite.function;
  if (!is_type(type, wanted))
    return fail(ErrorKind::argument,
                "the function is " + to_string(type) + ", not " + to_string(wanted));
  constexpr std::size_t usual = 16;
  std::array<runtime::Slot, usual> few;
  std::vector<runtime::Slot> many;
  const auto count = wanted.parameters.size();
  if (count > usual) many.resize(count);
  runtime::Slot* slots = count > usual ? many.data() : few.data();
  for (std::size_t i = 0; i < count; ++i) slots[i].bits = arguments[i];
  runtime::Slot result{};
  runtime::Trap trap;
  if (!state->store.run(*entity_, {slots, count}, {&result, wanted.results.size()}, trap))
    return std::unexpected(state->trapped(trap));
  *results = result.bits;
  return {};
}

// Memories

std::uint64_t Memory::size() const { return is_alive() ? entity_->size.load() : 0; }
std::uint64_t Memory::pages() const { return is_alive() ? entity_->pages() : 0; }

std::span<std::byte> Memory::bytes() const {
  if (!is_alive()) return {};
  return {entity_->base, entity_->size};
}

Result<std::uint64_t> Memory::grow(std::uint64_t pages) const {
  if (!is_alive()) return store_is_gone("memory");
  const auto before = entity_->grow(pages);
  if (before < 0) return fail(ErrorKind::limit, "the memory cannot grow by that much");
  return static_cast<std::uint64_t>(before);
}

namespace {

std::unexpected<Error> out_of_bounds() {
  return fail(ErrorKind::argument, "out of bounds memory access");
}

}  // namespace

Result<void> Memory::read(std::uint64_t address, std::span<std::byte> bytes) const {
  if (!is_alive()) return store_is_gone("memory");
  if (!entity_->contains(address, bytes.size())) return out_of_bounds();
  if (!bytes.empty()) std::memcpy(bytes.data(), entity_->base + address, bytes.size());
  return {};
}

Result<void> Memory::write(std::uint64_t address, std::span<const std::byte> bytes) const {
  if (!is_alive()) return store_is_gone("memory");
  if (!entity_->contains(address, bytes.size())) return out_of_bounds();
  if (!bytes.empty()) std::memcpy(entity_->base + address, bytes.data(), bytes.size());
  return {};
}

Result<std::string> Memory::read_string(std::uint64_t address, std::uint64_t length) const {
  if (!is_alive()) return store_is_gone("memory");
  if (!entity_->contains(address, length)) return out_of_bounds();
  return std::string(reinterpret_cast<const char*>(entity_->base) + address, length);
}

// Globals

ValueType Global::type() const {
  return is_alive() ? to_public(entity_->type.value) : ValueType::i32;
}

bool Global::is_mutable() const { return is_alive() && entity_->type.is_mutable; }

Result<Value> Global::get() const {
  const auto state = store_.lock();
  if (!state) return store_is_gone("global");
  runtime::Value value{.type = entity_->type.value, .slots = {entity_->storage[0]}};
  if (runtime::slot_count(value.type) == 2) value.slots[1] = entity_->storage[1];
  return state->to_value(value);
}

Result<void> Global::set(const Value& value) const {
  const auto state = store_.lock();
  if (!state) return store_is_gone("global");
  if (!entity_->type.is_mutable) return fail(ErrorKind::argument, "the global is constant");
  const auto inner = to_internal(value);
  const bool is_same_type =
      to_public(entity_->type.value) == value.type() && value.type() != ValueType::other_reference;
  if (!is_same_type || !state->owns(value))
    return fail(ErrorKind::argument, "the global is " + to_string(entity_->type.value) + ", not " +
                                         to_string(value.type()));
  entity_->storage[0] = inner.slots[0];
  if (runtime::slot_count(entity_->type.value) == 2) entity_->storage[1] = inner.slots[1];
  return {};
}

// Tags

Tag Tag::make(const Store& store, const std::vector<ValueType>& types) {
  auto& inner = store.state()->store;
  const auto type = inner.engine().types().intern(to_internal(FunctionType{types, {}}));
  return {store.state(), inner.make_tag(type)};
}

std::vector<ValueType> Tag::types() const {
  const auto state = store_.lock();
  if (!state) return {};
  const auto& types = state->store.engine().types();
  return to_public(types.get(entity_->type).type.composite.function).parameters;
}

std::string Tag::name() const { return is_alive() ? runtime::name_of(*entity_) : std::string{}; }

// Instances

namespace {

/// An export of one kind, or null.
runtime::External find_export(const std::weak_ptr<Store::State>& store, runtime::Instance* instance,
                              std::string_view name, decoder::ExternKind kind) {
  runtime::External none = runtime::External::of(static_cast<runtime::Function*>(nullptr));
  if (store.expired()) return none;
  runtime::External found = none;
  return instance->find_export(name, found) && found.kind == kind ? found : none;
}

}  // namespace

std::optional<Function> Instance::function(std::string_view name) const {
  const auto found = find_export(store_, entity_, name, decoder::ExternKind::function);
  if (found.function == nullptr) return std::nullopt;
  return Function(store_, found.function);
}

std::optional<Memory> Instance::memory(std::string_view name) const {
  const auto found = find_export(store_, entity_, name, decoder::ExternKind::memory);
  if (found.memory == nullptr) return std::nullopt;
  return Memory(store_, found.memory);
}

std::optional<Global> Instance::global(std::string_view name) const {
  const auto found = find_export(store_, entity_, name, decoder::ExternKind::global);
  if (found.global == nullptr) return std::nullopt;
  return Global(store_, found.global);
}

std::optional<Tag> Instance::tag(std::string_view name) const {
  const auto found = find_export(store_, entity_, name, decoder::ExternKind::tag);
  if (found.tag == nullptr) return std::nullopt;
  return Tag(store_, found.tag);
}

Result<Function> Instance::find(std::string_view name) const {
  if (!is_alive()) return store_is_gone("instance");
  auto found = function(name);
  if (!found)
    return fail(ErrorKind::argument, "no function `" + std::string(name) + "` is exported");
  return *std::move(found);
}

Result<std::vector<Value>> Instance::call(std::string_view name,
                                          std::span<const Value> arguments) const {
  auto found = find(name);
  if (!found) return propagate(std::move(found));
  return found->call(arguments);
}

}  // namespace airlock
