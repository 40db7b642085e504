// wasi_snapshot_preview1 for core modules, and wasi_unstable, which came before it.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "airlock/wasi.hpp"
#include "decoder/types.hpp"
#include "runtime/linker.hpp"
#include "runtime/native.hpp"

namespace airlock::wasi::preview1 {

struct Process;

inline constexpr std::string_view module_name = "wasi_snapshot_preview1";
inline constexpr std::string_view unstable_module_name = "wasi_unstable";

/// One function of the interface, as a host function for one guest.
struct Definition {
  std::string_view name;
  decoder::FunctionType type;
  std::unique_ptr<runtime::NativeFunction> native;
};

/// All of them, sharing one table of descriptors. The store that runs them must wait with
/// `run_event_loop` or `define_preview1`, or calls that would block trap.
[[nodiscard]] std::vector<Definition> definitions(const std::shared_ptr<Process>& process);

/// The functions of `wasi_unstable`: the same ones, those replaced that had other numbers or
/// layouts.
[[nodiscard]] std::vector<Definition> unstable_definitions(const std::shared_ptr<Process>& process);

}  // namespace airlock::wasi::preview1
