// libFuzzer: reads components.

#include "decoder/component/reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto* first = reinterpret_cast<const std::byte*>(data);
  const auto bytes = std::make_shared<const std::vector<std::byte>>(first, first + size);
  static_cast<void>(airlock::decoder::component::read_component(bytes));
  return 0;
}
