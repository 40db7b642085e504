// Canonical built-ins: resources, and what is not run yet.
#include "canonical-abi/canon.hpp"
#include "canonical-abi/guest_call.hpp"
#include "canonical-abi/transfer.hpp"

namespace airlock::canonical_abi {

using runtime::NativeCall;
using runtime::Outcome;
using runtime::Trap;
using runtime::TrapCode;

namespace {

Outcome cannot_leave(NativeCall& call) {
  return call.trapped(Trap(TrapCode::host, "cannot leave component instance"));
}

/// `canon resource.new`
class ResourceNew final : public runtime::NativeFunction {
 public:
  ResourceNew(ComponentInstance& inst, const ResourceType* rt) : inst_(inst), rt_(rt) {}
  Outcome call(NativeCall& call) override {
    if (!inst_.may_leave) return cannot_leave(call);
    const Handle handle{.kind = HandleKind::own, .rep = call.slots[0].i32, .rt = rt_};
    const auto index = add_handle(inst_, handle, call.trap);
    if (!index) return Outcome::trapped;
    call.slots[0].bits = *index;
    return call.returned();
  }

 private:
  ComponentInstance& inst_;
  const ResourceType* rt_;
};

/// `canon resource.rep`
class ResourceRep final : public runtime::NativeFunction {
 public:
  ResourceRep(ComponentInstance& inst, const ResourceType* rt) : inst_(inst), rt_(rt) {}
  Outcome call(NativeCall& call) override {
    const Handle* handle = find_handle(inst_, call.slots[0].i32, rt_, call.trap);
    if (!handle) return Outcome::trapped;
    call.slots[0].bits = handle->rep;
    return call.returned();
  }

 private:
  ComponentInstance& inst_;
  const ResourceType* rt_;
};

/// Runs the destructor of a resource that the host defines. What it throws is a trap.
bool run_host_destructor(Store& store, const ResourceType& rt, std::uint32_t rep, Trap& trap) {
  try {
    if (rt.host_destructor) rt.host_destructor(store, rep);
    return true;
  } catch (...) {
    trap = runtime::trap_of_current_exception();
    return false;
  }
}

/// `canon resource.drop`: a call to the destructor, if the handle owns the resource.
class ResourceDrop final : public runtime::NativeFunction, public runtime::Boundary {
 public:
  ResourceDrop(Store& store, ComponentInstance& inst, const ResourceType* rt)
      : store_(store), inst_(inst), rt_(rt) {}

  Outcome call(NativeCall& call) override {
    if (!inst_.may_leave) return cannot_leave(call);
    const std::uint32_t index = call.slots[0].i32;
    Handle* entry = find_handle(inst_, index, rt_, call.trap);
    if (!entry) return Outcome::trapped;
    if (entry->num_lends != 0) {
      return call.trapped(Trap(TrapCode::host, "cannot remove owned resource while borrowed"));
    }
    const Handle handle = *entry;
    if (handle.kind == HandleKind::borrow) {
      inst_.handles.remove(index);
      if (handle.borrow_scope) handle.borrow_scope->num_borrows -= 1;
      return call.returned();
    }
    if (!rt_->impl) {
      inst_.handles.remove(index);
      return run_host_destructor(store_, *rt_, handle.rep, call.trap) ? call.returned()
                                                                      : Outcome::trapped;
    }
    if (rt_->impl->is_poisoned) {
      return call.trapped(cannot_enter());
    }
    if (!rt_->dtor) {
      inst_.handles.remove(index);
      return call.returned();
    }
    CallRecord* record = store_.contents().acquire_record(call.trap);
    if (!record) return Outcome::trapped;
    record->handles.removed(inst_, index, handle);
    inst_.handles.remove(index);
    store_.contents().enter_thread(*record);
    record->flat[0].bits = handle.rep;
    return call.enter(*rt_->dtor, {record->flat, 1}, *this,
                      reinterpret_cast<std::uint64_t>(record));
  }

  Outcome resume(NativeCall& call, std::uint64_t state) override {
    leave(state);
    return inst_.is_poisoned ? call.trapped(cannot_enter()) : call.returned();
  }

  /// A destructor is a lifted function, too.
  Outcome resume_thrown(NativeCall& call, std::uint64_t state,
                        runtime::ExceptionObject& exception) override {
    Trap trap = trap_of(call, exception);
    unwind(state, trap);
    return call.trapped(std::move(trap));
  }

  void unwind(std::uint64_t state, Trap&) override {
    rt_->impl->is_poisoned = true;
    leave(state);
  }

  void not_begun(std::uint64_t state, Trap&) override {
    reinterpret_cast<CallRecord*>(state)->handles.undo();
    leave(state);
  }

 private:
  void leave(std::uint64_t state) {
    CallRecord& record = *reinterpret_cast<CallRecord*>(state);
    store_.contents().leave_thread(record);
    store_.contents().release_record(record);
  }

  Store& store_;
  ComponentInstance& inst_;
  const ResourceType* rt_;
};

/// `canon context.get` and `context.set`
class Context final : public runtime::NativeFunction {
 public:
  Context(Store& store, std::uint32_t slot, bool is_set, bool is_wide)
      : store_(store), slot_(slot), is_set_(is_set), is_wide_(is_wide) {}
  Outcome call(NativeCall& call) override {
    std::uint64_t& value = store_.contents().current_thread->storage[slot_];
    if (is_set_) {
      value = is_wide_ ? call.slots[0].i64 : call.slots[0].i32;
    } else {
      call.slots[0].bits = value;
    }
    return call.returned();
  }

 private:
  Store& store_;
  std::uint32_t slot_;
  bool is_set_;
  bool is_wide_;
};

/// `canon backpressure.inc` and `backpressure.dec`
class Backpressure final : public runtime::NativeFunction {
 public:
  Backpressure(ComponentInstance& inst, bool is_increment)
      : inst_(inst), is_increment_(is_increment) {}
  Outcome call(NativeCall& call) override {
    constexpr std::uint32_t limit = 0xffff;
    if (inst_.backpressure == (is_increment_ ? limit : 0)) {
      return call.trapped(Trap(TrapCode::host, is_increment_ ? "backpressure counter overflow"
                                                             : "backpressure counter underflow"));
    }
    inst_.backpressure += is_increment_ ? 1 : -1;
    return call.returned();
  }

 private:
  ComponentInstance& inst_;
  bool is_increment_;
};

class Unsupported final : public runtime::NativeFunction {
 public:
  Unsupported(ComponentInstance& inst, std::string name) : inst_(inst), name_(std::move(name)) {}
  Outcome call(NativeCall& call) override {
    if (!inst_.may_leave) return cannot_leave(call);
    return call.trapped(Trap(TrapCode::unsupported, "`" + name_ + "` is not supported"));
  }

 private:
  ComponentInstance& inst_;
  std::string name_;
};

const decoder::FunctionType unary{{decoder::i32}, {decoder::i32}};
const decoder::FunctionType consumer{{decoder::i32}, {}};

}  // namespace

runtime::Function* canon_resource_new(Store& store, ComponentInstance& inst,
                                      const ResourceType* rt) {
  return store.core().make_function(unary, std::make_unique<ResourceNew>(inst, rt));
}

runtime::Function* canon_resource_rep(Store& store, ComponentInstance& inst,
                                      const ResourceType* rt) {
  return store.core().make_function(unary, std::make_unique<ResourceRep>(inst, rt));
}

runtime::Function* canon_resource_drop(Store& store, ComponentInstance& inst,
                                       const ResourceType* rt) {
  return store.core().make_function(consumer, std::make_unique<ResourceDrop>(store, inst, rt));
}

runtime::Function* canon_unsupported(Store& store, ComponentInstance& inst,
                                     const decoder::FunctionType& type, std::string name) {
  return store.core().make_function(type, std::make_unique<Unsupported>(inst, std::move(name)));
}

runtime::Function* canon_context(Store& store, const decoder::ValueType& type, std::uint32_t slot,
                                 bool is_set) {
  const decoder::FunctionType set{{type}, {}};
  const decoder::FunctionType get{{}, {type}};
  return store.core().make_function(
      is_set ? set : get, std::make_unique<Context>(store, slot, is_set, type == decoder::i64));
}

runtime::Function* canon_backpressure(Store& store, ComponentInstance& inst, bool is_increment) {
  return store.core().make_function({}, std::make_unique<Backpressure>(inst, is_increment));
}

bool drop_resource(Store& store, const ResourceType& rt, std::uint32_t rep, Trap& trap) {
  if (!rt.impl) return run_host_destructor(store, rt, rep, trap);
  if (!rt.dtor) return true;
  auto& contents = store.contents();
  FuncInst*& destructor = contents.destructors[&rt];
  if (!destructor) {
    FunctionType type;
    type.parameters.push_back({"rep", contents.types.primitive(TypeKind::u32)});
    destructor = &contents.own.functions.emplace_back();
    destructor->signature = contents.own.signature(std::move(type));
    destructor->inst = rt.impl;
    destructor->callee = rt.dtor;
    destructor->name = "[resource-drop]" + rt.name;
  }
  const Value argument = Value::u32(rep);
  std::optional<Value> none;
  return invoke(store, *destructor, {&argument, 1}, none, trap);
}

namespace {

decoder::ValueType core_type(FlatType type) {
  switch (type) {
    case FlatType::i32:
      return decoder::i32;
    case FlatType::i64:
      return decoder::i64;
    case FlatType::f32:
      return decoder::f32;
    case FlatType::f64:
      break;
  }
  return decoder::f64;
}

}  // namespace

decoder::FunctionType flatten_functype(const CanonicalOptions& opts, const Signature& signature,
                                       Direction direction) {
  const std::size_t width = opts.memory64 ? 1 : 0;
  const TupleLayout& parameters = signature.parameters[width];
  const TupleLayout& results = signature.result_layouts[width];
  const decoder::ValueType pointer = opts.memory64 ? decoder::i64 : decoder::i32;
  const bool is_lowered_async = opts.is_async && direction == Direction::lower;

  decoder::FunctionType type;
  if (parameters.is_flat(is_lowered_async ? max_flat_async_params : max_flat_params)) {
    for (const FlatType flat : parameters.flat) type.parameters.push_back(core_type(flat));
  } else {
    type.parameters.push_back(pointer);
  }
  if (is_lowered_async) {
    if (!signature.results.empty()) type.parameters.push_back(pointer);
    type.results = {decoder::i32};
  } else if (opts.is_async) {
    if (opts.callback) type.results = {decoder::i32};
  } else if (results.is_flat(max_flat_results)) {
    for (const FlatType flat : results.flat) type.results.push_back(core_type(flat));
  } else if (direction == Direction::lift) {
    type.results = {pointer};
  } else {
    type.parameters.push_back(pointer);
  }
  return type;
}

}  // namespace airlock::canonical_abi
