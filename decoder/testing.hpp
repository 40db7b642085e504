// Shared by the tests of decoder and validator: small binaries written by hand.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <string_view>
#include <vector>

#include "decoder/reader.hpp"

namespace airlock::decoder::testing {

using ByteVector = std::vector<std::byte>;

/// Bytes of a literal; write it with the `s` suffix of string_view if it contains zeros.
inline ByteVector bytes(std::string_view text) {
  ByteVector result;
  for (const char c : text) result.push_back(static_cast<std::byte>(c));
  return result;
}

inline ByteVector bytes(std::initializer_list<int> values) {
  ByteVector result;
  for (const int value : values) result.push_back(static_cast<std::byte>(value));
  return result;
}

inline void append(ByteVector& to, const ByteVector& more) {
  to.insert(to.end(), more.begin(), more.end());
}

inline void append_u32(ByteVector& to, std::uint32_t value) {
  for (; value >= 0x80; value >>= 7) to.push_back(static_cast<std::byte>(value | 0x80));
  to.push_back(static_cast<std::byte>(value));
}

/// A section with its size.
inline ByteVector section(int id, const ByteVector& contents) {
  ByteVector result = bytes({id});
  append_u32(result, static_cast<std::uint32_t>(contents.size()));
  append(result, contents);
  return result;
}
inline ByteVector section(int id, std::initializer_list<int> contents) {
  return section(id, bytes(contents));
}

/// A core module of sections.
inline ByteVector module_of(std::initializer_list<ByteVector> sections) {
  ByteVector result = bytes({0, 'a', 's', 'm', 1, 0, 0, 0});
  for (const auto& section : sections) append(result, section);
  return result;
}

/// A module with one function of type `[] -> []` and the given body (without locals).
inline ByteVector module_with_body(const ByteVector& body) {
  ByteVector function = bytes({0});  // no locals
  append(function, body);
  ByteVector code = bytes({1});
  append_u32(code, static_cast<std::uint32_t>(function.size()));
  append(code, function);
  return module_of({section(1, {1, 0x60, 0, 0}), section(3, {1, 0}), section(10, code)});
}

inline SharedBytes share(ByteVector bytes) {
  return std::make_shared<const ByteVector>(std::move(bytes));
}

}  // namespace airlock::decoder::testing
