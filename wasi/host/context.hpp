// The state of a `Context`, which both versions of WASI work on.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "airlock/wasi.hpp"
#include "wasi/host/clocks.hpp"
#include "wasi/host/event_loop.hpp"
#include "wasi/host/filesystem.hpp"
#include "wasi/host/random.hpp"
#include "wasi/host/streams.hpp"

namespace airlock::wasi {

/// A granted directory.
struct Preopen {
  Descriptor::Pointer directory;
  std::string guest_path;
};

struct Context::State {
  Configuration configuration;
  std::shared_ptr<FileSystem> file_system;
  std::vector<Preopen> preopens;

  std::shared_ptr<InputStream> standard_input;
  std::shared_ptr<OutputStream> standard_output;
  std::shared_ptr<OutputStream> standard_error;
  bool input_is_terminal = false;
  bool output_is_terminal = false;
  bool error_is_terminal = false;

  Clocks clocks;
  InsecureRandom insecure{0};
  EventLoop loop;
};

}  // namespace airlock::wasi
