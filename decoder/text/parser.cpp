#include "decoder/text/parser.hpp"

#include <algorithm>

#include "decoder/text/module_parser.hpp"

namespace airlock::decoder::text {
namespace {

/// A text that is one module or component, or the fields of a module.
class FileParser : public TokenParser {
 public:
  FileParser(Cursor cursor, const Limits& limits) : TokenParser(cursor), limits_(limits) {}

  Result<Assembled> run() {
    const bool is_component = at_open("component");
    auto assembled = is_component         ? assemble_component(cursor_, limits_)
                     : at_module_binary() ? read_module_binary()
                     : at_open("module")  ? assemble_module(cursor_, limits_)
                                          : assemble_module_fields(cursor_, {}, limits_);
    if (!assembled) return assembled;
    if (!at(TokenKind::end)) fail_unexpected();
    if (failed()) return std::unexpected(take_error());
    return assembled;
  }

 private:
  bool at_module_binary() const {
    const Token& word = peek(peek(2).kind == TokenKind::identifier ? 3 : 2);
    return at_open("module") && word.kind == TokenKind::keyword && word.text == "binary";
  }

  /// `(module $id? binary "…"*)`, which occurs in scripts; other tools also read it from files
  Result<Assembled> read_module_binary() {
    expect_open("module");
    (void)take_identifier();
    expect_keyword("binary");
    Encoder out;
    out.bytes(take_strings());
    expect_close();
    if (failed()) return std::unexpected(take_error());
    return std::move(out).finish(false);
  }

  const Limits& limits_;
};

/// `(module $id? fields)`
class ModuleHeadParser : public TokenParser {
 public:
  ModuleHeadParser(Cursor cursor, const Limits& limits) : TokenParser(cursor), limits_(limits) {}

  Result<Assembled> run() {
    expect_open("module");
    std::string_view name;
    if (const auto id = take_identifier()) name = id->text;
    if (failed()) return std::unexpected(take_error());
    auto assembled = assemble_module_fields(cursor_, name, limits_);
    if (!assembled) return assembled;
    expect_close();
    if (failed()) return std::unexpected(take_error());
    return assembled;
  }

 private:
  const Limits& limits_;
};

}  // namespace

std::uint32_t SourceMap::lookup(std::uint64_t offset) const {
  auto after = std::ranges::upper_bound(entries, offset, {}, &Entry::offset);
  if (after == entries.begin()) return after == entries.end() ? 0 : after->source;
  return std::prev(after)->source;
}

namespace {

template <typename PositionOf>
Error locate_by(Error error, const SourceMap& map, PositionOf position_of) {
  if (error.offset && !error.position && !map.entries.empty())
    error.position = position_of(map.lookup(*error.offset));
  return error;
}

}  // namespace

Error locate(Error error, const SourceMap& map, std::string_view source) {
  return locate_by(std::move(error), map,
                   [&](std::size_t offset) { return position_of(source, offset); });
}

Error locate(Error error, const SourceMap& map, const TokenStream& stream) {
  return locate_by(std::move(error), map,
                   [&](std::size_t offset) { return stream.position_of(offset); });
}

Result<Assembled> assemble(std::string_view source, const Limits& limits) {
  const auto stream = tokenize(source, limits);
  if (!stream) return std::unexpected(stream.error());
  return FileParser(Cursor(source, *stream), limits).run();
}

Result<Assembled> assemble_module(Cursor& cursor, const Limits& limits) {
  ModuleHeadParser parser(cursor, limits);
  auto assembled = parser.run();
  if (assembled) cursor = parser.cursor();
  return assembled;
}

Result<Assembled> assemble_module_fields(Cursor& cursor, std::string_view name,
                                         const Limits& limits) {
  ModuleParser parser(cursor, name, limits);
  auto assembled = parser.run();
  if (assembled) cursor = parser.cursor();
  return assembled;
}

}  // namespace airlock::decoder::text
