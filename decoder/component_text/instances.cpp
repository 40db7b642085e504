// Instance definitions (Explainer.md, Instance Definitions; Binary.md, likewise).
#include <utility>

#include "decoder/component_text/assembler.hpp"

namespace airlock::decoder::component_text {

// core:instance ::= (core instance <id>? <core:instanceexpr>)
void Assembler::read_core_instance(const Token& start) {
  const Identifier id = take_identifier();
  if (at_open("alias")) return read_inverted_alias(start, Sort::core_instance, id, {});
  Encoder out;
  out.mark(start.offset);
  read_core_instance_expression(out);
  define(Definition::core_instance, Sort::core_instance, out, id);
  expect_close();
}

// core:instanceexpr ::= (instantiate <core:moduleidx> <core:instantiatearg>*)
//                     | <core:inlineexport>*
void Assembler::read_core_instance_expression(Encoder& out) {
  if (!take_open("instantiate")) return read_core_exports(out);
  out.byte(0x00);
  out.mark(peek().offset);
  out.unsigned_number(read_core_index(Sort::core_module));
  read_vector(out, [&](Encoder& arguments) { read_core_argument(arguments); });
  expect_close();
}

// core:instantiatearg ::= (with <core:name> (instance <idx>))
//                       | (with <core:name> (instance <core:inlineexport>*))
void Assembler::read_core_argument(Encoder& out) {
  out.mark(peek().offset);
  expect_open("with");
  out.name(expect_name());
  const Token inner = peek();
  expect_open();
  take_keyword("core");
  expect_keyword("instance");
  std::uint32_t instance = 0;
  if (at_index()) {
    instance = read_reference_tail(Sort::core_instance);
  } else {
    Encoder exports;
    exports.mark(inner.offset);
    read_core_exports(exports);
    instance = define(Definition::core_instance, Sort::core_instance, exports);
    expect_close();
  }
  out.byte(row(Sort::core_instance).code);
  out.unsigned_number(instance);
  expect_close();
}

// core:inlineexport ::= (export <core:name> <core:externidx>)
void Assembler::read_core_exports(Encoder& out) {
  out.byte(0x01);
  read_vector(out, [&](Encoder& exports) {
    exports.mark(peek().offset);
    expect_open("export");
    exports.name(expect_name());
    expect_open();
    const Sort sort = read_sort(true);
    exports.byte(row(sort).code);
    exports.unsigned_number(read_reference_tail(sort));
    expect_close();
  });
}

// instance ::= (instance <id>? <instanceexpr>)
void Assembler::read_instance(const Token& start) {
  expect_open("instance");
  const Identifier id = take_identifier();
  InlineExports exports = read_inline_exports();
  if (at_inline("import")) return read_inline_import(start, Sort::instance, id, std::move(exports));
  if (at_open("alias")) return read_inverted_alias(start, Sort::instance, id, std::move(exports));
  Encoder out;
  out.mark(start.offset);
  if (at_open("instantiate")) {
    read_instantiation(out);
  } else {
    read_exports_of_instance(out);
  }
  define_exported(Definition::instance, Sort::instance, out, id, std::move(exports));
  expect_close();
}

// instanceexpr ::= (instantiate <componentidx> <instantiatearg>*) | <inlineexport>*
void Assembler::read_instantiation(Encoder& out) {
  expect_open("instantiate");
  out.byte(0x00);
  out.mark(peek().offset);
  out.unsigned_number(read_component_index(Sort::component));
  read_vector(out, [&](Encoder& arguments) { read_argument(arguments); });
  expect_close();
}

// instantiatearg ::= (with <name> <externidx>)
//                  | (with <name> (instance <inlineexport>*))
void Assembler::read_argument(Encoder& out) {
  out.mark(peek().offset);
  expect_open("with");
  out.name(expect_name());
  if (at_open("instance") && !at_index(2)) {
    Encoder exports;
    exports.mark(peek().offset);
    expect_open("instance");
    read_exports_of_instance(exports);
    write_sort_index(out, Sort::instance, define(Definition::instance, Sort::instance, exports));
    expect_close();
  } else {
    expect_open();
    const Sort sort = read_sort(false);
    write_sort_index(out, sort, read_reference_tail(sort));
  }
  expect_close();
}

// inlineexport ::= (export <externnamelit> <attribute>* <externidx>)
void Assembler::read_exports_of_instance(Encoder& out) {
  out.byte(0x01);
  read_vector(out, [&](Encoder& exports) {
    exports.mark(peek().offset);
    expect_open("export");
    read_extern_name(exports);
    expect_open();
    const Sort sort = read_sort(false);
    write_sort_index(exports, sort, read_reference_tail(sort));
    expect_close();
  });
}

}  // namespace airlock::decoder::component_text
