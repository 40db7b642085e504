// The command line: from words to the options of a subcommand.
#pragma once

#include <expected>
#include <iosfwd>
#include <string>
#include <variant>
#include <vector>

#include "cli/options.hpp"

namespace airlock::cli {

/// The options of the subcommand that was asked for.
using Request =
    std::variant<RunOptions, WastOptions, ParseOptions, PrintOptions, FilesOptions, InspectOptions>;

/// Reads a command line. Where that leaves nothing to do (`--help`, a mistake), what there is to
/// say goes to `out` or `err`, and the error is the exit code of the process.
/// @param arguments without the name of the program
[[nodiscard]] std::expected<Request, int> parse_command_line(std::vector<std::string> arguments,
                                                             std::ostream& out, std::ostream& err);

}  // namespace airlock::cli
