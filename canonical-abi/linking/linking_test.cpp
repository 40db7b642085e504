// Linking checks types: components to each other, and to the host.
#include <gmock/gmock.h>

#include "canonical-abi/component_instance.hpp"
#include "canonical-abi/testing/component_fixture.hpp"

namespace airlock::canonical_abi {
namespace {

using ::testing::HasSubstr;

class Linking : public testing::ComponentTest {
 protected:
  /// The message of linking `text`, or "linked".
  std::string link(std::string_view text) {
    auto instance = try_instantiate(text);
    if (instance) return "linked";
    EXPECT_TRUE(instance.error().kind == ErrorKind::unlinkable ||
                instance.error().kind == ErrorKind::argument);
    return instance.error().message;
  }

  /// What importing `demo:app/x@1.0.0` with these declarations says, without the import's name.
  std::string import(std::string_view declarations) {
    const std::string text = link("(component (import \"demo:app/x@1.0.0\" (instance " +
                                  std::string(declarations) + ")))");
    constexpr std::string_view prefix = "import `demo:app/x@1.0.0`: ";
    return text.starts_with(prefix) ? text.substr(prefix.size()) : text;
  }

  /// Offers an interface under that name.
  HostInstance& offer(std::string_view wit) {
    const auto nothing = [](HostCall& call) { return call.returned(); };
    return linker.instance("demo:app/x@1.2.3").declare(std::string(wit)).otherwise(nothing);
  }

  /// Links that name to a component.
  void provide(std::string_view text) {
    ComponentInstance* instance = instantiate(text, "provider");
    ASSERT_NE(instance, nullptr);
    linker.define("demo:app/x@1.0.0", *instance);
  }
};

// Components -------------------------------------------------------------------------------------

constexpr std::string_view provider = R"((component
  (type $color' (enum "red" "green"))
  (export $color "color" (type $color'))
  (type $r' (resource (rep i32)))
  (export $r "r" (type $r'))
  (type $s' (resource (rep i32)))
  (export $s "s" (type $s'))
  (core module $m (func (export "i") (param i32)) (func (export "n")))
  (core instance $i (instantiate $m))
  (func (export "char") (param "x" char) (canon lift (core func $i "i")))
  (func (export "paint") (param "c" $color) (canon lift (core func $i "i")))
  (func (export "take") (param "r" (own $r)) (canon lift (core func $i "i")))
  (func $nothing (canon lift (core func $i "n")))
  (instance $inner (export "nothing" (func $nothing)))
  (export "inner" (instance $inner))))";

TEST_F(Linking, ComponentsLinkByType) {
  provide(provider);
  EXPECT_EQ(import(R"((export "char" (func (param "x" char))))"), "linked");
  EXPECT_EQ(import(R"((export "char" (func (param "x" u32))))"),
            "function `char`: parameter `x`: expected char, found u32");
  EXPECT_EQ(import(R"((export "char" (func (param "y" char))))"),
            "function `char`: parameter 1: expected `x`, found `y`");
  EXPECT_EQ(import(R"((export "char" (func)))"),
            "function `char`: expected 1 parameter, found 0 parameters");
  EXPECT_EQ(import(R"((export "char" (func (param "x" char) (result u8))))"),
            "function `char`: result: expected none, found u8");
  EXPECT_EQ(import(R"((export "char" (func async (param "x" char))))"),
            "function `char`: expected a synchronous function, found an asynchronous one");
  EXPECT_EQ(import(R"((export "more" (func)))"), "there is no function `more`");
  EXPECT_EQ(import(R"((export "color" (func)))"), "there is no function `color`");
}

TEST_F(Linking, ComponentsLinkByTheTypesTheyExport) {
  provide(provider);
  EXPECT_EQ(import(R"((type $c (enum "red" "green")) (export "color" (type (eq $c))))"), "linked");
  EXPECT_EQ(import(R"((type $c (enum "red" "blue")) (export "color" (type (eq $c))))"),
            "type `color`: case 2: expected `green`, found `blue`");
  EXPECT_EQ(import(R"((type $c (enum "red")) (export "color" (type (eq $c))))"),
            "type `color`: expected 2 cases, found 1 case");
  EXPECT_EQ(import(R"((type $c (enum "a")) (export "shade" (type (eq $c))))"),
            "there is no type `shade`");
  EXPECT_EQ(import(R"((export "color" (type (sub resource))))"),
            "type `color`: it is not a resource type");
  EXPECT_EQ(import(R"((type $c u8) (export "r" (type (eq $c))))"),
            "type `r`: expected a resource type, found u8");
}

TEST_F(Linking, ResourcesLinkByIdentity) {
  provide(provider);
  EXPECT_EQ(import(R"((export "r" (type $r (sub resource)))
                      (export "take" (func (param "r" (own $r)))))"),
            "linked");
  EXPECT_EQ(import(R"((export "s" (type $s (sub resource)))
                      (export "take" (func (param "r" (own $s)))))"),
            "function `take`: parameter `r`: expected own<r'>, found own<s'>");
  EXPECT_EQ(import(R"((export "r" (type $r (sub resource)))
                      (export "take" (func (param "r" (borrow $r)))))"),
            "function `take`: parameter `r`: expected own<r'>, found borrow<r'>");
  EXPECT_EQ(import(R"((export "r" (type $r (sub resource))) (export "s" (type (eq $r))))"),
            "type `s`: expected one resource type, found another");

  // The same component again has other resource types.
  ComponentInstance* other = instantiate(provider);
  linker.define("demo:app/y@1.0.0", *other);
  EXPECT_THAT(link(R"((component
    (import "demo:app/x@1.0.0" (instance $x (export "r" (type (sub resource)))))
    (alias export $x "r" (type $r))
    (import "demo:app/y@1.0.0" (instance
      (alias outer 1 $r (type $r))
      (export "take" (func (param "r" (own $r))))))))"),
              HasSubstr("expected own<r'>, found own<r'> of another instance"));
}

TEST_F(Linking, InstancesInInstancesAreCheckedToo) {
  provide(provider);
  EXPECT_EQ(import(R"((export "inner" (instance (export "nothing" (func)))))"), "linked");
  EXPECT_EQ(import(R"((export "inner" (instance (export "nothing" (func (result u8))))))"),
            "instance `inner`: function `nothing`: result: expected none, found u8");
  EXPECT_EQ(import(R"((export "outer" (instance (export "nothing" (func)))))"),
            "there is no instance `outer`");
  EXPECT_EQ(import(R"((export "inner" (core module)))"), "`inner`: a core module cannot be linked");
}

TEST_F(Linking, AnImportHasTheDeclaredExportsAndNoMore) {
  provide(provider);
  ComponentInstance* again = instantiate(R"((component
    (import "demo:app/x@1.0.0" (instance $x (export "char" (func (param "x" char)))))
    (export "x" (instance $x))))");
  ASSERT_NE(again, nullptr);
  ASSERT_EQ(exported_functions(*again).size(), 1U);
  EXPECT_EQ(exported_functions(*again)[0].name, "char");
}

// Host instances that declare their types in WIT -------------------------------------------------

TEST_F(Linking, HostsDeclareTheirTypesInWit) {
  offer(R"(
    record point { x: s32, y: option<s32> }
    variant shape { dot, line(tuple<point, point>) }
    flags rights { read, write }
    draw: func(what: list<shape>, how: rights) -> result<u64, string>;)");
  const auto draw = [&](std::string_view y, std::string_view line, std::string_view result) {
    return import(R"((type $p' (record (field "x" s32) (field ")" + std::string(y) + R"()))
      (export "point" (type $p (eq $p')))
      (type $s' (variant (case "dot") (case "line" )" +
                  std::string(line) + R"()))
      (export "shape" (type $s (eq $s')))
      (type $r' (flags "read" "write")) (export "rights" (type $r (eq $r')))
      (export "draw" (func (param "what" (list $s)) (param "how" $r) )" +
                  std::string(result) + "))");
  };
  constexpr std::string_view y = R"(y" (option s32))";
  constexpr std::string_view line = "(tuple $p $p)";
  constexpr std::string_view result = "(result (result u64 (error string)))";
  EXPECT_EQ(draw(y, line, result), "linked");
  EXPECT_EQ(draw(R"(y" s32)", line, result), "type `point`: field `y`: expected option, found s32");
  EXPECT_EQ(draw(R"(z" (option s32))", line, result),
            "type `point`: field 2: expected `y`, found `z`");
  EXPECT_EQ(draw(R"(y" (option u32))", line, result),
            "type `point`: field `y`: case `some`: expected s32, found u32");
  EXPECT_EQ(draw(y, "$p", result), "type `shape`: case `line`: expected tuple, found record");
  EXPECT_EQ(draw(y, "(tuple $p)", result),
            "type `shape`: case `line`: expected 2 fields, found 1 field");
  EXPECT_EQ(draw(y, line, "(result (result u64))"),
            "function `draw`: result: case `error`: expected string, found none");
  EXPECT_EQ(draw(y, line, ""), "function `draw`: result: expected result, found none");
  EXPECT_EQ(import(R"((type $r (flags "read" "run")) (export "rights" (type (eq $r))))"),
            "type `rights`: flag 2: expected `write`, found `run`");
  EXPECT_EQ(import(R"((type $r (flags "read")) (export "rights" (type (eq $r))))"),
            "type `rights`: expected 2 flags, found 1 flag");
  EXPECT_EQ(import(R"((type $r u8) (export "wrongs" (type (eq $r))))"),
            "there is no type `wrongs`");
  EXPECT_EQ(import(R"((export "erase" (func)))"), "there is no function `erase`");
}

TEST_F(Linking, ListsOfFixedLengthMapsStreamsAndFutures) {
  offer(R"(
    list: func(a: list<u8, 4>);
    map: func(a: map<string, u8>);
    stream: func(a: stream<u8>);
    future: func(a: future);)");
  const auto take = [&](std::string_view name, std::string_view type) {
    return import("(export \"" + std::string(name) + "\" (func (param \"a\" " + std::string(type) +
                  ")))");
  };
  EXPECT_EQ(take("list", "(list u8 4)"), "linked");
  EXPECT_EQ(take("list", "(list u8 5)"),
            "function `list`: parameter `a`: expected a list of 4 elements, found a list of 5 "
            "elements");
  EXPECT_EQ(take("list", "(list u8)"),
            "function `list`: parameter `a`: expected a list of 4 elements, found a list of any "
            "length");
  EXPECT_EQ(take("map", "(map string u8)"), "linked");
  EXPECT_EQ(take("map", "(map string u16)"),
            "function `map`: parameter `a`: element: field 2: expected u8, found u16");
  EXPECT_EQ(take("stream", "(stream u8)"), "linked");
  EXPECT_EQ(take("stream", "(stream)"),
            "function `stream`: parameter `a`: element: expected u8, found none");
  EXPECT_EQ(take("future", "(future)"), "linked");
  EXPECT_EQ(take("future", "(future u8)"),
            "function `future`: parameter `a`: element: expected none, found u8");
}

TEST_F(Linking, HostsUseTypesOfOtherInterfaces) {
  linker.instance("demo:app/files@1.0.0")
      .declare("resource file { size: func() -> u64; } enum mode { read, write }")
      .otherwise([](HostCall& call) { return call.returned(Value::u64(7)); })
      .resource("file", [](Store&, std::uint32_t) {});
  offer(R"(
    use files.{file as document, mode};
    type paper = document;
    open: func(how: mode) -> paper;)");
  constexpr std::string_view files = R"((component
    (import "demo:app/files@1.0.0" (instance $files
      (export "file" (type $file (sub resource)))
      (export "[method]file.size" (func (param "self" (borrow $file)) (result u64)))))
    (alias export $files "file" (type $file))
    (import "demo:app/x@1.0.0" (instance
      (alias outer 1 $file (type $f))
      (export "paper" (type $p (eq $f)))
      (type $m' (enum "read" "write")) (export "mode" (type $m (eq $m')))
      (export "open" (func (param "how" $m) (result (own $p)))))))";
  EXPECT_EQ(link(std::string(files) + ")"), "linked");
  EXPECT_EQ(import(R"((export "document" (type $d (sub resource)))
                      (export "paper" (type (eq $d))))"),
            "linked");
  EXPECT_THAT(import(R"((export "paper" (type $p (sub resource)))
                         (export "open" (func (param "how" u8) (result (own $p)))))"),
              HasSubstr("parameter `how`: expected enum, found u8"));
}

TEST_F(Linking, FunctionsThatNobodyDeclaredLinkUnderAnyType) {
  linker.instance("demo:app/x").function("f", [](HostCall& call) { return call.returned(); });
  EXPECT_EQ(link(R"((component (import "demo:app/x" (instance
    (type $t u8) (export "t" (type (eq $t)))
    (export "f" (func (param "a" $t) (result string)))))))"),
            "linked");
}

TEST_F(Linking, TypesOfSingleFunctions) {
  TypeTable types;
  FunctionType type;
  type.parameters.push_back({"n", types.primitive(TypeKind::u64)});
  type.result = types.primitive(TypeKind::string);
  const auto answer = [](HostCall& call) { return call.returned(Value::string("x")); };
  linker.root().function("ask", answer, type);
  constexpr std::string_view asks =
      R"((component (import "ask" (func (param "n" u32) (result string)))))";
  EXPECT_EQ(link(asks), "import `ask`: parameter `n`: expected u64, found u32");
  linker.root().declare("ask: func(n: u32) -> string;").function("ask", answer);
  EXPECT_EQ(link(asks), "linked");
}

TEST_F(Linking, WrongDeclarationsAreErrorsOfTheHost) {
  const auto wrong = [&](std::string_view wit) {
    offer(wit);
    return import(R"((export "f" (func)))");
  };
  EXPECT_EQ(wrong("f: func("),
            "the declaration of `demo:app/x@1.2.3`: 1:9: expected a name, found the end");
  EXPECT_THAT(wrong("f: func(a: nothing);"), HasSubstr("unknown type `nothing`"));
  EXPECT_THAT(wrong("resource r; f: func(a: r);"),
              HasSubstr("the resource type `r` has not been defined"));
  EXPECT_THAT(wrong("type t = u8; f: func(a: borrow<t>);"),
              HasSubstr("`t` is not a resource type"));
  EXPECT_THAT(wrong("use other.{t}; f: func(a: t);"),
              HasSubstr("nothing offers `demo:app/other@1.2.3`"));
  EXPECT_THAT(wrong("use x.{t}; f: func(a: t);"), HasSubstr("lead to themselves"));
  EXPECT_THAT(wrong("type a = list<b>; type b = a; f: func(a: a);"),
              HasSubstr("lead to themselves"));
  linker.instance("demo:app/other@1.2.3").declare("type u = u8;");
  EXPECT_THAT(wrong("use other.{t}; f: func(a: t);"),
              HasSubstr("`demo:app/other@1.2.3` has no type `t`"));
  std::string many = "flags t { a0";
  for (int i = 1; i <= 32; ++i) many += ", a" + std::to_string(i);
  EXPECT_THAT(wrong(many + "} f: func(a: t);"), HasSubstr("more than 32 flags"));
  EXPECT_EQ(wrong("f: func(); g: func(a: nothing);"), "linked") << "only what is imported counts";
}

TEST_F(Linking, LongChainsOfDeclaredTypesEnd) {
  std::string text = "type t0 = u8;";
  for (int i = 1; i <= 20'000; ++i) {
    text += "type t" + std::to_string(i) + " = list<t" + std::to_string(i - 1) + ">;";
  }
  offer(text + "f: func(a: t20000); g: func(a: t40);");
  EXPECT_THAT(import(R"((export "f" (func)))"), HasSubstr("nested too deeply"));
  EXPECT_THAT(import(R"((export "g" (func)))"), HasSubstr("expected 1 parameter"));
}

}  // namespace
}  // namespace airlock::canonical_abi
