#include "cli/capabilities.hpp"

#include <algorithm>
#include <array>

namespace airlock::cli {
namespace {

struct Capability {
  std::string_view name;
  std::array<std::string_view, 4> prefixes;  ///< of import names; unused ones are empty
};

constexpr std::string_view core = "wasi_snapshot_preview1.";

/// In the order in which they are shown. `fd_write` and others work on both streams and files;
/// only opening a path needs files.
constexpr auto capabilities = std::to_array<Capability>({
    {"standard streams (withdrawn by --deny-stdio)",
     {"wasi:cli/std", "wasi:cli/terminal", "wasi_snapshot_preview1.fd_read",
      "wasi_snapshot_preview1.fd_write"}},
    {"arguments and environment variables (--env)",
     {"wasi:cli/environment", "wasi_snapshot_preview1.args_", "wasi_snapshot_preview1.environ_"}},
    {"clocks (withdrawn by --deny-clocks)",
     {"wasi:clocks/", "wasi_snapshot_preview1.clock_", "wasi_snapshot_preview1.poll_oneoff"}},
    {"random numbers (withdrawn by --deny-random)",
     {"wasi:random/", "wasi_snapshot_preview1.random_get"}},
    {"files (--dir)", {"wasi:filesystem/", "wasi_snapshot_preview1.path_"}},
    {"network (not available: denied)", {"wasi:sockets/", "wasi_snapshot_preview1.sock_"}},
    {"HTTP (not available: denied)", {"wasi:http/"}},
});

/// The present name of an import of WASI 0.1, also if it was imported under the older name.
std::string present_name(const std::string& import) {
  constexpr std::string_view before = "wasi_unstable.";
  if (!import.starts_with(before)) return import;
  return std::string(core) + import.substr(before.size());
}

bool asks_for(const Capability& capability, std::string_view import) {
  return std::ranges::any_of(capability.prefixes, [&](std::string_view prefix) {
    return !prefix.empty() && import.starts_with(prefix);
  });
}

/// Whether an import needs no grant at all, or belongs to one of the capabilities above.
bool is_known(std::string_view import) {
  return import.starts_with(core) || import.starts_with("wasi:io/") ||
         import.starts_with("wasi:cli/") ||
         std::ranges::any_of(capabilities,
                             [&](const auto& capability) { return asks_for(capability, import); });
}

}  // namespace

std::vector<std::string_view> capabilities_of(std::vector<std::string> imports) {
  std::ranges::transform(imports, imports.begin(), present_name);
  std::vector<std::string_view> found;
  for (const auto& capability : capabilities)
    if (std::ranges::any_of(imports,
                            [&](const auto& import) { return asks_for(capability, import); }))
      found.push_back(capability.name);
  for (const auto& import : imports)
    if (!is_known(import)) {
      found.emplace_back("imports that are not part of WASI (see above)");
      break;
    }
  return found;
}

}  // namespace airlock::cli
