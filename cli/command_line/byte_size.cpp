#include "cli/command_line/byte_size.hpp"

#include <cctype>
#include <charconv>
#include <limits>
#include <optional>
#include <system_error>

namespace airlock::cli {
namespace {

/// What a unit multiplies with; nothing if there is no such unit.
std::optional<std::uint64_t> factor_of(std::string_view unit) {
  std::string lower;
  for (const char c : unit) lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (lower.empty() || lower == "b") return 1;
  const auto power = std::string_view("kmgt").find(lower.front());
  const auto rest = std::string_view(lower).substr(1);
  const bool is_decimal = rest == "b";
  const bool is_binary = rest.empty() || rest == "i" || rest == "ib";
  if (power == std::string_view::npos || (!is_decimal && !is_binary)) return std::nullopt;
  std::uint64_t factor = 1;
  for (std::size_t i = 0; i <= power; ++i) factor *= is_decimal ? 1000 : 1024;
  return factor;
}

std::unexpected<std::string> not_a_size(std::string_view text) {
  constexpr std::size_t shown = 40;
  return std::unexpected('`' + std::string(text.substr(0, shown)) +
                         (text.size() > shown ? "…" : "") +
                         "` is not a size: write a number of bytes, or one with the unit k, M, G "
                         "or T, such as 64M");
}

}  // namespace

std::expected<std::uint64_t, std::string> parse_byte_size(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc::invalid_argument) return not_a_size(text);
  const auto unit = text.substr(static_cast<std::size_t>(end - text.data()));
  const auto factor = unit.size() > 3 ? std::nullopt : factor_of(unit);
  if (!factor) return not_a_size(text);
  if (error != std::errc() || number > std::numeric_limits<std::uint64_t>::max() / *factor)
    return std::unexpected("the size is 2^64 bytes or more");
  return number * *factor;
}

}  // namespace airlock::cli
