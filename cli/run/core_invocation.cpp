#include "cli/run/core_invocation.hpp"

#include <algorithm>
#include <utility>

#include "cli/command_line/suggestion.hpp"
#include "cli/run/core_values.hpp"
#include "decoder/plural.hpp"
#include "decoder/text/lexer.hpp"

namespace airlock::cli {
namespace {

using decoder::ExternKind;
using decoder::Module;

const decoder::Export* find_export(const Module& module, std::string_view name) {
  const auto found = std::ranges::find(module.exports, name, &decoder::Export::name);
  return found == module.exports.end() ? nullptr : &*found;
}

std::vector<std::string> function_names(const Module& module) {
  std::vector<std::string> names;
  for (const auto& item : module.exports)
    if (item.kind == ExternKind::function) names.push_back(item.name);
  return names;
}

/// A piece of a name, which may be long, for a message.
std::string shown(std::string_view name) {
  constexpr std::size_t most = 100;
  return '`' + std::string(name.substr(0, most)) + (name.size() > most ? "…`" : "`");
}

Result<CoreInvocation> named(const Module& module, std::string_view name,
                             std::optional<std::vector<std::string>> arguments) {
  const auto* item = find_export(module, name);
  if (item != nullptr && item->kind == ExternKind::function)
    return CoreInvocation{item->index, item->name, std::move(arguments)};
  if (item != nullptr)
    return fail(ErrorKind::argument, "the export " + shown(name) + " is a " +
                                         std::string(to_string(item->kind)) + ", no function");
  // `fib 10`, as if it were a command of the shell
  const auto word = name.substr(0, name.find(' '));
  const auto* first = find_export(module, word);
  if (first != nullptr && first->kind == ExternKind::function)
    return fail(ErrorKind::argument, "no exported function is called " + shown(name) +
                                         "; arguments are written in parentheses, or after FILE");
  const auto names = function_names(module);
  return fail(ErrorKind::argument,
              "no exported function is called " + shown(name) + did_you_mean_or_list(name, names));
}

/// `(1, 2)`
Result<std::vector<std::string>> parse_list(std::string_view text) {
  text = trim(text);
  if (!text.starts_with('(') || !text.ends_with(')'))
    return fail(ErrorKind::argument,
                "--invoke: expected arguments in parentheses after the function's name, found " +
                    shown(text));
  std::vector<std::string> arguments;
  for (const auto part : split_arguments(text.substr(1, text.size() - 2)))
    arguments.emplace_back(part);
  return arguments;
}

/// `"a b"(1, 2)`
Result<CoreInvocation> parse_quoted(std::string_view text, const Module& module) {
  std::size_t end = 1;
  while (end < text.size() && text[end] != '"') end += text[end] == '\\' ? 2 : 1;
  if (end >= text.size()) return fail(ErrorKind::argument, "--invoke: unclosed string");
  const auto string = text.substr(0, end + 1);
  const auto tokens = decoder::text::tokenize(string);
  if (!tokens) return fail(ErrorKind::argument, "--invoke: " + tokens.error().message);
  const auto name = decoder::text::decode_string(string);
  const auto rest = trim(text.substr(end + 1));
  if (rest.empty()) return named(module, name, std::nullopt);
  auto arguments = parse_list(rest);
  if (!arguments) return propagate(std::move(arguments));
  return named(module, name, *std::move(arguments));
}

/// The longest export that the text begins with and that a parenthesis follows; what the text has
/// before its first parenthesis if there is none.
std::string_view name_before_arguments(std::string_view text, const Module& module) {
  std::string_view longest;
  bool is_found = false;
  for (const auto& item : module.exports) {
    const std::string_view name = item.name;
    if (item.kind != ExternKind::function || !text.starts_with(name)) continue;
    if (!trim(text.substr(name.size())).starts_with('(')) continue;
    if (is_found && name.size() <= longest.size()) continue;
    longest = text.substr(0, name.size());
    is_found = true;
  }
  return is_found ? longest : trim(text.substr(0, text.find('(')));
}

/// `i32`, with the name if there is one: `$count: i32`.
std::string describe_parameter(const Module& module, std::uint32_t function, std::size_t index,
                               const decoder::ValueType& type) {
  const auto locals = module.names.locals.find(function);
  if (locals == module.names.locals.end()) return to_string(type);
  const auto name = locals->second.find(static_cast<std::uint32_t>(index));
  if (name == locals->second.end()) return to_string(type);
  return '$' + name->second + ": " + to_string(type);
}

}  // namespace

std::string list_functions(const Module& module) { return list_of(function_names(module)); }

Result<CoreInvocation> parse_core_invocation(std::string_view text, const Module& module) {
  const auto* whole = find_export(module, text);
  const bool is_function = whole != nullptr && whole->kind == ExternKind::function;
  if (is_function) return named(module, text, std::nullopt);
  const auto trimmed = trim(text);
  if (trimmed.starts_with('"')) return parse_quoted(trimmed, module);
  if (trimmed.find('(') == std::string_view::npos) return named(module, text, std::nullopt);
  const auto name = name_before_arguments(trimmed, module);
  auto arguments = parse_list(trimmed.substr(name.size()));
  if (!arguments) return propagate(std::move(arguments));
  return named(module, name, *std::move(arguments));
}

Result<std::vector<runtime::Value>> parse_core_arguments(std::span<const std::string> arguments,
                                                         const CoreInvocation& invocation,
                                                         const Module& module) {
  const auto& parameters = module.function_type(invocation.function).parameters;
  if (arguments.size() != parameters.size()) {
    std::string types;
    for (std::size_t i = 0; i < parameters.size(); ++i)
      types += (i == 0 ? " (" : ", ") +
               describe_parameter(module, invocation.function, i, parameters[i]);
    return fail(ErrorKind::argument, shown(invocation.name) + " takes " +
                                         count_of(parameters.size(), "argument") + types +
                                         (types.empty() ? "" : ")") + ", found " +
                                         std::to_string(arguments.size()));
  }
  std::vector<runtime::Value> values;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const auto value = parse_core_value(arguments[i], parameters[i]);
    if (!value)
      return fail(ErrorKind::argument,
                  "argument " + std::to_string(i + 1) + " of " + shown(invocation.name) + " (" +
                      describe_parameter(module, invocation.function, i, parameters[i]) +
                      "): " + value.error());
    values.push_back(*value);
  }
  return values;
}

}  // namespace airlock::cli
