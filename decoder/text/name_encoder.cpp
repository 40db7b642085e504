// Identifiers, kept as the custom section `name` (specification: Appendix, Name Section).
#include "decoder/text/module_parser.hpp"

namespace airlock::decoder::text {
namespace {

void write_map(Encoder& to, const std::vector<IndexSpace::Name>& names) {
  to.unsigned_number(names.size());
  for (const auto& [index, name] : names) {
    to.unsigned_number(index);
    to.name(name);
  }
}

}  // namespace

void ModuleParser::write_names(Encoder& to) {
  Encoder contents;
  const auto direct = [&](std::uint8_t id, Space which) {
    const auto names = space(which).names();
    if (names.empty()) return;
    Encoder subsection;
    write_map(subsection, names);
    contents.section(id, subsection);
  };
  const auto indirect = [&](std::uint8_t id, const std::vector<NestedNames>& all) {
    if (all.empty()) return;
    Encoder subsection;
    subsection.unsigned_number(all.size());
    for (const auto& [index, names] : all) {
      subsection.unsigned_number(index);
      write_map(subsection, names);
    }
    contents.section(id, subsection);
  };
  std::vector<NestedNames> fields;
  for (std::uint32_t i = 0; i < types_.size(); ++i)
    if (auto names = types_[i].fields.names(); !names.empty())
      fields.push_back({i, std::move(names)});

  const auto module_name = annotated_name_.value_or(std::string(module_name_));
  if (!module_name.empty()) {
    Encoder subsection;
    subsection.name(module_name);
    contents.section(0, subsection);
  }
  direct(1, Space::function);
  indirect(2, local_names_);
  indirect(3, label_names_);
  direct(4, Space::type);
  direct(5, Space::table);
  direct(6, Space::memory);
  direct(7, Space::global);
  direct(8, Space::element);
  direct(9, Space::data);
  indirect(10, fields);
  direct(11, Space::tag);
  if (!contents.empty()) to.custom("name", contents);
}

}  // namespace airlock::decoder::text
