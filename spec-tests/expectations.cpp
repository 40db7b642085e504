#include "expectations.hpp"

#include <array>
#include <charconv>
#include <fstream>

namespace airlock::spec_tests {
namespace {

/// `12/0/3`
std::optional<Counts> parse_counts(std::string_view text) {
  std::array<std::size_t, 3> numbers{};
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), numbers[i]);
    if (error != std::errc{}) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (i + 1 < numbers.size()) {
      if (!text.starts_with('/')) return std::nullopt;
      text.remove_prefix(1);
    }
  }
  if (!text.empty()) return std::nullopt;
  return Counts{numbers[0], numbers[1], numbers[2]};
}

}  // namespace

std::string to_string(const Expectation& expectation) {
  const auto& [passed, failed, skipped] = expectation.counts;
  return expectation.name + ": " + std::to_string(passed) + '/' + std::to_string(failed) + '/' +
         std::to_string(skipped) + ": " + expectation.reason;
}

std::optional<Expectation> parse_expectation(std::string_view line) {
  if (line.starts_with('#')) return std::nullopt;
  const auto name_end = line.find(": ");
  if (name_end == std::string_view::npos) return std::nullopt;
  const auto rest = line.substr(name_end + 2);
  const auto counts_end = rest.find(": ");
  const auto counts = parse_counts(rest.substr(0, counts_end));
  if (!counts || counts_end == std::string_view::npos) return std::nullopt;
  return Expectation{.name = std::string(line.substr(0, name_end)),
                     .counts = *counts,
                     .reason = std::string(rest.substr(counts_end + 2))};
}

std::optional<Expectation> find_expectation(const std::string& path, std::string_view name) {
  std::ifstream lines(path);
  for (std::string line; std::getline(lines, line);)
    if (auto found = parse_expectation(line); found && found->name == name) return found;
  return std::nullopt;
}

}  // namespace airlock::spec_tests
