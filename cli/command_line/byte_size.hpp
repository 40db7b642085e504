// Sizes as people write them: `65536`, `64M`, `1GiB`.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace airlock::cli {

/// A number of bytes, perhaps with a unit in letters of either case. `k`, `M`, `G` and `T`, also
/// written `Ki` or `KiB`, are powers of 1024; `kB`, `MB`, `GB` and `TB` are powers of 1000. Those
/// are the units of `dd` and `head`.
/// @return the bytes, or what is wrong, in words
[[nodiscard]] std::expected<std::uint64_t, std::string> parse_byte_size(std::string_view text);

}  // namespace airlock::cli
