#include "runtime/heap.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <functional>

#include "runtime/instance.hpp"

namespace airlock::runtime {
namespace {

using decoder::CompositeKind;
using decoder::HeapKind;
using decoder::SubType;
using decoder::ValueType;

constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20;

SubType composite(CompositeKind kind, const std::vector<ValueType>& fields) {
  SubType type;
  type.composite.kind = kind;
  for (const auto& field : fields) type.composite.fields.push_back({field, true});
  return type;
}

/// A root that tests set.
struct Roots final : RootSource {
  std::vector<Slot> slots;
  std::vector<Slot> words;
  void trace(Marker& marker) override {
    marker.references(slots);
    marker.words(words.data(), words.data() + words.size());
  }
};

/// A heap with a type of lists `(struct (field i32) (field (ref null any)))`, arrays of references
/// and arrays of bytes.
class HeapTest : public ::testing::Test {
 protected:
  explicit HeapTest(HeapConfiguration configuration = {.limit = 64 * mebibyte})
      : heap(types, configuration) {
    const auto any = ValueType::reference(HeapKind::any);
    list = intern(composite(CompositeKind::structure, {decoder::i32, any}));
    references = intern(composite(CompositeKind::array, {any}));
    bytes = intern(composite(CompositeKind::array, {{decoder::ValueKind::i8}}));
    heap.know_types();
    heap.add(roots);
  }
  ~HeapTest() override { heap.remove(roots); }

  const Layout* intern(const SubType& type) {
    decoder::Module module;
    module.types.push_back(type);
    module.groups.push_back({.first = 0, .count = 1});
    return &types.get(types.intern(module)[0]).layout;
  }

  static std::uint64_t bits(const void* object) { return reinterpret_cast<std::uint64_t>(object); }
  static Slot slot(const void* object) { return {.bits = bits(object)}; }

  /// A list node; null if the heap is exhausted.
  Object* node(std::uint32_t number, const Object* next) {
    Object* object = heap.allocate_structure(*list);
    if (object == nullptr) return nullptr;
    const Slot fields[] = {{.bits = number}, slot(next)};
    for (std::size_t i = 0; i < 2; ++i)
      store_field(object->at(list->fields[i].offset), list->fields[i], &fields[i]);
    return object;
  }
  Object* next(const Object* object) const {
    return reinterpret_cast<Object*>(
        load_field(object->at(list->fields[1].offset), list->fields[1])[0].bits);
  }
  std::uint32_t number(const Object* object) const {
    return load_field(object->at(list->fields[0].offset), list->fields[0])[0].i32;
  }
  Object* array(std::uint32_t length) {
    Object* object = heap.allocate_array(*references, length);
    if (object != nullptr) std::memset(object->payload(), 0, std::size_t{length} * 8);
    return object;
  }
  static void set(Object* array, std::uint32_t index, const Object* value) {
    const Slot element = slot(value);
    std::memcpy(array->payload() + std::size_t{index} * 8, &element, sizeof element);
  }

  TypeRegistry types;
  Heap heap;
  Roots roots;
  const Layout* list = nullptr;
  const Layout* references = nullptr;
  const Layout* bytes = nullptr;
};

TEST(Layout, PacksFieldsWithTheirAlignment) {
  Layout layout;
  lay_out(composite(CompositeKind::structure, {{decoder::ValueKind::i8},
                                               {decoder::ValueKind::i16},
                                               decoder::i32,
                                               decoder::f64,
                                               decoder::v128,
                                               {decoder::ValueKind::i8},
                                               ValueType::reference(HeapKind::eq),
                                               decoder::funcref}),
          nullptr, layout);
  std::vector<std::uint32_t> offsets;
  for (const auto& field : layout.fields) offsets.push_back(field.offset);
  EXPECT_EQ(offsets, (std::vector<std::uint32_t>{8, 10, 12, 16, 24, 40, 48, 56}));
  EXPECT_EQ(layout.size, 64u);
  EXPECT_EQ(layout.references, std::vector<std::uint32_t>{48});
}

TEST(Layout, OfAnExtensionHasTheFieldsOfTheSupertypeInTheirPlaces) {
  std::vector<ValueType> fields;
  std::vector<std::uint32_t> previous;
  for (const auto& field : {decoder::i32, decoder::i64, ValueType{decoder::ValueKind::i8},
                            decoder::v128, ValueType{decoder::ValueKind::i16}, decoder::f32}) {
    fields.push_back(field);
    Layout layout;
    lay_out(composite(CompositeKind::structure, fields), nullptr, layout);
    std::vector<std::uint32_t> offsets;
    for (const auto& place : layout.fields) offsets.push_back(place.offset);
    EXPECT_TRUE(std::equal(previous.begin(), previous.end(), offsets.begin()));
    previous = offsets;
  }
}

std::vector<std::uint32_t> offsets_of(const Layout& layout) {
  std::vector<std::uint32_t> offsets;
  for (const auto& field : layout.fields) offsets.push_back(field.offset);
  return offsets;
}

TEST(Layout, ADescriptorLiesBeforeTheFieldsOfTheTypeThatBringsIt) {
  const ValueType byte{decoder::ValueKind::i8};
  auto described = composite(CompositeKind::structure, {byte, decoder::i32});
  described.descriptor = 1;
  Layout first;
  lay_out(described, nullptr, first);
  EXPECT_EQ(first.descriptor_offset, 8u);
  EXPECT_EQ(offsets_of(first), (std::vector<std::uint32_t>{16, 20}));
  EXPECT_EQ(first.references, std::vector<std::uint32_t>{8});
  EXPECT_TRUE(first.has_references);

  // A supertype without one keeps its fields where they are.
  Layout plain;
  lay_out(composite(CompositeKind::structure, {byte}), nullptr, plain);
  EXPECT_EQ(plain.descriptor_offset, 0u);
  Layout second;
  lay_out(described, &plain, second);
  EXPECT_EQ(second.descriptor_offset, 16u);
  EXPECT_EQ(offsets_of(second), (std::vector<std::uint32_t>{8, 24}));

  // And subtypes keep both.
  auto extended = composite(CompositeKind::structure, {byte, decoder::i32, byte, decoder::i64});
  extended.descriptor = 1;
  Layout third;
  lay_out(extended, &second, third);
  EXPECT_EQ(third.descriptor_offset, 16u);
  EXPECT_EQ(offsets_of(third), (std::vector<std::uint32_t>{8, 24, 28, 32}));
  EXPECT_EQ(third.size, 40u);
}

TEST(Layout, OfAStructureWithoutFieldsHoldsItsDescriptor) {
  auto described = composite(CompositeKind::structure, {});
  described.descriptor = 1;
  Layout layout;
  lay_out(described, nullptr, layout);
  EXPECT_EQ(layout.descriptor_offset, 8u);
  EXPECT_EQ(layout.size, 16u);
}

TEST(Layout, FindsTheSmallestCellThatHolds) {
  for (std::uint32_t size = 1; size <= largest_cell; ++size) {
    const auto number = size_class_of(size);
    ASSERT_LT(number, cell_sizes.size()) << size;
    ASSERT_GE(cell_sizes[number], size);
    if (number != 0) {
      ASSERT_LT(cell_sizes[number - 1], size);
    }
  }
  EXPECT_EQ(size_class_of(largest_cell + 1), large_class);
  EXPECT_EQ(size_class_of(~std::uint64_t{0}), large_class);
}

TEST(Reference, TellsItsKindsApart) {
  for (const std::uint32_t number : {0u, 1u, 0x3fff'ffffu, 0x4000'0000u, 0x7fff'ffffu}) {
    EXPECT_TRUE(is_i31(make_i31(number)));
    EXPECT_FALSE(is_external(make_i31(number)));
    EXPECT_FALSE(is_address(make_i31(number)));
    EXPECT_EQ(i31_unsigned(make_i31(number)), number);
  }
  EXPECT_EQ(i31_signed(make_i31(0x7fff'ffff)), 0xffff'ffffu);
  EXPECT_EQ(i31_signed(make_i31(0x4000'0000)), 0xc000'0000u);
  EXPECT_EQ(i31_signed(make_i31(0x3fff'ffff)), 0x3fff'ffffu);
  EXPECT_EQ(make_i31(0x8000'0001), make_i31(1));
  for (const std::uint64_t number : {std::uint64_t{0}, std::uint64_t{5}, external_numbers - 1}) {
    EXPECT_TRUE(is_external(make_external(number)));
    EXPECT_FALSE(is_i31(make_external(number)));
    EXPECT_EQ(external_number(make_external(number)), number);
  }
}

TEST_F(HeapTest, TakesNothingBeforeItIsUsed) {
  EXPECT_EQ(heap.statistics().used_bytes, 0u);
  EXPECT_FALSE(heap.is_object(bits(&heap)));
  heap.collect();
  EXPECT_EQ(heap.statistics().collections, 0u);
}

TEST_F(HeapTest, KeepsWhatIsReachableAndReusesTheRest) {
  Object* kept = node(7, nullptr);
  roots.slots = {slot(kept)};
  const Object* lost = node(8, nullptr);
  heap.collect();
  EXPECT_TRUE(heap.is_object(bits(kept)));
  EXPECT_FALSE(heap.is_object(bits(lost)));
  EXPECT_EQ(number(kept), 7u);
  EXPECT_EQ(heap.statistics().live_bytes, cell_sizes[list->size_class]);
  EXPECT_EQ(node(9, nullptr), lost);
  EXPECT_EQ(number(kept), 7u);
}

TEST_F(HeapTest, FollowsDescriptors) {
  decoder::Module module;
  module.types.assign(2, composite(CompositeKind::structure, {decoder::i32}));
  module.types[0].descriptor = 1;
  module.types[1].described = 0;
  module.groups.push_back({.first = 0, .count = 2});
  const auto ids = types.intern(module);
  heap.know_types();
  const Layout& described = types.get(ids[0]).layout;
  Object* object = heap.allocate_structure(described);
  Object* descriptor = heap.allocate_structure(types.get(ids[1]).layout);
  ASSERT_NE(descriptor, nullptr);
  const std::uint64_t address = bits(descriptor);
  std::memcpy(object->at(described.descriptor_offset), &address, sizeof address);
  roots.slots = {slot(object)};
  heap.collect();
  EXPECT_TRUE(heap.is_object(bits(object)));
  EXPECT_TRUE(heap.is_object(address));
  roots.slots.clear();
  heap.collect();
  EXPECT_FALSE(heap.is_object(address));
}

TEST_F(HeapTest, FreesCycles) {
  Object* one = node(1, nullptr);
  Object* two = node(2, one);
  const Slot back = slot(two);
  store_field(one->at(list->fields[1].offset), list->fields[1], &back);
  roots.slots = {slot(one)};
  heap.collect();
  EXPECT_TRUE(heap.is_object(bits(two)));
  roots.slots.clear();
  heap.collect();
  EXPECT_FALSE(heap.is_object(bits(one)));
  EXPECT_FALSE(heap.is_object(bits(two)));
  EXPECT_EQ(heap.statistics().used_bytes, 0u);
}

TEST_F(HeapTest, FollowsAListOfAMillionNodes) {
  constexpr std::uint32_t length = 1'000'000;
  roots.slots.resize(1);
  for (std::uint32_t i = 0; i < length; ++i) {
    Object* made = node(i, reinterpret_cast<Object*>(roots.slots[0].bits));
    ASSERT_NE(made, nullptr);
    roots.slots[0] = slot(made);
  }
  heap.collect();
  const auto* object = reinterpret_cast<const Object*>(roots.slots[0].bits);
  for (std::uint32_t i = length; i-- > 0; object = next(object)) ASSERT_EQ(number(object), i);
  EXPECT_EQ(object, nullptr);
}

// More objects wait to be scanned than the marker's stack holds.
TEST_F(HeapTest, FollowsMoreThanTheMarkersStackHolds) {
  constexpr std::uint32_t width = 400'000;
  Object* wide = array(width);
  ASSERT_NE(wide, nullptr);
  roots.slots = {slot(wide)};
  for (std::uint32_t i = 0; i < width; ++i) {
    Object* child = node(i, nullptr);
    set(wide, i, child);
    roots.words = {slot(child)};
    set(wide, i, node(i + 1, child));
  }
  // All of them are roots as well, so all are on the marker's stack at the same time.
  for (std::uint32_t i = 0; i < width; ++i) {
    Slot element{};
    std::memcpy(&element, wide->payload() + std::size_t{i} * 8, sizeof element);
    roots.slots.push_back(element);
  }
  roots.words.clear();
  heap.collect();
  EXPECT_EQ(heap.statistics().live_bytes,
            2 * width * std::uint64_t{cell_sizes[list->size_class]} +
                (references->array_bytes(width) + block_bytes - 1) / block_bytes * block_bytes);
  for (std::uint32_t i = 0; i < width; ++i) {
    const auto* outer = reinterpret_cast<const Object*>(roots.slots[i + 1].bits);
    ASSERT_EQ(number(next(outer)), i);
  }
}

TEST_F(HeapTest, HasRoomForEverySize) {
  std::vector<Object*> objects;
  for (std::uint32_t size = 0; size < 3 * block_bytes; size += size < 300 ? 1 : 997) {
    Object* object = heap.allocate_array(*bytes, size);
    ASSERT_NE(object, nullptr);
    std::memset(object->payload(), static_cast<int>(size % 251), size);
    objects.push_back(object);
    roots.slots.push_back(slot(object));
  }
  heap.collect();
  for (const Object* object : objects) {
    ASSERT_TRUE(heap.is_object(bits(object)));
    const auto size = object->length;
    for (std::uint32_t i = 0; i < size; ++i)
      ASSERT_EQ(object->payload()[i], static_cast<std::byte>(size % 251));
  }
  roots.slots.clear();
  heap.collect();
  EXPECT_EQ(heap.statistics().used_bytes, 0u);
}

TEST_F(HeapTest, TakesOnlyExactAddressesForReferences) {
  Object* object = node(1, nullptr);
  Object* large = heap.allocate_array(*bytes, 5 * block_bytes);
  for (const Object* it : {object, large}) {
    EXPECT_TRUE(heap.is_object(bits(it)));
    for (const std::uint64_t distance : {1, 4, 8, 16})
      EXPECT_FALSE(heap.is_object(bits(it) + distance)) << distance;
    EXPECT_FALSE(heap.is_object(bits(it) - 8));
  }
  EXPECT_FALSE(heap.is_object(bits(large) + block_bytes));
  // The cell after it is free, whatever it once held.
  EXPECT_FALSE(heap.is_object(bits(object) + cell_sizes[list->size_class]) &&
               heap.statistics().collections != 0);
  EXPECT_FALSE(heap.is_object(0));
  EXPECT_FALSE(heap.is_object(~std::uint64_t{0}));
  EXPECT_FALSE(heap.is_object(make_i31(77)));

  roots.words = {{.bits = bits(object) + 8}, {.bits = bits(large) + 1}};
  heap.collect();
  EXPECT_FALSE(heap.is_object(bits(object)));
  EXPECT_FALSE(heap.is_object(bits(large)));
}

TEST_F(HeapTest, SeesReferencesInWords) {
  const Object* object = node(3, node(4, nullptr));
  roots.words = {{.bits = 17}, slot(object)};
  heap.collect();
  ASSERT_TRUE(heap.is_object(bits(object)));
  EXPECT_EQ(number(next(object)), 4u);
}

TEST_F(HeapTest, KeepsWhatAHostHolds) {
  const Object* object = node(3, nullptr);
  {
    Root root = heap.root(bits(object));
    Root moved = std::move(root);
    heap.collect();
    EXPECT_TRUE(heap.is_object(moved.bits()));
  }
  heap.collect();
  EXPECT_FALSE(heap.is_object(bits(object)));
}

TEST(Root, MayOutliveItsHeap) {
  TypeRegistry types;
  auto heap = std::make_unique<Heap>(types, HeapConfiguration{.limit = mebibyte});
  const Root root = heap->root(make_i31(5));
  heap.reset();
  EXPECT_EQ(root.bits(), make_i31(5));
}

TEST_F(HeapTest, FollowsTheReferencesInExceptions) {
  decoder::FunctionType type;
  type.parameters = {decoder::i64, decoder::v128, ValueType::reference(HeapKind::any)};
  const Tag tag{types.intern(type)};
  const Object* object = node(3, nullptr);
  const Object* hidden = node(4, nullptr);
  roots.words = {slot(object), slot(hidden)};
  ExceptionObject* exception = heap.allocate_exception(tag, 4);
  ASSERT_NE(exception, nullptr);
  exception->slots()[0] = exception->slots()[1] = exception->slots()[2] = slot(hidden);
  exception->slots()[3] = slot(object);
  roots.words.clear();
  roots.slots = {slot(exception)};
  heap.collect();
  EXPECT_TRUE(heap.is_object(bits(exception)));
  EXPECT_TRUE(heap.is_object(bits(object)));
  EXPECT_FALSE(heap.is_object(bits(hidden)));  // a number that looks like one
}

class SmallHeapTest : public HeapTest {
 protected:
  SmallHeapTest() : HeapTest({.limit = mebibyte}) {}
};

TEST_F(SmallHeapTest, RefusesWhatExceedsItsLimit) {
  EXPECT_EQ(heap.allocate_array(*bytes, 2 * mebibyte), nullptr);
  EXPECT_EQ(heap.allocate_array(*references, ~std::uint32_t{0}), nullptr);
  std::uint32_t count = 0;
  roots.slots.resize(1);
  for (;; ++count) {
    Object* made = node(count, reinterpret_cast<Object*>(roots.slots[0].bits));
    if (made == nullptr) break;
    roots.slots[0] = slot(made);
    ASSERT_LT(count, mebibyte / 16);
  }
  EXPECT_GT(count, mebibyte / 32);  // nearly all of it could be used
  EXPECT_LE(heap.statistics().used_bytes, mebibyte);
  EXPECT_NE(heap.exhausted_text().find("1048576 bytes (Limits::heap_bytes)"), std::string::npos);
  // Once the list is gone there is room again.
  roots.slots.clear();
  Object* made = nullptr;
  for (int i = 0; made == nullptr && i < 3; ++i) made = node(0, nullptr);
  EXPECT_NE(made, nullptr);
}

TEST_F(SmallHeapTest, RunsForEverOnWhatIsFreed) {
  roots.slots.resize(1);
  std::uint64_t allocated = 0;
  for (std::uint32_t i = 0; allocated < 100 * mebibyte; ++i) {
    // A list that is dropped from time to time, and arrays of all sizes.
    Object* made =
        node(i, i % 1000 == 0 ? nullptr : reinterpret_cast<Object*>(roots.slots[0].bits));
    ASSERT_NE(made, nullptr);
    roots.slots[0] = slot(made);
    const std::uint32_t length = i * 2654435761u % (i % 64 == 0 ? 100'000 : 500);
    ASSERT_NE(heap.allocate_array(*bytes, length), nullptr) << length;
    allocated += list->size + bytes->array_bytes(length);
    ASSERT_LE(heap.statistics().used_bytes, mebibyte);
  }
  EXPECT_GT(heap.statistics().collections, 90u);
}

// When next to nothing is free, a program may not spend its time collecting.
TEST_F(SmallHeapTest, GivesUpInsteadOfCollectingForEver) {
  roots.slots.resize(1);
  std::uint32_t count = 0;
  for (;; ++count) {
    Object* made = node(count, reinterpret_cast<Object*>(roots.slots[0].bits));
    if (made == nullptr) break;
    roots.slots[0] = slot(made);
  }
  roots.slots[0] = slot(next(reinterpret_cast<Object*>(roots.slots[0].bits)));
  std::uint32_t failures = 0;
  for (std::uint32_t i = 0; i < 100; ++i) failures += node(i, nullptr) == nullptr ? 1 : 0;
  EXPECT_GT(failures, 0u);
  EXPECT_LT(heap.statistics().collections, 150u);
}

TEST(Heap, WithoutALimitHoldsNothing) {
  TypeRegistry types;
  Heap heap(types, {.limit = 0});
  Layout layout;
  lay_out(composite(CompositeKind::structure, {decoder::i32}), nullptr, layout);
  EXPECT_EQ(heap.allocate_structure(layout), nullptr);
}

class EagerHeapTest : public HeapTest {
 protected:
  EagerHeapTest() : HeapTest({.limit = mebibyte, .collects_always = true}) {}
};

TEST_F(EagerHeapTest, CollectsAtEveryAllocation) {
  const Object* lost = node(1, nullptr);
  roots.slots = {slot(node(2, nullptr))};
  EXPECT_FALSE(heap.is_object(bits(lost)) && bits(lost) != roots.slots[0].bits);
  for (std::uint32_t i = 0; i < 100; ++i) (void)node(i, nullptr);
  EXPECT_GE(heap.statistics().collections, 100u);
  EXPECT_EQ(number(reinterpret_cast<Object*>(roots.slots[0].bits)), 2u);
}

}  // namespace
}  // namespace airlock::runtime
