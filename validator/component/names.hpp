// Names of imports, exports and labels (component-model: Explainer.md, Import and Export
// Definitions and Name Uniqueness).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace airlock::validator::component {

/// `label`: words of lower-case letters and acronyms of upper-case letters, joined by hyphens.
[[nodiscard]] bool is_kebab_case(std::string_view text);

/// The forms of an `externname`.
enum class NameKind : std::uint8_t { label, constructor, method, static_, interface };

/// Whether a function reads or writes a property of its resource type, or of the interface.
enum class Accessor : std::uint8_t { none, get, set };

/// An `externname` taken apart. Views point into the name.
struct ParsedName {
  NameKind kind = NameKind::label;
  Accessor accessor = Accessor::none;
  std::string_view resource;  ///< of an annotated name: the label of its resource type
  std::string_view label;     ///< of a plain name; of a constructor that of the resource
  /// Why it is not a valid name; empty if it is.
  std::string error;
};

[[nodiscard]] ParsedName parse_extern_name(std::string_view name);

/// A key: two names are strongly-unique if their keys differ.
[[nodiscard]] std::string uniqueness_key(std::string_view name);

}  // namespace airlock::validator::component
