#include "validator/subtyping.hpp"

#include <algorithm>

#include "decoder/heap_matching.hpp"

namespace airlock::validator {

using decoder::abstract_matches;
using decoder::CompositeKind;
using decoder::CompositeType;
using decoder::FieldType;
using decoder::HeapKind;
using decoder::HeapType;
using decoder::SubType;
using decoder::ValueType;

namespace {

/// Writes the canonical form of a group: a text that equal groups share.
class CanonicalForm {
 public:
  CanonicalForm(const decoder::RecursiveGroup& group, const std::vector<std::uint32_t>& canonical)
      : group_(group), canonical_(canonical) {}

  void add(const SubType& type) {
    number(type.is_final ? 1 : 0);
    number(type.supertypes.size());
    for (const auto super : type.supertypes) index(super);
    const auto& composite = type.composite;
    number(static_cast<std::uint64_t>(composite.kind));
    if (composite.kind == CompositeKind::function) {
      values(composite.function.parameters);
      values(composite.function.results);
    } else {
      number(composite.fields.size());
      for (const auto& field : composite.fields) {
        value(field.storage);
        number(field.is_mutable ? 1 : 0);
      }
    }
  }

  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  /// Seven bits to a byte, so that no number's text begins another's.
  void number(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) text_ += static_cast<char>(value | 0x80);
    text_ += static_cast<char>(value);
  }
  void index(std::uint32_t index) {
    const bool is_inner = index >= group_.first;
    number(is_inner ? 1 : 0);
    number(is_inner ? index - group_.first : canonical_[index]);
  }
  void value(const ValueType& type) {
    number(static_cast<std::uint64_t>(type.kind));
    if (!type.is_reference()) return;
    number(type.nullable ? 1 : 0);
    number(static_cast<std::uint64_t>(type.heap.kind));
    if (type.heap.kind == HeapKind::indexed) index(type.heap.index);
  }
  void values(const std::vector<ValueType>& types) {
    number(types.size());
    for (const auto& type : types) value(type);
  }

  const decoder::RecursiveGroup& group_;
  const std::vector<std::uint32_t>& canonical_;
  std::string text_;
};

}  // namespace

void TypeRelations::add_group(const decoder::RecursiveGroup& group) {
  CanonicalForm form(group, canonical_);
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
    if (sub.kind == HeapKind::indexed) return is_subtype(sub.index, super.index);
    if (sub.kind == HeapKind::bottom) return true;
    // Only the bottom of the hierarchy lies below a defined type.
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
