// Flat core types of component-level types (Canonical ABI: Flattening).
#pragma once

#include <cstddef>
#include <unordered_map>
#include <vector>

#include "decoder/types.hpp"
#include "validator/component/component_types.hpp"

namespace airlock::validator::component {

inline constexpr std::size_t max_flat_params = 16;
inline constexpr std::size_t max_flat_async_params = 4;
inline constexpr std::size_t max_flat_results = 1;

/// Core types in order. At most one more than are ever passed flat: how many more there are does
/// not matter.
struct FlatTypes {
  static constexpr std::size_t limit = max_flat_params + 1;
  std::vector<decoder::ValueType> types;

  void add(const decoder::ValueType& type) {
    if (types.size() < limit) types.push_back(type);
  }
  void add(const FlatTypes& more) {
    for (const auto& type : more.types) add(type);
  }
};

/// Flattens types. Remembers its results by type.
class Flattener {
 public:
  explicit Flattener(const ComponentTypes& types) : types_(types) {}

  /// @param memory64 whether pointers are 64 bits wide
  [[nodiscard]] const FlatTypes& flatten(TypeId type, bool memory64);

 private:
  [[nodiscard]] FlatTypes compute(const Type& type, bool memory64);
  [[nodiscard]] FlatTypes variant(const std::vector<TypeId>& payloads, bool memory64);

  const ComponentTypes& types_;
  std::unordered_map<TypeId, FlatTypes> known_[2];
};

enum class CanonContext { lift, lower };

/// Which parts of a function's signature are passed through memory, and the resulting core function
/// type.
struct FlatFunction {
  decoder::FunctionType type;
  bool parameters_in_memory = false;
  bool result_in_memory = false;
};

/// `flatten_functype` of definitions.py.
struct FlattenOptions {
  bool is_async = false;
  bool has_callback = false;
  bool memory64 = false;
};
[[nodiscard]] FlatFunction flatten_function(Flattener& flattener, const FuncType& function,
                                            CanonContext context, const FlattenOptions& options);

}  // namespace airlock::validator::component
