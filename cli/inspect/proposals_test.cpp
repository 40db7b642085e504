#include "cli/inspect/proposals.hpp"

#include <gmock/gmock.h>

#include <initializer_list>
#include <memory>
#include <utility>
#include <vector>

#include "decoder/reader.hpp"
#include "decoder/text/parser.hpp"
#include "validator/module_validator.hpp"

namespace airlock::cli {
namespace {

/// The proposals of the fields of a module.
ProposalSet proposals(const std::string& fields) {
  Limits limits;
  limits.features.custom_descriptors = true;
  limits.features.compact_imports = true;
  auto assembled = decoder::text::assemble("(module " + fields + ')', limits);
  if (!assembled) {
    ADD_FAILURE() << fields << ": " << assembled.error().message;
    return {};
  }
  auto binary = std::make_shared<const std::vector<std::byte>>(std::move(assembled->binary));
  const auto module = decoder::read_module(std::move(binary), limits).value();
  const auto valid = validator::validate_module(module, limits);
  EXPECT_TRUE(valid) << fields << ": " << valid.error().message;
  return proposals_of(module, limits).value();
}

ProposalSet set(std::initializer_list<Proposal> members) {
  ProposalSet result;
  for (const auto proposal : members) result.set(static_cast<std::size_t>(proposal));
  return result;
}

TEST(Proposals, WebAssembly1NeedsNone) {
  EXPECT_EQ(proposals(""), set({}));
  EXPECT_EQ(proposals(R"((import "a" "b" (func $f (param i32 f64) (result i64)))
    (memory 1) (table 1 funcref) (global (mut i32) (i32.const 1))
    (elem (i32.const 0) $f) (data (i32.const 0) "x")
    (func (export "g") (param i32) (result i32)
      (block (result i32) (i32.add (i32.load (local.get 0)) (i32.const 1)))))"),
            set({}));
}

TEST(Proposals, ByInstructions) {
  EXPECT_EQ(proposals("(func (drop (i32.extend8_s (i32.const 1))))"),
            set({Proposal::sign_extension}));
  EXPECT_EQ(proposals("(func (drop (i32.trunc_sat_f32_s (f32.const 1))))"),
            set({Proposal::saturating_truncation}));
  EXPECT_EQ(proposals("(memory 1) (func (memory.fill (i32.const 0) (i32.const 0) (i32.const 0)))"),
            set({Proposal::bulk_memory}));
  EXPECT_EQ(proposals("(func (drop (i32x4.splat (i32.const 1))))"), set({Proposal::simd}));
  EXPECT_EQ(proposals("(func $f (return_call $f))"), set({Proposal::tail_calls}));
  EXPECT_EQ(proposals("(func (drop (i64.add128 (i64.const 0) (i64.const 0) (i64.const 0) "
                      "(i64.const 0))) drop)"),
            set({Proposal::wide_arithmetic}));
  EXPECT_EQ(proposals("(memory 1) (func (drop (i32.atomic.load (i32.const 0))))"),
            set({Proposal::threads}));
  EXPECT_EQ(proposals("(func (drop (ref.i31 (i32.const 0))))"), set({Proposal::gc}));
  EXPECT_EQ(proposals("(func (drop (ref.null func)))"), set({Proposal::reference_types}));
  EXPECT_EQ(proposals("(func (drop (ref.null any)))"),
            set({Proposal::reference_types, Proposal::gc}));
}

TEST(Proposals, ByTypes) {
  EXPECT_EQ(proposals("(func (result i32 i32) (i32.const 1) (i32.const 2))"),
            set({Proposal::multi_value}));
  EXPECT_EQ(proposals("(func (i32.const 1) (block (param i32) drop))"),
            set({Proposal::multi_value}));
  EXPECT_EQ(proposals("(func (param v128))"), set({Proposal::simd}));
  EXPECT_EQ(proposals("(func (local v128))"), set({Proposal::simd}));
  EXPECT_EQ(proposals("(func (param externref))"), set({Proposal::reference_types}));
  EXPECT_EQ(proposals("(type $t (func)) (func (param (ref null $t)))"),
            set({Proposal::typed_references}));
  EXPECT_EQ(proposals("(type (struct (field i8)))"), set({Proposal::gc}));
  EXPECT_EQ(proposals("(type (sub (func)))"), set({Proposal::gc}));
  EXPECT_EQ(proposals("(rec (type (func)) (type (func)))"), set({Proposal::gc}));
  EXPECT_EQ(proposals("(func (param exnref))"), set({Proposal::exceptions}));
}

TEST(Proposals, ByDefinitions) {
  EXPECT_EQ(proposals("(memory 1) (memory 1)"), set({Proposal::multi_memory}));
  EXPECT_EQ(proposals("(memory i64 1)"), set({Proposal::memory64}));
  EXPECT_EQ(proposals("(table i64 1 funcref)"), set({Proposal::memory64}));
  EXPECT_EQ(proposals("(memory 1 2 shared)"), set({Proposal::threads}));
  EXPECT_EQ(proposals("(memory 1 (pagesize 1))"), set({Proposal::custom_page_sizes}));
  EXPECT_EQ(proposals("(table 1 funcref) (table 1 funcref)"), set({Proposal::reference_types}));
  EXPECT_EQ(proposals("(table 1 externref)"), set({Proposal::reference_types}));
  EXPECT_EQ(proposals("(tag (param i32))"), set({Proposal::exceptions}));
  EXPECT_EQ(proposals("(memory 1) (data \"x\")"), set({Proposal::bulk_memory}));
  EXPECT_EQ(proposals("(func $f) (elem declare func $f)"), set({Proposal::reference_types}));
  EXPECT_EQ(proposals("(elem externref)") & set({Proposal::reference_types}),
            set({Proposal::reference_types}));
  EXPECT_EQ(proposals("(import \"a\" \"b\" (memory i64 1))"), set({Proposal::memory64}));
  EXPECT_EQ(proposals("(import \"a\" (item \"b\" (memory 1)))"), set({Proposal::compact_imports}));
  EXPECT_EQ(proposals("(rec (type $s (descriptor $d) (struct)) (type $d (describes $s) (struct)))"
                      "(func (param (ref null (exact $s))))") &
                set({Proposal::custom_descriptors}),
            set({Proposal::custom_descriptors}));
}

TEST(Proposals, ByConstantExpressions) {
  EXPECT_EQ(proposals("(global i32 (i32.add (i32.const 1) (i32.const 2)))"),
            set({Proposal::extended_constants}));
  EXPECT_EQ(proposals("(memory 1) (data (i32.sub (i32.const 1) (i32.const 1)) \"x\")"),
            set({Proposal::extended_constants}));
  EXPECT_EQ(proposals("(global v128 (v128.const i32x4 0 0 0 0))"), set({Proposal::simd}));
}

TEST(Proposals, NotByNames) {
  EXPECT_EQ(proposals("(@custom \"target_features\" \"\\01+\\07simd128\") (func $simd)"), set({}));
}

TEST(Proposals, EachHasADescription) {
  for (std::size_t i = 0; i < proposal_count; ++i)
    EXPECT_FALSE(describe(static_cast<Proposal>(i)).empty());
}

}  // namespace
}  // namespace airlock::cli
