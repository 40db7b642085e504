#include "validator/component/names.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace airlock::validator::component {
namespace {

constexpr std::string_view get_annotation = "[get]";
constexpr std::string_view set_annotation = "[set]";

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
constexpr bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

std::string quoted(std::string_view text) { return '`' + std::string(text) + '`'; }

std::string not_kebab(std::string_view text) { return quoted(text) + " is not in kebab case"; }

/// `words`: a label without upper-case letters.
bool is_lower_kebab_case(std::string_view text) {
  for (const char c : text)
    if (is_upper(c)) return false;
  return is_kebab_case(text);
}

/// Reads a version (https://semver.org). Also accepts the shortened form of an interface's
/// canonical name: `1`, `0.2` or `0.0.3`.
class VersionParser {
 public:
  explicit VersionParser(std::string_view text) : text_(text) {}

  /// What is wrong with the version; empty if nothing is.
  std::string check() {
    if (text_.empty()) return "empty string, expected a semver version";
    for (int part = 0; part < 3; ++part) {
      if (part > 0) {
        if (at_end() && is_canonical_) return {};
        if (auto error = expect_dot(); !error.empty()) return error;
      }
      if (auto error = number(); !error.empty()) return error;
    }
    if (next() == '-') {
      if (auto error = identifiers(true); !error.empty()) return error;
    }
    if (next() == '+') {
      if (auto error = identifiers(false); !error.empty()) return error;
    }
    return at_end() ? std::string() : unexpected();
  }

 private:
  [[nodiscard]] bool at_end() const { return position_ == text_.size(); }
  [[nodiscard]] char next() const { return at_end() ? '\0' : text_[position_]; }

  [[nodiscard]] std::string unexpected() const {
    if (at_end()) return "unexpected end of input in semver version";
    return std::string("unexpected character '") + text_[position_] + "' in semver version";
  }

  std::string expect_dot() {
    if (next() != '.') return unexpected();
    ++position_;
    return {};
  }

  std::string number() {
    const auto start = position_;
    while (is_digit(next())) ++position_;
    if (position_ == start) return unexpected();
    const auto digits = text_.substr(start, position_ - start);
    if (digits.size() > 1 && digits[0] == '0') return "invalid leading zero in semver version";
    // A shortened version ends with its first number that is not zero.
    is_canonical_ = !has_nonzero_ && digits != "0";
    has_nonzero_ = has_nonzero_ || digits != "0";
    return {};
  }

  /// Dot-separated identifiers after `-` or `+`. Numbers of a pre-release have no leading zero.
  std::string identifiers(bool is_prerelease) {
    do {
      ++position_;
      const auto start = position_;
      bool is_number = true;
      while (is_digit(next()) || is_lower(next()) || is_upper(next()) || next() == '-') {
        is_number = is_number && is_digit(next());
        ++position_;
      }
      if (position_ == start) return "empty identifier segment in semver version";
      if (is_prerelease && is_number && position_ - start > 1 && text_[start] == '0')
        return "invalid leading zero in semver version";
    } while (next() == '.');
    return {};
  }

  std::string_view text_;
  std::size_t position_ = 0;
  bool has_nonzero_ = false;
  bool is_canonical_ = false;
};

/// `namespace:package/interface@version`
std::string check_interface_name(std::string_view name) {
  const auto colon = name.find(':');
  const auto space = name.substr(0, colon);
  if (!is_lower_kebab_case(space)) return not_kebab(space);
  auto rest = name.substr(colon + 1);
  const auto package = rest.substr(0, rest.find_first_of("/:@"));
  if (!is_lower_kebab_case(package)) return not_kebab(package);
  rest.remove_prefix(package.size());
  if (rest.empty() || rest.front() != '/') return "expected `/` after package name";
  rest.remove_prefix(1);
  const auto label = rest.substr(0, rest.find_first_of("/:@"));
  if (!is_kebab_case(label)) return not_kebab(label);
  rest.remove_prefix(label.size());
  if (rest.empty()) return {};
  if (rest.front() != '@') return "trailing characters found: " + quoted(rest);
  return VersionParser(rest.substr(1)).check();
}

/// Takes `[get]` or `[set]` off a name.
Accessor take_accessor(std::string_view& rest) {
  for (const auto& [prefix, accessor] :
       {std::pair{get_annotation, Accessor::get}, {set_annotation, Accessor::set}}) {
    if (!rest.starts_with(prefix)) continue;
    rest.remove_prefix(prefix.size());
    return accessor;
  }
  return Accessor::none;
}

ParsedName parse_annotated(NameKind kind, std::string_view rest) {
  ParsedName result{.kind = kind, .resource = rest, .label = rest, .error = {}};
  if (kind != NameKind::constructor) {
    result.accessor = take_accessor(rest);
    const auto dot = rest.find('.');
    if (dot == std::string_view::npos) {
      result.error = "failed to find `.` character";
      return result;
    }
    result.resource = rest.substr(0, dot);
    result.label = rest.substr(dot + 1);
  }
  if (!is_kebab_case(result.resource)) {
    result.error = not_kebab(result.resource);
  } else if (!is_kebab_case(result.label)) {
    result.error = not_kebab(result.label);
  }
  return result;
}

ParsedName parse_label(std::string_view name) {
  ParsedName result{.kind = NameKind::label, .resource = {}, .label = name, .error = {}};
  result.accessor = take_accessor(result.label);
  if (!is_kebab_case(result.label)) result.error = not_kebab(result.label);
  return result;
}

struct Annotation {
  std::string_view prefix;
  NameKind kind;
};
constexpr Annotation annotations[] = {{"[constructor]", NameKind::constructor},
                                      {"[method]", NameKind::method},
                                      {"[static]", NameKind::static_}};

/// Annotations that make a name another one.
constexpr std::string_view distinguishing[] = {"[constructor]", set_annotation};

}  // namespace

bool is_kebab_case(std::string_view text) {
  bool at_word_start = true;
  bool has_lower = false;
  bool has_upper = false;
  bool is_first_word = true;
  for (const char c : text) {
    if (c == '-') {
      if (at_word_start) return false;
      at_word_start = true;
      is_first_word = has_lower = has_upper = false;
      continue;
    }
    if (!is_digit(c) && !is_lower(c) && !is_upper(c)) return false;
    if (at_word_start && is_first_word && is_digit(c)) return false;
    has_lower = has_lower || is_lower(c);
    has_upper = has_upper || is_upper(c);
    if (has_lower && has_upper) return false;
    at_word_start = false;
  }
  return !at_word_start;
}

ParsedName parse_extern_name(std::string_view name) {
  for (const auto& [prefix, kind] : annotations)
    if (name.starts_with(prefix)) return parse_annotated(kind, name.substr(prefix.size()));
  if (!name.starts_with('[') && name.find(':') != std::string_view::npos)
    return {.kind = NameKind::interface,
            .resource = {},
            .label = {},
            .error = check_interface_name(name)};
  return parse_label(name);
}

std::string uniqueness_key(std::string_view name) {
  std::string prefix;
  while (name.starts_with('[')) {
    const auto end = name.find(']');
    if (end == std::string_view::npos) break;
    const auto annotation = name.substr(0, end + 1);
    if (std::ranges::find(distinguishing, annotation) != std::end(distinguishing))
      prefix += annotation;
    name.remove_prefix(end + 1);
  }
  std::string key;
  for (const char c : name)
    if (c != '-') key += is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
  // `l.l`, under any annotations, is `l`.
  const auto dot = key.find('.');
  if (dot == std::string::npos || key.find(':') != std::string::npos) return prefix + key;
  if (key.substr(0, dot) == key.substr(dot + 1)) return key.substr(0, dot);
  return prefix + key;
}

}  // namespace airlock::validator::component
