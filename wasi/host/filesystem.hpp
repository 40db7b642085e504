// Directories granted as capabilities, and the files opened below them.
//
// Both `wasi:filesystem/types.descriptor` and a file descriptor of WASI 0.1 refer to a
// `Descriptor`. Paths are resolved by `PathResolver`. Everything that is opened through a read-only
// descriptor is read-only.
#pragma once

#include <sys/stat.h>
#include <sys/uio.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "wasi/host/error_code.hpp"
#include "wasi/host/path_resolution.hpp"
#include "wasi/host/unique_fd.hpp"

namespace airlock::wasi {

/// The cases of `descriptor-type`, in its order.
enum class FileType : std::uint8_t {
  unknown,
  block_device,
  character_device,
  directory,
  fifo,
  symbolic_link,
  regular_file,
  socket,
};

/// Since the epoch. `nanoseconds` is below a thousand million.
struct Timestamp {
  std::int64_t seconds = 0;
  std::uint32_t nanoseconds = 0;
  friend bool operator==(const Timestamp&, const Timestamp&) = default;
};

struct FileStatus {
  FileType type = FileType::unknown;
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t link_count = 0;
  std::uint64_t size = 0;
  Timestamp accessed;
  Timestamp modified;
  Timestamp changed;
};

/// `new-timestamp`
struct NewTimestamp {
  enum class Kind : std::uint8_t { no_change, now, given };
  Kind kind = Kind::no_change;
  std::uint64_t seconds = 0;
  std::uint32_t nanoseconds = 0;
};

/// `descriptor-flags`
struct DescriptorFlags {
  bool read = false;
  bool write = false;
  bool file_integrity_sync = false;
  bool data_integrity_sync = false;
  bool requested_write_sync = false;
  bool mutate_directory = false;
  friend bool operator==(const DescriptorFlags&, const DescriptorFlags&) = default;
};

/// `open-flags`, and whether a symbolic link at the end of the path is followed.
struct OpenFlags {
  bool follow = false;
  bool create = false;
  bool directory = false;
  bool exclusive = false;
  bool truncate = false;
};

/// `advice`, in its order.
enum class Advice : std::uint8_t { normal, sequential, random, will_need, dont_need, no_reuse };

struct MetadataHash {
  std::uint64_t lower = 0;
  std::uint64_t upper = 0;
  friend bool operator==(const MetadataHash&, const MetadataHash&) = default;
};

/// What all descriptors of one guest share.
class FileSystem {
 public:
  /// @param open_limit descriptors and directory streams that may be open at once
  explicit FileSystem(ResolutionMethod method = ResolutionMethod::automatic,
                      std::uint32_t open_limit = 4096);

  [[nodiscard]] const PathResolver& resolver() const { return resolver_; }
  [[nodiscard]] std::uint64_t secret() const { return secret_; }

  /// The right to have one more file open. It is given back when the token is destroyed.
  using Token = std::shared_ptr<void>;
  [[nodiscard]] IoResult<Token> reserve(std::shared_ptr<FileSystem> self);

 private:
  PathResolver resolver_;
  std::uint64_t secret_ = 0;  ///< seeds metadata hashes
  std::uint32_t open_limit_;
  std::atomic<std::uint32_t> open_{0};
};

class DirectoryStream;

/// An open file, directory or other object. Immutable, so it may be shared by streams.
class Descriptor : public std::enable_shared_from_this<Descriptor> {
 public:
  using Pointer = std::shared_ptr<Descriptor>;

  /// Grants a directory of the host. The host path is resolved once, without restriction.
  [[nodiscard]] static IoResult<Pointer> grant(std::shared_ptr<FileSystem> system,
                                               const std::string& host_path, bool read_only);

  [[nodiscard]] FileType type() const { return type_; }
  [[nodiscard]] bool is_directory() const { return type_ == FileType::directory; }
  [[nodiscard]] DescriptorFlags flags() const { return flags_; }
  /// Whether the grant this came through allows changes.
  [[nodiscard]] bool is_mutable() const { return mutable_; }
  /// The host's descriptor, for the event loop to wait on.
  [[nodiscard]] int fd() const { return fd_.get(); }
  /// Whether reading and writing take an offset; pipes, sockets and terminals have none.
  [[nodiscard]] bool is_seekable() const;

  // Files. Offsets are ignored where there are none. `would_block` if a pipe has nothing yet, or
  // its other end is not open yet.
  [[nodiscard]] IoResult<std::size_t> read(std::span<const iovec> buffers,
                                           std::uint64_t offset) const;
  [[nodiscard]] IoResult<std::size_t> read(std::span<std::byte> buffer, std::uint64_t offset) const;
  [[nodiscard]] IoResult<std::size_t> write(std::span<const iovec> buffers,
                                            std::uint64_t offset) const;
  [[nodiscard]] IoResult<std::size_t> write(std::span<const std::byte> buffer,
                                            std::uint64_t offset) const;
  [[nodiscard]] IoResult<std::size_t> append(std::span<const iovec> buffers) const;
  [[nodiscard]] IoResult<void> advise(std::uint64_t offset, std::uint64_t length,
                                      Advice advice) const;
  [[nodiscard]] IoResult<void> allocate(std::uint64_t offset, std::uint64_t length) const;
  [[nodiscard]] IoResult<void> set_size(std::uint64_t size) const;

  // Any object.
  [[nodiscard]] IoResult<FileStatus> status() const;
  [[nodiscard]] IoResult<void> set_times(NewTimestamp accessed, NewTimestamp modified) const;
  [[nodiscard]] IoResult<void> sync() const;
  [[nodiscard]] IoResult<void> sync_data() const;
  [[nodiscard]] IoResult<MetadataHash> metadata_hash() const;
  [[nodiscard]] bool is_same_object(const Descriptor& other) const;

  // Directories; paths are relative to this one and stay below it.
  [[nodiscard]] IoResult<Pointer> open_at(std::string_view path, OpenFlags open,
                                          DescriptorFlags flags) const;
  /// Whether `open_at` failed because the path is a pipe that has no reader yet. Opening one for
  /// writing waits for a reader by trying again (`Retry`).
  [[nodiscard]] bool lacks_reader(std::string_view path, OpenFlags open, ErrorCode error) const;
  [[nodiscard]] IoResult<FileStatus> status_at(std::string_view path, bool follow) const;
  [[nodiscard]] IoResult<void> set_times_at(std::string_view path, bool follow,
                                            NewTimestamp accessed, NewTimestamp modified) const;
  [[nodiscard]] IoResult<MetadataHash> metadata_hash_at(std::string_view path, bool follow) const;
  [[nodiscard]] IoResult<void> create_directory_at(std::string_view path) const;
  [[nodiscard]] IoResult<void> remove_directory_at(std::string_view path) const;
  [[nodiscard]] IoResult<void> unlink_file_at(std::string_view path) const;
  [[nodiscard]] IoResult<void> rename_at(std::string_view old_path, const Descriptor& new_directory,
                                         std::string_view new_path) const;
  [[nodiscard]] IoResult<void> link_at(bool follow, std::string_view old_path,
                                       const Descriptor& new_directory,
                                       std::string_view new_path) const;
  [[nodiscard]] IoResult<void> symlink_at(std::string_view target, std::string_view path) const;
  [[nodiscard]] IoResult<std::string> readlink_at(std::string_view path) const;
  [[nodiscard]] IoResult<std::unique_ptr<DirectoryStream>> read_directory() const;

 private:
  Descriptor() = default;

  [[nodiscard]] IoResult<PathResolver::Place> locate(std::string_view path) const;
  [[nodiscard]] IoResult<PathResolver::Place> locate_for_change(std::string_view path) const;
  /// Reads what has no offsets.
  [[nodiscard]] IoResult<std::size_t> receive(std::span<const iovec> buffers) const;
  [[nodiscard]] IoResult<UniqueFd> open_for_status(std::string_view path, bool follow) const;

  std::shared_ptr<FileSystem> system_;
  FileSystem::Token token_;
  UniqueFd fd_;
  FileType type_ = FileType::unknown;
  DescriptorFlags flags_;
  bool mutable_ = false;
};

/// One pass over the entries of a directory, in the order of the host's file system.
class DirectoryStream {
 public:
  struct Entry {
    std::uint64_t inode = 0;
    std::uint64_t next = 0;  ///< where reading goes on after this entry: a cookie of WASI 0.1
    FileType type = FileType::unknown;
    std::string name;  ///< any bytes but `/` and NUL
  };

  DirectoryStream(UniqueFd fd, FileSystem::Token token);

  /// The next entry, `.` and `..` included; nothing at the end.
  [[nodiscard]] IoResult<std::optional<Entry>> next();
  /// The next entry other than `.` and `..`.
  [[nodiscard]] IoResult<std::optional<Entry>> next_child();
  /// Goes to a place that `Entry::next` gave, or with 0 to the start. Any other number is harmless.
  [[nodiscard]] IoResult<void> seek(std::uint64_t cookie);

 private:
  [[nodiscard]] IoResult<bool> fill();

  UniqueFd fd_;
  FileSystem::Token token_;
  std::string buffer_;
  std::size_t position_ = 0;
  std::size_t end_ = 0;
};

/// Type of a file from its mode.
[[nodiscard]] FileType file_type_of(std::uint32_t mode);
[[nodiscard]] FileStatus file_status_of(const struct stat& status);

}  // namespace airlock::wasi
