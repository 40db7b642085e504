// A directory as `fd_readdir` reads it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "wasi/host/filesystem.hpp"

namespace airlock::wasi::preview1 {

/// One pass over a directory: `.` and `..`, then its children in the order of the host.
///
/// A cookie is the number of entries before it. The host's own places take 64 bits on many file
/// systems, and a C library for 32 bits keeps a cookie in a `long` (`telldir`).
class Listing {
 public:
  using Entry = DirectoryStream::Entry;

  /// @param inode of the directory itself
  Listing(std::unique_ptr<DirectoryStream> stream, std::uint64_t inode)
      : stream_(std::move(stream)), inode_(inode) {}

  /// Goes to a cookie. Beyond the last entry there is nothing more to read. Reading from 0 shows
  /// what has changed since.
  [[nodiscard]] IoResult<void> seek(std::uint64_t cookie);

  /// The next entry, whose `next` is the cookie after it; nothing at the end.
  [[nodiscard]] IoResult<std::optional<Entry>> next();

 private:
  [[nodiscard]] IoResult<std::optional<Entry>> next_child();

  std::unique_ptr<DirectoryStream> stream_;
  std::uint64_t inode_;
  std::uint64_t position_ = 0;         ///< a cookie
  std::vector<std::uint64_t> places_;  ///< of the host: where it goes on after each child
};

}  // namespace airlock::wasi::preview1
