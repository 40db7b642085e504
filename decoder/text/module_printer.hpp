// The printer of modules; see printer.hpp. Its parts: module_printer.cpp, instruction_printer.cpp.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "decoder/branch_hints.hpp"
#include "decoder/instruction.hpp"
#include "decoder/module.hpp"
#include "decoder/text/folded_code.hpp"
#include "decoder/text/printer.hpp"
#include "decoder/text/printer_names.hpp"
#include "decoder/text/text_lines.hpp"

namespace airlock::decoder::text {

/// Prints the contents of the parentheses of a module, for modules within components.
/// @param depth of the module's fields
[[nodiscard]] Result<void> write_module_fields(const Module& module, const TextSink& sink,
                                               const Limits& limits, const PrintOptions& options,
                                               std::size_t depth);

class ModulePrinter {
 public:
  /// @param depth of the module; the depth of its fields is one more
  ModulePrinter(const Module& module, const TextSink& sink, const Limits& limits,
                const PrintOptions& options, std::size_t depth = 0);
  /// The module with its parentheses, or only its fields.
  Result<void> run();
  Result<void> run_fields();

 private:
  // Fields (module_printer.cpp)
  void print_fields();
  void print_types();
  void print_type(std::uint32_t index, std::size_t depth, std::optional<std::uint64_t> offset);
  using ImportCounts = std::array<std::uint32_t, 5>;  ///< so far, by kind
  void print_imports();
  void print_import_group(const ImportGroup& group, ImportCounts& counts);
  [[nodiscard]] std::string imported(const ImportType& type, std::uint32_t index) const;
  [[nodiscard]] std::string import_type(const ImportType& type,
                                        const PrintedNames& parameters) const;
  [[nodiscard]] bool has_names(ExternKind kind, std::uint32_t first, std::uint32_t count) const;
  void print_function(std::uint32_t defined);
  void print_locals(const Function& function, const PrintedNames& locals);
  void print_tables();
  void print_memories();
  void print_tags();
  void print_globals();
  void print_exports();
  void print_elements();
  void print_data();
  void print_customs();
  void take_branch_hints();
  [[nodiscard]] std::string custom_place(std::uint8_t section) const;
  [[nodiscard]] bool is_printed(std::uint8_t section) const;
  [[nodiscard]] std::string segment_offset(const std::optional<Expression>& offset);
  /// Stops printing if the sink has failed. @return whether printing continues
  bool check_sink();
  [[nodiscard]] std::string type_use(std::uint32_t type) const;
  [[nodiscard]] std::string function_signature(std::uint32_t type,
                                               const PrintedNames& locals) const;
  [[nodiscard]] std::string value_type(const ValueType& type) const;
  [[nodiscard]] std::string heap_type(const HeapType& type) const;
  [[nodiscard]] std::string field_type(const FieldType& type) const;
  [[nodiscard]] std::string memory_type(const MemoryType& type) const;
  [[nodiscard]] std::string table_type(const TableType& type) const;
  [[nodiscard]] std::string global_type(const GlobalType& type) const;
  [[nodiscard]] const PrintedNames& names_of(ExternKind kind) const;

  // Code (instruction_printer.cpp)
  struct Label {
    Opcode part{};           ///< the instruction that opened it or divided it last
    std::string identifier;  ///< empty for none
  };
  /// What an instruction does to the nesting of blocks.
  enum class Nesting : std::uint8_t { none, opens, divides, closes };
  static Nesting nesting_of(Opcode opcode);
  void print_body(const Function& function, std::uint32_t index, const PrintedNames& locals);
  void print_flat(const Instruction& instruction, Nesting nesting, const PrintedNames& locals);
  void add_folded(FoldedCode& code, const Instruction& instruction, Nesting nesting,
                  const PrintedNames& locals);
  /// `block $label (result i32)`; the label is then one of those around the next instructions.
  std::string open_label(const Instruction& instruction, const PrintedNames& locals);
  void close_label();
  /// Whether an `else`, `catch`, `end` … belongs to the innermost block.
  bool check_nesting(const Instruction& instruction, Nesting nesting);
  /// Checks that there is a data count if the instruction refers to a data segment.
  bool check_data_count(const Instruction& instruction);
  std::string label_identifier();
  /// The annotation of the instruction at an offset, followed by a space, or nothing.
  std::string branch_hint(const Instruction& instruction);
  void fail(std::uint64_t offset, std::string_view message);
  /// An expression without its `end`, on one line. A single instruction is written in parentheses.
  std::string expression(const Expression& expression, bool* is_single = nullptr);
  [[nodiscard]] std::string instruction(const Instruction& instruction, const PrintedNames& locals);
  [[nodiscard]] std::string immediates(const Instruction& instruction, const PrintedNames& locals);
  [[nodiscard]] std::string block_type(const BlockType& type) const;
  [[nodiscard]] std::string memory_argument(const Instruction& instruction) const;
  [[nodiscard]] std::string label(std::uint32_t depth) const;
  [[nodiscard]] std::string field(std::uint32_t type, std::uint32_t index) const;

  const Module& module_;
  const Limits& limits_;
  const PrintOptions& options_;
  TextLines text_;
  std::optional<Error> error_;
  PrintedNames functions_, types_, tables_, memories_, globals_, elements_, data_, tags_;
  std::unordered_map<std::uint32_t, PrintedNames> fields_;  ///< by type
  std::optional<BranchHints> hints_;  ///< if they can be written as annotations

  // Of the body that is being printed
  std::vector<Label> labels_;                                ///< around, without the function's own
  std::vector<std::optional<std::uint32_t>> label_arities_;  ///< the function's own first
  const NameMap* label_names_ = nullptr;
  std::uint32_t label_count_ = 0;
  std::span<const BranchHint> body_hints_;  ///< the hints not written yet
  std::uint64_t hints_start_ = 0;           ///< the position where their offsets are zero
};

}  // namespace airlock::decoder::text
