// Validation of modules (specification: Validation, Modules).
#pragma once

#include <cstdint>
#include <vector>

#include "decoder/error.hpp"
#include "decoder/limits.hpp"
#include "decoder/module.hpp"
#include "validator/subtyping.hpp"

namespace airlock::validator {

/// The context in which function bodies are checked: the module and facts derived from its other
/// sections.
struct ModuleContext {
  const decoder::Module& module;
  const Limits& limits;
  std::vector<bool> declared_functions;  ///< may be named by `ref.func` (C.refs)
  std::vector<bool> exact_imports;       ///< of the imported functions, those of an exact type
  TypeRelations types;                   ///< equality and subtyping of the module's types
};

/// Validates everything but the function bodies: types, imports, segments, constant expressions,
/// exports, the start function. The module must outlive the context.
[[nodiscard]] Result<ModuleContext> validate_module_environment(const decoder::Module& module,
                                                                const Limits& limits);

/// Validates the whole module, bodies included.
[[nodiscard]] Result<void> validate_module(const decoder::Module& module,
                                           const Limits& limits = {});

}  // namespace airlock::validator
