// From type definitions of a component to types of the runtime. Types are evaluated while the
// component is instantiated, since resource types come into being then: an `own` handle's type
// knows its `ResourceType`, and two types are equal if their addresses are.
#pragma once

#include <memory>
#include <string_view>

#include "canonical-abi/component_instance.hpp"
#include "decoder/error.hpp"

namespace airlock::canonical_abi {

class TypeEvaluator {
 public:
  explicit TypeEvaluator(Store& store) : store_(store) {}

  [[nodiscard]] Result<Type> value_type(const TypeScope& scope,
                                        const decoder::component::ValType& type);

  /// A type definition other than of a resource.
  [[nodiscard]] Result<TypeEntry> define(const TypeScope& scope,
                                         const decoder::component::Type& type);

  /// The type of an index.
  [[nodiscard]] Result<TypeEntry> lookup(const TypeScope& scope, std::uint32_t index) const;
  /// The type that `alias outer` means.
  [[nodiscard]] Result<TypeEntry> lookup_outer(const TypeScope& scope,
                                               const decoder::component::OuterAlias& alias) const;
  [[nodiscard]] Result<const Signature*> function_type(const TypeScope& scope,
                                                       std::uint32_t index) const;
  [[nodiscard]] Result<const ResourceType*> resource_type(const TypeScope& scope,
                                                          std::uint32_t index) const;

  /// An instance of the declared type whose functions and resource types are the host's.
  /// @param name of the import, for messages
  [[nodiscard]] Result<std::shared_ptr<InstanceValue>> host_instance(const DeclaredType& type,
                                                                     const HostInstance& host,
                                                                     std::string_view name);

  /// A function of the host under the type a component gives it.
  [[nodiscard]] Result<const FuncInst*> host_function(const Signature* signature,
                                                      const HostInstance& host,
                                                      std::string_view name,
                                                      std::string_view interface);

 private:
  [[nodiscard]] Result<Type> optional_type(const TypeScope& scope,
                                           const std::optional<decoder::component::ValType>& type);
  [[nodiscard]] Result<Type> defined_type(const TypeScope& scope,
                                          const decoder::component::DefValType& type);
  [[nodiscard]] Result<std::vector<Field>> fields(
      const TypeScope& scope, const std::vector<decoder::component::LabelValType>& types);
  [[nodiscard]] Result<void> declare(TypeScope& scope, InstanceValue& instance,
                                     const decoder::component::Declarator& declarator,
                                     const HostInstance& host, std::string_view name);
  [[nodiscard]] Result<void> declare_export(TypeScope& scope, InstanceValue& instance,
                                            const decoder::component::ExportDeclarator& declarator,
                                            const HostInstance& host, std::string_view name);
  [[nodiscard]] Result<void> declare_alias(TypeScope& scope,
                                           const decoder::component::Alias& alias);

  Store& store_;
};

/// Whether two types are equal; handles only by kind. Types may come from different tables.
[[nodiscard]] bool is_same_shape(Type left, Type right);

}  // namespace airlock::canonical_abi
