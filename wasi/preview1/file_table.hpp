// The file descriptors of a WASI 0.1 guest.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "wasi/host/context.hpp"
#include "wasi/host/filesystem.hpp"
#include "wasi/host/streams.hpp"
#include "wasi/preview1/listing.hpp"
#include "wasi/preview1/types.hpp"

namespace airlock::wasi::preview1 {

/// What a descriptor number refers to: a standard stream, or a file or directory.
struct OpenFile {
  std::shared_ptr<InputStream> input;
  std::shared_ptr<OutputStream> output;
  bool is_terminal = false;  ///< of a standard stream

  Descriptor::Pointer object;            ///< null for a standard stream
  std::optional<std::string> preopened;  ///< the name it was granted under
  std::uint64_t position = 0;            ///< of a file that has offsets

  std::uint16_t flags = 0;  ///< fdflags
  std::uint64_t base_rights = 0;
  std::uint64_t inheriting_rights = 0;

  /// Reading the directory, as far as the guest has come; opened when first wanted.
  std::unique_ptr<Listing> listing;

  [[nodiscard]] bool is_stream() const { return object == nullptr; }
  [[nodiscard]] bool is_directory() const { return object != nullptr && object->is_directory(); }
  /// Whether it was opened for reading (writing) at all, whatever rights are left of it.
  [[nodiscard]] bool is_readable() const {
    return is_stream() ? input != nullptr : object->flags().read;
  }
  [[nodiscard]] bool is_writable() const {
    return is_stream() ? output != nullptr : object->flags().write;
  }
  [[nodiscard]] bool has_rights(std::uint64_t wanted) const {
    const bool seeks = (base_rights & rights::fd_seek) != 0;  // which implies telling
    return ((base_rights | (seeks ? rights::fd_tell : 0)) & wanted) == wanted;
  }
};

/// Numbers are given out lowest first: 0 to 2 are the standard streams, then come the granted
/// directories.
class FileTable {
 public:
  explicit FileTable(const Context::State& state);

  /// Null if the number is not open.
  [[nodiscard]] OpenFile* find(std::uint32_t fd);
  [[nodiscard]] std::uint32_t add(OpenFile file);
  [[nodiscard]] bool close(std::uint32_t fd);
  /// Moves `from` to `to`, which is closed. Both must be open.
  [[nodiscard]] bool renumber(std::uint32_t from, std::uint32_t to);

 private:
  std::vector<std::unique_ptr<OpenFile>> files_;
};

}  // namespace airlock::wasi::preview1
