// wasi:cli: arguments and variables, the standard streams, terminals and the end of the program.

#include "wasi/preview2/wit/cli.hpp"
#include "wasi/preview2/guest.hpp"

namespace airlock::wasi::preview2 {

namespace {

HostOutcome get_environment(Guest& guest, HostCall& call) {
  std::vector<Value> variables;
  for (const auto& [name, value] : guest.state().configuration.environment) {
    variables.push_back(Value::tuple({Value::string(name), Value::string(value)}));
  }
  return call.returned(Value::list(std::move(variables)));
}

HostOutcome get_arguments(Guest& guest, HostCall& call) {
  std::vector<Value> arguments;
  for (const std::string& argument : guest.state().configuration.arguments) {
    arguments.push_back(Value::string(argument));
  }
  return call.returned(Value::list(std::move(arguments)));
}

HostOutcome initial_cwd(Guest& guest, HostCall& call) {
  const std::optional<std::string>& directory = guest.state().configuration.initial_directory;
  return call.returned(directory ? Value::some(Value::string(*directory)) : Value::none());
}

HostOutcome exit(Guest& /*guest*/, HostCall& call) {
  return call.exit(call.argument(0).is_error() ? 1 : 0);
}

HostOutcome exit_with_code(Guest& /*guest*/, HostCall& call) {
  return call.exit(call.argument(0).as_u8());
}

HostOutcome get_stdin(Guest& guest, HostCall& call) {
  return call.returned(guest.input_streams.own(guest.state().standard_input));
}

HostOutcome get_stdout(Guest& guest, HostCall& call) {
  return call.returned(guest.output_streams.own(guest.state().standard_output));
}

HostOutcome get_stderr(Guest& guest, HostCall& call) {
  return call.returned(guest.output_streams.own(guest.state().standard_error));
}

HostOutcome terminal(HostCall& call, Resources<Terminal>& terminals, bool is_terminal) {
  if (!is_terminal) return call.returned(Value::none());
  return call.returned(Value::some(terminals.own(std::make_shared<Terminal>())));
}

HostOutcome get_terminal_stdin(Guest& guest, HostCall& call) {
  return terminal(call, guest.terminal_inputs, guest.state().input_is_terminal);
}

HostOutcome get_terminal_stdout(Guest& guest, HostCall& call) {
  return terminal(call, guest.terminal_outputs, guest.state().output_is_terminal);
}

HostOutcome get_terminal_stderr(Guest& guest, HostCall& call) {
  return terminal(call, guest.terminal_outputs, guest.state().error_is_terminal);
}

}  // namespace

void define_cli(Guest& guest, Linker& linker) {
  const std::shared_ptr<Guest> alive = guest.shared_from_this();
  HostInstance& environment = interface(linker, "wasi:cli/environment", wit::cli_environment);
  guest.function(environment, "get-environment", get_environment);
  guest.function(environment, "get-arguments", get_arguments);
  guest.function(environment, "initial-cwd", initial_cwd);

  HostInstance& ending = interface(linker, "wasi:cli/exit", wit::cli_exit);
  guest.function(ending, "exit", exit);
  guest.function(ending, "exit-with-code", exit_with_code);

  HostInstance& standard_input = interface(linker, "wasi:cli/stdin", wit::cli_stdin);
  guest.function(standard_input, "get-stdin", get_stdin);
  HostInstance& standard_output = interface(linker, "wasi:cli/stdout", wit::cli_stdout);
  guest.function(standard_output, "get-stdout", get_stdout);
  HostInstance& standard_error = interface(linker, "wasi:cli/stderr", wit::cli_stderr);
  guest.function(standard_error, "get-stderr", get_stderr);

  guest.terminal_inputs.define(
      interface(linker, "wasi:cli/terminal-input", wit::cli_terminal_input), "terminal-input",
      alive, guest.live_resources);
  guest.terminal_outputs.define(
      interface(linker, "wasi:cli/terminal-output", wit::cli_terminal_output), "terminal-output",
      alive, guest.live_resources);
  HostInstance& terminal_input =
      interface(linker, "wasi:cli/terminal-stdin", wit::cli_terminal_stdin);
  guest.function(terminal_input, "get-terminal-stdin", get_terminal_stdin);
  HostInstance& terminal_output =
      interface(linker, "wasi:cli/terminal-stdout", wit::cli_terminal_stdout);
  guest.function(terminal_output, "get-terminal-stdout", get_terminal_stdout);
  HostInstance& terminal_error =
      interface(linker, "wasi:cli/terminal-stderr", wit::cli_terminal_stderr);
  guest.function(terminal_error, "get-terminal-stderr", get_terminal_stderr);
}

}  // namespace airlock::wasi::preview2
