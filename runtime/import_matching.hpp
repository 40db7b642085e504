// Why an import was refused.
#pragma once

#include <string>

#include "decoder/error.hpp"
#include "runtime/instance.hpp"

namespace airlock::runtime {

/// What an import asks for, in the words of the text format: `function [i32] -> []`.
[[nodiscard]] std::string describe_import(const decoder::Module& module,
                                          const decoder::Import& import);

/// "incompatible import type: …" with what was declared and what was given.
[[nodiscard]] Error incompatible_import(TypeRegistry& types, const CompiledModule& module,
                                        const decoder::Import& import, const External& given);

}  // namespace airlock::runtime
