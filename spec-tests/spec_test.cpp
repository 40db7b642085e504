// Runs scripts of the official suites, for CTest and by hand.
//
//   airlock-spec-test [OPTIONS] FILE...
//       Prints a line per directive that does not pass and a line per file.
//   airlock-spec-test [OPTIONS] --known-failures LIST --name NAME FILE
//       As a test. NAME must pass entirely, unless LIST has a line for it; then exactly as many
//       directives must pass, fail and be skipped as the line says, so that the list stays true.
//   airlock-spec-test [OPTIONS] --known-failures LIST --scripts SCRIPTS [--name TEXT]
//       The same for every script of SCRIPTS, a file with a line NAME=FILE for each; with TEXT,
//       only for those whose names contain it. A line per script, with details of those that are
//       not as they must be, whose names come once more at the end.
//   airlock-spec-test --update LIST SCRIPTS
//       Prints the list as it should be: a line with the counts and the reasons of today for each
//       script that does not pass.
//
// Options: --exact-messages: errors of decoding and validation must have the message of the script;
// --round-trip: modules and components are printed and read again before they are run.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "cli/wast/script_runner.hpp"
#include "expectations.hpp"
#include "interpreter/executor.hpp"

namespace {

using airlock::cli::ScriptSummary;
using airlock::cli::Verdict;
using airlock::spec_tests::Counts;
using airlock::spec_tests::Expectation;

struct Arguments {
  airlock::cli::ScriptOptions options;
  std::string known_failures;
  std::string update;
  std::string scripts;
  std::string name;
  std::vector<std::string> files;
};

Arguments parse(int count, char** values) {
  Arguments arguments;
  for (int i = 1; i < count; ++i) {
    const std::string_view word = values[i];
    if (word == "--exact-messages")
      arguments.options.exact_messages = true;
    else if (word == "--round-trip")
      arguments.options.round_trip = true;
    else if (word == "--known-failures" && i + 1 < count)
      arguments.known_failures = values[++i];
    else if (word == "--update" && i + 1 < count)
      arguments.update = values[++i];
    else if (word == "--scripts" && i + 1 < count)
      arguments.scripts = values[++i];
    else if (word == "--name" && i + 1 < count)
      arguments.name = values[++i];
    else
      arguments.files.emplace_back(word);
  }
  return arguments;
}

airlock::Result<ScriptSummary> run(const std::string& file, airlock::cli::ScriptOptions options) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return airlock::fail(airlock::ErrorKind::system, "cannot be opened");
  const std::string source(std::istreambuf_iterator<char>(stream), {});
  airlock::runtime::Engine engine(airlock::interpreter::make_executor(),
                                  {.limits = airlock::cli::limits_of_script(file)});
  const auto components = airlock::cli::make_component_host(engine);
  options.components = components.get();
  options.folder = std::filesystem::path(file).parent_path().string();
  return airlock::cli::run_script(engine, source, options);
}

/// A script that cannot be run at all is one failure.
Counts counts_of(const airlock::Result<ScriptSummary>& summary) {
  if (!summary) return {.passed = 0, .failed = 1, .skipped = 0};
  return {.passed = summary->passed, .failed = summary->failed, .skipped = summary->skipped};
}

bool is_clean(const Counts& counts) { return counts.failed == 0 && counts.skipped == 0; }

/// Prints the directives that did not pass, and the counts.
Counts report(const std::string& file, const airlock::Result<ScriptSummary>& summary) {
  if (!summary) {
    std::cout << airlock::format_error(summary.error(), file) << '\n';
    return counts_of(summary);
  }
  for (const auto& entry : summary->reports)
    std::cout << airlock::cli::format_report(entry, file) << '\n';
  std::cout << file << ": " << summary->differing_messages << " messages differ, "
            << summary->round_trips << " modules printed and read again\n";
  std::cout << file << ": " << summary->passed << " passed, " << summary->failed << " failed, "
            << summary->skipped << " skipped\n";
  return counts_of(summary);
}

/// Whether a script does what the list says of it, and if not, what it should say.
struct Comparison {
  bool is_as_expected = false;
  std::string remark{};
};

Comparison compare(const std::string& list, const std::string& name, const Counts& counts) {
  const auto expected = airlock::spec_tests::find_expectation(list, name);
  if (!expected) return {.is_as_expected = is_clean(counts)};
  if (is_clean(counts)) return {.remark = name + " passes: take it off " + list};
  if (counts == expected->counts)
    return {.is_as_expected = true, .remark = "known failure: " + expected->reason};
  return {.remark = "not what " + list + " says. If this is how it should be, put there:\n" +
                    to_string(Expectation{name, counts, expected->reason})};
}

struct Script {
  std::string name;
  std::string file;
};

/// The scripts of a file with a line NAME=FILE for each.
std::vector<Script> read_scripts(const std::string& path) {
  std::vector<Script> scripts;
  std::ifstream lines(path);
  for (std::string line; std::getline(lines, line);)
    if (const auto equals = line.find('='); equals != line.npos)
      scripts.push_back({line.substr(0, equals), line.substr(equals + 1)});
  return scripts;
}

/// Runs many scripts. The name of each comes before it runs, so that the one that ends the process
/// is known.
/// @return the exit code of the test
int run_batch(const Arguments& arguments) {
  std::vector<std::string> unexpected;
  std::size_t count = 0;
  for (const auto& script : read_scripts(arguments.scripts)) {
    if (!script.name.contains(arguments.name)) continue;
    ++count;
    std::cout << script.name << ": " << std::flush;
    const auto summary = run(script.file, arguments.options);
    const auto counts = counts_of(summary);
    const auto [is_as_expected, remark] = compare(arguments.known_failures, script.name, counts);
    std::cout << counts.passed << " passed, " << counts.failed << " failed, " << counts.skipped
              << " skipped\n";
    if (!is_as_expected) {
      report(script.file, summary);
      unexpected.push_back(script.name);
    }
    if (!remark.empty()) std::cout << remark << '\n';
  }
  std::cout << count << " scripts, " << unexpected.size() << " not as they must be\n";
  for (const auto& name : unexpected) std::cout << "FAILED " << name << '\n';
  return count > 0 && unexpected.empty() ? 0 : 1;
}

/// Why a script does not pass, from what its directives report: the features that it needs, and the
/// first of its failures.
std::string reason_of(const airlock::Result<ScriptSummary>& summary) {
  if (!summary) return summary.error().message;
  constexpr std::string_view skip = "unsupported: ";
  constexpr std::string_view suffix = " is not supported";
  std::set<std::string, std::less<>> features;
  std::string failure;
  for (const auto& report : summary->reports) {
    std::string_view message = report.message;
    if (report.verdict == Verdict::failed && failure.empty())
      failure = "line " + std::to_string(report.position.line) + ": " + report.message;
    if (report.verdict != Verdict::skipped) continue;
    if (const auto start = message.find(skip); start != message.npos)
      message.remove_prefix(start + skip.size());
    if (message.ends_with(suffix)) message.remove_suffix(suffix.size());
    features.emplace(message);
  }
  std::string reason;
  for (const auto& feature : features) reason += (reason.empty() ? "needs " : ", ") + feature;
  if (!failure.empty()) reason += (reason.empty() ? "" : "; ") + failure;
  std::ranges::replace(reason, '\n', ' ');
  return reason;
}

/// `spec.component.async.zero-length` belongs to the suite `spec.component`.
std::string suite_of(const std::string& name) {
  return name.substr(0, name.find('.', name.find('.') + 1));
}

/// Prints a list with the counts and reasons of today. Suites that are not given keep their lines.
int update(const Arguments& arguments) {
  std::map<std::string, std::string, std::less<>> lines;
  std::ifstream list(arguments.update);
  for (std::string line; std::getline(list, line);) {
    if (const auto expected = airlock::spec_tests::parse_expectation(line))
      lines.emplace(expected->name, line);
    else
      std::cout << line << '\n';
  }
  std::set<std::string> suites;
  for (const auto& [name, file] : read_scripts(arguments.files.front())) {
    const auto summary = run(file, arguments.options);
    if (suites.insert(suite_of(name)).second)
      std::erase_if(lines,
                    [&](const auto& line) { return suite_of(line.first) == suite_of(name); });
    if (const auto counts = counts_of(summary); !is_clean(counts))
      lines.emplace(name, to_string(Expectation{name, counts, reason_of(summary)}));
  }
  for (const auto& [name, line] : lines) std::cout << line << '\n';
  return 0;
}

}  // namespace

int main(int count, char** values) {
  const auto arguments = parse(count, values);
  if (!arguments.scripts.empty()) return run_batch(arguments);
  if (arguments.files.empty()) {
    std::cerr << "usage: airlock-spec-test [--exact-messages] [--round-trip] FILE...\n"
                 "       airlock-spec-test [--round-trip] --known-failures LIST --name NAME FILE\n"
                 "       airlock-spec-test [--round-trip] --known-failures LIST --scripts SCRIPTS "
                 "[--name TEXT]\n"
                 "       airlock-spec-test --update LIST SCRIPTS\n";
    return 2;
  }
  if (!arguments.update.empty()) return update(arguments);
  bool passed = true;
  Counts last;
  for (const auto& file : arguments.files) {
    last = report(file, run(file, arguments.options));
    passed = is_clean(last) && passed;
  }
  if (arguments.name.empty()) return passed ? 0 : 1;
  const auto [is_as_expected, remark] = compare(arguments.known_failures, arguments.name, last);
  if (!remark.empty()) std::cout << remark << '\n';
  return is_as_expected ? 0 : 1;
}
