#include "decoder/text/round_trip.hpp"

#include <algorithm>

#include "decoder/component/reader.hpp"
#include "decoder/component_text/printer.hpp"
#include "decoder/text/parser.hpp"
#include "decoder/text/printer.hpp"

namespace airlock::decoder::text {
namespace {

/// The first line that differs between two texts.
std::string difference(std::string_view before, std::string_view after) {
  const auto [left, right] = std::ranges::mismatch(before, after);
  const auto line_of = [](std::string_view text, std::size_t at) {
    const auto start = at == 0 ? 0 : text.rfind('\n', at - 1) + 1;
    return std::string(text.substr(start, text.find('\n', at) - start));
  };
  return '`' + line_of(before, static_cast<std::size_t>(left - before.begin())) + "` became `" +
         line_of(after, static_cast<std::size_t>(right - after.begin())) + '`';
}

Result<std::string> print(const SharedBytes& binary, const PrintOptions& options,
                          const Limits& limits) {
  if (detect(*binary) == FileKind::component_binary) {
    const auto tree = component::read_component(binary, limits);
    if (!tree) return std::unexpected(tree.error());
    return component_text::print_component(*tree, limits, options);
  }
  const auto module = read_module(binary, limits);
  if (!module) return std::unexpected(module.error());
  return print_module(*module, limits, options);
}

/// Prints a binary, reads the text and prints that again.
Result<SharedBytes> read_printed(const SharedBytes& binary, const PrintOptions& options,
                                 const Limits& limits) {
  const std::string form = options.is_folded ? "folded form: " : "flat form: ";
  const auto text = print(binary, options, limits);
  if (!text) return SharedBytes{};
  auto assembled = assemble(*text, limits);
  if (!assembled) {
    if (assembled.error().kind == ErrorKind::limit) return SharedBytes{};
    return fail(ErrorKind::argument, form + format_error(assembled.error(), "text"));
  }
  auto again = std::make_shared<const std::vector<std::byte>>(std::move(assembled->binary));
  const auto second_text = print(again, options, limits);
  if (!second_text)
    return fail(ErrorKind::argument, form + format_error(second_text.error(), "read again"));
  if (*second_text != *text)
    return fail(ErrorKind::argument, form + difference(*text, *second_text));
  return again;
}

}  // namespace

Result<SharedBytes> round_trip(const SharedBytes& binary, const Limits& limits) {
  const auto from_flat = read_printed(binary, {.is_folded = false}, limits);
  if (!from_flat || *from_flat == nullptr) return from_flat;
  auto from_folded = read_printed(*from_flat, {.is_folded = true}, limits);
  if (!from_folded || *from_folded == nullptr) return from_folded;
  if (**from_folded != **from_flat)
    return fail(ErrorKind::argument, "the flat and the folded form yield different binaries");
  return from_folded;
}

}  // namespace airlock::decoder::text
