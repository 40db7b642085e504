// Table instructions and bulk memory (specification: Validation, Table Instructions, Memory
// Instructions).
#include "validator/function_checker.hpp"

namespace airlock::validator {

using namespace decoder::literals;
using decoder::AddressType;
using decoder::ValueType;

namespace {

constexpr ValueType address_type(AddressType type) {
  return type == AddressType::i64 ? decoder::i64 : decoder::i32;
}

/// The length of a copy has the smaller of both address types.
constexpr ValueType length_type(AddressType one, AddressType other) {
  return one == AddressType::i64 ? address_type(other) : decoder::i32;
}

}  // namespace

const decoder::TableType* FunctionChecker::table(std::uint32_t index) {
  if (index < module_.table_types.size()) return &module_.table_types[index];
  (void)fail_unknown("table", index);
  return nullptr;
}

bool FunctionChecker::check_table(const Instruction& instruction) {
  const auto op = instruction.opcode;
  // In `table.init` the element segment comes before the table.
  const auto* type = table(op == "table.init"_op ? instruction.second_index : instruction.index);
  if (type == nullptr) return false;
  const auto address = address_type(type->address);
  switch (op) {
    case "table.get"_op:
      return pop(address) && push(type->element);
    case "table.set"_op:
      return pop_numbers({address, type->element});
    case "table.size"_op:
      return push(address);
    case "table.grow"_op:
      return pop_numbers({type->element, address}) && push(address);
    case "table.fill"_op:
      return pop_numbers({address, type->element, address});
    case "table.copy"_op: {
      const auto* source = table(instruction.second_index);
      if (source == nullptr) return false;
      if (!types_.matches(source->element, type->element))
        return fail_mismatch(type->element, to_string(source->element));
      return pop_numbers(
          {address, address_type(source->address), length_type(type->address, source->address)});
    }
    case "table.init"_op: {
      const auto* segment = element(instruction.index);
      if (segment == nullptr) return false;
      if (!types_.matches(segment->type, type->element))
        return fail_mismatch(type->element, to_string(segment->type));
      return pop_numbers({address, decoder::i32, decoder::i32});
    }
    default:
      return fail("instruction without a typing rule", ErrorKind::unsupported);
  }
}

bool FunctionChecker::check_bulk_memory(const Instruction& instruction) {
  const auto op = instruction.opcode;
  const auto* type = memory(op == "memory.init"_op ? instruction.second_index : instruction.index);
  if (type == nullptr) return false;
  const auto address = address_type(type->address);
  switch (op) {
    case "memory.fill"_op:
      return pop_numbers({address, decoder::i32, address});
    case "memory.init"_op:
      return check_data(instruction.index) && pop_numbers({address, decoder::i32, decoder::i32});
    case "memory.copy"_op: {
      const auto* source = memory(instruction.second_index);
      if (source == nullptr) return false;
      return pop_numbers(
          {address, address_type(source->address), length_type(type->address, source->address)});
    }
    default:
      return fail("instruction without a typing rule", ErrorKind::unsupported);
  }
}

}  // namespace airlock::validator
