#include "decoder/printable.hpp"

#include <algorithm>

#include "decoder/byte_reader.hpp"

namespace airlock {
namespace {

struct Range {
  std::uint32_t first;
  std::uint32_t last;
};

/// Unicode's control (Cc) and format (Cf) characters, and its separators of lines and paragraphs.
constexpr Range hidden[] = {{0x00, 0x1f},       {0x7f, 0x9f},       {0xad, 0xad},
                            {0x600, 0x605},     {0x61c, 0x61c},     {0x6dd, 0x6dd},
                            {0x70f, 0x70f},     {0x890, 0x891},     {0x8e2, 0x8e2},
                            {0x180e, 0x180e},   {0x200b, 0x200f},   {0x2028, 0x202e},
                            {0x2060, 0x206f},   {0xfeff, 0xfeff},   {0xfff9, 0xfffb},
                            {0x110bd, 0x110bd}, {0x110cd, 0x110cd}, {0x13430, 0x1343f},
                            {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff}};

constexpr std::string_view digits = "0123456789abcdef";

void append_byte(std::string& to, unsigned byte) {
  to += '\\';
  to += digits[byte >> 4 & 15];
  to += digits[byte & 15];
}

}  // namespace

Character first_character(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  if (first < 0x80) return {first, 1};
  const unsigned size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  const auto bytes = text.substr(0, size);
  if (bytes.size() < size || !decoder::is_utf8(bytes)) return {first, 0};
  std::uint32_t code = first & (0x7fU >> size);
  for (const char c : bytes.substr(1)) code = code << 6 | (static_cast<unsigned char>(c) & 0x3fU);
  return {code, size};
}

bool needs_escape(std::uint32_t code) {
  if (code >= 0x20 && code < 0x7f) return false;
  const auto* range = std::ranges::lower_bound(hidden, code, {}, &Range::last);
  return range != std::end(hidden) && range->first <= code;
}

void append_escape(std::string& to, std::uint32_t code) {
  if (code < 0x80) return append_byte(to, code);
  to += "\\u{";
  bool is_leading = true;
  for (int shift = 20; shift >= 0; shift -= 4) {
    const auto digit = code >> shift & 15;
    is_leading = is_leading && digit == 0;
    if (!is_leading) to += digits[digit];
  }
  to += '}';
}

std::string printable(std::string_view text) {
  std::string shown;
  shown.reserve(text.size());
  while (!text.empty()) {
    const auto [code, size] = first_character(text);
    if (size == 0)
      append_byte(shown, code);
    else if (needs_escape(code))
      append_escape(shown, code);
    else
      shown += text.substr(0, size);
    text.remove_prefix(std::max(size, 1U));
  }
  return shown;
}

std::string listed_name(std::string_view name) {
  auto shown = printable(name);
  const bool is_plain =
      !name.empty() && shown == name && name.find_first_of(" \"\\`") == std::string_view::npos;
  if (is_plain) return shown;
  std::string quoted = "\"";
  for (const char c : name) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return printable(quoted) + '"';
}

}  // namespace airlock
