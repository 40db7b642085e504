#include "decoder/text/parser.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decoder/instruction.hpp"
#include "decoder/reader.hpp"

namespace airlock::decoder::text {
namespace {

using testing::ElementsAre;
using testing::StartsWith;

Module module_of(std::string_view source) {
  auto assembled = assemble(source);
  EXPECT_TRUE(assembled) << source << ": " << format_error(assembled.error(), "");
  if (!assembled) return {};
  auto module =
      read_module(std::make_shared<const std::vector<std::byte>>(std::move(assembled->binary)));
  EXPECT_TRUE(module) << source << ": " << format_error(module.error(), "");
  return module ? *std::move(module) : Module{};
}

std::string error_of(std::string_view source) {
  const auto assembled = assemble(source);
  return assembled ? "no error" : assembled.error().message;
}

/// The instructions of a module's first function, as names and numbers.
std::vector<std::string> body_of(std::string_view source) {
  const auto module = module_of(source);
  std::vector<std::string> words;
  if (module.functions.empty()) return words;
  const Limits limits;
  InstructionReader reader(module.functions[0].body, limits);
  Instruction instruction;
  while (!reader.at_end() && reader.next(instruction)) {
    auto word = std::string(name(instruction.opcode));
    const auto kind = row(instruction.opcode).immediate;
    if (kind == Immediate::i32)
      word += ' ' + std::to_string(static_cast<std::int32_t>(instruction.constant));
    if (kind == Immediate::label || kind == Immediate::local || kind == Immediate::function ||
        kind == Immediate::tag)
      word += ' ' + std::to_string(instruction.index);
    words.push_back(std::move(word));
  }
  return words;
}

// ---- The binary of a text

TEST(Assemble, DescriptorsAndExactTypes) {
  const auto module = module_of(R"(
    (rec
      (type $a (sub (descriptor $b) (struct (field (ref null (exact $a))))))
      (type $b (sub (describes $a) (descriptor $c) (struct)))
      (type $c (describes $b) (struct)))
    (type $f (func))
    (import "" "" (func (exact (type $f) (param) (result))))
    (func (import "" "") (exact (param (ref (exact 0)))))
    (func (import "" "") (type $f)))");
  ASSERT_EQ(module.types.size(), 5u);
  EXPECT_EQ(module.types[1].described, 0u);
  EXPECT_EQ(module.types[1].descriptor, 2u);
  EXPECT_FALSE(module.types[1].is_final);
  EXPECT_TRUE(module.types[2].is_final);
  EXPECT_EQ(module.types[0].composite.fields[0].storage,
            ValueType::reference(HeapType::defined(0, true), true));
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_EQ(std::get<FunctionImport>(module.imports[i].type).exact, i < 2);
  EXPECT_EQ(std::get<FunctionImport>(module.imports[1].type).type, 4u);
}

TEST(Assemble, CastsByDescriptorHaveTwoEncodings) {
  EXPECT_THAT(
      body_of("(type (struct)) (func (ref.cast_desc_eq (ref 0)) "
              "(ref.cast_desc_eq (ref null 0)) (br_on_cast_desc_eq 0 anyref (ref 0)))"),
      ElementsAre("ref.cast_desc_eq", "ref.cast_desc_eq_null", "br_on_cast_desc_eq", "end"));
  EXPECT_THAT(error_of("(func (ref.cast_desc_eq_null (ref null any)))"),
              StartsWith("unknown operator"));
}

TEST(Assemble, RefusesDescriptorsAndExactTypesOutOfPlace) {
  for (const char* source :
       {"(type (descriptor 0) (describes 0) (struct))", "(type (struct (descriptor 0)))",
        "(type (descriptor 0 1) (struct))", "(type (descriptor) (struct))", "(type (descriptor 0))",
        "(type (descriptor 0) (sub (struct)))", "(func (param (ref (exact))))",
        "(func (param (ref (exact 0 1))))", "(func (param (ref (exact (exact 0)))))",
        "(func (param (exact 0)))", "(func (exact (param i32)))",
        "(import \"\" \"\" (func (exact) (param i32)))", "(import \"\" \"\" (global (exact i32)))",
        "(type (exact (func)))"})
    EXPECT_THAT(error_of(source), StartsWith("unexpected token")) << source;
  EXPECT_EQ(error_of("(type (descriptor $x) (struct))"), "unknown type $x");
  for (const char* source :
       {"(type (descriptor", "(type (descriptor 0", "(func (param (ref (exact 0",
        "(import \"\" \"\" (func (exact (type 0"})
    EXPECT_NE(error_of(source), "no error") << source;
}

TEST(Assemble, EmptyModules) {
  for (const char* source : {"", "(module)", " ;; nothing\n"})
    EXPECT_EQ(assemble(source)->binary.size(), 8u) << source;
  EXPECT_EQ(module_of("(module $m)").names.module, "m");
}

TEST(Assemble, FoldedInstructionsFollowTheirOperands) {
  EXPECT_THAT(
      body_of("(func (result i32) (i32.add (i32.const 1) (i32.mul (i32.const 2) (i32.const 3))))"),
      ElementsAre("i32.const 1", "i32.const 2", "i32.const 3", "i32.mul", "i32.add", "end"));
  EXPECT_THAT(body_of("(func i32.const 1 (drop) (nop) nop)"),
              ElementsAre("i32.const 1", "drop", "nop", "nop", "end"));
}

TEST(Assemble, BlocksFlatAndFolded) {
  const std::vector<std::string> expected{"block", "i32.const 1", "if",  "br 1", "else",
                                          "nop",   "end",         "end", "end"};
  EXPECT_EQ(body_of("(func block $a i32.const 1 if $b br $a else $b nop end $b end $a)"), expected);
  EXPECT_EQ(body_of("(func (block $a (if $b (i32.const 1) (then (br $a)) (else (nop)))))"),
            expected);
}

TEST(Assemble, InnerLabelsHideOuterOnes) {
  EXPECT_THAT(body_of("(func (block $l (block $l (br $l)) (br $l)) (block (br 0) (br 1)))"),
              ElementsAre("block", "block", "br 0", "end", "br 0", "end", "block", "br 0", "br 1",
                          "end", "end"));
}

TEST(Assemble, LegacyExceptions) {
  const std::vector<std::string> expected{"try",       "nop",        "catch 0", "drop",
                                          "catch_all", "rethrow 0",  "end",     "try",
                                          "throw 0",   "delegate 0", "end"};
  EXPECT_EQ(body_of("(tag $e (param i32)) (func (try $t (do (nop)) (catch $e (drop)) (catch_all "
                    "(rethrow $t))) (try (do (throw $e)) (delegate 0)))"),
            expected);
  EXPECT_EQ(body_of("(tag $e (param i32)) (func try $t nop catch $e drop catch_all rethrow $t end "
                    "try throw $e delegate 0)"),
            expected);
}

TEST(Assemble, TypeUsesAddTypesBehindAllOthers) {
  const auto module = module_of(
      "(func $f (param i32)) (func $g (result i64) (i64.const 0)) (func (param i32))"
      "(type $t (func (result i64))) (type $u (func (param f32)))");
  ASSERT_EQ(module.types.size(), 3u);
  EXPECT_EQ(module.functions[0].type, 2u);
  EXPECT_EQ(module.functions[1].type, 0u);
  EXPECT_EQ(module.functions[2].type, 2u);
}

TEST(Assemble, TypeUsesMeanOnlyPlainTypes) {
  const auto module = module_of(
      "(rec (type (func)) (type (struct))) (type (sub (func))) (func) (rec (type $t (func (param "
      "i32))))"
      "(func (param i32))");
  ASSERT_EQ(module.types.size(), 5u);
  EXPECT_EQ(module.functions[0].type, 4u);
  EXPECT_EQ(module.functions[1].type, 3u);
}

TEST(Assemble, ParametersOfTypesCountAsLocals) {
  const auto module = module_of(
      "(type $t (func (param i32 i32))) (func (type $t) (local $x f32) (drop (local.get $x)))");
  const Limits limits;
  InstructionReader reader(module.functions[0].body, limits);
  Instruction instruction;
  ASSERT_TRUE(reader.next(instruction));
  EXPECT_EQ(instruction.index, 2u);
}

TEST(Assemble, LocalsAreRuns) {
  const auto module = module_of("(func (local i32 i32) (local $a i32) (local f64) (local))");
  const auto& locals = module.functions[0].locals;
  ASSERT_EQ(locals.size(), 2u);
  EXPECT_EQ(locals[0].count, 3u);
  EXPECT_EQ(locals[1].type, f64);
}

TEST(Assemble, InlineImportsAndExports) {
  const auto module = module_of(
      R"((memory $m (export "a") (export "b") (import "x" "y") i64 1 2) (func (export "c")))");
  ASSERT_EQ(module.imports.size(), 1u);
  ASSERT_EQ(module.exports.size(), 3u);
  EXPECT_EQ(module.exports[1].name, "b");
  EXPECT_EQ(module.exports[2].kind, ExternKind::function);
  EXPECT_EQ(module.memory_types[0].address, AddressType::i64);
}

TEST(Assemble, InlineSegments) {
  const auto module = module_of(
      R"((func $f) (table $t funcref (elem $f $f)) (memory (data "ab" "c")) (memory i64 (pagesize 1) (data "xyz")) (data $d "q") (func (data.drop $d)))");
  EXPECT_EQ(module.tables[0].type.limits.minimum, 2u);
  EXPECT_EQ(module.elements.size(), 1u);
  EXPECT_EQ(module.memories[0].limits.maximum, 1u);
  EXPECT_EQ(module.memories[1].limits.minimum, 3u);
  ASSERT_EQ(module.data.size(), 3u);
  EXPECT_EQ(module.data[1].memory, 1u);
  EXPECT_EQ(module.data_count, 3u);
}

TEST(Assemble, ElementSegmentForms) {
  const auto module = module_of(
      "(table 9 funcref) (table $u 9 funcref) (func $f)"
      "(elem (i32.const 0) $f) (elem func $f) (elem (table $u) (i32.const 0) func $f)"
      "(elem declare func $f) (elem (i32.const 0) funcref (ref.func $f)) (elem funcref (item "
      "ref.null func))"
      "(elem (table $u) (offset (i32.const 0)) (ref func) (ref.func 0)) (elem declare funcref)"
      "(elem (table 0) (i32.const 1) (ref func) (ref.func 0))");
  std::vector<int> modes;
  for (const auto& segment : module.elements) modes.push_back(static_cast<int>(segment.mode));
  EXPECT_THAT(modes, ElementsAre(0, 1, 0, 2, 0, 1, 0, 2, 0));
  EXPECT_EQ(module.elements[2].table, 1u);
  EXPECT_EQ(module.elements[6].type, ValueType::reference(HeapKind::func, false));
  EXPECT_EQ(module.elements[8].type, ValueType::reference(HeapKind::func, false));
}

TEST(Assemble, KeepsNames) {
  const auto module = module_of(
      R"((module $m (type $t (struct (field $x i32) (field i64) (field $z f32)))
           (func $f (param $p i32) (local $q i64) (block (block $l)))
           (func (@name "λ")) (memory $mem 1) (data $d "") (global $g i32 (i32.const 0)) (tag $e)))");
  const auto& names = module.names;
  EXPECT_EQ(names.module, "m");
  EXPECT_EQ(names.functions.at(0), "f");
  EXPECT_EQ(names.functions.at(1), "λ");
  EXPECT_EQ(names.locals.at(0).at(1), "q");
  EXPECT_EQ(names.labels.at(0).at(1), "l");
  EXPECT_EQ(names.fields.at(0).at(2), "z");
  EXPECT_EQ(names.memories.at(0), "mem");
  EXPECT_EQ(names.data.at(0), "d");
  EXPECT_EQ(names.globals.at(0), "g");
  EXPECT_EQ(names.tags.at(0), "e");
}

TEST(Assemble, CustomAnnotationsBecomeSections) {
  const auto module = module_of(
      R"((@custom "a" "12" "3") (func) (@custom "b" (before code)) (@custom "c" (before first)) (@custom "d" (after func)))");
  ASSERT_EQ(module.customs.size(), 4u);
  EXPECT_EQ(module.customs[0].name, "c");
  EXPECT_EQ(module.customs[1].name, "d");
  EXPECT_EQ(module.customs[2].name, "b");
  EXPECT_EQ(module.customs[3].name, "a");
  EXPECT_EQ(module.customs[3].bytes.size(), 3u);
}

TEST(Assemble, ProducersAnnotationsBecomeSections) {
  const auto module = module_of(
      R"((module (@producers (sdk "a" "1") (language "C" "17") (sdk "b" "2")) (@producers)))");
  ASSERT_EQ(module.customs.size(), 2u);
  std::string bytes;
  for (const auto byte : module.customs[0].bytes) bytes += static_cast<char>(byte);
  EXPECT_EQ(module.customs[0].name, "producers");
  EXPECT_EQ(bytes, std::string("\2\10language\1\1C\00217\3sdk\2\1a\0011\1b\0012"));
  EXPECT_EQ(module.customs[1].bytes.size(), 1u);
  for (const char* contents : {"x", "(sdk \"a\")", "(tool \"a\" \"1\")", "(sdk a \"1\")",
                               "(sdk \"\\ff\" \"1\")", "\"a\" \"b\" \"c\" \"d\" \"e\""})
    EXPECT_EQ(error_of("(module (@producers " + std::string(contents) + "))"),
              "@producers annotation: malformed field")
        << contents;
}

TEST(Assemble, ManyAnnotationsInOnePlaceAreFast) {
  std::string source;
  for (int i = 0; i < 50'000; ++i) source += "(@custom \"a\" \"b\")";
  EXPECT_EQ(module_of(source).customs.size(), 50'000u);
}

TEST(Assemble, BlocksTakeNameAnnotations) {
  const auto names =
      module_of(R"((func (block $a (@name "b c")) loop (@name "d") end (if $e (i32.const 0)
                    (then (block (@name "f"))))))")
          .names;
  const auto& labels = names.labels.at(0);
  EXPECT_EQ(labels.at(0), "b c");
  EXPECT_EQ(labels.at(1), "d");
  EXPECT_EQ(labels.at(2), "e");
  EXPECT_EQ(labels.at(3), "f");
  EXPECT_EQ(error_of(R"((func nop (@name "a") nop))"), "misplaced @name annotation");
}

TEST(Assemble, ParametersOfImportsMayHaveOneName) {
  const auto names = module_of(R"((import "m" "n" (func (param $x i32) (param $x i64))))").names;
  EXPECT_EQ(names.locals.at(0).at(1), "x");
  EXPECT_EQ(error_of("(func (param $x i32) (param $x i64))"), "duplicate local $x");
}

TEST(Assemble, ModulesMayBeQuotedBinaries) {
  for (const char* source :
       {R"((module binary "\00asm" "\01\00\00\00"))", R"((module $m binary "\00asm\01\00\00\00"))"})
    EXPECT_EQ(module_of(source).functions.size(), 0u);
  EXPECT_EQ(error_of("(module binary x)"), "unknown operator x");
  EXPECT_EQ(error_of("(module binary \"\") (module)"), "unexpected token (");
}

TEST(Assemble, BranchHintsCountFromTheBody) {
  const auto module = module_of(
      R"((func (local i32) (@metadata.code.branch_hint "\01") (if (i32.const 1) (then)) i32.const 0 (@metadata.code.branch_hint "\00") br_if 0))");
  ASSERT_EQ(module.customs.size(), 1u);
  std::vector<int> bytes;
  for (const auto byte : module.customs[0].bytes) bytes.push_back(static_cast<int>(byte));
  // one function: 0, two hints: offset, size 1, value
  EXPECT_THAT(bytes, ElementsAre(1, 0, 2, 5, 1, 1, 10, 1, 0));
}

// ---- Errors

TEST(Assemble, SaysWhere) {
  const auto assembled = assemble("(module\n  (func\n    i32.addd))");
  ASSERT_FALSE(assembled);
  EXPECT_EQ(format_error(assembled.error(), "a.wat"), "a.wat:3:5: unknown operator i32.addd");
}

TEST(Assemble, ErrorsOfTheBinaryFindTheirPlace) {
  const std::string_view source = "(module\n  (func (drop\n    (i32.const 7))))";
  const auto assembled = assemble(source);
  ASSERT_TRUE(assembled);
  const auto bytes = std::string_view(reinterpret_cast<const char*>(assembled->binary.data()),
                                      assembled->binary.size());
  Error error{.kind = ErrorKind::invalid, .message = "x"};
  error.offset = bytes.find("\x41\x07");
  EXPECT_EQ(locate(error, assembled->map, source).position, (SourcePosition{3, 5}));
  error.offset = bytes.find('\x1a');
  EXPECT_EQ(locate(error, assembled->map, source).position, (SourcePosition{2, 9}));
}

TEST(Assemble, RefusesContradictions) {
  EXPECT_THAT(error_of("(type $t (func (param i32))) (func (type $t) (param i64))"),
              StartsWith("inline function type"));
  EXPECT_THAT(error_of("(func (type 3) (param i64))"), StartsWith("unknown type"));
  EXPECT_THAT(error_of("(func $f) (func $f)"), StartsWith("duplicate func"));
  EXPECT_THAT(error_of("(func (param $x i32) (local $x i32))"), StartsWith("duplicate local"));
  EXPECT_THAT(error_of("(type (struct (field $x i32) (field $x i32)))"),
              StartsWith("duplicate field"));
  EXPECT_THAT(error_of("(func) (import \"a\" \"b\" (memory 1))"),
              StartsWith("import after function"));
  EXPECT_THAT(error_of("(memory 1) (func (import \"a\" \"b\"))"),
              StartsWith("import after memory"));
  EXPECT_THAT(error_of("(func $f) (start $f) (start $f)"), StartsWith("multiple start"));
  EXPECT_THAT(error_of("(func block $a end $b)"), StartsWith("mismatching label"));
  EXPECT_THAT(error_of("(func (br $x))"), StartsWith("unknown label"));
  EXPECT_THAT(error_of("(func (block $x) (br $x))"), StartsWith("unknown label"));
  EXPECT_THAT(error_of("(func (call $x))"), StartsWith("unknown function"));
  EXPECT_THAT(error_of("(memory 1) (func (drop (i32.load align=3 (i32.const 0))))"),
              StartsWith("alignment must be a power of two"));
  EXPECT_THAT(error_of("(func (br 4294967296))"), StartsWith("i32 constant out of range"));
  EXPECT_THAT(error_of("(func i32.const 99999999999999999999999)"),
              StartsWith("constant out of range"));
  EXPECT_THAT(error_of("(memory 99999999999999999999999)"),
              StartsWith("i64 constant out of range"));
}

TEST(Assemble, RefusesWhatIsOutOfPlace) {
  for (const char* source : {"(",
                             ")",
                             "(module",
                             "(module))",
                             "(module) (module)",
                             "(func",
                             "(func end)",
                             "(func else)",
                             "(func (then))",
                             "(func (if (i32.const 0)))",
                             "(func (if (then) (then)))",
                             "(func (if (i32.const 0) (then) (nop)))",
                             "(func (i32.add i32.const 0))",
                             "(func block)",
                             "(func (block) end)",
                             "(func (try (do) (catch_all) (catch 0)))",
                             "(func catch_all end)",
                             "(func (local i32) (param i32))",
                             "(func (result i32) (param i32))",
                             "(i32.const 0)",
                             "(func \"\")",
                             "(export \"a\" (type 0))",
                             "(elem funcref 0)",
                             "(func (block (param $x i32)))",
                             "(global i32 i32)",
                             "(type (sub final final (func)))",
                             "(import \"a\" func)",
                             "(memory)",
                             "(table 1)"})
    EXPECT_THAT(error_of(source), StartsWith("unexpected token")) << source;
  for (const char* source :
       {"(foo)", "(func foo)", "(func 0x)", "(func select_typed)", "(func (i32.load offset=-1))"})
    EXPECT_THAT(error_of(source), StartsWith("unknown operator")) << source;
}

// ---- Hostile input

constexpr std::string_view rich_module = R"((module $m (@name "n") (@custom "c" (after func) "x")
  (rec (type $s (sub (struct (field $a (mut i8)) (field $b (ref null $s))))) (type $f (func (param $x i32) (result i32))))
  (import "a" "b" (func $i (type $f) (param i32) (result i32)))
  (table $t (export "t") 1 2 funcref (ref.null func)) (table funcref (elem $g)) (memory $mem i64 1 2) (memory (data "\00\u{7f}"))
  (global $gl (mut v128) (v128.const f32x4 0x1p-3 nan:0x7 inf 1.5)) (tag $e (param i32))
  (func $g (export "g") (param $p i32) (result i32) (local $l i64) (local f32 f64)
    (block $b (result i32) (try_table (catch $e $b) (catch_all 0) (throw $e (local.get $p))) (i32.const 0))
    (if (i32.eqz) (then (drop (i32.load $mem offset=4 align=2 (i64.const 0)))) (else nop))
    loop $w (br_table 0 $w (i32.const -1)) end $w
    (drop (v128.load8_lane 1 offset=0 3 (i32.const 0) (v128.const i8x16 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15)))
    (drop (select (result i32) (i32.const 1) (i32.const 2) (i32.const 3)))
    (drop (ref.test (ref null $s) (struct.new_default $s))) (call_indirect $t (type $f) (i32.const 0) (i32.const 0)))
  (elem declare func $g) (elem (table $t) (offset i32.const 0) (ref null func) (item ref.func $g))
  (data $d (memory $mem) (i64.const 0) "a" "b") (export "x" (global $gl)) (start $g)))";

TEST(Assemble, AnyTruncationGivesAnError) {
  ASSERT_TRUE(assemble(rich_module)) << error_of(rich_module);
  for (std::size_t size = 1; size < rich_module.size(); ++size) {
    const auto assembled = assemble(rich_module.substr(0, size));
    ASSERT_FALSE(assembled) << rich_module.substr(0, size);
    EXPECT_TRUE(assembled.error().position.has_value());
  }
}

TEST(Assemble, AnyMissingTokenGivesAResult) {
  const auto stream = tokenize(rich_module);
  for (const auto& token : stream->tokens) {
    auto source = std::string(rich_module);
    source.replace(token.offset, std::max<std::size_t>(token.text.size(), 1), " ");
    const auto assembled = assemble(source);
    if (!assembled) {
      EXPECT_FALSE(assembled.error().message.empty());
    }
  }
}

TEST(Assemble, NestingCostsNoStack) {
  constexpr int depth = 40'000;
  const auto nested = [](std::string_view open, std::string_view close) {
    std::string source = "(func ";
    for (int i = 0; i < depth; ++i) source += open;
    for (int i = 0; i < depth; ++i) source += close;
    return source + ")";
  };
  EXPECT_EQ(error_of(nested("(block ", ")")), "no error");
  EXPECT_EQ(error_of(nested("(drop ", ")")), "no error");
  EXPECT_EQ(error_of(nested("block $l ", "end ")), "no error");
  EXPECT_EQ(error_of(nested("(if (then ", "))")), "no error");
  EXPECT_THAT(error_of(nested("(block ", "")), StartsWith("unexpected token"));
  EXPECT_THAT(error_of(nested("(type ", ")")), StartsWith("unexpected token"));
  EXPECT_THAT(error_of(std::string(1'000'000, '(')), StartsWith("unexpected token"));
}

TEST(Assemble, NestingIsBounded) {
  std::string source = "(func ";
  for (int i = 0; i < 200'000; ++i) source += "block ";
  const auto assembled = assemble(source);
  ASSERT_FALSE(assembled);
  EXPECT_EQ(assembled.error().kind, ErrorKind::limit);
}

TEST(Assemble, ManyUsesOfOneNameAreFast) {
  std::string source = "(func $f ";
  for (int i = 0; i < 20'000; ++i) source += "block $l" + std::to_string(i % 7) + " br $l0 ";
  for (int i = 0; i < 20'000; ++i) source += "end ";
  EXPECT_EQ(error_of(source + ")"), "no error");
}

}  // namespace
}  // namespace airlock::decoder::text
