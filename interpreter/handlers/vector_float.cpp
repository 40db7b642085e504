// Handlers of floating-point arithmetic on vectors, and of conversions.
#include "interpreter/handlers/vector.hpp"
#include "runtime/semantics/vector_conversion.hpp"
#include "runtime/semantics/vector_relaxed.hpp"

namespace airlock::interpreter {

namespace vector = runtime::semantics::vector;

void add_vector_float_handlers(HandlerTable& table) {
  using enum Order;
  add_vector_binary<"f32x4.add"_op, &vector::add_float<float>, swappable>(table);
  add_vector_binary<"f32x4.sub"_op, &vector::subtract_float<float>, fixed>(table);
  add_vector_binary<"f32x4.mul"_op, &vector::multiply_float<float>, swappable>(table);
  add_vector_binary<"f32x4.div"_op, &vector::divide_float<float>, fixed>(table);
  add_vector_binary<"f32x4.min"_op, &vector::minimum_float<float>, fixed>(table);
  add_vector_binary<"f32x4.max"_op, &vector::maximum_float<float>, fixed>(table);
  add_vector_binary<"f32x4.pmin"_op, &vector::pseudo_minimum<float>, fixed>(table);
  add_vector_binary<"f32x4.pmax"_op, &vector::pseudo_maximum<float>, fixed>(table);
  add_unary<"f32x4.abs"_op, &vector::absolute_float<float>>(table);
  add_unary<"f32x4.neg"_op, &vector::negate_float<float>>(table);
  add_unary<"f32x4.sqrt"_op, &vector::square_root<float>>(table);
  add_unary<"f32x4.ceil"_op, &vector::ceiling<float>>(table);
  add_unary<"f32x4.floor"_op, &vector::floor<float>>(table);
  add_unary<"f32x4.trunc"_op, &vector::truncate<float>>(table);
  add_unary<"f32x4.nearest"_op, &vector::nearest<float>>(table);
  add_ternary<"f32x4.relaxed_madd"_op, &vector::multiply_add<float>>(table);
  add_ternary<"f32x4.relaxed_nmadd"_op, &vector::negated_multiply_add<float>>(table);
  add_synonym(table, "f32x4.relaxed_min"_op, "f32x4.min"_op);
  add_synonym(table, "f32x4.relaxed_max"_op, "f32x4.max"_op);
  add_vector_binary<"f64x2.add"_op, &vector::add_float<double>, swappable>(table);
  add_vector_binary<"f64x2.sub"_op, &vector::subtract_float<double>, fixed>(table);
  add_vector_binary<"f64x2.mul"_op, &vector::multiply_float<double>, swappable>(table);
  add_vector_binary<"f64x2.div"_op, &vector::divide_float<double>, fixed>(table);
  add_vector_binary<"f64x2.min"_op, &vector::minimum_float<double>, fixed>(table);
  add_vector_binary<"f64x2.max"_op, &vector::maximum_float<double>, fixed>(table);
  add_vector_binary<"f64x2.pmin"_op, &vector::pseudo_minimum<double>, fixed>(table);
  add_vector_binary<"f64x2.pmax"_op, &vector::pseudo_maximum<double>, fixed>(table);
  add_unary<"f64x2.abs"_op, &vector::absolute_float<double>>(table);
  add_unary<"f64x2.neg"_op, &vector::negate_float<double>>(table);
  add_unary<"f64x2.sqrt"_op, &vector::square_root<double>>(table);
  add_unary<"f64x2.ceil"_op, &vector::ceiling<double>>(table);
  add_unary<"f64x2.floor"_op, &vector::floor<double>>(table);
  add_unary<"f64x2.trunc"_op, &vector::truncate<double>>(table);
  add_unary<"f64x2.nearest"_op, &vector::nearest<double>>(table);
  add_ternary<"f64x2.relaxed_madd"_op, &vector::multiply_add<double>>(table);
  add_ternary<"f64x2.relaxed_nmadd"_op, &vector::negated_multiply_add<double>>(table);
  add_synonym(table, "f64x2.relaxed_min"_op, "f64x2.min"_op);
  add_synonym(table, "f64x2.relaxed_max"_op, "f64x2.max"_op);

  add_unary<"i32x4.trunc_sat_f32x4_s"_op, &vector::truncate_saturating<std::int32_t, float>>(table);
  add_unary<"i32x4.trunc_sat_f32x4_u"_op, &vector::truncate_saturating<std::uint32_t, float>>(
      table);
  add_unary<"i32x4.trunc_sat_f64x2_s_zero"_op, &vector::truncate_saturating<std::int32_t, double>>(
      table);
  add_unary<"i32x4.trunc_sat_f64x2_u_zero"_op, &vector::truncate_saturating<std::uint32_t, double>>(
      table);
  add_unary<"f32x4.convert_i32x4_s"_op, &vector::convert_to_f32<std::int32_t>>(table);
  add_unary<"f32x4.convert_i32x4_u"_op, &vector::convert_to_f32<std::uint32_t>>(table);
  add_unary<"f64x2.convert_low_i32x4_s"_op, &vector::convert_low_to_f64<std::int32_t>>(table);
  add_unary<"f64x2.convert_low_i32x4_u"_op, &vector::convert_low_to_f64<std::uint32_t>>(table);
  add_unary<"f32x4.demote_f64x2_zero"_op, &vector::demote_zero>(table);
  add_unary<"f64x2.promote_low_f32x4"_op, &vector::promote_low>(table);
  add_synonym(table, "i32x4.relaxed_trunc_f32x4_s"_op, "i32x4.trunc_sat_f32x4_s"_op);
  add_synonym(table, "i32x4.relaxed_trunc_f32x4_u"_op, "i32x4.trunc_sat_f32x4_u"_op);
  add_synonym(table, "i32x4.relaxed_trunc_f64x2_s_zero"_op, "i32x4.trunc_sat_f64x2_s_zero"_op);
  add_synonym(table, "i32x4.relaxed_trunc_f64x2_u_zero"_op, "i32x4.trunc_sat_f64x2_u_zero"_op);
}

}  // namespace airlock::interpreter
