// Handlers of structures with descriptors, and of casts by descriptor (custom descriptors proposal:
// New Instructions).
#include "interpreter/handlers/heap_access.hpp"
#include "runtime/semantics/reference.hpp"

namespace airlock::interpreter {

namespace semantics = runtime::semantics;

namespace {

/// A structure with a descriptor, whose fields are not written yet. Null after a trap.
Object* begin_described(Registers& r, const Layout& layout, std::uint64_t descriptor) {
  if (descriptor == 0) [[unlikely]] {
    raise(r, TrapCode::null_descriptor_reference);
    return nullptr;
  }
  Object* object = allocate_structure(r, layout, 2);
  if (object == nullptr) [[unlikely]]
    raise_exhausted(r);
  return object;
}

/// Layout, height, slot of each field, slot of the descriptor, destination.
template <std::size_t fields>
struct DescribedNew {
  static void execute(Registers& r) {
    const Layout& layout = operand_layout(r, 0);
    const std::uint64_t descriptor = operand_slot(r, 3 + fields).bits;
    Object* object = begin_described(r, layout, descriptor);
    if (object == nullptr) [[unlikely]]
      return;
    write_fields<fields>(r, *object, layout);
    semantics::store_descriptor(*object, layout, descriptor);
    put<std::uint64_t, Target::slot>(r, 4 + fields, reinterpret_cast<std::uint64_t>(object));
    r.code += cells_for(5 + fields);
  }
};

/// Layout, height, slot of the first field, slot of the descriptor, destination.
struct DescribedNewBlock {
  static void execute(Registers& r) {
    const Layout& layout = operand_layout(r, 0);
    const std::uint64_t descriptor = operand_slot(r, 4).bits;
    Object* object = begin_described(r, layout, descriptor);
    if (object == nullptr) [[unlikely]]
      return;
    semantics::initialize(*object, layout, &operand_slot(r, 3));
    semantics::store_descriptor(*object, layout, descriptor);
    put<std::uint64_t, Target::slot>(r, 5, reinterpret_cast<std::uint64_t>(object));
    r.code += cells_for(6);
  }
};

/// Layout, height, slot of the descriptor, destination.
struct DescribedNewDefault {
  static void execute(Registers& r) {
    const Layout& layout = operand_layout(r, 0);
    const std::uint64_t descriptor = operand_slot(r, 3).bits;
    Object* object = begin_described(r, layout, descriptor);
    if (object == nullptr) [[unlikely]]
      return;
    semantics::initialize_default(*object, layout.size);
    semantics::store_descriptor(*object, layout, descriptor);
    put<std::uint64_t, Target::slot>(r, 4, reinterpret_cast<std::uint64_t>(object));
    r.code += cells_for(5);
  }
};

/// Object, offset of the descriptor, destination.
template <Source object, Target target>
struct DescriptorGet {
  static constexpr std::size_t offset_half = source_halves<std::uint64_t, object>;
  static void execute(Registers& r) {
    const Object* structure = get_object<object>(r, 0);
    if (structure == nullptr) [[unlikely]]
      return raise(r, TrapCode::null_reference);
    const auto offset = read_operand<Half>(r.code, offset_half);
    put<std::uint64_t, target>(r, offset_half + 1, semantics::load_descriptor(*structure, offset));
    r.code += cells_for(offset_half + 1 + target_halves(target));
  }
};

/// Reference, descriptor, whether null passes; then the further operands of the instruction.
template <Source reference, Source descriptor>
struct DescriptorCheck {
  static constexpr std::size_t descriptor_half = source_halves<std::uint64_t, reference>;
  static constexpr std::size_t flag_half =
      descriptor_half + source_halves<std::uint64_t, descriptor>;
  static constexpr std::size_t next_half = flag_half + 1;

  static std::uint64_t value(const Registers& r) { return get<std::uint64_t, reference>(r, 0); }
  static std::uint64_t wanted(const Registers& r) {
    return get<std::uint64_t, descriptor>(r, descriptor_half);
  }
  static bool passes(const Registers& r, std::uint64_t bits, std::uint64_t wanted) {
    if (bits == 0) return read_operand<Half>(r.code, flag_half) != 0;
    return semantics::has_descriptor(*r.run->heap, bits, wanted);
  }
};

/// A check, destination.
template <Source reference, Source descriptor, Target target>
struct DescriptorCast {
  using Check = DescriptorCheck<reference, descriptor>;
  static void execute(Registers& r) {
    const std::uint64_t bits = Check::value(r);
    const std::uint64_t wanted = Check::wanted(r);
    if (wanted == 0) [[unlikely]]
      return raise(r, TrapCode::null_descriptor_reference);
    if (!Check::passes(r, bits, wanted)) [[unlikely]]
      return raise(r, TrapCode::descriptor_cast_failure);
    put<std::uint64_t, target>(r, Check::next_half, bits);
    r.code += cells_for(Check::next_half + target_halves(target));
  }
};

/// A check, distance. It may trap, so it is no mere condition.
template <Source reference, Source descriptor, bool sense>
struct BranchOnDescriptor {
  using Check = DescriptorCheck<reference, descriptor>;
  static constexpr std::size_t size = cells_for(Check::next_half + 1);
  static void execute(Registers& r) {
    const std::uint64_t wanted = Check::wanted(r);
    if (wanted == 0) [[unlikely]]
      return raise(r, TrapCode::null_descriptor_reference);
    if (Check::passes(r, Check::value(r), wanted) == sense)
      r.code += read_operand<std::int32_t>(r.code, Check::next_half);
    else
      r.code += size;
  }
};

template <Source reference, Source descriptor>
void add_casts(HeapHandlers& table) {
  auto& cast = table.descriptor_cast[number(reference)][number(descriptor)];
  cast[number(Target::slot)] = handler<DescriptorCast<reference, descriptor, Target::slot>>;
  cast[number(Target::accumulator)] =
      handler<DescriptorCast<reference, descriptor, Target::accumulator>>;
  auto& branch = table.branch_on_descriptor[number(reference)][number(descriptor)];
  branch[false] = handler<BranchOnDescriptor<reference, descriptor, false>>;
  branch[true] = handler<BranchOnDescriptor<reference, descriptor, true>>;
}

template <Source object>
void add_get(HeapHandlers& table) {
  auto& row = table.descriptor_get[number(object)];
  row[number(Target::slot)] = handler<DescriptorGet<object, Target::slot>>;
  row[number(Target::accumulator)] = handler<DescriptorGet<object, Target::accumulator>>;
}

}  // namespace

void add_heap_descriptor_handlers(HandlerTable& all) {
  HeapHandlers& table = all.heap;
  table.described_new[0] = handler<DescribedNew<0>>;
  table.described_new[1] = handler<DescribedNew<1>>;
  table.described_new[2] = handler<DescribedNew<2>>;
  table.described_new[3] = handler<DescribedNew<3>>;
  table.described_new_block = handler<DescribedNewBlock>;
  table.described_new_default = handler<DescribedNewDefault>;
  add_get<Source::slot>(table);
  add_get<Source::accumulator>(table);
  add_casts<Source::slot, Source::slot>(table);
  add_casts<Source::slot, Source::accumulator>(table);
  add_casts<Source::accumulator, Source::slot>(table);
}

}  // namespace airlock::interpreter
