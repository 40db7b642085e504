// Which identifiers a printed module uses.
#pragma once

#include <string>
#include <unordered_map>

#include "decoder/module.hpp"

namespace airlock::decoder::text {

class TextLines;

/// Writes a string literal, however long, without making a copy of it.
void write_quoted(TextLines& to, std::string_view bytes);

/// Whether a name of the name section may become an identifier. Identifiers are written wherever
/// they are used, so a long one could make the text much longer than the binary.
[[nodiscard]] bool can_be_identifier(std::string_view name);

/// The identifiers of one index space. A name that another entity has already, or that cannot be an
/// identifier for other reasons, is kept as a `@name` annotation.
class PrintedNames {
 public:
  PrintedNames() = default;
  /// @param count of the index space: names with larger indices are ignored
  explicit PrintedNames(const NameMap& names, std::uint64_t count = ~std::uint64_t{0});

  /// ` $name` or ` (@name "…")` or nothing, for a definition.
  [[nodiscard]] std::string definition(std::uint32_t index) const;
  /// The same, but the index in a comment if there is no identifier: ` (;3;)`.
  [[nodiscard]] std::string numbered_definition(std::uint32_t index) const;
  /// ` $name` or nothing, where annotations have no place.
  [[nodiscard]] std::string identifier(std::uint32_t index) const;
  /// `$name` or the index.
  [[nodiscard]] std::string use(std::uint32_t index) const;
  [[nodiscard]] bool has(std::uint32_t index) const {
    return identifiers_.contains(index) || annotations_.contains(index);
  }
  [[nodiscard]] bool empty() const { return identifiers_.empty() && annotations_.empty(); }

 private:
  std::unordered_map<std::uint32_t, std::string> identifiers_;
  std::unordered_map<std::uint32_t, std::string> annotations_;
};

}  // namespace airlock::decoder::text
