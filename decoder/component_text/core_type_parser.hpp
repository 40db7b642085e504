// The core types of one scope of a component, read by the productions of the core text format.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "decoder/component/sort.hpp"
#include "decoder/text/encoder.hpp"
#include "decoder/text/module_parser.hpp"

namespace airlock::decoder::component_text {

using component::Sort;
using component::sort_count;
using component::sort_table;
using text::Encoder;
using text::Token;

/// How the text calls a definition.
struct Identifier {
  std::optional<Token> token{};       ///< `$id`
  std::optional<std::string> name{};  ///< `(@name "…")` after it, or in its place

  explicit operator bool() const { return token.has_value(); }
  const Token* operator->() const { return &*token; }
  [[nodiscard]] bool has_name() const { return token || name; }
  /// What the name section has.
  [[nodiscard]] std::string name_for_section() const {
    return name ? *name : token ? std::string(token->text) : std::string{};
  }
};

/// Takes the identifier that comes next, if there is one. An annotation that is no `@name "…"` in
/// UTF-8 means nothing.
[[nodiscard]] Identifier take_identifier(text::Cursor& cursor);

/// A module parser of which only the types are used. It has the same indices and identifiers for
/// core types as its scope, so that they can refer to each other.
class CoreTypeParser final : public text::ModuleParser {
 public:
  CoreTypeParser(text::Cursor cursor, const Limits& limits) : ModuleParser(cursor, {}, limits) {}

  [[nodiscard]] std::uint32_t count() const { return static_cast<std::uint32_t>(types_.size()); }

  /// Records a type that was not read here: an alias, or a module type.
  void define_elsewhere(std::string_view id);

  /// A `core:deftype` other than a module type, at the cursor, for the type `id`.
  void read_definition(const std::optional<Token>& id, Encoder& out);
  /// `(type <id>? …)`
  /// @return the identifier
  std::optional<Token> read_type(Encoder& out);
  /// `(type <id>? …)*`, the members of a recursive group.
  /// @return their identifiers
  std::vector<Identifier> read_group(Encoder& out);
  /// The rest of a `core:externtype` after its sort and identifier, encoded with the sort.
  void read_extern_type(Sort sort, Encoder& out);
  void read_value_type(Encoder& out) { encode(out, parse_value_type()); }

  /// The type that the last type use added, if it was written inline and there was no equal one.
  [[nodiscard]] std::optional<Encoder> take_added_type();

 private:
  void declare(const std::optional<Token>& id);
};

}  // namespace airlock::decoder::component_text
