// The validator of components, definition by definition. Its parts are in several files, which the
// comments below name.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "validator/component/canonical.hpp"
#include "validator/component/core_types.hpp"
#include "validator/component/flattening.hpp"
#include "validator/component/matching.hpp"
#include "validator/component/type_builder.hpp"
#include "validator/component/validator.hpp"

namespace airlock::validator::component {

/// Names that must be strongly-unique, and the resource types among them: those of the imports or
/// the exports of a scope.
struct NameScope {
  std::unordered_map<std::string, std::string_view> names;  ///< by uniqueness key
  std::unordered_map<TypeId, std::string_view> resources;   ///< names of resource types
  std::unordered_set<std::string_view> resource_names;
  std::unordered_map<std::string, TypeId> properties;  ///< types by the name of their getter
};

/// Types that have a name that is visible from outside, and types proven to consist of such types
/// only.
struct VisibleTypes {
  std::unordered_set<TypeId> named;
  std::unordered_set<TypeId> verified;
};

/// What is being validated: a component, or the declarators of a component or instance type.
struct Scope {
  enum class Kind : std::uint8_t { component, component_type, instance_type };

  Kind kind = Kind::component;
  std::uint32_t component = 0;  ///< for `component`: its position in the tree
  const std::vector<syntax::Declarator>* declarators = nullptr;  ///< for the others
  std::size_t next = 0;  ///< the definition or declarator to validate next
  ResolvedComponent spaces;
  std::vector<NamedExtern> imports;
  std::vector<NamedExtern> exports;
  NameScope import_names;
  NameScope export_names;
  VisibleTypes visible_to_imports;
  VisibleTypes visible_to_exports;
  std::vector<BoundResource> imported_resources;
  std::vector<BoundType> imported_types;
  std::unordered_set<ResourceId> own_resources;  ///< made in this scope

  [[nodiscard]] bool is_component() const { return kind == Kind::component; }
};

enum class Direction : std::uint8_t { import, export_ };

class ComponentValidator {
 public:
  ComponentValidator(std::shared_ptr<const syntax::ComponentTree> tree, const Limits& limits,
                     const ComponentValidationOptions& options);

  [[nodiscard]] Result<ValidComponent> validate();

 private:
  /// A definition that an import or export brings into a scope, and the resource types made with
  /// it, by their paths within it.
  struct Introduced {
    ExternType type;
    std::vector<BoundResource> resources;
  };

  // Walking the tree; in component_validator.cpp.
  [[nodiscard]] Scope& scope() { return *scopes_.back(); }
  void open_component(std::uint32_t component);
  void open_type(const std::vector<syntax::Declarator>& declarators, Scope::Kind kind);
  [[nodiscard]] Result<void> close_scope();
  [[nodiscard]] bool at_end();
  [[nodiscard]] Result<void> check_next();
  [[nodiscard]] Result<void> check_definition(const syntax::Definition& definition);
  [[nodiscard]] Result<void> check_declarator(const syntax::Declarator& declarator);
  void append(Sort sort, std::size_t count = 1);
  [[nodiscard]] std::size_t space_size(Sort sort);

  [[nodiscard]] Result<void> check(const syntax::CoreModule& module);
  [[nodiscard]] Result<void> check(const syntax::CoreInstance& instance);
  [[nodiscard]] Result<void> check(const syntax::CoreType& type);
  [[nodiscard]] Result<void> check(const syntax::NestedComponent& component);
  [[nodiscard]] Result<void> check(const syntax::Instance& instance);
  [[nodiscard]] Result<void> check(const syntax::Alias& alias);
  [[nodiscard]] Result<void> check(const syntax::Type& type);
  [[nodiscard]] Result<void> check(const syntax::Canon& canon);
  [[nodiscard]] Result<void> check(const syntax::Start& start);
  [[nodiscard]] Result<void> check(const syntax::Import& import);
  [[nodiscard]] Result<void> check(const syntax::Export& entry);
  [[nodiscard]] Result<void> check(const syntax::Value& value);

  // Types; in type_definitions.cpp.
  [[nodiscard]] Result<TypeId> type_at(std::uint32_t index);
  [[nodiscard]] Result<TypeId> value_type(const syntax::ValType& type);
  [[nodiscard]] Result<std::optional<TypeId>> value_type(
      const std::optional<syntax::ValType>& type);
  [[nodiscard]] Result<TypeId> resource_type_at(std::uint32_t index);
  [[nodiscard]] Result<std::vector<Field>> fields(const std::vector<syntax::LabelValType>& list,
                                                  std::string_view what, std::string_view previous);
  [[nodiscard]] Result<std::vector<std::string_view>> labels(const std::vector<std::string>& list,
                                                             std::string_view what,
                                                             std::string_view previous);
  [[nodiscard]] Result<TypeId> resolve(const syntax::DefValType& type);
  [[nodiscard]] Result<TypeId> resolve(const syntax::FuncType& type);
  [[nodiscard]] Result<TypeId> resolve(const syntax::ResourceType& type);
  [[nodiscard]] Result<TypeId> component_type_of(Scope& scope);
  [[nodiscard]] Result<TypeId> instance_type_of(Scope& scope);
  [[nodiscard]] std::vector<BoundResource> exported_resources(const Scope& scope);
  [[nodiscard]] Result<ModuleTypeId> resolve(const syntax::CoreModuleType& type);

  // Imports, exports and their names; in externs.cpp.
  [[nodiscard]] Result<Introduced> introduce(const syntax::ExternType& type, Direction direction);
  [[nodiscard]] Result<Introduced> open_instance(TypeId type, Direction direction);
  [[nodiscard]] Result<void> add_import(const syntax::ExternName& name,
                                        const syntax::ExternType& type);
  [[nodiscard]] Result<void> add_export(const syntax::ExternName& name, const ExternType& type);
  [[nodiscard]] Result<void> declare_export(const syntax::ExternName& name,
                                            const syntax::ExternType& type);
  [[nodiscard]] Result<void> check_name(const syntax::ExternName& name, const ExternType& type,
                                        NameScope& names, std::string_view what);
  [[nodiscard]] Result<void> check_annotation(const struct ParsedName& parsed,
                                              const syntax::ExternName& name,
                                              const ExternType& type, NameScope& names);
  [[nodiscard]] Result<void> check_member(const struct ParsedName& parsed, const FuncType& function,
                                          const NameScope& names);
  [[nodiscard]] Result<void> check_accessor(const struct ParsedName& parsed,
                                            const syntax::ExternName& name,
                                            const FuncType& function, NameScope& names);
  [[nodiscard]] Result<void> check_setter(const syntax::ExternName& name, TypeId given,
                                          const FuncType& function, const NameScope& names);
  [[nodiscard]] Result<void> check_attributes(const syntax::ExternName& name,
                                              const ExternType& type);
  [[nodiscard]] Result<void> check_visibility(const ExternType& type, Direction direction);
  [[nodiscard]] bool is_visible(TypeId type, Direction direction);
  [[nodiscard]] bool is_visible_inside(TypeId type, Direction direction);
  [[nodiscard]] bool name_exports_of(const InstanceType& instance, Direction direction);
  void note_types(const ExternType& type, const ResourcePath& path, std::vector<BoundType>& types);
  [[nodiscard]] std::uint32_t push(const ExternType& type);

  // Instances and aliases; in instances.cpp.
  [[nodiscard]] Result<ExternType> item(const syntax::SortIndex& item);
  [[nodiscard]] Result<CoreExternType> core_item(const syntax::SortIndex& item);
  [[nodiscard]] Result<void> instantiate(const syntax::CoreInstantiate& body);
  [[nodiscard]] Result<void> bundle(const std::vector<syntax::CoreInlineExport>& exports);
  [[nodiscard]] Result<void> instantiate(const syntax::Instantiate& body);
  [[nodiscard]] Result<void> bundle(const std::vector<syntax::InlineExport>& exports);
  [[nodiscard]] Result<void> alias_export(Sort sort, const syntax::ExportAlias& alias);
  [[nodiscard]] Result<void> alias_core_export(Sort sort, const syntax::ExportAlias& alias);
  [[nodiscard]] Result<void> alias_outer(Sort sort, const syntax::OuterAlias& alias);
  [[nodiscard]] bool depends_on_resources(TypeId type) const;

  /// Makes a resource type in the current scope.
  [[nodiscard]] ResourceId new_resource(bool is_local);
  /// Records where instances of the current component get a resource type from.
  void fill_slots(const std::vector<BoundResource>& resources, ResourceSlot::Source source,
                  std::uint32_t index);

  std::shared_ptr<const syntax::ComponentTree> tree_;
  const Limits& limits_;
  ComponentValidationOptions options_;
  std::shared_ptr<ComponentTypes> types_;
  TypeBuilder builder_;
  CoreTypeBuilder core_;
  Flattener flattener_;
  std::uint64_t offset_ = 0;  ///< of what is being validated
  std::vector<std::unique_ptr<Scope>> scopes_;
  std::vector<ResolvedComponent> components_;
};

/// An error without an offset gets one.
[[nodiscard]] inline std::unexpected<Error> at(std::uint64_t offset, Error error) {
  if (!error.offset) error.offset = offset;
  return std::unexpected(std::move(error));
}

[[nodiscard]] inline std::unexpected<Error> invalid(std::string message) {
  return fail(ErrorKind::invalid, std::move(message));
}

/// `type index out of bounds`
[[nodiscard]] std::unexpected<Error> out_of_bounds(Sort sort);

}  // namespace airlock::validator::component
