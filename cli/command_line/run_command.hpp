// The command line of `airlock run`.
#pragma once

#include <CLI/CLI.hpp>
#include <expected>
#include <string>
#include <vector>

#include "cli/options.hpp"

namespace airlock::cli {

/// Declares the options of `run`. The parser does not parse the file and what follows it: these are
/// for the guest, even if they look like options.
class RunCommand {
 public:
  explicit RunCommand(CLI::App& app);
  RunCommand(const RunCommand&) = delete;
  RunCommand& operator=(const RunCommand&) = delete;

  [[nodiscard]] CLI::App& app() { return run_; }

  /// The options, after parsing.
  /// @param after_dashes what came after `--`: the file whatever its name looks like, and arguments
  /// @return the options, or what is wrong, in words
  [[nodiscard]] std::expected<RunOptions, std::string> finish(
      const std::vector<std::string>& after_dashes);

 private:
  void add_grants();
  void add_imports();
  void add_limits();
  void add_size(const std::string& name, std::optional<std::uint64_t>& size,
                const std::string& description);
  void take_grants();
  [[nodiscard]] std::expected<void, std::string> take_preloads();
  [[nodiscard]] std::expected<void, std::string> take_file(
      const std::vector<std::string>& after_dashes);

  CLI::App& run_;
  CLI::Option* directories_ = nullptr;
  CLI::Option* read_only_directories_ = nullptr;
  CLI::Option* variables_ = nullptr;
  CLI::Option* preloads_ = nullptr;
  RunOptions options_;
};

/// Adds `--timeout DURATION` to a command.
void add_timeout(CLI::App& command, std::optional<std::chrono::nanoseconds>& timeout,
                 const std::string& description);

/// `--features NAME,...` of several commands.
void add_features(CLI::App& command, Features& features);

/// Every option of a command as it is written: `--dir`, `-o`.
[[nodiscard]] std::vector<std::string> option_names(const CLI::App& command);

}  // namespace airlock::cli
