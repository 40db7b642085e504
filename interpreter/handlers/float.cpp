// Handlers of floating-point arithmetic and comparisons.
#include "interpreter/handlers/numeric.hpp"
#include "runtime/semantics/floating_point.hpp"

namespace airlock::interpreter {

namespace semantics = runtime::semantics;

void add_float_handlers(HandlerTable& table) {
  using enum Order;
  add_binary<"f32.add"_op, &semantics::add_float<float>, swappable>(table);
  add_binary<"f32.mul"_op, &semantics::multiply_float<float>, swappable>(table);
  add_binary<"f32.eq"_op, &semantics::equal_float<float>, swappable>(table);
  add_binary<"f32.ne"_op, &semantics::not_equal_float<float>, swappable>(table);
  add_binary<"f32.lt"_op, &semantics::less_float<float>, swappable>(table);
  add_binary<"f32.gt"_op, &semantics::greater_float<float>, swappable>(table);
  add_binary<"f32.le"_op, &semantics::less_equal_float<float>, swappable>(table);
  add_binary<"f32.ge"_op, &semantics::greater_equal_float<float>, swappable>(table);
  add_binary<"f32.sub"_op, &semantics::subtract_float<float>, fixed>(table);
  add_binary<"f32.div"_op, &semantics::divide_float<float>, fixed>(table);
  add_binary<"f32.min"_op, &semantics::minimum<float>, fixed>(table);
  add_binary<"f32.max"_op, &semantics::maximum<float>, fixed>(table);
  add_binary<"f32.copysign"_op, &semantics::copy_sign<float>, fixed>(table);
  add_unary<"f32.abs"_op, &semantics::absolute<float>>(table);
  add_unary<"f32.neg"_op, &semantics::negate<float>>(table);
  add_unary<"f32.ceil"_op, &semantics::ceiling<float>>(table);
  add_unary<"f32.floor"_op, &semantics::floor<float>>(table);
  add_unary<"f32.trunc"_op, &semantics::truncate<float>>(table);
  add_unary<"f32.nearest"_op, &semantics::nearest<float>>(table);
  add_unary<"f32.sqrt"_op, &semantics::square_root<float>>(table);
  add_binary<"f64.add"_op, &semantics::add_float<double>, swappable>(table);
  add_binary<"f64.mul"_op, &semantics::multiply_float<double>, swappable>(table);
  add_binary<"f64.eq"_op, &semantics::equal_float<double>, swappable>(table);
  add_binary<"f64.ne"_op, &semantics::not_equal_float<double>, swappable>(table);
  add_binary<"f64.lt"_op, &semantics::less_float<double>, swappable>(table);
  add_binary<"f64.gt"_op, &semantics::greater_float<double>, swappable>(table);
  add_binary<"f64.le"_op, &semantics::less_equal_float<double>, swappable>(table);
  add_binary<"f64.ge"_op, &semantics::greater_equal_float<double>, swappable>(table);
  add_binary<"f64.sub"_op, &semantics::subtract_float<double>, fixed>(table);
  add_binary<"f64.div"_op, &semantics::divide_float<double>, fixed>(table);
  add_binary<"f64.min"_op, &semantics::minimum<double>, fixed>(table);
  add_binary<"f64.max"_op, &semantics::maximum<double>, fixed>(table);
  add_binary<"f64.copysign"_op, &semantics::copy_sign<double>, fixed>(table);
  add_unary<"f64.abs"_op, &semantics::absolute<double>>(table);
  add_unary<"f64.neg"_op, &semantics::negate<double>>(table);
  add_unary<"f64.ceil"_op, &semantics::ceiling<double>>(table);
  add_unary<"f64.floor"_op, &semantics::floor<double>>(table);
  add_unary<"f64.trunc"_op, &semantics::truncate<double>>(table);
  add_unary<"f64.nearest"_op, &semantics::nearest<double>>(table);
  add_unary<"f64.sqrt"_op, &semantics::square_root<double>>(table);
}

}  // namespace airlock::interpreter
