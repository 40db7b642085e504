// airlock validate

#include <iostream>

#include "cli/input.hpp"
#include "cli/options.hpp"
#include "cli/progress.hpp"
#include "decoder/component/reader.hpp"
#include "decoder/reader.hpp"
#include "validator/component/validator.hpp"
#include "validator/module_validator.hpp"

namespace airlock::cli {
namespace {

Result<void> check(const Input& input, const Limits& limits) {
  if (input.is_component) {
    auto tree = decoder::component::read_component(input.binary, limits);
    if (!tree) return propagate(std::move(tree));
    const auto shared = std::make_shared<const decoder::component::ComponentTree>(*std::move(tree));
    auto valid = validator::component::validate_component(shared, limits);
    if (!valid) return propagate(std::move(valid));
    return {};
  }
  auto module = decoder::read_module(input.binary, limits);
  if (!module) return propagate(std::move(module));
  return validator::validate_module(*module, limits);
}

}  // namespace

int validate(const FilesOptions& options) {
  const Limits limits{.features = options.features};
  bool all_valid = true;
  for (const auto& file : options.files) {
    const Progress progress("validating " + file);
    const auto input = read_input(file, limits);
    if (!input) {
      std::cout << input.error() << '\n';
      all_valid = false;
      continue;
    }
    if (const auto result = check(*input, limits); !result) {
      std::cout << input->describe(result.error()) << '\n';
      all_valid = false;
    }
  }
  return all_valid ? 0 : 1;
}

}  // namespace airlock::cli
