// Core values and types, and the C++ types that correspond to them.
#pragma once

#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace airlock {

/// The type of a core value. References other than these two are `other_reference`: the host can
/// hold them, see whether they are null, and pass them to functions of the store they come from.
enum class ValueType : std::uint8_t {
  i32,
  i64,
  f32,
  f64,
  v128,
  funcref,
  externref,
  other_reference
};

/// `i32`, `funcref`: as the text format writes it.
[[nodiscard]] std::string to_string(ValueType type);

struct FunctionType {
  std::vector<ValueType> parameters;
  std::vector<ValueType> results;
  friend bool operator==(const FunctionType&, const FunctionType&) = default;
};

/// `[i32 i64] -> [f32]`
[[nodiscard]] std::string to_string(const FunctionType& type);

/// A value of a core type. The readers (`as_i32`, …) never fail: they return zero if the value has
/// another type. References to functions and to objects of guests belong to one store and mean
/// nothing outside of it; null and a host's own externref belong to all. An object is kept alive
/// for as long as a value refers to it: destroy such values on the OS thread that uses the store.
class Value {
 public:
  /// The i32 zero.
  Value() = default;

  [[nodiscard]] static Value i32(std::int32_t v) {
    return {ValueType::i32, static_cast<std::uint32_t>(v)};
  }
  [[nodiscard]] static Value i64(std::int64_t v) {
    return {ValueType::i64, static_cast<std::uint64_t>(v)};
  }
  [[nodiscard]] static Value f32(float v) {
    return {ValueType::f32, std::bit_cast<std::uint32_t>(v)};
  }
  [[nodiscard]] static Value f64(double v) {
    return {ValueType::f64, std::bit_cast<std::uint64_t>(v)};
  }
  /// Sixteen bytes, the lowest lane first.
  [[nodiscard]] static Value v128(const std::array<std::byte, 16>& bytes) {
    Value value(ValueType::v128, 0);
    std::memcpy(value.bits_.data(), bytes.data(), bytes.size());
    return value;
  }
  /// A number of the host's choice, below 2^63.
  [[nodiscard]] static Value externref(std::uint64_t number) {
    return {ValueType::externref, number << 1 | 1};
  }
  [[nodiscard]] static Value null_externref() { return {ValueType::externref, 0}; }
  [[nodiscard]] static Value null_funcref() { return {ValueType::funcref, 0}; }

  [[nodiscard]] ValueType type() const { return type_; }
  [[nodiscard]] std::int32_t as_i32() const { return bit_cast<std::int32_t>(ValueType::i32); }
  [[nodiscard]] std::int64_t as_i64() const { return bit_cast<std::int64_t>(ValueType::i64); }
  [[nodiscard]] float as_f32() const { return bit_cast<float>(ValueType::f32); }
  [[nodiscard]] double as_f64() const { return bit_cast<double>(ValueType::f64); }
  [[nodiscard]] std::array<std::byte, 16> as_v128() const {
    return type_ == ValueType::v128 ? std::bit_cast<std::array<std::byte, 16>>(bits_)
                                    : std::array<std::byte, 16>{};
  }
  [[nodiscard]] bool is_reference() const { return type_ >= ValueType::funcref; }
  [[nodiscard]] bool is_null() const { return is_reference() && bits_[0] == 0; }
  /// The host's number in an externref; none if it is null, or a guest's own object.
  [[nodiscard]] std::optional<std::uint64_t> as_externref() const {
    if (type_ != ValueType::externref || (bits_[0] & 1) == 0) return std::nullopt;
    return bits_[0] >> 1;
  }

  friend bool operator==(const Value& one, const Value& other) {
    return one.type_ == other.type_ && one.bits_ == other.bits_ && one.store_ == other.store_;
  }

 private:
  friend struct ValueAccess;  // gives the implementation access to the bits
  Value(ValueType type, std::uint64_t low) : type_(type), bits_{low, 0} {}

  template <typename T>
  [[nodiscard]] T bit_cast(ValueType wanted) const {
    if (type_ != wanted) return T{};
    T result;
    std::memcpy(&result, bits_.data(), sizeof(T));
    return result;
  }

  ValueType type_ = ValueType::i32;
  std::uint8_t hierarchy_ = 0;  ///< of an `other_reference`: the top of its heap types
  std::array<std::uint64_t, 2> bits_{};
  std::uint64_t store_ = 0;           ///< number of the store that a reference belongs to
  std::shared_ptr<const void> root_;  ///< keeps the object alive that the value refers to
};

/// The core type that corresponds to a C++ type in typed calls and host functions: integers of four
/// and eight bytes, float and double.
template <typename T>
struct CoreType;

template <std::integral T>
  requires(sizeof(T) == 4)
struct CoreType<T> {
  static constexpr ValueType type = ValueType::i32;
  static T from(std::uint64_t bits) { return static_cast<T>(static_cast<std::uint32_t>(bits)); }
  static std::uint64_t to(T value) { return static_cast<std::uint32_t>(value); }
};

template <std::integral T>
  requires(sizeof(T) == 8)
struct CoreType<T> {
  static constexpr ValueType type = ValueType::i64;
  static T from(std::uint64_t bits) { return static_cast<T>(bits); }
  static std::uint64_t to(T value) { return static_cast<std::uint64_t>(value); }
};

template <>
struct CoreType<float> {
  static constexpr ValueType type = ValueType::f32;
  static float from(std::uint64_t bits) {
    return std::bit_cast<float>(static_cast<std::uint32_t>(bits));
  }
  static std::uint64_t to(float value) { return std::bit_cast<std::uint32_t>(value); }
};

template <>
struct CoreType<double> {
  static constexpr ValueType type = ValueType::f64;
  static double from(std::uint64_t bits) { return std::bit_cast<double>(bits); }
  static std::uint64_t to(double value) { return std::bit_cast<std::uint64_t>(value); }
};

}  // namespace airlock
