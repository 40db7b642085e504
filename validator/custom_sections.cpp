#include "validator/custom_sections.hpp"

#include <algorithm>
#include <array>

#include "decoder/branch_hints.hpp"
#include "decoder/module_reader.hpp"

namespace airlock::validator {
namespace {

using decoder::CustomSection;
using decoder::Module;
using decoder::SectionId;

std::unexpected<Error> malformed(const CustomSection& section, std::string_view what) {
  return fail_at(ErrorKind::malformed, section.offset,
                 '@' + section.name + " section: " + std::string(what));
}

/// The name section must be after the data section if there is one.
Result<void> check_names(const CustomSection& section, const Module& module) {
  const auto after = static_cast<SectionId>(section.after_section);
  const bool is_early =
      (after != SectionId::data && !module.data.empty()) ||
      (after != SectionId::data && after != SectionId::code && !module.functions.empty());
  if (is_early) return malformed(section, "misplaced");
  decoder::Names names;
  return decoder::read_names(section.bytes, section.offset, names);
}

Result<void> check_hints(const CustomSection& section, const Module& module, const Limits& limits) {
  const auto after = static_cast<SectionId>(section.after_section);
  if (after == SectionId::code || after == SectionId::data) return malformed(section, "misplaced");
  const auto hints = decoder::read_branch_hints(section);
  if (!hints) return std::unexpected(hints.error());
  return decoder::check_branch_hints(module, *hints, limits);
}

}  // namespace

Result<void> validate_custom_sections(const Module& module, const Limits& limits) {
  constexpr std::array known{std::string_view("name"), decoder::branch_hint_section};
  std::array<bool, known.size()> seen{};
  for (const auto& section : module.customs) {
    const auto found = std::ranges::find(known, section.name);
    if (found == known.end()) continue;
    if (std::exchange(seen[static_cast<std::size_t>(found - known.begin())], true))
      return malformed(section, "duplicate");
    auto result = section.name == "name" ? check_names(section, module)
                                         : check_hints(section, module, limits);
    if (!result) return result;
  }
  return {};
}

}  // namespace airlock::validator
