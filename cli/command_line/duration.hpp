// Durations as people write them: `100ms`, `2s`, `1.5m`.
#pragma once

#include <chrono>
#include <expected>
#include <string>
#include <string_view>

namespace airlock::cli {

/// A number, perhaps with a decimal fraction, and a unit: `ns`, `us`, `ms`, `s`, `m` or `h`.
/// Without a unit it is seconds. What is less than a nanosecond is cut off.
/// @return the duration, or what is wrong, in words
[[nodiscard]] std::expected<std::chrono::nanoseconds, std::string> parse_duration(
    std::string_view text);

}  // namespace airlock::cli
