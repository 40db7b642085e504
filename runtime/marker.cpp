// Marking: follows references from the roots to everything that can be reached.
#include <cstring>
#include <new>

#include "runtime/heap.hpp"
#include "runtime/instance.hpp"

namespace airlock::runtime {

void Marker::reference(std::uint64_t bits) {
  if (!heap_.contains(bits)) return;
  Heap::Block& block = heap_.blocks_[heap_.block_of(bits)];
  const auto cell =
      Heap::cell_of(block, static_cast<std::uint32_t>((bits - heap_.base_) % block_bytes));
  std::uint64_t& word = block.marked[cell / 64];
  const std::uint64_t bit = std::uint64_t{1} << (cell % 64);
  if ((word & bit) != 0) return;
  word |= bit;
  push({reinterpret_cast<Object*>(bits), 0});
}

void Marker::word(std::uint64_t bits) {
  if (heap_.is_object(bits)) reference(bits);
}

void Marker::words(const Slot* first, const Slot* end) {
  for (const Slot* slot = first; slot != end; ++slot) word(slot->bits);
  root_bytes_ += static_cast<std::uint64_t>(end - first) * sizeof(Slot);
}

void Marker::push(Work work) {
  if (work_.size() < most_work) {
    try {
      return work_.push_back(work);
    } catch (const std::bad_alloc&) {
      // As if it were full.
    }
  }
  // The object is marked but not looked into; `finish` comes back to its block.
  heap_.blocks_[heap_.block_of(reinterpret_cast<std::uint64_t>(work.object))].is_rescanned = true;
  overflowed_ = true;
}

void Marker::drain() {
  while (!work_.empty()) {
    const Work work = work_.back();
    work_.pop_back();
    scan(work);
  }
}

/// Scans a marked object: calls `reference` for each of its references.
void Marker::scan(Work work) {
  Object& object = *work.object;
  if (object.type == exception_type)
    return scan_exception(reinterpret_cast<const ExceptionObject&>(object));
  const auto load = [](const std::byte* place) {
    std::uint64_t bits;
    std::memcpy(&bits, place, sizeof bits);
    return bits;
  };
  const Layout& layout = heap_.layout(object.type);
  if (!layout.has_references) return;
  if (layout.kind == decoder::CompositeKind::structure) {
    for (const auto offset : layout.references) reference(load(object.at(offset)));
    return;
  }
  // A long array is scanned in slices, so that its elements do not fill the work stack.
  const std::uint32_t end = object.length - work.next > slice ? work.next + slice : object.length;
  if (end != object.length) push({&object, end});
  for (std::uint32_t i = work.next; i < end; ++i)
    reference(load(object.payload() + std::size_t{i} * sizeof(std::uint64_t)));
}

void Marker::scan_exception(const ExceptionObject& exception) {
  const auto& type = heap_.types_.get(exception.tag->type).type.composite.function;
  const Slot* slot = exception.slots();
  for (const auto& parameter : type.parameters) {
    if (parameter.is_reference()) reference(slot->bits);
    slot += slot_count(parameter);
  }
}

void Marker::finish() {
  drain();
  while (overflowed_) {
    overflowed_ = false;
    for (std::uint32_t number = 0; number < heap_.states_.size(); ++number) {
      Heap::Block& block = heap_.blocks_[number];
      if (!block.is_rescanned) continue;
      block.is_rescanned = false;
      for (std::uint32_t cell = 0; cell < block.cells; ++cell) {
        if ((block.marked[cell / 64] >> (cell % 64) & 1) == 0) continue;
        scan({reinterpret_cast<Object*>(heap_.address_of(number) +
                                        std::size_t{cell} * block.cell_size),
              0});
        drain();
      }
    }
  }
}

}  // namespace airlock::runtime
