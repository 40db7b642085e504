#include "canonical-abi/transfer.hpp"

#include <bit>
#include <cmath>
#include <cstring>
#include <utility>

#include "canonical-abi/layout.hpp"
#include "runtime/executor.hpp"

namespace airlock::canonical_abi {

static_assert(std::endian::native == std::endian::little, "memories are little-endian");

using runtime::Slot;
using runtime::Trap;
using runtime::TrapCode;

namespace {

constexpr std::uint64_t max_list_byte_length = (std::uint64_t{1} << 28) - 1;

/// Bytes one call may move. More than any memory holds, so that only values that name the same
/// bytes again and again can get there.
constexpr std::uint64_t work_limit = std::uint64_t{1} << 33;

constexpr std::uint32_t canonical_float32_nan = 0x7fc00000;
constexpr std::uint64_t canonical_float64_nan = 0x7ff8000000000000;

constexpr std::uint32_t canonicalize_nan32(std::uint32_t bits) {
  return (bits & 0x7fffffff) > 0x7f800000 ? canonical_float32_nan : bits;
}

constexpr std::uint64_t canonicalize_nan64(std::uint64_t bits) {
  return (bits & 0x7fffffffffffffff) > 0x7ff0000000000000 ? canonical_float64_nan : bits;
}

template <typename Word>
Word read(const std::byte* at) {
  Word word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

template <typename Word>
void write(std::byte* at, Word word) {
  std::memcpy(at, &word, sizeof word);
}

std::uint64_t read_bytes(const std::byte* at, std::size_t size) {
  switch (size) {
    case 1:
      return read<std::uint8_t>(at);
    case 2:
      return read<std::uint16_t>(at);
    case 4:
      return read<std::uint32_t>(at);
    default:
      return read<std::uint64_t>(at);
  }
}

void write_bytes(std::byte* at, std::size_t size, std::uint64_t bits) {
  switch (size) {
    case 1:
      return write(at, static_cast<std::uint8_t>(bits));
    case 2:
      return write(at, static_cast<std::uint16_t>(bits));
    case 4:
      return write(at, static_cast<std::uint32_t>(bits));
    default:
      return write(at, bits);
  }
}

template <typename Word, typename Function>
void transform(const std::byte* from, std::byte* to, std::uint64_t length, Function function) {
  for (std::uint64_t i = 0; i < length; ++i) {
    write<Word>(to + i * sizeof(Word), function(read<Word>(from + i * sizeof(Word))));
  }
}

/// Makes the NaNs of a dense run of floats canonical; other kinds stay as they are.
void canonicalize_floats(TypeKind kind, std::span<std::byte> bytes) {
  if (kind == TypeKind::f32) {
    transform<std::uint32_t>(bytes.data(), bytes.data(), bytes.size() / 4, canonicalize_nan32);
  } else if (kind == TypeKind::f64) {
    transform<std::uint64_t>(bytes.data(), bytes.data(), bytes.size() / 8, canonicalize_nan64);
  }
}

std::uint64_t sign_extend(std::uint64_t bits, unsigned width) {
  const unsigned shift = 64 - width;
  return static_cast<std::uint64_t>(static_cast<std::int64_t>(bits << shift) >> shift);
}

std::uint32_t label_mask(std::size_t labels) {
  return labels >= 32 ? 0xffffffff : (std::uint32_t{1} << labels) - 1;
}

}  // namespace

// --- The sides -----------------------------------------------------------------------------------
//
// A side is a place where a value lies or will lie. It leads to the places of the value's parts.
// Flat values need no coercions between joined types: a slot always holds a value's bits,
// zero-extended.

struct Transfer::MemoryFrom {
  static constexpr bool is_value = false;
  static constexpr bool is_flat = false;
  const std::byte* at;

  [[nodiscard]] std::uint64_t bits(std::size_t size) const { return read_bytes(at, size); }
  template <typename AnyLayout>
  [[nodiscard]] MemoryFrom field(const AnyLayout& layout, std::size_t i) const {
    return {at + layout.offsets[i]};
  }
  [[nodiscard]] MemoryFrom element(const Layout& layout, std::uint64_t i) const {
    return {at + layout.size * i};
  }
  [[nodiscard]] MemoryFrom payload(const Layout& layout) const {
    return {at + layout.payload_offset};
  }
  [[nodiscard]] Range range(bool memory64) const {
    if (memory64) return {read<std::uint64_t>(at), read<std::uint64_t>(at + 8)};
    return {read<std::uint32_t>(at), read<std::uint32_t>(at + 4)};
  }
};

struct Transfer::MemoryTo {
  static constexpr bool is_value = false;
  static constexpr bool is_flat = false;
  std::byte* at;

  void set_bits(std::size_t size, std::uint64_t bits) const { write_bytes(at, size, bits); }
  template <typename AnyLayout>
  [[nodiscard]] MemoryTo field(const AnyLayout& layout, std::size_t i) const {
    return {at + layout.offsets[i]};
  }
  [[nodiscard]] MemoryTo element(const Layout& layout, std::uint64_t i) const {
    return {at + layout.size * i};
  }
  [[nodiscard]] MemoryTo payload(const Layout& layout) const {
    return {at + layout.payload_offset};
  }
  void clear(const Layout&) const {}
  void set_range(const Range& range, bool memory64) const {
    const std::size_t size = memory64 ? 8 : 4;
    write_bytes(at, size, range.pointer);
    write_bytes(at + size, size, range.length);
  }
};

struct Transfer::FlatFrom {
  static constexpr bool is_value = false;
  static constexpr bool is_flat = true;
  const Slot* at;

  [[nodiscard]] std::uint64_t bits(std::size_t size) const {
    return size == 8 ? at->bits : at->bits & ((std::uint64_t{1} << (size * 8)) - 1);
  }
  template <typename AnyLayout>
  [[nodiscard]] FlatFrom field(const AnyLayout& layout, std::size_t i) const {
    return {at + layout.flat_offsets[i]};
  }
  [[nodiscard]] FlatFrom element(const Layout& layout, std::uint64_t i) const {
    return {at + layout.flat.size() * i};
  }
  [[nodiscard]] FlatFrom payload(const Layout&) const { return {at + 1}; }
  [[nodiscard]] Range range(bool memory64) const {
    if (memory64) return {at[0].i64, at[1].i64};
    return {at[0].i32, at[1].i32};
  }
};

struct Transfer::FlatTo {
  static constexpr bool is_value = false;
  static constexpr bool is_flat = true;
  Slot* at;

  void set_bits(std::size_t size, std::uint64_t bits) const {
    at->bits = size == 8 ? bits : bits & 0xffffffff;
  }
  template <typename AnyLayout>
  [[nodiscard]] FlatTo field(const AnyLayout& layout, std::size_t i) const {
    return {at + layout.flat_offsets[i]};
  }
  [[nodiscard]] FlatTo element(const Layout& layout, std::uint64_t i) const {
    return {at + layout.flat.size() * i};
  }
  [[nodiscard]] FlatTo payload(const Layout&) const { return {at + 1}; }
  /// Flat values beyond those of the chosen case are zero.
  void clear(const Layout& layout) const {
    for (std::size_t i = 0; i < layout.flat.size(); ++i) at[i].bits = 0;
  }
  void set_range(const Range& range, bool) const {
    at[0].bits = range.pointer;
    at[1].bits = range.length;
  }
};

struct Transfer::ValueFrom {
  static constexpr bool is_value = true;
  static constexpr bool is_flat = false;
  const Value* at;

  [[nodiscard]] std::uint64_t bits(std::size_t) const { return at->bits(); }
  template <typename AnyLayout>
  [[nodiscard]] ValueFrom field(const AnyLayout&, std::size_t i) const {
    return {&(*at)[i]};
  }
  [[nodiscard]] ValueFrom payload(const Layout&) const { return {at->payload()}; }
};

struct Transfer::ValueTo {
  static constexpr bool is_value = true;
  static constexpr bool is_flat = false;
  Value* at;
};

/// A row of values: the host's parameters or results.
struct Transfer::ValuesFrom {
  const Value* first;
  [[nodiscard]] ValueFrom field(const TupleLayout&, std::size_t i) const { return {first + i}; }
};

struct Transfer::ValuesTo {
  Value* first;
  [[nodiscard]] ValueTo field(const TupleLayout&, std::size_t i) const { return {first + i}; }
};

// --- Bounds --------------------------------------------------------------------------------------

Transfer::Transfer(Store& store, runtime::Stack& stack, const LiftLowerContext& from,
                   const LiftLowerContext& to)
    : store_(store),
      stack_(stack),
      from_(from),
      to_(to),
      work_left_(work_limit),
      host_left_(store.engine().limits().host_value_bytes) {}

bool Transfer::fail(std::string message) {
  trap_ = Trap(TrapCode::host, std::move(message));
  return false;
}

bool Transfer::charge(std::uint64_t bytes) {
  if (bytes > work_left_) return fail("too many bytes pass through one call");
  work_left_ -= bytes;
  return true;
}

bool Transfer::charge_host(std::uint64_t bytes) {
  if (bytes > host_left_) return fail("value is too large for the host");
  host_left_ -= bytes;
  return true;
}

// --- Lifting and lowering values
// -------------------------------------------------------------------

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

bool Transfer::parameters(const Signature& signature, const Slot* from, Slot* to) {
  return lift_flat_values(signature.parameters, max_flat_params, from, [&](auto place) {
    return lower_flat_values(signature.type.parameters, signature.parameters, max_flat_params,
                             place, to, std::nullopt);
  });
}

bool Transfer::parameters(const Signature& signature, const Slot* from, std::vector<Value>& to) {
  to.resize(signature.type.parameters.size());
  return lift_flat_values(signature.parameters, max_flat_params, from, [&](auto place) {
    return tuple(signature.type.parameters, signature.parameters, place, ValuesTo{to.data()});
  });
}

bool Transfer::parameters(const Signature& signature, std::span<const Value> from, Slot* to) {
  return lower_flat_values(signature.type.parameters, signature.parameters, max_flat_params,
                           ValuesFrom{from.data()}, to, std::nullopt);
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

// --- Handles
// ---------------------------------------------------------------------------------------

template <typename From, typename To>
bool Transfer::handle(Type type, From from, To to) {
  std::uint32_t rep = 0;
  if constexpr (From::is_value) {
    if (from.at->resource() != type->resource) {
      return fail("the host passed a resource of another type than `" + to_string(type) + "`");
    }
    rep = from.at->rep();
  } else {
    if (!lift_handle(type, static_cast<std::uint32_t>(from.bits(4)), rep)) return false;
  }
  if constexpr (To::is_value) {
    *to.at = type->kind == TypeKind::own ? Value::own(type->resource, rep)
                                         : Value::borrow(type->resource, rep);
  } else {
    std::uint32_t index = 0;
    if (!lower_handle(type, rep, index)) return false;
    to.set_bits(4, index);
  }
  return true;
}

/// `lift_own` and `lift_borrow`.
bool Transfer::lift_handle(Type type, std::uint32_t index, std::uint32_t& rep) {
  Handle* handle = find_handle(*from_.inst, index, type->resource, trap_);
  if (!handle) return false;
  rep = handle->rep;
  if (type->kind == TypeKind::borrow) {
    if (from_.subtask) from_.subtask->add_lender(index, *handle);
    return true;
  }
  if (handle->num_lends != 0) return fail("cannot remove owned resource while borrowed");
  if (handle->kind != HandleKind::own) return fail("cannot lift own resource from a borrow");
  from_.inst->handles.remove(index);
  return true;
}

/// `lower_own` and `lower_borrow`.
bool Transfer::lower_handle(Type type, std::uint32_t rep, std::uint32_t& index) {
  Handle handle{.kind = HandleKind::own, .rep = rep, .rt = type->resource};
  if (type->kind == TypeKind::borrow) {
    // The implementation of a resource gets what it stands for, not a handle.
    if (to_.inst == type->resource->impl) {
      index = rep;
      return true;
    }
    handle.kind = HandleKind::borrow;
    handle.borrow_scope = to_.task;
    if (to_.task) to_.task->num_borrows += 1;
  }
  const auto added = add_handle(*to_.inst, handle, trap_);
  if (!added) return false;
  index = *added;
  return true;
}

Handle* find_handle(ComponentInstance& inst, std::uint32_t index, const ResourceType* type,
                    Trap& trap) {
  Handle* handle = inst.handles.get(index);
  if (!handle) {
    trap = Trap(TrapCode::host, "unknown handle index " + std::to_string(index));
    return nullptr;
  }
  if (handle->rt == type) return handle;
  const auto side = [](const ResourceType* rt) { return rt->impl ? "guest" : "host"; };
  const bool same_side = (handle->rt->impl == nullptr) == (type->impl == nullptr);
  trap = Trap(TrapCode::host,
              "handle index " + std::to_string(index) + " used with the wrong type, expected " +
                  side(type) + "-defined resource but found a " + (same_side ? "different " : "") +
                  side(handle->rt) + "-defined resource");
  return nullptr;
}

std::optional<std::uint32_t> add_handle(ComponentInstance& inst, const Handle& handle, Trap& trap) {
  const auto index = inst.handles.add(handle);
  if (!index) trap = Trap(TrapCode::host, "resource table has no free keys");
  return index;
}

// --- Lists
// -----------------------------------------------------------------------------------------

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

/// Checks that a guest's list lies inside its memory (`load_list_from_range`).
bool Transfer::find_source_list(Type element, const Range& range, const std::byte*& data) {
  const Layout& layout = element->layout(from_.memory64());
  if (range.length > max_list_byte_length / layout.size) {
    return fail(to_.opts ? "list content out-of-bounds"
                         : "list pointer/length out of bounds of memory");
  }
  if (range.pointer != align_to(range.pointer, layout.alignment)) {
    return fail("unaligned pointer");
  }
  const std::uint64_t bytes = range.length * layout.size;
  if (!from_.opts->memory || !from_.opts->memory->contains(range.pointer, bytes)) {
    return fail(to_.opts ? "list content out-of-bounds"
                         : "list pointer/length out of bounds of memory");
  }
  data = from_.opts->memory->base + range.pointer;
  return charge(bytes);
}

/// Allocates a list in the destination (`store_list_into_range`).
bool Transfer::make_list(Type element, std::uint64_t length, Range& range, std::byte*& data) {
  const Layout& layout = element->layout(to_.memory64());
  if (length > 2 * max_list_byte_length / layout.size) return fail("list is too long");
  range.length = length;
  if (!reallocate(0, 0, layout.alignment, length * layout.size, "list", range.pointer)) {
    return false;
  }
  data = to_memory(range.pointer);
  return charge(length * layout.size);
}

/// Moves elements between guests, as a block if their type allows.
template <typename From, typename To>
bool Transfer::elements(Type element, std::uint64_t length, From from, To to) {
  const Layout& source = element->layout(from_.memory64());
  const Layout& destination = element->layout(to_.memory64());
  if constexpr (!From::is_flat && !To::is_flat) {
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
  if constexpr (!To::is_flat) {
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

// --- Strings
// ---------------------------------------------------------------------------------------

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
  } else {
    Range range;
    if (!lower_text(text, range)) return false;
    to.set_range(range, to_.memory64());
    return true;
  }
}

// --- Calls into the guest -----------------------------------------------------------------------

bool call_locked(ComponentInstance& inst, runtime::Stack& stack, runtime::Function& function,
                 std::span<const Slot> arguments, std::span<Slot> results, Trap& trap) {
  const bool may_leave = inst.may_leave;
  inst.may_leave = false;
  const runtime::RunStatus status = inst.store.engine().executor().call_nested(
      inst.store.core(), stack, function, arguments, results, trap);
  inst.may_leave = may_leave;
  if (status == runtime::RunStatus::suspended) {
    trap = Trap(TrapCode::host, "cannot block inside `realloc` or `post-return`");
  }
  return status == runtime::RunStatus::finished;
}

bool Transfer::reallocate(std::uint64_t old, std::uint64_t old_size, std::uint32_t alignment,
                          std::uint64_t new_size, std::string_view what, std::uint64_t& pointer) {
  const CanonicalOptions& opts = *to_.opts;
  if (!opts.realloc || !opts.memory) return fail("no `realloc` to lower a " + std::string(what));
  Slot arguments[4] = {};
  arguments[0].bits = old;
  arguments[1].bits = old_size;
  arguments[2].bits = alignment;
  arguments[3].bits = new_size;
  Slot result{};
  // Each `realloc` is a task of its own, with a thread of its own.
  Thread thread;
  Thread* const outer = std::exchange(store_.contents().current_thread, &thread);
  const bool is_done =
      call_locked(*to_.inst, stack_, *opts.realloc, arguments, {&result, 1}, trap_);
  store_.contents().current_thread = outer;
  if (!is_done) return false;
  pointer = opts.memory64 ? result.i64 : result.i32;

  // The official tests tell a call from the host from one between components.
  const bool is_host = from_.opts == nullptr;
  if (pointer != align_to(pointer, alignment)) {
    return fail(is_host ? "realloc return: result not aligned" : "unaligned pointer");
  }
  if (!opts.memory->contains(pointer, new_size)) {
    if (is_host) return fail("realloc return: beyond end of memory");
    return fail(what == "pointer" ? "pointer out of bounds of memory"
                                  : std::string(what) + " content out-of-bounds");
  }
  return true;
}

}  // namespace airlock::canonical_abi
