// Numeric literals (specification: Text Format, Values).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace airlock::decoder::text {

/// Whether a word has the form of an integer literal: `-12`, `0x_`-free, digits separated by single
/// underscores.
[[nodiscard]] bool is_integer_literal(std::string_view text);

/// Whether a word has the form of a floating-point literal that is not an integer literal: `1.5`,
/// `1e3`, `0x1p-4`, `inf`, `-nan:0x400`.
[[nodiscard]] bool is_float_literal(std::string_view text);

/// The functions below take a word of one of these forms. They return nothing if it has another
/// form than required (a sign on an unsigned number) or its value is out of range.

/// `uN`: no sign, below 2^bits. 1 ≤ bits ≤ 64
[[nodiscard]] std::optional<std::uint64_t> parse_unsigned(std::string_view text, unsigned bits);

/// `sN`: from -2^(bits-1) to 2^(bits-1) - 1.
[[nodiscard]] std::optional<std::int64_t> parse_signed(std::string_view text, unsigned bits);

/// `iN`: the union of both ranges, as the low `bits` bits of the two's complement.
[[nodiscard]] std::optional<std::uint64_t> parse_integer(std::string_view text, unsigned bits);

/// The bits of an `f32` or `f64` literal, rounded to nearest, ties to even. Integer literals are
/// float literals too. Out of range are values that round to infinity, and NaN payloads that are
/// zero or too wide.
[[nodiscard]] std::optional<std::uint32_t> parse_f32(std::string_view text);
[[nodiscard]] std::optional<std::uint64_t> parse_f64(std::string_view text);

}  // namespace airlock::decoder::text
