#include "canonical-abi/wave.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>

namespace airlock::canonical_abi {
namespace {

using testing::HasSubstr;

/// Types for all tests, made once.
class Wave : public testing::Test {
 protected:
  TypeTable types;
  Type boolean = types.primitive(TypeKind::boolean);
  Type u8 = types.primitive(TypeKind::u8);
  Type s8 = types.primitive(TypeKind::s8);
  Type u32 = types.primitive(TypeKind::u32);
  Type s32 = types.primitive(TypeKind::s32);
  Type u64 = types.primitive(TypeKind::u64);
  Type s64 = types.primitive(TypeKind::s64);
  Type f32 = types.primitive(TypeKind::f32);
  Type f64 = types.primitive(TypeKind::f64);
  Type character = types.primitive(TypeKind::character);
  Type string = types.primitive(TypeKind::string);
  Type point = types.record({{"x", s32}, {"y", s32}});
  Type person =
      types.record({{"name", string}, {"age", types.option(u8)}, {"id", types.option(u8)}});
  Type loose = types.record({{"a", types.option(u8)}});
  Type pair = types.tuple(std::vector<Type>{u8, string});
  Type shape = types.variant({{"none", nullptr}, {"circle", f32}, {"at", point}});
  Type colour = types.enumeration({"red", "deep-blue", "ok"});
  Type access = types.flags({"read", "write", "execute"});

  Value read(std::string_view text, Type type) {
    const auto value = parse_wave(text, type);
    EXPECT_TRUE(value) << text << ": " << (value ? "" : value.error().message);
    return value.value_or(Value());
  }

  /// What a text is when it was read and written again.
  std::string again(std::string_view text, Type type) { return to_wave(read(text, type), type); }

  /// `line:column: message` of the error that a text must have.
  std::string error(std::string_view text, Type type) {
    const auto value = parse_wave(text, type);
    if (value) return "no error";
    const auto position = value.error().position.value_or(SourcePosition{});
    return std::to_string(position.line) + ':' + std::to_string(position.column) + ": " +
           value.error().message;
  }
};

TEST_F(Wave, Booleans) {
  EXPECT_EQ(read("true", boolean), Value::boolean(true));
  EXPECT_EQ(again(" false ", boolean), "false");
  EXPECT_EQ(error("1", boolean), "1:1: expected bool, found a number");
  EXPECT_EQ(error("truer", boolean), "1:1: expected bool, found `truer`");
  EXPECT_EQ(error("%true", boolean), "1:1: expected bool, found `true`");
}

TEST_F(Wave, Integers) {
  EXPECT_EQ(read("0", u8), Value::u8(0));
  EXPECT_EQ(read("255", u8), Value::u8(255));
  EXPECT_EQ(read("-128", s8), Value::s8(-128));
  EXPECT_EQ(read("127", s8), Value::s8(127));
  EXPECT_EQ(read("-2147483648", s32), Value::s32(INT32_MIN));
  EXPECT_EQ(read("18446744073709551615", u64), Value::u64(UINT64_MAX));
  EXPECT_EQ(read("-9223372036854775808", s64), Value::s64(INT64_MIN));
  EXPECT_EQ(again("-9223372036854775808", s64), "-9223372036854775808");
  EXPECT_EQ(again("18446744073709551615", u64), "18446744073709551615");
}

TEST_F(Wave, IntegersOutOfRange) {
  EXPECT_EQ(error("256", u8), "1:1: 256 is out of range for u8");
  EXPECT_EQ(error("-1", u8), "1:1: -1 is out of range for u8");
  EXPECT_EQ(error("128", s8), "1:1: 128 is out of range for s8");
  EXPECT_EQ(error("-129", s8), "1:1: -129 is out of range for s8");
  EXPECT_EQ(error("18446744073709551616", u64),
            "1:1: 18446744073709551616 is out of range for u64");
  EXPECT_THAT(error(std::string(100'000, '9'), u64), HasSubstr("is out of range for u64"));
  EXPECT_EQ(error("9223372036854775808", s64), "1:1: 9223372036854775808 is out of range for s64");
}

TEST_F(Wave, IntegersOfOtherForms) {
  EXPECT_THAT(error("1.5", u8), HasSubstr("another form"));
  EXPECT_THAT(error("1e2", u8), HasSubstr("another form"));
  EXPECT_THAT(error("007", u8), HasSubstr("another form"));
  EXPECT_THAT(error("0x10", u8), HasSubstr("expected the end"));
  EXPECT_THAT(error("+1", u8), HasSubstr("expected u8"));
  EXPECT_THAT(error("-", s8), HasSubstr("expected s8"));
  EXPECT_EQ(error("\"1\"", u8), "1:1: expected u8, found a string");
}

TEST_F(Wave, Floats) {
  EXPECT_EQ(read("1", f64), Value::f64(1));
  EXPECT_EQ(read("-1.25e2", f64), Value::f64(-125));
  EXPECT_EQ(read("6.022e+23", f64), Value::f64(6.022e23));
  EXPECT_EQ(read("0.1", f32), Value::f32(0.1F));
  EXPECT_TRUE(std::isnan(read("nan", f32).as_f32()));
  EXPECT_EQ(read("inf", f64), Value::f64(INFINITY));
  EXPECT_EQ(read("-inf", f32), Value::f32(-INFINITY));
  EXPECT_EQ(read("-0", f64), Value::f64(-0.0));
  EXPECT_EQ(read("1e-400", f64), Value::f64(0));
  EXPECT_THAT(error("1e400", f64), HasSubstr("out of range for f64"));
  EXPECT_THAT(error("1e39", f32), HasSubstr("out of range for f32"));
  EXPECT_THAT(error("-nan", f64), HasSubstr("expected f64"));
  EXPECT_THAT(error("1.", f64), HasSubstr("expected the end"));
}

TEST_F(Wave, FloatsAreWrittenWithoutExponents) {
  EXPECT_EQ(to_wave(Value::f64(1), f64), "1");
  EXPECT_EQ(to_wave(Value::f64(-0.0), f64), "-0");
  EXPECT_EQ(to_wave(Value::f64(0.1), f64), "0.1");
  EXPECT_EQ(to_wave(Value::f32(0.1F), f32), "0.1");
  EXPECT_EQ(to_wave(Value::f64(1234.5), f64), "1234.5");
  EXPECT_EQ(to_wave(Value::f64(1e23), f64), "100000000000000000000000");
  EXPECT_EQ(to_wave(Value::f64(1.5e-7), f64), "0.00000015");
  EXPECT_EQ(to_wave(Value::f64(NAN), f64), "nan");
  EXPECT_EQ(to_wave(Value::f32(-INFINITY), f32), "-inf");
  for (const double value : {1.7976931348623157e308, 5e-324, 123456789.123456789, 3.0e-5}) {
    EXPECT_EQ(read(to_wave(Value::f64(value), f64), f64), Value::f64(value));
  }
}

TEST_F(Wave, Characters) {
  EXPECT_EQ(read("'x'", character), Value::character('x'));
  EXPECT_EQ(read("'☃'", character), Value::character(0x2603));
  EXPECT_EQ(read("'\"'", character), Value::character('"'));
  EXPECT_EQ(read(R"('\'')", character), Value::character('\''));
  EXPECT_EQ(read(R"('\u{10FFFF}')", character), Value::character(0x10ffff));
  EXPECT_EQ(again(R"('\n')", character), R"('\n')");
  EXPECT_EQ(again(R"('\u{1}')", character), R"('\u{1}')");
  EXPECT_EQ(again(R"('\u{202e}')", character), R"('\u{202e}')");  // cannot be seen
  for (const std::string_view bad : {"''", "'ab'", "'", "'a", "'\n'"}) {
    EXPECT_THAT(error(bad, character), HasSubstr("one character between the quotes")) << bad;
  }
}

TEST_F(Wave, Strings) {
  EXPECT_EQ(read(R"("")", string), Value::string(""));
  EXPECT_EQ(read(R"("a\tb\n\r\\\"\'\u{2603}")", string), Value::string("a\tb\n\r\\\"'☃"));
  EXPECT_EQ(read("\"'☃\"", string), Value::string("'☃"));
  EXPECT_EQ(again(R"("say \"hi\"\t☃")", string), R"("say \"hi\"\t☃")");
  EXPECT_EQ(error("\"abc", string), "1:1: unclosed string");
  EXPECT_EQ(error("\"a\nb\"", string), "1:1: unclosed string");
}

TEST_F(Wave, BadEscapes) {
  EXPECT_EQ(error(R"("ab\x")", string), "1:4: unknown escape");
  EXPECT_EQ(error("\"ab\\", string), "1:4: unknown escape");
  for (const std::string_view bad : {R"("\u")", R"("\u{}")", R"("\u{d800}")", R"("\u{110000}")",
                                     R"("\u{12345678}")", R"("\u{12")", R"("\u{1g}")", "\"\\u{1"}) {
    EXPECT_EQ(error(bad, string), "1:2: expected `\\u{…}` with a Unicode scalar value") << bad;
  }
  EXPECT_THAT(error("\"\xff\"", string), HasSubstr("malformed UTF-8"));
}

TEST_F(Wave, MultilineStrings) {
  EXPECT_EQ(read("\"\"\"\nA single line\n\"\"\"", string), Value::string("A single line"));
  EXPECT_EQ(read("\"\"\"\n    deep\n      deeper\n  \"\"\"", string),
            Value::string("  deep\n    deeper"));
  EXPECT_EQ(read("\"\"\"\r\na\r\nb\r\n\"\"\"", string), Value::string("a\nb"));
  EXPECT_EQ(read("\"\"\"\n\"\"\"", string), Value::string(""));
  EXPECT_EQ(read("\"\"\"\n\n\n\"\"\"", string), Value::string("\n"));
  EXPECT_EQ(read("\"\"\"\n\"\" \\\"\n\"\"\"", string), Value::string("\"\" \""));
  EXPECT_EQ(error("\"\"\"x\n\"\"\"", string), "1:1: expected a line break behind `\"\"\"`");
  EXPECT_EQ(error("\"\"\"\nx\n y\"\"\"", string),
            "3:3: only spaces may stand before the closing `\"\"\"`");
  EXPECT_EQ(error("\"\"\"\nx\n  \"\"\"", string),
            "2:1: a line has less space before it than the closing `\"\"\"`");
  EXPECT_EQ(error("\"\"\"\nx\n", string), "1:1: unclosed string");
}

TEST_F(Wave, Lists) {
  const Type list = types.list(u8);
  EXPECT_EQ(read("[]", list), Value::list({}));
  EXPECT_EQ(again("[1,2 , 3,]", list), "[1, 2, 3]");
  EXPECT_EQ(to_wave(Value::bytes("\x01\xff"), list), "[1, 255]");
  EXPECT_EQ(error("[1, 300]", list), "1:5: 300 is out of range for u8");
  EXPECT_EQ(error("[1 2]", list), "1:4: expected `]`, found a number");
  EXPECT_EQ(error("[,]", list), "1:2: expected u8, found `,`");
  EXPECT_EQ(error("[1", list), "1:3: expected `]`, found the end");
  EXPECT_EQ(error("(1)", list), "1:1: expected list<u8>, found `(`");
}

TEST_F(Wave, FixedLengthListsAndMaps) {
  const Type triple = types.fixed_list(u8, 3);
  EXPECT_EQ(again("[1, 2, 3]", triple), "[1, 2, 3]");
  EXPECT_EQ(error("[1, 2]", triple), "1:1: expected 3 elements, found 2");
  const Type map = types.map(string, u8);
  EXPECT_EQ(again(R"([("a", 1), ("b", 2)])", map), R"([("a", 1), ("b", 2)])");
  EXPECT_EQ(read("[]", map), Value::map({}));
}

TEST_F(Wave, Tuples) {
  EXPECT_EQ(again("(1, \"a\",)", pair), "(1, \"a\")");
  EXPECT_EQ(error("(1)", pair), "1:1: expected 2 values, found 1");
  EXPECT_EQ(error("(1, \"a\", 2)", pair), "1:10: expected 2 values, found more");
}

TEST_F(Wave, Records) {
  EXPECT_EQ(again("{y: 2, x: 1}", point), "{x: 1, y: 2}");
  EXPECT_EQ(again("{%x: 1, y: 2,}", point), "{x: 1, y: 2}");
  EXPECT_EQ(error("{x: 1}", point), "1:1: missing field `y`");
  EXPECT_EQ(error("{x: 1, x: 2}", point), "1:8: duplicate field `x`");
  EXPECT_EQ(error("{x: 1, z: 2}", point), "1:8: unknown field `z`");
  EXPECT_EQ(error("{x 1}", point), "1:4: expected `:`, found a number");
  EXPECT_EQ(error("{\n  x: 1,\n  y: true}", point), "3:6: expected s32, found `true`");
  EXPECT_EQ(error("{:}", point), "1:1: missing field `x`");
}

TEST_F(Wave, OptionalFieldsMayBeLeftOut) {
  EXPECT_EQ(again("{name: \"Ada\"}", person), "{name: \"Ada\"}");
  EXPECT_EQ(again("{id: some(1), age: none, name: \"Ada\"}", person),
            "{name: \"Ada\", id: some(1)}");
  EXPECT_EQ(again("{:}", loose), "{:}");
  EXPECT_EQ(again("{a: none}", loose), "{:}");
  EXPECT_EQ(again("{ : }", loose), "{:}");
}

TEST_F(Wave, Variants) {
  EXPECT_EQ(again("circle(1.5)", shape), "circle(1.5)");
  EXPECT_EQ(again("%at({x: 1, y: 2})", shape), "at({x: 1, y: 2})");
  EXPECT_EQ(again("%none", shape), "%none");
  EXPECT_EQ(error("none", shape), "1:1: `none` is a keyword: write the case as `%none`");
  EXPECT_EQ(error("circle", shape), "1:7: expected `(`, found the end");
  EXPECT_EQ(error("%none(1)", shape), "1:6: `none` has no payload");
  EXPECT_THAT(error("square(1)", shape), HasSubstr("1:1: unknown case `square`"));
}

TEST_F(Wave, Enums) {
  EXPECT_EQ(again("deep-blue", colour), "deep-blue");
  EXPECT_EQ(again("%ok", colour), "%ok");
  EXPECT_THAT(error("deep-blue-sea", colour), HasSubstr("unknown case `deep-blue-sea`"));
  EXPECT_THAT(error("deep-", colour), HasSubstr("unknown case `deep`"));
}

TEST_F(Wave, Options) {
  const Type option = types.option(u8);
  EXPECT_EQ(read("none", option), Value::none());
  EXPECT_EQ(read("some(1)", option), Value::some(Value::u8(1)));
  EXPECT_EQ(read("1", option), Value::some(Value::u8(1)));
  EXPECT_EQ(again("1", option), "some(1)");
  const Type nested = types.option(option);
  EXPECT_EQ(read("some(none)", nested), Value::some(Value::none()));
  EXPECT_EQ(read("some(1)", nested), Value::some(Value::some(Value::u8(1))));
  EXPECT_EQ(error("1", nested), "1:1: expected `some(…)` or `none`, found a number");
  EXPECT_EQ(error("some 1", option), "1:6: expected `(`, found a number");
  EXPECT_EQ(error("some(1", option), "1:7: expected `)`, found the end");
}

TEST_F(Wave, Results) {
  const Type both = types.result(u8, string);
  EXPECT_EQ(read("ok(1)", both), Value::ok(Value::u8(1)));
  EXPECT_EQ(read("1", both), Value::ok(Value::u8(1)));
  EXPECT_EQ(again("err(\"why\")", both), "err(\"why\")");
  EXPECT_EQ(error("ok", both), "1:3: expected `(`, found the end");
  const Type plain = types.result(nullptr, nullptr);
  EXPECT_EQ(read("ok", plain), Value::ok());
  EXPECT_EQ(again("err", plain), "err");
  EXPECT_EQ(error("ok(1)", plain), "1:3: `ok` has no payload");
  EXPECT_EQ(error("1", plain), "1:1: expected `ok` or `err`, found a number");
}

TEST_F(Wave, Flags) {
  EXPECT_EQ(again("{execute, read}", access), "{read, execute}");
  EXPECT_EQ(again("{}", access), "{}");
  EXPECT_EQ(read("{write,}", access), Value::flags(2));
  EXPECT_EQ(error("{write, write}", access), "1:9: duplicate flag `write`");
  EXPECT_EQ(error("{fly}", access), "1:2: unknown flag `fly`");
  EXPECT_EQ(error("{read: true}", access), "1:6: expected `}`, found `:`");
}

TEST_F(Wave, CommentsAndSpace) {
  EXPECT_EQ(again("// a point\n{ x : 1 , // one\n y:2 } // done", point), "{x: 1, y: 2}");
  EXPECT_EQ(error("1 // one", boolean), "1:1: expected bool, found a number");
}

TEST_F(Wave, NothingMayFollow) {
  EXPECT_EQ(error("1 2", u8), "1:3: expected the end, found a number");
  EXPECT_EQ(error(std::string_view("1\0", 2), u8),
            "1:2: expected the end, found an unexpected character");
  EXPECT_EQ(error("", u8), "1:1: expected u8, found the end");
}

TEST_F(Wave, HandlesHaveNoText) {
  ResourceType file;
  file.name = "file";
  const Type own = types.own(&file);
  EXPECT_THAT(error("3", own), HasSubstr("cannot be written"));
  EXPECT_THAT(to_wave(Value::own(&file, 3), own), HasSubstr("(3)"));
}

TEST_F(Wave, DepthIsLimited) {
  Type deep = u8;
  for (int i = 0; i < 200; ++i) deep = types.list(deep);
  const auto value = parse_wave(std::string(200, '['), deep);
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().kind, ErrorKind::limit);
  EXPECT_THAT(error(std::string(100'000, '['), types.list(u8)), HasSubstr("expected u8"));
}

TEST_F(Wave, TruncatedTextsAreErrors) {
  const Type everything = types.record({{"p", point},
                                        {"list", types.list(shape)},
                                        {"result", types.result(pair, character)},
                                        {"f", access},
                                        {"text", string}});
  const std::string text =
      "{p: {x: -1, y: 2}, list: [circle(1.5e3), %none, at({x: 1, y: 2})], result: ok((7, "
      "\"\\u{2603}\")), f: {read, write}, text: \"\"\"\n  a\n  \"\"\"}";
  ASSERT_EQ(error(text, everything), "no error");
  for (std::size_t length = 0; length < text.size(); ++length) {
    const auto value = parse_wave(text.substr(0, length), everything);
    ASSERT_FALSE(value) << length;
    EXPECT_EQ(value.error().kind, ErrorKind::argument);
    EXPECT_TRUE(value.error().position);
  }
}

TEST_F(Wave, MutatedTextsDoNoHarm) {
  const Type type = types.list(types.tuple(std::vector<Type>{shape, person, string, f64}));
  const std::string text =
      "[(circle(1.5), {name: \"Ada\\n\", age: 3}, \"\"\"\n x\n \"\"\", -1.5e-3), (at({x: 1, y: "
      "2}), "
      "{name: \"\"}, \"\\u{41}\", nan)]";
  ASSERT_EQ(error(text, type), "no error");
  std::uint32_t seed = 7;
  const auto random = [&seed] { return seed = seed * 1664525 + 1013904223, seed >> 8; };
  constexpr std::string_view spare = "()[]{}:,\"'\\%-.e0az \n";
  for (int round = 0; round < 5'000; ++round) {
    std::string mutated = text;
    for (std::uint32_t i = random() % 4 + 1; i > 0; --i) {
      mutated[random() % mutated.size()] = spare[random() % spare.size()];
    }
    if (const auto value = parse_wave(mutated, type)) {
      // What was read can be written and read again.
      const auto again = parse_wave(to_wave(*value, type), type);
      ASSERT_TRUE(again) << mutated;
      EXPECT_EQ(to_wave(*again, type), to_wave(*value, type));
    }
  }
}

// ---- Invocations

std::string name_of(std::string_view text) {
  const auto invocation = parse_invocation(text);
  if (!invocation) return invocation.error().message;
  const auto& name = invocation->name;
  return name.interface + " | " + name.version + " | " + name.function;
}

TEST(Invocation, Names) {
  EXPECT_EQ(name_of("sum(1, 2)"), " |  | sum");
  EXPECT_EQ(name_of("  do-it ()"), " |  | do-it");
  EXPECT_EQ(name_of("ops.sum()"), "ops |  | sum");
  EXPECT_EQ(name_of("demo:calc/ops.sum([1, 2, 3])"), "demo:calc/ops |  | sum");
  EXPECT_EQ(name_of("wasi:cli/run.run@0.2.0()"), "wasi:cli/run | 0.2.0 | run");
  EXPECT_EQ(name_of("wasi:cli/run@0.2.0#run()"), "wasi:cli/run | 0.2.0 | run");
  EXPECT_EQ(name_of("a:b/c.d@1.0.0-rc.1+build(1)"), "a:b/c | 1.0.0-rc.1+build | d");
  EXPECT_EQ(name_of("a:b/c#[method]counter.next()"), "a:b/c |  | [method]counter.next");
}

TEST(Invocation, BadNames) {
  EXPECT_THAT(name_of(""), HasSubstr("expected a function's name"));
  EXPECT_THAT(name_of("(1)"), HasSubstr("expected a function's name"));
  EXPECT_THAT(name_of("sum"), HasSubstr("expected `(`"));
  EXPECT_THAT(name_of("demo:calc/ops(1)"), HasSubstr("expected `.` and a function's name"));
  EXPECT_THAT(name_of("sum@1.0.0()"), HasSubstr("only a package has a version"));
  EXPECT_THAT(name_of("a:b/c.d@()"), HasSubstr("expected a version"));
  EXPECT_THAT(name_of("a:b/c.d@1.0.0.e f()"), HasSubstr("expected a version"));
  EXPECT_THAT(name_of("a b()"), HasSubstr("expected a function's name"));
  EXPECT_THAT(name_of("a:b/c#()"), HasSubstr("expected a function's name"));
  EXPECT_THAT(name_of(".sum()"), HasSubstr("expected an interface's name"));
  EXPECT_THAT(name_of("\xff()"), HasSubstr("malformed UTF-8"));
}

TEST(Invocation, AreWrittenAsTheyWereRead) {
  for (const std::string text : {"sum", "ops.sum", "demo:calc/ops.sum", "wasi:cli/run.run@0.2.0",
                                 "a:b/c@1.0.0#[method]counter.next"}) {
    const auto invocation = parse_invocation(text + "()");
    ASSERT_TRUE(invocation) << text;
    EXPECT_EQ(invocation->name.to_string(), text);
  }
}

TEST(Invocation, MatchesExports) {
  const auto matches = [](std::string_view text, std::string_view interface,
                          std::string_view function) {
    return parse_invocation(text)->name.matches(interface, function);
  };
  EXPECT_TRUE(matches("sum()", "", "sum"));
  EXPECT_TRUE(matches("sum()", "demo:calc/ops@0.1.0", "sum"));
  EXPECT_FALSE(matches("sum()", "", "add"));
  EXPECT_TRUE(matches("ops.sum()", "ops", "sum"));
  EXPECT_TRUE(matches("ops.sum()", "demo:calc/ops@0.1.0", "sum"));
  EXPECT_FALSE(matches("ops.sum()", "demo:calc/other-ops", "sum"));
  EXPECT_FALSE(matches("ops.sum()", "", "sum"));
  EXPECT_TRUE(matches("demo:calc/ops.sum()", "demo:calc/ops@0.1.0", "sum"));
  EXPECT_TRUE(matches("demo:calc/ops.sum@0.1.0()", "demo:calc/ops@0.1.0", "sum"));
  EXPECT_FALSE(matches("demo:calc/ops.sum@0.2.0()", "demo:calc/ops@0.1.0", "sum"));
  EXPECT_FALSE(matches("demo:calc/ops.sum@0.2.0()", "demo:calc/ops", "sum"));
}

TEST_F(Wave, Arguments) {
  const FunctionType type{
      .parameters = {{"a", u8}, {"b", string}, {"c", types.option(u8)}, {"d", types.option(u8)}}};
  const auto arguments = [&](std::string_view text) {
    const auto invocation = parse_invocation(text);
    EXPECT_TRUE(invocation);
    const auto values = parse_arguments(*invocation, type);
    if (!values) {
      return std::to_string(values.error().position->column) + ": " + values.error().message;
    }
    std::string out;
    for (std::size_t i = 0; i < values->size(); ++i) {
      out += to_wave((*values)[i], type.parameters[i].type) + ' ';
    }
    return out;
  };
  EXPECT_EQ(arguments("f(1, \"x\", none, 2)"), "1 \"x\" none some(2) ");
  EXPECT_EQ(arguments("f(1, \"x\")"), "1 \"x\" none none ");
  EXPECT_EQ(arguments("f(1, \"x\", 3, )"), "1 \"x\" some(3) none ");
  EXPECT_EQ(arguments("f(1)"), "2: expected 4 arguments, found 1: missing `b`");
  EXPECT_EQ(arguments("f()"), "2: expected 4 arguments, found 0: missing `a`");
  EXPECT_EQ(arguments("f(1, \"x\", none, none, 5)"), "23: expected 4 arguments, found more");
  EXPECT_EQ(arguments("f(1, 2)"), "6: argument `b`: expected string, found a number");
  EXPECT_EQ(arguments("f(1, \"x\") g"), "11: expected the end, found `g`");
}

}  // namespace
}  // namespace airlock::canonical_abi
