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
      "describes",
      "descriptor",
      "exact",
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
      // instructions without a row in the table
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

/// Instructions with two encodings: the one the name belongs to, and the other one.
struct Encodings {
  Opcode named;
  Opcode other;
};
constexpr auto second_encodings =
    std::to_array<Encodings>({{"select"_op, "select_typed"_op},
                              {"ref.test"_op, "ref.test_null"_op},
                              {"ref.cast"_op, "ref.cast_null"_op},
                              {"ref.cast_desc_eq"_op, "ref.cast_desc_eq_null"_op}});

}  // namespace

std::optional<Opcode> second_encoding(Opcode opcode) {
  const auto found = std::ranges::find(second_encodings, opcode, &Encodings::named);
  if (found == second_encodings.end()) return std::nullopt;
  return found->other;
}

bool is_second_encoding(Opcode opcode) {
  return std::ranges::find(second_encodings, opcode, &Encodings::other) != second_encodings.end();
}

std::string_view text_name(Opcode opcode) {
  const auto found = std::ranges::find(second_encodings, opcode, &Encodings::other);
  return name(found == second_encodings.end() ? opcode : found->named);
}

bool is_core_keyword(std::string_view word) {
  if (std::ranges::binary_search(plain_keywords, word)) return true;
  for (const std::string_view prefix : {"offset=", "align="})
    if (word.starts_with(prefix) && parse_unsigned(word.substr(prefix.size()), 64)) return true;
  return find_instruction(word).has_value();
}

std::optional<Opcode> find_instruction(std::string_view word) {
  const auto opcode = find_opcode(word);
  return opcode && text_name(*opcode) == word ? opcode : std::nullopt;
}

}  // namespace airlock::decoder::text
