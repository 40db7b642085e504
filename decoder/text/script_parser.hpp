// The parser for scripts; see script.hpp.
#pragma once

#include "decoder/text/script.hpp"
#include "decoder/text/token_parser.hpp"

namespace airlock::decoder::text {

class ScriptParser final : public TokenParser {
 public:
  ScriptParser(std::shared_ptr<const ScriptSource> source, const Limits& limits)
      : TokenParser(Cursor(source->text, source->stream)),
        source_(std::move(source)),
        limits_(limits) {}

  Result<Script> run();
  /// The next command; nothing at the end or after an error (see `failed`).
  std::optional<Directive> next();

 private:
  // Commands (script_parser.cpp)
  [[nodiscard]] bool at_bare_module() const;
  Directive bare_module();
  std::vector<Directive> parse_commands(std::uint32_t depth);
  void parse_command(Directive& to, std::uint32_t depth);
  void parse_assertion(Directive& to, DirectiveKind kind);
  void parse_assertion_subject(Directive& to);
  void parse_register(Directive& to);
  void parse_thread(Directive& to, std::uint32_t depth);
  void parse_file_command(Directive& to, std::string_view word);
  void parse_module_or_instance(Directive& to);
  ScriptModule parse_module();
  InstanceUse parse_instance();
  Action parse_action();
  [[nodiscard]] bool at_module() const { return at_open("module") || at_open("component"); }
  [[nodiscard]] bool at_action() const { return at_open("invoke") || at_open("get"); }
  std::string take_name();
  [[nodiscard]] SourcePosition position() const {
    return source_->stream.position_of(peek().offset);
  }

  // Values (value_parser.cpp)
  void parse_values(std::vector<ScriptValue>& to, bool is_result, std::uint32_t depth);
  /// `(kind.const …)`, `(ref.kind …)`, `(either …)`, `(option.some …)` …
  void parse_value(ScriptValue& to, bool is_result, std::uint32_t depth);
  /// The same without its parentheses, as in a record's field.
  void parse_value_body(ScriptValue& to, bool is_result, std::uint32_t depth);
  bool parse_number(ScriptValue& to, std::string_view word, bool is_result);
  bool parse_reference(ScriptValue& to, std::string_view word, bool is_result);
  bool parse_component_value(ScriptValue& to, std::string_view word, std::uint32_t depth);
  void parse_float(std::uint64_t& bits, NanPattern& nan, bool is_wide, bool is_result);
  void parse_integer_bits(std::uint64_t& bits, unsigned width);
  void parse_vector(ScriptValue& to, bool is_result);
  void parse_character(ScriptValue& to);
  void parse_fields(ScriptValue& to, std::uint32_t depth);
  void parse_payload(ScriptValue& to, std::uint32_t depth);

  std::shared_ptr<const ScriptSource> source_;
  Limits limits_;  ///< its own: a reader outlives the call that opened it
  bool is_at_start_ = true;
};

}  // namespace airlock::decoder::text
