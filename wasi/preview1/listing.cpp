#include "wasi/preview1/listing.hpp"

namespace airlock::wasi::preview1 {

namespace {

constexpr std::uint64_t dots = 2;

}  // namespace

IoResult<void> Listing::seek(std::uint64_t cookie) {
  if (cookie == position_ && cookie != 0) return {};
  if (cookie == 0) places_.clear();
  const std::uint64_t known = dots + places_.size();
  position_ = cookie <= known ? cookie : known;
  const std::uint64_t place = position_ <= dots ? 0 : places_[position_ - dots - 1];
  if (IoResult<void> moved = stream_->seek(place); !moved) return moved;
  // A cookie of an earlier pass: count up to it.
  while (position_ < cookie) {
    const IoResult<std::optional<Entry>> entry = next();
    if (!entry) return io_error(entry.error());
    if (!*entry) break;
  }
  return {};
}

IoResult<std::optional<Listing::Entry>> Listing::next() {
  if (position_ >= dots) return next_child();
  // What lies above the grant is not the guest's to know, so both dots are this directory.
  Entry entry{.inode = inode_, .type = FileType::directory, .name = position_ == 0 ? "." : ".."};
  entry.next = ++position_;
  return entry;
}

IoResult<std::optional<Listing::Entry>> Listing::next_child() {
  IoResult<std::optional<Entry>> entry = stream_->next_child();
  if (!entry || !*entry) return entry;
  const std::uint64_t child = position_ - dots;
  if (child < places_.size()) {
    places_[child] = (*entry)->next;
  } else {
    places_.push_back((*entry)->next);
  }
  (*entry)->next = ++position_;
  return entry;
}

}  // namespace airlock::wasi::preview1
