// Runs test scripts, `.wast` (the reference interpreter's README, "Scripts").
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "cli/wast/component_host.hpp"
#include "decoder/error.hpp"
#include "decoder/text/script.hpp"
#include "runtime/engine.hpp"

namespace airlock::cli {

enum class Verdict : std::uint8_t { passed, failed, skipped };

/// What became of a directive that did not pass.
struct ScriptReport {
  Verdict verdict = Verdict::failed;
  SourcePosition position;
  std::string message;  ///< "assert_return: expected …, got …"
};

struct ScriptSummary {
  /// Reports and differences that are kept; the rest is only counted, so that a script of millions
  /// of failures does not take memory for all of them.
  static constexpr std::size_t most_reports = 10'000;

  std::size_t passed = 0;
  std::size_t failed = 0;
  /// Directives that need a feature this build does not run; the report names it.
  std::size_t skipped = 0;
  /// Directives that passed although the error of decoding or validation, right in its kind, does
  /// not begin with the text of the script; `differences` says how it reads.
  std::size_t differing_messages = 0;
  /// Modules and components that were printed and read again.
  std::size_t round_trips = 0;
  std::vector<ScriptReport> reports;
  std::vector<ScriptReport> differences;
};

struct ScriptOptions {
  ComponentHost* components = nullptr;  ///< without one, directives on components are skipped
  /// Whether errors of decoding and validation must also read as the script says. Their kind must
  /// be right in any case, and so must the texts of traps and of failed links.
  bool exact_messages = false;
  /// Whether each module and component is replaced by what comes back from printing and reading it.
  bool round_trip = false;
  /// The folder that `(input "file")` reads from; without one it is skipped.
  std::string folder{};
};

/// What is accepted in the script of a file. The scripts of the threads proposal are for a version
/// of the language without several memories or tables and without 64-bit limits, and test that they
/// are errors; those of the custom descriptors proposal need that proposal.
[[nodiscard]] Limits limits_of_script(std::string_view file);

/// Runs a script in a store of its own, with the host module `spectest`. A script that cannot be
/// read at all is an error.
[[nodiscard]] Result<ScriptSummary> run_script(runtime::Engine& engine, std::string_view source,
                                               const ScriptOptions& options = {});

/// `file.wast:12: assert_return: expected …`
[[nodiscard]] std::string format_report(const ScriptReport& report, std::string_view file);

}  // namespace airlock::cli
