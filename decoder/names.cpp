// The name section (specification: Appendix, Custom Sections, Name Section).
#include "decoder/module_reader.hpp"

namespace airlock::decoder {
namespace {

// The longest list of names that is read; no index space may be larger.
constexpr std::uint64_t most_names = 10'000'000;

NameMap read_name_map(ByteReader& reader) {
  NameMap map;
  const auto count = reader.count(most_names, "names", 2);
  for (std::uint32_t i = 0; i < count && !reader.failed(); ++i) {
    const auto at = reader.offset();
    const auto index = reader.u32();
    auto name = reader.name();
    // Indices ascend, so each new entry belongs at the end.
    if (!map.empty() && index <= map.rbegin()->first) reader.fail_at(at, "names out of order");
    if (!reader.failed()) map.emplace_hint(map.end(), index, std::move(name));
  }
  return map;
}

IndirectNameMap read_indirect_name_map(ByteReader& reader) {
  IndirectNameMap map;
  const auto count = reader.count(most_names, "names", 2);
  for (std::uint32_t i = 0; i < count && !reader.failed(); ++i) {
    const auto at = reader.offset();
    const auto index = reader.u32();
    if (!map.empty() && index <= map.rbegin()->first) reader.fail_at(at, "names out of order");
    auto names = read_name_map(reader);
    if (!names.empty()) map.emplace_hint(map.end(), index, std::move(names));
  }
  return map;
}

/// Names that were read before an error are kept.
void read_subsection(std::uint8_t id, ByteReader& reader, Names& names) {
  switch (id) {
    case 0:
      names.module = reader.name();
      break;
    case 1:
      names.functions = read_name_map(reader);
      break;
    case 2:
      names.locals = read_indirect_name_map(reader);
      break;
    case 3:
      names.labels = read_indirect_name_map(reader);
      break;
    case 4:
      names.types = read_name_map(reader);
      break;
    case 5:
      names.tables = read_name_map(reader);
      break;
    case 6:
      names.memories = read_name_map(reader);
      break;
    case 7:
      names.globals = read_name_map(reader);
      break;
    case 8:
      names.elements = read_name_map(reader);
      break;
    case 9:
      names.data = read_name_map(reader);
      break;
    case 10:
      names.fields = read_indirect_name_map(reader);
      break;
    case 11:
      names.tags = read_name_map(reader);
      break;
    default:
      break;  // of a proposal
  }
}

}  // namespace

Result<void> read_names(Bytes contents, std::uint64_t offset, Names& names) {
  constexpr std::uint8_t last_known_subsection = 11;
  ByteReader reader(contents, offset);
  std::optional<Error> error;
  std::optional<std::uint8_t> last;
  const auto keep = [&error](Error next) {
    if (!error) error = std::move(next);
  };
  while (!reader.at_end()) {
    const auto at = reader.offset();
    const auto id = reader.byte();
    const auto bytes = reader.sized_bytes();
    if (reader.failed()) break;
    if (last && id <= *last) keep({.message = "name subsections out of order", .offset = at});
    last = id;
    ByteReader subsection(bytes, reader.offset() - bytes.size());
    read_subsection(id, subsection, names);
    if (id <= last_known_subsection && !subsection.at_end())
      subsection.fail("junk after the names");
    if (subsection.failed()) keep(subsection.error());
  }
  if (reader.failed()) keep(reader.error());
  if (error) return std::unexpected(*std::move(error));
  return {};
}

}  // namespace airlock::decoder
