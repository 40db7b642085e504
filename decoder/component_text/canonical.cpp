// Canonical definitions (Explainer.md, Canonical Definitions; Binary.md, likewise).
#include "decoder/component_text/assembler.hpp"
#include "decoder/component_text/canonical_table.hpp"

namespace airlock::decoder::component_text {

using enum Operand;

// canon ::= (canon lift … bind-id(<externtype>)) | (canon … (core func <id>?))
void Assembler::read_canonical(const Token& start) {
  expect_open("canon");
  Encoder out;
  out.mark(start.offset);
  if (take_keyword("lift")) {
    read_lift(out);
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

// canon ::= 0x00 0x00 f:<core:funcidx> opts:<opts> ft:<typeidx>, all but the type.
void Assembler::read_lift(Encoder& out) {
  out.byte(0x00);
  out.byte(0x00);
  out.mark(peek().offset);
  out.unsigned_number(read_core_index(Sort::core_function));
  read_options(out);
}

/// What makes a core function: `lower`, or one of the built-ins.
void Assembler::read_builtin(Encoder& out) {
  if (take_keyword("lower")) {
    out.byte(0x01);
    out.byte(0x00);
    out.mark(peek().offset);
    out.unsigned_number(read_component_index(Sort::function));
    return read_options(out);
  }
  for (const BuiltinRow& row : builtin_table) {
    if (!take_keyword(row.keyword)) continue;
    out.byte(row.code);
    for (const Operand operand : row.operands)
      read_operand(out, static_cast<std::uint8_t>(operand));
    return;
  }
  fail_expected("a canonical definition");
}

void Assembler::read_operand(Encoder& out, std::uint8_t operand) {
  if (static_cast<Operand>(operand) != none) out.mark(peek().offset);
  switch (static_cast<Operand>(operand)) {
    case none:
      return;
    case type:
      return out.unsigned_number(read_component_index(Sort::type));
    case result:
      return read_result_list(out);
    case options:
      return read_options(out);
    case async:
      return out.byte(take_keyword("async") ? 0x01 : 0x00);
    case cancellable:
      return out.byte(take_keyword("cancellable") ? 0x01 : 0x00);
    case shared:
      return out.byte(take_keyword("shared") ? 0x01 : 0x00);
    case memory:
      expect_open("memory");
      return out.unsigned_number(read_core_option(Sort::core_memory));
    case core_value:
      return read_core_value_type(out);
    case immediate:
      return out.unsigned_number(expect_u32());
    case core_type:
      return out.unsigned_number(read_core_index(Sort::core_type));
    case core_table:
      return out.unsigned_number(read_core_index(Sort::core_table));
  }
}

// opts ::= opt*:vec(<canonopt>)
void Assembler::read_options(Encoder& out) {
  Encoder options;
  std::uint32_t count = 0;
  for (bool any = true; any;) {
    any = false;
    for (const auto& row : flag_options) {
      const Token start = peek();
      if (!take_keyword(row.keyword)) continue;
      options.mark(start.offset);
      options.byte(row.code);
      any = true;
      ++count;
    }
    for (const auto& row : index_options) {
      const Token start = peek();
      if (!take_open(row.keyword)) continue;
      options.mark(start.offset);
      options.byte(row.code);
      options.unsigned_number(read_core_option(row.sort));
      any = true;
      ++count;
    }
  }
  out.unsigned_number(count);
  out.append(options);
}

}  // namespace airlock::decoder::component_text
