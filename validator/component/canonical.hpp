// Validation of canonical definitions (component-model: CanonicalABI.md, Canonical Definitions).
#pragma once

#include "decoder/component/canonical_table.hpp"
#include "validator/component/core_types.hpp"
#include "validator/component/flattening.hpp"
#include "validator/component/type_builder.hpp"
#include "validator/component/validator.hpp"

namespace airlock::validator::component {

/// Checks the canonical definitions of one component against its index spaces.
class CanonValidator {
 public:
  /// @param component position of the component in its tree
  CanonValidator(TypeBuilder& builder, CoreTypeBuilder& core, Flattener& flattener,
                 const ResolvedComponent& spaces, std::uint32_t component)
      : builder_(builder),
        types_(builder.types()),
        core_(core),
        flattener_(flattener),
        spaces_(spaces),
        component_(component) {}

  /// Resolves a canonical definition, or returns what is wrong with it (without an offset).
  [[nodiscard]] Result<ResolvedCanon> check(const syntax::Canon& canon);

 private:
  [[nodiscard]] Result<CanonOptions> read_options(const syntax::Canon& canon);
  [[nodiscard]] Result<void> set_option(const syntax::CanonOption& option, CanonOptions& options,
                                        std::optional<StringEncoding>& encoding);
  [[nodiscard]] Result<void> check_options(const syntax::Canon& canon, const CanonOptions& options);
  [[nodiscard]] Result<void> check_function_option(std::optional<std::uint32_t> function,
                                                   const char* name,
                                                   const decoder::FunctionType& type);
  [[nodiscard]] Result<void> require_memory(const CanonOptions& options);
  [[nodiscard]] Result<void> require_realloc(const CanonOptions& options);

  [[nodiscard]] Result<void> check(const syntax::CanonRow& row, ResolvedCanon& canon);
  [[nodiscard]] Result<void> check_lift(ResolvedCanon& canon);
  [[nodiscard]] Result<void> check_lower(ResolvedCanon& canon);
  [[nodiscard]] Result<void> check_task_return(ResolvedCanon& canon);

  // The operands of the built-ins.
  [[nodiscard]] Result<void> check_subject(const syntax::CanonRow& row, ResolvedCanon& canon);
  [[nodiscard]] Result<void> check_resource(const syntax::CanonRow& row, std::uint32_t index,
                                            TypeId type);
  [[nodiscard]] Result<void> check_builtin_options(const syntax::CanonRow& row,
                                                   ResolvedCanon& canon);
  [[nodiscard]] Result<void> check_context(const ResolvedCanon& canon,
                                           syntax::SignatureTypes& types);
  [[nodiscard]] Result<void> check_memory(ResolvedCanon& canon);
  [[nodiscard]] Result<void> check_start_function(const ResolvedCanon& canon,
                                                  syntax::SignatureTypes& types);
  [[nodiscard]] Result<void> check_table(const ResolvedCanon& canon, syntax::SignatureTypes& types);

  [[nodiscard]] Result<TypeId> type(std::uint32_t index) const;
  [[nodiscard]] Result<TypeId> value_type(const syntax::ValType& type);
  [[nodiscard]] const decoder::FunctionType* core_function(std::uint32_t index) const;
  void define(ResolvedCanon& canon, std::vector<decoder::ValueType> parameters,
              std::vector<decoder::ValueType> results);

  TypeBuilder& builder_;
  const ComponentTypes& types_;
  CoreTypeBuilder& core_;
  Flattener& flattener_;
  const ResolvedComponent& spaces_;
  std::uint32_t component_;
};

}  // namespace airlock::validator::component
