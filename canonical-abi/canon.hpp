// Canonical definitions: the core functions that `canon` makes, and the way in for the host
// (Canonical ABI: Canonical Definitions, Embedding API).
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "canonical-abi/component_instance.hpp"
#include "decoder/types.hpp"
#include "runtime/native.hpp"

namespace airlock::canonical_abi {

enum class Direction : std::uint8_t { lift, lower };

/// The type of the core function that is lifted, or that lowering makes (`flatten_functype`).
[[nodiscard]] decoder::FunctionType flatten_functype(const CanonicalOptions& opts,
                                                     const Signature& signature,
                                                     Direction direction);

/// `canon lower`: a core function that calls `callee` from inside `caller`.
[[nodiscard]] runtime::Function* canon_lower(Store& store, const FuncInst& callee,
                                             const CanonicalOptions& opts,
                                             ComponentInstance& caller);

/// `canon resource.new`, `.rep` and `.drop` of a resource type, for the use of `inst`.
[[nodiscard]] runtime::Function* canon_resource_new(Store& store, ComponentInstance& inst,
                                                    const ResourceType* rt);
[[nodiscard]] runtime::Function* canon_resource_rep(Store& store, ComponentInstance& inst,
                                                    const ResourceType* rt);
[[nodiscard]] runtime::Function* canon_resource_drop(Store& store, ComponentInstance& inst,
                                                     const ResourceType* rt);

/// `canon context.get` and `.set`: `slot` is 0 or 1.
[[nodiscard]] runtime::Function* canon_context(Store& store, const decoder::ValueType& type,
                                               std::uint32_t slot, bool is_set);
/// `canon backpressure.inc` and `.dec`
[[nodiscard]] runtime::Function* canon_backpressure(Store& store, ComponentInstance& inst,
                                                    bool is_increment);

/// A canonical definition that this build decodes but does not run: traps when it is called.
[[nodiscard]] runtime::Function* canon_unsupported(Store& store, ComponentInstance& inst,
                                                   const decoder::FunctionType& type,
                                                   std::string name);

/// Calls a component-level function from the host (`Store.invoke`).
/// @return false if it trapped; `trap` says why
[[nodiscard]] bool invoke(Store& store, const FuncInst& function, std::span<const Value> arguments,
                          std::optional<Value>& result, runtime::Trap& trap);

// The two ways of a call, chosen between by `canon_lower` and `invoke`: guest_call.cpp.
[[nodiscard]] runtime::Function* lower_guest(Store& store, const FuncInst& callee,
                                             const CanonicalOptions& opts,
                                             ComponentInstance& caller);
[[nodiscard]] bool invoke_guest(Store& store, const FuncInst& function,
                                std::span<const Value> arguments, std::optional<Value>& result,
                                runtime::Trap& trap);

/// Runs a destructor for the host.
[[nodiscard]] bool drop_resource(Store& store, const ResourceType& rt, std::uint32_t rep,
                                 runtime::Trap& trap);

}  // namespace airlock::canonical_abi
