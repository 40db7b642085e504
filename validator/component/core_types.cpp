#include "validator/component/core_types.hpp"

#include <unordered_set>

#include "validator/descriptor_rules.hpp"

namespace airlock::validator::component {

using decoder::CompositeKind;
using decoder::ExternKind;
using decoder::HeapKind;
using decoder::HeapType;
using decoder::SubType;
using decoder::ValueType;

namespace {

std::string_view noun(ExternKind kind) {
  switch (kind) {
    case ExternKind::function:
      return "func";
    case ExternKind::table:
      return "table";
    case ExternKind::memory:
      return "memory";
    case ExternKind::global:
      return "global";
    case ExternKind::tag:
      return "tag";
  }
  return {};
}

/// Whether limits allow no more than others do (core specification: Matching, Limits).
bool limits_match(const decoder::SizeLimits& actual, const decoder::SizeLimits& expected) {
  if (actual.minimum < expected.minimum) return false;
  return !expected.maximum || (actual.maximum && *actual.maximum <= *expected.maximum);
}

/// A key that is different for different two-level import names.
std::string import_key(std::string_view module, std::string_view name) {
  return std::to_string(module.size()) + ':' + std::string(module) + std::string(name);
}

std::string check_limits(const decoder::ImportType& type) {
  if (const auto* memory = std::get_if<decoder::MemoryType>(&type)) {
    const std::uint64_t bytes_log2 = memory->address == decoder::AddressType::i32 ? 32 : 64;
    const auto pages_log2 = bytes_log2 - memory->page_size_log2;
    const auto most = pages_log2 >= 64 ? ~std::uint64_t{0} : std::uint64_t{1} << pages_log2;
    if (memory->limits.minimum > most || memory->limits.maximum.value_or(0) > most)
      return "memory size must be at most 4GiB";
    if (memory->limits.maximum && *memory->limits.maximum < memory->limits.minimum)
      return "size minimum must not be greater than maximum";
    if (memory->is_shared && !memory->limits.maximum) return "shared memory must have maximum size";
  } else if (const auto* table = std::get_if<decoder::TableType>(&type)) {
    if (table->limits.maximum && *table->limits.maximum < table->limits.minimum)
      return "size minimum must not be greater than maximum";
  }
  return {};
}

}  // namespace

std::string describe(const decoder::FunctionType& type) {
  std::string text = "(func";
  for (const auto& [list, word] :
       {std::pair(&type.parameters, " (param"), std::pair(&type.results, " (result")}) {
    if (list->empty()) continue;
    text += word;
    for (const auto& value : *list) text += ' ' + decoder::to_string(value);
    text += ')';
  }
  return text + ')';
}

Result<HeapType> CoreTypeBuilder::resolve(HeapType heap,
                                          const std::vector<CoreTypeEntry>& space) const {
  if (heap.kind != HeapKind::indexed) return heap;
  if (heap.is_exact && !features_.custom_descriptors)
    return fail(ErrorKind::invalid, needs_custom_descriptors(to_string(heap)));
  if (heap.index >= space.size()) return fail(ErrorKind::invalid, "type index out of bounds");
  if (space[heap.index].module) return fail(ErrorKind::invalid, "core type index is a module type");
  heap.index = space[heap.index].canonical;
  return heap;
}

Result<ValueType> CoreTypeBuilder::resolve(ValueType type,
                                           const std::vector<CoreTypeEntry>& space) const {
  if (!type.is_reference()) return type;
  auto heap = resolve(type.heap, space);
  if (!heap) return propagate(std::move(heap));
  type.heap = *heap;
  return type;
}

Result<SubType> CoreTypeBuilder::resolve(SubType type,
                                         const std::vector<CoreTypeEntry>& space) const {
  std::vector<ValueType*> values;
  for (auto& value : type.composite.function.parameters) values.push_back(&value);
  for (auto& value : type.composite.function.results) values.push_back(&value);
  for (auto& field : type.composite.fields) values.push_back(&field.storage);
  for (auto* value : values) {
    auto resolved = resolve(*value, space);
    if (!resolved) return propagate(std::move(resolved));
    *value = *resolved;
  }
  if ((type.described || type.descriptor) && !features_.custom_descriptors)
    return fail(ErrorKind::invalid, needs_custom_descriptors("a descriptor clause"));
  std::vector<std::uint32_t*> indices;
  for (auto& super : type.supertypes) indices.push_back(&super);
  if (type.described) indices.push_back(&*type.described);
  if (type.descriptor) indices.push_back(&*type.descriptor);
  for (auto* index : indices) {
    auto resolved = resolve(HeapType::defined(*index), space);
    if (!resolved) return propagate(std::move(resolved));
    *index = resolved->index;
  }
  return type;
}

Result<void> CoreTypeBuilder::check_supertypes(const SubType& type, std::uint32_t own_index) const {
  if (type.supertypes.size() > 1) return fail(ErrorKind::invalid, "sub type");
  for (const auto super : type.supertypes) {
    if (super >= own_index) return fail(ErrorKind::invalid, "unknown type");
    const auto& above = types_.core_.types[super];
    if (above.is_final || !types_.core_relations_.matches(type.composite, above.composite))
      return fail(ErrorKind::invalid, "sub type");
    if (auto message = check_descriptor_subtyping(types_.core_relations_, types_.core_.types,
                                                  own_index, super);
        !message.empty())
      return fail(ErrorKind::invalid, std::move(message));
  }
  return {};
}

Result<void> CoreTypeBuilder::add_group(const std::vector<SubType>& group,
                                        std::vector<CoreTypeEntry>& space) {
  auto& core = types_.core_;
  const auto first = static_cast<std::uint32_t>(core.types.size());
  const auto space_first = space.size();
  const auto count = static_cast<std::uint32_t>(group.size());
  // References into the group itself use the canonical numbers that its types are about to get.
  for (std::uint32_t i = 0; i < count; ++i) space.push_back({.canonical = first + i, .module = {}});
  for (const auto& type : group) {
    auto resolved = resolve(type, space);
    if (!resolved) return propagate(std::move(resolved));
    core.types.push_back(std::move(*resolved));
  }
  if (auto message = check_descriptors(core.types, first, count); !message.empty())
    return fail(ErrorKind::invalid, std::move(message));
  core.groups.push_back({first, count});
  types_.core_relations_.add_group(core.groups.back());
  for (std::uint32_t i = 0; i < count; ++i) {
    if (auto valid = check_supertypes(core.types[first + i], first + i); !valid) return valid;
    space[space_first + i].canonical = types_.core_relations_.canonical(first + i);
  }
  return {};
}

CoreFunctionId CoreTypeBuilder::function(std::vector<ValueType> parameters,
                                         std::vector<ValueType> results) {
  auto& core = types_.core_;
  const auto index = static_cast<std::uint32_t>(core.types.size());
  SubType type;
  type.composite.function = {.parameters = std::move(parameters), .results = std::move(results)};
  core.types.push_back(std::move(type));
  core.groups.push_back({index, 1});
  types_.core_relations_.add_group(core.groups.back());
  const auto canonical = types_.core_relations_.canonical(index);
  return static_cast<CoreFunctionId>(canonical);
}

Result<CoreFunctionId> CoreTypeBuilder::resolve_function(
    std::uint32_t index, const std::vector<CoreTypeEntry>& space) const {
  auto resolved = resolve(HeapType::defined(index), space);
  if (!resolved) return propagate(std::move(resolved));
  if (types_.core_.types[resolved->index].composite.kind != CompositeKind::function)
    return fail(ErrorKind::invalid, "core type index is not a function type");
  return static_cast<CoreFunctionId>(resolved->index);
}

Result<CoreExternType> CoreTypeBuilder::resolve(const decoder::ImportType& type,
                                                const std::vector<CoreTypeEntry>& space) const {
  if (auto error = check_limits(type); !error.empty())
    return fail(ErrorKind::invalid, std::move(error));
  CoreExternType result;
  if (const auto* memory = std::get_if<decoder::MemoryType>(&type)) {
    result.type = *memory;
  } else if (const auto* table = std::get_if<decoder::TableType>(&type)) {
    auto element = resolve(table->element, space);
    if (!element) return propagate(std::move(element));
    auto resolved = *table;
    resolved.element = *element;
    result.type = resolved;
  } else if (const auto* global = std::get_if<decoder::GlobalType>(&type)) {
    auto value = resolve(global->value, space);
    if (!value) return propagate(std::move(value));
    result.type = decoder::GlobalType{*value, global->is_mutable};
  } else {
    const auto* tag = std::get_if<decoder::TagType>(&type);
    const auto* plain = std::get_if<decoder::FunctionImport>(&type);
    // Whether a function has exactly the type of an exact import can only be checked when
    // instantiating.
    if (plain && plain->exact && !features_.custom_descriptors)
      return fail(ErrorKind::invalid, needs_custom_descriptors("an exact function"));
    auto function = resolve_function(tag ? tag->type : plain->type, space);
    if (!function) return propagate(std::move(function));
    if (tag && !types_[*function].results.empty())
      return fail(ErrorKind::invalid, "non-empty tag result type");
    result.type = *function;
    result.is_tag = tag != nullptr;
  }
  return result;
}

ModuleTypeId CoreTypeBuilder::add(ModuleType type) {
  types_.modules_.push_back(std::move(type));
  return static_cast<ModuleTypeId>(types_.modules_.size() - 1);
}

Result<void> CoreTypeBuilder::add_import(ModuleType& type, CoreImport import) {
  const auto position = static_cast<std::uint32_t>(type.imports.size());
  if (!type.import_names.emplace(import_key(import.module, import.name), position).second) {
    return fail(ErrorKind::invalid,
                "duplicate import name `" + import.module + ':' + import.name + '`');
  }
  type.imports.push_back(std::move(import));
  return {};
}

Result<void> CoreTypeBuilder::add_export(ModuleType& type, CoreExport entry) const {
  const auto position = static_cast<std::uint32_t>(type.exports.size());
  if (!type.export_names.emplace(entry.name, position).second)
    return fail(ErrorKind::invalid, "export name `" + entry.name + "` already defined");
  type.exports.push_back(std::move(entry));
  return {};
}

Result<ModuleTypeId> CoreTypeBuilder::of_module(const decoder::Module& module) {
  std::vector<CoreTypeEntry> space;
  for (const auto& group : module.groups) {
    const auto* first = module.types.data() + group.first;
    if (auto added = add_group({first, first + group.count}, space); !added)
      return propagate(std::move(added));
  }
  ModuleType type;
  for (const auto& import : module.imports) {
    auto resolved = resolve(import.type, space);
    if (!resolved) return propagate(std::move(resolved));
    if (auto added = add_import(type, {import.module, import.name, *resolved}); !added) {
      added.error().offset = import.offset;
      return propagate(std::move(added));
    }
  }
  for (const auto& entry : module.exports) {
    decoder::ImportType declared;
    switch (entry.kind) {
      case ExternKind::function:
        declared = decoder::FunctionImport{module.function_types[entry.index]};
        break;
      case ExternKind::table:
        declared = module.table_types[entry.index];
        break;
      case ExternKind::memory:
        declared = module.memory_types[entry.index];
        break;
      case ExternKind::global:
        declared = module.global_types[entry.index];
        break;
      case ExternKind::tag:
        declared = module.tag_types[entry.index];
        break;
    }
    auto resolved = resolve(declared, space);
    if (!resolved) return propagate(std::move(resolved));
    if (auto added = add_export(type, {entry.name, *resolved}); !added)
      return propagate(std::move(added));
  }
  return add(std::move(type));
}

std::string mismatch(const ComponentTypes& types, const CoreExternType& actual,
                     const CoreExternType& expected) {
  if (actual.kind() != expected.kind()) {
    return "expected " + std::string(noun(expected.kind())) + ", found " +
           std::string(noun(actual.kind()));
  }
  const auto& relations = types.core_relations();
  const auto same = [&](const ValueType& a, const ValueType& b) {
    return relations.matches(a, b) && relations.matches(b, a);
  };
  if (const auto* function = std::get_if<CoreFunctionId>(&actual.type)) {
    const auto wanted = std::get<CoreFunctionId>(expected.type);
    const bool fits = actual.is_tag ? *function == wanted
                                    : relations.is_subtype(static_cast<std::uint32_t>(*function),
                                                           static_cast<std::uint32_t>(wanted));
    if (fits) return {};
    return "type mismatch: expected: " + describe(types[wanted]) +
           ", found: " + describe(types[*function]);
  }
  if (const auto* table = std::get_if<decoder::TableType>(&actual.type)) {
    const auto& wanted = std::get<decoder::TableType>(expected.type);
    if (!same(table->element, wanted.element)) {
      return "expected table element type " + decoder::to_string(wanted.element) + ", found " +
             decoder::to_string(table->element);
    }
    if (table->address != wanted.address) return "mismatch in index type used for tables";
    if (!limits_match(table->limits, wanted.limits)) return "mismatch in table limits";
    return table->is_shared == wanted.is_shared ? "" : "mismatch in the shared flag for tables";
  }
  if (const auto* memory = std::get_if<decoder::MemoryType>(&actual.type)) {
    const auto& wanted = std::get<decoder::MemoryType>(expected.type);
    if (memory->is_shared != wanted.is_shared) return "mismatch in the shared flag for memories";
    if (memory->address != wanted.address) return "mismatch in index type used for memories";
    if (memory->page_size_log2 != wanted.page_size_log2) return "mismatch in page size of memories";
    return limits_match(memory->limits, wanted.limits) ? "" : "mismatch in memory limits";
  }
  const auto& global = std::get<decoder::GlobalType>(actual.type);
  const auto& wanted = std::get<decoder::GlobalType>(expected.type);
  if (global.is_mutable != wanted.is_mutable) return "global types differ in mutability";
  const bool fits = wanted.is_mutable ? same(global.value, wanted.value)
                                      : relations.matches(global.value, wanted.value);
  if (fits) return {};
  return "expected global type " + decoder::to_string(wanted.value) + ", found " +
         decoder::to_string(global.value);
}

std::string mismatch(const ComponentTypes& types, const ModuleType& actual,
                     const ModuleType& expected) {
  for (const auto& import : actual.imports) {
    const auto title = '`' + import.module + "::" + import.name + '`';
    const auto found = expected.import_names.find(import_key(import.module, import.name));
    if (found == expected.import_names.end()) return "missing expected import " + title;
    const auto why = mismatch(types, expected.imports[found->second].type, import.type);
    if (!why.empty()) return "type mismatch in import " + title + ": " + why;
  }
  for (const auto& entry : expected.exports) {
    const auto* found = actual.find(entry.name);
    if (!found) return "missing expected export `" + entry.name + '`';
    const auto why = mismatch(types, *found, entry.type);
    if (!why.empty()) return "type mismatch in export `" + entry.name + "`: " + why;
  }
  return {};
}

}  // namespace airlock::validator::component
