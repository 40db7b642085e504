// Errors of every layer: what went wrong, and where.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace airlock {

/// What kind of failure an `Error` reports. The first three are distinctions that the official test
/// suite makes before anything runs.
enum class ErrorKind : std::uint8_t {
  malformed,    ///< not the binary or text format at all
  invalid,      ///< well-formed, but refused by validation
  unlinkable,   ///< an import is missing or has another type
  unsupported,  ///< a feature of WebAssembly that this build knows but does not run
  limit,        ///< a bound of `Limits` was reached
  trap,         ///< execution trapped
  exception,    ///< the guest threw an exception that was not caught
  exit,         ///< the guest asked to end with `Error::exit_code`
  denied,       ///< a capability was not granted
  argument,     ///< a wrong argument of a call of the library, or of the command
  system,       ///< the operating system refused
};

/// `malformed`, `trap`: the enumerator's own name.
[[nodiscard]] std::string_view name_of(ErrorKind kind);

/// A place in a text source; both count from 1, columns in bytes.
struct SourcePosition {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  friend bool operator==(const SourcePosition&, const SourcePosition&) = default;
};

/// The function that contains an error of validation or translation.
struct FunctionReference {
  std::uint32_t index = 0;
  std::string name;  ///< from the name section; empty if it has none
};

/// A failure. `message` is one line without position, in the words of the official test suites
/// where these have any ("unexpected end", "type mismatch").
struct Error {
  ErrorKind kind = ErrorKind::malformed;
  std::string message;
  std::optional<std::uint64_t> offset{};        ///< byte offset in the binary
  std::optional<SourcePosition> position{};     ///< place in the text, if there is one
  std::optional<FunctionReference> function{};  ///< function that contains the error
  std::string notes{};                          ///< further lines, e.g. a backtrace
  int exit_code = 0;                            ///< for `ErrorKind::exit`
};

template <typename T>
using Result = std::expected<T, Error>;

/// An error of which only the kind and the message are known. Names of a guest in the message
/// become printable (`printable.hpp`).
[[nodiscard]] std::unexpected<Error> fail(ErrorKind kind, std::string_view message);

[[nodiscard]] std::unexpected<Error> fail_at(ErrorKind kind, std::uint64_t offset,
                                             std::string_view message);

/// Passes the error of one result on as the error of another.
template <typename T>
[[nodiscard]] std::unexpected<Error> propagate(std::expected<T, Error>&& result) {
  return std::unexpected(std::move(result).error());
}

/// The whole message, ready for a terminal: `app.wasm: malformed module at offset 0x1f3: unexpected
/// end`. Whatever is in it is printable but for the lines of the notes, which have to be already.
/// @param file name of the input; may be empty
/// @param subject "module" or "component"
[[nodiscard]] std::string format_error(const Error& error, std::string_view file,
                                       std::string_view subject = "module");

/// `0x1f3`
[[nodiscard]] std::string hexadecimal(std::uint64_t value);

}  // namespace airlock
