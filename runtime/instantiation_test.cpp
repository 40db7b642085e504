// Instantiation: order, failures, sharing (specification: Execution, Modules, Instantiation).
#include "runtime/instantiation.hpp"

#include <gtest/gtest.h>

#include <cstring>

#include "runtime/initial_memory.hpp"
#include "runtime/testing/fake_executor.hpp"

namespace airlock::runtime {
namespace {

using testing::message;
using testing::World;

External export_of(Instance& instance, std::string_view name) {
  External external = External::of(static_cast<Function*>(nullptr));
  EXPECT_TRUE(instance.find_export(name, external)) << name;
  return external;
}

std::string text_at(const Memory& memory, std::uint64_t address, std::size_t length) {
  return {reinterpret_cast<const char*>(memory.base) + address, length};
}

TEST(Instantiation, EvaluatesGlobalsInOrder) {
  World world;
  const auto instance = world.instantiate(R"((module
    (global $a (export "a") i32 (i32.const 40))
    (global $v v128 (v128.const i64x2 1 2))
    (global $b (export "b") (mut i32) (i32.add (global.get $a) (i32.const 2)))
    (global (export "c") i64 (i64.mul (i64.sub (i64.const 5) (i64.const 7)) (i64.const 3)))
    (global (export "f") funcref (ref.func $f))
    (global (export "n") externref (ref.null extern))
    (global (export "v2") v128 (global.get $v))
    (func $f)))");
  ASSERT_TRUE(instance) << message(instance);
  auto& it = **instance;
  EXPECT_EQ(export_of(it, "a").global->storage->i32, 40u);
  EXPECT_EQ(export_of(it, "b").global->storage->i32, 42u);
  EXPECT_TRUE(export_of(it, "b").global->type.is_mutable);
  EXPECT_EQ(static_cast<std::int64_t>(export_of(it, "c").global->storage->i64), -6);
  EXPECT_EQ(export_of(it, "f").global->storage->function, it.function(0));
  EXPECT_EQ(export_of(it, "n").global->storage->bits, 0u);
  EXPECT_EQ(export_of(it, "v2").global->storage[0].i64, 1u);
  EXPECT_EQ(export_of(it, "v2").global->storage[1].i64, 2u);
}

TEST(Instantiation, MakesFunctionsOnceWhenTheyAreReferredTo) {
  World world;
  auto& instance = **world.instantiate(R"((module
    (type $t (func (param i32 v128) (result f64)))
    (func) (func (export "f") (type $t) (f64.const 0)) (export "g" (func 1))))");
  auto* function = export_of(instance, "f").function;
  EXPECT_EQ(function, export_of(instance, "g").function);
  EXPECT_EQ(function->index, 1u);
  EXPECT_EQ(function->instance, &instance);
  EXPECT_EQ(function->parameter_slots, 3u);
  EXPECT_EQ(function->result_slots, 1u);
  EXPECT_EQ(function->code, instance.module->code->function(1));
  EXPECT_NE(function, instance.function(0));
}

TEST(Instantiation, SharesImportedEntities) {
  World world;
  auto& first = **world.instantiate(R"((module
    (memory (export "m") 1 2) (table (export "t") 3 funcref)
    (global (export "g") (mut i32) (i32.const 1)) (func (export "f"))))");
  const External imports[] = {export_of(first, "g"), export_of(first, "m"), export_of(first, "t"),
                              export_of(first, "f")};
  const auto second = world.instantiate(R"((module
    (import "a" "g" (global (mut i32))) (import "a" "m" (memory 1)) (import "a" "t" (table 1 funcref))
    (import "a" "f" (func $f)) (global (export "own") i32 (i32.const 9))
    (elem (i32.const 1) $f $h) (data (i32.const 3) "xyz") (func $h)
    (export "g" (global 0)) (export "m" (memory 0)) (export "f" (func $f))))",
                                        imports);
  ASSERT_TRUE(second) << message(second);
  auto& it = **second;
  EXPECT_EQ(export_of(it, "g").global, export_of(first, "g").global);
  EXPECT_EQ(export_of(it, "m").memory, first.memory0);
  EXPECT_EQ(export_of(it, "f").function, first.function(0));
  EXPECT_EQ(it.global_cells[0], first.globals);
  EXPECT_EQ(it.globals, it.global_cells[1]) << "defined globals only";
  EXPECT_EQ(text_at(*first.memory0, 3, 3), "xyz");
  EXPECT_EQ(first.tables[0]->elements[1].function, first.function(0));
  EXPECT_EQ(first.tables[0]->elements[2].function, it.function(1));
}

TEST(Instantiation, RefusesImportsOfTheWrongKindOrType) {
  World world;
  auto& given = **world.instantiate(R"((module
    (func (export "f") (param i32)) (memory (export "m") 1 3) (table (export "t") 2 4 funcref)
    (global (export "c") i32 (i32.const 0)) (global (export "v") (mut i32) (i32.const 0))))");
  const auto attempt = [&](std::string_view name, const std::string& import) {
    const External imports[] = {export_of(given, name)};
    return message(world.instantiate("(module (import \"a\" \"b\" (" + import + ")))", imports));
  };
  EXPECT_EQ(attempt("f", "func (param i32)"), "no error");
  EXPECT_EQ(attempt("f", "func (param i64)"),
            "incompatible import type: `a` `b` is declared as function [i64] -> [], but given "
            "function [i32] -> []");
  EXPECT_EQ(
      attempt("f", "memory 1"),
      "incompatible import type: `a` `b` is declared as memory 1, but given function [i32] -> []");
  EXPECT_EQ(attempt("m", "memory 1 3"), "no error");
  EXPECT_EQ(attempt("m", "memory 0"), "no error");
  EXPECT_TRUE(attempt("m", "memory 2").starts_with("incompatible import type"));
  EXPECT_TRUE(attempt("m", "memory 1 2").starts_with("incompatible import type"));
  EXPECT_TRUE(attempt("m", "memory i64 1").starts_with("incompatible import type"));
  EXPECT_EQ(attempt("t", "table 2 4 funcref"), "no error");
  EXPECT_TRUE(attempt("t", "table 2 3 funcref").starts_with("incompatible import type"));
  EXPECT_TRUE(attempt("t", "table 3 funcref").starts_with("incompatible import type"));
  EXPECT_TRUE(attempt("t", "table 2 externref").starts_with("incompatible import type"));
  EXPECT_EQ(attempt("c", "global i32"), "no error");
  EXPECT_TRUE(attempt("c", "global (mut i32)").starts_with("incompatible import type"));
  EXPECT_TRUE(attempt("v", "global i32").starts_with("incompatible import type"));
  EXPECT_TRUE(attempt("c", "global i64").starts_with("incompatible import type"));
}

TEST(Instantiation, JudgesAMemoryByItsPresentSize) {
  World world;
  auto& given = **world.instantiate("(module (memory (export \"m\") 1))");
  EXPECT_EQ(given.memory0->grow(1), 1);
  const External imports[] = {export_of(given, "m")};
  EXPECT_TRUE(world.instantiate("(module (import \"a\" \"b\" (memory 2)))", imports));
}

TEST(Instantiation, WantsExactlyTheImportsDeclared) {
  World world;
  EXPECT_TRUE(message(world.instantiate("(module (import \"a\" \"b\" (func)))"))
                  .starts_with("unknown import: `a` `b`"));
  auto& given = **world.instantiate("(module (func (export \"f\")))");
  const External one[] = {export_of(given, "f")};
  EXPECT_EQ(world.instantiate("(module)", one).error().kind, ErrorKind::argument);
}

TEST(Instantiation, WritesSegmentsInOrderUntilOneTraps) {
  World world;
  auto& given =
      **world.instantiate("(module (memory (export \"m\") 1) (table (export \"t\") 4 funcref))");
  const External imports[] = {export_of(given, "m"), export_of(given, "t")};
  const auto failed = world.instantiate(R"((module
    (import "a" "m" (memory 1)) (import "a" "t" (table 4 funcref)) (func $f)
    (data (i32.const 0) "abc") (data (i32.const 65536) "d") (data (i32.const 1) "never")
    (elem (i32.const 0) $f)))",
                                        imports);
  EXPECT_EQ(message(failed), "out of bounds memory access");
  EXPECT_EQ(failed.error().kind, ErrorKind::trap);
  EXPECT_EQ(text_at(*given.memory0, 0, 5), std::string("abc\0\0", 5));
  // The function stays callable through the table although its instance failed.
  auto* left = given.tables[0]->elements[0].function;
  ASSERT_NE(left, nullptr);
  EXPECT_EQ(left->instance->function(0), left);
}

TEST(Instantiation, RunsElementSegmentsBeforeDataSegments) {
  World world;
  auto& given =
      **world.instantiate("(module (memory (export \"m\") 1) (table (export \"t\") 4 funcref))");
  const External imports[] = {export_of(given, "m"), export_of(given, "t")};
  const auto failed = world.instantiate(R"((module
    (import "a" "m" (memory 1)) (import "a" "t" (table 4 funcref)) (func $f)
    (data (i32.const 0) "abc") (elem (i32.const 2) $f) (elem (i32.const 3) $f $f)))",
                                        imports);
  EXPECT_EQ(message(failed), "out of bounds table access");
  EXPECT_EQ(given.memory0->base[0], std::byte{0});
  EXPECT_NE(given.tables[0]->elements[2].function, nullptr);
  EXPECT_EQ(given.tables[0]->elements[3].function, nullptr) << "the failing one writes nothing";
}

TEST(Instantiation, DropsActiveAndDeclarativeSegments) {
  World world;
  auto& instance = **world.instantiate(R"((module
    (memory 1) (table 4 funcref) (func $f)
    (data (i32.const 0) "abc") (data "passive")
    (elem (i32.const 0) $f) (elem func $f $f) (elem declare func $f)
    (elem funcref (ref.null func) (ref.func $f))))");
  EXPECT_TRUE(instance.data_segment(0).empty());
  EXPECT_EQ(instance.data_segment(1).size(), 7u);
  EXPECT_EQ(instance.element_segment_size(0), 0u);
  EXPECT_EQ(instance.element_segment_size(1), 2u);
  EXPECT_EQ(instance.element_segment_size(2), 0u);
  EXPECT_EQ(instance.element_segment_size(3), 2u);

  EXPECT_EQ(instance.initialize_table(0, 3, 2, 0, 2), TrapCode::none);
  EXPECT_EQ(instance.tables[0]->elements[2].bits, 0u);
  EXPECT_EQ(instance.tables[0]->elements[3].function, instance.function(0));
  EXPECT_EQ(instance.initialize_table(0, 3, 2, 1, 2), TrapCode::out_of_bounds_table_access);
  EXPECT_EQ(instance.initialize_table(0, 3, 3, 0, 2), TrapCode::out_of_bounds_table_access);
  EXPECT_EQ(instance.initialize_table(0, 3, ~0ull, 1, 1), TrapCode::out_of_bounds_table_access);
  instance.drop_elements(3);
  EXPECT_EQ(instance.initialize_table(0, 3, 0, 0, 1), TrapCode::out_of_bounds_table_access);
  EXPECT_EQ(instance.initialize_table(0, 3, 4, 0, 0), TrapCode::none);
  EXPECT_EQ(instance.initialize_table(0, 3, 5, 0, 0), TrapCode::out_of_bounds_table_access);

  EXPECT_EQ(instance.initialize_memory(0, 1, 10, 1, 3), TrapCode::none);
  EXPECT_EQ(text_at(*instance.memory0, 10, 3), "ass");
  EXPECT_EQ(instance.initialize_memory(0, 1, 0, 7, 1), TrapCode::out_of_bounds_memory_access);
  EXPECT_EQ(instance.initialize_memory(0, 1, 65535, 0, 2), TrapCode::out_of_bounds_memory_access);
  EXPECT_EQ(instance.initialize_memory(0, 1, ~0ull, 0, 2), TrapCode::out_of_bounds_memory_access);
}

TEST(Instantiation, FillsTablesWithTheirInitializer) {
  World world;
  auto& instance = **world.instantiate(
      "(module (func $f) (table 3 (ref func) (ref.func $f)) (table i64 2 10 funcref))");
  for (const auto& slot : instance.tables[0]->elements)
    EXPECT_EQ(slot.function, instance.function(0));
  auto& second = *instance.tables[1];
  EXPECT_EQ(second.elements[1].bits, 0u);
  EXPECT_EQ(second.grow(8, Slot{.function = instance.function(0)}), 2);
  EXPECT_EQ(second.elements[9].function, instance.function(0));
  EXPECT_EQ(second.grow(1, {}), -1);
  EXPECT_EQ(second.grow(~0ull, {}), -1);
}

TEST(Instantiation, RunsTheStartFunctionLast) {
  World world;
  int runs = 0;
  world.executor->bodies[1] = [&](Function& function, auto, auto, Trap&) {
    ++runs;
    EXPECT_EQ(function.instance->memory0->base[0], std::byte{'a'});
    return RunStatus::finished;
  };
  ASSERT_TRUE(world.instantiate(
      "(module (memory 1) (data (i32.const 0) \"a\") (func) (func $main) (start $main))"));
  EXPECT_EQ(runs, 1);
}

TEST(Instantiation, HandsATrapOfTheStartFunctionOn) {
  World world;
  world.executor->bodies[0] = [](Function&, auto, auto, Trap& trap) {
    trap = Trap(TrapCode::unreachable);
    return RunStatus::trapped;
  };
  const auto failed = world.instantiate("(module (func $main unreachable) (start $main))");
  EXPECT_EQ(message(failed), "unreachable");
  EXPECT_EQ(failed.error().kind, ErrorKind::trap);
}

TEST(Instantiation, FailsIfTheHeapIsTooSmallForItsConstants) {
  EngineConfiguration configuration;
  configuration.limits.heap_bytes = 1 << 20;
  World world(configuration);
  const auto failed = world.instantiate(
      "(module (type $a (array (mut i64)))"
      "  (global (ref $a) (array.new_default $a (i32.const 200000))))");
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().kind, ErrorKind::trap);
  EXPECT_NE(message(failed).find("Limits::heap_bytes"), std::string::npos);
}

TEST(Instantiation, HonoursLimitsAndNamesThem) {
  EngineConfiguration configuration;
  configuration.limits.memory_bytes = std::uint64_t{3} * 65536;
  configuration.limits.store_table_elements = 12'000'000;
  configuration.limits.instances = 2;
  World world(configuration);
  const auto huge = world.instantiate("(module (table 0xffffffff funcref))");
  EXPECT_EQ(huge.error().kind, ErrorKind::limit);
  EXPECT_NE(message(huge).find("Limits::table_elements"), std::string::npos);
  const auto many = world.instantiate("(module (table 7000000 funcref) (table 7000000 funcref))");
  EXPECT_NE(message(many).find("Limits::store_table_elements"), std::string::npos);
  EXPECT_EQ(world.store.table_budget().used, 0u) << "a failed instantiation gives all back";

  ASSERT_TRUE(world.instantiate("(module (memory 2))"));
  const auto more = world.instantiate("(module (memory 1) (memory 1))");
  EXPECT_EQ(more.error().kind, ErrorKind::limit);
  EXPECT_NE(message(more).find("Limits::memory_bytes"), std::string::npos);
  EXPECT_EQ(world.store.memory_budget()->used, 2u * 65536);

  ASSERT_TRUE(world.instantiate("(module)"));
  EXPECT_NE(message(world.instantiate("(module)")).find("Limits::instances"), std::string::npos);
}

EngineConfiguration tight() {
  EngineConfiguration configuration;
  configuration.limits.memory_bytes = std::uint64_t{2} * 65536;
  configuration.limits.store_table_elements = 2000;
  configuration.limits.bookkeeping_bytes = 1 << 20;
  configuration.limits.instances = 10;
  return configuration;
}

TEST(FailedInstantiation, GivesAllBackThatNothingLeadsTo) {
  World world(tight());
  world.executor->bodies[0] = [](Function&, auto, auto, Trap& trap) {
    trap = Trap(TrapCode::unreachable);
    return RunStatus::trapped;
  };
  const auto out_of_bounds = world.compile(
      "(module (memory 1) (table 1000 funcref) (func) (elem (i32.const 0) func 0)"
      "  (data (i32.const 65536) \"x\"))");
  const auto traps =
      world.compile("(module (memory 2) (table 2000 funcref) (tag) (func $main) (start $main))");
  const auto good = world.compile("(module (memory 2) (table 2000 funcref))");
  for (int i = 0; i < 10'000; ++i) {
    ASSERT_EQ(message(world.store.instantiate(out_of_bounds, {})), "out of bounds memory access");
    ASSERT_EQ(message(world.store.instantiate(traps, {})), "unreachable");
  }
  EXPECT_EQ(world.store.memory_budget()->used, 0u);
  EXPECT_EQ(world.store.table_budget().used, 0u);
  EXPECT_TRUE(world.store.instantiate(good, {}));
}

TEST(FailedInstantiation, StaysChargedIfItsFunctionsAreInATableOfOthers) {
  World world(tight());
  auto& owner = **world.instantiate("(module (table (export \"t\") 10 funcref))");
  External table = External::of(owner.tables[0]);
  const auto module = world.compile(
      "(module (import \"\" \"t\" (table 10 funcref)) (memory 1) (func)"
      "  (elem (i32.const 0) func 0) (data (i32.const 65536) \"x\"))");
  EXPECT_FALSE(world.store.instantiate(module, {&table, 1}));
  EXPECT_EQ(world.store.memory_budget()->used, 65536u);
  const Function* left = owner.tables[0]->elements[0].function;
  ASSERT_NE(left, nullptr);
  EXPECT_EQ(left->instance->memory0->size, 65536u) << "it can still be called";

  // A segment that did not fit has written nothing.
  const auto misses = world.compile(
      "(module (import \"\" \"t\" (table 10 funcref)) (memory 1) (func)"
      "  (elem (i32.const 10) func 0))");
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(world.store.instantiate(misses, {&table, 1}));
  EXPECT_EQ(world.store.memory_budget()->used, 65536u);
}

TEST(FailedInstantiation, LeavesNothingInATableOfOthersIfThereIsNoRoomForItsFunctions) {
  EngineConfiguration configuration;
  configuration.limits.bookkeeping_bytes = 1 << 18;
  World world(configuration);
  constexpr int count = 20'000;
  const std::string table = "(table " + std::to_string(count) + " funcref)";
  auto& owner =
      **world.instantiate("(module (table (export \"t\") " + std::to_string(count) + " funcref))");
  External imported = External::of(owner.tables[0]);
  std::string functions;
  std::string indices;
  for (int i = 0; i < count; ++i) {
    functions += "(func)";
    indices += " " + std::to_string(i);
  }
  const auto module = world.compile("(module (import \"\" \"t\" " + table + ")" + functions +
                                    "(elem (i32.const 0) func" + indices + "))");
  ASSERT_FALSE(world.store.instantiate(module, {&imported, 1}));
  for (const Slot& element : owner.tables[0]->elements) ASSERT_EQ(element.function, nullptr);
}

TEST(FailedInstantiation, StaysChargedIfItsStartFunctionMayHaveHandedAReferenceOn) {
  World world(tight());
  world.executor->bodies[0] = [](Function&, auto, auto, Trap& trap) {
    trap = Trap(TrapCode::unreachable);
    return RunStatus::trapped;
  };
  auto& owner =
      **world.instantiate("(module (global (export \"g\") (mut funcref) (ref.null func)))");
  External global = External::of(owner.global(0));
  const auto module = world.compile(
      "(module (import \"\" \"g\" (global (mut funcref))) (memory 1) (func $main) (start $main))");
  EXPECT_FALSE(world.store.instantiate(module, {&global, 1}));
  EXPECT_EQ(world.store.memory_budget()->used, 65536u);
}

TEST(Bookkeeping, BoundsInstancesAndTheirFunctions) {
  EngineConfiguration configuration;
  configuration.limits.bookkeeping_bytes = 1 << 20;
  World world(configuration);
  std::string globals;
  for (int i = 0; i < 10'000; ++i) globals += "(global i64 (i64.const 1))";
  const auto module = world.compile("(module " + globals + ")");
  int made = 0;
  auto last = world.store.instantiate(module, {});
  for (; last && made < 100; ++made) last = world.store.instantiate(module, {});
  ASSERT_FALSE(last);
  EXPECT_EQ(last.error().kind, ErrorKind::limit);
  EXPECT_NE(message(last).find("Limits::bookkeeping_bytes"), std::string::npos);
  EXPECT_LT(made, 4);
  EXPECT_LE(world.store.bookkeeping().used, 1u << 20);
}

TEST(Bookkeeping, IsGivenBackByWhatIsDestroyed) {
  BookkeepingBudget budget{.limit = 100};
  {
    BookkeepingCharge charge(&budget);
    EXPECT_TRUE(charge.add(60));
    EXPECT_FALSE(charge.add(60));
    charge.give_back(10);
    BookkeepingCharge moved(std::move(charge));
    EXPECT_TRUE(moved.add(50));
    EXPECT_EQ(budget.used, 100u);
  }
  EXPECT_EQ(budget.used, 0u);
  EXPECT_FALSE(budget.take(~std::uint64_t{0}));
}

TEST(Instantiation, KeepsAGrowingTableWithinTheLimit) {
  EngineConfiguration configuration;
  configuration.limits.table_elements = 100;
  World world(configuration);
  auto& instance = **world.instantiate("(module (table 10 funcref))");
  EXPECT_EQ(instance.tables[0]->grow(91, {}), -1);
  EXPECT_EQ(instance.tables[0]->grow(90, {}), 10);
}

/// A module whose data are worth a file: 40 000 times `x` at `address`, then "end" over its tail.
std::string large_data(const std::string& address) {
  return "(module (memory (export \"m\") 4) (data (i32.const " + address + ") \"" +
         std::string(40'000, 'x') + "\") (data (i32.const 40000) \"end\") (data \"passive\"))";
}

TEST(InitialMemory, IsSharedCopyOnWrite) {
  World world;
  const auto module = world.compile(large_data("5"));
  EXPECT_EQ(module->initial_memory->covered_segments(), 3u);
  auto& one = **world.store.instantiate(module, {});
  auto& other = **world.store.instantiate(module, {});
  EXPECT_TRUE(module->initial_memory->is_mapped());
  for (auto* instance : {&one, &other}) {
    EXPECT_EQ(text_at(*instance->memory0, 0, 7), std::string("\0\0\0\0\0xx", 7));
    EXPECT_EQ(text_at(*instance->memory0, 39'998, 9), "xxendxx" + std::string(2, '\0'));
    EXPECT_TRUE(instance->data_segment(0).empty());
    EXPECT_FALSE(instance->data_segment(2).empty());
  }
  std::memset(one.memory0->base, 'y', std::size_t{4} * 65536);
  EXPECT_EQ(text_at(*other.memory0, 4, 3), std::string("\0xx", 3));
  auto& third = **world.store.instantiate(module, {});
  EXPECT_EQ(text_at(*third.memory0, 4, 3), std::string("\0xx", 3));
  EXPECT_EQ(third.memory0->grow(1), 4);
}

TEST(InitialMemory, OfFewBytesIsCopied) {
  World world;
  const auto module = world.compile("(module (memory 1) (data (i32.const 7) \"abc\"))");
  auto& instance = **world.store.instantiate(module, {});
  EXPECT_FALSE(module->initial_memory->is_mapped());
  EXPECT_EQ(text_at(*instance.memory0, 6, 4), std::string("\0abc", 4));
}

TEST(InitialMemory, StopsAtTheFirstSegmentThatMightTrap) {
  World world;
  const auto module =
      world.compile("(module (memory 1) (data (i32.const 0) \"" + std::string(50'000, 'x') +
                    "\") (data (i32.const 65535) \"ab\") (data (i32.const 0) \"no\"))");
  EXPECT_EQ(module->initial_memory->covered_segments(), 1u);
  EXPECT_EQ(message(world.store.instantiate(module, {})), "out of bounds memory access");
}

TEST(InitialMemory, CoversSeveralMemoriesAndDistantData) {
  World world;
  const std::string bulk(20'000, 'x');
  const auto module = world.compile("(module (memory $a 100) (memory $b 100)" +
                                    std::string("(data (memory $b) (i32.const 1) \"") + bulk +
                                    "\") (data (memory $a) (i32.const 6553590) \"tail\")" +
                                    "(data (memory $a) (i32.const 70000) \"" + bulk + "\"))");
  auto& instance = **world.store.instantiate(module, {});
  EXPECT_TRUE(module->initial_memory->is_mapped());
  EXPECT_EQ(text_at(*instance.memories[0], 6'553'590, 4), "tail");
  EXPECT_EQ(text_at(*instance.memories[0], 69'999, 2), std::string("\0x", 2));
  EXPECT_EQ(text_at(*instance.memories[0], 89'999, 2), std::string("x\0", 2));
  EXPECT_EQ(text_at(*instance.memories[1], 0, 3), std::string("\0xx", 3));
}

TEST(InitialMemory, OfAGuardedMemoryIsMappedToo) {
  EngineConfiguration configuration;
  configuration.bounds_checks = BoundsChecks::guard_pages;
  World world(configuration);
  auto& instance = **world.store.instantiate(world.compile(large_data("0")), {});
  EXPECT_TRUE(instance.memory0->is_guarded());
  EXPECT_EQ(text_at(*instance.memory0, 39'999, 2), "xe");
}

}  // namespace
}  // namespace airlock::runtime
