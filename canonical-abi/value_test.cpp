#include "canonical-abi/value.hpp"

#include <gtest/gtest.h>

#include "canonical-abi/linker.hpp"

namespace airlock::canonical_abi {
namespace {

std::vector<std::byte> bytes_of(std::initializer_list<int> values) {
  std::vector<std::byte> bytes;
  for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

TEST(Value, PackedListReadsLikeAListOfValues) {
  const Value packed = Value::packed(TypeKind::s16, bytes_of({0xff, 0xff, 0x02, 0x00}));
  ASSERT_EQ(packed.size(), 2U);
  EXPECT_EQ(packed.at(0), Value::s16(-1));
  EXPECT_EQ(packed.at(1), Value::s16(2));
  EXPECT_EQ(packed, Value::list({Value::s16(-1), Value::s16(2)}));
  EXPECT_NE(packed, Value::list({Value::s16(-1), Value::s16(3)}));
  EXPECT_NE(packed, Value::list({Value::s16(-1)}));
}

TEST(Value, EmptyListsAreEqualHoweverMade) {
  EXPECT_EQ(Value::list({}), Value::bytes(std::string_view()));
}

TEST(Value, ReadersOfAnotherKindAnswerNothing) {
  const Value number = Value::u32(7);
  EXPECT_EQ(number.as_string(), "");
  EXPECT_EQ(number.size(), 0U);
  EXPECT_EQ(number.payload(), nullptr);
  EXPECT_EQ(number.resource(), nullptr);
  EXPECT_EQ(number.rep(), 0U);
  EXPECT_EQ(number.at(3), Value());
  EXPECT_EQ(number[3], Value());
  EXPECT_TRUE(number.as_bytes().empty());
}

TEST(Value, CasesCarryIndexAndPayload) {
  const Value error = Value::error(Value::string("no"));
  EXPECT_TRUE(error.is_error());
  ASSERT_NE(error.payload(), nullptr);
  EXPECT_EQ(error.payload()->as_string(), "no");
  EXPECT_EQ(Value::none().payload(), nullptr);
  EXPECT_TRUE(Value::some(Value::u8(1)).is_some());
}

TEST(Value, MatchesChecksTheWholeTree) {
  TypeTable types;
  const Type u8 = types.primitive(TypeKind::u8);
  const Type text = types.primitive(TypeKind::string);
  const Type record = types.record({{"a", u8}, {"b", types.list(text)}});
  EXPECT_TRUE(matches(Value::record({Value::u8(1), Value::list({Value::string("x")})}), record));
  EXPECT_FALSE(matches(Value::record({Value::u8(1), Value::list({Value::u8(1)})}), record));
  EXPECT_FALSE(matches(Value::record({Value::u8(1)}), record));
  EXPECT_FALSE(matches(Value::variant(2), types.variant({{"x", nullptr}, {"y", u8}})));
  EXPECT_FALSE(matches(Value::variant(1), types.variant({{"x", nullptr}, {"y", u8}})));
  EXPECT_FALSE(matches(Value::bytes("abc"), types.fixed_list(u8, 2)));
  EXPECT_TRUE(matches(Value::bytes("ab"), types.fixed_list(u8, 2)));
}

TEST(Linker, CompatibleVersionsMeet) {
  EXPECT_EQ(compatible_version("0.2.12"), "0.2");
  EXPECT_EQ(compatible_version("1.4.0"), "1");
  EXPECT_EQ(compatible_version("0.0.3"), "0.0.3");
  EXPECT_EQ(compatible_version("0.3.0-rc.1"), "0.3.0-rc.1");
  EXPECT_EQ(compatible_version(""), "");

  Linker linker;
  linker.instance("wasi:io/streams@0.2.12");
  EXPECT_NE(linker.find_instance("wasi:io/streams@0.2.0"), nullptr);
  EXPECT_EQ(linker.find_instance("wasi:io/streams@0.3.0"), nullptr);
  EXPECT_EQ(linker.find_instance("wasi:io/streams"), nullptr);
}

TEST(Linker, SaysWhatIsMissing) {
  Linker linker;
  linker.instance("wasi:io/streams@0.2.12");
  linker.instance("wasi:io/poll@0.2.11");
  linker.instance("own:log/log");
  linker.explain_missing("wasi:", "use another host");
  EXPECT_EQ(linker.missing_instance("wasi:sockets/tcp@0.2.3").message,
            "import `wasi:sockets/tcp@0.2.3` is not granted: use another host");
  EXPECT_EQ(linker.missing_instance("wasi:io/other@0.2.3").message,
            "import `wasi:io/other@0.2.3` is not granted: use another host");
  // What is there in another version needs no grant.
  EXPECT_EQ(linker.missing_instance("wasi:io/streams@0.3.0").message,
            "import `wasi:io/streams@0.3.0` is not offered: there is `wasi:io` in the versions "
            "0.2.11, 0.2.12");
  EXPECT_EQ(linker.missing_instance("wasi:io/poll").message,
            "import `wasi:io/poll` is not offered: there is `wasi:io` in the versions 0.2.11, "
            "0.2.12");
  EXPECT_EQ(linker.missing_instance("own:log/log@1.0.0").message,
            "import `own:log/log@1.0.0` is not offered: there is `own:log` without a version");
  EXPECT_EQ(linker.missing_instance("a:b/c@1.0.0").message,
            "unknown import: nothing provides the instance `a:b/c@1.0.0`");
}

TEST(HostTable, NumbersAreReused) {
  HostTable<std::string> table;
  const auto first = table.add("a");
  const auto second = table.add("b");
  EXPECT_NE(first, second);
  EXPECT_EQ(table.remove(first), "a");
  EXPECT_EQ(table.find(first), nullptr);
  EXPECT_EQ(table.add("c"), first);
  EXPECT_EQ(table.find(1000), nullptr);
}

}  // namespace
}  // namespace airlock::canonical_abi
