// Components: compile, link, instantiate, call by name.
//
//   auto component = airlock::component::Component::load(engine, "calc.wasm");
//   airlock::component::Linker linker(store);
//   linker.function("demo:app/log", "log", [](std::string text) { std::cerr << text << '\n'; });
//   auto instance = linker.instantiate(*component, "calc");
//   auto sum = instance->invoke<std::int32_t>("demo:calc/ops", "sum", std::vector{1, 2, 3});
//
// Values, types and host functions are those of the Canonical ABI layer: see
// canonical-abi/value.hpp, types.hpp and host.hpp.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "airlock/component_values.hpp"
#include "airlock/linker.hpp"
#include "airlock/store.hpp"
#include "canonical-abi/host.hpp"
#include "canonical-abi/types.hpp"
#include "canonical-abi/value.hpp"

namespace airlock::canonical_abi {
class Component;
class ComponentInstance;
class Linker;
struct ExportedFunction;
}  // namespace airlock::canonical_abi

namespace airlock::component {

using canonical_abi::FunctionType;
using canonical_abi::HostCall;
using canonical_abi::HostFunction;
using canonical_abi::HostInstance;
using canonical_abi::HostTable;
using canonical_abi::PendingCall;
using canonical_abi::ResourceType;
using canonical_abi::to_string;
using canonical_abi::TypeTable;

/// A compiled component with all its modules: immutable, shared by all instances, stores and OS
/// threads. A handle.
class Component {
 public:
  /// Decodes, validates and compiles.
  /// @param bytes the binary format, or the text format (`(component …)`) in UTF-8; copied
  /// @return errors as with `airlock::Module::compile`
  [[nodiscard]] static Result<Component> compile(const Engine& engine,
                                                 std::span<const std::byte> bytes);
  [[nodiscard]] static Result<Component> compile(const Engine& engine, std::string_view bytes);
  [[nodiscard]] static Result<Component> load(const Engine& engine,
                                              const std::filesystem::path& path);

  /// Names of what it imports and exports, as they are written in the component:
  /// `wasi:io/streams@0.2.0`.
  [[nodiscard]] std::vector<std::string> imports() const;
  [[nodiscard]] std::vector<std::string> exports() const;

  struct State;
  [[nodiscard]] const std::shared_ptr<const State>& state() const { return state_; }

 private:
  explicit Component(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

/// An exported function of a component instance. It may outlive its store; calling it then is
/// `ErrorKind::argument`.
class Function : public Handle<const canonical_abi::ExportedFunction> {
 public:
  using Handle::Handle;

  /// The exported interface it belongs to; empty at the component's root, or if the store is gone.
  [[nodiscard]] std::string interface() const;
  [[nodiscard]] std::string name() const;
  /// Null if the store is gone; lives as long as the store.
  [[nodiscard]] const FunctionType* type() const;

  /// Calls and runs to the end.
  /// @return the result, if the type has one. Errors: `ErrorKind::argument` (wrong number or type
  ///   of arguments), `trap`, or `exit` with `Error::exit_code`.
  /// After a trap the instance (and those that the Component Model poisons with it) can no longer
  /// be entered; others go on.
  [[nodiscard]] Result<std::optional<Value>> call(std::span<const Value> arguments = {}) const;
  [[nodiscard]] Result<std::optional<Value>> call(std::initializer_list<Value> arguments) const {
    return call(std::span(arguments.begin(), arguments.size()));
  }

  /// The same with C++ types, see component_values.hpp: `function.invoke<std::string>(1u, "two")`.
  template <typename R = void, typename... A>
  [[nodiscard]] Result<R> invoke(const A&... arguments) const {
    const FunctionType* declared = type();
    std::size_t position = 0;
    [[maybe_unused]] const auto next = [&]() -> Type {
      const auto i = position++;
      return declared && i < declared->parameters.size() ? declared->parameters[i].type : nullptr;
    };
    const std::vector<Value> values{
        ComponentType<std::decay_t<const A&>>::to(arguments, next())...};
    auto result = call(values);
    if (!result) return std::unexpected(std::move(result).error());
    if constexpr (std::is_void_v<R>) {
      return {};
    } else {
      auto converted = *result ? ComponentType<R>::from(**result) : std::nullopt;
      if (!converted) return wrong_result();
      return *std::move(converted);
    }
  }

 private:
  [[nodiscard]] std::unexpected<Error> wrong_result() const;
};

/// An instance of a component.
class Instance : public Handle<canonical_abi::ComponentInstance> {
 public:
  using Handle::Handle;

  /// What backtraces call it: `app/parser`.
  [[nodiscard]] std::string path() const;

  /// All functions it exports, at its root and in its interfaces.
  [[nodiscard]] std::vector<Function> functions() const;
  /// A function at the root; if there is none, the only one of that name in any interface.
  [[nodiscard]] std::optional<Function> function(std::string_view name) const;
  /// A function of an exported interface (`demo:calc/ops`). The version may be left out or be any
  /// compatible one.
  [[nodiscard]] std::optional<Function> function(std::string_view interface,
                                                 std::string_view name) const;

  /// Calls a function by name; the interface is empty for one at the root. No such function:
  /// `ErrorKind::argument`.
  [[nodiscard]] Result<std::optional<Value>> call(std::string_view interface, std::string_view name,
                                                  std::span<const Value> arguments = {}) const;

  /// The same with C++ types.
  template <typename R = void, typename... A>
  [[nodiscard]] Result<R> invoke(std::string_view interface, std::string_view name,
                                 const A&... arguments) const {
    auto found = find(interface, name);
    if (!found) return std::unexpected(std::move(found).error());
    return found->template invoke<R>(arguments...);
  }

 private:
  [[nodiscard]] Result<Function> find(std::string_view interface, std::string_view name) const;
};

namespace detail {

/// A C++ callable as a host function of a component.
template <typename F, typename Parameters>
struct TypedHost;

template <typename F, typename... P>
struct TypedHost<F, std::tuple<P...>> {
  template <typename... First>
  static HostOutcome run(F& callable, HostCall& call, First&... first) {
    return apply(callable, call, std::index_sequence_for<P...>{}, first...);
  }
  static HostOutcome call(F& callable, HostCall& call) { return run(callable, call); }

 private:
  template <std::size_t... I, typename... First>
  static HostOutcome apply(F& callable, HostCall& call, std::index_sequence<I...>,
                           First&... first) {
    using Returned = typename airlock::detail::Callable<F>::Returned;
    std::tuple<std::optional<std::remove_cvref_t<P>>...> arguments{
        ComponentType<std::remove_cvref_t<P>>::from(call.argument(I))...};
    if (call.arguments.size() != sizeof...(P) || !(std::get<I>(arguments).has_value() && ...))
      return call.trapped("the host function does not take arguments of type " +
                          to_string(call.type()));
    const auto invoke = [&]() -> Returned {
      return callable(first..., *std::move(std::get<I>(arguments))...);
    };
    try {
      return finish<Returned>(invoke, call);
    } catch (const std::exception& exception) {
      return call.trapped(std::string(exception.what()));
    } catch (...) {
      return call.trapped("a host function threw");
    }
  }

  template <typename Returned, typename Invoke>
  static HostOutcome finish(const Invoke& invoke, HostCall& call) {
    if constexpr (std::is_void_v<Returned>) {
      invoke();
      return call.returned();
    } else if constexpr (std::is_same_v<Returned, HostOutcome>) {
      return invoke();
    } else if constexpr (requires { typename Returned::error_type; }) {
      auto answer = invoke();
      if constexpr (std::is_same_v<typename Returned::error_type, Error>) {
        if (!answer && answer.error().kind == ErrorKind::exit)
          return call.exit(answer.error().exit_code);
        if (!answer) return call.trapped(answer.error().message);
        if constexpr (std::is_void_v<typename Returned::value_type>)
          return call.returned();
        else
          return give(call, *std::move(answer));
      } else {
        return give(call, std::move(answer));
      }
    } else {
      return give(call, invoke());
    }
  }

  template <typename T>
  static HostOutcome give(HostCall& call, T answer) {
    const Type type = call.type().result;
    auto value = ComponentType<T>::to(std::move(answer), type);
    if (!type || !matches(value, type))
      return call.trapped("the host function does not return what is declared: " +
                          to_string(call.type()));
    return call.returned(std::move(value));
  }
};

template <typename F, typename... P>
struct TypedHost<F, std::tuple<HostCall&, P...>> : TypedHost<F, std::tuple<P...>> {
  static HostOutcome call(F& callable, HostCall& call) {
    return TypedHost<F, std::tuple<P...>>::run(callable, call, call);
  }
};

}  // namespace detail

/// Definitions by name, for the imports of components that are instantiated in one store. A
/// component gets nothing that was not linked.
class Linker {
 public:
  explicit Linker(const Store& store);

  /// What the host offers under the name of an interface, made empty if there is nothing yet. A
  /// name with a version (`demo:app/log@1.2.0`) serves imports of every compatible version.
  [[nodiscard]] HostInstance& instance(std::string_view name);
  /// Functions that components import without an interface.
  [[nodiscard]] HostInstance& root();

  /// A C++ callable as a host function. Parameters and result: see component_values.hpp, and
  /// optionally a `HostCall&` as the first parameter. The result may be void, a `Result<T>` (whose
  /// error is a trap), or `HostOutcome` (for one that can be pending). A type that does not fit
  /// what the component declares is a trap when it is called.
  /// @param interface empty for a function imported without one
  template <typename F>
  void function(std::string_view interface, std::string_view name, F callable) {
    using Typed = detail::TypedHost<F, typename airlock::detail::Callable<F>::Parameters>;
    auto& target = interface.empty() ? root() : instance(interface);
    target.function(std::string(name), [callable = std::move(callable)](HostCall& call) mutable {
      return Typed::call(callable, call);
    });
  }

  /// Links an import to another component's instance, whose exports become those of the import.
  Result<void> define(std::string_view name, const Instance& instance);

  /// Advice for the error about a missing import: "pass --allow-network".
  /// @param prefix of names of interfaces, e.g. `wasi:sockets/`
  void explain_missing(std::string_view prefix, std::string advice);

  /// Instantiates.
  /// @param path what backtraces call the instance
  /// @return an error of kind `unlinkable`, `denied`, `limit`, `trap` or `exit`
  [[nodiscard]] Result<Instance> instantiate(const Component& component,
                                             std::string path = {}) const;

  /// For parts of the library that link to the layer below (`airlock/wasi.hpp`). The store is null
  /// if it is gone.
  [[nodiscard]] canonical_abi::Linker& inner() const;
  [[nodiscard]] canonical_abi::Store* inner_store() const;

  struct State;

 private:
  std::shared_ptr<State> state_;
};

/// Gives up an own handle that the host got: runs the resource's destructor.
[[nodiscard]] Result<void> drop(const Store& store, const Value& own);

}  // namespace airlock::component
