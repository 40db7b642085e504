// wasi:clocks. Without the grant its functions trap: none of them has an error.

#include "wasi/preview2/wit/clocks.hpp"
#include "wasi/preview2/guest.hpp"

namespace airlock::wasi::preview2 {

namespace {

constexpr std::uint64_t nanoseconds_per_second = 1'000'000'000;

HostOutcome monotonic_now(Guest& guest, HostCall& call) {
  return call.returned(Value::u64(guest.state().clocks.now(ClockKind::monotonic)));
}

HostOutcome monotonic_resolution(Guest& guest, HostCall& call) {
  return call.returned(Value::u64(guest.state().clocks.resolution(ClockKind::monotonic)));
}

HostOutcome subscribe_instant(Guest& guest, HostCall& call) {
  const std::uint64_t deadline = guest.state().clocks.deadline(call.argument(0).as_u64());
  return call.returned(guest.pollables.own(std::make_shared<Timer>(deadline)));
}

HostOutcome subscribe_duration(Guest& guest, HostCall& call) {
  const std::uint64_t now = wasi::monotonic_now();
  const std::uint64_t duration = call.argument(0).as_u64();
  const std::uint64_t deadline = duration > UINT64_MAX - now ? UINT64_MAX : now + duration;
  return call.returned(guest.pollables.own(std::make_shared<Timer>(deadline)));
}

HostOutcome wall_now(Guest& guest, HostCall& call) {
  const Timestamp now = guest.state().clocks.wall_now();
  return call.returned(datetime(static_cast<std::uint64_t>(now.seconds), now.nanoseconds));
}

HostOutcome wall_resolution(Guest& guest, HostCall& call) {
  const std::uint64_t tick = guest.state().clocks.resolution(ClockKind::wall);
  return call.returned(datetime(tick / nanoseconds_per_second,
                                static_cast<std::uint32_t>(tick % nanoseconds_per_second)));
}

// The host's time zone is not revealed: every guest gets UTC, as the specification allows.

HostOutcome display(Guest& /*guest*/, HostCall& call) {
  return call.returned(Value::record({Value::s32(0), Value::string("UTC"), Value::boolean(false)}));
}

HostOutcome utc_offset(Guest& /*guest*/, HostCall& call) { return call.returned(Value::s32(0)); }

}  // namespace

void define_clocks(Guest& guest, Linker& linker) {
  HostInstance& monotonic =
      interface(linker, "wasi:clocks/monotonic-clock", wit::clocks_monotonic_clock);
  HostInstance& wall = interface(linker, "wasi:clocks/wall-clock", wit::clocks_wall_clock);
  if (guest.state().configuration.clocks) {
    guest.function(monotonic, "now", monotonic_now);
    guest.function(monotonic, "resolution", monotonic_resolution);
    guest.function(monotonic, "subscribe-instant", subscribe_instant);
    guest.function(monotonic, "subscribe-duration", subscribe_duration);
    guest.function(wall, "now", wall_now);
    guest.function(wall, "resolution", wall_resolution);
  } else {
    monotonic.otherwise(denied("the monotonic clock"));
    wall.otherwise(denied("the wall clock"));
  }

  HostInstance& timezone = interface(linker, "wasi:clocks/timezone", wit::clocks_timezone);
  guest.function(timezone, "display", display);
  guest.function(timezone, "utc-offset", utc_offset);
}

}  // namespace airlock::wasi::preview2
