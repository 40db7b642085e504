// The public API: fuel, deadlines and interrupts.
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <thread>

#include "airlock/airlock.hpp"
#include "canonical-abi/embedding/testing.hpp"

namespace airlock {
namespace {

using testing::Host;
using testing::message;

TEST(Embedding, MetersGuestsIfAskedTo) {
  Configuration configuration;
  configuration.metered = true;
  Host host(configuration);
  host.store.set_fuel(1000);
  const auto instance = host.instantiate(R"((module
    (func (export "endless") (loop (br 0)))
    (func (export "count") (param i32)
      (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))))");
  EXPECT_EQ(host.store.fuel(), 1000u) << "nothing has run yet";
  ASSERT_TRUE(instance.invoke("count", 10));
  const auto taken = 1000 - host.store.fuel();
  EXPECT_GE(taken, 10u);
  host.store.set_fuel(1000);
  ASSERT_TRUE(instance.invoke("count", 10));
  EXPECT_EQ(1000 - host.store.fuel(), taken) << "the same every time";

  host.store.set_fuel(100'000);
  const auto ended = instance.invoke("endless");
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().kind, ErrorKind::trap);
  EXPECT_EQ(ended.error().message, "out of fuel");
}

TEST(Embedding, ChargesForWhatHostFunctionsSay) {
  Configuration configuration;
  configuration.metered = true;
  Host host(configuration);
  ASSERT_TRUE(host.linker.define("env", "work", {{}, {}}, [&](HostCall& call) {
    return host.store.charge(5000) ? call.returned() : call.trapped("out of fuel");
  }));
  const auto instance = host.instantiate(R"((module (import "env" "work" (func $work))
    (func (export "run") (call $work))))");
  host.store.set_fuel(6000);
  EXPECT_TRUE(instance.invoke("run"));
  EXPECT_LT(host.store.fuel(), 1000u);
  EXPECT_EQ(message(instance.invoke("run")), "out of fuel");
  EXPECT_EQ(host.store.fuel(), 0u);
}

TEST(Embedding, EndsGuestsFromOutside) {
  Configuration configuration;
  configuration.interruptible = true;
  Host host(configuration);
  const auto instance = host.instantiate(R"((module
    (func (export "endless") (loop (br 0)))
    (func (export "five") (result i32) (i32.const 5))))");
  ASSERT_TRUE(host.store.set_timeout(std::chrono::milliseconds(20)));
  const auto late = instance.invoke("endless");
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().kind, ErrorKind::trap);
  EXPECT_EQ(late.error().message, "deadline exceeded");
  EXPECT_EQ(message(instance.invoke<std::int32_t>("five")), "deadline exceeded") << "it stays";
  ASSERT_TRUE(host.store.set_deadline(std::nullopt));
  EXPECT_EQ(instance.invoke<std::int32_t>("five"), 5);

  const auto interrupt = host.store.interrupt();
  ASSERT_TRUE(interrupt);
  std::thread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    (*interrupt)();
  });
  EXPECT_EQ(message(instance.invoke("endless")), "interrupted");
  other.join();
  EXPECT_EQ(instance.invoke<std::int32_t>("five"), 5);
}

TEST(Embedding, AnInterruptMayOutliveItsStore) {
  Configuration configuration;
  configuration.interruptible = true;
  std::optional<Interrupt> interrupt;
  {
    const Store store{Engine(configuration)};
    interrupt = *store.interrupt();
  }
  (*interrupt)();
}

TEST(Embedding, SaysThatAnEngineCannotBeInterrupted) {
  Host host;
  EXPECT_EQ(host.store.set_timeout(std::chrono::seconds(1)).error().kind, ErrorKind::argument);
  EXPECT_EQ(host.store.interrupt().error().kind, ErrorKind::argument);
}

TEST(Embedding, EndsAGuestThatWaitsForTheHost) {
  Configuration configuration;
  configuration.interruptible = true;
  Host host(configuration);
  ASSERT_TRUE(host.linker.define("env", "never", {{}, {}}, [](HostCall& call) {
    return call.pending([](HostCall& again) { return again.still_pending(); });
  }));
  const auto instance = host.instantiate(R"((module (import "env" "never" (func $never))
    (func (export "run") (call $never))))");
  ASSERT_TRUE(host.store.set_timeout(std::chrono::milliseconds(20)));
  EXPECT_EQ(message(instance.invoke("run")), "deadline exceeded");
}

}  // namespace
}  // namespace airlock
