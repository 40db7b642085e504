// Damaged binaries: every one is refused with an error or runs, and nothing else happens. The test
// relies on the sanitizers, the limits that `exercise` sets, and a bound on the memory of the whole
// process. A binary that can be printed must also survive printing and parsing. (AIRLOCK_KEEP=FILE
// keeps the binary that does not.)
//
// Usage: airlock-mutation-test [--most N] SCRIPT_OR_TEXT... Takes at most N (200) valid modules and
// components of scripts (and texts), and damages each in 100 ways.

#include <sys/resource.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "decoder/reader.hpp"
#include "decoder/text/parser.hpp"
#include "decoder/text/round_trip.hpp"
#include "decoder/text/script.hpp"
#include "spec-tests/robustness/exercise.hpp"
#include "spec-tests/robustness/mutation.hpp"

namespace {

using namespace airlock;
using Binary = std::vector<std::byte>;

constexpr std::uint32_t mutations = 100;
constexpr std::uint32_t printed_every = 4;  ///< of the mutations
constexpr std::size_t most_of_a_file = 3;
constexpr std::size_t most_memory = std::size_t{256} << 20;

std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The binaries that a script defines, without those that are meant to be invalid.
std::vector<Binary> binaries_of(const std::string& path) {
  const auto source = read(path);
  std::vector<Binary> found;
  if (path.ends_with(".wat")) {
    if (auto assembled = decoder::text::assemble(source)) found.push_back(assembled->binary);
    return found;
  }
  const auto script = decoder::text::parse_script(source);
  if (!script) return found;
  for (const auto& directive : script->directives) {
    if (directive.kind != decoder::text::DirectiveKind::module || found.size() >= most_of_a_file)
      continue;
    auto assembled = directive.module->assemble(Limits{});
    if (!assembled || assembled->binary.size() > 100'000) continue;
    const auto error = spec_tests::exercise(assembled->binary);
    const bool is_valid =
        !error || (error->kind != ErrorKind::malformed && error->kind != ErrorKind::invalid);
    if (is_valid) found.push_back(std::move(assembled->binary));
  }
  return found;
}

/// The results for the damaged binaries, counted.
struct Tally {
  std::size_t fine = 0;
  std::map<std::string, std::size_t> errors;
  double longest = 0;

  void add(const std::optional<Error>& error, double seconds) {
    longest = std::max(longest, seconds);
    if (!error) {
      ++fine;
      return;
    }
    ++errors[std::string(name_of(error->kind))];
  }
};

/// A binary that can be printed must survive printing and parsing, folded and flat.
bool comes_back(std::vector<std::byte> binary) {
  const auto shared = std::make_shared<const std::vector<std::byte>>(std::move(binary));
  const auto again = decoder::text::round_trip(shared, spec_tests::exercise_limits());
  if (again) return true;
  std::cout << "printed and read again: " << again.error().message << '\n';
  if (const char* path = std::getenv("AIRLOCK_KEEP"))
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(shared->data()),
               static_cast<std::streamsize>(shared->size()));
  return false;
}

/// The most memory this process had at once, in bytes.
std::size_t peak_memory() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::size_t>(usage.ru_maxrss) * 1024;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<Binary> corpus;
  std::size_t most = 200;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--most" && i + 1 < argc) {
      most = std::strtoul(argv[++i], nullptr, 10);
      continue;
    }
    for (auto& binary : binaries_of(argument)) corpus.push_back(std::move(binary));
  }
  // Evenly chosen from all that were found.
  if (corpus.size() > most) {
    std::vector<Binary> chosen;
    for (std::size_t i = 0; i < most; ++i)
      chosen.push_back(std::move(corpus[i * corpus.size() / most]));
    corpus = std::move(chosen);
  }
  if (corpus.empty()) {
    std::cout << "no binaries: nothing was tested\n";
    return 1;
  }
  Tally tally;
  std::size_t components = 0;
  for (const auto& binary : corpus) {
    if (decoder::detect(binary) == decoder::FileKind::component_binary) ++components;
    for (std::uint32_t number = 0; number < mutations; ++number) {
      const auto start = std::chrono::steady_clock::now();
      const auto error = spec_tests::exercise(spec_tests::mutate(binary, number));
      tally.add(error,
                std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
      if (number % printed_every == 0 && !comes_back(spec_tests::mutate(binary, number))) return 1;
    }
  }
  std::cout << corpus.size() << " binaries (" << components << " components), " << mutations
            << " mutations each: " << tally.fine << " ran";
  for (const auto& [kind, count] : tally.errors) std::cout << ", " << count << ' ' << kind;
  const auto peak = peak_memory();
  std::cout << "; the longest took " << tally.longest << " s; at most " << (peak >> 20) << " MiB\n";
  return peak <= most_memory ? 0 : 1;
}
