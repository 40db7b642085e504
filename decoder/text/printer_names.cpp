#include "decoder/text/printer_names.hpp"

#include <unordered_set>

#include "decoder/text/lexer.hpp"
#include "decoder/text/printer.hpp"

namespace airlock::decoder::text {
namespace {

bool is_plain_character(char c) {
  return c > ' ' && c < 0x7f && std::string_view("\"(),;[]{}").find(c) == std::string_view::npos;
}

}  // namespace

std::string quote_string(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  const bool is_text = is_utf8(bytes);
  std::string text = "\"";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      text += '\\';
      text += c;
    } else if (byte < 0x20 || byte == 0x7f || (byte >= 0x80 && !is_text)) {
      text += '\\';
      text += digits[byte >> 4];
      text += digits[byte & 15];
    } else {
      text += c;
    }
  }
  return text + '"';
}

std::string quote_identifier(std::string_view name) {
  for (const char c : name)
    if (!is_plain_character(c)) return '$' + quote_string(name);
  return '$' + std::string(name);
}

bool can_be_identifier(std::string_view name) {
  constexpr std::size_t longest = 1000;
  return !name.empty() && name.size() <= longest && is_utf8(name);
}

PrintedNames::PrintedNames(const NameMap& names, std::uint64_t count) {
  std::unordered_set<std::string_view> taken;
  for (const auto& [index, name] : names) {
    if (index >= count || !is_utf8(name)) continue;
    if (can_be_identifier(name) && taken.insert(name).second)
      identifiers_[index] = quote_identifier(name);
    else
      annotations_[index] = "(@name " + quote_string(name) + ')';
  }
}

std::string PrintedNames::definition(std::uint32_t index) const {
  if (auto text = identifier(index); !text.empty()) return text;
  if (const auto found = annotations_.find(index); found != annotations_.end())
    return ' ' + found->second;
  return {};
}

std::string PrintedNames::numbered_definition(std::uint32_t index) const {
  if (identifiers_.contains(index)) return definition(index);
  return " (;" + std::to_string(index) + ";)" + definition(index);
}

std::string PrintedNames::identifier(std::uint32_t index) const {
  const auto found = identifiers_.find(index);
  return found == identifiers_.end() ? std::string{} : ' ' + found->second;
}

std::string PrintedNames::use(std::uint32_t index) const {
  const auto found = identifiers_.find(index);
  return found == identifiers_.end() ? std::to_string(index) : found->second;
}

}  // namespace airlock::decoder::text
