// Handlers of array instructions (specification: Execution, Aggregate Reference Instructions).
#include "interpreter/handlers/heap_access.hpp"
#include "runtime/semantics/reference.hpp"

namespace airlock::interpreter {

namespace semantics = runtime::semantics;

namespace {

/// The last two operands of an instruction that makes an array: makes it the result.
inline void finish_new(Registers& r, Object* array, std::size_t target_half) {
  put<std::uint64_t, Target::slot>(r, target_half, reinterpret_cast<std::uint64_t>(array));
  r.code += cells_for(target_half + 1);
}

/// Layout, height, slots of value and length, destination.
struct ArrayNew {
  static void execute(Registers& r) {
    const Layout& layout = operand_layout(r, 0);
    const auto length = operand_slot(r, 4).i32;
    Object* array = allocate_array(*r.run, layout, length, r.frame + read_operand<Half>(r.code, 2));
    if (array == nullptr) return raise_exhausted(r);
    semantics::fill(*array, layout.element(), 0, length, &operand_slot(r, 3));
    finish_new(r, array, 5);
  }
};

/// Layout, height, length slot, destination.
struct ArrayNewDefault {
  static void execute(Registers& r) {
    const Layout& layout = operand_layout(r, 0);
    const auto length = operand_slot(r, 3).i32;
    Object* array = allocate_array(*r.run, layout, length, r.frame + read_operand<Half>(r.code, 2));
    if (array == nullptr) return raise_exhausted(r);
    semantics::initialize_default(*array, layout.array_bytes(length));
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

/// Layout, height, data segment, slots of offset and length, destination.
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
    semantics::read_elements(*array, 0, length, layout.element(), data, offset);
    finish_new(r, array, 6);
  }
};

/// Layout, height, element segment, slots of offset and length, destination.
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
    r.instance->read_elements(segment, offset, length, array->payload());
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
struct ArrayFill {
  [[gnu::noinline]] static void execute(Registers& r) {
    Object* array = get_object<Source::slot>(r, 2);
    const auto first = operand_slot(r, 3).i32;
    const auto count = operand_slot(r, 5).i32;
    if (array == nullptr) return raise(r, TrapCode::null_array_reference);
    if (!semantics::contains(*array, first, count))
      return raise(r, TrapCode::out_of_bounds_array_access);
    semantics::fill(*array, operand_layout(r, 0).element(), first, count, &operand_slot(r, 4));
    r.code += cells_for(6);
  }
};

/// Layout, slots of destination, its index, source, its index, and number.
struct ArrayCopy {
  [[gnu::noinline]] static void execute(Registers& r) {
    const TrapCode trap = semantics::copy(get_object<Source::slot>(r, 2), operand_slot(r, 3).i32,
                                          get_object<Source::slot>(r, 4), operand_slot(r, 5).i32,
                                          operand_slot(r, 6).i32, operand_layout(r, 0).element());
    if (trap != TrapCode::none) return raise(r, trap);
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
    semantics::read_elements(*array, operand_slot(r, 4).i32, count, layout, data, offset);
    r.code += cells_for(7);
  }
};

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
    r.instance->read_elements(segment, offset, count,
                              semantics::element(*array, layout, operand_slot(r, 4).i32));
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
  table.array_new = handler<ArrayNew>;
  table.array_new_default = handler<ArrayNewDefault>;
  table.array_new_fixed = handler<ArrayNewFixed>;
  table.array_new_data = handler<ArrayNewData>;
  table.array_new_elements = handler<ArrayNewElements>;
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
  table.array_fill = handler<ArrayFill>;
  table.array_copy = handler<ArrayCopy>;
  table.array_init_data = handler<ArrayInitData>;
  table.array_init_elements = handler<ArrayInitElements>;
}

}  // namespace airlock::interpreter
