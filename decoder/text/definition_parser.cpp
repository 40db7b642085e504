// Definitions of functions, tables, memories, globals and tags (specification: Text Format,
// Modules).
#include "decoder/text/module_parser.hpp"

namespace airlock::decoder::text {

/// `(kind $id? (export "…")* …)`
void ModuleParser::parse_definition(Space which) {
  const auto source = peek().offset;
  take();
  take();
  cursor_.take(TokenKind::identifier);
  const auto index = defined_[static_cast<std::size_t>(which)]++;
  if (auto name = take_name_annotation()) space(which).rename(index, std::move(*name));
  parse_inline_exports(which);
  if (!parse_inline_import(which, source)) {
    switch (which) {
      case Space::function:
        parse_function(source);
        break;
      case Space::table:
        parse_table(source);
        break;
      case Space::memory:
        parse_memory(source);
        break;
      case Space::global:
        parse_global(source);
        break;
      default:
        parse_tag(source);
        break;
    }
  }
  expect_close();
}

void ModuleParser::parse_function(std::size_t source) {
  const auto index = defined_[static_cast<std::size_t>(Space::function)] - 1;
  Body body;
  body.in_function = true;
  auto& declaration = function_section_.next();
  declaration.mark(source);
  declaration.unsigned_number(parse_type_use(ParameterNames::bound, &body.locals).type);
  body.code.mark(source);
  parse_locals(body);
  parse_instructions(body);
  body.code.mark(peek().offset);
  write_opcode(body.code, "end"_op);
  code_section_.next().sized(body.code);

  if (auto names = body.locals.names(); !names.empty())
    local_names_.push_back({index, std::move(names)});
  if (!body.label_names.empty()) label_names_.push_back({index, std::move(body.label_names)});
  if (!body.branch_hints.empty()) branch_hints_[index] = std::move(body.branch_hints);
}

/// `(local …)*`, which the binary format writes as runs of equal types
void ModuleParser::parse_locals(Body& body) {
  VectorEncoder runs;
  ValueType type;
  std::uint32_t count = 0;
  const auto finish_run = [&] {
    if (count == 0) return;
    runs.next().unsigned_number(count);
    encode(runs.elements, type);
    count = 0;
  };
  const auto add = [&](const ValueType& next) {
    if (next != type) finish_run();
    type = next;
    ++count;
  };
  while (take_open("local")) {
    if (at(TokenKind::identifier)) {
      const Token& id = take();
      if (!body.locals.define(id.text))
        return fail_at(id.offset, "duplicate local $" + std::string(id.text));
      if (auto name = take_name_annotation())
        body.locals.rename(body.locals.count() - 1, std::move(*name));
      add(parse_value_type());
    } else {
      while (!at_close() && !failed()) {
        define_anonymous(body.locals);
        add(parse_value_type());
      }
    }
    expect_close();
  }
  finish_run();
  runs.write_to(body.code);
}

/// `tabletype expr?` or `addrtype? reftype (elem …)`
void ModuleParser::parse_table(std::size_t source) {
  auto& to = table_section_.next();
  to.mark(source);
  TableType type;
  type.address = take_address_type();
  if (at(TokenKind::integer)) {
    type.limits = parse_size_limits();
    type.is_shared = take_keyword("shared");
    type.element = parse_reference_type();
    if (at_close()) return encode(to, type);
    to.byte(0x40);  // a table with an initializer
    to.byte(0);
    encode(to, type);
    return parse_expression(to);
  }
  type.element = parse_reference_type();
  const auto count = parse_inline_elements(type.element, type.address);
  type.limits = {count, count};
  encode(to, type);
}

/// `memtype` or `addrtype? pagesize? (data "…"*)`
void ModuleParser::parse_memory(std::size_t source) {
  auto& to = memory_section_.next();
  to.mark(source);
  MemoryType type;
  type.address = take_address_type();
  if (at(TokenKind::integer)) {
    parse_rest_of_memory_type(type);
  } else {
    type.page_size_log2 = parse_page_size();
    const auto size = parse_inline_data(type.address);
    // The exponent is checked by validation; here it may be too large for a shift.
    const auto last_page = type.page_size_log2 < 64 && size != 0 ? (size - 1) >> type.page_size_log2
                                                                 : std::uint64_t{0};
    const auto pages = size == 0 ? 0 : last_page + 1;
    type.limits = {pages, pages};
  }
  encode(to, type);
}

void ModuleParser::parse_global(std::size_t source) {
  auto& to = global_section_.next();
  to.mark(source);
  encode(to, parse_global_type());
  parse_expression(to);
}

void ModuleParser::parse_tag(std::size_t source) {
  auto& to = tag_section_.next();
  to.mark(source);
  to.byte(0);  // the attribute: an exception
  to.unsigned_number(parse_type_use(ParameterNames::ignored).type);
}

}  // namespace airlock::decoder::text
