#include "airlock/linker.hpp"

#include "canonical-abi/embedding/state.hpp"

namespace airlock {

// Host functions

struct HostCall::State {
  Store::State& store;
  runtime::NativeCall& native;
  const FunctionType& type;
  const decoder::FunctionType& inner_type;
  bool has_arguments = true;
  HostEnd end = HostEnd::none;
  HostFunction continuation{};
  runtime::Trap trap{};
  const runtime::Tag* tag = nullptr;
  std::vector<runtime::Slot> thrown{};
};

const FunctionType& HostCall::type() const { return state_.type; }

Value HostCall::argument(std::size_t index) const {
  const auto& parameters = state_.inner_type.parameters;
  if (!state_.has_arguments || index >= parameters.size()) return {};
  const runtime::Slot* slot = state_.native.slots;
  for (std::size_t i = 0; i < index; ++i) slot += runtime::slot_count(parameters[i]);
  runtime::Value value{.type = parameters[index], .slots = {slot[0]}};
  if (runtime::slot_count(value.type) == 2) value.slots[1] = slot[1];
  return state_.store.to_value(value);
}

std::optional<Instance> HostCall::caller() const {
  if (state_.native.caller == nullptr) return std::nullopt;
  state_.native.caller->is_known_to_host = true;
  return Instance(state_.store.weak_from_this(), state_.native.caller);
}

std::optional<Memory> HostCall::memory() const {
  if (state_.native.caller == nullptr || state_.native.caller->memory0 == nullptr)
    return std::nullopt;
  state_.native.caller->is_known_to_host = true;
  return Memory(state_.store.weak_from_this(), state_.native.caller->memory0);
}

HostOutcome HostCall::returned(std::span<const Value> results) {
  const auto& types = state_.type.results;
  bool is_right = results.size() == types.size();
  for (std::size_t i = 0; is_right && i < results.size(); ++i)
    is_right = results[i].type() == types[i] && types[i] != ValueType::other_reference &&
               state_.store.owns(results[i]);
  if (!is_right)
    return trapped("a host function of type " + to_string(state_.type) + " returned other values");
  runtime::Slot* slot = state_.native.slots;
  for (const auto& result : results) {
    const auto inner = to_internal(result);
    for (std::uint32_t j = 0; j < runtime::slot_count(inner.type); ++j) *slot++ = inner.slots[j];
  }
  state_.end = HostEnd::returned;
  return {};
}

HostOutcome HostCall::trapped(std::string message) {
  state_.trap = runtime::Trap(runtime::TrapCode::host, std::move(message));
  state_.end = HostEnd::trapped;
  return {};
}

HostOutcome HostCall::exit(int status) {
  state_.trap = runtime::Trap::exit(status);
  state_.end = HostEnd::trapped;
  return {};
}

HostOutcome HostCall::thrown(const Tag& tag, std::span<const Value> values) {
  const auto types = tag.types();
  bool is_right = tag.store().lock().get() == &state_.store && values.size() == types.size();
  for (std::size_t i = 0; is_right && i < values.size(); ++i)
    is_right = values[i].type() == types[i] && types[i] != ValueType::other_reference &&
               state_.store.owns(values[i]);
  if (!is_right) return trapped("a host function threw values that are not of the tag's types");
  for (const auto& value : values) {
    const auto inner = to_internal(value);
    for (std::uint32_t j = 0; j < runtime::slot_count(inner.type); ++j)
      state_.thrown.push_back(inner.slots[j]);
  }
  state_.tag = tag.entity();
  state_.end = HostEnd::thrown;
  return {};
}

HostOutcome HostCall::pending(HostFunction poll) {
  state_.continuation = std::move(poll);
  return still_pending();
}

HostOutcome HostCall::still_pending() {
  state_.end = HostEnd::pending;
  return {};
}

HostOutcome HostCall::returned_in_slots() {
  state_.end = HostEnd::returned;
  return {};
}

namespace {

/// Adapts a public host function to the runtime's protocol. A pending call's poll function is on
/// the heap, and the boundary's state word is its address.
class EmbeddedFunction final : public runtime::NativeFunction, public runtime::Boundary {
 public:
  EmbeddedFunction(Store::State& store, FunctionType type, HostFunction function)
      : store_(store),
        type_(std::move(type)),
        inner_type_(to_internal(type_)),
        function_(std::move(function)) {}

  runtime::Outcome call(runtime::NativeCall& native) override {
    return run(native, function_, true, nullptr);
  }

  runtime::Outcome resume(runtime::NativeCall& native, std::uint64_t state) override {
    std::unique_ptr<HostFunction> poll(to_pointer(state));
    auto& function = *poll;
    return run(native, function, false, std::move(poll));
  }

  void unwind(std::uint64_t state, runtime::Trap&) override { delete to_pointer(state); }

 private:
  static HostFunction* to_pointer(std::uint64_t state) {
    return reinterpret_cast<HostFunction*>(static_cast<std::uintptr_t>(state));
  }

  /// @param poll the owner of `function`, if that is the poll function of a pending call
  runtime::Outcome run(runtime::NativeCall& native, HostFunction& function, bool has_arguments,
                       std::unique_ptr<HostFunction> poll) {
    HostCall::State state{store_, native, type_, inner_type_, has_arguments};
    HostCall call(state, &native.slots->bits);
    invoke(function, call);
    switch (state.end) {
      case HostEnd::none:
        return native.trapped(runtime::Trap(runtime::TrapCode::host,
                                            "a host function did not say how its call ends"));
      case HostEnd::trapped:
        return native.trapped(std::move(state.trap));
      case HostEnd::returned:
        return native.returned();
      case HostEnd::thrown:
        return native.throws(*state.tag, state.thrown);
      case HostEnd::pending:
        break;
    }
    if (state.continuation) poll = std::make_unique<HostFunction>(std::move(state.continuation));
    if (poll == nullptr)
      return native.trapped(
          runtime::Trap(runtime::TrapCode::host,
                        "a host function is pending, but gave no function to ask again"));
    const auto word = reinterpret_cast<std::uintptr_t>(poll.release());
    return native.suspend(*this, word);
  }

  /// Exceptions must not pass through the interpreter.
  static void invoke(HostFunction& function, HostCall& call) {
    try {
      std::ignore = function(call);
    } catch (const std::exception& exception) {
      std::ignore = call.trapped(exception.what());
    } catch (...) {
      std::ignore = call.trapped("a host function threw");
    }
  }

  Store::State& store_;
  FunctionType type_;
  decoder::FunctionType inner_type_;
  HostFunction function_;
};

}  // namespace

std::unique_ptr<runtime::NativeFunction> make_native(Store::State& store, FunctionType type,
                                                     HostFunction function) {
  return std::make_unique<EmbeddedFunction>(store, std::move(type), std::move(function));
}

// Linkers

Linker::Linker(const Store& store) : state_(std::make_shared<State>(store.state())) {}

runtime::Linker* Linker::inner() const {
  return state_->store.expired() ? nullptr : &state_->linker;
}

namespace {

template <typename Entity>
Result<void> define_entity(Linker::State& state, std::string_view module, std::string_view name,
                           const Handle<Entity>& handle) {
  const auto store = state.store.lock();
  if (!store) return store_is_gone("linker");
  if (handle.store().lock() != store)
    return fail(ErrorKind::argument, "`" + std::string(module) + "` `" + std::string(name) +
                                         "` belongs to another store");
  return state.linker.define(module, name, runtime::External::of(handle.entity()));
}

}  // namespace

Result<void> Linker::define(std::string_view module, std::string_view name,
                            const Function& function) {
  return define_entity(*state_, module, name, function);
}

Result<void> Linker::define(std::string_view module, std::string_view name, const Memory& memory) {
  if (!memory.is_alive() || !memory.entity()->type().is_shared)
    return define_entity(*state_, module, name, memory);
  const auto store = state_->store.lock();
  if (!store) return store_is_gone("linker");
  if (memory.store().lock()->engine.state() != store->engine.state())
    return fail(ErrorKind::argument, "the memory belongs to a store of another engine");
  state_->shared_memories.push_back(memory.entity()->shared_from_this());
  return state_->linker.define(module, name, runtime::External::of(memory.entity()));
}

Result<void> Linker::define(std::string_view module, std::string_view name, const Tag& tag) {
  return define_entity(*state_, module, name, tag);
}

Result<void> Linker::define(std::string_view module, std::string_view name, const Global& global) {
  return define_entity(*state_, module, name, global);
}

Result<void> Linker::define(std::string_view module, const Instance& instance) {
  const auto store = state_->store.lock();
  if (!store) return store_is_gone("linker");
  if (instance.store().lock() != store)
    return fail(ErrorKind::argument, "the instance belongs to another store");
  state_->linker.define_instance(module, *instance.entity());
  return {};
}

Result<void> Linker::define(std::string_view module, std::string_view name, FunctionType type,
                            HostFunction function) {
  const auto store = state_->store.lock();
  if (!store) return store_is_gone("linker");
  const auto inner = to_internal(type);
  return state_->linker.define_native(module, name, inner,
                                      make_native(*store, std::move(type), std::move(function)));
}

Result<Instance> Linker::instantiate(const Module& module, std::string path) const {
  const auto store = state_->store.lock();
  if (!store) return store_is_gone("linker");
  if (module.state()->engine.state() != store->engine.state())
    return fail(ErrorKind::argument, "the module was compiled by another engine");
  runtime::Trap trap;
  auto instance = state_->linker.instantiate(module.state()->module, std::move(path), &trap);
  if (!instance && trap.code != runtime::TrapCode::none)
    return std::unexpected(store->trapped(trap));
  if (!instance) return propagate(std::move(instance));
  return Instance(store, *instance);
}

}  // namespace airlock
