// What the command line asks for.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "decoder/limits.hpp"

namespace airlock::cli {

/// A directory that a guest may use: `--dir HOST[::GUEST]`.
struct DirectoryGrant {
  std::string host;
  std::string guest;
  bool read_only = false;
};

/// A module whose exports satisfy imports: `--preload NAME=FILE`.
struct Preload {
  std::string name;
  std::string file;
};

/// What to do with imports that nothing defines: `--unknown-imports`.
enum class UnknownImports : std::uint8_t {
  refuse,  ///< an error
  trap,    ///< functions that trap when they are called
  zero,    ///< functions that give zeros; memories, tables and globals of zeros
};

struct RunOptions {
  Features features;
  std::string file;
  std::vector<std::string> arguments;  ///< of the guest, without the program's name
  /// The first of these that is an option of this command as well; empty if none is.
  std::string option_after_file;
  std::vector<DirectoryGrant> directories;
  std::vector<std::pair<std::string, std::string>> environment;
  std::vector<Preload> preloads;
  UnknownImports unknown_imports = UnknownImports::refuse;
  std::optional<std::string> invoke;  ///< `NAME(ARGS)`, or `NAME`
  std::optional<std::string> argv0;
  bool demangle = true;  ///< names of functions in backtraces
  bool deny_stdio = false;
  bool deny_clocks = false;
  bool deny_random = false;
  bool bounds_checks_in_code = false;
  std::optional<std::uint64_t> max_stack_bytes;
  std::optional<std::uint64_t> max_memory_bytes;
  std::optional<std::uint64_t> max_heap_bytes;
  bool gc_stress = false;             ///< collect garbage at every allocation
  std::optional<std::uint64_t> fuel;  ///< units after which the guest traps: runtime/fuel.hpp
  std::optional<std::chrono::nanoseconds> timeout;  ///< after which it traps
};

struct FilesOptions {
  Features features;
  std::vector<std::string> files;
};

struct WastOptions {
  Features features;  ///< beyond those that a script's folder implies
  std::vector<std::string> files;
  bool allow_skips = false;  ///< whether directives that were skipped count as success
  bool round_trip = false;   ///< run each module and component as printed and read again
  bool gc_stress = false;    ///< collect garbage at every allocation
  std::optional<std::chrono::nanoseconds> timeout;  ///< of each action
};

struct ParseOptions {
  std::string file;
  std::string output;  ///< empty: standard output
};

struct PrintOptions {
  std::string file;
  std::string output;  ///< empty: standard output
  bool is_folded = false;
  bool has_offsets = false;
};

struct InspectOptions {
  Features features;
  std::string file;
};

// The subcommands. Each returns the exit code of the process.
[[nodiscard]] int run(const RunOptions& options);
[[nodiscard]] int wast(const WastOptions& options);
[[nodiscard]] int parse(const ParseOptions& options);
[[nodiscard]] int print(const PrintOptions& options);
[[nodiscard]] int validate(const FilesOptions& options);
[[nodiscard]] int inspect(const InspectOptions& options);

}  // namespace airlock::cli
