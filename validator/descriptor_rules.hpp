// Descriptors of types (custom descriptors proposal: Custom Descriptor Definitions).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "decoder/types.hpp"
#include "validator/subtyping.hpp"

namespace airlock::validator {

/// The message for a use of the proposal while it is turned off.
[[nodiscard]] std::string needs_custom_descriptors(std::string_view what);

/// Whether types describe each other as they should: within one recursive group, both ways, the
/// described type first, structures only, and both final or both open.
/// @param types all types; those of the group begin at `first`
/// @return what is wrong, or an empty text
[[nodiscard]] std::string check_descriptors(std::span<const decoder::SubType> types,
                                            std::uint32_t first, std::uint32_t count);

/// Checks that the descriptor clauses of a type match those of its supertype.
/// @return what is wrong, or an empty text
[[nodiscard]] std::string check_descriptor_subtyping(const TypeRelations& relations,
                                                     std::span<const decoder::SubType> types,
                                                     std::uint32_t sub, std::uint32_t super);

}  // namespace airlock::validator
