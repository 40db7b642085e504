#include "cli/inspect/proposals.hpp"

#include <algorithm>
#include <array>

#include "decoder/instruction.hpp"
#include "decoder/reader.hpp"

namespace airlock::cli {
namespace {

using decoder::Feature;
using decoder::HeapKind;
using decoder::Immediate;
using decoder::Module;
using decoder::SegmentMode;
using decoder::ValueKind;

constexpr std::array<std::string_view, proposal_count> descriptions{
    "sign extension (WebAssembly 2.0)",
    "saturating truncation (WebAssembly 2.0)",
    "multiple values (WebAssembly 2.0)",
    "bulk memory (WebAssembly 2.0)",
    "reference types (WebAssembly 2.0)",
    "fixed-width SIMD (WebAssembly 2.0)",
    "relaxed SIMD (WebAssembly 3.0)",
    "tail calls (WebAssembly 3.0)",
    "extended constant expressions (WebAssembly 3.0)",
    "multiple memories (WebAssembly 3.0)",
    "64-bit memories and tables (WebAssembly 3.0)",
    "typed function references (WebAssembly 3.0)",
    "garbage collection (WebAssembly 3.0)",
    "exceptions (WebAssembly 3.0)",
    "exceptions in their former form (a proposal that was replaced)",
    "threads: shared memory and atomics (a proposal)",
    "wide arithmetic (a proposal)",
    "custom page sizes (a proposal)",
    "custom descriptors (a proposal)",
    "compact import sections (a proposal)",
};

/// The proposal that brought an instruction; `proposal_count` for WebAssembly 1.0.
constexpr std::size_t proposal_of(Feature feature) {
  const auto number = [](Proposal proposal) { return static_cast<std::size_t>(proposal); };
  switch (feature) {
    case Feature::mvp:
      return proposal_count;
    case Feature::sign_extension:
      return number(Proposal::sign_extension);
    case Feature::saturating_truncation:
      return number(Proposal::saturating_truncation);
    case Feature::bulk_memory:
      return number(Proposal::bulk_memory);
    case Feature::reference_types:
      return number(Proposal::reference_types);
    case Feature::simd:
      return number(Proposal::simd);
    case Feature::relaxed_simd:
      return number(Proposal::relaxed_simd);
    case Feature::tail_calls:
      return number(Proposal::tail_calls);
    case Feature::typed_references:
      return number(Proposal::typed_references);
    case Feature::gc:
      return number(Proposal::gc);
    case Feature::exceptions:
      return number(Proposal::exceptions);
    case Feature::legacy_exceptions:
      return number(Proposal::legacy_exceptions);
    case Feature::threads:
      return number(Proposal::threads);
    case Feature::wide_arithmetic:
      return number(Proposal::wide_arithmetic);
    case Feature::custom_descriptors:
      return number(Proposal::custom_descriptors);
  }
  return proposal_count;
}

constexpr auto functions_by_number = decoder::ValueType::reference(HeapKind::func, false);

/// Walks over a module and notes what it comes across.
class Survey {
 public:
  Survey(const Module& module, const Limits& limits) : module_(module), limits_(limits) {}

  Result<ProposalSet> run() {
    look_at_types();
    look_at_imports();
    look_at_definitions();
    if (auto done = look_at_segments(); !done) return propagate(std::move(done));
    if (auto done = look_at_code(); !done) return propagate(std::move(done));
    return found_;
  }

 private:
  void note(Proposal proposal) { found_.set(static_cast<std::size_t>(proposal)); }

  void note(const decoder::HeapType& heap) {
    if (heap.is_exact) note(Proposal::custom_descriptors);
    switch (heap.kind) {
      case HeapKind::func:
      case HeapKind::extern_:
        return note(Proposal::reference_types);
      case HeapKind::exn:
      case HeapKind::noexn:
        return note(Proposal::exceptions);
      case HeapKind::indexed:
        return note(Proposal::typed_references);
      default:
        return note(Proposal::gc);
    }
  }

  void note(const decoder::ValueType& type) {
    if (type.kind == ValueKind::v128) note(Proposal::simd);
    if (!type.is_reference()) return;
    note(type.heap);
    if (!type.nullable) note(Proposal::typed_references);
  }

  void note(const decoder::FunctionType& type) {
    for (const auto& parameter : type.parameters) note(parameter);
    for (const auto& result : type.results) note(result);
    if (type.results.size() > 1) note(Proposal::multi_value);
  }

  /// A table of `funcref` is as old as WebAssembly.
  void note_element(const decoder::ValueType& type) {
    if (type != decoder::funcref) note(type);
  }

  void look_at_types() {
    for (const auto& group : module_.groups)
      if (group.count > 1) note(Proposal::gc);
    for (const auto& type : module_.types) {
      if (!type.is_final || !type.supertypes.empty()) note(Proposal::gc);
      if (type.described || type.descriptor) note(Proposal::custom_descriptors);
      if (type.composite.kind == decoder::CompositeKind::function)
        note(type.composite.function);
      else
        note(Proposal::gc);
      for (const auto& field : type.composite.fields) note(field.storage);
    }
  }

  void look_at_imports() {
    if (!module_.import_groups.empty()) note(Proposal::compact_imports);
    for (const auto& import : module_.imports)
      if (const auto* function = std::get_if<decoder::FunctionImport>(&import.type))
        if (function->exact) note(Proposal::custom_descriptors);
  }

  void look_at_definitions() {
    if (module_.table_types.size() > 1) note(Proposal::reference_types);
    for (const auto& table : module_.table_types) {
      note_element(table.element);
      if (table.address == decoder::AddressType::i64) note(Proposal::memory64);
      if (table.is_shared) note(Proposal::threads);
    }
    if (module_.memory_types.size() > 1) note(Proposal::multi_memory);
    for (const auto& memory : module_.memory_types) {
      if (memory.address == decoder::AddressType::i64) note(Proposal::memory64);
      if (memory.is_shared) note(Proposal::threads);
      if (memory.page_size_log2 != 16) note(Proposal::custom_page_sizes);
    }
    for (const auto& global : module_.global_types) note(global.value);
    if (!module_.tag_types.empty()) note(Proposal::exceptions);
  }

  Result<void> look_at_segments() {
    if (module_.data_count) note(Proposal::bulk_memory);
    for (const auto& segment : module_.data) {
      if (segment.mode == SegmentMode::passive) note(Proposal::bulk_memory);
      if (auto done = look_at_constant(segment.offset); !done) return done;
    }
    for (const auto& segment : module_.elements) {
      if (segment.mode == SegmentMode::passive) note(Proposal::bulk_memory);
      if (segment.mode == SegmentMode::declarative) note(Proposal::reference_types);
      // Functions by their numbers are not null, but that has always been so.
      const bool has_numbers = segment.type == functions_by_number && segment.expressions.empty();
      if (!has_numbers) note_element(segment.type);
      if (auto done = look_at_constant(segment.offset); !done) return done;
      for (const auto& expression : segment.expressions)
        if (auto done = look_at(expression, true); !done) return done;
    }
    return {};
  }

  Result<void> look_at_code() {
    for (const auto& global : module_.globals)
      if (auto done = look_at(global.initializer, true); !done) return done;
    for (const auto& table : module_.tables) {
      if (table.initializer) note(Proposal::typed_references);
      if (auto done = look_at_constant(table.initializer); !done) return done;
    }
    for (const auto& function : module_.functions) {
      for (const auto& run : function.locals) note(run.type);
      if (auto done = look_at(function.body, false); !done) return done;
    }
    return {};
  }

  Result<void> look_at_constant(const std::optional<decoder::Expression>& expression) {
    return expression ? look_at(*expression, true) : Result<void>{};
  }

  Result<void> look_at(const decoder::Expression& expression, bool is_constant) {
    decoder::InstructionReader reader(expression, limits_);
    decoder::Instruction instruction;
    while (!reader.at_end()) {
      if (!reader.next(instruction)) return std::unexpected(reader.error());
      look_at(instruction);
      // Of WebAssembly 1.0, constant expressions have constants and imported globals.
      const auto& row = decoder::row(instruction.opcode);
      if (is_constant && row.family == decoder::Family::integer) note(Proposal::extended_constants);
    }
    return {};
  }

  void look_at(const decoder::Instruction& instruction) {
    const auto& row = decoder::row(instruction.opcode);
    if (const auto proposal = proposal_of(row.feature); proposal < proposal_count)
      found_.set(proposal);
    switch (row.immediate) {
      case Immediate::block_type:
      case Immediate::try_table:
        return look_at(instruction.block);
      case Immediate::heap_type:
        return note(instruction.heap);
      case Immediate::branch_cast:
        note(instruction.heap);
        return note(instruction.second_heap);
      case Immediate::select_types:
        for (const auto& type : instruction.types) note(type);
        return;
      default:
        return;
    }
  }

  void look_at(const decoder::BlockType& block) {
    if (block.kind == decoder::BlockType::Kind::value) note(block.value);
    if (block.kind != decoder::BlockType::Kind::type_index) return;
    const auto& type = module_.types[block.type_index].composite.function;
    if (!type.parameters.empty()) note(Proposal::multi_value);
  }

  const Module& module_;
  const Limits& limits_;
  ProposalSet found_;
};

}  // namespace

std::string_view describe(Proposal proposal) {
  return descriptions[static_cast<std::size_t>(proposal)];
}

Result<ProposalSet> proposals_of(const Module& module, const Limits& limits) {
  return Survey(module, limits).run();
}

Result<ProposalSet> proposals_of(const decoder::component::ComponentTree& tree,
                                 const Limits& limits) {
  ProposalSet all;
  for (const auto& component : tree.components) {
    for (const auto& definition : component.definitions) {
      const auto* core = std::get_if<decoder::component::CoreModule>(&definition.body);
      if (core == nullptr) continue;
      const auto module = decoder::read_module(tree.binary, core->offset, core->size, limits);
      if (!module) return std::unexpected(module.error());
      const auto found = proposals_of(*module, limits);
      if (!found) return found;
      all |= *found;
    }
  }
  return all;
}

}  // namespace airlock::cli
