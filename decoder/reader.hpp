// The binary reader for core modules (specification: Binary Format).
#pragma once

#include <memory>
#include <vector>

#include "decoder/error.hpp"
#include "decoder/limits.hpp"
#include "decoder/module.hpp"

namespace airlock::decoder {

using SharedBytes = std::shared_ptr<const std::vector<std::byte>>;

/// Reads the core module in the `size` bytes of `binary` from `offset` on (a module inside a
/// component shares the component's bytes). Function bodies are delimited, not read: the validator
/// does that. Offsets of errors count from the start of `binary`.
[[nodiscard]] Result<Module> read_module(SharedBytes binary, std::size_t offset, std::size_t size,
                                         const Limits& limits = {});
[[nodiscard]] Result<Module> read_module(SharedBytes binary, const Limits& limits = {});

/// The format of a file, by its first bytes.
enum class FileKind : std::uint8_t { core_binary, component_binary, text, unknown };
[[nodiscard]] FileKind detect(Bytes bytes);

}  // namespace airlock::decoder
