// The component assembler: one class, whose members are in several files, by the chapters of the
// Explainer (definitions, references, types, canonical definitions).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "decoder/component/canonical_table.hpp"
#include "decoder/component/sort.hpp"
#include "decoder/component_text/core_type_parser.hpp"
#include "decoder/component_text/scope.hpp"
#include "decoder/error.hpp"
#include "decoder/limits.hpp"
#include "decoder/text/parser.hpp"
#include "decoder/text/token_parser.hpp"

namespace airlock::decoder::component_text {

using text::Encoder;
using text::Token;
using text::TokenKind;

/// Reads one component and encodes it.
///
/// Nested components do not recurse: their scopes are a stack, and the next definition belongs to
/// the topmost. Types do recurse, at most `Limits::component_type_nesting` deep.
///
/// A production writes its binary form to the chunk it is given. If it needs another definition
/// first (of a type that is written inline, an alias), it makes that at once, so that it comes
/// before the definition of the chunk.
class Assembler final : public text::TokenParser {
 public:
  Assembler(text::Cursor cursor, const Limits& limits) : TokenParser(cursor), limits_(limits) {}

  [[nodiscard]] Result<text::Assembled> run();

 private:
  using InlineExports = std::vector<InlineExport>;

  // assembler.cpp: components and their definitions
  [[nodiscard]] text::Assembled read_binary();
  void read_component();
  void read_definition();
  void read_core_definition(const Token& start);
  void read_nested_component(const Token& start);
  void open_component(const Token& start, const Identifier& id);
  void close_component();
  void read_custom_annotations();
  void read_producers_annotation(const text::Annotation& annotation);
  void read_core_module(const Token& start);
  void read_function(const Token& start);
  void read_start(const Token& start);

  // instances.cpp (Explainer.md, Instance Definitions)
  void read_core_instance(const Token& start);
  void read_core_instance_expression(Encoder& out);
  void read_core_argument(Encoder& out);
  void read_core_exports(Encoder& out);
  void read_instance(const Token& start);
  void read_instantiation(Encoder& out);
  void read_argument(Encoder& out);
  void read_exports_of_instance(Encoder& out);

  // externs.cpp (Explainer.md, Alias Definitions, Import and Export Definitions)
  void read_alias(const Token& start);
  void read_inverted_alias(const Token& start, Sort sort, const Identifier& id,
                           InlineExports exports);
  void read_alias_target(Encoder& out, Sort sort);
  void read_outer_alias_target(Encoder& out, Sort sort);
  void read_import(const Token& start);
  void read_inline_import(const Token& start, Sort sort, const Identifier& id,
                          InlineExports exports);
  void read_export(const Token& start);
  void read_export_declarator(const Token& start);
  void read_extern_name(Encoder& out);
  [[nodiscard]] InlineExports read_inline_exports();
  [[nodiscard]] bool at_inline(std::string_view keyword) const;
  [[nodiscard]] bool at_inverted_alias() const;

  // references.cpp (Explainer.md, Index Spaces)
  [[nodiscard]] std::uint32_t read_index(Sort sort);
  [[nodiscard]] std::uint32_t resolve(Sort sort, const Token& id);
  [[nodiscard]] std::uint32_t read_component_index(Sort sort);
  [[nodiscard]] std::uint32_t read_core_index(Sort sort);
  [[nodiscard]] std::uint32_t read_core_option(Sort sort);
  [[nodiscard]] std::uint32_t read_reference_tail(Sort sort);
  [[nodiscard]] Sort read_sort(bool in_core);
  [[nodiscard]] std::uint32_t alias_export(Sort sort, Sort instance_sort, std::uint32_t instance,
                                           const Token& name);
  void write_outer_alias(Encoder& out, Sort sort, std::uint32_t count, std::uint32_t index);
  static void write_sort(Encoder& out, Sort sort);
  static void write_sort_index(Encoder& out, Sort sort, std::uint32_t index);

  // types.cpp, value_types.cpp (Explainer.md, Type Definitions)
  void read_type(const Token& start);
  void read_type_definition(Encoder& out);
  void read_value_type(Encoder& out);
  void read_optional_value_type(Encoder& out);
  void read_defined_type(Encoder& out);
  void read_labelled_types(Encoder& out, std::string_view keyword);
  void read_variant(Encoder& out);
  void read_list(Encoder& out);
  void read_labels(Encoder& out);
  void read_result_type(Encoder& out);
  void read_resource_type(Encoder& out);
  void read_function_type(Encoder& out);
  void read_result_list(Encoder& out);
  void read_scoped_type(Encoder& out, ScopeKind kind);
  void read_declarator();
  [[nodiscard]] Sort read_extern_type(Encoder& out, Identifier& id);
  void read_extern_type_body(Encoder& out, Sort sort);
  [[nodiscard]] std::uint32_t read_type_use(Sort sort);
  void read_type_bound(Encoder& out);
  [[nodiscard]] bool at_value_type() const;
  [[nodiscard]] bool at_type_use() const;

  // core_types.cpp
  void read_core_type(const Token& start);
  void read_core_recursive_group(const Token& start);
  void read_module_type(Encoder& out);
  void read_module_declarator();
  void read_core_extern_type(Definition kind, Encoder& out);
  void read_core_value_type(Encoder& out);
  [[nodiscard]] CoreTypeParser& core_types();
  template <typename Read>
  void with_core_types(Read read);

  // canonical.cpp (Explainer.md, Canonical Definitions)
  void read_canonical(const Token& start);
  bool take_lift(Encoder& out);
  void read_builtin(Encoder& out);
  void read_operand(Encoder& out, component::Operand operand);
  void read_core_function(const Token& start);
  void read_options(Encoder& out);

  // emit.cpp
  void write_name_section(Scope& scope) const;
  [[nodiscard]] FinishedComponent finish(Scope& scope) const;
  [[nodiscard]] text::Assembled emit(std::size_t root) const;

  [[nodiscard]] Scope& scope() { return scopes_.back(); }
  void open_scope(ScopeKind kind);
  void close_scope();
  [[nodiscard]] Identifier take_identifier() { return component_text::take_identifier(cursor_); }
  /// Appends a definition and gives it the next index of its sort.
  std::uint32_t define(Definition kind, Sort sort, const Encoder& encoded,
                       const Identifier& id = {});
  /// Like `define`, but keeps the inline exports for the end of the component.
  void define_exported(Definition kind, Sort sort, const Encoder& encoded, const Identifier& id,
                       InlineExports exports);
  std::uint32_t allocate(Sort sort, const Identifier& id);

  /// Whether `(core word` comes next.
  [[nodiscard]] bool at_open_core(std::string_view word) const;
  /// "unexpected token …, expected …"
  void fail_expected(std::string_view expected);
  /// The bytes of a string token, which must be UTF-8.
  [[nodiscard]] std::string check_name(const Token& token);
  [[nodiscard]] bool knows_keyword(std::string_view) const override { return true; }

  /// Writes the number of items, then the items: the form of a `vec`, whose length is known only at
  /// the end.
  template <typename Read>
  void read_vector(Encoder& out, Read read_item);
  /// Reads a nested production, or fails if the nesting is too deep.
  template <typename Read>
  void nested(Read read);

  const Limits& limits_;
  std::vector<Scope> scopes_;
  Bindings bindings_;
  std::vector<FinishedComponent> finished_;
  std::uint32_t type_depth_ = 0;
};

template <typename Read>
void Assembler::read_vector(Encoder& out, Read read_item) {
  Encoder items;
  std::uint32_t count = 0;
  for (; !at_close() && !at(TokenKind::end); ++count) read_item(items);
  out.unsigned_number(count);
  out.append(items);
}

template <typename Read>
void Assembler::nested(Read read) {
  if (type_depth_ >= limits_.component_type_nesting)
    return fail("types nest too deeply", ErrorKind::limit);
  ++type_depth_;
  read();
  --type_depth_;
}

}  // namespace airlock::decoder::component_text
