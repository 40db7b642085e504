// Where memories lie that can grow without moving and without reserving what they may grow to.
#pragma once

#include <cstddef>
#include <cstdint>

namespace airlock::runtime {

/// A part of the process's address space that nobody else maps anything in, since the system fills
/// it from the other end. It is cut into spots. Who owns a spot maps as much of it as it needs, and
/// more of it later: what is not mapped costs nothing, neither address space as the system counts
/// it
/// (`ulimit -v`) nor one of the mappings that a process may have. Safe to use from several OS
/// threads.
class AddressSpace {
 public:
  /// Takes a spot of at least so many bytes. @return null if there is none
  [[nodiscard]] static std::byte* take_spot(std::uint64_t bytes);
  /// Gives a spot back, in which nothing is mapped any more. `bytes` as it was taken.
  static void give_back(std::byte* spot, std::uint64_t bytes);

  /// Makes a part of a spot readable and writable; both numbers are multiples of the host's page
  /// size. @return false if the system refuses, or somebody else is there
  [[nodiscard]] static bool map(std::byte* address, std::uint64_t bytes);
};

}  // namespace airlock::runtime
