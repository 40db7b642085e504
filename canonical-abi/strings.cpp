// Strings on their way between encodings (Canonical ABI: `load_string_from_range`,
// `store_string_into_range` and the functions it chooses from). Which `realloc` calls a guest sees
// is part of the specification, so each way follows `definitions.py` step by step.
#include <algorithm>
#include <cstring>

#include "canonical-abi/transfer.hpp"

namespace airlock::canonical_abi {

using Encoding = CodePoints::Encoding;

namespace {

constexpr std::uint64_t max_string_byte_length = (std::uint64_t{1} << 28) - 1;

/// How many of the first characters of a text are below 0x100, one byte in Latin-1.
std::uint64_t latin1_prefix(CodePoints text, std::byte* out) {
  std::uint64_t count = 0;
  while (!text.done()) {
    const char32_t code = text.next();
    if (code > 0xff) return count;
    if (out) out[count] = static_cast<std::byte>(code);
    count += 1;
  }
  return count;
}

bool is_latin1(CodePoints text) {
  while (!text.done()) {
    if (text.next() > 0xff) return false;
  }
  return true;
}

}  // namespace

/// Checks that a guest's string lies inside its memory and is well-formed.
bool Transfer::find_source_text(const Range& range, Text& text) {
  std::uint64_t code_units = range.length;
  switch (from_.opts->string_encoding) {
    case StringEncoding::utf8:
      text.encoding = Encoding::utf8;
      break;
    case StringEncoding::utf16:
      text.encoding = Encoding::utf16;
      break;
    case StringEncoding::latin1_utf16: {
      const std::uint64_t tag = utf16_tag(from_);
      text.is_latin1_utf16 = true;
      text.encoding = code_units & tag ? Encoding::utf16 : Encoding::latin1;
      code_units &= ~tag;
      break;
    }
  }
  const char* out_of_bounds =
      to_.opts ? "string content out-of-bounds" : "string pointer/length out of bounds of memory";
  const std::uint64_t unit_size = text.encoding == Encoding::utf16 ? 2 : 1;
  if (code_units > max_string_byte_length / unit_size) return fail(out_of_bounds);
  const std::uint64_t bytes = code_units * unit_size;
  const bool is_aligned =
      from_.opts->string_encoding == StringEncoding::utf8 || range.pointer % 2 == 0;
  if (!is_aligned) return fail("unaligned pointer");
  if (!from_.opts->memory || !from_.opts->memory->contains(range.pointer, bytes)) {
    return fail(out_of_bounds);
  }
  text.bytes = {from_.opts->memory->base + range.pointer, bytes};
  if (!charge(bytes)) return false;
  std::string error;
  if (text.encoding == Encoding::utf8) error = find_utf8_error(text.bytes);
  if (text.encoding == Encoding::utf16) error = find_utf16_error(text.bytes);
  return error.empty() || fail(std::move(error));
}

/// Into a host string, which is UTF-8.
bool Transfer::lift_text(const Text& text, Value& value) {
  if (!charge_host(text.bytes.size())) return false;
  if (text.encoding == Encoding::utf8) {
    value = Value::string(
        std::string(reinterpret_cast<const char*>(text.bytes.data()), text.bytes.size()));
    return true;
  }
  std::string converted(text.code_units() * 3, '\0');
  const std::size_t size =
      encode_utf8(text.code_points(), std::as_writable_bytes(std::span(converted)));
  converted.resize(size);
  value = Value::string(std::move(converted));
  return true;
}

/// `store_string_into_range`: chooses the way from one encoding to the other.
bool Transfer::lower_text(const Text& text, Range& range) {
  if (!charge(3 * text.bytes.size())) return false;
  switch (to_.opts->string_encoding) {
    case StringEncoding::utf8:
      if (text.encoding == Encoding::utf8) return copy_text(text, text.bytes.size(), 1, range);
      return lower_to_utf8(text, range);
    case StringEncoding::utf16:
      if (text.encoding == Encoding::utf8) return lower_to_utf16(text, range);
      return copy_text(text, 2 * text.code_units(), 2, range);
    case StringEncoding::latin1_utf16:
      if (!text.is_latin1_utf16) return lower_to_latin1_or_utf16(text, range);
      if (text.encoding == Encoding::latin1) return copy_text(text, text.bytes.size(), 2, range);
      return lower_probably_utf16(text, range);
  }
  return false;
}

/// `store_string_copy`: the length in code units stays; Latin-1 may be inflated to UTF-16.
bool Transfer::copy_text(const Text& text, std::uint64_t bytes, std::uint32_t alignment,
                         Range& range) {
  if (!reallocate(0, 0, alignment, bytes, "string", range.pointer)) return false;
  range.length = text.code_units();
  std::byte* out = to_memory(range.pointer);
  if (bytes == text.bytes.size()) {
    if (bytes != 0) std::memmove(out, text.bytes.data(), bytes);
  } else {
    encode_utf16(text.code_points(), {out, bytes});
  }
  return true;
}

/// `store_string_to_utf8`: assumes ASCII first, and makes room for the worst case if that is wrong.
bool Transfer::lower_to_utf8(const Text& text, Range& range) {
  const std::uint64_t units = text.code_units();
  if (!reallocate(0, 0, 1, units, "string", range.pointer)) return false;
  std::byte* out = to_memory(range.pointer);
  CodePoints code_points = text.code_points();
  std::uint64_t ascii = 0;
  for (CodePoints ahead = code_points; !ahead.done() && ascii < units; code_points = ahead) {
    const char32_t code = ahead.next();
    if (code > 0x7f) break;
    out[ascii++] = static_cast<std::byte>(code);
  }
  range.length = units;
  if (code_points.done()) return true;

  const std::uint64_t worst = units * (text.encoding == Encoding::utf16 ? 3 : 2);
  if (!reallocate(range.pointer, units, 1, worst, "string", range.pointer)) return false;
  out = to_memory(range.pointer);
  range.length = ascii + encode_utf8(code_points, {out + ascii, worst - ascii});
  if (range.length == worst) return true;
  return reallocate(range.pointer, worst, 1, range.length, "string", range.pointer);
}

/// `store_utf8_to_utf16`
bool Transfer::lower_to_utf16(const Text& text, Range& range) {
  const std::uint64_t worst = 2 * text.code_units();
  if (!reallocate(0, 0, 2, worst, "string", range.pointer)) return false;
  const std::uint64_t size = encode_utf16(text.code_points(), {to_memory(range.pointer), worst});
  range.length = size / 2;
  if (size == worst) return true;
  return reallocate(range.pointer, worst, 2, size, "string", range.pointer);
}

/// `store_string_to_latin1_or_utf16`: assumes Latin-1 first.
bool Transfer::lower_to_latin1_or_utf16(const Text& text, Range& range) {
  const std::uint64_t units = text.code_units();
  if (!reallocate(0, 0, 2, units, "string", range.pointer)) return false;
  const bool fits = is_latin1(text.code_points());
  const std::uint64_t narrow = std::min(latin1_prefix(text.code_points(), nullptr), units);
  std::byte* out = to_memory(range.pointer);
  CodePoints code_points = text.code_points();
  for (std::uint64_t i = 0; i < narrow; ++i) out[i] = static_cast<std::byte>(code_points.next());
  if (!fits) return widen_to_utf16(text, narrow, range);
  range.length = narrow;
  if (narrow == units) return true;
  return reallocate(range.pointer, units, 2, narrow, "string", range.pointer);
}

/// The rest of it, once a character beyond Latin-1 has been met after `narrow` others.
bool Transfer::widen_to_utf16(const Text& text, std::uint64_t narrow, Range& range) {
  const std::uint64_t units = text.code_units();
  const std::uint64_t worst = 2 * units;
  if (!reallocate(range.pointer, units, 2, worst, "string", range.pointer)) return false;
  std::byte* out = to_memory(range.pointer);
  for (std::uint64_t i = narrow; i-- > 0;) {
    out[2 * i] = out[i];
    out[2 * i + 1] = std::byte{0};
  }
  CodePoints code_points = text.code_points();
  for (std::uint64_t i = 0; i < narrow; ++i) code_points.next();
  const std::uint64_t size =
      2 * narrow + encode_utf16(code_points, {out + 2 * narrow, worst - 2 * narrow});
  range.length = size / 2 | utf16_tag(to_);
  if (size == worst) return true;
  return reallocate(range.pointer, worst, 2, size, "string", range.pointer);
}

/// `store_probably_utf16_to_latin1_or_utf16`: assumes UTF-16, and deflates if that was not
/// needed.
bool Transfer::lower_probably_utf16(const Text& text, Range& range) {
  const std::uint64_t bytes = text.bytes.size();
  if (!reallocate(0, 0, 2, bytes, "string", range.pointer)) return false;
  std::byte* out = to_memory(range.pointer);
  if (bytes != 0) std::memmove(out, text.bytes.data(), bytes);
  if (!is_latin1({Encoding::utf16, {out, bytes}})) {
    range.length = bytes / 2 | utf16_tag(to_);
    return true;
  }
  range.length = bytes / 2;
  for (std::uint64_t i = 0; i < range.length; ++i) out[i] = out[2 * i];
  return reallocate(range.pointer, bytes, 1, range.length, "string", range.pointer);
}

}  // namespace airlock::canonical_abi
