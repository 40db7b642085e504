// Damaged modules: reading and validating them always ends with a verdict.
#include <gtest/gtest.h>

#include <chrono>
#include <random>
#include <string_view>

#include "decoder/reader.hpp"
#include "decoder/testing.hpp"
#include "decoder/text/parser.hpp"
#include "validator/module_validator.hpp"

namespace airlock::validator {
namespace {

using decoder::testing::ByteVector;
using decoder::testing::share;

// Together these have every section and most kinds of immediates.
constexpr std::string_view sources[] = {
    R"((module
      (type $pair (sub (struct (field i8) (field (mut (ref null $pair))))))
      (type $more (sub $pair (struct (field i8) (field (mut (ref null $pair))) (field f64))))
      (type $bytes (array (mut i8)))
      (type $f (func (param i32 (ref $more)) (result (ref null $pair))))
      (import "a" "f" (func $imported (type $f)))
      (import "a" "g" (global $offset i32))
      (memory 1 2)
      (data $text "some text")
      (data (offset (i32.add (global.get $offset) (i32.const 1))) "active")
      (table $t 2 10 funcref)
      (table 0 (ref null $more))
      (elem $functions func $imported $cast)
      (elem (table $t) (i32.const 0) funcref (ref.func $cast) (ref.null func))
      (global $array (mut (ref $bytes)) (array.new_fixed $bytes 2 (i32.const 1) (i32.const 2)))
      (func $cast (export "cast") (type $f)
        (drop (block $yes (result (ref $more))
          (return (br_on_cast $yes (ref $pair) (ref $more)
            (struct.new $pair (local.get 0) (local.get 1))))))
        (struct.set $pair 1 (local.get 1) (ref.null $pair))
        (call_indirect $t (type $f) (i32.const 1) (local.get 1) (i32.const 0)))
      (func (result i32) (local (ref null $bytes) v128)
        (local.set 0 (array.new_data $bytes $text (i32.const 0) (i32.const 4)))
        (memory.init $text (i32.const 0) (i32.const 0) (i32.const 4))
        (data.drop $text)
        (table.init $t $functions (i32.const 0) (i32.const 0) (i32.const 1))
        (array.get_u $bytes (ref.as_non_null (local.get 0)) (i32.const 1)))
      (start $main)
      (func $main)))",
    R"((module
      (memory $wide i64 1)
      (memory $shared 1 1 shared)
      (tag $error (export "error") (param i32 i64))
      (func $throw (param i32) (throw $error (local.get 0) (i64.const -1)))
      (func (export "run") (param i32) (result i32)
        (block $caught (result i32 i64)
          (try_table (catch $error $caught) (call $throw (local.get 0)))
          (return (i32.const 0)))
        (drop))
      (func (param v128) (result v128)
        (i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 31 (local.get 0)
          (v128.load8_lane $wide offset=3 align=1 3 (i64.const 0) (v128.const i32x4 1 2 3 4))))
      (func (param i32) (result f64) (local f64 f64)
        (loop $again
          (local.set 1 (f64.add (local.get 1) (f64.const 0x1p-3)))
          (br_table $again 0 0 $again (i32.atomic.rmw.add $shared (i32.const 8) (local.get 0))))
        (select (result f64) (local.get 1) (local.get 2) (i32.eqz (local.get 0))))
      (func $tail (param i32) (result i32)
        (if (result i32) (local.get 0)
          (then (return_call $tail (i32.sub (local.get 0) (i32.const 1))))
          (else (i32.const 0))))))",
    R"((module
      (rec (type $a (sub (descriptor $b) (struct (field i32))))
           (type $b (sub (describes $a) (descriptor $c) (struct)))
           (type $c (sub (describes $b) (struct))))
      (rec (type $d (sub $a (descriptor $e) (struct (field i32))))
           (type $e (sub $b (describes $d) (descriptor $f) (struct)))
           (type $f (sub $c (describes $e) (struct))))
      (import "a" "f" (func $imported (exact (param (ref null (exact $a))))))
      (global $b (ref (exact $b)) (struct.new_desc $b (struct.new $c)))
      (global (ref $a) (struct.new_default_desc $a (global.get $b)))
      (elem declare func $imported)
      (func (param anyref (ref $e)) (result (ref $d))
        (drop (ref.cast_desc_eq (ref null $d) (local.get 0) (local.get 1)))
        (drop (ref.get_desc $a (struct.new_desc $a (i32.const 1) (global.get $b))))
        (drop (block (result anyref)
          (br_on_cast_desc_eq_fail 0 anyref (ref (exact $a)) (local.get 0) (global.get $b))))
        (br_on_cast_desc_eq 0 anyref (ref $d) (local.get 0) (local.get 1))
        (unreachable))))",
    R"((module (import "a" (item "b" (func (param i32))) (item "" (memory 1)))
             (import "c" (item "d") (item "e") (global (mut i64)))
             (import "f") (import "g" (tag (param i32)))))",
};

// Whatever there is, so that everything is damaged.
constexpr Limits limits{.features = {.custom_descriptors = true, .compact_imports = true}};

ByteVector assemble(std::string_view source) {
  auto assembled = decoder::text::assemble(source);
  EXPECT_TRUE(assembled) << assembled.error().message;
  return assembled ? std::move(assembled->binary) : ByteVector{};
}

/// Reads and validates. The verdict itself is not tested, only that an error has an offset.
bool is_valid(const ByteVector& binary) {
  const auto module = decoder::read_module(share(binary), limits);
  const auto result =
      module ? validate_module(*module, limits) : Result<void>(std::unexpected(module.error()));
  if (result) return true;
  EXPECT_TRUE(result.error().offset.has_value()) << result.error().message;
  EXPECT_LE(result.error().offset.value_or(0), binary.size()) << result.error().message;
  EXPECT_FALSE(result.error().message.empty());
  return false;
}

TEST(BadInput, TheSourcesAreValid) {
  for (const auto source : sources) {
    const auto binary = assemble(source);
    const auto module = decoder::read_module(share(binary));
    ASSERT_TRUE(module) << module.error().message;
    const auto result = validate_module(*module, limits);
    EXPECT_TRUE(result) << format_error(result.error(), "");
  }
}

TEST(BadInput, GroupsOfImportsAreRefusedUnlessTheyAreTurnedOn) {
  const auto binary =
      assemble(R"((module (import "a" "b" (func)) (import "c" (item "d" (func)))))");
  const auto module = decoder::read_module(share(binary));
  ASSERT_TRUE(module);
  EXPECT_TRUE(validate_module(*module, limits));
  const auto result = validate_module(*module, {});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message,
            "a group of imports needs the feature compact-imports, which is turned off");
  EXPECT_EQ(result.error().offset, module->import_groups.front().offset);
}

TEST(BadInput, EveryTruncation) {
  for (const auto source : sources) {
    const auto whole = assemble(source);
    for (std::size_t size = 0; size < whole.size(); ++size)
      (void)is_valid({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)});
  }
}

TEST(BadInput, EveryBitFlipped) {
  for (const auto source : sources) {
    auto binary = assemble(source);
    for (auto& byte : binary)
      for (int bit = 0; bit < 8; ++bit) {
        const auto mask = static_cast<std::byte>(1 << bit);
        byte ^= mask;
        (void)is_valid(binary);
        byte ^= mask;
      }
    EXPECT_TRUE(is_valid(binary));
  }
}

TEST(BadInput, HugeNumbersEverywhere) {
  const auto huge = decoder::testing::bytes({0xff, 0xff, 0xff, 0xff, 0x0f});
  for (const auto source : sources) {
    const auto whole = assemble(source);
    for (std::size_t at = 8; at < whole.size(); ++at) {
      auto binary = whole;
      binary.erase(binary.begin() + static_cast<std::ptrdiff_t>(at));
      binary.insert(binary.begin() + static_cast<std::ptrdiff_t>(at), huge.begin(), huge.end());
      (void)is_valid(binary);
    }
  }
}

TEST(BadInput, SplicedSectionsAndRandomDamage) {
  const ByteVector parts[] = {assemble(sources[0]), assemble(sources[1]), assemble(sources[2])};
  std::minstd_rand random(1);  // NOLINT: the same damage in each run
  for (int round = 0; round < 5'000; ++round) {
    auto binary = parts[round % 3];
    const auto& other = parts[(round / 3 + 1) % 3];
    const auto at = 8 + random() % (binary.size() - 8);
    const auto from = 8 + random() % (other.size() - 8);
    const auto size = std::min<std::size_t>(random() % 64, other.size() - from);
    const auto end = std::min(binary.size(), at + random() % 64);
    binary.erase(binary.begin() + static_cast<std::ptrdiff_t>(at),
                 binary.begin() + static_cast<std::ptrdiff_t>(end));
    binary.insert(binary.begin() + static_cast<std::ptrdiff_t>(at),
                  other.begin() + static_cast<std::ptrdiff_t>(from),
                  other.begin() + static_cast<std::ptrdiff_t>(from + size));
    (void)is_valid(binary);
  }
}

// Inputs that ask for more work than they have bytes. Each must end quickly; the bound is generous
// for sanitizers and slow machines.
template <typename Make>
void expect_quick(Make make) {
  const auto binary = make();
  const auto start = std::chrono::steady_clock::now();
  (void)is_valid(binary);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
}

TEST(BadInput, ManyLocalsInManyFunctions) {
  expect_quick([] {
    using namespace decoder::testing;  // NOLINT
    constexpr std::uint32_t functions = 20'000;
    ByteVector indices;
    append_u32(indices, functions);
    indices.resize(indices.size() + functions);
    ByteVector code;
    append_u32(code, functions);
    for (std::uint32_t i = 0; i < functions; ++i)
      append(code, bytes({6, 1, 0xd0, 0x86, 3, 0x63, 0x70, 0x0b}));  // 50,000 funcref locals
    return module_of({section(1, {1, 0x60, 0, 0}), section(3, indices), section(10, code)});
  });
}

TEST(BadInput, BranchTablesOfManyLabelsWithManyOperands) {
  expect_quick([] {
    using namespace decoder::testing;  // NOLINT
    // A type with 1,000 results, a call that yields them, and a table of 100,000 equal labels.
    ByteVector types = bytes({2, 0x60, 0, 0, 0x60, 0});
    append_u32(types, 1'000);
    types.resize(types.size() + 1'000, std::byte{0x7f});
    ByteVector body = bytes({0, 0x02, 1, 0x10, 1, 0x41, 0, 0x0e});
    append_u32(body, 100'000);
    body.resize(body.size() + 100'001);
    append(body, bytes({0x0b, 0x00, 0x0b}));
    ByteVector code = bytes({2});
    append_u32(code, static_cast<std::uint32_t>(body.size()));
    append(code, body);
    append(code, bytes({3, 0, 0x00, 0x0b}));
    return module_of({section(1, types), section(3, {2, 0, 1}), section(10, code)});
  });
}

TEST(BadInput, CallsThatYieldMoreThanTheOperandStackHolds) {
  using namespace decoder::testing;  // NOLINT
  ByteVector types = bytes({2, 0x60, 0, 0, 0x60, 0});
  append_u32(types, 1'000);
  types.resize(types.size() + 1'000, std::byte{0x7f});
  ByteVector body = bytes({0});
  for (int i = 0; i < 100'000; ++i) append(body, bytes({0x10, 1}));
  append(body, bytes({0x00, 0x0b}));
  ByteVector code = bytes({2});
  append_u32(code, static_cast<std::uint32_t>(body.size()));
  append(code, body);
  append(code, bytes({3, 0, 0x00, 0x0b}));
  const auto module = decoder::read_module(
      share(module_of({section(1, types), section(3, {2, 0, 1}), section(10, code)})));
  ASSERT_TRUE(module) << module.error().message;
  const auto result = validate_module(*module);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::limit);
  EXPECT_EQ(result.error().message, "too many operands");
}

}  // namespace
}  // namespace airlock::validator
