// Writes the binary from the scopes (Binary.md, Component Definitions, Name Section).
#include <algorithm>
#include <array>
#include <utility>

#include "decoder/component_text/assembler.hpp"

namespace airlock::decoder::component_text {

namespace {

/// magic, version 0x0d, layer 1
constexpr std::array preamble = {std::byte{0x00}, std::byte{0x61}, std::byte{0x73},
                                 std::byte{0x6d}, std::byte{0x0d}, std::byte{0x00},
                                 std::byte{0x01}, std::byte{0x00}};

/// Whether the section is a vector, which begins with its length.
bool is_vector(const Section& section) {
  return section.kind != Definition::custom && section.kind != Definition::core_module &&
         section.kind != Definition::component && section.kind != Definition::start;
}

std::size_t encoded_size(std::uint64_t value) {
  std::size_t size = 1;
  for (; value >= 0x80; value >>= 7) ++size;
  return size;
}

}  // namespace

/// Appends the section `component-name` with the identifiers and names of the text, so that traces
/// have names.
void Assembler::write_name_section(Scope& scope) const {
  Encoder names;
  if (scope.id.has_name()) {
    Encoder name;
    name.name(scope.id.name_for_section());
    names.section(0, name);
  }
  for (std::size_t i = 0; i < sort_count; ++i) {
    if (scope.names[i].empty()) continue;
    Encoder of_sort;
    write_sort(of_sort, static_cast<Sort>(i));
    of_sort.unsigned_number(scope.names[i].size());
    for (const IndexName& name : scope.names[i]) {
      of_sort.unsigned_number(name.index);
      of_sort.name(name.id.name_for_section());
    }
    names.section(1, of_sort);
  }
  if (names.empty()) return;
  Encoder section;
  section.name("component-name");
  section.append(names);
  scope.add(Definition::custom, section);
}

/// Takes the sections of a scope that was read to its end, and computes their size. All components
/// inside are finished already.
FinishedComponent Assembler::finish(Scope& scope) const {
  FinishedComponent component{std::move(scope.sections), preamble.size()};
  for (Section& section : component.sections) {
    section.size = section.body.size();
    if (is_vector(section)) section.size += encoded_size(section.count);
    if (section.child) section.size += finished_[*section.child].size;
    component.size += 1 + encoded_size(section.size) + section.size;
  }
  return component;
}

/// Writes a component with all that is nested in it. Sizes are known, so every byte is written
/// once, in its final place.
text::Assembled Assembler::emit(std::size_t root) const {
  struct Place {
    std::size_t component;
    std::size_t section;  ///< the next one
  };
  Encoder out;
  std::vector<Place> open{{root, 0}};
  out.bytes(preamble);
  while (!open.empty()) {
    Place& place = open.back();
    const auto& sections = finished_[place.component].sections;
    if (place.section == sections.size()) {
      open.pop_back();
      continue;
    }
    const Section& section = sections[place.section++];
    out.byte(static_cast<std::uint8_t>(section.kind));
    out.unsigned_number(section.size);
    if (is_vector(section)) out.unsigned_number(section.count);
    out.append(section.body);
    if (section.child) {
      out.bytes(preamble);
      open.push_back({*section.child, 0});
    }
  }
  return std::move(out).finish(true);
}

}  // namespace airlock::decoder::component_text
