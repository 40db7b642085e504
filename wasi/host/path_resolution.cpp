#include "wasi/host/path_resolution.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <vector>

namespace airlock::wasi {

namespace {

constexpr int always = O_CLOEXEC | O_NOCTTY;
/// Expansions of symbolic links in one resolution; the kernel's bound.
constexpr int link_limit = 40;
/// How often a resolution starts again because a directory was renamed meanwhile.
constexpr int race_limit = 64;

int openat2_call(int directory, const char* path, int flags, mode_t mode) {
  open_how how{};
  how.flags = static_cast<std::uint64_t>(flags);
  how.mode = (flags & O_CREAT) != 0 ? mode : 0;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  return static_cast<int>(::syscall(SYS_openat2, directory, path, &how, sizeof how));
}

/// What is wrong with a path before any of it is looked up.
IoResult<void> check_path(std::string_view path) {
  if (path.find('\0') != std::string_view::npos) return io_error(ErrorCode::invalid);
  if (path.empty()) return io_error(ErrorCode::no_entry);
  if (path.size() >= PATH_MAX) return io_error(ErrorCode::name_too_long);
  if (path.front() == '/') return io_error(ErrorCode::not_permitted);
  return {};
}

/// The target of a symbolic link. `invalid` if it is none.
IoResult<std::string> read_link(int directory, const std::string& name) {
  std::array<char, PATH_MAX> buffer{};
  const ssize_t length = ::readlinkat(directory, name.c_str(), buffer.data(), buffer.size());
  if (length < 0) return last_error();
  return std::string(buffer.data(), static_cast<std::size_t>(length));
}

bool is_symbolic_link(int fd) {
  struct stat status{};
  return ::fstat(fd, &status) == 0 && S_ISLNK(status.st_mode);
}

/// One resolution by hand.
class Walk {
 public:
  Walk(int base, std::string_view path) : base_(base) { push(path); }

  IoResult<UniqueFd> open(int flags, mode_t mode) {
    const bool exclusive = (flags & O_CREAT) != 0 && (flags & O_EXCL) != 0;
    const bool follow_last = (flags & O_NOFOLLOW) == 0 && !exclusive;
    while (!pending_.empty()) {
      const std::string component = std::move(pending_.back());
      pending_.pop_back();
      if (component == ".") continue;
      if (component == "..") {
        if (held_.empty()) return io_error(ErrorCode::not_permitted);
        held_.pop_back();
        continue;
      }
      if (pending_.empty() && !must_be_directory_) {
        IoResult<UniqueFd> opened = open_last(component, flags, mode, follow_last);
        if (!retry_) return opened;
      } else if (IoResult<void> entered = enter(component); !entered) {
        // What cannot be entered may be created, if it is last and a directory was not asked for.
        return io_error(creates_directory(entered.error(), flags) ? ErrorCode::is_directory
                                                                  : entered.error());
      }
    }
    return open_current(flags);
  }

 private:
  [[nodiscard]] int current() const { return held_.empty() ? base_ : held_.back().get(); }

  /// Puts the components of a path before those that are left.
  void push(std::string_view path) {
    if (pending_.empty()) must_be_directory_ = must_be_directory_ || path.back() == '/';
    std::size_t end = path.size();
    while (end > 0) {
      const std::size_t slash = path.rfind('/', end - 1);
      const std::size_t start = slash == std::string_view::npos ? 0 : slash + 1;
      if (start < end) pending_.emplace_back(path.substr(start, end - start));
      end = slash == std::string_view::npos ? 0 : slash;
    }
  }

  /// `open("new/", O_CREAT)` is refused by Linux with EISDIR.
  [[nodiscard]] bool creates_directory(ErrorCode why, int flags) const {
    return why == ErrorCode::no_entry && pending_.empty() && (flags & O_CREAT) != 0;
  }

  IoResult<void> expand(const std::string& target) {
    if (++expansions_ > link_limit) return io_error(ErrorCode::loop);
    if (target.empty()) return io_error(ErrorCode::no_entry);
    if (target.front() == '/') return io_error(ErrorCode::not_permitted);
    push(target);
    return {};
  }

  /// Goes into a directory, or expands the symbolic link of that name.
  IoResult<void> enter(const std::string& component) {
    UniqueFd next(
        ::openat(current(), component.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (next) {
      held_.push_back(std::move(next));
      return {};
    }
    if (errno != ENOTDIR && errno != ELOOP) return last_error();
    IoResult<std::string> target = read_link(current(), component);
    if (target) return expand(*target);
    return io_error(target.error() == ErrorCode::invalid ? ErrorCode::not_directory
                                                         : target.error());
  }

  /// Opens the last component. Sets `retry_` if a symbolic link was expanded instead.
  IoResult<UniqueFd> open_last(const std::string& component, int flags, mode_t mode, bool follow) {
    retry_ = false;
    if (follow) {
      if (IoResult<std::string> target = read_link(current(), component)) {
        if (IoResult<void> expanded = expand(*target); !expanded) return io_error(expanded.error());
        retry_ = true;
        return UniqueFd();
      }
    }
    UniqueFd opened(::openat(current(), component.c_str(), flags | O_NOFOLLOW | always, mode));
    // A link may have taken the place of what was no link a moment ago.
    const bool raced = follow && (opened ? is_symbolic_link(opened.get()) : errno == ELOOP);
    if (raced) {
      if (++expansions_ > link_limit) return io_error(ErrorCode::loop);
      pending_.push_back(component);
      retry_ = true;
      return UniqueFd();
    }
    if (!opened) return last_error();
    return opened;
  }

  /// The path ended in `.`, `..` or a slash: what it names is the directory reached.
  IoResult<UniqueFd> open_current(int flags) {
    if ((flags & O_CREAT) != 0) {
      return io_error((flags & O_EXCL) != 0 ? ErrorCode::exist : ErrorCode::is_directory);
    }
    UniqueFd opened(::openat(current(), ".", flags | O_NOFOLLOW | always));
    if (!opened) return last_error();
    return opened;
  }

  int base_;
  std::vector<UniqueFd> held_;        ///< directories from below the base to the current one
  std::vector<std::string> pending_;  ///< components left, the next one last
  bool must_be_directory_ = false;    ///< the path, or the link at its end, ends in a slash
  bool retry_ = false;
  int expansions_ = 0;
};

}  // namespace

PathResolver::PathResolver(ResolutionMethod method) {
  if (method == ResolutionMethod::walk) return;
  // Missing (ENOSYS) or filtered (often EPERM) shows at the first use; any other failure of such a
  // simple request is no reason to trust it either.
  const UniqueFd probe(openat2_call(AT_FDCWD, ".", O_PATH | O_DIRECTORY | O_CLOEXEC, 0));
  uses_kernel_ = static_cast<bool>(probe);
}

IoResult<UniqueFd> PathResolver::open(int directory, std::string_view path, int flags,
                                      mode_t mode) const {
  if (IoResult<void> good = check_path(path); !good) return io_error(good.error());
  if (!uses_kernel_) return Walk(directory, path).open(flags, mode);
  const std::string terminated(path);
  for (int attempt = 0; attempt < race_limit; ++attempt) {
    const bool is_path = (flags & O_PATH) != 0;
    UniqueFd opened(
        openat2_call(directory, terminated.c_str(), flags | (is_path ? O_CLOEXEC : always), mode));
    if (opened) return opened;
    if (errno == EXDEV) return io_error(ErrorCode::not_permitted);
    // EAGAIN: a rename elsewhere made the kernel unsure whether `..` stayed below.
    if (errno != EAGAIN && errno != EINTR) return last_error();
  }
  return Walk(directory, path).open(flags, mode);
}

IoResult<PathResolver::Place> PathResolver::locate(int directory, std::string_view path) const {
  if (IoResult<void> good = check_path(path); !good) return io_error(good.error());
  Place place;
  place.directory = directory;
  const std::size_t last = path.find_last_not_of('/');  // there is one: the first is not a slash
  place.trailing_slash = last + 1 < path.size();
  const std::string_view trimmed = path.substr(0, last + 1);
  const std::size_t slash = trimmed.rfind('/');
  place.name = slash == std::string_view::npos ? trimmed : trimmed.substr(slash + 1);
  if (place.name.size() > NAME_MAX) return io_error(ErrorCode::name_too_long);

  std::string_view parent;
  if (place.name == "." || place.name == "..") {
    place.ending = place.name == "." ? Ending::dot : Ending::dot_dot;
    parent = trimmed;
  } else if (slash != std::string_view::npos) {
    parent = trimmed.substr(0, slash);
  }
  if (parent.empty()) return place;
  IoResult<UniqueFd> opened = open(directory, parent, O_PATH | O_DIRECTORY);
  if (!opened) return io_error(opened.error());
  place.owned = std::move(*opened);
  place.directory = place.owned.get();
  return place;
}

}  // namespace airlock::wasi
