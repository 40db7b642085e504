// Which proposals a module uses beyond WebAssembly 1.0.
#pragma once

#include <bitset>
#include <cstdint>
#include <string_view>

#include "decoder/component/component.hpp"
#include "decoder/error.hpp"
#include "decoder/limits.hpp"
#include "decoder/module.hpp"

namespace airlock::cli {

/// In the order in which they are shown: by the version of WebAssembly that took them in.
enum class Proposal : std::uint8_t {
  sign_extension,
  saturating_truncation,
  multi_value,
  bulk_memory,
  reference_types,
  simd,
  relaxed_simd,
  tail_calls,
  extended_constants,
  multi_memory,
  memory64,
  typed_references,
  gc,
  exceptions,
  legacy_exceptions,
  threads,
  wide_arithmetic,
  custom_page_sizes,
  custom_descriptors,
  compact_imports,
};
inline constexpr std::size_t proposal_count = 20;
using ProposalSet = std::bitset<proposal_count>;

/// `fixed-width SIMD (WebAssembly 2.0)`
[[nodiscard]] std::string_view describe(Proposal proposal);

/// The proposals that a module's types, definitions and instructions need, whatever its names say.
/// @param module a valid one
[[nodiscard]] Result<ProposalSet> proposals_of(const decoder::Module& module, const Limits& limits);

/// Those of the core modules of a component and of all that is nested in it.
[[nodiscard]] Result<ProposalSet> proposals_of(const decoder::component::ComponentTree& tree,
                                               const Limits& limits);

}  // namespace airlock::cli
