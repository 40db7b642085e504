#include "runtime/layout.hpp"

#include <cstring>
#include <optional>

namespace airlock::runtime {
namespace {

using decoder::CompositeKind;
using decoder::ValueKind;

std::uint8_t width_log2(ValueKind storage) {
  switch (storage) {
    case ValueKind::i8:
      return 0;
    case ValueKind::i16:
      return 1;
    case ValueKind::i32:
    case ValueKind::f32:
      return 2;
    case ValueKind::v128:
      return 4;
    default:
      return 3;
  }
}

template <typename T>
T read(const std::byte* place) {
  T value;
  std::memcpy(&value, place, sizeof value);
  return value;
}

/// Whether the collector follows a field. Functions are not in the heap, but following their
/// references does no harm: the collector ignores addresses outside of the heap. So only the
/// obvious types are left out.
bool is_followed(const decoder::ValueType& storage) {
  if (!storage.is_reference()) return false;
  const auto heap = storage.heap.kind;
  return heap != decoder::HeapKind::func && heap != decoder::HeapKind::nofunc &&
         heap != decoder::HeapKind::i31;
}

/// The number of fields before the descriptor, if the type has one. See `lay_out`.
std::optional<std::size_t> fields_before_descriptor(const decoder::SubType& type,
                                                    const Layout* super) {
  if (!type.descriptor || type.composite.kind != CompositeKind::structure) return std::nullopt;
  if (super == nullptr) return 0;
  return super->descriptor_offset != 0 ? super->fields_before_descriptor : super->fields.size();
}

}  // namespace

void lay_out(const decoder::SubType& type, const Layout* super, Layout& layout) {
  const auto& composite = type.composite;
  layout.kind = composite.kind;
  if (composite.kind == CompositeKind::function) return;
  std::uint32_t end = sizeof(Object);
  const auto take = [&end](std::uint32_t width) {
    // No field is aligned to more than eight bytes, because cells are not.
    const std::uint32_t alignment = width < 8 ? width : 8;
    const std::uint32_t offset = (end + alignment - 1) / alignment * alignment;
    end = offset + width;
    return offset;
  };
  const auto add_reference = [&layout](std::uint32_t offset) {
    layout.has_references = true;
    layout.references.push_back(offset);
  };
  const auto before_descriptor = fields_before_descriptor(type, super);
  layout.fields.reserve(composite.fields.size());
  for (std::size_t i = 0; i <= composite.fields.size(); ++i) {
    if (i == before_descriptor) {
      layout.fields_before_descriptor = static_cast<std::uint32_t>(i);
      layout.descriptor_offset = take(sizeof(std::uint64_t));
      add_reference(layout.descriptor_offset);
    }
    if (i == composite.fields.size()) break;
    const auto& storage = composite.fields[i].storage;
    FieldLayout place{.storage = storage.kind, .width_log2 = width_log2(storage.kind)};
    place.offset = take(place.width());
    if (is_followed(storage)) add_reference(place.offset);
    layout.fields.push_back(place);
  }
  if (composite.kind == CompositeKind::array) {
    layout.references.clear();
    layout.fields.front().offset = sizeof(Object);
    return;
  }
  layout.size = (end + 7) / 8 * 8;
  layout.size_class = size_class_of(layout.size);
}

std::array<Slot, 2> load_field(const std::byte* place, const FieldLayout& field) {
  std::array<Slot, 2> value{};
  switch (field.width_log2) {
    case 0:
      value[0].bits = read<std::uint8_t>(place);
      break;
    case 1:
      value[0].bits = read<std::uint16_t>(place);
      break;
    case 2:
      value[0].bits = read<std::uint32_t>(place);
      break;
    case 3:
      value[0].bits = read<std::uint64_t>(place);
      break;
    default:
      value[0].bits = read<std::uint64_t>(place);
      value[1].bits = read<std::uint64_t>(place + 8);
  }
  return value;
}

}  // namespace airlock::runtime
