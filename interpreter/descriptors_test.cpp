// Descriptors as guests see them are tested by scripts (spec-tests/scripts/custom-descriptors and
// the official ones). Here: what is only seen from outside of the guest.
#include <gtest/gtest.h>

#include "interpreter/testing.hpp"
#include "runtime/heap.hpp"

namespace airlock::interpreter {
namespace {

using runtime::EngineConfiguration;
using runtime::TrapCode;
using testing::i32;
using testing::World;

EngineConfiguration with_descriptors(bool collects_always = false) {
  EngineConfiguration configuration;
  configuration.limits.features.custom_descriptors = true;
  configuration.collect_always = collects_always;
  return configuration;
}

constexpr std::string_view types = R"(
  (rec (type $a (sub (descriptor $b) (struct (field $x i32))))
       (type $b (sub (describes $a) (struct (field $y i32)))))
)";

// The operands of casts by descriptor come from slots, locals, constants and the accumulator.
TEST(Descriptors, OperandsOfCastsComeFromAnywhere) {
  World world(with_descriptors());
  auto* instance = world.instantiate("(module " + std::string(types) + R"(
    (global $class (ref (exact $b)) (struct.new $b (i32.const 7)))
    (func $make (param i32) (result (ref $a))
      (struct.new_desc $a (local.get 0) (global.get $class)))
    (func $class (result (ref $b)) (global.get $class))
    (func (export "locals") (param i32) (result i32) (local $o anyref) (local $d (ref null $b))
      (local.set $o (call $make (local.get 0)))
      (local.set $d (call $class))
      (struct.get $a $x (ref.cast_desc_eq (ref $a) (local.get $o) (local.get $d))))
    (func (export "calls") (param i32) (result i32)
      (struct.get $a $x (ref.cast_desc_eq (ref $a) (call $make (local.get 0)) (call $class))))
    (func (export "same") (param i32) (result i32) (local $o (ref $a))
      (local.set $o (call $make (local.get 0)))
      (i32.add
        (struct.get $a $x (local.get $o))
        (struct.get $b $y
          (ref.get_desc $a
            (ref.cast_desc_eq (ref $a) (local.get $o) (ref.get_desc $a (local.get $o)))))))
    (func (export "kept") (param i32) (result i32) (local $o (ref $a)) (local $p (ref $a))
      (local.set $o (call $make (local.get 0)))
      ;; The result goes to a local, the one before it is still needed.
      (local.set $p (ref.cast_desc_eq (ref $a) (local.get $o) (global.get $class)))
      (i32.mul (struct.get $a $x (local.get $o)) (struct.get $a $x (local.get $p))))
    (func (export "null") (result i32)
      (ref.is_null (ref.cast_desc_eq (ref null $a) (ref.null any) (global.get $class))))
    (func (export "no_descriptor") (result i32)
      (ref.is_null (ref.cast_desc_eq (ref null $a) (ref.null any) (ref.null none))))
    (func (export "loops") (param $n i32) (result i32) (local $o anyref) (local $sum i32)
      (loop $next
        (local.set $o
          (if (result anyref) (i32.and (local.get $n) (i32.const 1))
            (then (call $make (local.get $n)))
            (else (struct.new_default_desc $a (struct.new_default $b)))))
        (block $other (result anyref)
          (br_on_cast_desc_eq_fail $other anyref (ref $a) (local.get $o) (call $class))
          (struct.get $a $x)
          (local.set $sum (i32.add (local.get $sum)))
          (ref.null any))
        (drop)
        (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
      (local.get $sum)))
  )");
  EXPECT_EQ(world.call_i32(instance, "locals", {i32(5)}), 5u);
  EXPECT_EQ(world.call_i32(instance, "calls", {i32(5)}), 5u);
  EXPECT_EQ(world.call_i32(instance, "same", {i32(5)}), 12u);
  EXPECT_EQ(world.call_i32(instance, "kept", {i32(5)}), 25u);
  EXPECT_EQ(world.call_i32(instance, "null"), 1u);
  EXPECT_EQ(world.call_i32(instance, "loops", {i32(10)}), 25u);
  EXPECT_TRUE(world.call(instance, "no_descriptor").empty());
  EXPECT_EQ(world.trap.code, TrapCode::null_descriptor_reference);
}

TEST(Descriptors, TrapsKnowTheirPlace) {
  World world(with_descriptors());
  auto* instance = world.instantiate("(module " + std::string(types) + R"(
    (func $allocate (export "allocate") (drop (struct.new_default_desc $a (ref.null none))))
    (func $get (export "get") (drop (ref.get_desc $a (ref.null none))))
    (func $branch (export "branch")
      (drop (block (result anyref)
        (br_on_cast_desc_eq 0 anyref (ref $a) (ref.null any) (ref.null none)))))
    (func $cast (export "cast")
      (drop (ref.cast_desc_eq (ref $a) (ref.null any) (struct.new_default $b)))))
  )");
  for (const auto& [name, code] : {std::pair{"allocate", TrapCode::null_descriptor_reference},
                                   {"get", TrapCode::null_reference},
                                   {"branch", TrapCode::null_descriptor_reference},
                                   {"cast", TrapCode::descriptor_cast_failure}}) {
    EXPECT_TRUE(world.call(instance, name).empty());
    EXPECT_EQ(world.trap.code, code) << name;
    ASSERT_EQ(world.trap.backtrace.size(), 1u) << name;
    EXPECT_EQ(world.trap.backtrace[0].function, name);
    EXPECT_NE(world.trap.backtrace[0].offset, 0u);
  }
}

TEST(Descriptors, TheCollectorSeesThem) {
  World world(with_descriptors(true));
  auto* instance = world.instantiate("(module " + std::string(types) + R"(
    (func (export "f") (param i32) (result i32)
      (local $o (ref $a))
      (local.set $o
        (struct.new_desc $a (local.get 0) (struct.new $b (i32.mul (local.get 0) (i32.const 2)))))
      (drop (struct.new_desc $a (i32.const 1) (struct.new $b (i32.const 1))))
      (drop (struct.new_default $b))
      (i32.add (struct.get $a $x (local.get $o))
               (struct.get $b $y (ref.get_desc $a (local.get $o))))))
  )");
  EXPECT_EQ(world.call_i32(instance, "f", {i32(7)}), 21u);
  EXPECT_GE(world.store.heap().statistics().collections, 5u);
}

TEST(Descriptors, BranchesEndRunsOfMeteredInstructions) {
  auto configuration = with_descriptors();
  configuration.metered = true;
  World world(configuration);
  world.store.fuel = 1'000;
  auto* instance = world.instantiate("(module " + std::string(types) + R"(
    (func (export "f") (param $o anyref) (result i32)
      (block $other (result anyref)
        (br_on_cast_desc_eq_fail $other anyref (ref $a) (local.get $o) (struct.new_default $b))
        (drop) (return (i32.const 1)))
      (drop)
      (i32.const 2)))
  )");
  const runtime::Value null{decoder::ValueType::reference(decoder::HeapKind::any), {}};
  EXPECT_EQ(world.call_i32(instance, "f", {null}), 2u);
  // local.get, struct.new_default (16 bytes are one more), br_on_cast_desc_eq_fail; i32.const. What
  // is jumped over is free.
  EXPECT_EQ(world.store.fuel, 1'000u - 5u);
}

}  // namespace
}  // namespace airlock::interpreter
