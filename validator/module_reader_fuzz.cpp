// libFuzzer: reads and validates core modules.

#include "decoder/reader.hpp"
#include "validator/module_validator.hpp"

namespace {
constexpr airlock::Limits limits{.features = {.custom_descriptors = true, .compact_imports = true}};
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto* first = reinterpret_cast<const std::byte*>(data);
  const auto bytes = std::make_shared<const std::vector<std::byte>>(first, first + size);
  if (const auto module = airlock::decoder::read_module(bytes, limits))
    static_cast<void>(airlock::validator::validate_module(*module, limits));
  return 0;
}
