// What running a core module and running a component have in common.
#pragma once

#include <memory>
#include <string>

#include "airlock/wasi.hpp"
#include "cli/input.hpp"
#include "cli/options.hpp"
#include "decoder/error.hpp"
#include "runtime/engine.hpp"
#include "runtime/trap.hpp"

namespace airlock::cli {

/// A guest about to be run.
struct Guest {
  const RunOptions& options;
  const Input& input;
  runtime::Engine& engine;
  std::shared_ptr<wasi::Context> context;
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
