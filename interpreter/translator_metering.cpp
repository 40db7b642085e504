// Code that is only emitted if the engine meters or can be interrupted: cells that charge for the
// instructions after them, cells that check whether the run has to end, and handlers that work
// piece by piece. The prices are those of runtime/fuel.hpp.
#include "interpreter/translator.hpp"
#include "runtime/fuel.hpp"

namespace airlock::interpreter {

namespace fuel = runtime::fuel;

/// What an instruction costs, as far as that is known before it runs.
std::uint64_t Translator::price_of(const Instruction& i) const {
  const auto values = [&](std::uint32_t depth) {
    return fuel::for_slots(slots_of(label_types(controls_[controls_.size() - 1 - depth])));
  };
  const auto call = [](const decoder::FunctionType& type) {
    return fuel::for_slots(slots_of(type.parameters) + slots_of(type.results));
  };
  switch (i.opcode) {
    case "nop"_op:
    case "drop"_op:
    case "block"_op:
    case "loop"_op:
    case "else"_op:
    case "end"_op:
    case "catch"_op:
    case "catch_all"_op:
    case "delegate"_op:
      return 0;
    case "br"_op:
    case "br_if"_op:
    case "br_on_null"_op:
    case "br_on_non_null"_op:
    case "br_on_cast"_op:
    case "br_on_cast_fail"_op:
    case "br_on_cast_desc_eq"_op:
    case "br_on_cast_desc_eq_fail"_op:
      return 1 + values(i.index);
    case "br_table"_op:
      return 1 + values(i.labels.back());
    case "return"_op:
      return 1 + fuel::for_slots(slots_of(type_.results));
    case "call"_op:
    case "return_call"_op:
      return 1 + call(tree().function_type(i.index));
    case "call_indirect"_op:
    case "return_call_indirect"_op:
    case "call_ref"_op:
    case "return_call_ref"_op:
      return 1 + call(tree().types[i.index].composite.function);
    case "throw"_op:
      return 1 + fuel::for_slots(slots_of(tag_type(i.index).parameters));
    case "struct.new"_op:
    case "struct.new_default"_op:
    case "struct.new_desc"_op:
    case "struct.new_default_desc"_op:
      return 1 + fuel::for_bytes(module_.layout(i.index).size);
    case "array.new_fixed"_op:
      return 1 + fuel::for_bytes(module_.layout(i.index).array_bytes(i.second_index));
    default:
      return 1;
  }
}

/// Charges an instruction to the current run of instructions. A run ends where control flow may
/// leave or enter it; its price is taken at its beginning. A function's first run also pays for the
/// locals that the call has set to zero.
void Translator::charge(const Instruction& i) {
  const std::uint64_t price = price_of(i);
  if (price != 0) {
    if (!fuel_cell_is_open_) {
      fuel_cell_ = cells_.size();
      Operands operands;
      operands.add_wide(is_charged_ ? 0
                                    : fuel::for_slots(locals_end_ - slots_of(type_.parameters)));
      emit(table_.fuel, operands, true);
      fuel_cell_is_open_ = true;
      is_charged_ = true;
    }
    const std::uint64_t total = read_operand<std::uint64_t>(&cells_[fuel_cell_], 0) + price;
    std::memcpy(&cells_[fuel_cell_] + 1, &total, sizeof total);
  }
  const auto& row = decoder::row(i.opcode);
  const bool is_call = decoder::name(i.opcode).starts_with("call");
  const bool begins_block = i.opcode == "block"_op || i.opcode == "try_table"_op ||
                            i.opcode == "try"_op || i.opcode == "nop"_op;
  if ((row.family == decoder::Family::control && !is_call && !begins_block) ||
      row.immediate == decoder::Immediate::branch_cast)
    fuel_cell_is_open_ = false;
}

/// Ends the run here if it was interrupted or its deadline has passed.
void Translator::check_interruption() { emit(table_.check_interruption, {}, true); }

/// The handler of an instruction whose work depends on its operands.
const Handler& Translator::bulk_handler(Opcode opcode) const {
  const auto& configuration = module_.configuration();
  const Handler& metered = table_.plain_metered[number(opcode)];
  if (metered != nullptr && (configuration.metered || configuration.interruptible)) return metered;
  return table_.plain[number(opcode)];
}

}  // namespace airlock::interpreter
