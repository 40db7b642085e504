// The assembler for core modules (specification: Text Format, Types to Modules).
//
// It passes over the fields of a module three times: first to bind identifiers, since uses may come
// before definitions; then over type definitions, since every other field may refer to them; then
// over all other fields, which it writes straight to the sections of the binary format.
//
// One class, whose parts are in files by chapter: types (type_parser.cpp), modules
// (module_parser.cpp, definition_parser.cpp, segment_parser.cpp), instructions
// (instruction_parser.cpp, immediate_parser.cpp), and the custom sections that come from
// annotations and identifiers (annotation_parser.cpp, name_encoder.cpp).
#pragma once

#include <array>
#include <map>
#include <unordered_map>
#include <unordered_set>

#include "decoder/opcode.hpp"
#include "decoder/text/encoder.hpp"
#include "decoder/text/index_space.hpp"
#include "decoder/text/token_parser.hpp"
#include "decoder/types.hpp"

namespace airlock::decoder::text {

class ModuleParser : public TokenParser {
 public:
  ModuleParser(Cursor cursor, std::string_view name, const Limits& limits)
      : TokenParser(cursor), module_name_(name), limits_(limits) {}

  /// Reads all fields, up to the parenthesis that closes the module or the end of the source.
  Result<Assembled> run();

 protected:  // for the core types of components, which the component assembler reads
  /// The index spaces of a module.
  enum class Space : std::uint8_t { type, function, table, memory, global, tag, element, data };
  static constexpr std::size_t space_count = 8;

  /// What the rest of the text needs to know about a type.
  struct TypeEntry {
    std::optional<FunctionType> function;  ///< if it is a function type
    IndexSpace fields;                     ///< if it is a struct type
  };

  /// Whether parameters of a function type may have identifiers: those of blocks may not, those of
  /// type definitions mean nothing, and those of imports are only names, which may be the same.
  enum class ParameterNames : std::uint8_t { forbidden, ignored, documented, bound };

  struct TypeUse {
    std::uint32_t type = 0;
    FunctionType function;  ///< with the parameters and results of the type, if they are known
  };

  /// A piece of code and its identifiers.
  struct Body {
    Encoder code;
    IndexSpace locals;
    LabelScope labels;
    std::uint32_t label_count = 0;  ///< labels so far, in the order of the text
    std::vector<IndexSpace::Name> label_names;
    std::vector<std::pair<std::uint32_t, std::string>> branch_hints;  ///< by offset in `code`
    bool in_function = false;
  };

  /// An open instruction or parenthesis to which the parser returns later.
  struct Frame {
    enum class Kind : std::uint8_t {
      plain,       ///< `(op …`: operands, then the instruction
      block,       ///< `(block …`, `(loop …`, `(try_table …`
      if_,         ///< `(if …`: operands, then its arms
      try_,        ///< `(try …`: its arms
      arm,         ///< `(then …`, `(else …`, `(do …`, `(catch …`, `(catch_all …`
      flat_block,  ///< `block`, `loop`, `if`, `try`, `try_table`, up to `end`
    };
    Kind kind = Kind::plain;
    Opcode opcode{};
    std::string_view label{};
    std::optional<std::string> label_name{};  ///< from an annotation
    Encoder pending{};                        ///< an instruction that is written after its operands
    const Annotation* hint = nullptr;         ///< its branch hint
    /// The arm that was read last: none yet; `then` or `do`; `catch`; one that must be the last.
    enum class Stage : std::uint8_t { none, main, caught, last } stage = Stage::none;
  };

  struct ElementList {
    ValueType type = ValueType::reference(HeapKind::func, false);
    bool is_expressions = false;
    VectorEncoder functions;
    VectorEncoder expressions;
  };

  /// The part of a segment before its elements.
  struct ElementSegmentHead {
    std::size_t source = 0;
    bool is_active = false;
    bool is_declarative = false;
    std::uint32_t table = 0;
    Encoder offset;  ///< of an active one, a whole expression
  };

  // Passes (module_parser.cpp)
  void declare_fields();
  void declare_field();
  void declare_types(std::string_view field);
  void declare_import();
  void declare_described_import();
  void declare_import_group();
  [[nodiscard]] bool at_bare_item() const;
  void declare_definition(Space space);
  void declare_segment_within(Space space);
  void define(Space space, const Token* id);
  void parse_fields();
  void parse_field();
  void parse_import();
  void parse_import_group(Encoder& to);
  void parse_described_import(Encoder& to);
  void parse_export();
  void parse_start();
  Result<Assembled> write_module();

  // Definitions (definition_parser.cpp)
  void parse_definition(Space space);
  void parse_function(std::size_t source);
  void parse_table(std::size_t source);
  void parse_memory(std::size_t source);
  void parse_global(std::size_t source);
  void parse_tag(std::size_t source);
  void parse_locals(Body& body);
  bool parse_inline_import(Space space, std::size_t source);
  void parse_inline_exports(Space space);
  void parse_import_type(Space space, Encoder& to,
                         ParameterNames names = ParameterNames::documented);

  // Segments (segment_parser.cpp)
  void parse_element_segment();
  void parse_data_segment();
  std::uint64_t parse_inline_elements(const ValueType& type, AddressType address);
  std::uint64_t parse_inline_data(AddressType address);
  ElementList parse_element_list(bool may_omit_kind);
  void parse_element_expressions(ElementList& list);
  void parse_function_indices(ElementList& list);
  void write_element_segment(const ElementSegmentHead& head, const ElementList& list);
  void parse_offset(Encoder& to);
  void write_zero_offset(Encoder& to, AddressType address);

  // Types (type_parser.cpp)
  void parse_types();
  void parse_recursive_group();
  void parse_type_definition(Encoder& to, bool is_alone);
  void parse_sub_type(Encoder& to, bool is_alone);
  bool parse_descriptor_clauses(Encoder& to);
  void parse_composite_type(Encoder& to, TypeEntry& entry);
  void parse_struct_type(Encoder& to, TypeEntry& entry);
  void parse_field_type(Encoder& to);
  ValueType parse_storage_type();
  std::optional<ValueType> take_value_type();
  ValueType parse_value_type();
  ValueType parse_reference_type();
  HeapType parse_heap_type();
  GlobalType parse_global_type();
  TableType parse_table_type();
  MemoryType parse_memory_type();
  void parse_rest_of_memory_type(MemoryType& type);  ///< after its address type
  AddressType take_address_type();
  SizeLimits parse_size_limits();
  std::uint8_t parse_page_size();
  /// `(param …)*` and `(result …)*`; parameters are counted and bound in `locals`, if given.
  FunctionType parse_function_type(ParameterNames names, IndexSpace* locals = nullptr);
  void define_anonymous(IndexSpace& in);
  TypeUse parse_type_use(ParameterNames names, IndexSpace* locals = nullptr);
  std::uint32_t find_or_add_type(const FunctionType& type);
  void encode(Encoder& to, const FunctionType& type);
  void encode(Encoder& to, const ValueType& type);
  void encode(Encoder& to, const HeapType& type);
  void encode(Encoder& to, const TableType& type);
  void encode(Encoder& to, const MemoryType& type);
  void encode(Encoder& to, const GlobalType& type);

  // Instructions (instruction_parser.cpp)
  /// Reads instructions up to the parenthesis that closes the code.
  void parse_instructions(Body& body) { run_instructions(body, false); }
  /// Reads instructions (or one folded one), and writes them as a constant expression.
  void parse_expression(Encoder& to, bool is_single = false);
  void run_instructions(Body& body, bool is_single);
  void open_folded(Body& body);
  void close_folded(Body& body);
  void open_arm(Body& body, std::string_view word);
  void parse_flat(Body& body);
  bool parse_flat_delimiter(Body& body);
  void push_frame(Body& body, Frame frame);
  void enter_block(Body& body, Frame& frame);
  void leave_block(Body& body);
  void check_label(const Frame& frame);
  Opcode take_instruction();
  void write_opcode(Encoder& to, Opcode opcode);
  /// Reads the immediates and writes the whole instruction.
  void parse_instruction(Body& body, Encoder& to, Frame& frame);
  void take_hint(Body& body, Frame& frame);
  void write_hint(Body& body, const Frame& frame);

  // Immediates (immediate_parser.cpp)
  void parse_immediates(Body& body, Encoder& to, Opcode opcode);
  void parse_block_type(Encoder& to);
  void parse_catches(Body& body, Encoder& to);
  void parse_label(Body& body, Encoder& to);
  void parse_label_table(Body& body, Encoder& to);
  void parse_memory_argument(Encoder& to, Opcode opcode, bool has_lane);
  void parse_constant(Encoder& to, Immediate kind);
  void parse_vector_constant(Encoder& to);
  void parse_shuffle(Encoder& to);
  [[nodiscard]] std::size_t count_numbers() const;
  void parse_select_types(Encoder& to);
  void parse_branch_cast(Body& body, Encoder& to);
  void parse_type_field(Encoder& to);
  /// Instructions that have two encodings.
  Opcode choose_encoding(Opcode opcode);

  // Indices
  std::uint32_t parse_index(Space space);
  std::uint32_t parse_index_in(const IndexSpace& space, std::string_view what);
  std::uint32_t take_index(Space space, std::uint32_t otherwise) {
    return at_index() ? parse_index(space) : otherwise;
  }
  IndexSpace& space(Space which) { return spaces_[static_cast<std::size_t>(which)]; }

  // Annotations (annotation_parser.cpp)
  void parse_custom_annotations();
  void parse_custom_annotation(const Annotation& annotation);
  void parse_producers_annotation(const Annotation& annotation);
  std::optional<std::string> take_name_annotation();
  const Annotation* take_annotation(std::string_view id);
  void check_annotations(std::size_t first_token);
  void fail_annotation(const Annotation& annotation, std::string_view message,
                       ErrorKind kind = ErrorKind::malformed);
  void write_customs(Encoder& to, int section, bool is_before);
  void write_branch_hints(Encoder& to);

  // Names (name_encoder.cpp)
  void write_names(Encoder& to);

  std::string_view module_name_;
  std::optional<std::string> annotated_name_;
  const Limits& limits_;

  std::array<IndexSpace, space_count> spaces_;
  /// How many entities of each space the third pass has read.
  std::array<std::uint32_t, space_count> defined_{};
  std::vector<std::size_t> fields_;       ///< positions of the fields' parentheses
  std::optional<Space> last_definition_;  ///< import after function …

  std::vector<TypeEntry> types_;
  /// For each encoded function type, the first type that is equal, alone in its group and final.
  std::unordered_map<std::string, std::uint32_t> function_types_;

  VectorEncoder type_section_, import_section_, function_section_, table_section_, memory_section_,
      tag_section_, global_section_, export_section_, element_section_, code_section_,
      data_section_;
  std::optional<std::uint32_t> start_;
  std::size_t start_source_ = 0;
  bool needs_data_count_ = false;

  /// The first contradiction between the two parts of a type use, reported if the text is otherwise
  /// well-formed.
  std::optional<std::size_t> contradiction_;

  std::vector<Frame> frames_;  ///< of the code being read

  std::unordered_set<const Annotation*> taken_annotations_;
  /// Custom sections by the place they take; see annotation_parser.cpp.
  std::map<std::pair<int, bool>, std::vector<Encoder>> customs_;
  std::map<std::uint32_t, std::vector<std::pair<std::uint32_t, std::string>>> branch_hints_;

  /// Names of entities whose index is only unique within another one.
  struct NestedNames {
    std::uint32_t index;
    std::vector<IndexSpace::Name> names;
  };
  std::vector<NestedNames> local_names_, label_names_;  ///< by ascending function
};

}  // namespace airlock::decoder::text
