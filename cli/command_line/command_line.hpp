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

/// Reads a command line. For `--help` the help is written to `out`, for a mistake the message to
/// `err`; then there is no request, and the error is the exit code of the process.
/// @param arguments without the name of the program
[[nodiscard]] std::expected<Request, int> parse_command_line(std::vector<std::string> arguments,
                                                             std::ostream& out, std::ostream& err);

}  // namespace airlock::cli
