// The table of canonical definitions (Explainer.md and Binary.md, Canonical Definitions): the
// binary reader, the assembler, the printer, the validator and the linker all read it.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "decoder/component/component.hpp"
#include "decoder/component/sort.hpp"

namespace airlock::decoder::component {

/// What follows the name of a canonical definition, in this order in text and binary alike. (Only
/// the type of `lift` stands elsewhere in the text.)
enum class Operand : std::uint8_t {
  none,
  core_callee,  ///< `<core:funcidx>`
  callee,       ///< `<funcidx>`
  type,         ///< `<typeidx>`
  result,       ///< `(result <valtype>)?`
  options,      ///< `<canonopt>*`
  async,        ///< `async?`
  shared,       ///< `shared?`
  reserved,     ///< a zero byte, nothing in the text
  memory,       ///< `(memory <core:memoryidx>)`
  core_value,   ///< `<core:valtype>`
  immediate,    ///< `<u32>`
  core_type,    ///< `<core:typeidx>`
  core_table,   ///< `<core:tableidx>`
};

/// What the `type` of a built-in has to be.
enum class Subject : std::uint8_t { none, resource, stream, future };

struct CanonRow {
  std::string_view name;
  CanonKind kind;
  std::array<Operand, 3> operands;
  Subject subject;
  /// The type of the core function, parameters and results divided by a colon: `i` for i32, `l` for
  /// i64, `p` for an address in the memory, `v` for the core value type, `a` for the argument of a
  /// thread's start function, `t` for an index of the table, `f` for a reference to a start
  /// function. Empty if it follows from a component type.
  std::string_view signature;
};

// clang-format off
inline constexpr auto canon_table = [] {
  using enum Operand;
  using enum CanonKind;
  constexpr auto nothing = Subject::none;
  constexpr auto resource = Subject::resource;
  constexpr auto stream = Subject::stream;
  constexpr auto future = Subject::future;
  return std::to_array<CanonRow>({
    {"lift", lift, {core_callee, options, type}, nothing, ""},
    {"lower", lower, {callee, options}, nothing, ""},
    {"resource.new", resource_new, {type}, resource, "i:i"},
    {"resource.drop", resource_drop, {type}, resource, "i:"},
    {"resource.rep", resource_rep, {type}, resource, "i:i"},
    {"task.cancel", task_cancel, {}, nothing, ":"},
    {"subtask.cancel", subtask_cancel, {async}, nothing, "i:i"},
    {"task.return", task_return, {result, options}, nothing, ""},
    {"context.get", context_get, {core_value, immediate}, nothing, ":v"},
    {"context.set", context_set, {core_value, immediate}, nothing, "v:"},
    {"thread.yield", thread_yield, {reserved}, nothing, ":i"},
    {"subtask.drop", subtask_drop, {}, nothing, "i:"},
    {"stream.new", stream_new, {type}, stream, ":l"},
    {"stream.read", stream_read, {type, options}, stream, "ipp:p"},
    {"stream.write", stream_write, {type, options}, stream, "ipp:p"},
    {"stream.cancel-read", stream_cancel_read, {type, async}, stream, "i:i"},
    {"stream.cancel-write", stream_cancel_write, {type, async}, stream, "i:i"},
    {"stream.drop-readable", stream_drop_readable, {type}, stream, "i:"},
    {"stream.drop-writable", stream_drop_writable, {type}, stream, "i:"},
    {"stream.forward", stream_forward, {type}, stream, "ii:"},
    {"future.new", future_new, {type}, future, ":l"},
    {"future.read", future_read, {type, options}, future, "ip:i"},
    {"future.write", future_write, {type, options}, future, "ip:i"},
    {"future.cancel-read", future_cancel_read, {type, async}, future, "i:i"},
    {"future.cancel-write", future_cancel_write, {type, async}, future, "i:i"},
    {"future.drop-readable", future_drop_readable, {type}, future, "i:"},
    {"future.drop-writable", future_drop_writable, {type}, future, "i:"},
    {"future.forward", future_forward, {type}, future, "ii:"},
    {"error-context.new", error_context_new, {options}, nothing, "pp:i"},
    {"error-context.debug-message", error_context_debug_message, {options}, nothing, "ip:"},
    {"error-context.drop", error_context_drop, {}, nothing, "i:"},
    {"waitable-set.new", waitable_set_new, {}, nothing, ":i"},
    {"waitable-set.wait", waitable_set_wait, {reserved, memory}, nothing, "ip:i"},
    {"waitable-set.poll", waitable_set_poll, {reserved, memory}, nothing, "ip:i"},
    {"waitable-set.drop", waitable_set_drop, {}, nothing, "i:"},
    {"waitable.join", waitable_join, {}, nothing, "ii:"},
    {"backpressure.inc", backpressure_inc, {}, nothing, ":"},
    {"backpressure.dec", backpressure_dec, {}, nothing, ":"},
    {"thread.index", thread_index, {}, nothing, ":i"},
    {"thread.new-indirect", thread_new_indirect, {core_type, core_table}, nothing, "ta:i"},
    {"thread.resume-later", thread_resume_later, {}, nothing, "i:"},
    {"thread.suspend", thread_suspend, {reserved}, nothing, ":i"},
    {"thread.suspend-then-resume", thread_suspend_then_resume, {reserved}, nothing, "i:i"},
    {"thread.yield-then-resume", thread_yield_then_resume, {reserved}, nothing, "i:i"},
    {"thread.suspend-then-promote", thread_suspend_then_promote, {reserved}, nothing, "i:i"},
    {"thread.yield-then-promote", thread_yield_then_promote, {reserved}, nothing, "i:i"},
    {"thread.spawn-ref", thread_spawn_ref, {shared, core_type}, nothing, "fa:i"},
    {"thread.spawn-indirect", thread_spawn_indirect, {shared, core_type, core_table}, nothing, "ta:i"},
    {"thread.available-parallelism", thread_available_parallelism, {shared}, nothing, ":i"},
  });
}();
// clang-format on

/// The row of a canonical definition; null for a number that none has.
[[nodiscard]] const CanonRow* find_row(CanonKind kind);
/// The row of a name, also of one that a built-in had in an earlier text format.
[[nodiscard]] const CanonRow* find_row(std::string_view name);
[[nodiscard]] bool has_operand(const CanonRow& row, Operand operand);

/// What the letters of a signature stand for.
struct SignatureTypes {
  decoder::ValueType address = decoder::i32;
  decoder::ValueType value = decoder::i32;
  decoder::ValueType argument = decoder::i32;
  decoder::ValueType table_index = decoder::i32;
  decoder::ValueType start{};
};
[[nodiscard]] decoder::FunctionType core_type(const CanonRow& row, const SignatureTypes& types);

struct FlagOptionRow {
  std::string_view name;
  CanonOptionKind kind;
};
inline constexpr auto flag_options = std::to_array<FlagOptionRow>({
    {"string-encoding=utf8", CanonOptionKind::utf8},
    {"string-encoding=utf16", CanonOptionKind::utf16},
    {"string-encoding=latin1+utf16", CanonOptionKind::latin1_utf16},
    {"async", CanonOptionKind::async},
});

struct IndexOptionRow {
  std::string_view name;
  CanonOptionKind kind;
  Sort sort;
};
inline constexpr auto index_options = std::to_array<IndexOptionRow>({
    {"memory", CanonOptionKind::memory, Sort::core_memory},
    {"realloc", CanonOptionKind::realloc, Sort::core_function},
    {"post-return", CanonOptionKind::post_return, Sort::core_function},
    {"callback", CanonOptionKind::callback, Sort::core_function},
});

}  // namespace airlock::decoder::component
