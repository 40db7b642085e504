#include "decoder/text/printer_names.hpp"

#include <algorithm>
#include <unordered_set>

#include "decoder/printable.hpp"
#include "decoder/text/lexer.hpp"
#include "decoder/text/printer.hpp"
#include "decoder/text/text_lines.hpp"

namespace airlock::decoder::text {
namespace {

bool is_plain_character(char c) {
  return c > ' ' && c < 0x7f && std::string_view("\"(),;[]{}").find(c) == std::string_view::npos;
}

/// @param is_text whether all is UTF-8, so that only some characters need an escape
void append_escaped(std::string& to, std::string_view bytes, bool is_text) {
  constexpr std::string_view digits = "0123456789abcdef";
  for (std::size_t i = 0; i < bytes.size();) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    const auto character =
        is_text && byte >= 0x80 ? first_character(bytes.substr(i)) : Character{byte, 1};
    if (byte == '"' || byte == '\\') {
      to += '\\';
      to += bytes[i];
    } else if (byte >= 0x80 && !is_text) {
      to += '\\';
      to += digits[byte >> 4];
      to += digits[byte & 15];
    } else if (needs_escape(character.code)) {
      append_escape(to, character.code);
    } else {
      to += bytes.substr(i, character.size);
    }
    i += character.size;
  }
}

}  // namespace

std::string quote_string(std::string_view bytes) {
  std::string text = "\"";
  text.reserve(bytes.size() + 2);
  append_escaped(text, bytes, is_utf8(bytes));
  return text + '"';
}

void write_quoted(TextLines& to, std::string_view bytes) {
  constexpr std::size_t piece_size = std::size_t{1} << 14;
  const bool is_text = is_utf8(bytes);
  to << "\"";
  std::string piece;
  while (!bytes.empty()) {
    auto size = std::min(bytes.size(), piece_size);
    // No character is cut in two.
    if (is_text)
      while (size < bytes.size() && (static_cast<unsigned char>(bytes[size]) & 0xc0U) == 0x80)
        ++size;
    piece.clear();
    append_escaped(piece, bytes.substr(0, size), is_text);
    to << piece;
    bytes.remove_prefix(size);
  }
  to << "\"";
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
