// The heap of a store: structures, arrays and exceptions (specification: Execution, Runtime
// Structure), and the collector that takes back what cannot be reached any more.
//
// A mark-sweep collector that moves nothing. The heap is one reserved range of addresses, cut into
// blocks of 32 KiB. A block holds cells of one size, and an object is in a cell; larger objects
// have blocks of their own. Each block has two bitmaps with a bit for each cell:
//
//   marked      set while marking allocated   what was marked in the last collection, and all that
//   was allocated since
//
// After marking, `marked` becomes `allocated`. Dead objects are not touched. Allocation takes one
// cell after the other from a *run*, a sequence of adjacent free cells that the bitmap shows.
//
// References inside of objects, tables and globals are known exactly. Interpreter stacks are
// scanned conservatively: a word that is the exact address of an allocated object counts as a
// reference. That is sound because nothing moves.
#pragma once

#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "runtime/layout.hpp"
#include "runtime/reference.hpp"
#include "runtime/root.hpp"
#include "runtime/type_registry.hpp"

namespace airlock::runtime {

struct Tag;
class Heap;

/// The limit of a heap and how it behaves.
struct HeapConfiguration {
  std::uint64_t limit = 0;  ///< bytes, whole blocks
  /// Collects at every allocation, to find references that are not seen.
  bool collects_always = false;
};

/// Figures for tests and tools.
struct HeapStatistics {
  std::uint64_t used_bytes = 0;  ///< in blocks that hold objects
  std::uint64_t live_bytes = 0;  ///< in cells, after the last collection
  std::uint64_t collections = 0;
};

/// An exception (specification: Execution, Runtime Structure, Exception Instances). Its `slots` are
/// the values the tag's type has as parameters; there are `header.length` of them.
struct ExceptionObject {
  Object header;
  const Tag* tag;

  [[nodiscard]] Slot* slots() { return reinterpret_cast<Slot*>(this + 1); }
  [[nodiscard]] const Slot* slots() const { return reinterpret_cast<const Slot*>(this + 1); }
  [[nodiscard]] std::span<const Slot> values() const { return {slots(), header.length}; }
};

/// Marks what can be reached. Uses an explicit stack of bounded size. If it overflows, the blocks
/// of the objects that did not fit are scanned again.
class Marker {
 public:
  explicit Marker(Heap& heap) : heap_(heap) {}

  /// A reference of any kind: null, tagged, function or object.
  void reference(std::uint64_t bits);
  void references(std::span<const Slot> slots) {
    for (const Slot& slot : slots) reference(slot.bits);
    root_bytes_ += slots.size_bytes();
  }
  /// A word that may be a reference by chance.
  void word(std::uint64_t bits);
  void words(const Slot* first, const Slot* end);

 private:
  friend class Heap;
  /// What is still to be scanned of an object: elements of an array from `next` on.
  struct Work {
    Object* object;
    std::uint32_t next;
  };
  static constexpr std::size_t most_work = std::size_t{1} << 16;
  static constexpr std::uint32_t slice = 1024;  ///< elements scanned in one step

  void push(Work work);
  void drain();
  void scan(Work work);
  void scan_exception(const ExceptionObject& exception);
  void finish();

  Heap& heap_;
  std::vector<Work> work_;
  bool overflowed_ = false;
  std::uint64_t root_bytes_ = 0;
};

/// Used by one OS thread at a time, like its store. Takes no address range until it is first used.
class Heap {
 public:
  Heap(TypeRegistry& types, HeapConfiguration configuration);
  ~Heap();
  Heap(const Heap&) = delete;
  Heap& operator=(const Heap&) = delete;

  // Allocating. Each of these may collect, so all references that the caller still needs must be in
  // a root or on an interpreter stack below `Stack::top`. Null means that the limit is reached and
  // a collection did not help: the trap `out_of_memory`. The contents are unspecified and must be
  // filled in before the next allocation.

  [[nodiscard]] Object* allocate_structure(const Layout& layout);
  [[nodiscard]] Object* allocate_array(const Layout& layout, std::uint32_t length);
  [[nodiscard]] ExceptionObject* allocate_exception(const Tag& tag, std::uint32_t slots);

  /// The next cell of the current run of a class; null if the run is used up. For handlers; the
  /// header must be filled in.
  [[nodiscard]] Object* take_cell(std::uint32_t size_class) {
    Run& run = runs_[size_class];
    if (run.next == run.end) [[unlikely]]
      return nullptr;
    auto* object = reinterpret_cast<Object*>(run.next);
    run.next += run.size;
    return object;
  }

  /// Collects now.
  void collect();

  // Roots
  void add(RootSource& source);
  void remove(RootSource& source);
  /// A root for the host's own use: keeps the object alive as long as the root lives.
  [[nodiscard]] Root root(std::uint64_t bits) { return {roots_, bits}; }

  /// Updates the layouts by type. A store calls it when it instantiates, so the heap has the
  /// layouts of all types of its instances.
  void know_types();
  [[nodiscard]] const Layout& layout(TypeId type) const {
    assert(type < layouts_.size());
    return *layouts_[type];
  }

  [[nodiscard]] const TypeRegistry& types() const { return types_; }

  /// Whether a word is the address of an allocated object.
  [[nodiscard]] bool is_object(std::uint64_t bits) const;

  /// "out of memory: …", which names the limit.
  [[nodiscard]] std::string exhausted_text() const;
  [[nodiscard]] HeapStatistics statistics() const;

 private:
  friend class Marker;

  static constexpr std::size_t most_cells = block_bytes / cell_sizes[0];
  using Bitmap = std::array<std::uint64_t, most_cells / 64>;

  /// The metadata of a block, outside of the block in a range of its own that begins as zeros.
  struct Block {
    std::uint32_t cell_size;   ///< of a large object: 0
    std::uint32_t reciprocal;  ///< for dividing an offset by the size
    std::uint32_t cells;
    std::uint32_t large_blocks;  ///< in the first block of a large object: how many blocks it has
    bool is_rescanned;           ///< holds marked objects that were not scanned yet
    Bitmap allocated;
    Bitmap marked;
  };
  enum class BlockState : std::uint8_t {
    clean,  ///< free and without pages
    free,
    cells,
    large,       ///< the first block of a large object
    large_rest,  ///< its other blocks
  };

  /// Adjacent free cells, from which allocation in a class takes the next one.
  struct Run {
    std::byte* next = nullptr;
    std::byte* end = nullptr;
    std::uint32_t size = 0;
    // Where to look for the next one:
    std::uint32_t position = 0;  ///< cell in the block
    std::size_t block = 0;       ///< place in `blocks_of_`
  };

  [[nodiscard]] Object* allocate_cell(std::uint32_t size_class);
  [[nodiscard]] Object* allocate_large(std::uint64_t bytes);
  [[nodiscard]] Object* allocate(std::uint64_t bytes);
  [[nodiscard]] bool refill(std::uint32_t size_class);
  [[nodiscard]] bool find_run(std::uint32_t size_class);
  [[nodiscard]] bool add_block(std::uint32_t size_class);
  [[nodiscard]] Object* take_larger_cell(std::uint32_t size_class);
  [[nodiscard]] std::optional<std::uint32_t> find_free_blocks(std::uint32_t count);
  [[nodiscard]] Object* take_large(std::uint32_t count);
  [[nodiscard]] bool reserve();
  [[nodiscard]] bool is_free(std::uint32_t block) const {
    return states_[block] <= BlockState::free;
  }
  void know_blocks(std::uint32_t end);
  [[nodiscard]] bool collect_at_limit();
  [[nodiscard]] bool is_due(std::uint64_t bytes) const {
    return allocated_ + bytes > threshold_ || configuration_.collects_always;
  }
  void retire_runs();
  void sweep();
  void sweep_large();
  void release(std::uint32_t first, std::uint32_t count);
  void return_pages();

  [[nodiscard]] bool contains(std::uint64_t bits) const {
    return bits - base_ < extent_ && (bits & 7) == 0;
  }
  [[nodiscard]] std::uint32_t block_of(std::uint64_t bits) const {
    return static_cast<std::uint32_t>((bits - base_) / block_bytes);
  }
  [[nodiscard]] std::byte* address_of(std::uint32_t block) const {
    return reinterpret_cast<std::byte*>(base_) + std::size_t{block} * block_bytes;
  }
  [[nodiscard]] static std::uint32_t cell_of(const Block& block, std::uint32_t offset) {
    return static_cast<std::uint32_t>(std::uint64_t{offset} * block.reciprocal >> 32);
  }

  TypeRegistry& types_;
  HeapConfiguration configuration_;
  std::uint64_t base_ = 0;    ///< of the reserved range
  std::uint64_t extent_ = 0;  ///< its bytes; zero until it is reserved
  std::array<Run, cell_sizes.size()> runs_;
  std::vector<const Layout*> layouts_;
  Block* blocks_ = nullptr;
  std::uint32_t block_count_ = 0;   ///< in the reserved range
  std::uint32_t blocks_limit_ = 0;  ///< how many may be in use
  std::vector<BlockState> states_;  ///< of blocks that were ever in use
  std::uint32_t lowest_free_ = 0;   ///< no block below it is free
  std::uint32_t used_blocks_ = 0;
  std::array<std::vector<std::uint32_t>, cell_sizes.size()> blocks_of_;
  std::vector<std::uint32_t> large_;  ///< first blocks of large objects

  std::uint64_t allocated_ = 0;  ///< bytes since the last collection
  std::uint64_t threshold_;      ///< bytes until the next one
  std::uint64_t live_bytes_ = 0;
  std::uint64_t collections_ = 0;
  std::uint32_t futile_ = 0;  ///< forced collections in a row that freed almost nothing

  std::vector<RootSource*> sources_;
  std::shared_ptr<RootTable> roots_;
};

}  // namespace airlock::runtime
