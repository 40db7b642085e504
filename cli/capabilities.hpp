// What a guest's imports say it asks for.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace airlock::cli {

/// The capabilities that imports use, each once, in a fixed order, with the flag that grants or
/// withdraws it: "files (--dir)".
/// @param imports
///   names of a component's imports (`wasi:filesystem/types@0.2.0`), or of a core module's imports
///   as `module.name`
[[nodiscard]] std::vector<std::string_view> capabilities_of(std::vector<std::string> imports);

}  // namespace airlock::cli
