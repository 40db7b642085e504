#include "decoder/component/component.hpp"

namespace airlock::decoder::component {

std::string_view to_string(PrimValType type) {
  switch (type) {
    case PrimValType::bool_:
      return "bool";
    case PrimValType::s8:
      return "s8";
    case PrimValType::u8:
      return "u8";
    case PrimValType::s16:
      return "s16";
    case PrimValType::u16:
      return "u16";
    case PrimValType::s32:
      return "s32";
    case PrimValType::u32:
      return "u32";
    case PrimValType::s64:
      return "s64";
    case PrimValType::u64:
      return "u64";
    case PrimValType::f32:
      return "f32";
    case PrimValType::f64:
      return "f64";
    case PrimValType::char_:
      return "char";
    case PrimValType::string:
      return "string";
    case PrimValType::error_context:
      return "error-context";
  }
  return {};
}

std::string_view to_string(CanonKind kind) {
  switch (kind) {
    case CanonKind::lift:
      return "lift";
    case CanonKind::lower:
      return "lower";
    case CanonKind::resource_new:
      return "resource.new";
    case CanonKind::resource_drop:
      return "resource.drop";
    case CanonKind::resource_rep:
      return "resource.rep";
    case CanonKind::task_cancel:
      return "task.cancel";
    case CanonKind::subtask_cancel:
      return "subtask.cancel";
    case CanonKind::task_return:
      return "task.return";
    case CanonKind::context_get:
      return "context.get";
    case CanonKind::context_set:
      return "context.set";
    case CanonKind::thread_yield:
      return "thread.yield";
    case CanonKind::subtask_drop:
      return "subtask.drop";
    case CanonKind::stream_new:
      return "stream.new";
    case CanonKind::stream_read:
      return "stream.read";
    case CanonKind::stream_write:
      return "stream.write";
    case CanonKind::stream_cancel_read:
      return "stream.cancel-read";
    case CanonKind::stream_cancel_write:
      return "stream.cancel-write";
    case CanonKind::stream_drop_readable:
      return "stream.drop-readable";
    case CanonKind::stream_drop_writable:
      return "stream.drop-writable";
    case CanonKind::future_new:
      return "future.new";
    case CanonKind::future_read:
      return "future.read";
    case CanonKind::future_write:
      return "future.write";
    case CanonKind::future_cancel_read:
      return "future.cancel-read";
    case CanonKind::future_cancel_write:
      return "future.cancel-write";
    case CanonKind::future_drop_readable:
      return "future.drop-readable";
    case CanonKind::future_drop_writable:
      return "future.drop-writable";
    case CanonKind::error_context_new:
      return "error-context.new";
    case CanonKind::error_context_debug_message:
      return "error-context.debug-message";
    case CanonKind::error_context_drop:
      return "error-context.drop";
    case CanonKind::waitable_set_new:
      return "waitable-set.new";
    case CanonKind::waitable_set_wait:
      return "waitable-set.wait";
    case CanonKind::waitable_set_poll:
      return "waitable-set.poll";
    case CanonKind::waitable_set_drop:
      return "waitable-set.drop";
    case CanonKind::waitable_join:
      return "waitable.join";
    case CanonKind::backpressure_inc:
      return "backpressure.inc";
    case CanonKind::backpressure_dec:
      return "backpressure.dec";
    case CanonKind::thread_index:
      return "thread.index";
    case CanonKind::thread_new_indirect:
      return "thread.new-indirect";
    case CanonKind::thread_resume_later:
      return "thread.resume-later";
    case CanonKind::thread_suspend:
      return "thread.suspend";
    case CanonKind::thread_suspend_then_resume:
      return "thread.suspend-then-resume";
    case CanonKind::thread_yield_then_resume:
      return "thread.yield-then-resume";
    case CanonKind::thread_suspend_then_promote:
      return "thread.suspend-then-promote";
    case CanonKind::thread_yield_then_promote:
      return "thread.yield-then-promote";
    case CanonKind::thread_spawn_ref:
      return "thread.spawn-ref";
    case CanonKind::thread_spawn_indirect:
      return "thread.spawn-indirect";
    case CanonKind::thread_available_parallelism:
      return "thread.available-parallelism";
  }
  return {};
}

std::string_view ComponentNames::find(Sort sort, std::uint32_t index) const {
  const auto names = definitions.find(sort);
  if (names == definitions.end()) return {};
  const auto name = names->second.find(index);
  return name == names->second.end() ? std::string_view() : std::string_view(name->second);
}

}  // namespace airlock::decoder::component
