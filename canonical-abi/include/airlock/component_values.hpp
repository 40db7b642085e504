// Which C++ type is used for which component type in typed calls and typed host functions.
//
//   bool, integers of 1, 2, 4, 8 bytes      bool, s8 … u64
//   float, double, char32_t                 f32, f64, char
//   std::string, std::string_view           string (a view only as an argument of a call)
//   std::vector<T>                          list<T>
//   std::optional<T>                        option<T>
//   std::tuple<T...>, std::pair<T, U>       tuple or record, in the order of the fields
//   std::expected<T, E>                     result<T, E>; void for a case without payload
//   component::Value                        anything, unconverted
//
// Conversions are checked against the type the component declares. Nothing is converted between
// widths or signs: a guest's u32 is not read as an int.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "canonical-abi/types.hpp"
#include "canonical-abi/value.hpp"

namespace airlock::component {

using canonical_abi::Type;
using canonical_abi::TypeKind;
using canonical_abi::Value;

/// How values of a C++ type are converted: `to` makes a value of the component type given (which
/// decides between tuple and record). `from` makes a C++ value, and returns nothing if the value is
/// of another kind.
template <typename T>
struct ComponentType;

template <>
struct ComponentType<Value> {
  static Value to(Value value, Type) { return value; }
  static std::optional<Value> from(const Value& value) { return value; }
};

namespace detail {

template <typename T>
constexpr TypeKind scalar_kind() {
  if constexpr (std::is_same_v<T, bool>)
    return TypeKind::boolean;
  else if constexpr (std::is_same_v<T, char32_t>)
    return TypeKind::character;
  else if constexpr (sizeof(T) == 1)
    return std::is_signed_v<T> ? TypeKind::s8 : TypeKind::u8;
  else if constexpr (sizeof(T) == 2)
    return std::is_signed_v<T> ? TypeKind::s16 : TypeKind::u16;
  else if constexpr (sizeof(T) == 4)
    return std::is_signed_v<T> ? TypeKind::s32 : TypeKind::u32;
  else
    return std::is_signed_v<T> ? TypeKind::s64 : TypeKind::u64;
}

}  // namespace detail

template <std::integral T>
struct ComponentType<T> {
  static constexpr TypeKind kind = detail::scalar_kind<T>();
  static Value to(T value, Type) {
    if constexpr (std::is_signed_v<T>)
      return Value::scalar(kind, static_cast<std::uint64_t>(static_cast<std::int64_t>(value)));
    else
      return Value::scalar(kind, static_cast<std::uint64_t>(value));
  }
  static std::optional<T> from(const Value& value) {
    if (!value.is(kind)) return std::nullopt;
    return static_cast<T>(value.bits());
  }
};

template <>
struct ComponentType<float> {
  static Value to(float value, Type) { return Value::f32(value); }
  static std::optional<float> from(const Value& value) {
    return value.is(TypeKind::f32) ? std::optional(value.as_f32()) : std::nullopt;
  }
};

template <>
struct ComponentType<double> {
  static Value to(double value, Type) { return Value::f64(value); }
  static std::optional<double> from(const Value& value) {
    return value.is(TypeKind::f64) ? std::optional(value.as_f64()) : std::nullopt;
  }
};

template <>
struct ComponentType<std::string> {
  static Value to(std::string value, Type) { return Value::string(std::move(value)); }
  static std::optional<std::string> from(const Value& value) {
    if (!value.is(TypeKind::string)) return std::nullopt;
    return std::string(value.as_string());
  }
};

template <>
struct ComponentType<std::string_view> {
  static Value to(std::string_view value, Type) { return Value::string(std::string(value)); }
};

template <>
struct ComponentType<const char*> : ComponentType<std::string_view> {};

template <typename T>
struct ComponentType<std::vector<T>> {
  static Value to(const std::vector<T>& list, Type type) {
    std::vector<Value> values;
    values.reserve(list.size());
    for (const auto& element : list)
      values.push_back(ComponentType<T>::to(element, type ? type->element : nullptr));
    return type && type->kind == TypeKind::map ? Value::map(std::move(values))
                                               : Value::list(std::move(values));
  }
  static std::optional<std::vector<T>> from(const Value& value) {
    if (!value.is(TypeKind::list) && !value.is(TypeKind::map)) return std::nullopt;
    std::vector<T> list;
    list.reserve(value.size());
    for (std::size_t i = 0; i < value.size(); ++i) {
      auto element = ComponentType<T>::from(value.is_packed() ? value.at(i) : value[i]);
      if (!element) return std::nullopt;
      list.push_back(*std::move(element));
    }
    return list;
  }
};

template <typename T>
struct ComponentType<std::optional<T>> {
  static Value to(const std::optional<T>& value, Type type) {
    if (!value) return Value::none();
    return Value::some(ComponentType<T>::to(*value, type ? type->cases[1].type : nullptr));
  }
  static std::optional<std::optional<T>> from(const Value& value) {
    if (!value.is(TypeKind::option)) return std::nullopt;
    if (!value.is_some() || !value.payload()) return std::optional<std::optional<T>>(std::in_place);
    auto payload = ComponentType<T>::from(*value.payload());
    if (!payload) return std::nullopt;
    return std::optional<std::optional<T>>(std::in_place, *std::move(payload));
  }
};

template <typename... T>
struct ComponentType<std::tuple<T...>> {
  static Value to(const std::tuple<T...>& tuple, Type type) {
    return make(tuple, type, std::index_sequence_for<T...>{});
  }
  static std::optional<std::tuple<T...>> from(const Value& value) {
    const bool fits =
        (value.is(TypeKind::tuple) || value.is(TypeKind::record)) && value.size() == sizeof...(T);
    return fits ? read(value, std::index_sequence_for<T...>{}) : std::nullopt;
  }

 private:
  template <std::size_t... I>
  static Value make(const std::tuple<T...>& tuple, Type type, std::index_sequence<I...>) {
    const auto field = [&](std::size_t i) {
      return type && i < type->fields.size() ? type->fields[i].type : nullptr;
    };
    std::vector<Value> values{ComponentType<T>::to(std::get<I>(tuple), field(I))...};
    return type && type->kind == TypeKind::record ? Value::record(std::move(values))
                                                  : Value::tuple(std::move(values));
  }
  template <std::size_t... I>
  static std::optional<std::tuple<T...>> read(const Value& value, std::index_sequence<I...>) {
    std::tuple<std::optional<T>...> fields{ComponentType<T>::from(value[I])...};
    if (!(std::get<I>(fields).has_value() && ...)) return std::nullopt;
    return std::tuple<T...>(*std::move(std::get<I>(fields))...);
  }
};

template <typename T, typename U>
struct ComponentType<std::pair<T, U>> {
  static Value to(const std::pair<T, U>& pair, Type type) {
    return ComponentType<std::tuple<T, U>>::to({pair.first, pair.second}, type);
  }
  static std::optional<std::pair<T, U>> from(const Value& value) {
    auto tuple = ComponentType<std::tuple<T, U>>::from(value);
    if (!tuple) return std::nullopt;
    auto& [first, second] = *tuple;
    return std::pair<T, U>(std::move(first), std::move(second));
  }
};

template <typename T, typename E>
struct ComponentType<std::expected<T, E>> {
  static Value to(const std::expected<T, E>& result, Type type) {
    const auto payload = [&](std::size_t i) { return type ? type->cases[i].type : nullptr; };
    if (!result) return Value::error(ComponentType<E>::to(result.error(), payload(1)));
    if constexpr (std::is_void_v<T>)
      return Value::ok();
    else
      return Value::ok(ComponentType<T>::to(*result, payload(0)));
  }
  static std::optional<std::expected<T, E>> from(const Value& value) {
    using Both = std::expected<T, E>;
    if (!value.is(TypeKind::result)) return std::nullopt;
    if (value.is_error()) {
      if (!value.payload()) return std::nullopt;
      auto error = ComponentType<E>::from(*value.payload());
      if (!error) return std::nullopt;
      return Both(std::unexpect, *std::move(error));
    }
    if constexpr (std::is_void_v<T>) {
      return value.payload() ? std::nullopt : std::optional<Both>(Both());
    } else {
      if (!value.payload()) return std::nullopt;
      auto payload = ComponentType<T>::from(*value.payload());
      if (!payload) return std::nullopt;
      return Both(std::in_place, *std::move(payload));
    }
  }
};

}  // namespace airlock::component
