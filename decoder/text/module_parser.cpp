// Modules (specification: Text Format, Modules): the passes over a module's fields, imports,
// exports.
#include "decoder/text/module_parser.hpp"

#include <algorithm>

namespace airlock::decoder::text {
namespace {

/// The name of an index space in messages, in the order of `ModuleParser::Space`.
constexpr std::array<std::string_view, 8> space_names{
    "type", "function", "table", "memory", "global", "tag", "elem segment", "data segment"};

/// The keyword for the kind of an import, an export or a definition, and its binary number.
struct ExternWord {
  std::string_view word;
  std::uint8_t space;  ///< as in `ModuleParser::Space`
  std::uint8_t code;
};
constexpr auto extern_words = std::to_array<ExternWord>(
    {{"func", 1, 0}, {"table", 2, 1}, {"memory", 3, 2}, {"global", 4, 3}, {"tag", 5, 4}});

/// The code of functions that are imported with exactly this type, not a subtype.
constexpr std::uint8_t exact_function_code = 0x20;
/// In place of the kind of an import whose name is empty: a group of imports.
constexpr std::uint8_t imports_of_one_module_code = 0x7f;
constexpr std::uint8_t imports_of_one_type_code = 0x7e;

const ExternWord* find_extern(const Token& token) {
  if (token.kind != TokenKind::keyword) return nullptr;
  const auto found = std::ranges::find(extern_words, token.text, &ExternWord::word);
  return found == extern_words.end() ? nullptr : &*found;
}

}  // namespace

std::vector<IndexSpace::Name> IndexSpace::names() const {
  auto all = names_;
  for (auto& entry : all)
    if (const auto found = renamed_.find(entry.index); found != renamed_.end())
      entry.name = found->second;
  for (const auto& [index, name] : renamed_)
    if (!std::ranges::binary_search(names_, index, {}, &Name::index)) all.push_back({index, name});
  std::ranges::sort(all, {}, &Name::index);
  return all;
}

Result<Assembled> ModuleParser::run() {
  const auto first_token = cursor_.position();
  annotated_name_ = take_name_annotation();
  if (const auto* other = take_annotation("name")) fail_annotation(*other, "multiple module");
  declare_fields();
  const auto after = cursor_.position();
  parse_types();
  parse_fields();
  if (!failed()) {
    cursor_.reset(after);
    parse_custom_annotations();
    check_annotations(first_token);
    if (contradiction_)
      fail_at(*contradiction_, "inline function type does not match explicit type");
  }
  if (failed()) return std::unexpected(take_error());
  return write_module();
}

// ---- First pass: identifiers

void ModuleParser::declare_fields() {
  while (at_open()) {
    fields_.push_back(cursor_.position());
    declare_field();
  }
  if (!at_close() && !at(TokenKind::end)) fail_unexpected();
}

void ModuleParser::declare_field() {
  take();
  const Token& word = peek();
  if (word.kind == TokenKind::keyword) {
    take();
    if (const auto* kind = find_extern(word)) {
      declare_definition(static_cast<Space>(kind->space));
    } else if (word.text == "type" || word.text == "rec") {
      declare_types(word.text);
    } else if (word.text == "import") {
      declare_import();
    } else if (word.text == "elem") {
      define(Space::element, at(TokenKind::identifier) ? &take() : nullptr);
    } else if (word.text == "data") {
      define(Space::data, at(TokenKind::identifier) ? &take() : nullptr);
    } else if (word.text != "export" && word.text != "start") {
      cursor_.reset(cursor_.position() - 1);
      return fail_unexpected();
    }
  } else {
    return fail_unexpected();
  }
  if (!failed()) cursor_.skip_to_close();
}

void ModuleParser::define(Space which, const Token* id) {
  if (!space(which).define(id != nullptr ? id->text : std::string_view{}))
    fail_at(id->offset, "duplicate " + std::string(space_names[static_cast<std::size_t>(which)]) +
                            " $" + std::string(id->text));
}

void ModuleParser::declare_types(std::string_view field) {
  if (field == "type") return define(Space::type, at(TokenKind::identifier) ? &take() : nullptr);
  while (take_open("type")) {
    define(Space::type, at(TokenKind::identifier) ? &take() : nullptr);
    if (!failed()) cursor_.skip_to_close();
  }
}

/// Imports have the first indices of their space, so none may come after a definition.
void ModuleParser::declare_import() {
  if (last_definition_)
    return fail("import after " +
                std::string(space_names[static_cast<std::size_t>(*last_definition_)]));
  expect_name();
  if (!at(TokenKind::string)) return declare_import_group();
  expect_name();
  declare_described_import();
}

/// `(kind $id? …)`
void ModuleParser::declare_described_import() {
  expect_open();
  const auto* kind = find_extern(peek());
  if (kind == nullptr) return fail_unexpected();
  take();
  define(static_cast<Space>(kind->space), at(TokenKind::identifier) ? &take() : nullptr);
  if (!failed()) cursor_.skip_to_close();
}

/// Whether an item of a group of imports is only a name: its type comes after all of them.
bool ModuleParser::at_bare_item() const {
  return at_open("item") && peek(2).kind == TokenKind::string &&
         peek(3).kind == TokenKind::right_parenthesis;
}

/// The rest of an import that names several things of a module.
void ModuleParser::declare_import_group() {
  std::uint32_t bare_items = 0;
  for (; at_bare_item() && take_open("item"); ++bare_items) cursor_.skip_to_close();
  if (bare_items == 0 && at_open("item")) {
    while (take_open("item")) {
      expect_name();
      declare_described_import();
      expect_close();
    }
  } else if (bare_items > 0 || at_open()) {
    expect_open();
    const auto* kind = find_extern(peek());
    if (kind == nullptr) return fail_unexpected();
    take();
    if (at(TokenKind::identifier)) return fail("identifier not allowed");
    space(static_cast<Space>(kind->space)).define_anonymous(bare_items);
    cursor_.skip_to_close();
  }
}

void ModuleParser::declare_definition(Space which) {
  define(which, at(TokenKind::identifier) ? &take() : nullptr);
  while (take_open("export")) cursor_.skip_to_close();
  if (at_open("import")) {
    if (last_definition_)
      fail("import after " + std::string(space_names[static_cast<std::size_t>(*last_definition_)]));
  } else if (!failed()) {
    last_definition_ = which;
    declare_segment_within(which);
  }
}

/// `(memory (data …))` and `(table funcref (elem …))` define a segment as well.
void ModuleParser::declare_segment_within(Space which) {
  if (which == Space::memory) {
    if (at_keyword("i32") || at_keyword("i64")) take();
    if (take_open("pagesize")) cursor_.skip_to_close();
    if (at_open("data")) define(Space::data, nullptr);
  } else if (which == Space::table) {
    if (at_keyword("i32") || at_keyword("i64")) take();
    if (!at(TokenKind::integer)) define(Space::element, nullptr);
  }
}

// ---- Third pass: everything but types

void ModuleParser::parse_fields() {
  for (const auto position : fields_) {
    if (failed()) return;
    cursor_.reset(position);
    parse_field();
  }
}

void ModuleParser::parse_field() {
  parse_custom_annotations();
  const auto& word = peek(1);
  if (const auto* kind = find_extern(word))
    return parse_definition(static_cast<Space>(kind->space));
  if (word.text == "import") return parse_import();
  if (word.text == "export") return parse_export();
  if (word.text == "start") return parse_start();
  if (word.text == "elem") return parse_element_segment();
  if (word.text == "data") return parse_data_segment();
}

/// `(import "module" "name" (kind $id? type))`, or one of a group
void ModuleParser::parse_import() {
  auto& to = import_section_.next();
  to.mark(peek().offset);
  expect_open("import");
  to.name(expect_name());
  if (at(TokenKind::string)) {
    to.name(expect_name());
    parse_described_import(to);
  } else {
    to.name("");
    parse_import_group(to);
  }
  expect_close();
}

/// `(item "name" (kind $id? type))*` or `(item "name")* (kind type)`, written as a group of imports
void ModuleParser::parse_import_group(Encoder& to) {
  VectorEncoder items;
  while (at_bare_item()) {
    expect_open("item");
    items.next().name(expect_name());
    expect_close();
  }
  if (items.count > 0 || (at_open() && !at_open("item"))) {
    to.byte(imports_of_one_type_code);
    expect_open();
    const auto* kind = find_extern(peek());
    if (kind == nullptr) return fail_unexpected();
    take();
    defined_[kind->space] += items.count;
    parse_import_type(static_cast<Space>(kind->space), to, ParameterNames::ignored);
    expect_close();
  } else {
    to.byte(imports_of_one_module_code);
    while (at_open("item")) {
      auto& item = items.next();
      item.mark(peek().offset);
      expect_open("item");
      item.name(expect_name());
      parse_described_import(item);
      expect_close();
    }
  }
  items.write_to(to);
}

/// `(kind $id? type)`
void ModuleParser::parse_described_import(Encoder& to) {
  expect_open();
  const auto* kind = find_extern(peek());
  if (kind == nullptr) return fail_unexpected();
  take();
  cursor_.take(TokenKind::identifier);
  const auto which = static_cast<Space>(kind->space);
  const auto index = defined_[kind->space]++;
  if (auto name = take_name_annotation()) space(which).rename(index, std::move(*name));
  parse_import_type(which, to);
  expect_close();
}

/// The kind and type of an import, in the text and in the binary.
/// @param names whether those of a function's parameters are kept
void ModuleParser::parse_import_type(Space which, Encoder& to, ParameterNames names) {
  const auto kind =
      std::ranges::find(extern_words, static_cast<std::uint8_t>(which), &ExternWord::space);
  const bool is_exact = which == Space::function && take_open("exact");
  to.byte(is_exact ? exact_function_code : kind->code);
  switch (which) {
    case Space::function: {
      IndexSpace locals;
      const bool is_documented = names == ParameterNames::documented;
      to.unsigned_number(parse_type_use(names, is_documented ? &locals : nullptr).type);
      if (is_exact) expect_close();
      if (auto found = locals.names(); !found.empty())
        local_names_.push_back({defined_[kind->space] - 1, std::move(found)});
      return;
    }
    case Space::table:
      return encode(to, parse_table_type());
    case Space::memory:
      return encode(to, parse_memory_type());
    case Space::global:
      return encode(to, parse_global_type());
    default: {
      to.byte(0);  // the attribute: an exception
      return to.unsigned_number(parse_type_use(ParameterNames::ignored).type);
    }
  }
}

/// `(export "name" (kind index))`
void ModuleParser::parse_export() {
  auto& to = export_section_.next();
  to.mark(peek().offset);
  expect_open("export");
  to.name(expect_name());
  expect_open();
  const auto* kind = find_extern(peek());
  if (kind == nullptr) return fail_unexpected();
  take();
  to.byte(kind->code);
  to.unsigned_number(parse_index(static_cast<Space>(kind->space)));
  expect_close();
  expect_close();
}

/// `(export "name")*` within a definition
void ModuleParser::parse_inline_exports(Space which) {
  const auto kind =
      std::ranges::find(extern_words, static_cast<std::uint8_t>(which), &ExternWord::space);
  while (at_open("export")) {
    auto& to = export_section_.next();
    to.mark(peek().offset);
    expect_open("export");
    to.name(expect_name());
    to.byte(kind->code);
    to.unsigned_number(defined_[kind->space] - 1);
    expect_close();
  }
}

/// `(import "module" "name")` within a definition, followed by the type
/// @return whether there was one
bool ModuleParser::parse_inline_import(Space which, std::size_t source) {
  if (!take_open("import")) return false;
  auto& to = import_section_.next();
  to.mark(source);
  to.name(expect_name());
  to.name(expect_name());
  expect_close();
  parse_import_type(which, to);
  return true;
}

void ModuleParser::parse_start() {
  const auto source = peek().offset;
  expect_open("start");
  if (start_) return fail_at(source, "multiple start sections");
  start_source_ = source;
  start_ = parse_index(Space::function);
  expect_close();
}

// ---- Indices

std::uint32_t ModuleParser::parse_index(Space which) {
  return parse_index_in(space(which), space_names[static_cast<std::size_t>(which)]);
}

std::uint32_t ModuleParser::parse_index_in(const IndexSpace& in, std::string_view what) {
  if (!at(TokenKind::identifier)) return expect_u32();
  if (const auto index = in.find(peek().text)) {
    take();
    return *index;
  }
  fail("unknown " + std::string(what) + " $" + std::string(peek().text));
  return 0;
}

// ---- The binary

Result<Assembled> ModuleParser::write_module() {
  Encoder module;
  module.bytes(std::string_view("\0asm\1\0\0\0", 8));
  const auto section = [&](int id, const VectorEncoder& vector) {
    write_customs(module, id, true);
    if (vector.count > 0) {
      Encoder contents;
      vector.write_to(contents);
      module.section(static_cast<std::uint8_t>(id), contents);
    }
    write_customs(module, id, false);
  };
  write_customs(module, 0, true);
  section(1, type_section_);
  section(2, import_section_);
  section(3, function_section_);
  section(4, table_section_);
  section(5, memory_section_);
  section(13, tag_section_);
  section(6, global_section_);
  section(7, export_section_);

  Encoder start, data_count;
  write_customs(module, 8, true);
  if (start_) {
    start.mark(start_source_);
    start.unsigned_number(*start_);
    module.section(8, start);
  }
  write_customs(module, 8, false);
  section(9, element_section_);
  write_customs(module, 12, true);
  if (needs_data_count_) {
    data_count.unsigned_number(data_section_.count);
    module.section(12, data_count);
  }
  write_customs(module, 12, false);
  write_branch_hints(module);
  section(10, code_section_);
  section(11, data_section_);
  write_customs(module, 0, false);
  write_names(module);
  return std::move(module).finish(false);
}

}  // namespace airlock::decoder::text
