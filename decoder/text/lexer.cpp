#include "decoder/text/lexer.hpp"

#include <algorithm>
#include <array>
#include <expected>
#include <optional>

#include "decoder/text/numbers.hpp"

namespace airlock::decoder::text {
namespace {

/// Annotations that a parser here reads. All others are checked for well-formedness and dropped.
constexpr std::array<std::string_view, 4> known_annotations{"custom", "name", "producers",
                                                            "metadata.code.branch_hint"};

/// The kinds of tokens that a byte may be part of.
enum class CharacterClass : std::uint8_t { other, space, identifier, punctuation };

constexpr auto character_classes = [] {
  std::array<CharacterClass, 256> classes{};
  for (const char c : {' ', '\t', '\n', '\r'})
    classes[static_cast<unsigned char>(c)] = CharacterClass::space;
  for (const char c : std::string_view("0123456789abcdefghijklmnopqrstuvwxyz"
                                       "ABCDEFGHIJKLMNOPQRSTUVWXYZ_.+-*/\\^~=<>!?@#$%&|:'`"))
    classes[static_cast<unsigned char>(c)] = CharacterClass::identifier;
  for (const char c : std::string_view(",;[]{}"))
    classes[static_cast<unsigned char>(c)] = CharacterClass::punctuation;
  return classes;
}();

constexpr CharacterClass class_of(char c) {
  return character_classes[static_cast<unsigned char>(c)];
}

/// How many code points Unicode has.
constexpr std::uint32_t code_points = 0x110000;

constexpr bool is_hexadecimal(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

constexpr std::uint32_t hexadecimal_value(char c) {
  return static_cast<std::uint32_t>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
}

/// The length of the UTF-8 sequence at the beginning of `bytes`; 0 if it is malformed.
std::size_t utf8_length(std::string_view bytes) {
  const auto byte = [&](std::size_t i) {
    return i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0u;
  };
  const auto continues = [&](std::size_t i) { return (byte(i) & 0xc0) == 0x80; };
  const auto first = byte(0), second = byte(1);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return continues(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    if (first == 0xe0 && second < 0xa0) return 0;  // overlong
    if (first == 0xed && second > 0x9f) return 0;  // surrogates
    return continues(1) && continues(2) ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    if (first == 0xf0 && second < 0x90) return 0;  // overlong
    if (first == 0xf4 && second > 0x8f) return 0;  // beyond U+10FFFF
    return continues(1) && continues(2) && continues(3) ? 4 : 0;
  }
  return 0;
}

/// The offset of the first byte that is not UTF-8, or the size.
std::size_t utf8_prefix(std::string_view bytes) {
  std::size_t at = 0;
  while (at < bytes.size()) {
    const auto length = utf8_length(bytes.substr(at));
    if (length == 0) break;
    at += length;
  }
  return at;
}

void append_utf8(std::string& to, std::uint32_t code) {
  const auto put = [&](std::uint32_t byte) { to.push_back(static_cast<char>(byte)); };
  const auto continuation = [&](unsigned shift) { put(0x80 | ((code >> shift) & 0x3f)); };
  if (code < 0x80) return put(code);
  if (code < 0x800) {
    put(0xc0 | code >> 6);
  } else if (code < 0x10000) {
    put(0xe0 | code >> 12);
    continuation(6);
  } else {
    put(0xf0 | code >> 18);
    continuation(12);
    continuation(6);
  }
  continuation(0);
}

/// An error in a string or escape: its message and place.
struct StringError {
  std::size_t at;
  const char* message;
};

class Lexer {
 public:
  explicit Lexer(std::string_view source) : source_(source) {}

  Result<TokenStream> run() {
    while (at_ < source_.size())
      if (!step()) return std::unexpected(std::move(error_));
    if (!open_.empty()) {
      fail(open_.front().start, "unclosed annotation");
      return std::unexpected(std::move(error_));
    }
    stream_.tokens.push_back(
        {TokenKind::end, static_cast<std::uint32_t>(source_.size()), source_.substr(at_)});
    note_newlines();
    return std::move(stream_);
  }

 private:
  /// An annotation or a parenthesis within one that is not closed yet.
  struct Open {
    std::size_t start;
    bool is_parenthesis;
  };

  void note_newlines() {
    for (auto at = source_.find('\n'); at != std::string_view::npos;
         at = source_.find('\n', at + 1))
      stream_.newlines.push_back(static_cast<std::uint32_t>(at));
  }

  char look(std::size_t ahead = 0) const {
    return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0';
  }

  bool fail(std::size_t offset, std::string message) {
    error_ = Error{.kind = ErrorKind::malformed, .message = std::move(message)};
    error_.position = position_of(source_, offset);
    return false;
  }

  /// Takes the next token, comment, parenthesis or space.
  bool step() {
    const char c = look();
    switch (class_of(c)) {
      case CharacterClass::space:
        ++at_;
        return true;
      case CharacterClass::identifier:
        return word();
      case CharacterClass::punctuation:
        if (c == ';' && look(1) == ';') return line_comment();
        emit(TokenKind::reserved, at_, 1);
        ++at_;
        return true;
      case CharacterClass::other:
        break;
    }
    if (c == '"') return word();
    if (c == '(') {
      if (look(1) == ';') return block_comment();
      if (look(1) == '@') return annotation();
      return open();
    }
    if (c == ')') return close();
    return fail(at_, "illegal character");
  }

  bool line_comment() {
    at_ = std::min(source_.find_first_of("\n\r", at_), source_.size());
    return true;
  }

  bool block_comment() {
    const auto start = at_;
    std::size_t depth = 0;
    do {
      if (at_ + 1 >= source_.size()) return fail(start, "unclosed comment");
      if (look() == '(' && look(1) == ';') {
        ++depth;
        at_ += 2;
      } else if (look() == ';' && look(1) == ')') {
        --depth;
        at_ += 2;
      } else {
        ++at_;
      }
    } while (depth > 0);
    return true;
  }

  bool open() {
    if (!open_.empty()) open_.push_back({at_, true});
    emit(TokenKind::left_parenthesis, at_, 1);
    ++at_;
    return true;
  }

  bool close() {
    if (!open_.empty() && !open_.back().is_parenthesis) {
      // The end of an annotation; only the outermost one may be kept.
      open_.pop_back();
      ++at_;
      if (--annotations_ == 0) keep_annotation();
      return true;
    }
    if (!open_.empty()) open_.pop_back();
    emit(TokenKind::right_parenthesis, at_, 1);
    ++at_;
    return true;
  }

  /// At the end of an outermost annotation: keeps it if something reads its id.
  void keep_annotation() {
    if (std::ranges::find(known_annotations, annotation_.id) != known_annotations.end())
      stream_.annotations.push_back(std::move(annotation_));
    annotation_ = {};
  }

  bool annotation() {
    const auto start = at_;
    at_ += 2;
    std::string_view id;
    if (look() == '"') {
      const auto begin = at_;
      if (scan_string()) return fail(start, "empty annotation id");
      if (!own(source_.substr(begin, at_ - begin), id)) return false;
    } else {
      const auto begin = at_;
      while (at_ < source_.size() && class_of(look()) == CharacterClass::identifier) ++at_;
      id = source_.substr(begin, at_ - begin);
    }
    if (id.empty() && annotations_ > 0) {  // within an annotation this is just a parenthesis
      at_ = start;
      return open();
    }
    if (id.empty()) return fail(start, "empty annotation id");
    if (open_.empty()) {
      annotation_.id = id;
      annotation_.offset = static_cast<std::uint32_t>(start);
      annotation_.before = stream_.tokens.size();
    }
    open_.push_back({start, false});
    ++annotations_;
    return true;
  }

  /// Decodes a quoted id, which must be UTF-8, and keeps it.
  bool own(std::string_view quoted, std::string_view& name) {
    auto decoded = decode_string(quoted);
    if (!is_utf8(decoded)) return fail(at_, "malformed UTF-8 encoding");
    name = stream_.owned.emplace_back(std::move(decoded));
    return true;
  }

  /// A run of identifier characters and strings with nothing between them: one token, which is
  /// valid only if it is one string, an identifier, a number or a keyword.
  bool word() {
    const auto start = at_;
    std::size_t strings = 0, first_string = 0;
    while (at_ < source_.size()) {
      if (look() == '"') {
        if (strings++ == 0) first_string = at_ - start;
        if (const auto error = scan_string()) {
          if (first_string == 1 && strings == 1 && source_[start] == '$')
            return fail(start, "empty identifier");
          return fail(error->at, error->message);
        }
      } else if (class_of(look()) == CharacterClass::identifier) {
        ++at_;
      } else {
        break;
      }
    }
    const auto text = source_.substr(start, at_ - start);
    if (strings == 0) return plain_word(start, text);
    const bool ends_in_it = text.back() == '"' && strings == 1;
    if (ends_in_it && first_string == 0) {
      emit(TokenKind::string, start, text.size());
      return true;
    }
    if (ends_in_it && first_string == 1 && text[0] == '$') return quoted_identifier(start, text);
    emit(TokenKind::reserved, start, text.size());
    return true;
  }

  bool quoted_identifier(std::size_t start, std::string_view text) {
    std::string_view name;
    if (!own(text.substr(1), name)) return false;
    if (name.empty()) return empty_identifier(start, text.size());
    push({TokenKind::identifier, static_cast<std::uint32_t>(start), name});
    return true;
  }

  /// An identifier without characters is not a token of the language, but is allowed in an
  /// annotation, like any sequence of token characters.
  bool empty_identifier(std::size_t start, std::size_t size) {
    if (annotations_ == 0) return fail(start, "empty identifier");
    emit(TokenKind::reserved, start, size);
    return true;
  }

  bool plain_word(std::size_t start, std::string_view text) {
    if (text[0] == '$') {
      if (text.size() == 1) return empty_identifier(start, 1);
      push({TokenKind::identifier, static_cast<std::uint32_t>(start), text.substr(1)});
      return true;
    }
    const auto kind = is_integer_literal(text)           ? TokenKind::integer
                      : is_float_literal(text)           ? TokenKind::floating
                      : text[0] >= 'a' && text[0] <= 'z' ? TokenKind::keyword
                                                         : TokenKind::reserved;
    emit(kind, start, text.size());
    return true;
  }

  /// Moves from the opening quotation mark of a string past the closing one.
  std::optional<StringError> scan_string() {
    const auto start = at_++;
    while (at_ < source_.size()) {
      const char c = look();
      if (c == '"') {
        ++at_;
        return std::nullopt;
      }
      if (c == '\\') {
        const auto length = escape_length();
        if (!length) return StringError{at_, length.error()};
        at_ += *length;
        continue;
      }
      if (c == '\n' || c == '\r') break;
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
        return StringError{at_, "illegal control character in string literal"};
      ++at_;
    }
    return StringError{start, "unclosed string"};
  }

  /// The length of the escape sequence at the cursor, or what is wrong with it.
  std::expected<std::size_t, const char*> escape_length() const {
    const auto invalid = std::unexpected("invalid string escape");
    const char c = look(1);
    if (c != '\0' && std::string_view("tnr\"'\\").find(c) != std::string_view::npos) return 2;
    if (is_hexadecimal(c) && is_hexadecimal(look(2))) return 3;
    if (c != 'u' || look(2) != '{' || !is_hexadecimal(look(3))) return invalid;
    std::size_t length = 3;
    std::uint32_t code = 0;
    for (; is_hexadecimal(look(length)) || look(length) == '_'; ++length) {
      if (look(length) == '_') {
        if (!is_hexadecimal(look(length + 1))) return invalid;
        continue;
      }
      code = std::min(code * 16 + hexadecimal_value(look(length)), code_points);
    }
    if (look(length) != '}') return invalid;
    if (code == code_points || (code >= 0xd800 && code < 0xe000))
      return std::unexpected("malformed UTF-8 codepoint");
    return length + 1;
  }

  void emit(TokenKind kind, std::size_t start, std::size_t size) {
    push({kind, static_cast<std::uint32_t>(start), source_.substr(start, size)});
  }

  void push(Token token) {
    if (annotations_ == 0)
      stream_.tokens.push_back(token);
    else if (annotations_ == 1)
      annotation_.contents.push_back(token);  // those in annotations within annotations are dropped
  }

  std::string_view source_;
  std::size_t at_ = 0;
  TokenStream stream_;
  Annotation annotation_;        ///< the outermost open one
  std::size_t annotations_ = 0;  ///< how many are open
  std::vector<Open> open_;       ///< annotations and parentheses in them, outermost first
  Error error_{};
};

}  // namespace

bool is_utf8(std::string_view bytes) { return utf8_prefix(bytes) == bytes.size(); }

Result<TokenStream> tokenize(std::string_view source, const Limits& limits) {
  if (source.size() > limits.module_bytes || source.size() > UINT32_MAX)
    return fail(ErrorKind::limit, "source too large");
  if (const auto good = utf8_prefix(source); good != source.size()) {
    Error error{.kind = ErrorKind::malformed, .message = "malformed UTF-8 encoding"};
    error.position = position_of(source, good);
    return std::unexpected(std::move(error));
  }
  return Lexer(source).run();
}

SourcePosition TokenStream::position_of(std::size_t offset) const {
  const auto before = std::ranges::lower_bound(newlines, offset);
  const auto lines = before - newlines.begin();
  const auto start = lines == 0 ? 0 : std::size_t{*std::prev(before)} + 1;
  return {static_cast<std::uint32_t>(lines + 1), static_cast<std::uint32_t>(offset - start + 1)};
}

SourcePosition position_of(std::string_view source, std::size_t offset) {
  const auto before = source.substr(0, offset);
  const auto lines = std::ranges::count(before, '\n');
  const auto start = before.rfind('\n');
  const auto column = start == std::string_view::npos ? before.size() : before.size() - start - 1;
  return {static_cast<std::uint32_t>(lines + 1), static_cast<std::uint32_t>(column + 1)};
}

std::string decode_string(std::string_view token) {
  std::string bytes;
  if (token.size() < 2) return bytes;
  const auto text = token.substr(1, token.size() - 2);
  bytes.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      bytes.push_back(text[i]);
      continue;
    }
    const char c = text[++i];
    if (c == 't') {
      bytes.push_back('\t');
    } else if (c == 'n') {
      bytes.push_back('\n');
    } else if (c == 'r') {
      bytes.push_back('\r');
    } else if (c == 'u') {
      std::uint32_t code = 0;
      for (i += 2; text[i] != '}'; ++i)
        if (text[i] != '_') code = code * 16 + hexadecimal_value(text[i]);
      append_utf8(bytes, code);
    } else if (is_hexadecimal(c)) {
      bytes.push_back(static_cast<char>(hexadecimal_value(c) * 16 + hexadecimal_value(text[++i])));
    } else {
      bytes.push_back(c);
    }
  }
  return bytes;
}

std::span<const Annotation> Cursor::annotations() const {
  const auto found =
      std::ranges::equal_range(stream_->annotations, position_, {}, &Annotation::before);
  return {found.begin(), found.end()};
}

bool Cursor::skip_to_close() {
  std::size_t depth = 1;
  while (depth > 0 && !at(TokenKind::end)) {
    const auto kind = take().kind;
    if (kind == TokenKind::left_parenthesis) ++depth;
    if (kind == TokenKind::right_parenthesis) --depth;
  }
  return depth == 0;
}

}  // namespace airlock::decoder::text
