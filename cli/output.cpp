#include "cli/output.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

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

std::unexpected<std::string> system_error(const std::string& name) {
  return std::unexpected(name + ": " + std::strerror(errno));
}

}  // namespace

std::expected<void, std::string> write_output(const std::string& path, std::string_view bytes,
                                              OutputForm form) {
  if (path.empty() || path == "-") {
    if (form == OutputForm::binary && ::isatty(STDOUT_FILENO) != 0)
      return std::unexpected("<stdout>: a binary is not written to a terminal: pass -o FILE");
    if (!write_all(STDOUT_FILENO, bytes)) return system_error("<stdout>");
    return {};
  }
  constexpr mode_t readable_by_all = 0666;  // but for what the umask takes away
  const int descriptor =
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, readable_by_all);
  if (descriptor < 0) return system_error(path);
  const bool is_written = write_all(descriptor, bytes);
  auto result = is_written ? std::expected<void, std::string>{} : system_error(path);
  if (::close(descriptor) != 0 && is_written) result = system_error(path);
  return result;
}

}  // namespace airlock::cli
