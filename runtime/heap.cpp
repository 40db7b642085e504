#include "runtime/heap.hpp"

#include <sys/mman.h>
#include <cassert>

#include <algorithm>
#include <bit>
#include <new>

#include "runtime/instance.hpp"

namespace airlock::runtime {
namespace {

/// Collections that are not forced are at least this many allocated bytes apart.
constexpr std::uint64_t smallest_threshold = std::uint64_t{4} << 20;

/// The address range is this many times the limit, so that there is room for large objects between
/// the small ones.
constexpr std::uint64_t range_factor = 2;
constexpr std::uint64_t largest_range = std::uint64_t{1} << 40;

/// A forced collection is futile if it leaves less than this part of the limit free. After so many
/// in a row the heap counts as exhausted; otherwise a program would spend all its time collecting.
constexpr std::uint64_t futile_part = 64;
constexpr std::uint32_t most_futile = 16;

void* map(std::uint64_t bytes) {
  void* range = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return range == MAP_FAILED ? nullptr : range;
}

bool test(std::span<const std::uint64_t> bitmap, std::uint32_t bit) {
  return (bitmap[bit / 64] >> (bit % 64) & 1) != 0;
}

/// The first bit from `bit` on that is set (or, with an `inverted` of all ones, not set); `end` if
/// there is none.
std::uint32_t find_bit(std::span<const std::uint64_t> bitmap, std::uint32_t bit, std::uint32_t end,
                       std::uint64_t inverted) {
  if (bit >= end) return end;
  std::uint64_t word = (bitmap[bit / 64] ^ inverted) >> (bit % 64) << (bit % 64);
  std::uint32_t place = bit / 64 * 64;
  while (word == 0) {
    place += 64;
    if (place >= end) return end;
    word = bitmap[place / 64] ^ inverted;
  }
  return std::min(end, place + static_cast<std::uint32_t>(std::countr_zero(word)));
}

void write_bits(std::span<std::uint64_t> bitmap, std::uint32_t first, std::uint32_t end,
                bool value) {
  while (first < end) {
    const std::uint32_t last = std::min(end, first / 64 * 64 + 64);
    const std::uint64_t mask = (~std::uint64_t{0} >> (64 - (last - first))) << (first % 64);
    if (value)
      bitmap[first / 64] |= mask;
    else
      bitmap[first / 64] &= ~mask;
    first = last;
  }
}

}  // namespace

Heap::Heap(TypeRegistry& types, HeapConfiguration configuration)
    : types_(types),
      configuration_(configuration),
      threshold_(smallest_threshold),
      roots_(std::make_shared<RootTable>()) {
  for (std::size_t i = 0; i < runs_.size(); ++i) runs_[i].size = cell_sizes[i];
}

Heap::~Heap() {
  if (extent_ == 0) return;
  munmap(reinterpret_cast<void*>(base_), extent_);
  munmap(blocks_, block_count_ * sizeof(Block));
}

/// Reserves the address range; a smaller one than wanted if the system has no more.
bool Heap::reserve() {
  if (extent_ != 0) return true;
  const auto limit = configuration_.limit / block_bytes;
  auto count = std::min(limit * range_factor, largest_range / block_bytes);
  for (; count != 0; count /= 2) {
    void* range = map(count * block_bytes);
    if (range == nullptr) continue;
    blocks_ = static_cast<Block*>(map(count * sizeof(Block)));
    if (blocks_ != nullptr) {
      base_ = reinterpret_cast<std::uint64_t>(range);
      extent_ = count * block_bytes;
      block_count_ = static_cast<std::uint32_t>(count);
      blocks_limit_ = static_cast<std::uint32_t>(std::min(limit, count));
      return true;
    }
    munmap(range, count * block_bytes);
  }
  return false;
}

void Heap::know_types() {
  const auto count = types_.size();
  layouts_.reserve(count);
  for (auto id = layouts_.size(); id < count; ++id)
    layouts_.push_back(&types_.get(static_cast<TypeId>(id)).layout);
}

// Allocating

Object* Heap::allocate_structure(const Layout& layout) {
  assert(layout.kind == decoder::CompositeKind::structure);
  Object* object = allocate(layout.size);
  if (object != nullptr) *object = {layout.type, 0};
  return object;
}

Object* Heap::allocate_array(const Layout& layout, std::uint32_t length) {
  Object* object = allocate(layout.array_bytes(length));
  if (object != nullptr) *object = {layout.type, length};
  return object;
}

ExceptionObject* Heap::allocate_exception(const Tag& tag, std::uint32_t slots) {
  auto* object = reinterpret_cast<ExceptionObject*>(
      allocate(sizeof(ExceptionObject) + std::uint64_t{slots} * sizeof(Slot)));
  if (object != nullptr) *object = {{exception_type, slots}, &tag};
  return object;
}

Object* Heap::allocate(std::uint64_t bytes) {
  const auto size_class = size_class_of(bytes);
  // The lists of blocks may find no room. They are extended before anything else is changed.
  try {
    return size_class == large_class ? allocate_large(bytes) : allocate_cell(size_class);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

Object* Heap::allocate_cell(std::uint32_t size_class) {
  if (Object* object = take_cell(size_class)) return object;
  if (refill(size_class)) return take_cell(size_class);
  return take_larger_cell(size_class);
}

/// Finds a run for a class, or makes one.
bool Heap::refill(std::uint32_t size_class) {
  if (!reserve()) return false;
  const bool was_due = is_due(0);
  if (was_due) collect();
  if (find_run(size_class) || add_block(size_class)) return true;
  return !was_due && collect_at_limit() && (find_run(size_class) || add_block(size_class));
}

/// Finds the next run of free cells in the blocks of a class.
bool Heap::find_run(std::uint32_t size_class) {
  Run& run = runs_[size_class];
  const auto& list = blocks_of_[size_class];
  for (; run.block < list.size(); ++run.block, run.position = 0) {
    Block& block = blocks_[list[run.block]];
    const auto first = find_bit(block.allocated, run.position, block.cells, ~std::uint64_t{0});
    if (first == block.cells) continue;
    // If every allocation is to collect, runs have one cell, so that each allocation comes here.
    const auto end = configuration_.collects_always
                         ? first + 1
                         : find_bit(block.allocated, first, block.cells, 0);
    write_bits(block.allocated, first, end, true);
    std::byte* cells = address_of(list[run.block]);
    run.next = cells + std::size_t{first} * run.size;
    run.end = cells + std::size_t{end} * run.size;
    run.position = end;
    allocated_ += std::uint64_t{end - first} * run.size;
    return true;
  }
  return false;
}

/// Gives a class another block, which becomes its run.
bool Heap::add_block(std::uint32_t size_class) {
  if (used_blocks_ >= blocks_limit_) return false;
  const auto number = find_free_blocks(1);
  if (!number) return false;
  know_blocks(*number + 1);
  blocks_of_[size_class].push_back(*number);
  ++used_blocks_;
  states_[*number] = BlockState::cells;
  Block& block = blocks_[*number];
  block.cell_size = cell_sizes[size_class];
  block.reciprocal = ~std::uint32_t{0} / block.cell_size + 1;
  block.cells = block_bytes / block.cell_size;
  block.is_rescanned = false;
  block.allocated.fill(0);
  block.marked.fill(0);
  return find_run(size_class);
}

/// At the limit, there may still be free cells that are larger than needed.
Object* Heap::take_larger_cell(std::uint32_t size_class) {
  if (extent_ == 0) return nullptr;
  for (auto larger = size_class + 1; larger < cell_sizes.size(); ++larger) {
    if (Object* object = take_cell(larger)) return object;
    if (find_run(larger)) return take_cell(larger);
  }
  return nullptr;
}

/// The first of `count` adjacent free blocks.
std::optional<std::uint32_t> Heap::find_free_blocks(std::uint32_t count) {
  const auto known = static_cast<std::uint32_t>(states_.size());
  std::uint32_t length = 0;
  for (auto block = lowest_free_; block < known; ++block) {
    length = is_free(block) ? length + 1 : 0;
    if (length != count) continue;
    if (count == 1) lowest_free_ = block;
    return block + 1 - count;
  }
  const auto first = known - length;
  if (count > block_count_ - first) return std::nullopt;
  if (count == 1) lowest_free_ = first;
  return first;
}

/// Blocks up to `end` get a state. May throw, like whatever extends a list; what comes after does
/// not.
void Heap::know_blocks(std::uint32_t end) {
  if (states_.size() < end) states_.resize(end, BlockState::clean);
}

Object* Heap::allocate_large(std::uint64_t bytes) {
  if (!reserve()) return nullptr;
  const auto wanted = (bytes + block_bytes - 1) / block_bytes;
  if (wanted > blocks_limit_) return nullptr;
  const bool was_due = is_due(wanted * block_bytes);
  if (was_due) collect();
  const auto count = static_cast<std::uint32_t>(wanted);
  if (Object* object = take_large(count)) return object;
  return !was_due && collect_at_limit() ? take_large(count) : nullptr;
}

Object* Heap::take_large(std::uint32_t count) {
  if (count > blocks_limit_ - used_blocks_) return nullptr;
  const auto first = find_free_blocks(count);
  if (!first) return nullptr;
  know_blocks(*first + count);
  large_.push_back(*first);
  used_blocks_ += count;
  std::fill_n(states_.begin() + *first, count, BlockState::large_rest);
  states_[*first] = BlockState::large;
  Block& block = blocks_[*first];
  block.cell_size = 0;
  block.reciprocal = 0;
  block.cells = 1;
  block.large_blocks = count;
  block.is_rescanned = false;
  block.allocated[0] = 1;
  block.marked[0] = 0;
  allocated_ += std::uint64_t{count} * block_bytes;
  return reinterpret_cast<Object*>(address_of(*first));
}

/// A collection because the limit is reached. @return whether to try again
bool Heap::collect_at_limit() {
  if (futile_ >= most_futile) {
    futile_ /= 2;  // this allocation fails, but a later one may have another try
    return false;
  }
  collect();
  return true;
}

// Collecting

void Heap::collect() {
  if (extent_ == 0) return;
  retire_runs();
  know_types();
  Marker marker(*this);
  for (RootSource* source : sources_) source->trace(marker);
  for (const auto bits : roots_->references()) marker.reference(bits);
  marker.finish();

  live_bytes_ = 0;
  sweep();
  sweep_large();
  allocated_ = 0;
  ++collections_;
  // Scanning the roots is work, too, so it counts for the next threshold.
  threshold_ = std::max(smallest_threshold, live_bytes_ + marker.root_bytes_);
  const auto limit = std::uint64_t{blocks_limit_} * block_bytes;
  futile_ = limit - std::min(limit, live_bytes_) < limit / futile_part ? futile_ + 1 : 0;
  return_pages();
}

/// The rest of each run was not allocated.
void Heap::retire_runs() {
  for (Run& run : runs_) {
    if (run.next != run.end) {
      const auto offset = reinterpret_cast<std::uint64_t>(run.next) - base_;
      Block& block = blocks_[offset / block_bytes];
      const auto first = cell_of(block, static_cast<std::uint32_t>(offset % block_bytes));
      const auto count = static_cast<std::uint32_t>((run.end - run.next) / run.size);
      write_bits(block.allocated, first, first + count, false);
    }
    run.next = run.end = nullptr;
    run.block = 0;
    run.position = 0;
  }
}

void Heap::sweep() {
  for (auto& list : blocks_of_) {
    std::erase_if(list, [this](std::uint32_t number) {
      Block& block = blocks_[number];
      std::uint64_t live = 0;
      for (std::uint32_t word = 0; word * 64 < block.cells; ++word) {
        live += static_cast<std::uint64_t>(std::popcount(block.marked[word]));
        block.allocated[word] = block.marked[word];
        block.marked[word] = 0;
      }
      live_bytes_ += live * block.cell_size;
      if (live == 0) release(number, 1);
      return live == 0;
    });
  }
}

void Heap::sweep_large() {
  std::erase_if(large_, [this](std::uint32_t number) {
    Block& block = blocks_[number];
    const bool is_live = block.marked[0] != 0;
    block.marked[0] = 0;
    if (is_live)
      live_bytes_ += std::uint64_t{block.large_blocks} * block_bytes;
    else
      release(number, block.large_blocks);
    return !is_live;
  });
}

void Heap::release(std::uint32_t first, std::uint32_t count) {
  std::fill_n(states_.begin() + first, count, BlockState::free);
  used_blocks_ -= count;
  lowest_free_ = std::min(lowest_free_, first);
}

/// Gives the pages of free blocks back to the system, except those that will probably be used
/// before the next collection.
void Heap::return_pages() {
  auto kept = threshold_ / block_bytes;
  const auto known = static_cast<std::uint32_t>(states_.size());
  for (std::uint32_t block = lowest_free_; block < known; ++block) {
    if (states_[block] != BlockState::free) continue;
    if (kept != 0) {
      --kept;
      continue;
    }
    const auto first = block;
    for (; block < known && states_[block] == BlockState::free; ++block)
      states_[block] = BlockState::clean;
    madvise(address_of(first), std::size_t{block - first} * block_bytes, MADV_DONTNEED);
  }
}

// Roots

void Heap::add(RootSource& source) { sources_.push_back(&source); }

void Heap::remove(RootSource& source) {
  // Sources are mostly removed in the reverse order of being added.
  const auto found = std::find(sources_.rbegin(), sources_.rend(), &source);
  assert(found != sources_.rend());
  sources_.erase(std::next(found).base());
}

bool Heap::is_object(std::uint64_t bits) const {
  if (!contains(bits)) return false;
  const auto number = block_of(bits);
  if (number >= states_.size()) return false;
  const Block& block = blocks_[number];
  const auto offset = static_cast<std::uint32_t>((bits - base_) % block_bytes);
  switch (states_[number]) {
    case BlockState::cells: {
      const auto cell = cell_of(block, offset);
      return cell < block.cells && cell * block.cell_size == offset && test(block.allocated, cell);
    }
    case BlockState::large:
      return offset == 0;
    default:
      return false;
  }
}

std::string Heap::exhausted_text() const {
  return "out of memory: the heap has reached its limit of " +
         std::to_string(configuration_.limit) + " bytes (Limits::heap_bytes)";
}

HeapStatistics Heap::statistics() const {
  return {.used_bytes = std::uint64_t{used_blocks_} * block_bytes,
          .live_bytes = live_bytes_,
          .collections = collections_};
}

}  // namespace airlock::runtime
