// The airlock command.

#include <iostream>
#include <string>
#include <variant>
#include <vector>

#include "cli/command_line/command_line.hpp"
#include "cli/output.hpp"

namespace {

using namespace airlock::cli;

/// Hands the options over to the subcommand they belong to.
struct Dispatch {
  int operator()(const RunOptions& options) const { return run(options); }
  int operator()(const WastOptions& options) const { return wast(options); }
  int operator()(const ParseOptions& options) const { return parse(options); }
  int operator()(const PrintOptions& options) const { return print(options); }
  int operator()(const FilesOptions& options) const { return validate(options); }
  int operator()(const InspectOptions& options) const { return inspect(options); }
};

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> arguments;
  if (argc > 1) arguments.assign(argv + 1, argv + argc);
  StandardOutput output;
  const auto request = parse_command_line(std::move(arguments), std::cout, std::cerr);
  return output.finish(request ? std::visit(Dispatch{}, *request) : request.error());
}
