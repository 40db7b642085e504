#include "canonical-abi/value.hpp"

#include <algorithm>

namespace airlock::canonical_abi {

namespace {

const Value empty_tuple;

/// Whether integers of this kind are sign-extended in `Value::bits`.
bool is_signed(TypeKind kind) {
  return kind == TypeKind::s8 || kind == TypeKind::s16 || kind == TypeKind::s32 ||
         kind == TypeKind::s64;
}

std::uint64_t read_little_endian(const std::byte* bytes, std::size_t size, bool sign_extend) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, bytes, size);
  if (sign_extend && size < 8) {
    const auto shift = 64 - size * 8;
    bits = static_cast<std::uint64_t>(static_cast<std::int64_t>(bits << shift) >>
                                      static_cast<int>(shift));
  }
  return bits;
}

bool matches_list(const Value& value, Type type) {
  if (type->length && value.size() != *type->length) return false;
  if (value.is_packed()) return value.packed_kind() == type->element->kind;
  return std::ranges::all_of(value.elements(),
                             [&](const Value& element) { return matches(element, type->element); });
}

bool matches_record(const Value& value, Type type) {
  const auto fields = value.elements();
  if (fields.size() != type->fields.size()) return false;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (!matches(fields[i], type->fields[i].type)) return false;
  }
  return true;
}

bool matches_case(const Value& value, Type type) {
  if (value.case_index() >= type->cases.size()) return false;
  const Type expected = type->cases[value.case_index()].type;
  const Value* payload = value.payload();
  if (!expected || !payload) return !expected && !payload;
  return matches(*payload, expected);
}

}  // namespace

std::size_t packed_size(TypeKind kind) {
  switch (kind) {
    case TypeKind::s8:
    case TypeKind::u8:
      return 1;
    case TypeKind::s16:
    case TypeKind::u16:
      return 2;
    case TypeKind::s32:
    case TypeKind::u32:
    case TypeKind::f32:
      return 4;
    case TypeKind::s64:
    case TypeKind::u64:
    case TypeKind::f64:
      return 8;
    default:
      return 0;
  }
}

std::size_t Value::size() const {
  if (const auto* packed = std::get_if<Packed>(&content_)) {
    const std::size_t size = packed_size(packed->element);
    return size == 0 ? 0 : packed->bytes.size() / size;
  }
  return elements().size();
}

Value Value::at(std::size_t index) const {
  if (index >= size()) return {};
  if (const auto* packed = std::get_if<Packed>(&content_)) {
    const std::size_t size = packed_size(packed->element);
    return scalar(packed->element, read_little_endian(packed->bytes.data() + index * size, size,
                                                      is_signed(packed->element)));
  }
  return elements()[index];
}

const Value& Value::operator[](std::size_t index) const {
  const auto values = elements();
  return index < values.size() ? values[index] : empty_tuple;
}

std::string Value::take_string() && {
  auto* text = std::get_if<std::string>(&content_);
  return text ? std::move(*text) : std::string();
}

std::vector<Value> Value::take_elements() && {
  auto* values = std::get_if<std::vector<Value>>(&content_);
  return values ? std::move(*values) : std::vector<Value>();
}

std::vector<std::byte> Value::take_bytes() && {
  auto* packed = std::get_if<Packed>(&content_);
  return packed ? std::move(packed->bytes) : std::vector<std::byte>();
}

Value Value::with_payload(TypeKind kind, std::uint32_t index, Value payload) {
  std::vector<Value> content;
  content.push_back(std::move(payload));
  return Value(kind, index, std::move(content));
}

Value Value::of_case(TypeKind kind, std::uint32_t index, std::optional<Value> payload) {
  if (!payload) return Value(kind, index, {});
  return with_payload(kind, index, std::move(*payload));
}

bool operator==(const Value& left, const Value& right) {
  if (left.kind_ != right.kind_ || left.bits_ != right.bits_) return false;
  if (left.is_packed() != right.is_packed()) {
    if (left.size() != right.size()) return false;
    for (std::size_t i = 0; i < left.size(); ++i) {
      if (left.at(i) != right.at(i)) return false;
    }
    return true;
  }
  // An empty list has no content to compare, however it was made.
  if (left.kind_ == TypeKind::list && left.size() == 0 && right.size() == 0) return true;
  return left.content_ == right.content_;
}

bool matches(const Value& value, Type type) {
  if (value.kind() != type->kind) return false;
  switch (type->kind) {
    case TypeKind::list:
      return matches_list(value, type);
    case TypeKind::map:
      return std::ranges::all_of(
          value.elements(), [&](const Value& pair) { return matches_record(pair, type->element); });
    case TypeKind::record:
    case TypeKind::tuple:
      return matches_record(value, type);
    case TypeKind::variant:
    case TypeKind::enumeration:
    case TypeKind::option:
    case TypeKind::result:
      return matches_case(value, type);
    default:
      return true;
  }
}

}  // namespace airlock::canonical_abi
