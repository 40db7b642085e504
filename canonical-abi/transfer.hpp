// Lifting and lowering: values on their way from one side of a boundary to the other
// (Canonical ABI: Loading, Storing, Flat Lifting, Flat Lowering, Lifting and Lowering Values).
//
// `definitions.py` lifts a value out of the source and then lowers it into the destination. Here
// both happen in one walk over the type, so that bytes move straight from memory to memory. A side
// is a memory, flat core values, or host `Value`s, and the walk is a template over both sides: what
// the specification calls `load`, `lift_flat`, `store` and `lower_flat` are its instances.
//
// Lowering may run code of the destination (`realloc`). Mistakes of the source must be found before
// that. So, where it could make a difference, the parameters are walked twice: the first walk only
// lifts them, into `Nowhere`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "canonical-abi/component_instance.hpp"
#include "canonical-abi/unicode.hpp"
#include "runtime/executor.hpp"
#include "runtime/trap.hpp"

namespace airlock::canonical_abi {

/// One side of a transfer (`LiftLowerContext`).
struct LiftLowerContext {
  const CanonicalOptions* opts = nullptr;  ///< null: the host
  ComponentInstance* inst = nullptr;       ///< null: the host
  Subtask* subtask = nullptr;              ///< where lifted borrows are lent
  Task* task = nullptr;                    ///< the scope of lowered borrows

  [[nodiscard]] bool memory64() const { return opts && opts->memory64; }
};

/// Moves the parameters or the results of one call. All functions answer false when the call traps;
/// `trap()` then says why.
class Transfer {
 public:
  /// @param handles where the changes to handle tables are noted, for as long as they may have to
  ///   be taken back
  Transfer(Store& store, runtime::Stack& stack, const LiftLowerContext& from,
           const LiftLowerContext& to, HandleLog& handles);

  /// From the caller's flat values into the callee's.
  /// @param from at least as many slots as the lowered core function has parameters
  /// @param to room for `flat_limit` slots
  [[nodiscard]] bool parameters(const Signature& signature, const runtime::Slot* from,
                                runtime::Slot* to);
  [[nodiscard]] bool parameters(const Signature& signature, const runtime::Slot* from,
                                std::vector<Value>& to);
  /// The values must match the signature.
  [[nodiscard]] bool parameters(const Signature& signature, std::span<const Value> from,
                                runtime::Slot* to);

  /// From the callee's result into the caller's: into the flat slot, or into the caller's memory at
  /// `out_pointer` if the result is not flat.
  [[nodiscard]] bool results(const Signature& signature, const runtime::Slot* from,
                             runtime::Slot* to, std::uint64_t out_pointer);
  [[nodiscard]] bool results(const Signature& signature, const runtime::Slot* from,
                             std::optional<Value>& to);
  /// The value must match the signature.
  [[nodiscard]] bool results(const Signature& signature, const Value* from, runtime::Slot* to,
                             std::uint64_t out_pointer);

  [[nodiscard]] runtime::Trap& trap() { return trap_; }

 private:
  // The sides.
  struct MemoryFrom;
  struct MemoryTo;
  struct FlatFrom;
  struct FlatTo;
  struct ValueFrom;
  struct ValueTo;
  struct ValuesFrom;
  struct ValuesTo;
  struct Nowhere;

  /// A pointer and a length as a guest gives them.
  struct Range {
    std::uint64_t pointer = 0;
    std::uint64_t length = 0;
  };

  using Layouts = std::array<TupleLayout, 2>;
  /// Lifts all parameters into `Nowhere`, if that must happen before the first is lowered.
  template <typename Walk>
  bool lift_first(const Signature& signature, const Walk& walk);
  template <typename Then>
  bool lift_flat_values(const Layouts& layouts, std::size_t max_flat, const runtime::Slot* from,
                        Then then);
  template <typename From>
  bool lower_flat_values(const std::vector<Field>& fields, const Layouts& layouts,
                         std::size_t max_flat, From from, runtime::Slot* to,
                         std::optional<std::uint64_t> out_pointer);
  bool find_spilled(const TupleLayout& layout, std::uint64_t pointer,
                    const LiftLowerContext& context, std::byte*& data);
  template <typename From, typename To>
  bool tuple(const std::vector<Field>& fields, const Layouts& layouts, From from, To to);

  template <typename From, typename To>
  bool value(Type type, From from, To to);
  template <typename From, typename To>
  bool scalar(Type type, From from, To to);
  template <typename From, typename To>
  bool record(Type type, From from, To to);
  template <typename From, typename To>
  bool variant(Type type, From from, To to);
  template <typename From, typename To>
  bool flags(Type type, From from, To to);
  template <typename From, typename To>
  bool handle(Type type, From from, To to);
  template <typename From, typename To>
  bool string(From from, To to);
  template <typename From, typename To>
  bool list(Type type, From from, To to);
  template <typename From, typename To>
  bool fixed_list(Type type, From from, To to);
  template <typename From, typename To>
  bool elements(Type element, std::uint64_t length, From from, To to);

  bool find_lifted_handle(Type type, std::uint32_t index, std::uint32_t& rep);
  bool lift_handle(Type type, std::uint32_t index, std::uint32_t& rep);
  bool lower_handle(Type type, std::uint32_t rep, std::uint32_t& index);
  bool find_source_list(Type element, const Range& range, const std::byte*& data);
  bool make_list(Type element, std::uint64_t length, Range& range, std::byte*& data);
  template <typename From>
  bool lift_list(Type type, std::uint64_t length, From from, ValueTo to);
  template <typename To>
  bool lower_elements(Type element, const Value& list, To to);

  /// Text on its way: where it lies, in one of the simple encodings.
  struct Text {
    CodePoints::Encoding encoding = CodePoints::Encoding::utf8;
    std::span<const std::byte> bytes;
    bool is_latin1_utf16 = false;  ///< from a side that chooses between the two

    [[nodiscard]] CodePoints code_points() const { return {encoding, bytes}; }
    [[nodiscard]] std::uint64_t code_units() const {
      return encoding == CodePoints::Encoding::utf16 ? bytes.size() / 2 : bytes.size();
    }
  };
  // In strings.cpp:
  bool find_source_text(const Range& range, Text& text);
  bool lift_text(const Text& text, Value& value);
  bool lower_text(const Text& text, Range& range);
  bool copy_text(const Text& text, std::uint64_t bytes, std::uint32_t alignment, Range& range);
  bool lower_to_utf8(const Text& text, Range& range);
  bool lower_to_utf16(const Text& text, Range& range);
  bool lower_to_latin1_or_utf16(const Text& text, Range& range);
  bool widen_to_utf16(const Text& text, std::uint64_t narrow, Range& range);
  bool lower_probably_utf16(const Text& text, Range& range);
  [[nodiscard]] std::uint64_t utf16_tag(const LiftLowerContext& context) const {
    return context.memory64() ? std::uint64_t{1} << 63 : std::uint64_t{1} << 31;
  }

  /// Calls the destination's `realloc` (`LiftLowerContext.reallocate`) and checks what it returns.
  /// @param what "list", "string" or "pointer": what the trap calls the block
  bool reallocate(std::uint64_t old, std::uint64_t old_size, std::uint32_t alignment,
                  std::uint64_t new_size, std::string_view what, std::uint64_t& pointer);
  [[nodiscard]] std::byte* to_memory(std::uint64_t pointer) const {
    return to_.opts->memory->base + pointer;
  }

  /// Counts work, and memory of the host, against their bounds.
  bool charge(std::uint64_t bytes);
  bool charge_host(std::uint64_t bytes);
  bool fail(std::string message);

  Store& store_;
  runtime::Stack& stack_;
  LiftLowerContext from_;
  LiftLowerContext to_;
  HandleLog& handles_;
  bool was_lifted_ = false;  ///< handles have been lifted by a walk into `Nowhere`
  runtime::Trap trap_;
  std::uint64_t work_left_;
  std::uint64_t host_left_;
};

/// Adds a handle to a table; the trap is set if it is full.
[[nodiscard]] std::optional<std::uint32_t> add_handle(ComponentInstance& inst, const Handle& handle,
                                                      runtime::Trap& trap);

/// The handle of a number, if it is one of this resource type; otherwise the trap is set.
[[nodiscard]] Handle* find_handle(ComponentInstance& inst, std::uint32_t index,
                                  const ResourceType* type, runtime::Trap& trap);

/// Calls `realloc` or `post-return`: nested on the running stack, and unable to leave the instance.
/// The trap is set unless it finishes.
[[nodiscard]] runtime::RunStatus call_locked(ComponentInstance& inst, runtime::Stack& stack,
                                             runtime::Function& function,
                                             std::span<const runtime::Slot> arguments,
                                             std::span<runtime::Slot> results, runtime::Trap& trap);

}  // namespace airlock::canonical_abi
