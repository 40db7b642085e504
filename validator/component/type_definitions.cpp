// Type definitions and declarators (component-model: Explainer.md, Type Definitions).
#include "validator/component/component_validator.hpp"
#include "validator/component/names.hpp"

namespace airlock::validator::component {
namespace {

constexpr std::size_t most_flags = 32;

bool is_key_type(const Type& type) {
  const auto* primitive = type.as<PrimValType>();
  return primitive && *primitive != PrimValType::f32 && *primitive != PrimValType::f64 &&
         *primitive != PrimValType::error_context;
}

std::unexpected<Error> not_a(std::uint32_t index, std::string_view what) {
  return invalid("type index " + std::to_string(index) + " is not " + std::string(what));
}

}  // namespace

Result<TypeId> ComponentValidator::type_at(std::uint32_t index) {
  const auto& types = scope().spaces.types;
  if (index >= types.size()) return out_of_bounds(Sort::type);
  return types[index];
}

Result<TypeId> ComponentValidator::value_type(const syntax::ValType& type) {
  if (const auto* primitive = std::get_if<PrimValType>(&type))
    return builder_.primitive(*primitive);
  const auto index = std::get<std::uint32_t>(type);
  auto found = type_at(index);
  if (found && !builder_[*found].is_value_type()) return not_a(index, "a defined type");
  return found;
}

Result<std::optional<TypeId>> ComponentValidator::value_type(
    const std::optional<syntax::ValType>& type) {
  if (!type) return std::optional<TypeId>();
  auto found = value_type(*type);
  if (!found) return propagate(std::move(found));
  return std::optional(*found);
}

Result<TypeId> ComponentValidator::resource_type_at(std::uint32_t index) {
  auto found = type_at(index);
  if (found && !builder_[*found].is_resource()) return not_a(index, "a resource type");
  return found;
}

/// Labels must be in kebab case and strongly-unique.
/// @param what, previous e.g. "record field" and "field", for messages
Result<std::vector<std::string_view>> ComponentValidator::labels(
    const std::vector<std::string>& list, std::string_view what, std::string_view previous) {
  std::vector<std::string_view> kept;
  std::unordered_map<std::string, std::string_view> keys;
  for (const auto& label : list) {
    const auto title = std::string(what) + " name";
    if (label.empty()) return invalid(title + " cannot be empty");
    if (!is_kebab_case(label)) return invalid(title + " `" + label + "` is not in kebab case");
    const auto text = builder_.keep(label);
    const auto [found, is_new] = keys.emplace(uniqueness_key(label), text);
    if (!is_new) {
      return invalid(title + " `" + label + "` conflicts with previous " + std::string(previous) +
                     " name `" + std::string(found->second) + '`');
    }
    kept.push_back(text);
  }
  return kept;
}

Result<std::vector<Field>> ComponentValidator::fields(const std::vector<syntax::LabelValType>& list,
                                                      std::string_view what,
                                                      std::string_view previous) {
  std::vector<std::string> names;
  names.reserve(list.size());
  for (const auto& field : list) names.push_back(field.label);
  auto kept = labels(names, what, previous);
  if (!kept) return propagate(std::move(kept));
  std::vector<Field> result;
  result.reserve(list.size());
  for (std::size_t i = 0; i < list.size(); ++i) {
    auto type = value_type(list[i].type);
    if (!type) return propagate(std::move(type));
    result.push_back({(*kept)[i], *type});
  }
  return result;
}

Result<TypeId> ComponentValidator::resolve(const syntax::DefValType& type) {
  if (const auto* primitive = std::get_if<PrimValType>(&type)) return builder_.make(*primitive);
  if (const auto* record = std::get_if<syntax::RecordType>(&type)) {
    if (record->fields.empty()) return invalid("record type must have at least one field");
    auto list = fields(record->fields, "record field", "field");
    if (!list) return propagate(std::move(list));
    return builder_.make(RecordType{std::move(*list)});
  }
  if (const auto* variant = std::get_if<syntax::VariantType>(&type)) {
    if (variant->cases.empty()) return invalid("variant type must have at least one case");
    std::vector<std::string> names;
    for (const auto& one : variant->cases) names.push_back(one.label);
    auto kept = labels(names, "variant case", "case");
    if (!kept) return propagate(std::move(kept));
    VariantType result;
    for (std::size_t i = 0; i < names.size(); ++i) {
      auto payload = value_type(variant->cases[i].type);
      if (!payload) return propagate(std::move(payload));
      result.cases.push_back({(*kept)[i], *payload});
    }
    return builder_.make(std::move(result));
  }
  if (const auto* list = std::get_if<syntax::ListType>(&type)) {
    auto element = value_type(list->element);
    if (!element) return element;
    if (list->length == 0U) return invalid("fixed-length lists must have at least one element");
    return builder_.make(ListType{*element, list->length});
  }
  if (const auto* tuple = std::get_if<syntax::TupleType>(&type)) {
    if (tuple->types.empty()) return invalid("tuple type must have at least one type");
    TupleType result;
    for (const auto& part : tuple->types) {
      auto found = value_type(part);
      if (!found) return found;
      result.types.push_back(*found);
    }
    return builder_.make(std::move(result));
  }
  if (const auto* flags = std::get_if<syntax::FlagsType>(&type)) {
    if (flags->labels.empty()) return invalid("flags must have at least one entry");
    if (flags->labels.size() > most_flags) return invalid("cannot have more than 32 flags");
    auto kept = labels(flags->labels, "flag", "flag");
    if (!kept) return propagate(std::move(kept));
    return builder_.make(FlagsType{std::move(*kept)});
  }
  if (const auto* one = std::get_if<syntax::EnumType>(&type)) {
    if (one->labels.empty()) return invalid("enum type must have at least one variant");
    auto kept = labels(one->labels, "enum tag", "tag");
    if (!kept) return propagate(std::move(kept));
    return builder_.make(EnumType{std::move(*kept)});
  }
  if (const auto* option = std::get_if<syntax::OptionType>(&type)) {
    auto some = value_type(option->type);
    if (!some) return some;
    return builder_.make(OptionType{*some});
  }
  if (const auto* result = std::get_if<syntax::ResultType>(&type)) {
    auto ok = value_type(result->ok);
    if (!ok) return propagate(std::move(ok));
    auto error = value_type(result->error);
    if (!error) return propagate(std::move(error));
    return builder_.make(ResultType{*ok, *error});
  }
  if (const auto* own = std::get_if<syntax::OwnType>(&type)) {
    auto resource = resource_type_at(own->resource);
    if (!resource) return resource;
    return builder_.make(OwnType{*resource});
  }
  if (const auto* borrow = std::get_if<syntax::BorrowType>(&type)) {
    auto resource = resource_type_at(borrow->resource);
    if (!resource) return resource;
    return builder_.make(BorrowType{*resource});
  }
  if (const auto* map = std::get_if<syntax::MapType>(&type)) {
    auto key = value_type(map->key);
    if (!key) return key;
    if (!is_key_type(builder_[*key]))
      return invalid("map key type must be `bool`, an integer, `char` or `string`");
    auto value = value_type(map->value);
    if (!value) return value;
    return builder_.make(MapType{*key, *value});
  }
  const auto* stream = std::get_if<syntax::StreamType>(&type);
  auto element = value_type(stream ? stream->element : std::get<syntax::FutureType>(type).element);
  if (!element) return propagate(std::move(element));
  if (*element && builder_[**element].contains_borrow) {
    return invalid(std::string("`") + (stream ? "stream" : "future") +
                   "` element type cannot contain a `borrow` type");
  }
  if (!stream) return builder_.make(FutureType{*element});
  const auto* primitive = *element ? builder_[**element].as<PrimValType>() : nullptr;
  if (primitive && *primitive == PrimValType::char_)
    return invalid("`stream<char>` is not valid at this time");
  return builder_.make(StreamType{*element});
}

Result<TypeId> ComponentValidator::resolve(const syntax::FuncType& type) {
  auto parameters = fields(type.parameters, "function parameter", "parameter");
  if (!parameters) return propagate(std::move(parameters));
  auto result = value_type(type.result);
  if (!result) return propagate(std::move(result));
  if (*result && builder_[**result].contains_borrow)
    return invalid("function result cannot contain a `borrow` type");
  return builder_.make(FuncType{type.is_async, std::move(*parameters), *result});
}

Result<TypeId> ComponentValidator::resolve(const syntax::ResourceType& type) {
  if (!scope().is_component())
    return invalid("resources can only be defined within a concrete component");
  if (type.representation != decoder::i32)
    return invalid("resources can only be represented by `i32`");
  const auto& functions = scope().spaces.core_functions;
  if (type.destructor) {
    if (*type.destructor >= functions.size()) return out_of_bounds(Sort::core_function);
    if ((*types_)[functions[*type.destructor]] != decoder::FunctionType{{decoder::i32}, {}})
      return invalid("core function has the wrong signature for a destructor");
  }
  const auto id = new_resource(true);
  builder_.set_destructor(id, type.destructor);
  fill_slots({{id, {}}}, ResourceSlot::Source::definition,
             static_cast<std::uint32_t>(scope().spaces.types.size()));
  return builder_.resource_type(id);
}

/// The resource types that were made in a scope and can be found among its exports, without the
/// imported ones.
std::vector<BoundResource> ComponentValidator::exported_resources(const Scope& scope) {
  std::unordered_set<ResourceId> done;
  for (const auto& imported : scope.imported_resources) done.insert(imported.resource);
  std::vector<BoundType> exported;
  for (const auto& named : scope.exports) note_types(named.type, {named.name}, exported);
  std::vector<BoundResource> result;
  for (auto& [type, path] : exported) {
    const auto* resource = builder_[type].as<ResourceType>();
    if (!resource || !scope.own_resources.contains(resource->id)) continue;
    if (done.insert(resource->id).second) result.push_back({resource->id, std::move(path)});
  }
  return result;
}

namespace {

std::unordered_map<std::string_view, std::uint32_t> positions(
    const std::vector<NamedExtern>& externs) {
  std::unordered_map<std::string_view, std::uint32_t> result;
  for (const auto& named : externs)
    result.emplace(named.name, static_cast<std::uint32_t>(result.size()));
  return result;
}

}  // namespace

Result<TypeId> ComponentValidator::component_type_of(Scope& scope) {
  auto type = std::make_shared<ComponentType>();
  type->resources = exported_resources(scope);
  type->imports = std::move(scope.imports);
  type->exports = std::move(scope.exports);
  type->imported_resources = std::move(scope.imported_resources);
  type->imported_types = std::move(scope.imported_types);
  type->import_names = positions(type->imports);
  type->export_names = positions(type->exports);
  return builder_.make(std::shared_ptr<const ComponentType>(std::move(type)));
}

Result<TypeId> ComponentValidator::instance_type_of(Scope& scope) {
  auto type = std::make_shared<InstanceType>();
  type->resources = exported_resources(scope);
  type->exports = std::move(scope.exports);
  type->names = positions(type->exports);
  return builder_.make(std::shared_ptr<const InstanceType>(std::move(type)));
}

/// A module type has a core type index space of its own, which begins empty.
Result<ModuleTypeId> ComponentValidator::resolve(const syntax::CoreModuleType& type) {
  ModuleType result;
  std::vector<CoreTypeEntry> space;
  const auto declare = [&](const auto& body) -> Result<void> {
    using Body = std::decay_t<decltype(body)>;
    if constexpr (std::is_same_v<Body, syntax::CoreTypeGroup>) {
      return core_.add_group(body.types, space);
    } else if constexpr (std::is_same_v<Body, syntax::CoreOuterAlias>) {
      if (body.count > scopes_.size())
        return invalid("invalid outer alias count of " + std::to_string(body.count));
      const auto& target =
          body.count == 0 ? space : scopes_[scopes_.size() - body.count]->spaces.core_types;
      if (body.index >= target.size()) return out_of_bounds(Sort::core_type);
      if (target[body.index].module)
        return invalid("module types may not be used inside of module types");
      const auto entry = target[body.index];
      space.push_back(entry);
      return {};
    } else {
      auto resolved = core_.resolve(body.type, space);
      if (!resolved) return propagate(std::move(resolved));
      if constexpr (std::is_same_v<Body, decoder::Import>) {
        return core_.add_import(result, {body.module, body.name, *resolved});
      } else {
        return core_.add_export(result, {body.name, *resolved});
      }
    }
  };
  for (const auto& declarator : type.declarators) {
    if (auto declared = std::visit(declare, declarator.body); !declared)
      return at(declarator.offset, declared.error());
  }
  return core_.add(std::move(result));
}

}  // namespace airlock::validator::component
