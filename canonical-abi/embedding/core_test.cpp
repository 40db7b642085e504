// The public API over core modules, end to end.
#include <gtest/gtest.h>
#include <pthread.h>
#include <unistd.h>

#include <fstream>

#include "airlock/airlock.hpp"
#include "canonical-abi/embedding/testing.hpp"

namespace airlock {
namespace {

using testing::Host;
using testing::message;

constexpr std::string_view arithmetic = R"((module $arithmetic
  (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
  (func (export "half") (param f64) (result f64) (f64.div (local.get 0) (f64.const 2)))
  (func (export "swap") (param i64 f32) (result f32 i64) (local.get 1) (local.get 0))
  (func $divide (export "divide") (param i32 i32) (result i32)
    (i32.div_s (local.get 0) (local.get 1)))))";

TEST(Embedding, CallsByNameWithTypesOrValues) {
  Host host;
  const auto instance = host.instantiate(arithmetic);
  EXPECT_EQ(instance.invoke<std::int32_t>("add", 40, 2), 42);
  EXPECT_EQ(instance.invoke<std::uint32_t>("add", -1, 0u), 0xffff'ffffu);
  EXPECT_EQ(instance.invoke<double>("half", 5.0), 2.5);
  const auto swapped = instance.call("swap", {Value::i64(-7), Value::f32(1.5F)});
  ASSERT_TRUE(swapped) << message(swapped);
  EXPECT_EQ(*swapped, (std::vector{Value::f32(1.5F), Value::i64(-7)}));
}

TEST(Embedding, RefusesWrongCalls) {
  Host host;
  const auto instance = host.instantiate(arithmetic);
  EXPECT_EQ(message(instance.invoke("nothing")), "no function `nothing` is exported");
  EXPECT_EQ(message(instance.invoke<std::int64_t>("add", 1, 2)),
            "the function is [i32 i32] -> [i32], not [i32 i32] -> [i64]");
  EXPECT_EQ(message(instance.call("add", {Value::i32(1)})),
            "the function takes 2 arguments, but 1 was given");
  EXPECT_EQ(message(instance.call("add", {Value::i32(1), Value::f64(2)})),
            "argument 2 must be i32, but f64 was given");
  EXPECT_EQ(instance.call("add").error().kind, ErrorKind::argument);
}

TEST(Embedding, GivesTrapsWithABacktraceAndGoesOn) {
  Host host;
  const auto instance = host.instantiate(arithmetic);
  const auto failed = instance.invoke<std::int32_t>("divide", 1, 0);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().kind, ErrorKind::trap);
  EXPECT_EQ(failed.error().message, "integer divide by zero");
  ASSERT_EQ(host.store.last_backtrace().size(), 1u);
  EXPECT_EQ(host.store.last_backtrace()[0].function, "divide");
  EXPECT_EQ(host.store.last_backtrace()[0].function_index, 3u);
  EXPECT_EQ(host.store.last_backtrace()[0].instance, "arithmetic");
  EXPECT_EQ(instance.invoke<std::int32_t>("divide", 6, 3), 2);
}

TEST(Embedding, ReportsBadModulesWithTheirPlace) {
  const Engine engine;
  const auto text = Module::compile(engine, "(module\n  (func (i32.addd)))");
  ASSERT_FALSE(text);
  ASSERT_TRUE(text.error().position);
  EXPECT_EQ(text.error().position->line, 2u);

  const auto invalid = Module::compile(engine, "(module (func (result i32) (f32.const 0)))");
  ASSERT_FALSE(invalid);
  EXPECT_EQ(invalid.error().kind, ErrorKind::invalid);
  EXPECT_TRUE(invalid.error().position);

  const std::string_view cut("\0asm\1\0\0\0\1\x7f", 10);
  const auto binary = Module::compile(engine, cut);
  ASSERT_FALSE(binary);
  EXPECT_EQ(binary.error().kind, ErrorKind::malformed);
  EXPECT_TRUE(binary.error().offset);

  EXPECT_EQ(Module::load(engine, "/nonexistent.wasm").error().kind, ErrorKind::system);
  EXPECT_FALSE(Module::compile(engine, ""));
}

TEST(Embedding, DescribesModules) {
  const Engine engine;
  const auto module = Module::compile(engine, R"((module $m
    (import "env" "f" (func (param i32 externref) (result v128))) (import "env" "g" (global i32))
    (memory (export "mem") 1) (func (export "run"))))");
  ASSERT_TRUE(module) << message(module);
  EXPECT_EQ(module->name(), "m");
  const auto imports = module->imports();
  ASSERT_EQ(imports.size(), 2u);
  EXPECT_EQ(imports[0].module, "env");
  EXPECT_EQ(imports[0].name, "f");
  EXPECT_EQ(to_string(*imports[0].function_type), "[i32 externref] -> [v128]");
  EXPECT_EQ(imports[1].kind, ExternKind::global);
  const auto exports = module->exports();
  ASSERT_EQ(exports.size(), 2u);
  EXPECT_EQ(exports[0].kind, ExternKind::memory);
  EXPECT_EQ(exports[1].name, "run");
}

TEST(Embedding, LoadsFiles) {
  const auto path =
      std::filesystem::temp_directory_path() / ("airlock-" + std::to_string(getpid()) + ".wat");
  std::ofstream(path) << "(module (func (export \"five\") (result i32) (i32.const 5)))";
  Host host;
  const auto module = Module::load(host.engine, path);
  std::filesystem::remove(path);
  ASSERT_TRUE(module) << message(module);
  EXPECT_EQ(host.linker.instantiate(*module)->invoke<std::int32_t>("five"), 5);
}

TEST(Embedding, ReadsAndWritesMemory) {
  Host host;
  const auto instance = host.instantiate(R"((module (memory (export "m") 1 2)
    (data (i32.const 8) "abc")
    (func (export "peek") (param i32) (result i32) (i32.load8_u (local.get 0)))))");
  const auto memory = *instance.memory("m");
  EXPECT_EQ(memory.size(), 65536u);
  EXPECT_EQ(memory.read_string(8, 3), "abc");
  EXPECT_TRUE(memory.write(65535, "!"));
  EXPECT_EQ(instance.invoke<std::int32_t>("peek", 65535), '!');
  EXPECT_FALSE(memory.write(65535, "!!"));
  EXPECT_FALSE(memory.read_string(~0ull, 2));
  EXPECT_EQ(memory.grow(1), 1u);
  EXPECT_EQ(memory.pages(), 2u);
  EXPECT_EQ(memory.grow(1).error().kind, ErrorKind::limit);
  memory.bytes()[100'000] = std::byte{7};
  EXPECT_EQ(instance.invoke<std::int32_t>("peek", 100'000), 7);
  EXPECT_FALSE(instance.memory("peek"));
  EXPECT_EQ(host.store.memory_bytes(), 2u * 65536);
}

TEST(Embedding, ReadsAndWritesGlobals) {
  Host host;
  const auto instance = host.instantiate(R"((module
    (global (export "c") i64 (i64.const -3)) (global (export "v") (mut f32) (f32.const 0))
    (global (export "f") (mut funcref) (ref.func $get))
    (func $get (export "get") (result f32) (global.get 1))))");
  EXPECT_EQ(instance.global("c")->get(), Value::i64(-3));
  EXPECT_EQ(message(instance.global("c")->set(Value::i64(1))), "the global is constant");
  EXPECT_TRUE(instance.global("v")->set(Value::f32(2.5F)));
  EXPECT_EQ(instance.invoke<float>("get"), 2.5F);
  EXPECT_FALSE(instance.global("v")->set(Value::f64(2.5)));
  const auto reference = *instance.global("f")->get();
  EXPECT_EQ(host.store.function(reference)->invoke<float>(), 2.5F);
  EXPECT_TRUE(instance.global("f")->set(Value::null_funcref()));
  EXPECT_FALSE(host.store.function(*instance.global("f")->get()));
}

TEST(Embedding, CallsHostFunctionsOfEveryShape) {
  Host host;
  int ticks = 0;
  ASSERT_TRUE(host.linker.function("env", "tick", [&ticks] { ++ticks; }));
  ASSERT_TRUE(host.linker.function(
      "env", "divmod",
      [](std::int64_t a, std::int64_t b) -> HostResult<std::tuple<std::int64_t, std::int64_t>> {
        if (b == 0) return fail(ErrorKind::trap, "no division by zero here");
        return std::tuple(a / b, a % b);
      }));
  ASSERT_TRUE(host.linker.function("env", "peek", [](HostCall& call, std::uint32_t address) {
    return static_cast<std::int32_t>(call.memory()->bytes()[address]);
  }));
  ASSERT_TRUE(host.linker.define(
      "env", "mirror",
      {{ValueType::v128, ValueType::externref}, {ValueType::externref, ValueType::v128}},
      [](HostCall& call) {
        const Value results[] = {call.argument(1), call.argument(0)};
        return call.returned(results);
      }));
  const auto instance = host.instantiate(R"((module
    (import "env" "tick" (func $tick))
    (import "env" "divmod" (func $divmod (param i64 i64) (result i64 i64)))
    (import "env" "peek" (func $peek (param i32) (result i32)))
    (import "env" "mirror" (func $mirror (param v128 externref) (result externref v128)))
    (memory 1) (data (i32.const 3) "z")
    (func (export "run") (param i64 i64) (result i64)
      (call $tick) (call $divmod (local.get 0) (local.get 1)) (i64.add))
    (func (export "peek") (result i32) (call $peek (i32.const 3)))
    (export "mirror" (func $mirror))))");
  EXPECT_EQ(instance.invoke<std::int64_t>("run", std::int64_t{17}, std::int64_t{5}), 5);
  EXPECT_EQ(ticks, 1);
  const auto failed = instance.invoke<std::int64_t>("run", std::int64_t{1}, std::int64_t{0});
  EXPECT_EQ(message(failed), "no division by zero here");
  EXPECT_EQ(failed.error().kind, ErrorKind::trap);
  EXPECT_EQ(instance.invoke<std::int32_t>("peek"), 'z');

  std::array<std::byte, 16> lanes{};
  lanes[15] = std::byte{9};
  const auto mirrored = instance.call("mirror", {Value::v128(lanes), Value::externref(77)});
  ASSERT_TRUE(mirrored) << message(mirrored);
  EXPECT_EQ((*mirrored)[0].as_externref(), 77u);
  EXPECT_EQ((*mirrored)[1].as_v128(), lanes);
}

TEST(Embedding, EndsAGuestThatExits) {
  Host host;
  ASSERT_TRUE(host.linker.define("env", "exit", {{ValueType::i32}, {}}, [](HostCall& call) {
    return call.exit(call.argument(0).as_i32());
  }));
  const auto instance = host.instantiate(R"((module (import "env" "exit" (func $exit (param i32)))
    (func (export "main") (call $exit (i32.const 3)) unreachable)))");
  const auto ended = instance.invoke("main");
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().kind, ErrorKind::exit);
  EXPECT_EQ(ended.error().exit_code, 3);
}

TEST(Embedding, MakesATrapOfHostMistakes) {
  Host host;
  ASSERT_TRUE(host.linker.define("env", "lies", {{}, {ValueType::i32}},
                                 [](HostCall& call) { return call.returned(Value::f64(1)); }));
  ASSERT_TRUE(host.linker.function("env", "throws", [] { throw std::runtime_error("oh"); }));
  ASSERT_TRUE(host.linker.define("env", "forgets", {{}, {}},
                                 [](HostCall& call) { return call.still_pending(); }));
  const auto instance = host.instantiate(R"((module
    (import "env" "lies" (func $l (result i32))) (import "env" "throws" (func $t))
    (import "env" "forgets" (func $f))
    (export "l" (func $l)) (export "t" (func $t)) (export "f" (func $f))))");
  EXPECT_EQ(message(instance.invoke<std::int32_t>("l")),
            "a host function of type [] -> [i32] returned other values");
  EXPECT_EQ(message(instance.invoke("t")), "oh");
  EXPECT_EQ(message(instance.invoke("f")),
            "a host function is pending, but gave no function to ask again");
}

// Only a call makes an outcome, so that none can be named without what belongs to it.
static_assert(!std::is_default_constructible_v<HostOutcome>);
static_assert(!std::is_constructible_v<HostOutcome, int>);
static_assert(!std::is_constructible_v<HostOutcome, HostEnd>);

TEST(Embedding, DoesNotTakeTheOutcomeOfAnotherCall) {
  Host host;
  std::optional<HostOutcome> kept;
  const auto tag = Tag::make(host.store, {ValueType::i32});
  ASSERT_TRUE(host.linker.define("env", "stale", {{ValueType::i64}, {ValueType::funcref}},
                                 [&kept](HostCall&) { return *kept; }));
  ASSERT_TRUE(host.linker.define("env", "throw", {{}, {}}, [&](HostCall& call) {
    kept = call.thrown(tag, std::vector{Value::i32(1)});
    return *kept;
  }));
  ASSERT_TRUE(host.linker.define("env", "return", {{}, {}}, [&](HostCall& call) {
    kept = call.returned();
    return *kept;
  }));
  const auto instance = host.instantiate(R"((module
    (import "env" "stale" (func $stale (param i64) (result funcref)))
    (import "env" "throw" (func $throw)) (import "env" "return" (func $return))
    (func (export "stale") (drop (call $stale (i64.const 0x1234))))
    (export "throw" (func $throw)) (export "return" (func $return))))");
  for (const char* first : {"throw", "return"}) {
    std::ignore = instance.invoke(first);
    EXPECT_EQ(message(instance.invoke("stale")), "a host function did not say how its call ends");
  }
}

TEST(Embedding, TakesTheLastEndOfACall) {
  Host host;
  ASSERT_TRUE(host.linker.define("env", "wavers", {{}, {ValueType::i32}}, [](HostCall& call) {
    std::ignore = call.trapped("no");
    std::ignore = call.pending([](HostCall& again) { return again.still_pending(); });
    return call.returned(Value::i32(5));
  }));
  const auto instance = host.instantiate(R"((module
    (import "env" "wavers" (func $wavers (result i32))) (export "wavers" (func $wavers))))");
  EXPECT_EQ(instance.invoke<std::int32_t>("wavers"), 5);
}

/// A host function that is pending until it was polled `turns` times, then answers 7.
HostFunction slow(int turns, int& alive) {
  struct Guard {
    explicit Guard(int& count) : alive(&count) { ++*alive; }
    Guard(const Guard& other) : alive(other.alive) { ++*alive; }
    Guard& operator=(const Guard&) = delete;
    ~Guard() { --*alive; }
    int* alive;
  };
  return [turns, &alive](HostCall& first) {
    return first.pending([left = turns, guard = Guard(alive)](HostCall& call) mutable {
      if (--left > 0) return call.still_pending();
      return call.returned(Value::i32(7));
    });
  };
}

constexpr std::string_view waits = R"((module (import "env" "slow" (func $slow (result i32)))
  (func (export "run") (result i32) (i32.add (call $slow) (call $slow)))))";

TEST(Embedding, SuspendsAGuestWhileTheHostIsPending) {
  Host host;
  int alive = 0;
  int waited = 0;
  host.store.set_waiter([&]() -> Result<void> {
    ++waited;
    EXPECT_EQ(alive, 1);
    return {};
  });
  ASSERT_TRUE(host.linker.define("env", "slow", {{}, {ValueType::i32}}, slow(3, alive)));
  EXPECT_EQ(host.instantiate(waits).invoke<std::int32_t>("run"), 14);
  EXPECT_EQ(waited, 6);
  EXPECT_EQ(alive, 0);
}

TEST(Embedding, WaitsWithoutAWaiterToo) {
  Host host;
  int alive = 0;
  ASSERT_TRUE(host.linker.define("env", "slow", {{}, {ValueType::i32}}, slow(2, alive)));
  EXPECT_EQ(host.instantiate(waits).invoke<std::int32_t>("run"), 14);
}

TEST(Embedding, AbandonsAGuestWhoseWaiterFails) {
  Host host;
  int alive = 0;
  host.store.set_waiter([] { return Result<void>(fail(ErrorKind::system, "no more events")); });
  ASSERT_TRUE(host.linker.define("env", "slow", {{}, {ValueType::i32}}, slow(3, alive)));
  EXPECT_EQ(message(host.instantiate(waits).invoke<std::int32_t>("run")), "no more events");
  EXPECT_EQ(alive, 0) << "what the pending call held is freed";
}

constexpr std::string_view throws = R"((module
  (import "env" "failure" (tag $failure (param i32 f64)))
  (import "env" "check" (func $check (param i32)))
  (tag $own (export "own") (param i64))
  (func $run (export "run") (param i32) (result f64) (local $factor f64)
    (block $h (result i32 f64)
      (try_table (catch $failure $h) (call $check (local.get 0)))
      (return (f64.const -1)))
    (local.set $factor) (f64.convert_i32_s) (f64.mul (local.get $factor)))
  (func (export "check") (param i32) (call $check (local.get 0)))
  (func (export "throw") (throw $own (i64.const 77)))))";

TEST(Embedding, ThrowsExceptionsAndGetsThoseNobodyCaught) {
  Host host;
  const auto failure = Tag::make(host.store, {ValueType::i32, ValueType::f64});
  ASSERT_TRUE(host.linker.define("env", "failure", failure));
  ASSERT_TRUE(host.linker.define("env", "check", {{ValueType::i32}, {}}, [&](HostCall& call) {
    const auto number = call.argument(0).as_i32();
    if (number == 0) return call.returned();
    if (number < 0) return call.thrown({failure, {Value::i32(number)}});
    return call.thrown({failure, {Value::i32(number), Value::f64(0.5)}});
  }));
  const auto instance = host.instantiate(throws);
  EXPECT_EQ(instance.invoke<double>("run", 0), -1);
  EXPECT_EQ(instance.invoke<double>("run", 9), 4.5);
  EXPECT_FALSE(host.store.last_exception());
  EXPECT_EQ(message(instance.invoke("check", -1)),
            "a host function threw values that are not of the tag's types");

  const auto uncaught = instance.invoke("check", 3);
  ASSERT_FALSE(uncaught);
  EXPECT_EQ(uncaught.error().kind, ErrorKind::exception);
  ASSERT_TRUE(host.store.last_exception());
  EXPECT_EQ(host.store.last_exception()->tag, failure);
  EXPECT_EQ(host.store.last_exception()->values[1], Value::f64(0.5));
  EXPECT_EQ(host.store.last_backtrace().size(), 1u);

  const auto own = instance.tag("own");
  ASSERT_TRUE(own);
  EXPECT_EQ(own->types(), std::vector{ValueType::i64});
  EXPECT_EQ(message(instance.invoke("throw")), "uncaught exception `own` (i64 77)");
  EXPECT_EQ(host.store.last_exception()->tag, *own);
  EXPECT_FALSE(host.store.last_exception()->tag == failure);
  EXPECT_EQ(own->name(), "own");
}

TEST(Embedding, SharesAMemoryBetweenStores) {
  const Engine engine;
  constexpr std::string_view counts = R"((module (import "env" "m" (memory 1 4 shared))
    (func (export "add") (result i32) (i32.atomic.rmw.add (i32.const 8) (i32.const 1)))
    (func (export "grow") (result i32) (memory.grow (i32.const 1)))
    (func (export "far") (result i32) (i32.load (i32.const 65536)))))";
  const auto made = Module::compile(engine, "(module (memory (export \"m\") 1 4 shared))");
  const auto module = Module::compile(engine, counts);
  ASSERT_TRUE(made && module);
  Store other(engine);
  std::optional<Instance> far;
  {
    const Store store(engine);
    Linker linker(store);
    const auto memory = linker.instantiate(*made)->memory("m");
    Linker second(other);
    ASSERT_TRUE(second.define("env", "m", *memory));
    ASSERT_TRUE(linker.define("env", "m", *memory));
    far = *second.instantiate(*module);
    const auto near = *linker.instantiate(*module);
    EXPECT_EQ(near.invoke<std::int32_t>("add"), 0);
    EXPECT_EQ(far->invoke<std::int32_t>("add"), 1);
    EXPECT_EQ(near.invoke<std::int32_t>("add"), 2);
    EXPECT_FALSE(far->invoke<std::int32_t>("far"));
    EXPECT_EQ(near.invoke<std::int32_t>("grow"), 1);
    EXPECT_EQ(far->invoke<std::int32_t>("far"), 0);
  }
  EXPECT_EQ(far->invoke<std::int32_t>("add"), 3) << "lives as long as one of the stores";

  const Store third(engine);
  const auto unshared =
      Linker(third).instantiate(*Module::compile(engine, "(module (memory (export \"m\") 1))"));
  Linker refused(other);
  EXPECT_FALSE(refused.define("env", "m", *unshared->memory("m")));
}

TEST(Embedding, LinksModulesToEachOther) {
  Host host;
  const auto library = host.instantiate(R"((module (memory (export "memory") 1)
    (global (export "base") i32 (i32.const 1000))
    (func (export "triple") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 3)))))");
  ASSERT_TRUE(host.linker.define("lib", library));
  ASSERT_TRUE(host.linker.define("other", "f", *library.function("triple")));
  ASSERT_TRUE(host.linker.define("other", "m", *library.memory("memory")));
  ASSERT_TRUE(host.linker.define("other", "g", *library.global("base")));
  EXPECT_EQ(message(host.linker.define("other", "g", *library.global("base"))),
            "`other` `g` is defined already");
  const auto user =
      host.instantiate(R"((module (import "lib" "triple" (func $t (param i32) (result i32)))
    (import "other" "f" (func $f (param i32) (result i32))) (import "other" "m" (memory 1))
    (import "other" "g" (global $g i32)) (data (i32.const 0) "shared")
    (func (export "run") (result i32) (i32.add (global.get $g) (call $f (call $t (i32.const 2)))))))");
  EXPECT_EQ(user.invoke<std::int32_t>("run"), 1018);
  EXPECT_EQ(library.memory("memory")->read_string(0, 6), "shared");
}

TEST(Embedding, NamesMissingAndWrongImports) {
  Host host;
  ASSERT_TRUE(host.linker.function("env", "f", [] {}));
  const auto missing = Module::compile(host.engine, "(module (import \"env\" \"g\" (func)))");
  const auto no = host.linker.instantiate(*missing);
  EXPECT_EQ(no.error().kind, ErrorKind::unlinkable);
  EXPECT_EQ(message(no), "unknown import: `env` `g` (function [] -> [])");
  const auto wrong =
      Module::compile(host.engine, "(module (import \"env\" \"f\" (func (param i32))))");
  EXPECT_TRUE(message(host.linker.instantiate(*wrong)).starts_with("incompatible import type"));
}

constexpr std::string_view boxes = R"((module
  (type $box (struct (field i32)))
  (type $bytes (array (mut i8)))
  (func (export "make") (param i32) (result anyref) (struct.new $box (local.get 0)))
  (func (export "make_external") (param i32) (result externref)
    (extern.convert_any (struct.new $box (local.get 0))))
  (func (export "read") (param (ref $box)) (result i32) (struct.get $box 0 (local.get 0)))
  (func (export "read_external") (param externref) (result i32)
    (struct.get $box 0 (ref.cast (ref $box) (any.convert_extern (local.get 0)))))
  (func (export "number") (result (ref i31)) (ref.i31 (i32.const 5)))
  (func (export "function") (result (ref func)) (ref.func $churn))
  (func $churn (export "churn")
    (local i32)
    (loop
      (drop (array.new $bytes (i32.const 255) (i32.const 16)))
      (drop (struct.new $box (i32.const -1)))
      (br_if 0 (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 1)))
                         (i32.const 100000))))))
)";

TEST(Embedding, KeepsObjectsOfGuestsAlive) {
  Configuration configuration;
  configuration.limits.heap_bytes = 1 << 20;
  Host host(configuration);
  const auto instance = host.instantiate(boxes);
  std::vector<Value> kept;
  std::vector<Value> external;
  for (std::int32_t i = 0; i < 100; ++i) {
    kept.push_back(instance.call("make", {Value::i32(i)})->front());
    external.push_back(instance.call("make_external", {Value::i32(-i)})->front());
  }
  EXPECT_EQ(kept[0].type(), ValueType::other_reference);
  EXPECT_EQ(external[0].type(), ValueType::externref);
  EXPECT_EQ(external[0].as_externref(), std::nullopt) << "not the host's own";
  const auto copies = kept;
  kept.resize(50);
  ASSERT_TRUE(instance.call("churn"));
  for (std::int32_t i = 0; i < 100; ++i) {
    const Value box[] = {copies[static_cast<std::size_t>(i)]};
    EXPECT_EQ(instance.call("read", box)->front().as_i32(), i);
    const Value outside[] = {external[static_cast<std::size_t>(i)]};
    EXPECT_EQ(instance.call("read_external", outside)->front().as_i32(), -i);
  }
}

TEST(Embedding, PassesReferencesOnlyWhereTheyFit) {
  Host host;
  const auto instance = host.instantiate(boxes);
  const Value number[] = {instance.call("number")->front()};
  EXPECT_FALSE(number[0].is_null());
  EXPECT_EQ(instance.call("read", number).error().kind, ErrorKind::argument);
  const Value function[] = {instance.call("function")->front()};
  EXPECT_EQ(function[0].type(), ValueType::other_reference);
  EXPECT_EQ(instance.call("read", function).error().kind, ErrorKind::argument);
  const Value outside[] = {Value::externref(7)};
  EXPECT_EQ(instance.call("read", outside).error().kind, ErrorKind::argument);
  EXPECT_EQ(message(instance.call("read_external", outside)), "cast failure");

  Store other(host.engine);
  Linker linker(other);
  const auto there = *linker.instantiate(*Module::compile(host.engine, boxes));
  for (const auto* name : {"make", "make_external"}) {
    const Value box[] = {instance.call(name, {Value::i32(1)})->front()};
    EXPECT_EQ(
        message(there.call(box[0].type() == ValueType::externref ? "read_external" : "read", box)),
        "the reference belongs to another store");
  }
  // A value may outlive what it refers to.
  std::optional<Store> third(std::in_place, host.engine);
  Linker third_linker(*third);
  const auto last = *third_linker.instantiate(*Module::compile(host.engine, boxes));
  const Value orphan = last.call("make", {Value::i32(1)})->front();
  third.reset();
  EXPECT_FALSE(orphan.is_null());
}

TEST(Embedding, KeepsStoresApart) {
  Host host;
  Store other(host.engine);
  Linker other_linker(other);
  const auto instance =
      host.instantiate("(module (func (export \"f\")) (memory (export \"m\") 1))");
  EXPECT_EQ(message(other_linker.define("a", "f", *instance.function("f"))),
            "`a` `f` belongs to another store");
  EXPECT_FALSE(other_linker.define("a", instance));
  EXPECT_FALSE(other.function(instance.function("f")->reference()));

  const auto taker =
      Module::compile(host.engine, "(module (func (export \"take\") (param funcref)))");
  const auto there = *other_linker.instantiate(*taker);
  const Value foreign[] = {instance.function("f")->reference()};
  EXPECT_EQ(message(there.call("take", foreign)), "the reference belongs to another store");
  EXPECT_TRUE(there.call("take", {Value::null_funcref()}));

  const Engine foreign_engine;
  const auto foreign_module = Module::compile(foreign_engine, "(module)");
  EXPECT_EQ(message(other_linker.instantiate(*foreign_module)),
            "the module was compiled by another engine");
}

TEST(Embedding, HandlesOutliveTheirStore) {
  const Engine engine;
  auto store = std::make_optional<Store>(engine);
  Linker linker(*store);
  const auto module = Module::compile(engine, R"((module (func (export "f")) (memory (export "m") 1)
                 (global (export "g") (mut i32) (i32.const 1))))");
  const auto instance = *linker.instantiate(*module);
  const auto function = *instance.function("f");
  const auto memory = *instance.memory("m");
  const auto global = *instance.global("g");
  store.reset();
  EXPECT_FALSE(instance.is_alive());
  EXPECT_EQ(message(function.call()), "the store of this function has been destroyed");
  EXPECT_EQ(message(instance.invoke("f")), "the store of this instance has been destroyed");
  EXPECT_FALSE(instance.function("f"));
  EXPECT_EQ(memory.size(), 0u);
  EXPECT_TRUE(memory.bytes().empty());
  EXPECT_FALSE(memory.write(0, "x"));
  EXPECT_FALSE(memory.grow(1));
  EXPECT_FALSE(global.get());
  EXPECT_FALSE(global.set(Value::i32(1)));
  EXPECT_TRUE(function.type().parameters.empty());
  EXPECT_FALSE(linker.instantiate(*module));
  EXPECT_FALSE(linker.function("a", "b", [] {}));
}

TEST(Embedding, HonoursLimits) {
  Configuration configuration;
  configuration.limits.memory_bytes = 65536;
  configuration.limits.stack_bytes = std::size_t{64} * 1024;
  for (const auto checks : {Configuration::BoundsChecks::in_code}) {
    configuration.bounds_checks = checks;
    Host host(configuration);
    const auto instance = host.instantiate(R"((module (memory 1)
      (func (export "grow") (result i32) (memory.grow (i32.const 1)))
      (func $deep (export "deep") (result i32) (i32.add (call $deep) (i32.const 1)))))");
    EXPECT_EQ(instance.invoke<std::int32_t>("grow"), -1);
    EXPECT_EQ(message(instance.invoke<std::int32_t>("deep")), "call stack exhausted");
    const auto large = Module::compile(host.engine, "(module (memory 2))");
    EXPECT_EQ(host.linker.instantiate(*large).error().kind, ErrorKind::limit);
    const auto table = Module::compile(host.engine, "(module (table 4294967295 funcref))");
    const auto refused = host.linker.instantiate(*table);
    EXPECT_NE(message(refused).find("Limits::table_elements"), std::string::npos);
  }
}

TEST(Embedding, CallsBackThroughFunctionReferences) {
  Host host;
  ASSERT_TRUE(host.linker.define("env", "apply", {{ValueType::funcref}, {ValueType::i32}},
                                 [&host](HostCall& call) {
                                   const auto function = host.store.function(call.argument(0));
                                   if (!function) return call.trapped("no function");
                                   const auto result = function->invoke<std::int32_t>();
                                   if (!result) return call.trapped(result.error().message);
                                   return call.returned(Value::i32(*result + 1));
                                 }));
  const auto instance = host.instantiate(R"((module
    (import "env" "apply" (func $apply (param funcref) (result i32)))
    (elem declare func $five) (func $five (result i32) (i32.const 5))
    (func (export "run") (result i32) (call $apply (ref.func $five)))
    (func (export "null") (result i32) (call $apply (ref.null func)))))");
  EXPECT_EQ(instance.invoke<std::int32_t>("run"), 6);
  EXPECT_EQ(message(instance.invoke<std::int32_t>("null")), "no function");
}

/// Runs something on a thread with a small native stack, like that of `ulimit -s 256`.
template <typename F>
void on_small_stack(F work) {
  pthread_attr_t attributes;
  ASSERT_EQ(pthread_attr_init(&attributes), 0);
  ASSERT_EQ(pthread_attr_setstacksize(&attributes, 256 * 1024), 0);
  pthread_t thread;
  const auto start = [](void* argument) -> void* {
    (*static_cast<F*>(argument))();
    return nullptr;
  };
  ASSERT_EQ(pthread_create(&thread, &attributes, start, &work), 0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
}

TEST(Embedding, BoundsHowDeepHostAndGuestCallEachOther) {
  on_small_stack([] {
    Host host;
    int depth = 0;
    ASSERT_TRUE(host.linker.define("env", "again", {{ValueType::funcref}, {}}, [&](HostCall& call) {
      ++depth;
      const Value arguments[] = {call.argument(0)};
      const auto nested = host.store.function(arguments[0])->call(arguments);
      return nested ? call.returned() : call.trapped(nested.error().message);
    }));
    const auto instance = host.instantiate(R"((module
      (import "env" "again" (func $again (param funcref)))
      (func $run (export "run") (param funcref) (call $again (local.get 0)))))");
    const Value itself[] = {instance.function("run")->reference()};
    EXPECT_EQ(message(instance.call("run", itself)), "call stack exhausted");
    EXPECT_GE(depth, 8);
    EXPECT_LT(depth, 100);
  });
}

TEST(Embedding, RecursesAMillionDeepOnASmallNativeStack) {
  on_small_stack([] {
    Host host;
    const auto instance = host.instantiate(R"((module
      (func $deep (export "deep") (param i32) (result i32)
        (if (result i32) (i32.eqz (local.get 0))
          (then (i32.const 0))
          (else (i32.add (i32.const 1) (call $deep (i32.sub (local.get 0) (i32.const 1)))))))))");
    EXPECT_EQ(instance.invoke<std::int32_t>("deep", 1'000'000), 1'000'000);
    EXPECT_EQ(message(instance.invoke<std::int32_t>("deep", -1)), "call stack exhausted");
  });
}

}  // namespace
}  // namespace airlock
