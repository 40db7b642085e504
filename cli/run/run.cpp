// airlock run

#include <iostream>
#include <optional>

#include "cli/run/guest.hpp"
#include "cli/symbols/demangle.hpp"
#include "interpreter/executor.hpp"

namespace airlock::cli {
namespace {

constexpr int exit_before_run = 1;
constexpr int exit_trap = 134;

runtime::EngineConfiguration to_configuration(const RunOptions& options) {
  runtime::EngineConfiguration configuration;
  configuration.limits.features = options.features;
  if (options.bounds_checks_in_code) configuration.bounds_checks = runtime::BoundsChecks::in_code;
  if (options.max_stack_bytes) configuration.limits.stack_bytes = *options.max_stack_bytes;
  if (options.max_heap_bytes) configuration.limits.heap_bytes = *options.max_heap_bytes;
  configuration.collect_always = options.gc_stress;
  if (options.max_memory_bytes) {
    // What is kept for the guest beside its memories follows, but programs need some of it.
    constexpr std::uint64_t least = std::uint64_t{64} << 20;
    auto& limits = configuration.limits;
    limits.memory_bytes = *options.max_memory_bytes;
    limits.bookkeeping_bytes =
        std::min(limits.bookkeeping_bytes, std::max(least, *options.max_memory_bytes));
  }
  configuration.metered = options.fuel.has_value();
  configuration.interruptible = options.timeout.has_value();
  return configuration;
}

/// What the guest sees as its program's name: the file's, without the host's folders.
std::string program_name(const RunOptions& options) {
  if (options.argv0) return *options.argv0;
  const auto last = options.file.find_last_not_of('/');
  if (last == std::string::npos) return options.file;
  const auto name = options.file.substr(0, last + 1);
  return name.substr(name.find_last_of('/') + 1);
}

/// A process cannot end with more than 255, and what is cut off must not turn failure to success.
int exit_code_of(int code) { return code >= 0 && code <= 255 ? code : 255; }

/// What a command-line program expects, less what was withdrawn, and what flags grant.
wasi::Configuration to_grants(const RunOptions& options) {
  wasi::Configuration grants;
  grants.arguments.push_back(program_name(options));
  grants.arguments.insert(grants.arguments.end(), options.arguments.begin(),
                          options.arguments.end());
  grants.environment = options.environment;
  for (const auto& directory : options.directories)
    grants.directories.push_back({directory.host, directory.guest, directory.read_only});
  if (!options.deny_stdio) {
    grants.standard_input = wasi::Input::inherit();
    grants.standard_output = wasi::Output::inherit();
    grants.standard_error = wasi::Output::inherit();
  }
  grants.clocks = !options.deny_clocks;
  grants.random = !options.deny_random;
  return grants;
}

/// Says why a guest did not end by itself, and how the process ends for it.
int report(const Guest& guest, const Error& error, runtime::Trap& trap) {
  const Input& input = guest.input;
  if (error.kind == ErrorKind::exit) return exit_code_of(error.exit_code);
  if (error.kind != ErrorKind::trap && error.kind != ErrorKind::exception) {
    std::cerr << input.describe(error) << '\n';
    const auto& misplaced = guest.options.option_after_file;
    if (error.kind == ErrorKind::argument && !misplaced.empty())
      std::cerr << "What comes after FILE goes to the guest, " << misplaced
                << " too: options of airlock run belong before FILE\n";
    return exit_before_run;
  }
  if (guest.options.demangle)
    for (auto& frame : trap.backtrace) frame.function = demangle(frame.function);
  // An error without a trap is one of instantiation (a segment out of bounds).
  std::cerr << (trap.code == runtime::TrapCode::none ? input.describe(error)
                                                     : runtime::format_trap(trap))
            << '\n';
  return exit_trap;
}

}  // namespace

int run(const RunOptions& options) {
  const auto configuration = to_configuration(options);
  const auto input = read_input(options.file, configuration.limits);
  if (!input) {
    std::cerr << input.error() << '\n';
    return exit_before_run;
  }
  auto context = wasi::Context::create(to_grants(options));
  if (!context) {
    std::cerr << format_error(context.error(), "airlock run") << '\n';
    return exit_before_run;
  }
  runtime::Engine engine(interpreter::make_executor(), configuration);
  runtime::Interruption interruption;
  const Guest guest{options, *input, engine, *context, interruption};
  runtime::Trap trap;
  const auto ending = input->is_component ? run_component(guest, trap) : run_module(guest, trap);
  (*context)->finish(&interruption);
  std::cout.flush();
  return ending ? *ending : report(guest, ending.error(), trap);
}

}  // namespace airlock::cli
