#include "decoder/component/component.hpp"

namespace airlock::decoder::component {

std::string_view to_string(PrimValType type) {
  switch (type) {
    case PrimValType::bool_:
      return "bool";
    case PrimValType::s8:
      return "s8";
    case PrimValType::u8:
      return "u8";
    case PrimValType::s16:
      return "s16";
    case PrimValType::u16:
      return "u16";
    case PrimValType::s32:
      return "s32";
    case PrimValType::u32:
      return "u32";
    case PrimValType::s64:
      return "s64";
    case PrimValType::u64:
      return "u64";
    case PrimValType::f32:
      return "f32";
    case PrimValType::f64:
      return "f64";
    case PrimValType::char_:
      return "char";
    case PrimValType::string:
      return "string";
    case PrimValType::error_context:
      return "error-context";
  }
  return {};
}

std::string_view ComponentNames::find(Sort sort, std::uint32_t index) const {
  const auto names = definitions.find(sort);
  if (names == definitions.end()) return {};
  const auto name = names->second.find(index);
  return name == names->second.end() ? std::string_view() : std::string_view(name->second);
}

}  // namespace airlock::decoder::component
