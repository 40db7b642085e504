// Handlers of array instructions (specification: Execution, Aggregate Reference Instructions).
#include "interpreter/handlers/heap_access.hpp"
#include "interpreter/handlers/metering.hpp"
#include "runtime/semantics/reference.hpp"

namespace airlock::interpreter {

namespace fuel = runtime::fuel;
namespace semantics = runtime::semantics;

namespace {

/// Ends an instruction that makes an array: makes it the result.
inline void finish_new(Registers& r, Object* array, std::size_t target_half) {
  put<std::uint64_t, Target::slot>(r, target_half, reinterpret_cast<std::uint64_t>(array));
  r.code += cells_for(target_half + 1);
}

/// An array that was not filled completely gets length 0: its memory may hold no valid references.
inline void leave_unfinished(Object* array) { array->length = 0; }

/// Layout, height, slots of value and length, destination.
template <Metering metering>
struct ArrayNew {
  static void execute(Registers& r) {
    const Layout& layout = operand_layout(r, 0);
    const auto length = operand_slot(r, 4).i32;
    Object* array = allocate_array(*r.run, layout, length, r.frame + read_operand<Half>(r.code, 2));
    if (array == nullptr) return raise_exhausted(r);
    const Slot* value = &operand_slot(r, 3);
    if (!perform<metering>(r, fuel::for_bytes(layout.array_bytes(length)), length, piece_elements,
                           [&](std::uint64_t first, std::uint64_t n) {
                             semantics::fill(*array, layout.element(),
                                             static_cast<std::uint32_t>(first),
                                             static_cast<std::uint32_t>(n), value);
                           }))
      return leave_unfinished(array);
    finish_new(r, array, 5);
  }
};

/// Layout, height, length slot, destination.
template <Metering metering>
struct ArrayNewDefault {
  static void execute(Registers& r) {
    const Layout& layout = operand_layout(r, 0);
    const auto length = operand_slot(r, 3).i32;
    Object* array = allocate_array(*r.run, layout, length, r.frame + read_operand<Half>(r.code, 2));
    if (array == nullptr) return raise_exhausted(r);
    const std::uint64_t bytes = layout.array_bytes(length);
    std::byte* const payload = array->payload();
    if (!perform<metering>(
            r, fuel::for_bytes(bytes), bytes - sizeof(Object), piece_bytes,
            [&](std::uint64_t first, std::uint64_t n) { std::memset(payload + first, 0, n); }))
      return leave_unfinished(array);
    finish_new(r, array, 4);
  }
};

/// Layout, height, slot of the first element, number, destination.
struct ArrayNewFixed {
  static void execute(Registers& r) {
    const Layout& layout = operand_layout(r, 0);
    Object* array = allocate_array(*r.run, layout, read_operand<Half>(r.code, 4),
                                   r.frame + read_operand<Half>(r.code, 2));
    if (array == nullptr) return raise_exhausted(r);
    semantics::initialize_elements(*array, layout.element(), &operand_slot(r, 3));
    finish_new(r, array, 5);
  }
};

/// Copies elements of a data segment into an array; false after a trap.
template <Metering metering>
bool read_data(Registers& r, std::uint64_t units, Object& array, std::uint32_t index,
               std::uint32_t count, const runtime::FieldLayout& layout, decoder::Bytes data,
               std::uint32_t offset) {
  return perform<metering>(
      r, units, count, piece_elements, [&](std::uint64_t first, std::uint64_t n) {
        semantics::read_elements(array, static_cast<std::uint32_t>(index + first),
                                 static_cast<std::uint32_t>(n), layout, data,
                                 offset + static_cast<std::uint32_t>(first << layout.width_log2));
      });
}

/// Copies elements of an element segment into an array; false after a trap.
template <Metering metering>
bool read_references(Registers& r, std::uint64_t units, std::uint32_t segment, std::uint32_t offset,
                     std::uint32_t count, std::byte* to) {
  bool has_room = true;
  if (!perform<metering>(
          r, units, count, piece_elements, [&](std::uint64_t first, std::uint64_t n) {
            has_room = has_room && r.instance->read_elements(segment, offset + first, n,
                                                             to + first * sizeof(Slot));
          }))
    return false;
  if (!has_room) raise_exhausted(r);
  return has_room;
}

/// Layout, height, data segment, slots of offset and length, destination.
template <Metering metering>
struct ArrayNewData {
  [[gnu::noinline]] static void execute(Registers& r) {
    const Layout& layout = operand_layout(r, 0);
    const auto data = r.instance->data_segment(read_operand<Half>(r.code, 3));
    const auto offset = operand_slot(r, 4).i32;
    const auto length = operand_slot(r, 5).i32;
    if (!semantics::holds_elements(data, offset, length, layout.element()))
      return raise(r, TrapCode::out_of_bounds_memory_access);
    Object* array = allocate_array(*r.run, layout, length, r.frame + read_operand<Half>(r.code, 2));
    if (array == nullptr) return raise_exhausted(r);
    if (!read_data<metering>(r, fuel::for_bytes(layout.array_bytes(length)), *array, 0, length,
                             layout.element(), data, offset))
      return leave_unfinished(array);
    finish_new(r, array, 6);
  }
};

/// Layout, height, element segment, slots of offset and length, destination.
template <Metering metering>
struct ArrayNewElements {
  [[gnu::noinline]] static void execute(Registers& r) {
    const Layout& layout = operand_layout(r, 0);
    const auto segment = read_operand<Half>(r.code, 3);
    const auto offset = operand_slot(r, 4).i32;
    const auto length = operand_slot(r, 5).i32;
    if (std::uint64_t{offset} + length > r.instance->element_segment_size(segment))
      return raise(r, TrapCode::out_of_bounds_table_access);
    Object* array = allocate_array(*r.run, layout, length, r.frame + read_operand<Half>(r.code, 2));
    if (array == nullptr) return raise_exhausted(r);
    if (!read_references<metering>(r, fuel::for_elements(length), segment, offset, length,
                                   array->payload()))
      return leave_unfinished(array);
    finish_new(r, array, 6);
  }
};

/// Array, index, destination.
template <Access access, Source array, Source index, Target target>
struct ArrayGet {
  using Types = AccessTypes<access>;
  static constexpr std::size_t index_half = source_halves<std::uint64_t, array>;
  static constexpr std::size_t target_half = index_half + source_halves<std::uint32_t, index>;
  static void execute(Registers& r) {
    const Object* object = get_object<array>(r, 0);
    if (object == nullptr) [[unlikely]]
      return raise(r, TrapCode::null_array_reference);
    const auto i = get<std::uint32_t, index>(r, index_half);
    if (i >= object->length) [[unlikely]]
      return raise(r, TrapCode::out_of_bounds_array_access);
    const std::byte* place = object->payload() + std::size_t{i} * sizeof(typename Types::Stored);
    put<typename Types::Value, target>(r, target_half, read_field<access>(place));
    r.code += cells_for(target_half + target_halves(target));
  }
};

/// Array, index, value.
template <Access access, Source array, Source index, Source value>
struct ArraySet {
  using Types = AccessTypes<access>;
  using Value = typename Types::Value;
  static constexpr std::size_t index_half = source_halves<std::uint64_t, array>;
  static constexpr std::size_t value_half = index_half + source_halves<std::uint32_t, index>;
  static void execute(Registers& r) {
    Object* object = get_object<array>(r, 0);
    if (object == nullptr) [[unlikely]]
      return raise(r, TrapCode::null_array_reference);
    const auto i = get<std::uint32_t, index>(r, index_half);
    if (i >= object->length) [[unlikely]]
      return raise(r, TrapCode::out_of_bounds_array_access);
    std::byte* place = object->payload() + std::size_t{i} * sizeof(typename Types::Stored);
    write_field<access>(place, get<Value, value>(r, value_half));
    r.code += cells_for(value_half + source_halves<Value, value>);
  }
};

/// The element of an array of v128 that an instruction names by the slots of array and index; null
/// if it trapped.
std::byte* vector_element(Registers& r) {
  Object* object = get_object<Source::slot>(r, 0);
  const auto index = operand_slot(r, 1).i32;
  if (object == nullptr) {
    raise(r, TrapCode::null_array_reference);
    return nullptr;
  }
  if (index >= object->length) {
    raise(r, TrapCode::out_of_bounds_array_access);
    return nullptr;
  }
  return object->payload() + std::size_t{index} * (2 * sizeof(Slot));
}

/// Slots of array, index and destination.
struct ArrayGetVector {
  [[gnu::noinline]] static void execute(Registers& r) {
    const std::byte* place = vector_element(r);
    if (place == nullptr) return;
    std::memcpy(static_cast<void*>(&operand_slot(r, 2)), place, 2 * sizeof(Slot));
    r.code += cells_for(3);
  }
};

/// Slots of array, index and value.
struct ArraySetVector {
  [[gnu::noinline]] static void execute(Registers& r) {
    std::byte* place = vector_element(r);
    if (place == nullptr) return;
    std::memcpy(place, &operand_slot(r, 2), 2 * sizeof(Slot));
    r.code += cells_for(3);
  }
};

/// Array, destination.
template <Source array, Target target>
struct ArrayLength {
  static constexpr std::size_t target_half = source_halves<std::uint64_t, array>;
  static void execute(Registers& r) {
    const Object* object = get_object<array>(r, 0);
    if (object == nullptr) [[unlikely]]
      return raise(r, TrapCode::null_array_reference);
    put<std::uint32_t, target>(r, target_half, object->length);
    r.code += cells_for(target_half + target_halves(target));
  }
};

/// Layout, slots of array, index, value and number.
template <Metering metering>
struct ArrayFill {
  [[gnu::noinline]] static void execute(Registers& r) {
    Object* array = get_object<Source::slot>(r, 2);
    const auto first = operand_slot(r, 3).i32;
    const auto count = operand_slot(r, 5).i32;
    if (array == nullptr) return raise(r, TrapCode::null_array_reference);
    if (!semantics::contains(*array, first, count))
      return raise(r, TrapCode::out_of_bounds_array_access);
    const auto& layout = operand_layout(r, 0).element();
    const Slot* value = &operand_slot(r, 4);
    if (!perform<metering>(r, fuel::for_bytes(std::uint64_t{count} << layout.width_log2), count,
                           piece_elements, [&](std::uint64_t begin, std::uint64_t n) {
                             semantics::fill(*array, layout,
                                             static_cast<std::uint32_t>(first + begin),
                                             static_cast<std::uint32_t>(n), value);
                           }))
      return;
    r.code += cells_for(6);
  }
};

/// Layout, slots of destination, its index, source, its index, and number.
template <Metering metering>
struct ArrayCopy {
  [[gnu::noinline]] static void execute(Registers& r) {
    Object* to = get_object<Source::slot>(r, 2);
    Object* from = get_object<Source::slot>(r, 4);
    const auto to_index = operand_slot(r, 3).i32;
    const auto from_index = operand_slot(r, 5).i32;
    const auto count = operand_slot(r, 6).i32;
    const auto& layout = operand_layout(r, 0).element();
    const TrapCode trap = semantics::check_copy(to, to_index, from, from_index, count);
    if (trap != TrapCode::none) return raise(r, trap);
    std::byte* const place = semantics::element(*to, layout, to_index);
    const std::byte* const bytes = semantics::element(*from, layout, from_index);
    const std::uint64_t length = std::uint64_t{count} << layout.width_log2;
    if (!perform_copy<metering>(r, fuel::for_bytes(length), length, piece_bytes, place, bytes,
                                [&](std::uint64_t first, std::uint64_t n) {
                                  std::memmove(place + first, bytes + first, n);
                                }))
      return;
    r.code += cells_for(7);
  }
};

/// The array that `array.init_…` writes to, if the elements exist; else traps. Operands: layout,
/// segment, slots of array, index, offset in the segment, and number.
Object* initialized_array(Registers& r) {
  Object* array = get_object<Source::slot>(r, 3);
  if (array == nullptr) {
    raise(r, TrapCode::null_array_reference);
    return nullptr;
  }
  if (!semantics::contains(*array, operand_slot(r, 4).i32, operand_slot(r, 6).i32)) {
    raise(r, TrapCode::out_of_bounds_array_access);
    return nullptr;
  }
  return array;
}

template <Metering metering>
struct ArrayInitData {
  [[gnu::noinline]] static void execute(Registers& r) {
    Object* array = initialized_array(r);
    if (array == nullptr) return;
    const auto& layout = operand_layout(r, 0).element();
    const auto data = r.instance->data_segment(read_operand<Half>(r.code, 2));
    const auto offset = operand_slot(r, 5).i32;
    const auto count = operand_slot(r, 6).i32;
    if (!semantics::holds_elements(data, offset, count, layout))
      return raise(r, TrapCode::out_of_bounds_memory_access);
    if (!read_data<metering>(r, fuel::for_bytes(std::uint64_t{count} << layout.width_log2), *array,
                             operand_slot(r, 4).i32, count, layout, data, offset))
      return;
    r.code += cells_for(7);
  }
};

template <Metering metering>
struct ArrayInitElements {
  [[gnu::noinline]] static void execute(Registers& r) {
    Object* array = initialized_array(r);
    if (array == nullptr) return;
    const auto segment = read_operand<Half>(r.code, 2);
    const auto offset = operand_slot(r, 5).i32;
    const auto count = operand_slot(r, 6).i32;
    if (std::uint64_t{offset} + count > r.instance->element_segment_size(segment))
      return raise(r, TrapCode::out_of_bounds_table_access);
    const auto& layout = operand_layout(r, 0).element();
    if (!read_references<metering>(r, fuel::for_elements(count), segment, offset, count,
                                   semantics::element(*array, layout, operand_slot(r, 4).i32)))
      return;
    r.code += cells_for(7);
  }
};

template <Access access, Source array, Source index>
void add_element(HeapHandlers& table) {
  using enum Source;
  auto& read = table.array_get[number(access)][number(array)][number(index)];
  read[number(Target::slot)] = handler<ArrayGet<access, array, index, Target::slot>>;
  read[number(Target::accumulator)] = handler<ArrayGet<access, array, index, Target::accumulator>>;
  if constexpr (array == slot && access != Access::i8_s && access != Access::i16_s) {
    auto& write = table.array_set[number(access)][number(array)][number(index)];
    write[number(slot)] = handler<ArraySet<access, array, index, slot>>;
    write[number(constant)] = handler<ArraySet<access, array, index, constant>>;
    write[number(accumulator)] = handler<ArraySet<access, array, index, accumulator>>;
  }
}

template <Access access>
void add_access(HeapHandlers& table) {
  using enum Source;
  add_element<access, slot, slot>(table);
  add_element<access, slot, constant>(table);
  add_element<access, slot, accumulator>(table);
  add_element<access, accumulator, slot>(table);
  add_element<access, accumulator, constant>(table);
}

template <Source array>
void add_length(HeapHandlers& table) {
  auto& row = table.array_length[number(array)];
  row[number(Target::slot)] = handler<ArrayLength<array, Target::slot>>;
  row[number(Target::accumulator)] = handler<ArrayLength<array, Target::accumulator>>;
}

}  // namespace

void add_heap_array_handlers(HandlerTable& all) {
  HeapHandlers& table = all.heap;
  add_metered<ArrayNew>(all, "array.new"_op);
  add_metered<ArrayNewDefault>(all, "array.new_default"_op);
  table.array_new_fixed = handler<ArrayNewFixed>;
  add_metered<ArrayNewData>(all, "array.new_data"_op);
  add_metered<ArrayNewElements>(all, "array.new_elem"_op);
  add_access<Access::i8_s>(table);
  add_access<Access::i8_u>(table);
  add_access<Access::i16_s>(table);
  add_access<Access::i16_u>(table);
  add_access<Access::i32>(table);
  add_access<Access::i64>(table);
  add_access<Access::f32>(table);
  add_access<Access::f64>(table);
  table.array_get_vector = handler<ArrayGetVector>;
  table.array_set_vector = handler<ArraySetVector>;
  add_length<Source::slot>(table);
  add_length<Source::accumulator>(table);
  add_metered<ArrayFill>(all, "array.fill"_op);
  add_metered<ArrayCopy>(all, "array.copy"_op);
  add_metered<ArrayInitData>(all, "array.init_data"_op);
  add_metered<ArrayInitElements>(all, "array.init_elem"_op);
}

}  // namespace airlock::interpreter
