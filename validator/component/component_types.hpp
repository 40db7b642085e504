// The arena of resolved component types.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "decoder/limits.hpp"
#include "validator/component/types.hpp"
#include "validator/subtyping.hpp"

namespace airlock::validator::component {

/// What is known of a resource type's identity.
struct ResourceInfo {
  /// The component whose types mention it (position in `ComponentTree::components`), and its
  /// position among that component's `resources`; none for a resource type that is a part of a
  /// component or instance type only.
  std::optional<std::uint32_t> component;
  std::uint32_t slot = 0;
  bool is_local = false;                    ///< defined by that component itself
  std::optional<std::uint32_t> destructor;  ///< core function index in that component
};

/// All types of a component tree. Filled by validation, constant afterwards.
class ComponentTypes {
 public:
  ComponentTypes() = default;
  ComponentTypes(const ComponentTypes&) = delete;
  ComponentTypes& operator=(const ComponentTypes&) = delete;

  [[nodiscard]] const Type& operator[](TypeId id) const {
    return types_[static_cast<std::uint32_t>(id)];
  }
  [[nodiscard]] const FuncType& function(TypeId id) const {
    return std::get<FuncType>((*this)[id].body);
  }
  [[nodiscard]] const InstanceType& instance(TypeId id) const {
    return *std::get<std::shared_ptr<const InstanceType>>((*this)[id].body);
  }
  [[nodiscard]] const ComponentType& component(TypeId id) const {
    return *std::get<std::shared_ptr<const ComponentType>>((*this)[id].body);
  }
  /// The identity of a `ResourceType`.
  [[nodiscard]] ResourceId resource(TypeId id) const {
    return std::get<ResourceType>((*this)[id].body).id;
  }
  [[nodiscard]] const ResourceInfo& operator[](ResourceId id) const {
    return resources_[static_cast<std::uint32_t>(id)];
  }
  [[nodiscard]] const decoder::FunctionType& operator[](CoreFunctionId id) const {
    return core_.types[static_cast<std::uint32_t>(id)].composite.function;
  }
  [[nodiscard]] const ModuleType& operator[](ModuleTypeId id) const {
    return modules_[static_cast<std::uint32_t>(id)];
  }
  /// Position of a resource type among the `resources` of the component it belongs to.
  [[nodiscard]] std::uint32_t slot_of(ResourceId id) const { return (*this)[id].slot; }

  /// Equality and subtyping of the canonical core types.
  [[nodiscard]] const TypeRelations& core_relations() const { return core_relations_; }
  /// A canonical core type, e.g. of a `CoreTypeEntry`.
  [[nodiscard]] const decoder::SubType& core_type(std::uint32_t canonical) const {
    return core_.types[canonical];
  }

  [[nodiscard]] std::size_t size() const { return types_.size(); }

 private:
  friend class TypeBuilder;
  friend class CoreTypeBuilder;
  std::deque<Type> types_;
  std::vector<ResourceInfo> resources_;
  std::deque<ModuleType> modules_;
  std::unordered_set<std::string> strings_;
  /// Canonical core types: a type section without the rest of a module. Indices in it are its own.
  decoder::Module core_;
  TypeRelations core_relations_{core_};
};

}  // namespace airlock::validator::component
