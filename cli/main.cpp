// The airlock command: parses the command line and hands over to a subcommand.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <optional>
#include <utility>

#include "cli/options.hpp"

namespace {

using airlock::Features;
using namespace airlock::cli;

constexpr auto version = "airlock " AIRLOCK_VERSION;

constexpr auto about = R"(Airlock runs WebAssembly: core modules and components.

A guest has no authority that was not granted to it: `airlock run` gives it the standard
streams, its arguments, clocks and random numbers, and nothing else without a flag.)";

constexpr auto examples = R"(Examples:
  airlock run app.wasm --flag input.txt       everything after the file goes to the guest
  airlock run --dir .::/ --env HOME=/ app.wasm
  airlock run --invoke 'add(1, 2)' calc.wasm
  airlock inspect app.wasm
  airlock parse app.wat -o app.wasm           text to binary
  airlock print --folded app.wasm             binary to text
  airlock wast tests/*.wast

`airlock COMMAND --help` says more about a command.)";

constexpr auto run_footer =
    R"(FILE is a core module or a component, binary or text; `-` reads standard input.
Options stand before FILE; everything after it goes to the guest.

A module's entry point is the export `_start`; a component's is wasi:cli/run. The export
`_initialize` of a module that is no program is called before anything else.

--invoke calls a function instead of the program's entry point and prints its results. Arguments
and results are written as WAVE values. A function of an exported interface is named
`namespace:package/interface.function`; the bare name does where it is unambiguous:
  airlock run --invoke 'add(1, 2)' calc.wasm
  airlock run --invoke 'demo:calc/ops.sum([1, 2, 3])' calc.wasm
  airlock run --invoke 'wasi:cli/run.run@0.2.0()' app.wasm

Exit codes: the guest's own (255 if it is larger); 1 for an error before it ran; 134 for a trap or an
uncaught exception.)";

constexpr auto wast_footer =
    R"(Runs scripts of the official test suites: modules with assertions about them.
Prints a line for each directive that fails and a line for each file with failures; the last line
is `N passed, N failed, N skipped`, over directives. The line before says how many errors of
decoding and validation are right in kind but read otherwise than the script has it. The exit code
is 0 if none failed.

--round-trip runs each module and component not as written but as it comes back from being printed
and read again, folded and flat, and fails it if one of the forms is not stable.)";

constexpr auto validate_footer =
    R"(Says nothing and exits with 0 if all files are valid; else prints why and exits with 1.)";

constexpr auto parse_footer =
    R"(FILE is the text of a core module or component; `-` reads standard input. A binary is handed
on as it is. Identifiers are kept in the custom section `name`.

The binary is well-formed, but need not be valid: `airlock validate` says whether it is.)";

constexpr auto print_footer =
    R"(FILE is a core module or a component, binary or text; `-` reads standard input. It need not be
valid. Names come from the custom section `name`; other custom sections become `(@custom ...)`
annotations, branch hints `(@metadata.code.branch_hint ...)`. Parsing the text gives the module
or component again.

--folded writes (i32.add (local.get 0) (i32.const 1)) where the flat form takes three lines. What
does not read well folded (operands from outside of a block, unreachable code) stays flat.
--offsets begins each line with the offset of what it shows: (;@2a4;). It is the offset that errors
and backtraces give.)";

constexpr auto inspect_footer =
    R"(Shows whether FILE is a core module or a component, its imports and exports (those of a
component as WIT), the sizes of its parts, and which capabilities it asks for.)";

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
constexpr FeatureWord feature_words[] = {{"custom-descriptors", &Features::custom_descriptors}};

void add_features(CLI::App& command, Features& features) {
  std::vector<std::string> words;
  for (const auto& feature : feature_words) words.emplace_back(feature.word);
  const auto turn_on = [&features](const std::vector<std::string>& given) {
    for (const auto& feature : feature_words)
      if (std::ranges::find(given, feature.word) != given.end()) features.*feature.member = true;
  };
  command
      .add_option_function<std::vector<std::string>>(
          "--features", turn_on, "Accept proposals that are not in WebAssembly 3.0")
      ->type_name("NAME,...")
      ->delimiter(',')
      ->check(CLI::IsMember(words))
      ->allow_extra_args(false);
}

/// Says in the usage line what the parser leaves alone: the file and the guest's arguments.
class HelpFormatter : public CLI::Formatter {
 public:
  std::string make_usage(const CLI::App* app, std::string name) const override {
    auto usage = CLI::Formatter::make_usage(app, std::move(name));
    if (app->get_name() == "run") usage.insert(usage.find_last_not_of('\n') + 1, " FILE [ARGS]...");
    return usage;
  }
};

/// Everything `run` was given, as text.
struct RunArguments {
  std::vector<std::string> directories, read_only_directories, variables;
  RunOptions options;
};

CLI::App* add_run(CLI::App& app, RunArguments& arguments) {
  auto* run = app.add_subcommand("run", "Run a program, or call one of its functions");
  run->prefix_command();  // the file and what follows it are not ours to parse
  run->footer(run_footer);
  auto& options = arguments.options;
  run->add_option("--dir", arguments.directories, "Grant a directory")
      ->type_name("HOST[::GUEST]")
      ->take_all()
      ->allow_extra_args(false);
  run->add_option("--dir-readonly", arguments.read_only_directories,
                  "Grant a directory for reading only")
      ->type_name("HOST[::GUEST]")
      ->take_all()
      ->allow_extra_args(false);
  run->add_option("--env", arguments.variables, "Give the guest an environment variable")
      ->type_name("NAME[=VALUE]")
      ->take_all()
      ->allow_extra_args(false);
  run->add_option("--invoke", options.invoke, "Call a function and print its results")
      ->type_name("NAME(ARGS)");
  run->add_option("--argv0", options.argv0, "What the guest sees as its program's name")
      ->type_name("NAME");
  run->add_flag("--deny-stdio", options.deny_stdio, "Withdraw the standard streams");
  run->add_flag("--deny-clocks", options.deny_clocks, "Withdraw the clocks");
  run->add_flag("--deny-random", options.deny_random, "Withdraw random numbers");
  run->add_option("--max-memory", options.max_memory_bytes, "Bound of all memories together")
      ->type_name("BYTES");
  run->add_option("--max-stack", options.max_stack_bytes, "Bound of the call stack")
      ->type_name("BYTES");
  run->add_option("--max-heap", options.max_heap_bytes,
                  "Bound of all garbage-collected objects together")
      ->type_name("BYTES");
  run->add_flag("--gc-stress", options.gc_stress,
                "Collect garbage at every allocation, to find what the collector does not see");
  run->add_option("--fuel", options.fuel, "Trap after this many instructions")->type_name("N");
  run->add_flag("--bounds-checks-in-code", options.bounds_checks_in_code,
                "Compare at every memory access instead of relying on guard pages");
  add_features(*run, options.features);
  return run;
}

CLI::App* add_parse(CLI::App& app, ParseOptions& options) {
  auto* parse = app.add_subcommand("parse", "Turn the text format into the binary format");
  parse->add_option("FILE", options.file, "Text")->required()->type_name("");
  parse->add_option("-o,--output", options.output, "Where to write the binary (standard output)")
      ->type_name("FILE");
  parse->footer(parse_footer);
  return parse;
}

CLI::App* add_print(CLI::App& app, PrintOptions& options) {
  auto* print = app.add_subcommand("print", "Turn the binary format into the text format");
  print->add_option("FILE", options.file, "Binary or text")->required()->type_name("");
  print->add_option("-o,--output", options.output, "Where to write the text (standard output)")
      ->type_name("FILE");
  print->add_flag("--folded", options.is_folded, "Write operands within their instructions");
  print->add_flag("--offsets", options.has_offsets, "Say where in the binary each line comes from");
  print->footer(print_footer);
  return print;
}

/// Splits what stands behind the options of `run` into the file and the guest's arguments.
/// @param options_ended `--` said that no more options come, whatever the file's name looks like
bool take_file(const std::vector<std::string>& rest, bool options_ended, RunOptions& options) {
  if (rest.empty()) {
    std::cerr << "airlock run: which FILE? See airlock run --help\n";
    return false;
  }
  auto first = rest.begin();
  if (!options_ended && first->size() > 1 && first->starts_with('-')) {
    std::cerr << "airlock run: unknown option " << *first << ". See airlock run --help\n";
    return false;
  }
  options.file = *first;
  options.arguments.assign(first + 1, rest.end());
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{about, "airlock"};
  app.set_version_flag("--version", version, "Show the version");
  app.footer(examples);
  app.formatter(std::make_shared<HelpFormatter>());
  app.require_subcommand(1);

  RunArguments run_arguments;
  auto* run_app = add_run(app, run_arguments);

  WastOptions wast_options;
  auto* wast_app = app.add_subcommand("wast", "Run test scripts");
  wast_app->add_option("FILE", wast_options.files, "Scripts")->required()->type_name("");
  wast_app->add_flag("--round-trip", wast_options.round_trip,
                     "Print each module and component, read it again and run that");
  wast_app->add_flag("--gc-stress", wast_options.gc_stress, "Collect garbage at every allocation");
  add_features(*wast_app, wast_options.features);
  wast_app->footer(wast_footer);

  FilesOptions validate_options;
  auto* validate_app = app.add_subcommand("validate", "Check modules and components");
  validate_app->add_option("FILE", validate_options.files, "Binaries or texts")
      ->required()
      ->type_name("");
  add_features(*validate_app, validate_options.features);
  validate_app->footer(validate_footer);

  ParseOptions parse_options;
  auto* parse_app = add_parse(app, parse_options);
  PrintOptions print_options;
  auto* print_app = add_print(app, print_options);

  InspectOptions inspect_options;
  auto* inspect_app = app.add_subcommand("inspect", "Show what a module or component is and needs");
  inspect_app->add_option("FILE", inspect_options.file, "Binary or text")
      ->required()
      ->type_name("");
  add_features(*inspect_app, inspect_options.features);
  inspect_app->footer(inspect_footer);

  app.allow_extras();  // the parser puts what follows `run --` here; subcommands allow none
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 1;
  }

  const auto behind_dashes = app.remaining();
  if (!run_app->parsed() && !behind_dashes.empty()) {
    std::cerr << "airlock: unexpected argument " << behind_dashes.front() << '\n';
    return 1;
  }
  if (run_app->parsed()) {
    auto& options = run_arguments.options;
    const bool options_ended = !behind_dashes.empty();
    const auto rest = options_ended ? behind_dashes : run_app->remaining();
    if (!take_file(rest, options_ended, options)) return 1;
    for (const auto& text : run_arguments.directories)
      options.directories.push_back(parse_directory(text, false));
    for (const auto& text : run_arguments.read_only_directories)
      options.directories.push_back(parse_directory(text, true));
    for (const auto& text : run_arguments.variables)
      if (auto variable = parse_variable(text)) options.environment.push_back(std::move(*variable));
    return run(options);
  }
  if (wast_app->parsed()) return wast(wast_options);
  if (parse_app->parsed()) return parse(parse_options);
  if (print_app->parsed()) return print(print_options);
  if (validate_app->parsed()) return validate(validate_options);
  return inspect(inspect_options);
}
