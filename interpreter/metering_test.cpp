// Facts about fuel: what work costs (runtime/fuel.hpp). The numbers are the same in both dispatch
// modes.
#include <gtest/gtest.h>

#include "interpreter/testing.hpp"
#include "runtime/fuel.hpp"
#include "runtime/host_function.hpp"

namespace airlock::interpreter {
namespace {

using runtime::TrapCode;
using testing::i32;
using testing::World;

constexpr std::uint64_t plenty = 1'000'000'000;

/// What calling `f` of a module with a number takes.
std::uint64_t price(std::string_view text, std::uint32_t argument) {
  World world({.metered = true});
  world.store.fuel = plenty;
  auto* instance = world.instantiate(text);
  world.store.fuel = plenty;
  world.call(instance, "f", {i32(argument)});
  EXPECT_EQ(world.trap.code, TrapCode::none) << text << world.trap.message;
  return plenty - world.store.fuel;
}

/// The function `f`, whose parameter says how many bytes or elements it works on.
std::string function(const std::string& body, const std::string& fields = "") {
  return "(module " + fields + "(func (export \"f\") (param $n i32) " + body + "))";
}

struct Case {
  const char* name;
  std::string text;
  std::uint64_t per_thousand;  ///< units for every 1000 more
};

TEST(Fuel, PaysForWorkInProportion) {
  const std::string memory = "(memory 16) ";
  const std::string data = "(data $d \"" + std::string(9000, 'x') + "\") ";
  const std::string table = "(table $t 9000 funcref) (elem $e func";
  std::string segment = table;
  for (int i = 0; i < 9000; ++i) segment += " 0";
  segment += ") ";
  const std::string arrays =
      "(type $a (array (mut i64))) (type $b (array (mut i8))) "
      "(type $r (array (mut funcref))) ";
  const Case cases[] = {
      {"memory.fill", function("(memory.fill (i32.const 5) (i32.const 1) (local.get $n))", memory),
       62},
      {"memory.copy", function("(memory.copy (i32.const 5) (i32.const 99) (local.get $n))", memory),
       62},
      {"memory.init",
       function("(memory.init $d (i32.const 5) (i32.const 0) (local.get $n))", memory + data), 62},
      {"table.grow",
       function("(drop (table.grow $t (ref.null func) (local.get $n)))", "(table $t 1 funcref) "),
       1000},
      {"table.fill",
       function("(table.fill $t (i32.const 0) (ref.null func) (local.get $n))", table + ")"), 1000},
      {"table.copy",
       function("(table.copy $t $t (i32.const 0) (i32.const 0) (local.get $n))", table + ")"),
       1000},
      {"table.init",
       function("(table.init $t $e (i32.const 0) (i32.const 0) (local.get $n))", segment), 1000},
      {"array.new", function("(drop (array.new $a (i64.const 1) (local.get $n)))", arrays), 500},
      {"array.new_default", function("(drop (array.new_default $b (local.get $n)))", arrays), 62},
      {"array.new_data",
       function("(drop (array.new_data $b $d (i32.const 0) (local.get $n)))", arrays + data), 62},
      {"array.new_elem",
       function("(drop (array.new_elem $r $e (i32.const 0) (local.get $n)))", arrays + segment),
       1000},
  };
  for (const Case& it : cases) {
    const auto one = price(it.text, 2000);
    const auto two = price(it.text, 4000);
    const auto four = price(it.text, 8000);
    EXPECT_NEAR(static_cast<double>(two - one), 2.0 * it.per_thousand, 2) << it.name;
    EXPECT_NEAR(static_cast<double>(four - two), 4.0 * it.per_thousand, 3) << it.name;
  }
}

TEST(Fuel, PaysForWorkOnArraysThatExist) {
  const std::string types =
      "(type $a (array (mut i32))) (global $x (ref $a) (array.new_default $a "
      "(i32.const 9000))) (data $d \"" +
      std::string(36000, 'x') + "\") ";
  const char* copy = R"((array.copy $a $a (global.get $x) (i32.const 9)
    (global.get $x) (i32.const 0) (local.get $n)))";
  const char* initialize = R"((array.init_data $a $d (global.get $x) (i32.const 0)
    (i32.const 0) (local.get $n)))";
  const char* bodies[] = {
      "(array.fill $a (global.get $x) (i32.const 0) (i32.const 1) (local.get $n))", copy,
      initialize};
  for (const char* body : bodies)
    EXPECT_EQ(price(function(body, types), 8000) - price(function(body, types), 4000), 1000u)
        << body << ": four bytes each";
}

TEST(Fuel, PaysForPagesThatGrowingMakesAccessible) {
  const auto text = function("(drop (memory.grow (local.get $n)))", "(memory 1 100) ");
  EXPECT_EQ(price(text, 8) - price(text, 4), 4 * 65536 / 16u);
  EXPECT_EQ(price(text, 1000), price(text, 0)) << "refused: nothing was done";
}

TEST(Fuel, PaysForWhatCallsDoWithoutAsking) {
  // Every hundred locals that are no parameters are zeroed by the call.
  const auto locals = [](int count) {
    std::string text = "(module (func (export \"f\") (param i32) (local";
    for (int i = 0; i < count; ++i) text += " i64";
    return text + ") (drop (i32.const 1))))";
  };
  EXPECT_EQ(price(locals(800), 0) - price(locals(0), 0), 100u);
  // Values that are handed on.
  const auto results = [](int count) {
    std::string types;
    std::string values;
    std::string drops;
    for (int i = 0; i < count; ++i) types += " i64";
    for (int i = 0; i < count; ++i) values += "(i64.const 1)";
    for (int i = 0; i < count; ++i) drops += "(drop)";
    return "(module (func $g (result" + types + ") " + values +
           ") (func (export \"f\") (param i32) (call $g) " + drops + "))";
  };
  EXPECT_EQ(price(results(80), 0) - price(results(0), 0), 80u + 10u);
  // Structures, by their size.
  const auto structure = [](int count) {
    std::string text = "(module (type $s (struct";
    for (int i = 0; i < count; ++i) text += " (field i64)";
    return text + ")) (func (export \"f\") (param i32) (drop (struct.new_default $s))))";
  };
  EXPECT_EQ(price(structure(200), 0) - price(structure(0), 0), 100u);
}

TEST(Fuel, PaysForBlocksThatCatch) {
  const auto nested = [](int count) {
    std::string text = "(module (tag $t) (func (export \"f\") (param i32) ";
    for (int i = 0; i < count; ++i) text += "(block (try_table (catch $t 0) ";
    for (int i = 0; i < count; ++i) text += "))";
    return text + "(drop (i32.const 1))))";
  };
  EXPECT_EQ(price(nested(50), 0) - price(nested(0), 0), 50u);
}

TEST(Fuel, PaysForCallsOfTheHost) {
  World world({.metered = true});
  ASSERT_TRUE(world.linker.define_function("host", "nothing", [] {}));
  auto* instance = world.instantiate(R"((module (import "host" "nothing" (func $nothing))
    (func (export "f") (call $nothing) (call $nothing)) (func (export "g"))))");
  world.store.fuel = 1000;
  world.call(instance, "f");
  EXPECT_EQ(world.store.fuel, 1000 - 2 * (1 + runtime::fuel::native_call));
  world.store.fuel = runtime::fuel::native_call;
  world.call(instance, "f");
  EXPECT_EQ(world.trap.code, TrapCode::out_of_fuel);
}

TEST(Fuel, RunsOutBeforeTheWorkBegins) {
  World world({.metered = true});
  auto* instance = world.instantiate(R"((module (memory (export "m") 2)
    (func (export "fill") (param i32)
      (memory.fill (i32.const 0) (i32.const 7) (local.get 0)))
    (func (export "get") (result i32) (i32.load8_u (i32.const 0)))))");
  world.store.fuel = 4000;
  world.call(instance, "fill", {i32(65536)});
  EXPECT_EQ(world.trap.code, TrapCode::out_of_fuel);
  EXPECT_EQ(world.store.fuel, 0u);
  world.store.fuel = 5000;
  EXPECT_EQ(world.call_i32(instance, "get"), 0u);
  world.call(instance, "fill", {i32(65536)});
  EXPECT_EQ(world.trap.code, TrapCode::none);
  EXPECT_EQ(world.call_i32(instance, "get"), 7u);
  // What is out of bounds is found before it is paid for.
  world.store.fuel = 100;
  world.call(instance, "fill", {i32(0xffffffff)});
  EXPECT_EQ(world.trap.code, TrapCode::out_of_bounds_memory_access);
  EXPECT_LT(world.store.fuel, 100u);
}

TEST(Fuel, IsLeftAloneByEnginesThatDoNotMeter) {
  World world;
  world.store.fuel = 3;
  auto* instance = world.instantiate(R"((module (memory 1)
    (func (export "f") (result i32) (memory.fill (i32.const 0) (i32.const 1) (i32.const 65536))
      (i32.load8_u (i32.const 65535)))))");
  EXPECT_EQ(world.call_i32(instance, "f"), 1u);
  EXPECT_EQ(world.store.fuel, 3u);
  EXPECT_TRUE(world.store.charge(plenty));
}

}  // namespace
}  // namespace airlock::interpreter
