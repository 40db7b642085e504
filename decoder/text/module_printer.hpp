// The printer of modules; see printer.hpp. Its parts: module_printer.cpp, instruction_printer.cpp.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "decoder/instruction.hpp"
#include "decoder/module.hpp"
#include "decoder/text/printer_names.hpp"

namespace airlock::decoder::text {

class ModulePrinter {
 public:
  ModulePrinter(const Module& module, const Limits& limits);
  Result<std::string> run();

 private:
  // Fields (module_printer.cpp)
  void print_types();
  void print_type(std::uint32_t index, std::string_view indent);
  void print_imports();
  void print_function(std::uint32_t defined);
  void print_tables();
  void print_memories();
  void print_tags();
  void print_globals();
  void print_exports();
  void print_elements();
  void print_data();
  void print_customs();
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
  /// Prints a body, an instruction a line.
  void print_body(const Expression& body, std::uint32_t function, const PrintedNames& locals);
  /// An expression without its `end`, on one line.
  std::string expression(const Expression& expression);
  [[nodiscard]] std::string instruction(const Instruction& instruction, const PrintedNames& locals);
  [[nodiscard]] std::string immediates(const Instruction& instruction, const PrintedNames& locals);
  [[nodiscard]] std::string block_type(const BlockType& type) const;
  [[nodiscard]] std::string memory_argument(const Instruction& instruction) const;
  [[nodiscard]] std::string label(std::uint32_t depth) const;
  [[nodiscard]] std::string field(std::uint32_t type, std::uint32_t index) const;

  const Module& module_;
  const Limits& limits_;
  std::string text_;
  std::optional<Error> error_;
  PrintedNames functions_, types_, tables_, memories_, globals_, elements_, data_, tags_;
  std::unordered_map<std::uint32_t, PrintedNames> fields_;  ///< by type
  std::vector<std::string> labels_;  ///< identifiers of the labels around; empty for none
};

}  // namespace airlock::decoder::text
