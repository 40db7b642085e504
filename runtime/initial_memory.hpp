// The bytes that active data segments give to a module's memories, kept in a file that instances
// map copy-on-write, so that a new instance only costs the pages that it writes.
#pragma once

#include <cstdint>
#include <mutex>
#include <span>
#include <vector>

#include "decoder/module.hpp"
#include "runtime/memory.hpp"

namespace airlock::runtime {

/// The initial memory of a module, shared by all its instances and by OS threads. Covers only the
/// leading data segments, up to the first one that might trap or depends on the instance (another
/// instance's memory, an offset that is not a plain constant, out of bounds). Instantiation writes
/// the others, as the specification says.
class InitialMemory {
 public:
  explicit InitialMemory(const decoder::Module& module);
  ~InitialMemory();
  InitialMemory(const InitialMemory&) = delete;
  InitialMemory& operator=(const InitialMemory&) = delete;

  /// How many of the first data segments `apply` covers.
  [[nodiscard]] std::size_t covered_segments() const { return covered_; }

  /// Gives fresh memories their initial bytes. The file is made when first needed. The bytes are
  /// copied instead if they are few or the system cannot make a file.
  /// @param memories by memory index
  void apply(std::span<Memory* const> memories);

  /// Whether instances share the pages of a file (for tests and statistics).
  [[nodiscard]] bool is_mapped() const { return file_ >= 0; }

 private:
  /// A covered segment and where it goes.
  struct Piece {
    std::uint32_t memory = 0;
    std::uint64_t address = 0;
    decoder::Bytes bytes;
  };
  /// A run of whole host pages that holds one or more pieces.
  struct Extent {
    std::uint32_t memory = 0;
    std::uint64_t address = 0;
    std::uint64_t length = 0;
    std::uint64_t file_offset = 0;
    [[nodiscard]] bool holds(const Piece& piece) const {
      return piece.memory == memory && piece.address >= address && piece.address - address < length;
    }
  };

  void plan_extents();
  void make_file();
  static void copy(const Piece& piece, Memory& memory);

  std::size_t covered_ = 0;
  std::vector<Piece> pieces_;    ///< in the order of the segments
  std::vector<Extent> extents_;  ///< empty if the data are not worth a file
  std::once_flag once_;
  int file_ = -1;
};

}  // namespace airlock::runtime
