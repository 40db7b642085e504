// airlock print

#include <iostream>

#include "cli/input.hpp"
#include "cli/options.hpp"
#include "cli/output.hpp"
#include "decoder/component/reader.hpp"
#include "decoder/component_text/printer.hpp"
#include "decoder/reader.hpp"
#include "decoder/text/printer.hpp"

namespace airlock::cli {
namespace {

Result<std::string> print_input(const Input& input, const PrintOptions& options,
                                const Limits& limits) {
  const decoder::text::PrintOptions print_options{.is_folded = options.is_folded,
                                                  .has_offsets = options.has_offsets};
  if (input.is_component) {
    const auto tree = decoder::component::read_component(input.binary, limits);
    if (!tree) return std::unexpected(tree.error());
    return decoder::component_text::print_component(*tree, limits, print_options);
  }
  const auto module = decoder::read_module(input.binary, limits);
  if (!module) return std::unexpected(module.error());
  return decoder::text::print_module(*module, limits, print_options);
}

}  // namespace

int print(const PrintOptions& options) {
  const Limits limits;
  const auto input = read_input(options.file, limits);
  if (!input) {
    std::cerr << input.error() << '\n';
    return 1;
  }
  const auto text = print_input(*input, options, limits);
  if (!text) {
    std::cerr << input->describe(text.error()) << '\n';
    return 1;
  }
  if (const auto written = write_output(options.output, *text, OutputForm::text); !written) {
    std::cerr << written.error() << '\n';
    return 1;
  }
  return 0;
}

}  // namespace airlock::cli
