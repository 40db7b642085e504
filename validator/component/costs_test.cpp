// Validation costs no more than the size of the component allows. The tests count the work taken
// from the budget, not time.
#include <gtest/gtest.h>

#include "decoder/component/reader.hpp"
#include "decoder/text/parser.hpp"
#include "validator/component/validator.hpp"

namespace airlock::validator::component {
namespace {

/// The constant of `type_builder.cpp`: what a component may cost in addition to its own
/// definitions.
constexpr std::uint64_t smallest_budget = 2'000'000;
constexpr std::uint64_t budget_per_byte = 8;

struct Outcome {
  Result<ValidComponent> result;
  std::uint64_t budget = 0;
};

Outcome validate(const std::string& source) {
  auto assembled = decoder::text::assemble(source);
  EXPECT_TRUE(assembled.has_value()) << assembled.error().message;
  if (!assembled) return {propagate(std::move(assembled))};
  auto binary = std::make_shared<const std::vector<std::byte>>(std::move(assembled->binary));
  const auto budget = smallest_budget + budget_per_byte * binary->size();
  auto tree = syntax::read_component(binary);
  if (!tree) return {propagate(std::move(tree))};
  return {validate_component(std::make_shared<const syntax::ComponentTree>(*std::move(tree))),
          budget};
}

/// `count` times a text in which `#` is the number of the copy.
std::string repeated(std::size_t count, std::string_view part) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i)
    for (const char c : part) {
      if (c == '#')
        text += std::to_string(i);
      else
        text += c;
    }
  return text;
}

struct Growing {
  const char* name;
  std::string_view before;
  std::string_view part;
  std::string_view after = ")";

  [[nodiscard]] std::string of(std::size_t count) const {
    return "(component " + std::string(before) + repeated(count, part) + std::string(after);
  }
};

constexpr Growing growing[] = {
    {"resource imports", "", "(import \"r#\" (type (sub resource)))"},
    {"resource exports", "", "(type $r# (resource (rep i32))) (export \"r#\" (type $r#))"},
    {"resources of an instance", "(import \"i\" (instance ",
     "(export \"r#\" (type (sub resource)))", ")))"},
    {"instances with a resource", "",
     "(import \"i#\" (instance (export \"r\" (type (sub resource)))))"},
    {"methods", "",
     "(import \"r#\" (type $r# (sub resource)))"
     "(import \"[constructor]r#\" (func (result (own $r#))))"
     "(import \"[method]r#.m\" (func (param \"self\" (borrow $r#))))"},
    {"named records", "",
     "(type $t# (record (field \"a#\" u8))) (import \"t#\" (type $n# (eq $t#)))"
     "(import \"f#\" (func (param \"a\" $n#)))"},
    {"interfaces that share a type",
     "$c (import \"a:b/types\" (instance $i (export \"r\" (type (sub resource)))))",
     "(alias export $i \"r\" (type $r#))"
     "(import \"a:b/i#\" (instance (alias outer $c $r# (type $o)) (export \"r\" (type (eq $o)))))"},
    {"a component type", "(type (component ", "(import \"r#\" (type (sub resource)))", ")))"},
    {"instances of a component", "(component $c (type $t u8) (export \"t\" (type $t)))",
     "(instance (instantiate $c))"},
};

TEST(ComponentCosts, WorkGrowsLikeTheComponent) {
  for (const auto& kind : growing) {
    const auto small = validate(kind.of(1'000));
    const auto large = validate(kind.of(2'000));
    ASSERT_TRUE(small.result.has_value()) << kind.name << ": " << small.result.error().message;
    ASSERT_TRUE(large.result.has_value()) << kind.name << ": " << large.result.error().message;
    EXPECT_GT(small.result->work, 0U) << kind.name;
    EXPECT_LE(10 * large.result->work, 23 * small.result->work) << kind.name;
  }
}

/// Definitions of size n that are mentioned n times: refused before they exceed the budget.
TEST(ComponentCosts, LargeThingsMentionedOftenArePaidFor) {
  constexpr std::size_t count = 2'000;
  const auto size = [](std::string_view part) { return repeated(count, part); };
  const auto names = size("(export \"t#\" (type $t))");
  const std::string cases[] = {
      "(component (type $t (enum " + size("\"l#\" ") + "))" + names + ")",
      "(component (type $t (variant " + size("(case \"l#\") ") + "))" + names + ")",
      "(component (type $t (record " + size("(field \"l#\" u8) ") + "))" + names + ")",
      "(component (type $t (tuple " + size("u8 ") + "))" + names + ")",
      "(component (type $t (instance " + size("(export \"f#\" (func))") + "))" +
          size("(import \"i#\" (instance (type $t)))") + ")",
      "(component (type $t (component " + size("(import \"f#\" (func))") + "))" + names + ")",
      "(component (import \"i\" (instance $i " + size("(export \"f#\" (func))") + "))" +
          size("(export \"i#\" (instance $i))") + ")",
  };
  for (const auto& source : cases) {
    const auto outcome = validate(source);
    ASSERT_FALSE(outcome.result.has_value()) << source.substr(0, 60);
    EXPECT_EQ(outcome.result.error().kind, ErrorKind::limit) << source.substr(0, 60);
    EXPECT_EQ(outcome.result.error().message, "component types are too large");
  }
}

/// Also where the budget ends while the outermost component is closed, after all definitions.
TEST(ComponentCosts, NothingIsAcceptedBeyondItsBudget) {
  const auto record = "(component " + repeated(400, "(import \"n#\" (type $n# (sub resource)))") +
                      "(type $t (record " + repeated(400, "(field \"l#\" (own $n#))") + "))";
  bool accepted = false;
  bool refused = false;
  for (std::size_t names = 100; names < 3'000; names += 290) {
    const auto outcome = validate(record + repeated(names, "(import \"t#\" (type (eq $t)))") + ")");
    accepted = accepted || outcome.result.has_value();
    refused = refused || !outcome.result.has_value();
    if (outcome.result) {
      EXPECT_LE(outcome.result->work, outcome.budget) << names;
    }
  }
  EXPECT_TRUE(accepted);
  EXPECT_TRUE(refused);
}

}  // namespace
}  // namespace airlock::validator::component
