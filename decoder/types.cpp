#include "decoder/types.hpp"

#include <string_view>

namespace airlock::decoder {
namespace {

std::string_view abstract_name(HeapKind kind) {
  switch (kind) {
    case HeapKind::func:
      return "func";
    case HeapKind::nofunc:
      return "nofunc";
    case HeapKind::extern_:
      return "extern";
    case HeapKind::noextern:
      return "noextern";
    case HeapKind::any:
      return "any";
    case HeapKind::eq:
      return "eq";
    case HeapKind::i31:
      return "i31";
    case HeapKind::struct_:
      return "struct";
    case HeapKind::array:
      return "array";
    case HeapKind::none:
      return "none";
    case HeapKind::exn:
      return "exn";
    case HeapKind::noexn:
      return "noexn";
    case HeapKind::indexed:
      return "index";
    case HeapKind::bottom:
      return "bottom";
  }
  return "bottom";
}

/// The text format's short form of a nullable reference: `funcref` for `(ref null func)`.
std::string_view shorthand(HeapKind kind) {
  switch (kind) {
    case HeapKind::func:
      return "funcref";
    case HeapKind::nofunc:
      return "nullfuncref";
    case HeapKind::extern_:
      return "externref";
    case HeapKind::noextern:
      return "nullexternref";
    case HeapKind::any:
      return "anyref";
    case HeapKind::eq:
      return "eqref";
    case HeapKind::i31:
      return "i31ref";
    case HeapKind::struct_:
      return "structref";
    case HeapKind::array:
      return "arrayref";
    case HeapKind::none:
      return "nullref";
    case HeapKind::exn:
      return "exnref";
    case HeapKind::noexn:
      return "nullexnref";
    case HeapKind::indexed:
    case HeapKind::bottom:
      return {};
  }
  return {};
}

std::string list(const std::vector<ValueType>& types) {
  std::string text = "[";
  for (const auto& type : types) {
    if (text.size() > 1) text += ' ';
    text += to_string(type);
  }
  return text + ']';
}

}  // namespace

std::string to_string(const HeapType& type) {
  if (type.kind == HeapKind::indexed) {
    const auto index = std::to_string(type.index);
    return type.is_exact ? "(exact " + index + ')' : index;
  }
  return std::string(abstract_name(type.kind));
}

std::string to_string(const ValueType& type) {
  switch (type.kind) {
    case ValueKind::i32:
      return "i32";
    case ValueKind::i64:
      return "i64";
    case ValueKind::f32:
      return "f32";
    case ValueKind::f64:
      return "f64";
    case ValueKind::v128:
      return "v128";
    case ValueKind::i8:
      return "i8";
    case ValueKind::i16:
      return "i16";
    case ValueKind::bottom:
      return "bottom";
    case ValueKind::reference:
      break;
  }
  if (type.nullable && !shorthand(type.heap.kind).empty())
    return std::string(shorthand(type.heap.kind));
  return (type.nullable ? "(ref null " : "(ref ") + to_string(type.heap) + ')';
}

std::string to_string(const FunctionType& type) {
  return list(type.parameters) + " -> " + list(type.results);
}

}  // namespace airlock::decoder
