// What the interpreter's tests share: from a text to a running instance.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "decoder/text/parser.hpp"
#include "interpreter/executor.hpp"
#include "runtime/linker.hpp"

namespace airlock::interpreter::testing {

using runtime::Slot;
using runtime::Value;

inline Value i32(std::uint32_t bits) {
  return {decoder::i32, {Slot{.bits = bits}, Slot{.bits = 0}}};
}
inline Value i64(std::uint64_t bits) {
  return {decoder::i64, {Slot{.bits = bits}, Slot{.bits = 0}}};
}
inline Value f64(double number) { return {decoder::f64, {Slot{.f64 = number}, Slot{.bits = 0}}}; }
inline Value f32(float number) {
  Value value{decoder::f32, {Slot{.bits = 0}, Slot{.bits = 0}}};
  value.slots[0].f32 = number;
  return value;
}

inline Value v128(std::uint64_t low, std::uint64_t high) {
  return {decoder::v128, {Slot{.bits = low}, Slot{.bits = high}}};
}

/// A store with a linker, and modules given as text.
class World {
 public:
  explicit World(runtime::EngineConfiguration configuration = {})
      : engine(make_executor(), configuration), store(engine), linker(store) {}

  /// Assembles, compiles and instantiates; a failure fails the test and gives null.
  runtime::Instance* instantiate(std::string_view text, std::string path = {}) {
    auto assembled = decoder::text::assemble(text);
    if (!assembled) {
      ADD_FAILURE() << format_error(assembled.error(), "text");
      return nullptr;
    }
    auto binary = std::make_shared<std::vector<std::byte>>(std::move(assembled->binary));
    auto module = engine.compile(std::move(binary));
    if (!module) {
      ADD_FAILURE() << format_error(module.error(), "text");
      return nullptr;
    }
    auto instance = linker.instantiate(*module, std::move(path));
    if (!instance) {
      ADD_FAILURE() << format_error(instance.error(), "text");
      return nullptr;
    }
    return *instance;
  }

  static runtime::Function* function(runtime::Instance* instance, std::string_view name) {
    runtime::External external;
    if (instance == nullptr || !instance->find_export(name, external)) {
      ADD_FAILURE() << "no export " << name;
      return nullptr;
    }
    return external.function;
  }

  /// Calls an export. On a trap the result is empty and `trap` says why.
  std::vector<Value> call(runtime::Instance* instance, std::string_view name,
                          std::vector<Value> arguments = {}) {
    trap = {};
    auto* callee = function(instance, name);
    if (callee == nullptr) return {};
    auto results = store.call(*callee, arguments, &trap);
    return results ? *std::move(results) : std::vector<Value>{};
  }

  /// Calls an export with one i32 result.
  std::uint32_t call_i32(runtime::Instance* instance, std::string_view name,
                         std::vector<Value> arguments = {}) {
    const auto results = call(instance, name, std::move(arguments));
    if (results.size() != 1) {
      ADD_FAILURE() << name << ": " << runtime::format_trap(trap);
      return 0xdeadbeef;
    }
    return results[0].slots[0].i32;
  }

  runtime::Engine engine;
  runtime::Store store;
  runtime::Linker linker;
  runtime::Trap trap;
};

/// The i32 that the function `f` of a module gives.
inline std::uint32_t run_i32(std::string_view text, std::vector<Value> arguments = {}) {
  World world;
  return world.call_i32(world.instantiate(text), "f", std::move(arguments));
}

}  // namespace airlock::interpreter::testing
