// What `--help` says beyond the list of options.
#pragma once

namespace airlock::cli::help {

inline constexpr auto about = R"(Airlock runs WebAssembly: core modules and components.

A guest has no authority that was not granted to it: `airlock run` gives it the standard
streams, its arguments, clocks and random numbers, and nothing else without a flag.)";

inline constexpr auto examples = R"(Examples:
  airlock run app.wasm --flag input.txt       everything after the file goes to the guest
  airlock app.wasm --flag input.txt           the same
  airlock run --dir .::/ --env HOME=/ app.wasm
  airlock run --invoke 'add(1, 2)' calc.wasm
  airlock inspect app.wasm
  airlock parse app.wat -o app.wasm           text to binary
  airlock print --folded app.wasm             binary to text
  airlock wast tests/*.wast

`airlock COMMAND --help` says more about a command.)";

inline constexpr auto run =
    R"help(FILE is a core module or a component, binary or text; `-` reads standard input.
Options come before FILE; everything after it goes to the guest.

A module's entry point is the export `_start`; a component's is wasi:cli/run. The export
`_initialize` of a module that is no program is called before anything else.

--invoke calls a function instead of the program's entry point and prints its results:
  airlock run --invoke 'add(1, 2)' calc.wasm
  airlock run --invoke add calc.wasm 1 2            the same, of a core module

A core module's functions are called by their names as they are, whatever is in them (_Z3addii, a b).
Where a name could be taken for a call, quote it as the text format does: --invoke '"f(x)"(1)'.
Numbers are those of the text format: -1, 0xff, 1_000, 1.5e3, 0x1p-4, inf, nan. A v128 is one number
or its lanes, i32x4(1, 2, 3, 4). A reference can be null.

Of a component, arguments and results are written as WAVE values. A function of an exported interface
is named `namespace:package/interface.function`; the bare name does where it is unambiguous:
  airlock run --invoke 'demo:calc/ops.sum([1, 2, 3])' calc.wasm
  airlock run --invoke 'wasi:cli/run.run@0.2.0()' app.wasm

SIZE is a number of bytes, or one with the unit k, M, G or T (powers of 1024; with kB, MB, GB or TB,
powers of 1000). DURATION is a number of seconds, or one with the unit ns, us, ms, s, m or h.

--timeout ends the guest with a trap, also while it sleeps or waits. The time begins when the guest
does, not when the file is read. --fuel does so after a number of instructions, the same number each
time. Instructions that work on many bytes take one more for 16 of them, calls of the host 50.

Exit codes: the guest's own (255 if it is larger); 1 for an error before it ran; 134 for a trap or an
uncaught exception.)help";

inline constexpr auto wast =
    R"(Runs scripts of the official test suites: modules with assertions about them.
Prints a line for each directive that fails and a line for each file with failures; the last line
is `N passed, N failed, N skipped`, over directives. The line before says how many errors of
decoding and validation are right in kind but read otherwise than the script has it. The exit code
is 0 if none failed and, unless --allow-skips is given, none was skipped.

--round-trip runs each module and component not as written but as it comes back from being printed
and read again, folded and flat, and fails it if one of the forms is not stable.)";

inline constexpr auto validate =
    R"(Says nothing and exits with 0 if all files are valid; else prints why and exits with 1.)";

inline constexpr auto parse =
    R"(FILE is the text of a core module or component; `-` reads standard input. A binary is handed
on as it is. Identifiers are kept in the custom section `name`.

The binary is well-formed, but need not be valid: `airlock validate` says whether it is.)";

inline constexpr auto print =
    R"(FILE is a core module or a component, binary or text; `-` reads standard input. It need not be
valid. Names come from the custom section `name`; other custom sections become `(@custom ...)`
annotations, branch hints `(@metadata.code.branch_hint ...)`. Parsing the text gives the module
or component again.

--folded writes (i32.add (local.get 0) (i32.const 1)) where the flat form takes three lines. What
does not read well folded (operands from outside of a block, unreachable code) stays flat.
--offsets begins each line with the offset of what it shows: (;@2a4;). It is the offset that errors
and backtraces give.)";

inline constexpr auto inspect =
    R"(Shows whether FILE is a core module or a component, its imports and exports (those of a
component as WIT), the sizes of its parts, which proposals beyond WebAssembly 1.0 its code uses, and
which capabilities it asks for.)";

}  // namespace airlock::cli::help
