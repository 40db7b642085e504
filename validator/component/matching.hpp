// Subtyping between component-level types (component-model: Explainer.md, Type Checking; Binary.md,
// Instance Definitions).
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "validator/component/type_builder.hpp"

namespace airlock::validator::component {

/// Why a definition of type `actual` cannot be used where `expected` is required; empty if it can.
/// Instance types must not have resource types of their own, except inside component types.
[[nodiscard]] std::string mismatch(TypeBuilder& builder, const ExternType& actual,
                                   const ExternType& expected);

/// A definition with a name: an export of an instance, or an argument of an instantiation.
using ExternLookup = std::unordered_map<std::string_view, ExternType>;

[[nodiscard]] ExternLookup lookup_of(const std::vector<NamedExtern>& externs);

/// The type at the end of a path, which leads through instances; null if there is none.
[[nodiscard]] std::optional<TypeId> find_type(const ComponentTypes& types,
                                              const ExternLookup& externs,
                                              const ResourcePath& path);

/// Substitutes the resource types found in `externs` for the `bound` ones. Those not found stay.
void bind_resources(const ComponentTypes& types, const std::vector<BoundResource>& bound,
                    const ExternLookup& externs, Substitution& substitution);

/// Substitutes the types found in `externs` for the imported ones.
void bind_types(const ComponentTypes& types, const std::vector<BoundType>& bound,
                const ExternLookup& externs, Substitution& substitution);

/// `func`, `instance`, `module`: the word for a sort in messages.
[[nodiscard]] std::string_view noun(Sort sort);

}  // namespace airlock::validator::component
