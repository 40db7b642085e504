#include "decoder/component_text/core_type_parser.hpp"

#include <utility>

namespace airlock::decoder::component_text {

namespace {

constexpr std::uint8_t sub_code = 0x50, rec_code = 0x4e;

/// A subtype that is not final begins like a module type. Where both are allowed, a zero comes
/// before it (Binary.md, Type Definitions: `core:deftype`).
void write_definition(Encoder& out, const Encoder& type) {
  if (type.view().starts_with(static_cast<char>(sub_code))) out.byte(0x00);
  out.append(type);
}

}  // namespace

Identifier take_identifier(text::Cursor& cursor) {
  Identifier id;
  if (cursor.at(text::TokenKind::identifier)) id.token = cursor.take();
  if (cursor.stream().annotations.empty()) return id;
  for (const text::Annotation& annotation : cursor.annotations()) {
    const auto& contents = annotation.contents;
    if (annotation.id != "name" || contents.size() != 1) continue;
    if (contents[0].kind != text::TokenKind::string) continue;
    std::string name = text::decode_string(contents[0].text);
    if (text::is_utf8(name)) id.name = std::move(name);
  }
  return id;
}

void CoreTypeParser::define_elsewhere(std::string_view id) {
  (void)space(Space::type).define(id);  // the scope has checked that identifiers differ
  types_.emplace_back();
}

void CoreTypeParser::declare(const std::optional<Token>& id) {
  define(Space::type, id ? &*id : nullptr);
}

void CoreTypeParser::read_definition(const std::optional<Token>& id, Encoder& out) {
  declare(id);
  Encoder type;
  parse_sub_type(type, true);
  write_definition(out, type);
}

std::optional<Token> CoreTypeParser::read_type(Encoder& out) {
  const bool has_id = peek(2).kind == text::TokenKind::identifier;
  const std::optional<Token> id = has_id ? std::optional(peek(2)) : std::nullopt;
  declare(id);
  Encoder type;
  parse_type_definition(type, true);
  write_definition(out, type);
  return id;
}

std::vector<Identifier> CoreTypeParser::read_group(Encoder& out) {
  // Members may refer to those after them, so all identifiers are declared first.
  std::vector<Identifier> ids;
  const auto start = cursor_.position();
  while (take_open("type")) {
    ids.push_back(component_text::take_identifier(cursor_));
    declare(ids.back().token);
    if (!failed()) cursor_.skip_to_close();
  }
  if (failed()) return ids;
  cursor_.reset(start);
  text::VectorEncoder members;
  while (at_open("type")) parse_type_definition(members.next(), ids.size() == 1);
  out.byte(rec_code);
  members.write_to(out);
  return ids;
}

void CoreTypeParser::read_extern_type(Sort sort, Encoder& out) {
  switch (sort) {
    case Sort::core_function:
      return parse_import_type(Space::function, out);
    case Sort::core_table:
      return parse_import_type(Space::table, out);
    case Sort::core_memory:
      return parse_import_type(Space::memory, out);
    case Sort::core_global:
      return parse_import_type(Space::global, out);
    case Sort::core_tag:
      return parse_import_type(Space::tag, out);
    default:
      return fail(std::string(row(sort).name) + " cannot be imported or exported by a module");
  }
}

std::optional<Encoder> CoreTypeParser::take_added_type() {
  const auto added = std::exchange(type_section_, {});
  if (added.count == 0) return std::nullopt;
  (void)space(Space::type).define({});
  return added.elements;
}

}  // namespace airlock::decoder::component_text
