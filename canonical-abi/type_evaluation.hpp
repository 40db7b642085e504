// From type definitions of a component to types of the runtime. Types are evaluated while the
// component is instantiated, since resource types come into being then: an `own` handle's type
// knows its `ResourceType`, and two types are equal if their addresses are.
#pragma once

#include <memory>
#include <string_view>

#include "canonical-abi/component_instance.hpp"
#include "decoder/error.hpp"

namespace airlock::canonical_abi {

/// The kind of a type that is a keyword.
[[nodiscard]] TypeKind kind_of(decoder::component::PrimValType type);

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

 private:
  [[nodiscard]] Result<Type> optional_type(const TypeScope& scope,
                                           const std::optional<decoder::component::ValType>& type);
  [[nodiscard]] Result<Type> defined_type(const TypeScope& scope,
                                          const decoder::component::DefValType& type);
  [[nodiscard]] Result<std::vector<Field>> fields(
      const TypeScope& scope, const std::vector<decoder::component::LabelValType>& types);

  Store& store_;
};

}  // namespace airlock::canonical_abi
