#include "cli/run/core_invocation.hpp"

#include <gmock/gmock.h>

#include "decoder/reader.hpp"
#include "decoder/text/parser.hpp"

namespace airlock::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Optional;

decoder::Module read(std::string_view text) {
  auto assembled = decoder::text::assemble(text, {});
  if (!assembled) {
    ADD_FAILURE() << assembled.error().message;
    return {};
  }
  auto binary = std::make_shared<const std::vector<std::byte>>(std::move(assembled->binary));
  return decoder::read_module(std::move(binary), {}).value();
}

const char* const names = R"wat((module
  (func (export "add_two") (param $count i32) (param i64))
  (func (export "_Z3addii"))
  (func (export "a b") (param f32))
  (func (export "f(x)") (param i32))
  (func (export "f"))
  (func (export "say \"hi\"\n"))
  (func (export ""))
  (memory (export "memory") 1)))wat";

std::string complaint(std::string_view text) {
  const auto module = read(names);
  const auto invocation = parse_core_invocation(text, module);
  EXPECT_FALSE(invocation) << text;
  if (invocation) return {};
  EXPECT_EQ(invocation.error().kind, ErrorKind::argument);
  return invocation.error().message;
}

CoreInvocation parsed(std::string_view text) {
  const auto module = read(names);
  auto invocation = parse_core_invocation(text, module);
  if (!invocation) {
    ADD_FAILURE() << text << ": " << invocation.error().message;
    return {};
  }
  return *std::move(invocation);
}

TEST(CoreInvocation, ANameAloneIsTakenAsItIs) {
  for (const auto* name : {"add_two", "_Z3addii", "a b", "f(x)", "f", "say \"hi\"\n", ""}) {
    EXPECT_EQ(parsed(name).name, name);
    EXPECT_FALSE(parsed(name).arguments);
  }
}

TEST(CoreInvocation, ANameWithArguments) {
  EXPECT_EQ(parsed("add_two(1, 2)").name, "add_two");
  EXPECT_THAT(parsed("add_two(1, 2)").arguments, Optional(ElementsAre("1", "2")));
  EXPECT_EQ(parsed("_Z3addii()").name, "_Z3addii");
  EXPECT_THAT(parsed("_Z3addii()").arguments, Optional(IsEmpty()));
  EXPECT_EQ(parsed(" a b (1.5) ").name, "a b");
  EXPECT_EQ(parsed("f()").name, "f");
  EXPECT_EQ(parsed("(1)").name, "");
}

TEST(CoreInvocation, TheLongestNameCounts) {
  EXPECT_EQ(parsed("f(x)(3)").name, "f(x)");
  EXPECT_THAT(parsed("f(x)(3)").arguments, Optional(ElementsAre("3")));
  EXPECT_EQ(parsed("f(y)").name, "f");
}

TEST(CoreInvocation, QuotesLeaveNoDoubt) {
  EXPECT_EQ(parsed(R"x("f"(x))x").name, "f");
  EXPECT_THAT(parsed(R"x("f"(x))x").arguments, Optional(ElementsAre("x")));
  EXPECT_EQ(parsed(R"x("f(x)" (1))x").name, "f(x)");
  EXPECT_EQ(parsed(R"x("say \"hi\"\n"())x").name, "say \"hi\"\n");
  EXPECT_EQ(parsed(R"x("\66")x").name, "f");
  EXPECT_FALSE(parsed(R"x("a b")x").arguments);
}

TEST(CoreInvocation, NamesThatAreNotThere) {
  EXPECT_THAT(complaint("add_tow(1)"), HasSubstr("no exported function is called `add_tow`"));
  EXPECT_THAT(complaint("add_tow"), HasSubstr("did you mean `add_two`?"));
  EXPECT_THAT(complaint("add_two 10"), HasSubstr("in parentheses, or after FILE"));
  EXPECT_THAT(complaint("zzzzzz"), HasSubstr("there are `add_two`, `_Z3addii`"));
  EXPECT_THAT(complaint("memory"), HasSubstr("the export `memory` is a memory, no function"));
}

TEST(CoreInvocation, TextsThatAreNone) {
  EXPECT_THAT(complaint("\"f"), HasSubstr("unclosed string"));
  EXPECT_THAT(complaint("\"f\\\""), HasSubstr("unclosed string"));
  EXPECT_THAT(complaint("\"f\\"), HasSubstr("unclosed string"));
  EXPECT_THAT(complaint(R"x("\q"())x"), HasSubstr("--invoke: "));
  EXPECT_THAT(complaint(R"x("\u{110000}"())x"), HasSubstr("--invoke: "));
  EXPECT_THAT(complaint("\"f\"x"), HasSubstr("expected arguments in parentheses"));
  EXPECT_THAT(complaint("f(1"), HasSubstr("expected arguments in parentheses"));
  EXPECT_THAT(complaint("f(1)2"), HasSubstr("expected arguments in parentheses"));
  EXPECT_LT(complaint(std::string(100'000, 'x')).size(), 500U);
  EXPECT_LT(complaint(std::string(100'000, '"')).size(), 500U);
  EXPECT_LT(complaint("f(" + std::string(100'000, '(')).size(), 500U);
}

TEST(CoreInvocation, AModuleWithoutFunctionsSaysSo) {
  EXPECT_EQ(list_functions(read("(module)")), "; there is none");
  EXPECT_EQ(list_functions(read("(module (func (export \"f\")))")), "; there is `f`");
}

TEST(CoreInvocation, OfManyFunctionsSomeAreListed) {
  std::string text = "(module";
  for (int i = 0; i < 1'000; ++i) text += "(func (export \"f" + std::to_string(i) + "\"))";
  EXPECT_THAT(list_functions(read(text + ')')), HasSubstr("`f19` and 980 more"));
}

std::string argument_complaint(std::string_view invoked, std::vector<std::string> arguments) {
  const auto module = read(names);
  const auto invocation = parse_core_invocation(invoked, module);
  const auto values = parse_core_arguments(arguments, *invocation, module);
  EXPECT_FALSE(values);
  return values ? "" : values.error().message;
}

TEST(CoreInvocation, ArgumentsByTheParametersTypes) {
  const auto module = read(names);
  const auto invocation = parse_core_invocation("add_two", module);
  const std::vector<std::string> arguments{"0x10", "-1"};
  const auto values = parse_core_arguments(arguments, *invocation, module);
  ASSERT_TRUE(values);
  ASSERT_EQ(values->size(), 2U);
  EXPECT_EQ((*values)[0].slots[0].i32, 16U);
  EXPECT_EQ((*values)[1].slots[0].i64, ~std::uint64_t{0});
}

TEST(CoreInvocation, ArgumentsThatAreWrong) {
  EXPECT_EQ(argument_complaint("add_two", {"1"}),
            "`add_two` takes 2 arguments ($count: i32, i64), found 1");
  EXPECT_EQ(argument_complaint("a b", {}), "`a b` takes 1 argument (f32), found 0");
  EXPECT_EQ(argument_complaint("f", {"1"}), "`f` takes 0 arguments, found 1");
  EXPECT_EQ(argument_complaint("add_two", {"x", "1"}),
            "argument 1 of `add_two` ($count: i32): expected i32, found `x`");
  EXPECT_EQ(argument_complaint("add_two", {"1", ""}),
            "argument 2 of `add_two` (i64): expected i64, found nothing");
}

}  // namespace
}  // namespace airlock::cli
