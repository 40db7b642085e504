// Linking of core modules, and functions that the host offers to them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "airlock/host_outcome.hpp"
#include "airlock/store.hpp"

namespace airlock::runtime {
class Linker;
}

namespace airlock {

class HostCall;

namespace detail {
template <typename F, typename Parameters>
struct Typed;
}

using HostFunction = std::function<HostOutcome(HostCall& call)>;

/// One call from a guest into the host. Valid only while the host function (or the poll of a
/// pending one) runs.
class HostCall {
 public:
  HostCall(const HostCall&) = delete;
  HostCall& operator=(const HostCall&) = delete;

  [[nodiscard]] const FunctionType& type() const;
  /// The argument at `index`. The i32 zero if there are fewer arguments, and while a pending call
  /// is polled: keep what the poll needs.
  [[nodiscard]] Value argument(std::size_t index) const;
  /// The instance that calls; none if the host called.
  [[nodiscard]] std::optional<Instance> caller() const;
  /// The first memory of the instance that calls.
  [[nodiscard]] std::optional<Memory> memory() const;

  // Ends of a call: `return call.returned(Value::i32(1));`. The last one counts.

  /// Results of the wrong number or type are a trap.
  [[nodiscard]] HostOutcome returned() { return returned(std::span<const Value>{}); }
  [[nodiscard]] HostOutcome returned(const Value& result) {
    return returned(std::span(&result, 1));
  }
  [[nodiscard]] HostOutcome returned(std::span<const Value> results);
  [[nodiscard]] HostOutcome trapped(std::string message);
  /// Ends the guest as it asked for: the call from the host fails with `ErrorKind::exit` and
  /// `Error::exit_code`.
  [[nodiscard]] HostOutcome exit(int status);
  /// Throws an exception, which the guest may catch. Values of the wrong number or type are a trap.
  [[nodiscard]] HostOutcome thrown(const Tag& tag, std::span<const Value> values);
  [[nodiscard]] HostOutcome thrown(const Exception& exception) {
    return thrown(exception.tag, exception.values);
  }
  /// Not done yet: suspends the guest. `poll` is called after the store's waiter has run and ends
  /// the call like the function itself would, or answers `still_pending()`.
  [[nodiscard]] HostOutcome pending(HostFunction poll);
  /// Only from a poll function, which is kept: the guest continues to wait.
  [[nodiscard]] HostOutcome still_pending();

  struct State;
  HostCall(State& state, std::uint64_t* slots) : state_(state), slots_(slots) {}

 private:
  template <typename F, typename Parameters>
  friend struct detail::Typed;

  /// For typed host functions: the results are in `slots_`, where their C++ types have put them.
  [[nodiscard]] HostOutcome returned_in_slots();

  State& state_;
  std::uint64_t* slots_;  ///< parameters, and after the call the results, as bits
};

/// The result of a typed host function that may fail: an error is a trap with its message, or ends
/// the guest if it is of kind `exit`.
template <typename T>
using HostResult = Result<T>;

namespace detail {

template <typename F>
struct Callable : Callable<decltype(&F::operator())> {};
template <typename R, typename... P>
struct Callable<R (*)(P...)> {
  using Returned = R;
  using Parameters = std::tuple<P...>;
};
template <typename C, typename R, typename... P>
struct Callable<R (C::*)(P...)> : Callable<R (*)(P...)> {};
template <typename C, typename R, typename... P>
struct Callable<R (C::*)(P...) const> : Callable<R (*)(P...)> {};
template <typename R, typename... P>
struct Callable<R (*)(P...) noexcept> : Callable<R (*)(P...)> {};
template <typename C, typename R, typename... P>
struct Callable<R (C::*)(P...) noexcept> : Callable<R (*)(P...)> {};
template <typename C, typename R, typename... P>
struct Callable<R (C::*)(P...) const noexcept> : Callable<R (*)(P...)> {};

/// Results of a callable as a list of core types.
template <typename R>
struct Results {
  static FunctionType& add(FunctionType& type) {
    type.results.push_back(CoreType<R>::type);
    return type;
  }
  static void store(std::uint64_t* slots, const R& value) { slots[0] = CoreType<R>::to(value); }
};
template <>
struct Results<void> {
  static FunctionType& add(FunctionType& type) { return type; }
};
template <typename... R>
struct Results<std::tuple<R...>> {
  static FunctionType& add(FunctionType& type) {
    (type.results.push_back(CoreType<R>::type), ...);
    return type;
  }
  static void store(std::uint64_t* slots, const std::tuple<R...>& values) {
    std::apply([&](const R&... value) { ((*slots++ = CoreType<R>::to(value)), ...); }, values);
  }
};
template <typename R>
struct Results<std::expected<R, Error>> : Results<R> {};

// A C++ callable as a host function with its type.

template <typename F, typename... P>
struct Typed<F, std::tuple<P...>> {
  static FunctionType type() {
    FunctionType type{{CoreType<std::remove_cvref_t<P>>::type...}, {}};
    return Results<typename Callable<F>::Returned>::add(type);
  }
  static HostOutcome call(F& callable, HostCall& call) { return run(callable, call); }

  template <typename... First>
  static HostOutcome run(F& callable, HostCall& call, First&... first) {
    return apply(callable, call, std::index_sequence_for<P...>{}, first...);
  }

 private:
  template <std::size_t... I, typename... First>
  static HostOutcome apply(F& callable, HostCall& call, std::index_sequence<I...>,
                           First&... first) {
    using Returned = typename Callable<F>::Returned;
    const auto invoke = [&]() -> Returned {
      return callable(first..., CoreType<std::remove_cvref_t<P>>::from(call.slots_[I])...);
    };
    if constexpr (std::is_void_v<Returned>) {
      invoke();
    } else {
      auto answer = invoke();
      if constexpr (requires { typename Returned::error_type; }) {
        if (!answer)
          return answer.error().kind == ErrorKind::exit ? call.exit(answer.error().exit_code)
                                                        : call.trapped(answer.error().message);
        if constexpr (!std::is_void_v<typename Returned::value_type>)
          Results<Returned>::store(call.slots_, *answer);
      } else {
        Results<Returned>::store(call.slots_, answer);
      }
    }
    return call.returned_in_slots();
  }
};

template <typename F, typename... P>
struct Typed<F, std::tuple<HostCall&, P...>> : Typed<F, std::tuple<P...>> {
  static HostOutcome call(F& callable, HostCall& call) {
    return Typed<F, std::tuple<P...>>::run(callable, call, call);
  }
};

}  // namespace detail

/// Definitions by name, for the imports of modules that are instantiated in one store.
class Linker {
 public:
  explicit Linker(const Store& store);

  /// Gives an entity of the store the two names of an import. A name that is taken, or an entity of
  /// another store: `ErrorKind::argument`.
  Result<void> define(std::string_view module, std::string_view name, const Function& function);
  /// A shared memory may also be of another store of the same engine.
  Result<void> define(std::string_view module, std::string_view name, const Memory& memory);
  Result<void> define(std::string_view module, std::string_view name, const Tag& tag);
  Result<void> define(std::string_view module, std::string_view name, const Global& global);

  /// Defines all exports of an instance under a module name.
  Result<void> define(std::string_view module, const Instance& instance);

  /// A host function of a given type. It must not capture the `Store` itself: a function that owns
  /// its store is never freed. Handles may be captured.
  Result<void> define(std::string_view module, std::string_view name, FunctionType type,
                      HostFunction function);

  /// A C++ callable as a host function; its type is taken from the C++ type. Parameters: integers
  /// of four or eight bytes, float, double, and optionally a `HostCall&` as the first. Result:
  /// void, one of these types, a `std::tuple` of them, or a `HostResult` of any.
  template <typename F>
  Result<void> function(std::string_view module, std::string_view name, F callable) {
    using Typed = detail::Typed<F, typename detail::Callable<F>::Parameters>;
    return define(module, name, Typed::type(),
                  [callable = std::move(callable)](HostCall& call) mutable {
                    return Typed::call(callable, call);
                  });
  }

  /// Looks every import up, instantiates and runs the start function.
  /// @param path what backtraces call the instance; the module's name if empty
  /// @return an error of kind `unlinkable`, `limit`, `trap` or `exit`
  [[nodiscard]] Result<Instance> instantiate(const Module& module, std::string path = {}) const;

  /// For parts of the library that link to the layer below (`airlock/wasi.hpp`). Null if the store
  /// is gone.
  [[nodiscard]] runtime::Linker* inner() const;

  struct State;

 private:
  std::shared_ptr<State> state_;
};

}  // namespace airlock
