#include "validator/component/matching.hpp"

#include "validator/component/core_types.hpp"

namespace airlock::validator::component {
namespace {

std::string quoted(std::string_view text) { return '`' + std::string(text) + '`'; }

/// The word for a type in messages, by the alternative of its body.
std::string_view kind_of(const Type& type) {
  constexpr std::string_view kinds[] = {"primitive", "record",   "variant",  "list",   "tuple",
                                        "flags",     "enum",     "option",   "result", "own",
                                        "borrow",    "stream",   "future",   "map",    "resource",
                                        "func",      "instance", "component"};
  return kinds[type.body.index()];
}

/// Compares value and function types, which must be equal. Reports the first difference.
class EqualityCheck {
 public:
  explicit EqualityCheck(const TypeBuilder& builder) : builder_(builder) {}

  std::string values(TypeId actual_id, TypeId expected_id, bool is_inner = true) const {
    const auto& actual = builder_[actual_id];
    const auto& expected = builder_[expected_id];
    if (actual.structure == expected.structure) return {};
    if (actual.body.index() != expected.body.index()) {
      return "expected " + name_of(expected, is_inner) + ", found " + name_of(actual, true);
    }
    return std::visit(
        [&](const auto& wanted) {
          return bodies(std::get<std::decay_t<decltype(wanted)>>(actual.body), wanted);
        },
        expected.body);
  }

 private:
  static std::string name_of(const Type& type, bool with_primitive) {
    const auto* primitive = type.as<PrimValType>();
    return std::string(primitive && with_primitive ? to_string(*primitive) : kind_of(type));
  }

  std::string within(const std::string& context, TypeId actual, TypeId expected) const {
    auto why = values(actual, expected);
    return why.empty() ? why : "type mismatch " + context + ": " + why;
  }

  static std::string count(std::size_t actual, std::size_t expected, std::string_view what) {
    if (actual == expected) return {};
    return "expected " + std::to_string(expected) + ' ' + std::string(what) + ", found " +
           std::to_string(actual);
  }

  /// Compares types that may be absent. @param what names the part in the message, if only one of
  /// the two has it
  std::string optional(const std::optional<TypeId>& actual, const std::optional<TypeId>& expected,
                       const std::string& context, const std::string& missing,
                       const std::string& superfluous) const {
    if (actual && expected) return within(context, *actual, *expected);
    if (expected) return missing;
    return actual ? superfluous : std::string();
  }

  static std::string bodies(PrimValType actual, PrimValType expected) {
    return "expected primitive " + quoted(to_string(expected)) + " found primitive " +
           quoted(to_string(actual));
  }

  std::string bodies(const RecordType& actual, const RecordType& expected) const {
    return fields(actual.fields, expected.fields, "fields", "field name", "in record field ");
  }

  std::string fields(const std::vector<Field>& actual, const std::vector<Field>& expected,
                     std::string_view plural, std::string_view label,
                     const std::string& context) const {
    if (auto why = count(actual.size(), expected.size(), plural); !why.empty()) return why;
    for (std::size_t i = 0; i < actual.size(); ++i) {
      if (actual[i].label != expected[i].label) {
        return "expected " + std::string(label) + ' ' + quoted(expected[i].label) + ", found " +
               quoted(actual[i].label);
      }
      auto why = within(context + quoted(actual[i].label), actual[i].type, expected[i].type);
      if (!why.empty()) return why;
    }
    return {};
  }

  std::string bodies(const VariantType& actual, const VariantType& expected) const {
    if (auto why = count(actual.cases.size(), expected.cases.size(), "cases"); !why.empty())
      return why;
    for (std::size_t i = 0; i < actual.cases.size(); ++i) {
      const auto& one = actual.cases[i];
      const auto& wanted = expected.cases[i];
      if (one.label != wanted.label)
        return "expected case named " + quoted(wanted.label) + ", found " + quoted(one.label);
      const auto label = quoted(one.label);
      auto why = optional(one.type, wanted.type, "in variant case " + label,
                          "expected case " + label + " to have a type, found none",
                          "expected case " + label + " to have no type");
      if (!why.empty()) return why;
    }
    return {};
  }

  std::string bodies(const ListType& actual, const ListType& expected) const {
    if (actual.length != expected.length) return "mismatch in the length of lists";
    return within("in list element", actual.element, expected.element);
  }

  std::string bodies(const TupleType& actual, const TupleType& expected) const {
    if (auto why = count(actual.types.size(), expected.types.size(), "types"); !why.empty())
      return why;
    for (std::size_t i = 0; i < actual.types.size(); ++i) {
      auto why = within("in tuple field " + std::to_string(i), actual.types[i], expected.types[i]);
      if (!why.empty()) return why;
    }
    return {};
  }

  static std::string bodies(const FlagsType&, const FlagsType&) {
    return "mismatch in flags elements";
  }
  static std::string bodies(const EnumType&, const EnumType&) {
    return "mismatch in enum elements";
  }

  std::string bodies(const OptionType& actual, const OptionType& expected) const {
    return within("in option", actual.type, expected.type);
  }
  std::string bodies(const ResultType& actual, const ResultType& expected) const {
    auto why = optional(actual.ok, expected.ok, "in ok variant", "expected ok type, but found none",
                        "expected ok type to not be present");
    if (!why.empty()) return why;
    return optional(actual.error, expected.error, "in err variant",
                    "expected err type, but found none", "expected err type to not be present");
  }
  std::string bodies(const OwnType& actual, const OwnType& expected) const {
    return values(actual.resource, expected.resource);
  }
  std::string bodies(const BorrowType& actual, const BorrowType& expected) const {
    return values(actual.resource, expected.resource);
  }
  std::string bodies(const StreamType& actual, const StreamType& expected) const {
    return optional(actual.element, expected.element, "in stream",
                    "expected stream type to be present", "expected stream type to not be present");
  }
  std::string bodies(const FutureType& actual, const FutureType& expected) const {
    return optional(actual.element, expected.element, "in future",
                    "expected future type to be present", "expected future type to not be present");
  }
  std::string bodies(const MapType& actual, const MapType& expected) const {
    auto why = within("in map key", actual.key, expected.key);
    return why.empty() ? within("in map value", actual.value, expected.value) : why;
  }
  static std::string bodies(const ResourceType&, const ResourceType&) {
    return "resource types are not the same";
  }
  std::string bodies(const FuncType& actual, const FuncType& expected) const {
    if (actual.is_async != expected.is_async) {
      return expected.is_async ? "expected async function, found synchronous one"
                               : "expected synchronous function, found async one";
    }
    auto why = fields(actual.parameters, expected.parameters, "parameters", "parameter named",
                      "in function parameter ");
    if (!why.empty()) return why;
    return optional(actual.result, expected.result, "with result type",
                    "expected a result, found none", "expected a result, found none");
  }
  static std::string bodies(const std::shared_ptr<const InstanceType>&,
                            const std::shared_ptr<const InstanceType>&) {
    return {};
  }
  static std::string bodies(const std::shared_ptr<const ComponentType>&,
                            const std::shared_ptr<const ComponentType>&) {
    return {};
  }

  const TypeBuilder& builder_;
};

/// The message when the budget is exhausted. The validator replaces it by its own.
constexpr std::string_view too_large = "types are too large";

/// Checks that `externs` has all names of `expected`, with matching types.
std::string missing_or_mismatched(TypeBuilder& builder, const ExternLookup& externs,
                                  const std::vector<NamedExtern>& expected,
                                  Substitution& substitution, const std::string& what) {
  if (!builder.spend(expected.size())) return std::string(too_large);
  for (const auto& wanted : expected) {
    const auto found = externs.find(wanted.name);
    if (found == externs.end()) return "missing expected " + what + ' ' + quoted(wanted.name);
    auto why = mismatch(builder, found->second, builder.substitute(wanted.type, substitution));
    if (builder.exhausted()) return std::string(too_large);
    if (!why.empty())
      return "type mismatch in instance " + what + ' ' + quoted(wanted.name) + ": " + why;
  }
  return {};
}

std::string instances(TypeBuilder& builder, TypeId actual, TypeId expected) {
  if (actual == expected) return {};
  const auto actual_body = std::get<std::shared_ptr<const InstanceType>>(builder[actual].body);
  const auto expected_body = std::get<std::shared_ptr<const InstanceType>>(builder[expected].body);
  if (!builder.spend(actual_body->exports.size() + path_length(expected_body->resources)))
    return std::string(too_large);
  const auto externs = lookup_of(actual_body->exports);
  Substitution substitution;
  bind_resources(builder.types(), expected_body->resources, externs, substitution);
  return missing_or_mismatched(builder, externs, expected_body->exports, substitution, "export");
}

/// A component type is a subtype of another if it imports no more and exports no less.
std::string components(TypeBuilder& builder, TypeId actual, TypeId expected) {
  if (actual == expected) return {};
  const auto actual_body = std::get<std::shared_ptr<const ComponentType>>(builder[actual].body);
  const auto expected_body = std::get<std::shared_ptr<const ComponentType>>(builder[expected].body);

  if (!builder.spend(weight(actual_body) + weight(expected_body))) return std::string(too_large);
  // An instantiation supplies the imports of the expected component type.
  const auto supplied = lookup_of(expected_body->imports);
  Substitution of_actual;
  bind_resources(builder.types(), actual_body->imported_resources, supplied, of_actual);
  auto why = missing_or_mismatched(builder, supplied, actual_body->imports, of_actual, "import");
  if (!why.empty()) return why;

  ExternLookup exports;
  for (const auto& named : actual_body->exports)
    exports.emplace(named.name, builder.substitute(named.type, of_actual));
  Substitution of_expected;
  bind_resources(builder.types(), expected_body->resources, exports, of_expected);
  return missing_or_mismatched(builder, exports, expected_body->exports, of_expected, "export");
}

}  // namespace

std::string_view noun(Sort sort) { return sort == Sort::core_module ? "module" : to_string(sort); }

ExternLookup lookup_of(const std::vector<NamedExtern>& externs) {
  ExternLookup result;
  for (const auto& named : externs) result.emplace(named.name, named.type);
  return result;
}

std::optional<TypeId> find_type(const ComponentTypes& types, const ExternLookup& externs,
                                const ResourcePath& path) {
  const auto first = externs.find(path.front());
  if (first == externs.end()) return std::nullopt;
  auto found = first->second;
  for (std::size_t i = 1; i < path.size(); ++i) {
    if (found.sort != Sort::instance) return std::nullopt;
    const auto* next = types.instance(found.type).find(path[i]);
    if (!next) return std::nullopt;
    found = next->type;
  }
  if (found.sort != Sort::type) return std::nullopt;
  return found.type;
}

void bind_resources(const ComponentTypes& types, const std::vector<BoundResource>& bound,
                    const ExternLookup& externs, Substitution& substitution) {
  for (const auto& [resource, path] : bound) {
    const auto found = find_type(types, externs, path);
    if (found && types[*found].is_resource())
      substitution.variables.emplace(variable_of(resource), *found);
  }
}

void bind_types(const ComponentTypes& types, const std::vector<BoundType>& bound,
                const ExternLookup& externs, Substitution& substitution) {
  for (const auto& [type, path] : bound) {
    const auto found = find_type(types, externs, path);
    if (found) substitution.variables.emplace(variable_of(type), *found);
  }
}

std::string mismatch(TypeBuilder& builder, const ExternType& actual, const ExternType& expected) {
  if (actual.sort != expected.sort) {
    return "expected " + std::string(noun(expected.sort)) + ", found " +
           std::string(noun(actual.sort));
  }
  if (expected.sort == Sort::core_module) {
    if (actual.module == expected.module) return {};
    const auto& module = builder.types()[actual.module];
    const auto& wanted = builder.types()[expected.module];
    if (!builder.spend(module.imports.size() + wanted.exports.size()))
      return std::string(too_large);
    return mismatch(builder.types(), module, wanted);
  }
  const auto& type = builder[actual.type];
  const auto& wanted = builder[expected.type];
  if (type.structure == wanted.structure) return {};
  if (type.is_resource() != wanted.is_resource()) {
    return type.is_resource() ? "expected defined type, found resource"
                              : "expected resource, found defined type";
  }
  if (type.as<InstanceType>() && wanted.as<InstanceType>())
    return instances(builder, actual.type, expected.type);
  if (type.as<ComponentType>() && wanted.as<ComponentType>())
    return components(builder, actual.type, expected.type);
  return EqualityCheck(builder).values(actual.type, expected.type, false);
}

}  // namespace airlock::validator::component
