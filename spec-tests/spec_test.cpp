// Runs scripts of the official suites, for CTest and by hand.
//
//   airlock-spec-test [--exact-messages] FILE...
//       A line per directive that does not pass and a line per file.
//   airlock-spec-test --known-failures LIST --name NAME FILE
//       As a test. NAME must pass entirely, unless LIST says why it does not; then it must fail, or
//       skip directives with the reason, so that the list stays true.
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/wast/script_runner.hpp"
#include "interpreter/executor.hpp"

namespace {

using airlock::cli::ScriptSummary;

struct Arguments {
  airlock::cli::ScriptOptions options;
  std::string known_failures;
  std::string name;
  std::vector<std::string> files;
};

Arguments parse(int count, char** values) {
  Arguments arguments;
  for (int i = 1; i < count; ++i) {
    const std::string_view word = values[i];
    if (word == "--exact-messages")
      arguments.options.exact_messages = true;
    else if (word == "--known-failures" && i + 1 < count)
      arguments.known_failures = values[++i];
    else if (word == "--name" && i + 1 < count)
      arguments.name = values[++i];
    else
      arguments.files.emplace_back(word);
  }
  return arguments;
}

/// The reason a list gives for a name. Lines are `name: reason`; `#` begins a comment.
std::optional<std::string> known_reason(const std::string& list, std::string_view name) {
  std::ifstream lines(list);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('#')) continue;
    const auto colon = line.find(": ");
    if (colon != std::string::npos && std::string_view(line).substr(0, colon) == name)
      return line.substr(colon + 2);
  }
  return std::nullopt;
}

airlock::Result<ScriptSummary> run(const std::string& file, airlock::cli::ScriptOptions options) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return airlock::fail(airlock::ErrorKind::system, "cannot be opened");
  const std::string source(std::istreambuf_iterator<char>(stream), {});
  airlock::runtime::Engine engine(airlock::interpreter::make_executor(), {});
  const auto components = airlock::cli::make_component_host(engine);
  options.components = components.get();
  return airlock::cli::run_script(engine, source, options);
}

/// Prints what did not pass, and the counts. @return whether everything passed
bool report(const std::string& file, const airlock::Result<ScriptSummary>& summary) {
  if (!summary) {
    std::cout << airlock::format_error(summary.error(), file) << '\n';
    return false;
  }
  for (const auto& entry : summary->reports)
    std::cout << airlock::cli::format_report(entry, file) << '\n';
  std::cout << file << ": " << summary->passed << " passed, " << summary->failed << " failed, "
            << summary->skipped << " skipped\n";
  return summary->failed == 0 && summary->skipped == 0;
}

}  // namespace

int main(int count, char** values) {
  const auto arguments = parse(count, values);
  if (arguments.files.empty()) {
    std::cerr << "usage: airlock-spec-test [--exact-messages] FILE...\n"
                 "       airlock-spec-test --known-failures LIST --name NAME FILE\n";
    return 2;
  }
  bool passed = true;
  for (const auto& file : arguments.files)
    passed = report(file, run(file, arguments.options)) && passed;
  if (arguments.name.empty()) return passed ? 0 : 1;

  const auto reason = known_reason(arguments.known_failures, arguments.name);
  if (!reason) return passed ? 0 : 1;
  if (!passed) {
    std::cout << "known failure: " << *reason << '\n';
    return 0;
  }
  std::cout << arguments.name << " passes: take it off " << arguments.known_failures << '\n';
  return 1;
}
