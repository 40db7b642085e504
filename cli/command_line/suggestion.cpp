#include "cli/command_line/suggestion.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace airlock::cli {
namespace {

/// Longer words are no slips of the finger, and the cost of a comparison is the product of lengths.
constexpr std::size_t longest_word = 64;

/// The optimal string alignment distance.
std::size_t edit_distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> before_last(to.size() + 1);
  std::vector<std::size_t> last(to.size() + 1);
  std::vector<std::size_t> row(to.size() + 1);
  for (std::size_t j = 0; j <= to.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= from.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= to.size(); ++j) {
      const std::size_t exchanged = last[j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, exchanged});
      const bool is_swapped =
          i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1];
      if (is_swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return last[to.size()];
}

/// A command or an option by the name it has elsewhere.
struct Synonym {
  std::string_view elsewhere;
  std::string_view here;
};
constexpr auto synonyms = std::to_array<Synonym>({
    {"assemble", "parse"},
    {"wat2wasm", "parse"},
    {"disassemble", "print"},
    {"wasm2wat", "print"},
    {"dump", "inspect"},
    {"objdump", "inspect"},
    {"info", "inspect"},
    {"wit", "inspect"},
    {"exec", "run"},
    {"call", "run"},
    {"check", "validate"},
    {"test", "wast"},
    {"spectest", "wast"},
    {"--func", "--invoke"},
    {"--function", "--invoke"},
    {"--entrypoint", "--invoke"},
    {"--mapdir", "--dir"},
    {"--volume", "--dir"},
    {"--stack-size", "--max-stack"},
    {"--max-wasm-stack", "--max-stack"},
    {"--max-memory-size", "--max-memory"},
    {"--mount", "--dir"},
});

std::string_view synonym_of(std::string_view word, std::span<const std::string> candidates) {
  const auto known = std::ranges::find(synonyms, word, &Synonym::elsewhere);
  if (known == synonyms.end()) return {};
  return std::ranges::find(candidates, known->here) == candidates.end() ? std::string_view()
                                                                        : known->here;
}

}  // namespace

std::string_view nearest(std::string_view word, std::span<const std::string> candidates) {
  // Of one or two letters, any could be meant.
  if (word.size() < 3 || word.size() > longest_word) return {};
  // A third of the letters may be wrong: more, and everything is like everything.
  std::size_t least = std::max<std::size_t>(1, word.size() / 3) + 1;
  std::string_view found;
  for (const std::string_view candidate : candidates) {
    if (candidate.empty() || candidate.size() > longest_word) continue;
    const bool is_beginning = candidate.starts_with(word);
    const std::size_t distance = is_beginning ? 1 : edit_distance(word, candidate);
    if (distance >= least) continue;
    least = distance;
    found = candidate;
  }
  return found;
}

std::string did_you_mean(std::string_view word, std::span<const std::string> candidates) {
  auto found = synonym_of(word, candidates);
  if (found.empty()) found = nearest(word, candidates);
  return found.empty() ? std::string() : "; did you mean `" + std::string(found) + "`?";
}

std::string did_you_mean_or_list(std::string_view word, std::span<const std::string> candidates) {
  auto suggestion = did_you_mean(word, candidates);
  return suggestion.empty() ? list_of(candidates) : suggestion;
}

std::string list_of(std::span<const std::string> candidates) {
  constexpr std::size_t most = 20;
  constexpr std::size_t most_letters = 100;
  if (candidates.empty()) return "; there is none";
  std::string list = candidates.size() == 1 ? "; there is " : "; there are ";
  for (std::size_t i = 0; i < std::min(candidates.size(), most); ++i) {
    const auto& name = candidates[i];
    list += (i > 0 ? ", `" : "`") + name.substr(0, most_letters);
    list += name.size() > most_letters ? "…`" : "`";
  }
  if (candidates.size() > most)
    list += " and " + std::to_string(candidates.size() - most) + " more";
  return list;
}

}  // namespace airlock::cli
