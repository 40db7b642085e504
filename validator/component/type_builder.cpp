#include "validator/component/type_builder.hpp"

#include <algorithm>
#include <limits>

#include "decoder/component/component.hpp"

namespace airlock::validator::component {
namespace {

/// Types whose values take 256 MiB or more are refused.
constexpr std::uint64_t element_size_limit = std::uint64_t{1} << 28;

/// What a component may cost in addition to its own definitions: nodes copied, names compared and
/// set elements moved.
constexpr std::uint64_t smallest_budget = 2'000'000;
constexpr std::uint64_t budget_per_byte = 8;

constexpr std::uint64_t saturating_add(std::uint64_t a, std::uint64_t b) {
  return a > std::numeric_limits<std::uint64_t>::max() - b
             ? std::numeric_limits<std::uint64_t>::max()
             : a + b;
}

constexpr std::uint64_t align_to(std::uint64_t size, std::uint64_t alignment) {
  return saturating_add(size, alignment - 1) / alignment * alignment;
}

/// Writes a body as a text that is the same for equal bodies. `Number` maps a type or a resource
/// type to a number.
template <typename NumberOfType>
class BodyText {
 public:
  explicit BodyText(NumberOfType number_of_type) : number_of_type_(number_of_type) {}

  std::string write(const Type::Body& body) {
    number(body.index());
    std::visit([this](const auto& b) { this->add(b); }, body);
    return std::move(text_);
  }

 private:
  void number(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) text_ += static_cast<char>(value | 0x80);
    text_ += static_cast<char>(value);
  }
  void type(TypeId id) { number(number_of_type_(id)); }
  void type(const std::optional<TypeId>& id) {
    number(id ? 1 : 0);
    if (id) type(*id);
  }
  // Each label is stored once, so that equal labels have equal addresses.
  void label(std::string_view text) { number(reinterpret_cast<std::uintptr_t>(text.data())); }
  void fields(const std::vector<Field>& list) {
    number(list.size());
    for (const auto& field : list) {
      label(field.label);
      type(field.type);
    }
  }
  void labels(const std::vector<std::string_view>& list) {
    number(list.size());
    for (const auto text : list) label(text);
  }

  void add(PrimValType value) { number(static_cast<std::uint64_t>(value)); }
  void add(const RecordType& record) { fields(record.fields); }
  void add(const VariantType& variant) {
    number(variant.cases.size());
    for (const auto& one : variant.cases) {
      label(one.label);
      type(one.type);
    }
  }
  void add(const ListType& list) {
    type(list.element);
    number(list.length ? std::uint64_t{*list.length} + 1 : 0);
  }
  void add(const TupleType& tuple) {
    number(tuple.types.size());
    for (const auto id : tuple.types) type(id);
  }
  void add(const FlagsType& flags) { labels(flags.labels); }
  void add(const EnumType& one) { labels(one.labels); }
  void add(const OptionType& option) { type(option.type); }
  void add(const ResultType& result) {
    type(result.ok);
    type(result.error);
  }
  void add(const OwnType& own) { type(own.resource); }
  void add(const BorrowType& borrow) { type(borrow.resource); }
  void add(const StreamType& stream) { type(stream.element); }
  void add(const FutureType& future) { type(future.element); }
  void add(const MapType& map) {
    type(map.key);
    type(map.value);
  }
  void add(const ResourceType& resource) { number(static_cast<std::uint64_t>(resource.id)); }
  void add(const FuncType& function) {
    number(function.is_async ? 1 : 0);
    fields(function.parameters);
    type(function.result);
  }
  void add(const std::shared_ptr<const InstanceType>&) {}
  void add(const std::shared_ptr<const ComponentType>&) {}

  NumberOfType number_of_type_;
  std::string text_;
};

/// The union of ascending lists, made in one step: adding one list after another would copy the
/// result so far each time. If one list contains all others, it is shared.
class VariableUnion {
 public:
  void add(const std::shared_ptr<const FreeVariables>& more) {
    if (more && (lists_.empty() || lists_.back() != more)) lists_.push_back(more);
  }
  void add(std::uint64_t variable) { own_.push_back(variable); }
  void remove(const std::vector<BoundResource>& bound) {
    for (const auto& resource : bound) removed_.push_back(variable_of(resource.resource));
  }

  /// Elements that `take` will move, an upper bound.
  [[nodiscard]] std::uint64_t work() {
    std::ranges::sort(lists_);
    const auto repeated = std::ranges::unique(lists_);
    lists_.erase(repeated.begin(), repeated.end());
    if (is_shared()) return 0;
    std::uint64_t work = own_.size() + removed_.size();
    for (const auto& list : lists_) work += list->size();
    return work;
  }

  [[nodiscard]] std::shared_ptr<const FreeVariables> take() {
    if (is_shared()) return lists_.empty() ? nullptr : lists_.front();
    auto all = std::make_shared<FreeVariables>(std::move(own_));
    for (const auto& list : lists_) all->insert(all->end(), list->begin(), list->end());
    std::ranges::sort(*all);
    const auto repeated = std::ranges::unique(*all);
    all->erase(repeated.begin(), repeated.end());
    for (const auto& list : lists_)
      if (removed_.empty() && list->size() == all->size()) return list;
    if (!removed_.empty()) {
      std::ranges::sort(removed_);
      FreeVariables rest;
      std::ranges::set_difference(*all, removed_, std::back_inserter(rest));
      *all = std::move(rest);
    }
    all->shrink_to_fit();
    if (all->empty()) return nullptr;
    return all;
  }

 private:
  /// Whether the union is one of the lists, or empty.
  [[nodiscard]] bool is_shared() const {
    return own_.empty() && lists_.size() <= 1 && (removed_.empty() || lists_.empty());
  }

  std::vector<std::shared_ptr<const FreeVariables>> lists_;
  FreeVariables own_;
  FreeVariables removed_;
};

/// Collects the types a body refers to.
class Constituents {
 public:
  std::vector<TypeId> of(const Type::Body& body) {
    std::visit([this](const auto& b) { add(b); }, body);
    return std::move(types_);
  }

 private:
  void add(TypeId type) { types_.push_back(type); }
  void add(const std::optional<TypeId>& type) {
    if (type) types_.push_back(*type);
  }
  void add(const std::vector<NamedExtern>& externs) {
    for (const auto& named : externs)
      if (named.type.sort != Sort::core_module) add(named.type.type);
  }
  void add(PrimValType) {}
  void add(const RecordType& record) {
    for (const auto& field : record.fields) add(field.type);
  }
  void add(const VariantType& variant) {
    for (const auto& one : variant.cases) add(one.type);
  }
  void add(const ListType& list) { add(list.element); }
  void add(const TupleType& tuple) { types_ = tuple.types; }
  void add(const FlagsType&) {}
  void add(const EnumType&) {}
  void add(const OptionType& option) { add(option.type); }
  void add(const ResultType& result) {
    add(result.ok);
    add(result.error);
  }
  void add(const OwnType& own) { add(own.resource); }
  void add(const BorrowType& borrow) { add(borrow.resource); }
  void add(const StreamType& stream) { add(stream.element); }
  void add(const FutureType& future) { add(future.element); }
  void add(const MapType& map) {
    add(map.key);
    add(map.value);
  }
  void add(const ResourceType&) {}
  void add(const FuncType& function) {
    for (const auto& field : function.parameters) add(field.type);
    add(function.result);
  }
  void add(const std::shared_ptr<const InstanceType>& instance) { add(instance->exports); }
  void add(const std::shared_ptr<const ComponentType>& component) {
    add(component->imports);
    add(component->exports);
  }

  std::vector<TypeId> types_;
};

/// The cost of copying a body, in fields, labels, exports and names of paths.
struct Weight {
  std::uint64_t operator()(const RecordType& record) const { return record.fields.size(); }
  std::uint64_t operator()(const VariantType& variant) const { return variant.cases.size(); }
  std::uint64_t operator()(const TupleType& tuple) const { return tuple.types.size(); }
  std::uint64_t operator()(const FlagsType& flags) const { return flags.labels.size(); }
  std::uint64_t operator()(const EnumType& one) const { return one.labels.size(); }
  std::uint64_t operator()(const FuncType& function) const { return function.parameters.size(); }
  std::uint64_t operator()(const std::shared_ptr<const InstanceType>& instance) const {
    return instance->exports.size() + path_length(instance->resources);
  }
  std::uint64_t operator()(const std::shared_ptr<const ComponentType>& component) const {
    return component->imports.size() + component->exports.size() +
           path_length(component->imported_resources) + path_length(component->imported_types) +
           path_length(component->resources);
  }
  template <typename T>
  std::uint64_t operator()(const T&) const {
    return 1;
  }
};

std::uint8_t primitive_size(PrimValType type) {
  switch (type) {
    case PrimValType::bool_:
    case PrimValType::s8:
    case PrimValType::u8:
      return 1;
    case PrimValType::s16:
    case PrimValType::u16:
      return 2;
    case PrimValType::s64:
    case PrimValType::u64:
    case PrimValType::f64:
      return 8;
    case PrimValType::string:
      return 16;  // pointer and length
    default:
      return 4;
  }
}

std::uint8_t discriminant_size(std::size_t cases) {
  return cases <= 0x100 ? 1 : cases <= 0x10000 ? 2 : 4;
}

}  // namespace

const NamedExtern* InstanceType::find(std::string_view name) const {
  const auto found = names.find(name);
  return found == names.end() ? nullptr : &exports[found->second];
}

const CoreExternType* ModuleType::find(std::string_view name) const {
  const auto found = export_names.find(std::string(name));
  return found == export_names.end() ? nullptr : &exports[found->second].type;
}

std::vector<TypeId> constituents(const Type::Body& body) { return Constituents().of(body); }

std::uint64_t weight(const Type::Body& body) { return 1 + std::visit(Weight(), body); }

TypeBuilder::TypeBuilder(ComponentTypes& types, const Limits& limits, std::uint64_t input_bytes)
    : types_(types), limits_(limits), budget_(smallest_budget + budget_per_byte * input_bytes) {}

std::string_view TypeBuilder::keep(std::string_view text) {
  return *types_.strings_.emplace(text).first;
}

bool TypeBuilder::spend(std::uint64_t amount) {
  if (amount > budget_ - spent_) exhausted_ = true;
  if (!exhausted_) spent_ += amount;
  return !exhausted_;
}

TypeId TypeBuilder::add(Type type) {
  types_.types_.push_back(std::move(type));
  return static_cast<TypeId>(types_.types_.size() - 1);
}

TypeId TypeBuilder::primitive(PrimValType type) { return *make(type); }

Result<TypeId> TypeBuilder::make(Type::Body body) {
  const bool is_interned = body.index() < Type::instance_index;
  std::string text;
  if (is_interned) {
    text = BodyText([](TypeId id) { return static_cast<std::uint64_t>(id); }).write(body);
    if (const auto found = made_.find(text); found != made_.end()) return found->second;
  }
  Type type{.body = std::move(body), .free = {}};
  measure(type);
  if (auto error = check(type); !error.empty()) {
    return fail(error.starts_with("type") ? ErrorKind::limit : ErrorKind::invalid,
                std::move(error));
  }
  collect_free(type);
  type.structure = structure_of(type.body);
  const auto id = add(std::move(type));
  if (is_interned) made_.emplace(std::move(text), id);
  return id;
}

std::string TypeBuilder::check(const Type& type) const {
  if (type.size > limits_.component_type_size) return "type is too large";
  if (type.depth > (type.is_value_type() ? limits_.value_nesting : limits_.component_type_nesting))
    return "type is nested too deep";
  if (type.element_size >= element_size_limit) return "value type exceeds maximum byte size";
  return {};
}

std::uint32_t TypeBuilder::structure_of(const Type::Body& body) {
  if (body.index() >= Type::instance_index) return next_structure_++;
  auto text =
      BodyText([this](TypeId id) -> std::uint64_t { return types_[id].structure; }).write(body);
  const auto [found, is_new] = structures_.try_emplace(std::move(text), next_structure_);
  if (is_new) ++next_structure_;
  return found->second;
}

TypeId TypeBuilder::name(TypeId type) {
  if (!spend(weight(types_[type].body))) return type;
  Type named = types_[type];
  named.is_name = true;
  named.named = type;
  const auto id = static_cast<TypeId>(types_.types_.size());
  VariableUnion free;
  free.add(named.free);
  free.add(variable_of(id));
  if (spend(free.work())) named.free = free.take();
  return add(std::move(named));
}

ResourceId TypeBuilder::fresh_resource(ResourceInfo info) {
  spend(1);
  types_.resources_.push_back(info);
  return static_cast<ResourceId>(types_.resources_.size() - 1);
}

TypeId TypeBuilder::resource_type(ResourceId id) { return *make(ResourceType{id}); }

void TypeBuilder::collect_free(Type& type) {
  VariableUnion free;
  if (const auto* resource = type.as<ResourceType>()) free.add(variable_of(resource->id));
  for (const auto id : constituents(type.body)) free.add(types_[id].free);
  if (const auto* instance = type.as<InstanceType>()) free.remove(instance->resources);
  if (const auto* component = type.as<ComponentType>()) {
    free.remove(component->imported_resources);
    free.remove(component->resources);
  }
  if (spend(free.work())) type.free = free.take();
}

void TypeBuilder::measure(Type& type) {
  std::uint64_t size = 1;
  const bool is_container = type.body.index() >= Type::instance_index;
  std::uint32_t depth = 0;
  for (const auto id : constituents(type.body)) {
    const auto& part = types_[id];
    size += part.size;
    // The nesting of instance types and that of value types are counted apart.
    const bool counts = is_container ? part.body.index() >= Type::instance_index : true;
    if (counts) depth = std::max(depth, part.depth);
    type.contains_borrow = type.contains_borrow || part.contains_borrow;
    type.contains_pointer = type.contains_pointer || part.contains_pointer;
  }
  type.size = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(size, std::numeric_limits<std::uint32_t>::max()));
  type.depth = depth + 1;
  if (type.as<BorrowType>()) type.contains_borrow = true;

  if (const auto* value = type.as<PrimValType>()) {
    type.element_size = primitive_size(*value);
    type.alignment = std::min<std::uint8_t>(primitive_size(*value), 8);
    type.contains_pointer = *value == PrimValType::string;
  } else if (const auto* list = type.as<ListType>()) {
    const auto& element = types_[list->element];
    type.element_size = list->length ? element.element_size * *list->length : 16;
    type.alignment = list->length ? element.alignment : 8;
    type.contains_pointer = type.contains_pointer || !list->length;
  } else if (type.as<MapType>()) {
    type.element_size = 16;
    type.alignment = 8;
    type.contains_pointer = true;
  } else if (const auto* flags = type.as<FlagsType>()) {
    const auto count = flags->labels.size();
    type.alignment = count <= 8 ? 1 : count <= 16 ? 2 : 4;
    type.element_size = type.alignment;
  } else if (type.as<RecordType>() || type.as<TupleType>()) {
    measure_fields(type, constituents(type.body));
  } else if (const auto* variant = type.as<VariantType>()) {
    measure_cases(type, variant->cases.size(), constituents(type.body));
  } else if (const auto* one = type.as<EnumType>()) {
    measure_cases(type, one->labels.size(), {});
  } else if (type.as<OptionType>() || type.as<ResultType>()) {
    measure_cases(type, 2, constituents(type.body));
  } else {
    type.element_size = type.alignment = 4;  // a handle
    if (type.as<StreamType>() || type.as<FutureType>()) type.contains_pointer = false;
  }
}

void TypeBuilder::measure_fields(Type& type, const std::vector<TypeId>& fields) const {
  for (const auto id : fields) {
    const auto& field = types_[id];
    type.alignment = std::max(type.alignment, field.alignment);
    type.element_size =
        saturating_add(align_to(type.element_size, field.alignment), field.element_size);
  }
  type.element_size = align_to(type.element_size, type.alignment);
}

void TypeBuilder::measure_cases(Type& type, std::size_t count,
                                const std::vector<TypeId>& payloads) const {
  std::uint64_t payload_size = 0;
  std::uint8_t payload_alignment = 1;
  for (const auto id : payloads) {
    payload_size = std::max(payload_size, types_[id].element_size);
    payload_alignment = std::max(payload_alignment, types_[id].alignment);
  }
  const auto discriminant = discriminant_size(count);
  type.alignment = std::max(discriminant, payload_alignment);
  type.element_size = align_to(
      saturating_add(align_to(discriminant, payload_alignment), payload_size), type.alignment);
}

bool TypeBuilder::is_untouched(const Type& type, const Substitution& substitution) {
  if (!type.free) return true;
  const auto& variables = substitution.variables;
  if (!spend(std::min(type.free->size(), variables.size()))) return true;
  if (variables.size() < type.free->size()) {
    return std::none_of(variables.begin(), variables.end(), [&](const auto& entry) {
      return std::binary_search(type.free->begin(), type.free->end(), entry.first);
    });
  }
  return std::none_of(type.free->begin(), type.free->end(),
                      [&](std::uint64_t variable) { return variables.contains(variable); });
}

/// A type can be a name of a name and so on, to any length, so names are followed in a loop. Only
/// the parts of types recurse, and their nesting is bounded.
TypeId TypeBuilder::substitute(TypeId id, Substitution& substitution) {
  std::vector<TypeId> names;
  auto result = id;
  for (;; result = types_[result].named) {
    if (exhausted_) return id;
    if (const auto known = known_result(result, substitution)) {
      result = *known;
      break;
    }
    if (!types_[result].is_name) {
      result = rebuild_type(result, substitution);
      break;
    }
    names.push_back(result);
  }
  for (auto name_id = names.rbegin(); name_id != names.rend(); ++name_id) {
    result = name(result);
    substitution.done.emplace(*name_id, result);
  }
  return result;
}

/// The result for a type, if it is known without work.
std::optional<TypeId> TypeBuilder::known_result(TypeId id, const Substitution& substitution) {
  if (const auto done = substitution.done.find(id); done != substitution.done.end())
    return done->second;
  const auto& type = types_[id];
  if (is_untouched(type, substitution)) return id;
  if (!type.is_name) return std::nullopt;
  const auto replaced = substitution.variables.find(variable_of(id));
  return replaced == substitution.variables.end() ? std::nullopt : replaced->second;
}

TypeId TypeBuilder::rebuild_type(TypeId id, Substitution& substitution) {
  if (!spend(weight(types_[id].body))) return id;
  // Sizes do not change, so the bounds still hold.
  const auto rebuilt = make(rebuild(types_[id].body, substitution));
  const auto result = rebuilt ? *rebuilt : id;
  substitution.done.emplace(id, result);
  return result;
}

ExternType TypeBuilder::substitute(const ExternType& type, Substitution& substitution) {
  auto result = type;
  if (type.sort != Sort::core_module) result.type = substitute(type.type, substitution);
  return result;
}

namespace {

/// Copies a body with every type in it mapped.
template <typename Map, typename MapExtern>
class BodyRebuilder {
 public:
  BodyRebuilder(Map map, MapExtern map_extern) : map_(map), map_extern_(map_extern) {}

  Type::Body operator()(PrimValType value) { return value; }
  Type::Body operator()(RecordType record) {
    fields(record.fields);
    return record;
  }
  Type::Body operator()(VariantType variant) {
    for (auto& one : variant.cases) optional(one.type);
    return variant;
  }
  Type::Body operator()(ListType list) {
    list.element = map_(list.element);
    return list;
  }
  Type::Body operator()(TupleType tuple) {
    for (auto& type : tuple.types) type = map_(type);
    return tuple;
  }
  Type::Body operator()(const FlagsType& flags) { return flags; }
  Type::Body operator()(const EnumType& one) { return one; }
  Type::Body operator()(OptionType option) {
    option.type = map_(option.type);
    return option;
  }
  Type::Body operator()(ResultType result) {
    optional(result.ok);
    optional(result.error);
    return result;
  }
  Type::Body operator()(OwnType own) { return OwnType{map_(own.resource)}; }
  Type::Body operator()(BorrowType borrow) { return BorrowType{map_(borrow.resource)}; }
  Type::Body operator()(StreamType stream) {
    optional(stream.element);
    return stream;
  }
  Type::Body operator()(FutureType future) {
    optional(future.element);
    return future;
  }
  Type::Body operator()(MapType map) { return MapType{map_(map.key), map_(map.value)}; }
  Type::Body operator()(ResourceType resource) { return resource; }
  Type::Body operator()(FuncType function) {
    fields(function.parameters);
    optional(function.result);
    return function;
  }
  Type::Body operator()(const std::shared_ptr<const InstanceType>& instance) {
    auto copy = std::make_shared<InstanceType>(*instance);
    externs(copy->exports);
    return std::shared_ptr<const InstanceType>(std::move(copy));
  }
  Type::Body operator()(const std::shared_ptr<const ComponentType>& component) {
    auto copy = std::make_shared<ComponentType>(*component);
    externs(copy->imports);
    externs(copy->exports);
    for (auto& import : copy->imported_types) import.type = map_(import.type);
    return std::shared_ptr<const ComponentType>(std::move(copy));
  }

 private:
  void optional(std::optional<TypeId>& type) {
    if (type) type = map_(*type);
  }
  void fields(std::vector<Field>& list) {
    for (auto& field : list) field.type = map_(field.type);
  }
  void externs(std::vector<NamedExtern>& list) {
    for (auto& named : list) named.type = map_extern_(named.type);
  }

  Map map_;
  MapExtern map_extern_;
};

}  // namespace

Type::Body TypeBuilder::rebuild(const Type::Body& body, Substitution& substitution) {
  if (const auto* resource = std::get_if<ResourceType>(&body)) {
    const auto found = substitution.variables.find(variable_of(resource->id));
    if (found == substitution.variables.end() || !found->second) return body;
    return ResourceType{types_.resource(*found->second)};
  }
  BodyRebuilder rebuilder([&](TypeId id) { return substitute(id, substitution); },
                          [&](const ExternType& type) { return substitute(type, substitution); });
  return std::visit(rebuilder, Type::Body(body));
}

}  // namespace airlock::validator::component
