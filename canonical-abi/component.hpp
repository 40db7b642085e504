// Components ready to be instantiated, and their instances as the host sees them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "canonical-abi/linker.hpp"
#include "canonical-abi/types.hpp"
#include "canonical-abi/value.hpp"
#include "decoder/error.hpp"
#include "decoder/reader.hpp"
#include "runtime/store.hpp"
#include "runtime/trap.hpp"

namespace airlock::canonical_abi {

class ComponentInstance;

/// A decoded and validated component with its core modules compiled: immutable, and shared by all
/// instances and stores of one engine.
class Component {
 public:
  [[nodiscard]] static Result<std::shared_ptr<const Component>> compile(
      runtime::Engine& engine, decoder::SharedBytes binary);
  ~Component();
  Component(const Component&) = delete;
  Component& operator=(const Component&) = delete;

  /// Names of the imports and exports, as they are written in the component.
  [[nodiscard]] std::vector<std::string> import_names() const;
  [[nodiscard]] std::vector<std::string> export_names() const;

  struct Definition;
  [[nodiscard]] const Definition& definition() const { return *definition_; }

 private:
  Component();
  std::unique_ptr<Definition> definition_;
};

/// Component instances that can call each other, over one core store
/// (Canonical ABI: Embedding API).
class Store {
 public:
  explicit Store(runtime::Store& core);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  [[nodiscard]] runtime::Store& core() { return core_; }
  [[nodiscard]] runtime::Engine& engine() { return core_.engine(); }

  /// Blocks until a pending host call may go on: one turn of the host's event loop. An error ends
  /// the call that waits, as a trap. Without a waiter a pending call is a trap at once.
  using Waiter = std::function<Result<void>(Store&)>;
  void set_waiter(Waiter waiter);

  /// Instantiates. The imports are looked up in `linker`, which is not kept.
  /// @param path what traces and messages call the instance
  [[nodiscard]] Result<ComponentInstance*> instantiate(std::shared_ptr<const Component> component,
                                                       const Linker& linker, std::string path = {});

  /// Gives up an own handle that the host holds: runs the resource's destructor, if it has one.
  [[nodiscard]] Result<void> drop(const Value& own);

  struct Contents;
  [[nodiscard]] Contents& contents() { return *contents_; }

 private:
  runtime::Store& core_;
  std::unique_ptr<Contents> contents_;
};

/// A component-level function that the host can call.
struct ExportedFunction {
  std::string interface;  ///< name of the exported instance it belongs to; empty at the root
  std::string name;
  FunctionType type;
  const void* implementation = nullptr;
};

/// All functions that an instance exports, at its root and one level down in its interfaces.
[[nodiscard]] std::span<const ExportedFunction> exported_functions(ComponentInstance& instance);

/// A function at the root (`interface` empty) or in an exported interface. The interface's version
/// may be left out or be any compatible one. Null if there is none.
[[nodiscard]] const ExportedFunction* find_export(ComponentInstance& instance,
                                                  std::string_view interface,
                                                  std::string_view function);

/// Calls an exported function and runs it to its end, through the store's waiter where a host call
/// is pending. A guest's trap or exit is an error of kind `trap` or `exit`, with details in `trap`.
[[nodiscard]] Result<std::optional<Value>> call(Store& store, const ExportedFunction& function,
                                                std::span<const Value> arguments,
                                                runtime::Trap* trap = nullptr);

/// The path under which traces know the instance: `app/parser/png`.
[[nodiscard]] const std::string& path_of(const ComponentInstance& instance);

}  // namespace airlock::canonical_abi
