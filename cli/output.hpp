// Writing what a command made: to a file or to standard output.
#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace airlock::cli {

enum class OutputForm : std::uint8_t { text, binary };

/// Writes to a file, or to standard output if `path` is empty or `-`. A binary is not written to a
/// terminal. On failure the message is whole, with the name of the file in it.
[[nodiscard]] std::expected<void, std::string> write_output(const std::string& path,
                                                            std::string_view bytes,
                                                            OutputForm form);

}  // namespace airlock::cli
