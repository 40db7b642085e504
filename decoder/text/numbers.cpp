#include "decoder/text/numbers.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <string>

namespace airlock::decoder::text {
namespace {

constexpr bool is_digit(char c, bool hexadecimal) {
  if (c >= '0' && c <= '9') return true;
  return hexadecimal && ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'));
}

constexpr unsigned digit_value(char c) {
  return static_cast<unsigned>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
}

/// Removes a sign from the front. @return whether it was a minus
bool take_sign(std::string_view& text) {
  if (text.empty() || (text[0] != '+' && text[0] != '-')) return false;
  const bool negative = text[0] == '-';
  text.remove_prefix(1);
  return negative;
}

bool take_hexadecimal_prefix(std::string_view& text) {
  if (!text.starts_with("0x")) return false;
  text.remove_prefix(2);
  return true;
}

/// Removes a `num` or `hexnum` from the front: digits separated by single underscores.
/// @return whether there was at least one digit
bool take_digits(std::string_view& text, bool hexadecimal) {
  if (text.empty() || !is_digit(text[0], hexadecimal)) return false;
  std::size_t i = 1;
  while (i < text.size()) {
    if (text[i] == '_' && i + 1 < text.size() && is_digit(text[i + 1], hexadecimal)) ++i;
    if (!is_digit(text[i], hexadecimal)) break;
    ++i;
  }
  text.remove_prefix(i);
  return true;
}

/// The value of digits without sign, if it fits 64 bits.
std::optional<std::uint64_t> parse_magnitude(std::string_view text) {
  const bool hexadecimal = take_hexadecimal_prefix(text);
  const std::uint64_t base = hexadecimal ? 16 : 10;
  std::uint64_t value = 0;
  for (const char c : text) {
    if (c == '_') continue;
    const auto digit = digit_value(c);
    if (value > (UINT64_MAX - digit) / base) return std::nullopt;
    value = value * base + digit;
  }
  return value;
}

bool has_sign(std::string_view text) { return text.starts_with('+') || text.starts_with('-'); }

/// The layout of an IEEE 754 interchange format.
struct Format {
  int mantissa_bits;  ///< stored ones
  int exponent_bits;
  constexpr int bias() const { return (1 << (exponent_bits - 1)) - 1; }
  constexpr std::uint64_t infinity() const {
    return ((std::uint64_t{1} << exponent_bits) - 1) << mantissa_bits;
  }
  constexpr std::uint64_t sign() const {
    return std::uint64_t{1} << (mantissa_bits + exponent_bits);
  }
};
constexpr Format binary32{23, 8};
constexpr Format binary64{52, 11};

/// The exponent after `p` or `e`, clamped. The bounds are far outside the range of all formats,
/// even if the literal is as long as possible.
std::int64_t parse_exponent(std::string_view text) {
  constexpr std::int64_t bound = std::int64_t{1} << 40;
  const bool negative = take_sign(text);
  std::int64_t value = 0;
  for (const char c : text)
    if (c != '_') value = std::min(bound, value * 10 + digit_value(c));
  return negative ? -value : value;
}

/// Rounds `significand` × 2^`exponent` (plus something smaller than one unit if `sticky`) to the
/// nearest value of a format, ties to even. Returns nothing if it rounds to infinity.
std::optional<std::uint64_t> round_to(const Format& format, std::uint64_t significand,
                                      std::int64_t exponent, bool sticky) {
  if (significand == 0) return 0;
  const auto shift = std::countl_zero(significand);
  significand <<= shift;
  exponent -= shift;
  // The value is now 1.xxx × 2^(exponent + 63).
  std::int64_t biased = exponent + 63 + format.bias();
  if (biased >= (1 << format.exponent_bits) - 1) return std::nullopt;
  std::int64_t dropped = 63 - format.mantissa_bits;
  if (biased < 1) {  // subnormal: the leading one moves into the mantissa
    dropped += 1 - biased;
    biased = 1;
  }
  if (dropped > 64) return 0;
  std::uint64_t kept = dropped == 64 ? 0 : significand >> dropped;
  const auto half = std::uint64_t{1} << (dropped - 1);
  const auto rest = dropped == 64 ? significand : significand & ((half << 1) - 1);
  if (rest > half || (rest == half && (sticky || (kept & 1) != 0))) ++kept;
  // The exponent is added to a mantissa that still has its leading one. So a carry from rounding
  // increments the exponent, also from subnormal to normal.
  const auto bits = kept + (static_cast<std::uint64_t>(biased - 1) << format.mantissa_bits);
  if (bits >= format.infinity()) return std::nullopt;
  return bits;
}

/// A hexadecimal float, without sign and prefix.
std::optional<std::uint64_t> parse_hexadecimal_float(std::string_view text, const Format& format) {
  std::uint64_t significand = 0;
  std::int64_t exponent = 0;
  bool sticky = false, in_fraction = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '_') continue;
    if (c == '.') {
      in_fraction = true;
    } else if (c == 'p' || c == 'P') {
      exponent += parse_exponent(text.substr(i + 1));
      break;
    } else if (significand >> 60 == 0) {
      significand = significand * 16 + digit_value(c);
      if (in_fraction) exponent -= 4;
    } else {
      sticky = sticky || c != '0';
      if (!in_fraction) exponent += 4;
    }
  }
  return round_to(format, significand, exponent, sticky);
}

/// Whether a decimal float that is out of range is too large (not too small).
bool is_large(std::string_view text) {
  std::int64_t magnitude = 0;  // decimal places before the point, from the first nonzero digit on
  bool in_fraction = false, seen_nonzero = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '.') {
      in_fraction = true;
    } else if (c == 'e' || c == 'E') {
      magnitude += parse_exponent(text.substr(i + 1));
      break;
    } else {
      seen_nonzero = seen_nonzero || c != '0';
      if (!in_fraction && seen_nonzero) ++magnitude;
      if (in_fraction && !seen_nonzero) --magnitude;
    }
  }
  return magnitude > 0;
}

/// A decimal float, without sign.
template <typename Float, typename Bits>
std::optional<std::uint64_t> parse_decimal_float(std::string_view text, const Format& format) {
  std::string plain;
  std::ranges::copy_if(text, std::back_inserter(plain), [](char c) { return c != '_'; });
  // `from_chars` accepts a plus sign in the exponent, but not at the beginning.
  Float value = 0;
  const auto result = std::from_chars(plain.data(), plain.data() + plain.size(), value);
  if (result.ec == std::errc::result_out_of_range) {
    if (is_large(plain)) return std::nullopt;
    return 0;
  }
  const std::uint64_t bits = std::bit_cast<Bits>(value);
  if (bits >= format.infinity()) return std::nullopt;
  return bits;
}

template <typename Float, typename Bits>
std::optional<Bits> parse_float(std::string_view text, const Format& format) {
  const auto sign = take_sign(text) ? format.sign() : 0;
  const auto with_sign = [&](std::optional<std::uint64_t> bits) -> std::optional<Bits> {
    if (!bits) return std::nullopt;
    return static_cast<Bits>(*bits | sign);
  };
  if (text == "inf") return with_sign(format.infinity());
  const auto quiet = std::uint64_t{1} << (format.mantissa_bits - 1);
  if (text == "nan") return with_sign(format.infinity() | quiet);
  if (text.starts_with("nan:")) {
    const auto payload = parse_magnitude(text.substr(4));
    if (!payload || *payload == 0 || *payload >> format.mantissa_bits != 0) return std::nullopt;
    return with_sign(format.infinity() | *payload);
  }
  if (take_hexadecimal_prefix(text)) return with_sign(parse_hexadecimal_float(text, format));
  return with_sign(parse_decimal_float<Float, Bits>(text, format));
}

}  // namespace

bool is_integer_literal(std::string_view text) {
  take_sign(text);
  const bool hexadecimal = take_hexadecimal_prefix(text);
  return take_digits(text, hexadecimal) && text.empty();
}

bool is_float_literal(std::string_view text) {
  take_sign(text);
  if (text == "inf" || text == "nan") return true;
  if (text.starts_with("nan:0x")) {
    text.remove_prefix(6);
    return take_digits(text, true) && text.empty();
  }
  const bool hexadecimal = take_hexadecimal_prefix(text);
  if (!take_digits(text, hexadecimal)) return false;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    take_digits(text, hexadecimal);
  }
  if (text.empty()) return true;
  const char exponent = hexadecimal ? 'p' : 'e';
  if ((text[0] | 0x20) != exponent) return false;
  text.remove_prefix(1);
  take_sign(text);
  return take_digits(text, false) && text.empty();
}

std::optional<std::uint64_t> parse_unsigned(std::string_view text, unsigned bits) {
  if (has_sign(text) || !is_integer_literal(text)) return std::nullopt;
  const auto value = parse_magnitude(text);
  if (!value || (bits < 64 && *value >> bits != 0)) return std::nullopt;
  return value;
}

std::optional<std::int64_t> parse_signed(std::string_view text, unsigned bits) {
  if (!is_integer_literal(text)) return std::nullopt;
  const bool negative = take_sign(text);
  const auto value = parse_magnitude(text);
  const auto bound = std::uint64_t{1} << (bits - 1);
  if (!value || *value > bound || (!negative && *value == bound)) return std::nullopt;
  return static_cast<std::int64_t>(negative ? 0 - *value : *value);
}

std::optional<std::uint64_t> parse_integer(std::string_view text, unsigned bits) {
  if (const auto value = parse_signed(text, bits)) {
    const auto mask = bits < 64 ? (std::uint64_t{1} << bits) - 1 : UINT64_MAX;
    return static_cast<std::uint64_t>(*value) & mask;
  }
  if (text.starts_with('+')) text.remove_prefix(1);
  return parse_unsigned(text, bits);
}

std::optional<std::uint32_t> parse_f32(std::string_view text) {
  if (!is_integer_literal(text) && !is_float_literal(text)) return std::nullopt;
  return parse_float<float, std::uint32_t>(text, binary32);
}

std::optional<std::uint64_t> parse_f64(std::string_view text) {
  if (!is_integer_literal(text) && !is_float_literal(text)) return std::nullopt;
  return parse_float<double, std::uint64_t>(text, binary64);
}

}  // namespace airlock::decoder::text
