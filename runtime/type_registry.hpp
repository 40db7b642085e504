// Canonical types: one interner per engine (specification: Types, Rolling and Unrolling).
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "decoder/module.hpp"
#include "decoder/types.hpp"
#include "runtime/function.hpp"

namespace airlock::runtime {

/// A type with canonical numbers in place of type indices. Addresses are stable.
struct CanonicalType {
  TypeId id = 0;
  decoder::SubType type;           ///< indexed heap types hold canonical numbers
  std::vector<TypeId> supertypes;  ///< from the root down to this type itself; constant-time casts
};

/// Interns recursive groups, so that equal types (iso-recursively) have equal numbers. Safe to use
/// from several OS threads.
class TypeRegistry {
 public:
  /// The canonical numbers of all types of a validated module, by type index.
  [[nodiscard]] std::vector<TypeId> intern(const decoder::Module& module);

  /// The number of a function type that refers to no other type index.
  [[nodiscard]] TypeId intern(const decoder::FunctionType& type);

  [[nodiscard]] const CanonicalType& get(TypeId id) const;

  [[nodiscard]] bool is_subtype(TypeId sub, TypeId super) const;
  /// Whether values of `sub` are values of `super`; indexed heap types hold canonical numbers.
  [[nodiscard]] bool matches(const decoder::ValueType& sub, const decoder::ValueType& super) const;

 private:
  mutable std::mutex mutex_;
  std::deque<CanonicalType> types_;
  std::unordered_map<std::string, TypeId> groups_;
};

}  // namespace airlock::runtime
