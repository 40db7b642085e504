// Operands, locals, globals, and every instruction that the instruction table types.
#include "validator/function_checker.hpp"

#include <algorithm>

#include "decoder/printable.hpp"
#include "validator/descriptor_rules.hpp"

namespace airlock::validator {

using namespace decoder::literals;
using decoder::Immediate;
using decoder::ValueKind;
using decoder::ValueType;

namespace {

// The number of locals that are looked up without a search.
constexpr std::uint32_t first_locals = 256;

/// Lanes of the vector shape an instruction's name begins with: 8 for `i16x8.extract_lane_s`.
constexpr std::uint8_t lane_count(std::string_view name) {
  const auto x = name.find('x');
  const auto dot = name.find('.');
  if (x == std::string_view::npos || dot == std::string_view::npos || dot < x) return 0;
  std::uint8_t count = 0;
  for (const char digit : name.substr(x + 1, dot - x - 1))
    count = static_cast<std::uint8_t>(count * 10 + (digit - '0'));
  return count;
}

constexpr auto lane_counts = [] {
  std::array<std::uint8_t, decoder::instruction_table.size()> counts{};
  for (std::size_t i = 0; i < counts.size(); ++i)
    if (decoder::instruction_table[i].immediate == Immediate::lane)
      counts[i] = lane_count(decoder::instruction_table[i].name);
  return counts;
}();

constexpr ValueType address_type(decoder::AddressType type) {
  return type == decoder::AddressType::i64 ? decoder::i64 : decoder::i32;
}

/// The type of an operand in the table. Both enumerations name the plain types in the same order.
constexpr ValueType operand_type(decoder::OperandKind kind, const ValueType& address) {
  if (kind == decoder::OperandKind::address) return address;
  return {static_cast<ValueKind>(kind)};
}
static_assert(operand_type(decoder::OperandKind::v128, {}).kind == ValueKind::v128);

}  // namespace

bool FunctionChecker::begin_function(std::uint32_t defined_index) {
  const auto& function = module_.functions[defined_index];
  function_ = module_.imported_functions() + defined_index;
  offset_ = function.offset;
  is_constant_ = false;
  values_.clear();
  frames_.clear();
  const auto& type = module_.types[function.type].composite.function;
  if (!begin_locals(function, type)) return false;
  Frame body{.opcode = "block"_op};
  body.type = &type;
  frames_.push_back(body);
  return true;
}

void FunctionChecker::begin_constant(const ValueType& type, std::uint32_t visible_globals,
                                     std::vector<bool>& declared) {
  function_.reset();
  is_constant_ = true;
  visible_globals_ = visible_globals;
  declared_ = &declared;
  values_.clear();
  frames_.clear();
  first_locals_.clear();
  runs_.clear();
  unset_.clear();
  local_count_ = 0;
  Frame body{.opcode = "block"_op};
  body.has_result = true;
  body.result = type;
  frames_.push_back(body);
}

bool FunctionChecker::begin_locals(const decoder::Function& function,
                                   const decoder::FunctionType& type) {
  runs_.clear();
  first_locals_.clear();
  unset_.clear();
  initialized_.clear();
  local_count_ = 0;
  const auto add = [this](std::uint32_t count, const ValueType& local_type) {
    local_count_ += count;
    runs_.push_back({local_count_, local_type});
    const auto room = first_locals - std::min<std::size_t>(first_locals, first_locals_.size());
    first_locals_.insert(first_locals_.end(), std::min<std::size_t>(count, room), local_type);
  };
  for (const auto& parameter : type.parameters) add(1, parameter);
  for (const auto& run : function.locals) {
    if (!check_value_type(run.type)) return false;
    if (run.count == 0) continue;
    const auto first = local_count_;
    add(run.count, run.type);
    if (local_count_ > context_.limits.function_locals)
      return fail("too many locals", ErrorKind::limit);
    if (run.type.is_defaultable()) continue;
    unset_.resize(first, false);
    unset_.resize(local_count_, true);
  }
  return true;
}

const ValueType* FunctionChecker::local(std::uint32_t index) const {
  if (index < first_locals_.size()) return &first_locals_[index];
  const auto run = std::ranges::upper_bound(runs_, index, {}, &Run::end);
  return run == runs_.end() ? nullptr : &run->type;
}

// --- Errors

bool FunctionChecker::fail(std::string message, ErrorKind kind) {
  error_ = Error{.kind = kind, .message = printable(message), .offset = offset_};
  return false;
}

bool FunctionChecker::fail_unknown(std::string_view what, std::uint32_t index) {
  return fail("unknown " + std::string(what) + ' ' + std::to_string(index));
}

bool FunctionChecker::fail_mismatch(const ValueType& expected, const std::string& found) {
  return fail("type mismatch: expected " + to_string(expected) + ", found " + found);
}

Error FunctionChecker::located(Error error) const {
  if (!function_) return error;
  error.function = FunctionReference{.index = *function_, .name = {}};
  const auto& names = module_.names.functions;
  if (const auto name = names.find(*function_); name != names.end())
    error.function->name = name->second;
  return error;
}

Error FunctionChecker::take_error() { return located(std::move(error_)); }

// --- The operand stack

bool FunctionChecker::push(const ValueType& type) {
  if (values_.size() >= context_.limits.operand_stack)
    return fail("too many operands", ErrorKind::limit);
  values_.push_back(type);
  return true;
}

bool FunctionChecker::push(Types types) {
  if (types.size() > context_.limits.operand_stack - values_.size())
    return fail("too many operands", ErrorKind::limit);
  values_.insert(values_.end(), types.begin(), types.end());
  return true;
}

bool FunctionChecker::pop(const ValueType& expected) {
  const auto& top = frame();
  if (values_.size() == top.height) [[unlikely]]
    return top.is_polymorphic || fail_mismatch(expected, "nothing");
  const auto& actual = values_.back();
  if (!types_.matches(actual, expected)) [[unlikely]]
    return fail_mismatch(expected, to_string(actual));
  values_.pop_back();
  return true;
}

bool FunctionChecker::pop(Types expected) {
  for (auto i = expected.size(); i-- > 0;) {
    // Below here everything matches: avoid one call for each of many operands.
    if (values_.size() == frame().height && frame().is_polymorphic) return true;
    if (!pop(expected[i])) return false;
  }
  return true;
}

bool FunctionChecker::pop_numbers(std::initializer_list<ValueType> types) {
  return pop(Types(types.begin(), types.size()));
}

bool FunctionChecker::pop_any(ValueType& type) {
  const auto& top = frame();
  if (values_.size() == top.height) {
    type = {ValueKind::bottom};
    return top.is_polymorphic || fail("type mismatch: expected an operand, found nothing");
  }
  type = values_.back();
  values_.pop_back();
  return true;
}

bool FunctionChecker::pop_reference(ValueType& type) {
  if (!pop_any(type)) return false;
  if (type.kind == ValueKind::bottom) type = ValueType::reference(decoder::HeapKind::bottom, false);
  return type.is_reference() ||
         fail("type mismatch: expected a reference, found " + to_string(type));
}

bool FunctionChecker::match_top(Types expected) {
  const auto available = values_.size() - frame().height;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const auto& type = expected[expected.size() - 1 - i];
    if (i == available) return frame().is_polymorphic || fail_mismatch(type, "nothing");
    const auto& actual = values_[values_.size() - 1 - i];
    if (!types_.matches(actual, type)) return fail_mismatch(type, to_string(actual));
  }
  return true;
}

// --- Index spaces

bool FunctionChecker::check_type_index(std::uint32_t index) {
  return index < module_.types.size() || fail_unknown("type", index);
}

bool FunctionChecker::check_heap_type(const decoder::HeapType& type) {
  if (type.kind != decoder::HeapKind::indexed) return true;
  if (type.is_exact && !context_.limits.features.custom_descriptors)
    return fail(needs_custom_descriptors(to_string(type)));
  return check_type_index(type.index);
}

bool FunctionChecker::check_value_type(const ValueType& type) {
  return !type.is_reference() || check_heap_type(type.heap);
}

const decoder::FunctionType* FunctionChecker::function_type(std::uint32_t type_index) {
  if (!check_type_index(type_index)) return nullptr;
  const auto& composite = module_.types[type_index].composite;
  if (composite.kind == decoder::CompositeKind::function) return &composite.function;
  (void)fail("non-function type " + std::to_string(type_index));
  return nullptr;
}

const decoder::MemoryType* FunctionChecker::memory(std::uint32_t index) {
  if (index < module_.memory_types.size()) return &module_.memory_types[index];
  (void)fail_unknown("memory", index);
  return nullptr;
}

bool FunctionChecker::check_data(std::uint32_t index) {
  if (!module_.data_count) return fail("data count section required", ErrorKind::malformed);
  return index < *module_.data_count || fail_unknown("data segment", index);
}

const decoder::ElementSegment* FunctionChecker::element(std::uint32_t index) {
  if (index < module_.elements.size()) return &module_.elements[index];
  (void)fail_unknown("elem segment", index);
  return nullptr;
}

// --- Rules

bool FunctionChecker::check(const Instruction& instruction) {
  offset_ = instruction.offset;
  is_shown_ = frame().is_live;
  if (is_constant_ && !check_constant_instruction(instruction)) return false;
  if (!signature(instruction.opcode).special) return check_plain(instruction);
  return check_special(instruction);
}

/// Instructions that the table types; only their immediates need checks.
bool FunctionChecker::check_plain(const Instruction& instruction) {
  const auto number = static_cast<std::size_t>(instruction.opcode);
  const auto& row = decoder::row(instruction.opcode);
  ValueType address = decoder::i32;
  switch (row.immediate) {
    case Immediate::memarg_lane:
      if (!require(instruction.lane < 16 / row.width, "invalid lane index")) return false;
      [[fallthrough]];
    case Immediate::memarg:
      if (!check_memory_argument(instruction, address)) return false;
      break;
    case Immediate::memory: {
      const auto* type = memory(instruction.index);
      if (type == nullptr) return false;
      address = address_type(type->address);
      break;
    }
    case Immediate::lane:
      if (!require(instruction.lane < lane_counts[number], "invalid lane index")) return false;
      break;
    case Immediate::shuffle:
      if (!require(std::ranges::all_of(instruction.vector, [](auto lane) { return lane < 32; }),
                   "invalid lane index"))
        return false;
      break;
    case Immediate::data:
      if (!check_data(instruction.index)) return false;
      break;
    case Immediate::element:
      if (element(instruction.index) == nullptr) return false;
      break;
    default:
      break;
  }
  const auto& signature = decoder::signatures[number];
  for (std::size_t i = signature.operand_count; i-- > 0;)
    if (!pop(operand_type(signature.operands[i], address))) return false;
  for (std::size_t i = 0; i < signature.result_count; ++i)
    if (!push(operand_type(signature.results[i], address))) return false;
  return true;
}

bool FunctionChecker::check_memory_argument(const Instruction& instruction, ValueType& address) {
  const auto& argument = instruction.memory;
  const auto& row = decoder::row(instruction.opcode);
  const auto* type = memory(argument.memory);
  if (type == nullptr) return false;
  const auto alignment = argument.align_log2 < 32 ? std::uint64_t{1} << argument.align_log2 : 0;
  if (alignment == 0 || alignment > row.width)
    return fail("alignment must not be larger than natural");
  if (row.family == decoder::Family::atomic && alignment != row.width)
    return fail("atomic alignment must be natural");
  if (type->address == decoder::AddressType::i32 && argument.offset > 0xffff'ffff)
    return fail("offset out of range");
  address = address_type(type->address);
  return true;
}

bool FunctionChecker::check_special(const Instruction& instruction) {
  using decoder::Family;
  switch (decoder::row(instruction.opcode).family) {
    case Family::control:
      return check_control(instruction);
    case Family::parametric: {
      ValueType dropped;
      if (instruction.opcode == "drop"_op) return pop_any(dropped);
      return check_select(instruction);
    }
    case Family::variable:
      return decoder::row(instruction.opcode).immediate == Immediate::local
                 ? check_local(instruction)
                 : check_global(instruction);
    case Family::table:
      return check_table(instruction);
    case Family::memory:
      return check_bulk_memory(instruction);
    case Family::reference:
    case Family::gc:
      return check_reference(instruction);
    default:
      return fail("instruction without a typing rule", ErrorKind::unsupported);
  }
}

/// Only some instructions are constant (specification: Constant Expressions).
bool FunctionChecker::check_constant_instruction(const Instruction& instruction) {
  if (decoder::row(instruction.opcode).family == decoder::Family::constant) return true;
  switch (instruction.opcode) {
    case "end"_op:
    case "i32.add"_op:
    case "i32.sub"_op:
    case "i32.mul"_op:
    case "i64.add"_op:
    case "i64.sub"_op:
    case "i64.mul"_op:
    case "ref.null"_op:
    case "ref.func"_op:
    case "ref.i31"_op:
    case "struct.new"_op:
    case "struct.new_default"_op:
    case "struct.new_desc"_op:
    case "struct.new_default_desc"_op:
    case "array.new"_op:
    case "array.new_default"_op:
    case "array.new_fixed"_op:
    case "any.convert_extern"_op:
    case "extern.convert_any"_op:
      return true;
    case "global.get"_op:
      if (instruction.index >= visible_globals_) return fail_unknown("global", instruction.index);
      if (!module_.global_types[instruction.index].is_mutable) return true;
      break;
    default:
      break;
  }
  return fail("constant expression required");
}

bool FunctionChecker::check_select(const Instruction& instruction) {
  if (instruction.opcode == "select_typed"_op) {
    if (instruction.types.size() != 1) return fail("invalid result arity");
    const auto& type = instruction.types.front();
    return check_value_type(type) && pop_numbers({type, type, decoder::i32}) && push(type);
  }
  ValueType second;
  ValueType first;
  if (!pop(decoder::i32) || !pop_any(second) || !pop_any(first)) return false;
  if (first.is_reference() || second.is_reference())
    return fail("type mismatch: select of references needs a type");
  if (first.kind == ValueKind::bottom) return push(second);
  if (second.kind != ValueKind::bottom && first != second)
    return fail_mismatch(first, to_string(second));
  return push(first);
}

bool FunctionChecker::check_local(const Instruction& instruction) {
  const auto index = instruction.index;
  const auto* type = local(index);
  if (type == nullptr) return fail_unknown("local", index);
  const bool is_unset = index < unset_.size() && unset_[index];
  if (instruction.opcode == "local.get"_op) {
    if (is_unset) return fail("uninitialized local " + std::to_string(index));
    return push(*type);
  }
  if (!pop(*type)) return false;
  if (is_unset) {
    unset_[index] = false;
    initialized_.push_back(index);
  }
  return instruction.opcode == "local.set"_op || push(*type);
}

bool FunctionChecker::check_global(const Instruction& instruction) {
  if (instruction.index >= module_.global_types.size())
    return fail_unknown("global", instruction.index);
  const auto& type = module_.global_types[instruction.index];
  if (instruction.opcode == "global.get"_op) return push(type.value);
  return require(type.is_mutable, "immutable global") && pop(type.value);
}

}  // namespace airlock::validator
