#include "interpreter/backtrace.hpp"

#include <algorithm>

namespace airlock::interpreter {

namespace {

/// The offset in the binary of the instruction a cell belongs to.
std::uint64_t offset_of(const FunctionCode& function, const Cell* position) {
  const auto& tree = function.module->module().tree;
  const auto& translation = function.translation;
  if (!function.is_in_stub(position)) {
    const auto cell = static_cast<std::uint32_t>(position - translation.cells.data());
    const auto next = std::ranges::upper_bound(translation.positions, cell, {}, &Position::cell);
    if (next != translation.positions.begin()) return std::prev(next)->offset;
  }
  return tree.functions[function.index].body.offset;
}

runtime::BacktraceFrame describe(const FunctionCode& function, const Cell* position,
                                 const Instance& instance) {
  const auto& tree = function.module->module().tree;
  runtime::BacktraceFrame result;
  result.function_index = tree.imported_functions() + function.index;
  if (const auto name = tree.names.functions.find(result.function_index);
      name != tree.names.functions.end())
    result.function = name->second;
  result.instance = instance.path.empty() ? tree.names.module : instance.path;
  result.offset = offset_of(function, position);
  return result;
}

}  // namespace

std::vector<runtime::BacktraceFrame> backtrace(const Cell* code, bool is_return, Slot* frame,
                                               Instance* instance) {
  std::vector<runtime::BacktraceFrame> frames;
  while (frames.size() < backtrace_frames && code != finish_cell) {
    if (code == far_return_cell || code == boundary_cell) {
      // Both records begin with the position where their caller goes on.
      const auto& caller = *reinterpret_cast<const Continuation*>(frame);
      code = caller.code;
      frame = caller.frame;
      instance = caller.instance;
      is_return = true;
      continue;
    }
    if (instance == nullptr) break;
    const auto* module = static_cast<const TranslatedModule*>(instance->module->code.get());
    // The cell after a call may belong to another instruction; the cell before it does not.
    const Cell* position = is_return ? code - 1 : code;
    const FunctionCode* function = module->find(position);
    if (function == nullptr) break;
    frames.push_back(describe(*function, position, *instance));
    const EntryHeader header = read_entry(
        function->is_in_stub(position) ? function->stub : function->translation.cells.data());
    const Slot* record = frame + header.record;
    code = return_code(record);
    frame = return_frame(record);
    is_return = true;
  }
  return frames;
}

}  // namespace airlock::interpreter
