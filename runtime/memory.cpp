#include "runtime/memory.hpp"

#include <sys/mman.h>
#include <unistd.h>
#include <cassert>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <string>

#include "runtime/address_space.hpp"

namespace airlock::runtime {
namespace {

constexpr std::uint64_t no_limit = std::numeric_limits<std::uint64_t>::max();

/// No process has more address space; sums of sizes below it cannot overflow.
constexpr std::uint64_t address_space = std::uint64_t{1} << 57;

/// An i32 address plus the largest static offset plus the widest access, in whole pages.
constexpr std::uint64_t guarded_reservation = (std::uint64_t{1} << 33) + (std::uint64_t{1} << 16);

/// What is reserved at most for a memory that is not guarded and declares no smaller maximum: all
/// that a 32-bit memory can become. Larger 64-bit memories get what they declare or start with.
constexpr std::uint64_t default_reservation = std::uint64_t{1} << 32;

std::uint64_t round_up(std::uint64_t bytes, std::uint64_t unit) {
  return (bytes + unit - 1) / unit * unit;
}

/// `pages` in bytes; saturates.
std::uint64_t bytes_of(std::uint64_t pages, std::uint8_t page_size_log2) {
  return pages > (no_limit >> page_size_log2) ? no_limit : pages << page_size_log2;
}

std::byte* map_inaccessible(std::uint64_t bytes) {
  void* address =
      mmap(nullptr, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return address == MAP_FAILED ? nullptr : static_cast<std::byte*>(address);
}

/// How much address range a memory should get, if the system has as much.
std::uint64_t wanted_reservation(const decoder::MemoryType& type, bool guarded,
                                 std::uint64_t initial, std::uint64_t byte_limit) {
  if (guarded) return guarded_reservation;
  const auto most = std::min(bytes_of(maximum_pages(type), type.page_size_log2), byte_limit);
  if (type.limits.maximum && most <= byte_limit / 2) return most;  // declared, and not too large
  return std::max(initial, std::min(most, std::max(default_reservation, 2 * initial)));
}

}  // namespace

std::uint64_t host_page_size() {
  static const auto size = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  return size;
}

std::uint64_t maximum_pages(const decoder::MemoryType& type) {
  // `memory.size` must be able to say how many there are, so with pages of one byte the last
  // address stays out of reach.
  const std::uint64_t addressable =
      type.address == decoder::AddressType::i32
          ? std::min((std::uint64_t{1} << 32) >> type.page_size_log2, (std::uint64_t{1} << 32) - 1)
      : type.page_size_log2 == 0 ? no_limit
                                 : std::uint64_t{1} << (64 - type.page_size_log2);
  return std::min(addressable, type.limits.maximum.value_or(addressable));
}

bool MemoryBudget::take(std::uint64_t bytes) {
  auto now = used.load();
  do {
    if (bytes > limit - now) return false;
  } while (!used.compare_exchange_weak(now, now + bytes));
  return true;
}

Result<std::unique_ptr<Memory>> Memory::create(const decoder::MemoryType& type, bool guarded,
                                               std::uint64_t byte_limit,
                                               std::shared_ptr<MemoryBudget> budget) {
  byte_limit = std::min(byte_limit, address_space);
  const auto initial = bytes_of(type.limits.minimum, type.page_size_log2);
  const auto left =
      budget == nullptr ? byte_limit : std::min(byte_limit, budget->limit - budget->used.load());
  if (initial > left)
    return fail(ErrorKind::limit, "a memory of " + std::to_string(type.limits.minimum) +
                                      " pages exceeds the limit: " + std::to_string(left) +
                                      " bytes are left (Limits::memory_bytes)");

  std::unique_ptr<Memory> memory(new Memory());
  memory->type_ = type;
  memory->byte_limit_ = byte_limit;
  memory->guarded_ =
      guarded && type.address == decoder::AddressType::i32 && type.page_size_log2 == 16;

  const auto page = host_page_size();
  const auto least = std::max(round_up(initial, page), page);
  const auto wanted = std::max(
      least, round_up(wanted_reservation(type, memory->guarded_, initial, byte_limit), page));
  if (!memory->place(wanted, initial) && !memory->reserve(wanted, initial))
    return fail(ErrorKind::system, "cannot allocate a memory of " + std::to_string(initial) +
                                       " bytes: no address space, mapping or memory is left");
  if (budget != nullptr && !budget->take(initial))
    return fail(ErrorKind::limit, "the memories of the store reach Limits::memory_bytes");
  memory->size = initial;
  memory->budget_ = std::move(budget);
  return memory;
}

/// Takes a spot, a smaller one if there is none as large as wanted, and commits what the memory
/// begins with.
bool Memory::place(std::uint64_t wanted, std::uint64_t initial) {
  if (guarded_) return false;
  const auto page = host_page_size();
  const auto least = std::max(round_up(initial, page), page);
  constexpr int attempts = 4;  // somebody else may have mapped something there after all
  for (int n = 0; n < attempts; ++n) {
    base = AddressSpace::take_spot(wanted);
    while (base == nullptr && wanted > least) {
      wanted = std::max(least, round_up(wanted / 4, page));
      base = AddressSpace::take_spot(wanted);
    }
    if (base == nullptr) return false;
    reserved_ = wanted;
    has_spot_ = true;
    if (commit(initial)) return true;
    // An occupied spot would be found again and again. Any other failure is no fault of the spot.
    const bool is_occupied = errno == EEXIST;
    if (!is_occupied) AddressSpace::give_back(base, reserved_);
    base = nullptr;
    has_spot_ = false;
    if (!is_occupied) return false;
  }
  return false;
}

/// Reserves address range, less than wanted if the system has no more and the memory is not
/// guarded, and commits what the memory begins with.
bool Memory::reserve(std::uint64_t wanted, std::uint64_t initial) {
  const auto page = host_page_size();
  const auto least = std::max(round_up(initial, page), page);
  base = map_inaccessible(wanted);
  while (base == nullptr && !guarded_ && wanted > least) {
    wanted = std::max(least, round_up(wanted / 4, page));
    base = map_inaccessible(wanted);
  }
  reserved_ = base == nullptr ? 0 : wanted;
  return base != nullptr && commit(initial);
}

Memory::~Memory() {
  if (budget_ != nullptr) budget_->used -= size;
  if (base == nullptr) return;
  const auto mapped = has_spot_ ? committed_ : reserved_;
  if (mapped != 0 && munmap(base, mapped) != 0) {
    // To cut a hole into a mapping takes one more mapping, and there may be none left. Then at
    // least the pages go; the addresses stay taken.
    madvise(base, mapped, MADV_DONTNEED);
    return;
  }
  if (has_spot_) AddressSpace::give_back(base, reserved_);
}

bool Memory::commit(std::uint64_t bytes) {
  const auto needed = round_up(bytes, host_page_size());
  if (needed <= committed_) return true;
  const auto more = needed - committed_;
  const bool is_done = has_spot_ ? AddressSpace::map(base + committed_, more)
                                 : mprotect(base + committed_, more, PROT_READ | PROT_WRITE) == 0;
  if (is_done) committed_ = needed;
  return is_done;
}

std::int64_t Memory::grow(std::uint64_t delta) {
  const std::scoped_lock lock(growth_);
  const auto old_pages = pages();
  if (delta == 0) return static_cast<std::int64_t>(old_pages);
  const auto most = maximum_pages(type_);
  if (delta > most || old_pages > most - delta) return -1;
  const auto bytes = bytes_of(old_pages + delta, type_.page_size_log2);
  if (bytes > byte_limit_ || bytes > reserved_) return -1;
  const auto more = bytes - size;
  if (budget_ != nullptr && !budget_->take(more)) return -1;
  if (!commit(bytes)) {
    if (budget_ != nullptr) budget_->used -= more;
    return -1;
  }
  size = bytes;
  return static_cast<std::int64_t>(old_pages);
}

bool Memory::map_copy_on_write(std::uint64_t address, std::uint64_t length, int file,
                               std::uint64_t file_offset) {
  constexpr int access = PROT_READ | PROT_WRITE;
  constexpr int flags = MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE;
  assert((address | length | file_offset) % host_page_size() == 0);
  assert(length <= committed_ && address <= committed_ - length);
  if (mmap(base + address, length, access, flags, file, static_cast<off_t>(file_offset)) !=
      MAP_FAILED)
    return true;
  // A refused fixed mapping may still have removed what was there. Map zeros there. If even that
  // fails, the memory has no bytes any more, and every access traps.
  if (mmap(base + address, length, access, flags | MAP_ANONYMOUS, -1, 0) == MAP_FAILED) {
    if (budget_ != nullptr) budget_->used -= size;
    size = 0;
    byte_limit_ = 0;
  }
  return false;
}

}  // namespace airlock::runtime
