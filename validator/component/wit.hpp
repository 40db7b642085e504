// A component's imports and exports as WIT text (component-model: WIT.md).
#pragma once

#include <string>

#include "validator/component/validator.hpp"

namespace airlock::validator::component {

/// The world that the component targets, then the packages of the interfaces it imports and
/// exports. Definitions that WIT cannot express (imported components, core modules) are written as
/// comments.
[[nodiscard]] std::string render_wit(const ValidComponent& component);

/// `list<tuple<u32, string>>`, `func(name: string) -> result<u32>`; types that have names are spelt
/// out.
[[nodiscard]] std::string describe_type(const ComponentTypes& types, TypeId type);

}  // namespace airlock::validator::component
