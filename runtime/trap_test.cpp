#include "runtime/trap.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace airlock::runtime {
namespace {

TEST(Trap, SaysWhatTheOfficialSuitesSay) {
  EXPECT_EQ(trap_text(TrapCode::integer_divide_by_zero), "integer divide by zero");
  EXPECT_EQ(trap_text(TrapCode::out_of_bounds_memory_access), "out of bounds memory access");
  EXPECT_EQ(trap_text(TrapCode::indirect_call_type_mismatch), "indirect call type mismatch");
  EXPECT_EQ(trap_text(TrapCode::call_stack_exhausted), "call stack exhausted");
  EXPECT_EQ(trap_text(TrapCode::unaligned_atomic), "unaligned atomic");
}

TEST(Trap, FormatsABacktraceAcrossInstances) {
  Trap trap(TrapCode::out_of_bounds_memory_access);
  trap.backtrace = {
      {"app/parser", "parse", 12, 0x2a31}, {"app", "", 3, 0x119c}, {"", "main", 1, 9}};
  EXPECT_EQ(format_trap(trap),
            "trap: out of bounds memory access\n"
            "  at parse (function 12, offset 0x2a31) in app/parser\n"
            "  at function 3 (offset 0x119c) in app\n"
            "  at main (function 1, offset 0x9)");
}

TEST(Trap, WithoutFramesIsOneLine) {
  EXPECT_EQ(format_trap(Trap(TrapCode::host, "disk on fire")), "trap: disk on fire");
}

TEST(Trap, LeavesTheMiddleOfALongBacktraceOut) {
  Trap trap(TrapCode::call_stack_exhausted);
  for (std::uint32_t i = 0; i < 1000; ++i) trap.backtrace.push_back({"", "f", i, i});
  const auto text = format_backtrace(trap);
  EXPECT_EQ(std::ranges::count(text, '\n'), 24 + 1 + 8 - 1);
  EXPECT_NE(text.find("(function 23, "), std::string::npos);
  EXPECT_EQ(text.find("(function 24, "), std::string::npos);
  EXPECT_NE(text.find("  … 968 more\n"), std::string::npos);
  EXPECT_EQ(text.find("(function 991, "), std::string::npos);
  EXPECT_NE(text.find("(function 992, "), std::string::npos);
  EXPECT_TRUE(text.ends_with("  at f (function 999, offset 0x3e7)"));
}

TEST(Trap, BecomesAnErrorOfItsKind) {
  Trap trap(TrapCode::unreachable);
  trap.backtrace = {{"app", "f", 0, 1}};
  EXPECT_EQ(format_error(to_error(trap), ""),
            "trap: unreachable\n  at f (function 0, offset 0x1) in app");
  EXPECT_EQ(to_error(Trap::exit(3)).kind, ErrorKind::exit);
  EXPECT_EQ(to_error(Trap::exit(3)).exit_code, 3);
  EXPECT_EQ(to_error(Trap(TrapCode::unsupported, "`struct.new`")).kind, ErrorKind::unsupported);
}

}  // namespace
}  // namespace airlock::runtime
