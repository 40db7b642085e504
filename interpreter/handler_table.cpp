#include "interpreter/handler_table.hpp"

namespace airlock::interpreter {

const HandlerTable& handlers() {
  // Static memory: here a failed allocation could not be reported to a caller.
  static constinit HandlerTable table;
  [[maybe_unused]] static const bool is_complete = [] {
    HandlerTable* const made = &table;
    add_i32_handlers(*made);
    add_i64_handlers(*made);
    add_float_handlers(*made);
    add_conversion_handlers(*made);
    add_branch_handlers(*made);
    add_sum_handlers(*made);
    add_load_handlers(*made);
    add_store_handlers(*made);
    add_move_handlers(*made);
    add_control_handlers(*made);
    add_table_handlers(*made);
    add_bulk_handlers(*made);
    add_wide_handlers(*made);
    add_atomic_handlers(*made);
    add_exception_handlers(*made);
    add_heap_structure_handlers(*made);
    add_heap_array_handlers(*made);
    add_heap_cast_handlers(*made);
    add_heap_descriptor_handlers(*made);
    add_vector_integer_handlers(*made);
    add_vector_comparison_handlers(*made);
    add_vector_width_handlers(*made);
    add_vector_float_handlers(*made);
    add_vector_lane_handlers(*made);
    add_vector_memory_handlers(*made);
    return true;
  }();
  return table;
}

}  // namespace airlock::interpreter
