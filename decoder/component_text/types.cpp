// Type definitions other than value types (Explainer.md, Type Definitions; Binary.md, likewise).
#include <utility>

#include "decoder/component_text/assembler.hpp"

namespace airlock::decoder::component_text {

// type ::= (type <id>? <deftype>)
void Assembler::read_type(const Token& start) {
  expect_open("type");
  const Identifier id = take_identifier();
  InlineExports exports = read_inline_exports();
  if (at_open("alias")) return read_inverted_alias(start, Sort::type, id, std::move(exports));
  Encoder out;
  out.mark(start.offset);
  read_type_definition(out);
  define_exported(Definition::type, Sort::type, out, id, std::move(exports));
  expect_close();
}

// deftype ::= <defvaltype> | <resourcetype> | <functype> | <componenttype> | <instancetype>
void Assembler::read_type_definition(Encoder& out) {
  if (take_open("func")) {
    read_function_type(out);
  } else if (take_open("component")) {
    read_scoped_type(out, ScopeKind::component_type);
  } else if (take_open("instance")) {
    read_scoped_type(out, ScopeKind::instance_type);
  } else if (take_open("resource")) {
    read_resource_type(out);
  } else {
    return read_defined_type(out);
  }
  expect_close();
}

// resourcetype ::= (resource (rep i32) (dtor core-prefix(<core:funcidx>))?)
void Assembler::read_resource_type(Encoder& out) {
  out.byte(0x3f);
  expect_open("rep");
  read_core_value_type(out);
  expect_close();
  if (!take_open("dtor")) return out.byte(0x00);
  out.byte(0x01);
  out.mark(peek().offset);
  out.unsigned_number(read_core_option(Sort::core_function));
}

// functype ::= (func async? (param <labellit> <valtype>)* (result <valtype>)?)
void Assembler::read_function_type(Encoder& out) {
  out.byte(take_keyword("async") ? 0x43 : 0x40);
  read_labelled_types(out, "param");
  read_result_list(out);
}

// resultlist ::= 0x00 t:<valtype> | 0x01 0x00
void Assembler::read_result_list(Encoder& out) {
  if (!take_open("result")) {
    out.byte(0x01);
    return out.byte(0x00);
  }
  out.byte(0x00);
  read_value_type(out);
  expect_close();
}

// componenttype ::= 0x41 cd*:vec(<componentdecl>)
// instancetype  ::= 0x42 id*:vec(<instancedecl>)
void Assembler::read_scoped_type(Encoder& out, ScopeKind kind) {
  nested([&] {
    open_scope(kind);
    while (at_open()) read_declarator();
    out.byte(kind == ScopeKind::component_type ? 0x41 : 0x42);
    out.unsigned_number(scope().declaration_count);
    out.append(scope().declarations);
    close_scope();
  });
}

// componentdecl ::= <importdecl> | <instancedecl>
// instancedecl  ::= core-prefix(<core:type>) | <type> | <alias> | <exportdecl>
void Assembler::read_declarator() {
  const Token start = peek();
  if (at_open_core("type") || at_open_core("rec")) return read_core_definition(start);
  if (at_open("type")) return read_type(start);
  if (at_open("alias")) return read_alias(start);
  if (at_open("export")) return read_export_declarator(start);
  if (at_open("import") && scope().kind == ScopeKind::component_type) return read_import(start);
  take();
  fail_expected("a declarator of a type");
}

/// Whether `(type <idx> <name>*)` comes next. In place of an inline component or instance type,
/// this is a use of a type. `(type <id>? <deftype>)` is the first declarator instead.
bool Assembler::at_type_use() const {
  return at_open("type") && at_index(2) &&
         (peek(3).kind == TokenKind::right_parenthesis || peek(3).kind == TokenKind::string);
}

/// The index of a type that is referred to, or that is written inline and defined here.
std::uint32_t Assembler::read_type_use(Sort sort) {
  const bool is_module = sort == Sort::core_module;
  if (at_type_use() || (is_module && at_open_core("type"))) {
    return is_module ? read_core_index(Sort::core_type) : read_component_index(Sort::type);
  }
  Encoder out;
  out.mark(peek().offset);
  switch (sort) {
    case Sort::core_module:
      read_module_type(out);
      return define(Definition::core_type, Sort::core_type, out);
    case Sort::component:
      read_scoped_type(out, ScopeKind::component_type);
      break;
    case Sort::instance:
      read_scoped_type(out, ScopeKind::instance_type);
      break;
    default:
      read_function_type(out);
      break;
  }
  return define(Definition::type, Sort::type, out);
}

// externtype ::= (<sort> <id>? …)
Sort Assembler::read_extern_type(Encoder& out, Identifier& id) {
  expect_open();
  const Sort sort = read_sort(false);
  id = take_identifier();
  read_extern_type_body(out, sort);
  expect_close();
  return sort;
}

/// The rest of an `externtype` after the sort and the identifier.
void Assembler::read_extern_type_body(Encoder& out, Sort sort) {
  out.mark(peek().offset);
  switch (sort) {
    case Sort::core_module: {
      const std::uint32_t type = read_type_use(sort);
      out.byte(0x00);
      out.byte(0x11);
      return out.unsigned_number(type);
    }
    case Sort::function:
    case Sort::component:
    case Sort::instance: {
      const std::uint32_t type = read_type_use(sort);
      out.byte(row(sort).code);
      return out.unsigned_number(type);
    }
    case Sort::type:
      out.byte(0x03);
      return read_type_bound(out);
    case Sort::value:
      // valuebound ::= 0x00 i:<valueidx> | 0x01 t:<valtype>
      out.byte(0x02);
      if (take_open("eq")) {
        out.byte(0x00);
        out.unsigned_number(read_component_index(Sort::value));
        return expect_close();
      }
      out.byte(0x01);
      return read_value_type(out);
    default:
      return fail(std::string(row(sort).name) + " cannot be imported or exported");
  }
}

// typebound ::= (eq <typeidx>) | (sub resource)
void Assembler::read_type_bound(Encoder& out) {
  if (take_open("sub")) {
    out.byte(0x01);
    expect_keyword("resource");
  } else {
    out.byte(0x00);
    expect_open("eq");
    out.mark(peek().offset);
    out.unsigned_number(read_component_index(Sort::type));
  }
  expect_close();
}

}  // namespace airlock::decoder::component_text
