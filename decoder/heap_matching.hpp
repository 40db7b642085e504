// Matching of abstract heap types (specification: Validation, Matching, Heap Types).
#pragma once

#include "decoder/types.hpp"

namespace airlock::decoder {

/// Whether an abstract heap type is a subtype of another, or the same.
[[nodiscard]] constexpr bool abstract_matches(HeapKind sub, HeapKind super) {
  if (sub == super || sub == HeapKind::bottom) return true;
  switch (super) {
    case HeapKind::any:
      return sub == HeapKind::eq || sub == HeapKind::i31 || sub == HeapKind::struct_ ||
             sub == HeapKind::array || sub == HeapKind::none;
    case HeapKind::eq:
      return sub == HeapKind::i31 || sub == HeapKind::struct_ || sub == HeapKind::array ||
             sub == HeapKind::none;
    case HeapKind::i31:
    case HeapKind::struct_:
    case HeapKind::array:
      return sub == HeapKind::none;
    case HeapKind::func:
      return sub == HeapKind::nofunc;
    case HeapKind::extern_:
      return sub == HeapKind::noextern;
    case HeapKind::exn:
      return sub == HeapKind::noexn;
    default:
      return false;
  }
}

}  // namespace airlock::decoder
