// What a core instance owns behind the pointers that handlers read.
#pragma once

#include <array>
#include <deque>
#include <memory>
#include <unordered_map>
#include <vector>

#include "runtime/instance.hpp"

namespace airlock::runtime {

struct Instance::Storage {
  /// Function objects come into being in pages, when the first function of a page is referred to.
  static constexpr std::size_t functions_per_page = 32;
  using FunctionPage = std::array<Function, functions_per_page>;

  std::vector<std::unique_ptr<FunctionPage>> functions;  ///< defined functions, by page
  std::vector<Function*> imported_functions;
  std::vector<Table*> tables;
  std::vector<Memory*> memories;
  std::vector<Tag*> tags;
  std::vector<Slot> global_slots;   ///< values of the defined globals
  std::vector<Slot*> global_cells;  ///< of the index space
  std::vector<Global*> globals;     ///< of the index space; null if not made yet

  std::vector<std::unique_ptr<Memory>> own_memories;
  std::vector<std::unique_ptr<Table>> own_tables;
  std::deque<Tag> own_tags;
  std::deque<Global> own_globals;  ///< made when first asked for
  /// Values of element segments that are given as expressions, until they are dropped.
  std::unordered_map<std::uint32_t, std::vector<Slot>> element_values;
};

/// Fills in how many slots a function takes and returns.
inline void count_slots(const decoder::FunctionType& type, Function& function) {
  function.parameter_slots = 0;
  function.result_slots = 0;
  for (const auto& parameter : type.parameters)
    function.parameter_slots += static_cast<std::uint16_t>(slot_count(parameter));
  for (const auto& result : type.results)
    function.result_slots += static_cast<std::uint16_t>(slot_count(result));
}

}  // namespace airlock::runtime
