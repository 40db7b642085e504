// Validation of components (component-model: Explainer.md, Binary.md), and its result: the type of
// every definition, so that linking need not derive anything again.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "decoder/component/component.hpp"
#include "decoder/error.hpp"
#include "decoder/limits.hpp"
#include "validator/component/component_types.hpp"
#include "validator/component/types.hpp"

namespace airlock::validator::component {

enum class StringEncoding : std::uint8_t { utf8, utf16, latin1_utf16 };

/// `CanonicalOptions` of definitions.py. Indices are those of the component.
struct CanonOptions {
  StringEncoding string_encoding = StringEncoding::utf8;
  std::optional<std::uint32_t> memory;       ///< core memory
  std::optional<std::uint32_t> realloc;      ///< core function
  std::optional<std::uint32_t> post_return;  ///< core function
  std::optional<std::uint32_t> callback;     ///< core function
  bool is_async = false;
  bool memory64 = false;  ///< `memory` has 64-bit addresses
};

/// A canonical definition, resolved.
struct ResolvedCanon {
  const syntax::Canon* canon = nullptr;
  CanonOptions options;
  /// `lift`, `lower`: the function type. `resource.*`, `stream.*`, `future.*`: the type.
  TypeId type{};
  std::optional<TypeId> result;  ///< `task.return`
  CoreFunctionId core_type{};    ///< of the core function that is lifted, or that is defined
};

/// Where an instance of a component gets the resource type of one of its slots from, and when.
struct ResourceSlot {
  enum class Source : std::uint8_t {
    import,      ///< from the import number `index`, under `path` within it (empty: it is the type)
    definition,  ///< made anew by the type definition, type index `index`
    instance,    ///< from the instance of instance index `index`, under `path`
    type,        ///< the same as that of type index `index`, under another name
  };
  ResourceId resource{};
  Source source = Source::import;
  std::uint32_t index = 0;
  ResourcePath path;
  std::uint32_t definition =
      0;  ///< position in `Component::definitions`: filled when it is reached
};

/// The entries that a definition appended to the index spaces.
struct ResolvedDefinition {
  Sort sort = Sort::function;
  std::uint32_t index = 0;             ///< of the (first) new entry
  std::uint32_t count = 1;             ///< 0 for a start definition; more for a core type group
  std::optional<std::uint32_t> canon;  ///< position in `ResolvedComponent::canons`
  std::optional<ModuleTypeId> module;  ///< of a core module definition
};

/// A component with the type of every definition of its index spaces.
struct ResolvedComponent {
  TypeId type{};  ///< its `ComponentType`

  std::vector<CoreFunctionId> core_functions;
  std::vector<decoder::TableType> core_tables;
  std::vector<decoder::MemoryType> core_memories;
  std::vector<decoder::GlobalType> core_globals;
  std::vector<CoreFunctionId> core_tags;
  std::vector<CoreTypeEntry> core_types;
  std::vector<ModuleTypeId> core_modules;
  std::vector<ModuleTypeId> core_instances;
  std::vector<TypeId> functions;
  std::vector<TypeId> types;
  std::vector<TypeId> components;
  std::vector<TypeId> instances;

  std::vector<ResolvedDefinition> definitions;  ///< parallel to `Component::definitions`
  std::vector<ResolvedCanon> canons;
  /// Every resource type that this component's types can mention. `ComponentTypes::slot_of` gives
  /// the position of a `ResourceId` here.
  std::vector<ResourceSlot> resources;
};

/// A valid component. Views and pointers of the types point into `tree` and `types`.
struct ValidComponent {
  std::shared_ptr<const syntax::ComponentTree> tree;
  std::shared_ptr<const ComponentTypes> types;
  std::vector<ResolvedComponent> components;  ///< parallel to `tree->components`
  std::uint64_t work = 0;                     ///< what its types cost (`TypeBuilder::spend`)

  [[nodiscard]] const ComponentType& root_type() const;
};

struct ComponentValidationOptions {
  /// Whether to validate the bodies of core modules. Not needed if they are compiled next, which
  /// validates them.
  bool core_bodies = true;
};

/// Validates a component and everything nested in it. Native recursion is bounded.
[[nodiscard]] Result<ValidComponent> validate_component(
    std::shared_ptr<const syntax::ComponentTree> tree, const Limits& limits = {},
    const ComponentValidationOptions& options = {});

}  // namespace airlock::validator::component
