// Component-level values as the host sees them.
//
// A value knows its kind, but not its labels: fields of a record are in the order of the type, and
// a case of a variant is an index. Code that needs names (WAVE, say) walks value and `ValueType`
// together.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "canonical-abi/types.hpp"

namespace airlock::canonical_abi {

/// A component value. Copying copies all of its parts. The copy of an own handle is the same
/// handle, so give only one of the two away.
///
/// The readers (`as_u32`, `elements`, …) never fail: for a value of another kind they return zero,
/// empty or null. Values that come from a guest have been checked against the declared
/// type of the function. That need not be the type that the host expects.
class Value {
 public:
  /// The empty tuple.
  Value() = default;

  // Making values.
  [[nodiscard]] static Value boolean(bool v) { return scalar(TypeKind::boolean, v ? 1 : 0); }
  [[nodiscard]] static Value s8(std::int8_t v) { return scalar(TypeKind::s8, extend(v)); }
  [[nodiscard]] static Value u8(std::uint8_t v) { return scalar(TypeKind::u8, v); }
  [[nodiscard]] static Value s16(std::int16_t v) { return scalar(TypeKind::s16, extend(v)); }
  [[nodiscard]] static Value u16(std::uint16_t v) { return scalar(TypeKind::u16, v); }
  [[nodiscard]] static Value s32(std::int32_t v) { return scalar(TypeKind::s32, extend(v)); }
  [[nodiscard]] static Value u32(std::uint32_t v) { return scalar(TypeKind::u32, v); }
  [[nodiscard]] static Value s64(std::int64_t v) { return scalar(TypeKind::s64, extend(v)); }
  [[nodiscard]] static Value u64(std::uint64_t v) { return scalar(TypeKind::u64, v); }
  [[nodiscard]] static Value f32(float v) {
    return scalar(TypeKind::f32, std::bit_cast<std::uint32_t>(v));
  }
  [[nodiscard]] static Value f64(double v) {
    return scalar(TypeKind::f64, std::bit_cast<std::uint64_t>(v));
  }
  [[nodiscard]] static Value character(char32_t v) { return scalar(TypeKind::character, v); }
  /// Any integer, boolean, float or character from its bits (signed ones sign-extended).
  [[nodiscard]] static Value scalar(TypeKind kind, std::uint64_t bits) {
    Value value;
    value.kind_ = kind;
    value.bits_ = bits;
    return value;
  }

  /// Must be UTF-8; checked when it is lowered into a guest.
  [[nodiscard]] static Value string(std::string text) {
    return Value(TypeKind::string, 0, std::move(text));
  }
  [[nodiscard]] static Value list(std::vector<Value> elements) {
    return Value(TypeKind::list, 0, std::move(elements));
  }
  /// A list of integers or floats whose elements are packed in `bytes`, little-endian.
  [[nodiscard]] static Value packed(TypeKind element, std::vector<std::byte> bytes) {
    return Value(TypeKind::list, 0, Packed{element, std::move(bytes)});
  }
  /// A `list<u8>`.
  [[nodiscard]] static Value bytes(std::span<const std::byte> bytes) {
    return packed(TypeKind::u8, {bytes.begin(), bytes.end()});
  }
  [[nodiscard]] static Value bytes(std::vector<std::byte> bytes) {
    return packed(TypeKind::u8, std::move(bytes));
  }
  [[nodiscard]] static Value bytes(std::string_view text) {
    return bytes(std::as_bytes(std::span(text)));
  }
  /// Every element is a tuple of key and value.
  [[nodiscard]] static Value map(std::vector<Value> pairs) {
    return Value(TypeKind::map, 0, std::move(pairs));
  }
  [[nodiscard]] static Value record(std::vector<Value> fields) {
    return Value(TypeKind::record, 0, std::move(fields));
  }
  [[nodiscard]] static Value tuple(std::vector<Value> fields) {
    return Value(TypeKind::tuple, 0, std::move(fields));
  }
  [[nodiscard]] static Value variant(std::uint32_t index) {
    return Value(TypeKind::variant, index, {});
  }
  [[nodiscard]] static Value variant(std::uint32_t index, Value payload) {
    return with_payload(TypeKind::variant, index, std::move(payload));
  }
  /// A value of any type that has cases.
  [[nodiscard]] static Value of_case(TypeKind kind, std::uint32_t index,
                                     std::optional<Value> payload);
  [[nodiscard]] static Value enumeration(std::uint32_t index) {
    return Value(TypeKind::enumeration, index, {});
  }
  [[nodiscard]] static Value none() { return Value(TypeKind::option, 0, {}); }
  [[nodiscard]] static Value some(Value payload) {
    return with_payload(TypeKind::option, 1, std::move(payload));
  }
  [[nodiscard]] static Value ok() { return Value(TypeKind::result, 0, {}); }
  [[nodiscard]] static Value ok(Value payload) {
    return with_payload(TypeKind::result, 0, std::move(payload));
  }
  [[nodiscard]] static Value error() { return Value(TypeKind::result, 1, {}); }
  [[nodiscard]] static Value error(Value payload) {
    return with_payload(TypeKind::result, 1, std::move(payload));
  }
  /// Bit i is the i-th label.
  [[nodiscard]] static Value flags(std::uint32_t bits) { return scalar(TypeKind::flags, bits); }
  [[nodiscard]] static Value own(const ResourceType* type, std::uint32_t rep) {
    return Value(TypeKind::own, rep, type);
  }
  [[nodiscard]] static Value borrow(const ResourceType* type, std::uint32_t rep) {
    return Value(TypeKind::borrow, rep, type);
  }

  // Reading values.
  [[nodiscard]] TypeKind kind() const { return kind_; }
  [[nodiscard]] bool is(TypeKind kind) const { return kind_ == kind; }

  /// Bits of a scalar or of flags; signed integers are sign-extended.
  [[nodiscard]] std::uint64_t bits() const { return bits_; }
  [[nodiscard]] bool as_bool() const { return bits_ != 0; }
  [[nodiscard]] std::uint8_t as_u8() const { return static_cast<std::uint8_t>(bits_); }
  [[nodiscard]] std::uint16_t as_u16() const { return static_cast<std::uint16_t>(bits_); }
  [[nodiscard]] std::uint32_t as_u32() const { return static_cast<std::uint32_t>(bits_); }
  [[nodiscard]] std::uint64_t as_u64() const { return bits_; }
  [[nodiscard]] std::int32_t as_s32() const { return static_cast<std::int32_t>(bits_); }
  [[nodiscard]] std::int64_t as_s64() const { return static_cast<std::int64_t>(bits_); }
  [[nodiscard]] float as_f32() const {
    return std::bit_cast<float>(static_cast<std::uint32_t>(bits_));
  }
  [[nodiscard]] double as_f64() const { return std::bit_cast<double>(bits_); }
  [[nodiscard]] char32_t as_char() const { return static_cast<char32_t>(bits_); }

  [[nodiscard]] std::string_view as_string() const {
    const auto* text = std::get_if<std::string>(&content_);
    return text ? std::string_view(*text) : std::string_view();
  }
  /// Elements of a list or map, fields of a record or tuple.
  [[nodiscard]] std::size_t size() const;
  /// The i-th of them; a packed list makes the value.
  [[nodiscard]] Value at(std::size_t index) const;
  /// The i-th of them without a copy, or the empty tuple if there is none or the list is packed.
  [[nodiscard]] const Value& operator[](std::size_t index) const;
  /// All of them; empty if the list is packed (see `is_packed`).
  [[nodiscard]] std::span<const Value> elements() const {
    const auto* values = std::get_if<std::vector<Value>>(&content_);
    return values ? std::span<const Value>(*values) : std::span<const Value>();
  }
  [[nodiscard]] bool is_packed() const { return std::holds_alternative<Packed>(content_); }
  /// What a packed list's elements are.
  [[nodiscard]] TypeKind packed_kind() const {
    const auto* packed = std::get_if<Packed>(&content_);
    return packed ? packed->element : TypeKind::u8;
  }
  /// The bytes of a packed list. Guests' lists of integers and floats always come packed.
  [[nodiscard]] std::span<const std::byte> as_bytes() const {
    const auto* packed = std::get_if<Packed>(&content_);
    return packed ? std::span<const std::byte>(packed->bytes) : std::span<const std::byte>();
  }

  /// Index of the case of a variant, enum, option (1 is some) or result (1 is error).
  [[nodiscard]] std::uint32_t case_index() const { return static_cast<std::uint32_t>(bits_); }
  /// The payload of the case; null without one.
  [[nodiscard]] const Value* payload() const {
    const auto values = elements();
    return is_case() && !values.empty() ? &values.front() : nullptr;
  }
  [[nodiscard]] bool is_some() const { return kind_ == TypeKind::option && bits_ == 1; }
  [[nodiscard]] bool is_error() const { return kind_ == TypeKind::result && bits_ == 1; }

  /// The `rep` of a handle: the number that the resource's implementation chose.
  [[nodiscard]] std::uint32_t rep() const { return is_handle() ? as_u32() : 0; }
  /// The type of the resource that a handle refers to; null for other values.
  [[nodiscard]] const ResourceType* resource() const {
    const auto* type = std::get_if<const ResourceType*>(&content_);
    return type ? *type : nullptr;
  }
  [[nodiscard]] bool is_handle() const {
    return kind_ == TypeKind::own || kind_ == TypeKind::borrow;
  }

  // Taking values apart without copying.
  [[nodiscard]] std::string take_string() &&;
  [[nodiscard]] std::vector<Value> take_elements() &&;
  [[nodiscard]] std::vector<std::byte> take_bytes() &&;

  /// Same kinds, bits and elements; NaNs are equal if their bits are. A packed list equals the list
  /// of the same elements.
  friend bool operator==(const Value& left, const Value& right);

 private:
  struct Packed {
    TypeKind element = TypeKind::u8;
    std::vector<std::byte> bytes;
    friend bool operator==(const Packed&, const Packed&) = default;
  };
  using Content =
      std::variant<std::monostate, std::string, std::vector<Value>, Packed, const ResourceType*>;

  Value(TypeKind kind, std::uint64_t bits, Content content)
      : kind_(kind), bits_(bits), content_(std::move(content)) {}
  static Value with_payload(TypeKind kind, std::uint32_t index, Value payload);
  static constexpr std::uint64_t extend(std::int64_t v) { return static_cast<std::uint64_t>(v); }
  [[nodiscard]] bool is_case() const {
    return kind_ == TypeKind::variant || kind_ == TypeKind::option || kind_ == TypeKind::result ||
           kind_ == TypeKind::enumeration;
  }

  TypeKind kind_ = TypeKind::tuple;
  std::uint64_t bits_ = 0;
  Content content_;
};

/// Bytes of an integer or float in a packed list; 0 for kinds that are never packed.
[[nodiscard]] std::size_t packed_size(TypeKind kind);

/// Whether `value` is a value of `type`; handles only by kind.
[[nodiscard]] bool matches(const Value& value, Type type);

}  // namespace airlock::canonical_abi
