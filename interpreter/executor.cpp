#include "interpreter/executor.hpp"

#include <algorithm>

#include "interpreter/backtrace.hpp"
#include "interpreter/frames.hpp"
#include "interpreter/guard.hpp"
#include "runtime/store.hpp"
#include "validator/function_validator.hpp"

namespace airlock::interpreter {

using runtime::Function;
using runtime::RunStatus;
using runtime::Stack;
using runtime::Store;
using runtime::Trap;

namespace {

/// Native depth of runs inside of runs; each needs a few native frames.
constexpr std::uint32_t nested_runs_limit = 16;

/// Unwinds boundaries from the innermost out, as far as `outer`, which stays.
void unwind(Stack& stack, const void* outer, Trap& trap) {
  while (stack.boundary != outer && stack.boundary != nullptr) {
    auto& record = *static_cast<BoundaryRecord*>(stack.boundary);
    stack.boundary = record.outer;
    record.boundary->unwind(record.state, trap);
  }
}

/// Fills in what a trap's code alone implies, and where it happened.
void complete(const Run& run, Trap& trap) {
  trap.code = run.trap_code;
  if (trap.message.empty()) trap.message = runtime::trap_text(trap.code);
  if (trap.code == TrapCode::exit || !trap.backtrace.empty()) return;
  trap.backtrace =
      backtrace(run.trap_code_position, run.trap_is_return, run.trap_frame, run.trap_instance);
}

/// Runs until the dispatch loop is left, then acts on why it was left.
/// @param outer_boundary boundaries from there on outwards belong to an outer run
/// @param frame where the results are
RunStatus run_to_exit(Registers& r, const void* outer_boundary, const Slot* frame,
                      std::span<Slot> results) {
  Run& run = *r.run;
  Stack& stack = *run.stack;
  const bool is_guarded =
      run.store->engine().configuration().bounds_checks == runtime::BoundsChecks::guard_pages;
  if (is_guarded)
    dispatch_guarded(r);
  else
    dispatch(r);
  switch (run.exit) {
    case Exit::finished:
      std::copy_n(frame, results.size(), results.begin());
      return RunStatus::finished;
    case Exit::suspended:
      stack.state = Stack::State::suspended;
      return RunStatus::suspended;
    case Exit::trapped:
      complete(run, *run.trap);
      unwind(stack, outer_boundary, *run.trap);
      return RunStatus::trapped;
  }
  return RunStatus::trapped;
}

/// Calls a function. Its arguments are put at `frame`; nothing above that is in use.
RunStatus run_function(Run& run, Function& function, Slot* frame, std::span<const Slot> arguments,
                       std::span<Slot> results) {
  const std::size_t slots = std::max(arguments.size(), results.size());
  Registers r;
  r.run = &run;
  if (exhausts_stack(r, frame, slots + record_slots)) {
    *run.trap = Trap(TrapCode::call_stack_exhausted);
    return RunStatus::trapped;
  }
  const void* outer = run.stack->boundary;
  std::copy(arguments.begin(), arguments.end(), frame);
  // What an earlier run has left there must not be taken for a reference.
  std::fill(frame + arguments.size(), frame + slots, Slot{});
  r.code = finish_cell;  // where a trap while entering is
  r.frame = frame;
  if (function.kind == runtime::FunctionKind::wasm) {
    r.instance = function.instance;
    r.load_memory();
    enter(r, *function.code, frame, finish_cell, frame);
  } else {
    call_native(r, function, frame, {finish_cell, frame, nullptr});
  }
  return run_to_exit(r, outer, frame, results);
}

Run make_run(Store& store, Stack& stack, Trap& trap) {
  return {.store = &store,
          .heap = &store.heap(),
          .stack = &stack,
          .limit = stack.limit(),
          .is_metered = store.engine().configuration().metered,
          .interruption = store.interruption().get(),
          .trap = &trap};
}

class Interpreter final : public runtime::Executor {
 public:
  [[nodiscard]] bool supports_guard_pages() const override { return guard_pages_supported; }

  [[nodiscard]] Result<std::unique_ptr<runtime::ModuleCode>> compile(
      const runtime::CompiledModule& module, validator::ModuleContext context,
      const runtime::TypeRegistry& types,
      const runtime::EngineConfiguration& configuration) const override {
    auto code =
        std::make_unique<TranslatedModule>(module, configuration, std::move(context), types);
    validator::FunctionChecker checker(code->context());
    validator::NullSink sink;
    for (std::uint32_t i = 0; i < module.tree.functions.size(); ++i) {
      auto valid = configuration.lazy_translation
                       ? validator::validate_function(code->context(), checker, i, sink)
                       : code->translate(*code->function(i));
      if (!valid) return std::unexpected(std::move(valid).error());
    }
    return code;
  }

  [[nodiscard]] RunStatus call(Store& store, Stack& stack, Function& function,
                               std::span<const Slot> arguments, std::span<Slot> results,
                               Trap& trap) const override {
    Run run = make_run(store, stack, trap);
    stack.state = Stack::State::running;
    stack.boundary = nullptr;
    stack.top = stack.base();
    const RunStatus status = run_function(run, function, stack.base(), arguments, results);
    if (status != RunStatus::suspended) stack.state = Stack::State::idle;
    return status;
  }

  [[nodiscard]] RunStatus resume(Store& store, Stack& stack, std::span<Slot> results,
                                 Trap& trap) const override {
    Run run = make_run(store, stack, trap);
    stack.state = Stack::State::running;
    Registers r;
    r.run = &run;
    r.code = boundary_cell;
    r.frame = static_cast<Slot*>(stack.boundary);
    const RunStatus status = run_to_exit(r, nullptr, stack.base(), results);
    if (status != RunStatus::suspended) stack.state = Stack::State::idle;
    return status;
  }

  void abandon(Store&, Stack& stack, Trap& trap) const override {
    if (stack.boundary != nullptr && trap.backtrace.empty() && trap.code != TrapCode::exit)
      trap.backtrace = backtrace(boundary_cell, true, static_cast<Slot*>(stack.boundary), nullptr);
    unwind(stack, nullptr, trap);
    stack.state = Stack::State::idle;
  }

  [[nodiscard]] RunStatus call_nested(Store& store, Stack& stack, Function& function,
                                      std::span<const Slot> arguments, std::span<Slot> results,
                                      Trap& trap) const override {
    if (stack.nested_runs >= nested_runs_limit) {
      trap = Trap(TrapCode::call_stack_exhausted);
      return RunStatus::refused;
    }
    trap.forget();
    Run run = make_run(store, stack, trap);
    run.nested = true;
    Slot* const top = stack.top;
    if (function.kind == runtime::FunctionKind::wasm) {
      Registers r;
      r.run = &run;
      if (auto begins = check_entry(r, *function.code, top); !begins) {
        trap = std::move(begins).error();
        return RunStatus::refused;
      }
    }
    void* const boundary = stack.boundary;
    ++stack.nested_runs;
    const RunStatus status = run_function(run, function, top, arguments, results);
    --stack.nested_runs;
    stack.top = top;
    stack.boundary = boundary;
    return status;
  }
};

}  // namespace

std::unique_ptr<runtime::Executor> make_executor() { return std::make_unique<Interpreter>(); }

}  // namespace airlock::interpreter
