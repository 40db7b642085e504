// An executor for tests of the runtime alone: native functions run, and the test defines what Wasm
// functions do. Bodies are not validated, so such tests must have valid bodies.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "decoder/text/parser.hpp"
#include "runtime/engine.hpp"
#include "runtime/executor.hpp"
#include "runtime/native.hpp"
#include "runtime/stack.hpp"
#include "runtime/store.hpp"

namespace airlock::runtime::testing {

/// The replacement of a Wasm function: reads arguments, writes results, may trap.
using Body = std::function<RunStatus(Function& function, std::span<const Slot> arguments,
                                     std::span<Slot> results, Trap& trap)>;

class FakeExecutor final : public Executor {
 public:
  /// By function index, for all modules.
  std::map<std::uint32_t, Body> bodies;

  [[nodiscard]] Result<std::unique_ptr<ModuleCode>> compile(
      const CompiledModule& module, validator::ModuleContext, const TypeRegistry&,
      const EngineConfiguration&) const override {
    return std::make_unique<Code>(module.tree.functions.size());
  }

  [[nodiscard]] RunStatus call(Store& store, Stack& stack, Function& function,
                               std::span<const Slot> arguments, std::span<Slot> results,
                               Trap& trap) const override {
    if (function.kind == FunctionKind::wasm) {
      const auto body = bodies.find(function.index);
      return body == bodies.end() ? RunStatus::finished
                                  : body->second(function, arguments, results, trap);
    }
    std::vector<Slot> slots(std::max(arguments.size(), results.size()));
    std::ranges::copy(arguments, slots.begin());
    NativeCall call(trap);
    call.slots = slots.data();
    call.store = &store;
    call.stack = &stack;
    call.function = &function;
    return finish(function.native->call(call), call, stack, results);
  }

  [[nodiscard]] RunStatus resume(Store& store, Stack& stack, std::span<Slot> results,
                                 Trap& trap) const override {
    auto [boundary, state] = suspended_.at(&stack);
    suspended_.erase(&stack);
    std::vector<Slot> slots(results.size());
    NativeCall call(trap);
    call.slots = slots.data();
    call.store = &store;
    call.stack = &stack;
    return finish(boundary->resume(call, state), call, stack, results);
  }

  void abandon(Store&, Stack& stack, Trap& trap) const override {
    auto [boundary, state] = suspended_.at(&stack);
    suspended_.erase(&stack);
    boundary->unwind(state, trap);
    stack.state = Stack::State::idle;
  }

  [[nodiscard]] RunStatus call_nested(Store& store, Stack& stack, Function& function,
                                      std::span<const Slot> arguments, std::span<Slot> results,
                                      Trap& trap) const override {
    return call(store, stack, function, arguments, results, trap);
  }

 private:
  struct Code final : ModuleCode {
    explicit Code(std::size_t count) : places(count) {}
    [[nodiscard]] interpreter::FunctionCode* function(std::uint32_t index) const override {
      return reinterpret_cast<interpreter::FunctionCode*>(const_cast<char*>(&places[index]));
    }
    std::vector<char> places;
  };

  RunStatus finish(Outcome outcome, NativeCall& call, Stack& stack, std::span<Slot> results) const {
    stack.state = Stack::State::idle;
    if (outcome == Outcome::suspended) {
      suspended_[&stack] = {call.boundary, call.state};
      stack.state = Stack::State::suspended;
      return RunStatus::suspended;
    }
    if (outcome == Outcome::trapped) return RunStatus::trapped;
    call.trap.forget();
    std::copy_n(call.slots, results.size(), results.begin());
    return RunStatus::finished;
  }

  mutable std::map<Stack*, std::pair<Boundary*, std::uint64_t>> suspended_;
};

/// An engine over a fake executor, and a store in it.
struct World {
  explicit World(const EngineConfiguration& configuration = {})
      : engine(take(executor), configuration), store(engine) {}

  /// Compiles the module of a text. If that fails, returns null and the test fails.
  [[nodiscard]] std::shared_ptr<const CompiledModule> compile(std::string_view text) {
    auto assembled = decoder::text::assemble(text);
    EXPECT_TRUE(assembled) << assembled.error().message;
    if (!assembled) return nullptr;
    auto binary = std::make_shared<const std::vector<std::byte>>(std::move(assembled->binary));
    auto module = engine.compile(std::move(binary));
    EXPECT_TRUE(module) << module.error().message;
    return module ? *module : nullptr;
  }

  [[nodiscard]] Result<Instance*> instantiate(std::string_view text,
                                              std::span<const External> imports = {}) {
    return store.instantiate(compile(text), imports);
  }

  FakeExecutor* executor = nullptr;
  Engine engine;
  Store store;

 private:
  static std::unique_ptr<Executor> take(FakeExecutor*& executor) {
    auto made = std::make_unique<FakeExecutor>();
    executor = made.get();
    return made;
  }
};

/// The message of a result that should have failed.
template <typename T>
[[nodiscard]] std::string message(const Result<T>& result) {
  return result ? "no error" : result.error().message;
}

}  // namespace airlock::runtime::testing
