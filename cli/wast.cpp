// airlock wast

#include <filesystem>
#include <iostream>
#include <map>

#include "cli/input.hpp"
#include "cli/options.hpp"
#include "cli/progress.hpp"
#include "cli/wast/component_host.hpp"
#include "cli/wast/script_runner.hpp"
#include "decoder/printable.hpp"
#include "interpreter/executor.hpp"

namespace airlock::cli {
namespace {

std::string counts(std::size_t passed, std::size_t failed, std::size_t skipped) {
  return std::to_string(passed) + " passed, " + std::to_string(failed) + " failed, " +
         std::to_string(skipped) + " skipped";
}

/// The reasons for which directives of a file were skipped, each once, with how often it applied.
void print_skips(const ScriptSummary& summary, const std::string& file) {
  std::map<std::string_view, std::size_t> reasons;
  for (const auto& report : summary.reports)
    if (report.verdict == Verdict::skipped) ++reasons[report.message];
  for (const auto& [reason, times] : reasons)
    std::cout << printable(file) << ": skipped " << times << ": " << printable(reason) << '\n';
}

Result<ScriptSummary> run_file(const std::string& file, const WastOptions& options,
                               const runtime::EngineConfiguration& configuration) {
  const auto source = read_file(file, configuration.limits);
  if (!source) return std::unexpected(source.error());
  runtime::Engine engine(interpreter::make_executor(), configuration);
  const auto components = make_component_host(engine);
  return run_script(engine, *source,
                    {.components = components.get(),
                     .round_trip = options.round_trip,
                     .folder = std::filesystem::path(file).parent_path().string()});
}

}  // namespace

int wast(const WastOptions& options) {
  ScriptSummary total;
  Progress progress("running " + options.files.front());
  for (std::size_t i = 0; i < options.files.size(); ++i) {
    const auto& file = options.files[i];
    progress.update("running " + file + " (" + std::to_string(i + 1) + " of " +
                    std::to_string(options.files.size()) + ")");
    auto limits = limits_of_script(file);
    if (options.features.custom_descriptors) limits.features.custom_descriptors = true;
    if (options.features.compact_imports) limits.features.compact_imports = true;
    const auto summary = run_file(file, options,
                                  {.interruptible = options.timeout.has_value(),
                                   .longest_run = options.timeout,
                                   .collect_always = options.gc_stress,
                                   .limits = limits});
    if (!summary) {
      std::cout << format_error(summary.error(), file, "script") << '\n';
      ++total.failed;
      continue;
    }
    for (const auto& report : summary->reports)
      if (report.verdict == Verdict::failed) std::cout << format_report(report, file) << '\n';
    print_skips(*summary, file);
    if (const auto shown = summary->reports.size(); shown < summary->failed + summary->skipped)
      std::cout << printable(file) << ": " << summary->failed + summary->skipped - shown
                << " more failed or were skipped\n";
    if (summary->failed > 0)
      std::cout << printable(file) << ": "
                << counts(summary->passed, summary->failed, summary->skipped) << '\n';
    total.passed += summary->passed;
    total.failed += summary->failed;
    total.skipped += summary->skipped;
    total.differing_messages += summary->differing_messages;
    total.round_trips += summary->round_trips;
  }
  if (options.round_trip) std::cout << total.round_trips << " modules printed and read again\n";
  std::cout << total.differing_messages << " messages of decoding and validation differ\n"
            << counts(total.passed, total.failed, total.skipped) << '\n';
  return total.failed == 0 && (total.skipped == 0 || options.allow_skips) ? 0 : 1;
}

}  // namespace airlock::cli
