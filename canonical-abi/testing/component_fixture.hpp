// What the tests of components share: components written as text, instantiated in one store.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "canonical-abi/component.hpp"
#include "decoder/text/parser.hpp"
#include "interpreter/executor.hpp"
#include "runtime/engine.hpp"
#include "runtime/store.hpp"

namespace airlock::canonical_abi::testing {

/// The binary of a component text.
inline decoder::SharedBytes assemble(std::string_view text) {
  auto assembled = decoder::text::assemble(text);
  if (!assembled) {
    ADD_FAILURE() << format_error(assembled.error(), "test.wat", "component") << "\n" << text;
    return std::make_shared<const std::vector<std::byte>>();
  }
  return std::make_shared<const std::vector<std::byte>>(std::move(assembled->binary));
}

/// An engine, a store and a linker.
class ComponentTest : public ::testing::Test {
 protected:
  explicit ComponentTest(const runtime::EngineConfiguration& configuration = {})
      : engine(interpreter::make_executor(), configuration) {}

  runtime::Engine engine;
  runtime::Store core{engine};
  Store store{core};
  Linker linker;

  /// Compiles and instantiates; errors are returned.
  Result<ComponentInstance*> try_instantiate(std::string_view text, std::string path = "app") {
    auto component = Component::compile(engine, assemble(text));
    if (!component) return propagate(std::move(component));
    return store.instantiate(*component, linker, std::move(path));
  }

  /// Compiles and instantiates; null, and a failed test, if that is not possible.
  ComponentInstance* instantiate(std::string_view text, std::string path = "app") {
    auto instance = try_instantiate(text, std::move(path));
    if (instance) return *instance;
    ADD_FAILURE() << format_error(instance.error(), "test.wat", "component") << "\n" << text;
    return nullptr;
  }

  Result<std::optional<Value>> try_call(ComponentInstance* instance, std::string_view name,
                                        std::vector<Value> arguments = {},
                                        runtime::Trap* trap = nullptr) {
    if (!instance) return fail(ErrorKind::argument, "no instance");
    const ExportedFunction* function = find_export(*instance, {}, name);
    if (!function) return fail(ErrorKind::argument, "no export " + std::string(name));
    return call(store, *function, arguments, trap);
  }

  /// The result of a call that must succeed and have one.
  Value call_for_value(ComponentInstance* instance, std::string_view name,
                       std::vector<Value> arguments = {}) {
    auto result = try_call(instance, name, std::move(arguments));
    if (!result) {
      ADD_FAILURE() << name << ": " << result.error().message << "\n" << result.error().notes;
      return {};
    }
    return result->value_or(Value());
  }

  /// The message of a call that must trap; empty, and a failed test, if it does not.
  std::string trap_of(ComponentInstance* instance, std::string_view name,
                      std::vector<Value> arguments = {}) {
    auto result = try_call(instance, name, std::move(arguments));
    if (!result) return result.error().message;
    ADD_FAILURE() << name << " did not trap";
    return {};
  }
};

/// A core module with a memory of 16 pages and a `realloc` that never gives memory back.
inline constexpr std::string_view libc = R"(
  (core module $Libc
    (memory (export "mem") 16)
    (global $next (mut i32) (i32.const 4096))
    (func (export "realloc") (param $old i32) (param $old-size i32) (param $align i32)
        (param $size i32) (result i32)
      (local $new i32)
      (local.set $new (i32.and
        (i32.add (global.get $next) (i32.sub (local.get $align) (i32.const 1)))
        (i32.sub (i32.const 0) (local.get $align))))
      (global.set $next (i32.add (local.get $new) (local.get $size)))
      (if (i32.lt_u (local.get $size) (local.get $old-size))
        (then (local.set $old-size (local.get $size))))
      (memory.copy (local.get $new) (local.get $old) (local.get $old-size))
      (local.get $new)))
  (core instance $libc (instantiate $Libc))
)";

}  // namespace airlock::canonical_abi::testing
