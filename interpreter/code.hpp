// Translated code: of one function and of a module. Immutable after publication.
#pragma once

#include <atomic>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "decoder/error.hpp"
#include "interpreter/catch_table.hpp"
#include "interpreter/cell.hpp"
#include "runtime/engine.hpp"
#include "validator/module_validator.hpp"

namespace airlock::interpreter {

class TranslatedModule;

/// Two cells before a function's first instruction: what a call needs to know to make a frame.
///
///   halves: frame size, place of the return record, first slot to zero, slots to zero
///
/// Frame: parameters, other locals, return record, operands. Results replace the parameters.
struct EntryHeader {
  Half frame_slots;   ///< everything the frame may touch, outgoing arguments included
  Half record;        ///< after the locals, and after the results, which begin at slot 0
  Half first_zeroed;  ///< the locals that are not parameters
  Half zeroed;        ///< how many; a multiple of `zero_step`, so it may reach into operands
};
static_assert(sizeof(EntryHeader) == 2 * sizeof(Cell));
inline constexpr std::size_t entry_cells = 2;
inline constexpr Half zero_step = 4;
/// The return record: the return position and the caller's frame.
inline constexpr Half record_slots = 2;

inline EntryHeader read_entry(const Cell* entry) {
  EntryHeader header;
  std::memcpy(&header, entry, sizeof header);
  return header;
}

/// Where in the binary the instruction comes from that begins at or before a cell.
struct Position {
  std::uint32_t cell;
  std::uint64_t offset;
};

/// What the translator makes of a body.
struct Translation {
  std::vector<Cell> cells;          ///< entry header, then instructions
  std::vector<Position> positions;  ///< of instructions that can trap or call, sorted by cell
  CatchTable catches;
};

/// The code of one function. Calls read `entry`, which at first points to a stub that translates.
struct FunctionCode {
  std::atomic<const Cell*> entry = nullptr;
  TranslatedModule* module = nullptr;
  std::uint32_t index = 0;  ///< among the defined functions
  /// Entry header, the handler that translates, and the address of this structure.
  Cell stub[entry_cells + 2] = {};
  Translation translation;  ///< written once, before `entry` points to it

  /// Whether a position of this function is in its stub; otherwise it is in the translation. While
  /// it is in the stub, another OS thread may be writing the translation.
  [[nodiscard]] bool is_in_stub(const Cell* position) const {
    const std::less<const Cell*> before;
    return !before(position, stub) && before(position, stub + std::size(stub));
  }
};

/// The code of a module.
class TranslatedModule final : public runtime::ModuleCode {
 public:
  TranslatedModule(const runtime::CompiledModule& module,
                   const runtime::EngineConfiguration& configuration,
                   validator::ModuleContext context, const runtime::TypeRegistry& types);

  [[nodiscard]] FunctionCode* function(std::uint32_t defined_index) const override {
    return &functions_[defined_index];
  }

  /// Translates a function unless that was done. Safe to call from several OS threads.
  [[nodiscard]] Result<void> translate(FunctionCode& function);

  /// The function whose translated code, or stub, contains a cell; null if none does.
  [[nodiscard]] const FunctionCode* find(const Cell* position) const;

  [[nodiscard]] const runtime::CompiledModule& module() const { return module_; }
  [[nodiscard]] const validator::ModuleContext& context() const { return context_; }
  [[nodiscard]] const runtime::EngineConfiguration& configuration() const { return configuration_; }
  /// How objects of a type of the module lie in the heap, and what casts to it ask.
  [[nodiscard]] const runtime::Layout& layout(std::uint32_t type_index) const {
    return types_.get(module_.type_ids[type_index]).layout;
  }

  /// The slot of a defined global in `Instance::globals`, by its number in the index space.
  [[nodiscard]] std::uint32_t global_slot(std::uint32_t global) const {
    return global_slots_[global - module_.tree.imported_globals()];
  }

 private:
  const runtime::CompiledModule& module_;
  runtime::EngineConfiguration configuration_;
  validator::ModuleContext context_;
  const runtime::TypeRegistry& types_;
  std::unique_ptr<FunctionCode[]> functions_;
  std::vector<std::uint32_t> global_slots_;
  mutable std::mutex mutex_;
  /// Translated functions by the address of their first cell; guarded by `mutex_`.
  std::map<const Cell*, const FunctionCode*> by_address_;
};

}  // namespace airlock::interpreter
