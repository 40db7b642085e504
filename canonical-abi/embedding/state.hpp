// The state that the handles of the public API refer to.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "airlock/linker.hpp"
#include "airlock/module.hpp"
#include "airlock/store.hpp"
#include "canonical-abi/component.hpp"
#include "runtime/engine.hpp"
#include "runtime/linker.hpp"
#include "runtime/store.hpp"

namespace airlock {

struct Engine::State {
  explicit State(const Configuration& configuration);
  Configuration configuration;
  runtime::Engine engine;
};

struct Module::State {
  Engine engine;
  std::shared_ptr<const runtime::CompiledModule> module;
};

struct Store::State : std::enable_shared_from_this<Store::State> {
  explicit State(const Engine& made_in);

  /// The component instances of this store, made when first asked for.
  [[nodiscard]] canonical_abi::Store& components();

  /// Waits until a pending host call may go on.
  [[nodiscard]] Result<void> wait();

  /// Remembers where a call trapped or what it threw, and makes an error of it.
  [[nodiscard]] Error trapped(const runtime::Trap& trap);
  /// Whether a value may be used in this store.
  [[nodiscard]] bool owns(const Value& value) const;
  [[nodiscard]] Value to_value(const runtime::Value& value);

  Engine engine;
  std::uint64_t number;  ///< no other store of this process has it
  Store::Waiter waiter;
  std::vector<TraceFrame> last_backtrace;
  std::shared_ptr<const runtime::UncaughtException> last_exception;

  // Last: destroyed first, while all of the above still exists.
  runtime::Store store;
  std::unique_ptr<canonical_abi::Store> component_store;
};

struct Linker::State {
  explicit State(const std::shared_ptr<Store::State>& of) : store(of), linker(of->store) {}
  std::weak_ptr<Store::State> store;
  runtime::Linker linker;
  std::vector<std::shared_ptr<runtime::Memory>> shared_memories;  ///< of other stores
};

/// The implementation's way to the bits of a value.
struct ValueAccess {
  [[nodiscard]] static Value make(ValueType type, std::uint64_t low, std::uint64_t high,
                                  std::uint64_t store) {
    Value value(type, low);
    value.bits_[1] = high;
    value.store_ = store;
    return value;
  }
  static void set_hierarchy(Value& value, decoder::HeapKind top) {
    value.hierarchy_ = static_cast<std::uint8_t>(top);
  }
  [[nodiscard]] static decoder::HeapKind hierarchy(const Value& value) {
    return static_cast<decoder::HeapKind>(value.hierarchy_);
  }
  static void keep(Value& value, std::shared_ptr<const void> root) {
    value.root_ = std::move(root);
  }
  [[nodiscard]] static std::uint64_t low(const Value& value) { return value.bits_[0]; }
  [[nodiscard]] static std::uint64_t high(const Value& value) { return value.bits_[1]; }
  [[nodiscard]] static std::uint64_t store(const Value& value) { return value.store_; }
};

[[nodiscard]] ValueType to_public(const decoder::ValueType& type);
[[nodiscard]] FunctionType to_public(const decoder::FunctionType& type);
/// An `other_reference` has no counterpart and becomes `(ref null any)`; that of a value becomes
/// the top of its hierarchy.
[[nodiscard]] decoder::ValueType to_internal(ValueType type);
[[nodiscard]] decoder::FunctionType to_internal(const FunctionType& type);
[[nodiscard]] runtime::Value to_internal(const Value& value);

/// All bytes of a file, or `ErrorKind::system`.
[[nodiscard]] Result<std::string> read_file(const std::filesystem::path& path);

/// "the store of this … has been destroyed"
[[nodiscard]] std::unexpected<Error> store_is_gone(std::string_view what);

/// A public host function as a native function of the runtime.
[[nodiscard]] std::unique_ptr<runtime::NativeFunction> make_native(Store::State& store,
                                                                   FunctionType type,
                                                                   HostFunction function);

}  // namespace airlock
