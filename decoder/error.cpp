#include "decoder/error.hpp"

#include <array>
#include <charconv>

#include "decoder/printable.hpp"

namespace airlock {
namespace {

/// The name of a kind in messages: "malformed module", "invalid module" …
std::string_view adjective(const Error& error) {
  switch (error.kind) {
    case ErrorKind::malformed:
    case ErrorKind::invalid:
    case ErrorKind::unlinkable:
    case ErrorKind::unsupported:
      return name_of(error.kind);
    case ErrorKind::limit:  // in a binary; a file that is too large has another message
      return error.offset ? "oversized" : "";
    default:
      return {};
  }
}

}  // namespace

std::string_view name_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::malformed:
      return "malformed";
    case ErrorKind::invalid:
      return "invalid";
    case ErrorKind::unlinkable:
      return "unlinkable";
    case ErrorKind::unsupported:
      return "unsupported";
    case ErrorKind::limit:
      return "limit";
    case ErrorKind::trap:
      return "trap";
    case ErrorKind::exception:
      return "exception";
    case ErrorKind::exit:
      return "exit";
    case ErrorKind::denied:
      return "denied";
    case ErrorKind::argument:
      return "argument";
    case ErrorKind::system:
      return "system";
  }
  return "unknown";
}

std::string hexadecimal(std::uint64_t value) {
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, 16).ptr;
  return "0x" + std::string(digits.data(), end);
}

std::unexpected<Error> fail(ErrorKind kind, std::string_view message) {
  return std::unexpected(Error{.kind = kind, .message = printable(message)});
}

std::unexpected<Error> fail_at(ErrorKind kind, std::uint64_t offset, std::string_view message) {
  return std::unexpected(Error{.kind = kind, .message = printable(message), .offset = offset});
}

std::string format_error(const Error& error, std::string_view file, std::string_view subject) {
  std::string text;
  if (!file.empty()) text += printable(file);
  if (error.position) {
    // With a place in a text, the kind is left out: `app.wat:14:9: unknown instruction`.
    text += ':' + std::to_string(error.position->line) + ':' +
            std::to_string(error.position->column) + ": " + printable(error.message);
  } else {
    if (!text.empty()) text += ": ";
    if (const auto word = adjective(error); !word.empty()) {
      text.append(word).append(" ").append(subject);
      if (error.function) {
        text += ", function " + std::to_string(error.function->index);
        if (!error.function->name.empty()) text += " `" + printable(error.function->name) + '`';
      }
      if (error.offset) text += " at offset " + hexadecimal(*error.offset);
      text += ": ";
    } else if (error.kind == ErrorKind::trap) {
      text += "trap: ";
    } else if (error.offset) {
      text += "at offset " + hexadecimal(*error.offset) + ": ";
    }
    text += printable(error.message);
  }
  if (!error.notes.empty()) text += '\n' + error.notes;
  return text;
}

}  // namespace airlock
