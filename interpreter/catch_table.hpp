// Where exceptions are caught: beside a function's code, so that entering a `try_table` costs
// nothing. (Specification: Execution, Control Instructions, `try_table` and handlers.)
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "interpreter/cell.hpp"

namespace airlock::interpreter {

/// What one clause catches, where it goes on, and where the values go.
struct CatchRow {
  static constexpr Half none = 0xffffffff;
  Half tag = none;            ///< `none`: catches every exception, and takes no values
  std::uint32_t target = 0;   ///< cell
  Half values = 0;            ///< the slot where the values begin
  Half exception = none;      ///< the slot that gets the exnref, if it is asked for
  std::uint32_t next = none;  ///< the next clause of the same block
};

/// Cells whose exceptions a block catches, those of the blocks in it included.
struct CatchRange {
  static constexpr std::uint32_t none = 0xffffffff;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::uint32_t first_row = none;  ///< in the order of the clauses
  std::uint32_t outer = none;      ///< the range around this one
  /// Where the search goes on if no clause fits: `outer`, or what a `delegate` says.
  std::uint32_t next = none;
};

/// The catch table of one function. Ranges are nested or disjoint, and sorted by their beginnings;
/// of two that begin at the same cell, the outer one comes first.
struct CatchTable {
  std::vector<CatchRange> ranges;
  std::vector<CatchRow> rows;

  /// The innermost range that holds a cell, or `CatchRange::none`.
  [[nodiscard]] std::uint32_t innermost(std::uint32_t cell) const {
    const auto behind = std::ranges::upper_bound(ranges, cell, {}, &CatchRange::begin);
    auto range =
        static_cast<std::uint32_t>(behind - ranges.begin()) - 1;  // `none` if there is none
    // The range that begins last may have ended. Then the range around it is the next candidate.
    while (range != CatchRange::none && cell >= ranges[range].end) range = ranges[range].outer;
    return range;
  }
};

}  // namespace airlock::interpreter
