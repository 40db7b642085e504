// Engines: how modules are compiled and run.
#pragma once

#include <cstdint>
#include <memory>

#include "airlock/error.hpp"

namespace airlock {

/// How an engine works. No setting but `limits` and `metered` can change results.
struct Configuration {
  /// How accesses beyond the end of a memory are detected.
  enum class BoundsChecks : std::uint8_t {
    guard_pages,  ///< the hardware checks; a 32-bit memory reserves 8 GiB of address space
    in_code,      ///< every access compares; memories are dense
  };
  BoundsChecks bounds_checks = BoundsChecks::in_code;
  /// Translates a function body when it is first called. Bodies are always validated at once.
  bool lazy_translation = true;
  /// Whether running consumes fuel, see `Store::set_fuel`. Costs nothing when off.
  bool metered = false;
  /// Whether guests can be ended from outside, see `Store::set_deadline` and `Store::interrupt`.
  /// Costs nothing when off.
  bool interruptible = false;
  /// Bounds to what modules and running guests may ask for.
  Limits limits{};
};

/// Compiles modules and components; every store belongs to one. A handle: copies refer to the same
/// engine, which lives as long as anything made with it. Safe to use from several OS threads.
class Engine {
 public:
  explicit Engine(const Configuration& configuration = {});

  [[nodiscard]] const Configuration& configuration() const;

  struct State;
  [[nodiscard]] const std::shared_ptr<State>& state() const { return state_; }

 private:
  std::shared_ptr<State> state_;
};

}  // namespace airlock
