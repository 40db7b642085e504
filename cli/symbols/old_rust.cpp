// Rust's older mangling: a nested name of C++ whose last part is a hash, with escapes for what is
// no letter.
#include <algorithm>
#include <charconv>
#include <cstdint>

#include "cli/symbols/characters.hpp"
#include "cli/symbols/demangle.hpp"

namespace airlock::cli {
namespace {

/// Takes `5parse` off the front of a name.
std::optional<std::string_view> take_part(std::string_view& name) {
  std::size_t length = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), length);
  if (error != std::errc() || length == 0) return std::nullopt;
  name.remove_prefix(static_cast<std::size_t>(end - name.data()));
  if (length > name.size()) return std::nullopt;
  const auto part = name.substr(0, length);
  name.remove_prefix(length);
  return part;
}

bool is_hash(std::string_view part) {
  return part.size() == 17 && part.front() == 'h' &&
         part.find_first_not_of("0123456789abcdef", 1) == std::string_view::npos;
}

/// Appends the character that an escape like `$LT$` means. False if it is unknown.
bool append_escape(std::string& text, std::string_view escape) {
  struct Escape {
    std::string_view name;
    char character;
  };
  constexpr Escape escapes[] = {{"SP", '@'}, {"BP", '*'}, {"RF", '&'}, {"LT", '<'},
                                {"GT", '>'}, {"LP", '('}, {"RP", ')'}, {"C", ','}};
  for (const auto& known : escapes) {
    if (known.name != escape) continue;
    text += known.character;
    return true;
  }
  if (!escape.starts_with('u')) return false;
  std::uint32_t code = 0;
  const auto* last = escape.data() + escape.size();
  const auto [end, error] = std::from_chars(escape.data() + 1, last, code, 16);
  return error == std::errc() && end == last && append_character(text, code);
}

bool append_part(std::string& text, std::string_view part) {
  if (part.starts_with("_$")) part.remove_prefix(1);
  while (!part.empty()) {
    if (part.front() == '$') {
      const auto end = part.find('$', 1);
      if (end == std::string_view::npos || !append_escape(text, part.substr(1, end - 1)))
        return false;
      part.remove_prefix(end + 1);
    } else if (part.starts_with("..")) {
      text += "::";
      part.remove_prefix(2);
    } else {
      text += part.front();
      part.remove_prefix(1);
    }
  }
  return true;
}

}  // namespace

std::optional<std::string> demangle_old_rust(std::string_view name) {
  if (!name.starts_with("_ZN")) return std::nullopt;
  name.remove_prefix(3);
  std::string text;
  std::string_view last;
  while (!name.starts_with('E')) {
    const auto part = take_part(name);
    if (!part) return std::nullopt;
    if (!last.empty()) {
      if (!text.empty()) text += "::";
      if (!append_part(text, last)) return std::nullopt;
    }
    last = *part;
  }
  // After it there may only be what LLVM appends to copies: `.llvm.123`.
  name.remove_prefix(1);
  if (!is_hash(last) || text.empty() || !(name.empty() || name.starts_with('.')))
    return std::nullopt;
  return text;
}

}  // namespace airlock::cli
