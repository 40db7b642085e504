#include "runtime/stack.hpp"

#include <sys/mman.h>

#include <cassert>

#include "runtime/memory.hpp"

namespace airlock::runtime {
namespace {

std::size_t whole_pages(std::size_t bytes) {
  const auto page = static_cast<std::size_t>(host_page_size());
  return (bytes + page - 1) / page * page;
}

}  // namespace

Stack::Stack(std::size_t bytes) {
  // One page after the limit stays inaccessible. The interpreter checks the limit; the page catches
  // an access that it missed.
  bytes = whole_pages(bytes == 0 ? 1 : bytes);
  const auto guard = static_cast<std::size_t>(host_page_size());
  void* range = mmap(nullptr, bytes + guard, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (range == MAP_FAILED) return;
  // The guard is a mapping of its own, of which the system gives a process only so many.
  if (mprotect(static_cast<std::byte*>(range) + bytes, guard, PROT_NONE) != 0) {
    munmap(range, bytes + guard);
    return;
  }
  base_ = static_cast<Slot*>(range);
  const std::size_t slots = bytes / sizeof(Slot);
  limit_ = base_ + slots;
}

Stack::~Stack() {
  if (link_ != nullptr) {
    *link_ = next_;
    if (next_ != nullptr) next_->link_ = link_;
  }
  if (base_ == nullptr) return;
  const auto bytes = static_cast<std::size_t>(limit_ - base_) * sizeof(Slot);
  munmap(base_, bytes + static_cast<std::size_t>(host_page_size()));
}

StackList::~StackList() {
  for (Stack* stack = first_; stack != nullptr;) {
    Stack* const next = stack->next_;
    stack->next_ = nullptr;
    stack->link_ = nullptr;
    stack = next;
  }
}

void StackList::add(Stack& stack) {
  assert(stack.link_ == nullptr);
  stack.next_ = first_;
  stack.link_ = &first_;
  if (first_ != nullptr) first_->link_ = &stack.next_;
  first_ = &stack;
}

}  // namespace airlock::runtime
