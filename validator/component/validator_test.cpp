#include "validator/component/validator.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decoder/component/testing.hpp"
#include "decoder/text/parser.hpp"

namespace airlock::validator::component {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Bytes = std::vector<std::byte>;

Result<ValidComponent> validate_binary(Bytes binary, const Limits& limits = {}) {
  auto shared = std::make_shared<const Bytes>(std::move(binary));
  auto tree = syntax::read_component(shared, limits);
  if (!tree) return std::unexpected(tree.error());
  return validate_component(std::make_shared<const syntax::ComponentTree>(std::move(*tree)),
                            limits);
}

Bytes assemble(std::string_view source) {
  auto assembled = decoder::text::assemble(source);
  EXPECT_TRUE(assembled.has_value()) << source << '\n' << assembled.error().message;
  return assembled ? assembled->binary : Bytes();
}

ValidComponent valid(std::string_view source) {
  auto result = validate_binary(assemble(source));
  EXPECT_TRUE(result.has_value()) << source << '\n' << result.error().message;
  return result ? std::move(*result) : ValidComponent();
}

Error error_of(std::string_view source, const Limits& limits = {}) {
  auto result = validate_binary(assemble(source), limits);
  EXPECT_FALSE(result.has_value()) << source;
  return result ? Error{} : result.error();
}

std::string message_of(std::string_view source) { return error_of(source).message; }

const ResolvedComponent& root(const ValidComponent& component) {
  return component.components.front();
}

// --- The result of validation ---

TEST(ComponentValidator, EveryDefinitionKnowsItsIndex) {
  const auto component = valid(R"((component
    (core module $m (func (export "f")))
    (core instance $i (instantiate $m))
    (alias core export $i "f" (core func $f))
    (type $t (func))
    (func $g (type $t) (canon lift (core func $f)))
    (export "g" (func $g))))");
  std::vector<std::pair<Sort, std::uint32_t>> found;
  for (const auto& definition : root(component).definitions)
    found.emplace_back(definition.sort, definition.index);
  EXPECT_THAT(found,
              ElementsAre(std::pair(Sort::core_module, 0U), std::pair(Sort::core_instance, 0U),
                          std::pair(Sort::core_function, 0U), std::pair(Sort::type, 0U),
                          std::pair(Sort::function, 0U), std::pair(Sort::function, 1U)));
  EXPECT_EQ(root(component).definitions[4].canon, 0U);
  EXPECT_EQ(root(component).functions[0], root(component).functions[1]);
}

TEST(ComponentValidator, ImportsAndExportsHaveResolvedTypes) {
  const auto component = valid(R"((component
    (type $p (record (field "x" u32) (field "y" (list string))))
    (import "p" (type $q (eq $p)))
    (import "f" (func $f (param "p" $q) (result (option $q))))
    (export "g" (func $f))))");
  const auto& types = *component.types;
  const auto& type = component.root_type();
  ASSERT_EQ(type.imports.size(), 2U);
  const auto& function = types.function(type.imports[1].type.type);
  EXPECT_EQ(function.parameters.at(0).label, "p");
  const auto* record = types[function.parameters.at(0).type].as<RecordType>();
  ASSERT_NE(record, nullptr);
  EXPECT_EQ(record->fields.at(1).label, "y");
  EXPECT_TRUE(types[record->fields.at(1).type].contains_pointer);
  EXPECT_EQ(types[function.parameters.at(0).type].element_size, 24U);
  EXPECT_EQ(type.exports.at(0).name, "g");
  EXPECT_EQ(type.exports.at(0).type.type, type.imports[1].type.type);
}

TEST(ComponentValidator, EqualTypesHaveTheSameStructureWhateverTheirNames) {
  const auto component = valid(R"((component
    (type $a (tuple u32 (record (field "x" char))))
    (type $b (record (field "x" char)))
    (type $c (tuple u32 $b))
    (import "b" (type $d (eq $b)))
    (type $e (tuple u32 $d))
    (type $f (tuple u32 (record (field "y" char))))))");
  const auto& types = *component.types;
  std::vector<std::uint32_t> structures;
  for (const auto type : root(component).types) structures.push_back(types[type].structure);
  // In order: the inner record, $a, $b, $c, $d, $e, an inner record, $f.
  ASSERT_EQ(structures.size(), 8U);
  EXPECT_EQ(structures[0], structures[2]);
  EXPECT_EQ(structures[2], structures[4]);
  EXPECT_EQ(structures[1], structures[3]);
  EXPECT_EQ(structures[3], structures[5]);
  EXPECT_NE(structures[1], structures[7]);
}

TEST(ComponentValidator, CanonicalDefinitionsAreResolved) {
  const auto component = valid(R"((component
    (import "f" (func $f (param "s" string) (result string)))
    (core module $libc (memory (export "m") 1)
      (func (export "r") (param i32 i32 i32 i32) (result i32) unreachable))
    (core instance $libc (instantiate $libc))
    (core func $g (canon lower (func $f) string-encoding=utf16
      (memory (core memory $libc "m")) (realloc (core func $libc "r"))))))");
  ASSERT_EQ(root(component).canons.size(), 1U);
  const auto& canon = root(component).canons[0];
  EXPECT_EQ(canon.options.string_encoding, StringEncoding::utf16);
  EXPECT_EQ(canon.options.memory, 0U);
  EXPECT_EQ(canon.options.realloc, 0U);
  const auto& type = (*component.types)[canon.core_type];
  EXPECT_EQ(type.parameters, (std::vector{decoder::i32, decoder::i32, decoder::i32}));
  EXPECT_TRUE(type.results.empty());
}

/// Every way for a resource type to come into a component, with where its instances find it.
TEST(ComponentValidator, ResourceSlotsSayWhereResourceTypesComeFrom) {
  const auto component = valid(R"((component
    (import "a" (type $a (sub resource)))
    (import "i" (instance $i (export "j" (instance (export "r" (type (sub resource)))))))
    (type $own (resource (rep i32)))
    (component $c
      (type $r (resource (rep i32)))
      (export "made" (type $r)))
    (instance $c (instantiate $c))
    (export "hidden" (type $own) (type (sub resource)))))");
  const auto& slots = root(component).resources;
  ASSERT_EQ(slots.size(), 5U);
  EXPECT_EQ(slots[0].source, ResourceSlot::Source::import);
  EXPECT_EQ(slots[0].index, 0U);
  EXPECT_TRUE(slots[0].path.empty());
  EXPECT_EQ(slots[1].source, ResourceSlot::Source::import);
  EXPECT_EQ(slots[1].index, 1U);
  EXPECT_THAT(slots[1].path, ElementsAre("j", "r"));
  EXPECT_EQ(slots[2].source, ResourceSlot::Source::definition);
  EXPECT_EQ(slots[3].source, ResourceSlot::Source::instance);
  EXPECT_EQ(slots[3].index, 1U);
  EXPECT_THAT(slots[3].path, ElementsAre("made"));
  EXPECT_EQ(slots[4].source, ResourceSlot::Source::type);
  for (std::uint32_t i = 0; i < slots.size(); ++i)
    EXPECT_EQ(component.types->slot_of(slots[i].resource), i);
  EXPECT_EQ(slots[2].definition, 3U);
  // The nested component has a resource type of its own for the one that is `made` in the outer
  // component.
  ASSERT_EQ(component.components.at(1).resources.size(), 1U);
  EXPECT_NE(component.components[1].resources[0].resource, slots[3].resource);
}

TEST(ComponentValidator, InstantiationPutsTheSuppliedResourceInPlaceOfTheImported) {
  const auto component = valid(R"((component
    (component $c
      (import "t" (type $t (sub resource)))
      (import "f" (func $f (param "x" (own $t))))
      (export "g" (func $f)))
    (import "t" (type $t (sub resource)))
    (import "f" (func $f (param "x" (own $t))))
    (instance $i (instantiate $c (with "t" (type $t)) (with "f" (func $f))))
    (alias export $i "g" (func $g))))");
  const auto& functions = root(component).functions;
  ASSERT_EQ(functions.size(), 2U);
  EXPECT_EQ(functions[0], functions[1]);
}

// --- Invalid components; the official suite has many more ---

TEST(ComponentValidator, ErrorsHaveOffsets) {
  const auto error = error_of(R"((component (type string) (type (own 0))))");
  EXPECT_EQ(error.kind, ErrorKind::invalid);
  EXPECT_EQ(error.message, "type index 0 is not a resource type");
  EXPECT_TRUE(error.offset.has_value());
}

TEST(ComponentValidator, ErrorsOfCoreModulesCountFromTheFile) {
  const auto binary = assemble(R"((component (core module (func i32.add))))");
  const auto result = validate_binary(binary);
  ASSERT_FALSE(result.has_value());
  EXPECT_THAT(result.error().message, HasSubstr("type mismatch"));
  EXPECT_GT(*result.error().offset, 16U);
}

TEST(ComponentValidator, SignaturesAreFlattened) {
  // Seventeen flat parameters go through memory, sixteen do not.
  const auto with_parameters = [](int count) {
    std::string parameters;
    for (int i = 0; i < count; ++i)
      parameters += " (param \"p" + std::to_string(i) + "\" (option f32))";
    std::string core;
    for (int i = 0; i < count; ++i) core += " i32 f32";
    return "(component (core module $m (func (export \"f\") (param" + core +
           "))) (core instance $i (instantiate $m)) (func" + parameters +
           " (canon lift (core func $i \"f\"))))";
  };
  (void)valid(with_parameters(8));
  EXPECT_THAT(message_of(with_parameters(9)), HasSubstr("`memory` is required"));
  EXPECT_THAT(message_of(R"((component
    (core module $m (func (export "f") (param i32 i32)))
    (core instance $i (instantiate $m))
    (func (param "p" (result f32 (error u64))) (canon lift (core func $i "f")))))"),
              HasSubstr("lowered parameter types `[I32, I64]`"));
}

TEST(ComponentValidator, ValuesAreNotSupported) {
  EXPECT_EQ(error_of(R"((component (import "v" (value string))))").kind, ErrorKind::unsupported);
}

TEST(ComponentValidator, AComponentMayNotAliasItself) {
  EXPECT_THAT(message_of("(component $c (component (alias outer 1 0 (component))))"),
              HasSubstr("component index out of bounds"));
  EXPECT_THAT(message_of("(component (instance (instantiate 0)))"), HasSubstr("unknown component"));
}

TEST(ComponentValidator, OuterComponentsMayNotLeakResources) {
  EXPECT_THAT(message_of(R"((component
    (import "r" (type $r (sub resource)))
    (type $t (component
      (alias outer 1 $r (type $x))
      (import "y" (type $y (eq $x)))
      (export "f" (func (param "x" (own $y))))))
    (import "c" (component $c (type $t)))
    (component (alias outer 1 $c (component)))))"),
              HasSubstr("transitively refers to resources"));
}

// --- Bounds ---

/// `t0 = u8; t1 = tuple(t0, t0); t2 = tuple(t1, t1) …`
std::string doubling_types(int count) {
  std::string text = "(component (type (tuple u8 u8))";
  for (int i = 0; i < count; ++i)
    text += "(type (tuple " + std::to_string(i) + ' ' + std::to_string(i) + "))";
  return text + ')';
}

TEST(ComponentValidator, TypesThatDoubleAreBounded) {
  (void)valid(doubling_types(15));
  EXPECT_EQ(error_of(doubling_types(200)).message, "type is too large");
}

TEST(ComponentValidator, DeepValueTypesAreBounded) {
  std::string text = "(component (type (list u8))";
  for (int i = 0; i < 200; ++i) text += "(type (list " + std::to_string(i) + "))";
  EXPECT_EQ(error_of(text + ')').message, "type is nested too deep");
}

/// Every instance type exports two instances of the one before, each with resource types of its
/// own.
TEST(ComponentValidator, InstanceTypesThatDoubleAreBounded) {
  std::string text = R"((component (type (instance (export "r" (type (sub resource))))))";
  for (int i = 0; i < 60; ++i) {
    text += "(type (instance (alias outer 1 " + std::to_string(i) +
            " (type)) (export \"a\" (instance (type 0))) (export \"b\" (instance (type 0)))))";
  }
  EXPECT_EQ(error_of(text + ')').kind, ErrorKind::limit);
}

/// A thousand imports of an instance with a thousand resource types each.
TEST(ComponentValidator, ManyLargeImportsAreBounded) {
  std::string text = "(component (type $i (instance";
  for (int i = 0; i < 1000; ++i)
    text += " (export \"r" + std::to_string(i) + "\" (type (sub resource)))";
  text += "))";
  for (int i = 0; i < 4000; ++i)
    text += "(import \"i" + std::to_string(i) + "\" (instance (type $i)))";
  const auto error = error_of(text + ')');
  EXPECT_EQ(error.kind, ErrorKind::limit);
  EXPECT_EQ(error.message, "component types are too large");
}

/// Names of names of names: no recursion may follow them.
TEST(ComponentValidator, LongChainsOfNames) {
  std::string text = "(component (component $c (import \"r\" (type (sub resource)))";
  for (int i = 0; i < 250; ++i)
    text += "(export \"r" + std::to_string(i) + "\" (type " + std::to_string(i) + "))";
  text += ") (type $r (resource (rep i32))) (instance (instantiate $c (with \"r\" (type $r)))))";
  (void)valid(text);
}

TEST(ComponentValidator, DeepChainsOfComponents) {
  EXPECT_TRUE(validate_binary(syntax::testing::chain_of_components(1000)).has_value());
}

TEST(ComponentValidator, DeepTypes) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "(type (component ";
  text += "(type string)";
  for (int i = 0; i < 100; ++i) text += "))";
  (void)valid("(component " + text + ')');
}

/// Types that nest without their definitions nesting, imported, instantiated and compared.
TEST(ComponentValidator, DeepInstanceTypes) {
  std::string types = R"((type (instance (export "r" (type (sub resource))))))";
  for (int i = 0; i < 98; ++i) {
    types += "(type (instance (alias outer 1 " + std::to_string(i) +
             " (type)) (export \"i\" (instance (type 0)))))";
  }
  const auto deepest = "(import \"i\" (instance (type 98)))";
  (void)valid("(component (component $c " + types + deepest + ")" + types + deepest +
              "(instance (instantiate $c (with \"i\" (instance 0)))) (export \"j\" (instance 0)))");
}

TEST(ComponentValidator, DeepValueTypesWithResources) {
  std::string text = R"((component (component $c (import "r" (type $r (sub resource)))
      (type $o (own $r)))";
  for (int i = 0; i < 97; ++i) text += "(type (list " + std::to_string(i + 1) + "))";
  (void)valid(text + R"((import "f" (func $f (param "p" 98))) (export "g" (func $f)))
    (type $r (resource (rep i32))) (type (own $r))
    )" + [] {
    std::string types;
    for (int i = 0; i < 97; ++i) types += "(type (list " + std::to_string(i + 1) + "))";
    return types;
  }() + R"((core module $m (memory (export "m") 1) (func (export "f") (param i32 i32))
      (func (export "r") (param i32 i32 i32 i32) (result i32) unreachable))
    (core instance $m (instantiate $m))
    (func $f (param "p" 98) (canon lift (core func $m "f") (memory (core memory $m "m"))
      (realloc (core func $m "r"))))
    (instance (instantiate $c (with "r" (type $r)) (with "f" (func $f))))))");
}

TEST(ComponentValidator, CustomDescriptorsHaveToBeTurnedOn) {
  constexpr Limits on{.features = {.custom_descriptors = true}};
  for (const std::string_view source : {
           "(component (core rec (type (descriptor 1) (struct)) (type (describes 0) (struct))))",
           "(component (core type $t (struct)) (core type (func (param (ref (exact $t))))))",
           "(component (core type (module (import \"a\" \"b\" (func (exact))))))",
           R"((component (core type (module (type $t (struct))
                (export "g" (global (ref (exact $t))))))))",
           "(component (core module (type $t (struct)) (func (param (ref (exact $t))))))",
       }) {
    EXPECT_THAT(message_of(source), HasSubstr("needs the feature custom-descriptors")) << source;
    const auto result = validate_binary(assemble(source), on);
    EXPECT_TRUE(result.has_value()) << source << '\n' << result.error().message;
  }
}

/// A component with much in it, for the tests that damage it.
constexpr std::string_view sample = R"((component
  (import "a:b/c@1.0.0" (instance $i
    (export "r" (type $r (sub resource)))
    (export "[method]r.go" (func (param "self" (borrow $r)) (result (option string))))))
  (alias export $i "r" (type $r))
  (alias export $i "[method]r.go" (func $go))
  (core module $libc (memory (export "m") 1)
    (func (export "r") (param i32 i32 i32 i32) (result i32) unreachable))
  (core instance $libc (instantiate $libc))
  (core func $go' (canon lower (func $go) (memory (core memory $libc "m"))
    (realloc (core func $libc "r"))))
  (core module $m (import "i" "go" (func (param i32 i32)))
    (func (export "f") (param i32 i32) (result i32) unreachable))
  (core instance $m (instantiate $m (with "i" (instance (export "go" (func $go'))))))
  (func $f (param "s" string) (result (tuple u8 u8)) (canon lift (core func $m "f")
    (memory (core memory $libc "m")) (realloc (core func $libc "r"))))
  (component $c
    (import "f" (func $f (param "s" string) (result (tuple u8 u8))))
    (type $own (resource (rep i32)))
    (export "own" (type $own))
    (export "f" (func $f)))
  (instance $c (instantiate $c (with "f" (func $f))))
  (export "x:y/z" (instance $c))
  (export "f" (func $c "f"))))";

TEST(ComponentValidator, EveryTruncationAndEveryChangedByteGivesAnAnswer) {
  const auto whole = assemble(sample);
  ASSERT_TRUE(validate_binary(whole).has_value());
  for (std::size_t at = 0; at < whole.size(); ++at) {
    const Bytes part(whole.begin(), whole.begin() + static_cast<long>(at));
    const auto shorter = validate_binary(part);
    EXPECT_TRUE(shorter.has_value() || shorter.error().offset <= at) << at;
    for (const int change : {0x01, 0x40, 0xff}) {
      auto changed = whole;
      changed[at] ^= static_cast<std::byte>(change);
      const auto result = validate_binary(changed);
      if (!result) {
        EXPECT_FALSE(result.error().message.empty());
      }
    }
  }
}

}  // namespace
}  // namespace airlock::validator::component
