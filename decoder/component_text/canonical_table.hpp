// The names and immediates of canonical definitions (Explainer.md and Binary.md, Canonical
// Definitions), for the assembler and the printer.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "decoder/component/sort.hpp"

namespace airlock::decoder::component_text {

using component::Sort;

/// What follows the keyword of a canonical definition, in the same order in text and binary.
enum class Operand : std::uint8_t {
  none,
  type,
  result,       ///< `(result <valtype>)?`
  options,      ///< `<canonopt>*`
  async,        ///< `async?`
  cancellable,  ///< `cancellable?`
  shared,       ///< `shared?`
  memory,       ///< `(memory <core:memoryidx>)`
  core_value,   ///< `<core:valtype>`
  immediate,    ///< `<u32>`
  core_type,    ///< `<core:typeidx>`
  core_table,   ///< `<core:tableidx>`
};

struct BuiltinRow {
  std::string_view keyword;
  std::uint8_t code;
  std::array<Operand, 3> operands;
};

// clang-format off
inline constexpr auto builtin_table = [] {
  using enum Operand;
  return std::to_array<BuiltinRow>({
    {"resource.new", 0x02, {type}},
    {"resource.drop", 0x03, {type}},
    {"resource.rep", 0x04, {type}},
    {"task.cancel", 0x05, {}},
    {"subtask.cancel", 0x06, {async}},
    {"task.return", 0x09, {result, options}},
    {"context.get", 0x0a, {core_value, immediate}},
    {"context.set", 0x0b, {core_value, immediate}},
    {"thread.yield", 0x0c, {cancellable}},
    {"subtask.drop", 0x0d, {}},
    {"stream.new", 0x0e, {type}},
    {"stream.read", 0x0f, {type, options}},
    {"stream.write", 0x10, {type, options}},
    {"stream.cancel-read", 0x11, {type, async}},
    {"stream.cancel-write", 0x12, {type, async}},
    {"stream.drop-readable", 0x13, {type}},
    {"stream.drop-writable", 0x14, {type}},
    {"future.new", 0x15, {type}},
    {"future.read", 0x16, {type, options}},
    {"future.write", 0x17, {type, options}},
    {"future.cancel-read", 0x18, {type, async}},
    {"future.cancel-write", 0x19, {type, async}},
    {"future.drop-readable", 0x1a, {type}},
    {"future.drop-writable", 0x1b, {type}},
    {"error-context.new", 0x1c, {options}},
    {"error-context.debug-message", 0x1d, {options}},
    {"error-context.drop", 0x1e, {}},
    {"waitable-set.new", 0x1f, {}},
    {"waitable-set.wait", 0x20, {cancellable, memory}},
    {"waitable-set.poll", 0x21, {cancellable, memory}},
    {"waitable-set.drop", 0x22, {}},
    {"waitable.join", 0x23, {}},
    {"backpressure.inc", 0x24, {}},
    {"backpressure.dec", 0x25, {}},
    {"thread.index", 0x26, {}},
    {"thread.new-indirect", 0x27, {core_type, core_table}},
    {"thread.resume-later", 0x28, {}},
    {"thread.suspend", 0x29, {cancellable}},
    {"thread.suspend-then-resume", 0x2a, {cancellable}},
    {"thread.yield-then-resume", 0x2b, {cancellable}},
    {"thread.suspend-then-promote", 0x2c, {cancellable}},
    {"thread.yield-then-promote", 0x2d, {cancellable}},
    {"thread.spawn-ref", 0x40, {shared, core_type}},
    {"thread.spawn-indirect", 0x41, {shared, core_type, core_table}},
    {"thread.available-parallelism", 0x42, {shared}},
    {"thread.available_parallelism", 0x42, {shared}},  // as wasm-tools prints it
  });
}();
// clang-format on

struct OptionRow {
  std::string_view keyword;
  std::uint8_t code;
};
inline constexpr auto flag_options = std::to_array<OptionRow>({
    {"string-encoding=utf8", 0x00},
    {"string-encoding=utf16", 0x01},
    {"string-encoding=latin1+utf16", 0x02},
    {"async", 0x06},
});

struct IndexOptionRow {
  std::string_view keyword;
  std::uint8_t code;
  Sort sort;
};
inline constexpr auto index_options = std::to_array<IndexOptionRow>({
    {"memory", 0x03, Sort::core_memory},
    {"realloc", 0x04, Sort::core_function},
    {"post-return", 0x05, Sort::core_function},
    {"callback", 0x07, Sort::core_function},
});

}  // namespace airlock::decoder::component_text
