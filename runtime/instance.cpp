#include "runtime/instance.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <new>

#include "runtime/heap.hpp"
#include "runtime/instance_storage.hpp"
#include "runtime/store.hpp"

namespace airlock::runtime {

Table::~Table() {
  if (budget != nullptr) budget->used -= elements.size();
}

std::int64_t Table::grow(std::uint64_t delta, Slot value) {
  const auto old_size = elements.size();
  if (delta == 0) return static_cast<std::int64_t>(old_size);
  if (delta > maximum || old_size > maximum - delta) return -1;
  if (budget != nullptr && delta > budget->limit - budget->used) return -1;
  try {
    elements.resize(old_size + delta, value);
  } catch (const std::bad_alloc&) {
    return -1;
  }
  if (budget != nullptr) budget->used += delta;
  return static_cast<std::int64_t>(old_size);
}

Instance::Instance() : storage(std::make_unique<Storage>()) {}
Instance::~Instance() = default;

Function* Instance::function(std::uint32_t index) {
  const auto& tree = module->tree;
  const auto imported = tree.imported_functions();
  if (index < imported) return imported_functions[index];
  assert(index < tree.function_types.size());

  const auto defined = index - imported;
  auto& page = storage->functions[defined / Storage::functions_per_page];
  if (page == nullptr) {
    if (!storage->charge.add(sizeof(Storage::FunctionPage))) return nullptr;
    page = std::make_unique<Storage::FunctionPage>();
  }
  auto& function = (*page)[defined % Storage::functions_per_page];
  if (function.instance == nullptr) {
    const auto type = tree.function_types[index];
    function.kind = FunctionKind::wasm;
    function.type = type_ids[type];
    count_slots(tree.types[type].composite.function, function);
    function.code = module->code->function(defined);
    function.index = index;
    function.instance = this;
  }
  return &function;
}

Global* Instance::global(std::uint32_t index) {
  assert(index < storage->globals.size());
  auto& known = storage->globals[index];
  if (known == nullptr) {
    // What linking asks for cannot be refused, and is bounded by what the module declares.
    storage->charge.add_anyway(sizeof(Global));
    auto& made = storage->own_globals.emplace_back();
    const auto& type = module->tree.global_types[index];
    made.type = {.value = canonical(type.value, module->type_ids), .is_mutable = type.is_mutable};
    made.storage = global_cells[index];
    known = &made;
  }
  return known;
}

External Instance::external(decoder::ExternKind kind, std::uint32_t index) {
  switch (kind) {
    case decoder::ExternKind::function:
      return External::of(function(index));
    case decoder::ExternKind::table:
      return External::of(tables[index]);
    case decoder::ExternKind::memory:
      return External::of(memories[index]);
    case decoder::ExternKind::global:
      return External::of(global(index));
    case decoder::ExternKind::tag:
      return External::of(tags[index]);
  }
  return External::of(static_cast<Function*>(nullptr));
}

bool Instance::find_export(std::string_view name, External& out) {
  const auto found = module->exports.find(name);
  if (found == module->exports.end()) return false;
  const auto& entry = module->tree.exports[found->second];
  out = external(entry.kind, entry.index);
  return entry.kind != decoder::ExternKind::function || out.function != nullptr;
}

std::uint64_t Instance::element_segment_size(std::uint32_t segment) const {
  return dropped_elements[segment] ? 0 : module->tree.elements[segment].size();
}

decoder::Bytes Instance::data_segment(std::uint32_t segment) const {
  return dropped_data[segment] ? decoder::Bytes{} : module->tree.data[segment].bytes;
}

void Instance::drop_elements(std::uint32_t segment) {
  dropped_elements[segment] = true;
  storage->element_values.erase(segment);
}

void Instance::trace(Marker& marker) const {
  const auto& tree = module->tree;
  // Functions are not in the heap, so tables and globals of function references are not traced.
  if (!storage->global_slots.empty()) {
    const Slot* slot = storage->global_slots.data();
    for (const auto& global : tree.globals) {
      if (global.type.value.is_reference()) marker.reference(slot->bits);
      slot += slot_count(global.type.value);
    }
  }
  for (const auto& table : storage->own_tables)
    if (table->type.element != decoder::funcref) marker.references(table->elements);
  for (const auto& [segment, values] : storage->element_values) marker.references(values);
}

TrapCode Instance::initialize_table(std::uint32_t table, std::uint32_t segment,
                                    std::uint64_t destination, std::uint64_t source,
                                    std::uint64_t count) {
  const auto available = element_segment_size(segment);
  if (count > available || source > available - count) return TrapCode::out_of_bounds_table_access;
  auto& target = *tables[table];
  if (!target.contains(destination, count)) return TrapCode::out_of_bounds_table_access;
  // All functions are made before the first is written. So an instance for which there is no room
  // leaves nothing in a table that may be another's.
  const auto& functions = module->tree.elements[segment].functions;
  for (std::uint64_t i = 0; i < count && !functions.empty(); ++i)
    if (function(functions[source + i]) == nullptr) return TrapCode::out_of_memory;
  auto* to = reinterpret_cast<std::byte*>(target.elements.data() + destination);
  return read_elements(segment, source, count, to) ? TrapCode::none : TrapCode::out_of_memory;
}

bool Instance::read_elements(std::uint32_t segment, std::uint64_t source, std::uint64_t count,
                             std::byte* to) {
  assert(count <= element_segment_size(segment) && source <= element_segment_size(segment) - count);
  if (count == 0) return true;
  const auto& functions = module->tree.elements[segment].functions;
  if (functions.empty()) {
    const auto& values = storage->element_values.at(segment);
    std::memcpy(to, values.data() + source, count * sizeof(Slot));
    return true;
  }
  for (std::uint64_t i = 0; i < count; ++i, to += sizeof(Slot)) {
    const Slot value{.function = function(functions[source + i])};
    if (value.function == nullptr) return false;
    std::memcpy(to, &value, sizeof value);
  }
  return true;
}

TrapCode Instance::initialize_memory(std::uint32_t memory, std::uint32_t segment,
                                     std::uint64_t destination, std::uint64_t source,
                                     std::uint64_t count) {
  const auto bytes = data_segment(segment);
  if (count > bytes.size() || source > bytes.size() - count)
    return TrapCode::out_of_bounds_memory_access;
  auto& target = *memories[memory];
  if (!target.contains(destination, count)) return TrapCode::out_of_bounds_memory_access;
  if (count != 0) std::memcpy(target.base + destination, bytes.data() + source, count);
  return TrapCode::none;
}

}  // namespace airlock::runtime
