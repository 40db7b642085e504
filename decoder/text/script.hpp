// Test scripts, `.wast` (the reference interpreter's README, "Scripts"; the component-model
// repository's tests for values of components).
//
// A script is read as a whole, but its modules are not: a module keeps the range of its tokens and
// is assembled on demand, so that an error inside it belongs to the directive that uses it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "decoder/error.hpp"
#include "decoder/limits.hpp"
#include "decoder/text/lexer.hpp"
#include "decoder/text/parser.hpp"
#include "decoder/types.hpp"

namespace airlock::decoder::text {

/// The source of a script and its tokens; modules point into it and keep it alive.
struct ScriptSource {
  std::string text;
  TokenStream stream;
};

/// The form of a module's contents.
enum class ModuleForm : std::uint8_t {
  text,    ///< `(module fields…)`
  binary,  ///< `(module binary "…")`
  quote,   ///< `(module quote "…")`: text in strings, so that it may be malformed
};

/// `(module …)` or `(component …)` of a script, `definition` ones included.
class ScriptModule {
 public:
  ModuleForm form = ModuleForm::text;
  bool is_component = false;
  bool is_definition = false;  ///< `(module definition …)`: not instantiated
  std::string name;            ///< its identifier; may be empty
  std::uint32_t line = 0;

  /// The binary: assembled from text, or as written. Errors: `malformed`, `limit`.
  [[nodiscard]] Result<Assembled> assemble(const Limits& limits = {}) const;

  /// A module from a file in binary form.
  [[nodiscard]] static ScriptModule of_binary(std::string bytes);

  /// Gives an error about the assembled binary its place in the script. (Errors in binary and
  /// quoted modules get the place of the module.)
  [[nodiscard]] Error locate(Error error, const SourceMap& map) const;

 private:
  friend class ScriptParser;
  std::shared_ptr<const ScriptSource> source_;
  std::size_t token_ = 0;   ///< of its parenthesis
  bool is_bare_ = false;    ///< fields without `(module …)` around them
  std::size_t fields_ = 0;  ///< the token after the head of a module in text form
  std::string bytes_;       ///< of a binary or quoted one
};

enum class NanPattern : std::uint8_t { none, canonical, arithmetic };

enum class VectorShape : std::uint8_t { i8x16, i16x8, i32x4, i64x2, f32x4, f64x2 };

/// The kind of a reference, given or expected.
enum class ReferenceKind : std::uint8_t {
  null,     ///< `(ref.null)`, `(ref.null func)`: `heap` says which
  host,     ///< `(ref.host 1)`: `bits` is the host's number
  extern_,  ///< `(ref.extern 1)` or, as a result, `(ref.extern)`: any external one
  any,      ///< `(ref)`: any reference that is not null
  eq,
  i31,
  struct_,
  array,
  func,
  exn,
};

enum class ScriptValueKind : std::uint8_t {
  // Core. f32 and f64 are also values of components.
  i32,
  i64,
  f32,
  f64,
  v128,
  reference,
  either,  ///< as a result: one of `elements`
  // Components
  boolean,
  s8,
  u8,
  s16,
  u16,
  s32,
  u32,
  s64,
  u64,
  character,
  string,
  list,
  record,
  tuple,
  variant,
  enumeration,
  option,
  result,
  flags,
};

/// An argument or an expected result.
struct ScriptValue {
  ScriptValueKind kind = ScriptValueKind::i32;
  /// Numbers and floats: the bits, those of i32 and narrower signed types zero-extended from their
  /// width. Booleans, and the code point of a character. Option: 1 for `some`; result: 1 for `err`.
  std::uint64_t bits = 0;
  NanPattern nan = NanPattern::none;  ///< of an f32 or f64: which NaN is expected; `bits` is unused

  std::array<std::uint8_t, 16> vector{};   ///< of a v128, as in memory
  VectorShape shape = VectorShape::i8x16;  ///< of a v128
  std::array<NanPattern, 4> lanes{};       ///< of a v128 of floats: which NaN a lane expects

  ReferenceKind reference = ReferenceKind::null;
  std::optional<HeapKind> heap;  ///< of `(ref.null t)`; absent for any null
  bool has_number = false;  ///< of `(ref.extern n)` and `(ref.host n)`: the number is in `bits`

  std::string text;                   ///< a string; the case of a variant or enum
  std::vector<std::string> names;     ///< field names of a record; labels of flags
  std::vector<ScriptValue> elements;  ///< of lists, records, tuples; payload (0 or 1); alternatives
};

/// `(invoke $instance? "name" arguments…)` or `(get $instance? "name")`.
struct Action {
  bool is_get = false;
  std::string instance;  ///< empty: the latest one
  std::string name;
  std::vector<ScriptValue> arguments;
};

/// `(module instance $name? $module?)`, or the same of a component.
struct InstanceUse {
  bool is_component = false;
  std::string name;
  std::string module;  ///< empty: the latest one
};

enum class DirectiveKind : std::uint8_t {
  module,             ///< define `module` and, unless it is a definition, instantiate it
  instance,           ///< instantiate a defined module again: `instance`
  register_,          ///< export the instance `subject` (or the latest) under `name`
  action,             ///< do `action`
  assert_return,      ///< `action` gives `results`
  assert_trap,        ///< `action` traps, or instantiating `module` or `instance` does
  assert_exhaustion,  ///< `action` exhausts a resource
  assert_exception,   ///< `action` ends in an exception
  assert_suspension,  ///< `action` suspends without handler
  assert_malformed,   ///< `module` cannot be decoded
  assert_malformed_custom,
  assert_invalid,  ///< `module` is refused by validation
  assert_invalid_custom,
  assert_unlinkable,  ///< `module` or `instance` cannot be linked
  script,             ///< run `body`
  input,              ///< run the script, or define and instantiate the module, in the file `path`
  output,             ///< print the module `subject`, or write it to the file `path`
  thread,  ///< run `body` concurrently as `name`, with the instances `shared` of this script
  wait,    ///< for the thread `name`
};

/// One command of a script.
struct Directive {
  DirectiveKind kind = DirectiveKind::module;
  SourcePosition position;
  std::optional<ScriptModule> module;
  std::optional<InstanceUse> instance;
  std::optional<Action> action;
  std::vector<ScriptValue> results;
  std::string message;  ///< the failure expected
  std::string name;     ///< of what is registered, of a thread, of what is read from a file
  std::string subject;  ///< the instance or module that it uses; empty: the latest one
  std::string path;     ///< of a file
  std::vector<std::string> shared;
  std::vector<Directive> body;
};

struct Script {
  std::shared_ptr<const ScriptSource> source;
  std::vector<Directive> directives;
};

/// Returns the commands of a script one at a time, so that a long script takes only the memory of
/// its text and tokens.
class ScriptReader {
 public:
  /// Reads all commands once, so that a script with an error anywhere is refused as a whole.
  /// Errors: as `parse_script`.
  [[nodiscard]] static Result<ScriptReader> open(std::string_view source,
                                                 const Limits& limits = {});
  ScriptReader(ScriptReader&&) noexcept;
  ~ScriptReader();

  /// The next command; nothing after the last.
  [[nodiscard]] std::optional<Directive> next();

 private:
  explicit ScriptReader(std::unique_ptr<class ScriptParser> parser);
  std::unique_ptr<class ScriptParser> parser_;
};

/// `assert_return`, `register` …, as in the script.
[[nodiscard]] std::string_view to_string(DirectiveKind kind);

/// Reads a script. A source that is only the fields of a module is a script of this module.
/// Errors: `malformed` with a position.
[[nodiscard]] Result<Script> parse_script(std::string_view source, const Limits& limits = {});

}  // namespace airlock::decoder::text
