// Resolving a guest's path below a granted directory, and never above it.
//
// Implements the rules of wasi-filesystem's path-resolution.md. On Linux 5.6 and newer the kernel
// does it (`openat2` with RESOLVE_BENEATH). Where that system call is missing or forbidden, a walk
// opens one component at a time without following symbolic links, and expands these itself; `..`
// goes back to a directory the walk holds open, never through the kernel's `..`. Neither way can be
// raced out of the directory: no path is ever looked at first and used later.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "wasi/host/error_code.hpp"
#include "wasi/host/unique_fd.hpp"

namespace airlock::wasi {

enum class ResolutionMethod {
  automatic,  ///< the kernel's if it has one, else the walk
  walk,
};

class PathResolver {
 public:
  explicit PathResolver(ResolutionMethod method = ResolutionMethod::automatic);

  /// Opens what `path` names below `directory`, like `openat`. A symbolic link at the end is
  /// followed unless `flags` has O_NOFOLLOW. O_CLOEXEC and O_NOCTTY are always set.
  /// Fails with `not_permitted` if any step of the resolution would leave `directory`.
  [[nodiscard]] IoResult<UniqueFd> open(int directory, std::string_view path, int flags,
                                        mode_t mode = 0) const;

  /// How a path ends.
  enum class Ending { name, dot, dot_dot };

  /// The directory in which the last component of a path is to be looked up, and that component,
  /// without slashes. For operations that act on a name: create, remove, rename, link.
  struct Place {
    int directory = -1;  ///< `owned`, or the directory given
    UniqueFd owned;
    std::string name;
    Ending ending = Ending::name;
    bool trailing_slash = false;
  };
  /// If the path ends in `.` or `..`, it has been checked that it names a directory below.
  [[nodiscard]] IoResult<Place> locate(int directory, std::string_view path) const;

  [[nodiscard]] bool uses_kernel() const { return uses_kernel_; }

 private:
  bool uses_kernel_ = false;
};

}  // namespace airlock::wasi
