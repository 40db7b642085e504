// Core types in components (Explainer.md, Type Definitions; Binary.md: `core:type`).
#include <algorithm>
#include <utility>

#include "decoder/component_text/assembler.hpp"

namespace airlock::decoder::component_text {

/// The reader of core types of the innermost scope, with all core types of the scope so far.
CoreTypeParser& Assembler::core_types() {
  Scope& scope = this->scope();
  if (!scope.core_types) scope.core_types = std::make_unique<CoreTypeParser>(cursor_, limits_);
  const auto& names = scope.names[number(Sort::core_type)];
  while (scope.core_types->count() < scope.counts[number(Sort::core_type)]) {
    const auto name =
        std::ranges::lower_bound(names, scope.core_types->count(), {}, &IndexName::index);
    const bool has_name = name != names.end() && name->index == scope.core_types->count();
    scope.core_types->define_elsewhere(has_name && name->id ? name->id->text : std::string_view{});
  }
  return *scope.core_types;
}

/// The reader of core types reads on at the current token; then this parser continues after it.
template <typename Read>
void Assembler::with_core_types(Read read) {
  CoreTypeParser& types = core_types();
  types.cursor() = cursor_;
  read(types);
  if (types.failed()) return fail(types.take_error());
  cursor_ = types.cursor();
}

// core:type ::= (core type <id>? <core:deftype>)
void Assembler::read_core_type(const Token& start) {
  const Identifier id = take_identifier();
  if (at_open("alias")) return read_inverted_alias(start, Sort::core_type, id, {});
  Encoder out;
  out.mark(start.offset);
  if (take_open("module")) {
    read_module_type(out);
    expect_close();
  } else {
    with_core_types([&](CoreTypeParser& types) { types.read_definition(id.token, out); });
  }
  define(Definition::core_type, Sort::core_type, out, id);
  expect_close();
}

/// `(core rec (type <id>? …)*)`: one entry, several types.
void Assembler::read_core_recursive_group(const Token& start) {
  Encoder out;
  out.mark(start.offset);
  std::vector<Identifier> ids;
  with_core_types([&](CoreTypeParser& types) { ids = types.read_group(out); });
  scope().add(Definition::core_type, out);
  for (const Identifier& id : ids) allocate(Sort::core_type, id);
  expect_close();
}

// core:moduletype ::= 0x50 md*:vec(<core:moduledecl>)
void Assembler::read_module_type(Encoder& out) {
  nested([&] {
    open_scope(ScopeKind::module_type);
    while (at_open()) read_module_declarator();
    out.byte(0x50);
    out.unsigned_number(scope().declaration_count);
    out.append(scope().declarations);
    close_scope();
  });
}

// core:moduledecl ::= <core:importdecl> | <core:type> | <core:alias> | <core:exportdecl>
void Assembler::read_module_declarator() {
  const Token start = peek();
  Encoder out;
  out.mark(start.offset);
  if (at_open("alias")) {
    if (peek(2).text != "outer") {
      take();
      take();
      return fail_expected("`outer`");
    }
    return read_alias(start);
  }
  if (at_open("type")) {
    Identifier id;
    with_core_types([&](CoreTypeParser& types) { id.token = types.read_type(out); });
    define(Definition::core_type, Sort::core_type, out, id);
    return;
  }
  if (take_open("rec")) return read_core_recursive_group(start);
  if (take_open("import")) {
    out.name(expect_name());
    out.name(expect_name());
    return read_core_extern_type(Definition::import, out);
  }
  if (take_open("export")) {
    out.name(expect_name());
    return read_core_extern_type(Definition::export_, out);
  }
  take();
  fail_expected("a declarator of a module type");
}

/// core:externtype ::= (<core:sort> <id>? …), which ends an import or export of a module type. A
/// function type that is written inline becomes a declarator before it, unless one is equal.
void Assembler::read_core_extern_type(Definition kind, Encoder& out) {
  expect_open();
  const Sort sort = read_sort(true);
  (void)take_identifier();  // nothing in a module type can refer to it
  if (at_open("type") && peek(2).kind == TokenKind::identifier) {
    (void)resolve(Sort::core_type, peek(2));  // makes an outer alias if the type is not here
  }
  if (failed()) return;
  with_core_types([&](CoreTypeParser& types) {
    types.read_extern_type(sort, out);
    if (const auto added = types.take_added_type()) {
      scope().add(Definition::core_type, *added);
      allocate(Sort::core_type, {});
    }
  });
  expect_close();
  scope().add(kind, out);
  expect_close();
}

void Assembler::read_core_value_type(Encoder& out) {
  with_core_types([&](CoreTypeParser& types) { types.read_value_type(out); });
}

}  // namespace airlock::decoder::component_text
