// Characters of demangled names.
#pragma once

#include <cstdint>
#include <string>

#include "canonical-abi/wave_reader.hpp"

namespace airlock::cli {

/// Appends a character in UTF-8. @return false if there is no such character
[[nodiscard]] inline bool append_character(std::string& text, std::uint32_t code) {
  const bool is_surrogate = code >= 0xd800 && code < 0xe000;
  if (code >= 0x110000 || is_surrogate) return false;
  canonical_abi::append_utf8(text, code);
  return true;
}

}  // namespace airlock::cli
