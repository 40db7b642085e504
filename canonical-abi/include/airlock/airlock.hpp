// Airlock as a library: everything in one header.
//
//   airlock::Engine engine;
//   auto module = airlock::Module::load(engine, "add.wasm");
//   if (!module) { std::cerr << format_error(module.error(), "add.wasm"); return 1; }
//
//   airlock::Store store(engine);
//   airlock::Linker linker(store);
//   linker.function("env", "log", [](std::int32_t number) { std::cout << number << '\n'; });
//
//   auto instance = linker.instantiate(*module);
//   auto sum = instance->invoke<std::int32_t>("add", 1, 2);   // Result<std::int32_t>
//
// An engine compiles modules and components; a store holds instances; a linker gives imports their
// meaning. A guest gets nothing that the host did not link. Components are in namespace
// `airlock::component`.
#pragma once

#include "airlock/component.hpp"  // IWYU pragma: export
#include "airlock/engine.hpp"     // IWYU pragma: export
#include "airlock/error.hpp"      // IWYU pragma: export
#include "airlock/linker.hpp"     // IWYU pragma: export
#include "airlock/module.hpp"     // IWYU pragma: export
#include "airlock/store.hpp"      // IWYU pragma: export
#include "airlock/value.hpp"      // IWYU pragma: export
