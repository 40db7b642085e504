// Handlers of structure instructions (specification: Execution, Aggregate Reference Instructions).
#include "interpreter/handlers/heap_access.hpp"
#include "runtime/semantics/reference.hpp"

namespace airlock::interpreter {

namespace semantics = runtime::semantics;

namespace {

[[gnu::noinline]] Object* fail_exhausted(Run& run) {
  run.trap->message = run.heap->exhausted_text();
  return nullptr;
}

/// Layout, height, slot of each field, destination. Most often there is a free cell at once. (What
/// else allocates writes as many bytes as a type happens to have, and calls native code for that.)
template <std::size_t fields, auto write>
struct StructureNew {
  static bool attempt(Registers& r) {
    const Layout& layout = operand_layout(r, 0);
    Object* object = take_structure(r, layout);
    if (object != nullptr) [[likely]]
      finish(r, *object, layout);
    return object != nullptr;
  }
  static void execute(Registers& r) {
    const Layout& layout = operand_layout(r, 0);
    Object* object =
        allocate_structure_slowly(*r.run, layout, r.frame + read_operand<Half>(r.code, 2));
    if (object == nullptr) return raise_exhausted(r);
    finish(r, *object, layout);
  }

 private:
  static void finish(Registers& r, Object& object, const Layout& layout) {
    write(r, object, layout);
    put<std::uint64_t, Target::slot>(r, 3 + fields, reinterpret_cast<std::uint64_t>(&object));
    r.code += cells_for(4 + fields);
  }
};

/// All fields take eight bytes.
template <std::size_t fields>
void write_wide_fields(Registers& r, Object& object, const Layout&) {
  std::byte* place = object.payload();
  for (std::size_t i = 0; i < fields; ++i)
    std::memcpy(place + i * sizeof(Slot), &operand_slot(r, 3 + i), sizeof(Slot));
}

/// Layout, height, slot of the first field, destination.
struct StructureNewBlock {
  static void execute(Registers& r) {
    const Layout& layout = operand_layout(r, 0);
    Object* object = allocate_structure(r, layout, 2);
    if (object == nullptr) [[unlikely]]
      return raise_exhausted(r);
    semantics::initialize(*object, layout, &operand_slot(r, 3));
    put<std::uint64_t, Target::slot>(r, 4, reinterpret_cast<std::uint64_t>(object));
    r.code += cells_for(5);
  }
};

/// Layout, height, destination.
struct StructureNewDefault {
  static void execute(Registers& r) {
    const Layout& layout = operand_layout(r, 0);
    Object* object = allocate_structure(r, layout, 2);
    if (object == nullptr) [[unlikely]]
      return raise_exhausted(r);
    semantics::initialize_default(*object, layout.size);
    put<std::uint64_t, Target::slot>(r, 3, reinterpret_cast<std::uint64_t>(object));
    r.code += cells_for(4);
  }
};

/// Object, offset of the field, destination.
template <Access access, Source object, Target target>
struct StructureGet {
  static constexpr std::size_t offset_half = source_halves<std::uint64_t, object>;
  using Value = typename AccessTypes<access>::Value;
  static void execute(Registers& r) {
    const Object* structure = get_object<object>(r, 0);
    if (structure == nullptr) [[unlikely]]
      return raise(r, TrapCode::null_structure_reference);
    const auto offset = read_operand<Half>(r.code, offset_half);
    put<Value, target>(r, offset_half + 1, read_field<access>(structure->at(offset)));
    r.code += cells_for(offset_half + 1 + target_halves(target));
  }
};

/// Object, offset of the field, value.
template <Access access, Source object, Source value>
struct StructureSet {
  static constexpr std::size_t offset_half = source_halves<std::uint64_t, object>;
  using Value = typename AccessTypes<access>::Value;
  static void execute(Registers& r) {
    Object* structure = get_object<object>(r, 0);
    if (structure == nullptr) [[unlikely]]
      return raise(r, TrapCode::null_structure_reference);
    const auto offset = read_operand<Half>(r.code, offset_half);
    write_field<access>(structure->at(offset), get<Value, value>(r, offset_half + 1));
    r.code += cells_for(offset_half + 1 + source_halves<Value, value>);
  }
};

/// Object slot, offset, destination slot.
struct StructureGetVector {
  static void execute(Registers& r) {
    const Object* structure = get_object<Source::slot>(r, 0);
    if (structure == nullptr) return raise(r, TrapCode::null_structure_reference);
    std::memcpy(static_cast<void*>(&operand_slot(r, 2)),
                structure->at(read_operand<Half>(r.code, 1)), 2 * sizeof(Slot));
    r.code += cells_for(3);
  }
};

/// Object slot, offset, value slot.
struct StructureSetVector {
  static void execute(Registers& r) {
    Object* structure = get_object<Source::slot>(r, 0);
    if (structure == nullptr) return raise(r, TrapCode::null_structure_reference);
    std::memcpy(structure->at(read_operand<Half>(r.code, 1)), &operand_slot(r, 2),
                2 * sizeof(Slot));
    r.code += cells_for(3);
  }
};

template <Access access, Source object>
void add_get(HeapHandlers& table) {
  auto& row = table.structure_get[number(access)][number(object)];
  row[number(Target::slot)] = handler<StructureGet<access, object, Target::slot>>;
  row[number(Target::accumulator)] = handler<StructureGet<access, object, Target::accumulator>>;
}

template <Access access, Source object>
void add_set(HeapHandlers& table) {
  using enum Source;
  auto& row = table.structure_set[number(access)][number(object)];
  row[number(slot)] = handler<StructureSet<access, object, slot>>;
  row[number(constant)] = handler<StructureSet<access, object, constant>>;
  row[number(accumulator)] = handler<StructureSet<access, object, accumulator>>;
}

template <Access access>
void add_access(HeapHandlers& table) {
  add_get<access, Source::slot>(table);
  add_get<access, Source::accumulator>(table);
  if constexpr (access != Access::i8_s && access != Access::i16_s) {
    add_set<access, Source::slot>(table);
    add_set<access, Source::accumulator>(table);
  }
}

}  // namespace

Object* allocate_structure_slowly(Run& run, const Layout& layout, Slot* top) {
  expose_stack(run, top);
  Object* object = run.heap->allocate_structure(layout);
  return object != nullptr ? object : fail_exhausted(run);
}

Object* allocate_array(Run& run, const Layout& layout, std::uint32_t length, Slot* top) {
  expose_stack(run, top);
  Object* object = run.heap->allocate_array(layout, length);
  return object != nullptr ? object : fail_exhausted(run);
}

void add_heap_structure_handlers(HandlerTable& all) {
  HeapHandlers& table = all.heap;
  table.structure_new_wide[0] = handler<StructureNew<0, write_wide_fields<0>>>;
  table.structure_new_wide[1] = handler<StructureNew<1, write_wide_fields<1>>>;
  table.structure_new_wide[2] = handler<StructureNew<2, write_wide_fields<2>>>;
  table.structure_new_wide[3] = handler<StructureNew<3, write_wide_fields<3>>>;
  table.structure_new_wide[4] = handler<StructureNew<4, write_wide_fields<4>>>;
  table.structure_new[1] = handler<StructureNew<1, write_fields<1>>>;
  table.structure_new[2] = handler<StructureNew<2, write_fields<2>>>;
  table.structure_new[3] = handler<StructureNew<3, write_fields<3>>>;
  table.structure_new[4] = handler<StructureNew<4, write_fields<4>>>;
  table.structure_new_block = handler<StructureNewBlock>;
  table.structure_new_default = handler<StructureNewDefault>;
  add_access<Access::i8_s>(table);
  add_access<Access::i8_u>(table);
  add_access<Access::i16_s>(table);
  add_access<Access::i16_u>(table);
  add_access<Access::i32>(table);
  add_access<Access::i64>(table);
  add_access<Access::f32>(table);
  add_access<Access::f64>(table);
  table.structure_get_vector = handler<StructureGetVector>;
  table.structure_set_vector = handler<StructureSetVector>;
}

}  // namespace airlock::interpreter
