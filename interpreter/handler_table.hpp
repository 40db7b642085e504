// Which handlers exist, by instruction and operand classes. The translator looks handlers up here;
// each family of handlers fills in its part (`add_…_handlers`).
#pragma once

#include <array>
#include <cstddef>

#include "decoder/opcode.hpp"
#include "interpreter/heap_handlers.hpp"
#include "interpreter/operands.hpp"

namespace airlock::interpreter {

using decoder::Opcode;
using namespace decoder::literals;

inline constexpr std::size_t opcode_count = decoder::instruction_table.size();

/// Where a load or store of memory 0 with 32-bit addresses finds its address. The sums are a folded
/// `i32.add` just before the access.
enum class Address : std::uint8_t {
  slot,
  accumulator,
  constant,
  slot_plus_slot,
  slot_plus_constant,
  accumulator_plus_slot,
  accumulator_plus_constant,
};
inline constexpr std::size_t address_forms = 7;

/// How an access of memory 0 finds that it leaves the memory.
enum class Bounds : std::uint8_t { guarded, checked };

/// A null entry means that this variant does not exist.
struct HandlerTable {
  /// By opcode, left operand, right operand, destination.
  Handler binary[opcode_count][3][3][2] = {};
  /// By opcode, operand (slot or accumulator), destination.
  Handler unary[opcode_count][3][2] = {};
  /// Comparison and branch; by opcode, operands, and whether to branch if the comparison holds.
  Handler compare_branch[opcode_count][3][3][2] = {};
  /// By opcode, bounds, address, destination.
  Handler load[opcode_count][2][address_forms][2] = {};
  /// By opcode, bounds, address, value.
  Handler store[opcode_count][2][address_forms][3] = {};
  /// Other memories and 64-bit addresses, slots only; by opcode and whether addresses are 64-bit.
  Handler general_load[opcode_count][2] = {};
  Handler general_store[opcode_count][2] = {};
  /// Atomic accesses, slots only; by opcode and whether addresses are 64-bit.
  Handler atomic[opcode_count][2] = {};

  // Moves; see moves.cpp.
  Handler copy_slot = nullptr;
  Handler copy_vector = nullptr;
  Handler copy_block = nullptr;
  Handler copy_pair = nullptr;
  Handler copy_constant32 = nullptr;
  Handler copy_constant64 = nullptr;
  Handler copy_constant128 = nullptr;
  Handler copy_accumulator[5] = {};  ///< by type: i32, i64, f32, f64, v128
  /// By left, right (slot or constant; constants of 64 bits), condition (slot or accumulator),
  /// destination.
  Handler select[2][2][3][2] = {};
  /// Of v128 values in slots; by condition and destination.
  Handler select_vector[3][2] = {};
  /// By type (i32, i64, f32, f64, v128) and destination; of a global with its own storage.
  Handler global_get[5][2] = {};
  /// By type and value class.
  Handler global_set[5][3] = {};
  Handler global_get_far = nullptr;  ///< any type of one slot, imported or not
  Handler global_set_far = nullptr;
  Handler global_get_far_vector = nullptr;  ///< a v128
  Handler global_set_far_vector = nullptr;

  // Vectors; see vector_lanes.cpp. Some are in `binary`, `unary`, `load` and `store`.
  /// By opcode, the operand that is in the accumulator (3 if none is), destination.
  Handler ternary[opcode_count][4][2] = {};
  /// By the logarithm of the width, bounds, address and vector (slot or accumulator), destination.
  Handler load_lane[4][2][3][3][2] = {};

  // Control; see control.cpp.
  Handler unreachable = nullptr;
  Handler unsupported = nullptr;
  Handler fuel = nullptr;
  Handler check_interruption = nullptr;
  Handler branch = nullptr;
  /// By operand (slot or accumulator) and whether to branch if it is not zero.
  Handler branch_if[3][2] = {};
  Handler branch_if_null = nullptr;
  Handler branch_if_not_null = nullptr;
  Handler branch_table[3] = {};
  /// `return` with no result, with one (by type and class), and with many.
  Handler return_none = nullptr;
  Handler return_one[5][3] = {};
  Handler return_block = nullptr;
  Handler call = nullptr;
  Handler call_import = nullptr;
  Handler call_indirect[2][3] = {};  ///< by whether the table has 64-bit indices, and class
  Handler call_reference = nullptr;
  Handler tail_call = nullptr;
  Handler tail_call_import = nullptr;
  Handler tail_call_indirect[2] = {};
  Handler tail_call_reference = nullptr;

  // Superinstructions that begin with the addition of a constant to a slot; see sums.cpp.
  /// By the opcode of the comparison, its second operand (slot or constant), and whether to branch
  /// if it holds.
  Handler add_branch[opcode_count][2][2] = {};
  Handler add_branch_always = nullptr;
  Handler add_pair = nullptr;

  // Exceptions; see exceptions.cpp.
  Handler throw_ = nullptr;
  Handler throw_reference = nullptr;

  HeapHandlers heap;

  // References, tables, bulk memory, arrays: slots only; by opcode.
  Handler plain[opcode_count] = {};
  /// The handler that replaces it in metered or interruptible code, if there is one.
  Handler plain_metered[opcode_count] = {};
};

/// The one table, complete.
[[nodiscard]] const HandlerTable& handlers();

void add_i32_handlers(HandlerTable& table);
void add_i64_handlers(HandlerTable& table);
void add_float_handlers(HandlerTable& table);
void add_conversion_handlers(HandlerTable& table);
void add_branch_handlers(HandlerTable& table);
void add_sum_handlers(HandlerTable& table);
void add_load_handlers(HandlerTable& table);
void add_store_handlers(HandlerTable& table);
void add_move_handlers(HandlerTable& table);
void add_control_handlers(HandlerTable& table);
void add_table_handlers(HandlerTable& table);
void add_bulk_handlers(HandlerTable& table);
void add_wide_handlers(HandlerTable& table);
void add_atomic_handlers(HandlerTable& table);
void add_exception_handlers(HandlerTable& table);
void add_heap_structure_handlers(HandlerTable& table);
void add_heap_array_handlers(HandlerTable& table);
void add_heap_cast_handlers(HandlerTable& table);
void add_heap_descriptor_handlers(HandlerTable& table);
void add_vector_integer_handlers(HandlerTable& table);
void add_vector_comparison_handlers(HandlerTable& table);
void add_vector_width_handlers(HandlerTable& table);
void add_vector_float_handlers(HandlerTable& table);
void add_vector_lane_handlers(HandlerTable& table);
void add_vector_memory_handlers(HandlerTable& table);

constexpr std::size_t number(Opcode opcode) { return static_cast<std::size_t>(opcode); }
constexpr std::size_t number(Source source) { return static_cast<std::size_t>(source); }
constexpr std::size_t number(Target target) { return static_cast<std::size_t>(target); }
constexpr std::size_t number(Address address) { return static_cast<std::size_t>(address); }
constexpr std::size_t number(Bounds bounds) { return static_cast<std::size_t>(bounds); }

}  // namespace airlock::interpreter
