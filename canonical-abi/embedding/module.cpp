#include "airlock/module.hpp"

#include <fstream>

#include "canonical-abi/embedding/state.hpp"
#include "decoder/reader.hpp"
#include "decoder/text/parser.hpp"

namespace airlock {
namespace {

using Compiled = std::shared_ptr<const runtime::CompiledModule>;

Result<Compiled> compile_binary(runtime::Engine& engine, std::vector<std::byte> bytes) {
  return engine.compile(std::make_shared<const std::vector<std::byte>>(std::move(bytes)));
}

/// Text goes through the binary format; errors get their lines and columns back.
Result<Compiled> compile_text(runtime::Engine& engine, std::string_view text) {
  auto assembled = decoder::text::assemble(text, engine.limits());
  if (!assembled) return propagate(std::move(assembled));
  if (assembled->is_component)
    return fail(ErrorKind::argument, "this is a component, not a core module");
  auto compiled = compile_binary(engine, std::move(assembled->binary));
  if (compiled) return compiled;
  return std::unexpected(decoder::text::locate(std::move(compiled).error(), assembled->map, text));
}

ModuleItem describe(const decoder::Module& tree, ExternKind kind, std::uint32_t type_index) {
  ModuleItem item;
  item.kind = kind;
  if (kind == ExternKind::function)
    item.function_type = to_public(tree.types[type_index].composite.function);
  return item;
}

}  // namespace

Result<Module> Module::compile(const Engine& engine, std::span<const std::byte> bytes) {
  auto& inner = engine.state()->engine;
  if (bytes.size() > inner.limits().module_bytes)
    return fail(ErrorKind::limit, "larger than Limits::module_bytes");
  const auto kind = decoder::detect(bytes);
  if (kind == decoder::FileKind::component_binary)
    return fail(ErrorKind::argument, "this is a component, not a core module");
  auto compiled =
      kind == decoder::FileKind::text
          ? compile_text(inner, {reinterpret_cast<const char*>(bytes.data()), bytes.size()})
          : compile_binary(inner, {bytes.begin(), bytes.end()});
  if (!compiled) return propagate(std::move(compiled));
  return Module(std::make_shared<const State>(State{engine, *std::move(compiled)}));
}

Result<Module> Module::compile(const Engine& engine, std::string_view bytes) {
  return compile(engine, std::as_bytes(std::span(bytes)));
}

Result<Module> Module::load(const Engine& engine, const std::filesystem::path& path) {
  auto bytes = read_file(path);
  if (!bytes) return propagate(std::move(bytes));
  return compile(engine, *bytes);
}

Result<std::string> read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file.is_open() || file.bad()) return fail(ErrorKind::system, "cannot read " + path.string());
  return bytes;
}

const std::string& Module::name() const { return state_->module->tree.names.module; }

std::vector<ModuleItem> Module::imports() const {
  const auto& tree = state_->module->tree;
  std::vector<ModuleItem> items;
  for (const auto& import : tree.imports) {
    const auto* function = std::get_if<decoder::FunctionImport>(&import.type);
    auto& item = items.emplace_back(describe(tree, static_cast<ExternKind>(import.kind()),
                                             function != nullptr ? function->type : 0));
    item.module = import.module;
    item.name = import.name;
  }
  return items;
}

std::vector<ModuleItem> Module::exports() const {
  const auto& tree = state_->module->tree;
  std::vector<ModuleItem> items;
  for (const auto& each : tree.exports) {
    const bool is_function = each.kind == decoder::ExternKind::function;
    auto& item = items.emplace_back(describe(tree, static_cast<ExternKind>(each.kind),
                                             is_function ? tree.function_types[each.index] : 0));
    item.name = each.name;
  }
  return items;
}

}  // namespace airlock
