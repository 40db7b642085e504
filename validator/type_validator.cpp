#include "validator/type_validator.hpp"

#include "validator/descriptor_rules.hpp"

namespace airlock::validator {

using decoder::CompositeKind;
using decoder::HeapKind;
using decoder::ValueType;

namespace {

std::string check_bounds(const decoder::SizeLimits& limits, std::uint64_t highest,
                         std::string_view message) {
  if (limits.minimum > highest || limits.maximum.value_or(0) > highest) return std::string(message);
  if (limits.maximum && *limits.maximum < limits.minimum)
    return "size minimum must not be greater than maximum";
  return {};
}

}  // namespace

Result<void> TypeValidator::validate() {
  depths_.reserve(module_.types.size());
  for (const auto& group : module_.groups) {
    const std::size_t end = std::size_t{group.first} + group.count;
    std::string message;
    for (std::size_t i = group.first; i < end && message.empty(); ++i)
      message = check_indices(static_cast<std::uint32_t>(i), end);
    if (message.empty()) message = check_descriptors(module_.types, group.first, group.count);
    if (message.empty()) relations_.add_group(group);
    // Compute all depths first: they bound the chains of supertypes that matching follows.
    for (std::size_t i = group.first; i < end && message.empty(); ++i)
      message = check_depth(static_cast<std::uint32_t>(i));
    for (std::size_t i = group.first; i < end && message.empty(); ++i)
      message = check_supertype(static_cast<std::uint32_t>(i));
    if (!message.empty()) return fail_at(ErrorKind::invalid, group.offset, std::move(message));
  }
  return {};
}

std::string TypeValidator::check_indices(const ValueType& type, std::size_t end) const {
  if (!type.is_reference() || type.heap.kind != HeapKind::indexed) return {};
  if (type.heap.is_exact && !limits_.features.custom_descriptors)
    return needs_custom_descriptors(to_string(type));
  if (type.heap.index < end) return {};
  return "unknown type " + std::to_string(type.heap.index);
}

/// Type indices must be inside the group or before it. A supertype must come before its subtypes.
/// This is checked first, because otherwise following supertypes might not end.
std::string TypeValidator::check_indices(std::uint32_t index, std::size_t end) const {
  const auto& type = module_.types[index];
  for (const auto super : type.supertypes)
    if (super >= index)
      return "unknown type " + std::to_string(super) + " as super type of " + std::to_string(index);
  if ((type.described || type.descriptor) && !limits_.features.custom_descriptors)
    return needs_custom_descriptors("type " + std::to_string(index));
  std::string message;
  const auto check_one = [&](const ValueType& part) {
    if (message.empty()) message = check_indices(part, end);
  };
  for (const auto& parameter : type.composite.function.parameters) check_one(parameter);
  for (const auto& result : type.composite.function.results) check_one(result);
  for (const auto& field : type.composite.fields) check_one(field.storage);
  return message;
}

/// A type has at most one supertype, and the depth of subtyping is limited.
std::string TypeValidator::check_depth(std::uint32_t index) {
  const auto& type = module_.types[index];
  depths_.push_back(0);
  if (type.supertypes.empty()) return {};
  const auto name = "sub type " + std::to_string(index);
  if (type.supertypes.size() > 1) return name + " has more than one super type";
  depths_.back() = depths_[type.supertypes.front()] + 1;
  if (depths_.back() > limits_.subtype_depth)
    return name + " has too many super types (Limits::subtype_depth)";
  return {};
}

/// A supertype must not be final, and its subtypes must match it.
std::string TypeValidator::check_supertype(std::uint32_t index) const {
  const auto& type = module_.types[index];
  if (type.supertypes.empty()) return {};
  const auto name = "sub type " + std::to_string(index);
  const auto super = type.supertypes.front();
  const auto& declared = module_.types[super];
  if (declared.is_final) return name + " has final super type " + std::to_string(super);
  auto message = check_descriptor_subtyping(relations_, module_.types, index, super);
  if (message.empty() && !relations_.matches(type.composite, declared.composite))
    message = name + " does not match super type " + std::to_string(super);
  return message;
}

std::string TypeValidator::check(const ValueType& type) const {
  return check_indices(type, module_.types.size());
}

std::string TypeValidator::check(const decoder::TableType& type) const {
  if (auto message = check(type.element); !message.empty()) return message;
  return type.address == decoder::AddressType::i64
             ? check_bounds(type.limits, ~std::uint64_t{0}, {})
             : check_bounds(type.limits, 0xffff'ffff, "table size must be at most 2^32-1");
}

std::string TypeValidator::check(const decoder::MemoryType& type) const {
  const auto log2 = type.page_size_log2;
  if (log2 != 0 && log2 != 16) return "invalid custom page size";
  if (type.is_shared && !type.limits.maximum) return "shared memory must have maximum";
  // The addresses limit the number of pages. With pages of one byte, the number itself must fit the
  // address type.
  if (type.address == decoder::AddressType::i64)
    return check_bounds(type.limits, log2 == 0 ? ~std::uint64_t{0} : std::uint64_t{1} << 48,
                        "memory size must be at most 2^48 pages");
  if (log2 == 0)
    return check_bounds(type.limits, 0xffff'ffff, "memory size must be at most 2^32-1 bytes");
  return check_bounds(type.limits, 0x1'0000, "memory size must be at most 65536 pages (4GiB)");
}

std::string TypeValidator::check(const decoder::FunctionImport& import) const {
  if (import.exact && !limits_.features.custom_descriptors)
    return needs_custom_descriptors("an exact function");
  return check_function(import.type);
}

std::string TypeValidator::check(const decoder::GlobalType& type) const {
  return check(type.value);
}

std::string TypeValidator::check(const decoder::TagType& type) const {
  if (auto message = check_function(type.type); !message.empty()) return message;
  if (!module_.types[type.type].composite.function.results.empty())
    return "non-empty tag result type";
  return {};
}

std::string TypeValidator::check_function(std::uint32_t type_index) const {
  if (type_index >= module_.types.size()) return "unknown type " + std::to_string(type_index);
  if (module_.types[type_index].composite.kind != CompositeKind::function)
    return "non-function type " + std::to_string(type_index);
  return {};
}

}  // namespace airlock::validator
