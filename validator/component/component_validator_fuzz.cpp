// libFuzzer: reads components, validates them and renders them as WIT.

#include "decoder/component/reader.hpp"
#include "validator/component/wit.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto* first = reinterpret_cast<const std::byte*>(data);
  auto tree = airlock::decoder::component::read_component(
      std::make_shared<const std::vector<std::byte>>(first, first + size));
  if (!tree) return 0;
  const auto valid = airlock::validator::component::validate_component(
      std::make_shared<const airlock::decoder::component::ComponentTree>(*std::move(tree)));
  if (valid) static_cast<void>(airlock::validator::component::render_wit(*valid));
  return 0;
}
