// Core modules, compiled once for any number of instances.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "airlock/engine.hpp"
#include "airlock/error.hpp"
#include "airlock/value.hpp"

namespace airlock {

enum class ExternKind : std::uint8_t { function, table, memory, global, tag };

/// An import or export of a module.
struct ModuleItem {
  std::string module;  ///< first name of an import; empty for an export
  std::string name;
  ExternKind kind = ExternKind::function;
  std::optional<FunctionType> function_type;  ///< of a function
};

/// A compiled module: immutable, shared by all its instances, stores and OS threads. A handle.
class Module {
 public:
  /// Decodes, validates and translates.
  /// @param bytes the binary format, or the text format (`(module …)`) in UTF-8; copied
  /// @return an error of kind `malformed`, `invalid`, `unsupported` or `limit`, with its offset (in
  ///   a text: line and column)
  [[nodiscard]] static Result<Module> compile(const Engine& engine,
                                              std::span<const std::byte> bytes);
  [[nodiscard]] static Result<Module> compile(const Engine& engine, std::string_view bytes);

  /// Reads a file and compiles it. If it cannot be read: `ErrorKind::system`.
  [[nodiscard]] static Result<Module> load(const Engine& engine, const std::filesystem::path& path);

  /// The name in the module's name section; empty if it has none.
  [[nodiscard]] const std::string& name() const;
  /// In the order of the module.
  [[nodiscard]] std::vector<ModuleItem> imports() const;
  [[nodiscard]] std::vector<ModuleItem> exports() const;

  struct State;
  [[nodiscard]] const std::shared_ptr<const State>& state() const { return state_; }

 private:
  explicit Module(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

}  // namespace airlock
