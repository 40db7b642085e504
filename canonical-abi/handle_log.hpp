// The changes of handle tables while the values of a call are passed, so that they can be undone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "canonical-abi/handle_table.hpp"

namespace airlock::canonical_abi {

class ComponentInstance;

/// The handles of one call. If the call fails before the callee has begun, all of them go back to
/// where they were: the failure changes no table of an instance that goes on.
class HandleLog {
 public:
  /// A handle was taken from a table.
  void removed(ComponentInstance& inst, std::uint32_t index, const Handle& handle) {
    changes_.push_back({&inst, index, handle, false});
  }
  /// A handle was put into a table.
  void added(ComponentInstance& inst, std::uint32_t index, const Handle& handle) {
    changes_.push_back({&inst, index, handle, true});
  }

  /// Remembers a handle that was lifted while nothing is lowered yet.
  void lifted(Type type, std::uint32_t rep) { lifted_.push_back({type, rep}); }
  /// The next of those, in order. False if it is of another type.
  [[nodiscard]] bool next_lifted(Type type, std::uint32_t& rep) {
    if (next_ == lifted_.size() || lifted_[next_].type != type) return false;
    rep = lifted_[next_++].rep;
    return true;
  }

  /// Undoes all changes, the latest first.
  void undo();
  /// The callee has begun: the handles stay where they are.
  void clear();

 private:
  static constexpr std::size_t most_kept = 1024;  ///< entries there is room for after a call
  struct Change {
    ComponentInstance* inst;
    std::uint32_t index;
    Handle handle;
    bool is_added;
  };
  struct Lifted {
    Type type;
    std::uint32_t rep;
  };

  std::vector<Change> changes_;
  std::vector<Lifted> lifted_;
  std::size_t next_ = 0;  ///< of `lifted_`
};

}  // namespace airlock::canonical_abi
