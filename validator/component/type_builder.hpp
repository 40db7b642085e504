// Makes the types of a component: interned, measured and bounded.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "decoder/error.hpp"
#include "decoder/limits.hpp"
#include "validator/component/component_types.hpp"

namespace airlock::validator::component {

/// A substitution for variables, and its results for the types it was applied to.
struct Substitution {
  /// By `variable_of`: the type that replaces the variable. For a resource type, this is any name
  /// of the other one. Empty for a name that becomes a new name of the result for its type.
  std::unordered_map<std::uint64_t, std::optional<TypeId>> variables;
  std::unordered_map<TypeId, TypeId> done;
};

/// Makes types in an arena. Types with the same description are made once. All work is taken from a
/// budget, so that no input makes more types than its size allows.
class TypeBuilder {
 public:
  /// @param input_bytes size of the component; the budget grows with it
  TypeBuilder(ComponentTypes& types, const Limits& limits, std::uint64_t input_bytes);

  [[nodiscard]] ComponentTypes& types() { return types_; }
  [[nodiscard]] const Type& operator[](TypeId id) const { return types_[id]; }

  /// A copy of a label that lives as long as the types.
  [[nodiscard]] std::string_view keep(std::string_view text);

  /// The type of a body, unless it breaks a bound: the size of a value, the size or nesting of the
  /// type itself. The error has no offset.
  [[nodiscard]] Result<TypeId> make(Type::Body body);
  [[nodiscard]] TypeId primitive(PrimValType type);

  /// A new name for a type: equal to it, but not the same.
  [[nodiscard]] TypeId name(TypeId type);

  /// Makes a new resource type and the type that refers to it.
  [[nodiscard]] ResourceId fresh_resource(ResourceInfo info);
  [[nodiscard]] TypeId resource_type(ResourceId id);
  void set_destructor(ResourceId id, std::optional<std::uint32_t> core_function) {
    types_.resources_[static_cast<std::uint32_t>(id)].destructor = core_function;
  }

  /// Replaces variables.
  [[nodiscard]] TypeId substitute(TypeId type, Substitution& substitution);
  [[nodiscard]] ExternType substitute(const ExternType& type, Substitution& substitution);

  /// Takes from the budget, before the work is done. Once the budget is exhausted, now or earlier,
  /// work is left out and types may be wrong: the caller must give up.
  /// @return whether there was enough
  bool spend(std::uint64_t amount);
  [[nodiscard]] bool exhausted() const { return exhausted_; }
  [[nodiscard]] std::uint64_t spent() const { return spent_; }

 private:
  TypeId add(Type type);
  [[nodiscard]] std::string check(const Type& type) const;
  void measure(Type& type);
  void measure_fields(Type& type, const std::vector<TypeId>& fields) const;
  void measure_cases(Type& type, std::size_t count, const std::vector<TypeId>& payloads) const;
  void collect_free(Type& type);
  [[nodiscard]] std::uint32_t structure_of(const Type::Body& body);
  [[nodiscard]] bool is_untouched(const Type& type, const Substitution& substitution);
  [[nodiscard]] std::optional<TypeId> known_result(TypeId id, const Substitution& substitution);
  [[nodiscard]] TypeId rebuild_type(TypeId id, Substitution& substitution);
  [[nodiscard]] Type::Body rebuild(const Type::Body& body, Substitution& substitution);

  ComponentTypes& types_;
  const Limits& limits_;
  std::unordered_map<std::string, TypeId> made_;               ///< by a text of the body
  std::unordered_map<std::string, std::uint32_t> structures_;  ///< by a text of the structure
  std::uint32_t next_structure_ = 0;
  std::uint64_t budget_;
  std::uint64_t spent_ = 0;
  bool exhausted_ = false;
};

/// The types that a type directly refers to.
[[nodiscard]] std::vector<TypeId> constituents(const Type::Body& body);

/// The cost of copying a body, to be taken from the budget.
[[nodiscard]] std::uint64_t weight(const Type::Body& body);

/// The names in all paths of a list of `BoundResource` or `BoundType`, and one for each.
template <typename Bound>
[[nodiscard]] std::uint64_t path_length(const std::vector<Bound>& bound) {
  std::uint64_t length = bound.size();
  for (const auto& one : bound) length += one.path.size();
  return length;
}

}  // namespace airlock::validator::component
