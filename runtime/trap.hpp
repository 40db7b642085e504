// Traps: how a computation is aborted (specification: Execution, Conventions).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "decoder/error.hpp"

namespace airlock::runtime {

struct UncaughtException;  // exception.hpp

enum class TrapCode : std::uint8_t {
  none,
  unreachable,
  integer_divide_by_zero,
  integer_overflow,
  invalid_conversion_to_integer,
  out_of_bounds_memory_access,
  out_of_bounds_table_access,
  undefined_element,
  uninitialized_element,
  indirect_call_type_mismatch,
  null_reference,
  null_function_reference,
  null_structure_reference,
  null_array_reference,
  null_i31_reference,
  null_exception_reference,
  null_descriptor_reference,
  out_of_bounds_array_access,
  cast_failure,
  descriptor_cast_failure,
  unaligned_atomic,
  expected_shared_memory,
  uncaught_exception,
  call_stack_exhausted,
  out_of_memory,
  out_of_fuel,
  interrupted,        ///< another OS thread asked for it
  deadline_exceeded,  ///< of the store
  unsupported,        ///< the module uses a feature this build does not run; the message names it
  host,               ///< a host function or the Canonical ABI failed; the message says why
  exit,               ///< not a failure: the guest asked to end with an exit code
};

/// The text of the official test suites: "out of bounds memory access".
[[nodiscard]] std::string_view trap_text(TrapCode code);

/// One line of a Wasm backtrace.
struct BacktraceFrame {
  std::string instance;  ///< path of the component instance (`app/parser/png`), or module name
  std::string function;  ///< from the name section; empty if it has none
  std::uint32_t function_index = 0;
  std::uint64_t offset = 0;  ///< of the instruction, in the binary
};

/// Why and where a computation was aborted. `message` is the text of the code, or a text of the
/// host.
struct Trap {
  TrapCode code = TrapCode::none;
  std::string message;
  std::vector<BacktraceFrame> backtrace{};  ///< innermost first
  int exit_code = 0;                        ///< for `TrapCode::exit`
  /// For `TrapCode::uncaught_exception` at the end of a call from the host.
  std::shared_ptr<const UncaughtException> exception{};

  Trap() = default;
  explicit Trap(TrapCode trap_code) : code(trap_code), message(trap_text(trap_code)) {}
  Trap(TrapCode trap_code, std::string text) : code(trap_code), message(std::move(text)) {}
  [[nodiscard]] static Trap exit(int status) {
    Trap trap(TrapCode::exit, "exit");
    trap.exit_code = status;
    return trap;
  }

  /// Clears the trap, for code that has handled it and continues.
  void forget() {
    if (code != TrapCode::none) *this = Trap();
  }
};

/// What the exception of C++ that is being handled becomes: a trap with its text. For `catch (...)`
/// at the places where code of the host is called.
[[nodiscard]] Trap trap_of_current_exception() noexcept;

/// `trap: out of bounds memory access` (or `uncaught exception …`) and a line per frame, as the
/// design shapes them.
[[nodiscard]] std::string format_trap(const Trap& trap);

/// Only the frames, one line each, without a newline at the end. A long backtrace is shortened in
/// the middle.
[[nodiscard]] std::string format_backtrace(const Trap& trap);

/// The same as an `Error`: `ErrorKind::trap` (`exception`, `exit`, `unsupported`) with the
/// backtrace as notes.
[[nodiscard]] Error to_error(const Trap& trap);

}  // namespace airlock::runtime
