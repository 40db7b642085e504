// The types of wasi:clocks@0.2.12, in WIT. Earlier versions 0.2.x have no others.
#pragma once

#include <string_view>

namespace airlock::wasi::preview2::wit {

inline constexpr std::string_view clocks_monotonic_clock = R"(
  use wasi:io/poll@0.2.12.{pollable};
  type instant = u64;
  type duration = u64;
  now: func() -> instant;
  resolution: func() -> duration;
  subscribe-instant: func(when: instant) -> pollable;
  subscribe-duration: func(when: duration) -> pollable;
)";

inline constexpr std::string_view clocks_wall_clock = R"(
  record datetime { seconds: u64, nanoseconds: u32 }
  now: func() -> datetime;
  resolution: func() -> datetime;
)";

inline constexpr std::string_view clocks_timezone = R"(
  use wall-clock.{datetime};
  record timezone-display { utc-offset: s32, name: string, in-daylight-saving-time: bool }
  display: func(when: datetime) -> timezone-display;
  utc-offset: func(when: datetime) -> s32;
)";

}  // namespace airlock::wasi::preview2::wit
