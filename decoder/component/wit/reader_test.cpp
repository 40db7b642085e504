#include "decoder/component/wit/reader.hpp"

#include <gmock/gmock.h>

#include <string>

namespace airlock::decoder::component::wit {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Form = TypeDefinition::Form;
using Kind = Type::Kind;

Interface read(std::string_view text) {
  auto interface = read_interface(text);
  EXPECT_TRUE(interface) << interface.error().message;
  return interface ? *interface : Interface();
}

/// "line:column: message"
std::string error_of(std::string_view text) {
  const auto interface = read_interface(text);
  if (interface) return "no error";
  const SourcePosition at = interface.error().position.value_or(SourcePosition());
  return std::to_string(at.line) + ":" + std::to_string(at.column) + ": " +
         interface.error().message;
}

TEST(WitReader, Functions) {
  const Interface interface = read(R"(
    /// A comment of the documentation.
    @since(version = 0.2.0)
    now: func() -> u64;
    both: async func(a: string, %list: list<u8>,) -> result<_, string>; /* a /* nested */ one */
    nothing: func();)");
  ASSERT_EQ(interface.functions.size(), 3U);
  EXPECT_EQ(interface.functions[0].name, "now");
  EXPECT_EQ(interface.functions[0].result.primitive, PrimValType::u64);
  const Function& both = interface.functions[1];
  EXPECT_TRUE(both.is_async);
  ASSERT_EQ(both.parameters.size(), 2U);
  EXPECT_EQ(both.parameters[1].name, "list");
  EXPECT_EQ(both.parameters[1].type.kind, Kind::list);
  ASSERT_EQ(both.result.arguments.size(), 2U);
  EXPECT_EQ(both.result.arguments[0].kind, Kind::none);
  EXPECT_EQ(both.result.arguments[1].primitive, PrimValType::string);
  EXPECT_EQ(interface.functions[2].result.kind, Kind::none);
}

TEST(WitReader, Types) {
  const Interface interface = read(R"(
    type size = u64;
    record point { x: s32, y: s32 }
    variant shape { dot, line(tuple<point, point>), }
    enum color { red, green }
    flags rights { read, write }
    type row = list<u8, 16>;
    type table = map<string, option<f64>>;)");
  ASSERT_EQ(interface.types.size(), 7U);
  EXPECT_EQ(interface.types[0].alias.primitive, PrimValType::u64);
  EXPECT_EQ(interface.types[1].form, Form::record);
  EXPECT_EQ(interface.types[1].members[1].name, "y");
  EXPECT_EQ(interface.types[2].members[0].type.kind, Kind::none);
  EXPECT_EQ(interface.types[2].members[1].type.arguments[0].name, "point");
  EXPECT_EQ(interface.types[3].form, Form::enumeration);
  EXPECT_EQ(interface.types[4].form, Form::flags);
  EXPECT_EQ(interface.types[5].alias.length, 16U);
  EXPECT_EQ(interface.types[6].alias.kind, Kind::map);
}

TEST(WitReader, ResourcesHaveTheFunctionsThatComponentsSee) {
  const Interface interface = read(R"(
    resource pollable;
    resource fields {
      constructor();
      from-list: static func(entries: list<string>) -> result<fields, string>;
      get: func(name: string) -> list<string>;
    })");
  std::vector<std::string> names;
  for (const Function& function : interface.functions) names.push_back(function.name);
  EXPECT_THAT(names,
              ElementsAre("[constructor]fields", "[static]fields.from-list", "[method]fields.get"));
  EXPECT_EQ(interface.functions[0].result.name, "fields");
  EXPECT_EQ(interface.functions[1].parameters.size(), 1U);
  const Member& self = interface.functions[2].parameters[0];
  EXPECT_EQ(self.name, "self");
  EXPECT_EQ(self.type.kind, Kind::borrow);
  EXPECT_EQ(self.type.name, "fields");
}

TEST(WitReader, Uses) {
  const Interface interface = read(
      "use wasi:io/error@0.2.12.{error as io-error, other};\n"
      "use network.{network};");
  ASSERT_EQ(interface.uses.size(), 3U);
  EXPECT_EQ(interface.uses[0].interface, "wasi:io/error@0.2.12");
  EXPECT_EQ(interface.uses[0].name, "error");
  EXPECT_EQ(interface.uses[0].local_name, "io-error");
  EXPECT_EQ(interface.uses[1].local_name, "other");
  EXPECT_EQ(interface.uses[2].interface, "network");
}

TEST(WitReader, Packages) {
  const auto package = read_package(R"(package a:b@1.2.3;
    interface one { f: func(); }
    world w { import one; export g: func(); import inner: interface { h: func(); } }
    @unstable(feature = x) interface two {})");
  ASSERT_TRUE(package) << package.error().message;
  EXPECT_EQ(package->name, "a:b");
  EXPECT_EQ(package->version, "1.2.3");
  ASSERT_EQ(package->interfaces.size(), 2U);
  EXPECT_EQ(package->interfaces[0].functions.size(), 1U);
  EXPECT_EQ(package->interfaces[1].name, "two");
  EXPECT_FALSE(read_package("package a:b; interface one { f: func();"));
  EXPECT_FALSE(read_package("package a:b; world w {"));
  EXPECT_FALSE(read_package("interface"));
  EXPECT_FALSE(read_package("nonsense"));
}

TEST(WitReader, ErrorsHaveAPlace) {
  EXPECT_EQ(error_of("f: func()"), "1:10: expected `;`, found the end");
  EXPECT_EQ(error_of("\n  f: fun();"), "2:6: expected `func`, found `fun`");
  EXPECT_EQ(error_of("f: func(x u32);"), "1:11: expected `:`, found `u32`");
  EXPECT_EQ(error_of("f: func(); }"), "1:12: unexpected `}`");
  EXPECT_EQ(error_of("/* never closed"), "1:16: unclosed comment");
  EXPECT_THAT(error_of("type t = list;"), HasSubstr("wrong number of types in `list`"));
  EXPECT_THAT(error_of("type t = tuple<>;"), HasSubstr("expected a name"));
  EXPECT_THAT(error_of("type t = list<u8, 0>;"), HasSubstr("fixed length"));
  EXPECT_THAT(error_of("type t = list<u8, 99999999999>;"), HasSubstr("expected a number"));
  EXPECT_THAT(error_of("type t = borrow<list<u8>>;"), HasSubstr("resource type"));
  EXPECT_THAT(error_of("record r {}"), HasSubstr("no members"));
  EXPECT_THAT(error_of("f: func(); f: func();"), HasSubstr("`f` is defined twice"));
  EXPECT_THAT(error_of("use a.{t}; type t = u8;"), HasSubstr("`t` is defined twice"));
  EXPECT_THAT(error_of("-x: func();"), HasSubstr("expected a name"));
  EXPECT_THAT(error_of("\xff\xfe: func();"), HasSubstr("expected a name"));
  EXPECT_THAT(error_of(std::string("f\0: func();", 11)), HasSubstr("expected `:`"));
}

TEST(WitReader, EveryTruncationIsAnError) {
  constexpr std::string_view text =
      "use a:b/c@1.0.0.{t as u};record r{x:list<u8>,y:result<_,u>}"
      "resource q{constructor(a:u8);m:static func()->tuple<q,r>;}f:func(a:borrow<q>)->r;";
  ASSERT_TRUE(read_interface(text)) << error_of(text);
  for (std::size_t length = 1; length < text.size(); ++length) {
    const std::string_view part = text.substr(0, length);
    // Whole items are an interface.
    const bool is_whole =
        part.ends_with("as u};") || part.ends_with("_,u>}") || part.ends_with("r>;}");
    EXPECT_EQ(read_interface(part).has_value(), is_whole) << part;
  }
}

TEST(WitReader, NestingIsBounded) {
  const auto nested = [](std::size_t depth) {
    std::string text = "type t = ";
    for (std::size_t i = 0; i < depth; ++i) text += "list<";
    text += "u8" + std::string(depth, '>') + ";";
    return text;
  };
  EXPECT_TRUE(read_interface(nested(99)));
  const auto too_deep = read_interface(nested(100'000));
  ASSERT_FALSE(too_deep);
  EXPECT_EQ(too_deep.error().kind, ErrorKind::limit);
  // Comments and worlds nest without recursion.
  EXPECT_TRUE(read_interface(std::string(200'000, ' ') + "f: func();"));
  std::string comment;
  for (int i = 0; i < 100'000; ++i) comment += "/*";
  for (int i = 0; i < 100'000; ++i) comment += "*/";
  EXPECT_TRUE(read_interface(comment));
}

}  // namespace
}  // namespace airlock::decoder::component::wit
