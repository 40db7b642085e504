// Element and data segments (specification: Text Format, Modules; Binary Format, Modules).
#include "decoder/text/module_parser.hpp"

namespace airlock::decoder::text {

/// `(offset instr*)` or one folded instruction, as a constant expression
void ModuleParser::parse_offset(Encoder& to) {
  if (!take_open("offset")) return parse_expression(to, true);
  parse_expression(to);
  expect_close();
}

/// The offset of a segment that is written within its table or memory.
void ModuleParser::write_zero_offset(Encoder& to, AddressType address) {
  write_opcode(to, address == AddressType::i64 ? "i64.const"_op : "i32.const"_op);
  to.signed_number(0);
  write_opcode(to, "end"_op);
}

// ---- Elements

/// `(elem $id? declare? (table x)? offset? elemlist)`
void ModuleParser::parse_element_segment() {
  ElementSegmentHead head;
  head.source = peek().offset;
  expect_open("elem");
  cursor_.take(TokenKind::identifier);
  const auto index = defined_[static_cast<std::size_t>(Space::element)]++;
  if (auto name = take_name_annotation()) space(Space::element).rename(index, std::move(*name));
  bool may_omit_kind = false;
  if (take_keyword("declare")) {
    head.is_declarative = true;
  } else if (take_open("table")) {
    head.is_active = true;
    head.table = parse_index(Space::table);
    expect_close();
    parse_offset(head.offset);
  } else if (at(TokenKind::integer) && peek(1).kind == TokenKind::left_parenthesis) {
    head.is_active = may_omit_kind = true;  // the old form: an index without its `(table …)`
    head.table = parse_index(Space::table);
    parse_offset(head.offset);
  } else if (at_open() && !at_open("ref")) {
    head.is_active = may_omit_kind = true;
    parse_offset(head.offset);
  }
  write_element_segment(head, parse_element_list(may_omit_kind));
  expect_close();
}

/// `reftype elemexpr*`, `func funcidx*`, or only `funcidx*` where that is allowed
ModuleParser::ElementList ModuleParser::parse_element_list(bool may_omit_kind) {
  ElementList list;
  if (take_keyword("func") || (may_omit_kind && (at_index() || at_close()))) {
    parse_function_indices(list);
  } else {
    list.type = parse_reference_type();
    parse_element_expressions(list);
  }
  return list;
}

void ModuleParser::parse_function_indices(ElementList& list) {
  while (at_index()) list.functions.next().unsigned_number(parse_index(Space::function));
}

/// `(item instr*)` or folded instructions
void ModuleParser::parse_element_expressions(ElementList& list) {
  list.is_expressions = true;
  while (at_open()) {
    auto& to = list.expressions.next();
    if (take_open("item")) {
      parse_expression(to);
      expect_close();
    } else {
      parse_expression(to, true);
    }
  }
}

void ModuleParser::write_element_segment(const ElementSegmentHead& head, const ElementList& list) {
  // Bit 0: passive or declarative; bit 1: declarative, or an explicit table, and with either an
  // explicit type; bit 2: expressions instead of function indices.
  const bool is_default_type = !list.is_expressions || list.type == funcref;
  const bool is_explicit = head.is_active && (head.table != 0 || !is_default_type);
  const int flags = (head.is_active ? 0 : 1) | (head.is_declarative || is_explicit ? 2 : 0) |
                    (list.is_expressions ? 4 : 0);
  auto& to = element_section_.next();
  to.mark(head.source);
  to.unsigned_number(static_cast<std::uint64_t>(flags));
  if (is_explicit) to.unsigned_number(head.table);
  if (head.is_active) to.append(head.offset);
  if (!head.is_active || is_explicit) {
    if (list.is_expressions)
      encode(to, list.type);
    else
      to.byte(0);  // elemkind: (ref func)
  }
  (list.is_expressions ? list.expressions : list.functions).write_to(to);
}

/// `(elem …)` within a table of elements of type `type`
/// @return how many elements there are
std::uint64_t ModuleParser::parse_inline_elements(const ValueType& type, AddressType address) {
  ElementSegmentHead head;
  head.source = peek().offset;
  head.is_active = true;
  head.table = defined_[static_cast<std::size_t>(Space::table)] - 1;
  ++defined_[static_cast<std::size_t>(Space::element)];
  write_zero_offset(head.offset, address);
  expect_open("elem");
  ElementList list;
  list.type = type;
  if (at_open()) {
    parse_element_expressions(list);
  } else if (type == funcref) {
    parse_function_indices(list);
  } else {  // the short form is only for (ref func): other types need expressions
    list.is_expressions = true;
    while (at_index()) {
      auto& to = list.expressions.next();
      write_opcode(to, "ref.func"_op);
      to.unsigned_number(parse_index(Space::function));
      write_opcode(to, "end"_op);
    }
  }
  expect_close();
  write_element_segment(head, list);
  return list.functions.count + list.expressions.count;
}

// ---- Data

/// `(data $id? (memory x)? offset? "…"*)`
void ModuleParser::parse_data_segment() {
  auto& to = data_section_.next();
  to.mark(peek().offset);
  expect_open("data");
  cursor_.take(TokenKind::identifier);
  const auto index = defined_[static_cast<std::size_t>(Space::data)]++;
  if (auto name = take_name_annotation()) space(Space::data).rename(index, std::move(*name));
  std::uint32_t memory = 0;
  bool has_memory = take_open("memory");
  if (has_memory) {
    memory = parse_index(Space::memory);
    expect_close();
  } else if (at(TokenKind::integer)) {  // the old form: an index without its `(memory …)`
    has_memory = true;
    memory = parse_index(Space::memory);
  }
  if (has_memory || at_open()) {
    to.byte(memory == 0 ? 0 : 2);
    if (memory != 0) to.unsigned_number(memory);
    parse_offset(to);
  } else {
    to.byte(1);  // passive
  }
  to.name(take_strings());
  expect_close();
}

/// `(data "…"*)` within a memory
/// @return how many bytes there are
std::uint64_t ModuleParser::parse_inline_data(AddressType address) {
  const auto memory = defined_[static_cast<std::size_t>(Space::memory)] - 1;
  ++defined_[static_cast<std::size_t>(Space::data)];
  auto& to = data_section_.next();
  to.mark(peek().offset);
  expect_open("data");
  to.byte(memory == 0 ? 0 : 2);
  if (memory != 0) to.unsigned_number(memory);
  write_zero_offset(to, address);
  const auto bytes = take_strings();
  to.name(bytes);
  expect_close();
  return bytes.size();
}

}  // namespace airlock::decoder::text
