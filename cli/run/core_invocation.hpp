// `--invoke` of a core module: which export is called, and with what.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "decoder/error.hpp"
#include "decoder/module.hpp"
#include "runtime/slot.hpp"

namespace airlock::cli {

/// `add(1, 2)`, or `add` alone.
struct CoreInvocation {
  std::uint32_t function = 0;  ///< in the module's index space
  std::string name;            ///< of the export
  /// As they were written. Absent if nothing was said of them: then they come after the file.
  std::optional<std::vector<std::string>> arguments{};
};

/// Reads the text of `--invoke`. A name of a core module may be any text, so the exports decide
/// what is one: the whole text if it is exported as it is, else the longest export before a
/// parenthesis. A name in quotes, with the escapes of the text format, leaves no doubt. Errors:
/// `argument`, with what could have been meant.
[[nodiscard]] Result<CoreInvocation> parse_core_invocation(std::string_view text,
                                                           const decoder::Module& module);

/// The arguments of a call, read by the types of the function's parameters. Errors: `argument`,
/// with the number of the argument, the parameter's name if it has one, and its type.
[[nodiscard]] Result<std::vector<runtime::Value>> parse_core_arguments(
    std::span<const std::string> arguments, const CoreInvocation& invocation,
    const decoder::Module& module);

/// "; there are `add`, `sub`": the functions that a module exports, or "; there is none".
[[nodiscard]] std::string list_functions(const decoder::Module& module);

}  // namespace airlock::cli
