// Handlers of `throw` and `throw_ref`. The legacy `rethrow` is translated to `throw_ref`.
#include "interpreter/exceptions.hpp"
#include "interpreter/handler_table.hpp"

namespace airlock::interpreter {

namespace {

Place here(const Registers& r) {
  return {.code = r.code, .is_return = false, .frame = r.frame, .instance = r.instance};
}

/// Tag, first slot of the values, the slot after them.
struct Throw {
  [[gnu::noinline]] static void execute(Registers& r) {
    const runtime::Tag* tag = r.instance->tags[read_operand<Half>(r.code, 0)];
    const Slot* values = r.frame + read_operand<Half>(r.code, 1);
    r.run->stack->top = r.frame + read_operand<Half>(r.code, 2);
    throw_exception(r, {.tag = tag, .values = values, .exception = nullptr}, here(r));
  }
};

/// Reference slot, the slot after all operands.
struct ThrowReference {
  [[gnu::noinline]] static void execute(Registers& r) {
    const Slot reference = r.frame[read_operand<Half>(r.code, 0)];
    r.run->stack->top = r.frame + read_operand<Half>(r.code, 1);
    auto* exception = static_cast<runtime::ExceptionObject*>(reference.reference);
    if (exception == nullptr) return raise(r, TrapCode::null_exception_reference);
    const Thrown thrown{
        .tag = exception->tag, .values = exception->values().data(), .exception = exception};
    throw_exception(r, thrown, here(r));
  }
};

}  // namespace

void add_exception_handlers(HandlerTable& table) {
  table.throw_ = handler<Throw>;
  table.throw_reference = handler<ThrowReference>;
}

}  // namespace airlock::interpreter
