// Validity of types (specification: Validation, Types).
#pragma once

#include <string>

#include "decoder/error.hpp"
#include "decoder/limits.hpp"
#include "decoder/module.hpp"
#include "validator/subtyping.hpp"

namespace airlock::validator {

/// Validates the type section of a module and the types its other sections mention.
class TypeValidator {
 public:
  TypeValidator(const decoder::Module& module, const Limits& limits, TypeRelations& relations)
      : module_(module), limits_(limits), relations_(relations) {}

  /// Validates the type section and fills in the relations between its types.
  [[nodiscard]] Result<void> validate();

  // Each of these returns what is wrong with a type, or an empty text.
  [[nodiscard]] std::string check(const decoder::ValueType& type) const;
  [[nodiscard]] std::string check(const decoder::TableType& type) const;
  [[nodiscard]] std::string check(const decoder::MemoryType& type) const;
  [[nodiscard]] std::string check(const decoder::GlobalType& type) const;
  [[nodiscard]] std::string check(const decoder::TagType& type) const;
  [[nodiscard]] std::string check(const decoder::FunctionImport& import) const;
  /// Checks that a type index refers to a function type.
  [[nodiscard]] std::string check_function(std::uint32_t type_index) const;

 private:
  /// @param end all type indices must be less
  [[nodiscard]] std::string check_indices(const decoder::ValueType& type, std::size_t end) const;
  [[nodiscard]] std::string check_indices(std::uint32_t index, std::size_t end) const;
  [[nodiscard]] std::string check_depth(std::uint32_t index);
  [[nodiscard]] std::string check_supertype(std::uint32_t index) const;

  const decoder::Module& module_;
  const Limits& limits_;
  TypeRelations& relations_;
  std::vector<std::uint32_t> depths_;  ///< declared supertypes above each type
};

}  // namespace airlock::validator
