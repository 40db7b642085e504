// Handlers of i32 arithmetic and comparisons.
#include "interpreter/handlers/numeric.hpp"
#include "runtime/semantics/integer.hpp"

namespace airlock::interpreter {

namespace semantics = runtime::semantics;

void add_i32_handlers(HandlerTable& table) {
  using I = std::uint32_t;
  using enum Order;
  add_binary<"i32.add"_op, &semantics::add<I>, swappable>(table);
  add_binary<"i32.mul"_op, &semantics::multiply<I>, swappable>(table);
  add_binary<"i32.and"_op, &semantics::bitwise_and<I>, swappable>(table);
  add_binary<"i32.or"_op, &semantics::bitwise_or<I>, swappable>(table);
  add_binary<"i32.xor"_op, &semantics::bitwise_xor<I>, swappable>(table);
  add_binary<"i32.eq"_op, &semantics::equal<I>, swappable>(table);
  add_binary<"i32.ne"_op, &semantics::not_equal<I>, swappable>(table);
  add_binary<"i32.lt_s"_op, &semantics::less_signed<I>, swappable>(table);
  add_binary<"i32.lt_u"_op, &semantics::less_unsigned<I>, swappable>(table);
  add_binary<"i32.gt_s"_op, &semantics::greater_signed<I>, swappable>(table);
  add_binary<"i32.gt_u"_op, &semantics::greater_unsigned<I>, swappable>(table);
  add_binary<"i32.le_s"_op, &semantics::less_equal_signed<I>, swappable>(table);
  add_binary<"i32.le_u"_op, &semantics::less_equal_unsigned<I>, swappable>(table);
  add_binary<"i32.ge_s"_op, &semantics::greater_equal_signed<I>, swappable>(table);
  add_binary<"i32.ge_u"_op, &semantics::greater_equal_unsigned<I>, swappable>(table);
  add_binary<"i32.sub"_op, &semantics::subtract<I>, fixed>(table);
  add_binary<"i32.div_s"_op, &semantics::divide_signed<I>, fixed>(table);
  add_binary<"i32.div_u"_op, &semantics::divide_unsigned<I>, fixed>(table);
  add_binary<"i32.rem_s"_op, &semantics::remainder_signed<I>, fixed>(table);
  add_binary<"i32.rem_u"_op, &semantics::remainder_unsigned<I>, fixed>(table);
  add_binary<"i32.shl"_op, &semantics::shift_left<I>, fixed>(table);
  add_binary<"i32.shr_s"_op, &semantics::shift_right_signed<I>, fixed>(table);
  add_binary<"i32.shr_u"_op, &semantics::shift_right_unsigned<I>, fixed>(table);
  add_binary<"i32.rotl"_op, &semantics::rotate_left<I>, fixed>(table);
  add_binary<"i32.rotr"_op, &semantics::rotate_right<I>, fixed>(table);
  add_unary<"i32.eqz"_op, &semantics::equal_zero<I>>(table);
  add_unary<"i32.clz"_op, &semantics::count_leading_zeros<I>>(table);
  add_unary<"i32.ctz"_op, &semantics::count_trailing_zeros<I>>(table);
  add_unary<"i32.popcnt"_op, &semantics::count_ones<I>>(table);
  add_unary<"i32.extend8_s"_op, &semantics::extend_signed<I, std::uint8_t>>(table);
  add_unary<"i32.extend16_s"_op, &semantics::extend_signed<I, std::uint16_t>>(table);
}

}  // namespace airlock::interpreter
