// Canonical definitions (Explainer.md, Canonical Definitions; Binary.md, likewise).
#include <array>
#include <initializer_list>

#include "decoder/component_text/assembler.hpp"

namespace airlock::decoder::component_text {

namespace {

/// What follows the keyword of a canonical definition, in this order in text and binary alike.
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

using enum Operand;
// clang-format off
constexpr auto builtin_table = std::to_array<BuiltinRow>({
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
});
// clang-format on

struct OptionRow {
  std::string_view keyword;
  std::uint8_t code;
};
constexpr auto flag_options = std::to_array<OptionRow>({
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
constexpr auto index_options = std::to_array<IndexOptionRow>({
    {"memory", 0x03, Sort::core_memory},
    {"realloc", 0x04, Sort::core_function},
    {"post-return", 0x05, Sort::core_function},
    {"callback", 0x07, Sort::core_function},
});

}  // namespace

// canon ::= (canon lift … bind-id(<externtype>)) | (canon … (core func <id>?))
void Assembler::read_canonical(const Token& start) {
  expect_open("canon");
  Encoder out;
  out.mark(start.offset);
  if (take_keyword("lift")) {
    read_lift(out);
    expect_open("func");
    const Identifier id = take_identifier();
    out.unsigned_number(read_type_use(Sort::function));
    define(Definition::canonical, Sort::function, out, id);
  } else {
    read_builtin(out);
    expect_open("core");
    expect_keyword("func");
    define(Definition::canonical, Sort::core_function, out, take_identifier());
  }
  expect_close();
  expect_close();
}

/// (core func <id>? (canon …)) ≡ (canon … (core func <id>?)), and the same with an alias.
void Assembler::read_core_function(const Token& start) {
  const Identifier id = take_identifier();
  if (at_open("alias")) return read_inverted_alias(start, Sort::core_function, id, {});
  expect_open("canon");
  Encoder out;
  out.mark(start.offset);
  read_builtin(out);
  expect_close();
  define(Definition::canonical, Sort::core_function, out, id);
  expect_close();
}

// canon ::= 0x00 0x00 f:<core:funcidx> opts:<opts> ft:<typeidx>, all but the type.
void Assembler::read_lift(Encoder& out) {
  out.byte(0x00);
  out.byte(0x00);
  out.mark(peek().offset);
  out.unsigned_number(read_core_index(Sort::core_function));
  read_options(out);
}

/// What makes a core function: `lower`, or one of the built-ins.
void Assembler::read_builtin(Encoder& out) {
  if (take_keyword("lower")) {
    out.byte(0x01);
    out.byte(0x00);
    out.mark(peek().offset);
    out.unsigned_number(read_component_index(Sort::function));
    return read_options(out);
  }
  for (const BuiltinRow& row : builtin_table) {
    if (!take_keyword(row.keyword)) continue;
    out.byte(row.code);
    for (const Operand operand : row.operands)
      read_operand(out, static_cast<std::uint8_t>(operand));
    return;
  }
  fail_expected("a canonical definition");
}

void Assembler::read_operand(Encoder& out, std::uint8_t operand) {
  if (static_cast<Operand>(operand) != none) out.mark(peek().offset);
  switch (static_cast<Operand>(operand)) {
    case none:
      return;
    case type:
      return out.unsigned_number(read_component_index(Sort::type));
    case result:
      return read_result_list(out);
    case options:
      return read_options(out);
    case async:
      return out.byte(take_keyword("async") ? 0x01 : 0x00);
    case cancellable:
      return out.byte(take_keyword("cancellable") ? 0x01 : 0x00);
    case shared:
      return out.byte(take_keyword("shared") ? 0x01 : 0x00);
    case memory:
      expect_open("memory");
      return out.unsigned_number(read_core_option(Sort::core_memory));
    case core_value:
      return read_core_value_type(out);
    case immediate:
      return out.unsigned_number(expect_u32());
    case core_type:
      return out.unsigned_number(read_core_index(Sort::core_type));
    case core_table:
      return out.unsigned_number(read_core_index(Sort::core_table));
  }
}

// opts ::= opt*:vec(<canonopt>)
void Assembler::read_options(Encoder& out) {
  Encoder options;
  std::uint32_t count = 0;
  for (bool any = true; any;) {
    any = false;
    for (const auto& row : flag_options) {
      const Token start = peek();
      if (!take_keyword(row.keyword)) continue;
      options.mark(start.offset);
      options.byte(row.code);
      any = true;
      ++count;
    }
    for (const auto& row : index_options) {
      const Token start = peek();
      if (!take_open(row.keyword)) continue;
      options.mark(start.offset);
      options.byte(row.code);
      options.unsigned_number(read_core_option(row.sort));
      any = true;
      ++count;
    }
  }
  out.unsigned_number(count);
  out.append(options);
}

}  // namespace airlock::decoder::component_text
