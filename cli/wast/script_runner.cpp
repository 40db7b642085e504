#include "cli/wast/script_runner.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <ranges>
#include <system_error>
#include <thread>
#include <utility>

#include "cli/wast/script_values.hpp"
#include "cli/wast/spectest.hpp"
#include "decoder/printable.hpp"
#include "decoder/reader.hpp"
#include "decoder/text/printer.hpp"
#include "decoder/text/round_trip.hpp"
#include "runtime/linker.hpp"
#include "validator/custom_sections.hpp"
#include "validator/module_validator.hpp"

namespace airlock::cli {

using decoder::text::Action;
using decoder::text::Directive;
using decoder::text::DirectiveKind;
using decoder::text::ScriptModule;
using decoder::text::ScriptValue;
using runtime::Instance;

namespace {

/// A module or component of the script, ready to be instantiated.
struct Definition {
  bool is_component = false;
  std::shared_ptr<const runtime::CompiledModule> module;
  ComponentHost::Number component = 0;
};

struct InstanceEntry {
  bool is_component = false;
  Instance* instance = nullptr;
  ComponentHost::Number component = 0;
  bool is_of_another_thread = false;
};

/// What an action gave: values of a core function or of a component's.
struct ActionResult {
  std::vector<runtime::Value> values;
  std::vector<ScriptValue> component_values;
  bool is_component = false;
};

/// Objects of one kind by name, and the latest one; or why it could not be made.
template <typename T>
class Named {
 public:
  void set(const std::string& name, Result<T> value) {
    if (!name.empty()) names_.insert_or_assign(name, value);
    latest_ = std::move(value);
  }
  /// @param what "instance" or "module", for the message
  [[nodiscard]] Result<T> find(const std::string& name, std::string_view what) const {
    if (name.empty())
      return latest_ ? *latest_ : fail(ErrorKind::argument, "there is no " + std::string(what));
    const auto found = names_.find(name);
    if (found == names_.end())
      return fail(ErrorKind::argument, "there is no " + std::string(what) + " $" + name);
    return found->second;
  }

 private:
  std::map<std::string, Result<T>> names_;
  std::optional<Result<T>> latest_;
};

std::string describe(const Error& error) {
  return std::string(name_of(error.kind)) + ": " + error.message;
}

/// Whether a message is the one expected: it may go on with details ("type mismatch: expected i32,
/// found f64"), as in the reference interpreter.
bool same_message(std::string_view expected, std::string_view actual) {
  // The component tests name some traps as Wasmtime prints them.
  if (expected.starts_with("wasm trap: ")) expected.remove_prefix(11);
  if (expected == "wasm `unreachable` instruction executed") expected = "unreachable";
  return actual.starts_with(expected);
}

class ScriptRunner {
 public:
  ScriptRunner(runtime::Engine& engine, const ScriptOptions& options)
      : engine_(engine), options_(options), store_(engine), linker_(store_) {}

  /// Joins threads that the script did not wait for, before the objects that they share are gone.
  ~ScriptRunner() {
    for (auto& [name, thread] : threads_) thread.handle.join();
  }
  ScriptRunner(const ScriptRunner&) = delete;
  ScriptRunner& operator=(const ScriptRunner&) = delete;

  [[nodiscard]] Result<void> prepare() { return define_spectest(linker_); }

  void run(const Directive& directive) {
    const auto result = execute(directive);
    if (result) {
      ++summary_.passed;
      return;
    }
    const bool is_skipped = result.error().kind == ErrorKind::unsupported;
    ++(is_skipped ? summary_.skipped : summary_.failed);
    if (summary_.reports.size() == ScriptSummary::most_reports) return;
    summary_.reports.push_back(
        {.verdict = is_skipped ? Verdict::skipped : Verdict::failed,
         .position = directive.position,
         .message = std::string(to_string(directive.kind)) + ": " + result.error().message});
  }

  /// What became of all directives, those of threads included.
  [[nodiscard]] ScriptSummary take_summary() {
    for (auto& [name, thread] : threads_) join(thread);
    threads_.clear();
    return std::move(summary_);
  }

 private:
  /// A thread of the script that may still run.
  struct Thread {
    std::unique_ptr<ScriptRunner> runner;
    std::thread handle;
  };

  // A directive passes, or fails with a message for the report. A failure of the kind
  // `unsupported` means that it was skipped.
  static std::unexpected<Error> failed(const std::string& message) {
    return fail(ErrorKind::argument, message);
  }
  static std::unexpected<Error> skipped(std::string feature) {
    return fail(ErrorKind::unsupported, "unsupported: " + std::move(feature));
  }
  /// An error where success was expected.
  static std::unexpected<Error> unexpected_error(const Error& error) {
    if (error.kind != ErrorKind::unsupported) return failed(describe(error));
    return error.message.starts_with("unsupported") ? std::unexpected(error)
                                                    : skipped(error.message);
  }

  Result<void> execute(const Directive& directive) {
    switch (directive.kind) {
      case DirectiveKind::module:
        return run_module(*directive.module);
      case DirectiveKind::instance:
        return run_instance(*directive.instance);
      case DirectiveKind::register_:
        return run_register(directive);
      case DirectiveKind::action: {
        const auto result = act(*directive.action);
        if (!result) return unexpected_error(result.error());
        return {};
      }
      case DirectiveKind::assert_return:
        return assert_return(directive);
      case DirectiveKind::assert_trap:
        return assert_failure(directive, ErrorKind::trap);
      case DirectiveKind::assert_exhaustion:
        return assert_failure(directive, ErrorKind::trap);
      case DirectiveKind::assert_exception:
        return assert_exception(directive);
      case DirectiveKind::assert_unlinkable:
        return assert_failure(directive, ErrorKind::unlinkable);
      case DirectiveKind::assert_malformed:
        return assert_refused(directive, ErrorKind::malformed, false);
      case DirectiveKind::assert_invalid:
        return assert_refused(directive, ErrorKind::invalid, false);
      case DirectiveKind::assert_malformed_custom:
        return assert_refused(directive, ErrorKind::malformed, true);
      case DirectiveKind::assert_invalid_custom:
        return assert_refused(directive, ErrorKind::invalid, true);
      case DirectiveKind::assert_suspension:
        return skipped("stack switching");
      case DirectiveKind::script:
        for (const auto& command : directive.body) run(command);
        return {};
      case DirectiveKind::input:
        return run_input(directive);
      case DirectiveKind::output:
        return run_output(directive);
      case DirectiveKind::thread:
        return start_thread(directive);
      case DirectiveKind::wait:
        return wait_for_thread(directive.name);
    }
    return failed("directive of no known kind");
  }

  // --- Modules and instances

  /// The binary of a module or component, or what comes back from printing and reading it.
  Result<decoder::SharedBytes> module_binary(std::vector<std::byte> assembled) {
    auto binary = std::make_shared<const std::vector<std::byte>>(std::move(assembled));
    if (!options_.round_trip) return binary;
    auto again = decoder::text::round_trip(binary, engine_.limits());
    if (!again) return fail(ErrorKind::argument, "round trip: " + again.error().message);
    if (*again == nullptr) return binary;  // malformed: the reader says why
    ++summary_.round_trips;
    return again;
  }

  /// Assembles, decodes and validates, without a trace in the store.
  /// @param with_customs whether what custom sections hold has to make sense as well
  Result<void> check(const ScriptModule& module, bool with_customs = false) {
    auto assembled = module.assemble(engine_.limits());
    if (!assembled) return propagate(std::move(assembled));
    if (module.is_component) {
      if (options_.components == nullptr) return skipped("components");
      auto binary = module_binary(std::move(assembled->binary));
      if (!binary) return propagate(std::move(binary));
      auto defined = options_.components->define(*std::move(binary));
      if (!defined) return propagate(std::move(defined));
      return {};
    }
    // Errors in custom sections do not survive being printed.
    auto binary = with_customs
                      ? Result<decoder::SharedBytes>(std::make_shared<const std::vector<std::byte>>(
                            std::move(assembled->binary)))
                      : module_binary(std::move(assembled->binary));
    if (!binary) return propagate(std::move(binary));
    const auto tree = decoder::read_module(*std::move(binary), engine_.limits());
    if (!tree) return std::unexpected(tree.error());
    auto valid = validator::validate_module(*tree, engine_.limits());
    if (!valid || !with_customs) return valid;
    return validator::validate_custom_sections(*tree, engine_.limits());
  }

  Result<Definition> define(const ScriptModule& module) {
    auto assembled = module.assemble(engine_.limits());
    if (!assembled) return propagate(std::move(assembled));
    Definition definition{.is_component = module.is_component, .module = nullptr};
    if (module.is_component) {
      if (options_.components == nullptr) return skipped("components");
      auto binary = module_binary(std::move(assembled->binary));
      if (!binary) return propagate(std::move(binary));
      auto component = options_.components->define(*std::move(binary));
      if (!component) return std::unexpected(component.error());
      definition.component = *component;
    } else {
      auto binary = module_binary(std::move(assembled->binary));
      if (!binary) return propagate(std::move(binary));
      auto compiled = engine_.compile(*std::move(binary));
      if (!compiled) return std::unexpected(module.locate(compiled.error(), assembled->map));
      definition.module = *std::move(compiled);
    }
    return definition;
  }

  Result<InstanceEntry> instantiate(const Definition& definition, const std::string& path) {
    InstanceEntry entry{.is_component = definition.is_component};
    if (definition.is_component) {
      auto instance = options_.components->instantiate(definition.component);
      if (!instance) return propagate(std::move(instance));
      entry.component = *instance;
    } else {
      auto instance = linker_.instantiate(definition.module, path);
      if (!instance) return propagate(std::move(instance));
      entry.instance = *instance;
    }
    return entry;
  }

  Result<void> run_module(const ScriptModule& module) {
    auto definition = define(module);
    definitions_.set(module.name, definition);
    if (module.is_definition) {
      if (!definition) return unexpected_error(definition.error());
      return {};
    }
    auto instance = definition ? instantiate(*definition, module.name)
                               : Result<InstanceEntry>(std::unexpected(definition.error()));
    return keep_instance(module.name, std::move(instance));
  }

  Result<void> run_instance(const decoder::text::InstanceUse& use) {
    const auto definition = definitions_.find(use.module, "module");
    auto instance = definition ? instantiate(*definition, use.name)
                               : Result<InstanceEntry>(std::unexpected(definition.error()));
    return keep_instance(use.name, std::move(instance));
  }

  /// Actions on an instance that could not be made fail, or are skipped, for the same reason.
  Result<void> keep_instance(const std::string& name, Result<InstanceEntry> instance) {
    instances_.set(name, instance);
    if (!instance) return unexpected_error(instance.error());
    return {};
  }

  Result<void> run_register(const Directive& directive) {
    const auto entry = instances_.find(directive.subject, "instance");
    if (!entry) return unexpected_error(entry.error());
    if (entry->is_of_another_thread) return register_shared_memories(directive.name, *entry);
    if (entry->is_component)
      options_.components->register_instance(directive.name, entry->component);
    else
      linker_.define_instance(directive.name, *entry->instance);
    return {};
  }

  // --- Files

  /// `(input "file")`: the commands of a script, or one module, which takes the name given here.
  Result<void> run_input(const Directive& directive) {
    constexpr std::uint32_t deepest = 16;
    if (options_.folder.empty()) return skipped("reading files from a script");
    if (input_depth_ == deepest) return failed("scripts read each other too deep");
    const auto path = std::filesystem::path(options_.folder) / directive.path;
    std::ifstream stream(path, std::ios::binary);
    if (!stream) return failed(path.string() + ": cannot be read");
    std::string contents(std::istreambuf_iterator<char>(stream), {});
    if (decoder::detect(std::as_bytes(std::span(contents))) != decoder::FileKind::text) {
      auto module = ScriptModule::of_binary(std::move(contents));
      module.name = directive.name;
      return run_module(module);
    }
    auto script = decoder::text::ScriptReader::open(contents, engine_.limits());
    if (!script) return failed(format_error(script.error(), path.string()));
    ++input_depth_;
    auto command = script->next();
    auto next = script->next();
    if (!directive.name.empty() && command && !next && command->module)
      command->module->name = directive.name;
    for (; command; command = std::move(next), next = script->next()) run(*command);
    --input_depth_;
    return {};
  }

  /// `(output $module?)` prints a module. A script may not write to files.
  Result<void> run_output(const Directive& directive) {
    if (!directive.path.empty()) return skipped("writing files from a script");
    const auto definition = definitions_.find(directive.subject, "module");
    if (!definition) return unexpected_error(definition.error());
    if (definition->is_component) return skipped("printing components");
    const auto text = decoder::text::print_module(definition->module->tree, engine_.limits());
    if (!text) return unexpected_error(text.error());
    std::cout << *text;
    return {};
  }

  // --- Threads

  /// Runs commands on an OS thread, in a store of their own.
  Result<void> start_thread(const Directive& directive) {
    if (threads_.contains(directive.name))
      return failed("there is a thread $" + directive.name + " already");
    auto runner = std::make_unique<ScriptRunner>(engine_, thread_options_);
    if (auto ready = runner->prepare(); !ready) return ready;
    for (const auto& name : directive.shared) {
      auto entry = instances_.find(name, "instance");
      if (!entry) return unexpected_error(entry.error());
      if (entry->is_component) return skipped("components in threads");
      entry->is_of_another_thread = true;
      runner->instances_.set(name, *entry);
    }
    try {
      std::thread handle([body = directive.body, &runner = *runner] {
        for (const auto& command : body) runner.run(command);
      });
      threads_.emplace(directive.name, Thread{std::move(runner), std::move(handle)});
    } catch (const std::system_error& error) {
      return failed(std::string("the system has no thread left: ") + error.what());
    }
    return {};
  }

  Result<void> wait_for_thread(const std::string& name) {
    auto found = threads_.extract(name);
    if (found.empty()) return failed("there is no thread $" + name);
    join(found.mapped());
    return {};
  }

  /// Waits for a thread and counts what it did as this script's.
  void join(Thread& thread) {
    thread.handle.join();
    auto summary = thread.runner->take_summary();
    summary_.passed += summary.passed;
    summary_.failed += summary.failed;
    summary_.skipped += summary.skipped;
    summary_.differing_messages += summary.differing_messages;
    summary_.round_trips += summary.round_trips;
    take_reports(summary.reports, summary_.reports);
    take_reports(summary.differences, summary_.differences);
  }

  static void take_reports(std::vector<ScriptReport>& from, std::vector<ScriptReport>& to) {
    const auto room = ScriptSummary::most_reports - to.size();
    std::ranges::move(from | std::views::take(room), std::back_inserter(to));
  }

  /// Nothing but shared memories may be passed from an instance that another thread uses.
  Result<void> register_shared_memories(const std::string& name, const InstanceEntry& entry) {
    for (const auto& item : entry.instance->module->tree.exports) {
      if (item.kind != decoder::ExternKind::memory) continue;
      auto* memory = entry.instance->memories[item.index];
      if (!memory->type().is_shared) continue;
      const auto external = runtime::External::of(memory);
      if (auto defined = linker_.define(name, item.name, external); !defined) return defined;
    }
    return {};
  }

  // --- Actions

  Result<ActionResult> act(const Action& action) {
    const auto entry = instances_.find(action.instance, "instance");
    if (!entry) return std::unexpected(entry.error());
    if (entry->is_of_another_thread)
      return fail(ErrorKind::argument, "an instance of another thread cannot be used directly");
    ActionResult result{.values = {}, .component_values = {}, .is_component = entry->is_component};
    if (entry->is_component) {
      auto values = options_.components->invoke(entry->component, action.name, action.arguments);
      if (!values) return propagate(std::move(values));
      result.component_values = *std::move(values);
      return result;
    }
    auto values = action.is_get ? get(*entry->instance, action) : invoke(*entry->instance, action);
    if (!values) return propagate(std::move(values));
    result.values = *std::move(values);
    return result;
  }

  Result<std::vector<runtime::Value>> get(Instance& instance, const Action& action) {
    runtime::External external{.kind = decoder::ExternKind::function, .function = nullptr};
    if (!instance.find_export(action.name, external) ||
        external.kind != decoder::ExternKind::global)
      return fail(ErrorKind::argument, "there is no global \"" + action.name + '"');
    runtime::Value value{.type = external.global->type.value, .slots = {}};
    for (std::uint32_t i = 0; i < runtime::slot_count(value.type); ++i)
      value.slots[i] = external.global->storage[i];
    return std::vector{value};
  }

  Result<std::vector<runtime::Value>> invoke(Instance& instance, const Action& action) {
    runtime::External external{.kind = decoder::ExternKind::function, .function = nullptr};
    if (!instance.find_export(action.name, external) ||
        external.kind != decoder::ExternKind::function)
      return fail(ErrorKind::argument, "there is no function \"" + action.name + '"');
    std::vector<runtime::Value> arguments;
    for (const auto& argument : action.arguments) {
      auto value = to_runtime_value(argument);
      if (!value) return propagate(std::move(value));
      arguments.push_back(*value);
    }
    return store_.call(*external.function, arguments);
  }

  // --- Assertions

  Result<void> assert_return(const Directive& directive) {
    const auto result = act(*directive.action);
    if (!result) return unexpected_error(result.error());
    const auto& expected = directive.results;
    const bool matched =
        result->is_component
            ? std::ranges::equal(expected, result->component_values,
                                 [](const ScriptValue& wanted, const ScriptValue& actual) {
                                   return matches(wanted, actual);
                                 })
            : std::ranges::equal(expected, result->values,
                                 [this](const ScriptValue& wanted, const runtime::Value& actual) {
                                   return matches(engine_.types(), wanted, actual);
                                 });
    if (matched) return {};
    return failed(
        "expected " + list_text(expected) + ", got " +
        (result->is_component ? list_text(result->component_values) : list_text(result->values)));
  }

  /// Whether an action, or instantiating a module, fails in the way that is asserted.
  Result<void> assert_failure(const Directive& directive, ErrorKind kind) {
    const auto error = failure_of(directive);
    if (!error) return failed("expected \"" + directive.message + "\", but nothing went wrong");
    if (error->kind == ErrorKind::unsupported) return unexpected_error(*error);
    if (error->kind == kind && same_message(directive.message, error->message)) return {};
    return failed("expected \"" + directive.message + "\", got " + describe(*error));
  }

  std::optional<Error> failure_of(const Directive& directive) {
    if (directive.action) {
      const auto result = act(*directive.action);
      return result ? std::nullopt : std::optional(result.error());
    }
    const auto definition = directive.module
                                ? define(*directive.module)
                                : definitions_.find(directive.instance->module, "module");
    if (!definition) return definition.error();
    const auto instance = instantiate(*definition, {});
    return instance ? std::nullopt : std::optional(instance.error());
  }

  Result<void> assert_exception(const Directive& directive) {
    const auto result = act(*directive.action);
    if (result) return failed("expected an exception, got " + list_text(result->values));
    if (result.error().kind == ErrorKind::exception) return {};
    if (result.error().kind == ErrorKind::unsupported) return unexpected_error(result.error());
    return failed("expected an exception, got " + describe(result.error()));
  }

  /// Whether a module is refused before it could be instantiated. Its kind of error must be the
  /// one asserted; the text is only counted, unless exact messages are asked for.
  Result<void> assert_refused(const Directive& directive, ErrorKind kind, bool with_customs) {
    const auto result = check(*directive.module, with_customs);
    if (result) return failed("expected \"" + directive.message + "\", but it is accepted");
    const auto& error = result.error();
    if (error.kind == ErrorKind::unsupported) return unexpected_error(error);
    const bool same = same_message(directive.message, error.message);
    auto report = "expected \"" + directive.message + "\", got " + describe(error);
    if (error.kind != kind || (options_.exact_messages && !same)) return failed(report);
    if (same) return {};
    ++summary_.differing_messages;
    if (summary_.differences.size() == ScriptSummary::most_reports) return {};
    summary_.differences.push_back(
        {.verdict = Verdict::passed,
         .position = directive.position,
         .message = std::string(to_string(directive.kind)) + ": " + std::move(report)});
    return {};
  }

  runtime::Engine& engine_;
  const ScriptOptions& options_;
  runtime::Store store_;
  runtime::Linker linker_;
  Named<Definition> definitions_;
  Named<InstanceEntry> instances_;
  std::uint32_t input_depth_ = 0;  ///< scripts that are read by others
  ScriptSummary summary_;
  /// Component hosts are not made for several OS threads.
  ScriptOptions thread_options_{.exact_messages = options_.exact_messages,
                                .round_trip = options_.round_trip,
                                .folder = options_.folder};
  std::map<std::string, Thread> threads_;
};

}  // namespace

Limits limits_of_script(std::string_view file) {
  Limits limits;
  if (file.find("proposals/threads/") != std::string_view::npos)
    limits.features = {.multiple_memories = false, .multiple_tables = false, .memory64 = false};
  if (file.find("custom-descriptors/") != std::string_view::npos)
    limits.features.custom_descriptors = true;
  if (file.find("compact-import-section/") != std::string_view::npos)
    limits.features.compact_imports = true;
  return limits;
}

Result<ScriptSummary> run_script(runtime::Engine& engine, std::string_view source,
                                 const ScriptOptions& options) {
  auto script = decoder::text::ScriptReader::open(source, engine.limits());
  if (!script) return std::unexpected(script.error());
  ScriptRunner runner(engine, options);
  if (auto ready = runner.prepare(); !ready) return propagate(std::move(ready));
  while (const auto directive = script->next()) runner.run(*directive);
  return runner.take_summary();
}

std::string format_report(const ScriptReport& report, std::string_view file) {
  return printable(file) + ':' + std::to_string(report.position.line) + ": " +
         printable(report.message);
}

}  // namespace airlock::cli
