// What a guest is granted, and how it is given to core modules (WASI 0.1) and components (WASI
// 0.2).
//
//   airlock::wasi::Configuration grants;
//   grants.arguments = {"app", "--fast"};
//   grants.standard_output = airlock::wasi::Output::inherit();
//   grants.directories.push_back({.host_path = "data", .guest_path = "/data", .read_only = true});
//   auto context = airlock::wasi::Context::create(std::move(grants));
//
// Nothing is granted that is not stated: no argument, variable, directory, stream, clock or random
// number.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "decoder/error.hpp"

namespace airlock {
class Linker;
namespace component {
class Linker;
}
}  // namespace airlock

namespace airlock::canonical_abi {
class Linker;
class Store;
}  // namespace airlock::canonical_abi

namespace airlock::runtime {
class Interruption;
class Linker;
class Store;
}  // namespace airlock::runtime

namespace airlock::wasi {

/// Where a guest's standard input comes from.
struct Input {
  enum class Kind : std::uint8_t { closed, inherited, bytes };
  Kind kind = Kind::closed;
  std::string content;

  [[nodiscard]] static Input closed() { return {}; }
  /// The process's own standard input.
  [[nodiscard]] static Input inherit() { return {.kind = Kind::inherited, .content = {}}; }
  [[nodiscard]] static Input bytes(std::string content) {
    return {.kind = Kind::bytes, .content = std::move(content)};
  }
};

/// Where a guest's standard output or standard error goes.
struct Output {
  enum class Kind : std::uint8_t { discarded, inherited, captured };
  Kind kind = Kind::discarded;
  std::shared_ptr<std::string> target;
  std::size_t limit = 0;

  /// Writing succeeds and the bytes are discarded.
  [[nodiscard]] static Output discard() { return {}; }
  /// The process's own stream.
  [[nodiscard]] static Output inherit() {
    return {.kind = Kind::inherited, .target = nullptr, .limit = 0};
  }
  /// Appended to a string, up to `limit` bytes in all.
  [[nodiscard]] static Output capture(std::shared_ptr<std::string> target,
                                      std::size_t limit = std::size_t{64} << 20) {
    return {.kind = Kind::captured, .target = std::move(target), .limit = limit};
  }
};

/// A directory of the host and the name a guest knows it by.
struct DirectoryGrant {
  std::string host_path;
  std::string guest_path;
  bool read_only = false;
};

/// All that a guest is granted. The default is nothing.
struct Configuration {
  std::vector<std::string> arguments;  ///< the first is the program's name
  std::vector<std::pair<std::string, std::string>> environment;
  std::vector<DirectoryGrant> directories;
  std::optional<std::string> initial_directory;  ///< `wasi:cli/environment.initial-cwd`
  Input standard_input;
  Output standard_output;
  Output standard_error;
  /// wall clock, monotonic clock and timers
  bool clocks = false;
  /// `wasi:random/random`, and `random_get` of 0.1. Without it `wasi:random/insecure` and
  /// `insecure-seed` still exist, but always give the same numbers.
  bool random = false;

  std::uint32_t open_files = 4096;           ///< that the guest may hold at once
  std::uint32_t host_resources = 1'000'000;  ///< streams, pollables and so on, likewise
  /// Never use the kernel's confined path resolution; for tests of the way without it.
  bool resolve_paths_by_hand = false;
};

/// What belongs to one guest while it runs: open streams, files, clocks and the event loop. Made
/// for one store.
class Context {
 public:
  /// Opens the granted directories; an `ErrorKind::system` error names the one that cannot be.
  [[nodiscard]] static Result<std::shared_ptr<Context>> create(Configuration configuration);
  ~Context();
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  /// Passes on what was written to standard output and standard error. Call it when the guest has
  /// ended, before writing to the same places.
  /// @param interruption of the guest's store; once it is due, what was not read yet is dropped
  void finish(runtime::Interruption* interruption = nullptr);

  struct State;  ///< wasi/host/context.hpp
  [[nodiscard]] State& state() { return *state_; }

 private:
  Context();
  std::unique_ptr<State> state_;
};

/// Defines `wasi_snapshot_preview1`, and `wasi_unstable` that came before it, in a linker for core
/// modules. Their instances share one table of descriptors.
/// The linker's store then runs this context's event loop.
/// All functions exist; those of what is not granted answer `notcapable`.
Result<void> define_preview1(runtime::Linker& linker, const std::shared_ptr<Context>& context);

/// Defines `wasi:cli`, `wasi:io`, `wasi:clocks`, `wasi:random`, `wasi:filesystem`, `wasi:sockets`
/// and `wasi:http` in a linker, for every version 0.2.x. All functions exist, with their types;
/// those of what is not granted answer with an error, or trap if they have none. There is no
/// network yet: sockets, names and requests are denied (`access-denied`, `HTTP-request-denied`).
void define_preview2(canonical_abi::Linker& linker, const std::shared_ptr<Context>& context);

/// Lets calls that wait for the outside world run this context's event loop.
void run_event_loop(canonical_abi::Store& store, const std::shared_ptr<Context>& context);
void run_event_loop(runtime::Store& store, const std::shared_ptr<Context>& context);

/// The same for the embedding API: modules (components) that are instantiated through the linker
/// get WASI 0.1 (0.2) as far as it is granted. The context's event loop becomes the waiter of the
/// linker's store.
Result<void> grant(const airlock::Linker& linker, const std::shared_ptr<Context>& context);
Result<void> grant(const component::Linker& linker, const std::shared_ptr<Context>& context);

}  // namespace airlock::wasi
