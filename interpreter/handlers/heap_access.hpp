// What the handlers of structures and arrays share: allocation, and reading and writing fields.
#pragma once

#include <cstring>

#include "interpreter/dispatch.hpp"
#include "interpreter/handler_table.hpp"
#include "interpreter/operands.hpp"
#include "runtime/heap.hpp"

namespace airlock::interpreter {

using runtime::Layout;
using runtime::Object;

/// Tells the collector how far the stack is in use. All operands of an instruction that allocates
/// are in slots below `top`, none in the accumulator.
inline void expose_stack(Run& run, Slot* top) { run.stack->top = top; }

/// Ends the run because the heap is exhausted.
inline void raise_exhausted(Registers& r) { raise(r, TrapCode::out_of_memory); }

/// Allocates a structure and writes its header, where `take_structure` cannot. Null if the heap is
/// exhausted; the trap's message is set then.
[[nodiscard]] Object* allocate_structure_slowly(Run& run, const Layout& layout, Slot* top);
/// Allocates an array and writes its header; null as above.
[[nodiscard]] Object* allocate_array(Run& run, const Layout& layout, std::uint32_t length,
                                     Slot* top);

/// The layout among the operands whose address begins at `half` and takes two halves.
inline const Layout& operand_layout(const Registers& r, std::size_t half) {
  return *read_operand<const Layout*>(r.code, half);
}
inline Slot& operand_slot(Registers& r, std::size_t half) {
  return r.frame[read_operand<Half>(r.code, half)];
}

/// Allocates a structure from the heap's current run of free cells; null if that is not possible.
inline Object* take_structure(Registers& r, const Layout& layout) {
  if (layout.size_class == runtime::large_class) return nullptr;
  Object* object = r.run->heap->take_cell(layout.size_class);
  if (object != nullptr) *object = {layout.type, 0};
  return object;
}

/// Allocates a structure. The operand at `height_half` is how many slots of the frame are in use.
inline Object* allocate_structure(Registers& r, const Layout& layout, std::size_t height_half) {
  if (Object* object = take_structure(r, layout)) [[likely]]
    return object;
  return allocate_structure_slowly(*r.run, layout,
                                   r.frame + read_operand<Half>(r.code, height_half));
}

/// Writes the fields of a structure. The operands from half 3 on are the slots of their values.
template <std::size_t fields>
inline void write_fields(Registers& r, Object& object, const Layout& layout) {
  const runtime::FieldLayout* field = layout.fields.data();
  for (std::size_t i = 0; i < fields; ++i, ++field)
    runtime::store_field(object.at(field->offset), *field, &operand_slot(r, 3 + i));
}

/// How a kind of access reads and writes.
template <typename StoredType, typename ValueType>
struct AccessType {
  using Stored = StoredType;
  using Value = ValueType;
};
template <Access access>
using AccessTypes = std::conditional_t<
    access == Access::i8_s, AccessType<std::int8_t, std::uint32_t>,
    std::conditional_t<
        access == Access::i8_u, AccessType<std::uint8_t, std::uint32_t>,
        std::conditional_t<
            access == Access::i16_s, AccessType<std::int16_t, std::uint32_t>,
            std::conditional_t<
                access == Access::i16_u, AccessType<std::uint16_t, std::uint32_t>,
                std::conditional_t<
                    access == Access::i32, AccessType<std::uint32_t, std::uint32_t>,
                    std::conditional_t<
                        access == Access::i64, AccessType<std::uint64_t, std::uint64_t>,
                        std::conditional_t<access == Access::f32, AccessType<float, float>,
                                           AccessType<double, double>>>>>>>>;

template <Access access>
inline auto read_field(const std::byte* place) {
  typename AccessTypes<access>::Stored stored;
  std::memcpy(&stored, place, sizeof stored);
  return static_cast<typename AccessTypes<access>::Value>(stored);
}

template <Access access>
inline void write_field(std::byte* place, typename AccessTypes<access>::Value value) {
  const auto stored = static_cast<typename AccessTypes<access>::Stored>(value);
  std::memcpy(place, &stored, sizeof stored);
}

/// A reference operand as an object.
template <Source source>
inline Object* get_object(const Registers& r, std::size_t half) {
  return reinterpret_cast<Object*>(get<std::uint64_t, source>(r, half));
}

}  // namespace airlock::interpreter
