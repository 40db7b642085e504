// airlock inspect

#include <algorithm>
#include <iostream>
#include <numeric>

#include "cli/capabilities.hpp"
#include "cli/input.hpp"
#include "cli/inspect/proposals.hpp"
#include "cli/options.hpp"
#include "cli/progress.hpp"
#include "decoder/component/reader.hpp"
#include "decoder/plural.hpp"
#include "decoder/printable.hpp"
#include "decoder/reader.hpp"
#include "validator/component/validator.hpp"
#include "validator/component/wit.hpp"
#include "validator/module_validator.hpp"

namespace airlock::cli {
namespace {

using decoder::ExternKind;

/// `2 pages, at most 10`
std::string describe(const decoder::SizeLimits& limits, std::string_view unit,
                     std::string_view detail = {}) {
  std::string text = count_of(limits.minimum, unit).append(detail);
  if (limits.maximum) text += ", at most " + std::to_string(*limits.maximum);
  return text;
}

/// ` of 1 byte`, or nothing if pages are what they usually are.
std::string page_size(const decoder::MemoryType& memory) {
  constexpr std::uint8_t usual = 16;
  if (memory.page_size_log2 == usual) return {};
  return " of " + count_of(std::uint64_t{1} << memory.page_size_log2, "byte");
}

/// The type of an entity of an index space, as a reader of the text format knows it.
std::string type_of(const decoder::Module& module, ExternKind kind, std::uint32_t index) {
  switch (kind) {
    case ExternKind::function:
      return to_string(module.function_type(index));
    case ExternKind::table: {
      const auto& table = module.table_types[index];
      return to_string(table.element) + ", " + describe(table.limits, "element");
    }
    case ExternKind::memory: {
      const auto& memory = module.memory_types[index];
      return std::string(memory.address == decoder::AddressType::i64 ? "64-bit, " : "") +
             (memory.is_shared ? "shared, " : "") +
             describe(memory.limits, "page", page_size(memory));
    }
    case ExternKind::global: {
      const auto& global = module.global_types[index];
      return (global.is_mutable ? "mutable " : "") + to_string(global.value);
    }
    case ExternKind::tag: {
      const auto type = module.tag_types[index].type;
      return to_string(module.types[type].composite.function);
    }
  }
  return {};
}

void show_size(std::string_view what, std::size_t count, std::string_view detail = {}) {
  if (count > 0) std::cout << "  " << what << ": " << count << detail << '\n';
}

void show_sizes(const decoder::Module& module) {
  const auto code_bytes =
      std::accumulate(module.functions.begin(), module.functions.end(), std::size_t{0},
                      [](std::size_t sum, const auto& f) { return sum + f.body.code.size(); });
  const auto data_bytes = std::accumulate(
      module.data.begin(), module.data.end(), std::size_t{0},
      [](std::size_t sum, const auto& segment) { return sum + segment.bytes.size(); });
  show_size("types", module.types.size());
  show_size("functions", module.functions.size(), ", " + count_of(code_bytes, "byte") + " of code");
  show_size("tables", module.tables.size());
  show_size("memories", module.memories.size());
  show_size("globals", module.globals.size());
  show_size("tags", module.tags.size());
  show_size("element segments", module.elements.size());
  show_size("data segments", module.data.size(), ", " + count_of(data_bytes, "byte"));
  for (const auto& custom : module.customs)
    std::cout << "  custom section " << listed_name(custom.name) << ": "
              << count_of(custom.bytes.size(), "byte") << '\n';
}

void show_imports(const decoder::Module& module) {
  if (module.imports.empty()) return;
  std::cout << "imports:\n";
  std::array<std::uint32_t, 5> next{};
  for (const auto& import : module.imports) {
    const auto index = next[static_cast<std::size_t>(import.kind())]++;
    std::cout << "  " << to_string(import.kind()) << ' ' << listed_name(import.module) << '.'
              << listed_name(import.name) << ": " << type_of(module, import.kind(), index) << '\n';
  }
}

void show_exports(const decoder::Module& module) {
  if (module.exports.empty()) return;
  std::cout << "exports:\n";
  for (const auto& item : module.exports)
    std::cout << "  " << to_string(item.kind) << ' ' << listed_name(item.name) << ": "
              << type_of(module, item.kind, item.index) << '\n';
}

void show_capabilities(const std::vector<std::string>& imports) {
  const auto capabilities = capabilities_of(imports);
  std::cout << "asks for:" << (capabilities.empty() ? " nothing\n" : "\n");
  for (const auto capability : capabilities) std::cout << "  " << capability << '\n';
}

void show_proposals(const ProposalSet& proposals) {
  std::cout << "uses:" << (proposals.none() ? " nothing beyond WebAssembly 1.0\n" : "\n");
  for (std::size_t i = 0; i < proposals.size(); ++i)
    if (proposals[i]) std::cout << "  " << describe(static_cast<Proposal>(i)) << '\n';
}

Result<void> inspect_module(const Input& input, const Limits& limits) {
  const auto module = decoder::read_module(input.binary, limits);
  if (!module) return std::unexpected(module.error());
  if (const auto valid = validator::validate_module(*module, limits); !valid) return valid;
  const auto proposals = proposals_of(*module, limits);
  if (!proposals) return std::unexpected(proposals.error());

  std::cout << input.name << ": core module, " << input.binary->size() << " bytes\n";
  show_sizes(*module);
  show_imports(*module);
  show_exports(*module);
  show_proposals(*proposals);
  std::vector<std::string> imports;
  for (const auto& import : module->imports) imports.push_back(import.module + '.' + import.name);
  show_capabilities(imports);
  return {};
}

/// How many definitions of a kind the component and everything nested in it hold.
template <typename Definition>
std::size_t count(const decoder::component::ComponentTree& tree) {
  std::size_t total = 0;
  for (const auto& component : tree.components)
    total += static_cast<std::size_t>(
        std::ranges::count_if(component.definitions, [](const auto& definition) {
          return std::holds_alternative<Definition>(definition.body);
        }));
  return total;
}

Result<void> inspect_component(const Input& input, const Limits& limits) {
  namespace component = decoder::component;
  auto read = component::read_component(input.binary, limits);
  if (!read) return propagate(std::move(read));
  const auto tree = std::make_shared<const component::ComponentTree>(*std::move(read));
  const auto valid = validator::component::validate_component(tree, limits);
  if (!valid) return std::unexpected(valid.error());
  const auto proposals = proposals_of(*tree, limits);
  if (!proposals) return std::unexpected(proposals.error());

  std::cout << input.name << ": component, " << input.binary->size() << " bytes\n";
  show_size("components inside", tree->components.size() - 1);
  show_size("core modules", count<component::CoreModule>(*tree));
  show_size("core instances", count<component::CoreInstance>(*tree));
  show_size("canonical functions", count<component::Canon>(*tree));
  std::vector<std::string> imports;
  for (const auto& definition : tree->root().definitions)
    if (const auto* import = std::get_if<component::Import>(&definition.body))
      imports.push_back(import->name.name);
  show_proposals(*proposals);
  show_capabilities(imports);
  std::cout << '\n' << validator::component::render_wit(*valid);
  return {};
}

}  // namespace

int inspect(const InspectOptions& options) {
  const Limits limits{.features = options.features};
  const Progress progress("reading " + options.file);
  const auto input = read_input(options.file, limits);
  if (!input) {
    std::cerr << input.error() << '\n';
    return 1;
  }
  const auto result =
      input->is_component ? inspect_component(*input, limits) : inspect_module(*input, limits);
  if (!result) {
    std::cerr << input->describe(result.error()) << '\n';
    return 1;
  }
  return 0;
}

}  // namespace airlock::cli
