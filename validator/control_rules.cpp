// Blocks, branches, calls and exceptions (specification: Validation, Control Instructions).
#include "validator/function_checker.hpp"

namespace airlock::validator {

using namespace decoder::literals;
using decoder::BlockType;
using decoder::HeapKind;
using decoder::Opcode;
using decoder::ValueType;

namespace {

constexpr ValueType exception_reference = ValueType::reference(HeapKind::exn, false);

}  // namespace

FunctionChecker::Types FunctionChecker::parameters(const Frame& frame) {
  return frame.type == nullptr ? Types{} : Types(frame.type->parameters);
}

FunctionChecker::Types FunctionChecker::results(const Frame& frame) {
  if (frame.type != nullptr) return frame.type->results;
  return {&frame.result, frame.has_result ? std::size_t{1} : std::size_t{0}};
}

FunctionChecker::Types FunctionChecker::label_types(const Frame& frame) {
  return frame.opcode == "loop"_op ? parameters(frame) : results(frame);
}

FunctionChecker::Frame* FunctionChecker::label(std::uint32_t depth) {
  if (depth < frames_.size()) return &frames_[frames_.size() - 1 - depth];
  (void)fail_unknown("label", depth);
  return nullptr;
}

bool FunctionChecker::push_frame(const Instruction& instruction) {
  if (frames_.size() > context_.limits.control_nesting)
    return fail("too many nested blocks", ErrorKind::limit);
  Frame block{
      .opcode = instruction.opcode, .began_live = frame().is_live, .is_live = frame().is_live};
  if (instruction.block.kind == BlockType::Kind::type_index) {
    block.type = function_type(instruction.block.type_index);
    if (block.type == nullptr) return false;
  } else if (instruction.block.kind == BlockType::Kind::value) {
    if (!check_value_type(instruction.block.value)) return false;
    block.has_result = true;
    block.result = instruction.block.value;
  }
  if (instruction.opcode == "if"_op && !pop(decoder::i32)) return false;
  if (!pop(parameters(block))) return false;
  block.height = static_cast<std::uint32_t>(values_.size());
  block.initialized = static_cast<std::uint32_t>(initialized_.size());
  frames_.push_back(block);
  return push(parameters(block));
}

bool FunctionChecker::finish_part(Types expected) {
  if (!pop(expected)) return false;
  if (values_.size() != frame().height)
    return fail("type mismatch: block leaves " + to_string(values_.back()) + " below its results");
  reset_locals(frame().initialized);
  return true;
}

void FunctionChecker::begin_part(Opcode opcode) {
  auto& block = frame();
  block.opcode = opcode;
  block.is_live = block.began_live;
  block.is_polymorphic = false;
}

void FunctionChecker::mark_unreachable() {
  values_.resize(frame().height);
  frame().is_polymorphic = true;
  frame().is_live = false;
}

/// Locals that were set inside a block count as unset after it.
void FunctionChecker::reset_locals(std::uint32_t height) {
  for (; initialized_.size() > height; initialized_.pop_back()) unset_[initialized_.back()] = true;
}

const decoder::FunctionType* FunctionChecker::tag_type(std::uint32_t tag) {
  if (tag < module_.tag_types.size())
    return &module_.types[module_.tag_types[tag].type].composite.function;
  (void)fail_unknown("tag", tag);
  return nullptr;
}

bool FunctionChecker::check_control(const Instruction& instruction) {
  const auto index = instruction.index;
  switch (instruction.opcode) {
    case "unreachable"_op:
      mark_unreachable();
      return true;
    case "block"_op:
    case "loop"_op:
    case "if"_op:
    case "try"_op:
      return push_frame(instruction);
    case "else"_op:
      return check_else(instruction);
    case "end"_op:
      return check_end();
    case "br"_op: {
      const auto* target = label(index);
      if (target == nullptr || !match_top(label_types(*target))) return false;
      mark_unreachable();
      return true;
    }
    case "br_if"_op: {
      const auto* target = label(index);
      if (target == nullptr || !pop(decoder::i32)) return false;
      const auto types = label_types(*target);
      return pop(types) && push(types);
    }
    case "br_table"_op:
      return check_branch_table(instruction);
    case "br_on_null"_op:
    case "br_on_non_null"_op:
      return check_branch_on_null(instruction);
    case "return"_op:
      if (!match_top(results(frames_.front()))) return false;
      mark_unreachable();
      return true;
    case "call"_op:
    case "return_call"_op:
      if (index >= module_.function_types.size()) return fail_unknown("function", index);
      return check_call(module_.function_type(index), instruction.opcode == "return_call"_op);
    case "call_indirect"_op:
      return check_call_indirect(instruction, false);
    case "return_call_indirect"_op:
      return check_call_indirect(instruction, true);
    case "call_ref"_op:
      return check_call_reference(instruction, false);
    case "return_call_ref"_op:
      return check_call_reference(instruction, true);
    case "throw"_op: {
      const auto* type = tag_type(index);
      if (type == nullptr || !pop(type->parameters)) return false;
      mark_unreachable();
      return true;
    }
    case "throw_ref"_op:
      if (!pop(ValueType::reference(HeapKind::exn))) return false;
      mark_unreachable();
      return true;
    case "try_table"_op:
      return check_try_table(instruction);
    case "catch"_op:
    case "catch_all"_op:
      return check_catch(instruction);
    case "delegate"_op:
      return check_delegate(instruction);
    case "rethrow"_op:
      return check_rethrow(instruction);
    default:
      return fail("instruction without a typing rule", ErrorKind::unsupported);
  }
}

bool FunctionChecker::check_else(const Instruction& instruction) {
  if (frame().opcode != "if"_op) return fail("misplaced ELSE opcode", ErrorKind::malformed);
  is_shown_ = frame().began_live;
  if (!finish_part(results(frame()))) return false;
  begin_part(instruction.opcode);
  return push(parameters(frame()));
}

bool FunctionChecker::check_end() {
  auto& block = frame();
  is_shown_ = block.began_live;
  if (!finish_part(results(block))) return false;
  // An `if` without `else` passes its parameters on when its condition is zero.
  if (block.opcode == "if"_op && !types_.matches(parameters(block), results(block)))
    return fail("type mismatch: if without else must have equal parameters and results");
  const auto finished = block;
  frames_.pop_back();
  return frames_.empty() || push(results(finished));
}

// Exceptions of the legacy proposal.

bool FunctionChecker::check_catch(const Instruction& instruction) {
  const auto opcode = frame().opcode;
  if (opcode != "try"_op && opcode != "catch"_op)
    return fail("misplaced CATCH opcode", ErrorKind::malformed);
  is_shown_ = frame().began_live;
  if (!finish_part(results(frame()))) return false;
  begin_part(instruction.opcode);
  if (instruction.opcode == "catch_all"_op) return true;
  const auto* type = tag_type(instruction.index);
  return type != nullptr && push(type->parameters);
}

bool FunctionChecker::check_delegate(const Instruction& instruction) {
  if (frame().opcode != "try"_op) return fail("misplaced DELEGATE opcode", ErrorKind::malformed);
  is_shown_ = frame().began_live;
  if (!finish_part(results(frame()))) return false;
  const auto finished = frame();
  frames_.pop_back();
  // A `try` is never the outermost frame; the label may be the function itself.
  return label(instruction.index) != nullptr && push(results(finished));
}

bool FunctionChecker::check_rethrow(const Instruction& instruction) {
  const auto* target = label(instruction.index);
  if (target == nullptr) return false;
  if (target->opcode != "catch"_op && target->opcode != "catch_all"_op)
    return fail("invalid rethrow label");
  mark_unreachable();
  return true;
}

bool FunctionChecker::check_try_table(const Instruction& instruction) {
  using decoder::CatchKind;
  auto& caught = caught_;
  for (const auto& clause : instruction.catches) {
    caught.clear();
    if (clause.kind == CatchKind::catch_ || clause.kind == CatchKind::catch_ref) {
      const auto* type = tag_type(clause.tag);
      if (type == nullptr) return false;
      caught = type->parameters;
    }
    if (clause.kind == CatchKind::catch_ref || clause.kind == CatchKind::catch_all_ref)
      caught.push_back(exception_reference);
    const auto* target = label(clause.label);
    if (target == nullptr) return false;
    if (!types_.matches(caught, label_types(*target)))
      return fail("type mismatch: catch clause does not match its label");
  }
  return push_frame(instruction);
}

// Branches.

bool FunctionChecker::check_branch_table(const Instruction& instruction) {
  if (!pop(decoder::i32)) return false;
  const auto* fallback = label(instruction.labels.back());
  if (fallback == nullptr) return false;
  const auto arity = label_types(*fallback).size();
  for (const auto depth : instruction.labels) {
    auto* target = label(depth);
    if (target == nullptr) return false;
    if (target->checked_as_label == offset_ + 1) continue;
    target->checked_as_label = offset_ + 1;
    if (label_types(*target).size() != arity)
      return fail("type mismatch: labels of br_table differ in arity");
    if (!match_top(label_types(*target))) return false;
  }
  mark_unreachable();
  return true;
}

bool FunctionChecker::check_branch_on_null(const Instruction& instruction) {
  const auto* target = label(instruction.index);
  if (target == nullptr) return false;
  auto types = label_types(*target);
  ValueType reference;
  if (!pop_reference(reference)) return false;
  const auto non_null = ValueType::reference(reference.heap, false);
  if (instruction.opcode == "br_on_null"_op) return pop(types) && push(types) && push(non_null);
  if (types.empty() || !types.back().is_reference())
    return fail("type mismatch: br_on_non_null needs a label that ends in a reference");
  if (!types_.matches(non_null, types.back()))
    return fail_mismatch(types.back(), to_string(non_null));
  types = types.first(types.size() - 1);
  return pop(types) && push(types);
}

bool FunctionChecker::check_branch_on_cast(const Instruction& instruction) {
  const auto source = ValueType::reference(instruction.heap, (instruction.cast_flags & 1) != 0);
  const auto target =
      ValueType::reference(instruction.second_heap, (instruction.cast_flags & 2) != 0);
  if (!check_heap_type(source.heap) || !check_heap_type(target.heap)) return false;
  const bool is_related = context_.limits.features.custom_descriptors
                              ? types_.top(source.heap) == types_.top(target.heap)
                              : types_.matches(target, source);
  if (!is_related)
    return fail("type mismatch on cast: " + to_string(target) + " does not match " +
                to_string(source));
  // The type of the reference when the cast fails: nullable only if the target type excludes null.
  const auto difference = ValueType::reference(source.heap, source.nullable && !target.nullable);
  const bool on_success =
      instruction.opcode == "br_on_cast"_op || instruction.opcode == "br_on_cast_desc_eq"_op;
  const auto& taken = on_success ? target : difference;
  const auto& kept = on_success ? difference : target;
  const auto* frame = label(instruction.index);
  if (frame == nullptr) return false;
  auto types = label_types(*frame);
  if (types.empty() || !types_.matches(taken, types.back()))
    return fail("type mismatch: label does not take " + to_string(taken));
  types = types.first(types.size() - 1);
  const bool by_descriptor =
      decoder::row(instruction.opcode).feature == decoder::Feature::custom_descriptors;
  if (by_descriptor && !pop_descriptor(target.heap)) return false;
  return pop(source) && pop(types) && push(types) && push(kept);
}

// Calls.

bool FunctionChecker::check_call(const decoder::FunctionType& type, bool is_tail_call) {
  if (is_tail_call && !types_.matches(type.results, results(frames_.front())))
    return fail("type mismatch: callee's results differ from the caller's");
  if (!pop(type.parameters)) return false;
  if (!is_tail_call) return push(type.results);
  mark_unreachable();
  return true;
}

bool FunctionChecker::check_call_indirect(const Instruction& instruction, bool is_tail_call) {
  const auto* callee_table = table(instruction.second_index);
  if (callee_table == nullptr) return false;
  if (!types_.matches(callee_table->element, decoder::funcref))
    return fail_mismatch(decoder::funcref, to_string(callee_table->element));
  const auto* type = function_type(instruction.index);
  if (type == nullptr) return false;
  const auto index_type =
      callee_table->address == decoder::AddressType::i64 ? decoder::i64 : decoder::i32;
  return pop(index_type) && check_call(*type, is_tail_call);
}

bool FunctionChecker::check_call_reference(const Instruction& instruction, bool is_tail_call) {
  const auto* type = function_type(instruction.index);
  return type != nullptr && pop_reference(decoder::HeapType::defined(instruction.index)) &&
         check_call(*type, is_tail_call);
}

}  // namespace airlock::validator
