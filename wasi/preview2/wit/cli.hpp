// The types of wasi:cli@0.2.12, in WIT. Earlier versions 0.2.x have no others.
#pragma once

#include <string_view>

namespace airlock::wasi::preview2::wit {

inline constexpr std::string_view cli_environment = R"(
  get-environment: func() -> list<tuple<string, string>>;
  get-arguments: func() -> list<string>;
  initial-cwd: func() -> option<string>;
)";

inline constexpr std::string_view cli_exit = R"(
  exit: func(status: result);
  exit-with-code: func(status-code: u8);
)";

inline constexpr std::string_view cli_run = R"(
  run: func() -> result;
)";

inline constexpr std::string_view cli_stdin = R"(
  use wasi:io/streams@0.2.12.{input-stream};
  get-stdin: func() -> input-stream;
)";

inline constexpr std::string_view cli_stdout = R"(
  use wasi:io/streams@0.2.12.{output-stream};
  get-stdout: func() -> output-stream;
)";

inline constexpr std::string_view cli_stderr = R"(
  use wasi:io/streams@0.2.12.{output-stream};
  get-stderr: func() -> output-stream;
)";

inline constexpr std::string_view cli_terminal_input = R"(
  resource terminal-input;
)";

inline constexpr std::string_view cli_terminal_output = R"(
  resource terminal-output;
)";

inline constexpr std::string_view cli_terminal_stdin = R"(
  use terminal-input.{terminal-input};
  get-terminal-stdin: func() -> option<terminal-input>;
)";

inline constexpr std::string_view cli_terminal_stdout = R"(
  use terminal-output.{terminal-output};
  get-terminal-stdout: func() -> option<terminal-output>;
)";

inline constexpr std::string_view cli_terminal_stderr = R"(
  use terminal-output.{terminal-output};
  get-terminal-stderr: func() -> option<terminal-output>;
)";

}  // namespace airlock::wasi::preview2::wit
