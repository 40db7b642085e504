// Canonical definitions (Explainer.md, Canonical Definitions; Binary.md, likewise).
#include "decoder/component_text/assembler.hpp"

namespace airlock::decoder::component_text {

using component::Operand;

// canon ::= (canon lift … bind-id(<externtype>)) | (canon … (core func <id>?))
void Assembler::read_canonical(const Token& start) {
  expect_open("canon");
  Encoder out;
  out.mark(start.offset);
  if (take_lift(out)) {
    expect_open("func");
    const Identifier id = take_identifier();
    out.unsigned_number(read_type_use(Sort::function));
    define(Definition::canonical, Sort::function, out, id);
  } else {
    read_builtin(out);
    expect_open("core");
    expect_keyword("func");
    define(Definition::canonical, Sort::core_function, out, take_identifier());
  }
  expect_close();
  expect_close();
}

/// (core func <id>? (canon …)) ≡ (canon … (core func <id>?)), and the same with an alias.
void Assembler::read_core_function(const Token& start) {
  const Identifier id = take_identifier();
  if (at_open("alias")) return read_inverted_alias(start, Sort::core_function, id, {});
  expect_open("canon");
  Encoder out;
  out.mark(start.offset);
  read_builtin(out);
  expect_close();
  define(Definition::canonical, Sort::core_function, out, id);
  expect_close();
}

/// `lift` and what follows it, all but the type. @return whether it comes next
bool Assembler::take_lift(Encoder& out) {
  const auto& lift = *component::find_row(component::CanonKind::lift);
  if (!take_keyword(lift.name)) return false;
  out.byte(static_cast<std::uint8_t>(lift.kind));
  for (const auto operand : lift.operands)
    if (operand != Operand::type) read_operand(out, operand);
  return true;
}

/// A canonical definition that makes a core function: `lower`, or one of the built-ins.
void Assembler::read_builtin(Encoder& out) {
  const auto& word = peek();
  const auto* row = word.kind == TokenKind::keyword ? component::find_row(word.text) : nullptr;
  if (row == nullptr || row->kind == component::CanonKind::lift)
    return fail_expected("a canonical definition");
  take();
  out.byte(static_cast<std::uint8_t>(row->kind));
  for (const auto operand : row->operands) read_operand(out, operand);
}

void Assembler::read_operand(Encoder& out, Operand operand) {
  if (operand != Operand::none) out.mark(peek().offset);
  switch (operand) {
    case Operand::none:
      return;
    case Operand::core_callee:
      out.byte(0x00);
      return out.unsigned_number(read_core_index(Sort::core_function));
    case Operand::callee:
      out.byte(0x00);
      return out.unsigned_number(read_component_index(Sort::function));
    case Operand::type:
      return out.unsigned_number(read_component_index(Sort::type));
    case Operand::result:
      return read_result_list(out);
    case Operand::options:
      return read_options(out);
    case Operand::async:
      return out.byte(take_keyword("async") ? 0x01 : 0x00);
    case Operand::shared:
      return out.byte(take_keyword("shared") ? 0x01 : 0x00);
    case Operand::reserved:
      return out.byte(0x00);
    case Operand::memory:
      expect_open("memory");
      return out.unsigned_number(read_core_option(Sort::core_memory));
    case Operand::core_value:
      return read_core_value_type(out);
    case Operand::immediate:
      return out.unsigned_number(expect_u32());
    case Operand::core_type:
      return out.unsigned_number(read_core_index(Sort::core_type));
    case Operand::core_table:
      return out.unsigned_number(read_core_index(Sort::core_table));
  }
}

// opts ::= opt*:vec(<canonopt>)
void Assembler::read_options(Encoder& out) {
  Encoder options;
  std::uint32_t count = 0;
  for (bool any = true; any;) {
    any = false;
    for (const auto& row : component::flag_options) {
      const Token start = peek();
      if (!take_keyword(row.name)) continue;
      options.mark(start.offset);
      options.byte(static_cast<std::uint8_t>(row.kind));
      any = true;
      ++count;
    }
    for (const auto& row : component::index_options) {
      const Token start = peek();
      if (!take_open(row.name)) continue;
      options.mark(start.offset);
      options.byte(static_cast<std::uint8_t>(row.kind));
      options.unsigned_number(read_core_option(row.sort));
      any = true;
      ++count;
    }
  }
  out.unsigned_number(count);
  out.append(options);
}

}  // namespace airlock::decoder::component_text
