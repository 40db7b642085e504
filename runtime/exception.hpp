// Tags, and exceptions as hosts see them (specification: Execution, Runtime Structure, Tag and
// Exception Instances). Those that guests hold are `ExceptionObject`s in the heap.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "runtime/function.hpp"
#include "runtime/root.hpp"
#include "runtime/slot.hpp"
#include "runtime/trap.hpp"

namespace airlock::runtime {

struct Instance;
class Store;

/// A tag instance. Its address is its identity: equal types do not make equal tags.
struct Tag {
  TypeId type = 0;
  std::uint32_t slots = 0;             ///< of the values that an exception with this tag carries
  const Instance* instance = nullptr;  ///< whose module defines it; null: the host
  std::uint32_t index = 0;             ///< in that instance's index space
};

/// An uncaught exception, as the host gets it.
struct UncaughtException {
  const Tag* tag = nullptr;
  std::vector<Value> values;
  std::vector<Root> roots{};  ///< of the references among them
};

/// The tag's name in the module that defines it: from the name section, or the name of its export.
[[nodiscard]] std::string name_of(const Tag& tag);

/// The values of an exception with their types.
[[nodiscard]] std::vector<Value> exception_values(Store& store, const Tag& tag,
                                                  std::span<const Slot> slots);

/// The trap by which a host function throws an exception.
[[nodiscard]] Trap throwing(const Tag& tag, std::vector<Value> values);

/// The trap of a call from the host that ended with an uncaught exception. References stay alive as
/// long as the trap.
[[nodiscard]] Trap uncaught(Store& store, const Tag& tag, std::span<const Slot> slots);

/// `uncaught exception `error` (i32 7, f64 0.5)`
[[nodiscard]] std::string describe_exception(const Tag& tag, std::span<const Value> values);

}  // namespace airlock::runtime
