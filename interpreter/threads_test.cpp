// Facts about shared memories and several OS threads. Meant to be run under ThreadSanitizer as well
// (preset `tsan`), which sees the guests' own accesses: what a guest orders by atomics is clean.
#include <gtest/gtest.h>

#include <thread>

#include "interpreter/testing.hpp"

namespace airlock::interpreter {
namespace {

using runtime::TrapCode;
using testing::i32;
using testing::i64;
using testing::World;

constexpr std::uint32_t rounds = 1'000'000;

/// An OS thread's own store in a common engine, with the shared memory and one module.
class Agent {
 public:
  Agent(runtime::Engine& engine, runtime::Memory& memory,
        const std::shared_ptr<const runtime::CompiledModule>& module)
      : store_(engine) {
    const runtime::External import = runtime::External::of(&memory);
    auto made = store_.instantiate(module, {&import, 1});
    EXPECT_TRUE(made) << made.error().message;
    instance_ = *made;
  }

  /// Calls an export with i32 arguments and one i32 result; -1 if it trapped.
  std::int64_t call(std::string_view name, std::vector<std::uint32_t> arguments = {}) {
    runtime::External external;
    if (!instance_->find_export(name, external)) return -1;
    std::vector<runtime::Value> values;
    values.reserve(arguments.size());
    for (const auto argument : arguments) values.push_back(i32(argument));
    trap = {};
    const auto results = store_.call(*external.function, values, &trap);
    return results && results->size() == 1 ? std::int64_t{(*results)[0].slots[0].i32} : -1;
  }

  runtime::Trap trap;

 private:
  runtime::Store store_;
  runtime::Instance* instance_ = nullptr;
};

/// Two agents, each for an OS thread of its own.
class SharedMemory : public ::testing::Test {
 protected:
  /// @param pages of the memory at most; it begins with all of them if there are many
  void use(std::string_view text, std::uint32_t pages = 4) {
    auto assembled = decoder::text::assemble(text);
    ASSERT_TRUE(assembled) << format_error(assembled.error(), "text");
    auto compiled =
        engine.compile(std::make_shared<std::vector<std::byte>>(std::move(assembled->binary)));
    ASSERT_TRUE(compiled) << format_error(compiled.error(), "text");
    module = *compiled;
    auto made = store.make_memory({.limits = {pages > 4 ? pages : 1, pages}, .is_shared = true});
    ASSERT_TRUE(made);
    memory = *made;
    one = std::make_unique<Agent>(engine, *memory, module);
    two = std::make_unique<Agent>(engine, *memory, module);
  }

  /// Runs both at once; the answers.
  template <typename First, typename Second>
  static std::pair<std::int64_t, std::int64_t> both(First first, Second second) {
    std::pair<std::int64_t, std::int64_t> answers;
    std::thread other([&] { answers.second = second(); });
    answers.first = first();
    other.join();
    return answers;
  }

  runtime::Engine engine{make_executor(), {}};
  runtime::Store store{engine};
  std::shared_ptr<const runtime::CompiledModule> module;
  runtime::Memory* memory = nullptr;
  std::unique_ptr<Agent> one;
  std::unique_ptr<Agent> two;
};

TEST_F(SharedMemory, ASpinLockKeepsPlainAccessesApart) {
  // The lock is at 0; the counters at 64 and 128 are changed by plain accesses under it, and must
  // always be equal.
  use(R"((module (memory (import "" "m") 1 4 shared)
    (func $lock
      (loop $spin (br_if $spin (i32.atomic.rmw.cmpxchg (i32.const 0) (i32.const 0) (i32.const 1)))))
    (func $unlock (i32.atomic.store (i32.const 0) (i32.const 0)))
    (func (export "run") (param $n i32) (result i32) (local $wrong i32)
      (loop $again
        (call $lock)
        (i32.store (i32.const 64) (i32.add (i32.load (i32.const 64)) (i32.const 1)))
        (local.set $wrong (i32.or (local.get $wrong)
          (i32.ne (i32.add (i32.load (i32.const 128)) (i32.const 1)) (i32.load (i32.const 64)))))
        (i32.store (i32.const 128) (i32.load (i32.const 64)))
        (call $unlock)
        (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
      (local.get $wrong))
    (func (export "count") (result i32) (i32.load (i32.const 128)))))");
  const auto answers =
      both([&] { return one->call("run", {rounds}); }, [&] { return two->call("run", {rounds}); });
  EXPECT_EQ(answers, (std::pair<std::int64_t, std::int64_t>{0, 0}));
  EXPECT_EQ(one->call("count"), 2 * rounds);
}

TEST_F(SharedMemory, AQueueOfWaitAndNotifyLosesNothing) {
  // A ring of 4096 numbers: how many were put in is at 0, how many were taken out at 64. A thread
  // that finds it full or empty waits until the other one's number changes.
  use(R"((module (memory (import "" "m") 1 4 shared)
    (func (export "put") (param $n i32) (result i32) (local $in i32) (local $out i32)
      (loop $again
        (block $room
          (loop $full
            (local.set $out (i32.atomic.load (i32.const 64)))
            (br_if $room (i32.lt_u (i32.sub (local.get $in) (local.get $out)) (i32.const 4096)))
            (drop (memory.atomic.wait32 (i32.const 64) (local.get $out) (i64.const -1)))
            (br $full)))
        (i32.store offset=1024 (i32.shl (i32.and (local.get $in) (i32.const 4095)) (i32.const 2))
          (i32.mul (local.get $in) (i32.const 3)))
        (local.set $in (i32.add (local.get $in) (i32.const 1)))
        (i32.atomic.store (i32.const 0) (local.get $in))
        (drop (memory.atomic.notify (i32.const 0) (i32.const 1)))
        (br_if $again (i32.lt_u (local.get $in) (local.get $n))))
      (i32.const 0))
    (func (export "take") (param $n i32) (result i32)
        (local $in i32) (local $out i32) (local $wrong i32)
      (loop $again
        (block $some
          (loop $empty
            (local.set $in (i32.atomic.load (i32.const 0)))
            (br_if $some (i32.ne (local.get $in) (local.get $out)))
            (drop (memory.atomic.wait32 (i32.const 0) (local.get $in) (i64.const -1)))
            (br $empty)))
        (local.set $wrong (i32.add (local.get $wrong)
          (i32.ne (i32.mul (local.get $out) (i32.const 3))
            (i32.load offset=1024
              (i32.shl (i32.and (local.get $out) (i32.const 4095)) (i32.const 2))))))
        (local.set $out (i32.add (local.get $out) (i32.const 1)))
        (i32.atomic.store (i32.const 64) (local.get $out))
        (drop (memory.atomic.notify (i32.const 64) (i32.const 1)))
        (br_if $again (i32.lt_u (local.get $out) (local.get $n))))
      (local.get $wrong))))");
  const auto answers =
      both([&] { return one->call("put", {rounds}); }, [&] { return two->call("take", {rounds}); });
  EXPECT_EQ(answers, (std::pair<std::int64_t, std::int64_t>{0, 0}));
}

TEST_F(SharedMemory, MessagesArriveBeforeTheirFlag) {
  // The litmus test "message passing": data by plain accesses, the flag by atomic ones; a thread
  // that sees the flag sees the data. Each of the messages has 16 bytes of its own, so that neither
  // thread has to wait until the other one gets its turn.
  use(R"((module (memory (import "" "m") 1 256 shared)
    (func (export "send") (param $n i32) (result i32) (local $at i32)
      (loop $again
        (i64.store offset=8 (local.get $at) (i64.extend_i32_u (i32.xor (local.get $at) (i32.const -1))))
        (i32.store offset=4 (local.get $at) (local.get $at))
        (i32.atomic.store (local.get $at) (i32.const 1))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
      (i32.const 0))
    (func (export "receive") (param $n i32) (result i32) (local $at i32) (local $wrong i32)
      (loop $again
        (loop $spin (br_if $spin (i32.eqz (i32.atomic.load (local.get $at)))))
        (local.set $wrong (i32.add (local.get $wrong) (i32.add
          (i32.ne (i32.load offset=4 (local.get $at)) (local.get $at))
          (i64.ne (i64.load offset=8 (local.get $at))
                  (i64.extend_i32_u (i32.xor (local.get $at) (i32.const -1)))))))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
      (local.get $wrong))))",
      256);
  const auto answers = both([&] { return one->call("send", {rounds}); },
                            [&] { return two->call("receive", {rounds}); });
  EXPECT_EQ(answers, (std::pair<std::int64_t, std::int64_t>{0, 0}));
}

TEST_F(SharedMemory, GrowingIsAtomicAndSeenByOthers) {
  use(R"((module (memory (import "" "m") 1 4 shared)
    (func (export "grow") (result i32) (local $grown i32)
      (loop $again
        (if (i32.ne (memory.grow (i32.const 1)) (i32.const -1))
          (then (local.set $grown (i32.add (local.get $grown) (i32.const 1))) (br $again))))
      (local.get $grown))
    (func (export "tell") (result i32)
      (drop (memory.grow (i32.const 3)))
      (i32.store (i32.const 262140) (i32.const 77))
      (i32.atomic.store (i32.const 0) (i32.const 1))
      (i32.const 0))
    (func (export "look") (result i32)
      (loop $spin (br_if $spin (i32.eqz (i32.atomic.load (i32.const 0)))))
      ;; The registers of this thread know only one page.
      (i32.store (i32.const 200000) (i32.const 1))
      (i32.add (i32.load (i32.const 262140)) (i32.load (i32.const 200000))))
    (func (export "beyond") (result i32) (i32.load (i32.const 262141)))))");
  const auto answers = both([&] { return one->call("tell"); }, [&] { return two->call("look"); });
  EXPECT_EQ(answers.second, 78);
  EXPECT_EQ(one->call("beyond"), -1);
  EXPECT_EQ(one->trap.code, TrapCode::out_of_bounds_memory_access);
}

TEST_F(SharedMemory, EveryPageIsGivenToOneGrower) {
  use(R"((module (memory (import "" "m") 1 4 shared)
    (func (export "grow") (result i32) (local $grown i32)
      (loop $again
        (if (i32.ne (memory.grow (i32.const 1)) (i32.const -1))
          (then (local.set $grown (i32.add (local.get $grown) (i32.const 1))) (br $again))))
      (local.get $grown))))");
  const auto answers = both([&] { return one->call("grow"); }, [&] { return two->call("grow"); });
  EXPECT_EQ(answers.first + answers.second, 3);
  EXPECT_EQ(memory->pages(), 4u);
}

TEST_F(SharedMemory, NotifyWakesAsManyAsItSays) {
  use(R"((module (memory (import "" "m") 1 4 shared)
    (func (export "wait") (result i32)
      (drop (i32.atomic.rmw.add (i32.const 64) (i32.const 1)))
      (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1)))
    (func (export "waiting") (result i32) (i32.atomic.load (i32.const 64)))
    (func (export "notify") (param i32) (result i32)
      (memory.atomic.notify (i32.const 0) (local.get 0)))
    (func (export "elsewhere") (result i32)
      (memory.atomic.notify (i32.const 4) (i32.const 100)))))");
  Agent host(engine, *memory, module);
  std::int64_t first = -1;
  std::int64_t second = -1;
  std::thread waiter([&] { first = one->call("wait"); });
  std::thread other([&] { second = two->call("wait"); });
  while (host.call("waiting") != 2) std::this_thread::yield();
  EXPECT_EQ(host.call("elsewhere"), 0);
  EXPECT_EQ(host.call("notify", {0}), 0);
  // Both have said that they will wait; one at a time is woken, as soon as it does.
  std::int64_t woken = 0;
  while (woken < 2) {
    const auto now = host.call("notify", {1});
    ASSERT_GE(now, 0);
    ASSERT_LE(now, 1);
    woken += now;
  }
  waiter.join();
  other.join();
  EXPECT_EQ(first, 0);
  EXPECT_EQ(second, 0);
  EXPECT_EQ(host.call("notify", {100}), 0);
}

TEST(Waiting, EndsAtOnceOrInTimeOrTraps) {
  World world;
  auto* shared = world.instantiate(R"((module (memory 1 1 shared)
    (func (export "wait32") (param i32 i32 i64) (result i32)
      (memory.atomic.wait32 (local.get 0) (local.get 1) (local.get 2)))
    (func (export "wait64") (param i32 i64 i64) (result i32)
      (memory.atomic.wait64 (local.get 0) (local.get 1) (local.get 2)))
    (func (export "notify") (param i32) (result i32)
      (memory.atomic.notify (local.get 0) (i32.const 1)))))");
  EXPECT_EQ(world.call_i32(shared, "wait32", {i32(8), i32(1), i64(0)}), 1u) << "not equal";
  EXPECT_EQ(world.call_i32(shared, "wait32", {i32(8), i32(0), i64(0)}), 2u) << "timed out";
  EXPECT_EQ(world.call_i32(shared, "wait32", {i32(8), i32(0), i64(1'000'000)}), 2u);
  EXPECT_EQ(world.call_i32(shared, "wait64", {i32(8), i64(0), i64(1000)}), 2u);
  EXPECT_EQ(world.call_i32(shared, "wait64", {i32(8), i64(~0ull), i64(~0ull)}), 1u);
  EXPECT_EQ(world.call_i32(shared, "notify", {i32(8)}), 0u) << "nobody waits any more";
  const auto trap_of = [&](runtime::Instance* instance, std::string_view name,
                           std::vector<runtime::Value> arguments) {
    EXPECT_TRUE(world.call(instance, name, std::move(arguments)).empty());
    return world.trap.code;
  };
  EXPECT_EQ(trap_of(shared, "wait32", {i32(2), i32(0), i64(0)}), TrapCode::unaligned_atomic);
  EXPECT_EQ(trap_of(shared, "wait64", {i32(4), i64(0), i64(0)}), TrapCode::unaligned_atomic);
  EXPECT_EQ(trap_of(shared, "notify", {i32(1)}), TrapCode::unaligned_atomic);
  EXPECT_EQ(trap_of(shared, "wait32", {i32(65536), i32(0), i64(0)}),
            TrapCode::out_of_bounds_memory_access);

  auto* unshared = world.instantiate(R"((module (memory 1 1)
    (func (export "wait32") (param i32 i32 i64) (result i32)
      (memory.atomic.wait32 (local.get 0) (local.get 1) (local.get 2)))
    (func (export "notify") (param i32) (result i32)
      (memory.atomic.notify (local.get 0) (i32.const 1)))))");
  EXPECT_EQ(trap_of(unshared, "wait32", {i32(0), i32(0), i64(-1)}),
            TrapCode::expected_shared_memory);
  EXPECT_EQ(world.trap.message, "expected shared memory");
  EXPECT_EQ(world.call_i32(unshared, "notify", {i32(0)}), 0u);
}

TEST(Engines, AreUsedByManyOsThreadsAtOnce) {
  // The same module, translated by the thread that comes first; other modules compiled meanwhile; a
  // trap with a backtrace in all of them.
  constexpr auto text = R"((module $m (type $t (func (param i32) (result i32)))
    (table funcref (elem $a $b $c))
    (func $a (type $t) (i32.add (local.get 0) (i32.const 1)))
    (func $b (type $t) (i32.mul (local.get 0) (i32.const 2)))
    (func $c (type $t) (i32.div_u (i32.const 100) (local.get 0)))
    (func (export "f") (param i32 i32) (result i32)
      (call_indirect (type $t) (local.get 1) (local.get 0)))))";
  runtime::Engine engine(make_executor(), {});
  auto assembled = decoder::text::assemble(text);
  ASSERT_TRUE(assembled);
  const auto bytes = std::make_shared<std::vector<std::byte>>(std::move(assembled->binary));
  const auto module = *engine.compile(bytes);
  std::atomic<int> right = 0;
  const auto work = [&] {
    for (int n = 0; n < 50; ++n) {
      runtime::Store store(engine);
      auto instance = store.instantiate(n % 5 == 0 ? *engine.compile(bytes) : module, {});
      runtime::External f;
      if (!instance || !(*instance)->find_export("f", f)) continue;
      const auto call = [&](std::uint32_t which, std::uint32_t argument, runtime::Trap* trap) {
        const runtime::Value values[] = {i32(which), i32(argument)};
        const auto results = store.call(*f.function, values, trap);
        return results ? (*results)[0].slots[0].i32 : 0xffffffff;
      };
      runtime::Trap trap;
      const bool good = call(0, 6, nullptr) == 7 && call(1, 6, nullptr) == 12 &&
                        call(2, 5, nullptr) == 20 && call(2, 0, &trap) == 0xffffffff &&
                        trap.backtrace.size() == 2 && trap.backtrace[0].function == "c";
      if (good) ++right;
    }
  };
  std::vector<std::thread> threads;
  for (int n = 0; n < 4; ++n) threads.emplace_back(work);
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(right, 200);
}

}  // namespace
}  // namespace airlock::interpreter
