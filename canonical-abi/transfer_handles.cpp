// Handles on their way from one instance's table to another's.
#include "canonical-abi/transfer.hpp"

namespace airlock::canonical_abi {

using runtime::Trap;
using runtime::TrapCode;

namespace {

constexpr std::uint64_t handle_note_bytes = 128;

}  // namespace

/// A handle that the first walk (to `Nowhere`) has lifted.
bool Transfer::find_lifted_handle(Type type, std::uint32_t index, std::uint32_t& rep) {
  // The second walk meets the same handles, unless `realloc` has changed the memory it reads: that
  // is possible if an instance calls itself.
  return handles_.next_lifted(type, rep) || fail("unknown handle index " + std::to_string(index));
}

/// `lift_own` and `lift_borrow`.
bool Transfer::lift_handle(Type type, std::uint32_t index, std::uint32_t& rep) {
  Handle* handle = find_handle(*from_.inst, index, type->resource, trap_);
  if (!handle) return false;
  // What is noted of it, here and where it goes.
  if (!charge_host(handle_note_bytes)) return fail("too many handles pass through one call");
  rep = handle->rep;
  if (type->kind == TypeKind::borrow) {
    if (from_.subtask) from_.subtask->add_lender(index, *handle);
    return true;
  }
  if (handle->num_lends != 0) return fail("cannot remove owned resource while borrowed");
  if (handle->kind != HandleKind::own) return fail("cannot lift own resource from a borrow");
  handles_.removed(*from_.inst, index, *handle);
  from_.inst->handles.remove(index);
  return true;
}

/// `lower_own` and `lower_borrow`.
bool Transfer::lower_handle(Type type, std::uint32_t rep, std::uint32_t& index) {
  Handle handle{.kind = HandleKind::own, .rep = rep, .rt = type->resource};
  if (type->kind == TypeKind::borrow) {
    // The implementation of a resource gets its `rep`, not a handle.
    if (to_.inst == type->resource->impl) {
      index = rep;
      return true;
    }
    handle.kind = HandleKind::borrow;
    handle.borrow_scope = to_.task;
    if (to_.task) to_.task->num_borrows += 1;
  }
  const auto added = add_handle(*to_.inst, handle, trap_);
  if (!added) {
    if (handle.borrow_scope) handle.borrow_scope->num_borrows -= 1;
    return false;
  }
  handles_.added(*to_.inst, *added, handle);
  index = *added;
  return true;
}

Handle* find_handle(ComponentInstance& inst, std::uint32_t index, const ResourceType* type,
                    Trap& trap) {
  Handle* handle = inst.handles.get(index);
  if (!handle) {
    trap = Trap(TrapCode::host, "unknown handle index " + std::to_string(index));
    return nullptr;
  }
  if (handle->rt == type) return handle;
  const auto side = [](const ResourceType* rt) { return rt->impl ? "guest" : "host"; };
  const bool same_side = (handle->rt->impl == nullptr) == (type->impl == nullptr);
  trap = Trap(TrapCode::host,
              "handle index " + std::to_string(index) + " used with the wrong type, expected " +
                  side(type) + "-defined resource but found a " + (same_side ? "different " : "") +
                  side(handle->rt) + "-defined resource");
  return nullptr;
}

std::optional<std::uint32_t> add_handle(ComponentInstance& inst, const Handle& handle, Trap& trap) {
  const auto index = inst.handles.add(handle);
  if (index) return index;
  if (inst.handles.is_full()) {
    trap = Trap(TrapCode::host, "resource table has no free keys");
  } else {
    trap = Trap(TrapCode::out_of_memory, inst.handles.budget().exhausted_text());
  }
  return index;
}

}  // namespace airlock::canonical_abi
