// Writing WAVE.
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "canonical-abi/unicode.hpp"
#include "canonical-abi/wave.hpp"
#include "canonical-abi/wave_reader.hpp"
#include "decoder/printable.hpp"

namespace airlock::canonical_abi {

namespace {

/// The shortest decimal digits that give the number back, without an exponent.
template <typename T>
std::string float_text(T value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  std::array<char, 64> buffer{};
  const auto written = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                     std::chars_format::scientific);
  std::string_view scientific(buffer.data(), written.ptr);  // -d.ddde±dd
  const bool is_negative = scientific.starts_with('-');
  if (is_negative) scientific.remove_prefix(1);
  const std::size_t mark = scientific.find('e');
  std::string digits(1, scientific[0]);
  if (mark > 2) digits += scientific.substr(2, mark - 2);
  const std::size_t sign = mark + 1;  // from_chars takes no plus
  const bool has_plus = scientific[sign] == '+';
  int exponent = 0;
  std::from_chars(scientific.data() + sign + (has_plus ? 1 : 0),
                  scientific.data() + scientific.size(), exponent);

  std::string text;
  const auto count = static_cast<int>(digits.size());
  if (exponent < 0) {
    text = "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
  } else if (exponent >= count - 1) {
    text = digits + std::string(static_cast<std::size_t>(exponent - count + 1), '0');
  } else {
    text = digits;
    text.insert(static_cast<std::size_t>(exponent) + 1, 1, '.');
  }
  return is_negative ? '-' + text : text;
}

class Writer {
 public:
  void write(const Value& value, Type type);
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  void write_character(char32_t code, std::string_view utf8);
  void write_text(std::string_view text, char quote);
  void write_record(const Value& value, Type type);
  void write_flags(const Value& value, Type type);
  void write_case(const Value& value, Type type);
  template <typename Write>
  void write_sequence(char open, std::size_t count, char close, Write write_item);

  std::string out_;
};

template <typename Write>
void Writer::write_sequence(char open, std::size_t count, char close, Write write_item) {
  out_ += open;
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) out_ += ", ";
    write_item(i);
  }
  out_ += close;
}

void Writer::write(const Value& value, Type type) {
  if (!value.is(type->kind)) {
    out_ += '<' + std::string(to_string(value.kind())) + '>';  // the caller has mixed up types
    return;
  }
  switch (type->kind) {
    case TypeKind::boolean:
      out_ += value.as_bool() ? "true" : "false";
      return;
    case TypeKind::s8:
    case TypeKind::s16:
    case TypeKind::s32:
    case TypeKind::s64:
      out_ += std::to_string(value.as_s64());
      return;
    case TypeKind::u8:
    case TypeKind::u16:
    case TypeKind::u32:
    case TypeKind::u64:
      out_ += std::to_string(value.as_u64());
      return;
    case TypeKind::f32:
      out_ += float_text(value.as_f32());
      return;
    case TypeKind::f64:
      out_ += float_text(value.as_f64());
      return;
    case TypeKind::character: {
      std::string text;
      append_utf8(text, value.as_char());
      return write_text(text, '\'');
    }
    case TypeKind::string:
      return write_text(value.as_string(), '"');
    case TypeKind::list:
    case TypeKind::map:
      return write_sequence('[', value.size(), ']', [&](std::size_t i) {
        if (value.is_packed()) {
          write(value.at(i), type->element);
        } else {
          write(value[i], type->element);
        }
      });
    case TypeKind::tuple:
      return write_sequence('(', type->fields.size(), ')',
                            [&](std::size_t i) { write(value[i], type->fields[i].type); });
    case TypeKind::record:
      return write_record(value, type);
    case TypeKind::flags:
      return write_flags(value, type);
    case TypeKind::variant:
    case TypeKind::enumeration:
    case TypeKind::option:
    case TypeKind::result:
      return write_case(value, type);
    case TypeKind::own:
    case TypeKind::borrow:
      out_ += to_string(type) + '(' + std::to_string(value.rep()) + ')';
      return;
    case TypeKind::stream:
    case TypeKind::future:
    case TypeKind::error_context:
      out_ += to_string(type) + "(…)";
      return;
  }
}

void Writer::write_character(char32_t code, std::string_view utf8) {
  switch (code) {
    case '\t':
      out_ += "\\t";
      return;
    case '\n':
      out_ += "\\n";
      return;
    case '\r':
      out_ += "\\r";
      return;
    case '\\':
    case '\'':
    case '"':
      out_ += '\\';
      break;
    default:
      break;
  }
  if (!needs_escape(code)) {
    out_ += utf8;
    return;
  }
  std::array<char, 12> escape{};
  std::snprintf(escape.data(), escape.size(), "\\u{%x}", static_cast<unsigned>(code));
  out_ += escape.data();
}

void Writer::write_text(std::string_view text, char quote) {
  out_ += quote;
  CodePoints points(CodePoints::Encoding::utf8, std::as_bytes(std::span(text)));
  while (!points.done()) {
    const std::size_t start = points.position();
    const char32_t code = points.next();
    write_character(code, text.substr(start, points.position() - start));
  }
  out_ += quote;
}

void Writer::write_record(const Value& value, Type type) {
  out_ += '{';
  bool is_first = true;
  for (std::size_t i = 0; i < type->fields.size(); ++i) {
    const Field& field = type->fields[i];
    if (field.type->kind == TypeKind::option && !value[i].is_some()) continue;
    if (!is_first) out_ += ", ";
    is_first = false;
    out_ += field.label + ": ";
    write(value[i], field.type);
  }
  out_ += is_first ? ":}" : "}";
}

void Writer::write_flags(const Value& value, Type type) {
  out_ += '{';
  bool is_first = true;
  for (std::size_t i = 0; i < type->labels.size(); ++i) {
    if ((value.bits() >> i & 1) == 0) continue;
    if (!is_first) out_ += ", ";
    is_first = false;
    out_ += type->labels[i];
  }
  out_ += '}';
}

void Writer::write_case(const Value& value, Type type) {
  if (value.case_index() >= type->cases.size()) {
    out_ += "<no such case>";
    return;
  }
  const Case& of = type->cases[value.case_index()];
  // The cases of options and results are the keywords themselves.
  if (type->kind == TypeKind::result) {
    out_ += value.is_error() ? "err" : "ok";
  } else if (type->kind == TypeKind::option) {
    out_ += value.is_some() ? "some" : "none";
  } else {
    if (is_wave_keyword(of.label)) out_ += '%';
    out_ += of.label;
  }
  if (of.type == nullptr || value.payload() == nullptr) return;
  out_ += '(';
  write(*value.payload(), of.type);
  out_ += ')';
}

}  // namespace

std::string to_wave(const Value& value, Type type) {
  Writer writer;
  writer.write(value, type);
  return writer.take();
}

}  // namespace airlock::canonical_abi
