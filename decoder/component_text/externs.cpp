// Aliases, imports and exports (Explainer.md, Alias Definitions, Import and Export Definitions).
#include <utility>

#include "decoder/component_text/assembler.hpp"

namespace airlock::decoder::component_text {

// alias ::= (alias export <idx> <name> (<sort> <id>?))
//         | (alias core export <idx> <core:name> (core <core:sort> <id>?))
//         | (alias outer <idx> <idx> (<outeraliassort> <id>?))
//
// The sort comes last in the text, but first in the encoding, and identifiers cannot be resolved
// without it.
void Assembler::read_alias(const Token& start) {
  expect_open("alias");
  const auto target = cursor_.position();
  // Three tokens of the target, four if it is a core one: `core export $i "name"`.
  for (std::size_t count = at_keyword("core") ? 4 : 3; count > 0; --count) take();
  expect_open();
  const Sort sort = read_sort(scope().kind == ScopeKind::module_type);
  const Identifier id = take_identifier();
  expect_close();
  expect_close();
  if (failed()) return;

  const auto after = cursor_.position();
  cursor_.reset(target);
  Encoder out;
  out.mark(start.offset);
  read_alias_target(out, sort);
  if (!failed()) cursor_.reset(after);
  define(Definition::alias, sort, out, id);
}

/// (X <id>? (alias …)) ≡ (alias … (X <id>?))
void Assembler::read_inverted_alias(const Token& start, Sort sort, const Identifier& id,
                                    InlineExports exports) {
  expect_open("alias");
  Encoder out;
  out.mark(start.offset);
  read_alias_target(out, sort);
  expect_close();
  define_exported(Definition::alias, sort, out, id, std::move(exports));
  expect_close();
}

/// The target of an alias, from the keyword on, encoded with the sort.
void Assembler::read_alias_target(Encoder& out, Sort sort) {
  if (take_keyword("outer")) return read_outer_alias_target(out, sort);
  const bool from_core = take_keyword("core");
  expect_keyword("export");
  write_sort(out, sort);
  out.byte(from_core ? 0x01 : 0x00);
  out.unsigned_number(read_index(from_core ? Sort::core_instance : Sort::instance));
  out.name(expect_name());
}

/// `<idx> <idx>`: the number of scopes outwards, or the identifier of an enclosing component; and
/// the index there. Numbers are not checked here: the validator does that.
void Assembler::read_outer_alias_target(Encoder& out, Sort sort) {
  const Token outer = peek();
  std::uint32_t count = 0;
  if (const Identifier id = take_identifier()) {
    const auto is_named = [&](const Scope& scope) {
      return scope.id && scope.id->text == id->text;
    };
    while (count < scopes_.size() && !is_named(scopes_[scopes_.size() - 1 - count])) ++count;
    if (count == scopes_.size()) {
      fail_at(id->offset, "unknown outer component $" + std::string(id->text));
    }
  } else {
    count = expect_u32();
  }

  std::uint32_t index = 0;
  const Identifier id = take_identifier();
  if (!id) {
    index = expect_u32();
  } else if (count >= scopes_.size()) {
    fail_at(outer.offset, "invalid outer alias count of " + std::to_string(count));
  } else if (const auto* binding = bindings_.find_in(sort, id->text, scopes_.size() - 1 - count)) {
    index = binding->index;
  } else {
    fail_at(id->offset, "unknown " + std::string(row(sort).name) + " $" + std::string(id->text));
  }
  write_outer_alias(out, sort, count, index);
}

// import ::= (import <externnamelit> <attribute>* bind-id(<externtype>))
void Assembler::read_import(const Token& start) {
  expect_open("import");
  Encoder out;
  out.mark(start.offset);
  read_extern_name(out);
  Identifier id;
  const Sort sort = read_extern_type(out, id);
  define(Definition::import, sort, out, id);
  expect_close();
}

/// (X <id>? (import <externnamelit> <attribute>*) …) ≡ (import … (X <id>? …))
void Assembler::read_inline_import(const Token& start, Sort sort, const Identifier& id,
                                   InlineExports exports) {
  expect_open("import");
  Encoder out;
  out.mark(start.offset);
  read_extern_name(out);
  expect_close();
  read_extern_type_body(out, sort);
  define_exported(Definition::import, sort, out, id, std::move(exports));
  expect_close();
}

// export ::= (export <id>? <externnamelit> <attribute>* <externidx> <externtype>?)
void Assembler::read_export(const Token& start) {
  expect_open("export");
  const Identifier id = take_identifier();
  Encoder out;
  out.mark(start.offset);
  read_extern_name(out);
  expect_open();
  const Sort sort = read_sort(false);
  write_sort_index(out, sort, read_reference_tail(sort));
  if (at_close()) {
    out.byte(0x00);
  } else {
    out.byte(0x01);
    const Token ascription = peek();
    Identifier ignored;
    if (read_extern_type(out, ignored) != sort) {
      fail_at(ascription.offset, "the type ascribed to an export is of another sort");
    }
  }
  define(Definition::export_, sort, out, id);
  expect_close();
}

// exportdecl ::= (export <externnamelit> <attribute>* bind-id(<externtype>))
void Assembler::read_export_declarator(const Token& start) {
  expect_open("export");
  Encoder out;
  out.mark(start.offset);
  read_extern_name(out);
  Identifier id;
  const Sort sort = read_extern_type(out, id);
  define(Definition::export_, sort, out, id);
  expect_close();
}

namespace {

struct AttributeRow {
  std::string_view keyword;
  std::uint8_t code;
};
constexpr auto attribute_table = std::to_array<AttributeRow>({
    {"implements", 0x00},
    {"versionsuffix", 0x01},
    {"external-id", 0x02},
});

}  // namespace

// nameattributes ::= 0x00 en:<externname> | 0x02 en:<externname> a*:vec(<attribute>)
void Assembler::read_extern_name(Encoder& out) {
  // `(interface "…")` is the old form of interface names.
  const bool is_old_form = take_open("interface");
  const std::string name = expect_name();
  if (is_old_form) expect_close();

  Encoder attributes;
  std::uint32_t count = 0;
  std::array<bool, attribute_table.size()> seen{};
  for (bool any = true; any;) {
    any = false;
    for (std::size_t i = 0; i < attribute_table.size(); ++i) {
      // Each kind may occur once. A second one is an unexpected token.
      if (seen[i] || !take_open(attribute_table[i].keyword)) continue;
      seen[i] = any = true;
      attributes.byte(attribute_table[i].code);
      attributes.name(expect_name());
      expect_close();
      ++count;
    }
  }
  out.byte(count == 0 ? 0x00 : 0x02);
  out.name(name);
  if (count == 0) return;
  out.unsigned_number(count);
  out.append(attributes);
}

/// Whether `(keyword "name" <attribute>*)` comes next: the inline form of an import or export. The
/// definitions, which begin the same way, have more between their parentheses.
bool Assembler::at_inline(std::string_view keyword) const {
  if (!at_open(keyword)) return false;
  std::size_t ahead = 2;
  if (peek(2).kind == TokenKind::left_parenthesis && peek(3).text == "interface") {
    if (peek(4).kind != TokenKind::string || peek(5).kind != TokenKind::right_parenthesis) {
      return false;
    }
    ahead = 6;
  } else {
    if (peek(2).kind != TokenKind::string) return false;
    ahead = 3;
  }
  const auto is_attribute = [&] {
    if (peek(ahead).kind != TokenKind::left_parenthesis) return false;
    for (const auto& row : attribute_table) {
      if (peek(ahead + 1).text == row.keyword) return true;
    }
    return false;
  };
  while (is_attribute() && peek(ahead + 2).kind == TokenKind::string &&
         peek(ahead + 3).kind == TokenKind::right_parenthesis) {
    ahead += 4;
  }
  return peek(ahead).kind == TokenKind::right_parenthesis;
}

/// Whether an alias without a sort comes next: `(alias export $i "name")`. In a nested component
/// the definition begins the same way.
bool Assembler::at_inverted_alias() const {
  return at_open("alias") && peek(5).kind == TokenKind::right_parenthesis;
}

Assembler::InlineExports Assembler::read_inline_exports() {
  InlineExports exports;
  // Only a component's own definitions can be exported; in a type, `export` is a declarator.
  while (scope().kind == ScopeKind::component && at_inline("export")) {
    InlineExport exported{.name = {}, .sort = {}, .source = peek().offset};
    expect_open("export");
    read_extern_name(exported.name);
    expect_close();
    exports.push_back(std::move(exported));
  }
  return exports;
}

}  // namespace airlock::decoder::component_text
