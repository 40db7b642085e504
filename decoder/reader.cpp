#include "decoder/reader.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "decoder/module_reader.hpp"

namespace airlock::decoder {
namespace {

constexpr std::uint32_t magic = 0x6d736100;  // "\0asm"
constexpr std::uint32_t core_version = 1;
constexpr std::uint32_t component_version = 0x0001'000d;

/// Positions of sections in the prescribed order, by identifier.
constexpr auto section_order = [] {
  using enum SectionId;
  constexpr std::array order{type,    import, function, table,      memory, tag, global,
                             export_, start,  element,  data_count, code,   data};
  std::array<std::uint8_t, last_section_id + 1> places{};
  for (std::size_t i = 0; i < order.size(); ++i)
    places[static_cast<std::size_t>(order[i])] = static_cast<std::uint8_t>(i + 1);
  return places;
}();

void read_header(ByteReader& file) {
  const auto start = file.offset();
  if (file.fixed_u32() != magic && !file.failed()) file.fail_at(start, "magic header not detected");
  const auto version_offset = file.offset();
  const auto version = file.fixed_u32();
  if (file.failed() || version == core_version) return;
  file.fail_at(version_offset, version == component_version
                                   ? "unknown binary version: this is a component"
                                   : "unknown binary version");
}

void read_sections(ByteReader& file, ModuleReader& module) {
  auto last = SectionId::custom;
  while (!file.at_end()) {
    const auto start = file.offset();
    const auto id_byte = file.byte();
    if (id_byte > last_section_id) return file.fail_at(start, "malformed section id");
    const auto id = static_cast<SectionId>(id_byte);
    if (id != SectionId::custom && section_order[id_byte] <= section_order[std::size_t(last)])
      return file.fail_at(start, "unexpected content after last section");
    const auto contents_offset = file.offset();
    const auto contents = file.sized_bytes();
    if (file.failed()) return;
    ByteReader section(contents, file.offset() - contents.size(),
                       "unexpected end of section or function");
    if (id == SectionId::custom) {
      module.read_custom_section(section, last);
    } else {
      module.read_section(id, section);
      last = id;
      if (!section.at_end()) section.fail_at(contents_offset, "section size mismatch");
    }
    if (file.adopt_failure(section)) return;
  }
}

}  // namespace

Result<Module> read_module(SharedBytes binary, std::size_t offset, std::size_t size,
                           const Limits& limits) {
  const Bytes all(*binary);
  if (offset > all.size() || size > all.size() - offset)
    return fail(ErrorKind::argument, "the module lies outside the binary");
  if (size > limits.module_bytes) return fail(ErrorKind::limit, "module too large");
  Module module;
  module.binary = std::move(binary);
  module.offset = offset;
  ByteReader file(all.subspan(offset, size), offset);
  ModuleReader parts(module, limits);
  read_header(file);
  read_sections(file, parts);
  if (!file.failed()) parts.finish(file);
  if (file.failed()) return file.failure();
  return module;
}

Result<Module> read_module(SharedBytes binary, const Limits& limits) {
  const auto size = binary->size();
  return read_module(std::move(binary), 0, size, limits);
}

FileKind detect(Bytes bytes) {
  ByteReader reader(bytes);
  if (reader.fixed_u32() == magic && !reader.failed()) {
    const auto version = reader.fixed_u32();
    if (reader.failed() || version == core_version) return FileKind::core_binary;
    // The upper half of the version is the layer: 1 for components.
    return (version >> 16) == 1 ? FileKind::component_binary : FileKind::core_binary;
  }
  // A text begins, after white space and comments, with a parenthesis.
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return FileKind::unknown;
  const auto rest = text.substr(first);
  return rest.starts_with('(') || rest.starts_with(";;") ? FileKind::text : FileKind::unknown;
}

}  // namespace airlock::decoder
