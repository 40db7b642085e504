// The fixture of tests of WASI 0.1.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "runtime/instance.hpp"
#include "runtime/memory.hpp"
#include "wasi/host/testing.hpp"
#include "wasi/preview1/call.hpp"
#include "wasi/preview1/preview1.hpp"

namespace airlock::wasi::preview1 {

/// A guest without code: one page of memory, and calls into the interface as the interpreter makes
/// them. Addresses below 1024 are for results, those above for data.
class Preview1 : public ::testing::Test {
 protected:
  static constexpr std::uint32_t out = 64;
  static constexpr std::uint32_t out2 = 128;
  static constexpr std::uint32_t data = 1024;
  static constexpr std::uint32_t page = 65536;

  Preview1() {
    memory_ = *runtime::Memory::create({.limits = {.minimum = 1}}, false, page);
    instance_.memory0 = memory_.get();
  }

  void SetUp() override {
    Configuration configuration = testing::usual_grants(directory_, output_);
    configuration.arguments = {"app", "one", "zw\xc3\xb6lf"};
    configuration.environment = {{"A", "1"}, {"EMPTY", ""}};
    start(std::move(configuration));
  }

  void start(Configuration configuration) {
    auto context = Context::create(std::move(configuration));
    ASSERT_TRUE(context) << context.error().message;
    context_ = *context;
    functions_.clear();
    for (Definition& definition : definitions(std::make_shared<Process>(context_))) {
      functions_[std::string(definition.name)] = std::move(definition);
    }
  }

  /// Calls a function and waits as a store would. Numbers become i32 or i64 as the type says.
  Errno call(const std::string& name, std::initializer_list<std::uint64_t> arguments) {
    const Definition& definition = functions_.at(name);
    EXPECT_EQ(definition.type.parameters.size(), arguments.size()) << name;
    runtime::Slot slots[16] = {};
    std::size_t count = 0;
    for (const std::uint64_t argument : arguments) slots[count++].i64 = argument;
    trap_ = {};
    runtime::NativeCall native(trap_);
    native.slots = slots;
    native.caller = &instance_;
    runtime::Outcome outcome = definition.native->call(native);
    while (outcome == runtime::Outcome::suspended) {
      ++suspensions_;
      const Result<void> turned = context_->state().loop.turn();
      if (!turned) {
        native.boundary->unwind(native.state, native.trap);
        ADD_FAILURE() << turned.error().message;
        return Errno::pending;
      }
      outcome = native.boundary->resume(native, native.state);
    }
    if (outcome == runtime::Outcome::trapped) return Errno::pending;
    return static_cast<Errno>(slots[0].i32);
  }

  template <typename T>
  T load(std::uint32_t address) {
    T value{};
    std::memcpy(&value, memory_->base + address, sizeof value);
    return value;
  }
  template <typename T>
  void store(std::uint32_t address, T value) {
    std::memcpy(memory_->base + address, &value, sizeof value);
  }
  std::string text(std::uint32_t address, std::size_t length) {
    return {reinterpret_cast<const char*>(memory_->base) + address, length};
  }
  void put(std::uint32_t address, std::string_view text) {
    std::memcpy(memory_->base + address, text.data(), text.size());
  }

  /// Puts a path at `data` and opens it; the number, or minus the errno.
  int open(std::string_view path, std::uint32_t flags = 0, std::uint64_t base = rights::file,
           std::uint32_t fdflags = 0, std::uint32_t directory = 3) {
    put(data, path);
    const Errno error = call("path_open", {directory, 1, data, path.size(), flags, base,
                                           rights::file | rights::directory, fdflags, out});
    return error == Errno::success ? load<std::int32_t>(out) : -static_cast<int>(error);
  }

  /// A list of one buffer at 512.
  std::uint32_t buffer(std::uint32_t address, std::uint32_t length) {
    store(512, address);
    store(516, length);
    return 512;
  }

  Errno write(int fd, std::string_view bytes) {
    put(data, bytes);
    return call("fd_write", {static_cast<std::uint32_t>(fd),
                             buffer(data, static_cast<std::uint32_t>(bytes.size())), 1, out});
  }

  /// What one `fd_read` gives.
  std::string read(int fd, std::uint32_t limit = 100) {
    const Errno error =
        call("fd_read", {static_cast<std::uint32_t>(fd), buffer(data, limit), 1, out});
    if (error != Errno::success) return "errno " + std::to_string(static_cast<int>(error));
    return text(data, load<std::uint32_t>(out));
  }

  testing::TemporaryDirectory directory_;
  std::shared_ptr<std::string> output_ = std::make_shared<std::string>();
  std::unique_ptr<runtime::Memory> memory_;
  runtime::Instance instance_;
  std::shared_ptr<Context> context_;
  std::map<std::string, Definition> functions_;
  runtime::Trap trap_;
  int suspensions_ = 0;
};

}  // namespace airlock::wasi::preview1
