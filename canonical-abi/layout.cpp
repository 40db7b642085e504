#include "canonical-abi/layout.hpp"

#include <algorithm>

namespace airlock::canonical_abi {

namespace {

/// Appends flat types, up to `flat_limit`.
void append_flat(std::vector<FlatType>& flat, bool& is_complete, const Layout& added) {
  if (!added.is_flat_complete || flat.size() + added.flat.size() > flat_limit) {
    is_complete = false;
    return;
  }
  flat.insert(flat.end(), added.flat.begin(), added.flat.end());
}

void set_scalar(Layout& layout, std::uint32_t size, FlatType flat) {
  layout.alignment = size;
  layout.size = size;
  layout.flat = {flat};
}

void set_range(Layout& layout, bool memory64) {
  const FlatType pointer = memory64 ? FlatType::i64 : FlatType::i32;
  layout.alignment = memory64 ? 8 : 4;
  layout.size = std::uint64_t{2} * layout.alignment;
  layout.flat = {pointer, pointer};
}

void set_fixed_list(Layout& layout, const ValueType& type, bool memory64) {
  const Layout& element = type.element->layout(memory64);
  layout.alignment = element.alignment;
  layout.size =
      element.size >= size_limit ? size_limit : std::min(element.size * *type.length, size_limit);
  for (std::uint32_t i = 0; i < *type.length && layout.is_flat_complete; ++i) {
    append_flat(layout.flat, layout.is_flat_complete, element);
  }
}

void set_variant(Layout& layout, const ValueType& type, bool memory64) {
  std::uint64_t payload_size = 0;
  std::uint32_t payload_alignment = 1;
  std::vector<FlatType> payload;
  for (const Case& one : type.cases) {
    if (!one.type) continue;
    const Layout& inner = one.type->layout(memory64);
    payload_size = std::max(payload_size, inner.size);
    payload_alignment = std::max(payload_alignment, inner.alignment);
    if (!inner.is_flat_complete || inner.flat.size() + 1 > flat_limit) {
      layout.is_flat_complete = false;
      continue;
    }
    for (std::size_t i = 0; i < inner.flat.size(); ++i) {
      if (i < payload.size()) {
        payload[i] = join(payload[i], inner.flat[i]);
      } else {
        payload.push_back(inner.flat[i]);
      }
    }
  }
  layout.alignment = std::max<std::uint32_t>(type.discriminant_size, payload_alignment);
  layout.payload_offset = align_to(type.discriminant_size, payload_alignment);
  layout.size =
      std::min(align_to(layout.payload_offset + payload_size, layout.alignment), size_limit);
  layout.flat = {FlatType::i32};
  layout.flat.insert(layout.flat.end(), payload.begin(), payload.end());
}

void set_layout(Layout& layout, const ValueType& type, bool memory64) {
  switch (type.kind) {
    case TypeKind::boolean:
    case TypeKind::s8:
    case TypeKind::u8:
      return set_scalar(layout, 1, FlatType::i32);
    case TypeKind::s16:
    case TypeKind::u16:
      return set_scalar(layout, 2, FlatType::i32);
    case TypeKind::s32:
    case TypeKind::u32:
    case TypeKind::character:
    case TypeKind::own:
    case TypeKind::borrow:
    case TypeKind::stream:
    case TypeKind::future:
    case TypeKind::error_context:
      return set_scalar(layout, 4, FlatType::i32);
    case TypeKind::s64:
    case TypeKind::u64:
      return set_scalar(layout, 8, FlatType::i64);
    case TypeKind::f32:
      return set_scalar(layout, 4, FlatType::f32);
    case TypeKind::f64:
      return set_scalar(layout, 8, FlatType::f64);
    case TypeKind::string:
    case TypeKind::map:
      return set_range(layout, memory64);
    case TypeKind::list:
      return type.length ? set_fixed_list(layout, type, memory64) : set_range(layout, memory64);
    case TypeKind::flags:
      return set_scalar(layout, type.flags_size, FlatType::i32);
    case TypeKind::record:
    case TypeKind::tuple: {
      TupleLayout tuple = tuple_layout(type.fields, memory64);
      layout.alignment = tuple.alignment;
      layout.size = tuple.size;
      layout.offsets = std::move(tuple.offsets);
      layout.flat_offsets = std::move(tuple.flat_offsets);
      layout.flat = std::move(tuple.flat);
      layout.is_flat_complete = tuple.is_flat_complete;
      return;
    }
    case TypeKind::variant:
    case TypeKind::enumeration:
    case TypeKind::option:
    case TypeKind::result:
      return set_variant(layout, type, memory64);
  }
}

/// Whether copying its bytes copies a value: every bit pattern is valid, and there is no padding.
bool is_plain_node(const ValueType& type) {
  switch (type.kind) {
    case TypeKind::s8:
    case TypeKind::u8:
    case TypeKind::s16:
    case TypeKind::u16:
    case TypeKind::s32:
    case TypeKind::u32:
    case TypeKind::s64:
    case TypeKind::u64:
      return true;
    case TypeKind::list:
      return type.length && type.element->is_plain;
    case TypeKind::record:
    case TypeKind::tuple: {
      // Padding must not be copied: it may hold data that the other side must not see.
      std::uint64_t end = 0;
      for (std::size_t i = 0; i < type.fields.size(); ++i) {
        if (!type.fields[i].type->is_plain || type.layouts[0].offsets[i] != end) return false;
        end += type.fields[i].type->layouts[0].size;
      }
      return end == type.layouts[0].size;
    }
    default:
      return false;
  }
}

/// Whether some bit patterns are no values of this kind; its parts are not considered.
bool has_invalid_bits(const ValueType& type) {
  switch (type.kind) {
    case TypeKind::character:
    case TypeKind::string:
    case TypeKind::map:
    case TypeKind::variant:
    case TypeKind::enumeration:
    case TypeKind::option:
    case TypeKind::result:
      return true;
    case TypeKind::list:
      return !type.length;
    default:
      return type.kind >= TypeKind::own;
  }
}

/// Computes the traits `lift_may_fail…` of a type from those of its children.
void set_lifting_traits(ValueType& type) {
  type.lift_may_fail = has_invalid_bits(type);
  const auto inherit = [&](Type child) {
    if (!child) return;
    type.lift_may_fail |= child->lift_may_fail;
    type.lift_may_fail_after_realloc |= child->lift_may_fail_after_realloc;
  };
  for (const Field& field : type.fields) inherit(field.type);
  for (const Case& one : type.cases) inherit(one.type);
  if (type.is_record()) type.lift_may_fail_after_realloc = lift_may_fail_after_realloc(type.fields);
  if (type.kind != TypeKind::list && type.kind != TypeKind::map) return;
  inherit(type.element);
  // The list itself is allocated before its elements are lifted; in one of fixed length, the
  // elements may allocate for each other.
  const bool allocates = !type.length || type.element->contains_pointer;
  type.lift_may_fail_after_realloc |= allocates && type.element->lift_may_fail;
}

/// Whether values of the type contain values of its part types. Elements of a stream or a future
/// are passed later, by other canonical definitions with options of their own.
bool carries_values(const ValueType& type) {
  return type.kind != TypeKind::stream && type.kind != TypeKind::future;
}

}  // namespace

bool lift_may_fail_after_realloc(std::span<const Field> fields) {
  bool has_allocated = false;
  for (const Field& field : fields) {
    if (field.type->lift_may_fail_after_realloc) return true;
    if (has_allocated && field.type->lift_may_fail) return true;
    has_allocated |= field.type->contains_pointer;
  }
  return false;
}

TupleLayout tuple_layout(std::span<const Field> fields, bool memory64) {
  TupleLayout tuple;
  for (const Field& field : fields) {
    const Layout& inner = field.type->layout(memory64);
    const std::uint64_t offset = align_to(tuple.size, inner.alignment);
    tuple.offsets.push_back(offset);
    tuple.flat_offsets.push_back(static_cast<std::uint8_t>(tuple.flat.size()));
    tuple.size = std::min(offset + inner.size, size_limit);
    tuple.alignment = std::max(tuple.alignment, inner.alignment);
    append_flat(tuple.flat, tuple.is_flat_complete, inner);
  }
  tuple.size = std::min(align_to(tuple.size, tuple.alignment), size_limit);
  return tuple;
}

void compute_layout(ValueType& type) {
  type.discriminant_size = type.is_variant() ? discriminant_size(type.cases.size()) : 0;
  type.flags_size = type.kind == TypeKind::flags ? flags_size(type.labels.size()) : 0;
  set_layout(type.layouts[0], type, false);
  set_layout(type.layouts[1], type, true);
  type.is_plain = is_plain_node(type);

  const auto inherit = [&](Type child) {
    if (!child) return;
    type.depth = std::max(type.depth, child->depth + 1);
    type.contains_handle |= child->contains_handle;
    type.contains_borrow |= child->contains_borrow;
    type.contains_pointer |= carries_values(type) && child->contains_pointer;
  };
  for (const Field& field : type.fields) inherit(field.type);
  for (const Case& one : type.cases) inherit(one.type);
  inherit(type.element);
  type.contains_handle |= type.kind >= TypeKind::own;
  type.contains_borrow |= type.kind == TypeKind::borrow;
  type.contains_pointer |= type.kind == TypeKind::string || type.kind == TypeKind::map ||
                           (type.kind == TypeKind::list && !type.length);
  set_lifting_traits(type);
}

}  // namespace airlock::canonical_abi
