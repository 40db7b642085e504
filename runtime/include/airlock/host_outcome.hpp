// How a host function tells the runtime that it has ended.
#pragma once

#include <cstdint>

namespace airlock {

namespace canonical_abi {
class HostCall;
}

/// What a host function returns: the proof that it has told its `HostCall` how the call ends. Only
/// the members of a `HostCall` make one. It carries no data: how the call ends is kept in the
/// `HostCall`, so an outcome of another call cannot be used by mistake.
class [[nodiscard]] HostOutcome {
  friend class HostCall;
  friend class canonical_abi::HostCall;
  HostOutcome() = default;
};

/// How a call of a host function ends, for now; a pending one is asked again later.
enum class HostEnd : std::uint8_t {
  none,      ///< the host function has not said it; the guest that called traps
  returned,  ///< with results of the right types
  trapped,   ///< the guest that called traps
  thrown,    ///< the guest that called is thrown an exception; core host functions only
  pending,   ///< not done: the thread of execution that called is suspended
};

}  // namespace airlock
