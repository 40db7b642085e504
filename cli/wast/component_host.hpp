// The interface of what runs the components of a script. The core runner itself knows only core
// modules.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "decoder/error.hpp"
#include "decoder/reader.hpp"
#include "decoder/text/script.hpp"

namespace airlock::runtime {
class Engine;
}

namespace airlock::cli {

/// Components of one script. Definitions and instances are known by numbers the host gives out.
class ComponentHost {
 public:
  using Number = std::size_t;
  using Values = std::vector<decoder::text::ScriptValue>;

  virtual ~ComponentHost() = default;

  /// Reads and validates a component. Errors: `malformed`, `invalid`, `unsupported`, `limit`.
  [[nodiscard]] virtual Result<Number> define(decoder::SharedBytes binary) = 0;

  /// Instantiates a definition; its imports are looked up among the registered instances and what
  /// the host itself provides. Errors: `unlinkable`, `trap`, `unsupported`.
  [[nodiscard]] virtual Result<Number> instantiate(Number definition) = 0;

  /// Makes an instance known to the imports of later ones.
  virtual void register_instance(std::string_view name, Number instance) = 0;

  /// Calls an exported function. Errors: `trap` with the trap's text, `argument` if there is no
  /// such function, `unsupported`.
  [[nodiscard]] virtual Result<Values> invoke(
      Number instance, std::string_view name,
      std::span<const decoder::text::ScriptValue> arguments) = 0;
};

/// The host that runs components for real, all of a script in one store.
[[nodiscard]] std::unique_ptr<ComponentHost> make_component_host(runtime::Engine& engine);

}  // namespace airlock::cli
