#include "cli/command_line/run_command.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <map>
#include <optional>
#include <utility>

#include "cli/command_line/byte_size.hpp"
#include "cli/command_line/duration.hpp"
#include "cli/command_line/help.hpp"
#include "cli/command_line/suggestion.hpp"

namespace airlock::cli {
namespace {

/// `HOST[::GUEST]`; without `::` the guest sees the directory under the name the host gave.
DirectoryGrant parse_directory(const std::string& text, bool read_only) {
  const auto separator = text.find("::");
  if (separator == std::string::npos) return {text, text, read_only};
  return {text.substr(0, separator), text.substr(separator + 2), read_only};
}

/// `NAME=VALUE`, or `NAME` to hand on the host's value: nothing if the host has none, so that a
/// guest can tell what is not set from what is empty.
std::optional<std::pair<std::string, std::string>> parse_variable(const std::string& text) {
  const auto separator = text.find('=');
  if (separator != std::string::npos)
    return std::pair{text.substr(0, separator), text.substr(separator + 1)};
  const char* value = std::getenv(text.c_str());
  if (value == nullptr) return std::nullopt;
  return std::pair{text, std::string(value)};
}

struct FeatureWord {
  const char* word;
  bool Features::* member;
};
/// Proposals that WebAssembly 3.0 does not have.
constexpr FeatureWord feature_words[] = {{"custom-descriptors", &Features::custom_descriptors},
                                         {"compact-imports", &Features::compact_imports}};
constexpr auto all_features = "all";

/// An option that may be given several times, each time with one value.
CLI::Option* add_repeatable(CLI::App& command, const std::string& name, const std::string& type,
                            const std::string& description) {
  return command.add_option(name, description)
      ->type_name(type)
      ->expected(1)
      ->take_all()
      ->allow_extra_args(false);
}

}  // namespace

void add_features(CLI::App& command, Features& features) {
  std::vector<std::string> words{all_features};
  for (const auto& feature : feature_words) words.emplace_back(feature.word);
  const auto turn_on = [&features](const std::vector<std::string>& given) {
    const auto has = [&](const char* word) {
      return std::ranges::find(given, word) != given.end();
    };
    for (const auto& feature : feature_words)
      if (has(all_features) || has(feature.word)) features.*feature.member = true;
  };
  command
      .add_option_function<std::vector<std::string>>(
          "--features", turn_on, "Accept proposals that are not in WebAssembly 3.0")
      ->type_name("NAME,...")
      ->delimiter(',')
      ->check(CLI::IsMember(words))
      ->allow_extra_args(false);
}

void add_timeout(CLI::App& command, std::optional<std::chrono::nanoseconds>& timeout,
                 const std::string& description) {
  const auto read = [&timeout](const std::string& text) {
    const auto duration = parse_duration(text);
    if (!duration) throw CLI::ValidationError("--timeout", duration.error());
    timeout = *duration;
  };
  command.add_option_function<std::string>("--timeout", read, description)->type_name("DURATION");
}

std::vector<std::string> option_names(const CLI::App& command) {
  std::vector<std::string> names;
  for (const auto* option : command.get_options()) {
    for (const auto& name : option->get_lnames()) names.push_back("--" + name);
    for (const auto& name : option->get_snames()) names.push_back('-' + name);
  }
  return names;
}

RunCommand::RunCommand(CLI::App& app)
    : run_(*app.add_subcommand("run", "Run a program, or call one of its functions")) {
  run_.prefix_command();
  run_.footer(help::run);
  add_grants();
  add_imports();
  run_.add_option("--invoke", options_.invoke, "Call a function and print its results")
      ->type_name("NAME[(ARGS)]");
  run_.add_option("--argv0", options_.argv0, "What the guest sees as its program's name")
      ->type_name("NAME");
  add_limits();
  run_.add_flag("!--no-demangle", options_.demangle,
                "Show names in backtraces as compilers of Rust and C++ mangled them");
  run_.add_flag("--gc-stress", options_.gc_stress,
                "Collect garbage at every allocation, to find what the collector does not see");
  run_.add_flag("--bounds-checks-in-code", options_.bounds_checks_in_code,
                "Compare at every memory access instead of relying on guard pages");
  add_features(run_, options_.features);
}

void RunCommand::add_grants() {
  directories_ = add_repeatable(run_, "--dir", "HOST[::GUEST]", "Grant a directory");
  read_only_directories_ =
      add_repeatable(run_, "--dir-readonly", "HOST[::GUEST]", "Grant a directory for reading only");
  variables_ =
      add_repeatable(run_, "--env", "NAME[=VALUE]", "Give the guest an environment variable");
  run_.add_flag("--deny-stdio", options_.deny_stdio, "Withdraw the standard streams");
  run_.add_flag("--deny-clocks", options_.deny_clocks, "Withdraw the clocks");
  run_.add_flag("--deny-random", options_.deny_random, "Withdraw random numbers");
}

void RunCommand::add_imports() {
  preloads_ = add_repeatable(run_, "--preload", "NAME=FILE",
                             "Satisfy imports from NAME with the exports of a core module");
  const auto choose = [this](const std::string& word) {
    options_.unknown_imports = word == "zero" ? UnknownImports::zero : UnknownImports::trap;
  };
  run_.add_option_function<std::string>(
          "--unknown-imports", choose,
          "Run although imports are unknown: calls of them trap, or give zeros")
      ->type_name("trap|zero")
      ->check(CLI::IsMember({"trap", "zero"}).description(""));
}

void RunCommand::add_limits() {
  add_size("--max-memory", options_.max_memory_bytes, "Bound of all memories together");
  add_size("--max-stack", options_.max_stack_bytes, "Bound of the call stack");
  add_size("--max-heap", options_.max_heap_bytes,
           "Bound of all garbage-collected objects together");
  const auto read_fuel = [this](const std::string& text) {
    std::uint64_t units = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), units);
    if (error != std::errc() || end != text.data() + text.size())
      throw CLI::ValidationError("--fuel", "a decimal number below 2^64 is needed");
    options_.fuel = units;
  };
  run_.add_option_function<std::string>(
          "--fuel", read_fuel,
          "Trap after this many instructions; work on many bytes counts as well")
      ->type_name("N");
  add_timeout(run_, options_.timeout, "Trap after this time, whatever the guest is doing");
}

void RunCommand::add_size(const std::string& name, std::optional<std::uint64_t>& size,
                          const std::string& description) {
  const auto read = [name, &size](const std::string& text) {
    const auto bytes = parse_byte_size(text);
    if (!bytes) throw CLI::ValidationError(name, bytes.error());
    size = *bytes;
  };
  run_.add_option_function<std::string>(name, read, description)->type_name("SIZE");
}

/// Directories in the order of the command line, of whichever option: that is the order of the
/// guest's descriptors.
void RunCommand::take_grants() {
  std::map<const CLI::Option*, std::size_t> taken;
  for (const auto* option : run_.parse_order()) {
    if (option != directories_ && option != read_only_directories_) continue;
    const auto& text = option->results()[taken[option]++];
    options_.directories.push_back(parse_directory(text, option == read_only_directories_));
  }
  for (const auto& text : variables_->results())
    if (auto variable = parse_variable(text)) options_.environment.push_back(*std::move(variable));
}

std::expected<void, std::string> RunCommand::take_file(
    const std::vector<std::string>& after_dashes) {
  const bool options_ended = !after_dashes.empty();
  const auto rest = options_ended ? after_dashes : run_.remaining();
  if (rest.empty()) return std::unexpected("airlock run: which FILE? See airlock run --help");
  const auto& first = rest.front();
  if (!options_ended && first.size() > 1 && first.starts_with('-')) {
    const auto name = first.substr(0, first.find('='));
    const auto suggestion = did_you_mean(name, option_names(run_));
    return std::unexpected("airlock run: unknown option " + name +
                           (suggestion.empty() ? "." : suggestion) + " See airlock run --help");
  }
  options_.file = first;
  options_.arguments.assign(rest.begin() + 1, rest.end());
  const auto names = option_names(run_);
  for (const auto& argument : options_.arguments) {
    const auto name = argument.substr(0, argument.find('='));
    if (!name.starts_with("--") || std::ranges::find(names, name) == names.end()) continue;
    options_.option_after_file = name;
    break;
  }
  return {};
}

std::expected<void, std::string> RunCommand::take_preloads() {
  for (const auto& text : preloads_->results()) {
    // A name of an import may hold anything, so it ends at the last sign of equality.
    const auto separator = text.rfind('=');
    if (separator == std::string::npos || separator + 1 == text.size())
      return std::unexpected("airlock run: --preload: `" + text + "` is not NAME=FILE");
    options_.preloads.push_back({text.substr(0, separator), text.substr(separator + 1)});
  }
  return {};
}

std::expected<RunOptions, std::string> RunCommand::finish(
    const std::vector<std::string>& after_dashes) {
  if (auto file = take_file(after_dashes); !file) return std::unexpected(file.error());
  if (auto taken = take_preloads(); !taken) return std::unexpected(taken.error());
  take_grants();
  return std::move(options_);
}

}  // namespace airlock::cli
