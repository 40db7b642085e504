// The binary reader for components (component-model: Binary.md).
#pragma once

#include "decoder/component/component.hpp"
#include "decoder/error.hpp"
#include "decoder/limits.hpp"
#include "decoder/reader.hpp"

namespace airlock::decoder::component {

/// Reads a component with everything nested in it. Core modules are delimited, not read: they are
/// runs of the same bytes, for `read_module` or `Engine::compile`. Indices are not checked: the
/// validator does that. Native recursion is bounded by `Limits::component_type_nesting` and does
/// not depend on the nesting of components.
[[nodiscard]] Result<ComponentTree> read_component(SharedBytes binary, const Limits& limits = {});

/// Reads the contents of the custom section `component-name` as far as they are well-formed.
void read_component_names(Bytes bytes, ComponentNames& names);

}  // namespace airlock::decoder::component
