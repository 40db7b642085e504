// Function instances: what a function reference points to.
#pragma once

#include <cstdint>

namespace airlock::interpreter {
struct FunctionCode;  // translated code of one function; immutable after publication
}

namespace airlock::runtime {

struct Instance;
class NativeFunction;

/// Number of a canonical type in the engine's `TypeRegistry`. Equal types have equal numbers.
using TypeId = std::uint32_t;

enum class FunctionKind : std::uint8_t { wasm, native };

/// A function instance (specification: Execution, Runtime Structure). Its address is its identity
/// and does not change; the instance (or the store, for native functions) owns it.
struct Function {
  FunctionKind kind = FunctionKind::wasm;
  TypeId type = 0;
  /// Slots of all parameters and of all results.
  std::uint16_t parameter_slots = 0;
  std::uint16_t result_slots = 0;
  Instance* instance = nullptr;  ///< of a wasm function; of a native one its owner or null
  interpreter::FunctionCode* code = nullptr;  ///< of a wasm function
  NativeFunction* native = nullptr;           ///< of a native function
  std::uint32_t index = 0;                    ///< in the instance's function index space (wasm)
};

}  // namespace airlock::runtime
