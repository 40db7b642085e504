#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "decoder/text/lexer.hpp"
#include "decoder/text/parser.hpp"

namespace airlock::decoder {
namespace {

using testing::HasSubstr;

Result<text::Assembled> assemble(std::string_view source, const Limits& limits = {}) {
  auto stream = text::tokenize(source, limits);
  if (!stream) return propagate(std::move(stream));
  text::Cursor cursor(source, *stream);
  auto result = text::assemble_component(cursor, limits);
  return result;
}

/// The binary after its preamble, in hexadecimal with spaces; or the error.
std::string sections(std::string_view source) {
  const auto assembled = assemble(source);
  if (!assembled) return assembled.error().message;
  std::string out;
  for (std::size_t i = 8; i < assembled->binary.size(); ++i) {
    constexpr std::string_view digits = "0123456789abcdef";
    const auto byte = static_cast<unsigned>(assembled->binary[i]);
    if (!out.empty()) out += ' ';
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

/// The message of the error in a text, which must have one, with its place: `3:4: unknown type $x`.
std::string error_of(std::string_view source, const Limits& limits = {}) {
  const auto assembled = assemble(source, limits);
  if (assembled) return "no error";
  const auto position = assembled.error().position.value_or(SourcePosition{});
  return std::to_string(position.line) + ':' + std::to_string(position.column) + ": " +
         assembled.error().message;
}

std::string repeated(std::string_view text, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += text;
  return out;
}

TEST(ComponentText, EmptyComponentIsItsPreamble) {
  const auto assembled = assemble("(component)");
  ASSERT_TRUE(assembled);
  EXPECT_TRUE(assembled->is_component);
  const std::vector<std::byte> preamble = {std::byte{0},    std::byte{0x61}, std::byte{0x73},
                                           std::byte{0x6d}, std::byte{0x0d}, std::byte{0},
                                           std::byte{1},    std::byte{0}};
  EXPECT_EQ(assembled->binary, preamble);
}

TEST(ComponentText, TheCursorIsLeftBehindTheComponent) {
  constexpr std::string_view source = "(component (type u8)) (next)";
  const auto stream = text::tokenize(source);
  ASSERT_TRUE(stream);
  text::Cursor cursor(source, *stream);
  ASSERT_TRUE(text::assemble_component(cursor, {}));
  EXPECT_TRUE(cursor.at_open("next"));
}

TEST(ComponentText, ScriptsWriteDefinition) { EXPECT_EQ(sections("(component definition)"), ""); }

TEST(ComponentText, BinariesInText) {
  EXPECT_EQ(sections(R"((component $c binary "\00asm\0d\00\01\00" "\01\08\00asm\01\00\00\00"))"),
            "01 08 00 61 73 6d 01 00 00 00");
  EXPECT_EQ(sections(R"((component (core module binary "\00asm\01\00" "\00\00")))"),
            "01 08 00 61 73 6d 01 00 00 00");
}

TEST(ComponentText, AnonymousTypesComeBeforeTheirUse) {
  EXPECT_EQ(sections("(component (type (list (option u8))))"),  //
            "07 05 02 6b 7d 70 00");
}

TEST(ComponentText, AdjacentDefinitionsOfOneKindShareASection) {
  EXPECT_EQ(sections("(component (type u8) (type s8) (component) (type bool))"),
            "07 03 02 7d 7e 04 08 00 61 73 6d 0d 00 01 00 07 02 01 7f");
}

TEST(ComponentText, TypeIndicesBeyond63AreSignedNumbers) {
  // 0x40 alone would be the type opcode -64.
  const std::string source =
      "(component " + repeated("(type u8) ", 65) + "(type (tuple 63 64)) (type (own 64)))";
  EXPECT_THAT(sections(source), testing::EndsWith("6f 02 3f c0 00 69 40"));
}

TEST(ComponentText, EveryValueType) {
  EXPECT_EQ(sections("(component (type bool))"), "07 02 01 7f");
  EXPECT_EQ(sections("(component (type string))"), "07 02 01 73");
  EXPECT_EQ(sections("(component (type error-context))"), "07 02 01 64");
  EXPECT_EQ(sections(R"((component (type (record (field "a" u8) (field "b" s8)))))"),
            "07 09 01 72 02 01 61 7d 01 62 7e");
  EXPECT_EQ(sections(R"((component (type (variant (case "a") (case "b" u8)))))"),
            "07 0c 01 71 02 01 61 00 00 01 62 01 7d 00");
  EXPECT_EQ(sections("(component (type (list u8)))"), "07 03 01 70 7d");
  EXPECT_EQ(sections("(component (type (list u8 300)))"), "07 05 01 67 7d ac 02");
  EXPECT_EQ(sections("(component (type (tuple u8 char)))"), "07 05 01 6f 02 7d 74");
  EXPECT_EQ(sections(R"((component (type (flags "x" "y"))))"), "07 07 01 6e 02 01 78 01 79");
  EXPECT_EQ(sections(R"((component (type (enum "x"))))"), "07 05 01 6d 01 01 78");
  EXPECT_EQ(sections("(component (type (option f32)))"), "07 03 01 6b 76");
  EXPECT_EQ(sections("(component (type (result)))"), "07 04 01 6a 00 00");
  EXPECT_EQ(sections("(component (type (result u8)))"), "07 05 01 6a 01 7d 00");
  EXPECT_EQ(sections("(component (type (result (error u8))))"), "07 05 01 6a 00 01 7d");
  EXPECT_EQ(sections("(component (type (result u8 (error f64))))"), "07 06 01 6a 01 7d 01 75");
  EXPECT_EQ(sections("(component (type (map string u8)))"), "07 04 01 63 73 7d");
  EXPECT_EQ(sections("(component (type (stream)) (type (future u8)))"), "07 06 02 66 00 65 01 7d");
  EXPECT_EQ(sections("(component (type (resource (rep i32))) (type (own 0)) (type (borrow 0)))"),
            "07 08 03 3f 7f 00 69 00 68 00");
}

TEST(ComponentText, FunctionTypes) {
  EXPECT_EQ(sections("(component (type (func)))"), "07 05 01 40 00 01 00");
  EXPECT_EQ(sections(R"((component (type (func async (param "a" u8) (result string)))))"),
            "07 08 01 43 01 01 61 7d 00 73");
}

TEST(ComponentText, InstanceTypesHaveTheirOwnIndices) {
  EXPECT_EQ(sections(R"((component
      (type u8)
      (type (instance (export "r" (type (sub resource)))
                      (export "f" (func (param "x" (own 0))))))))"),
            "07 1b 02 7d 42 04"         // u8, and an instance type of 4 declarators:
            " 04 00 01 72 03 01"        // export "r" (type (sub resource)): type 0
            " 01 69 00"                 // type 1: own 0
            " 01 40 01 01 78 01 01 00"  // type 2: func (param "x" 1)
            " 04 00 01 66 01 02");      // export "f" (func (type 2))
}

TEST(ComponentText, TypeUseOrDeclarator) {
  EXPECT_EQ(sections(R"((component (type (instance)) (import "a" (instance (type 0)))))"),
            "07 03 01 42 00 0a 06 01 00 01 61 05 00");
  EXPECT_EQ(sections(R"((component (import "a" (instance (type u8)))))"),
            "07 05 01 42 01 01 7d 0a 06 01 00 01 61 05 00");
}

TEST(ComponentText, InlineAliases) {
  EXPECT_EQ(sections(R"((component
      (import "i" (instance (export "j" (instance (export "f" (func))))))
      (export "g" (func 0 "j" "f"))))"),
            "07 17 01 42 02 01 42 02 01 40 00 01 00 04 00 01 66 01 00 04 00 01 6a 05 00"
            " 0a 06 01 00 01 69 05 00"
            " 06 0b 02 05 00 00 01 6a 01 00 01 01 66"
            " 0b 07 01 00 01 67 01 00 00");
}

TEST(ComponentText, OuterAliasesAreMadeOnceForAnIdentifier) {
  // In the inner component: one alias, used twice.
  EXPECT_THAT(sections(R"((component
      (type $t u8)
      (component (type (tuple $t $t)) (type (list $t)))))"),
              HasSubstr("06 05 01 03 02 01 00 07 07 02 6f 02 00 00 70 00"));
}

TEST(ComponentText, ADefinitionTakesOverTheNameOfAnImplicitAlias) {
  EXPECT_THAT(sections(R"((component
      (type $t u8)
      (component (type (list $t)) (type $t s8) (type (option $t)))))"),
              HasSubstr("06 05 01 03 02 01 00 07 06 03 70 00 7e 6b 02"));
}

TEST(ComponentText, ExplicitOuterAliases) {
  EXPECT_THAT(sections(R"((component $C (type $t u8) (component (alias outer $C $t (type $u)))))"),
              HasSubstr("06 05 01 03 02 01 00"));
  EXPECT_THAT(sections("(component (alias outer 5 9 (type)))"), "06 05 01 03 02 05 09");
}

TEST(ComponentText, InvertedForms) {
  const auto long_form = sections(R"((component (import "i" (instance (type 0)))
      (alias export 0 "f" (func)) (alias export 0 "m" (core module))
      (alias outer 0 0 (type))))");
  EXPECT_EQ(long_form, sections(R"((component (instance (import "i") (type 0))
      (func (alias export 0 "f")) (core module (alias export 0 "m"))
      (type (alias outer 0 0))))"));
  EXPECT_EQ(sections(R"((component (canon lower (func 0) (memory 1) (core func))))"),
            sections(R"((component (core func (canon lower (func 0) (memory 1)))))"));
  EXPECT_EQ(sections(R"((component (canon lift (core func 0) (func (type 0)))))"),
            sections(R"((component (func (type 0) (canon lift (core func 0)))))"));
}

TEST(ComponentText, InlineExportsStandAtTheEnd) {
  EXPECT_EQ(sections(R"((component (type (export "a") (export "b") u8) (type s8)))"),
            "07 03 02 7d 7e 0b 0d 02 00 01 61 03 00 00 00 01 62 03 00 00");
}

TEST(ComponentText, CanonicalOptions) {
  EXPECT_EQ(sections(R"((component (canon lower (func 0) string-encoding=latin1+utf16 async
      (memory 1) (realloc 2) (core func))))"),
            "08 0b 01 01 00 00 04 02 06 03 01 04 02");
  EXPECT_EQ(sections(R"((component (canon lift (core func 0) (post-return (core func 3))
      (callback 4) (func (type 5)))))"),
            "08 0a 01 00 00 00 02 05 03 07 04 05");
}

TEST(ComponentText, CoreOptionsBeforeAndAfterThePrefixWasRequired) {
  const auto now = sections(R"((component
      (canon lower (func 0) (memory (core memory 1 "m")) (realloc (core func 1 "r")) (core func))))");
  EXPECT_EQ(now, sections(R"((component
      (canon lower (func 0) (memory 1 "m") (realloc (func 1 "r")) (core func))))"));
}

TEST(ComponentText, BuiltIns) {
  EXPECT_EQ(sections("(component (canon resource.drop 3 (core func)))"), "08 03 01 03 03");
  EXPECT_EQ(sections("(component (canon task.return (result u8) (memory 0) (core func)))"),
            "08 07 01 09 00 7d 01 03 00");
  EXPECT_EQ(sections("(component (canon context.get i32 1 (core func)))"), "08 04 01 0a 7f 01");
  EXPECT_EQ(sections("(component (canon stream.cancel-read 0 async (core func)))"),
            "08 04 01 11 00 01");
  EXPECT_EQ(sections("(component (canon waitable-set.wait (memory 2) (core func)))"),
            "08 04 01 20 00 02");
  EXPECT_EQ(sections("(component (canon thread.yield (core func)))"), "08 03 01 0c 00");
  EXPECT_EQ(sections("(component (canon stream.forward 4 (core func)))"), "08 03 01 2e 04");
  EXPECT_EQ(sections("(component (canon future.forward 4 (core func)))"), "08 03 01 2f 04");
  EXPECT_EQ(sections("(component (canon thread.available_parallelism (core func)))"),
            sections("(component (canon thread.available-parallelism (core func)))"));
  EXPECT_EQ(sections("(component (canon thread.new-indirect (core type 1) 2 (core func)))"),
            "08 04 01 27 01 02");
}

TEST(ComponentText, Attributes) {
  EXPECT_EQ(sections(R"((component
      (import "a" (external-id "x") (implements "b:c/d") (type (sub resource)))))"),
            "0a 11 01 02 01 61 02 02 01 78 00 05 62 3a 63 2f 64 03 01");
  EXPECT_THAT(error_of(R"((component (import "a" (external-id "x") (external-id "y") (func))))"),
              HasSubstr("unexpected token"));
}

TEST(ComponentText, Instances) {
  EXPECT_EQ(sections(R"((component
      (core instance (instantiate 0 (with "a" (instance (export "f" (func 1))))))))"),
            // the argument, then the instance
            "02 0e 02 01 01 01 66 00 01 00 00 01 01 61 12 00");
  EXPECT_EQ(sections(R"((component
      (instance (instantiate 0 (with "a" (core module 2)) (with "b" (instance (export "f" (func 1))))))))"),
            "05 14 02 01 01 00 01 66 01 01 00 00 02 01 61 00 11 02 01 62 05 00");
}

TEST(ComponentText, Start) {
  EXPECT_EQ(sections("(component (start 0 (value 1) (value 2) (result (value)) ))"),
            "09 05 00 02 01 02 01");
}

TEST(ComponentText, NestedModulesKeepTheirPlaces) {
  constexpr std::string_view source =
      "(component\n"
      "  (component\n"
      "    (core module (func\n"
      "      (i32.add)))))";
  const auto assembled = assemble(source);
  ASSERT_TRUE(assembled) << assembled.error().message;
  const auto& binary = assembled->binary;
  const auto found = std::ranges::find(binary, std::byte{0x6a});  // i32.add
  ASSERT_NE(found, binary.end());
  const auto place = assembled->map.lookup(static_cast<std::uint64_t>(found - binary.begin()));
  EXPECT_EQ(text::position_of(source, place).line, 4u);
}

TEST(ComponentText, SourceMapAscends) {
  const auto assembled = assemble(R"((component $C
      (import "i" (instance $i (export "f" (func (param "x" (list (list string)))))))
      (core module $m (memory (export "m") 1) (func (export "r") (param i32 i32 i32 i32) (result i32)
        unreachable))
      (core instance $m (instantiate $m))
      (component (type $t (func (result u8))) (component $D (type $u (list string))))
      (core func $f (canon lower (func $i "f") (memory (core memory $m "m"))))))");
  ASSERT_TRUE(assembled) << assembled.error().message;
  EXPECT_TRUE(std::ranges::is_sorted(assembled->map.entries, {}, &text::SourceMap::Entry::offset));
  EXPECT_LT(assembled->map.entries.back().offset, assembled->binary.size());
}

TEST(ComponentText, NamesAreKept) {
  EXPECT_EQ(sections("(component $C (type $t u8))"),
            "07 02 01 7d"
            " 00 1a 0e 63 6f 6d 70 6f 6e 65 6e 74 2d 6e 61 6d 65"  // "component-name"
            " 00 02 01 43"                                         // the component: C
            " 01 05 03 01 00 01 74");                              // type 0: t
}

TEST(ComponentText, NameAnnotationsTakeThePlaceOfIdentifiers) {
  EXPECT_EQ(sections(R"((component $C (@name "D") (type $t (@name "u") u8)))"),
            sections("(component $D (type $u u8))"));
  EXPECT_EQ(sections(R"((component (type $t (list (@name "x") u8))))"),
            sections("(component (type $t (list u8)))"));
}

TEST(ComponentText, CustomAnnotations) {
  EXPECT_EQ(sections(R"((component (type u8) (@custom "ab" "c" "\01") (type u8) (@custom "d")))"),
            "07 02 01 7d 00 05 02 61 62 63 01 07 02 01 7d 00 02 01 64");
  EXPECT_EQ(error_of("(component (@custom ab))"), "1:12: @custom annotation: expected strings");
}

TEST(ComponentText, ProducersAnnotations) {
  EXPECT_EQ(sections(R"((component (@producers (sdk "a" "1")) (type u8)))"),
            "00 14 09 70 72 6f 64 75 63 65 72 73 01 03 73 64 6b 01 01 61 01 31 07 02 01 7d");
  EXPECT_EQ(error_of("(component (@producers ab))"),
            "1:12: @producers annotation: malformed field");
}

TEST(ComponentText, CoreTypes) {
  EXPECT_EQ(sections("(component (core type (func (param i32) (result i64))))"),
            "03 06 01 60 01 7f 01 7e");
  // A subtype that is not final has a zero before it, since 0x50 alone begins a module type.
  EXPECT_EQ(
      sections("(component (core type $t (sub (func))) (core type (sub $t (func))))").substr(0, 41),
      "03 0e 02 00 50 00 60 00 00 00 50 01 00 60");
  EXPECT_EQ(sections("(component (core type (module)))"), "03 03 01 50 00");
}

TEST(ComponentText, ModuleTypes) {
  // The inline function type becomes a declarator once, and is used twice.
  EXPECT_EQ(sections(R"((component (core type (module
      (import "a" "b" (func $f (param i32))) (export "c" (func (param i32)))
      (export "m" (memory 1 2))))))"),
            "03 1b 01 50 04"
            " 01 60 01 7f 00"          // (type (func (param i32)))
            " 00 01 61 01 62 00 00"    // import "a" "b" (func (type 0))
            " 03 01 63 00 00"          // export "c" (func (type 0))
            " 03 01 6d 02 01 01 02");  // export "m" (memory 1 2)
}

TEST(ComponentText, ModuleTypesAliasOuterCoreTypes) {
  constexpr std::string_view expected = "03 10 02 60 00 00 50 02 02 10 01 01 00 03 01 66 00 00";
  EXPECT_THAT(sections(R"((component $C (core type $t (func))
      (core type (module (alias outer $C $t (type $u)) (export "f" (func (type $u)))))))"),
              testing::StartsWith(expected));
  EXPECT_THAT(sections(R"((component (core type $t (func))
      (core type (module (export "f" (func (type $t)))))))"),
              testing::StartsWith(expected));
}

TEST(ComponentText, CoreTypesKnowEachOther) {
  EXPECT_THAT(sections(R"((component
      (core rec (type $a (struct (field (ref null $b)))) (type $b (struct (field (ref null $a)))))
      (core type $m (module))
      (core type $c (array (ref $a)))
      (core type $d (func (param (ref $c))))))"),
              testing::StartsWith("03 18 04 4e 02 5f 01 63 01 00 5f 01 63 00 00"
                                  " 50 00 5e 64 00 00 60 01 64 03 00"));
  EXPECT_THAT(error_of("(component (core type $t (array (ref $u))))"),
              HasSubstr("unknown type $u"));
  EXPECT_THAT(error_of("(component (core type $t (func)) (core type $t (func)))"),
              HasSubstr("duplicate"));
}

TEST(ComponentText, UnknownIdentifiers) {
  EXPECT_EQ(error_of("(component\n  (type (list $x)))"), "2:15: unknown type $x");
  EXPECT_EQ(error_of("(component (core instance (instantiate $m)))"),
            "1:40: unknown core module $m");
  EXPECT_EQ(error_of(R"((component (export "f" (func $f "g"))))"), "1:30: unknown instance $f");
  EXPECT_EQ(error_of("(component (alias outer $D $t (type)))"), "1:25: unknown outer component $D");
  EXPECT_EQ(error_of("(component $C (alias outer $C $t (type)))"), "1:31: unknown type $t");
}

TEST(ComponentText, ATypeDoesNotKnowItself) {
  EXPECT_EQ(error_of("(component (type $t (list $t)))"), "1:27: unknown type $t");
}

TEST(ComponentText, DuplicateIdentifiers) {
  EXPECT_EQ(error_of("(component (type $t u8) (type $t u8))"),
            "1:31: duplicate type identifier $t");
  EXPECT_EQ(error_of(R"((component (import "f" (func $f)) (func $f (canon lift (core func 0)))))"),
            "1:41: duplicate func identifier $f");
  // Each sort has identifiers of its own.
  EXPECT_THAT(sections("(component (type $t u8) (component $t))"), testing::StartsWith("07"));
}

TEST(ComponentText, OnlySomeSortsCrossComponents) {
  EXPECT_THAT(error_of(R"((component (import "x" (func $x)) (component (export "x" (func $x)))))"),
              HasSubstr("outer item `x` is not a module, type, or component"));
}

TEST(ComponentText, OuterCountsTooLarge) {
  EXPECT_THAT(error_of("(component (alias outer 3 $t (type)))"),
              HasSubstr("invalid outer alias count of 3"));
  EXPECT_THAT(error_of("(component (alias outer 4294967296 0 (type)))"),
              HasSubstr("i32 constant out of range"));
}

TEST(ComponentText, WhatIsExpectedIsSaid) {
  EXPECT_EQ(error_of("(component (type (list frob)))"),
            "1:24: unexpected token frob, expected a value type");
  EXPECT_EQ(error_of("(component (frob))"),
            "1:13: unexpected token frob, expected a component definition");
  EXPECT_THAT(error_of("(component (canon frob (core func)))"),
              HasSubstr("expected a canonical definition"));
  EXPECT_THAT(error_of(R"((component (import "m" (core func))))"),
              HasSubstr("core func cannot be imported or exported"));
}

TEST(ComponentText, MalformedNames) {
  EXPECT_THAT(error_of(R"((component (import "\ff" (func))))"),
              HasSubstr("malformed UTF-8 encoding"));
}

TEST(ComponentText, NestedComponentsNeedNoNativeStack) {
  const std::string source = repeated("(component ", 1000) + repeated(")", 1000);
  EXPECT_TRUE(assemble(source));
  const std::string deeper = "(component " + source + ")";
  const auto assembled = assemble(deeper);
  ASSERT_FALSE(assembled);
  EXPECT_EQ(assembled.error().kind, ErrorKind::limit);
  EXPECT_THAT(assembled.error().message, HasSubstr("components nest too deeply"));
}

TEST(ComponentText, TypesNestWithinALimit) {
  const auto lists = [](std::size_t depth) {
    return "(component (type " + repeated("(list ", depth) + "u8" + repeated(")", depth) + "))";
  };
  EXPECT_TRUE(assemble(lists(100)));
  const auto instances = [](std::size_t depth) {
    return "(component " + repeated("(import \"a\" (instance ", 1) +
           repeated("(export \"a\" (instance ", depth) + repeated("))", depth + 1) + ")";
  };
  EXPECT_TRUE(assemble(instances(90)));
  for (const std::string& source : {lists(5'000), instances(5'000)}) {
    const auto assembled = assemble(source);
    ASSERT_FALSE(assembled);
    EXPECT_EQ(assembled.error().kind, ErrorKind::limit);
  }
}

TEST(ComponentText, UnclosedNestingIsAnError) {
  for (const std::string_view piece :
       {"(component ", "(component (type (instance ", "(component (type (list ",
        "(component (import \"a\" (instance "}) {
    EXPECT_FALSE(assemble(repeated(piece, 20'000)));
  }
}

TEST(ComponentText, DefinitionsAreLimited) {
  Limits limits;
  limits.component_definitions = 3;
  EXPECT_TRUE(assemble("(component (type u8) (type u8) (type u8))", limits));
  const auto assembled = assemble("(component (type u8) (type u8) (type u8) (type u8))", limits);
  ASSERT_FALSE(assembled);
  EXPECT_EQ(assembled.error().kind, ErrorKind::limit);
}

TEST(ComponentText, HugeRecordsAndFlags) {
  std::string fields;
  std::string labels;
  for (int i = 0; i < 20'000; ++i) {
    fields += "(field \"f" + std::to_string(i) + "\" u8)";
    labels += "\"l" + std::to_string(i) + "\" ";
  }
  EXPECT_TRUE(assemble("(component (type (record " + fields + ")) (type (flags " + labels + ")))"));
}

constexpr std::string_view rich = R"((component $Rich
  (import "logging" (external-id "x") (instance $logging
    (export "level" (type $level (sub resource)))
    (export "log" (func (param "l" (borrow $level)) (param "t" string) (result (result (error u8)))))))
  (import "libc" (core module $Libc (type $t (func (param i32))) (import "a" "b" (func (type $t)))
    (export "mem" (memory 1)) (export "realloc" (func (param i32 i32 i32 i32) (result i32)))))
  (core module $m (import "l" "log" (func)) (func (export "run") (nop)))
  (core instance $libc (instantiate $Libc))
  (core func $log (canon lower (func $logging "log") (memory (core memory $libc "mem"))
    (realloc (core func $libc "realloc")) string-encoding=utf16))
  (core instance $main (instantiate $m (with "l" (instance (export "log" (func $log))))))
  (func $run (export "run") (param "a" (list (tuple u8 char (option $r)))) (canon lift
    (core func $main "run") async (callback $log)))
  (type $r (record (field "x" f32) (field "y" (variant (case "a") (case "b" (flags "p" "q"))))))
  (component $inner (import "r" (type $q (eq $r))) (core type $ct (func (result i32)))
    (alias outer $Rich $m (core module $mm)) (type $res (resource (rep i32) (dtor (core func 0)))))
  (instance $i (instantiate $inner (with "r" (type $r)) (with "s" (instance (export "t" (type $r))))))
  (alias export $i "e" (func $e))
  (canon stream.read 0 async (memory 0) (core func $sr))
  (start $e (value 0) (result (value $v)))
  (export $x "x" (implements "a:b/c") (instance $i) (instance))))";

TEST(ComponentText, TruncatedTextsAreErrors) {
  // (`$r` is used before its definition above. The test only requires that no prefix does harm.)
  for (std::size_t length = 0; length < rich.size(); ++length) {
    const auto assembled = assemble(rich.substr(0, length));
    ASSERT_FALSE(assembled) << length;
    ASSERT_TRUE(assembled.error().position) << length;
  }
}

TEST(ComponentText, MutatedTextsDoNoHarm) {
  std::uint32_t seed = 1;
  const auto random = [&seed] { return seed = seed * 1664525 + 1013904223, seed >> 8; };
  constexpr std::string_view spare = "()\"$ 0aet";
  for (int round = 0; round < 3'000; ++round) {
    std::string source(rich);
    for (std::uint32_t i = random() % 3 + 1; i > 0; --i) {
      const std::size_t at = random() % source.size();
      switch (random() % 3) {
        case 0:
          source[at] = spare[random() % spare.size()];
          break;
        case 1:
          source.erase(at, random() % 20);
          break;
        default:
          source.insert(at, source.substr(random() % source.size(), random() % 60));
          break;
      }
    }
    if (const auto assembled = assemble(source); !assembled) {
      EXPECT_FALSE(assembled.error().message.empty());
    }
  }
}

}  // namespace
}  // namespace airlock::decoder
