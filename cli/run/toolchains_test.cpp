#include "cli/run/toolchains.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace airlock::cli {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

using Names = std::vector<std::pair<const char*, const char*>>;

std::string advice_on(const Names& names, decoder::ImportType type = decoder::FunctionImport{}) {
  decoder::Module module;
  for (const auto& [from, name] : names)
    module.imports.push_back({.module = from, .name = name, .type = type});
  std::vector<const decoder::Import*> unknown;
  for (const auto& import : module.imports) unknown.push_back(&import);
  return advice_on_imports(unknown, module);
}

TEST(Toolchains, Go) {
  EXPECT_THAT(advice_on({{"gojs", "runtime.wasmExit"}}), HasSubstr("GOOS=wasip1"));
  EXPECT_THAT(advice_on({{"go", "debug"}}), HasSubstr("GOOS=wasip1"));
  const auto tinygo = advice_on({{"gojs", "runtime.ticks"}});
  EXPECT_THAT(tinygo, HasSubstr("-target=wasip1"));
  EXPECT_THAT(tinygo, Not(HasSubstr("GOOS")));
}

TEST(Toolchains, RustForJavaScript) {
  for (const Names& names : {Names{{"__wbindgen_placeholder__", "__wbindgen_throw"}},
                             Names{{"wbg", "__wbg_log_1"}}, Names{{"./app_bg.js", "x"}}})
    EXPECT_THAT(advice_on(names), HasSubstr("wasm-bindgen"));
}

TEST(Toolchains, CAndCppForJavaScript) {
  EXPECT_THAT(advice_on({{"env", "emscripten_resize_heap"}}), HasSubstr("-sSTANDALONE_WASM"));
  EXPECT_THAT(advice_on({{"env", "invoke_vii"}}), HasSubstr("-sSTANDALONE_WASM"));
  EXPECT_THAT(advice_on({{"asyncify", "start_unwind"}}), HasSubstr("-sSTANDALONE_WASM"));
  EXPECT_THAT(advice_on({{"a", "b"}, {"a", "c"}}), HasSubstr("minified"));
}

TEST(Toolchains, OthersForJavaScript) {
  EXPECT_THAT(advice_on({{"js_code", "kotlin.captureStackTrace"}}), HasSubstr("wasmWasi"));
  EXPECT_THAT(advice_on({{"dart2wasm", "_1"}}), HasSubstr("Dart"));
  EXPECT_THAT(advice_on({{"wasm:js-string", "length"}}), HasSubstr("JavaScript engines"));
  EXPECT_THAT(advice_on({{"napi", "napi_create_object"}}), HasSubstr("N-API"));
  EXPECT_THAT(advice_on({{"env", "napi_throw"}}), HasSubstr("N-API"));
  EXPECT_THAT(advice_on({{"env", "abort"}}), HasSubstr("AssemblyScript"));
  EXPECT_THAT(advice_on({{"env", "console.log"}}), HasSubstr("AssemblyScript"));
}

TEST(Toolchains, PartsOfAProgram) {
  EXPECT_THAT(advice_on({{"env", "__memory_base"}}), HasSubstr("shared library"));
  EXPECT_THAT(advice_on({{"GOT.func", "f"}}), HasSubstr("shared library"));
  EXPECT_THAT(advice_on({{"GRAIN$MODULE$pervasives", "GRAIN$EXPORT$GET$print"}}),
              HasSubstr("Grain"));
  EXPECT_THAT(advice_on({{"wasi:cli/stdout@0.2.0", "get-stdout"}}),
              HasSubstr("wasm-tools component new"));
  EXPECT_THAT(advice_on({{"cm32p2|acme:rocket/engine@1", "ignite"}}),
              HasSubstr("wasm-tools component new"));
}

TEST(Toolchains, TheSectionOfASharedLibraryIsEnough) {
  decoder::Module module;
  module.customs.push_back({.name = "dylink.0"});
  module.imports.push_back({.module = "env", .name = "f", .type = decoder::FunctionImport{}});
  const std::vector<const decoder::Import*> unknown{module.imports.data()};
  EXPECT_THAT(advice_on_imports(unknown, module), HasSubstr("shared library"));
}

TEST(Toolchains, OtherVersionsOfWasi) {
  EXPECT_THAT(advice_on({{"wasi_snapshot_preview2", "x"}}), HasSubstr("version 0.1 of WASI"));
  EXPECT_THAT(advice_on({{"wasi_ephemeral_nn", "load"}}), HasSubstr("not offered"));
  EXPECT_THAT(advice_on({{"wasi", "thread-spawn"}}), HasSubstr("wasi-threads"));
  EXPECT_THAT(advice_on({{"wasix_32v1", "fd_dup"}}), HasSubstr("WASIX"));
  EXPECT_THAT(advice_on({{"wasi_snapshot_preview1", "fd_frobnicate"}}),
              HasSubstr("no such function"));
}

TEST(Toolchains, WhatIsLeftUndefined) {
  EXPECT_THAT(advice_on({{"env", "my_function"}}), HasSubstr("--preload env=FILE"));
  EXPECT_THAT(advice_on({{"env", "memory"}}, decoder::MemoryType{}), HasSubstr("--import-memory"));
  // A toolchain that is known explains the rest.
  const auto known = advice_on({{"env", "my_function"}, {"gojs", "debug"}});
  EXPECT_THAT(known, Not(HasSubstr("env=FILE")));
}

TEST(Toolchains, EachIsNamedOnce) {
  const auto advice = advice_on({{"go", "a"}, {"wbg", "b"}, {"go", "c"}, {"wbg", "d"}});
  EXPECT_EQ(std::ranges::count(advice, '\n'), 1);
}

TEST(Toolchains, NamesThatMeanNothing) {
  EXPECT_THAT(advice_on({}), IsEmpty());
  EXPECT_THAT(advice_on({{"", ""}, {"acme", "f"}, {"a", ""}, {"a", "long"}, {"ab", "c"}}),
              IsEmpty());
  const std::string name(100'000, ':');
  EXPECT_THAT(advice_on({{name.c_str(), name.c_str()}}), IsEmpty());
}

}  // namespace
}  // namespace airlock::cli
