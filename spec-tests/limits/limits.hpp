// Shared by the tests of limits: generated modules, and the results of compiling and running them.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/resource.h>

#include <string>
#include <string_view>

#include "decoder/testing.hpp"
#include "decoder/text/encoder.hpp"
#include "decoder/text/parser.hpp"
#include "decoder/text/printer.hpp"
#include "interpreter/testing.hpp"

namespace airlock::limits_test {

using decoder::testing::bytes;
using decoder::testing::ByteVector;
using decoder::testing::module_of;
using interpreter::testing::i32;
using interpreter::testing::World;

/// An unsigned number in LEB128.
inline ByteVector number(std::uint64_t value) {
  decoder::text::Encoder encoder;
  encoder.unsigned_number(value);
  return std::move(encoder).finish(false).binary;
}

inline ByteVector join(std::initializer_list<ByteVector> parts) {
  ByteVector all;
  for (const auto& part : parts) decoder::testing::append(all, part);
  return all;
}

inline ByteVector repeat(std::size_t count, const ByteVector& part) {
  ByteVector all;
  all.reserve(count * part.size());
  for (std::size_t i = 0; i < count; ++i) decoder::testing::append(all, part);
  return all;
}

inline ByteVector section(int id, const ByteVector& contents) {
  return decoder::testing::section(id, contents);
}

/// A section whose contents are a list.
inline ByteVector list_section(int id, std::uint64_t count, const ByteVector& elements) {
  return section(id, join({number(count), elements}));
}

inline std::string repeat(std::size_t count, std::string_view part) {
  std::string all;
  all.reserve(count * part.size());
  for (std::size_t i = 0; i < count; ++i) all += part;
  return all;
}

/// The result of compiling a binary: "accepted", or the kind and text of the error.
inline std::string fate_of(ByteVector binary) {
  World world;
  const auto module = world.engine.compile(decoder::testing::share(std::move(binary)));
  return module ? "accepted" : format_error(module.error(), "");
}

inline std::string fate_of(std::string_view text) {
  auto assembled = decoder::text::assemble(text);
  if (!assembled) return format_error(assembled.error(), "");
  return fate_of(std::move(assembled->binary));
}

/// Instantiates a binary; a failure fails the test and gives null.
inline runtime::Instance* instantiate(World& world, ByteVector binary) {
  const auto module = world.engine.compile(decoder::testing::share(std::move(binary)));
  if (!module) {
    ADD_FAILURE() << format_error(module.error(), "");
    return nullptr;
  }
  const auto instance = world.linker.instantiate(*module, {});
  if (!instance) {
    ADD_FAILURE() << format_error(instance.error(), "");
    return nullptr;
  }
  return *instance;
}

/// The result of instantiating a text: "accepted", or the kind and text of the error.
inline std::string instantiation_of(std::string_view text) {
  auto assembled = decoder::text::assemble(text);
  if (!assembled) return format_error(assembled.error(), "");
  World world;
  const auto module = world.engine.compile(decoder::testing::share(std::move(assembled->binary)));
  if (!module) return format_error(module.error(), "");
  const auto instance = world.linker.instantiate(*module, {});
  return instance ? "accepted" : format_error(instance.error(), "");
}

/// The most memory this process has ever held, in MiB.
inline long peak_memory() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1024;
}

/// Whether the memory use of this build can be compared with a bound: sanitizers use much more.
constexpr bool measures_memory =
#if defined(__SANITIZE_ADDRESS__)
    false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
    false;
#else
    true;
#endif
#else
    true;
#endif

/// Fails if a suite needed more memory than its inputs justify.
class LimitsTest : public testing::Test {
 protected:
  static void TearDownTestSuite() {
    constexpr long most_megabytes = 3000;
    if (measures_memory) {
      EXPECT_LT(peak_memory(), most_megabytes);
    }
  }
};

}  // namespace airlock::limits_test
