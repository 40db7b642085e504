// Handlers of conversions.
#include "runtime/semantics/conversion.hpp"
#include "interpreter/handlers/numeric.hpp"

namespace airlock::interpreter {

namespace semantics = runtime::semantics;

void add_conversion_handlers(HandlerTable& table) {
  add_unary<"i32.wrap_i64"_op, &semantics::wrap>(table);
  add_unary<"i64.extend_i32_s"_op, &semantics::extend_i32_signed>(table);
  add_unary<"i64.extend_i32_u"_op, &semantics::extend_i32_unsigned>(table);
  add_unary<"f32.demote_f64"_op, &semantics::demote>(table);
  add_unary<"f64.promote_f32"_op, &semantics::promote>(table);
  add_unary<"i32.reinterpret_f32"_op, &semantics::reinterpret<std::uint32_t, float>>(table);
  add_unary<"i64.reinterpret_f64"_op, &semantics::reinterpret<std::uint64_t, double>>(table);
  add_unary<"f32.reinterpret_i32"_op, &semantics::reinterpret<float, std::uint32_t>>(table);
  add_unary<"f64.reinterpret_i64"_op, &semantics::reinterpret<double, std::uint64_t>>(table);
  add_unary<"i32.trunc_f32_s"_op, &semantics::truncate_to<std::int32_t, float>>(table);
  add_unary<"i32.trunc_sat_f32_s"_op, &semantics::truncate_saturating_to<std::int32_t, float>>(
      table);
  add_unary<"f32.convert_i32_s"_op, &semantics::convert_from<std::int32_t, float>>(table);
  add_unary<"i32.trunc_f32_u"_op, &semantics::truncate_to<std::uint32_t, float>>(table);
  add_unary<"i32.trunc_sat_f32_u"_op, &semantics::truncate_saturating_to<std::uint32_t, float>>(
      table);
  add_unary<"f32.convert_i32_u"_op, &semantics::convert_from<std::uint32_t, float>>(table);
  add_unary<"i32.trunc_f64_s"_op, &semantics::truncate_to<std::int32_t, double>>(table);
  add_unary<"i32.trunc_sat_f64_s"_op, &semantics::truncate_saturating_to<std::int32_t, double>>(
      table);
  add_unary<"f64.convert_i32_s"_op, &semantics::convert_from<std::int32_t, double>>(table);
  add_unary<"i32.trunc_f64_u"_op, &semantics::truncate_to<std::uint32_t, double>>(table);
  add_unary<"i32.trunc_sat_f64_u"_op, &semantics::truncate_saturating_to<std::uint32_t, double>>(
      table);
  add_unary<"f64.convert_i32_u"_op, &semantics::convert_from<std::uint32_t, double>>(table);
  add_unary<"i64.trunc_f32_s"_op, &semantics::truncate_to<std::int64_t, float>>(table);
  add_unary<"i64.trunc_sat_f32_s"_op, &semantics::truncate_saturating_to<std::int64_t, float>>(
      table);
  add_unary<"f32.convert_i64_s"_op, &semantics::convert_from<std::int64_t, float>>(table);
  add_unary<"i64.trunc_f32_u"_op, &semantics::truncate_to<std::uint64_t, float>>(table);
  add_unary<"i64.trunc_sat_f32_u"_op, &semantics::truncate_saturating_to<std::uint64_t, float>>(
      table);
  add_unary<"f32.convert_i64_u"_op, &semantics::convert_from<std::uint64_t, float>>(table);
  add_unary<"i64.trunc_f64_s"_op, &semantics::truncate_to<std::int64_t, double>>(table);
  add_unary<"i64.trunc_sat_f64_s"_op, &semantics::truncate_saturating_to<std::int64_t, double>>(
      table);
  add_unary<"f64.convert_i64_s"_op, &semantics::convert_from<std::int64_t, double>>(table);
  add_unary<"i64.trunc_f64_u"_op, &semantics::truncate_to<std::uint64_t, double>>(table);
  add_unary<"i64.trunc_sat_f64_u"_op, &semantics::truncate_saturating_to<std::uint64_t, double>>(
      table);
  add_unary<"f64.convert_i64_u"_op, &semantics::convert_from<std::uint64_t, double>>(table);
}

}  // namespace airlock::interpreter
