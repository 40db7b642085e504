// Canonical types: one interner per engine (specification: Types, Rolling and Unrolling;
// Validation, Matching).
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cassert>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "decoder/module.hpp"
#include "decoder/types.hpp"
#include "runtime/function.hpp"
#include "runtime/layout.hpp"

namespace airlock::runtime {

/// A type with canonical numbers in place of type indices. Addresses are stable.
struct CanonicalType {
  TypeId id = 0;
  decoder::SubType type;           ///< indexed heap types hold canonical numbers
  std::vector<TypeId> supertypes;  ///< from the root down to this type itself, for fast casts
  Layout layout;                   ///< of its objects; a function type has only the display
};

/// Interns recursive groups, so that equal types (iso-recursively) have equal numbers. Safe to use
/// from several OS threads: interning takes a lock, everything else reads without one. Interned
/// types live as long as the registry.
class TypeRegistry {
 public:
  TypeRegistry() = default;
  ~TypeRegistry();
  TypeRegistry(const TypeRegistry&) = delete;
  TypeRegistry& operator=(const TypeRegistry&) = delete;

  /// The canonical numbers of all types of a module, by type index. If the module is not valid, the
  /// numbers mean nothing, but the call is safe.
  [[nodiscard]] std::vector<TypeId> intern(const decoder::Module& module);

  /// The number of a function type whose indexed heap types, if any, are canonical numbers.
  [[nodiscard]] TypeId intern(const decoder::FunctionType& type);

  [[nodiscard]] const CanonicalType& get(TypeId id) const {
    assert(id < size());
    const auto place = locate(id);
    return chunks_[place.chunk].load(std::memory_order_acquire)[place.index];
  }

  [[nodiscard]] bool is_subtype(TypeId sub, TypeId super) const {
    if (sub == super) return true;
    const auto& path = get(sub).supertypes;
    const auto depth = get(super).supertypes.size();
    return depth <= path.size() && path[depth - 1] == super;
  }

  /// Whether values of `sub` are values of `super`; indexed heap types hold canonical numbers.
  [[nodiscard]] bool matches(const decoder::ValueType& sub, const decoder::ValueType& super) const;
  [[nodiscard]] bool matches(const decoder::HeapType& sub, const decoder::HeapType& super) const;

  /// The abstract heap type at the top of a heap type's hierarchy: any, func, extern or exn.
  [[nodiscard]] decoder::HeapKind top(const decoder::HeapType& type) const;

  /// How many different types there are; numbers are smaller than that.
  [[nodiscard]] std::size_t size() const { return count_.load(std::memory_order_acquire); }

 private:
  // Types are in chunks that never move, each twice as large as the one before.
  static constexpr unsigned first_chunk_log2 = 6;
  struct Place {
    unsigned chunk;
    std::size_t index;
  };
  static Place locate(TypeId id) {
    const std::uint64_t shifted = std::uint64_t{id} + (1u << first_chunk_log2);
    return {static_cast<unsigned>(std::bit_width(shifted)) - 1 - first_chunk_log2,
            static_cast<std::size_t>(shifted - std::bit_floor(shifted))};
  }
  struct KeyHash {
    std::size_t operator()(const std::string& key) const;
  };

  TypeId append(decoder::SubType type);

  std::mutex mutex_;
  std::atomic<std::size_t> count_ = 0;
  std::array<std::atomic<CanonicalType*>, 33 - first_chunk_log2> chunks_{};
  std::unordered_map<std::string, TypeId, KeyHash>
      groups_;  ///< first number of a group, by its key
};

/// A type of a module with canonical numbers in place of type indices.
/// @param type_ids canonical numbers by type index; indices must be in range
[[nodiscard]] decoder::ValueType canonical(const decoder::ValueType& type,
                                           std::span<const TypeId> type_ids);

}  // namespace airlock::runtime
