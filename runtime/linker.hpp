// Linking of core modules by the two-level names of their imports.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "decoder/error.hpp"
#include "runtime/host_function.hpp"
#include "runtime/store.hpp"

namespace airlock::runtime {

/// Definitions by name, for the imports of modules that are instantiated in one store. Single
/// entities take precedence over the exports of an instance of the same module name.
class Linker {
 public:
  explicit Linker(Store& store) : store_(store) {}

  [[nodiscard]] Store& store() { return store_; }

  /// Gives an entity of the store a name. A name that is taken already is `ErrorKind::argument`.
  Result<void> define(std::string_view module, std::string_view name, const External& entity);

  /// Defines all exports of an instance under a module name. Replaces an instance that had the name
  /// before (like `register` in a script).
  void define_instance(std::string_view module, Instance& instance);

  /// A C++ callable as a function; see host_function.hpp for what it may take and return.
  template <typename F>
  Result<void> define_function(std::string_view module, std::string_view name, F&& callable) {
    using Native = CallableFunction<std::decay_t<F>>;
    return define_native(module, name, Native::type(),
                         std::make_unique<Native>(std::forward<F>(callable)));
  }

  /// A native function with its type; the store keeps it.
  Result<void> define_native(std::string_view module, std::string_view name,
                             const decoder::FunctionType& type,
                             std::unique_ptr<NativeFunction> native);

  /// Called for imports that have no definition, before they are reported as unknown.
  using Fallback = std::function<std::optional<External>(const CompiledModule& module,
                                                         const decoder::Import& import)>;
  void set_fallback(Fallback fallback) { fallback_ = std::move(fallback); }

  /// The definition of a name, if there is one.
  [[nodiscard]] std::optional<External> find(std::string_view module, std::string_view name);

  /// Looks every import up and instantiates. An import without definition is
  /// `ErrorKind::unlinkable`: "unknown import: …", with further ones as notes. Other errors are
  /// those of `Store::instantiate`.
  [[nodiscard]] Result<Instance*> instantiate(std::shared_ptr<const CompiledModule> module,
                                              std::string path = {}, Trap* trap = nullptr);

 private:
  using Names = std::map<std::string, External, std::less<>>;
  [[nodiscard]] Error unknown_imports(const CompiledModule& module,
                                      const std::vector<const decoder::Import*>& unknown) const;

  Store& store_;
  std::map<std::string, Names, std::less<>> entities_;
  std::map<std::string, Instance*, std::less<>> instances_;
  Fallback fallback_;
};

}  // namespace airlock::runtime
