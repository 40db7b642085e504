#include "decoder/text/encoder.hpp"

namespace airlock::decoder::text {

void Encoder::unsigned_number(std::uint64_t value) {
  do {
    const auto low = static_cast<std::uint8_t>(value & 0x7f);
    value >>= 7;
    byte(value == 0 ? low : low | 0x80);
  } while (value != 0);
}

void Encoder::signed_number(std::int64_t value) {
  for (;;) {
    const auto low = static_cast<std::uint8_t>(value & 0x7f);
    value >>= 7;  // arithmetic: the sign stays
    const bool sign_shows = (low & 0x40) != 0;
    if ((value == 0 && !sign_shows) || (value == -1 && sign_shows)) return byte(low);
    byte(low | 0x80);
  }
}

void Encoder::fixed(std::uint64_t value, unsigned count) {
  for (unsigned i = 0; i < count; ++i) byte(static_cast<std::uint8_t>(value >> (8 * i)));
}

void Encoder::name(std::string_view text) {
  unsigned_number(text.size());
  bytes(text);
}

void Encoder::append(const Encoder& piece) {
  const auto base = static_cast<std::uint32_t>(size());
  bytes(piece.bytes_);
  for (const auto& entry : piece.marks_) marks_.push_back({entry.offset + base, entry.source});
}

void Encoder::append(const Assembled& piece) {
  const auto base = static_cast<std::uint32_t>(size());
  bytes(piece.binary);
  for (const auto& entry : piece.map.entries) {
    marks_.push_back({entry.offset + base, entry.source});
  }
}

void Encoder::sized(const Encoder& piece) {
  unsigned_number(piece.size());
  append(piece);
}

void Encoder::section(std::uint8_t id, const Encoder& contents) {
  byte(id);
  sized(contents);
}

void Encoder::custom(std::string_view section_name, const Encoder& contents) {
  Encoder whole;
  whole.name(section_name);
  whole.append(contents);
  section(0, whole);
}

void Encoder::mark(std::size_t source) {
  const SourceMap::Entry entry{static_cast<std::uint32_t>(size()),
                               static_cast<std::uint32_t>(source)};
  if (!marks_.empty() && marks_.back().offset == entry.offset)
    marks_.back() = entry;
  else
    marks_.push_back(entry);
}

}  // namespace airlock::decoder::text
