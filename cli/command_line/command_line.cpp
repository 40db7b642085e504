#include "cli/command_line/command_line.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <memory>
#include <ostream>
#include <system_error>
#include <utility>

#include "cli/command_line/help.hpp"
#include "cli/command_line/run_command.hpp"
#include "cli/command_line/suggestion.hpp"

namespace airlock::cli {
namespace {

constexpr auto version_text = "airlock " AIRLOCK_VERSION;
constexpr int exit_mistake = 1;

/// Adds to the usage line what the parser does not parse: the file and the guest's arguments.
class HelpFormatter : public CLI::Formatter {
 public:
  std::string make_usage(const CLI::App* app, std::string name) const override {
    auto usage = CLI::Formatter::make_usage(app, std::move(name));
    if (app->get_name() == "run") usage.insert(usage.find_last_not_of('\n') + 1, " FILE [ARGS]...");
    return usage;
  }
};

/// The command itself. Subcommands inherit what is set here, so it is set before there are any.
class MainCommand : public CLI::App {
 public:
  MainCommand() : CLI::App{help::about, "airlock"} {
    set_version_flag("-V,--version", version_text, "Show the version");
    footer(help::examples);
    formatter(std::make_shared<HelpFormatter>());
    require_subcommand(1);
  }
};

/// The whole command line. Options are parsed into the members.
class CommandLine {
 public:
  CommandLine();
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  std::expected<Request, int> read(std::vector<std::string> arguments, std::ostream& out,
                                   std::ostream& err);

 private:
  void add_wast();
  void add_validate();
  void add_parse();
  void add_print();
  void add_inspect();
  [[nodiscard]] bool complete(std::vector<std::string>& arguments, std::ostream& err) const;
  [[nodiscard]] int explain(const CLI::ParseError& error, std::ostream& out, std::ostream& err);
  [[nodiscard]] std::expected<Request, int> finish(std::ostream& err);

  MainCommand app_;
  RunCommand run_{app_};
  CLI::App* wast_app_ = app_.add_subcommand("wast", "Run test scripts");
  CLI::App* validate_app_ = app_.add_subcommand("validate", "Check modules and components");
  CLI::App* parse_app_ =
      app_.add_subcommand("parse", "Turn the text format into the binary format");
  CLI::App* print_app_ =
      app_.add_subcommand("print", "Turn the binary format into the text format");
  CLI::App* inspect_app_ =
      app_.add_subcommand("inspect", "Show what a module or component is and needs");
  WastOptions wast_;
  FilesOptions validate_;
  ParseOptions parse_;
  PrintOptions print_;
  InspectOptions inspect_;
};

CommandLine::CommandLine() {
  add_wast();
  add_validate();
  add_parse();
  add_print();
  add_inspect();
  app_.allow_extras();  // the parser puts what follows `run --` here; subcommands allow none
}

void CommandLine::add_wast() {
  wast_app_->add_option("FILE", wast_.files, "Scripts")->required()->type_name("");
  wast_app_->add_flag("--round-trip", wast_.round_trip,
                      "Print each module and component, read it again and run that");
  wast_app_->add_flag("--allow-skips", wast_.allow_skips,
                      "Exit with 0 although directives were skipped");
  wast_app_->add_flag("--gc-stress", wast_.gc_stress, "Collect garbage at every allocation");
  add_timeout(*wast_app_, wast_.timeout, "Fail an action that takes longer than this");
  add_features(*wast_app_, wast_.features);
  wast_app_->footer(help::wast);
}

void CommandLine::add_validate() {
  validate_app_->add_option("FILE", validate_.files, "Binaries or texts")
      ->required()
      ->type_name("");
  add_features(*validate_app_, validate_.features);
  validate_app_->footer(help::validate);
}

void CommandLine::add_parse() {
  parse_app_->add_option("FILE", parse_.file, "Text")->required()->type_name("");
  parse_app_
      ->add_option("-o,--output", parse_.output, "Where to write the binary (standard output)")
      ->type_name("FILE");
  parse_app_->footer(help::parse);
}

void CommandLine::add_print() {
  print_app_->add_option("FILE", print_.file, "Binary or text")->required()->type_name("");
  print_app_->add_option("-o,--output", print_.output, "Where to write the text (standard output)")
      ->type_name("FILE");
  print_app_->add_flag("--folded", print_.is_folded, "Write operands within their instructions");
  print_app_->add_flag("--offsets", print_.has_offsets,
                       "Say where in the binary each line comes from");
  print_app_->footer(help::print);
}

void CommandLine::add_inspect() {
  inspect_app_->add_option("FILE", inspect_.file, "Binary or text")->required()->type_name("");
  add_features(*inspect_app_, inspect_.features);
  inspect_app_->footer(help::inspect);
}

/// Whether a word is meant as a file: it looks like a path, or there is one.
bool is_meant_as_file(const std::string& word) {
  if (word.find_first_of("./") != std::string::npos) return true;
  std::error_code ignored;
  return std::filesystem::exists(word, ignored);
}

/// Inserts the subcommand that the command line leaves out: `airlock app.wasm` runs it, `airlock
/// help run` shows help.
/// @return false if the first word is neither a command nor a file
bool CommandLine::complete(std::vector<std::string>& arguments, std::ostream& err) const {
  if (arguments.empty()) return true;
  std::vector<std::string> commands{"help"};
  for (const auto* command : app_.get_subcommands({})) commands.push_back(command->get_name());
  const auto first = arguments.front();
  if (first == "help") {
    arguments.erase(arguments.begin());
    arguments.emplace_back("--help");
    return true;
  }
  if (first == "version" && !is_meant_as_file(first)) {
    arguments = {"--version"};
    return true;
  }
  const bool is_command = std::ranges::find(commands, first) != commands.end();
  const auto own = {"--help", "-h", "--version", "-V"};
  if (is_command || std::ranges::find(own, first) != own.end()) return true;
  if (!first.starts_with('-') && !is_meant_as_file(first)) {
    err << "airlock: there is no command `" << first << "`, nor a file of that name"
        << did_you_mean(first, commands) << "\nSee airlock --help\n";
    return false;
  }
  arguments.insert(arguments.begin(), "run");
  return true;
}

/// Prints the result of the parser: help, or a mistake with what was probably meant.
int CommandLine::explain(const CLI::ParseError& error, std::ostream& out, std::ostream& err) {
  const int code = app_.exit(error, out, err);
  const auto parsed = app_.get_subcommands();
  const bool is_unexpected = error.get_exit_code() == static_cast<int>(CLI::ExitCodes::ExtrasError);
  if (is_unexpected && !parsed.empty()) {
    const auto names = option_names(*parsed.front());
    for (const auto& word : parsed.front()->remaining())
      if (const auto option = nearest(word.substr(0, word.find('=')), names); !option.empty())
        err << "Did you mean `" << option << "`?\n";
  }
  return code == 0 ? 0 : exit_mistake;
}

std::expected<Request, int> CommandLine::read(std::vector<std::string> arguments, std::ostream& out,
                                              std::ostream& err) {
  if (!complete(arguments, err)) return std::unexpected(exit_mistake);
  std::ranges::reverse(arguments);  // the parser takes them from the end
  try {
    app_.parse(std::move(arguments));
  } catch (const CLI::ParseError& error) {
    return std::unexpected(explain(error, out, err));
  }
  return finish(err);
}

std::expected<Request, int> CommandLine::finish(std::ostream& err) {
  const auto after_dashes = app_.remaining();
  if (run_.app().parsed()) {
    auto options = run_.finish(after_dashes);
    if (options) return *std::move(options);
    err << options.error() << '\n';
    return std::unexpected(exit_mistake);
  }
  if (!after_dashes.empty()) {
    err << "airlock: unexpected argument " << after_dashes.front() << '\n';
    return std::unexpected(exit_mistake);
  }
  if (wast_app_->parsed()) return std::move(wast_);
  if (parse_app_->parsed()) return std::move(parse_);
  if (print_app_->parsed()) return std::move(print_);
  if (validate_app_->parsed()) return std::move(validate_);
  return std::move(inspect_);
}

}  // namespace

std::expected<Request, int> parse_command_line(std::vector<std::string> arguments,
                                               std::ostream& out, std::ostream& err) {
  return CommandLine().read(std::move(arguments), out, err);
}

}  // namespace airlock::cli
