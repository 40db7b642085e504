#include "canonical-abi/host.hpp"

#include <tuple>

#include "canonical-abi/linking/declared_types.hpp"

namespace airlock::canonical_abi {

const Value& HostCall::argument(std::size_t index) const {
  static const Value none;
  return index < arguments.size() ? arguments[index] : none;
}

void call_host(const HostFunction& function, HostCall& call) noexcept {
  call.end = HostEnd::none;
  try {
    std::ignore = function(call);
  } catch (...) {
    std::ignore = call.trapped(runtime::trap_of_current_exception());
  }
}

void poll_host(PendingCall& pending, HostCall& call) noexcept {
  call.end = HostEnd::none;
  try {
    std::ignore = pending.poll(call);
  } catch (...) {
    std::ignore = call.trapped(runtime::trap_of_current_exception());
  }
}

HostInstance& HostInstance::function(std::string name, HostFunction function,
                                     std::optional<FunctionType> type) {
  functions_.insert_or_assign(std::move(name), Function{std::move(function), std::move(type)});
  return *this;
}

const ResourceType* HostInstance::resource(
    std::string name, std::function<void(Store&, std::uint32_t rep)> destructor) {
  auto type = std::make_unique<ResourceType>();
  type->name = name;
  type->host_destructor = std::move(destructor);
  resource(std::move(name), type.get());
  return owned_.emplace_back(std::move(type)).get();
}

HostInstance& HostInstance::resource(std::string name, const ResourceType* type) {
  resources_.insert_or_assign(std::move(name), type);
  return *this;
}

HostInstance& HostInstance::declare(std::string wit) {
  declaration_ = std::make_shared<Declaration>(std::move(wit));
  return *this;
}

HostInstance& HostInstance::otherwise(HostFunction function) {
  otherwise_ = Function{std::move(function), std::nullopt};
  return *this;
}

const HostInstance::Function* HostInstance::find_function(std::string_view name) const {
  const auto found = functions_.find(name);
  return found == functions_.end() ? nullptr : &found->second;
}

const ResourceType* HostInstance::find_resource(std::string_view name) const {
  const auto found = resources_.find(name);
  return found == resources_.end() ? nullptr : found->second;
}

}  // namespace airlock::canonical_abi
