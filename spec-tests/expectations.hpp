// The list of scripts that do not pass entirely, with the exact counts of their directives.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace airlock::spec_tests {

struct Counts {
  std::size_t passed = 0;
  std::size_t failed = 0;
  std::size_t skipped = 0;
  friend bool operator==(const Counts&, const Counts&) = default;
};

/// The known result of a script: `name: passed/failed/skipped: reason`.
struct Expectation {
  std::string name;
  Counts counts;
  std::string reason;
};

[[nodiscard]] std::string to_string(const Expectation& expectation);

/// A line of the list; nothing for a comment, an empty line or one of another form.
[[nodiscard]] std::optional<Expectation> parse_expectation(std::string_view line);

/// The entry of a name in the list stored at a path.
[[nodiscard]] std::optional<Expectation> find_expectation(const std::string& path,
                                                          std::string_view name);

}  // namespace airlock::spec_tests
