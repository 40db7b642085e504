// Facts about accesses beyond the end of a memory, found by checks and by guard pages: every form
// of every load and store traps, and the backtrace names its offset.
#include "interpreter/guard.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include "decoder/opcode.hpp"
#include "interpreter/testing.hpp"

namespace airlock::interpreter {
namespace {

using testing::i32;
using testing::World;

runtime::EngineConfiguration configuration(runtime::BoundsChecks checks) {
  runtime::EngineConfiguration result;
  result.bounds_checks = checks;
  return result;
}

/// The ways to say an address that is out of bounds when the parameters are 65536 and 0.
constexpr const char* addresses[] = {
    "(local.get 0)",
    "(i32.const 65536)",
    "(i32.add (local.get 0) (local.get 1))",
    "(i32.add (local.get 0) (i32.const 4))",
    "(i32.or (local.get 0) (local.get 1))",
    "(i32.add (i32.or (local.get 0) (local.get 1)) (local.get 1))",
    "(i32.add (i32.or (local.get 0) (local.get 1)) (i32.const 4))",
};

std::string function_text(const decoder::InstructionRow& row, const char* address,
                          const char* value) {
  std::string text = "(func (export \"f\") (param i32 i32) (local i32 i64 f32 f64) (nop) ";
  const std::string access = "(" + std::string(row.name) + " offset=8 " + address;
  if (row.family == decoder::Family::load)
    text += "(drop " + access + ")))";
  else
    text += access + " " + value + "))";
  return "(module (memory 1) " + text + ")";
}

void check(World& world, const decoder::InstructionRow& row, const std::string& text) {
  auto* instance = world.instantiate(text);
  ASSERT_NE(instance, nullptr) << text;
  world.call(instance, "f", {i32(65536), i32(0)});
  ASSERT_EQ(world.trap.code, runtime::TrapCode::out_of_bounds_memory_access) << text;
  ASSERT_EQ(world.trap.backtrace.size(), 1u) << text;
  const auto& binary = *instance->module->tree.binary;
  EXPECT_EQ(static_cast<unsigned>(binary[world.trap.backtrace[0].offset]), row.code) << text;
}

class BoundsTest : public ::testing::TestWithParam<runtime::BoundsChecks> {};

TEST_P(BoundsTest, EveryAccessTrapsAtItsInstruction) {
  World world(configuration(GetParam()));
  for (const auto& row : decoder::instruction_table) {
    if (row.feature != decoder::Feature::mvp) continue;
    if (row.family != decoder::Family::load && row.family != decoder::Family::store) continue;
    const std::string type(row.name.substr(0, 3));
    const std::string values[] = {"(" + type + ".const 1)",
                                  "(local.get " +
                                      std::to_string(type == "i32"   ? 2
                                                     : type == "i64" ? 3
                                                     : type == "f32" ? 4
                                                                     : 5) +
                                      ")",
                                  type[0] == 'i' ? "(" + type + ".clz (" + type + ".const 1))"
                                                 : "(" + type + ".abs (" + type + ".const 1))"};
    for (const char* address : addresses)
      for (const auto& value : values)
        check(world, row, function_text(row, address, value.c_str()));
  }
}

TEST_P(BoundsTest, TheLastByteIsInBounds) {
  World world(configuration(GetParam()));
  auto* instance = world.instantiate(R"((module (memory 1)
    (func (export "f") (param i32 i32) (result i32)
      (i32.store (local.get 0) (local.get 1)) (i32.load (local.get 0)))
    (func (export "grow") (result i32) (memory.grow (i32.const 1)))))");
  EXPECT_EQ(world.call_i32(instance, "f", {i32(65532), i32(7)}), 7u);
  world.call(instance, "f", {i32(65533), i32(7)});
  EXPECT_EQ(world.trap.code, runtime::TrapCode::out_of_bounds_memory_access);
  world.call(instance, "f", {i32(0xffffffff), i32(7)});
  EXPECT_EQ(world.trap.code, runtime::TrapCode::out_of_bounds_memory_access);
  EXPECT_EQ(world.call_i32(instance, "grow"), 1u);
  EXPECT_EQ(world.call_i32(instance, "f", {i32(65533), i32(7)}), 7u);
}

TEST_P(BoundsTest, GoesOnAfterManyFaults) {
  World world(configuration(GetParam()));
  auto* instance = world.instantiate(R"((module (memory 1)
    (func (export "f") (param i32) (result i32) (i32.load (local.get 0)))))");
  for (int i = 0; i < 1000; ++i) {
    world.call(instance, "f", {i32(0x10000000)});
    ASSERT_EQ(world.trap.code, runtime::TrapCode::out_of_bounds_memory_access);
    ASSERT_EQ(world.call_i32(instance, "f", {i32(0)}), 0u);
  }
}

/// A guest in a guarded memory calls a host function that accesses the guest's memory beyond its
/// end: an address that a guest's own fault could have.
void crash_in_host_function() {
  World world(configuration(runtime::BoundsChecks::guard_pages));
  runtime::Instance* instance = nullptr;
  const auto crash = [&instance] {
    const runtime::Memory& memory = *instance->memory0;
    *const_cast<volatile std::byte*>(memory.base + memory.size + 100) = std::byte{1};
  };
  if (!world.linker.define_function("host", "crash", crash)) return;
  instance = world.instantiate(R"((module (import "host" "crash" (func $crash)) (memory 1)
    (func (export "f") (param i32) (result i32) (i32.load (local.get 0)))
    (func (export "g") (call $crash))))");
  // First a fault of the guest, so that the handler is there.
  world.call(instance, "f", {i32(65536)});
  if (world.trap.code != runtime::TrapCode::out_of_bounds_memory_access) return;
  world.call(instance, "g");
}

/// The same, with the host's own handler from before.
void crash_with_a_handler(int flags) {
  struct sigaction action{};
  action.sa_flags = flags;
  sigemptyset(&action.sa_mask);
  if ((flags & SA_SIGINFO) != 0)
    action.sa_sigaction = [](int, siginfo_t* information, void*) {
      _exit(information->si_addr != nullptr ? 42 : 43);
    };
  else
    action.sa_handler = [](int) { _exit(42); };
  sigaction(SIGSEGV, &action, nullptr);
  crash_in_host_function();
}

using GuardDeathTest = ::testing::Test;

TEST(GuardDeathTest, ACrashOfAHostFunctionIsNotTakenForATrap) {
  EXPECT_DEATH(crash_in_host_function(), "");
}

TEST(GuardDeathTest, ACrashGoesToTheHandlerThatWasThereBefore) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");  // a new process, in which no handler is yet
  EXPECT_EXIT(crash_with_a_handler(SA_SIGINFO), ::testing::ExitedWithCode(42), "");
  EXPECT_EXIT(crash_with_a_handler(0), ::testing::ExitedWithCode(42), "");
  EXPECT_EXIT(crash_with_a_handler(static_cast<int>(SA_RESETHAND)), ::testing::ExitedWithCode(42),
              "");
}

TEST(GuardDeathTest, ASignalThatWasSentEndsTheProcess) {
  const auto send = [] {
    World world(configuration(runtime::BoundsChecks::guard_pages));
    if (!world.linker.define_function("host", "send", [] { ::raise(SIGSEGV); })) return;
    auto* instance = world.instantiate(R"((module (import "host" "send" (func $send)) (memory 1)
      (func (export "f") (call $send))))");
    world.call(instance, "f");
  };
  EXPECT_DEATH(send(), "");
}

INSTANTIATE_TEST_SUITE_P(Checks, BoundsTest,
                         ::testing::Values(runtime::BoundsChecks::in_code,
                                           runtime::BoundsChecks::guard_pages),
                         [](const auto& info) {
                           return info.param == runtime::BoundsChecks::in_code ? "InCode"
                                                                               : "GuardPages";
                         });

}  // namespace
}  // namespace airlock::interpreter
