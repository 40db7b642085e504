// Scopes: the index spaces of a component, component type, instance type or core module type that
// is being read, and its encoding so far.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "decoder/component/sort.hpp"
#include "decoder/component_text/core_type_parser.hpp"
#include "decoder/text/encoder.hpp"

namespace airlock::decoder::component_text {

using text::Encoder;

/// Kinds of definitions; the numbers are the section ids (Binary.md, Component Definitions).
enum class Definition : std::uint8_t {
  custom = 0,
  core_module = 1,
  core_instance = 2,
  core_type = 3,
  component = 4,
  instance = 5,
  alias = 6,
  type = 7,
  canonical = 8,
  start = 9,
  import = 10,
  export_ = 11,
};

/// A section of a component. The body of a nested component is not copied into it: it stays in
/// `child` until everything is written.
struct Section {
  Definition kind;
  std::uint32_t count = 0;  ///< entries of the vector; sections that are no vector have none
  Encoder body;
  std::optional<std::size_t> child{};
  std::uint64_t size = 0;  ///< of its contents; known when the component is finished
};

/// A component that was read to its end.
struct FinishedComponent {
  std::vector<Section> sections;
  std::uint64_t size = 0;  ///< of its binary, in bytes
};

enum class ScopeKind : std::uint8_t { component, component_type, instance_type, module_type };

/// An export written inside the definition it exports. All of them are at the end of the component,
/// so that the indices of definitions do not depend on them.
struct InlineExport {
  Encoder name;
  Sort sort;
  std::uint32_t index = 0;
  std::uint32_t source = 0;
};

/// The name of one index, for the name section.
struct IndexName {
  std::uint32_t index;
  Identifier id;
};

/// One of the scopes that an `outer` alias counts.
struct Scope {
  explicit Scope(ScopeKind kind) : kind(kind) {}

  ScopeKind kind;
  Identifier id{};                                 ///< of a component
  std::array<std::uint32_t, sort_count> counts{};  ///< sizes of the index spaces

  // A component
  std::vector<Section> sections;
  std::vector<InlineExport> exports_of_its_own;  ///< `(component (export "x") …)`: for its parent
  std::vector<InlineExport> inline_exports;
  std::array<std::vector<IndexName>, sort_count> names;
  std::uint32_t source = 0;  ///< where it begins in the text

  // A type
  Encoder declarations;
  std::uint32_t declaration_count = 0;

  std::unique_ptr<CoreTypeParser> core_types;  ///< if core types were read in it

  /// Appends a definition as part of a section, or as a declarator.
  void add(Definition kind, const Encoder& encoded);
};

/// The identifiers of all open scopes. Each identifier has a stack of the scopes that bind it, the
/// innermost on top, so that lookup takes constant time at any depth.
class Bindings {
 public:
  struct Binding {
    std::size_t scope;  ///< its depth
    std::uint32_t index;
    /// Made by an implicit `outer` alias: a definition of the scope itself may bind it again.
    bool is_implicit;
  };

  /// The innermost binding.
  [[nodiscard]] const Binding* find(Sort sort, std::string_view id) const;
  [[nodiscard]] const Binding* find_in(Sort sort, std::string_view id, std::size_t scope) const;
  /// @return false if the scope binds the identifier already
  [[nodiscard]] bool bind(Sort sort, std::string_view id, Binding binding);
  void open_scope() { bound_.emplace_back(); }
  /// Removes the identifiers of the innermost scope.
  void close_scope();

 private:
  using Names = std::unordered_map<std::string_view, std::vector<Binding>>;
  std::array<Names, sort_count> names_;
  std::vector<std::vector<std::vector<Binding>*>> bound_;  ///< per open scope, to undo it
};

}  // namespace airlock::decoder::component_text
