// Stores, and the handles to what lives in them.
//
// A handle (Instance, Function, Memory, Global) is small, can be copied, and may outlive its store:
// every use of it is `ErrorKind::argument` then, never undefined.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "airlock/engine.hpp"
#include "airlock/error.hpp"
#include "airlock/module.hpp"
#include "airlock/value.hpp"

namespace airlock {

class Function;
class Instance;
struct Exception;

/// One line of a backtrace, from the innermost function outwards.
struct TraceFrame {
  std::string instance;  ///< the instance's path (`app/parser/png`) or module name
  std::string function;  ///< from the name section; empty if it has none
  std::uint32_t function_index = 0;
  std::uint64_t offset = 0;  ///< of the instruction, in bytes from the start of the binary
};

/// Ends what guests of a store are doing, from any OS thread, and after the store is gone. A
/// handle: copies do the same.
class Interrupt {
 public:
  /// Ends the call or instantiation that is under way with the trap "interrupted", be it running,
  /// waiting or asleep; if there is none, the next one. The store can be used as after any trap.
  void operator()() const;

  struct State;
  explicit Interrupt(std::shared_ptr<State> state) : state_(std::move(state)) {}

 private:
  std::shared_ptr<State> state_;
};

/// Everything that instances own: memories, tables, globals, host functions, stacks. All of it
/// lives until the store is destroyed; make a store per task and throw it away. Used by one OS
/// thread at a time. Cannot be copied, can be moved.
class Store {
 public:
  explicit Store(const Engine& engine);
  ~Store();
  Store(Store&&) noexcept;
  Store& operator=(Store&&) noexcept;

  [[nodiscard]] const Engine& engine() const;

  /// Called when a guest waits for a pending host call: blocks until one of the pending calls may
  /// continue. An error ends the waiting call as a trap. Without a waiter, pending calls are polled
  /// every millisecond.
  using Waiter = std::function<Result<void>()>;
  void set_waiter(Waiter waiter);

  /// How much guests of this store may still do, if the engine is configured to meter; zero at
  /// first. An instruction takes one unit; work on many bytes or elements takes one for 16 bytes or
  /// for each element of a table, a call of a host function 50 (runtime/fuel.hpp has the whole
  /// list). Running out is the trap "out of fuel". The same module with the same arguments always
  /// takes the same amount.
  void set_fuel(std::uint64_t units);
  [[nodiscard]] std::uint64_t fuel() const;
  /// Takes fuel for what a host function does for a guest. False if there is not enough: none is
  /// left then, and the function should end the call with a trap.
  [[nodiscard]] bool charge(std::uint64_t units);

  /// When guests of this store have to end, whatever they are doing: the trap "deadline exceeded".
  /// It stays until another one is set; none takes it away. A host function is not cut short, but
  /// the guest ends when it returns.
  /// @return `ErrorKind::argument` if the engine is not interruptible
  [[nodiscard]] Result<void> set_deadline(
      std::optional<std::chrono::steady_clock::time_point> deadline);
  /// The same, from now on.
  [[nodiscard]] Result<void> set_timeout(std::chrono::nanoseconds timeout);

  /// What ends a guest from another OS thread.
  /// @return `ErrorKind::argument` if the engine is not interruptible
  [[nodiscard]] Result<Interrupt> interrupt() const;

  /// The exception that ended the last call or instantiation, if no guest caught it
  /// (`ErrorKind::exception`).
  [[nodiscard]] std::optional<Exception> last_exception() const;

  /// The backtrace of the last call or instantiation that trapped or threw; empty if none did.
  [[nodiscard]] const std::vector<TraceFrame>& last_backtrace() const;

  /// Bytes of all memories of the store, as the guests see them (not the pages that they really
  /// use).
  [[nodiscard]] std::uint64_t memory_bytes() const;

  /// The function a funcref refers to; none if it is null, no funcref, or of another store.
  [[nodiscard]] std::optional<Function> function(const Value& reference) const;

  struct State;
  [[nodiscard]] const std::shared_ptr<State>& state() const { return state_; }

 private:
  std::shared_ptr<State> state_;
};

/// The common part of all handles: a weak reference to the store, and the entity in it.
template <typename Entity>
class Handle {
 public:
  Handle(std::weak_ptr<Store::State> store, Entity* entity)
      : store_(std::move(store)), entity_(entity) {}

  /// Whether the store still lives.
  [[nodiscard]] bool is_alive() const { return !store_.expired(); }

  // For the implementation.
  [[nodiscard]] const std::weak_ptr<Store::State>& store() const { return store_; }
  [[nodiscard]] Entity* entity() const { return entity_; }

 protected:
  std::weak_ptr<Store::State> store_;
  Entity* entity_;
};

}  // namespace airlock

namespace airlock::runtime {
struct Function;
struct Global;
struct Instance;
struct Tag;
class Memory;
}  // namespace airlock::runtime

namespace airlock {

/// A function of a core instance, or of the host.
class Function : public Handle<runtime::Function> {
 public:
  using Handle::Handle;

  [[nodiscard]] FunctionType type() const;
  /// A value that refers to this function.
  [[nodiscard]] Value reference() const;

  /// Calls and runs to the end.
  /// @return the results; `ErrorKind::argument` for arguments of the wrong number or type, `trap`,
  ///   `exception` (see `Store::last_exception`), or `exit` with `Error::exit_code`
  [[nodiscard]] Result<std::vector<Value>> call(std::span<const Value> arguments = {}) const;
  [[nodiscard]] Result<std::vector<Value>> call(std::initializer_list<Value> arguments) const {
    return call(std::span(arguments.begin(), arguments.size()));
  }

  /// The same with C++ types: `function.invoke<std::int32_t>(1, 2)`. Other types than the
  /// function's are `ErrorKind::argument`.
  /// @tparam R void, an integer of four or eight bytes, float or double
  template <typename R = void, typename... A>
  [[nodiscard]] Result<R> invoke(A... arguments) const {
    const std::uint64_t bits[sizeof...(A) + 1] = {CoreType<A>::to(arguments)..., 0};
    static const FunctionType wanted = [] {
      FunctionType type{{CoreType<A>::type...}, {}};
      if constexpr (!std::is_void_v<R>) type.results.push_back(CoreType<R>::type);
      return type;
    }();
    std::uint64_t result = 0;
    auto done = call_bits(wanted, bits, &result);
    if (!done) return std::unexpected(std::move(done).error());
    if constexpr (std::is_void_v<R>)
      return {};
    else
      return CoreType<R>::from(result);
  }

 private:
  Result<void> call_bits(const FunctionType& wanted, const std::uint64_t* arguments,
                         std::uint64_t* results) const;
};

/// A linear memory.
class Memory : public Handle<runtime::Memory> {
 public:
  using Handle::Handle;

  /// Bytes; zero if the store is gone.
  [[nodiscard]] std::uint64_t size() const;
  [[nodiscard]] std::uint64_t pages() const;
  /// @return the number of pages before, or an error of kind `limit`
  [[nodiscard]] Result<std::uint64_t> grow(std::uint64_t pages) const;

  /// Copies `bytes.size()` bytes out of, or into, the memory. If the range is not inside the
  /// memory: `ErrorKind::argument`, and nothing is copied.
  [[nodiscard]] Result<void> read(std::uint64_t address, std::span<std::byte> bytes) const;
  [[nodiscard]] Result<void> write(std::uint64_t address, std::span<const std::byte> bytes) const;
  /// `length` bytes as a string, whatever they are.
  [[nodiscard]] Result<std::string> read_string(std::uint64_t address, std::uint64_t length) const;
  [[nodiscard]] Result<void> write(std::uint64_t address, std::string_view text) const {
    return write(address, std::as_bytes(std::span(text)));
  }

  /// All bytes, in place. The address stays the same when the memory grows; the span is valid until
  /// the store is destroyed.
  [[nodiscard]] std::span<std::byte> bytes() const;
};

/// A global variable.
class Global : public Handle<runtime::Global> {
 public:
  using Handle::Handle;

  [[nodiscard]] ValueType type() const;
  [[nodiscard]] bool is_mutable() const;
  [[nodiscard]] Result<Value> get() const;
  /// A constant, or a value of another type: `ErrorKind::argument`.
  [[nodiscard]] Result<void> set(const Value& value) const;
};

/// The tag of exceptions: their kind, and the types of the values that they carry. Two tags with
/// the same types are still different tags.
class Tag : public Handle<runtime::Tag> {
 public:
  using Handle::Handle;

  /// A new tag, for exceptions that carry values of these types.
  [[nodiscard]] static Tag make(const Store& store, const std::vector<ValueType>& types);

  [[nodiscard]] std::vector<ValueType> types() const;
  /// The name in the module that defines it; may be empty.
  [[nodiscard]] std::string name() const;

  friend bool operator==(const Tag& one, const Tag& other) { return one.entity_ == other.entity_; }
};

/// An exception that a guest threw, or that the host throws into a guest.
struct Exception {
  Tag tag;
  std::vector<Value> values;
};

/// An instance of a core module.
class Instance : public Handle<runtime::Instance> {
 public:
  using Handle::Handle;

  /// Exports by name; none if there is no export of that name and kind.
  [[nodiscard]] std::optional<Function> function(std::string_view name) const;
  [[nodiscard]] std::optional<Memory> memory(std::string_view name) const;
  [[nodiscard]] std::optional<Global> global(std::string_view name) const;
  [[nodiscard]] std::optional<Tag> tag(std::string_view name) const;

  /// Calls an exported function by name. No such function: `ErrorKind::argument`.
  [[nodiscard]] Result<std::vector<Value>> call(std::string_view name,
                                                std::span<const Value> arguments = {}) const;
  [[nodiscard]] Result<std::vector<Value>> call(std::string_view name,
                                                std::initializer_list<Value> arguments) const {
    return call(name, std::span(arguments.begin(), arguments.size()));
  }

  /// The same with C++ types: `instance.invoke<std::int32_t>("add", 1, 2)`.
  template <typename R = void, typename... A>
  [[nodiscard]] Result<R> invoke(std::string_view name, A... arguments) const {
    auto found = find(name);
    if (!found) return std::unexpected(std::move(found).error());
    return found->template invoke<R>(arguments...);
  }

 private:
  [[nodiscard]] Result<Function> find(std::string_view name) const;
};

}  // namespace airlock
