// What running a core module and running a component have in common.
#pragma once

#include <memory>
#include <string>

#include "airlock/wasi.hpp"
#include "cli/input.hpp"
#include "cli/options.hpp"
#include "decoder/error.hpp"
#include "runtime/engine.hpp"
#include "runtime/store.hpp"
#include "runtime/trap.hpp"

namespace airlock::cli {

/// A guest about to be run.
struct Guest {
  const RunOptions& options;
  const Input& input;
  runtime::Engine& engine;
  std::shared_ptr<wasi::Context> context;
  runtime::Interruption& ending;  ///< has the deadline of all that the guest has to do

  /// Gives the guest's store its fuel, and its deadline counted from now on.
  void begin(runtime::Store& store) const {
    store.fuel = options.fuel.value_or(0);
    if (!options.timeout || store.interruption() == nullptr) return;
    using Clock = runtime::Interruption::Clock;
    const auto now = Clock::now();
    // So long a time that the clock cannot tell is no deadline.
    if (*options.timeout >= Clock::time_point::max() - now) return;
    ending.set_deadline(now + *options.timeout);
    store.interruption()->set_deadline(ending.deadline());
  }
};

/// How a guest ended, when not as an error: the exit code of the process.
using Ending = Result<int>;

/// An error about the text of `--invoke`: its position is one in that text, not in the file.
[[nodiscard]] inline std::unexpected<Error> invocation_error(const Error& error) {
  return fail(error.kind, format_error(error, "--invoke"));
}

// Each calls the program's entry point, or the function that `--invoke` names. `trap` tells more of
// an error of kind `trap`.
[[nodiscard]] Ending run_module(const Guest& guest, runtime::Trap& trap);
[[nodiscard]] Ending run_component(const Guest& guest, runtime::Trap& trap);

}  // namespace airlock::cli
