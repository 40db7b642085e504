// Handlers of comparisons of vectors.
#include "interpreter/handlers/vector.hpp"
#include "runtime/semantics/vector_integer.hpp"

namespace airlock::interpreter {

namespace vector = runtime::semantics::vector;

void add_vector_comparison_handlers(HandlerTable& table) {
  using enum Order;
  add_vector_binary<"i8x16.eq"_op, &vector::equal<std::uint8_t>, swappable>(table);
  add_vector_binary<"i8x16.ne"_op, &vector::not_equal<std::uint8_t>, swappable>(table);
  add_vector_binary<"i8x16.lt_s"_op, &vector::less<std::int8_t>, swappable>(table);
  add_vector_binary<"i8x16.lt_u"_op, &vector::less<std::uint8_t>, swappable>(table);
  add_vector_binary<"i8x16.gt_s"_op, &vector::greater<std::int8_t>, swappable>(table);
  add_vector_binary<"i8x16.gt_u"_op, &vector::greater<std::uint8_t>, swappable>(table);
  add_vector_binary<"i8x16.le_s"_op, &vector::less_equal<std::int8_t>, swappable>(table);
  add_vector_binary<"i8x16.le_u"_op, &vector::less_equal<std::uint8_t>, swappable>(table);
  add_vector_binary<"i8x16.ge_s"_op, &vector::greater_equal<std::int8_t>, swappable>(table);
  add_vector_binary<"i8x16.ge_u"_op, &vector::greater_equal<std::uint8_t>, swappable>(table);
  add_vector_binary<"i16x8.eq"_op, &vector::equal<std::uint16_t>, swappable>(table);
  add_vector_binary<"i16x8.ne"_op, &vector::not_equal<std::uint16_t>, swappable>(table);
  add_vector_binary<"i16x8.lt_s"_op, &vector::less<std::int16_t>, swappable>(table);
  add_vector_binary<"i16x8.lt_u"_op, &vector::less<std::uint16_t>, swappable>(table);
  add_vector_binary<"i16x8.gt_s"_op, &vector::greater<std::int16_t>, swappable>(table);
  add_vector_binary<"i16x8.gt_u"_op, &vector::greater<std::uint16_t>, swappable>(table);
  add_vector_binary<"i16x8.le_s"_op, &vector::less_equal<std::int16_t>, swappable>(table);
  add_vector_binary<"i16x8.le_u"_op, &vector::less_equal<std::uint16_t>, swappable>(table);
  add_vector_binary<"i16x8.ge_s"_op, &vector::greater_equal<std::int16_t>, swappable>(table);
  add_vector_binary<"i16x8.ge_u"_op, &vector::greater_equal<std::uint16_t>, swappable>(table);
  add_vector_binary<"i32x4.eq"_op, &vector::equal<std::uint32_t>, swappable>(table);
  add_vector_binary<"i32x4.ne"_op, &vector::not_equal<std::uint32_t>, swappable>(table);
  add_vector_binary<"i32x4.lt_s"_op, &vector::less<std::int32_t>, swappable>(table);
  add_vector_binary<"i32x4.lt_u"_op, &vector::less<std::uint32_t>, swappable>(table);
  add_vector_binary<"i32x4.gt_s"_op, &vector::greater<std::int32_t>, swappable>(table);
  add_vector_binary<"i32x4.gt_u"_op, &vector::greater<std::uint32_t>, swappable>(table);
  add_vector_binary<"i32x4.le_s"_op, &vector::less_equal<std::int32_t>, swappable>(table);
  add_vector_binary<"i32x4.le_u"_op, &vector::less_equal<std::uint32_t>, swappable>(table);
  add_vector_binary<"i32x4.ge_s"_op, &vector::greater_equal<std::int32_t>, swappable>(table);
  add_vector_binary<"i32x4.ge_u"_op, &vector::greater_equal<std::uint32_t>, swappable>(table);
  add_vector_binary<"i64x2.eq"_op, &vector::equal<std::uint64_t>, swappable>(table);
  add_vector_binary<"i64x2.ne"_op, &vector::not_equal<std::uint64_t>, swappable>(table);
  add_vector_binary<"i64x2.lt_s"_op, &vector::less<std::int64_t>, swappable>(table);
  add_vector_binary<"i64x2.gt_s"_op, &vector::greater<std::int64_t>, swappable>(table);
  add_vector_binary<"i64x2.le_s"_op, &vector::less_equal<std::int64_t>, swappable>(table);
  add_vector_binary<"i64x2.ge_s"_op, &vector::greater_equal<std::int64_t>, swappable>(table);
  add_vector_binary<"f32x4.eq"_op, &vector::equal<float>, swappable>(table);
  add_vector_binary<"f32x4.ne"_op, &vector::not_equal<float>, swappable>(table);
  add_vector_binary<"f32x4.lt"_op, &vector::less<float>, swappable>(table);
  add_vector_binary<"f32x4.gt"_op, &vector::greater<float>, swappable>(table);
  add_vector_binary<"f32x4.le"_op, &vector::less_equal<float>, swappable>(table);
  add_vector_binary<"f32x4.ge"_op, &vector::greater_equal<float>, swappable>(table);
  add_vector_binary<"f64x2.eq"_op, &vector::equal<double>, swappable>(table);
  add_vector_binary<"f64x2.ne"_op, &vector::not_equal<double>, swappable>(table);
  add_vector_binary<"f64x2.lt"_op, &vector::less<double>, swappable>(table);
  add_vector_binary<"f64x2.gt"_op, &vector::greater<double>, swappable>(table);
  add_vector_binary<"f64x2.le"_op, &vector::less_equal<double>, swappable>(table);
  add_vector_binary<"f64x2.ge"_op, &vector::greater_equal<double>, swappable>(table);
}

}  // namespace airlock::interpreter
