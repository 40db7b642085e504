// Deterministic damage to binaries.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace airlock::spec_tests {

/// Damages a binary in a way that `number` chooses: flipped bits, replaced bytes, truncation, a
/// section spliced out, in, or from another place, or a count replaced by a huge one. The same
/// number always makes the same damage.
[[nodiscard]] std::vector<std::byte> mutate(std::span<const std::byte> binary,
                                            std::uint32_t number);

}  // namespace airlock::spec_tests
