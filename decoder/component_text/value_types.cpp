// Value types (Explainer.md, Type Definitions: `defvaltype` and `valtype`; Binary.md, likewise).
#include <array>

#include "decoder/component_text/assembler.hpp"

namespace airlock::decoder::component_text {

namespace {

struct PrimitiveRow {
  std::string_view keyword;
  std::uint8_t code;
};
constexpr auto primitive_table = std::to_array<PrimitiveRow>({
    {"bool", 0x7f},
    {"s8", 0x7e},
    {"u8", 0x7d},
    {"s16", 0x7c},
    {"u16", 0x7b},
    {"s32", 0x7a},
    {"u32", 0x79},
    {"s64", 0x78},
    {"u64", 0x77},
    {"f32", 0x76},
    {"f64", 0x75},
    {"float32", 0x76},  // the old names
    {"float64", 0x75},
    {"char", 0x74},
    {"string", 0x73},
    {"error-context", 0x64},
});

const PrimitiveRow* find_primitive(const Token& token) {
  if (token.kind != TokenKind::keyword) return nullptr;
  for (const auto& row : primitive_table) {
    if (row.keyword == token.text) return &row;
  }
  return nullptr;
}

}  // namespace

/// Whether an optional value type comes next.
bool Assembler::at_value_type() const {
  if (at_index() || find_primitive(peek()) != nullptr) return true;
  return at_open() && !at_open("error");  // which may also follow `result`
}

// valtype ::= <typeidx> | <defvaltype>
//
// In the binary format only primitive types are written where they are used. All others are defined
// before, without a name.
void Assembler::read_value_type(Encoder& out) {
  out.mark(peek().offset);
  if (const auto* primitive = find_primitive(peek())) {
    take();
    return out.byte(primitive->code);
  }
  if (at_index() || at_open("type")) return out.signed_number(read_component_index(Sort::type));
  if (!at_open()) return fail_expected("a value type");
  nested([&] {
    Encoder type;
    type.mark(peek().offset);
    read_defined_type(type);
    out.signed_number(define(Definition::type, Sort::type, type));
  });
}

// <T>? ::= 0x00 | 0x01 T
void Assembler::read_optional_value_type(Encoder& out) {
  if (!at_value_type()) return out.byte(0x00);
  out.byte(0x01);
  read_value_type(out);
}

// defvaltype ::= …
void Assembler::read_defined_type(Encoder& out) {
  if (const auto* primitive = find_primitive(peek())) {
    take();
    return out.byte(primitive->code);
  }
  if (!at_open()) return fail_expected("a type");
  take();
  if (take_keyword("record")) {
    out.byte(0x72);
    read_labelled_types(out, "field");
  } else if (take_keyword("variant")) {
    out.byte(0x71);
    read_variant(out);
  } else if (take_keyword("list")) {
    read_list(out);
  } else if (take_keyword("tuple")) {
    out.byte(0x6f);
    read_vector(out, [&](Encoder& types) { read_value_type(types); });
  } else if (take_keyword("flags")) {
    out.byte(0x6e);
    read_labels(out);
  } else if (take_keyword("enum")) {
    out.byte(0x6d);
    read_labels(out);
  } else if (take_keyword("option")) {
    out.byte(0x6b);
    read_value_type(out);
  } else if (take_keyword("result")) {
    read_result_type(out);
  } else if (take_keyword("own")) {
    out.byte(0x69);
    out.unsigned_number(read_component_index(Sort::type));
  } else if (take_keyword("borrow")) {
    out.byte(0x68);
    out.unsigned_number(read_component_index(Sort::type));
  } else if (take_keyword("stream")) {
    out.byte(0x66);
    read_optional_value_type(out);
  } else if (take_keyword("future")) {
    out.byte(0x65);
    read_optional_value_type(out);
  } else if (take_keyword("map")) {
    out.byte(0x63);
    read_value_type(out);
    read_value_type(out);
  } else {
    return fail_expected("a type");
  }
  expect_close();
}

/// `(field <labellit> <valtype>)*`, and the same with another keyword.
void Assembler::read_labelled_types(Encoder& out, std::string_view keyword) {
  Encoder items;
  std::uint32_t count = 0;
  for (; take_open(keyword); ++count) {
    items.mark(peek().offset);
    items.name(expect_name());
    read_value_type(items);
    expect_close();
  }
  out.unsigned_number(count);
  out.append(items);
}

// case ::= l:<labellit> t?:<valtype>? 0x00
void Assembler::read_variant(Encoder& out) {
  read_vector(out, [&](Encoder& cases) {
    cases.mark(peek().offset);
    expect_open("case");
    cases.name(expect_name());
    read_optional_value_type(cases);
    cases.byte(0x00);
    expect_close();
  });
}

// (list <valtype>) | (list <valtype> <u32>)
void Assembler::read_list(Encoder& out) {
  Encoder element;
  read_value_type(element);
  const bool has_length = !at_close();
  out.byte(has_length ? 0x67 : 0x70);
  out.append(element);
  if (has_length) out.unsigned_number(expect_u32());
}

void Assembler::read_labels(Encoder& out) {
  read_vector(out, [&](Encoder& labels) {
    labels.mark(peek().offset);
    labels.name(expect_name());
  });
}

// (result <valtype>? (error <valtype>)?)
void Assembler::read_result_type(Encoder& out) {
  out.byte(0x6a);
  read_optional_value_type(out);
  if (!take_open("error")) return out.byte(0x00);
  out.byte(0x01);
  read_value_type(out);
  expect_close();
}

}  // namespace airlock::decoder::component_text
