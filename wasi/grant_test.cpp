// WASI through the embedding API.
#include <gtest/gtest.h>

#include <optional>

#include "airlock/airlock.hpp"
#include "airlock/wasi.hpp"

namespace airlock::wasi {
namespace {

/// Writes a greeting to standard output and exits with 7.
constexpr std::string_view greeter = R"((module
  (import "wasi_snapshot_preview1" "fd_write"
    (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\10\00\00\00\06\00\00\00") (data (i32.const 16) "hello\n")
  (func (export "_start")
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
    (call $exit (i32.const 7)))))";

TEST(Grant, GivesModulesWhatTheContextHolds) {
  const auto output = std::make_shared<std::string>();
  Configuration grants;
  grants.standard_output = Output::capture(output);
  const auto context = Context::create(std::move(grants));
  ASSERT_TRUE(context);

  const Engine engine;
  const Store store(engine);
  const Linker linker(store);
  ASSERT_TRUE(grant(linker, *context));
  const auto module = Module::compile(engine, greeter);
  ASSERT_TRUE(module) << module.error().message;
  const auto instance = linker.instantiate(*module);
  ASSERT_TRUE(instance) << instance.error().message;
  const auto ended = instance->invoke("_start");
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().kind, ErrorKind::exit);
  EXPECT_EQ(ended.error().exit_code, 7);
  (*context)->finish();
  EXPECT_EQ(*output, "hello\n");
}

TEST(Grant, GivesComponentsWhatTheContextHolds) {
  Configuration grants;
  grants.clocks = true;
  const auto context = Context::create(std::move(grants));
  ASSERT_TRUE(context);
  const Engine engine;
  const Store store(engine);
  const component::Linker linker(store);
  ASSERT_TRUE(grant(linker, *context));
  const auto component = component::Component::compile(engine, R"((component
    (import "wasi:clocks/monotonic-clock@0.2.3" (instance $clock
      (export "now" (func (result u64)))))
    (core func $now (canon lower (func $clock "now")))
    (core module $m (import "clock" "now" (func $now (result i64)))
      (func (export "ask") (result i64) (call $now)))
    (core instance $i (instantiate $m (with "clock" (instance (export "now" (func $now))))))
    (func (export "ask") (result u64) (canon lift (core func $i "ask")))))");
  ASSERT_TRUE(component) << component.error().message;
  const auto instance = linker.instantiate(*component);
  ASSERT_TRUE(instance) << instance.error().message;
  const auto first = instance->invoke<std::uint64_t>("", "ask");
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_GE(*instance->invoke<std::uint64_t>("", "ask"), *first);
}

TEST(Grant, ToAStoreThatIsGoneIsAnError) {
  const auto context = Context::create({});
  ASSERT_TRUE(context);
  const Engine engine;
  std::optional<Store> store(std::in_place, engine);
  const Linker linker(*store);
  const component::Linker component_linker(*store);
  store.reset();
  EXPECT_EQ(grant(linker, *context).error().kind, ErrorKind::argument);
  EXPECT_EQ(grant(component_linker, *context).error().kind, ErrorKind::argument);
}

}  // namespace
}  // namespace airlock::wasi
