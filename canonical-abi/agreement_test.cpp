// What validation accepts can be instantiated: canonical definitions with and without a memory,
// over types with pointers to values in memory and types without.
#include <gtest/gtest.h>

#include "canonical-abi/testing/component_fixture.hpp"

namespace airlock::canonical_abi {
namespace {

using testing::assemble;
using testing::ComponentTest;

/// A type, its flat types, and whether its values take memory of their own.
struct Case {
  std::string_view type;
  std::string_view flat;
  bool has_pointers;
};

constexpr Case cases[] = {
    {"u32", "i32", false},
    {"string", "i32 i32", true},
    {"(list u8)", "i32 i32", true},
    {"(option string)", "i32 i32 i32", true},
    {"(tuple u8 (list u8))", "i32 i32 i32", true},
    {"error-context", "i32", false},
    {"(stream)", "i32", false},
    {"(stream u8)", "i32", false},
    {"(stream string)", "i32", false},
    {"(stream (list string))", "i32", false},
    {"(future)", "i32", false},
    {"(future string)", "i32", false},
    {"(future (tuple string u32))", "i32", false},
    {"(future (stream string))", "i32", false},
    {"(option (future string))", "i32 i32", false},
    {"(result (stream string) (error error-context))", "i32 i32", false},
    {"(tuple (future string) u32)", "i32 i32", false},
    {"(tuple (future string) string)", "i32 i32 i32", true},
    {"(list (future string))", "i32 i32", true},
};

/// The beginning of a component, with the type as `$t`.
std::string define(std::string_view type) {
  return "(component (type $t " + std::string(type) + ")";
}

class Agreement : public ComponentTest {
 protected:
  Agreement() {
    linker.root().function("f", [](HostCall& call) { return call.trapped("not called"); });
  }

  /// Whether it is valid; then it must also be possible to make an instance.
  bool is_valid(const std::string& text) {
    auto component = Component::compile(engine, assemble(text));
    if (!component) {
      EXPECT_EQ(component.error().kind, ErrorKind::invalid) << component.error().message;
      return false;
    }
    auto instance = store.instantiate(*component, linker, "app");
    EXPECT_TRUE(instance) << instance.error().message << "\n" << text;
    return true;
  }

  /// A lifted function; `signature` of the component function, `core` of the core function.
  static std::string lift(const Case& one, std::string_view signature, std::string_view core,
                          std::string_view options) {
    std::string text = define(one.type);
    text += "(core module $M (memory (export \"mem\") 1) (func (export \"f\") ";
    text += core;
    text += R"( unreachable)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable))
      (core instance $m (instantiate $M)) (func )";
    text += signature;
    text += " (canon lift (core func $m \"f\") ";
    text += options;
    return text + ")))";
  }

  static std::string lower(const Case& one, std::string_view signature, std::string_view options) {
    std::string text = define(one.type);
    text += R"((core module $M (memory (export "mem") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable))
      (core instance $m (instantiate $M)) (import "f" (func $f )";
    text += signature;
    text += ")) (core func (canon lower (func $f) ";
    text += options;
    return text + ")))";
  }
};

constexpr std::string_view memory = R"((memory (core memory $m "mem")))";
constexpr std::string_view both =
    R"((memory (core memory $m "mem")) (realloc (core func $m "realloc")))";

TEST_F(Agreement, OnParametersOfLiftedFunctions) {
  for (const Case& one : cases) {
    const std::string core = "(param " + std::string(one.flat) + ")";
    for (const std::string_view options : {std::string_view(), memory, both}) {
      EXPECT_EQ(is_valid(lift(one, "(param \"p\" $t)", core, options)),
                !one.has_pointers || options == both)
          << one.type << ' ' << options;
    }
  }
}

TEST_F(Agreement, OnResultsOfLiftedFunctions) {
  for (const Case& one : cases) {
    const bool is_spilled = one.flat.size() > 3;
    for (const std::string_view options : {std::string_view(), memory, both}) {
      EXPECT_EQ(is_valid(lift(one, "(result $t)", "(result i32)", options)),
                !(one.has_pointers || is_spilled) || !options.empty())
          << one.type << ' ' << options;
    }
  }
}

TEST_F(Agreement, OnLoweredFunctions) {
  for (const Case& one : cases) {
    const bool is_spilled = one.flat.size() > 3;
    for (const std::string_view options : {std::string_view(), memory, both}) {
      EXPECT_EQ(is_valid(lower(one, "(param \"p\" $t)", options)),
                !one.has_pointers || !options.empty())
          << one.type << ' ' << options;
      const bool is_given = one.has_pointers ? options == both : !is_spilled || !options.empty();
      EXPECT_EQ(is_valid(lower(one, "(result $t)", options)), is_given)
          << one.type << ' ' << options;
    }
  }
}

}  // namespace
}  // namespace airlock::canonical_abi
