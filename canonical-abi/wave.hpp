// WAVE, the WebAssembly Value Encoding: component values as people type and read them, and the call
// expressions that `airlock run --invoke` takes.
//
//   bool      true                          record   {x: 1, y: "two"}, {:} if nothing is in it
//   integers  -7                            variant  days(30), forever
//   floats    1.5e-3, nan, -inf             enum     south
//   char      'x', '\u{2603}'               option   some("x"), none, or just "x"
//   string    "a\tb", or """ over lines     result   ok(1), err("why"), ok, or just 1
//   tuple     (1, "two")                    flags    {read, write}
//   list      [1, 2]                        map      [("a", 1), ("b", 2)]
//
// A comma may follow the last element, `//` begins a comment, fields whose type is an option may be
// left out, and a label that is also a keyword (`true`, `false`, `inf`, `nan`, `some`, `none`,
// `ok`, `err`) is written with a `%` before it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "canonical-abi/types.hpp"
#include "canonical-abi/value.hpp"
#include "decoder/error.hpp"
#include "decoder/limits.hpp"

namespace airlock::canonical_abi {

/// Reads a value of a type. The whole text must be the value. Errors: `argument`, with line and
/// column; `limit` if the type nests deeper than `Limits::value_nesting`. Handles, streams, futures
/// and error contexts have no text.
[[nodiscard]] Result<Value> parse_wave(std::string_view text, Type type, const Limits& limits = {});

/// Writes a value of a type, on one line. What WAVE has no text for shows as `own<file>(3)`.
[[nodiscard]] std::string to_wave(const Value& value, Type type);

/// The name of an exported function, as far as it was written.
struct InvocationName {
  /// `demo:calc/ops`, without a version; `ops` alone is an interface of any package. Empty for a
  /// function by itself.
  std::string interface;
  std::string version;   ///< `0.2.0`; empty for any
  std::string function;  ///< `sum`, `[method]counter.next`

  /// Whether an export is meant. A function without an interface may be any interface's: prefer
  /// one that the component exports itself, and else ask that there be only one.
  /// @param exported_interface name of the instance the component exports, with its version
  /// (`demo:calc/ops@0.1.0`); empty for a function that it exports itself
  [[nodiscard]] bool matches(std::string_view exported_interface,
                             std::string_view exported_function) const;

  /// As Wasmtime writes it: `demo:calc/ops.sum@0.1.0`.
  [[nodiscard]] std::string to_string() const;
};

/// A call whose function is not known yet.
struct Invocation {
  InvocationName name;
  std::string text;           ///< the whole expression
  std::size_t arguments = 0;  ///< offset of the parenthesis before the arguments
};

/// Reads the name of a call expression; the arguments have to wait for their types. Names:
///
///   sum(1, 2)                     the function `sum`
///   ops.sum(1, 2)                 `sum` of the interface `ops`
///   demo:calc/ops.sum(1, 2)       the interface with its package
///   wasi:cli/run.run@0.2.0()      and its version
///   wasi:cli/run@0.2.0#run()      the same as core modules write it
[[nodiscard]] Result<Invocation> parse_invocation(std::string_view text);

/// Reads the arguments of a call. Options at the end may be left out.
[[nodiscard]] Result<std::vector<Value>> parse_arguments(const Invocation& invocation,
                                                         const FunctionType& type,
                                                         const Limits& limits = {});

}  // namespace airlock::canonical_abi
