#include "decoder/component/reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decoder/component/testing.hpp"

namespace airlock::decoder::component {
namespace {

using namespace testing;
using ::testing::HasSubstr;

Result<ComponentTree> read(ByteVector binary, const Limits& limits = {}) {
  return read_component(share(std::move(binary)), limits);
}

Error error_of(ByteVector binary, const Limits& limits = {}) {
  auto tree = read(std::move(binary), limits);
  EXPECT_FALSE(tree.has_value());
  return tree ? Error{} : tree.error();
}

/// The only definition of a component with one section.
template <typename T>
T only(int section_id, std::initializer_list<int> contents) {
  auto tree = read(component_of({section(section_id, contents)}));
  EXPECT_TRUE(tree.has_value()) << tree.error().message;
  if (!tree) return {};
  EXPECT_EQ(tree->root().definitions.size(), 1U);
  const auto* body = std::get_if<T>(&tree->root().definitions.at(0).body);
  EXPECT_NE(body, nullptr);
  return body ? *body : T{};
}

template <typename T>
std::optional<T> find_value_type(std::initializer_list<int> contents) {
  const auto type = only<Type>(7, contents);
  const auto* value = std::get_if<DefValType>(&type.body);
  const auto* body = value ? std::get_if<T>(value) : nullptr;
  return body ? std::optional(*body) : std::nullopt;
}

template <typename T>
T only_value_type(std::initializer_list<int> contents) {
  const auto value = find_value_type<T>(contents);
  EXPECT_TRUE(value.has_value());
  return value.value_or(T{});
}

TEST(ComponentReader, EmptyComponent) {
  const auto tree = read(component_of({}));
  ASSERT_TRUE(tree.has_value());
  EXPECT_EQ(tree->components.size(), 1U);
  EXPECT_TRUE(tree->root().definitions.empty());
  EXPECT_EQ(tree->root().size, 8U);
}

TEST(ComponentReader, PreamblesOfOtherThings) {
  EXPECT_EQ(error_of(bytes({0, 'a', 's', 'm', 1, 0, 0, 0})).message,
            "expected a version header for a component");
  EXPECT_EQ(error_of(bytes({0, 'a', 's', 'm', 0x0c, 0, 1, 0})).message, "unknown binary version");
  EXPECT_EQ(error_of(bytes({0, 'A', 's', 'm', 0x0d, 0, 1, 0})).message,
            "magic header not detected");
  EXPECT_EQ(error_of(bytes({})).message, "unexpected end-of-file");
}

TEST(ComponentReader, SectionsMayRepeatInAnyOrder) {
  const auto tree = read(
      component_of({section(7, {1, 0x73}), section(6, {1, 3, 2, 0, 0}), section(7, {1, 0x79})}));
  ASSERT_TRUE(tree.has_value());
  ASSERT_EQ(tree->root().definitions.size(), 3U);
  EXPECT_TRUE(std::holds_alternative<Alias>(tree->root().definitions[1].body));
  EXPECT_EQ(tree->root().definitions[0].offset, 11U);
}

TEST(ComponentReader, UnknownSection) {
  const auto error = error_of(component_of({section(13, {})}));
  EXPECT_THAT(error.message, HasSubstr("malformed section id"));
  EXPECT_EQ(error.offset, 8U);
}

TEST(ComponentReader, SectionsMustBeReadToTheirEnd) {
  EXPECT_EQ(error_of(component_of({section(7, {1, 0x73, 0})})).message, "section size mismatch");
  EXPECT_EQ(error_of(component_of({section(7, {2, 0x73})})).message, "unexpected end-of-file");
}

TEST(ComponentReader, HugeCountsCostNothing) {
  EXPECT_EQ(error_of(component_of({section(7, {0xff, 0xff, 0xff, 0xff, 0x0f, 0x73})})).message,
            "unexpected end-of-file");
  EXPECT_EQ(error_of(component_of({section(7, {1, 0x72, 0xff, 0xff, 0xff, 0xff, 0x0f})})).message,
            "unexpected end-of-file");
  Limits limits;
  limits.component_definitions = 2;
  EXPECT_EQ(
      error_of(component_of({section(7, {2, 0x73, 0x73}), section(7, {1, 0x73})}), limits).kind,
      ErrorKind::limit);
}

TEST(ComponentReader, CoreModulesAreRunsOfBytes) {
  const auto tree = read(component_of({section(1, decoder::testing::module_of({}))}));
  ASSERT_TRUE(tree.has_value());
  const auto& module = std::get<CoreModule>(tree->root().definitions.at(0).body);
  EXPECT_EQ(module.offset, 10U);
  EXPECT_EQ(module.size, 8U);
  EXPECT_TRUE(read_module(tree->binary, module.offset, module.size).has_value());
  EXPECT_EQ(error_of(component_of({section(1, component_of({}))})).message,
            "expected a version header for a module");
}

TEST(ComponentReader, NestedComponentsStandBesideEachOther) {
  const auto inner = component_of({section(4, component_of({section(7, {1, 0x73})}))});
  const auto tree = read(component_of({section(4, inner), section(4, component_of({}))}));
  ASSERT_TRUE(tree.has_value());
  ASSERT_EQ(tree->components.size(), 4U);
  EXPECT_EQ(std::get<NestedComponent>(tree->root().definitions[0].body).component, 1U);
  EXPECT_EQ(std::get<NestedComponent>(tree->components[1].definitions[0].body).component, 2U);
  EXPECT_EQ(std::get<NestedComponent>(tree->root().definitions[1].body).component, 3U);
  EXPECT_EQ(tree->components[2].definitions.size(), 1U);
}

TEST(ComponentReader, NestingIsBounded) {
  EXPECT_TRUE(read(chain_of_components(1000)).has_value());
  const auto error = error_of(chain_of_components(1001));
  EXPECT_EQ(error.kind, ErrorKind::limit);
}

TEST(ComponentReader, TypeNestingIsBounded) {
  const auto nested = [](int depth) {
    ByteVector types = bytes({1});
    for (int i = 0; i < depth; ++i) append(types, bytes({0x41, 1, 1}));
    append(types, bytes({0x73}));
    return component_of({section(7, types)});
  };
  EXPECT_TRUE(read(nested(100)).has_value());
  EXPECT_EQ(error_of(nested(101)).kind, ErrorKind::limit);
  EXPECT_EQ(error_of(nested(100'000)).kind, ErrorKind::limit);
}

TEST(ComponentReader, ValueTypes) {
  EXPECT_EQ(find_value_type<PrimValType>({1, 0x64}), PrimValType::error_context);
  const auto record = only_value_type<RecordType>({1, 0x72, 2, 1, 'a', 0x7f, 1, 'b', 5});
  ASSERT_EQ(record.fields.size(), 2U);
  EXPECT_EQ(record.fields[0].label, "a");
  EXPECT_EQ(record.fields[0].type, ValType(PrimValType::bool_));
  EXPECT_EQ(record.fields[1].type, ValType(std::uint32_t{5}));
  const auto variant = only_value_type<VariantType>({1, 0x71, 2, 1, 'x', 1, 0x7e, 0, 1, 'y', 0, 0});
  ASSERT_EQ(variant.cases.size(), 2U);
  EXPECT_TRUE(variant.cases[0].type);
  EXPECT_FALSE(variant.cases[1].type);
  EXPECT_FALSE(only_value_type<ListType>({1, 0x70, 0x7b}).length);
  EXPECT_EQ(only_value_type<ListType>({1, 0x67, 0x7d, 3}).length, 3U);
  EXPECT_EQ(only_value_type<TupleType>({1, 0x6f, 2, 0x7c, 0x79}).types.size(), 2U);
  EXPECT_EQ(only_value_type<FlagsType>({1, 0x6e, 1, 1, 'f'}).labels.at(0), "f");
  EXPECT_EQ(only_value_type<EnumType>({1, 0x6d, 1, 1, 'e'}).labels.at(0), "e");
  EXPECT_EQ(only_value_type<OptionType>({1, 0x6b, 0x7a}).type, ValType(PrimValType::s32));
  const auto result = only_value_type<ResultType>({1, 0x6a, 0, 1, 0x78});
  EXPECT_FALSE(result.ok);
  EXPECT_EQ(result.error, ValType(PrimValType::s64));
  EXPECT_EQ(only_value_type<OwnType>({1, 0x69, 7}).resource, 7U);
  EXPECT_EQ(only_value_type<BorrowType>({1, 0x68, 7}).resource, 7U);
  EXPECT_FALSE(only_value_type<StreamType>({1, 0x66, 0}).element);
  EXPECT_TRUE(only_value_type<FutureType>({1, 0x65, 1, 0x73}).element);
  EXPECT_EQ(only_value_type<MapType>({1, 0x63, 0x73, 0x79}).key, ValType(PrimValType::string));
}

TEST(ComponentReader, TypeIndicesOfSeveralBytes) {
  EXPECT_EQ(only_value_type<OptionType>({1, 0x6b, 0xc0, 0x00}).type, ValType(std::uint32_t{0x40}));
  EXPECT_EQ(error_of(component_of({section(7, {1, 0x6b, 0xc0, 0x40})})).message,
            "malformed type index");
  EXPECT_EQ(error_of(component_of({section(7, {1, 0x6b, 0x62})})).message,
            "invalid leading byte (0x62) for component value type");
}

TEST(ComponentReader, FunctionAndResourceTypes) {
  const auto type = only<Type>(7, {1, 0x43, 1, 1, 'p', 0x7f, 0, 0x79});
  const auto& function = std::get<FuncType>(type.body);
  EXPECT_TRUE(function.is_async);
  EXPECT_EQ(function.parameters.at(0).label, "p");
  EXPECT_EQ(function.result, ValType(PrimValType::u32));
  const auto resource = only<Type>(7, {1, 0x3f, 0x7f, 1, 4});
  EXPECT_EQ(std::get<ResourceType>(resource.body).destructor, 4U);
}

TEST(ComponentReader, ComponentAndInstanceTypes) {
  const auto type = only<Type>(7, {1, 0x41, 3, 1, 0x73, 3, 0, 1, 'a', 3, 0, 0, 4, 0, 1, 'b', 3, 1});
  const auto& component = std::get<ComponentType>(type.body);
  ASSERT_EQ(component.declarators.size(), 3U);
  const auto& import = std::get<ImportDeclarator>(component.declarators[1].body);
  EXPECT_EQ(import.name.name, "a");
  EXPECT_EQ(import.type.sort, Sort::type);
  EXPECT_EQ(import.type.bound, TypeBound::equal);
  const auto& declared = std::get<ExportDeclarator>(component.declarators[2].body);
  EXPECT_EQ(declared.type.bound, TypeBound::sub_resource);
  EXPECT_EQ(error_of(component_of({section(7, {1, 0x42, 1, 3, 0, 1, 'a', 3, 1})})).message,
            "invalid leading byte (0x3) for component or instance type declaration");
}

TEST(ComponentReader, CoreTypes) {
  const auto group = only<CoreType>(3, {1, 0, 0x50, 0, 0x60, 0, 0});
  EXPECT_FALSE(std::get<CoreTypeGroup>(group.body).types.at(0).is_final);
  const auto type = only<CoreType>(3, {1, 0x50, 4, 1, 0x60, 0, 0, 0,   1, 'a', 1, 'b', 0, 0,  //
                                       2, 0x10, 1, 1, 0,    3, 1, 'e', 0, 0});
  const auto& module = std::get<CoreModuleType>(type.body);
  ASSERT_EQ(module.declarators.size(), 4U);
  EXPECT_EQ(std::get<decoder::Import>(module.declarators[1].body).name, "b");
  EXPECT_EQ(std::get<CoreOuterAlias>(module.declarators[2].body).count, 1U);
  EXPECT_EQ(std::get<CoreExportDeclarator>(module.declarators[3].body).name, "e");
  EXPECT_EQ(error_of(component_of({section(3, {1, 0x50, 1, 1, 0x50, 0})})).kind,
            ErrorKind::malformed);
}

TEST(ComponentReader, Instances) {
  const auto core = only<CoreInstance>(2, {1, 0, 3, 1, 1, 'i', 0x12, 5});
  EXPECT_EQ(std::get<CoreInstantiate>(core.body).arguments.at(0).instance, 5U);
  const auto bundle = only<CoreInstance>(2, {1, 1, 1, 1, 'f', 4, 2});
  EXPECT_EQ(std::get<std::vector<CoreInlineExport>>(bundle.body).at(0).item,
            (SortIndex{Sort::core_tag, 2}));
  const auto instance = only<Instance>(5, {1, 0, 3, 1, 1, 'x', 0, 0x11, 5});
  EXPECT_EQ(std::get<Instantiate>(instance.body).arguments.at(0).item,
            (SortIndex{Sort::core_module, 5}));
  EXPECT_EQ(error_of(component_of({section(5, {1, 2, 0, 0})})).message,
            "invalid leading byte (0x2) for instance");
}

TEST(ComponentReader, Aliases) {
  const auto of_export = only<Alias>(6, {1, 5, 0, 2, 1, 'g'});
  EXPECT_EQ(of_export.sort, Sort::instance);
  EXPECT_FALSE(std::get<ExportAlias>(of_export.target).is_core);
  const auto of_core = only<Alias>(6, {1, 0, 2, 1, 2, 1, 'g'});
  EXPECT_EQ(of_core.sort, Sort::core_memory);
  EXPECT_TRUE(std::get<ExportAlias>(of_core.target).is_core);
  const auto outer = only<Alias>(6, {1, 0, 0x11, 2, 1, 9});
  EXPECT_EQ(std::get<OuterAlias>(outer.target).index, 9U);
  const auto message = [](std::initializer_list<int> contents) {
    return error_of(component_of({section(6, contents)})).message;
  };
  EXPECT_EQ(message({1, 3, 3, 0, 0}), "invalid leading byte (0x3) for alias");
  EXPECT_EQ(message({1, 6, 2, 0, 0}), "invalid leading byte (0x6) for component outer alias kind");
  EXPECT_EQ(message({1, 0, 5, 2, 0, 0}),
            "invalid leading byte (0x5) for component outer alias kind");
  EXPECT_EQ(message({1, 5, 2, 0, 0}), "invalid leading byte (0x5) for component outer alias kind");
}

TEST(ComponentReader, ExternNamesKeepTheirAttributes) {
  const auto import =
      only<Import>(10, {1, 2, 1, 'i', 2, 0, 5, 'a', ':', 'b', '/', 'x', 2, 1, '!', 5, 0});
  EXPECT_EQ(import.name.name, "i");
  EXPECT_EQ(import.name.implements, "a:b/x");
  EXPECT_EQ(import.name.external_id, "!");
  EXPECT_EQ(error_of(component_of({section(10, {1, 2, 1, 'i', 2, 2, 0, 2, 0, 5, 0})})).message,
            "duplicate 'external-id' option in name");
}

TEST(ComponentReader, ExportsAndTheirAscribedTypes) {
  const auto plain = only<Export>(11, {1, 0, 1, 'm', 0, 0x11, 0, 0});
  EXPECT_EQ(plain.item.sort, Sort::core_module);
  EXPECT_FALSE(plain.type);
  const auto ascribed = only<Export>(11, {1, 0, 1, 'e', 1, 0, 1, 1, 3});
  ASSERT_TRUE(ascribed.type);
  EXPECT_EQ(ascribed.type->index, 3U);
}

TEST(ComponentReader, Canonicals) {
  const auto lift = only<Canon>(8, {1, 0, 0, 1, 3, 0, 3, 0, 4, 5, 6});
  EXPECT_EQ(lift.kind, CanonKind::lift);
  EXPECT_EQ(lift.function, 1U);
  EXPECT_EQ(lift.type, 6U);
  ASSERT_EQ(lift.options.size(), 3U);
  EXPECT_EQ(lift.options[2].kind, CanonOptionKind::realloc);
  EXPECT_EQ(lift.options[2].index, 5U);
  const auto context = only<Canon>(8, {1, 0x0b, 0x7f, 1});
  EXPECT_EQ(context.kind, CanonKind::context_set);
  EXPECT_EQ(context.context_slot, 1U);
  EXPECT_EQ(only<Canon>(8, {1, 0x20, 0, 2}).memory, 2U);
  EXPECT_EQ(only<Canon>(8, {1, 0x2e, 7}).type, 7U);
  EXPECT_EQ(only<Canon>(8, {1, 0x2f, 7}).kind, CanonKind::future_forward);
  EXPECT_TRUE(only<Canon>(8, {1, 0x12, 3, 1}).is_async);
  EXPECT_EQ(only<Canon>(8, {1, 0x41, 0, 3, 4}).table, 4U);
}

/// The byte in place of the former `cancellable` immediate.
TEST(ComponentReader, ReservedBytesOfCanonicalsAreZero) {
  for (const int code : {0x0c, 0x20, 0x21, 0x29, 0x2a, 0x2b, 0x2c, 0x2d}) {
    const auto error = error_of(component_of({section(8, {1, code, 1, 0})}));
    EXPECT_EQ(error.message, "non-zero reserved byte") << code;
    EXPECT_EQ(error.offset, 12U) << code;
  }
}

/// Every opcode that has a name is read, and no other.
TEST(ComponentReader, EveryCanonicalHasANameAndTheOthersAreRefused) {
  for (int code = 2; code < 256; ++code) {
    const auto name = to_string(static_cast<CanonKind>(code));
    // Zero immediates are valid for every definition; bytes that remain are another error.
    const auto error = error_of(component_of({section(8, {1, code, 0x7f, 0, 0, 0, 0, 0, 0, 0})}));
    const bool is_refused = error.message.starts_with("invalid leading byte") &&
                            error.message.ends_with("canonical function");
    EXPECT_EQ(name.empty(), is_refused) << code << ' ' << error.message;
  }
}

TEST(ComponentReader, NamesOfDefinitions) {
  ByteVector custom = bytes({14});
  append(custom, bytes("component-name"));
  append(custom, bytes({0, 3, 2, 'h', 'i'}));                 // the component's own
  append(custom, bytes({1, 6, 1, 1, 7, 2, 'f', 'n'}));        // func 7
  append(custom, bytes({1, 7, 0, 0x11, 1, 0, 2, 'm', '0'}));  // core module 0
  const auto tree = read(component_of({section(0, custom)}));
  ASSERT_TRUE(tree.has_value());
  EXPECT_EQ(tree->root().names.component, "hi");
  EXPECT_EQ(tree->root().names.find(Sort::function, 7), "fn");
  EXPECT_EQ(tree->root().names.find(Sort::core_module, 0), "m0");
  EXPECT_EQ(tree->root().names.find(Sort::instance, 0), "");
  EXPECT_EQ(tree->root().customs.size(), 1U);
}

TEST(ComponentReader, MalformedNamesAreNoError) {
  ByteVector custom = bytes({14});
  append(custom, bytes("component-name"));
  append(custom, bytes({0xff, 0xfe, 1}));
  EXPECT_TRUE(read(component_of({section(0, custom)})).has_value());
}

/// A component with something of every section.
ByteVector sample() {
  ByteVector custom = bytes({14});
  append(custom, bytes("component-name"));
  append(custom, bytes({0, 3, 2, 'h', 'i'}));
  return component_of(
      {section(7,
               {4,    0x40, 1, 1,   'p', 0x73, 0, 0x79, 0x72, 1, 1,    'a', 0x7f,  //
                0x71, 1,    1, 'x', 1,   0x7e, 0, 0x41, 2,    1, 0x73, 4,   0,    1, 'b', 3, 0, 0}),
       section(10, {1, 2, 1, 'f', 1, 2, 1, 'i', 1, 0}), section(4, chain_of_components(3)),
       section(1, decoder::testing::module_with_body(bytes({0x0b}))),
       section(2, {2, 0, 0, 0, 1, 1, 1, 'f', 0, 0}),
       section(3, {1, 0x50, 2, 1, 0x60, 0, 0, 0, 1, 'a', 1, 'b', 0, 0}),
       section(5, {2, 0, 0, 1, 1, 'x', 1, 0, 1, 1, 0, 1, 'g', 1, 0}),
       section(6, {2, 1, 0, 2, 1, 'g', 3, 2, 0, 0}), section(8, {2, 1, 0, 0, 1, 1, 0x20, 0, 0}),
       section(11, {1, 0, 1, 'e', 1, 0, 1, 1, 0}), section(0, custom)});
}

TEST(ComponentReader, EveryTruncationIsAnErrorOrAShorterComponent) {
  const auto whole = sample();
  ASSERT_TRUE(read(whole).has_value());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto tree = read(ByteVector(whole.begin(), whole.begin() + static_cast<long>(size)));
    if (!tree) {
      EXPECT_EQ(tree.error().message, "unexpected end-of-file") << size;
      EXPECT_LE(*tree.error().offset, size);
    }
  }
}

TEST(ComponentReader, EveryChangedByteIsRead) {
  const auto whole = sample();
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const int change : {0x01, 0x40, 0x80, 0xff}) {
      auto changed = whole;
      changed[at] ^= static_cast<std::byte>(change);
      const auto tree = read(changed);
      if (!tree) {
        EXPECT_FALSE(tree.error().message.empty());
      }
    }
  }
}

}  // namespace
}  // namespace airlock::decoder::component
