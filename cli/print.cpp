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

Result<void> print_input(const Input& input, const PrintOptions& options, const Limits& limits,
                         const decoder::text::TextSink& sink) {
  const decoder::text::PrintOptions print_options{.is_folded = options.is_folded,
                                                  .has_offsets = options.has_offsets};
  if (input.is_component) {
    const auto tree = decoder::component::read_component(input.binary, limits);
    if (!tree) return std::unexpected(tree.error());
    return decoder::component_text::write_component(*tree, sink, limits, print_options);
  }
  const auto module = decoder::read_module(input.binary, limits);
  if (!module) return std::unexpected(module.error());
  return decoder::text::write_module(*module, sink, limits, print_options);
}

}  // namespace

int print(const PrintOptions& options) {
  const Limits limits;
  const auto input = read_input(options.file, limits);
  if (!input) {
    std::cerr << input.error() << '\n';
    return 1;
  }
  OutputFile output(options.output);
  std::expected<void, std::string> written;
  const auto printed =
      print_input(*input, options, limits, [&](std::string_view text) -> Result<void> {
        written = output.write(text);
        if (!written) return fail(ErrorKind::system, written.error());
        return {};
      });
  if (printed) written = output.finish();
  if (printed && written) return 0;
  std::cerr << (written ? input->describe(printed.error()) : written.error()) << '\n';
  return 1;
}

}  // namespace airlock::cli
