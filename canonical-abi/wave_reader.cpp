#include "canonical-abi/wave_reader.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

#include "canonical-abi/wave.hpp"
#include "decoder/plural.hpp"
#include "decoder/printable.hpp"
#include "decoder/text/lexer.hpp"
#include "decoder/text/numbers.hpp"

namespace airlock::canonical_abi {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

/// A piece of the text, which may be a megabyte, for a message.
std::string shortened(std::string_view text) {
  constexpr std::size_t shown = 40;
  return text.size() <= shown ? std::string(text) : std::string(text.substr(0, shown)) + "…";
}

/// The length of `label` at the beginning of a text: words joined by hyphens, each in one case, the
/// first of which begins with a letter. 0 if there is none.
std::size_t label_length(std::string_view text) {
  std::size_t length = 0;
  for (;;) {
    const std::size_t start = length;
    bool has_lower = false;
    bool has_upper = false;
    for (; length < text.size(); ++length) {
      const char c = text[length];
      if (is_lower(c) && !has_upper) {
        has_lower = true;
      } else if (is_upper(c) && !has_lower) {
        has_upper = true;
      } else if (!is_digit(c) || (start == 0 && length == 0)) {
        break;
      }
    }
    if (length == start) return start == 0 ? 0 : start - 1;  // without the hyphen before it
    if (length == text.size() || text[length] != '-') return length;
    ++length;
  }
}

}  // namespace

// ---- Words

void WaveReader::skip_space() {
  while (position_ < text_.size()) {
    const char c = text_[position_];
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      ++position_;
    } else if (text_.substr(position_).starts_with("//")) {
      position_ = std::min(text_.find('\n', position_), text_.size());
    } else {
      return;
    }
  }
}

char WaveReader::peek() {
  skip_space();
  return position_ < text_.size() ? text_[position_] : '\0';
}

bool WaveReader::take(char c) {
  if (peek() != c || position_ == text_.size()) return false;
  ++position_;
  return true;
}

void WaveReader::expect(char c) {
  if (!take(c)) fail_expected(std::string("`") + c + '`');
}

WaveReader::Label WaveReader::peek_label() {
  skip_space();
  std::string_view rest = text_.substr(position_);
  const bool is_escaped = rest.starts_with('%');
  if (is_escaped) rest.remove_prefix(1);
  return {rest.substr(0, label_length(rest)), is_escaped, position_};
}

WaveReader::Label WaveReader::expect_label(std::string_view what) {
  const Label label = peek_label();
  if (label.text.empty()) {
    fail_expected(what);
  } else {
    position_ += label.text.size() + (label.is_escaped ? 1 : 0);
  }
  return label;
}

bool WaveReader::at_keyword(std::string_view word) {
  const Label label = peek_label();
  return !label.is_escaped && label.text == word;
}

bool WaveReader::take_keyword(std::string_view word) {
  if (!at_keyword(word)) return false;
  position_ += word.size();
  return true;
}

/// `-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?`, or nothing if no such thing comes next.
std::string_view WaveReader::take_number() {
  skip_space();
  std::size_t end = position_;
  const auto at = [&](std::size_t i) { return i < text_.size() ? text_[i] : '\0'; };
  const auto skip_digits = [&] {
    while (is_digit(at(end))) ++end;
  };
  if (at(end) == '-') ++end;
  if (!is_digit(at(end))) return {};
  if (at(end) == '0') {
    ++end;
  } else {
    skip_digits();
  }
  if (at(end) == '.' && is_digit(at(end + 1))) {
    ++end;
    skip_digits();
  }
  if (at(end) == 'e' || at(end) == 'E') {
    const bool has_sign = at(end + 1) == '+' || at(end + 1) == '-';
    if (is_digit(at(end + (has_sign ? 2 : 1)))) {
      end += has_sign ? 2 : 1;
      skip_digits();
    }
  }
  const std::string_view number = text_.substr(position_, end - position_);
  position_ = end;
  return number;
}

/// What comes next, for messages.
std::string WaveReader::found() {
  const char c = peek();
  if (position_ == text_.size()) return "the end";
  if (c == '"') return "a string";
  if (c == '\'') return "a char";
  if (is_digit(c) || c == '-') return "a number";
  const Label label = peek_label();
  if (!label.text.empty()) return '`' + shortened(label.text) + '`';
  if (c > ' ' && c < '\x7f') return std::string("`") + c + '`';
  return "an unexpected character";
}

Value WaveReader::fail_expected(std::string_view expected) {
  const std::string what = found();  // skips space: the error is reported at what was found
  fail_at(position_, "expected " + std::string(expected) + ", found " + what);
  return {};
}

void WaveReader::fail_at(std::size_t offset, std::string message, ErrorKind kind) {
  if (error_) return;
  error_.emplace(Error{.kind = kind, .message = printable(message)});
  error_->position = decoder::text::position_of(text_, offset);
  position_ = text_.size();
}

void WaveReader::expect_end() {
  if (peek() != '\0' || position_ != text_.size()) fail_expected("the end");
}

/// Items with commas between them, perhaps one after the last, and what closes them.
template <typename Read>
void WaveReader::read_sequence(char close, Read read_item) {
  while (!failed() && !take(close)) {
    read_item();
    if (!take(',')) return expect(close);
  }
}

// ---- Values

Value WaveReader::read_value(Type type) {
  if (depth_ >= limits_.value_nesting) {
    fail_at(position_, "values nest too deeply", ErrorKind::limit);
    return {};
  }
  ++depth_;
  Value value = read_value_of_kind(type);
  --depth_;
  return value;
}

Value WaveReader::read_value_of_kind(Type type) {
  switch (type->kind) {
    case TypeKind::boolean:
      if (take_keyword("true")) return Value::boolean(true);
      if (take_keyword("false")) return Value::boolean(false);
      return fail_expected("bool");
    case TypeKind::s8:
    case TypeKind::u8:
    case TypeKind::s16:
    case TypeKind::u16:
    case TypeKind::s32:
    case TypeKind::u32:
    case TypeKind::s64:
    case TypeKind::u64:
      return read_integer(type);
    case TypeKind::f32:
    case TypeKind::f64:
      return read_float(type);
    case TypeKind::character:
      return peek() == '\'' ? Value::character(read_character()) : fail_expected("char");
    case TypeKind::string:
      return peek() == '"' ? Value::string(read_string()) : fail_expected("string");
    case TypeKind::list:
    case TypeKind::map:
      return read_list(type);
    case TypeKind::record:
      return read_record(type);
    case TypeKind::tuple:
      return read_tuple(type);
    case TypeKind::variant:
    case TypeKind::enumeration:
      return read_case(type);
    case TypeKind::option:
      return read_option(type);
    case TypeKind::result:
      return read_result(type);
    case TypeKind::flags:
      return read_flags(type);
    case TypeKind::own:
    case TypeKind::borrow:
    case TypeKind::stream:
    case TypeKind::future:
    case TypeKind::error_context:
      break;
  }
  fail_at(position_, "a value of type " + to_string(type) + " cannot be written");
  return {};
}

namespace {

struct IntegerRange {
  std::int64_t minimum;
  std::uint64_t maximum;
};

template <typename T>
constexpr IntegerRange range_of{std::numeric_limits<T>::min(),
                                static_cast<std::uint64_t>(std::numeric_limits<T>::max())};
template <>
constexpr IntegerRange range_of<std::uint64_t>{0, std::numeric_limits<std::uint64_t>::max()};

IntegerRange range(TypeKind kind) {
  switch (kind) {
    case TypeKind::s8:
      return range_of<std::int8_t>;
    case TypeKind::u8:
      return range_of<std::uint8_t>;
    case TypeKind::s16:
      return range_of<std::int16_t>;
    case TypeKind::u16:
      return range_of<std::uint16_t>;
    case TypeKind::s32:
      return range_of<std::int32_t>;
    case TypeKind::u32:
      return range_of<std::uint32_t>;
    case TypeKind::s64:
      return range_of<std::int64_t>;
    default:
      return range_of<std::uint64_t>;
  }
}

}  // namespace

Value WaveReader::read_integer(Type type) {
  skip_space();
  const std::size_t start = position_;
  const std::string_view number = take_number();
  if (number.empty()) return fail_expected(to_string(type));
  const auto is_part_of_digits = [](char c) { return is_digit(c) || c == '-'; };
  if (!std::ranges::all_of(number, is_part_of_digits) ||
      (position_ < text_.size() && is_digit(text_[position_]))) {
    fail_at(start, "expected " + to_string(type) + ", found a number of another form");
    return {};
  }
  const bool is_negative = number.front() == '-';
  const std::string_view digits = number.substr(is_negative ? 1 : 0);
  std::uint64_t magnitude = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), magnitude);
  const IntegerRange limits = range(type->kind);
  const std::uint64_t most =
      is_negative ? 0 - static_cast<std::uint64_t>(limits.minimum) : limits.maximum;
  if (parsed.ec != std::errc{} || magnitude > most) {
    fail_at(start, shortened(number) + " is out of range for " + to_string(type));
    return {};
  }
  return Value::scalar(type->kind, is_negative ? 0 - magnitude : magnitude);
}

Value WaveReader::read_float(Type type) {
  const bool is_single = type->kind == TypeKind::f32;
  const auto make = [&](double value) {
    return is_single ? Value::f32(static_cast<float>(value)) : Value::f64(value);
  };
  if (take_keyword("nan")) return make(std::numeric_limits<double>::quiet_NaN());
  if (take_keyword("inf")) return make(std::numeric_limits<double>::infinity());
  skip_space();
  const std::size_t start = position_;
  if (text_.substr(position_).starts_with("-inf")) {
    ++position_;
    if (take_keyword("inf")) return make(-std::numeric_limits<double>::infinity());
    position_ = start;
  }
  const std::string_view number = take_number();
  if (number.empty()) return fail_expected(to_string(type));

  // Each width is read for itself: rounding twice may differ from rounding once.
  if (is_single) {
    if (const auto bits = decoder::text::parse_f32(number)) {
      return Value::scalar(TypeKind::f32, *bits);
    }
  } else if (const auto bits = decoder::text::parse_f64(number)) {
    return Value::scalar(TypeKind::f64, *bits);
  }
  fail_at(start, shortened(number) + " is out of range for " + to_string(type));
  return {};
}

/// `[value, …]`; a map is a list of tuples of key and value.
Value WaveReader::read_list(Type type) {
  skip_space();
  const std::size_t start = position_;
  if (!take('[')) return fail_expected(to_string(type));
  std::vector<Value> elements;
  read_sequence(']', [&] { elements.push_back(read_value(type->element)); });
  if (type->length && elements.size() != *type->length) {
    fail_at(start, "expected " + count_of(*type->length, "element") + ", found " +
                       std::to_string(elements.size()));
  }
  return type->kind == TypeKind::map ? Value::map(std::move(elements))
                                     : Value::list(std::move(elements));
}

/// `(value, …)`
Value WaveReader::read_tuple(Type type) {
  skip_space();
  const std::size_t start = position_;
  if (!take('(')) return fail_expected(to_string(type));
  std::vector<Value> values;
  read_sequence(')', [&] {
    if (values.size() < type->fields.size()) {
      values.push_back(read_value(type->fields[values.size()].type));
    } else {
      fail_at(position_, "expected " + count_of(type->fields.size(), "value") + ", found more");
    }
  });
  if (values.size() < type->fields.size()) {
    fail_at(start, "expected " + count_of(type->fields.size(), "value") + ", found " +
                       std::to_string(values.size()));
  }
  return Value::tuple(std::move(values));
}

std::optional<std::size_t> WaveReader::position_of(Type type, std::string_view label) {
  auto& positions = positions_[type];
  if (positions.empty()) {
    std::size_t position = 0;
    for (const Field& field : type->fields) positions.emplace(field.label, position++);
    for (const Case& one : type->cases) positions.emplace(one.label, position++);
  }
  const auto known = positions.find(label);
  if (known == positions.end()) return std::nullopt;
  return known->second;
}

/// `{label: value, …}` in any order, without the options that are none. If that leaves nothing, it
/// is `{:}`.
Value WaveReader::read_record(Type type) {
  skip_space();
  const std::size_t start = position_;
  if (!take('{')) return fail_expected("record");
  std::vector<std::optional<Value>> fields(type->fields.size());
  if (take(':')) {
    expect('}');
  } else {
    read_sequence('}', [&] {
      const Label label = expect_label("a field");
      if (failed()) return;
      const auto position = position_of(type, label.text);
      if (!position) {
        return fail_at(label.offset, "unknown field `" + shortened(label.text) + '`');
      }
      const Field& field = type->fields[*position];
      auto& value = fields[*position];
      if (value) return fail_at(label.offset, "duplicate field `" + field.label + '`');
      expect(':');
      value = read_value(field.type);
    });
  }
  std::vector<Value> values;
  for (std::size_t i = 0; i < fields.size() && !failed(); ++i) {
    const bool may_miss = type->fields[i].type->kind == TypeKind::option;
    if (!fields[i] && !may_miss) fail_at(start, "missing field `" + type->fields[i].label + '`');
    values.push_back(fields[i] ? std::move(*fields[i]) : Value::none());
  }
  return Value::record(std::move(values));
}

/// `{label, …}` in any order.
Value WaveReader::read_flags(Type type) {
  if (!take('{')) return fail_expected("flags");
  std::uint32_t bits = 0;
  read_sequence('}', [&] {
    const Label label = expect_label("a flag");
    if (failed()) return;
    const auto found = std::ranges::find(type->labels, label.text);
    if (found == type->labels.end()) {
      return fail_at(label.offset, "unknown flag `" + shortened(label.text) + '`');
    }
    const auto bit = std::uint32_t{1} << (found - type->labels.begin());
    if ((bits & bit) != 0) {
      return fail_at(label.offset, "duplicate flag `" + shortened(label.text) + '`');
    }
    bits |= bit;
  });
  return Value::flags(bits);
}

/// `label` or `label(value)`
Value WaveReader::read_case(Type type) {
  const bool is_enum = type->kind == TypeKind::enumeration;
  const Label label = expect_label(is_enum ? "an enum case" : "a variant case");
  if (failed()) return {};
  const auto position = position_of(type, label.text);
  if (!position) {
    fail_at(label.offset, "unknown case `" + shortened(label.text) + "` of " + to_string(type));
    return {};
  }
  const Case& one = type->cases[*position];
  if (!label.is_escaped && is_wave_keyword(label.text)) {
    fail_at(label.offset,
            "`" + one.label + "` is a keyword: write the case as `%" + one.label + '`');
    return {};
  }
  auto payload = read_payload(one);
  return Value::of_case(type->kind, static_cast<std::uint32_t>(*position), std::move(payload));
}

/// `(value)` if the case has a payload, and nothing if it has none.
std::optional<Value> WaveReader::read_payload(const Case& of) {
  if (of.type == nullptr) {
    if (peek() == '(') fail_at(position_, "`" + of.label + "` has no payload");
    return std::nullopt;
  }
  expect('(');
  Value payload = read_value(of.type);
  expect(')');
  return payload;
}

/// `some(value)`, `none`, or the value alone where that is no option or result itself.
Value WaveReader::read_option(Type type) {
  if (take_keyword("none")) return Value::none();
  const Case& some = type->cases[1];
  if (take_keyword("some")) {
    auto payload = read_payload(some);
    return payload ? Value::some(std::move(*payload)) : Value::none();
  }
  if (some.type->kind == TypeKind::option || some.type->kind == TypeKind::result) {
    return fail_expected("`some(…)` or `none`");
  }
  return Value::some(read_value(some.type));
}

/// `ok(value)`, `err(value)`, without parentheses if there is no payload, or the value of an `ok`
/// alone where that is no option or result itself.
Value WaveReader::read_result(Type type) {
  for (std::uint32_t index = 0; index < 2; ++index) {
    if (take_keyword(index == 0 ? "ok" : "err")) {
      return Value::of_case(TypeKind::result, index, read_payload(type->cases[index]));
    }
  }
  const Type ok = type->cases[0].type;
  if (ok == nullptr || ok->kind == TypeKind::option || ok->kind == TypeKind::result) {
    return fail_expected("`ok` or `err`");
  }
  return Value::ok(read_value(ok));
}

std::vector<Value> WaveReader::read_arguments(std::span<const Field> parameters) {
  skip_space();
  const std::size_t start = position_;
  std::vector<Value> arguments;
  expect('(');
  read_sequence(')', [&] {
    if (arguments.size() < parameters.size()) {
      const Field& parameter = parameters[arguments.size()];
      arguments.push_back(read_value(parameter.type));
      if (failed() && !parameter.label.empty()) {
        error_->message.insert(0, "argument `" + parameter.label + "`: ");
      }
    } else {
      fail_at(position_, "expected " + count_of(parameters.size(), "argument") + ", found more");
    }
  });
  const std::size_t given = arguments.size();
  while (arguments.size() < parameters.size() && !failed()) {
    if (parameters[arguments.size()].type->kind != TypeKind::option) {
      fail_at(start, "expected " + count_of(parameters.size(), "argument") + ", found " +
                         std::to_string(given) + ": missing `" +
                         parameters[arguments.size()].label + '`');
    }
    arguments.push_back(Value::none());
  }
  return arguments;
}

// ---- The whole

Result<Value> parse_wave(std::string_view text, Type type, const Limits& limits) {
  if (!decoder::text::is_utf8(text)) {
    return fail(ErrorKind::argument, "malformed UTF-8 encoding");
  }
  WaveReader reader(text, 0, limits);
  Value value = reader.read_value(type);
  reader.expect_end();
  if (reader.failed()) return std::unexpected(reader.take_error());
  return value;
}

Result<std::vector<Value>> parse_arguments(const Invocation& invocation, const FunctionType& type,
                                           const Limits& limits) {
  WaveReader reader(invocation.text, invocation.arguments, limits);
  auto arguments = reader.read_arguments(type.parameters);
  reader.expect_end();
  if (reader.failed()) return std::unexpected(reader.take_error());
  return arguments;
}

}  // namespace airlock::canonical_abi
