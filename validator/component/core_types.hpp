// Core types in components: canonical core types, module types and how they match
// (component-model: Explainer.md, Type Definitions; core specification: Validation, Matching).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "decoder/error.hpp"
#include "decoder/limits.hpp"
#include "decoder/module.hpp"
#include "validator/component/component_types.hpp"

namespace airlock::validator::component {

/// Makes core types in an arena. An index space of core types is a list of `CoreTypeEntry`.
class CoreTypeBuilder {
 public:
  CoreTypeBuilder(ComponentTypes& types, const Features& features)
      : types_(types), features_(features) {}

  /// Appends the types of a group to an index space. Their indices are those of that space.
  [[nodiscard]] Result<void> add_group(const std::vector<decoder::SubType>& group,
                                       std::vector<CoreTypeEntry>& space);

  /// A function type by its parameters and results; indices in them are canonical numbers.
  [[nodiscard]] CoreFunctionId function(std::vector<decoder::ValueType> parameters,
                                        std::vector<decoder::ValueType> results);

  /// The type of a validated module.
  [[nodiscard]] Result<ModuleTypeId> of_module(const decoder::Module& module);

  /// The type of an import or export that a module or module type declares; its indices are those
  /// of an index space.
  [[nodiscard]] Result<CoreExternType> resolve(const decoder::ImportType& type,
                                               const std::vector<CoreTypeEntry>& space) const;

  [[nodiscard]] ModuleTypeId add(ModuleType type);

  /// Appends to the imports or exports of a module type; names must not repeat.
  [[nodiscard]] Result<void> add_import(ModuleType& type, CoreImport import);
  [[nodiscard]] Result<void> add_export(ModuleType& type, CoreExport entry) const;

 private:
  [[nodiscard]] Result<decoder::HeapType> resolve(decoder::HeapType heap,
                                                  const std::vector<CoreTypeEntry>& space) const;
  [[nodiscard]] Result<decoder::ValueType> resolve(decoder::ValueType type,
                                                   const std::vector<CoreTypeEntry>& space) const;
  [[nodiscard]] Result<decoder::SubType> resolve(decoder::SubType type,
                                                 const std::vector<CoreTypeEntry>& space) const;
  [[nodiscard]] Result<CoreFunctionId> resolve_function(
      std::uint32_t index, const std::vector<CoreTypeEntry>& space) const;
  [[nodiscard]] Result<void> check_supertypes(const decoder::SubType& type,
                                              std::uint32_t own_index) const;

  ComponentTypes& types_;
  const Features& features_;
};

/// Why a definition of type `actual` cannot be used as `expected`; empty if it can.
[[nodiscard]] std::string mismatch(const ComponentTypes& types, const CoreExternType& actual,
                                   const CoreExternType& expected);
[[nodiscard]] std::string mismatch(const ComponentTypes& types, const ModuleType& actual,
                                   const ModuleType& expected);

/// `(func (param i32) (result i64))`
[[nodiscard]] std::string describe(const decoder::FunctionType& type);

}  // namespace airlock::validator::component
