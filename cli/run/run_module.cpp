// Running a core module: `_start` of WASI 0.1, or a function that `--invoke` names.

#include <algorithm>
#include <iostream>
#include <optional>
#include <vector>

#include "cli/progress.hpp"
#include "cli/run/core_invocation.hpp"
#include "cli/run/core_values.hpp"
#include "cli/run/guest.hpp"
#include "cli/run/imports.hpp"
#include "runtime/linker.hpp"
#include "runtime/store.hpp"

namespace airlock::cli {
namespace {

/// The exported function of a name, or null.
runtime::Function* function_called(runtime::Instance& instance, std::string_view name) {
  runtime::External external;
  const bool is_function =
      instance.find_export(name, external) && external.kind == decoder::ExternKind::function;
  return is_function ? external.function : nullptr;
}

/// Calls a function and prints its results. Arguments that the invocation does not have come after
/// the file: as many as the function takes, since what runs may also ask WASI for all of them.
Ending call(runtime::Store& store, runtime::Instance& instance, const CoreInvocation& invocation,
            const Guest& guest, runtime::Trap& trap) {
  const auto& module = instance.module->tree;
  const auto& after_file = guest.options.arguments;
  std::span<const std::string> given = after_file;
  if (invocation.arguments) given = *invocation.arguments;
  const auto wanted = module.function_type(invocation.function).parameters.size();
  if (!invocation.arguments) given = given.first(std::min(given.size(), wanted));
  const auto arguments = parse_core_arguments(given, invocation, module);
  if (!arguments) return std::unexpected(arguments.error());
  auto* function = instance.function(invocation.function);
  if (function == nullptr) return fail(ErrorKind::limit, store.bookkeeping().exhausted_text());
  const auto results = store.call(*function, *arguments, &trap);
  if (!results) return std::unexpected(results.error());
  for (const auto& result : *results) std::cout << format_core_value(result) << '\n';
  return 0;
}

/// Warns of an option after the file if the program reads no arguments.
void warn_of_misplaced_option(const decoder::Module& module, const Guest& guest) {
  const auto& option = guest.options.option_after_file;
  const bool reads_arguments =
      std::ranges::find(module.imports, "args_get", &decoder::Import::name) != module.imports.end();
  if (option.empty() || reads_arguments) return;
  std::cerr << guest.input.name << ": the program reads no arguments, so " << option
            << " after FILE has no effect: options of airlock run belong before FILE\n";
}

/// Calls the entry point. Modules without one are libraries: a start function or `_initialize` may
/// have done all there is to do, but otherwise nothing ran, which is not what the user wanted.
Ending run_entry_point(runtime::Store& store, runtime::Instance& instance, const Guest& guest,
                       runtime::Trap& trap) {
  const auto& module = instance.module->tree;
  for (const char* name : {"", "_start"}) {
    if (function_called(instance, name) == nullptr) continue;
    const auto invocation = parse_core_invocation(name, module);
    if (!invocation) return std::unexpected(invocation.error());
    warn_of_misplaced_option(module, guest);
    return call(store, instance, *invocation, guest, trap);
  }
  if (module.start || function_called(instance, "_initialize") != nullptr) return 0;
  return fail(ErrorKind::argument,
              "nothing to run: it does not export _start; call one of its functions with --invoke" +
                  list_functions(module));
}

Ending invoke(runtime::Store& store, runtime::Instance& instance, const Guest& guest,
              runtime::Trap& trap) {
  const auto invocation = parse_core_invocation(*guest.options.invoke, instance.module->tree);
  if (!invocation) return std::unexpected(invocation.error());
  return call(store, instance, *invocation, guest, trap);
}

}  // namespace

Ending run_module(const Guest& guest, runtime::Trap& trap) {
  std::optional<Progress> progress(std::in_place, "compiling " + guest.input.name);
  const auto module = guest.engine.compile(guest.input.binary);
  progress.reset();
  if (!module) return std::unexpected(module.error());

  runtime::Store store(guest.engine);
  guest.begin(store);
  runtime::Linker linker(store);
  if (auto defined = wasi::define_preview1(linker, guest.context); !defined)
    return propagate(std::move(defined));
  if (auto loaded = preload(guest, linker, trap); !loaded) return propagate(std::move(loaded));
  stand_in_for_unknown_imports(guest, linker);
  const auto instance = instantiate(*module, linker, trap);
  if (!instance) return std::unexpected(instance.error());
  return guest.options.invoke ? invoke(store, **instance, guest, trap)
                              : run_entry_point(store, **instance, guest, trap);
}

}  // namespace airlock::cli
