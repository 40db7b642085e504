// What a core instance owns. The pointers that handlers read point into it.
#pragma once

#include <array>
#include <deque>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "runtime/bookkeeping.hpp"
#include "runtime/instance.hpp"

namespace airlock::runtime {

struct Instance::Storage {
  /// Function objects are made in pages, when the first function of a page is referred to.
  static constexpr std::size_t functions_per_page = 32;
  using FunctionPage = std::array<Function, functions_per_page>;

  BookkeepingCharge charge;                              ///< for all of this
  std::vector<std::unique_ptr<FunctionPage>> functions;  ///< defined functions, by page
  std::vector<Function*> imported_functions;
  std::vector<Table*> tables;
  std::vector<Memory*> memories;
  std::vector<Tag*> tags;
  std::vector<Slot> global_slots;   ///< values of the defined globals
  std::vector<Slot*> global_cells;  ///< of the index space
  std::vector<Global*> globals;     ///< of the index space; null if not made yet

  std::vector<std::shared_ptr<Memory>> own_memories;
  std::vector<std::shared_ptr<Memory>> shared_memories;  ///< imported ones
  std::vector<std::unique_ptr<Table>> own_tables;
  std::deque<Tag> own_tags;
  std::deque<Global> own_globals;  ///< made when first asked for
  /// Values of element segments that are given as expressions, until they are dropped.
  std::unordered_map<std::uint32_t, std::vector<Slot>> element_values;
};

/// The number of slots that values of these types take together.
inline std::uint32_t count_slots(std::span<const decoder::ValueType> types) {
  std::uint32_t slots = 0;
  for (const auto& type : types) slots += slot_count(type);
  return slots;
}

/// Fills in how many slots a function takes and returns.
inline void count_slots(const decoder::FunctionType& type, Function& function) {
  function.parameter_slots = static_cast<std::uint16_t>(count_slots(type.parameters));
  function.result_slots = static_cast<std::uint16_t>(count_slots(type.results));
}

}  // namespace airlock::runtime
