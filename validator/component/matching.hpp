// Subtyping between component-level types (component-model: Explainer.md, Type Checking; Binary.md,
// Instance Definitions).
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "validator/component/type_builder.hpp"

namespace airlock::validator::component {

/// Why something of type `actual` cannot be used where `expected` is asked for; empty if it can.
/// Instance types must not have resource types of their own, except inside component types.
[[nodiscard]] std::string mismatch(TypeBuilder& builder, const ExternType& actual,
                                   const ExternType& expected);

/// Something by name: what an instance exports or an instantiation is given.
using ExternLookup = std::unordered_map<std::string_view, ExternType>;

[[nodiscard]] ExternLookup lookup_of(const std::vector<NamedExtern>& externs);

/// The type at the end of a path, which leads through instances; null if there is none.
[[nodiscard]] std::optional<TypeId> find_type(const ComponentTypes& types,
                                              const ExternLookup& externs,
                                              const ResourcePath& path);

/// Puts the resource types found in `externs` in place of `bound` ones. Those not found stay.
void bind_resources(const ComponentTypes& types, const std::vector<BoundResource>& bound,
                    const ExternLookup& externs, Substitution& substitution);

/// Puts the types found in `externs` in place of imported ones.
void bind_types(const ComponentTypes& types, const std::vector<BoundType>& bound,
                const ExternLookup& externs, Substitution& substitution);

/// `func`, `instance`, `module`: what messages call something of a sort.
[[nodiscard]] std::string_view noun(Sort sort);

}  // namespace airlock::validator::component
