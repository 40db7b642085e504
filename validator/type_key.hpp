// The canonical form of recursive groups of types (specification: Types, Rolling and Unrolling).
#pragma once

#include <concepts>
#include <cstdint>
#include <span>
#include <string>

#include "decoder/types.hpp"

namespace airlock::validator {

/// Writes types as a text that is the same for equal types and different for others. Equality is
/// iso-recursive: a reference into the group itself is written as a position in it.
template <std::invocable<std::uint32_t> OuterNumber>
class TypeKey {
 public:
  /// @param first the index of the group's first type
  /// @param outer the canonical number of a type before the group, by its index
  TypeKey(std::uint32_t first, OuterNumber outer) : first_(first), outer_(outer) {}

  void add(const decoder::SubType& type) {
    number((type.is_final ? 1u : 0u) | (type.described ? 2u : 0u) | (type.descriptor ? 4u : 0u));
    if (type.described) index(*type.described);
    if (type.descriptor) index(*type.descriptor);
    number(type.supertypes.size());
    for (const auto super : type.supertypes) index(super);
    const auto& composite = type.composite;
    number(static_cast<std::uint64_t>(composite.kind));
    if (composite.kind == decoder::CompositeKind::function) {
      values(composite.function.parameters);
      values(composite.function.results);
      return;
    }
    number(composite.fields.size());
    for (const auto& field : composite.fields) {
      value(field.storage);
      number(field.is_mutable ? 1 : 0);
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
    const bool is_inner = index >= first_;
    number(is_inner ? 1 : 0);
    number(is_inner ? index - first_ : outer_(index));
  }
  void value(const decoder::ValueType& type) {
    number(static_cast<std::uint64_t>(type.kind));
    if (!type.is_reference()) return;
    number((type.nullable ? 1u : 0u) | (type.heap.is_exact ? 2u : 0u));
    number(static_cast<std::uint64_t>(type.heap.kind));
    if (type.heap.kind == decoder::HeapKind::indexed) index(type.heap.index);
  }
  void values(std::span<const decoder::ValueType> types) {
    number(types.size());
    for (const auto& type : types) value(type);
  }

  std::uint32_t first_;
  OuterNumber outer_;
  std::string text_;
};

}  // namespace airlock::validator
