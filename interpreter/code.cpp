#include "interpreter/code.hpp"

#include <algorithm>

#include "interpreter/handlers/first_call.hpp"
#include "interpreter/translator.hpp"
#include "validator/function_validator.hpp"

namespace airlock::interpreter {

TranslatedModule::TranslatedModule(const runtime::CompiledModule& module,
                                   const runtime::EngineConfiguration& configuration,
                                   validator::ModuleContext context,
                                   const runtime::TypeRegistry& types)
    : module_(module), configuration_(configuration), context_(std::move(context)), types_(types) {
  const decoder::Module& tree = module.tree;
  std::uint32_t slot = 0;
  for (const auto& global : tree.globals) {
    global_slots_.push_back(slot);
    slot += runtime::slot_count(global.type.value);
  }
  functions_ = std::make_unique<FunctionCode[]>(tree.functions.size());
  const auto slots_of = [](const std::vector<decoder::ValueType>& types) {
    Half slots = 0;
    for (const auto& type : types) slots += runtime::slot_count(type);
    return slots;
  };
  for (std::uint32_t i = 0; i < tree.functions.size(); ++i) {
    FunctionCode& function = functions_[i];
    function.module = this;
    function.index = i;
    const auto& type = tree.types[tree.functions[i].type].composite.function;
    const Half record = std::max(slots_of(type.parameters), slots_of(type.results));
    const EntryHeader header{record + record_slots, record, 0, 0};
    std::memcpy(function.stub, &header, sizeof header);
    function.stub[entry_cells] = cell_of(first_call_handler());
    function.stub[entry_cells + 1] = {reinterpret_cast<std::uint64_t>(&function)};
    function.entry.store(function.stub, std::memory_order_relaxed);
  }
}

Result<void> TranslatedModule::translate(FunctionCode& function) {
  const std::scoped_lock lock(mutex_);
  if (function.entry.load(std::memory_order_relaxed) != function.stub) return {};
  Translator translator(*this, function.index);
  if (auto valid = validator::validate_function(context_, function.index, translator); !valid)
    return valid;
  auto translation = translator.finish();
  if (!translation) return propagate(std::move(translation));
  function.translation = *std::move(translation);
  const Cell* first = function.translation.cells.data();
  by_address_.emplace(first, &function);
  function.entry.store(first, std::memory_order_release);
  return {};
}

const FunctionCode* TranslatedModule::find(const Cell* position) const {
  const auto* address = reinterpret_cast<const std::byte*>(position);
  const auto* first = reinterpret_cast<const std::byte*>(functions_.get());
  const std::size_t count = module_.tree.functions.size();
  const std::less<const std::byte*> before;
  if (!before(address, first) && before(address, first + count * sizeof(FunctionCode)))
    return &functions_[static_cast<std::size_t>(address - first) / sizeof(FunctionCode)];
  const std::scoped_lock lock(mutex_);
  auto next = by_address_.upper_bound(position);
  if (next == by_address_.begin()) return nullptr;
  const auto& [start, function] = *--next;
  return position < start + function->translation.cells.size() ? function : nullptr;
}

}  // namespace airlock::interpreter
