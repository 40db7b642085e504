#include "decoder/text/keywords.hpp"

#include <algorithm>
#include <array>

#include "decoder/text/numbers.hpp"

namespace airlock::decoder::text {
namespace {

constexpr auto plain_keywords = [] {
  auto words = std::to_array<std::string_view>({
      // types
      "i8",
      "i16",
      "i32",
      "i64",
      "f32",
      "f64",
      "v128",
      "i8x16",
      "i16x8",
      "i32x4",
      "i64x2",
      "f32x4",
      "f64x2",
      "any",
      "anyref",
      "none",
      "nullref",
      "eq",
      "eqref",
      "i31",
      "i31ref",
      "structref",
      "arrayref",
      "nofunc",
      "funcref",
      "nullfuncref",
      "exn",
      "noexn",
      "exnref",
      "nullexnref",
      "extern",
      "noextern",
      "externref",
      "nullexternref",
      "ref",
      "null",
      "array",
      "struct",
      "field",
      "mut",
      "sub",
      "final",
      "rec",
      "shared",
      "pagesize",
      // modules
      "type",
      "tag",
      "global",
      "memory",
      "table",
      "func",
      "param",
      "result",
      "local",
      "data",
      "elem",
      "declare",
      "offset",
      "item",
      "start",
      "import",
      "export",
      "module",
      // instructions that are no rows of the table
      "then",
      "do",
      "catch_ref",
      "catch_all_ref",
      // scripts
      "binary",
      "quote",
      "definition",
      "instance",
      "script",
      "register",
      "invoke",
      "get",
      "assert_malformed",
      "assert_invalid",
      "assert_malformed_custom",
      "assert_invalid_custom",
      "assert_unlinkable",
      "assert_return",
      "assert_trap",
      "assert_exception",
      "assert_exhaustion",
      "assert_suspension",
      "nan:canonical",
      "nan:arithmetic",
      "either",
      "input",
      "output",
      "thread",
      "wait",
      "component",
      "core",
      "ref.host",
      "ref.extern",
      "ref.struct",
      "ref.array",
      "ref.exn",
  });
  std::ranges::sort(words);
  return words;
}();

}  // namespace

bool is_core_keyword(std::string_view word) {
  if (std::ranges::binary_search(plain_keywords, word)) return true;
  for (const std::string_view prefix : {"offset=", "align="})
    if (word.starts_with(prefix) && parse_unsigned(word.substr(prefix.size()), 64)) return true;
  return find_instruction(word).has_value();
}

std::optional<Opcode> find_instruction(std::string_view word) {
  if (word == "select_typed" || word == "ref.test_null" || word == "ref.cast_null")
    return std::nullopt;
  return find_opcode(word);
}

}  // namespace airlock::decoder::text
