// Scripts: commands, assertions, modules, actions.
#include "decoder/text/script_parser.hpp"

#include <algorithm>
#include <array>

namespace airlock::decoder::text {
namespace {

struct DirectiveWord {
  std::string_view word;
  DirectiveKind kind;
};
constexpr auto directive_words = std::to_array<DirectiveWord>({
    {"module", DirectiveKind::module},
    {"instance", DirectiveKind::instance},
    {"register", DirectiveKind::register_},
    {"invoke", DirectiveKind::action},
    {"assert_return", DirectiveKind::assert_return},
    {"assert_trap", DirectiveKind::assert_trap},
    {"assert_exhaustion", DirectiveKind::assert_exhaustion},
    {"assert_exception", DirectiveKind::assert_exception},
    {"assert_suspension", DirectiveKind::assert_suspension},
    {"assert_malformed", DirectiveKind::assert_malformed},
    {"assert_malformed_custom", DirectiveKind::assert_malformed_custom},
    {"assert_invalid", DirectiveKind::assert_invalid},
    {"assert_invalid_custom", DirectiveKind::assert_invalid_custom},
    {"assert_unlinkable", DirectiveKind::assert_unlinkable},
    {"script", DirectiveKind::script},
    {"input", DirectiveKind::input},
    {"output", DirectiveKind::output},
    {"thread", DirectiveKind::thread},
    {"wait", DirectiveKind::wait},
});

}  // namespace

std::string_view to_string(DirectiveKind kind) {
  return std::ranges::find(directive_words, kind, &DirectiveWord::kind)->word;
}

namespace {

Result<std::shared_ptr<const ScriptSource>> read_source(std::string_view source,
                                                        const Limits& limits) {
  auto owned = std::make_shared<ScriptSource>();
  owned->text = source;
  auto stream = tokenize(owned->text, limits);
  if (!stream) return propagate(std::move(stream));
  owned->stream = *std::move(stream);
  return owned;
}

}  // namespace

Result<Script> parse_script(std::string_view source, const Limits& limits) {
  auto owned = read_source(source, limits);
  if (!owned) return propagate(std::move(owned));
  return ScriptParser(*std::move(owned), limits).run();
}

// ---- One command at a time

ScriptReader::ScriptReader(std::unique_ptr<ScriptParser> parser) : parser_(std::move(parser)) {}
ScriptReader::ScriptReader(ScriptReader&&) noexcept = default;
ScriptReader::~ScriptReader() = default;

Result<ScriptReader> ScriptReader::open(std::string_view source, const Limits& limits) {
  auto owned = read_source(source, limits);
  if (!owned) return propagate(std::move(owned));
  ScriptParser check(*owned, limits);
  while (check.next()) {
  }
  if (check.failed()) return std::unexpected(check.take_error());
  return ScriptReader(std::make_unique<ScriptParser>(*std::move(owned), limits));
}

std::optional<Directive> ScriptReader::next() { return parser_->next(); }

// ---- Modules on demand

Result<Assembled> ScriptModule::assemble(const Limits& limits) const {
  switch (form) {
    case ModuleForm::binary: {
      Assembled assembled;
      const auto bytes = std::as_bytes(std::span(bytes_));
      assembled.binary.assign(bytes.begin(), bytes.end());
      assembled.is_component = is_component;
      return assembled;
    }
    case ModuleForm::quote: {
      // A quoted component contains only the text between its parentheses.
      auto assembled = is_component && !bytes_.starts_with("(component")
                           ? text::assemble("(component " + bytes_ + "\n)", limits)
                           : text::assemble(bytes_, limits);
      if (!assembled) return std::unexpected(locate(std::move(assembled).error(), {}));
      assembled->map = {};  // its offsets are in the quoted text
      return assembled;
    }
    case ModuleForm::text:
      break;
  }
  Cursor cursor(source_->text, source_->stream, is_component ? token_ : fields_);
  if (is_component) return assemble_component(cursor, limits);
  auto assembled = assemble_module_fields(cursor, name, limits);
  if (assembled && is_bare_ && !cursor.at(TokenKind::end)) return cursor.error("unexpected token");
  return assembled;
}

ScriptModule ScriptModule::of_binary(std::string bytes) {
  ScriptModule module;
  module.form = ModuleForm::binary;
  module.bytes_ = std::move(bytes);
  return module;
}

Error ScriptModule::locate(Error error, const SourceMap& map) const {
  if (form == ModuleForm::text) return text::locate(std::move(error), map, source_->stream);
  if (source_ != nullptr)
    error.position = source_->stream.position_of(source_->stream.tokens[token_].offset);
  return error;
}

// ---- Commands

Result<Script> ScriptParser::run() {
  Script script{.source = source_, .directives = {}};
  while (auto directive = next()) script.directives.push_back(*std::move(directive));
  if (failed()) return std::unexpected(take_error());
  return script;
}

std::optional<Directive> ScriptParser::next() {
  std::optional<Directive> directive;
  if (std::exchange(is_at_start_, false) && at_bare_module()) {
    directive = bare_module();
    cursor_.reset(cursor_.stream().tokens.size() - 1);
  } else if (at_open()) {
    parse_command(directive.emplace(), 0);
  } else if (!at(TokenKind::end)) {
    fail_unexpected();
  }
  if (failed()) directive.reset();
  return directive;
}

bool ScriptParser::at_bare_module() const {
  constexpr std::array<std::string_view, 12> fields{"type",   "rec",    "import", "func",
                                                    "table",  "memory", "global", "tag",
                                                    "export", "start",  "elem",   "data"};
  return at_open() && std::ranges::find(fields, peek(1).text) != fields.end();
}

/// The whole source as one module; its contents are read when the module is used.
Directive ScriptParser::bare_module() {
  Directive directive;
  directive.position = position();
  auto& module = directive.module.emplace();
  module.source_ = source_;
  module.line = directive.position.line;
  module.is_bare_ = true;
  return directive;
}

std::vector<Directive> ScriptParser::parse_commands(std::uint32_t depth) {
  std::vector<Directive> commands;
  if (depth > limits_.value_nesting) {
    fail("nesting too deep", ErrorKind::limit);
    return commands;
  }
  while (at_open()) parse_command(commands.emplace_back(), depth);
  return commands;
}

void ScriptParser::parse_command(Directive& to, std::uint32_t depth) {
  to.position = position();
  if (at_module()) return parse_module_or_instance(to);
  if (at_action()) {
    to.kind = DirectiveKind::action;
    to.action = parse_action();
    return;
  }
  take();
  const auto word = at(TokenKind::keyword) ? peek().text : std::string_view{};
  if (word == "register") {
    parse_register(to);
  } else if (word == "script") {
    to.kind = DirectiveKind::script;
    take();
    to.name = take_name();
    to.body = parse_commands(depth + 1);
  } else if (word == "input" || word == "output") {
    parse_file_command(to, word);
  } else if (word == "thread") {
    parse_thread(to, depth);
  } else if (word == "wait") {
    to.kind = DirectiveKind::wait;
    take();
    to.name = take_name();
  } else if (word.starts_with("assert_")) {
    const auto found = std::ranges::find(directive_words, word, &DirectiveWord::word);
    if (found == directive_words.end()) return fail_unexpected();
    take();
    parse_assertion(to, found->kind);
  } else {
    return fail_unexpected();
  }
  expect_close();
}

void ScriptParser::parse_assertion(Directive& to, DirectiveKind kind) {
  to.kind = kind;
  switch (kind) {
    case DirectiveKind::assert_return:
      to.action = parse_action();
      return parse_values(to.results, true, 0);
    case DirectiveKind::assert_exception:
    case DirectiveKind::assert_exhaustion:
    case DirectiveKind::assert_suspension:
      to.action = parse_action();
      break;
    case DirectiveKind::assert_trap:
    case DirectiveKind::assert_unlinkable:
      parse_assertion_subject(to);
      break;
    default:
      to.module = parse_module();
      break;
  }
  if (at(TokenKind::string)) {
    to.message = expect_string();
  } else if (kind != DirectiveKind::assert_exception) {
    fail_unexpected();
  }
}

/// An action, a module to instantiate, or an instance of a defined module.
void ScriptParser::parse_assertion_subject(Directive& to) {
  if (!at_module()) {
    to.action = parse_action();
    return;
  }
  if (peek(2).text == "instance")
    to.instance = parse_instance();
  else
    to.module = parse_module();
}

/// `(register "name" $instance?)`
void ScriptParser::parse_register(Directive& to) {
  to.kind = DirectiveKind::register_;
  take();
  to.name = expect_name();
  to.subject = take_name();
}

/// `(thread $name (shared (module $instance))* command*)`
void ScriptParser::parse_thread(Directive& to, std::uint32_t depth) {
  to.kind = DirectiveKind::thread;
  take();
  to.name = take_name();
  while (take_open("shared")) {
    while (take_open("module")) {
      to.shared.push_back(take_name());
      expect_close();
    }
    expect_close();
  }
  to.body = parse_commands(depth + 1);
}

/// `(input $name? "file")` or `(output $name? "file"?)`
void ScriptParser::parse_file_command(Directive& to, std::string_view word) {
  const bool is_input = word == "input";
  to.kind = is_input ? DirectiveKind::input : DirectiveKind::output;
  take();
  (is_input ? to.name : to.subject) = take_name();
  if (is_input || at(TokenKind::string)) to.path = expect_name();
}

// ---- Modules and actions

void ScriptParser::parse_module_or_instance(Directive& to) {
  if (peek(2).kind == TokenKind::keyword && peek(2).text == "instance") {
    to.kind = DirectiveKind::instance;
    to.instance = parse_instance();
  } else {
    to.kind = DirectiveKind::module;
    to.module = parse_module();
  }
}

/// `(module definition? $id? …)`, reads only the head, or the strings of a binary or quoted module.
/// The same with `component`.
ScriptModule ScriptParser::parse_module() {
  ScriptModule module;
  module.source_ = source_;
  if (!at_module()) {
    if (at_open()) take();
    fail_unexpected();
    return module;
  }
  module.token_ = cursor_.position();
  module.line = position().line;
  take();
  module.is_component = take().text == "component";
  module.is_definition = take_keyword("definition");
  module.name = take_name();
  if (take_keyword("binary"))
    module.form = ModuleForm::binary;
  else if (take_keyword("quote"))
    module.form = ModuleForm::quote;
  if (module.form == ModuleForm::text) {
    module.fields_ = cursor_.position();
    if (!cursor_.skip_to_close()) fail_unexpected();
  } else {
    module.bytes_ = take_strings();
    expect_close();
  }
  return module;
}

/// `(module instance $name? $module?)`: a single identifier is the module.
InstanceUse ScriptParser::parse_instance() {
  InstanceUse use;
  take();
  use.is_component = take().text == "component";
  expect_keyword("instance");
  use.name = take_name();
  use.module = take_name();
  if (use.module.empty()) use.module = std::exchange(use.name, {});
  expect_close();
  return use;
}

Action ScriptParser::parse_action() {
  Action action;
  if (!at_action()) {
    if (at_open()) take();
    fail_unexpected();
    return action;
  }
  take();
  action.is_get = take().text == "get";
  action.instance = take_name();
  action.name = expect_name();
  if (!action.is_get) parse_values(action.arguments, false, 0);
  expect_close();
  return action;
}

std::string ScriptParser::take_name() {
  const auto id = take_identifier();
  return id ? std::string(id->text) : std::string{};
}

}  // namespace airlock::decoder::text
