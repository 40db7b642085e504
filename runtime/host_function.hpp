// C++ functions as native functions: the signature is taken from the C++ type.
//
//   linker.define_function("env", "add", [](std::int32_t a, std::int32_t b) { return a + b; });
//
// Parameters and results: 32- and 64-bit integers, float, double, `Function*` (funcref) and
// `ExternalReference` (externref). A first parameter `NativeCall&` gives access to the call. The
// result may be void, one value, a `std::tuple` of several, or `HostResult` of any of these for a
// function that can trap.
#pragma once

#include <concepts>
#include <cstdint>
#include <exception>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "decoder/types.hpp"
#include "runtime/exception.hpp"
#include "runtime/native.hpp"
#include "runtime/reference.hpp"
#include "runtime/slot.hpp"
#include "runtime/trap.hpp"

namespace airlock::runtime {

/// The result of a host function that may trap: `return std::unexpected(Trap(...))`; or throw:
/// `return std::unexpected(throwing(tag, {value}))`.
template <typename T>
using HostResult = std::expected<T, Trap>;

/// An externref: null, a number that means something to the host, or an object of a guest that was
/// made external. The host may only pass on such an object, and only while the host function runs.
struct ExternalReference {
  bool is_null = true;
  std::uint64_t number = 0;        ///< below `external_numbers`
  std::uint64_t guest_object = 0;  ///< not zero: the bits of the reference
  friend bool operator==(const ExternalReference&, const ExternalReference&) = default;
};

/// The value type that corresponds to a C++ type.
template <typename T>
struct HostValue;

template <std::integral T>
  requires(sizeof(T) == 4)
struct HostValue<T> {
  static constexpr auto type = decoder::i32;
  static T from(Slot slot) { return static_cast<T>(slot.i32); }
  static Slot to(T value) { return {.bits = static_cast<std::uint32_t>(value)}; }
};

template <std::integral T>
  requires(sizeof(T) == 8)
struct HostValue<T> {
  static constexpr auto type = decoder::i64;
  static T from(Slot slot) { return static_cast<T>(slot.i64); }
  static Slot to(T value) { return {.i64 = static_cast<std::uint64_t>(value)}; }
};

template <>
struct HostValue<float> {
  static constexpr auto type = decoder::f32;
  static float from(Slot slot) { return slot.f32; }
  static Slot to(float value) {
    Slot slot{};
    slot.f32 = value;
    return slot;
  }
};

template <>
struct HostValue<double> {
  static constexpr auto type = decoder::f64;
  static double from(Slot slot) { return slot.f64; }
  static Slot to(double value) { return {.f64 = value}; }
};

template <>
struct HostValue<Function*> {
  static constexpr auto type = decoder::funcref;
  static Function* from(Slot slot) { return slot.function; }
  static Slot to(Function* value) { return {.function = value}; }
};

template <>
struct HostValue<ExternalReference> {
  static constexpr auto type = decoder::externref;
  static ExternalReference from(Slot slot) {
    if (slot.bits == 0) return {};
    if (!is_external(slot.bits)) return {false, 0, slot.bits};
    return {false, external_number(slot.bits), 0};
  }
  static Slot to(ExternalReference value) {
    if (value.is_null || value.guest_object != 0) return {.bits = value.guest_object};
    return {.bits = make_external(value.number)};
  }
};

/// Parameters and result of a callable, taken from its type.
template <typename F>
struct CallableTraits : CallableTraits<decltype(&F::operator())> {};
template <typename R, typename... P>
struct CallableTraits<R (*)(P...)> {
  using Result = R;
  using Parameters = std::tuple<P...>;
};
template <typename R, typename... P>
struct CallableTraits<R (*)(P...) noexcept> : CallableTraits<R (*)(P...)> {};
template <typename C, typename R, typename... P>
struct CallableTraits<R (C::*)(P...)> : CallableTraits<R (*)(P...)> {};
template <typename C, typename R, typename... P>
struct CallableTraits<R (C::*)(P...) const> : CallableTraits<R (*)(P...)> {};
template <typename C, typename R, typename... P>
struct CallableTraits<R (C::*)(P...) noexcept> : CallableTraits<R (*)(P...)> {};
template <typename C, typename R, typename... P>
struct CallableTraits<R (C::*)(P...) const noexcept> : CallableTraits<R (*)(P...)> {};

/// Results as a list of value types and slots.
template <typename R>
struct HostReturn {
  static void types(std::vector<decoder::ValueType>& list) { list.push_back(HostValue<R>::type); }
  static void store(Slot* slots, const R& value) { slots[0] = HostValue<R>::to(value); }
};
template <typename... R>
struct HostReturn<std::tuple<R...>> {
  static void types(std::vector<decoder::ValueType>& list) {
    (list.push_back(HostValue<R>::type), ...);
  }
  static void store(Slot* slots, const std::tuple<R...>& values) {
    std::apply([&](const R&... value) { ((*slots++ = HostValue<R>::to(value)), ...); }, values);
  }
};
template <>
struct HostReturn<void> {
  static void types(std::vector<decoder::ValueType>&) {}
};
template <typename R>
struct HostReturn<std::expected<R, Trap>> : HostReturn<R> {};

/// A callable as a native function.
template <typename F>
class CallableFunction final : public NativeFunction {
  using Traits = CallableTraits<F>;
  using Returned = typename Traits::Result;

 public:
  explicit CallableFunction(F callable) : callable_(std::move(callable)) {}

  [[nodiscard]] static decoder::FunctionType type() {
    decoder::FunctionType type;
    add_parameters(type.parameters, static_cast<typename Traits::Parameters*>(nullptr));
    HostReturn<Returned>::types(type.results);
    return type;
  }

  Outcome call(NativeCall& call) override {
    // Exceptions must not pass through the interpreter.
    try {
      return invoke(call, static_cast<typename Traits::Parameters*>(nullptr));
    } catch (const std::exception& exception) {
      return call.trapped(Trap(TrapCode::host, exception.what()));
    } catch (...) {
      return call.trapped(Trap(TrapCode::host, "host function failed"));
    }
  }

 private:
  template <typename... P>
  static void add_parameters(std::vector<decoder::ValueType>& list, std::tuple<P...>*) {
    (list.push_back(HostValue<std::remove_cvref_t<P>>::type), ...);
  }
  template <typename... P>
  static void add_parameters(std::vector<decoder::ValueType>& list,
                             std::tuple<NativeCall&, P...>*) {
    (list.push_back(HostValue<std::remove_cvref_t<P>>::type), ...);
  }

  template <typename... P>
  Outcome invoke(NativeCall& call, std::tuple<P...>*) {
    return invoke_with(call, std::index_sequence_for<P...>{},
                       static_cast<std::tuple<P...>*>(nullptr));
  }
  template <typename... P>
  Outcome invoke(NativeCall& call, std::tuple<NativeCall&, P...>*) {
    return invoke_with(call, std::index_sequence_for<P...>{},
                       static_cast<std::tuple<P...>*>(nullptr), call);
  }

  template <std::size_t... I, typename... P, typename... First>
  Outcome invoke_with(NativeCall& call, std::index_sequence<I...>, std::tuple<P...>*,
                      First&... first) {
    const auto run = [&]() -> Returned {
      return callable_(first..., HostValue<std::remove_cvref_t<P>>::from(call.slots[I])...);
    };
    if constexpr (std::is_void_v<Returned>) {
      run();
    } else {
      auto answer = run();
      if constexpr (requires { typename Returned::error_type; }) {
        if (!answer) return call.failed(std::move(answer).error());
        if constexpr (!std::is_void_v<typename Returned::value_type>)
          HostReturn<Returned>::store(call.slots, *answer);
      } else {
        HostReturn<Returned>::store(call.slots, answer);
      }
    }
    return call.returned();
  }

  F callable_;
};

}  // namespace airlock::runtime
