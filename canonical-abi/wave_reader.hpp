// Reading WAVE: characters to words, and words to values after a type.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "canonical-abi/types.hpp"
#include "canonical-abi/value.hpp"
#include "decoder/error.hpp"
#include "decoder/limits.hpp"

namespace airlock::canonical_abi {

/// Whether a label has to be written with a `%` in places where a value is allowed.
[[nodiscard]] constexpr bool is_wave_keyword(std::string_view label) {
  for (const std::string_view keyword :
       {"true", "false", "inf", "nan", "some", "none", "ok", "err"}) {
    if (label == keyword) return true;
  }
  return false;
}

void append_utf8(std::string& out, char32_t code);

/// A reader that keeps its first error and then moves to the end of the text, where nothing more
/// can be taken: productions need not check for the errors of those they call.
class WaveReader {
 public:
  WaveReader(std::string_view text, std::size_t position, const Limits& limits)
      : text_(text), position_(position), limits_(limits) {}

  [[nodiscard]] Value read_value(Type type);
  /// `(value, …)`, one for each parameter.
  [[nodiscard]] std::vector<Value> read_arguments(std::span<const Field> parameters);
  void expect_end();

  [[nodiscard]] bool failed() const { return error_.has_value(); }
  [[nodiscard]] Error take_error() { return std::move(*error_); }

 private:
  // Words (wave_reader.cpp)
  struct Label {
    std::string_view text;  ///< without `%`; empty if there is none
    bool is_escaped = false;
    std::size_t offset = 0;
  };
  void skip_space();
  [[nodiscard]] char peek();  ///< the next character that is no space; 0 at the end
  [[nodiscard]] bool take(char c);
  void expect(char c);
  [[nodiscard]] bool at_keyword(std::string_view word);
  [[nodiscard]] bool take_keyword(std::string_view word);
  [[nodiscard]] Label peek_label();
  [[nodiscard]] Label expect_label(std::string_view what);
  [[nodiscard]] std::string_view take_number();
  [[nodiscard]] std::string found();
  template <typename Read>
  void read_sequence(char close, Read read_item);

  // Characters (wave_strings.cpp)
  [[nodiscard]] std::string read_string();
  [[nodiscard]] std::string read_multiline_string(std::size_t start);
  [[nodiscard]] char32_t read_character();
  [[nodiscard]] char32_t read_escape();
  [[nodiscard]] char32_t take_code_point();

  // Values
  [[nodiscard]] Value read_value_of_kind(Type type);
  [[nodiscard]] Value read_integer(Type type);
  [[nodiscard]] Value read_float(Type type);
  [[nodiscard]] Value read_list(Type type);
  [[nodiscard]] Value read_tuple(Type type);
  [[nodiscard]] Value read_record(Type type);
  [[nodiscard]] Value read_flags(Type type);
  [[nodiscard]] Value read_case(Type type);
  [[nodiscard]] Value read_option(Type type);
  [[nodiscard]] Value read_result(Type type);
  [[nodiscard]] std::optional<Value> read_payload(const Case& of);

  /// The position of a field or case by its label. The labels of a type are put into a map once,
  /// for a text may mention many of them many times.
  [[nodiscard]] std::optional<std::size_t> position_of(Type type, std::string_view label);

  Value fail_expected(std::string_view expected);
  void fail_at(std::size_t offset, std::string message, ErrorKind kind = ErrorKind::argument);

  std::string_view text_;
  std::size_t position_;
  const Limits& limits_;
  std::unordered_map<Type, std::unordered_map<std::string_view, std::size_t>> positions_;
  std::uint32_t depth_ = 0;
  std::optional<Error> error_;
};

}  // namespace airlock::canonical_abi
