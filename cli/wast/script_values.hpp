// Values of scripts and values of the runtime: conversion, comparison, printing.
#pragma once

#include <span>
#include <string>

#include "decoder/error.hpp"
#include "decoder/text/script.hpp"
#include "runtime/slot.hpp"
#include "runtime/type_registry.hpp"

namespace airlock::cli {

/// An argument of a core function. Values that only components or the collector know are
/// `ErrorKind::unsupported`.
[[nodiscard]] Result<runtime::Value> to_runtime_value(const decoder::text::ScriptValue& value);

/// Whether a core function's result is what a script expects: the same bits, or a NaN of the kind
/// asked for, or a reference of the kind asked for, or one of several.
[[nodiscard]] bool matches(const runtime::TypeRegistry& types,
                           const decoder::text::ScriptValue& expected,
                           const runtime::Value& actual);

/// The same for values of components.
[[nodiscard]] bool matches(const decoder::text::ScriptValue& expected,
                           const decoder::text::ScriptValue& actual);

/// `(i32.const 5)`, `(ref.null func)`, `(str.const "a")`: as a script writes a value.
[[nodiscard]] std::string to_text(const decoder::text::ScriptValue& value);
[[nodiscard]] std::string to_text(const runtime::Value& value);

/// Several of them, with spaces between; "nothing" if there are none.
template <typename V>
[[nodiscard]] std::string list_text(const std::vector<V>& values) {
  std::string text;
  for (const auto& value : values) text += (text.empty() ? "" : " ") + to_text(value);
  return text.empty() ? "nothing" : text;
}

}  // namespace airlock::cli
