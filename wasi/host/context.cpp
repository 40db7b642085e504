#include "wasi/host/context.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>

#include "decoder/byte_reader.hpp"

namespace airlock::wasi {

namespace {

std::shared_ptr<InputStream> open_input(const Input& input) {
  switch (input.kind) {
    case Input::Kind::inherited:
      return read_host_fd(STDIN_FILENO);
    case Input::Kind::bytes:
      return read_bytes(input.content);
    case Input::Kind::closed:
      break;
  }
  return read_bytes({});
}

std::shared_ptr<OutputStream> open_output(const Output& output, int fd) {
  switch (output.kind) {
    case Output::Kind::inherited:
      return write_host_fd(fd);
    case Output::Kind::captured:
      if (output.target) return write_string(output.target, output.limit);
      break;
    case Output::Kind::discarded:
      break;
  }
  return discard();
}

/// Strings of WASI are UTF-8, and those of 0.1 end at a zero byte.
bool is_text(std::string_view text) { return !text.contains('\0') && decoder::is_utf8(text); }

/// What an embedder must not hand to a guest: strings that WASI cannot carry.
Result<void> check_strings(const Configuration& configuration) {
  constexpr const char* complaint = " is not UTF-8 text without zero bytes";
  if (!std::ranges::all_of(configuration.arguments, is_text)) {
    return fail(ErrorKind::argument, std::string("an argument of the guest") + complaint);
  }
  for (const auto& [name, value] : configuration.environment) {
    if (!is_text(name) || !is_text(value)) {
      return fail(ErrorKind::argument, std::string("an environment variable") + complaint);
    }
    if (name.empty() || name.contains('=')) {
      return fail(ErrorKind::argument,
                  "`" + name + "` cannot be the name of an environment variable");
    }
  }
  for (const DirectoryGrant& grant : configuration.directories) {
    if (!is_text(grant.guest_path) || grant.host_path.contains('\0')) {
      return fail(ErrorKind::argument, std::string("the name of a directory") + complaint);
    }
  }
  if (configuration.initial_directory && !is_text(*configuration.initial_directory)) {
    return fail(ErrorKind::argument, std::string("the initial directory") + complaint);
  }
  return {};
}

}  // namespace

Context::Context() : state_(std::make_unique<State>()) {}
Context::~Context() = default;

Result<std::shared_ptr<Context>> Context::create(Configuration configuration) {
  if (Result<void> good = check_strings(configuration); !good) return propagate(std::move(good));
  std::shared_ptr<Context> context(new Context());
  State& state = context->state();
  state.file_system = std::make_shared<FileSystem>(
      configuration.resolve_paths_by_hand ? ResolutionMethod::walk : ResolutionMethod::automatic,
      configuration.open_files);
  for (const DirectoryGrant& grant : configuration.directories) {
    IoResult<Descriptor::Pointer> directory =
        Descriptor::grant(state.file_system, grant.host_path, grant.read_only);
    if (!directory) {
      const int error = errno;  // of the failed open; in the words that users know
      return fail(ErrorKind::system,
                  "cannot grant directory `" + grant.host_path + "`: " + std::strerror(error));
    }
    state.preopens.push_back({std::move(*directory), grant.guest_path});
  }

  state.standard_input = open_input(configuration.standard_input);
  state.standard_output = open_output(configuration.standard_output, STDOUT_FILENO);
  state.standard_error = open_output(configuration.standard_error, STDERR_FILENO);
  state.input_is_terminal =
      configuration.standard_input.kind == Input::Kind::inherited && ::isatty(STDIN_FILENO) == 1;
  state.output_is_terminal =
      configuration.standard_output.kind == Output::Kind::inherited && ::isatty(STDOUT_FILENO) == 1;
  state.error_is_terminal =
      configuration.standard_error.kind == Output::Kind::inherited && ::isatty(STDERR_FILENO) == 1;

  if (configuration.random) {
    std::array<std::byte, sizeof(std::uint64_t)> seed{};
    if (!fill_secure(seed)) return fail(ErrorKind::system, "the kernel has no random numbers");
    state.insecure = InsecureRandom(std::bit_cast<std::uint64_t>(seed));
  }
  state.configuration = std::move(configuration);
  return context;
}

void Context::finish(runtime::Interruption* interruption) {
  for (const std::shared_ptr<OutputStream>& stream :
       {state_->standard_output, state_->standard_error}) {
    while (stream->flush() && stream->is_pending()) {
      const Result<bool> ready =
          state_->loop.block_on({std::make_shared<OutputReadiness>(stream)}, interruption);
      if (!ready || !*ready) return;
    }
  }
}

}  // namespace airlock::wasi
