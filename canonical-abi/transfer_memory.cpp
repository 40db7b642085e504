// What a transfer needs of guests' memories: lists in the source, room in the destination.
#include <utility>

#include "canonical-abi/layout.hpp"
#include "canonical-abi/transfer.hpp"
#include "runtime/executor.hpp"

namespace airlock::canonical_abi {

using runtime::Slot;
using runtime::Trap;
using runtime::TrapCode;

namespace {

constexpr std::uint64_t max_list_byte_length = (std::uint64_t{1} << 28) - 1;

}  // namespace

/// Checks that a guest's list lies inside its memory (`load_list_from_range`).
bool Transfer::find_source_list(Type element, const Range& range, const std::byte*& data) {
  const Layout& layout = element->layout(from_.memory64());
  if (range.length > max_list_byte_length / layout.size) {
    return fail(to_.opts ? "list content out-of-bounds"
                         : "list pointer/length out of bounds of memory");
  }
  if (range.pointer != align_to(range.pointer, layout.alignment)) {
    return fail("unaligned pointer");
  }
  const std::uint64_t bytes = range.length * layout.size;
  if (!from_.opts->memory || !from_.opts->memory->contains(range.pointer, bytes)) {
    return fail(to_.opts ? "list content out-of-bounds"
                         : "list pointer/length out of bounds of memory");
  }
  data = from_.opts->memory->base + range.pointer;
  return charge(bytes);
}

/// Allocates a list in the destination (`store_list_into_range`).
bool Transfer::make_list(Type element, std::uint64_t length, Range& range, std::byte*& data) {
  const Layout& layout = element->layout(to_.memory64());
  if (length > 2 * max_list_byte_length / layout.size) return fail("list is too long");
  range.length = length;
  if (!reallocate(0, 0, layout.alignment, length * layout.size, "list", range.pointer)) {
    return false;
  }
  data = to_memory(range.pointer);
  return charge(length * layout.size);
}

runtime::RunStatus call_locked(ComponentInstance& inst, runtime::Stack& stack,
                               runtime::Function& function, std::span<const Slot> arguments,
                               std::span<Slot> results, Trap& trap) {
  const bool may_leave = inst.may_leave;
  inst.may_leave = false;
  const runtime::RunStatus status = inst.store.engine().executor().call_nested(
      inst.store.core(), stack, function, arguments, results, trap);
  inst.may_leave = may_leave;
  if (status == runtime::RunStatus::suspended) {
    trap = Trap(TrapCode::host, "cannot block inside `realloc` or `post-return`");
  }
  return status;
}

bool Transfer::reallocate(std::uint64_t old, std::uint64_t old_size, std::uint32_t alignment,
                          std::uint64_t new_size, std::string_view what, std::uint64_t& pointer) {
  const CanonicalOptions& opts = *to_.opts;
  if (!opts.realloc || !opts.memory) return fail("no `realloc` to lower a " + std::string(what));
  Slot arguments[4] = {};
  arguments[0].bits = old;
  arguments[1].bits = old_size;
  arguments[2].bits = alignment;
  arguments[3].bits = new_size;
  Slot result{};
  // Each `realloc` is a task of its own, with a thread of its own.
  Thread thread;
  Thread* const outer = std::exchange(store_.contents().current_thread, &thread);
  const runtime::RunStatus status =
      call_locked(*to_.inst, stack_, *opts.realloc, arguments, {&result, 1}, trap_);
  store_.contents().current_thread = outer;
  if (to_.task && status != runtime::RunStatus::refused) to_.task->has_run = true;
  if (status != runtime::RunStatus::finished) return false;
  pointer = opts.memory64 ? result.i64 : result.i32;

  // The official tests tell a call from the host from one between components.
  const bool is_host = from_.opts == nullptr;
  if (pointer != align_to(pointer, alignment)) {
    return fail(is_host ? "realloc return: result not aligned" : "unaligned pointer");
  }
  if (!opts.memory->contains(pointer, new_size)) {
    if (is_host) return fail("realloc return: beyond end of memory");
    return fail(what == "pointer" ? "pointer out of bounds of memory"
                                  : std::string(what) + " content out-of-bounds");
  }
  return true;
}

}  // namespace airlock::canonical_abi
