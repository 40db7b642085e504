// Values of every type on their way from the host through two components to the host, and back.
// Each component only hands on what it is given, but in its own memory, string encoding and layout.
#include <gtest/gtest.h>

#include <limits>
#include <map>

#include "canonical-abi/layout.hpp"
#include "canonical-abi/testing/component_fixture.hpp"

namespace airlock::canonical_abi {
namespace {

using testing::libc;

std::string core_name(FlatType type) {
  switch (type) {
    case FlatType::i32:
      return "i32";
    case FlatType::i64:
      return "i64";
    case FlatType::f32:
      return "f32";
    case FlatType::f64:
      return "f64";
  }
  return {};
}

/// Types as component text. Types that must have a name are imported under one.
class TypeText {
 public:
  explicit TypeText(Type type) { root_ = text(type); }

  [[nodiscard]] const std::string& declarations() const { return declarations_; }
  [[nodiscard]] const std::string& arguments() const { return arguments_; }
  [[nodiscard]] const std::string& root() const { return root_; }

 private:
  static std::string quoted(const std::string& label) { return "\"" + label + "\""; }

  std::string named(Type type, const std::string& definition) {
    if (const auto found = names_.find(type); found != names_.end()) return found->second;
    const std::string number = std::to_string(names_.size());
    std::string name = "$t" + number;
    declarations_ += "(type $raw" + number + " " + definition + ") (import \"t" + number +
                     "\" (type " + name + " (eq $raw" + number + ")))\n";
    arguments_ += "(with \"t" + number + "\" (type " + name + "))";
    names_.emplace(type, name);
    return name;
  }

  std::string cases(Type type) {
    std::string out;
    for (const Case& one : type->cases) {
      out += " (case " + quoted(one.label) + (one.type ? " " + text(one.type) : "") + ")";
    }
    return out;
  }

  std::string labels(Type type) {
    std::string out;
    for (const Case& one : type->cases) out += " " + quoted(one.label);
    for (const std::string& label : type->labels) out += " " + quoted(label);
    return out;
  }

  std::string fields(Type type) {
    std::string out;
    for (const Field& field : type->fields) {
      out += " " + (field.label.empty()
                        ? text(field.type)
                        : "(field " + quoted(field.label) + " " + text(field.type) + ")");
    }
    return out;
  }

  std::string text(Type type) {
    switch (type->kind) {
      case TypeKind::list:
        return "(list " + text(type->element) +
               (type->length ? " " + std::to_string(*type->length) : "") + ")";
      case TypeKind::map:
        return "(map" + fields(type->element) + ")";
      case TypeKind::record:
        return named(type, "(record" + fields(type) + ")");
      case TypeKind::tuple:
        return "(tuple" + fields(type) + ")";
      case TypeKind::variant:
        return named(type, "(variant" + cases(type) + ")");
      case TypeKind::enumeration:
        return named(type, "(enum" + labels(type) + ")");
      case TypeKind::flags:
        return named(type, "(flags" + labels(type) + ")");
      case TypeKind::option:
        return "(option " + text(type->cases[1].type) + ")";
      case TypeKind::result: {
        std::string out = "(result";
        if (type->cases[0].type) out += " " + text(type->cases[0].type);
        if (type->cases[1].type) out += " (error " + text(type->cases[1].type) + ")";
        return out + ")";
      }
      default:
        return std::string(to_string(type->kind));
    }
  }

  std::map<Type, std::string> names_;
  std::string declarations_;
  std::string arguments_;
  std::string root_;
};

/// A component that imports `echo: func(v: T) -> T` and exports a function that calls it.
std::string echo_component(const std::string& head, const TypeText& text, Type type,
                           const std::string& encoding) {
  const Layout& layout = type->layouts[0];
  const bool is_spilled = !layout.is_flat_complete || layout.flat.size() > max_flat_params;
  const bool has_pointer = layout.flat.size() > max_flat_results || !layout.is_flat_complete;
  std::string parameters;
  std::string arguments;
  const std::size_t count = is_spilled ? 1 : layout.flat.size();
  for (std::size_t i = 0; i < count; ++i) {
    parameters += " " + (is_spilled ? std::string("i32") : core_name(layout.flat[i]));
    arguments += " (local.get " + std::to_string(i) + ")";
  }
  const std::string result = has_pointer ? "i32" : core_name(layout.flat[0]);
  const std::string options = encoding +
                              " (memory (core memory $libc \"mem\"))"
                              " (realloc (core func $libc \"realloc\"))";
  std::string out = "(component " + head + "\n" + text.declarations();
  out += "(import \"echo\" (func $echo (param \"v\" " + text.root() + ") (result " + text.root() +
         ")))\n";
  out += libc;
  out += "(core func $echo' (canon lower (func $echo) " + options + "))\n";
  out += "(core module $M (import \"\" \"echo\" (func $echo (param" + parameters +
         (has_pointer ? " i32)" : ") (result " + result + ")") + "))\n";
  out += "(func (export \"f\") (param" + parameters + ") (result " + result + ") (call $echo" +
         arguments + (has_pointer ? " (i32.const 64)) (i32.const 64)" : ")") + "))\n";
  out +=
      "(core instance $m (instantiate $M (with \"\" (instance (export \"echo\" "
      "(func $echo'))))))\n";
  out += "(func (export \"echo\") (param \"v\" " + text.root() + ") (result " + text.root() +
         ") (canon lift (core func $m \"f\") " + options + ")))\n";
  return out;
}

class RoundTrip : public testing::ComponentTest {
 protected:
  TypeTable types;
  Type boolean = types.primitive(TypeKind::boolean);
  Type u8 = types.primitive(TypeKind::u8);
  Type s8 = types.primitive(TypeKind::s8);
  Type u16 = types.primitive(TypeKind::u16);
  Type s16 = types.primitive(TypeKind::s16);
  Type u32 = types.primitive(TypeKind::u32);
  Type s32 = types.primitive(TypeKind::s32);
  Type u64 = types.primitive(TypeKind::u64);
  Type s64 = types.primitive(TypeKind::s64);
  Type f32 = types.primitive(TypeKind::f32);
  Type f64 = types.primitive(TypeKind::f64);
  Type character = types.primitive(TypeKind::character);
  Type string = types.primitive(TypeKind::string);

  /// An instance whose `echo` goes through two components, the inner one first.
  ComponentInstance* echo(Type type, const std::string& inner = {}, const std::string& outer = {}) {
    linker.root().function("echo", [this](HostCall& call) {
      calls += 1;
      seen = call.argument(0);
      return call.returned(call.argument(0));
    });
    const TypeText text(type);
    std::string whole = "(component\n" + text.declarations();
    whole += "(import \"echo\" (func $echo (param \"v\" " + text.root() + ") (result " +
             text.root() + ")))\n";
    whole += echo_component("$Inner", text, type, inner);
    whole += echo_component("$Outer", text, type, outer);
    whole += "(instance $inner (instantiate $Inner (with \"echo\" (func $echo))" +
             text.arguments() + "))\n";
    whole += "(instance $outer (instantiate $Outer (with \"echo\" (func $inner \"echo\"))" +
             text.arguments() + "))\n";
    whole += "(func (export \"echo\") (alias export $outer \"echo\")))";
    return instantiate(whole);
  }

  /// Every value must reach the host unchanged, and come back unchanged.
  void check(Type type, const std::vector<Value>& values) {
    ComponentInstance* instance = echo(type);
    for (const Value& value : values) {
      EXPECT_EQ(call_for_value(instance, "echo", {value}), value) << to_string(type);
      EXPECT_EQ(seen, value) << to_string(type);
    }
    EXPECT_EQ(calls, static_cast<int>(values.size()));
    calls = 0;
  }

  int calls = 0;
  Value seen;
};

TEST_F(RoundTrip, Integers) {
  check(boolean, {Value::boolean(false), Value::boolean(true)});
  check(u8, {Value::u8(0), Value::u8(255)});
  check(s8, {Value::s8(-128), Value::s8(127), Value::s8(-1)});
  check(u16, {Value::u16(65535)});
  check(s16, {Value::s16(-32768), Value::s16(1)});
  check(u32, {Value::u32(0xffffffff)});
  check(s32, {Value::s32(std::numeric_limits<std::int32_t>::min())});
  check(u64, {Value::u64(~std::uint64_t{0})});
  check(s64, {Value::s64(std::numeric_limits<std::int64_t>::min())});
}

TEST_F(RoundTrip, FloatsKeepTheirBitsAndNanIsCanonical) {
  check(f32, {Value::f32(1.5F), Value::f32(-0.0F), Value::f32(1e-45F)});
  check(f64, {Value::f64(-0.0), Value::f64(5e-324)});
  const Value odd32 = Value::scalar(TypeKind::f32, 0xffc12345);
  EXPECT_EQ(call_for_value(echo(f32), "echo", {odd32}).bits(), 0x7fc00000U);
  const Value odd64 = Value::scalar(TypeKind::f64, 0xfff0000000000001);
  EXPECT_EQ(call_for_value(echo(f64), "echo", {odd64}).bits(), 0x7ff8000000000000U);
  const Value odd_list = Value::list({odd64, Value::f64(2)});
  EXPECT_EQ(call_for_value(echo(types.list(f64)), "echo", {odd_list}).at(0).bits(),
            0x7ff8000000000000U);
}

TEST_F(RoundTrip, Characters) {
  check(character, {Value::character(U'a'), Value::character(0xd7ff), Value::character(0x10ffff)});
}

TEST_F(RoundTrip, StringsInEveryPairOfEncodings) {
  const std::vector<Value> texts = {
      Value::string(""),
      Value::string("plain"),
      Value::string("gr\u00fcn"),
      Value::string("\u2603 snow"),
      Value::string("a\U0001f370b"),
      Value::string("\u00ff\u0100"),
      Value::string(std::string(1000, 'x') + "\u00e9"),
      Value::string("\u7535"),
  };
  const std::string encodings[] = {"string-encoding=utf8", "string-encoding=utf16",
                                   "string-encoding=latin1+utf16"};
  for (const std::string& inner : encodings) {
    for (const std::string& outer : encodings) {
      ComponentInstance* instance = echo(string, inner, outer);
      for (const Value& text : texts) {
        EXPECT_EQ(call_for_value(instance, "echo", {text}), text) << inner << " " << outer;
        EXPECT_EQ(seen, text) << inner << " " << outer;
      }
    }
  }
}

TEST_F(RoundTrip, Lists) {
  check(types.list(u8), {Value::bytes("abc"), Value::list({})});
  check(types.list(s32), {Value::list({Value::s32(-1), Value::s32(7)})});
  check(types.list(boolean), {Value::list({Value::boolean(true), Value::boolean(false)})});
  check(types.list(character), {Value::list({Value::character(0x2603)})});
  check(types.list(string), {Value::list({Value::string("a"), Value::string("\u2603")})});
  const Value inner = Value::list({Value::bytes("xy"), Value::bytes("")});
  check(types.list(types.list(types.list(u8))), {Value::list({inner, Value::list({}), inner})});
}

TEST_F(RoundTrip, GuestsListsOfNumbersComePacked) {
  call_for_value(echo(types.list(u16)), "echo", {Value::list({Value::u16(1), Value::u16(2)})});
  EXPECT_TRUE(seen.is_packed());
  EXPECT_EQ(seen.as_bytes().size(), 4U);
}

TEST_F(RoundTrip, FixedLists) {
  check(types.fixed_list(u8, 3), {Value::bytes("abc")});
  check(types.fixed_list(u16, 20), {Value::packed(TypeKind::u16, std::vector<std::byte>(40))});
  check(types.fixed_list(string, 2), {Value::list({Value::string("a"), Value::string("b")})});
  check(types.list(types.fixed_list(f32, 2)),
        {Value::list({Value::list({Value::f32(1), Value::f32(2)})})});
}

TEST_F(RoundTrip, Maps) {
  const auto pair = [](std::string key, std::uint32_t value) {
    return Value::tuple({Value::string(std::move(key)), Value::u32(value)});
  };
  check(types.map(string, u32), {Value::map({pair("a", 1), pair("b", 2)}), Value::map({})});
}

TEST_F(RoundTrip, RecordsWithPadding) {
  const Type record = types.record({{"a", u8}, {"b", u64}, {"c", boolean}, {"d", string}});
  const Value value = Value::record(
      {Value::u8(1), Value::u64(~std::uint64_t{0}), Value::boolean(true), Value::string("d")});
  check(record, {value});
  check(types.list(record), {Value::list({value, value})});
  const Type pair[] = {s8, f64};
  check(types.tuple(pair), {Value::tuple({Value::s8(-3), Value::f64(2.5)})});
}

TEST_F(RoundTrip, ManyFieldsTravelThroughMemory) {
  std::vector<Field> fields;
  std::vector<Value> values;
  for (int i = 0; i < 40; ++i) {
    fields.push_back({"f" + std::to_string(i), i % 2 == 0 ? u16 : string});
    values.push_back(i % 2 == 0 ? Value::u16(static_cast<std::uint16_t>(i))
                                : Value::string(std::to_string(i)));
  }
  check(types.record(fields), {Value::record(values)});
}

TEST_F(RoundTrip, VariantsJoinTheirPayloads) {
  const Type variant = types.variant(
      {{"none", nullptr}, {"float", f32}, {"wide", s64}, {"text", string}, {"double", f64}});
  const std::vector<Value> values = {
      Value::variant(0), Value::variant(1, Value::f32(1.5F)), Value::variant(2, Value::s64(-1)),
      Value::variant(3, Value::string("x")), Value::variant(4, Value::f64(-2.5))};
  check(variant, values);
  check(types.list(variant), {Value::list(values)});
}

TEST_F(RoundTrip, OptionsResultsAndEnums) {
  check(types.option(u8), {Value::none(), Value::some(Value::u8(3))});
  check(types.option(types.option(string)),
        {Value::none(), Value::some(Value::none()), Value::some(Value::some(Value::string("")))});
  check(types.result(f64, string), {Value::ok(Value::f64(1)), Value::error(Value::string("no"))});
  check(types.result(nullptr, u32), {Value::ok(), Value::error(Value::u32(1))});
  check(types.result(nullptr, nullptr), {Value::ok(), Value::error()});
  std::vector<std::string> labels;
  for (int i = 0; i < 300; ++i) labels.push_back("c" + std::to_string(i));
  check(types.enumeration(labels), {Value::enumeration(0), Value::enumeration(299)});
  check(types.list(types.enumeration(labels)), {Value::list({Value::enumeration(256)})});
}

TEST_F(RoundTrip, FlagsOfEveryWidth) {
  for (const int count : {1, 8, 9, 16, 17, 32}) {
    std::vector<std::string> labels;
    for (int i = 0; i < count; ++i) labels.push_back("f" + std::to_string(i));
    const std::uint32_t all = count == 32 ? ~0U : (1U << count) - 1;
    check(types.flags(labels), {Value::flags(0), Value::flags(all), Value::flags(1)});
    check(types.list(types.flags(labels)), {Value::list({Value::flags(all), Value::flags(0)})});
  }
}

TEST_F(RoundTrip, LargeListsAreCopiedWhole) {
  std::vector<std::byte> bytes(200'000);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i * 7);
  check(types.list(u8), {Value::bytes(bytes)});
}

}  // namespace
}  // namespace airlock::canonical_abi
