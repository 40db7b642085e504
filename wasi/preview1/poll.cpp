// poll_oneoff: waiting for clocks and descriptors.

#include <poll.h>
#include <sys/ioctl.h>

#include <algorithm>

#include "wasi/preview1/call.hpp"
#include "wasi/preview1/records.hpp"

namespace airlock::wasi::preview1 {

namespace {

enum class EventType : std::uint8_t { clock, fd_read, fd_write };

struct Event {
  std::uint64_t user_data = 0;
  Errno error = Errno::success;
  EventType type = EventType::clock;
  std::uint64_t byte_count = 0;
};

/// What a subscription comes to: an event now, or something to wait for.
struct Outcome {
  std::optional<Event> event;
  std::shared_ptr<Pollable> wait;
};

/// Clocks: the id, at 8 the timeout, at 16 the precision, at 24 flags.
Outcome subscribe_clock(Call& call, std::uint64_t address, Event event) {
  constexpr std::uint16_t absolute = 1;
  const auto clock = call.memory.load<std::uint32_t>(address);
  const auto timeout = call.memory.load<std::uint64_t>(address + 8);
  const bool is_absolute = (call.memory.load<std::uint16_t>(address + 24) & absolute) != 0;
  if (clock > static_cast<std::uint32_t>(ClockKind::monotonic)) {
    event.error =
        clock > static_cast<std::uint32_t>(ClockKind::thread_time) ? Errno::inval : Errno::notsup;
    return {event, nullptr};
  }
  if (!call.state().configuration.clocks) {
    event.error = Errno::notcapable;
    return {event, nullptr};
  }
  std::uint64_t deadline = 0;
  if (!is_absolute) {
    deadline = timeout > UINT64_MAX - call.started ? UINT64_MAX : call.started + timeout;
  } else if (static_cast<ClockKind>(clock) == ClockKind::monotonic) {
    deadline = call.state().clocks.deadline(timeout);
  } else {
    const std::uint64_t now = call.state().clocks.now(ClockKind::wall);
    const std::uint64_t left = timeout > now ? timeout - now : 0;
    const std::uint64_t start = monotonic_now();
    deadline = left > UINT64_MAX - start ? UINT64_MAX : start + left;
  }
  if (monotonic_now() >= deadline) return {event, nullptr};
  return {std::nullopt, std::make_shared<Timer>(deadline)};
}

std::uint64_t bytes_to_read(const OpenFile& file) {
  if (file.is_stream()) return 1;
  if (file.object->is_seekable()) {
    const IoResult<FileStatus> status = file.object->status();
    return status && status->size > file.position ? status->size - file.position : 0;
  }
  int count = 0;
  return ::ioctl(file.object->fd(), FIONREAD, &count) == 0 && count > 0
             ? static_cast<std::uint64_t>(count)
             : 0;
}

/// What to wait for so that a descriptor can be read or written; null if it is no use.
std::shared_ptr<Pollable> readiness_of(const OpenFile& file, EventType type) {
  if (type == EventType::fd_read) {
    if (!file.is_stream()) return std::make_shared<FileReadiness>(file.object->fd(), POLLIN);
    return file.input ? std::make_shared<InputReadiness>(file.input) : nullptr;
  }
  if (!file.is_stream()) return std::make_shared<FileReadiness>(file.object->fd(), POLLOUT);
  return file.output ? std::make_shared<OutputReadiness>(file.output) : nullptr;
}

/// Descriptors: the number at 16.
Outcome subscribe_descriptor(Call& call, std::uint64_t address, Event event) {
  const auto fd = call.memory.load<std::uint32_t>(address + 16);
  const auto file = call.open_file(fd, rights::poll_fd_readwrite);
  event.error = file ? Errno::success : file.error();
  if (!file) return {event, nullptr};
  if ((*file)->is_directory()) {
    event.error = Errno::badf;
    return {event, nullptr};
  }
  const bool is_reading = event.type == EventType::fd_read;
  if (!(*file)->is_stream() && (*file)->object->is_seekable()) {
    event.byte_count = is_reading ? bytes_to_read(**file) : stream_chunk;
    return {event, nullptr};
  }
  std::shared_ptr<Pollable> wait = readiness_of(**file, event.type);
  if (wait == nullptr) {
    event.error = Errno::badf;
    return {event, nullptr};
  }
  if (!wait->ready()) return {std::nullopt, std::move(wait)};
  event.byte_count = is_reading ? bytes_to_read(**file) : stream_chunk;
  return {event, nullptr};
}

void write_event(const GuestMemory& memory, std::uint32_t address, const Event& event) {
  clear(memory, address, event_size);
  const std::uint64_t base = address;
  memory.store(base, event.user_data);
  memory.store(base + 8, event.error);
  memory.store(base + 10, event.type);
  memory.store(base + 16, event.byte_count);
}

}  // namespace

Errno poll_oneoff(Call& call, std::uint32_t subscriptions, std::uint32_t events,
                  std::uint32_t count, std::uint32_t out) {
  return poll(call, {.size = 48, .clock = 16}, subscriptions, events, count, out);
}

Errno poll(Call& call, const SubscriptionLayout& layout, std::uint32_t subscriptions,
           std::uint32_t events, std::uint32_t count, std::uint32_t out) {
  if (count == 0) return Errno::inval;
  if (!call.memory.contains(subscriptions, std::uint64_t{count} * layout.size) ||
      !call.memory.contains(events, std::uint64_t{count} * event_size) ||
      !call.memory.contains(out, 4)) {
    return Errno::fault;
  }
  // Each takes memory of the host.
  constexpr std::uint32_t most_subscriptions = 1 << 16;
  if (count > most_subscriptions) return Errno::nomem;
  if (!call.pay(std::uint64_t{count} * (layout.size + event_size))) return Errno::io;
  // Events are collected first: the two arrays may overlap.
  std::vector<Event> occurred;
  Pollables waits;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint64_t address = std::uint64_t{subscriptions} + std::uint64_t{i} * layout.size;
    Event event{.user_data = call.memory.load<std::uint64_t>(address)};
    const auto tag = call.memory.load<std::uint8_t>(address + 8);
    if (tag > static_cast<std::uint8_t>(EventType::fd_write)) return Errno::inval;
    event.type = static_cast<EventType>(tag);
    Outcome outcome = event.type == EventType::clock
                          ? subscribe_clock(call, address + layout.clock, event)
                          : subscribe_descriptor(call, address, event);
    if (outcome.event) occurred.push_back(*outcome.event);
    if (outcome.wait) waits.push_back(std::move(outcome.wait));
  }
  if (occurred.empty()) {
    call.waits_for = std::move(waits);
    return Errno::pending;
  }
  std::uint32_t written = 0;
  for (const Event& event : occurred)
    write_event(call.memory, events + written++ * event_size, event);
  call.memory.store(out, written);
  return Errno::success;
}

}  // namespace airlock::wasi::preview1
