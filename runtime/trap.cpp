#include "runtime/trap.hpp"

#include <exception>
#include <new>

#include "decoder/printable.hpp"

namespace airlock::runtime {

std::string_view trap_text(TrapCode code) {
  switch (code) {
    case TrapCode::none:
      return "none";
    case TrapCode::unreachable:
      return "unreachable";
    case TrapCode::integer_divide_by_zero:
      return "integer divide by zero";
    case TrapCode::integer_overflow:
      return "integer overflow";
    case TrapCode::invalid_conversion_to_integer:
      return "invalid conversion to integer";
    case TrapCode::out_of_bounds_memory_access:
      return "out of bounds memory access";
    case TrapCode::out_of_bounds_table_access:
      return "out of bounds table access";
    case TrapCode::undefined_element:
      return "undefined element";
    case TrapCode::uninitialized_element:
      return "uninitialized element";
    case TrapCode::indirect_call_type_mismatch:
      return "indirect call type mismatch";
    case TrapCode::null_reference:
      return "null reference";
    case TrapCode::null_function_reference:
      return "null function reference";
    case TrapCode::null_structure_reference:
      return "null structure reference";
    case TrapCode::null_array_reference:
      return "null array reference";
    case TrapCode::null_i31_reference:
      return "null i31 reference";
    case TrapCode::null_exception_reference:
      return "null exception reference";
    case TrapCode::null_descriptor_reference:
      return "null descriptor reference";
    case TrapCode::out_of_bounds_array_access:
      return "out of bounds array access";
    case TrapCode::cast_failure:
      return "cast failure";
    case TrapCode::descriptor_cast_failure:
      return "descriptor cast failure";
    case TrapCode::unaligned_atomic:
      return "unaligned atomic";
    case TrapCode::expected_shared_memory:
      return "expected shared memory";
    case TrapCode::uncaught_exception:
      return "uncaught exception";
    case TrapCode::call_stack_exhausted:
      return "call stack exhausted";
    case TrapCode::out_of_memory:
      return "out of memory";
    case TrapCode::out_of_fuel:
      return "out of fuel";
    case TrapCode::interrupted:
      return "interrupted";
    case TrapCode::deadline_exceeded:
      return "deadline exceeded";
    case TrapCode::unsupported:
      return "unsupported feature";
    case TrapCode::host:
      return "host function failed";
    case TrapCode::exit:
      return "exit";
  }
  return "unknown trap";
}

Trap trap_of_current_exception() noexcept {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    return Trap(TrapCode::out_of_memory);
  } catch (const std::exception& exception) {
    try {
      return {TrapCode::host, exception.what()};
    } catch (...) {
      return Trap(TrapCode::out_of_memory);  // no room for the text
    }
  } catch (...) {
    return {TrapCode::host, "host function failed"};
  }
}

namespace {

/// `  at parse (function 12, offset 0x2a31) in app/parser`
void append_frame(std::string& text, const BacktraceFrame& frame) {
  text += "  at ";
  if (frame.function.empty())
    text += "function " + std::to_string(frame.function_index) + " (";
  else
    text += printable(frame.function) + " (function " + std::to_string(frame.function_index) + ", ";
  text += "offset " + hexadecimal(frame.offset) + ")";
  if (!frame.instance.empty()) text += " in " + printable(frame.instance);
}

}  // namespace

std::string format_backtrace(const Trap& trap) {
  // Of an endless recursion, the first and the last frames are of interest.
  constexpr std::size_t innermost = 24;
  constexpr std::size_t outermost = 8;
  const auto& frames = trap.backtrace;
  std::string text;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    if (!text.empty()) text += '\n';
    if (i == innermost && frames.size() > innermost + outermost + 1) {
      const auto left_out = frames.size() - innermost - outermost;
      text += "  … " + std::to_string(left_out) + " more";
      i += left_out - 1;
      continue;
    }
    append_frame(text, frames[i]);
  }
  return text;
}

std::string format_trap(const Trap& trap) {
  std::string text = trap.code == TrapCode::uncaught_exception ? "" : "trap: ";
  text += printable(trap.message);
  if (const auto frames = format_backtrace(trap); !frames.empty()) text += '\n' + frames;
  return text;
}

Error to_error(const Trap& trap) {
  if (trap.code == TrapCode::exit)
    return Error{
        .kind = ErrorKind::exit, .message = printable(trap.message), .exit_code = trap.exit_code};
  const auto kind = trap.code == TrapCode::unsupported          ? ErrorKind::unsupported
                    : trap.code == TrapCode::uncaught_exception ? ErrorKind::exception
                                                                : ErrorKind::trap;
  return Error{.kind = kind, .message = printable(trap.message), .notes = format_backtrace(trap)};
}

}  // namespace airlock::runtime
