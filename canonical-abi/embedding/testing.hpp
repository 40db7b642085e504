// What the tests of the public API over core modules share.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "airlock/airlock.hpp"

namespace airlock::testing {

template <typename T>
std::string message(const Result<T>& result) {
  return result ? "no error" : result.error().message;
}

/// An engine, a store and a linker.
struct Host {
  explicit Host(const Configuration& configuration = {})
      : engine(configuration), store(engine), linker(store) {}

  Instance instantiate(std::string_view text) {
    auto module = Module::compile(engine, text);
    EXPECT_TRUE(module) << message(module);
    auto instance = linker.instantiate(*module);
    EXPECT_TRUE(instance) << message(instance);
    return *instance;
  }

  Engine engine;
  Store store;
  Linker linker;
};

}  // namespace airlock::testing
