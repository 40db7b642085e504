// Definitions: number, size, depth.
#include "limits.hpp"

namespace airlock::limits_test {
namespace {

using testing::AnyOf;
using testing::HasSubstr;

class DefinitionsLimits : public LimitsTest {};

// ---- Types

/// Types, each declared as a subtype of the one before.
std::string chain_of_subtypes(int length) {
  std::string text = "(type (sub (struct)))";
  for (int i = 1; i < length; ++i) text += "(type (sub " + std::to_string(i - 1) + " (struct)))";
  return text;
}

TEST_F(DefinitionsLimits, AThousandTypesBelowEachOther) {
  EXPECT_EQ(fate_of(chain_of_subtypes(63)), "accepted");
  EXPECT_THAT(fate_of(chain_of_subtypes(1'000)), HasSubstr("too many super types"));
  EXPECT_THAT(fate_of(chain_of_subtypes(100'000)), HasSubstr("too many super types"));
}

/// A group of function types, each with a reference to the next as its parameter.
std::string ring_of_types(int count) {
  std::string text = "(rec";
  for (int i = 0; i < count; ++i)
    text += " (type (func (param (ref null " + std::to_string((i + 1) % count) + "))))";
  return text + ")\n";
}

std::string shifted_ring_of_types(int count, int first) {
  std::string text = "(rec";
  for (int i = 0; i < count; ++i)
    text += " (type (func (param (ref null " + std::to_string(first + (i + 1) % count) + "))))";
  return text + ")\n";
}

TEST_F(DefinitionsLimits, GroupsOfTypesAreTheSameHoweverLarge) {
  for (const int count : {1'000, 50'000}) {
    const auto last = std::to_string(2 * count - 1);
    const auto text = ring_of_types(count) + shifted_ring_of_types(count, count) +
                      "(func $g (type " + std::to_string(count - 1) +
                      ")) (table funcref (elem $g)) (func (export \"f\") (result i32) "
                      "ref.null 0 i32.const 0 call_indirect (type " +
                      last + ") i32.const 7)";
    EXPECT_EQ(interpreter::testing::run_i32(text), 7U);
  }
}

/// Groups of one type, each with a reference to the one before: as deep as the number of types.
TEST_F(DefinitionsLimits, TypesAHundredThousandDeep) {
  std::string text = "(type (func))";
  constexpr int count = 100'000;
  for (int i = 1; i < count; ++i)
    text += "(type (func (param (ref null " + std::to_string(i - 1) + "))))\n";
  text +=
      "(func $g (type 99999)) (table funcref (elem $g)) (func (export \"f\") (result i32) "
      "ref.null 99998 i32.const 0 call_indirect (type 99999) i32.const 7)";
  EXPECT_EQ(interpreter::testing::run_i32(text), 7U);
}

TEST_F(DefinitionsLimits, AMillionTypes) {
  const auto module_with_types = [](std::size_t count) {
    return module_of({list_section(1, count, repeat(count, bytes({0x60, 0, 0})))});
  };
  EXPECT_EQ(fate_of(module_with_types(1'000'000)), "accepted");
  EXPECT_THAT(fate_of(module_with_types(1'000'001)), HasSubstr("too many types"));
}

TEST_F(DefinitionsLimits, AnyNumberOfEmptyGroupsTakesNoMemory) {
  EXPECT_THAT(fate_of(module_of({list_section(1, 900'000, repeat(900'000, bytes({0x4e, 0})))})),
              AnyOf("accepted", HasSubstr("too many types")));
}

TEST_F(DefinitionsLimits, FunctionTypesAreBounded) {
  const auto parameters = [](std::size_t count) {
    return module_of({list_section(
        1, 1, join({bytes({0x60}), number(count), repeat(count, bytes({0x7f})), bytes({0})}))});
  };
  EXPECT_EQ(fate_of(parameters(1'000)), "accepted");
  EXPECT_THAT(fate_of(parameters(1'001)), HasSubstr("too many"));
}

// ---- Functions, imports, exports

ByteVector module_with_functions(std::size_t count) {
  return module_of({section(1, bytes({1, 0x60, 0, 1, 0x7f})),
                    list_section(3, count, repeat(count, bytes({0}))),
                    section(7, join({bytes({1, 1, 'f', 0}), number(count - 1)})),
                    list_section(10, count, repeat(count, bytes({4, 0, 0x41, 42, 0x0b})))});
}

TEST_F(DefinitionsLimits, AMillionFunctions) {
  World world;
  EXPECT_EQ(world.call_i32(instantiate(world, module_with_functions(1'000'000)), "f"), 42U);
  EXPECT_THAT(fate_of(module_with_functions(1'000'001)), HasSubstr("too many functions"));
}

ByteVector module_with_imports(std::size_t count) {
  return module_of({section(1, bytes({1, 0x60, 0, 0})),
                    list_section(2, count, repeat(count, bytes({0, 0, 0, 0})))});
}

TEST_F(DefinitionsLimits, AMillionImports) {
  EXPECT_EQ(fate_of(module_with_imports(1'000'000)), "accepted");
  EXPECT_THAT(fate_of(module_with_imports(1'000'001)), HasSubstr("too many imports"));
}

TEST_F(DefinitionsLimits, ManyExports) {
  std::string text = "(func $f (result i32) i32.const 1)";
  for (int i = 0; i < 100'000; ++i) text += "(export \"" + std::to_string(i) + "\" (func $f))\n";
  World world;
  EXPECT_EQ(world.call_i32(world.instantiate(text), "99999"), 1U);
}

// ---- Sizes

TEST_F(DefinitionsLimits, TablesOfFourBillionElements) {
  EXPECT_EQ(fate_of("(table 0xffffffff funcref)"), "accepted");
  EXPECT_THAT(instantiation_of("(table 0xffffffff funcref)"), HasSubstr("4294967295"));
  EXPECT_THAT(instantiation_of("(table i64 0xffffffffffffffff funcref)"),
              HasSubstr("18446744073709551615"));
  EXPECT_EQ(instantiation_of("(table 0 0xffffffff funcref)"), "accepted");
  EXPECT_EQ(interpreter::testing::run_i32("(table 1 0xffffffff funcref) (func (export \"f\") "
                                          "(result i32) ref.null func i32.const -2 table.grow)"),
            0xffff'ffffU);
}

TEST_F(DefinitionsLimits, MoreTablesThanTheStoreMayHold) {
  EXPECT_THAT(instantiation_of(repeat(100, "(table 9000000 funcref)")), testing::Not("accepted"));
}

TEST_F(DefinitionsLimits, MemoriesOfFourGigabytesAndMore) {
  EXPECT_EQ(interpreter::testing::run_i32("(memory 65536) (func (export \"f\") (result i32) "
                                          "(i32.store (i32.const -4) (i32.const 5)) "
                                          "(i32.load (i32.const -4)))"),
            5U);
  EXPECT_THAT(instantiation_of("(memory i64 0x1000000000000)"), testing::Not("accepted"));
  EXPECT_EQ(
      interpreter::testing::run_i32("(memory i64 1) (func (export \"f\") (result i32) "
                                    "(i32.wrap_i64 (memory.grow (i64.const 0xffffffffffff))))"),
      0xffff'ffffU);
}

TEST_F(DefinitionsLimits, MoreMemoryThanTheStoreMayHold) {
  EXPECT_THAT(instantiation_of(repeat(100, "(memory 65536)")), testing::Not("accepted"));
}

/// Counts that are larger than the bytes after them can hold.
TEST_F(DefinitionsLimits, FourBillionElementsOfEverything) {
  const auto huge = number(0xffff'ffff);
  for (const int id : {1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 13})
    EXPECT_THAT(fate_of(module_of({section(id, join({huge, bytes({0, 0, 0})}))})),
                HasSubstr("unexpected end"))
        << id;
  const auto table = section(4, bytes({1, 0x70, 0, 0}));
  EXPECT_THAT(fate_of(module_of({table, section(9, join({bytes({1, 1, 0}), huge}))})),
              HasSubstr("unexpected end"));
  EXPECT_THAT(fate_of(module_of({section(12, huge)})), HasSubstr("data count"));
  EXPECT_THAT(fate_of(module_of({section(11, join({bytes({1, 1}), huge}))})),
              HasSubstr("unexpected end"));
}

TEST_F(DefinitionsLimits, AMillionElements) {
  EXPECT_EQ(interpreter::testing::run_i32(
                "(table 1000000 funcref) (elem (i32.const 0) func" + repeat(1'000'000, " 0") +
                ") (func (result i32) i32.const 9) (func (export \"f\") (result i32) i32.const "
                "999999 call_indirect (result i32))"),
            9U);
}

TEST_F(DefinitionsLimits, AHundredThousandDataSegments) {
  const auto segments = [](std::size_t count) {
    return module_of({section(5, bytes({1, 0, 1})),
                      list_section(11, count, repeat(count, bytes({0, 0x41, 0, 0x0b, 1, 'x'})))});
  };
  World world;
  EXPECT_NE(instantiate(world, segments(100'000)), nullptr);
  EXPECT_THAT(fate_of(segments(100'001)), HasSubstr("too many data segments"));
}

TEST_F(DefinitionsLimits, GlobalsThatReferToEachOther) {
  std::string text = "(global i32 (i32.const 1))";
  for (int i = 1; i < 50'000; ++i)
    text += "(global i32 (i32.add (global.get " + std::to_string(i - 1) + ") (i32.const 1)))\n";
  text += "(func (export \"f\") (result i32) (global.get 49999))";
  EXPECT_EQ(interpreter::testing::run_i32(text), 50'000U);
}

}  // namespace
}  // namespace airlock::limits_test
