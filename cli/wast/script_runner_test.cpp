#include "cli/wast/script_runner.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "interpreter/executor.hpp"

namespace airlock::cli {
namespace {

using testing::HasSubstr;

ScriptSummary run(std::string_view source, const ScriptOptions& options = {}) {
  runtime::Engine engine(interpreter::make_executor(), {});
  auto summary = run_script(engine, source, options);
  EXPECT_TRUE(summary) << format_error(summary.error(), "script");
  return summary ? *std::move(summary) : ScriptSummary{};
}

/// What is reported of a script with one directive that fails.
std::string failure(const std::string& source, const ScriptOptions& options = {}) {
  const auto summary = run(source, options);
  EXPECT_EQ(summary.failed, 1u) << source;
  return summary.reports.empty() ? "" : summary.reports.front().message;
}

constexpr auto functions = R"((module
  (func (export "one") (result i32) (i32.const 1))
  (func (export "trap") (unreachable))
  (func $forever (export "forever") (call $forever))))";

TEST(ScriptRunner, ResultsMustBeThoseExpected) {
  const std::string module = functions;
  EXPECT_THAT(failure(module + "(assert_return (invoke \"one\") (i32.const 2))"),
              HasSubstr("expected (i32.const 2), got (i32.const 1)"));
  EXPECT_THAT(failure(module + "(assert_return (invoke \"one\"))"), HasSubstr("expected nothing"));
  EXPECT_THAT(failure(module + "(assert_return (invoke \"one\") (i64.const 1))"),
              HasSubstr("expected (i64.const 1)"));
  EXPECT_THAT(failure(module + "(assert_return (invoke \"none\") (i32.const 1))"),
              HasSubstr("no function"));
  EXPECT_THAT(failure(module + "(assert_return (invoke \"trap\"))"), HasSubstr("unreachable"));
}

TEST(ScriptRunner, KindsOfFailureAreNotConfused) {
  const std::string module = functions;
  EXPECT_THAT(failure(module + "(assert_trap (invoke \"one\") \"unreachable\")"),
              HasSubstr("nothing went wrong"));
  EXPECT_THAT(failure(module + "(assert_exhaustion (invoke \"trap\") \"call stack exhausted\")"),
              HasSubstr("got trap: unreachable"));
  EXPECT_THAT(failure(module + "(assert_trap (invoke \"forever\") \"unreachable\")"),
              HasSubstr("call stack exhausted"));
  EXPECT_THAT(failure(module + "(assert_exception (invoke \"trap\"))"),
              HasSubstr("expected an exception"));
  EXPECT_THAT(failure("(assert_unlinkable (module (func (unreachable)) (start 0)) \"x\")"),
              HasSubstr("got trap"));
  EXPECT_THAT(failure("(assert_trap (module (import \"a\" \"b\" (func))) \"unknown import\")"),
              HasSubstr("got unlinkable"));
  EXPECT_THAT(failure("(assert_malformed (module (func (result i32))) \"type mismatch\")"),
              HasSubstr("got invalid"));
  EXPECT_THAT(failure("(assert_invalid (module quote \"(func\") \"unexpected token\")"),
              HasSubstr("got malformed"));
  EXPECT_THAT(failure("(assert_invalid (module) \"type mismatch\")"), HasSubstr("accepted"));
}

TEST(ScriptRunner, TextsOfTrapsAndLinksMustBegin) {
  const std::string module = functions;
  EXPECT_THAT(failure(module + "(assert_trap (invoke \"trap\") \"unreachable executed\")"),
              HasSubstr("got trap: unreachable"));
  EXPECT_THAT(failure("(assert_unlinkable (module (import \"a\" \"b\" (func))) \"not there\")"),
              HasSubstr("got unlinkable: unknown import"));
  EXPECT_EQ(run(module + "(assert_trap (invoke \"trap\") \"unreach\")").failed, 0u);
}

TEST(ScriptRunner, TextsOfValidationAreCounted) {
  constexpr auto source = "(assert_invalid (module (func (result i32))) \"no such text\")";
  const auto summary = run(source);
  EXPECT_EQ(summary.passed, 1u);
  EXPECT_EQ(summary.differing_messages, 1u);
  ASSERT_EQ(summary.differences.size(), 1u);
  EXPECT_THAT(summary.differences[0].message, HasSubstr("expected \"no such text\", got invalid"));
  EXPECT_THAT(failure(source, {.exact_messages = true}), HasSubstr("no such text"));
}

TEST(ScriptRunner, RoundTripsAreCounted) {
  const std::string source = std::string(functions) +
                             "(assert_return (invoke \"one\") (i32.const 1))"
                             "(assert_malformed (module quote \"(\") \"unexpected\")"
                             "(assert_invalid (module (func (result i32))) \"type mismatch\")";
  const auto summary = run(source, {.round_trip = true});
  EXPECT_EQ(summary.failed, 0u);
  EXPECT_EQ(summary.round_trips, 2u);
}

TEST(ScriptRunner, FilesNeedAFolder) {
  EXPECT_EQ(run("(input \"a.wast\")").skipped, 1u);
  EXPECT_THAT(failure("(input \"nothere.wast\")", {.folder = "."}), HasSubstr("cannot be read"));
  EXPECT_EQ(run("(module) (output \"a.wasm\")").skipped, 1u);
  EXPECT_THAT(failure("(output $m)"), HasSubstr("there is no module $m"));
}

}  // namespace
}  // namespace airlock::cli
