#include "decoder/component_text/scope.hpp"

#include <algorithm>

namespace airlock::decoder::component_text {

namespace {

/// The byte that begins a declarator (Binary.md, Type Definitions: `componentdecl`, `instancedecl`,
/// `core:moduledecl`).
std::uint8_t declarator(ScopeKind scope, Definition kind) {
  const bool is_module = scope == ScopeKind::module_type;
  switch (kind) {
    case Definition::core_type:
      return is_module ? 0x01 : 0x00;
    case Definition::type:
      return 0x01;
    case Definition::alias:
      return 0x02;
    case Definition::import:
      return is_module ? 0x00 : 0x03;
    default:
      return is_module ? 0x03 : 0x04;  // an export: nothing else is declared
  }
}

}  // namespace

void Scope::add(Definition definition, const Encoder& encoded) {
  if (kind != ScopeKind::component) {
    ++declaration_count;
    declarations.byte(declarator(kind, definition));
    declarations.append(encoded);
    return;
  }
  const bool stands_alone = definition == Definition::custom ||
                            definition == Definition::core_module ||
                            definition == Definition::component || definition == Definition::start;
  if (stands_alone || sections.empty() || sections.back().kind != definition) {
    sections.push_back({.kind = definition, .body = {}});
  }
  Section& section = sections.back();
  if (!stands_alone) ++section.count;
  section.body.append(encoded);
}

const Bindings::Binding* Bindings::find(Sort sort, std::string_view id) const {
  const Names& names = names_[number(sort)];
  const auto found = names.find(id);
  return found == names.end() || found->second.empty() ? nullptr : &found->second.back();
}

const Bindings::Binding* Bindings::find_in(Sort sort, std::string_view id,
                                           std::size_t scope) const {
  const Names& names = names_[number(sort)];
  const auto found = names.find(id);
  if (found == names.end()) return nullptr;
  const auto binding = std::ranges::lower_bound(found->second, scope, {}, &Binding::scope);
  return binding == found->second.end() || binding->scope != scope ? nullptr : &*binding;
}

bool Bindings::bind(Sort sort, std::string_view id, Binding binding) {
  std::vector<Binding>& stack = names_[number(sort)][id];
  if (!stack.empty() && stack.back().scope == binding.scope) {
    if (!stack.back().is_implicit) return false;
    stack.back() = binding;
    return true;
  }
  stack.push_back(binding);
  bound_.back().push_back(&stack);  // references to mapped values survive rehashing
  return true;
}

void Bindings::close_scope() {
  for (std::vector<Binding>* stack : bound_.back()) stack->pop_back();
  bound_.pop_back();
}

}  // namespace airlock::decoder::component_text
