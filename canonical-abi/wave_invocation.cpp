// Names in call expressions.
#include "canonical-abi/wave.hpp"
#include "decoder/printable.hpp"
#include "decoder/text/lexer.hpp"

namespace airlock::canonical_abi {

namespace {

std::unexpected<Error> fail_at(std::string_view text, std::size_t offset,
                               const std::string& message) {
  Error error{.kind = ErrorKind::argument, .message = printable(message)};
  error.position = decoder::text::position_of(text, offset);
  return std::unexpected(std::move(error));
}

/// Splits a name at the first `mark`: keeps what is before it, returns what is after it.
std::string_view cut(std::string_view& name, char mark) {
  const std::size_t at = name.find(mark);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = name.substr(at + 1);
  name = name.substr(0, at);
  return rest;
}

bool is_name(std::string_view text, std::string_view marks) {
  if (text.empty()) return false;
  for (const char c : text) {
    const bool is_word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!is_word && c != '-' && marks.find(c) == std::string_view::npos) return false;
  }
  return true;
}

}  // namespace

bool InvocationName::matches(std::string_view exported_interface,
                             std::string_view exported_function) const {
  if (exported_function != function) return false;
  const std::string_view exported_version = cut(exported_interface, '@');
  if (!version.empty() && version != exported_version) return false;
  if (interface.empty() || interface == exported_interface) return true;
  // `ops` is an interface of any package.
  if (interface.find('/') != std::string::npos) return false;
  const std::size_t slash = exported_interface.rfind('/');
  return slash != std::string_view::npos && exported_interface.substr(slash + 1) == interface;
}

std::string InvocationName::to_string() const {
  const bool is_plain = is_name(function, "");
  std::string name = interface;
  if (!is_plain && !version.empty()) name += '@' + version;
  if (!interface.empty()) name += is_plain ? "." : "#";
  name += function;
  if (is_plain && !version.empty()) name += '@' + version;
  return name;
}

Result<Invocation> parse_invocation(std::string_view text) {
  if (!decoder::text::is_utf8(text)) return fail_at(text, 0, "malformed UTF-8 encoding");
  const std::size_t start = text.find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos) return fail_at(text, 0, "expected a function's name");
  const std::size_t open = text.find('(', start);
  if (open == std::string_view::npos) {
    return fail_at(text, text.size(), "expected `(` and arguments behind the function's name");
  }
  std::string_view whole = text.substr(start, open - start);
  while (whole.ends_with(' ')) whole.remove_suffix(1);

  Invocation invocation{.name = {}, .text = std::string(text), .arguments = open};
  InvocationName& name = invocation.name;
  std::string_view interface = whole;
  if (whole.find('#') != std::string_view::npos) {
    // wasi:cli/run@0.2.0#run, as the core module of the component exports it
    name.function = cut(interface, '#');
    name.version = cut(interface, '@');
    if (!is_name(name.function, "[].")) {
      return fail_at(text, start, "expected a function's name behind `#`");
    }
  } else {
    // wasi:cli/run.run@0.2.0
    name.version = cut(interface, '@');
    const std::size_t slash = interface.rfind('/');
    const std::size_t dot = interface.find('.', slash == std::string_view::npos ? 0 : slash);
    if (dot != std::string_view::npos) {
      name.function = interface.substr(dot + 1);
      interface = interface.substr(0, dot);
      if (interface.empty()) return fail_at(text, start, "expected an interface's name before `.`");
    } else if (slash != std::string_view::npos) {
      return fail_at(text, start + whole.size(),
                     "expected `.` and a function's name behind the interface's");
    } else {
      name.function = interface;
      interface = {};
    }
    if (!is_name(name.function, "")) return fail_at(text, start, "expected a function's name");
  }
  name.interface = interface;
  const bool has_at = whole.find('@') != std::string_view::npos;
  if (has_at && !is_name(name.version, ".+")) {
    return fail_at(text, start + whole.find('@'), "expected a version, such as `@0.2.0`");
  }
  if (has_at && interface.find('/') == std::string_view::npos) {
    return fail_at(text, start + whole.find('@'), "only a package has a version");
  }
  if (!name.interface.empty() && !is_name(name.interface, ":/")) {
    return fail_at(text, start, "expected an interface's name");
  }
  return invocation;
}

}  // namespace airlock::canonical_abi
