#include "validator/component/flattening.hpp"

#include "validator/component/type_builder.hpp"

namespace airlock::validator::component {
namespace {

decoder::ValueType pointer_type(bool memory64) { return memory64 ? decoder::i64 : decoder::i32; }

/// The core type that can represent both of two core types (`join`).
decoder::ValueType join(const decoder::ValueType& a, const decoder::ValueType& b) {
  if (a == b) return a;
  const auto is_32_bits = [](const decoder::ValueType& type) {
    return type == decoder::i32 || type == decoder::f32;
  };
  return is_32_bits(a) && is_32_bits(b) ? decoder::i32 : decoder::i64;
}

FlatTypes flatten_primitive(PrimValType type, bool memory64) {
  switch (type) {
    case PrimValType::s64:
    case PrimValType::u64:
      return {{decoder::i64}};
    case PrimValType::f32:
      return {{decoder::f32}};
    case PrimValType::f64:
      return {{decoder::f64}};
    case PrimValType::string:
      return {{pointer_type(memory64), pointer_type(memory64)}};
    default:
      return {{decoder::i32}};
  }
}

}  // namespace

const FlatTypes& Flattener::flatten(TypeId type, bool memory64) {
  auto& known = known_[memory64 ? 1 : 0];
  if (const auto found = known.find(type); found != known.end()) return found->second;
  auto flat = compute(types_[type], memory64);
  return known.emplace(type, std::move(flat)).first->second;
}

FlatTypes Flattener::compute(const Type& type, bool memory64) {
  FlatTypes flat;
  if (const auto* primitive = type.as<PrimValType>())
    return flatten_primitive(*primitive, memory64);
  if (type.as<RecordType>() || type.as<TupleType>()) {
    for (const auto field : constituents(type.body)) flat.add(flatten(field, memory64));
  } else if (const auto* list = type.as<ListType>(); list && list->length) {
    const auto element = flatten(list->element, memory64);
    for (std::uint32_t i = 0; i < *list->length && flat.types.size() < FlatTypes::limit; ++i)
      flat.add(element);
  } else if (list || type.as<MapType>()) {
    flat.types.assign(2, pointer_type(memory64));
  } else if (type.as<VariantType>() || type.as<OptionType>() || type.as<ResultType>()) {
    flat = variant(constituents(type.body), memory64);
  } else {
    flat.add(decoder::i32);  // flags, an enum or a handle
  }
  return flat;
}

/// The discriminant, then for each position the core type that can represent that position of every
/// case.
FlatTypes Flattener::variant(const std::vector<TypeId>& payloads, bool memory64) {
  FlatTypes joined;
  for (const auto payload : payloads) {
    const auto& flat = flatten(payload, memory64).types;
    for (std::size_t i = 0; i < flat.size(); ++i) {
      if (i < joined.types.size()) {
        joined.types[i] = join(joined.types[i], flat[i]);
      } else {
        joined.add(flat[i]);
      }
    }
  }
  FlatTypes flat;
  flat.add(decoder::i32);
  flat.add(joined);
  return flat;
}

FlatFunction flatten_function(Flattener& flattener, const FuncType& function, CanonContext context,
                              const FlattenOptions& options) {
  FlatTypes parameters;
  for (const auto& field : function.parameters) {
    if (parameters.types.size() == FlatTypes::limit) break;
    parameters.add(flattener.flatten(field.type, options.memory64));
  }
  FlatTypes results;
  if (function.result) results.add(flattener.flatten(*function.result, options.memory64));

  const auto pointer = pointer_type(options.memory64);
  const bool lifts = context == CanonContext::lift;
  FlatFunction flat;
  const auto most_parameters = options.is_async && !lifts ? max_flat_async_params : max_flat_params;
  flat.parameters_in_memory = parameters.types.size() > most_parameters;
  flat.type.parameters = flat.parameters_in_memory ? std::vector{pointer} : parameters.types;
  if (!options.is_async) {
    flat.result_in_memory = results.types.size() > max_flat_results;
    if (!flat.result_in_memory) {
      flat.type.results = results.types;
    } else if (lifts) {
      flat.type.results = {pointer};
    } else {
      flat.type.parameters.push_back(pointer);
    }
  } else if (lifts) {
    // The result goes to `task.return`, flat or through memory.
    flat.result_in_memory = results.types.size() > max_flat_params;
    if (options.has_callback) flat.type.results = {decoder::i32};
  } else {
    flat.result_in_memory = !results.types.empty();
    if (flat.result_in_memory) flat.type.parameters.push_back(pointer);
    flat.type.results = {decoder::i32};
  }
  return flat;
}

}  // namespace airlock::validator::component
