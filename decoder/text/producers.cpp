#include "decoder/text/producers.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace airlock::decoder::text {
namespace {

/// All fields, in the order in which they are written.
constexpr std::array<std::string_view, 3> field_names{"language", "sdk", "processed-by"};

}  // namespace

std::optional<Encoder> encode_producers(std::span<const Token> contents) {
  constexpr std::size_t size = 5;  // tokens of `(field "name" "version")`
  if (contents.size() % size != 0) return std::nullopt;
  std::array<VectorEncoder, field_names.size()> fields;
  for (std::size_t i = 0; i < contents.size(); i += size) {
    const auto entry = contents.subspan(i, size);
    const auto field = std::ranges::find(field_names, entry[1].text);
    if (entry[0].kind != TokenKind::left_parenthesis || entry[1].kind != TokenKind::keyword ||
        field == field_names.end() || entry[2].kind != TokenKind::string ||
        entry[3].kind != TokenKind::string || entry[4].kind != TokenKind::right_parenthesis)
      return std::nullopt;
    auto& to = fields[static_cast<std::size_t>(field - field_names.begin())].next();
    for (const auto& string : entry.subspan(2, 2)) {
      const auto text = decode_string(string.text);
      if (!is_utf8(text)) return std::nullopt;
      to.name(text);
    }
  }
  VectorEncoder section;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].count == 0) continue;
    auto& to = section.next();
    to.name(field_names[i]);
    fields[i].write_to(to);
  }
  Encoder all;
  section.write_to(all);
  return all;
}

}  // namespace airlock::decoder::text
