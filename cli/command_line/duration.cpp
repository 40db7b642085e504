#include "cli/command_line/duration.hpp"

#include <charconv>
#include <cstdint>
#include <limits>
#include <system_error>

namespace airlock::cli {
namespace {

using Number = std::uint64_t;
constexpr auto most = static_cast<Number>(std::numeric_limits<std::int64_t>::max());

struct Unit {
  std::string_view name;
  Number nanoseconds;
};
constexpr Unit units[] = {
    {"ns", 1},           {"us", 1'000},         {"ms", 1'000'000},       {"s", 1'000'000'000},
    {"", 1'000'000'000}, {"m", 60'000'000'000}, {"h", 3'600'000'000'000}};

std::unexpected<std::string> not_a_duration(std::string_view text) {
  constexpr std::size_t shown = 40;
  return std::unexpected('`' + std::string(text.substr(0, shown)) +
                         (text.size() > shown ? "…" : "") +
                         "` is not a duration: write a number with the unit ns, us, ms, s, m or h, "
                         "such as 100ms");
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// `.5` of a unit: takes the digits off the text.
Number take_fraction(std::string_view& text, Number unit) {
  Number fraction = 0;
  text.remove_prefix(1);
  for (; !text.empty() && is_digit(text.front()); text.remove_prefix(1)) {
    // Exact for up to four digits of any unit, and for nine of a second.
    const Number place = unit / 10;
    fraction += static_cast<Number>(text.front() - '0') * place;
    unit = place;
  }
  return fraction;
}

}  // namespace

std::expected<std::chrono::nanoseconds, std::string> parse_duration(std::string_view text) {
  Number whole = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, whole);
  if (error == std::errc::invalid_argument) return not_a_duration(text);
  std::string_view rest(stop, static_cast<std::size_t>(end - stop));
  const bool has_fraction = rest.size() > 1 && rest[0] == '.' && is_digit(rest[1]);
  const auto unit_begin = has_fraction ? rest.find_first_not_of("0123456789", 1) : 0;
  const auto name = unit_begin == std::string_view::npos ? "" : rest.substr(unit_begin);
  for (const Unit& unit : units) {
    if (unit.name != name) continue;
    const Number fraction = has_fraction ? take_fraction(rest, unit.nanoseconds) : 0;
    if (error != std::errc() || whole > (most - fraction) / unit.nanoseconds)
      return std::unexpected("the duration is longer than 292 years");
    return std::chrono::nanoseconds(whole * unit.nanoseconds + fraction);
  }
  return not_a_duration(text);
}

}  // namespace airlock::cli
