// Instantiation: a component's definitions, carried out in order (Explainer: Component
// Definitions).
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "canonical-abi/component_instance.hpp"
#include "canonical-abi/definition.hpp"
#include "canonical-abi/linker.hpp"
#include "canonical-abi/linking/import_checking.hpp"
#include "canonical-abi/type_evaluation.hpp"
#include "decoder/component/component.hpp"
#include "decoder/error.hpp"

namespace airlock::canonical_abi {

/// Builds an instance and all instances nested in it. Nesting costs no native stack: components
/// under construction are on an explicit stack of frames.
///
/// Indices are checked here although validation has done so: a mistake there must not become memory
/// that is read or written out of bounds.
class Instantiator {
 public:
  Instantiator(Store& store, const Linker& linker)
      : store_(store), linker_(linker), types_(store), imports_(store, types_, linker) {}

  [[nodiscard]] Result<ComponentInstance*> run(std::shared_ptr<const Component> component,
                                               std::string path);

 private:
  using Arguments = std::map<std::string, ExternValue, std::less<>>;

  /// A component under construction.
  struct Frame {
    ComponentInstance* inst = nullptr;
    const decoder::component::Component* syntax = nullptr;
    const ComponentFacts* facts = nullptr;
    std::size_t next = 0;         ///< definition
    std::size_t next_module = 0;  ///< of `ComponentFacts::modules`
    Arguments arguments;          ///< unless it is the outermost: there the linker is asked
  };

  [[nodiscard]] Result<ComponentInstance*> build(std::shared_ptr<const Component> component,
                                                 std::string path);
  [[nodiscard]] Result<void> push(ComponentValue component, ComponentInstance* parent,
                                  Arguments arguments, std::string path);
  void finish(Frame& frame);
  [[nodiscard]] Result<void> step(Frame& frame, const decoder::component::Definition& definition);

  // One function for each kind of definition.
  [[nodiscard]] Result<void> define(Frame& frame, const decoder::component::CoreModule& it);
  [[nodiscard]] Result<void> define(Frame& frame, const decoder::component::CoreInstance& it);
  [[nodiscard]] Result<void> define(Frame& frame, const decoder::component::CoreType& it);
  [[nodiscard]] Result<void> define(Frame& frame, const decoder::component::NestedComponent& it);
  [[nodiscard]] Result<void> define(Frame& frame, const decoder::component::Instance& it);
  [[nodiscard]] Result<void> define(Frame& frame, const decoder::component::Alias& it);
  [[nodiscard]] Result<void> define(Frame& frame, const decoder::component::Type& it);
  [[nodiscard]] Result<void> define(Frame& frame, const decoder::component::Canon& it);
  [[nodiscard]] Result<void> define(Frame& frame, const decoder::component::Start& it);
  [[nodiscard]] Result<void> define(Frame& frame, const decoder::component::Import& it);
  [[nodiscard]] Result<void> define(Frame& frame, const decoder::component::Export& it);
  [[nodiscard]] Result<void> define(Frame& frame, const decoder::component::Value& it);

  [[nodiscard]] Result<void> instantiate_core(Frame& frame,
                                              const decoder::component::CoreInstantiate& it);
  [[nodiscard]] Result<void> alias_export(Frame& frame, decoder::component::Sort sort,
                                          const decoder::component::ExportAlias& alias);
  [[nodiscard]] Result<void> alias_core_export(Frame& frame, decoder::component::Sort sort,
                                               const decoder::component::ExportAlias& alias);
  [[nodiscard]] Result<void> alias_outer(Frame& frame, decoder::component::Sort sort,
                                         const decoder::component::OuterAlias& alias);
  [[nodiscard]] Result<ExternValue> import_from_linker(Frame& frame,
                                                       const decoder::component::Import& it);
  [[nodiscard]] Result<ExternValue> import_instance(const std::string& name,
                                                    const DeclaredType& type);

  // Canonical definitions: canonicals.cpp.
  [[nodiscard]] Result<CanonicalOptions> options(Frame& frame,
                                                 const decoder::component::Canon& canon);
  [[nodiscard]] Result<void> lift(Frame& frame, const decoder::component::Canon& canon);
  [[nodiscard]] Result<runtime::Function*> core_canonical(Frame& frame,
                                                          const decoder::component::Canon& canon);
  [[nodiscard]] Result<runtime::Function*> lower(Frame& frame,
                                                 const decoder::component::Canon& canon);
  [[nodiscard]] Result<runtime::Function*> unsupported(Frame& frame,
                                                       const decoder::component::Canon& canon);

  /// The entry at an index of an index space.
  [[nodiscard]] Result<ExternValue> item(Frame& frame, const decoder::component::SortIndex& index);
  [[nodiscard]] Result<runtime::External> core_item(Frame& frame,
                                                    const decoder::component::SortIndex& index);
  /// Appends to the index space of the sort; an error if the value is of another.
  [[nodiscard]] Result<void> append(Frame& frame, decoder::component::Sort sort,
                                    const ExternValue& value, std::string_view name);

  Store& store_;
  const Linker& linker_;
  TypeEvaluator types_;
  ImportChecker imports_;
  std::vector<Frame> frames_;
};

/// An error that validation should have found.
[[nodiscard]] std::unexpected<Error> invalid_component(const std::string& message);

/// The entry of an index space, or an error.
template <typename T>
[[nodiscard]] Result<T> at(const std::vector<T>& space, std::uint32_t index,
                           std::string_view what) {
  if (index >= space.size()) {
    return invalid_component("unknown " + std::string(what) + " " + std::to_string(index));
  }
  return space[index];
}

}  // namespace airlock::canonical_abi
