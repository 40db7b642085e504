#include "decoder/text/token_parser.hpp"

#include "decoder/printable.hpp"
#include "decoder/text/keywords.hpp"
#include "decoder/text/numbers.hpp"

namespace airlock::decoder::text {

std::string TokenParser::expect_string() {
  if (at(TokenKind::string)) return decode_string(take().text);
  fail_unexpected();
  return {};
}

std::string TokenParser::expect_name() {
  const auto offset = peek().offset;
  auto name = expect_string();
  if (!is_utf8(name)) fail_at(offset, "malformed UTF-8 encoding");
  return name;
}

std::string TokenParser::take_strings() {
  std::string bytes;
  while (at(TokenKind::string)) bytes += decode_string(take().text);
  return bytes;
}

std::uint64_t TokenParser::expect_unsigned(unsigned bits) {
  const auto text = peek().text;
  if (!at(TokenKind::integer) || text.starts_with('+') || text.starts_with('-')) {
    fail_unexpected();
    return 0;
  }
  if (const auto value = parse_unsigned(text, bits)) {
    take();
    return *value;
  }
  fail('i' + std::to_string(bits) + " constant out of range");
  return 0;
}

void TokenParser::fail_at(std::size_t offset, std::string message, ErrorKind kind) {
  if (failed()) return;
  Error error{.kind = kind, .message = printable(message)};
  error.position = cursor_.stream().position_of(offset);
  fail(std::move(error));
}

void TokenParser::fail(Error error) {
  if (failed()) return;
  error_ = std::move(error);
  cursor_.reset(cursor_.stream().tokens.size() - 1);
}

void TokenParser::fail_unexpected() {
  const auto& token = peek();
  switch (token.kind) {
    case TokenKind::keyword:
      if (knows_keyword(token.text)) break;
      [[fallthrough]];
    case TokenKind::reserved:
      return fail("unknown operator " + std::string(token.text.substr(0, 80)));
    case TokenKind::end:
      return fail("unexpected token: end of input");
    default:
      break;
  }
  const std::string_view sigil = token.kind == TokenKind::identifier ? "$" : "";
  fail("unexpected token " + std::string(sigil) + std::string(token.text.substr(0, 80)));
}

bool TokenParser::knows_keyword(std::string_view word) const { return is_core_keyword(word); }

}  // namespace airlock::decoder::text
