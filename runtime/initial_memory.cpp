#include "runtime/initial_memory.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "decoder/instruction.hpp"

namespace airlock::runtime {
namespace {

using namespace decoder::literals;

/// Below this many bytes, copying is cheaper than mapping and page faults.
constexpr std::uint64_t worth_mapping = std::uint64_t{32} * 1024;
/// Segments less than this apart share an extent.
constexpr std::uint64_t gap_bridged = std::uint64_t{64} * 1024;
/// Every extent is a mapping of its own, and the system limits the number of mappings of a process.
constexpr std::size_t most_extents = 16;

/// The value of an expression that is one `i32.const` or `i64.const`.
std::optional<std::uint64_t> plain_constant(const decoder::Expression& expression) {
  const Limits limits;
  decoder::InstructionReader reader(expression, limits);
  decoder::Instruction instruction;
  if (!reader.next(instruction)) return std::nullopt;
  if (instruction.opcode != "i32.const"_op && instruction.opcode != "i64.const"_op)
    return std::nullopt;
  const auto value = instruction.constant;
  if (!reader.next(instruction) || instruction.opcode != "end"_op) return std::nullopt;
  return value;
}

/// Writes all bytes; repeats interrupted and partial writes.
bool write_at(int file, decoder::Bytes bytes, std::uint64_t offset) {
  while (!bytes.empty()) {
    const auto written = pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    offset += static_cast<std::uint64_t>(written);
  }
  return true;
}

}  // namespace

InitialMemory::InitialMemory(const decoder::Module& module) {
  for (; covered_ < module.data.size(); ++covered_) {
    const auto& segment = module.data[covered_];
    if (segment.mode != decoder::SegmentMode::active) continue;
    if (segment.memory < module.imported_memories()) break;
    const auto address = plain_constant(*segment.offset);
    if (!address) break;
    const auto& type = module.memory_types[segment.memory];
    const auto pages = std::min(type.limits.minimum, ~std::uint64_t{0} >> type.page_size_log2);
    const auto size = pages << type.page_size_log2;
    if (segment.bytes.size() > size || *address > size - segment.bytes.size()) break;
    if (!segment.bytes.empty()) pieces_.push_back({segment.memory, *address, segment.bytes});
  }
  plan_extents();
}

InitialMemory::~InitialMemory() {
  if (file_ >= 0) close(file_);
}

void InitialMemory::plan_extents() {
  std::uint64_t total = 0;
  for (const auto& piece : pieces_) total += piece.bytes.size();
  if (total < worth_mapping) return;

  std::vector<const Piece*> sorted;
  for (const auto& piece : pieces_) sorted.push_back(&piece);
  std::ranges::sort(sorted, {}, [](const Piece* p) { return std::pair(p->memory, p->address); });

  const auto page = host_page_size();
  for (const auto* piece : sorted) {
    const auto first = piece->address / page * page;
    const auto last = (piece->address + piece->bytes.size() + page - 1) / page * page;
    if (!extents_.empty() && extents_.back().memory == piece->memory &&
        first <= extents_.back().address + extents_.back().length + gap_bridged) {
      auto& extent = extents_.back();
      extent.length = std::max(extent.length, last - extent.address);
    } else {
      extents_.push_back({piece->memory, first, last - first, 0});
    }
  }
  if (extents_.size() > most_extents) extents_.clear();
  std::uint64_t offset = 0;
  for (auto& extent : extents_) {
    extent.file_offset = offset;
    offset += extent.length;
  }
}

void InitialMemory::make_file() {
  if (extents_.empty()) return;
  const int file = memfd_create("airlock-initial-memory", MFD_CLOEXEC);
  if (file < 0) return;
  const auto size = extents_.back().file_offset + extents_.back().length;
  bool good = ftruncate(file, static_cast<off_t>(size)) == 0;
  for (const auto& piece : pieces_) {
    const auto extent =
        std::ranges::find_if(extents_, [&](const Extent& e) { return e.holds(piece); });
    good =
        good && write_at(file, piece.bytes, extent->file_offset + piece.address - extent->address);
  }
  if (good)
    file_ = file;
  else
    close(file);
}

void InitialMemory::apply(std::span<Memory* const> memories) {
  std::call_once(once_, [this] { make_file(); });
  if (file_ < 0) {
    for (const auto& piece : pieces_) copy(piece, *memories[piece.memory]);
    return;
  }
  for (const auto& extent : extents_) {
    auto& memory = *memories[extent.memory];
    if (memory.map_copy_on_write(extent.address, extent.length, file_, extent.file_offset))
      continue;
    for (const auto& piece : pieces_)
      if (extent.holds(piece)) copy(piece, memory);
  }
}

void InitialMemory::copy(const Piece& piece, Memory& memory) {
  // The memory is too small only if `map_copy_on_write` failed and could not map zeros.
  if (memory.contains(piece.address, piece.bytes.size()))
    std::memcpy(memory.base + piece.address, piece.bytes.data(), piece.bytes.size());
}

}  // namespace airlock::runtime
