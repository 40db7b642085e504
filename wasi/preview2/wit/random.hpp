// The types of wasi:random@0.2.12, in WIT. Earlier versions 0.2.x have no others.
#pragma once

#include <string_view>

namespace airlock::wasi::preview2::wit {

inline constexpr std::string_view random_insecure_seed = R"(
  insecure-seed: func() -> tuple<u64, u64>;
)";

inline constexpr std::string_view random_insecure = R"(
  get-insecure-random-bytes: func(len: u64) -> list<u8>;
  get-insecure-random-u64: func() -> u64;
)";

inline constexpr std::string_view random_random = R"(
  get-random-bytes: func(len: u64) -> list<u8>;
  get-random-u64: func() -> u64;
)";

}  // namespace airlock::wasi::preview2::wit
