// Why an import was refused.
#pragma once

#include <string>

#include "decoder/error.hpp"
#include "runtime/instance.hpp"

namespace airlock::runtime {

/// The declared type of an import: `function [i32] -> []`.
[[nodiscard]] std::string describe_import(const decoder::Module& module,
                                          const decoder::Import& import);

/// "incompatible import type: …" with the declared type and that of the definition.
[[nodiscard]] Error incompatible_import(TypeRegistry& types, const CompiledModule& module,
                                        const decoder::Import& import, const External& given);

}  // namespace airlock::runtime
