// Numbers with nouns, for messages.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace airlock {

/// `1 argument`, `2 arguments`
[[nodiscard]] inline std::string count_of(std::uint64_t count, std::string_view singular) {
  auto text = std::to_string(count) + ' ';
  text += singular;
  if (count != 1) text += 's';
  return text;
}

}  // namespace airlock
