#include "runtime/type_registry.hpp"

#include <xxhash.h>

#include <algorithm>

#include "decoder/heap_matching.hpp"
#include "validator/type_key.hpp"

namespace airlock::runtime {
namespace {

using decoder::abstract_matches;
using decoder::HeapKind;
using decoder::HeapType;
using decoder::SubType;
using decoder::ValueType;

/// Calls `visit` for every type index in a type: its supertypes, the type that it describes, its
/// descriptor, and indexed heap types.
template <typename Type, typename Visitor>
void for_each_index(Type& type, Visitor visit) {
  for (auto& super : type.supertypes) visit(super);
  if (type.described) visit(*type.described);
  if (type.descriptor) visit(*type.descriptor);
  const auto in_value = [&](auto& value) {
    if (value.is_reference() && value.heap.kind == HeapKind::indexed) visit(value.heap.index);
  };
  for (auto& parameter : type.composite.function.parameters) in_value(parameter);
  for (auto& result : type.composite.function.results) in_value(result);
  for (auto& field : type.composite.fields) in_value(field.storage);
}

/// The abstract heap type that is a supertype of all types of a kind of composite.
HeapKind top_of(decoder::CompositeKind kind) {
  switch (kind) {
    case decoder::CompositeKind::function:
      return HeapKind::func;
    case decoder::CompositeKind::structure:
      return HeapKind::struct_;
    case decoder::CompositeKind::array:
      return HeapKind::array;
  }
  return HeapKind::any;
}

}  // namespace

std::size_t TypeRegistry::KeyHash::operator()(const std::string& key) const {
  return XXH3_64bits(key.data(), key.size());
}

TypeRegistry::~TypeRegistry() {
  for (auto& chunk : chunks_) delete[] chunk.load(std::memory_order_relaxed);
}

TypeId TypeRegistry::append(SubType type) {
  const auto id = static_cast<TypeId>(count_.load(std::memory_order_relaxed));
  const auto place = locate(id);
  auto* chunk = chunks_[place.chunk].load(std::memory_order_relaxed);
  if (chunk == nullptr) {
    chunk = new CanonicalType[std::size_t{1} << (place.chunk + first_chunk_log2)];
    chunks_[place.chunk].store(chunk, std::memory_order_release);
  }
  auto& entry = chunk[place.index];
  entry.id = id;
  entry.type = std::move(type);
  if (!entry.type.supertypes.empty() && entry.type.supertypes[0] < id)
    entry.supertypes = get(entry.type.supertypes[0]).supertypes;
  entry.supertypes.push_back(id);
  entry.layout.type = id;
  entry.layout.display = entry.supertypes.data();
  entry.layout.depth = static_cast<std::uint32_t>(entry.supertypes.size()) - 1;
  const bool has_supertype = entry.supertypes.size() > 1;
  lay_out(entry.type, has_supertype ? &get(entry.type.supertypes[0]).layout : nullptr,
          entry.layout);
  count_.store(id + std::size_t{1}, std::memory_order_release);
  return id;
}

std::vector<TypeId> TypeRegistry::intern(const decoder::Module& module) {
  std::vector<TypeId> ids(module.types.size(), 0);
  const std::lock_guard lock(mutex_);
  for (const auto& group : module.groups) {
    const auto in_group = [&](std::uint32_t index) { return index - group.first < group.count; };

    validator::TypeKey key(group.first, [&](std::uint32_t index) { return ids[index]; });
    for (std::uint32_t i = 0; i < group.count; ++i) key.add(module.types[group.first + i]);
    const auto [found, is_new] = groups_.try_emplace(key.take(), static_cast<TypeId>(size()));
    const auto first = found->second;
    for (std::uint32_t i = 0; i < group.count; ++i) {
      ids[group.first + i] = first + i;
      if (!is_new) continue;
      SubType type = module.types[group.first + i];
      for_each_index(type, [&](std::uint32_t& index) {
        index = in_group(index)       ? first + (index - group.first)
                : index < group.first ? ids[index]
                                      : first;
      });
      append(std::move(type));
    }
  }
  return ids;
}

TypeId TypeRegistry::intern(const decoder::FunctionType& type) {
  SubType function;
  function.composite.function = type;
  // A group of its own after all existing types.
  validator::TypeKey key(~std::uint32_t{0}, [](std::uint32_t index) { return index; });
  key.add(function);

  const std::lock_guard lock(mutex_);
  const auto [found, is_new] = groups_.try_emplace(key.take(), static_cast<TypeId>(size()));
  if (is_new) append(std::move(function));
  return found->second;
}

bool TypeRegistry::matches(const HeapType& sub, const HeapType& super) const {
  if (sub.kind != HeapKind::indexed && super.kind != HeapKind::indexed)
    return abstract_matches(sub.kind, super.kind);
  if (sub.kind == HeapKind::indexed && super.kind == HeapKind::indexed)
    return super.is_exact ? sub.is_exact && sub.index == super.index
                          : is_subtype(sub.index, super.index);
  if (sub.kind == HeapKind::indexed)
    return abstract_matches(top_of(get(sub.index).type.composite.kind), super.kind);
  const auto super_top = top_of(get(super.index).type.composite.kind);
  return sub.kind == HeapKind::bottom ||
         sub.kind == (super_top == HeapKind::func ? HeapKind::nofunc : HeapKind::none);
}

bool TypeRegistry::matches(const ValueType& sub, const ValueType& super) const {
  if (sub.kind == decoder::ValueKind::bottom) return true;
  if (sub.kind != super.kind) return false;
  if (!sub.is_reference()) return true;
  return (super.nullable || !sub.nullable) && matches(sub.heap, super.heap);
}

HeapKind TypeRegistry::top(const HeapType& type) const {
  switch (type.kind) {
    case HeapKind::func:
    case HeapKind::nofunc:
      return HeapKind::func;
    case HeapKind::extern_:
    case HeapKind::noextern:
      return HeapKind::extern_;
    case HeapKind::exn:
    case HeapKind::noexn:
      return HeapKind::exn;
    case HeapKind::indexed:
      return get(type.index).type.composite.kind == decoder::CompositeKind::function
                 ? HeapKind::func
                 : HeapKind::any;
    default:
      return HeapKind::any;
  }
}

ValueType canonical(const ValueType& type, std::span<const TypeId> type_ids) {
  ValueType result = type;
  if (type.is_reference() && type.heap.kind == HeapKind::indexed)
    result.heap.index = type_ids[type.heap.index];
  return result;
}

}  // namespace airlock::runtime
