// airlock parse

#include <iostream>

#include "cli/input.hpp"
#include "cli/options.hpp"
#include "cli/output.hpp"

namespace airlock::cli {

int parse(const ParseOptions& options) {
  const Limits limits;
  const auto input = read_input(options.file, limits);
  if (!input) {
    std::cerr << input.error() << '\n';
    return 1;
  }
  const auto& binary = *input->binary;
  const std::string_view bytes(reinterpret_cast<const char*>(binary.data()), binary.size());
  if (const auto written = write_output(options.output, bytes, OutputForm::binary); !written) {
    std::cerr << written.error() << '\n';
    return 1;
  }
  return 0;
}

}  // namespace airlock::cli
