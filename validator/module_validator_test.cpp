#include "validator/module_validator.hpp"

#include <gtest/gtest.h>

#include "decoder/testing.hpp"
#include "validator/function_validator.hpp"

namespace airlock::validator {
namespace {

using namespace decoder::testing;   // NOLINT: helpers for byte strings
using namespace decoder::literals;  // NOLINT

std::string failure(const ByteVector& binary, const Limits& limits = {}) {
  const auto module = decoder::read_module(share(binary), limits);
  if (!module) return "unreadable: " + module.error().message;
  const auto result = validate_module(*module, limits);
  if (result) return "none";
  EXPECT_TRUE(result.error().offset.has_value());
  EXPECT_LE(result.error().offset.value_or(0), binary.size());
  return result.error().message;
}

std::string body_failure(std::initializer_list<int> body, const Limits& limits = {}) {
  return failure(module_with_body(bytes(body)), limits);
}

// Only small modules here; the official suite tests the rules themselves.

TEST(ModuleValidator, AcceptsWhatIsValid) {
  EXPECT_EQ(failure(module_of({})), "none");
  EXPECT_EQ(body_failure({0x0b}), "none");
  EXPECT_EQ(body_failure({0x41, 1, 0x41, 2, 0x6a, 0x1a, 0x0b}), "none");
  EXPECT_EQ(body_failure({0x00, 0x6a, 0x1a, 0x0b}), "none");
}

TEST(ModuleValidator, SaysWhatIsExpectedAndFound) {
  EXPECT_EQ(body_failure({0x41, 1, 0x42, 2, 0x6a, 0x1a, 0x0b}),
            "type mismatch: expected i32, found i64");
  EXPECT_EQ(body_failure({0x41, 1, 0x6a, 0x1a, 0x0b}),
            "type mismatch: expected i32, found nothing");
  EXPECT_EQ(body_failure({0x1a, 0x0b}), "type mismatch: expected an operand, found nothing");
  EXPECT_EQ(body_failure({0x41, 1, 0x0b}), "type mismatch: block leaves i32 below its results");
  EXPECT_EQ(body_failure({0x20, 0, 0x0b}), "unknown local 0");
  EXPECT_EQ(body_failure({0x0c, 1, 0x0b}), "unknown label 1");
  EXPECT_EQ(body_failure({0x10, 1, 0x0b}), "unknown function 1");
  EXPECT_EQ(body_failure({0x28, 2, 0, 0x0b}), "unknown memory 0");
  EXPECT_EQ(body_failure({0xd2, 0, 0x1a, 0x0b}), "undeclared function reference 0");
  EXPECT_EQ(body_failure({0xfc, 9, 0, 0x0b}), "data count section required");
}

TEST(ModuleValidator, MalformedBodiesAreMalformed) {
  for (const auto& body : {bytes({0x01}), bytes({0x0b, 0x01}), bytes({0x05, 0x0b}), bytes({0xff}),
                           bytes({0x41}), bytes({0x02, 0x40, 0x0b}), bytes({})}) {
    const auto module = decoder::read_module(share(module_with_body(body)));
    ASSERT_TRUE(module);
    const auto result = validate_module(*module);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, ErrorKind::malformed) << result.error().message;
    ASSERT_TRUE(result.error().function);
    EXPECT_EQ(result.error().function->index, 0U);
  }
}

TEST(ModuleValidator, ErrorsNameTheFunctionAndTheOffset) {
  auto binary = module_with_body(bytes({0x01, 0x1a, 0x0b}));
  const auto names = section(0, {4, 'n', 'a', 'm', 'e', 1, 6, 1, 0, 3, 'r', 'u', 'n'});
  append(binary, names);
  const auto module = decoder::read_module(share(binary));
  ASSERT_TRUE(module);
  const auto result = validate_module(*module);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::invalid);
  EXPECT_EQ(result.error().function->name, "run");
  EXPECT_EQ(result.error().offset, module->functions[0].body.offset + 1);
}

TEST(ModuleValidator, AMegabyteOfNestedBlocks) {
  const auto nested = [](std::size_t depth) {
    ByteVector body;
    for (std::size_t i = 0; i < depth; ++i) append(body, bytes({0x02, 0x40}));
    body.resize(body.size() + depth + 1, std::byte{0x0b});
    return body;
  };
  EXPECT_EQ(failure(module_with_body(nested(50'000))), "none");
  EXPECT_EQ(failure(module_with_body(nested(350'000))), "too many nested blocks");
  const Limits generous{.control_nesting = 400'000};
  EXPECT_EQ(failure(module_with_body(nested(350'000)), generous), "none");
}

TEST(ModuleValidator, OperandsAreBounded) {
  ByteVector body;
  for (int i = 0; i < 100; ++i) append(body, bytes({0x41, 0}));
  append(body, bytes({0x00, 0x0b}));
  EXPECT_EQ(failure(module_with_body(body)), "none");
  EXPECT_EQ(failure(module_with_body(body), {.operand_stack = 99}), "too many operands");
}

TEST(ModuleValidator, HugeCountsInBodiesEndAtOnce) {
  // array.new_fixed of 2^32-1 elements, in dead and in live code.
  const auto array_type = section(1, {2, 0x60, 0, 0, 0x5e, 0x7f, 1});
  const auto with = [&](std::initializer_list<int> body) {
    ByteVector function = bytes({0});
    append(function, bytes(body));
    ByteVector code = bytes({1, static_cast<int>(function.size())});
    append(code, function);
    return module_of({array_type, section(3, {1, 0}), section(10, code)});
  };
  EXPECT_EQ(failure(with({0x00, 0xfb, 8, 1, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x1a, 0x0b})), "none");
  EXPECT_EQ(failure(with({0x41, 0, 0xfb, 8, 1, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x1a, 0x0b})),
            "type mismatch: expected i32, found nothing");
}

TEST(ModuleValidator, Environment) {
  EXPECT_EQ(failure(module_of({section(1, {1, 0x60, 1, 0x64, 1, 0})})), "unknown type 1");
  EXPECT_EQ(failure(module_of({section(5, {1, 1, 2, 1})})),
            "size minimum must not be greater than maximum");
  EXPECT_EQ(failure(module_of({section(5, {1, 0, 0x81, 0x80, 4})})),
            "memory size must be at most 65536 pages (4GiB)");
  EXPECT_EQ(failure(module_of({section(5, {1, 2, 0})})), "shared memory must have maximum");
  EXPECT_EQ(failure(module_of({section(5, {1, 8, 0, 1})})), "invalid custom page size");
  EXPECT_EQ(failure(module_of({section(6, {1, 0x7f, 0, 0x42, 0, 0x0b})})),
            "type mismatch: expected i32, found i64");
  EXPECT_EQ(failure(module_of({section(6, {1, 0x7f, 0, 0x41, 0, 0x45, 0x0b})})),
            "constant expression required");
  EXPECT_EQ(failure(module_of({section(6, {1, 0x7f, 0, 0x23, 0, 0x0b})})), "unknown global 0");
  EXPECT_EQ(failure(module_of({section(7, {1, 1, 'x', 0, 0})})), "unknown function 0");
  EXPECT_EQ(
      failure(module_of({section(5, {1, 0, 0}), section(7, {2, 1, 'x', 2, 0, 1, 'x', 2, 0})})),
      "duplicate export name \"x\"");
  EXPECT_EQ(failure(module_of({section(8, {0})})), "unknown function 0");
  EXPECT_EQ(failure(module_of({section(4, {1, 0x64, 0x70, 0, 0})})),
            "type mismatch: a table of (ref func) needs an initializer");
  EXPECT_EQ(failure(module_of({section(11, {1, 0, 0x41, 0, 0x0b, 0})})), "unknown memory 0");
  EXPECT_EQ(failure(module_of({section(9, {1, 0, 0x41, 0, 0x0b, 0})})), "unknown table 0");
}

TEST(ModuleValidator, SupertypesMustStandBefore) {
  // A type that is its own supertype, and two that are each other's.
  EXPECT_EQ(failure(module_of({section(1, {1, 0x50, 1, 0, 0x5f, 0})})),
            "unknown type 0 as super type of 0");
  EXPECT_EQ(
      failure(module_of({section(1, {1, 0x4e, 2, 0x50, 1, 1, 0x5f, 0, 0x50, 1, 0, 0x5f, 0})})),
      "unknown type 1 as super type of 0");
  EXPECT_EQ(failure(module_of({section(1, {2, 0x5f, 0, 0x50, 1, 0, 0x5f, 0})})),
            "sub type 1 has final super type 0");
}

TEST(ModuleValidator, ChainsOfSupertypesAreBounded) {
  const auto chain = [](int length) {
    ByteVector types = bytes({length, 0x50, 0, 0x5f, 0});
    for (int i = 1; i < length; ++i) append(types, bytes({0x50, 1, i - 1, 0x5f, 0}));
    return module_of({section(1, types)});
  };
  EXPECT_EQ(failure(chain(64)), "none");
  EXPECT_EQ(failure(chain(65)), "sub type 64 has too many super types (Limits::subtype_depth)");
}

TEST(TypeRelations, EqualGroupsAreOneType) {
  // Two equal groups of two types each, and one that differs in mutability.
  const auto group = [](int flag) {
    return bytes({0x4e, 2, 0x5f, 1, 0x63, 1 + 2 * (flag >> 1), flag & 1, 0x60, 0, 0});
  };
  ByteVector types = bytes({3});
  append(types, group(0));
  append(types, bytes({0x4e, 2, 0x5f, 1, 0x63, 3, 0, 0x60, 0, 0}));
  append(types, bytes({0x4e, 2, 0x5f, 1, 0x63, 5, 1, 0x60, 0, 0}));
  const auto module = decoder::read_module(share(module_of({section(1, types)})));
  ASSERT_TRUE(module) << module.error().message;
  const Limits limits;
  const auto context = validate_module_environment(*module, limits);
  ASSERT_TRUE(context) << context.error().message;
  EXPECT_EQ(context->types.canonical(2), 0U);
  EXPECT_EQ(context->types.canonical(3), 1U);
  EXPECT_EQ(context->types.canonical(4), 4U);
  EXPECT_TRUE(context->types.is_subtype(3, 1));
  EXPECT_FALSE(context->types.is_subtype(5, 1));
}

struct RecordingSink {
  std::string seen;
  void instruction(const decoder::Instruction& instruction, bool live) {
    if (!seen.empty()) seen += ' ';
    seen += decoder::name(instruction.opcode);
    if (!live) seen += '!';
  }
};

std::string shown(std::initializer_list<int> body) {
  const auto module = decoder::read_module(share(module_with_body(bytes(body))));
  const Limits limits;
  const auto context = validate_module_environment(*module, limits);
  RecordingSink sink;
  const auto result = validate_function(*context, 0, sink);
  return result ? sink.seen : result.error().message;
}

TEST(Sink, SeesLiveInstructionsAndTheFramesOfLiveBlocks) {
  EXPECT_EQ(shown({0x01, 0x0b}), "nop end");
  EXPECT_EQ(shown({0x00, 0x01, 0x0b}), "unreachable end!");
  EXPECT_EQ(shown({0x0f, 0x02, 0x40, 0x01, 0x0b, 0x0b}), "return end!");
  EXPECT_EQ(shown({0x02, 0x40, 0x0c, 0, 0x01, 0x0b, 0x01, 0x0b}), "block br end! nop end");
  EXPECT_EQ(shown({0x41, 0, 0x04, 0x40, 0x00, 0x01, 0x05, 0x01, 0x0b, 0x0b}),
            "i32.const if unreachable else! nop end end");
  EXPECT_EQ(shown({0x00, 0x41, 0, 0x04, 0x40, 0x05, 0x0b, 0x0b}), "unreachable end!");
}

}  // namespace
}  // namespace airlock::validator
