#include "decoder/component/wit/lexer.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace airlock::decoder::component::wit {

namespace {

constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Whether a character belongs to words: a look-up, since a text consists mostly of these.
constexpr auto word_characters = [] {
  std::array<bool, 256> table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    const char c = static_cast<char>(i);
    table[i] = is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '%';
  }
  return table;
}();
constexpr bool is_word(char c) { return word_characters[static_cast<unsigned char>(c)]; }

constexpr bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

}  // namespace

void Lexer::skip_space() {
  while (next_ < text_.size()) {
    if (is_space(text_[next_])) {
      ++next_;
      continue;
    }
    if (text_[next_] != '/') return;
    const std::string_view rest = text_.substr(next_);
    if (rest.starts_with("//")) {
      next_ = std::min(text_.find('\n', next_), text_.size());
    } else if (rest.starts_with("/*")) {
      // Comments nest.
      std::size_t depth = 0;
      do {
        const std::string_view at = text_.substr(next_);
        if (at.empty()) return fail("unclosed comment");
        const bool opens = at.starts_with("/*");
        const bool closes = at.starts_with("*/");
        if (opens) ++depth;
        if (closes) --depth;
        next_ += opens || closes ? 2 : 1;
      } while (depth != 0);
    } else {
      return;
    }
  }
}

void Lexer::advance() {
  skip_space();
  if (failed_) return;
  std::size_t end = next_;
  while (end < text_.size() && is_word(text_[end])) {
    if (text_[end] == '-' && text_.substr(end).starts_with("->")) break;
    ++end;
  }
  if (end == next_ && end < text_.size()) end += text_.substr(end).starts_with("->") ? 2 : 1;
  token_ = text_.substr(next_, end - next_);
  next_ = end;
}

bool Lexer::accept(std::string_view token) {
  if (failed_ || token_ != token) return false;
  advance();
  return true;
}

bool Lexer::expect(std::string_view token) {
  if (accept(token)) return true;
  fail("expected `" + std::string(token) + "`, found " + found());
  return false;
}

std::string_view Lexer::name() {
  std::string_view name = token_;
  if (name.starts_with('%')) name.remove_prefix(1);
  const auto fits = [](char c) { return is_word(c) && c != '_' && c != '%'; };
  if (name.empty() || !is_letter(name.front()) || name.back() == '-' ||
      !std::ranges::all_of(name, fits)) {
    fail("expected a name, found " + found());
    return {};
  }
  advance();
  return name;
}

std::uint32_t Lexer::number() {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(token_.data(), token_.data() + token_.size(), number);
  if (token_.empty() || error != std::errc() || end != token_.data() + token_.size()) {
    fail("expected a number, found " + found());
    return 0;
  }
  advance();
  return number;
}

std::string_view Lexer::path() {
  const std::size_t start = next_ - token_.size();
  std::size_t end = start;
  while (end < text_.size() && !text_.substr(end).starts_with(".{") &&
         (is_word(text_[end]) || std::string_view(":/@.+").contains(text_[end]))) {
    ++end;
  }
  const std::string_view path = text_.substr(start, end - start);
  if (path.empty()) fail("expected the name of an interface, found " + found());
  next_ = end;
  advance();
  return path;
}

void Lexer::fail(ErrorKind kind, std::string message) {
  if (failed_) return;
  const std::size_t at = next_ - std::min(token_.size(), next_);
  const std::string_view before = text_.substr(0, at);
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  error_ = {.kind = kind, .message = std::move(message)};
  error_.position = {.line = 1 + static_cast<std::uint32_t>(std::ranges::count(before, '\n')),
                     .column = 1 + static_cast<std::uint32_t>(at - line_start)};
  failed_ = true;
  token_ = {};
  next_ = text_.size();
}

std::string Lexer::found() const {
  if (token_.empty()) return "the end";
  // Whatever the text holds, the message is one short line.
  constexpr std::size_t longest = 40;
  return '`' + std::string(token_.substr(0, longest)) + '`';
}

}  // namespace airlock::decoder::component::wit
