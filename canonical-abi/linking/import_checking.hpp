// Compares what a component imports with what is supplied for it, by the host or by another
// component (Component Model: Explainer, Type Checking).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "canonical-abi/component_instance.hpp"
#include "canonical-abi/linker.hpp"
#include "canonical-abi/type_evaluation.hpp"
#include "decoder/error.hpp"

namespace airlock::canonical_abi {

/// What supplies an instance.
using Supplier = std::variant<const HostInstance*, const InstanceValue*>;

/// Links imports by type. An instance must have every export that the import declares, of the
/// declared type; it may have more. Its resource types take the place of the abstract ones of the
/// declaration, and are compared by identity.
class ImportChecker {
 public:
  ImportChecker(Store& store, TypeEvaluator& types, const Linker& linker)
      : store_(store), types_(types), linker_(linker) {}

  /// An instance of the declared exports, taken from the supplier.
  /// @return `unlinkable` with the first thing that is missing or different
  [[nodiscard]] Result<std::shared_ptr<InstanceValue>> instance(const DeclaredType& type,
                                                                const Supplier& supplier,
                                                                std::string_view name);

  /// A function that is imported without an interface.
  [[nodiscard]] Result<const FuncInst*> function(const Signature* signature,
                                                 const HostInstance& root, std::string_view name);

 private:
  using Declarator = decoder::component::Declarator;
  using ExportDeclarator = decoder::component::ExportDeclarator;

  // Errors of these say where in the instance; `instance` adds which import it is.
  [[nodiscard]] Result<std::shared_ptr<InstanceValue>> exports(const DeclaredType& type,
                                                               const Supplier& supplier);
  [[nodiscard]] Result<void> declare(TypeScope& scope, InstanceValue& instance,
                                     const Declarator& declarator, const Supplier& supplier);
  [[nodiscard]] Result<void> declare_alias(TypeScope& scope,
                                           const decoder::component::Alias& alias);
  [[nodiscard]] Result<void> declare_type(TypeScope& scope, InstanceValue& instance,
                                          const ExportDeclarator& declarator,
                                          const Supplier& supplier);
  [[nodiscard]] Result<void> declare_instance(TypeScope& scope, InstanceValue& instance,
                                              const ExportDeclarator& declarator,
                                              const Supplier& supplier);

  [[nodiscard]] Result<const FuncInst*> supply(const Signature* signature, const Supplier& supplier,
                                               std::string_view name);
  [[nodiscard]] Result<const FuncInst*> supply(const Signature* signature, const HostInstance& host,
                                               std::string_view name);
  [[nodiscard]] Result<const FuncInst*> supply(const Signature* signature,
                                               const InstanceValue& instance,
                                               std::string_view name);
  [[nodiscard]] Result<TypeEntry> find_type(const Supplier& supplier, std::string_view name);

  Store& store_;
  TypeEvaluator& types_;
  const Linker& linker_;
};

}  // namespace airlock::canonical_abi
