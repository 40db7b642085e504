// From WIT as text to a syntax tree.
#pragma once

#include <string_view>

#include "decoder/component/wit/wit.hpp"
#include "decoder/error.hpp"
#include "decoder/limits.hpp"

namespace airlock::decoder::component::wit {

/// Reads the items of an interface: what is written between the braces after its name. Names need
/// not be defined, but no name is defined twice. Gates (`@since(…)`) are skipped.
/// @return `malformed` with a position, or `limit`
[[nodiscard]] Result<Interface> read_interface(std::string_view text, const Limits& limits = {});

/// Reads a file: a package's interfaces. Worlds are skipped.
[[nodiscard]] Result<Package> read_package(std::string_view text, const Limits& limits = {});

}  // namespace airlock::decoder::component::wit
