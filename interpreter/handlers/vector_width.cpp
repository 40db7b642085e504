// Handlers of vector instructions that change the width of integers: extending, narrowing, products
// and sums that are wider than what they are made of.
#include "interpreter/handlers/vector.hpp"
#include "runtime/semantics/vector_relaxed.hpp"

namespace airlock::interpreter {

namespace vector = runtime::semantics::vector;

void add_vector_width_handlers(HandlerTable& table) {
  using enum Order;
  add_unary<"i16x8.extend_low_i8x16_s"_op, &vector::extend_low<std::int8_t>>(table);
  add_unary<"i16x8.extend_high_i8x16_s"_op, &vector::extend_high<std::int8_t>>(table);
  add_vector_binary<"i16x8.extmul_low_i8x16_s"_op, &vector::multiply_low<std::int8_t>, fixed>(
      table);
  add_vector_binary<"i16x8.extmul_high_i8x16_s"_op, &vector::multiply_high<std::int8_t>, fixed>(
      table);
  add_unary<"i16x8.extadd_pairwise_i8x16_s"_op, &vector::add_pairwise<std::int8_t>>(table);
  add_vector_binary<"i8x16.narrow_i16x8_s"_op, &vector::narrow<std::int8_t>, fixed>(table);
  add_unary<"i16x8.extend_low_i8x16_u"_op, &vector::extend_low<std::uint8_t>>(table);
  add_unary<"i16x8.extend_high_i8x16_u"_op, &vector::extend_high<std::uint8_t>>(table);
  add_vector_binary<"i16x8.extmul_low_i8x16_u"_op, &vector::multiply_low<std::uint8_t>, fixed>(
      table);
  add_vector_binary<"i16x8.extmul_high_i8x16_u"_op, &vector::multiply_high<std::uint8_t>, fixed>(
      table);
  add_unary<"i16x8.extadd_pairwise_i8x16_u"_op, &vector::add_pairwise<std::uint8_t>>(table);
  add_vector_binary<"i8x16.narrow_i16x8_u"_op, &vector::narrow<std::uint8_t>, fixed>(table);
  add_unary<"i32x4.extend_low_i16x8_s"_op, &vector::extend_low<std::int16_t>>(table);
  add_unary<"i32x4.extend_high_i16x8_s"_op, &vector::extend_high<std::int16_t>>(table);
  add_vector_binary<"i32x4.extmul_low_i16x8_s"_op, &vector::multiply_low<std::int16_t>, fixed>(
      table);
  add_vector_binary<"i32x4.extmul_high_i16x8_s"_op, &vector::multiply_high<std::int16_t>, fixed>(
      table);
  add_unary<"i32x4.extadd_pairwise_i16x8_s"_op, &vector::add_pairwise<std::int16_t>>(table);
  add_vector_binary<"i16x8.narrow_i32x4_s"_op, &vector::narrow<std::int16_t>, fixed>(table);
  add_unary<"i32x4.extend_low_i16x8_u"_op, &vector::extend_low<std::uint16_t>>(table);
  add_unary<"i32x4.extend_high_i16x8_u"_op, &vector::extend_high<std::uint16_t>>(table);
  add_vector_binary<"i32x4.extmul_low_i16x8_u"_op, &vector::multiply_low<std::uint16_t>, fixed>(
      table);
  add_vector_binary<"i32x4.extmul_high_i16x8_u"_op, &vector::multiply_high<std::uint16_t>, fixed>(
      table);
  add_unary<"i32x4.extadd_pairwise_i16x8_u"_op, &vector::add_pairwise<std::uint16_t>>(table);
  add_vector_binary<"i16x8.narrow_i32x4_u"_op, &vector::narrow<std::uint16_t>, fixed>(table);
  add_unary<"i64x2.extend_low_i32x4_s"_op, &vector::extend_low<std::int32_t>>(table);
  add_unary<"i64x2.extend_high_i32x4_s"_op, &vector::extend_high<std::int32_t>>(table);
  add_vector_binary<"i64x2.extmul_low_i32x4_s"_op, &vector::multiply_low<std::int32_t>, fixed>(
      table);
  add_vector_binary<"i64x2.extmul_high_i32x4_s"_op, &vector::multiply_high<std::int32_t>, fixed>(
      table);
  add_unary<"i64x2.extend_low_i32x4_u"_op, &vector::extend_low<std::uint32_t>>(table);
  add_unary<"i64x2.extend_high_i32x4_u"_op, &vector::extend_high<std::uint32_t>>(table);
  add_vector_binary<"i64x2.extmul_low_i32x4_u"_op, &vector::multiply_low<std::uint32_t>, fixed>(
      table);
  add_vector_binary<"i64x2.extmul_high_i32x4_u"_op, &vector::multiply_high<std::uint32_t>, fixed>(
      table);
  add_vector_binary<"i32x4.dot_i16x8_s"_op, &vector::dot, swappable>(table);
  add_vector_binary<"i16x8.relaxed_dot_i8x16_i7x16_s"_op, &vector::relaxed_dot, fixed>(table);
  add_ternary<"i32x4.relaxed_dot_i8x16_i7x16_add_s"_op, &vector::relaxed_dot_add>(table);
}

}  // namespace airlock::interpreter
