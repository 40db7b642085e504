#include "validator/component/names.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <vector>

namespace airlock::validator::component {
namespace {

using ::testing::HasSubstr;

TEST(ComponentNames, Labels) {
  for (const auto* good : {"a", "a1", "a-b-c", "a1-2-3", "A", "A1-2-3", "a11-w0rds", "is-XML",
                           "A11-4CR0NYMS", "m1x3d-4CR0NYMS"})
    EXPECT_TRUE(is_kebab_case(good)) << good;
  for (const auto* bad : {"", "1", "1-2-3", "-a", "a-", "a--b", "aB", "Ab", "a_b", "a.b", "é"})
    EXPECT_FALSE(is_kebab_case(bad)) << bad;
}

TEST(ComponentNames, PlainNames) {
  EXPECT_EQ(parse_extern_name("foo").kind, NameKind::label);
  const auto method = parse_extern_name("[method]point.get-x");
  EXPECT_EQ(method.kind, NameKind::method);
  EXPECT_EQ(method.resource, "point");
  EXPECT_EQ(method.label, "get-x");
  EXPECT_EQ(parse_extern_name("[constructor]point").resource, "point");
  EXPECT_EQ(parse_extern_name("[static]a.b").kind, NameKind::static_);
  EXPECT_THAT(parse_extern_name("[method]a").error, HasSubstr("failed to find `.`"));
  EXPECT_THAT(parse_extern_name("[method]a.b.c").error, HasSubstr("kebab"));
  EXPECT_THAT(parse_extern_name("[getter]a").error, HasSubstr("kebab"));
}

TEST(ComponentNames, InterfaceNames) {
  for (const auto* good :
       {"wasi:http/types", "a-b:c-d/e-F@0.2.12", "a:b/c@1", "a:b/c@0.2", "a:b/c@0.0.3",
        "a:b/c@0.0.0", "a:b/c@1.2.3-rc.1+build.5", "a:b/c@0.0.0-abcd.1.2+efg.4.ee.5"})
    EXPECT_EQ(parse_extern_name(good).error, "") << good;
  const auto error = [](const char* name) { return parse_extern_name(name).error; };
  EXPECT_THAT(error("A:b/c"), HasSubstr("`A` is not in kebab case"));
  EXPECT_THAT(error("a:b"), HasSubstr("expected `/` after package name"));
  EXPECT_THAT(error("a:b:c/d"), HasSubstr("expected `/` after package name"));
  EXPECT_THAT(error("a:b/c/d"), HasSubstr("trailing characters found: `/d`"));
  EXPECT_THAT(error("a:b/c@"), HasSubstr("empty string"));
  EXPECT_THAT(error("a:b/c@1."), HasSubstr("unexpected end of input"));
  EXPECT_THAT(error("a:b/c@1.2"), HasSubstr("unexpected end of input"));
  EXPECT_THAT(error("a:b/c@0"), HasSubstr("unexpected end of input"));
  EXPECT_THAT(error("a:b/c@2.0x0"), HasSubstr("unexpected character 'x'"));
  EXPECT_THAT(error("a:b/c@1.2.3-"), HasSubstr("empty identifier segment"));
  EXPECT_THAT(error("a:b/c@01.2.3"), HasSubstr("leading zero"));
}

TEST(ComponentNames, StrongUniqueness) {
  EXPECT_EQ(uniqueness_key("foo-BAR"), uniqueness_key("FOO-bar"));
  EXPECT_EQ(uniqueness_key("[method]foo.foo"), uniqueness_key("foo"));
  EXPECT_EQ(uniqueness_key("[static]foo-BAR.FOO-bar"), uniqueness_key("foo-bar"));
  EXPECT_EQ(uniqueness_key("[method]foo.bar"), uniqueness_key("[static]foo.BAR"));
  EXPECT_NE(uniqueness_key("[constructor]foo"), uniqueness_key("foo"));
  EXPECT_NE(uniqueness_key("[method]foo.bar"), uniqueness_key("foo"));
}

// Explainer.md, Name Uniqueness: names that go together, and others with those they conflict with.
TEST(ComponentNames, StrongUniquenessAsTheSpecificationShowsIt) {
  const std::vector<std::string> together = {"foo",
                                             "foo-bar",
                                             "[constructor]foo",
                                             "[method]foo.bar",
                                             "[static]foo.baz",
                                             "foo:bar/baz",
                                             "[get]prop",
                                             "[set]prop",
                                             "[method][get]foo.prop",
                                             "[method][set]foo.prop",
                                             "[static][get]foo.prop-2",
                                             "[static][set]foo.prop-2",
                                             "[method]foo.get-prop",
                                             "[method]foo.set-prop"};
  std::map<std::string, std::string> keys;
  for (const auto& name : together) {
    EXPECT_EQ(parse_extern_name(name).error, "") << name;
    EXPECT_TRUE(keys.emplace(uniqueness_key(name), name).second) << name;
  }
  for (const auto& [previous, names] : std::map<std::string, std::vector<std::string>>{
           {"foo",
            {"foo", "FOO", "[method]foo.foo", "[get]foo", "[method][get]foo.foo",
             "[static][set]foo.FOO"}},
           {"foo-bar",
            {"foo-BAR", "foobar", "foob-ar", "[static]foobar.FOOBAR", "[static]foo-BAR.FOO-bar"}},
           {"[constructor]foo", {"[constructor]FOO", "[constructor]f-oo"}},
           {"[method]foo.bar", {"[method]foo.BAR", "[static]foo.bar", "[static]f-oo.b-ar"}},
           {"[static]foo.baz", {"[method]foo.baz"}},
           {"foo:bar/baz", {"foo:bar/BAZ", "f-oo:ba-r/baz"}},
           {"[get]prop", {"prop", "pr-op"}},
           {"[set]prop", {"[set]PROP"}},
           {"[method][get]foo.prop",
            {"[method]foo.prop", "[static]foo.PROP", "[method][get]foo.PROP",
             "[static][get]foo.prop"}},
           {"[method][set]foo.prop", {"[method][set]foo.PROP", "[static][set]foo.prop"}}}) {
    for (const auto& name : names) {
      const auto found = keys.find(uniqueness_key(name));
      ASSERT_NE(found, keys.end()) << name;
      EXPECT_EQ(found->second, previous) << name;
    }
  }
}

TEST(ComponentNames, Accessors) {
  const auto property = parse_extern_name("[get]prop");
  EXPECT_EQ(property.kind, NameKind::label);
  EXPECT_EQ(property.accessor, Accessor::get);
  EXPECT_EQ(property.label, "prop");
  const auto method = parse_extern_name("[method][set]a.b");
  EXPECT_EQ(method.kind, NameKind::method);
  EXPECT_EQ(method.accessor, Accessor::set);
  EXPECT_EQ(method.resource, "a");
  EXPECT_EQ(method.label, "b");
  EXPECT_EQ(parse_extern_name("[get]").kind, NameKind::label);
  for (const auto* bad :
       {"[get]", "[set]", "[get][set]a", "[get]a.b", "[get]a:b/c", "[method][get]a",
        "[get][method]a.b", "[constructor][get]a", "[", "[]", "[]a", "[set"})
    EXPECT_NE(parse_extern_name(bad).error, "") << bad;
}

}  // namespace
}  // namespace airlock::validator::component
