// Type equality and subtyping inside one module (specification: Validation, Matching).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "decoder/module.hpp"
#include "decoder/types.hpp"

namespace airlock::validator {

/// Relations between the types of one module.
///
/// Types are equal iso-recursively: two recursive groups are equal if they are the same when
/// references into the group itself are written as positions in it. Each group is converted to this
/// canonical form, and every type index is represented by the first index with an equal type.
class TypeRelations {
 public:
  /// Starts without any type; `module` must outlive this.
  explicit TypeRelations(const decoder::Module& module) : module_(&module) {}

  /// Adds the next group of the module. Its type indices must be below its end.
  void add_group(const decoder::RecursiveGroup& group);

  /// The first index whose type equals that of `index`.
  [[nodiscard]] std::uint32_t canonical(std::uint32_t index) const { return canonical_[index]; }

  [[nodiscard]] bool is_subtype(std::uint32_t sub, std::uint32_t super) const;
  [[nodiscard]] bool matches(const decoder::HeapType& sub, const decoder::HeapType& super) const;
  [[nodiscard]] bool matches(const decoder::ValueType& sub, const decoder::ValueType& super) const {
    if (sub.kind != super.kind) return sub.kind == decoder::ValueKind::bottom;
    if (!sub.is_reference()) return true;
    if (sub.nullable && !super.nullable) return false;
    return matches(sub.heap, super.heap);
  }
  /// Whether two lists have the same length and match element by element.
  [[nodiscard]] bool matches(std::span<const decoder::ValueType> sub,
                             std::span<const decoder::ValueType> super) const;
  [[nodiscard]] bool matches(const decoder::FieldType& sub, const decoder::FieldType& super) const;
  [[nodiscard]] bool matches(const decoder::CompositeType& sub,
                             const decoder::CompositeType& super) const;

  /// The abstract heap type at the top of a heap type's hierarchy: any, func, extern or exn.
  [[nodiscard]] decoder::HeapKind top(const decoder::HeapType& type) const;

 private:
  [[nodiscard]] decoder::HeapKind abstract_kind(std::uint32_t index) const;

  const decoder::Module* module_;
  std::vector<std::uint32_t> canonical_;
  /// The first index of the first group with a canonical form.
  std::unordered_map<std::string, std::uint32_t> groups_;
};

}  // namespace airlock::validator
