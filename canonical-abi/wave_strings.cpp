// Characters and strings of WAVE.
#include <algorithm>
#include <string>

#include "canonical-abi/unicode.hpp"
#include "canonical-abi/wave_reader.hpp"

namespace airlock::canonical_abi {

namespace {

/// The bytes of the UTF-8 sequence that begins with `first`. The text was checked to be UTF-8.
std::size_t sequence_length(char first) {
  const auto byte = static_cast<unsigned char>(first);
  return byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

int hexadecimal_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

void append_utf8(std::string& out, char32_t code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xc0 | code >> 6);
    out += static_cast<char>(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xe0 | code >> 12);
    out += static_cast<char>(0x80 | (code >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (code & 0x3f));
  } else {
    out += static_cast<char>(0xf0 | code >> 18);
    out += static_cast<char>(0x80 | (code >> 12 & 0x3f));
    out += static_cast<char>(0x80 | (code >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (code & 0x3f));
  }
}

/// The character at the position, which is not the end.
char32_t WaveReader::take_code_point() {
  const std::size_t length = sequence_length(text_[position_]);
  CodePoints points(CodePoints::Encoding::utf8,
                    std::as_bytes(std::span(text_.substr(position_, length))));
  position_ += length;
  return points.next();
}

/// The rest of an escape, after the backslash.
char32_t WaveReader::read_escape() {
  const std::size_t start = position_ - 1;
  const char c = position_ < text_.size() ? text_[position_++] : '\0';
  switch (c) {
    case 't':
      return '\t';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case '\'':
    case '"':
    case '\\':
      return static_cast<char32_t>(c);
    case 'u':
      break;
    default:
      fail_at(start, "unknown escape");
      return 0;
  }
  std::uint32_t code = 0;
  std::size_t digits = 0;
  const bool is_open = position_ < text_.size() && text_[position_] == '{';
  if (position_ < text_.size()) ++position_;
  while (is_open && position_ < text_.size() && digits < 7) {
    const int digit = hexadecimal_digit(text_[position_]);
    if (digit < 0) break;
    code = code << 4 | static_cast<std::uint32_t>(digit);
    ++digits;
    ++position_;
  }
  const bool is_closed = position_ < text_.size() && text_[position_] == '}';
  if (!is_open || digits == 0 || digits > 6 || !is_closed || !is_scalar_value(code)) {
    fail_at(start, "expected `\\u{…}` with a Unicode scalar value");
    return 0;
  }
  ++position_;
  return code;
}

/// `'x'`
char32_t WaveReader::read_character() {
  const std::size_t start = position_++;
  const char first = position_ < text_.size() ? text_[position_] : '\n';
  if (first == '\'' || first == '\n') {
    fail_at(start, "expected one character between the quotes");
    return 0;
  }
  char32_t code = 0;
  if (first == '\\') {
    ++position_;
    code = read_escape();
  } else {
    code = take_code_point();
  }
  if (failed()) return 0;
  if (position_ == text_.size() || text_[position_] != '\'') {
    fail_at(start, "expected one character between the quotes");
    return 0;
  }
  ++position_;
  return code;
}

/// `"…"` on one line, or `"""` over several.
std::string WaveReader::read_string() {
  const std::size_t start = position_;
  if (text_.substr(start).starts_with("\"\"\"")) return read_multiline_string(start);
  ++position_;
  std::string out;
  while (position_ < text_.size() && text_[position_] != '\n') {
    const char c = text_[position_++];
    if (c == '"') return out;
    if (c == '\\') {
      append_utf8(out, read_escape());
    } else {
      out += c;
    }
  }
  fail_at(start, "unclosed string");
  return {};
}

/// `"""`, a line break, lines, and as the last line spaces and `"""`. As many spaces as the last
/// line has are removed from every line.
std::string WaveReader::read_multiline_string(std::size_t start) {
  constexpr std::size_t quotes = 3;
  const std::size_t end = text_.find("\"\"\"", start + quotes);
  if (end == std::string_view::npos) {
    fail_at(start, "unclosed string");
    return {};
  }
  std::string_view rest = text_.substr(start + quotes, end - start - quotes);
  if (!rest.starts_with('\n') && !rest.starts_with("\r\n")) {
    fail_at(start, "expected a line break behind `\"\"\"`");
    return {};
  }
  const std::size_t last_break = rest.rfind('\n');
  const std::string_view indent = rest.substr(last_break + 1);
  if (indent.find_first_not_of(' ') != std::string_view::npos) {
    fail_at(end, "only spaces may stand before the closing `\"\"\"`");
    return {};
  }

  std::string out;
  std::size_t at = start + quotes + rest.find('\n') + 1;  // of the line
  const std::size_t behind = start + quotes + last_break + 1;
  for (bool is_first = true; at < behind && !failed(); is_first = false) {
    const std::size_t line_break = text_.find('\n', at);
    std::string_view line = text_.substr(at, line_break - at);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.starts_with(indent)) {
      fail_at(at, "a line has less space before it than the closing `\"\"\"`");
      return {};
    }
    if (!is_first) out += '\n';
    position_ = at + indent.size();
    const std::size_t line_end = at + line.size();
    while (position_ < line_end && !failed()) {
      const char c = text_[position_++];
      if (c == '\\') {
        append_utf8(out, read_escape());
      } else {
        out += c;
      }
    }
    at = line_break + 1;
  }
  if (!failed()) position_ = end + quotes;
  return out;
}

}  // namespace airlock::canonical_abi
