// libFuzzer: reads, validates, translates and runs core modules and components.

#include "spec-tests/robustness/exercise.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static_cast<void>(airlock::spec_tests::exercise(std::as_bytes(std::span(data, size))));
  return 0;
}
