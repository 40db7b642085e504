#include "canonical-abi/transfer.hpp"

#include <utility>

#include "canonical-abi/transfer_sides.hpp"
#include "runtime/fuel.hpp"

namespace airlock::canonical_abi {

using runtime::Slot;
using runtime::Trap;
using runtime::TrapCode;

namespace {

/// Bytes one call may move. More than any memory holds, so that only values that name the same
/// bytes again and again can get there.
constexpr std::uint64_t work_limit = std::uint64_t{1} << 33;

/// Bytes between two looks at the store's interruption.
constexpr std::uint64_t piece = std::uint64_t{1} << 20;

}  // namespace

// --- Bounds --------------------------------------------------------------------------------------

Transfer::Transfer(Store& store, runtime::Stack& stack, const LiftLowerContext& from,
                   const LiftLowerContext& to, HandleLog& handles)
    : store_(store),
      stack_(stack),
      from_(from),
      to_(to),
      handles_(handles),
      work_left_(work_limit),
      host_left_(store.engine().limits().host_value_bytes) {}

bool Transfer::fail(std::string message) {
  trap_ = Trap(TrapCode::host, std::move(message));
  return false;
}

bool Transfer::charge(std::uint64_t bytes) {
  if (bytes > work_left_) return fail("too many bytes pass through one call");
  const bool is_next_piece = work_left_ / piece != (work_left_ - bytes) / piece;
  work_left_ -= bytes;
  if (const auto& interruption = store_.core().interruption(); interruption && is_next_piece) {
    const TrapCode due = interruption->due();
    if (due != TrapCode::none) trap_ = Trap(due);
    if (due != TrapCode::none) return false;
  }
  if (store_.core().charge(runtime::fuel::for_bytes(bytes))) return true;
  trap_ = Trap(TrapCode::out_of_fuel);
  return false;
}

bool Transfer::charge_host(std::uint64_t bytes) {
  if (bytes > host_left_) return fail("value is too large for the host");
  host_left_ -= bytes;
  return true;
}

// --- Lifting and lowering values -----------------------------------------------------------------

/// Hands the place of lifted values to `then`: the flat values themselves, or the memory that the
/// first of them points to if there are too many (`lift_flat_values`).
template <typename Then>
bool Transfer::lift_flat_values(const Layouts& layouts, std::size_t max_flat, const Slot* from,
                                Then then) {
  const TupleLayout& layout = layouts[from_.memory64() ? 1 : 0];
  if (layout.is_flat(max_flat)) return then(FlatFrom{from});
  const std::uint64_t pointer = from_.memory64() ? from->i64 : from->i32;
  std::byte* data = nullptr;
  return find_spilled(layout, pointer, from_, data) && then(MemoryFrom{data});
}

/// Lowers into flat values or, if there are too many, into memory: at `out_pointer`, or in a new
/// block whose address becomes the one flat value (`lower_flat_values`).
template <typename From>
bool Transfer::lower_flat_values(const std::vector<Field>& fields, const Layouts& layouts,
                                 std::size_t max_flat, From from, Slot* to,
                                 std::optional<std::uint64_t> out_pointer) {
  const TupleLayout& layout = layouts[to_.memory64() ? 1 : 0];
  if (layout.is_flat(max_flat)) return tuple(fields, layouts, from, FlatTo{to});
  std::uint64_t pointer = 0;
  if (out_pointer) {
    pointer = *out_pointer;
  } else {
    if (!reallocate(0, 0, layout.alignment, layout.size, "pointer", pointer)) return false;
    to->bits = pointer;
  }
  std::byte* data = nullptr;
  return find_spilled(layout, pointer, to_, data) && tuple(fields, layouts, from, MemoryTo{data});
}

bool Transfer::find_spilled(const TupleLayout& layout, std::uint64_t pointer,
                            const LiftLowerContext& context, std::byte*& data) {
  if (pointer != align_to(pointer, layout.alignment)) return fail("unaligned pointer");
  if (!context.opts->memory || !context.opts->memory->contains(pointer, layout.size)) {
    return fail("pointer out of bounds of memory");
  }
  data = context.opts->memory->base + pointer;
  return true;
}

template <typename From, typename To>
bool Transfer::tuple(const std::vector<Field>& fields, const Layouts& layouts, From from, To to) {
  const TupleLayout& source = layouts[from_.memory64() ? 1 : 0];
  const TupleLayout& destination = layouts[to_.memory64() ? 1 : 0];
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (!value(fields[i].type, from.field(source, i), to.field(destination, i))) return false;
  }
  return true;
}

template <typename Walk>
bool Transfer::lift_first(const Signature& signature, const Walk& walk) {
  if (!signature.must_lift_first[to_.memory64() ? 1 : 0]) return true;
  if (!walk()) return false;
  was_lifted_ = true;
  work_left_ = work_limit;
  return true;
}

bool Transfer::parameters(const Signature& signature, const Slot* from, Slot* to) {
  const auto& fields = signature.type.parameters;
  const auto lift = [&](auto then) {
    return lift_flat_values(signature.parameters, max_flat_params, from, then);
  };
  const auto to_nowhere = [&](auto place) {
    return tuple(fields, signature.parameters, place, Nowhere{});
  };
  return lift_first(signature, [&] { return lift(to_nowhere); }) && lift([&](auto place) {
           return lower_flat_values(fields, signature.parameters, max_flat_params, place, to,
                                    std::nullopt);
         });
}

bool Transfer::parameters(const Signature& signature, const Slot* from, std::vector<Value>& to) {
  to.resize(signature.type.parameters.size());
  return lift_flat_values(signature.parameters, max_flat_params, from, [&](auto place) {
    return tuple(signature.type.parameters, signature.parameters, place, ValuesTo{to.data()});
  });
}

bool Transfer::parameters(const Signature& signature, std::span<const Value> from, Slot* to) {
  const auto& fields = signature.type.parameters;
  const ValuesFrom place{from.data()};
  const auto to_nowhere = [&] { return tuple(fields, signature.parameters, place, Nowhere{}); };
  return lift_first(signature, to_nowhere) &&
         lower_flat_values(fields, signature.parameters, max_flat_params, place, to, std::nullopt);
}

bool Transfer::results(const Signature& signature, const Slot* from, Slot* to,
                       std::uint64_t out_pointer) {
  return lift_flat_values(signature.result_layouts, max_flat_results, from, [&](auto place) {
    return lower_flat_values(signature.results, signature.result_layouts, max_flat_results, place,
                             to, out_pointer);
  });
}

bool Transfer::results(const Signature& signature, const Slot* from, std::optional<Value>& to) {
  if (signature.results.empty()) return true;
  to.emplace();
  return lift_flat_values(signature.result_layouts, max_flat_results, from, [&](auto place) {
    return tuple(signature.results, signature.result_layouts, place, ValuesTo{&*to});
  });
}

bool Transfer::results(const Signature& signature, const Value* from, Slot* to,
                       std::uint64_t out_pointer) {
  if (from == nullptr) return signature.results.empty();
  return lower_flat_values(signature.results, signature.result_layouts, max_flat_results,
                           ValuesFrom{from}, to, out_pointer);
}

// --- One value -----------------------------------------------------------------------------------

template <typename From, typename To>
bool Transfer::value(Type type, From from, To to) {
  switch (type->kind) {
    case TypeKind::string:
      return string(from, to);
    case TypeKind::list:
      return type->length ? fixed_list(type, from, to) : list(type, from, to);
    case TypeKind::map:
      return list(type, from, to);
    case TypeKind::record:
    case TypeKind::tuple:
      return record(type, from, to);
    case TypeKind::variant:
    case TypeKind::enumeration:
    case TypeKind::option:
    case TypeKind::result:
      return variant(type, from, to);
    case TypeKind::flags:
      return flags(type, from, to);
    case TypeKind::own:
    case TypeKind::borrow:
      return handle(type, from, to);
    case TypeKind::stream:
    case TypeKind::future:
    case TypeKind::error_context:
      trap_ = Trap(TrapCode::unsupported,
                   "values of type `" + std::string(to_string(type->kind)) + "` are not supported");
      return false;
    default:
      return scalar(type, from, to);
  }
}

/// Booleans, integers, floats and characters.
template <typename From, typename To>
bool Transfer::scalar(Type type, From from, To to) {
  const std::size_t size = type->layouts[0].size;
  std::uint64_t bits = from.bits(size);
  switch (type->kind) {
    case TypeKind::boolean:
      // As a flat value a boolean is the whole i32.
      bits = (From::is_flat ? from.bits(4) : bits) != 0 ? 1 : 0;
      break;
    case TypeKind::s8:
      bits = sign_extend(bits, 8);
      break;
    case TypeKind::s16:
      bits = sign_extend(bits, 16);
      break;
    case TypeKind::s32:
      bits = sign_extend(bits, 32);
      break;
    case TypeKind::f32:
      bits = canonicalize_nan32(static_cast<std::uint32_t>(bits));
      break;
    case TypeKind::f64:
      bits = canonicalize_nan64(bits);
      break;
    case TypeKind::character:
      if (!is_scalar_value(static_cast<std::uint32_t>(bits))) {
        return fail("invalid `char` bit pattern");
      }
      break;
    default:
      break;
  }
  if constexpr (To::is_value) {
    *to.at = Value::scalar(type->kind, bits);
  } else {
    to.set_bits(size, bits);
  }
  return true;
}

template <typename From, typename To>
bool Transfer::record(Type type, From from, To to) {
  const Layout& source = type->layout(from_.memory64());
  if constexpr (To::is_value) {
    const std::size_t count = type->fields.size();
    if (!charge_host(count * sizeof(Value))) return false;
    std::vector<Value> fields(count);
    for (std::size_t i = 0; i < count; ++i) {
      if (!value(type->fields[i].type, from.field(source, i), ValueTo{&fields[i]})) return false;
    }
    *to.at = type->kind == TypeKind::tuple ? Value::tuple(std::move(fields))
                                           : Value::record(std::move(fields));
  } else {
    const Layout& destination = type->layout(to_.memory64());
    for (std::size_t i = 0; i < type->fields.size(); ++i) {
      if (!value(type->fields[i].type, from.field(source, i), to.field(destination, i))) {
        return false;
      }
    }
  }
  return true;
}

template <typename From, typename To>
bool Transfer::variant(Type type, From from, To to) {
  // As a flat value a discriminant is the whole i32.
  const std::uint64_t index = from.bits(From::is_flat ? 4 : type->discriminant_size);
  if (index >= type->cases.size()) return fail("invalid variant discriminant");
  const Type payload = type->cases[index].type;
  if constexpr (To::is_value) {
    Value inner;
    if (payload) {
      if (!charge_host(sizeof(Value))) return false;
      if (!value(payload, from.payload(type->layout(from_.memory64())), ValueTo{&inner})) {
        return false;
      }
    }
    *to.at = Value::of_case(type->kind, static_cast<std::uint32_t>(index),
                            payload ? std::optional(std::move(inner)) : std::nullopt);
    return true;
  } else {
    const Layout& destination = type->layout(to_.memory64());
    to.clear(destination);
    to.set_bits(type->discriminant_size, index);
    if (!payload) return true;
    return value(payload, from.payload(type->layout(from_.memory64())), to.payload(destination));
  }
}

template <typename From, typename To>
bool Transfer::flags(Type type, From from, To to) {
  const std::uint64_t bits =
      from.bits(From::is_flat ? 4 : type->flags_size) & label_mask(type->labels.size());
  if constexpr (To::is_value) {
    *to.at = Value::flags(static_cast<std::uint32_t>(bits));
  } else {
    to.set_bits(type->flags_size, bits);
  }
  return true;
}

// --- Handles -------------------------------------------------------------------------------------

template <typename From, typename To>
bool Transfer::handle(Type type, From from, To to) {
  std::uint32_t rep = 0;
  if constexpr (From::is_value) {
    if (from.at->resource() != type->resource) {
      return fail("the host passed a resource of another type than `" + to_string(type) + "`");
    }
    rep = from.at->rep();
  } else {
    const auto index = static_cast<std::uint32_t>(from.bits(4));
    if (!(was_lifted_ ? find_lifted_handle(type, index, rep) : lift_handle(type, index, rep))) {
      return false;
    }
  }
  if constexpr (To::is_nowhere) {
    if constexpr (!From::is_value) handles_.lifted(type, rep);
  } else if constexpr (To::is_value) {
    *to.at = type->kind == TypeKind::own ? Value::own(type->resource, rep)
                                         : Value::borrow(type->resource, rep);
  } else {
    std::uint32_t index = 0;
    if (!lower_handle(type, rep, index)) return false;
    to.set_bits(4, index);
  }
  return true;
}

// --- Lists ---------------------------------------------------------------------------------------

template <typename From, typename To>
bool Transfer::list(Type type, From from, To to) {
  const Type element = type->element;
  std::uint64_t length = 0;
  const std::byte* source = nullptr;
  if constexpr (From::is_value) {
    length = from.at->size();
  } else {
    const Range range = from.range(from_.memory64());
    if (!find_source_list(element, range, source)) return false;
    length = range.length;
  }
  if constexpr (To::is_value) {
    return lift_list(type, length, MemoryFrom{source}, to);
  } else if constexpr (To::is_nowhere) {
    if constexpr (From::is_value) {
      return !element->lift_may_fail || lower_elements(element, *from.at, to);
    } else {
      return elements(element, length, MemoryFrom{source}, to);
    }
  } else {
    Range range;
    std::byte* destination = nullptr;
    if (!make_list(element, length, range, destination)) return false;
    to.set_range(range, to_.memory64());
    if constexpr (From::is_value) {
      return lower_elements(element, *from.at, MemoryTo{destination});
    } else {
      return elements(element, length, MemoryFrom{source}, MemoryTo{destination});
    }
  }
}

template <typename From, typename To>
bool Transfer::fixed_list(Type type, From from, To to) {
  const std::uint32_t length = *type->length;
  if constexpr (To::is_value) {
    return lift_list(type, length, from, to);
  } else if constexpr (From::is_value) {
    return lower_elements(type->element, *from.at, to);
  } else {
    return elements(type->element, length, from, to);
  }
}

/// Moves elements between guests, as a block if their type allows.
template <typename From, typename To>
bool Transfer::elements(Type element, std::uint64_t length, From from, To to) {
  const Layout& source = element->layout(from_.memory64());
  const Layout& destination = element->layout(to_.memory64());
  if constexpr (To::is_nowhere) {
    if (!element->lift_may_fail) return true;
  } else if constexpr (!From::is_flat && !To::is_flat) {
    const std::uint64_t bytes = length * source.size;
    switch (element->kind) {
      case TypeKind::boolean:
        transform<std::uint8_t>(from.at, to.at, length, [](std::uint8_t bit) { return bit != 0; });
        return true;
      case TypeKind::f32:
        transform<std::uint32_t>(from.at, to.at, length, canonicalize_nan32);
        return true;
      case TypeKind::f64:
        transform<std::uint64_t>(from.at, to.at, length, canonicalize_nan64);
        return true;
      default:
        break;
    }
    if (element->is_plain) {
      if (bytes != 0) std::memmove(to.at, from.at, bytes);
      return true;
    }
  }
  for (std::uint64_t i = 0; i < length; ++i) {
    if (!value(element, from.element(source, i), to.element(destination, i))) return false;
  }
  return true;
}

/// A list as a `Value`: packed if its elements are integers or floats.
template <typename From>
bool Transfer::lift_list(Type type, std::uint64_t length, From from, ValueTo to) {
  const Type element = type->element;
  const Layout& layout = element->layout(from_.memory64());
  if constexpr (!From::is_flat) {
    if (packed_size(element->kind) != 0) {
      const std::uint64_t bytes = length * layout.size;
      if (!charge_host(bytes)) return false;
      std::vector<std::byte> copy(from.at, from.at + bytes);
      canonicalize_floats(element->kind, copy);
      *to.at = Value::packed(element->kind, std::move(copy));
      return true;
    }
  }
  if (length > host_left_ / sizeof(Value) || !charge_host(length * sizeof(Value))) {
    return fail("value is too large for the host");
  }
  std::vector<Value> values(length);
  for (std::uint64_t i = 0; i < length; ++i) {
    if (!value(element, from.element(layout, i), ValueTo{&values[i]})) return false;
  }
  *to.at =
      type->kind == TypeKind::map ? Value::map(std::move(values)) : Value::list(std::move(values));
  return true;
}

/// A host's list into flat values or memory.
template <typename To>
bool Transfer::lower_elements(Type element, const Value& list, To to) {
  const Layout& layout = element->layout(to_.memory64());
  if (!list.is_packed()) {
    const auto values = list.elements();
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!value(element, ValueFrom{&values[i]}, to.element(layout, i))) return false;
    }
    return true;
  }
  const auto bytes = list.as_bytes();
  if constexpr (To::is_nowhere) {
    return true;  // only integers and floats are packed
  } else if constexpr (!To::is_flat) {
    if (!bytes.empty()) std::memcpy(to.at, bytes.data(), bytes.size());
    canonicalize_floats(element->kind, {to.at, bytes.size()});
    return true;
  } else {
    for (std::size_t i = 0; i < list.size(); ++i) {
      const Value one = list.at(i);
      if (!value(element, ValueFrom{&one}, to.element(layout, i))) return false;
    }
    return true;
  }
}

// --- Strings -------------------------------------------------------------------------------------

template <typename From, typename To>
bool Transfer::string(From from, To to) {
  Text text;
  if constexpr (From::is_value) {
    const std::string_view view = from.at->as_string();
    text.bytes = std::as_bytes(std::span(view));
    if (std::string error = find_utf8_error(text.bytes); !error.empty()) return fail(error);
  } else {
    if (!find_source_text(from.range(from_.memory64()), text)) return false;
  }
  if constexpr (To::is_value) {
    return lift_text(text, *to.at);
  } else if constexpr (To::is_nowhere) {
    return true;
  } else {
    Range range;
    if (!lower_text(text, range)) return false;
    to.set_range(range, to_.memory64());
    return true;
  }
}

}  // namespace airlock::canonical_abi
