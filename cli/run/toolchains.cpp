#include "cli/run/toolchains.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace airlock::cli {
namespace {

using decoder::Import;
using decoder::Module;

/// A toolchain is known by an import that only it makes.
struct Toolchain {
  bool (*made)(std::string_view module, std::string_view name);
  std::string_view advice;
};

bool starts_with_any(std::string_view text, std::initializer_list<std::string_view> prefixes) {
  return std::ranges::any_of(prefixes,
                             [&](std::string_view prefix) { return text.starts_with(prefix); });
}

bool is_any(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, text) != words.end();
}

bool is_tinygo(std::string_view module, std::string_view name) {
  return is_any(module, {"gojs", "env"}) && is_any(name, {"runtime.ticks", "runtime.sleepTicks"});
}

bool is_go(std::string_view module, std::string_view) { return is_any(module, {"gojs", "go"}); }

bool is_wasm_bindgen(std::string_view module, std::string_view name) {
  return is_any(module, {"__wbindgen_placeholder__", "__wbindgen_externref_xform__", "wbg"}) ||
         (module.starts_with("./") && module.ends_with("_bg.js")) ||
         starts_with_any(name, {"__wbindgen_", "__wbg_"});
}

bool is_node_addon(std::string_view module, std::string_view name) {
  return is_any(module, {"napi", "emnapi"}) || starts_with_any(name, {"napi_", "node_api_"});
}

bool is_dynamic_linking(std::string_view module, std::string_view name) {
  return is_any(module, {"GOT.mem", "GOT.func"}) ||
         (module == "env" && is_any(name, {"__memory_base", "__table_base"}));
}

bool is_emscripten(std::string_view module, std::string_view name) {
  return (module == "env" || module == "asyncify") &&
         (module == "asyncify" ||
          starts_with_any(name, {"emscripten_", "_emscripten_", "_embind_", "invoke_", "__syscall_",
                                 "__cxa_throw", "__cxa_find_matching_catch"}) ||
          is_any(name, {"_abort_js", "_tzset_js", "_mmap_js", "_munmap_js",
                        "abortOnCannotGrowMemory", "__assert_fail", "_setitimer_js"}));
}

/// `a.b`: what is left of names when Emscripten minifies imports.
bool is_minified(std::string_view module, std::string_view name) {
  return module == "a" && !name.empty() && name.size() <= 2;
}

bool is_kotlin(std::string_view module, std::string_view name) {
  return module == "js_code" || name.starts_with("kotlin.");
}

bool is_dart(std::string_view module, std::string_view) {
  return starts_with_any(module, {"dart2wasm"});
}

bool is_js_builtin(std::string_view module, std::string_view) {
  return starts_with_any(module, {"wasm:js-string", "wasm:js/", "wasm:text-"});
}

bool is_grain(std::string_view module, std::string_view) {
  return starts_with_any(module, {"GRAIN$MODULE$", "grainRuntime"});
}

bool is_assemblyscript(std::string_view module, std::string_view name) {
  return module == "env" && (is_any(name, {"abort", "seed", "trace"}) ||
                             starts_with_any(name, {"console.", "Date.", "performance."}));
}

/// The core module of a component imports functions by the names of interfaces.
bool is_component_part(std::string_view module, std::string_view) {
  const bool is_interface =
      module.find(':') != std::string_view::npos && module.find('/') != std::string_view::npos;
  return (is_interface && !module.starts_with("wasm:")) || module == "$root" ||
         starts_with_any(module, {"[export]", "cm32p2"});
}

bool is_wasi_threads(std::string_view module, std::string_view name) {
  return module == "wasi" && name == "thread-spawn";
}

bool is_wasix(std::string_view module, std::string_view) { return module.starts_with("wasix_"); }

bool is_other_version_of_wasi(std::string_view module, std::string_view) {
  return module.starts_with("wasi_snapshot_preview") && module != "wasi_snapshot_preview1";
}

bool is_proposal_of_wasi(std::string_view module, std::string_view) {
  return starts_with_any(module,
                         {"wasi_ephemeral_", "wasi_experimental_", "wasi_nn", "wasi_crypto"});
}

bool is_missing_wasi(std::string_view module, std::string_view) {
  return is_any(module, {"wasi_snapshot_preview1", "wasi_unstable"});
}

/// The more specific come first, since each import counts for one of them only.
constexpr auto toolchains = std::to_array<Toolchain>({
    {is_tinygo,
     "TinyGo made this for JavaScript (its target `wasm`): build with -target=wasip1 or "
     "-target=wasip2"},
    {is_go,
     "Go made this for JavaScript (GOOS=js), which brings wasm_exec.js along: build with "
     "GOOS=wasip1 GOARCH=wasm, without the package syscall/js"},
    {is_wasm_bindgen,
     "wasm-bindgen made this for JavaScript: build the crate without it, for the target "
     "wasm32-wasip1 or wasm32-wasip2"},
    {is_node_addon,
     "this is an addon for Node.js (N-API), and only Node.js has these functions: build the "
     "program "
     "for WASI instead"},
    {is_dynamic_linking,
     "this is a shared library (dynamic linking): link it statically into a program, or make a "
     "component of the parts with `wasm-tools component link`"},
    {is_emscripten,
     "Emscripten made this for JavaScript: build with -sSTANDALONE_WASM, without what only a "
     "browser "
     "has"},
    {is_minified,
     "the names look like those of Emscripten for JavaScript, minified: build with "
     "-sSTANDALONE_WASM"},
    {is_kotlin, "Kotlin made this for JavaScript (wasmJs): build for the target wasmWasi"},
    {is_dart,
     "Dart made this for JavaScript, and has no other target: it runs in browsers and in Node.js"},
    {is_js_builtin,
     "`wasm:js-string` and its like are built into JavaScript engines only: build for a target "
     "that "
     "is not JavaScript"},
    {is_grain,
     "this is one module of a Grain program that was not linked: link it with `grain compile`"},
    {is_assemblyscript,
     "AssemblyScript made this for JavaScript: build with the configuration of "
     "@assemblyscript/wasi-shim"},
    {is_component_part,
     "this is the core module of a component: make the component with `wasm-tools component new`, "
     "and run that"},
    {is_wasi_threads, "wasi-threads (`thread-spawn`) is not offered: build without threads"},
    {is_wasix, "WASIX is not offered: build for wasm32-wasip1 or wasm32-wasip2"},
    {is_other_version_of_wasi,
     "core modules get version 0.1 of WASI, which is wasi_snapshot_preview1; later ones are for "
     "components"},
    {is_proposal_of_wasi,
     "this is a proposal of WASI that is not offered: core modules get wasi_snapshot_preview1 "
     "(WASI "
     "0.1), components WASI 0.2"},
    {is_missing_wasi,
     "WASI 0.1 has no such function: the toolchain is newer, or the name misspelt"},
});

/// What C and its relatives leave undefined ends up in `env`.
constexpr std::string_view advice_on_env =
    "linkers take functions that are declared but not defined from `env`: link what defines them, "
    "or "
    "give a module that exports them with --preload env=FILE";
constexpr std::string_view advice_on_memory =
    "the module imports its memory: link without --import-memory, or give a module that exports "
    "one "
    "with --preload";

bool has_dynamic_linking_section(const Module& module) {
  return std::ranges::any_of(module.customs, [](const auto& custom) {
    return is_any(custom.name, {"dylink.0", "dylink"});
  });
}

}  // namespace

std::string advice_on_imports(std::span<const Import* const> unknown, const Module& module) {
  std::array<bool, toolchains.size()> found{};
  bool has_env = false;
  bool has_memory = false;
  for (const auto* import : unknown) {
    const auto made = std::ranges::find_if(toolchains, [&](const Toolchain& toolchain) {
      return toolchain.made(import->module, import->name);
    });
    if (made != toolchains.end())
      found[static_cast<std::size_t>(made - toolchains.begin())] = true;
    else if (import->kind() == decoder::ExternKind::memory)
      has_memory = true;
    else if (import->module == "env")
      has_env = true;
  }
  const auto shared = std::ranges::find_if(
      toolchains, [](const Toolchain& toolchain) { return toolchain.made == is_dynamic_linking; });
  if (has_dynamic_linking_section(module))
    found[static_cast<std::size_t>(shared - toolchains.begin())] = true;

  std::string advice;
  const auto add = [&](std::string_view line) {
    if (!advice.empty()) advice += '\n';
    advice += line;
  };
  for (std::size_t i = 0; i < toolchains.size(); ++i)
    if (found[i]) add(toolchains[i].advice);
  if (!advice.empty()) return advice;  // which explains the rest, too
  if (has_memory) add(advice_on_memory);
  if (has_env) add(advice_on_env);
  return advice;
}

}  // namespace airlock::cli
