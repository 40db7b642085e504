#include "decoder/stack_effect.hpp"

#include <algorithm>
#include <array>

#include "decoder/opcode.hpp"

namespace airlock::decoder {
namespace {

struct FixedEffect {
  Opcode opcode;
  StackEffect effect;
};

/// Instructions with special types in the table, but fixed numbers of operands and results.
constexpr auto fixed_effects = std::to_array<FixedEffect>({
    {"unreachable"_op, {0, 0}},
    {"throw_ref"_op, {1, 0}},
    {"rethrow"_op, {0, 0}},
    {"drop"_op, {1, 0}},
    {"select"_op, {3, 1}},
    {"select_typed"_op, {3, 1}},
    {"local.get"_op, {0, 1}},
    {"local.set"_op, {1, 0}},
    {"local.tee"_op, {1, 1}},
    {"global.get"_op, {0, 1}},
    {"global.set"_op, {1, 0}},
    {"table.get"_op, {1, 1}},
    {"table.set"_op, {2, 0}},
    {"table.init"_op, {3, 0}},
    {"table.copy"_op, {3, 0}},
    {"table.grow"_op, {2, 1}},
    {"table.size"_op, {0, 1}},
    {"table.fill"_op, {3, 0}},
    {"memory.init"_op, {3, 0}},
    {"memory.copy"_op, {3, 0}},
    {"memory.fill"_op, {3, 0}},
    {"ref.null"_op, {0, 1}},
    {"ref.is_null"_op, {1, 1}},
    {"ref.func"_op, {0, 1}},
    {"ref.eq"_op, {2, 1}},
    {"ref.as_non_null"_op, {1, 1}},
    {"struct.new_default"_op, {0, 1}},
    {"struct.new_default_desc"_op, {1, 1}},
    {"ref.get_desc"_op, {1, 1}},
    {"struct.get"_op, {1, 1}},
    {"struct.get_s"_op, {1, 1}},
    {"struct.get_u"_op, {1, 1}},
    {"struct.set"_op, {2, 0}},
    {"array.new"_op, {2, 1}},
    {"array.new_default"_op, {1, 1}},
    {"array.new_data"_op, {2, 1}},
    {"array.new_elem"_op, {2, 1}},
    {"array.get"_op, {2, 1}},
    {"array.get_s"_op, {2, 1}},
    {"array.get_u"_op, {2, 1}},
    {"array.set"_op, {3, 0}},
    {"array.len"_op, {1, 1}},
    {"array.fill"_op, {4, 0}},
    {"array.copy"_op, {5, 0}},
    {"array.init_data"_op, {4, 0}},
    {"array.init_elem"_op, {4, 0}},
    {"ref.test"_op, {1, 1}},
    {"ref.test_null"_op, {1, 1}},
    {"ref.cast"_op, {1, 1}},
    {"ref.cast_null"_op, {1, 1}},
    {"ref.cast_desc_eq"_op, {2, 1}},
    {"ref.cast_desc_eq_null"_op, {2, 1}},
    {"any.convert_extern"_op, {1, 1}},
    {"extern.convert_any"_op, {1, 1}},
    {"ref.i31"_op, {1, 1}},
    {"i31.get_s"_op, {1, 1}},
    {"i31.get_u"_op, {1, 1}},
});

/// The type of a function, if the function and its type exist.
std::optional<StackEffect> callee_effect(const Module& module, std::uint32_t function) {
  if (function >= module.function_types.size()) return std::nullopt;
  return function_effect(module, module.function_types[function]);
}

/// An exception takes the parameters of its tag's type.
std::optional<StackEffect> throw_effect(const Module& module, std::uint32_t tag) {
  if (tag >= module.tag_types.size()) return std::nullopt;
  auto effect = function_effect(module, module.tag_types[tag].type);
  if (effect) effect->results = 0;
  return effect;
}

std::optional<StackEffect> structure_effect(const Module& module, std::uint32_t type) {
  if (type >= module.types.size()) return std::nullopt;
  const auto& composite = module.types[type].composite;
  if (composite.kind != CompositeKind::structure) return std::nullopt;
  return StackEffect{composite.fields.size(), 1};
}

std::optional<StackEffect> branch_effect(const Instruction& instruction, LabelArities labels) {
  const auto label =
      instruction.opcode == "br_table"_op ? instruction.labels.back() : instruction.index;
  if (label >= labels.size()) return std::nullopt;
  const auto& known = labels[labels.size() - 1 - label];
  if (!known) return std::nullopt;
  const std::uint64_t arity = *known;
  if (instruction.opcode == "br"_op) return StackEffect{arity, 0};
  if (instruction.opcode == "br_table"_op) return StackEffect{arity + 1, 0};
  if (instruction.opcode == "br_if"_op) return StackEffect{arity + 1, arity};
  if (instruction.opcode == "br_on_null"_op) return StackEffect{arity + 1, arity + 1};
  // The others pass a reference to the label.
  if (arity == 0) return std::nullopt;
  if (instruction.opcode == "br_on_non_null"_op) return StackEffect{arity, arity - 1};
  if (row(instruction.opcode).feature == Feature::custom_descriptors)
    return StackEffect{arity + 1, arity};
  return StackEffect{arity, arity};
}

/// One more operand, after the others: a callee, a descriptor.
std::optional<StackEffect> with_operand(std::optional<StackEffect> effect) {
  if (effect) ++effect->operands;
  return effect;
}

std::optional<StackEffect> without_results(std::optional<StackEffect> effect) {
  if (effect) effect->results = 0;
  return effect;
}

}  // namespace

std::optional<StackEffect> function_effect(const Module& module, std::uint32_t type) {
  if (type >= module.types.size()) return std::nullopt;
  const auto& composite = module.types[type].composite;
  if (composite.kind != CompositeKind::function) return std::nullopt;
  return StackEffect{composite.function.parameters.size(), composite.function.results.size()};
}

std::optional<StackEffect> block_effect(const Module& module, const BlockType& type) {
  switch (type.kind) {
    case BlockType::Kind::empty:
      return StackEffect{0, 0};
    case BlockType::Kind::value:
      return StackEffect{0, 1};
    case BlockType::Kind::type_index:
      return function_effect(module, type.type_index);
  }
  return std::nullopt;
}

std::optional<StackEffect> stack_effect(const Module& module, const Instruction& instruction,
                                        LabelArities labels) {
  const auto opcode = instruction.opcode;
  if (const auto& known = signature(opcode); !known.special)
    return StackEffect{known.operand_count, known.result_count};
  const auto fixed = std::ranges::find(fixed_effects, opcode, &FixedEffect::opcode);
  if (fixed != fixed_effects.end()) return fixed->effect;
  switch (row(opcode).immediate) {
    case Immediate::label:
    case Immediate::label_table:
    case Immediate::branch_cast:
      return branch_effect(instruction, labels);
    case Immediate::tag:
      return throw_effect(module, instruction.index);
    default:
      break;
  }
  if (opcode == "call"_op) return callee_effect(module, instruction.index);
  if (opcode == "return_call"_op) return without_results(callee_effect(module, instruction.index));
  if (opcode == "call_indirect"_op || opcode == "call_ref"_op)
    return with_operand(function_effect(module, instruction.index));
  if (opcode == "return_call_indirect"_op || opcode == "return_call_ref"_op)
    return without_results(with_operand(function_effect(module, instruction.index)));
  if (opcode == "struct.new"_op) return structure_effect(module, instruction.index);
  if (opcode == "struct.new_desc"_op)
    return with_operand(structure_effect(module, instruction.index));
  if (opcode == "array.new_fixed"_op) return StackEffect{instruction.second_index, 1};
  if (opcode == "return"_op && !labels.empty() && labels.front())
    return StackEffect{*labels.front(), 0};
  return std::nullopt;
}

}  // namespace airlock::decoder
