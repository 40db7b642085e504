// libFuzzer: reads texts as modules, components and scripts.

#include "decoder/text/parser.hpp"
#include "decoder/text/script.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view source(reinterpret_cast<const char*>(data), size);
  static_cast<void>(airlock::decoder::text::assemble(source));
  static_cast<void>(airlock::decoder::text::parse_script(source));
  return 0;
}
