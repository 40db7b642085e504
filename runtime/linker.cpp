#include "runtime/linker.hpp"

#include <span>
#include <vector>

#include "decoder/printable.hpp"
#include "runtime/import_matching.hpp"

namespace airlock::runtime {
namespace {

std::unexpected<Error> already_defined(std::string_view module, std::string_view name) {
  return fail(ErrorKind::argument,
              "`" + std::string(module) + "` `" + std::string(name) + "` is defined already");
}

/// `env` `abort` (function [] -> [])
std::string describe(const CompiledModule& module, const decoder::Import& import) {
  return '`' + import.module + "` `" + import.name + "` (" + describe_import(module.tree, import) +
         ')';
}

}  // namespace

Result<void> Linker::define(std::string_view module, std::string_view name,
                            const External& entity) {
  auto found = entities_.find(module);
  if (found == entities_.end()) found = entities_.emplace(std::string(module), Names{}).first;
  if (!found->second.emplace(std::string(name), entity).second)
    return already_defined(module, name);
  return {};
}

void Linker::define_instance(std::string_view module, Instance& instance) {
  instances_.insert_or_assign(std::string(module), &instance);
}

Result<void> Linker::define_native(std::string_view module, std::string_view name,
                                   const decoder::FunctionType& type,
                                   std::unique_ptr<NativeFunction> native) {
  const auto names = entities_.find(module);
  if (names != entities_.end() && names->second.contains(name))
    return already_defined(module, name);
  return define(module, name, External::of(store_.make_function(type, std::move(native))));
}

std::optional<External> Linker::find(std::string_view module, std::string_view name) {
  if (const auto names = entities_.find(module); names != entities_.end())
    if (const auto entity = names->second.find(name); entity != names->second.end())
      return entity->second;
  External entity = External::of(static_cast<Function*>(nullptr));
  if (const auto instance = instances_.find(module); instance != instances_.end())
    if (instance->second->find_export(name, entity)) return entity;
  return std::nullopt;
}

Error Linker::unknown_imports(const CompiledModule& module,
                              const std::vector<const decoder::Import*>& unknown) const {
  const auto& first = *unknown.front();
  auto message = "unknown import: " + describe(module, first);
  if (!entities_.contains(first.module) && !instances_.contains(first.module))
    message += ": nothing is known as `" + first.module + '`';
  Error error{.kind = ErrorKind::unlinkable, .message = printable(message)};
  if (unknown.size() == 1) return error;
  error.notes = "and " + std::to_string(unknown.size() - 1) + " more:";
  for (const auto* import : std::span(unknown).subspan(1))
    error.notes += "\n  " + printable(describe(module, *import));
  return error;
}

Result<Instance*> Linker::instantiate(std::shared_ptr<const CompiledModule> module,
                                      std::string path, Trap* trap) {
  std::vector<External> imports;
  std::vector<const decoder::Import*> unknown;
  imports.reserve(module->tree.imports.size());
  for (const auto& import : module->tree.imports) {
    auto entity = find(import.module, import.name);
    if (!entity && fallback_) entity = fallback_(*module, import);
    if (entity)
      imports.push_back(*entity);
    else
      unknown.push_back(&import);
  }
  if (!unknown.empty()) return std::unexpected(unknown_imports(*module, unknown));
  return store_.instantiate(std::move(module), imports, std::move(path), trap);
}

}  // namespace airlock::runtime
