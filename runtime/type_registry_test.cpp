#include "runtime/type_registry.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace airlock::runtime {
namespace {

using decoder::HeapKind;
using decoder::HeapType;
using decoder::SubType;
using decoder::ValueType;

ValueType reference_to(std::uint32_t index, bool nullable = true) {
  return ValueType::reference(HeapType::defined(index), nullable);
}

SubType function(std::vector<ValueType> parameters, std::vector<ValueType> results = {}) {
  SubType type;
  type.composite.function = {std::move(parameters), std::move(results)};
  return type;
}

SubType structure(const std::vector<ValueType>& fields) {
  SubType type;
  type.composite.kind = decoder::CompositeKind::structure;
  for (const auto& field : fields) type.composite.fields.push_back({field, false});
  return type;
}

SubType open(SubType type, std::vector<std::uint32_t> supertypes = {}) {
  type.is_final = false;
  type.supertypes = std::move(supertypes);
  return type;
}

/// A module that holds nothing but groups of types.
decoder::Module groups(const std::vector<std::vector<SubType>>& groups) {
  decoder::Module module;
  for (const auto& group : groups) {
    module.groups.push_back({static_cast<std::uint32_t>(module.types.size()),
                             static_cast<std::uint32_t>(group.size())});
    module.types.insert(module.types.end(), group.begin(), group.end());
  }
  return module;
}

TEST(TypeRegistry, GivesEqualTypesEqualNumbers) {
  TypeRegistry registry;
  const auto ids = registry.intern(
      groups({{function({decoder::i32})}, {function({decoder::i64})}, {function({decoder::i32})}}));
  EXPECT_EQ(ids[0], ids[2]);
  EXPECT_NE(ids[0], ids[1]);
  EXPECT_EQ(registry.size(), 2u);
  EXPECT_EQ(registry.intern(groups({{function({decoder::i64})}}))[0], ids[1]);
  EXPECT_EQ(registry.intern(decoder::FunctionType{{decoder::i64}, {}}), ids[1]);
}

TEST(TypeRegistry, TellsParametersFromResults) {
  TypeRegistry registry;
  const auto ids = registry.intern(groups({{function({decoder::i32}, {decoder::i64})},
                                           {function({decoder::i32, decoder::i64})},
                                           {function({}, {decoder::i32, decoder::i64})}}));
  EXPECT_NE(ids[0], ids[1]);
  EXPECT_NE(ids[0], ids[2]);
  EXPECT_NE(ids[1], ids[2]);
}

TEST(TypeRegistry, ComparesGroupsAsAWhole) {
  TypeRegistry registry;
  // Alone, or in a group with another type: not the same (specification: Rolling and Unrolling).
  const auto ids = registry.intern(groups({{function({})},
                                           {function({}), structure({})},
                                           {structure({}), function({})},
                                           {function({}), structure({})}}));
  EXPECT_NE(ids[0], ids[1]);
  EXPECT_NE(ids[1], ids[4]);
  EXPECT_NE(ids[2], ids[3]);
  EXPECT_EQ(ids[1], ids[5]);
  EXPECT_EQ(ids[2], ids[6]);
}

TEST(TypeRegistry, ComparesRecursiveReferencesByPlaceInTheGroup) {
  TypeRegistry registry;
  const auto ids = registry.intern(groups({{function({reference_to(0)})},
                                           {function({reference_to(1)})},
                                           {function({reference_to(1)})},
                                           {function({reference_to(0)})}}));
  EXPECT_EQ(ids[0], ids[1]) << "both refer to themselves";
  EXPECT_EQ(ids[2], ids[3]) << "equal types of other groups are one";
  EXPECT_NE(ids[0], ids[2]) << "iso-recursive: unrolling once makes another type";
  const auto& parameter = registry.get(ids[0]).type.composite.function.parameters[0];
  EXPECT_EQ(parameter.heap.index, ids[0]) << "indices have become canonical numbers";
}

TEST(TypeRegistry, TellsFinalFromOpenAndMutableFromConstant) {
  TypeRegistry registry;
  auto changeable = structure({decoder::i32});
  changeable.composite.fields[0].is_mutable = true;
  const auto ids = registry.intern(
      groups({{structure({decoder::i32})}, {open(structure({decoder::i32}))}, {changeable}}));
  EXPECT_NE(ids[0], ids[1]);
  EXPECT_NE(ids[0], ids[2]);
}

TEST(TypeRegistry, FindsSubtypesThroughAnyNumberOfSteps) {
  TypeRegistry registry;
  const auto ids = registry.intern(groups({{open(structure({}))},
                                           {open(structure({decoder::i32}), {0})},
                                           {open(structure({decoder::i32, decoder::i32}), {1})},
                                           {open(structure({decoder::i64}), {0})}}));
  EXPECT_TRUE(registry.is_subtype(ids[0], ids[0]));
  EXPECT_TRUE(registry.is_subtype(ids[2], ids[1]));
  EXPECT_TRUE(registry.is_subtype(ids[2], ids[0]));
  EXPECT_FALSE(registry.is_subtype(ids[0], ids[2]));
  EXPECT_FALSE(registry.is_subtype(ids[2], ids[3]));
  EXPECT_FALSE(registry.is_subtype(ids[3], ids[1]));
  EXPECT_EQ(registry.get(ids[2]).supertypes, (std::vector<TypeId>{ids[0], ids[1], ids[2]}));
}

TEST(TypeRegistry, FindsSubtypesWithinOneGroup) {
  TypeRegistry registry;
  const auto ids = registry.intern(groups({{open(structure({})), open(structure({}), {0})}}));
  EXPECT_TRUE(registry.is_subtype(ids[1], ids[0]));
  EXPECT_FALSE(registry.is_subtype(ids[0], ids[1]));
}

TEST(TypeRegistry, MatchesAbstractHeapTypes) {
  const TypeRegistry registry;
  const auto matches = [&](HeapKind sub, HeapKind super) {
    return registry.matches(ValueType::reference(sub), ValueType::reference(super));
  };
  EXPECT_TRUE(matches(HeapKind::i31, HeapKind::eq));
  EXPECT_TRUE(matches(HeapKind::i31, HeapKind::any));
  EXPECT_TRUE(matches(HeapKind::none, HeapKind::struct_));
  EXPECT_TRUE(matches(HeapKind::nofunc, HeapKind::func));
  EXPECT_TRUE(matches(HeapKind::noextern, HeapKind::extern_));
  EXPECT_TRUE(matches(HeapKind::noexn, HeapKind::exn));
  EXPECT_FALSE(matches(HeapKind::func, HeapKind::any));
  EXPECT_FALSE(matches(HeapKind::extern_, HeapKind::any));
  EXPECT_FALSE(matches(HeapKind::any, HeapKind::eq));
  EXPECT_FALSE(matches(HeapKind::struct_, HeapKind::array));
  EXPECT_FALSE(matches(HeapKind::none, HeapKind::func));
}

TEST(TypeRegistry, MatchesIndexedWithAbstractHeapTypesAndNullability) {
  TypeRegistry registry;
  const auto ids = registry.intern(groups({{function({})}, {structure({})}}));
  const auto abstract = [](HeapKind kind) { return ValueType::reference(kind); };
  EXPECT_TRUE(registry.matches(reference_to(ids[0]), decoder::funcref));
  EXPECT_FALSE(registry.matches(reference_to(ids[0]), abstract(HeapKind::any)));
  EXPECT_TRUE(registry.matches(reference_to(ids[1]), abstract(HeapKind::any)));
  EXPECT_TRUE(registry.matches(reference_to(ids[1]), abstract(HeapKind::struct_)));
  EXPECT_FALSE(registry.matches(reference_to(ids[1]), abstract(HeapKind::array)));
  EXPECT_TRUE(registry.matches(abstract(HeapKind::nofunc), reference_to(ids[0])));
  EXPECT_TRUE(registry.matches(abstract(HeapKind::none), reference_to(ids[1])));
  EXPECT_FALSE(registry.matches(abstract(HeapKind::none), reference_to(ids[0])));
  EXPECT_FALSE(registry.matches(abstract(HeapKind::func), reference_to(ids[0])));
  EXPECT_TRUE(registry.matches(reference_to(ids[0], false), reference_to(ids[0], true)));
  EXPECT_FALSE(registry.matches(reference_to(ids[0], true), reference_to(ids[0], false)));
  EXPECT_FALSE(registry.matches(decoder::i32, decoder::funcref));
  EXPECT_FALSE(registry.matches(decoder::i32, decoder::i64));
}

ValueType exact_reference_to(std::uint32_t index) {
  return ValueType::reference(HeapType::defined(index, true), true);
}

SubType described_by(SubType type, std::uint32_t descriptor) {
  type.descriptor = descriptor;
  return type;
}

SubType describing(SubType type, std::uint32_t described) {
  type.described = described;
  return type;
}

TEST(TypeRegistry, TellsExactFromOtherReferences) {
  TypeRegistry registry;
  const auto ids = registry.intern(groups({{structure({})},
                                           {function({reference_to(0)})},
                                           {function({exact_reference_to(0)})},
                                           {function({exact_reference_to(0)})}}));
  EXPECT_NE(ids[1], ids[2]);
  EXPECT_EQ(ids[2], ids[3]);
  EXPECT_EQ(registry.intern(decoder::FunctionType{{exact_reference_to(ids[0])}, {}}), ids[2]);
}

TEST(TypeRegistry, TellsTypesByTheirDescriptors) {
  TypeRegistry registry;
  const auto pair = [](std::uint32_t first) {
    return std::vector{described_by(structure({}), first + 1), describing(structure({}), first)};
  };
  const auto ids = registry.intern(
      groups({pair(0), pair(2), {structure({}), structure({})}, {structure({}), structure({})}}));
  EXPECT_EQ(ids[0], ids[2]);
  EXPECT_EQ(ids[1], ids[3]);
  EXPECT_NE(ids[0], ids[4]);
  EXPECT_NE(ids[1], ids[5]);
  EXPECT_EQ(ids[4], ids[6]);
  EXPECT_EQ(registry.get(ids[0]).type.descriptor, ids[1]) << "indices have become numbers";
  EXPECT_EQ(registry.get(ids[1]).type.described, ids[0]);

  // The same four types, but each described by the other's descriptor.
  const auto straight =
      registry.intern(groups({{described_by(structure({}), 2), described_by(structure({}), 3),
                               describing(structure({}), 0), describing(structure({}), 1)}}));
  const auto crossed =
      registry.intern(groups({{described_by(structure({}), 3), described_by(structure({}), 2),
                               describing(structure({}), 1), describing(structure({}), 0)}}));
  EXPECT_NE(straight[0], crossed[0]);
}

TEST(TypeRegistry, AnExactTypeIsAboveItselfOnly) {
  TypeRegistry registry;
  const auto ids =
      registry.intern(groups({{open(structure({}))}, {open(structure({}), {0})}, {function({})}}));
  const auto matches = [&](const ValueType& sub, const ValueType& super) {
    return registry.matches(sub, super);
  };
  EXPECT_TRUE(matches(exact_reference_to(ids[0]), exact_reference_to(ids[0])));
  EXPECT_TRUE(matches(exact_reference_to(ids[0]), reference_to(ids[0])));
  EXPECT_TRUE(matches(exact_reference_to(ids[1]), reference_to(ids[0])));
  EXPECT_TRUE(matches(exact_reference_to(ids[1]), ValueType::reference(HeapKind::eq)));
  EXPECT_TRUE(matches(ValueType::reference(HeapKind::none), exact_reference_to(ids[0])));
  EXPECT_TRUE(matches(ValueType::reference(HeapKind::nofunc), exact_reference_to(ids[2])));
  EXPECT_FALSE(matches(reference_to(ids[0]), exact_reference_to(ids[0])));
  EXPECT_FALSE(matches(exact_reference_to(ids[1]), exact_reference_to(ids[0])));
  EXPECT_FALSE(matches(ValueType::reference(HeapKind::struct_), exact_reference_to(ids[0])));
}

TEST(TypeRegistry, SurvivesDescriptorsThatValidationWouldRefuse) {
  TypeRegistry registry;
  // Of themselves, forward, out of range, of functions and of arrays.
  auto array = structure({decoder::i32});
  array.composite.kind = decoder::CompositeKind::array;
  const auto ids = registry.intern(groups({{describing(described_by(structure({}), 0), 0)},
                                           {describing(structure({}), 4)},
                                           {described_by(structure({}), 0xffff'ffff)},
                                           {described_by(function({}), 5)},
                                           {described_by(array, 1)},
                                           {open(described_by(structure({}), 0), {3})}}));
  for (const auto id : ids) EXPECT_TRUE(registry.is_subtype(id, id));
  EXPECT_EQ(registry.get(ids[4]).layout.descriptor_offset, 0u);
}

TEST(TypeRegistry, SurvivesTypesThatValidationWouldRefuse) {
  TypeRegistry registry;
  // References and supertypes out of range, forward, and to themselves.
  const auto ids =
      registry.intern(groups({{function({reference_to(77)})},
                              {open(structure({}), {1})},
                              {open(structure({}), {99})},
                              {open(structure({reference_to(4)}), {4}), structure({})}}));
  EXPECT_EQ(ids.size(), 5u);
  for (const auto id : ids) EXPECT_TRUE(registry.is_subtype(id, id));
}

// Validation limits how deep it may be (`Limits::subtype_depth`).
TEST(TypeRegistry, KnowsAThousandSupertypes) {
  TypeRegistry registry;
  std::vector<std::vector<SubType>> chain{{open(structure({}))}};
  for (std::uint32_t i = 0; i < 1000; ++i) chain.push_back({open(structure({}), {i})});
  const auto ids = registry.intern(groups(chain));
  EXPECT_EQ(registry.get(ids.back()).layout.depth, 1000u);
  for (const auto id : ids) {
    EXPECT_TRUE(registry.is_subtype(ids.back(), id));
    EXPECT_EQ(registry.is_subtype(id, ids[500]), id >= ids[500]);
  }
}

TEST(TypeRegistry, ServesReadersWhileItGrows) {
  TypeRegistry registry;
  const auto first = registry.intern(decoder::FunctionType{});
  const auto* address = &registry.get(first);
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t)
    threads.emplace_back([&] {
      for (std::uint32_t i = 0; i < 500; ++i) {
        decoder::FunctionType type{std::vector(i, decoder::i32), {}};
        const auto id = registry.intern(type);
        EXPECT_EQ(registry.get(id).type.composite.function.parameters.size(), i);
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(registry.size(), 500u);
  EXPECT_EQ(&registry.get(first), address);
}

}  // namespace
}  // namespace airlock::runtime
