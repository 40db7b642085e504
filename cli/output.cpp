#include "cli/output.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>

#include <fcntl.h>
#include <unistd.h>

#include "decoder/printable.hpp"

namespace airlock::cli {
namespace {

bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = ::write(descriptor, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

}  // namespace

OutputFile::~OutputFile() {
  if (descriptor_ >= 0 && !is_standard_output()) ::close(descriptor_);
}

std::unexpected<std::string> OutputFile::error() const {
  const int number = errno;
  return std::unexpected((is_standard_output() ? "<stdout>" : printable(path_)) + ": " +
                         std::strerror(number));
}

bool OutputFile::open() {
  constexpr mode_t readable_by_all = 0666;  // but for what the umask takes away
  if (descriptor_ >= 0) return true;
  descriptor_ =
      is_standard_output()
          ? STDOUT_FILENO
          : ::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, readable_by_all);
  return descriptor_ >= 0;
}

std::expected<void, std::string> OutputFile::write(std::string_view bytes) {
  if (!open() || !write_all(descriptor_, bytes)) return error();
  return {};
}

std::expected<void, std::string> OutputFile::finish() {
  if (!open()) return error();
  const int descriptor = std::exchange(descriptor_, -1);
  if (!is_standard_output() && ::close(descriptor) != 0) return error();
  return {};
}

std::expected<void, std::string> write_output(const std::string& path, std::string_view bytes,
                                              OutputForm form) {
  OutputFile file(path);
  if ((path.empty() || path == "-") && form == OutputForm::binary && ::isatty(STDOUT_FILENO) != 0)
    return std::unexpected("<stdout>: a binary is not written to a terminal: pass -o FILE");
  if (auto written = file.write(bytes); !written) return written;
  return file.finish();
}

// ---- Standard output

// Nothing is buffered here: the buffer is that of `stdout`, which several threads may use.

StandardOutput::StandardOutput() : before_(std::cout.rdbuf(this)) {}

StandardOutput::~StandardOutput() { std::cout.rdbuf(before_); }

int StandardOutput::finish(int code) {
  std::cout.flush();
  if (error_ == 0) return code;
  std::cerr << "<stdout>: " << std::strerror(error_) << '\n';
  return code == 0 ? 1 : code;
}

void StandardOutput::fail() {
  int none = 0;
  error_.compare_exchange_strong(none, errno == 0 ? EIO : errno);
}

StandardOutput::int_type StandardOutput::overflow(int_type character) {
  if (traits_type::eq_int_type(character, traits_type::eof())) return sync() == 0 ? 0 : character;
  const auto byte = traits_type::to_char_type(character);
  return xsputn(&byte, 1) == 1 ? character : traits_type::eof();
}

std::streamsize StandardOutput::xsputn(const char* bytes, std::streamsize count) {
  const auto size = static_cast<std::size_t>(count);
  const auto written = std::fwrite(bytes, 1, size, stdout);
  if (written < size) fail();
  return static_cast<std::streamsize>(written);
}

int StandardOutput::sync() {
  if (std::fflush(stdout) == 0) return 0;
  fail();
  return -1;
}

}  // namespace airlock::cli
