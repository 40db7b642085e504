#include "cli/input.hpp"

#include "decoder/printable.hpp"

#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace airlock::cli {
namespace {

/// A file descriptor that closes itself; standard input stays open.
class FileDescriptor {
 public:
  explicit FileDescriptor(int number) : number_(number) {}
  ~FileDescriptor() {
    if (number_ > STDERR_FILENO) ::close(number_);
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  [[nodiscard]] int get() const { return number_; }

 private:
  int number_;
};

std::unexpected<Error> system_error(int number) {
  return fail(ErrorKind::system, std::strerror(number));
}

/// Reads a file into a string or vector of bytes.
template <typename Contents>
Result<Contents> read_contents(const std::string& path, const Limits& limits) {
  const FileDescriptor file(path == "-" ? STDIN_FILENO
                                        : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return system_error(errno);
  Contents bytes;
  struct stat status{};
  if (::fstat(file.get(), &status) == 0) {
    if (S_ISDIR(status.st_mode)) return system_error(EISDIR);
    if (S_ISREG(status.st_mode) && std::cmp_less_equal(status.st_size, limits.module_bytes))
      bytes.reserve(static_cast<std::size_t>(status.st_size));
  }
  std::vector<typename Contents::value_type> buffer(std::size_t{1} << 16);
  for (;;) {
    const auto count = ::read(file.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_error(errno);
    if (count == 0) return bytes;
    bytes.insert(bytes.end(), buffer.begin(), buffer.begin() + count);
    if (bytes.size() > limits.module_bytes)
      return fail(ErrorKind::limit, "file is larger than the limit of " +
                                        std::to_string(limits.module_bytes) + " bytes");
  }
}

}  // namespace

Result<std::string> read_file(const std::string& path, const Limits& limits) {
  return read_contents<std::string>(path, limits);
}

std::string Input::describe(const Error& error) const {
  if (source.empty()) return format_error(error, name, subject());
  return format_error(decoder::text::locate(error, map, source), name, subject());
}

std::expected<Input, std::string> read_input(const std::string& path, const Limits& limits) {
  Input input;
  input.name = path == "-" ? "<stdin>" : printable(path);
  auto bytes = read_contents<std::vector<std::byte>>(path, limits);
  if (!bytes) return std::unexpected(format_error(bytes.error(), input.name));

  switch (decoder::detect(*bytes)) {
    case decoder::FileKind::component_binary:
      input.is_component = true;
      [[fallthrough]];
    case decoder::FileKind::core_binary:
      input.binary = std::make_shared<const std::vector<std::byte>>(*std::move(bytes));
      return input;
    case decoder::FileKind::unknown:
      return std::unexpected(input.name +
                             ": neither WebAssembly (no magic number) nor its text format");
    case decoder::FileKind::text:
      break;
  }
  input.source.assign(reinterpret_cast<const char*>(bytes->data()), bytes->size());
  *bytes = {};
  auto assembled = decoder::text::assemble(input.source, limits);
  if (!assembled) return std::unexpected(format_error(assembled.error(), input.name));
  input.is_component = assembled->is_component;
  input.map = std::move(assembled->map);
  input.binary = std::make_shared<const std::vector<std::byte>>(std::move(assembled->binary));
  return input;
}

}  // namespace airlock::cli
