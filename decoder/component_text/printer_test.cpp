#include "decoder/component_text/printer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decoder/component/reader.hpp"
#include "decoder/text/parser.hpp"
#include "decoder/text/round_trip.hpp"

namespace airlock::decoder::component_text {
namespace {

using testing::HasSubstr;

SharedBytes binary_of(std::string_view source) {
  auto assembled = text::assemble(source);
  EXPECT_TRUE(assembled) << source << ": " << format_error(assembled.error(), "");
  return std::make_shared<const std::vector<std::byte>>(assembled ? std::move(assembled->binary)
                                                                  : std::vector<std::byte>{});
}

std::string printed(std::string_view source, const text::PrintOptions& options = {}) {
  const auto tree = component::read_component(binary_of(source));
  if (!tree) return format_error(tree.error(), "");
  const auto text = print_component(*tree, {}, options);
  return text ? *text : format_error(text.error(), "");
}

TEST(ComponentPrinter, PrintsDefinitionsUnderTheirNames) {
  EXPECT_EQ(printed(R"((component $c
      (core module $m (func $f (export "f") (param i32) (result i32) local.get 0))
      (core instance $i (instantiate $m))
      (type $t (func (param "x" u32) (result u32)))
      (func $g (export "g") (type $t) (canon lift (core func $i "f")))))"),
            R"((component $c
  (core module $m
    (type (;0;) (func (param i32) (result i32)))
    (export "f" (func $f))
    (func $f (type 0) (param i32) (result i32)
      local.get 0
    )
  )
  (core instance $i (instantiate $m))
  (type $t (func (param "x" u32) (result u32)))
  (alias core export $i "f" (core func (;0;)))
  (canon lift (core func 0) (func $g (type $t)))
  (export (;1;) "g" (func $g))
)
)");
}

TEST(ComponentPrinter, KeepsEmptyCustomSections) {
  EXPECT_EQ(printed(R"((component (@custom "a") (component (@custom "b")) (@custom "c")))"),
            R"((component
  (@custom "a" "")
  (component (;0;)
    (@custom "b" "")
  )
  (@custom "c" "")
)
)");
}

/// One of everything.
constexpr std::string_view everything = R"((component
  (import "a:b/c@1.0.0" (instance $i
    (export "r" (type (sub resource)))
    (export "f" (func (param "x" (borrow 0)) (result (own 0))))))
  (import "plain" (func $plain async (param "s" string)))
  (import "named" (implements "a:b/d") (component $named (import "x" (func)) (export "y" (func))))
  (import "t" (type $t (sub resource)))
  (import "m" (core module $m (import "" "g" (global i32)) (import "" "t" (table 1 2 funcref))
    (import "" "m" (memory i64 1)) (export "f" (func (param i32)))))
  (core type $core (func (param i32 (ref null extern))))
  (core rec (type $one (sub (struct (field (mut i32))))) (type (array i8)))
  (core type $mt (module (alias outer 1 $core (type)) (import "a" "b" (func (type 0)))))
  (type $record (record (field "a" u8) (field "b" (list string))))
  (type $variant (variant (case "none") (case "some" $record)))
  (type $others (tuple (flags "a" "b") (enum "x" "y") (option char) (result) (result u32)
                       (result (error f64)) (result bool (error s64)) (list u8 4)))
  (type (stream)) (type (stream u8)) (type (future $record)) (type (map string u32))
  (type $resource (resource (rep i32)))
  (type (component (type $u u32) (import "u" (type (eq $u))) (export "f" (func (result $u)))))
  (core module $code (memory (export "m") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable)
    (func (export "f")))
  (core instance $core_i (instantiate $code (with "env" (instance (export "f" (func $lowered0))))))
  (core func $lowered0 (canon resource.drop $resource))
  (core func $new (canon resource.new $resource))
  (core func $rep (canon resource.rep $resource))
  (core func $lowered (canon lower (func $plain) (memory $core_i "m") string-encoding=utf16
                             (realloc (func $core_i "realloc"))))
  (core func (canon task.return (result string) (memory $core_i "m")))
  (core func (canon stream.new 0)) (core func (canon context.get i32 0))
  (core func (canon waitable-set.wait (memory $core_i "m")))
  (core func (canon stream.forward 0)) (core func (canon future.forward 0))
  (core func (canon subtask.cancel async))
  (component $inner (alias outer 1 $record (type)) (component (component)))
  (instance $bag (export "p" (func $plain)) (export "r" (type $record)))
  (instance $made (instantiate $named (with "x" (func $plain))))
  (@custom "tail" "bytes\00")
  (export "made" (instance $made))
  (export "again" (instance $bag) (instance (export "r" (type (eq $record))))))
)";

std::string without_unbound(std::string_view source) {
  // An argument cannot refer to a later definition.
  std::string text(source);
  const std::string_view unbound = " (with \"env\" (instance (export \"f\" (func $lowered0))))";
  text.erase(text.find(unbound), unbound.size());
  return text;
}

TEST(ComponentPrinter, EverythingComesBack) {
  const auto source = without_unbound(everything);
  const auto binary = binary_of(source);
  const auto again = text::round_trip(binary, {});
  ASSERT_TRUE(again) << again.error().message;
  ASSERT_NE(*again, nullptr);
  EXPECT_EQ(**again, *binary) << printed(source);
  const auto text = printed(source, {.has_offsets = true});
  EXPECT_EQ(*binary_of(text), *binary);
}

/// Names of a definition of each sort: two that are alike, one that cannot be an identifier.
constexpr std::string_view named = R"((component (@name "")
  (core module $m (@name "same") (func (export "f")) (memory (export "m") 1)
    (table (export "t") 1 funcref) (global (export "g") i32 (i32.const 0)) (tag (export "e")))
  (core module $n (@name "same"))
  (core module $o (@name ""))
  (core module (@name "own") (func $f))
  (core instance $i (@name "same") (instantiate $m))
  (core instance (@name "same") (instantiate $m))
  (alias core export $i "f" (core func $f (@name "same")))
  (alias core export $i "f" (core func (@name "same")))
  (alias core export $i "m" (core memory (@name "")))
  (alias core export $i "t" (core table $t (@name "a\n\1b")))
  (alias core export $i "g" (core global (@name "\e2\80\ae")))
  (alias core export $i "e" (core tag $e))
  (core type $ct (@name "same") (func)) (core type (@name "same") (module))
  (core rec (type $r (@name "same") (struct)) (type (@name "\22") (array i8)))
  (type $ft (@name "same") (func)) (type (@name "same") u32)
  (type (@name "") (component (type $inner (@name "lost") u8)))
  (canon lift (core func $f) (func $g (@name "same") (type $ft)))
  (canon lift (core func $f) (func (@name "same") (type $ft)))
  (core func (@name "same") (canon lower (func $g)))
  (component $c (@name "same")) (component $d (@name "same")) (component (@name "own"))
  (component (component $x (component (@name "x"))))
  (instance $j (@name "same") (instantiate $c)) (instance (@name "same") (instantiate $c))
  (import "t" (type $u (@name "same") (sub resource)))
  (export (@name "same") "g" (func $g))
))";

TEST(ComponentPrinter, NamesThatAreNoIdentifiersAreKept) {
  const auto first = component::read_component(binary_of(named));
  ASSERT_TRUE(first);
  const auto text = printed(named);
  EXPECT_THAT(text, HasSubstr("(core module (;1;) (@name \"same\")\n"));
  EXPECT_THAT(text, HasSubstr("(core module (;3;) (@name \"own\")\n"));
  EXPECT_THAT(text, HasSubstr("(core func (;1;) (@name \"same\")))"));
  EXPECT_THAT(text, HasSubstr("(core global $\"\\u{202e}\")"));
  EXPECT_THAT(text, HasSubstr("(type (;1;) (@name \"same\") u32)"));
  EXPECT_THAT(text, HasSubstr("(component (;1;) (@name \"same\")\n"));
  const auto second = component::read_component(binary_of(text));
  ASSERT_TRUE(second);
  using component::Sort;
  const auto size = first->components.size();
  ASSERT_EQ(second->components.size(), size);
  for (std::size_t i = 0; i < size; ++i) {
    const auto& before = first->components[i].names;
    const auto& after = second->components[i].names;
    EXPECT_EQ(before.component, after.component);
    for (const auto& [sort, names] : before.definitions) {
      // Of a module or component the text has one name, which is its own.
      if (sort == Sort::core_module || sort == Sort::component) continue;
      ASSERT_TRUE(after.definitions.contains(sort));
      EXPECT_EQ(names, after.definitions.at(sort)) << component::to_string(sort);
    }
  }
  const auto again = text::round_trip(binary_of(named), {});
  EXPECT_TRUE(again) << again.error().message;
}

TEST(ComponentPrinter, NamesOfModulesThatAreBytesAreKept) {
  const auto text = printed(R"((component
    (core module $m (@name "same") binary "\00asm\01\00\00\00\01\01")
    (core module $n (@name "same") binary "\00asm\01\00\00\00\01\01")))");
  EXPECT_THAT(text, HasSubstr("(core module $same binary "));
  EXPECT_THAT(text, HasSubstr("(core module (;1;) (@name \"same\") binary "));
  EXPECT_EQ(printed(text), text);
}

TEST(ComponentPrinter, TextThatIsLongerThanWhatIsKeptIsTheSame) {
  // The module's text is more than 16 MiB, so it is printed twice.
  std::string source = "(component (core module $m (func $" + std::string(1000, 'x');
  for (int i = 0; i < 18'000; ++i) source += " call 0";
  source += ")) (core module $n))";
  const auto text = printed(source);
  EXPECT_GT(text.size(), std::size_t{1} << 24);
  EXPECT_TRUE(text.starts_with("(component\n  (core module $m\n    (type "));
  EXPECT_TRUE(text.ends_with("\n    )\n  )\n  (core module $n\n  )\n)\n"));
  EXPECT_TRUE(*binary_of(text) == *binary_of(source));
}

TEST(ComponentPrinter, DeepNestingTakesNoNativeStack) {
  std::string source;
  for (int i = 0; i < 900; ++i) source += "(component ";
  const auto again = text::round_trip(binary_of(source + std::string(900, ')')), {});
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_NE(*again, nullptr);
}

TEST(ComponentPrinter, ModulesThatCannotBePrintedAreBytes) {
  EXPECT_THAT(printed(R"((component (core module $m binary "\00asm\01\00\00\00\01\01")))"),
              HasSubstr("(core module $m binary \"\\00asm\\01\\00\\00\\00\\01\\01\")"));
}

TEST(ComponentPrinter, ReferencesToWhatIsNotThereAreNumbers) {
  const auto text = printed(
      "(component (type $a u32) (alias outer 7 3 (type)) (export \"x\" "
      "(func 5)))");
  EXPECT_THAT(text, HasSubstr("(alias outer 7 3 (type (;1;)))"));
  EXPECT_THAT(text, HasSubstr("(export (;0;) \"x\" (func 5))"));
}

}  // namespace
}  // namespace airlock::decoder::component_text
