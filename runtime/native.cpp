#include "runtime/native.hpp"

#include "runtime/store.hpp"

namespace airlock::runtime {

Outcome Boundary::resume_thrown(NativeCall& call, std::uint64_t state, ExceptionObject& exception) {
  Trap trap(TrapCode::uncaught_exception);
  unwind(state, trap);
  return call.throws(exception);
}

Outcome NativeCall::throws(const Tag& tag, std::span<const Slot> values) {
  ExceptionObject* made = store->make_exception(tag, values);
  if (made == nullptr) return trapped(Trap(TrapCode::out_of_memory));
  return throws(*made);
}

Outcome NativeCall::failed(Trap why) {
  if (why.exception == nullptr) return trapped(std::move(why));
  std::vector<Slot> slots;
  for (const auto& value : why.exception->values)
    slots.insert(slots.end(), value.slots.begin(), value.slots.begin() + slot_count(value.type));
  return throws(*why.exception->tag, slots);
}

}  // namespace airlock::runtime
