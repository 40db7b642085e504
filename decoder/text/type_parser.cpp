// Types (specification: Text Format, Types; Binary Format, Types).
#include <algorithm>
#include <bit>
#include <utility>

#include "decoder/text/module_parser.hpp"
#include "decoder/text/numbers.hpp"

namespace airlock::decoder::text {
namespace {

struct HeapWord {
  std::string_view word;       ///< as a heap type
  std::string_view reference;  ///< short for `(ref null word)`
  HeapKind kind;
  std::uint8_t code;
};
constexpr auto heap_words = std::to_array<HeapWord>({
    {"any", "anyref", HeapKind::any, 0x6e},
    {"eq", "eqref", HeapKind::eq, 0x6d},
    {"i31", "i31ref", HeapKind::i31, 0x6c},
    {"struct", "structref", HeapKind::struct_, 0x6b},
    {"array", "arrayref", HeapKind::array, 0x6a},
    {"none", "nullref", HeapKind::none, 0x71},
    {"func", "funcref", HeapKind::func, 0x70},
    {"nofunc", "nullfuncref", HeapKind::nofunc, 0x73},
    {"extern", "externref", HeapKind::extern_, 0x6f},
    {"noextern", "nullexternref", HeapKind::noextern, 0x72},
    {"exn", "exnref", HeapKind::exn, 0x69},
    {"noexn", "nullexnref", HeapKind::noexn, 0x74},
});

struct ValueWord {
  std::string_view word;
  ValueKind kind;
  std::uint8_t code;
};
constexpr auto value_words = std::to_array<ValueWord>({
    {"i32", ValueKind::i32, 0x7f},
    {"i64", ValueKind::i64, 0x7e},
    {"f32", ValueKind::f32, 0x7d},
    {"f64", ValueKind::f64, 0x7c},
    {"v128", ValueKind::v128, 0x7b},
    {"i8", ValueKind::i8, 0x78},
    {"i16", ValueKind::i16, 0x77},
});

constexpr std::uint8_t array_code = 0x5e, struct_code = 0x5f, function_code = 0x60;
constexpr std::uint8_t sub_code = 0x50, sub_final_code = 0x4f, rec_code = 0x4e;
constexpr std::uint8_t ref_code = 0x64, ref_null_code = 0x63, exact_code = 0x62;
constexpr std::uint8_t describes_code = 0x4c, descriptor_code = 0x4d;

}  // namespace

// ---- Definitions

/// The second pass: all `(type …)` and `(rec …)`.
void ModuleParser::parse_types() {
  for (const auto position : fields_) {
    cursor_.reset(position);
    if (failed()) return;
    if (at_open("rec")) {
      parse_recursive_group();
    } else if (at_open("type")) {
      auto& to = type_section_.next();
      to.mark(peek().offset);
      parse_type_definition(to, true);
    }
  }
}

void ModuleParser::parse_recursive_group() {
  auto& to = type_section_.next();
  to.mark(peek().offset);
  expect_open("rec");
  VectorEncoder members;
  const bool is_alone = [&] {  // a group of one is equal to a type outside of a group
    auto ahead = cursor_;
    return ahead.take_open("type") &&
           (ahead.skip_to_close(), ahead.at(TokenKind::right_parenthesis));
  }();
  while (at_open("type")) {
    auto& member = members.next();
    member.mark(peek().offset);
    parse_type_definition(member, is_alone);
  }
  expect_close();
  if (members.count == 1) return to.append(members.elements);
  to.byte(rec_code);
  members.write_to(to);
}

/// `(type $id? subtype)`
/// @param is_alone whether it is the only one of its group, so that type uses can refer to it
void ModuleParser::parse_type_definition(Encoder& to, bool is_alone) {
  expect_open("type");
  cursor_.take(TokenKind::identifier);
  const auto index = static_cast<std::uint32_t>(types_.size());
  if (auto name = take_name_annotation()) space(Space::type).rename(index, std::move(*name));
  parse_sub_type(to, is_alone);
  expect_close();
}

/// `subtype`, which becomes the next type.
void ModuleParser::parse_sub_type(Encoder& to, bool is_alone) {
  const auto index = static_cast<std::uint32_t>(types_.size());
  auto& entry = types_.emplace_back();
  bool is_plain = true;
  if (take_open("sub")) {
    const bool is_final = take_keyword("final");
    VectorEncoder supertypes;
    while (at_index()) supertypes.next().unsigned_number(parse_index(Space::type));
    is_plain = is_final && supertypes.count == 0;
    if (!is_plain) {
      to.byte(is_final ? sub_final_code : sub_code);
      supertypes.write_to(to);
    }
    is_plain = !parse_descriptor_clauses(to) && is_plain;
    parse_composite_type(to, entry);
    expect_close();
  } else {
    is_plain = !parse_descriptor_clauses(to);
    parse_composite_type(to, entry);
  }
  if (is_plain && is_alone && entry.function) {
    Encoder encoded;
    encode(encoded, *entry.function);
    function_types_.emplace(encoded.view(), index);
  }
}

/// `(describes x)? (descriptor x)?` @return whether there was one
bool ModuleParser::parse_descriptor_clauses(Encoder& to) {
  const auto take_clause = [&](std::string_view word, std::uint8_t code) {
    if (!take_open(word)) return false;
    to.byte(code);
    to.unsigned_number(parse_index(Space::type));
    expect_close();
    return true;
  };
  const bool is_descriptor = take_clause("describes", describes_code);
  const bool has_descriptor = take_clause("descriptor", descriptor_code);
  return is_descriptor || has_descriptor;
}

void ModuleParser::parse_composite_type(Encoder& to, TypeEntry& entry) {
  if (take_open("func")) {
    entry.function = parse_function_type(ParameterNames::ignored);
    encode(to, *entry.function);
  } else if (take_open("struct")) {
    parse_struct_type(to, entry);
  } else if (take_open("array")) {
    to.byte(array_code);
    parse_field_type(to);
  } else {
    if (at_open()) take();  // the error is at the word
    return fail_unexpected();
  }
  expect_close();
}

void ModuleParser::parse_struct_type(Encoder& to, TypeEntry& entry) {
  to.byte(struct_code);
  VectorEncoder fields;
  while (take_open("field")) {
    if (at(TokenKind::identifier)) {
      const Token& id = take();
      if (!entry.fields.define(id.text))
        return fail_at(id.offset, "duplicate field $" + std::string(id.text));
      if (auto name = take_name_annotation())
        entry.fields.rename(entry.fields.count() - 1, std::move(*name));
      parse_field_type(fields.next());
    } else {
      while (!at_close() && !failed()) {
        define_anonymous(entry.fields);
        parse_field_type(fields.next());
      }
    }
    expect_close();
  }
  fields.write_to(to);
}

void ModuleParser::parse_field_type(Encoder& to) {
  const bool is_mutable = take_open("mut");
  encode(to, parse_storage_type());
  if (is_mutable) expect_close();
  to.byte(is_mutable ? 1 : 0);
}

ValueType ModuleParser::parse_storage_type() {
  if (take_keyword("i8")) return {ValueKind::i8};
  if (take_keyword("i16")) return {ValueKind::i16};
  return parse_value_type();
}

// ---- Values and references

/// A value type, if one comes next. (A parenthesis alone is not enough: `(ref` is.)
std::optional<ValueType> ModuleParser::take_value_type() {
  if (at(TokenKind::keyword)) {
    const auto word = peek().text;
    for (const auto& value : value_words) {
      if (value.word != word || value.kind == ValueKind::i8 || value.kind == ValueKind::i16)
        continue;
      take();
      return ValueType{value.kind};
    }
    for (const auto& heap : heap_words) {
      if (heap.reference != word) continue;
      take();
      return ValueType::reference(heap.kind, true);
    }
    return std::nullopt;
  }
  if (!take_open("ref")) return std::nullopt;
  const bool nullable = take_keyword("null");
  const auto heap = parse_heap_type();
  expect_close();
  return ValueType::reference(heap, nullable);
}

ValueType ModuleParser::parse_value_type() {
  if (const auto type = take_value_type()) return *type;
  fail_unexpected();
  return {};
}

ValueType ModuleParser::parse_reference_type() {
  const auto offset = peek().offset;
  const auto type = parse_value_type();
  if (!type.is_reference()) fail_at(offset, "unexpected token: reference type expected");
  return type;
}

HeapType ModuleParser::parse_heap_type() {
  if (at_index()) return HeapType::defined(parse_index(Space::type));
  if (take_open("exact")) {
    if (!at_index()) {
      fail_unexpected();
      return {};
    }
    const auto type = HeapType::defined(parse_index(Space::type), true);
    expect_close();
    return type;
  }
  if (at(TokenKind::keyword)) {
    const auto found = std::ranges::find(heap_words, peek().text, &HeapWord::word);
    if (found != heap_words.end()) {
      take();
      return {found->kind};
    }
  }
  fail_unexpected();
  return {};
}

GlobalType ModuleParser::parse_global_type() {
  GlobalType type;
  type.is_mutable = take_open("mut");
  type.value = parse_value_type();
  if (type.is_mutable) expect_close();
  return type;
}

// ---- Memories and tables

AddressType ModuleParser::take_address_type() {
  if (take_keyword("i64")) return AddressType::i64;
  take_keyword("i32");
  return AddressType::i32;
}

SizeLimits ModuleParser::parse_size_limits() {
  SizeLimits limits;
  const unsigned bits = limits_.features.memory64 ? 64 : 32;
  limits.minimum = expect_unsigned(bits);
  if (at(TokenKind::integer)) limits.maximum = expect_unsigned(bits);
  return limits;
}

TableType ModuleParser::parse_table_type() {
  TableType type;
  type.address = take_address_type();
  type.limits = parse_size_limits();
  type.is_shared = take_keyword("shared");
  type.element = parse_reference_type();
  return type;
}

MemoryType ModuleParser::parse_memory_type() {
  MemoryType type;
  type.address = take_address_type();
  parse_rest_of_memory_type(type);
  return type;
}

void ModuleParser::parse_rest_of_memory_type(MemoryType& type) {
  type.limits = parse_size_limits();
  type.is_shared = take_keyword("shared");
  type.page_size_log2 = parse_page_size();
}

/// `(pagesize n)`, if it comes next. Validation decides which powers of two are allowed.
std::uint8_t ModuleParser::parse_page_size() {
  constexpr std::uint8_t usual = 16;
  if (!take_open("pagesize")) return usual;
  const auto offset = peek().offset;
  const auto size = expect_unsigned(64);
  expect_close();
  if (failed()) return usual;
  if (!std::has_single_bit(size)) fail_at(offset, "invalid custom page size");
  return static_cast<std::uint8_t>(std::countr_zero(size));
}

// ---- Functions

/// Counts an entity without identifier, which may still have a `@name`.
void ModuleParser::define_anonymous(IndexSpace& in) {
  if (auto name = take_name_annotation()) in.rename(in.count(), std::move(*name));
  in.define_anonymous(1);
}

FunctionType ModuleParser::parse_function_type(ParameterNames names, IndexSpace* locals) {
  FunctionType type;
  while (take_open("param")) {
    if (at(TokenKind::identifier) && names != ParameterNames::forbidden) {
      const Token& id = take();
      auto name = take_name_annotation();
      if (locals != nullptr) {
        if (!locals->define(id.text) && names == ParameterNames::bound)
          fail_at(id.offset, "duplicate local $" + std::string(id.text));
        if (name) locals->rename(locals->count() - 1, std::move(*name));
      }
      type.parameters.push_back(parse_value_type());
    } else {
      while (!at_close() && !failed()) {
        if (locals != nullptr) define_anonymous(*locals);
        type.parameters.push_back(parse_value_type());
      }
    }
    expect_close();
  }
  while (take_open("result")) {
    while (!at_close() && !failed()) type.results.push_back(parse_value_type());
    expect_close();
  }
  return type;
}

/// `(type x)? (param …)* (result …)*`: a type by index, by its parameters and results, or both.
ModuleParser::TypeUse ModuleParser::parse_type_use(ParameterNames names, IndexSpace* locals) {
  const auto offset = peek().offset;
  std::optional<std::uint32_t> index;
  if (take_open("type")) {
    index = parse_index(Space::type);
    expect_close();
  }
  const bool is_inline = at_open("param") || at_open("result");
  auto type = parse_function_type(names, locals);
  if (failed()) return {};
  if (!index) return {find_or_add_type(type), std::move(type)};
  const auto* known = *index < types_.size() ? &types_[*index] : nullptr;
  if (is_inline) {
    if (known == nullptr)
      fail_at(offset, "unknown type " + std::to_string(*index));
    else if (known->function != type)
      contradiction_ = contradiction_.value_or(offset);
  } else if (known != nullptr && known->function) {
    type = *known->function;
    if (locals != nullptr)
      locals->define_anonymous(static_cast<std::uint32_t>(type.parameters.size()));
  }
  // Validation refuses a type that does not exist or is not a function type.
  return {*index, std::move(type)};
}

/// The first type that is exactly this function type; if there is none, a new one after all others.
std::uint32_t ModuleParser::find_or_add_type(const FunctionType& type) {
  Encoder encoded;
  encode(encoded, type);
  const auto next = static_cast<std::uint32_t>(types_.size());
  const auto [found, is_new] = function_types_.emplace(encoded.view(), next);
  if (is_new) {
    types_.emplace_back().function = type;
    type_section_.next().append(encoded);
  }
  return found->second;
}

// ---- Encodings

void ModuleParser::encode(Encoder& to, const FunctionType& type) {
  to.byte(function_code);
  for (const auto* list : {&type.parameters, &type.results}) {
    to.unsigned_number(list->size());
    for (const auto& value : *list) encode(to, value);
  }
}

void ModuleParser::encode(Encoder& to, const ValueType& type) {
  if (!type.is_reference()) {
    to.byte(std::ranges::find(value_words, type.kind, &ValueWord::kind)->code);
    return;
  }
  const bool is_short = type.nullable && type.heap.kind != HeapKind::indexed;
  if (!is_short) to.byte(type.nullable ? ref_null_code : ref_code);
  encode(to, type.heap);
}

void ModuleParser::encode(Encoder& to, const HeapType& type) {
  if (type.kind != HeapKind::indexed)
    return to.byte(std::ranges::find(heap_words, type.kind, &HeapWord::kind)->code);
  if (!type.is_exact) return to.signed_number(type.index);
  to.byte(exact_code);
  to.unsigned_number(type.index);
}

void ModuleParser::encode(Encoder& to, const GlobalType& type) {
  encode(to, type.value);
  to.byte(type.is_mutable ? 1 : 0);
}

namespace {

/// The flags before size limits.
constexpr std::uint8_t has_maximum = 1, is_shared = 2, is_64_bit = 4, has_page_size = 8;

void encode_limits(Encoder& to, const SizeLimits& limits, std::uint8_t flags) {
  to.byte(limits.maximum ? flags | has_maximum : flags);
  to.unsigned_number(limits.minimum);
  if (limits.maximum) to.unsigned_number(*limits.maximum);
}

std::uint8_t flags_of(AddressType address, bool shared) {
  return static_cast<std::uint8_t>((address == AddressType::i64 ? is_64_bit : 0) |
                                   (shared ? is_shared : 0));
}

}  // namespace

void ModuleParser::encode(Encoder& to, const TableType& type) {
  encode(to, type.element);
  encode_limits(to, type.limits, flags_of(type.address, type.is_shared));
}

void ModuleParser::encode(Encoder& to, const MemoryType& type) {
  auto flags = flags_of(type.address, type.is_shared);
  const bool is_custom = type.page_size_log2 != 16;
  encode_limits(to, type.limits, is_custom ? flags | has_page_size : flags);
  if (is_custom) to.unsigned_number(type.page_size_log2);
}

}  // namespace airlock::decoder::text
