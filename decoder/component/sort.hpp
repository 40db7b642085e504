// The sorts of the Component Model: what an index can refer to (Explainer.md, Index Spaces).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace airlock::decoder::component {

/// Every index space of a component: those of core definitions (`core:sort`) and its own (`sort`).
enum class Sort : std::uint8_t {
  core_function,
  core_table,
  core_memory,
  core_global,
  core_tag,
  core_type,
  core_module,
  core_instance,
  function,
  value,
  type,
  component,
  instance,
};

struct SortRow {
  std::string_view name;     ///< with its `core` prefix, as in messages
  std::string_view keyword;  ///< without the prefix
  bool is_core;
  std::uint8_t code;  ///< of `core:sort` or `sort` (Binary.md, Instance Definitions)
};

inline constexpr auto sort_table = std::to_array<SortRow>({
    {"core func", "func", true, 0x00},
    {"core table", "table", true, 0x01},
    {"core memory", "memory", true, 0x02},
    {"core global", "global", true, 0x03},
    {"core tag", "tag", true, 0x04},
    {"core type", "type", true, 0x10},
    {"core module", "module", true, 0x11},
    {"core instance", "instance", true, 0x12},
    {"func", "func", false, 0x01},
    {"value", "value", false, 0x02},
    {"type", "type", false, 0x03},
    {"component", "component", false, 0x04},
    {"instance", "instance", false, 0x05},
});

inline constexpr std::size_t sort_count = sort_table.size();

[[nodiscard]] constexpr std::size_t number(Sort sort) { return static_cast<std::size_t>(sort); }
[[nodiscard]] constexpr const SortRow& row(Sort sort) { return sort_table[number(sort)]; }
[[nodiscard]] constexpr bool is_core(Sort sort) { return row(sort).is_core; }

/// The sort with this code, among those of core definitions or among the others.
[[nodiscard]] constexpr std::optional<Sort> find_sort(bool is_core, std::uint8_t code) {
  for (std::size_t i = 0; i < sort_count; ++i) {
    if (sort_table[i].is_core == is_core && sort_table[i].code == code) return static_cast<Sort>(i);
  }
  return std::nullopt;
}

/// Whether an `outer` alias may refer to this sort (Explainer.md, Alias Definitions).
[[nodiscard]] constexpr bool is_outer_aliasable(Sort sort) {
  return sort == Sort::core_module || sort == Sort::core_type || sort == Sort::component ||
         sort == Sort::type;
}

}  // namespace airlock::decoder::component
