// References to definitions (Explainer.md, Index Spaces): by number, by identifier, as an export of
// an instance, and across components.
#include "decoder/component_text/assembler.hpp"

namespace airlock::decoder::component_text {

// idx ::= <u32> | <core:id>
std::uint32_t Assembler::read_index(Sort sort) {
  if (at(TokenKind::integer)) return expect_u32();
  if (at(TokenKind::identifier)) return resolve(sort, take());
  fail_expected("an index");
  return 0;
}

/// Finds the index of an identifier. One that only an enclosing scope binds becomes an implicit
/// `outer` alias in this scope, which binds it from here on (Explainer.md, Alias Definitions: "use
/// the identifier of the outer definition").
std::uint32_t Assembler::resolve(Sort sort, const Token& id) {
  const Bindings::Binding* found = bindings_.find(sort, id.text);
  if (found == nullptr) {
    fail_at(id.offset, "unknown " + std::string(row(sort).name) + " $" + std::string(id.text));
    return 0;
  }
  const Bindings::Binding binding = *found;
  const std::size_t current = scopes_.size() - 1;
  if (binding.scope == current) return binding.index;
  if (!is_outer_aliasable(sort)) {
    fail_at(id.offset,
            "outer item `" + std::string(id.text) + "` is not a module, type, or component");
    return 0;
  }
  Encoder out;
  out.mark(id.offset);
  write_outer_alias(out, sort, static_cast<std::uint32_t>(current - binding.scope), binding.index);
  const std::uint32_t index = define(Definition::alias, sort, out);
  scope().names[number(sort)].push_back({index, {.token = id}});
  (void)bindings_.bind(sort, id.text, {current, index, true});  // it was not bound before
  return index;
}

/// {X}idx ::= <idx> | (X <idx> <name>*), for the component's own sorts.
std::uint32_t Assembler::read_component_index(Sort sort) {
  if (at_index()) return read_index(sort);
  if (take_open(row(sort).keyword)) return read_reference_tail(sort);
  fail_expected("a reference to a " + std::string(row(sort).name));
  return 0;
}

/// core-prefix(<core:{X}idx>). The `core` may be missing, as in older texts.
std::uint32_t Assembler::read_core_index(Sort sort) {
  if (at_index()) return read_index(sort);
  if (at_open_core(row(sort).keyword) || at_open(row(sort).keyword)) {
    take();
    take_keyword("core");
    take();
    return read_reference_tail(sort);
  }
  fail_expected("a reference to a " + std::string(row(sort).name));
  return 0;
}

/// The rest of `(memory …)` and of the other canonical options: core-prefix(<core:{X}idx>), or, in
/// older texts, the name of an export right after the index.
std::uint32_t Assembler::read_core_option(Sort sort) {
  if (at_index()) return read_reference_tail(sort);
  const std::uint32_t index = read_core_index(sort);
  expect_close();
  return index;
}

/// The keyword of a sort. Inside of a core expression none is prefixed with `core`.
Sort Assembler::read_sort(bool in_core) {
  const bool is_core = take_keyword("core") || in_core;
  for (std::size_t i = 0; i < sort_count; ++i) {
    if (sort_table[i].is_core == is_core && take_keyword(sort_table[i].keyword)) {
      return static_cast<Sort>(i);
    }
  }
  fail_expected(is_core ? "a core sort" : "a sort");
  return Sort::function;
}

/// `<idx> <name>* )`. Each name is an export: the first of the instance `idx`, the others of the
/// instance before them. Each defines an alias here.
std::uint32_t Assembler::read_reference_tail(Sort sort) {
  std::uint32_t index = 0;
  if (peek(1).kind != TokenKind::string) {
    index = read_index(sort);
  } else {
    // A core module is a core sort, but component instances export it.
    const bool from_core = row(sort).is_core && sort != Sort::core_module;
    const Sort instance_sort = from_core ? Sort::core_instance : Sort::instance;
    index = read_index(instance_sort);
    while (at(TokenKind::string)) {
      const Token name = take();
      const bool is_last = !at(TokenKind::string);
      index = alias_export(is_last ? sort : instance_sort, instance_sort, index, name);
    }
  }
  expect_close();
  return index;
}

/// Defines `(alias export instance name (sort))` or its core form.
std::uint32_t Assembler::alias_export(Sort sort, Sort instance_sort, std::uint32_t instance,
                                      const Token& name) {
  Encoder out;
  out.mark(name.offset);
  write_sort(out, sort);
  out.byte(instance_sort == Sort::core_instance ? 0x01 : 0x00);
  out.unsigned_number(instance);
  out.name(check_name(name));
  return define(Definition::alias, sort, out);
}

/// `(alias outer count index (sort))`
void Assembler::write_outer_alias(Encoder& out, Sort sort, std::uint32_t count,
                                  std::uint32_t index) {
  // core:alias ::= 0x10 0x01 ct:<u32> idx:<u32>
  const bool in_module_type = scope().kind == ScopeKind::module_type;
  if (in_module_type) {
    out.byte(row(sort).code);
  } else {
    write_sort(out, sort);
  }
  out.byte(in_module_type ? 0x01 : 0x02);
  out.unsigned_number(count);
  out.unsigned_number(index);
}

// sort ::= 0x00 <core:sort> | …
void Assembler::write_sort(Encoder& out, Sort sort) {
  if (row(sort).is_core) out.byte(0x00);
  out.byte(row(sort).code);
}

void Assembler::write_sort_index(Encoder& out, Sort sort, std::uint32_t index) {
  write_sort(out, sort);
  out.unsigned_number(index);
}

}  // namespace airlock::decoder::component_text
