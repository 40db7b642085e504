// The printer of components; see printer.hpp. Its parts: component_printer.cpp (definitions),
// type_printer.cpp.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "decoder/component/canonical_table.hpp"
#include "decoder/component_text/printer.hpp"
#include "decoder/text/printer_names.hpp"
#include "decoder/text/text_lines.hpp"

namespace airlock::decoder::component_text {

class ComponentPrinter {
 public:
  ComponentPrinter(const component::ComponentTree& tree, const text::TextSink& sink,
                   const Limits& limits, const text::PrintOptions& options)
      : tree_(tree), limits_(limits), options_(options), text_(options.has_offsets, sink) {}

  Result<void> run();

 private:
  using Sort = component::Sort;

  /// A component that is being printed. Nested ones do not recurse.
  struct Open {
    const component::Component* component = nullptr;
    std::size_t next_definition = 0;
    std::size_t next_custom = 0;
    std::array<std::uint32_t, component::sort_count> counts{};  ///< defined so far
    std::array<text::PrintedNames, component::sort_count> names{};
  };

  // Definitions (component_printer.cpp)
  void open(const component::Component& component, std::string_view head, std::uint64_t offset);
  void print_customs(std::uint64_t before);
  void print_definition(const component::Definition& definition);
  void print(const component::CoreModule& module);
  bool print_fields(const Module& module, std::string_view head);
  void print(const component::CoreInstance& instance);
  void print(const component::CoreType& type);
  void print(const component::NestedComponent& nested);
  void print(const component::Instance& instance);
  void print(const component::Alias& alias);
  void print(const component::Type& type);
  void print(const component::Canon& canon);
  void print(const component::Start& start);
  void print(const component::Import& import);
  void print(const component::Export& item);
  void print(const component::Value& value);
  [[nodiscard]] std::string options_of(const component::Canon& canon) const;
  [[nodiscard]] std::string builtin(const component::Canon& canon) const;
  [[nodiscard]] std::string operand_of(const component::Canon& canon,
                                       component::Operand operand) const;
  [[nodiscard]] std::string inline_export(const component::InlineExport& item) const;

  // Names
  /// Gives the next definition of a sort its index.
  /// @return ` $name` or, in a comment, the index, with a name that cannot be an identifier
  std::string define(Sort sort);
  /// What `define` will return, for a module or component, which also has a name of its own.
  [[nodiscard]] std::string next_definition(Sort sort, std::string_view own_name) const;
  /// `$name` or the index.
  [[nodiscard]] std::string use(Sort sort, std::uint32_t index) const;
  /// `(func $f)`, `(core memory 0)`
  [[nodiscard]] std::string reference(Sort sort, std::uint32_t index) const;

  // Types (type_printer.cpp). Within types indices are numbers: their definitions have no names.
  [[nodiscard]] std::string value_type(const component::ValType& type) const;
  [[nodiscard]] std::string optional(const std::optional<component::ValType>& type) const;
  [[nodiscard]] std::string defined_type(const component::DefValType& type) const;
  [[nodiscard]] std::string function_type(const component::FuncType& type) const;
  [[nodiscard]] std::string resource_type(const component::ResourceType& type) const;
  /// `deftype`, from the current line on; each declarator has its own line.
  void print_type_body(const component::Type& type, std::size_t depth);
  void print_declarators(std::string_view head,
                         const std::vector<component::Declarator>& declarators, std::size_t depth);
  void print_declarator(const component::Declarator& declarator, std::size_t depth);
  void print_core_type_body(const component::CoreType& type, std::string_view id,
                            std::size_t depth);
  void print_module_declarator(const component::CoreModuleDeclarator& declarator,
                               std::size_t depth);
  /// @param has_names whether its types are definitions of the component
  void print_group(const component::CoreTypeGroup& group, std::string_view head, std::size_t depth,
                   bool has_names = false);
  [[nodiscard]] std::string extern_name(const component::ExternName& name) const;
  /// `(func (type 0))`, without an identifier, whose place depends on the caller.
  [[nodiscard]] std::string extern_type(const component::ExternType& type) const;
  [[nodiscard]] std::string alias(const component::Alias& alias) const;
  [[nodiscard]] std::string core_extern_type(const ImportType& type) const;

  [[nodiscard]] std::size_t depth() const { return opens_.size(); }
  void fail(ErrorKind kind, std::string message);

  const component::ComponentTree& tree_;
  const Limits& limits_;
  const text::PrintOptions& options_;
  text::TextLines text_;
  std::vector<Open> opens_;
  bool in_type_ = false;      ///< whether indices are those of a type's own spaces
  std::uint64_t offset_ = 0;  ///< of the definition that is printed
  std::optional<Error> error_;
};

}  // namespace airlock::decoder::component_text
