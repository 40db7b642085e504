// "Did you mean": the nearest of the words that there are.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace airlock::cli {

/// The candidate that a word was probably meant to be: the word is its beginning, or is few edits
/// (letters added, left out, exchanged or swapped with their neighbour) away. Empty if there is
/// none.
[[nodiscard]] std::string_view nearest(std::string_view word,
                                       std::span<const std::string> candidates);

/// `; did you mean `validate`?`, or nothing. What other runtimes and tools call a thing comes
/// first: `wat2wasm` is `parse`, `--mapdir` is `--dir`.
[[nodiscard]] std::string did_you_mean(std::string_view word,
                                       std::span<const std::string> candidates);

/// The same, or else what there is: "; there are `add`, `sub` and 3 more", "; there is none".
[[nodiscard]] std::string did_you_mean_or_list(std::string_view word,
                                               std::span<const std::string> candidates);
[[nodiscard]] std::string list_of(std::span<const std::string> candidates);

}  // namespace airlock::cli
