// The custom section `metadata.code.branch_hint` (proposal Branch Hinting): whether an `if` or a
// `br_if` is likely to be taken. Hints do not change the semantics of a module.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "decoder/error.hpp"
#include "decoder/limits.hpp"
#include "decoder/module.hpp"

namespace airlock::decoder {

inline constexpr std::string_view branch_hint_section = "metadata.code.branch_hint";

struct BranchHint {
  std::uint32_t offset = 0;  ///< of the instruction, counted from the function's locals
  bool is_likely = false;
};

/// The hints of each function that has any, by function index, each list by ascending offset.
using BranchHints = std::map<std::uint32_t, std::vector<BranchHint>>;

/// Reads the contents of the section. Errors: `malformed`.
[[nodiscard]] Result<BranchHints> read_branch_hints(const CustomSection& section);

/// Whether each hint is at an `if` or a `br_if` of a function defined in the module.
/// Errors: `invalid`; `malformed`, from code that cannot be read.
[[nodiscard]] Result<void> check_branch_hints(const Module& module, const BranchHints& hints,
                                              const Limits& limits);

}  // namespace airlock::decoder
