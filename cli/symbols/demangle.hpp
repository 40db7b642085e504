// Names of functions as they are in the source: what compilers of Rust and C++ mangled.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace airlock::cli {

/// The name of a function in the source language. A name that is not mangled, or in a way that is
/// not understood, is returned unchanged. Names come from guests, and a few bytes of one may expand
/// to gigabytes: one that gets too long is returned unchanged as well.
[[nodiscard]] std::string demangle(std::string_view name);

/// Rust's own mangling (RFC 2603: `_R…`), and the older one that looks like C++ and ends in a hash
/// (`_ZN…17h…E`), which is left out.
[[nodiscard]] std::optional<std::string> demangle_rust(std::string_view name);
[[nodiscard]] std::optional<std::string> demangle_old_rust(std::string_view name);

/// The Itanium C++ ABI's mangling (`_Z…`).
[[nodiscard]] std::optional<std::string> demangle_cpp(std::string_view name);

}  // namespace airlock::cli
