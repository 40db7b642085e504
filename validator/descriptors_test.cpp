// Custom descriptors: that the feature has to be turned on, and what the official scripts leave
// out.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>

#include "decoder/reader.hpp"
#include "decoder/testing.hpp"
#include "decoder/text/parser.hpp"
#include "validator/module_validator.hpp"

namespace airlock::validator {
namespace {

using decoder::testing::bytes;
using decoder::testing::ByteVector;
using decoder::testing::module_of;
using decoder::testing::section;
using decoder::testing::share;

constexpr Limits on{.features = {.custom_descriptors = true}};
constexpr Limits off{};

std::string failure(ByteVector binary, const Limits& limits) {
  const auto size = binary.size();
  const auto module = decoder::read_module(share(std::move(binary)), limits);
  if (!module) return "unreadable: " + module.error().message;
  const auto result = validate_module(*module, limits);
  if (result) return "none";
  EXPECT_LE(result.error().offset.value_or(size + 1), size) << result.error().message;
  return result.error().message;
}

std::string failure(std::string_view source, const Limits& limits = on) {
  auto assembled = decoder::text::assemble(source);
  if (!assembled) return "unreadable: " + assembled.error().message;
  return failure(std::move(assembled->binary), limits);
}

/// A pair of types and a subtype of the first, followed by the given text.
std::string failure_with_types(std::string_view rest, const Limits& limits = on) {
  return failure(R"((module
    (rec (type $a (sub (descriptor $b) (struct (field i32))))
         (type $b (sub (describes $a) (struct)))
         (type $c (sub $a (descriptor $d) (struct (field i32))))
         (type $d (sub $b (describes $c) (struct))))
    (type $plain (sub (struct)))
    (type $f (sub (func)))
    (type $g (sub $f (func)))
  )" + std::string(rest) +
                     ')',
                 limits);
}

// Each part of the proposal, in the smallest module that has it.
TEST(CustomDescriptors, AreRefusedUnlessTheyAreTurnedOn) {
  for (const std::string_view source : {
           "(rec (type (descriptor 1) (struct)) (type (describes 0) (struct)))",
           "(type $t (struct)) (type (struct (field (ref null (exact $t)))))",
           "(type $t (struct)) (func (param (ref (exact $t))))",
           "(type $t (struct)) (func (local (ref null (exact $t))))",
           "(type $t (struct)) (func (drop (ref.null (exact $t))))",
           "(type $t (struct)) (func (drop (ref.test (ref (exact $t)) (ref.null any))))",
           "(type $t (struct)) (func (drop (block (result (ref (exact $t))) (unreachable))))",
           "(type $t (struct)) (func (drop (select (result (ref null (exact $t))) (unreachable))))",
           R"((type $t (struct)) (func (result anyref)
                (br_on_cast 0 anyref (ref (exact $t)) (ref.null any))))",
           "(type $t (struct)) (global (ref null (exact $t)) (ref.null none))",
           "(type $t (struct)) (global anyref (ref.null (exact $t)))",
           "(type $t (struct)) (table 0 (ref null (exact $t)))",
           "(type $t (struct)) (elem (ref null (exact $t)))",
           "(type $t (struct)) (import \"\" \"\" (global (ref (exact $t))))",
           "(type $t (struct)) (tag (param (ref (exact $t))))",
           "(import \"\" \"\" (func (exact)))",
       }) {
    EXPECT_NE(failure(source, off).find("needs the feature custom-descriptors"), std::string::npos)
        << source << ": " << failure(source, off);
    EXPECT_EQ(failure(source, on), "none") << source;
  }
}

TEST(CustomDescriptors, InstructionsAreRefusedUnlessTheyAreTurnedOn) {
  for (const std::string_view body : {
           "struct.new_desc 0",
           "struct.new_default_desc 0",
           "ref.get_desc 0",
           "ref.cast_desc_eq (ref 0)",
           "ref.cast_desc_eq (ref null 0)",
           "br_on_cast_desc_eq 0 anyref (ref 0)",
           "br_on_cast_desc_eq_fail 0 anyref (ref 0)",
       }) {
    const auto source =
        "(type (struct)) (func (result anyref) unreachable " + std::string(body) + " unreachable)";
    const auto word = '`' + std::string(body.substr(0, body.find(' ')));
    EXPECT_EQ(failure(source, off).substr(0, word.size()), word) << failure(source, off);
    EXPECT_NE(failure(source, off).find("needs the feature custom-descriptors"), std::string::npos);
    EXPECT_NE(failure(source, on), "none") << "type 0 has no descriptor";
  }
}

TEST(CustomDescriptors, WithoutThemTypesAreThoseOfWebAssembly3) {
  EXPECT_EQ(failure("(type $t (struct)) (func (result i32) (struct.new $t))", off),
            "type mismatch: expected i32, found (ref 0)");
  EXPECT_EQ(failure("(type $t (struct)) (func (result i32) (struct.new $t))", on),
            "type mismatch: expected i32, found (ref (exact 0))");
  constexpr std::string_view sideways =
      "(func (result anyref) (br_on_cast 0 structref arrayref (unreachable)))";
  EXPECT_EQ(failure(sideways, on), "none");
  EXPECT_EQ(failure(sideways, off), "type mismatch on cast: arrayref does not match structref");
}

TEST(CustomDescriptors, RefusesTypesThatDoNotDescribeEachOther) {
  const auto types = [](std::initializer_list<int> contents) {
    return failure(module_of({section(1, contents)}), on);
  };
  EXPECT_EQ(types({1, 0x4d, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x5f, 0}),
            "descriptor type is outside rec group");
  EXPECT_EQ(types({1, 0x4c, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x5f, 0}),
            "described type is outside rec group");
  EXPECT_EQ(types({1, 0x4d, 0, 0x5f, 0}), "type is not described by its descriptor");
  EXPECT_EQ(types({1, 0x4c, 0, 0x4d, 0, 0x5f, 0}), "forward use of described type");
  // Two types share a descriptor, which describes one of them.
  EXPECT_EQ(types({1, 0x4e, 3, 0x4d, 2, 0x5f, 0, 0x4d, 2, 0x5f, 0, 0x4c, 0, 0x5f, 0}),
            "type is not described by its descriptor");
  // And one has two descriptors.
  EXPECT_EQ(types({1, 0x4e, 3, 0x4d, 1, 0x5f, 0, 0x4c, 0, 0x5f, 0, 0x4c, 0, 0x5f, 0}),
            "described type is not described by descriptor");
  // An exact type out of range.
  EXPECT_EQ(types({1, 0x5f, 1, 0x63, 0x62, 1, 0}), "unknown type 1");
}

TEST(CustomDescriptors, NewObjectsAndFunctionsAreExact) {
  EXPECT_EQ(failure_with_types("(func $h (type $f)) (elem declare func $h)"
                               "(func (result (ref (exact $f))) (ref.func $h))"),
            "none");
  EXPECT_EQ(failure_with_types("(func $h (import \"\" \"\") (exact (type $f)))"
                               "(global (ref (exact $f)) (ref.func $h))"),
            "none");
  EXPECT_EQ(failure_with_types("(func $h (import \"\" \"\") (type $f))"
                               "(global (ref (exact $f)) (ref.func $h))"),
            "type mismatch: expected (ref (exact 5)), found (ref 5)");
  EXPECT_EQ(failure_with_types("(global (ref (exact $plain)) (struct.new_default $plain))"),
            "none");
  EXPECT_EQ(failure_with_types("(global (ref (exact $a))"
                               "  (struct.new_desc $a (i32.const 1) (struct.new $b)))"),
            "none");
}

TEST(CustomDescriptors, TheDescriptorIsTheLastOperandAndExact) {
  EXPECT_EQ(failure_with_types("(func (param (ref $b)) (result anyref)"
                               "  (struct.new_default_desc $a (local.get 0)))"),
            "type mismatch: expected (ref null (exact 1)), found (ref 1)");
  EXPECT_EQ(failure_with_types("(func (param (ref (exact $b))) (result anyref)"
                               "  (struct.new_desc $a (local.get 0) (i32.const 1)))"),
            "type mismatch: expected (ref null (exact 1)), found i32");
  EXPECT_EQ(failure_with_types("(func (result anyref) (struct.new_desc 99 (unreachable)))"),
            "unknown type 99");
  EXPECT_EQ(failure_with_types("(func (result anyref) (struct.new_desc $f (unreachable)))"),
            "non-structure type 5");
  EXPECT_EQ(failure_with_types("(func (result anyref) (ref.cast_desc_eq (ref $f) (unreachable)))"),
            "type 5 does not have a descriptor");
  EXPECT_EQ(failure_with_types("(func (result anyref)"
                               "  (br_on_cast_desc_eq 0 anyref (ref 99) (unreachable)))"),
            "unknown type 99");
  EXPECT_EQ(failure_with_types("(func (result anyref)"
                               "  (br_on_cast_desc_eq_fail 0 anyref (ref any) (unreachable)))"),
            "type any does not have a descriptor");
}

TEST(CustomDescriptors, ImportsOfFunctionsOnlyAreExact) {
  EXPECT_EQ(failure("(type $t (struct)) (import \"\" \"\" (func (exact (type $t))))"),
            "non-function type 0");
  EXPECT_EQ(failure("(import \"\" \"\" (func (exact (type 7))))"), "unknown type 7");
}

// Matching follows supertypes upwards. Their number is limited, also inside one recursive group.
TEST(CustomDescriptors, LongChainsOfSupertypesEndQuickly) {
  using namespace decoder::testing;  // NOLINT
  constexpr std::uint32_t count = 50'000;
  // Type 0 and its descriptor; `count` subtypes of 0, whose descriptors are all subtypes of the end
  // of a chain of `count` types.
  ByteVector types = bytes({1, 0x4e});
  append_u32(types, 2 + 3 * count);
  const auto sub = [&](std::uint32_t super) {
    append(types, bytes({0x50, 1}));
    append_u32(types, super);
  };
  const auto clause = [&](int code, std::uint32_t index) {
    append(types, bytes({code}));
    append_u32(types, index);
  };
  append(types, bytes({0x50, 0}));
  clause(0x4d, 1 + count);
  append(types, bytes({0x5f, 0}));
  for (std::uint32_t i = 0; i < count; ++i) {
    sub(0);
    clause(0x4d, 2 + 2 * count + i);
    append(types, bytes({0x5f, 0}));
  }
  append(types, bytes({0x50, 0}));
  clause(0x4c, 0);
  append(types, bytes({0x5f, 0}));
  append(types, bytes({0x50, 0, 0x5f, 0}));
  for (std::uint32_t i = 1; i < count; ++i) {
    sub(1 + count + i);
    append(types, bytes({0x5f, 0}));
  }
  for (std::uint32_t i = 0; i < count; ++i) {
    sub(1 + 2 * count);
    clause(0x4c, 1 + i);
    append(types, bytes({0x5f, 0}));
  }
  const auto start = std::chrono::steady_clock::now();
  EXPECT_NE(failure(module_of({section(1, types)}), on), "none");
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
}

}  // namespace
}  // namespace airlock::validator
