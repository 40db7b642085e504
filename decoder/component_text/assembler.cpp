#include "decoder/component_text/assembler.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "decoder/text/producers.hpp"

namespace airlock::decoder::component_text {

namespace {

bool is_string(const Token& token) { return token.kind == TokenKind::string; }

}  // namespace

Result<text::Assembled> Assembler::run() {
  const Token& first = peek(at_index(2) ? 3 : 2);
  if (at_open("component") && first.kind == TokenKind::keyword && first.text == "binary") {
    auto assembled = read_binary();
    if (failed()) return std::unexpected(take_error());
    return assembled;
  }
  read_component();
  if (failed()) return std::unexpected(take_error());
  return emit(finished_.size() - 1);
}

/// `(component <id>? binary "…"*)`, which files and scripts may contain
text::Assembled Assembler::read_binary() {
  expect_open("component");
  (void)take_identifier();
  expect_keyword("binary");
  Encoder out;
  out.bytes(take_strings());
  expect_close();
  return std::move(out).finish(true);
}

// component ::= (component <id>? <definition>*)
void Assembler::read_component() {
  const Token start = peek();
  expect_open("component");
  take_keyword("definition");  // only in scripts
  open_component(start, take_identifier());
  while (!scopes_.empty() && !failed()) {
    read_custom_annotations();
    if (at_close()) {
      close_component();
    } else {
      read_definition();
    }
  }
}

void Assembler::open_component(const Token& start, const Identifier& id) {
  if (scopes_.size() >= limits_.component_nesting) {
    return fail_at(start.offset, "components nest too deeply", ErrorKind::limit);
  }
  open_scope(ScopeKind::component);
  scope().source = start.offset;
  scope().id = id;
}

void Assembler::close_component() {
  expect_close();
  for (const InlineExport& exported : std::exchange(scope().inline_exports, {})) {
    Encoder out;
    out.mark(exported.source);
    out.append(exported.name);
    write_sort_index(out, exported.sort, exported.index);
    out.byte(0x00);  // no type ascription
    define(Definition::export_, exported.sort, out);
  }
  write_name_section(scope());
  finished_.push_back(finish(scope()));

  Scope closed = std::move(scope());
  close_scope();
  if (scopes_.empty()) return;
  Encoder place;
  place.mark(closed.source);
  // A name without an identifier is the component's own.
  define_exported(Definition::component, Sort::component, place,
                  closed.id ? closed.id : Identifier{}, std::move(closed.exports_of_its_own));
  scope().sections.back().child = finished_.size() - 1;
}

/// `(@custom "name" "…"*)` or `(@producers …)`: a custom section between two definitions.
void Assembler::read_custom_annotations() {
  for (const text::Annotation& annotation : cursor_.annotations()) {
    if (annotation.id == "producers") read_producers_annotation(annotation);
    if (annotation.id != "custom") continue;
    if (annotation.contents.empty() || !std::ranges::all_of(annotation.contents, is_string)) {
      return fail_at(annotation.offset, "@custom annotation: expected strings");
    }
    Encoder section;
    section.mark(annotation.offset);
    section.name(check_name(annotation.contents.front()));
    for (const Token& token : std::span(annotation.contents).subspan(1)) {
      section.bytes(text::decode_string(token.text));
    }
    scope().add(Definition::custom, section);
  }
}

void Assembler::read_producers_annotation(const text::Annotation& annotation) {
  const auto contents = text::encode_producers(annotation.contents);
  if (!contents) return fail_at(annotation.offset, "@producers annotation: malformed field");
  Encoder section;
  section.mark(annotation.offset);
  section.name(annotation.id);
  section.append(*contents);
  scope().add(Definition::custom, section);
}

void Assembler::open_scope(ScopeKind kind) {
  scopes_.emplace_back(kind);
  bindings_.open_scope();
}

void Assembler::close_scope() {
  scopes_.pop_back();
  bindings_.close_scope();
}

std::uint32_t Assembler::allocate(Sort sort, const Identifier& id) {
  const std::uint32_t index = scope().counts[number(sort)]++;
  if (index >= limits_.component_definitions) {
    fail("too many definitions of sort " + std::string(row(sort).name), ErrorKind::limit);
  }
  if (id && !bindings_.bind(sort, id->text, {scopes_.size() - 1, index, false})) {
    fail_at(id->offset,
            "duplicate " + std::string(row(sort).name) + " identifier $" + std::string(id->text));
  }
  if (id.has_name()) scope().names[number(sort)].push_back({index, id});
  return index;
}

std::uint32_t Assembler::define(Definition kind, Sort sort, const Encoder& encoded,
                                const Identifier& id) {
  scope().add(kind, encoded);
  return allocate(sort, id);
}

void Assembler::define_exported(Definition kind, Sort sort, const Encoder& encoded,
                                const Identifier& id, InlineExports exports) {
  const std::uint32_t index = define(kind, sort, encoded, id);
  for (InlineExport& exported : exports) {
    exported.sort = sort;
    exported.index = index;
    scope().inline_exports.push_back(std::move(exported));
  }
}

bool Assembler::at_open_core(std::string_view word) const {
  return at_open("core") && peek(2).kind == TokenKind::keyword && peek(2).text == word;
}

void Assembler::fail_expected(std::string_view expected) {
  const Token& token = peek();
  std::string message = "unexpected token";
  if (token.kind == TokenKind::end) {
    message += ": end of input";
  } else {
    constexpr std::size_t shown = 80;  // characters of the token, which may be a megabyte
    if (token.kind == TokenKind::identifier)
      message += " $";
    else
      message += ' ';
    message += token.text.substr(0, shown);
  }
  fail(message + ", expected " + std::string(expected));
}

std::string Assembler::check_name(const Token& token) {
  std::string name = text::decode_string(token.text);
  if (!text::is_utf8(name)) fail_at(token.offset, "malformed UTF-8 encoding");
  return name;
}

/// A definition of a component, with its parentheses. A nested component is only begun.
void Assembler::read_definition() {
  const Token start = peek();
  if (at_open("core")) return read_core_definition(start);
  if (at_open("component")) return read_nested_component(start);
  if (at_open("instance")) return read_instance(start);
  if (at_open("alias")) return read_alias(start);
  if (at_open("type")) return read_type(start);
  if (at_open("canon")) return read_canonical(start);
  if (at_open("func")) return read_function(start);
  if (at_open("start")) return read_start(start);
  if (at_open("import")) return read_import(start);
  if (at_open("export")) return read_export(start);
  if (at_open()) take();
  fail_expected("a component definition");
}

/// `(core …)`: a definition of one of the core sorts.
void Assembler::read_core_definition(const Token& start) {
  expect_open("core");
  if (take_keyword("module")) return read_core_module(start);
  if (take_keyword("instance")) return read_core_instance(start);
  if (take_keyword("type")) return read_core_type(start);
  if (take_keyword("rec")) return read_core_recursive_group(start);
  if (take_keyword("func")) return read_core_function(start);
  for (const Sort sort : {Sort::core_table, Sort::core_memory, Sort::core_global, Sort::core_tag}) {
    if (take_keyword(row(sort).keyword)) {
      const Identifier id = take_identifier();
      return read_inverted_alias(start, sort, id, {});
    }
  }
  fail_expected("a core definition");
}

/// component ::= (component <id>? <definition>*), or one of the abbreviations of an import and an
/// alias. The caller's loop reads the definitions.
void Assembler::read_nested_component(const Token& start) {
  expect_open("component");
  const Identifier id = take_identifier();
  InlineExports exports = read_inline_exports();
  if (at_inline("import")) {
    return read_inline_import(start, Sort::component, id, std::move(exports));
  }
  if (at_inverted_alias()) {
    return read_inverted_alias(start, Sort::component, id, std::move(exports));
  }
  open_component(start, id);
  scope().exports_of_its_own = std::move(exports);
}

/// core:module ::= (core module <id>? …): all forms of the core text format, and the inline forms.
void Assembler::read_core_module(const Token& start) {
  const Identifier id = take_identifier();
  InlineExports exports = read_inline_exports();
  if (at_inline("import")) {
    return read_inline_import(start, Sort::core_module, id, std::move(exports));
  }
  if (at_inverted_alias()) {
    return read_inverted_alias(start, Sort::core_module, id, std::move(exports));
  }
  Encoder out;
  out.mark(start.offset);
  if (take_keyword("binary")) {
    out.bytes(take_strings());
    define_exported(Definition::core_module, Sort::core_module, out, id, std::move(exports));
    return expect_close();
  }
  const auto module =
      text::assemble_module_fields(cursor_, id ? id->text : std::string_view{}, limits_);
  if (!module) return fail(module.error());
  out.append(*module);
  // A name without an identifier is the module's own.
  define_exported(Definition::core_module, Sort::core_module, out, id ? id : Identifier{},
                  std::move(exports));
  expect_close();
}

/// `(func <id>? …)`: a lifted, imported or aliased function.
void Assembler::read_function(const Token& start) {
  expect_open("func");
  const Identifier id = take_identifier();
  InlineExports exports = read_inline_exports();
  if (at_inline("import")) return read_inline_import(start, Sort::function, id, std::move(exports));
  if (at_open("alias")) return read_inverted_alias(start, Sort::function, id, std::move(exports));

  // (func $g …type… (canon lift …)) ≡ (canon lift … (func $g …type…))
  const std::uint32_t type = read_type_use(Sort::function);
  Encoder out;
  out.mark(start.offset);
  expect_open("canon");
  if (!take_lift(out)) return fail_unexpected();
  expect_close();
  out.unsigned_number(type);
  define_exported(Definition::canonical, Sort::function, out, id, std::move(exports));
  expect_close();
}

// start ::= (start <funcidx> (value <valueidx>)* (result (value <id>?))*)
void Assembler::read_start(const Token& start) {
  expect_open("start");
  Encoder out;
  out.mark(start.offset);
  out.unsigned_number(read_component_index(Sort::function));

  Encoder arguments;
  std::uint32_t argument_count = 0;
  for (; at_open("value"); ++argument_count)
    arguments.unsigned_number(read_component_index(Sort::value));
  out.unsigned_number(argument_count);
  out.append(arguments);

  std::uint32_t result_count = 0;
  for (; take_open("result"); ++result_count) {
    expect_open("value");
    allocate(Sort::value, take_identifier());
    expect_close();
    expect_close();
  }
  out.unsigned_number(result_count);
  scope().add(Definition::start, out);
  expect_close();
}

}  // namespace airlock::decoder::component_text

namespace airlock::decoder::text {

Result<Assembled> assemble_component(Cursor& cursor, const Limits& limits) {
  component_text::Assembler assembler(cursor, limits);
  auto result = assembler.run();
  if (result) cursor = assembler.cursor();
  return result;
}

}  // namespace airlock::decoder::text
