#include "spec-tests/robustness/mutation.hpp"

#include <algorithm>
#include <array>
#include <random>

namespace airlock::spec_tests {
namespace {

using Binary = std::vector<std::byte>;

/// Uniform numbers that are the same on every platform (`std::uniform_int_distribution` is not).
class Dice {
 public:
  explicit Dice(std::uint32_t seed) : engine_(seed) {}
  /// A number below `bound`, which must not be zero.
  std::size_t below(std::size_t bound) { return engine_() % bound; }
  std::byte byte() { return static_cast<std::byte>(engine_()); }

 private:
  std::mt19937_64 engine_;
};

/// A section of the outermost level: its identifier byte, size field and contents.
struct Section {
  std::size_t begin;
  std::size_t end;
};

std::vector<Section> find_sections(std::span<const std::byte> binary) {
  std::vector<Section> sections;
  std::size_t at = 8;
  while (at < binary.size()) {
    const auto begin = at++;
    std::uint64_t size = 0;
    for (int shift = 0; at < binary.size() && shift < 35; shift += 7) {
      const auto byte = static_cast<std::uint8_t>(binary[at++]);
      size |= std::uint64_t{byte & 0x7fU} << shift;
      if (byte < 0x80) break;
    }
    if (size > binary.size() - at) break;
    at += size;
    sections.push_back({begin, at});
  }
  return sections;
}

/// Any offset, but mostly one inside of a section: damage to the preamble and to the sizes of
/// sections is found too early to be interesting.
std::size_t find_place(const Binary& binary, Dice& dice) {
  const auto sections = find_sections(binary);
  if (sections.empty() || dice.below(8) == 0) return dice.below(binary.size());
  const auto& section = sections[dice.below(sections.size())];
  const auto contents = std::min(section.begin + 3, section.end - 1);
  return contents + dice.below(section.end - contents);
}

void flip_bits(Binary& binary, Dice& dice) {
  for (auto count = 1 + dice.below(4); count > 0; --count)
    binary[find_place(binary, dice)] ^= static_cast<std::byte>(1U << dice.below(8));
}

void replace_bytes(Binary& binary, Dice& dice) {
  for (auto count = 1 + dice.below(3); count > 0; --count)
    binary[find_place(binary, dice)] = dice.byte();
}

void truncate(Binary& binary, Dice& dice) { binary.resize(dice.below(binary.size())); }

void splice_sections(Binary& binary, Dice& dice) {
  const auto sections = find_sections(binary);
  if (sections.empty()) return flip_bits(binary, dice);
  const auto position = [&](std::size_t offset) {
    return binary.begin() + static_cast<std::ptrdiff_t>(offset);
  };
  const auto& section = sections[dice.below(sections.size())];
  const Binary copy(position(section.begin), position(section.end));
  const auto& target = sections[dice.below(sections.size())];
  switch (dice.below(3)) {
    case 0:
      binary.erase(position(section.begin), position(section.end));
      break;
    case 1:
      binary.insert(position(target.begin), copy.begin(), copy.end());
      break;
    default: {  // the contents of one section with the identifier of another
      const auto identifier = binary[target.begin];
      binary.insert(position(target.end), copy.begin(), copy.end());
      binary[target.end] = identifier;
    }
  }
}

void huge_count(Binary& binary, Dice& dice) {
  static constexpr auto huge = std::to_array<std::uint8_t>({0xff, 0xff, 0xff, 0xff, 0x0f});
  // In half of the cases the first count of a section, where a missing check would do most harm.
  auto at = dice.below(binary.size());
  const auto sections = find_sections(binary);
  if (!sections.empty() && dice.below(2) == 0) {
    at = sections[dice.below(sections.size())].begin + 1;
    while (at + 1 < binary.size() && (binary[at] & std::byte{0x80}) != std::byte{0}) ++at;
    at = std::min(at + 1, binary.size() - 1);
  }
  binary.erase(binary.begin() + static_cast<std::ptrdiff_t>(at));
  binary.insert(binary.begin() + static_cast<std::ptrdiff_t>(at),
                reinterpret_cast<const std::byte*>(huge.data()),
                reinterpret_cast<const std::byte*>(huge.data() + huge.size()));
}

}  // namespace

std::vector<std::byte> mutate(std::span<const std::byte> binary, std::uint32_t number) {
  Binary damaged(binary.begin(), binary.end());
  if (damaged.empty()) return damaged;
  Dice dice(number * 2654435761U + static_cast<std::uint32_t>(binary.size()));
  static constexpr std::array kinds{flip_bits, replace_bytes, truncate, splice_sections,
                                    huge_count};
  kinds[number % kinds.size()](damaged, dice);
  return damaged;
}

}  // namespace airlock::spec_tests
