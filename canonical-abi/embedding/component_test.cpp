// The public API over components, end to end.
#include "airlock/component.hpp"

#include <gtest/gtest.h>

#include "airlock/airlock.hpp"

namespace airlock::component {
namespace {

template <typename T>
std::string message(const Result<T>& result) {
  return result ? "no error" : result.error().message;
}

struct Host {
  Host() : store(engine), linker(store) {}

  Result<Instance> instantiate(std::string_view text, std::string path = {}) {
    auto component = Component::compile(engine, text);
    if (!component) return propagate(std::move(component));
    return linker.instantiate(*component, std::move(path));
  }

  Engine engine;
  Store store;
  Linker linker;
};

/// Adds, at the root and in an interface; and measures strings, which need memory and realloc.
constexpr std::string_view calculator = R"((component
  (core module $m
    (memory (export "memory") 1)
    (global $next (mut i32) (i32.const 1024))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (local $at i32)
      (local.set $at (global.get $next))
      (global.set $next (i32.add (global.get $next)
                                 (i32.and (i32.add (local.get 3) (i32.const 15)) (i32.const -8))))
      (local.get $at))
    (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
    (func (export "echo") (param i32 i32) (result i32)
      (i32.store (i32.const 0) (local.get 0))
      (i32.store (i32.const 4) (local.get 1))
      (i32.const 0))
    (func (export "sum") (param $at i32) (param $count i32) (result i64)
      (local $sum i64)
      (block $done (loop $next
        (br_if $done (i32.eqz (local.get $count)))
        (local.set $sum (i64.add (local.get $sum) (i64.load32_u (local.get $at))))
        (local.set $at (i32.add (local.get $at) (i32.const 4)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br $next)))
      (local.get $sum))
    (func $crash (export "crash") unreachable))
  (core instance $i (instantiate $m))
  (func $add (param "a" s32) (param "b" s32) (result s32) (canon lift (core func $i "add")))
  (func $echo (param "text" string) (result string)
    (canon lift (core func $i "echo") (memory $i "memory") (realloc (func $i "realloc"))))
  (func $sum (param "numbers" (list u32)) (result u64)
    (canon lift (core func $i "sum") (memory $i "memory") (realloc (func $i "realloc"))))
  (func $crash (canon lift (core func $i "crash")))
  (export "add" (func $add))
  (export "crash" (func $crash))
  (instance $ops (export "echo" (func $echo)) (export "sum" (func $sum)))
  (export "demo:calc/ops@1.2.0" (instance $ops))))";

TEST(ComponentEmbedding, CallsByNameWithTypesOrValues) {
  Host host;
  const auto instance = host.instantiate(calculator, "calc");
  ASSERT_TRUE(instance) << message(instance);
  EXPECT_EQ(instance->path(), "calc");
  EXPECT_EQ(instance->invoke<std::int32_t>("", "add", 40, 2), 42);
  EXPECT_EQ(instance->invoke<std::string>("demo:calc/ops", "echo", "grüße"), "grüße");
  EXPECT_EQ(instance->invoke<std::uint64_t>("demo:calc/ops@1.0.0", "sum",
                                            std::vector<std::uint32_t>{1, 2, 0xffff'ffff}),
            std::uint64_t{0x1'0000'0002});
  const Value arguments[] = {Value::s32(-3), Value::s32(2)};
  const auto result = instance->call("", "add", arguments);
  ASSERT_TRUE(result) << message(result);
  EXPECT_EQ(**result, Value::s32(-1));
}

TEST(ComponentEmbedding, ListsWhatIsExported) {
  Host host;
  const auto component = Component::compile(host.engine, calculator);
  ASSERT_TRUE(component) << message(component);
  EXPECT_TRUE(component->imports().empty());
  EXPECT_EQ(component->exports(),
            (std::vector<std::string>{"add", "crash", "demo:calc/ops@1.2.0"}));
  const auto instance = host.linker.instantiate(*component);
  ASSERT_TRUE(instance) << message(instance);
  EXPECT_EQ(instance->functions().size(), 4u);
  const auto sum = instance->function("sum");
  ASSERT_TRUE(sum) << "unambiguous";
  EXPECT_EQ(sum->interface(), "demo:calc/ops@1.2.0");
  EXPECT_EQ(to_string(*sum->type()), "func(numbers: list<u32>) -> u64");
}

TEST(ComponentEmbedding, RefusesWrongCalls) {
  Host host;
  const auto instance = host.instantiate(calculator);
  ASSERT_TRUE(instance) << message(instance);
  EXPECT_EQ(message(instance->invoke("", "divide")), "no function `divide` is exported");
  EXPECT_EQ(message(instance->invoke("demo:calc/ops", "add")),
            "no function `demo:calc/ops.add` is exported");
  EXPECT_EQ(instance->invoke<std::int32_t>("", "add", 1).error().kind, ErrorKind::argument);
  EXPECT_EQ(instance->invoke<std::int32_t>("", "add", 1, 2u).error().kind, ErrorKind::argument);
  const auto result = instance->invoke<std::string>("", "add", 1, 2);
  EXPECT_EQ(result.error().kind, ErrorKind::argument);
  EXPECT_TRUE(message(result).starts_with("`add` is `"));
}

TEST(ComponentEmbedding, PutsOnlyTheInstanceThatTrappedOutOfTheAirlock) {
  Host host;
  const auto one = host.instantiate(calculator, "app/one");
  const auto other = host.instantiate(calculator, "app/other");
  ASSERT_TRUE(one && other);
  const auto failed = one->invoke("", "crash");
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().kind, ErrorKind::trap);
  EXPECT_EQ(failed.error().message, "unreachable");
  ASSERT_FALSE(host.store.last_backtrace().empty());
  EXPECT_EQ(host.store.last_backtrace()[0].function, "crash");
  EXPECT_EQ(host.store.last_backtrace()[0].instance, "app/one");
  EXPECT_FALSE(one->invoke<std::int32_t>("", "add", 1, 2)) << "it cannot be entered again";
  EXPECT_EQ(other->invoke<std::int32_t>("", "add", 1, 2), 3);
}

/// Imports a function with a string and one with a result.
constexpr std::string_view logger = R"((component
  (import "demo:app/log@0.1.0" (instance $log
    (export "write" (func (param "text" string) (result bool)))
    (export "slow" (func (result u32)))))
  (core module $libc (memory (export "memory") 1) (data (i32.const 16) "from within")
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 4096)))
  (core instance $libc (instantiate $libc))
  (core func $write (canon lower (func $log "write") (memory $libc "memory")
    (realloc (func $libc "realloc"))))
  (core func $slow (canon lower (func $log "slow")))
  (core module $m (import "log" "write" (func $write (param i32 i32) (result i32)))
    (import "log" "slow" (func $slow (result i32)))
    (func (export "run") (result i32) (call $write (i32.const 16) (i32.const 11)))
    (func (export "wait") (result i32) (i32.add (call $slow) (call $slow))))
  (core instance $i (instantiate $m (with "log" (instance
    (export "write" (func $write)) (export "slow" (func $slow))))))
  (func (export "run") (result bool) (canon lift (core func $i "run")))
  (func (export "wait") (result u32) (canon lift (core func $i "wait")))))";

HostOutcome never(HostCall& call) { return call.trapped("not called"); }

TEST(ComponentEmbedding, CallsTypedHostFunctions) {
  Host host;
  std::string heard;
  host.linker.function("demo:app/log@0.1.0", "write", [&heard](const std::string& text) {
    heard = text;
    return text.size() > 3;
  });
  host.linker.instance("demo:app/log@0.1.0").function("slow", never);
  const auto instance = host.instantiate(logger);
  ASSERT_TRUE(instance) << message(instance);
  EXPECT_EQ(instance->invoke<bool>("", "run"), true);
  EXPECT_EQ(heard, "from within");
}

TEST(ComponentEmbedding, MakesATrapOfATypedHostFunctionThatDoesNotFit) {
  for (const bool wrong_argument : {true, false}) {
    Host host;
    if (wrong_argument)
      host.linker.function("demo:app/log@0.1.0", "write", [](std::uint32_t) { return true; });
    else
      host.linker.function("demo:app/log@0.1.0", "write", [](const std::string&) { return 1.5; });
    host.linker.instance("demo:app/log@0.1.0").function("slow", never);
    const auto instance = host.instantiate(logger);
    ASSERT_TRUE(instance) << message(instance);
    const auto failed = instance->invoke<bool>("", "run");
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().kind, ErrorKind::trap);
    EXPECT_TRUE(message(failed).starts_with("the host function does not ")) << message(failed);
  }
}

TEST(ComponentEmbedding, DoesNotTakeTheOutcomeOfAnotherCall) {
  Host host;
  std::optional<HostOutcome> kept;
  host.linker.instance("demo:app/log@0.1.0").function("write", [&kept](HostCall& call) {
    kept = call.returned(Value::boolean(true));
    return *kept;
  });
  host.linker.instance("demo:app/log@0.1.0").function("slow", [&kept](HostCall&) { return *kept; });
  const auto instance = host.instantiate(logger);
  ASSERT_TRUE(instance) << message(instance);
  EXPECT_EQ(instance->invoke<bool>("", "run"), true);
  EXPECT_EQ(message(instance->invoke<std::uint32_t>("", "wait")),
            "host function `demo:app/log@0.1.0#slow` did not say how its call ends");
}

TEST(ComponentEmbedding, NeedsSomethingToAskAgainOfAPendingCall) {
  Host host;
  host.linker.instance("demo:app/log@0.1.0").function("write", never);
  host.linker.instance("demo:app/log@0.1.0").function("slow", [](HostCall& call) {
    return call.still_pending();
  });
  const auto instance = host.instantiate(logger);
  ASSERT_TRUE(instance) << message(instance);
  EXPECT_EQ(message(instance->invoke<std::uint32_t>("", "wait")),
            "a pending host call has no continuation");
}

class Slow final : public PendingCall {
 public:
  HostOutcome poll(HostCall& call) override {
    return ++polls_ < 3 ? call.still_pending() : call.returned(Value::u32(21));
  }

 private:
  int polls_ = 0;
};

TEST(ComponentEmbedding, SuspendsAGuestWhileTheHostIsPending) {
  Host host;
  int waited = 0;
  host.store.set_waiter([&]() -> Result<void> {
    ++waited;
    return {};
  });
  host.linker.instance("demo:app/log@0.1.0").function("write", never);
  host.linker.instance("demo:app/log@0.1.0").function("slow", [](HostCall& call) {
    return call.pending(std::make_unique<Slow>());
  });
  const auto instance = host.instantiate(logger);
  ASSERT_TRUE(instance) << message(instance);
  const auto answer = instance->invoke<std::uint32_t>("", "wait");
  EXPECT_EQ(answer, 42u) << message(answer);
  EXPECT_GE(waited, 2);

  host.store.set_waiter([] { return Result<void>(fail(ErrorKind::system, "no more events")); });
  EXPECT_EQ(message(instance->invoke<std::uint32_t>("", "wait")), "no more events");
}

TEST(ComponentEmbedding, NamesAMissingImport) {
  Host host;
  host.linker.explain_missing("demo:app/", "link a log");
  const auto missing = host.instantiate(logger);
  ASSERT_FALSE(missing);
  EXPECT_NE(message(missing).find("demo:app/log@0.1.0"), std::string::npos) << message(missing);
  EXPECT_NE(message(missing).find("link a log"), std::string::npos) << message(missing);
}

TEST(ComponentEmbedding, LinksComponentsToEachOther) {
  Host host;
  const auto provider = host.instantiate(calculator, "calc");
  ASSERT_TRUE(provider) << message(provider);
  ASSERT_TRUE(host.linker.define("calc", *provider));
  const auto user = host.instantiate(R"((component
    (import "calc" (instance $calc
      (export "add" (func (param "a" s32) (param "b" s32) (result s32)))))
    (core func $add (canon lower (func $calc "add")))
    (core module $m (import "c" "add" (func $add (param i32 i32) (result i32)))
      (func (export "twice") (param i32) (result i32) (call $add (local.get 0) (local.get 0))))
    (core instance $i (instantiate $m (with "c" (instance (export "add" (func $add))))))
    (func (export "twice") (param "n" s32) (result s32) (canon lift (core func $i "twice")))))");
  ASSERT_TRUE(user) << message(user);
  EXPECT_EQ(user->invoke<std::int32_t>("", "twice", 21), 42);
}

TEST(ComponentEmbedding, RefusesWhatIsNoComponent) {
  const Engine engine;
  EXPECT_EQ(message(Component::compile(engine, "(module)")),
            "this is a core module, not a component");
  EXPECT_EQ(message(Component::compile(engine, std::string_view("\0asm\1\0\0\0", 8))),
            "this is a core module, not a component");
  EXPECT_EQ(message(airlock::Module::compile(engine, "(component)")),
            "this is a component, not a core module");
  EXPECT_EQ(message(airlock::Module::compile(engine, std::string_view("\0asm\x0d\0\1\0", 8))),
            "this is a component, not a core module");
  EXPECT_EQ(Component::compile(engine, std::string_view("\0asm\x0d\0\1\0\7\x7f", 10)).error().kind,
            ErrorKind::malformed);
  EXPECT_EQ(Component::load(engine, "/nonexistent").error().kind, ErrorKind::system);
}

TEST(ComponentEmbedding, HandlesOutliveTheirStore) {
  const Engine engine;
  auto store = std::make_optional<Store>(engine);
  Linker linker(*store);
  const auto component = Component::compile(engine, calculator);
  ASSERT_TRUE(component) << message(component);
  const auto instance = *linker.instantiate(*component);
  const auto add = *instance.function("add");
  store.reset();
  EXPECT_EQ(message(add.invoke<std::int32_t>(1, 2)),
            "the store of this function has been destroyed");
  EXPECT_EQ(message(instance.invoke("", "add")), "the store of this instance has been destroyed");
  EXPECT_EQ(add.type(), nullptr);
  EXPECT_TRUE(instance.functions().empty());
  EXPECT_FALSE(linker.instantiate(*component));
}

/// A value of a C++ type, made for a component type and read back.
template <typename T>
void travels(const T& value, Type type) {
  const auto made = ComponentType<T>::to(value, type);
  EXPECT_TRUE(matches(made, type)) << to_string(type);
  const auto back = ComponentType<T>::from(made);
  ASSERT_TRUE(back.has_value()) << to_string(type);
  EXPECT_TRUE(*back == value) << to_string(type);
}

TEST(ComponentValues, TravelBothWays) {
  TypeTable types;
  const auto u8 = types.primitive(TypeKind::u8);
  const auto string = types.primitive(TypeKind::string);
  travels(true, types.primitive(TypeKind::boolean));
  travels(std::int8_t{-5}, types.primitive(TypeKind::s8));
  travels(std::uint16_t{65535}, types.primitive(TypeKind::u16));
  travels(std::int64_t{-1}, types.primitive(TypeKind::s64));
  travels(U'ß', types.primitive(TypeKind::character));
  travels(1.5F, types.primitive(TypeKind::f32));
  travels(-2.5, types.primitive(TypeKind::f64));
  travels(std::string("x"), string);
  travels(std::vector<std::uint8_t>{1, 2}, types.list(u8));
  travels(std::vector<std::vector<std::string>>{{"a"}, {}}, types.list(types.list(string)));
  travels(std::optional<std::uint8_t>(3), types.option(u8));
  travels(std::optional<std::uint8_t>(), types.option(u8));
  const Type both[] = {u8, string};
  travels(std::tuple(std::uint8_t{1}, std::string("b")), types.tuple(both));
  travels(std::tuple(std::uint8_t{1}, std::string("b")), types.record({{"n", u8}, {"s", string}}));
  travels(std::pair(std::uint8_t{1}, std::string("b")), types.tuple(both));
  travels(std::vector{std::pair(std::uint8_t{1}, std::string("b"))}, types.map(u8, string));
  using Either = std::expected<std::uint8_t, std::string>;
  travels(Either(4), types.result(u8, string));
  travels(Either(std::unexpect, "bad"), types.result(u8, string));
  travels(std::expected<void, std::string>(), types.result(nullptr, string));
}

TEST(ComponentValues, OfAnotherKindAreNotConverted) {
  EXPECT_FALSE(ComponentType<std::int32_t>::from(Value::u32(1)));
  EXPECT_FALSE(ComponentType<std::string>::from(Value::u32(1)));
  EXPECT_FALSE(ComponentType<std::vector<std::uint8_t>>::from(Value::string("a")));
  EXPECT_FALSE(
      ComponentType<std::vector<std::uint8_t>>::from(Value::list({Value::u8(1), Value::s8(1)})));
  EXPECT_FALSE((ComponentType<std::tuple<bool>>::from(
      Value::tuple({Value::boolean(true), Value::boolean(true)}))));
  EXPECT_FALSE(ComponentType<std::optional<bool>>::from(Value::some(Value::u8(1))));
  EXPECT_FALSE((ComponentType<std::expected<bool, bool>>::from(Value::ok())));
}

}  // namespace
}  // namespace airlock::component
