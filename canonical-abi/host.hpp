// What the host offers to components: functions over `Value`s and resource types, grouped into
// instances, one for each interface.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "airlock/host_outcome.hpp"
#include "canonical-abi/types.hpp"
#include "canonical-abi/value.hpp"
#include "decoder/error.hpp"
#include "runtime/trap.hpp"

namespace airlock::canonical_abi {

/// A host call that was not done at once. Destroyed when it is done or the caller is abandoned.
class PendingCall {
 public:
  virtual ~PendingCall() = default;
  /// Tries again. `call` has no arguments; keep what is needed of them.
  virtual HostOutcome poll(HostCall& call) = 0;
};

/// One call from a guest into the host. Valid only while the host function or `poll` runs.
class HostCall {
 public:
  HostCall(Store& store, ComponentInstance* caller, const FunctionType& type)
      : store_(store), caller_(caller), type_(type) {}

  [[nodiscard]] Store& store() { return store_; }
  /// The component instance that calls. Not to be kept: it is gone after a failed instantiation.
  [[nodiscard]] ComponentInstance* caller() { return caller_; }
  /// The type under which the guest imports the function. Arguments are values of it.
  [[nodiscard]] const FunctionType& type() const { return type_; }

  /// The arguments, in order. The host may move from them.
  std::vector<Value> arguments;

  /// The i-th argument, or the empty tuple if the guest's type has fewer.
  [[nodiscard]] const Value& argument(std::size_t index) const;

  // Ends of a call: `return call.returned(Value::u32(1));`. The last one counts.

  /// A missing result, or one of another type, is a trap.
  [[nodiscard]] HostOutcome returned() { return ends(HostEnd::returned); }
  [[nodiscard]] HostOutcome returned(Value value) {
    result = std::move(value);
    return ends(HostEnd::returned);
  }
  [[nodiscard]] HostOutcome trapped(runtime::Trap why) {
    trap = std::move(why);
    return ends(HostEnd::trapped);
  }
  [[nodiscard]] HostOutcome trapped(std::string why) {
    return trapped(runtime::Trap(runtime::TrapCode::host, std::move(why)));
  }
  /// The guest's own wish to end (`wasi:cli/exit`).
  [[nodiscard]] HostOutcome exit(int status) { return trapped(runtime::Trap::exit(status)); }
  /// Not done yet: the calling thread of execution is suspended, and `PendingCall::poll` is asked
  /// again when the store's waiter says that something may have happened.
  [[nodiscard]] HostOutcome pending(std::unique_ptr<PendingCall> call) {
    continuation = std::move(call);
    return still_pending();
  }
  /// Only from `PendingCall::poll`: goes on waiting for the same operation.
  [[nodiscard]] HostOutcome still_pending() { return ends(HostEnd::pending); }

  // What the caller of the host function reads.
  HostEnd end = HostEnd::none;
  std::optional<Value> result;
  runtime::Trap trap;
  std::unique_ptr<PendingCall> continuation;

 private:
  HostOutcome ends(HostEnd how) {
    end = how;
    return {};
  }

  Store& store_;
  ComponentInstance* caller_;
  const FunctionType& type_;
};

/// An exception from it ends the call like a trap, with the exception's text. The same holds for
/// `poll`, and for the destructor of a resource type.
using HostFunction = std::function<HostOutcome(HostCall&)>;

// Calls into the host. How they end is in `HostCall::end`; nothing is thrown.
void call_host(const HostFunction& function, HostCall& call) noexcept;
void poll_host(PendingCall& pending, HostCall& call) noexcept;

struct Declaration;

/// The type that a name means in an interface: unknown, a value type, or a resource type.
using NamedType = std::variant<std::monostate, Type, const ResourceType*>;

/// An instance made of host functions and host resource types. It may be shared by any number of
/// stores; state that belongs to one store belongs into what the functions capture.
///
/// Linking checks types. An import that asks for a function of another type than the one declared,
/// in WIT or with the function, does not link. A function without a declared type links under any
/// type: it is called with values of the type that the component imports it with, and a result
/// that does not fit that type is a trap.
class HostInstance {
 public:
  HostInstance() = default;
  /// @param name of the interface, with its version; empty for the functions of no interface
  explicit HostInstance(std::string name) : name_(std::move(name)) {}

  [[nodiscard]] const std::string& name() const { return name_; }

  /// Declares the interface in WIT, as it is written between the braces of `interface name { … }`.
  /// Types of other interfaces come by `use`, from instances of the same linker; resource types
  /// are defined by `resource`. The text is read when a component is first linked to the instance;
  /// if it is wrong, that fails with `ErrorKind::argument`.
  HostInstance& declare(std::string wit);

  /// Defines what functions do that were declared and not defined: deny, mostly. `call.type()`
  /// tells what they would return.
  HostInstance& otherwise(HostFunction function);

  /// Defines or replaces a function, under its name in WIT or the component's export name:
  /// `now`, `[method]input-stream.read`, `[constructor]fields`, `[static]request.finish`.
  /// @param type of the function, if the instance is not declared in WIT
  HostInstance& function(std::string name, HostFunction function,
                         std::optional<FunctionType> type = std::nullopt);

  /// Defines a resource type. The destructor runs when a guest drops an own handle.
  const ResourceType* resource(std::string name,
                               std::function<void(Store&, std::uint32_t rep)> destructor);
  /// Makes a resource type of another host instance known here, as `use` does in WIT.
  HostInstance& resource(std::string name, const ResourceType* type);

  struct Function {
    HostFunction call;
    std::optional<FunctionType> type;
  };
  [[nodiscard]] const Function* find_function(std::string_view name) const;
  [[nodiscard]] const ResourceType* find_resource(std::string_view name) const;
  [[nodiscard]] const std::map<std::string, Function, std::less<>>& functions() const {
    return functions_;
  }
  /// What `otherwise` defined; null if it did not.
  [[nodiscard]] const Function* other_functions() const {
    return otherwise_ ? &*otherwise_ : nullptr;
  }
  /// What `declare` was given; null without it.
  [[nodiscard]] const std::shared_ptr<Declaration>& declaration() const { return declaration_; }

 private:
  std::string name_;
  std::shared_ptr<Declaration> declaration_;
  std::map<std::string, Function, std::less<>> functions_;
  std::map<std::string, const ResourceType*, std::less<>> resources_;
  std::vector<std::unique_ptr<ResourceType>> owned_;
  std::optional<Function> otherwise_;
};

/// Host objects by number: the number is the `rep` of a host resource. Numbers are reused.
template <typename T>
class HostTable {
 public:
  [[nodiscard]] std::uint32_t add(T object) {
    if (free_.empty()) {
      objects_.emplace_back(std::move(object));
      return static_cast<std::uint32_t>(objects_.size() - 1);
    }
    const std::uint32_t rep = free_.back();
    free_.pop_back();
    objects_[rep].emplace(std::move(object));
    return rep;
  }
  /// The object, or null if there is none of that number.
  [[nodiscard]] T* find(std::uint32_t rep) {
    return rep < objects_.size() && objects_[rep] ? &*objects_[rep] : nullptr;
  }
  std::optional<T> remove(std::uint32_t rep) {
    if (!find(rep)) return std::nullopt;
    std::optional<T> object = std::move(objects_[rep]);
    objects_[rep].reset();
    free_.push_back(rep);
    return object;
  }
  [[nodiscard]] std::size_t size() const { return objects_.size() - free_.size(); }

 private:
  std::deque<std::optional<T>> objects_;
  std::vector<std::uint32_t> free_;
};

}  // namespace airlock::canonical_abi
