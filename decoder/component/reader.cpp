#include "decoder/component/reader.hpp"

#include <algorithm>

#include "decoder/component/canonical_table.hpp"
#include "decoder/component/type_reader.hpp"
#include "decoder/type_reader.hpp"

namespace airlock::decoder::component {
namespace {

constexpr std::string_view end_of_file = "unexpected end-of-file";
constexpr std::uint32_t magic = 0x6d736100;              // "\0asm"
constexpr std::uint32_t component_version = 0x0001000d;  // version 13, layer 1
constexpr std::uint32_t module_version = 0x00000001;     // version 1, layer 0

enum class SectionId : std::uint8_t {
  custom,
  core_module,
  core_instance,
  core_type,
  component,
  instance,
  alias,
  type,
  canon,
  start,
  import,
  export_,
  value,
};

void check_preamble(ByteReader& reader) {
  const auto start = reader.offset();
  if (reader.fixed_u32() != magic && !reader.failed())
    return reader.fail_at(start, "magic header not detected");
  const auto version = reader.fixed_u32();
  if (reader.failed() || version == component_version) return;
  reader.fail_at(start + 4, version == module_version ? "expected a version header for a component"
                                                      : "unknown binary version");
}

CoreInstance read_core_instance(ByteReader& reader, const Limits& limits) {
  CoreInstance instance;
  const auto code = reader.byte();
  if (code == 0x00) {
    CoreInstantiate body{.module = reader.u32(), .arguments = {}};
    const auto count = reader.count(limits.component_definitions, "arguments", 3);
    for (std::uint32_t i = 0; i < count && !reader.failed(); ++i) {
      CoreInstantiateArgument argument{.name = reader.name()};
      if (const auto sort = reader.byte(); sort != 0x12)
        fail_leading_byte(reader, sort, "instantiation arg kind");
      argument.instance = reader.u32();
      body.arguments.push_back(std::move(argument));
    }
    instance.body = std::move(body);
  } else if (code == 0x01) {
    std::vector<CoreInlineExport> exports;
    const auto count = reader.count(limits.component_definitions, "exports", 3);
    for (std::uint32_t i = 0; i < count && !reader.failed(); ++i) {
      CoreInlineExport entry{.name = reader.name(), .item = {}};
      entry.item.sort = read_core_sort(reader, "core instance export kind");
      entry.item.index = reader.u32();
      exports.push_back(std::move(entry));
    }
    instance.body = std::move(exports);
  } else {
    fail_leading_byte(reader, code, "core instance");
  }
  return instance;
}

SortIndex read_sort_index(ByteReader& reader) {
  SortIndex item{.sort = read_sort(reader, "component external kind")};
  item.index = reader.u32();
  return item;
}

Instance read_instance(ByteReader& reader, const Limits& limits) {
  Instance instance;
  const auto code = reader.byte();
  if (code == 0x00) {
    Instantiate body{.component = reader.u32(), .arguments = {}};
    const auto count = reader.count(limits.component_definitions, "arguments", 3);
    for (std::uint32_t i = 0; i < count && !reader.failed(); ++i) {
      InstantiateArgument argument{.name = reader.name(), .item = {}};
      argument.item = read_sort_index(reader);
      body.arguments.push_back(std::move(argument));
    }
    instance.body = std::move(body);
  } else if (code == 0x01) {
    std::vector<InlineExport> exports;
    const auto count = reader.count(limits.component_definitions, "exports", 4);
    for (std::uint32_t i = 0; i < count && !reader.failed(); ++i) {
      InlineExport entry{.name = read_extern_name(reader), .item = {}};
      entry.item = read_sort_index(reader);
      exports.push_back(std::move(entry));
    }
    instance.body = std::move(exports);
  } else {
    fail_leading_byte(reader, code, "instance");
  }
  return instance;
}

std::vector<CanonOption> read_canon_options(ByteReader& reader, const Limits& limits) {
  std::vector<CanonOption> options;
  const auto count = reader.count(limits.component_definitions, "canonical options");
  for (std::uint32_t i = 0; i < count && !reader.failed(); ++i) {
    CanonOption option{.offset = reader.offset()};
    const auto code = reader.byte();
    if (code > 0x07) fail_leading_byte(reader, code, "canonical option");
    option.kind = static_cast<CanonOptionKind>(code);
    if ((code >= 0x03 && code <= 0x05) || code == 0x07) option.index = reader.u32();
    options.push_back(option);
  }
  return options;
}

/// An index after a byte that stands for the sort `func`.
std::uint32_t read_callee(ByteReader& reader, const CanonRow& row) {
  if (const auto sort = reader.byte(); sort != 0x00)
    fail_leading_byte(reader, sort, "canonical function " + std::string(row.name));
  return reader.u32();
}

void read_operand(ByteReader& reader, const Limits& limits, const CanonRow& row, Operand operand,
                  Canon& canon) {
  switch (operand) {
    case Operand::none:
      return;
    case Operand::core_callee:
    case Operand::callee:
      canon.function = read_callee(reader, row);
      return;
    case Operand::type:
    case Operand::core_type:
      canon.type = reader.u32();
      return;
    case Operand::result:
      canon.result = read_result_list(reader);
      return;
    case Operand::options:
      canon.options = read_canon_options(reader, limits);
      return;
    case Operand::async:
      canon.is_async = read_boolean(reader);
      return;
    case Operand::shared:
      canon.is_shared = read_boolean(reader);
      return;
    case Operand::reserved:
      if (read_boolean(reader)) reader.fail_at(reader.offset() - 1, "non-zero reserved byte");
      return;
    case Operand::memory:
      canon.memory = reader.u32();
      return;
    case Operand::core_value:
      canon.context_type = read_value_type(reader);
      return;
    case Operand::immediate:
      canon.context_slot = reader.u32();
      return;
    case Operand::core_table:
      canon.table = reader.u32();
      return;
  }
}

Canon read_canon(ByteReader& reader, const Limits& limits) {
  const auto code = reader.byte();
  Canon canon{.kind = static_cast<CanonKind>(code), .result = {}, .options = {}};
  const auto* row = find_row(canon.kind);
  if (row == nullptr) {
    fail_leading_byte(reader, code, "canonical function");
    return canon;
  }
  for (const auto operand : row->operands) read_operand(reader, limits, *row, operand, canon);
  return canon;
}

Start read_start(ByteReader& reader, const Limits& limits) {
  Start start{.function = reader.u32(), .arguments = {}, .results = 0};
  const auto count = reader.count(limits.component_definitions, "arguments");
  for (std::uint32_t i = 0; i < count && !reader.failed(); ++i)
    start.arguments.push_back(reader.u32());
  start.results = reader.u32();
  return start;
}

Import read_import(ByteReader& reader) {
  Import import{.name = read_extern_name(reader), .type = {}};
  import.type = read_extern_type(reader);
  return import;
}

Export read_export(ByteReader& reader) {
  Export entry{.name = read_extern_name(reader), .item = {}, .type = {}};
  entry.item = read_sort_index(reader);
  if (const auto present = reader.byte(); present == 1) {
    entry.type = read_extern_type(reader);
  } else if (present != 0) {
    fail_leading_byte(reader, present, "optional component export type");
  }
  return entry;
}

Value read_value(ByteReader& reader) {
  Value value{.type = read_val_type(reader), .bytes = {}};
  value.bytes = reader.sized_bytes();
  return value;
}

/// Reads a component tree. Does not recurse into nested components: each unfinished component is on
/// an explicit stack, with the reader of its bytes.
class TreeReader {
 public:
  TreeReader(SharedBytes binary, const Limits& limits) : limits_(limits) {
    tree_.binary = std::move(binary);
  }

  Result<ComponentTree> read() {
    if (tree_.binary->size() > limits_.module_bytes)
      return fail(ErrorKind::limit, "component is too large");
    open(ByteReader(*tree_.binary, 0, end_of_file));
    while (!unfinished_.empty()) {
      auto& reader = unfinished_.back().reader;
      if (!reader.failed() && !reader.at_end()) {
        read_section();  // may grow the stack, so `reader` is not used after it
        continue;
      }
      if (reader.failed()) return std::unexpected(in_words_of_components(reader.error()));
      unfinished_.pop_back();
    }
    return std::move(tree_);
  }

 private:
  struct Unfinished {
    std::uint32_t component;
    ByteReader reader;
  };

  /// The official component tests have one message for everything that ends too early.
  static Error in_words_of_components(Error error) {
    if (error.message == "length out of bounds") error.message = end_of_file;
    return error;
  }

  /// Begins a component.
  void open(ByteReader reader) {
    const auto index = static_cast<std::uint32_t>(tree_.components.size());
    Component component;
    component.offset = reader.offset();
    component.size = reader.remaining();
    if (unfinished_.size() >= limits_.component_nesting)
      reader.fail("components are nested too deep", ErrorKind::limit);
    check_preamble(reader);
    tree_.components.push_back(std::move(component));
    unfinished_.push_back({index, std::move(reader)});
  }

  Component& component() { return tree_.components[unfinished_.back().component]; }

  void read_section() {
    auto& reader = unfinished_.back().reader;
    const auto start = reader.offset();
    const auto id = reader.byte();
    if (id > static_cast<std::uint8_t>(SectionId::value))
      return reader.fail_at(start, "malformed section id: " + std::to_string(id));
    const auto size = reader.u32();
    if (reader.failed()) return;
    auto section = reader.part(size, end_of_file);
    if (reader.failed()) return;
    if (static_cast<SectionId>(id) == SectionId::component) {
      add(NestedComponent{static_cast<std::uint32_t>(tree_.components.size())}, section.offset());
      return open(std::move(section));
    }
    read_contents(static_cast<SectionId>(id), section);
    if (!section.failed() && !section.at_end()) section.fail("section size mismatch");
    reader.adopt_failure(section);
  }

  void read_contents(SectionId id, ByteReader& section) {
    switch (id) {
      case SectionId::custom:
        return read_custom(section);
      case SectionId::core_module:
        return read_core_module(section);
      case SectionId::core_instance:
        return read_definitions(section, [&] { return read_core_instance(section, limits_); });
      case SectionId::core_type:
        return read_definitions(section, [&] { return read_core_type(section, limits_); });
      case SectionId::component:
        return;
      case SectionId::instance:
        return read_definitions(section, [&] { return read_instance(section, limits_); });
      case SectionId::alias:
        return read_definitions(section, [&] { return read_alias(section); });
      case SectionId::type:
        return read_definitions(section, [&] { return read_type(section, limits_); });
      case SectionId::canon:
        return read_definitions(section, [&] { return read_canon(section, limits_); });
      case SectionId::start:
        return add(read_start(section, limits_), section.offset());
      case SectionId::import:
        return read_definitions(section, [&] { return read_import(section); });
      case SectionId::export_:
        return read_definitions(section, [&] { return read_export(section); });
      case SectionId::value:
        return read_definitions(section, [&] { return read_value(section); });
    }
  }

  template <typename T>
  void add(T body, std::uint64_t offset) {
    component().definitions.push_back({.body = std::move(body), .offset = offset});
  }

  template <typename Read>
  void read_definitions(ByteReader& section, Read read) {
    const auto count = section.count(limits_.component_definitions, "definitions");
    definitions_ += count;
    if (definitions_ > limits_.component_definitions)
      return section.fail("too many definitions", ErrorKind::limit);
    for (std::uint32_t i = 0; i < count && !section.failed(); ++i) {
      const auto offset = section.offset();
      add(read(), offset);
    }
  }

  void read_core_module(ByteReader& section) {
    const CoreModule module{.offset = section.offset(), .size = section.remaining()};
    auto reader = section;
    if (reader.fixed_u32() == magic && reader.fixed_u32() == component_version)
      return section.fail("expected a version header for a module");
    (void)section.rest();
    add(module, module.offset);
  }

  void read_custom(ByteReader& section) {
    CustomSection custom{.name = section.name(), .bytes = {}};
    custom.offset = section.offset();
    custom.bytes = section.rest();
    if (section.failed()) return;
    if (custom.name == "component-name") read_component_names(custom.bytes, component().names);
    component().customs.push_back(std::move(custom));
  }

  const Limits& limits_;
  ComponentTree tree_;
  std::vector<Unfinished> unfinished_;
  std::uint64_t definitions_ = 0;  ///< of all components together
};

}  // namespace

void read_component_names(Bytes bytes, ComponentNames& names) {
  ByteReader reader(bytes);
  while (!reader.at_end()) {
    const auto id = reader.byte();
    const auto size = reader.u32();
    if (reader.failed()) return;
    auto section = reader.part(size, end_of_file);
    if (reader.failed()) return;
    if (id == 0) {
      names.component = section.name();
    } else if (id == 1) {
      auto& map = names.definitions[read_sort(section, "name sort")];
      const auto count = section.count(section.remaining(), "names", 2);
      for (std::uint32_t i = 0; i < count && !section.failed(); ++i) {
        const auto index = section.u32();
        auto name = section.name();
        if (!section.failed()) map.insert_or_assign(index, std::move(name));
      }
    }
  }
}

Result<ComponentTree> read_component(SharedBytes binary, const Limits& limits) {
  return TreeReader(std::move(binary), limits).read();
}

}  // namespace airlock::decoder::component
