#include "validator/subtyping.hpp"

#include <algorithm>

#include "decoder/heap_matching.hpp"
#include "validator/type_key.hpp"

namespace airlock::validator {

using decoder::abstract_matches;
using decoder::CompositeKind;
using decoder::CompositeType;
using decoder::FieldType;
using decoder::HeapKind;
using decoder::HeapType;
using decoder::ValueType;

void TypeRelations::add_group(const decoder::RecursiveGroup& group) {
  TypeKey form(group.first, [this](std::uint32_t index) { return canonical_[index]; });
  for (std::uint32_t i = 0; i < group.count; ++i) form.add(module_->types[group.first + i]);
  const auto first = groups_.try_emplace(form.take(), group.first).first->second;
  for (std::uint32_t i = 0; i < group.count; ++i) canonical_.push_back(first + i);
}

/// Follows declared supertypes upwards; their depth is bounded by `Limits::subtype_depth`.
bool TypeRelations::is_subtype(std::uint32_t sub, std::uint32_t super) const {
  const auto target = canonical(super);
  for (auto current = canonical(sub);;) {
    if (current == target) return true;
    const auto& supertypes = module_->types[current].supertypes;
    if (supertypes.empty()) return false;
    current = canonical(supertypes.front());
  }
}

HeapKind TypeRelations::abstract_kind(std::uint32_t index) const {
  switch (module_->types[index].composite.kind) {
    case CompositeKind::function:
      return HeapKind::func;
    case CompositeKind::structure:
      return HeapKind::struct_;
    case CompositeKind::array:
      return HeapKind::array;
  }
  return HeapKind::bottom;
}

HeapKind TypeRelations::top(const HeapType& type) const {
  const auto kind = type.kind == HeapKind::indexed ? abstract_kind(type.index) : type.kind;
  for (const auto candidate : {HeapKind::any, HeapKind::func, HeapKind::extern_, HeapKind::exn})
    if (abstract_matches(kind, candidate)) return candidate;
  return HeapKind::any;
}

bool TypeRelations::matches(const HeapType& sub, const HeapType& super) const {
  if (super.kind == HeapKind::indexed) {
    if (sub.kind == HeapKind::indexed)
      return super.is_exact ? sub.is_exact && canonical(sub.index) == canonical(super.index)
                            : is_subtype(sub.index, super.index);
    if (sub.kind == HeapKind::bottom) return true;
    // Only the bottom of the hierarchy is below a defined type.
    return abstract_kind(super.index) == HeapKind::func ? sub.kind == HeapKind::nofunc
                                                        : sub.kind == HeapKind::none;
  }
  if (sub.kind == HeapKind::indexed) return abstract_matches(abstract_kind(sub.index), super.kind);
  return abstract_matches(sub.kind, super.kind);
}

bool TypeRelations::matches(std::span<const ValueType> sub,
                            std::span<const ValueType> super) const {
  return std::ranges::equal(sub, super, [this](const ValueType& below, const ValueType& above) {
    return matches(below, above);
  });
}

bool TypeRelations::matches(const FieldType& sub, const FieldType& super) const {
  if (sub.is_mutable != super.is_mutable || !matches(sub.storage, super.storage)) return false;
  return !sub.is_mutable || matches(super.storage, sub.storage);
}

bool TypeRelations::matches(const CompositeType& sub, const CompositeType& super) const {
  if (sub.kind != super.kind) return false;
  if (sub.kind == CompositeKind::function)
    return matches(super.function.parameters, sub.function.parameters) &&
           matches(sub.function.results, super.function.results);
  if (sub.fields.size() < super.fields.size()) return false;
  for (std::size_t i = 0; i < super.fields.size(); ++i)
    if (!matches(sub.fields[i], super.fields[i])) return false;
  return true;
}

}  // namespace airlock::validator
