// Reference values as bits: what each kind of reference looks like (specification: Execution,
// Runtime Structure, Values).
//
//   null                     0
//   object, function         an address, the low three bits of which are zero
//   i31                      …010, the number in the 31 bits above
//   external value of a host …1, the host's number in the 63 bits above
//
// So a cast can distinguish all of them by their bits, and `any.convert_extern` and
// `extern.convert_any` do nothing. Addresses of objects and of functions look alike, but never
// occur in the same place: their type hierarchies are separate.
#pragma once

#include <cstdint>

namespace airlock::runtime {

/// The bits of an i31 reference; the highest bit of the number is dropped.
[[nodiscard]] constexpr std::uint64_t make_i31(std::uint32_t number) {
  return std::uint64_t{number & 0x7fff'ffffu} << 3 | 2;
}
[[nodiscard]] constexpr bool is_i31(std::uint64_t bits) { return (bits & 7) == 2; }

/// `i31.get_u` and `i31.get_s` of a reference that is not null.
[[nodiscard]] constexpr std::uint32_t i31_unsigned(std::uint64_t bits) {
  return static_cast<std::uint32_t>(bits >> 3);
}
[[nodiscard]] constexpr std::uint32_t i31_signed(std::uint64_t bits) {
  return static_cast<std::uint32_t>(static_cast<std::int32_t>(bits >> 2) >> 1);
}

/// Numbers of external values are below this; the highest bit of a larger one is dropped.
inline constexpr std::uint64_t external_numbers = std::uint64_t{1} << 63;

[[nodiscard]] constexpr std::uint64_t make_external(std::uint64_t number) {
  return number << 1 | 1;
}
[[nodiscard]] constexpr bool is_external(std::uint64_t bits) { return (bits & 1) != 0; }
[[nodiscard]] constexpr std::uint64_t external_number(std::uint64_t bits) { return bits >> 1; }

/// Whether the bits may be an address: neither null nor tagged.
[[nodiscard]] constexpr bool is_address(std::uint64_t bits) { return bits != 0 && (bits & 7) == 0; }

}  // namespace airlock::runtime
