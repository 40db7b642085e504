// The translator against a machine that folds nothing: random programs, the same results, or the
// same exception that nothing caught.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <string>

#include "interpreter/random_programs/generator.hpp"
#include "interpreter/random_programs/machine.hpp"
#include "interpreter/testing.hpp"
#include "runtime/exception.hpp"

namespace airlock::interpreter::random_programs {
namespace {

using runtime::Value;

std::string constant_text(const Step& step) {
  switch (step.type) {
    case Type::i32:
      return std::to_string(static_cast<std::int32_t>(step.bits.low));
    case Type::i64:
      return std::to_string(static_cast<std::int64_t>(step.bits.low));
    case Type::f64:
      return std::to_string(std::bit_cast<double>(step.bits.low));
    default:
      return "i64x2 " + std::to_string(step.bits.low) + ' ' + std::to_string(step.bits.high);
  }
}

std::string to_text(const std::vector<Step>& steps) {
  std::string text = R"((module (memory 1)
  (tag $i32 (param i32)) (tag $i64 (param i64)) (tag $f64 (param f64))
  (tag $v128 (param v128))
  (func $helper (param i64 i32) (result i64)
    (if (i32.eq (i32.and (local.get 1) (i32.const 3)) (i32.const 3))
      (then (throw $i64 (local.get 0))))
    (i64.add (i64.mul (local.get 0) (i64.const 3)) (i64.extend_i32_u (local.get 1))))
  (func (export "f") (param i32 i32 i64 f64 v128)
      (result i32 i32 i64 f64 v128 i32 i64 f64 v128)
    (local i32 i64 f64 v128)
)";
  for (const Step& step : steps) {
    const std::string type = type_names[static_cast<int>(step.type)];
    const std::string index = std::to_string(step.index);
    std::string results;
    for (const Type result : step.results)
      results += std::string(" (result ") + type_names[static_cast<int>(result)] + ")";
    switch (step.kind) {
      case Kind::constant:
        text += type + ".const " + constant_text(step);
        break;
      case Kind::get:
        text += "local.get " + index;
        break;
      case Kind::set:
        text += "local.set " + index;
        break;
      case Kind::tee:
        text += "local.tee " + index;
        break;
      case Kind::drop:
        text += "drop";
        break;
      case Kind::binary:
        text += binary_names[static_cast<std::size_t>(step.type)][step.index];
        break;
      case Kind::unary:
        text += unary_operations[step.index].name;
        break;
      case Kind::select:
        text += "select";
        break;
      case Kind::load:
        text += type + ".load offset=" + index;
        break;
      case Kind::store:
        text += type + ".store offset=" + index;
        break;
      case Kind::block:
        text += "block" + results;
        break;
      case Kind::loop:
        text += "loop" + results;
        break;
      case Kind::if_:
        text += "if" + results;
        break;
      case Kind::else_:
        text += "else";
        break;
      case Kind::end:
        text += "end";
        break;
      case Kind::branch:
        text += "br " + index;
        break;
      case Kind::branch_if:
        text += "br_if " + index;
        break;
      case Kind::branch_table:
        text += "br_table " + index + " " + index;
        break;
      case Kind::try_table:
        text += "try_table" + results;
        for (const Clause& clause : step.clauses)
          text += (clause.tag ? std::string(" (catch $") + type_names[static_cast<int>(*clause.tag)]
                              : std::string(" (catch_all")) +
                  ' ' + std::to_string(clause.label) + ')';
        break;
      case Kind::throw_:
        text += "throw $" + type;
        break;
      case Kind::call:
        text += "call $helper";
        break;
      case Kind::vector:
        text += vector_operations[step.index].text;
        break;
    }
    text += '\n';
  }
  return text + "))";
}

bool is_same(Type type, Bits expected, const Value& got) {
  if (type == Type::i32) return static_cast<std::uint32_t>(expected.low) == got.slots[0].i32;
  if (type == Type::v128 && expected.high != got.slots[1].i64) return false;
  return expected.low == got.slots[0].i64 ||
         (type == Type::f64 && std::isnan(std::bit_cast<double>(expected.low)) &&
          std::isnan(got.slots[0].f64));
}

TEST(TranslatorRandomTest, ProgramsGiveWhatTheNaiveMachineGives) {
  int finished = 0;
  int thrown = 0;
  for (std::uint32_t seed = 0; seed < 1500; ++seed) {
    const auto steps = Generator(seed).program();
    const auto text = to_text(steps);
    testing::World world;
    auto* instance = world.instantiate(text);
    ASSERT_NE(instance, nullptr) << text;
    const Bits inputs[][parameter_count] = {
        {{0}, {1}, {2}, {std::bit_cast<std::uint64_t>(0.5)}, {1, 2}},
        {{0xffffffff}, {7}, {~std::uint64_t{0}}, {std::bit_cast<std::uint64_t>(-3.25)}, {0, 0}},
        {{100},
         {0},
         {std::uint64_t{1} << 40},
         {std::bit_cast<std::uint64_t>(1e10)},
         {0x8000800080008000, 0x7fffffff80000000}}};
    for (const auto& input : inputs) {
      std::vector<Bits> locals(input, input + parameter_count);
      locals.resize(local_count);
      Machine machine(steps);
      if (!machine.run(locals)) continue;
      ++finished;
      std::memset(instance->memory0->base, 0, memory_mask + 64);
      const auto results =
          world.call(instance, "f",
                     {testing::i32(static_cast<std::uint32_t>(input[0].low)),
                      testing::i32(static_cast<std::uint32_t>(input[1].low)),
                      testing::i64(input[2].low), testing::f64(std::bit_cast<double>(input[3].low)),
                      testing::v128(input[4].low, input[4].high)});
      if (const auto type = machine.thrown()) {
        ++thrown;
        ASSERT_NE(world.trap.exception, nullptr) << "seed " << seed << "\n" << text;
        ASSERT_EQ(world.trap.exception->values.size(), 1u);
        ASSERT_TRUE(is_same(*type, machine.stack()[0], world.trap.exception->values[0]))
            << "seed " << seed << "\n"
            << text;
        continue;
      }
      ASSERT_EQ(results.size(), local_count)
          << "seed " << seed << ' ' << runtime::format_trap(world.trap) << "\n"
          << text;
      for (std::size_t i = 0; i < local_count; ++i) {
        const Bits expected = machine.stack()[i];
        ASSERT_TRUE(is_same(local_types[i], expected, results[i]))
            << "seed " << seed << " local " << i << ": expected " << expected.high << ' '
            << expected.low << ", got " << results[i].slots[1].bits << ' '
            << results[i].slots[0].bits << "\n"
            << text;
      }
    }
  }
  EXPECT_GT(finished, 1000);
  EXPECT_GT(thrown, 20);
}

}  // namespace
}  // namespace airlock::interpreter::random_programs
