// Running a component: `wasi:cli/run`, or a function that `--invoke` names.

#include <iostream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "canonical-abi/component.hpp"
#include "canonical-abi/linking/type_difference.hpp"
#include "canonical-abi/wave.hpp"
#include "cli/command_line/suggestion.hpp"
#include "cli/progress.hpp"
#include "cli/run/guest.hpp"

namespace airlock::cli {
namespace {

using canonical_abi::ComponentInstance;
using canonical_abi::ExportedFunction;

/// `demo:calc/ops.sum@0.1.0`: what `--invoke` takes.
std::string full_name(const ExportedFunction& function) {
  const auto [interface, version] = canonical_abi::split_version(function.interface);
  return canonical_abi::InvocationName{.interface = std::string(interface),
                                       .version = std::string(version),
                                       .function = function.name}
      .to_string();
}

/// The function an invocation names. A function of the component itself comes before those of its
/// interfaces; the name must leave no choice among the latter.
Result<const ExportedFunction*> find(ComponentInstance& instance,
                                     const canonical_abi::InvocationName& name) {
  std::vector<const ExportedFunction*> found;
  for (const auto& function : canonical_abi::exported_functions(instance)) {
    if (!name.matches(function.interface, function.name)) continue;
    if (function.interface.empty()) return &function;
    found.push_back(&function);
  }
  if (found.size() == 1) return found.front();
  std::string message = found.empty() ? "no exported function is called `" + name.to_string() + '`'
                                      : '`' + name.to_string() + "` is ambiguous";
  std::vector<std::string> candidates;
  for (const auto& function : canonical_abi::exported_functions(instance))
    if (found.empty() || name.matches(function.interface, function.name))
      candidates.push_back(full_name(function));
  return fail(ErrorKind::argument,
              message + (found.empty() ? did_you_mean_or_list(name.to_string(), candidates)
                                       : list_of(candidates)));
}

/// The entry point of a command, whatever version 0.2.x it was made for: `run: func() -> result`.
Result<const ExportedFunction*> find_entry_point(ComponentInstance& instance) {
  const auto* run = canonical_abi::find_export(instance, "wasi:cli/run@0.2.0", "run");
  if (run == nullptr) {
    return fail(ErrorKind::argument,
                "not a command: it does not export wasi:cli/run; call one of its functions with "
                "--invoke");
  }
  canonical_abi::TypeTable types;
  canonical_abi::FunctionType expected;
  expected.result = types.result(nullptr, nullptr);
  const auto difference = canonical_abi::first_difference(run->type, expected);
  if (!difference.empty()) {
    return fail(ErrorKind::unlinkable,
                "export `" + run->interface + "`: function `run`: " + difference);
  }
  return run;
}

Ending invoke(canonical_abi::Store& store, ComponentInstance& instance, const Guest& guest,
              runtime::Trap& trap) {
  const auto invocation = canonical_abi::parse_invocation(*guest.options.invoke);
  if (!invocation) return invocation_error(invocation.error());
  const auto function = find(instance, invocation->name);
  if (!function) return std::unexpected(function.error());
  const auto arguments =
      canonical_abi::parse_arguments(*invocation, (*function)->type, guest.engine.limits());
  if (!arguments) return invocation_error(arguments.error());
  const auto result = canonical_abi::call(store, **function, *arguments, &trap);
  if (!result) return std::unexpected(result.error());
  if (*result) std::cout << canonical_abi::to_wave(**result, (*function)->type.result) << '\n';
  return 0;
}

Ending run_command(canonical_abi::Store& store, ComponentInstance& instance, runtime::Trap& trap) {
  const auto function = find_entry_point(instance);
  if (!function) return std::unexpected(function.error());
  const auto result = canonical_abi::call(store, **function, {}, &trap);
  if (!result) return std::unexpected(result.error());
  return *result && (*result)->is_error() ? 1 : 0;
}

}  // namespace

Ending run_component(const Guest& guest, runtime::Trap& trap) {
  for (const auto& [is_given, option] :
       {std::pair{!guest.options.preloads.empty(), "--preload"},
        std::pair{guest.options.unknown_imports != UnknownImports::refuse, "--unknown-imports"}})
    if (is_given)
      return fail(ErrorKind::argument, std::string(option) +
                                           " is for core modules; what a component imports comes "
                                           "from components that it is composed with");
  std::optional<Progress> progress(std::in_place, "compiling " + guest.input.name);
  const auto component = canonical_abi::Component::compile(guest.engine, guest.input.binary);
  progress.reset();
  if (!component) return std::unexpected(component.error());

  runtime::Store core(guest.engine);
  guest.begin(core);
  canonical_abi::Store store(core);
  canonical_abi::Linker linker;
  wasi::define_preview2(linker, guest.context);
  wasi::run_event_loop(store, guest.context);
  const auto instance = store.instantiate(*component, linker);
  if (!instance) return std::unexpected(instance.error());
  return guest.options.invoke ? invoke(store, **instance, guest, trap)
                              : run_command(store, **instance, trap);
}

}  // namespace airlock::cli
