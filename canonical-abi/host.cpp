#include "canonical-abi/host.hpp"

namespace airlock::canonical_abi {

const Value& HostCall::argument(std::size_t index) const {
  static const Value none;
  return index < arguments.size() ? arguments[index] : none;
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

HostInstance& HostInstance::refuse(std::string message) {
  refused_function_ = Function{
      .call = [message = std::move(message)](HostCall& call) { return call.trapped(message); },
      .type = std::nullopt};
  auto type = std::make_unique<ResourceType>();
  refused_resource_ = owned_.emplace_back(std::move(type)).get();
  return *this;
}

const HostInstance::Function* HostInstance::find_function(std::string_view name) const {
  const auto found = functions_.find(name);
  if (found != functions_.end()) return &found->second;
  return refused_function_ ? &*refused_function_ : nullptr;
}

const ResourceType* HostInstance::find_resource(std::string_view name) const {
  const auto found = resources_.find(name);
  return found == resources_.end() ? refused_resource_ : found->second;
}

}  // namespace airlock::canonical_abi
