#include "runtime/layout.hpp"

#include <cstring>

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

/// Functions do not live in the heap, but their references may be followed all the same: their
/// addresses lie outside of it. Only those that are evident are left out.
bool is_followed(const decoder::ValueType& storage) {
  if (!storage.is_reference()) return false;
  const auto heap = storage.heap.kind;
  return heap != decoder::HeapKind::func && heap != decoder::HeapKind::nofunc &&
         heap != decoder::HeapKind::i31;
}

}  // namespace

void lay_out(const decoder::CompositeType& type, Layout& layout) {
  layout.kind = type.kind;
  if (type.kind == CompositeKind::function) return;
  std::uint32_t end = sizeof(Object);
  layout.fields.reserve(type.fields.size());
  for (const auto& field : type.fields) {
    FieldLayout place{.storage = field.storage.kind, .width_log2 = width_log2(field.storage.kind)};
    // Nothing is aligned to more than eight bytes: cells are not, either.
    const std::uint32_t alignment = place.width() < 8 ? place.width() : 8;
    place.offset = (end + alignment - 1) / alignment * alignment;
    end = place.offset + place.width();
    if (is_followed(field.storage)) {
      layout.has_references = true;
      layout.references.push_back(place.offset);
    }
    layout.fields.push_back(place);
  }
  if (type.kind == CompositeKind::array) {
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
