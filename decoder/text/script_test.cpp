#include "decoder/text/script.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace airlock::decoder::text {
namespace {

using testing::ElementsAre;
using testing::StartsWith;

Script script_of(std::string_view source) {
  auto script = parse_script(source);
  EXPECT_TRUE(script) << source << ": " << format_error(script.error(), "");
  return script ? *std::move(script) : Script{};
}

std::string error_of(std::string_view source) {
  const auto script = parse_script(source);
  return script ? "no error" : script.error().message;
}

TEST(Script, FormsMustBeClosed) {
  for (const std::string_view source :
       {"(module", "(module $m (func)", "(component (core module)", "(module definition (func)",
        "(assert_invalid (module (func) \"x\")", "(module binary \"\"", "(invoke \"f\"",
        "(module) (assert_return (invoke \"f\")", "(script (module)", "(thread $t (module)"})
    EXPECT_THAT(error_of(source), StartsWith("unexpected token")) << source;
  EXPECT_EQ(error_of("(module)"), "no error");
}

ScriptValue result_of(std::string_view value) {
  auto script = script_of("(assert_return (invoke \"f\") " + std::string(value) + ")");
  if (script.directives.empty() || script.directives[0].results.empty()) return {};
  return script.directives[0].results[0];
}

TEST(ScriptReader, HandsOutTheSameCommands) {
  const std::string_view source =
      "(module $a)\n(register \"lib\" $a)\n\n"
      "  (assert_malformed (module quote \"(fun\") \"x\")(script (module))";
  const auto script = script_of(source);
  auto reader = ScriptReader::open(source);
  ASSERT_TRUE(reader);
  std::size_t count = 0;
  for (; const auto directive = reader->next(); ++count) {
    ASSERT_LT(count, script.directives.size());
    const auto& expected = script.directives[count];
    EXPECT_EQ(directive->kind, expected.kind);
    EXPECT_EQ(directive->position, expected.position);
    EXPECT_EQ(directive->name, expected.name);
    EXPECT_EQ(directive->body.size(), expected.body.size());
  }
  EXPECT_EQ(count, 4u);
  EXPECT_FALSE(reader->next());
}

TEST(ScriptReader, AnErrorAnywhereRefusesTheWholeScript) {
  for (const std::string_view source :
       {"(module) (bogus)", "(module) x", "(module) (", "(module) (assert_trap (module))",
        "(module) \"", "(script (module) (bogus))"}) {
    const auto reader = ScriptReader::open(source);
    const auto script = parse_script(source);
    ASSERT_FALSE(reader) << source;
    ASSERT_FALSE(script) << source;
    EXPECT_EQ(reader.error().message, script.error().message);
    EXPECT_EQ(reader.error().position, script.error().position);
  }
}

TEST(ScriptReader, FieldsOfAModuleAreOneModule) {
  auto reader = ScriptReader::open("(func) (memory 1)");
  ASSERT_TRUE(reader);
  const auto directive = reader->next();
  ASSERT_TRUE(directive && directive->module);
  EXPECT_TRUE(directive->module->assemble());
  EXPECT_FALSE(reader->next());
}

TEST(ScriptReader, ErrorsOfQuotedModulesLieAtTheModule) {
  auto reader = ScriptReader::open("(module)\n (assert_malformed (module quote \"(f\") \"x\")");
  ASSERT_TRUE(reader);
  (void)reader->next();
  const auto directive = reader->next();
  ASSERT_TRUE(directive && directive->module);
  const auto assembled = directive->module->assemble();
  ASSERT_FALSE(assembled);
  EXPECT_EQ(assembled.error().position, (SourcePosition{2, 20}));
}

TEST(Script, Directives) {
  const auto script = script_of(R"wast(
    (module $a (func (export "f")))
    (module definition $d)
    (module instance $i $d)
    (module binary "\00asm" "\01\00\00\00")
    (module quote "(func)")
    (register "lib" $a)
    (invoke $a "f" (i32.const 1))
    (assert_return (get "g"))
    (assert_trap (invoke "f") "boom")
    (assert_trap (module) "start")
    (assert_exhaustion (invoke "f") "call stack exhausted")
    (assert_exception (invoke "f"))
    (assert_malformed (module quote "(") "unexpected token")
    (assert_invalid (module) "x") (assert_unlinkable (module) "y")
    (thread $t (shared (module $a)) (invoke "f")) (wait $t)
    (script $s (module) (script (get "g"))) (input $m "a.wasm") (output $m "b.wat")
    (output))wast");
  std::vector<std::string_view> kinds;
  for (const auto& directive : script.directives) kinds.push_back(to_string(directive.kind));
  EXPECT_THAT(kinds, ElementsAre("module", "module", "instance", "module", "module", "register",
                                 "invoke", "assert_return", "assert_trap", "assert_trap",
                                 "assert_exhaustion", "assert_exception", "assert_malformed",
                                 "assert_invalid", "assert_unlinkable", "thread", "wait", "script",
                                 "input", "output", "output"));
  EXPECT_EQ(script.directives[17].body.size(), 2u);
  EXPECT_EQ(script.directives[18].name, "m");
  EXPECT_EQ(script.directives[18].path, "a.wasm");
  EXPECT_EQ(script.directives[19].subject, "m");
  EXPECT_EQ(script.directives[20].path, "");
  EXPECT_EQ(script.directives[0].module->name, "a");
  EXPECT_EQ(script.directives[0].position, (SourcePosition{2, 5}));
  EXPECT_TRUE(script.directives[1].module->is_definition);
  EXPECT_EQ(script.directives[2].instance->name, "i");
  EXPECT_EQ(script.directives[2].instance->module, "d");
  EXPECT_EQ(script.directives[3].module->assemble()->binary.size(), 8u);
  EXPECT_EQ(script.directives[6].action->arguments.size(), 1u);
  EXPECT_TRUE(script.directives[7].action->is_get);
  EXPECT_EQ(script.directives[8].message, "boom");
  EXPECT_TRUE(script.directives[9].module.has_value());
  EXPECT_THAT(script.directives[15].shared, ElementsAre("a"));
  EXPECT_EQ(script.directives[15].body.size(), 1u);
}

TEST(Script, ErrorsOfAModuleBelongToIt) {
  const auto script =
      script_of("(assert_malformed\n (module (func foo)) \"unknown operator\")\n(module)");
  ASSERT_EQ(script.directives.size(), 2u);
  const auto assembled = script.directives[0].module->assemble();
  ASSERT_FALSE(assembled);
  EXPECT_EQ(assembled.error().position, (SourcePosition{2, 16}));
  EXPECT_TRUE(script.directives[1].module->assemble());
}

TEST(Script, ErrorsOfAQuotedModuleAreAtTheQuotation) {
  const auto script = script_of("\n(module quote \"(func\" \"foo)\")");
  const auto assembled = script.directives[0].module->assemble();
  ASSERT_FALSE(assembled);
  EXPECT_THAT(assembled.error().message, StartsWith("unknown operator"));
  EXPECT_EQ(assembled.error().position, (SourcePosition{2, 1}));
}

TEST(Script, ModulesOutliveTheirScript) {
  std::optional<ScriptModule> module;
  {
    std::string source = "(module $m (func $f))";
    module = script_of(source).directives[0].module;
    source.assign(source.size(), 'x');
  }
  EXPECT_TRUE(module->assemble());
}

TEST(Script, FieldsAloneAreAModule) {
  const auto script = script_of("(func (export \"f\")) (memory 1)");
  ASSERT_EQ(script.directives.size(), 1u);
  EXPECT_GT(script.directives[0].module->assemble()->binary.size(), 8u);
  EXPECT_FALSE(script_of("(func))").directives[0].module->assemble());
  EXPECT_TRUE(script_of(" ;; nothing").directives.empty());
}

TEST(Script, Numbers) {
  EXPECT_EQ(result_of("(i32.const -1)").bits, 0xffffffffu);
  EXPECT_EQ(result_of("(i64.const -1)").bits, UINT64_MAX);
  EXPECT_EQ(result_of("(f32.const 1)").bits, 0x3f800000u);
  EXPECT_EQ(result_of("(f32.const nan:canonical)").nan, NanPattern::canonical);
  EXPECT_EQ(result_of("(f64.const nan:arithmetic)").nan, NanPattern::arithmetic);
  EXPECT_EQ(result_of("(s8.const -2)").bits, 0xfeu);
  EXPECT_THAT(error_of("(invoke \"f\" (f32.const nan:canonical))"), StartsWith("unexpected token"));
  EXPECT_THAT(error_of("(invoke \"f\" (u8.const 256))"), StartsWith("constant out of range"));
}

TEST(Script, Vectors) {
  const auto value = result_of("(v128.const f32x4 1 nan:canonical 0 nan:arithmetic)");
  EXPECT_EQ(value.kind, ScriptValueKind::v128);
  EXPECT_EQ(value.shape, VectorShape::f32x4);
  EXPECT_EQ(value.vector[3], 0x3f);
  EXPECT_THAT(value.lanes, ElementsAre(NanPattern::none, NanPattern::canonical, NanPattern::none,
                                       NanPattern::arithmetic));
  EXPECT_EQ(result_of("(v128.const i16x8 0 0x0102 0 0 0 0 0 0)").vector[3], 1);
  EXPECT_THAT(error_of("(invoke \"f\" (v128.const i64x2 1))"), StartsWith("wrong number of lane"));
  EXPECT_THAT(error_of("(invoke \"f\" (v128.const i64x2 1 2 3))"),
              StartsWith("wrong number of lane"));
}

TEST(Script, References) {
  EXPECT_EQ(result_of("(ref.null func)").heap, HeapKind::func);
  EXPECT_FALSE(result_of("(ref.null)").heap.has_value());
  EXPECT_EQ(result_of("(ref.extern 7)").bits, 7u);
  EXPECT_FALSE(result_of("(ref.extern)").has_number);
  EXPECT_EQ(result_of("(ref.host 3)").reference, ReferenceKind::host);
  EXPECT_EQ(result_of("(ref.i31)").reference, ReferenceKind::i31);
  EXPECT_EQ(result_of("(ref)").reference, ReferenceKind::any);
  EXPECT_THAT(error_of("(invoke \"f\" (ref.struct))"), StartsWith("unexpected token"));
  EXPECT_EQ(result_of("(either (i32.const 1) (i32.const 2))").elements.size(), 2u);
}

TEST(Script, ValuesOfComponents) {
  EXPECT_EQ(result_of("(str.const \"ä\")").text, "ä");
  EXPECT_EQ(result_of("(char.const \"\\u{1f600}\")").bits, 0x1f600u);
  EXPECT_EQ(result_of("(bool.const true)").bits, 1u);
  EXPECT_EQ(result_of("(list.const (u8.const 1) (u8.const 2))").elements.size(), 2u);
  EXPECT_THAT(result_of("(flags.const \"a\" \"b\")").names, ElementsAre("a", "b"));
  const auto record =
      result_of("(record.const (field \"k\" str.const \"a\") (field \"v\" (tuple.const)))");
  EXPECT_THAT(record.names, ElementsAre("k", "v"));
  EXPECT_EQ(record.elements[0].text, "a");
  EXPECT_EQ(record.elements[1].kind, ScriptValueKind::tuple);
  const auto variant = result_of("(variant.const \"some\" (u8.const 1))");
  EXPECT_EQ(variant.text, "some");
  EXPECT_EQ(variant.elements.size(), 1u);
  EXPECT_EQ(result_of("(option.none)").elements.size(), 0u);
  EXPECT_EQ(result_of("(option.some (u8.const 1))").bits, 1u);
  EXPECT_EQ(result_of("(result.err)").bits, 1u);
  EXPECT_EQ(error_of("(invoke \"f\" (char.const \"ab\"))"), "expected one character");
  EXPECT_EQ(error_of("(invoke \"f\" (char.const \"\"))"), "expected one character");
}

TEST(Script, AnyTruncationGivesAnError) {
  const std::string_view source =
      R"((assert_return (invoke $m "f" (v128.const i64x2 1 2) (ref.null func)
    (record.const (field "k" list.const (option.some (u8.const 1))) (field "v" (char.const "x"))))
    (either (f32.const nan:canonical) (ref.extern 1))))";
  ASSERT_TRUE(parse_script(source)) << error_of(source);
  for (std::size_t size = 1; size < source.size(); ++size)
    EXPECT_FALSE(parse_script(source.substr(0, size))) << source.substr(0, size);
}

TEST(Script, NestingIsBounded) {
  std::string source = "(invoke \"f\" ";
  for (int i = 0; i < 100'000; ++i) source += "(list.const ";
  const auto values = parse_script(source);
  ASSERT_FALSE(values);
  EXPECT_EQ(values.error().kind, ErrorKind::limit);
  std::string threads;
  for (int i = 0; i < 100'000; ++i) threads += "(thread $t ";
  ASSERT_FALSE(parse_script(threads));
}

}  // namespace
}  // namespace airlock::decoder::text
