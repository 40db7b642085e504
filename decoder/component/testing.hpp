// Small components written down by hand, for the tests of the decoder and validator.
#pragma once

#include <initializer_list>

#include "decoder/component/reader.hpp"
#include "decoder/testing.hpp"

namespace airlock::decoder::component::testing {

using decoder::testing::append;
using decoder::testing::append_u32;
using decoder::testing::bytes;
using decoder::testing::ByteVector;
using decoder::testing::section;
using decoder::testing::share;

/// A component of sections.
inline ByteVector component_of(std::initializer_list<ByteVector> sections) {
  ByteVector result = bytes({0, 'a', 's', 'm', 0x0d, 0, 1, 0});
  for (const auto& section : sections) append(result, section);
  return result;
}

/// `depth` components inside each other, the innermost empty.
inline ByteVector chain_of_components(int depth) {
  ByteVector result = component_of({});
  for (int i = 1; i < depth; ++i) result = component_of({section(4, result)});
  return result;
}

}  // namespace airlock::decoder::component::testing
