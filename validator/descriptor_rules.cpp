#include "validator/descriptor_rules.hpp"

namespace airlock::validator {

using decoder::CompositeKind;
using decoder::SubType;

namespace {

std::string check_described(std::span<const SubType> types, std::uint32_t index,
                            std::uint32_t first, std::uint32_t count) {
  const auto described = *types[index].described;
  if (described - first >= count) return "described type is outside rec group";
  if (types[described].descriptor != index) return "described type is not described by descriptor";
  // The order excludes cycles in the chain of descriptors.
  return described < index ? "" : "forward use of described type";
}

std::string check_descriptor(std::span<const SubType> types, std::uint32_t index,
                             std::uint32_t first, std::uint32_t count) {
  const auto descriptor = *types[index].descriptor;
  if (descriptor - first >= count) return "descriptor type is outside rec group";
  return types[descriptor].described == index ? "" : "type is not described by its descriptor";
}

}  // namespace

std::string needs_custom_descriptors(std::string_view what) {
  return std::string(what) + " needs the feature custom-descriptors, which is turned off";
}

std::string check_descriptors(std::span<const SubType> types, std::uint32_t first,
                              std::uint32_t count) {
  for (std::uint32_t i = first; i - first < count; ++i) {
    const auto& type = types[i];
    std::string message;
    if (type.described) message = check_described(types, i, first, count);
    if (message.empty() && type.descriptor) message = check_descriptor(types, i, first, count);
    if (!message.empty()) return message;
  }
  for (const auto& type : types.subspan(first, count)) {
    if (type.composite.kind == CompositeKind::structure) continue;
    if (type.descriptor) return "descriptor type must be a struct";
    if (type.described) return "described type must be a struct";
  }
  for (const auto& type : types.subspan(first, count))
    if (type.descriptor && type.is_final != types[*type.descriptor].is_final)
      return "descriptor and described types have mismatched finality";
  return {};
}

std::string check_descriptor_subtyping(const TypeRelations& relations,
                                       std::span<const SubType> types, std::uint32_t sub,
                                       std::uint32_t super) {
  const auto& below = types[sub];
  const auto& above = types[super];
  // A descriptor and what it describes may have layouts of their own, so all types above and below
  // them are so as well.
  if (below.described.has_value() != above.described.has_value() ||
      below.descriptor.has_value() != above.descriptor.has_value())
    return "sub type " + std::to_string(sub) + " does not match super type " +
           std::to_string(super);
  const auto mismatch = [&](std::string_view what, std::uint32_t one, std::uint32_t other) {
    if (relations.is_subtype(one, other)) return std::string{};
    return std::string(what) + " type " + std::to_string(one) + " does not match " +
           std::to_string(other);
  };
  std::string message;
  if (below.described) message = mismatch("described", *below.described, *above.described);
  if (message.empty() && below.descriptor)
    message = mismatch("descriptor", *below.descriptor, *above.descriptor);
  return message;
}

}  // namespace airlock::validator
