// Handlers of integer arithmetic on vectors.
#include "runtime/semantics/vector_integer.hpp"
#include "interpreter/handlers/vector.hpp"

namespace airlock::interpreter {

namespace vector = runtime::semantics::vector;

namespace {

/// A vector and a shift count, which is a scalar.
template <Opcode opcode, auto function>
void add_shift(HandlerTable& table) {
  using enum Source;
  add_binary_variant<opcode, function, slot, slot>(table);
  add_binary_variant<opcode, function, slot, constant>(table);
  add_binary_variant<opcode, function, slot, accumulator>(table);
  add_binary_variant<opcode, function, accumulator, slot>(table);
  add_binary_variant<opcode, function, accumulator, constant>(table);
  add_binary_variant<opcode, function, accumulator, accumulator>(table);
}

}  // namespace

void add_vector_integer_handlers(HandlerTable& table) {
  using enum Order;
  add_unary<"v128.not"_op, &vector::bitwise_not>(table);
  add_vector_binary<"v128.and"_op, &vector::bitwise_and, swappable>(table);
  add_vector_binary<"v128.andnot"_op, &vector::bitwise_and_not, fixed>(table);
  add_vector_binary<"v128.or"_op, &vector::bitwise_or, swappable>(table);
  add_vector_binary<"v128.xor"_op, &vector::bitwise_xor, swappable>(table);
  add_unary<"i8x16.popcnt"_op, &vector::count_ones>(table);

  // i8x16
  add_vector_binary<"i8x16.add"_op, &vector::add<std::uint8_t>, swappable>(table);
  add_vector_binary<"i8x16.sub"_op, &vector::subtract<std::uint8_t>, fixed>(table);
  add_unary<"i8x16.neg"_op, &vector::negate<std::uint8_t>>(table);
  add_unary<"i8x16.abs"_op, &vector::absolute<std::uint8_t>>(table);
  add_vector_binary<"i8x16.min_s"_op, &vector::minimum<std::int8_t>, swappable>(table);
  add_vector_binary<"i8x16.min_u"_op, &vector::minimum<std::uint8_t>, swappable>(table);
  add_vector_binary<"i8x16.max_s"_op, &vector::maximum<std::int8_t>, swappable>(table);
  add_vector_binary<"i8x16.max_u"_op, &vector::maximum<std::uint8_t>, swappable>(table);
  add_vector_binary<"i8x16.add_sat_s"_op, &vector::add_saturating<std::int8_t>, swappable>(table);
  add_vector_binary<"i8x16.add_sat_u"_op, &vector::add_saturating<std::uint8_t>, swappable>(table);
  add_vector_binary<"i8x16.sub_sat_s"_op, &vector::subtract_saturating<std::int8_t>, fixed>(table);
  add_vector_binary<"i8x16.sub_sat_u"_op, &vector::subtract_saturating<std::uint8_t>, fixed>(table);
  add_vector_binary<"i8x16.avgr_u"_op, &vector::average<std::uint8_t>, swappable>(table);
  add_shift<"i8x16.shl"_op, &vector::shift_left<std::uint8_t>>(table);
  add_shift<"i8x16.shr_s"_op, &vector::shift_right<std::int8_t>>(table);
  add_shift<"i8x16.shr_u"_op, &vector::shift_right<std::uint8_t>>(table);

  // i16x8
  add_vector_binary<"i16x8.add"_op, &vector::add<std::uint16_t>, swappable>(table);
  add_vector_binary<"i16x8.sub"_op, &vector::subtract<std::uint16_t>, fixed>(table);
  add_vector_binary<"i16x8.mul"_op, &vector::multiply<std::uint16_t>, swappable>(table);
  add_unary<"i16x8.neg"_op, &vector::negate<std::uint16_t>>(table);
  add_unary<"i16x8.abs"_op, &vector::absolute<std::uint16_t>>(table);
  add_vector_binary<"i16x8.min_s"_op, &vector::minimum<std::int16_t>, swappable>(table);
  add_vector_binary<"i16x8.min_u"_op, &vector::minimum<std::uint16_t>, swappable>(table);
  add_vector_binary<"i16x8.max_s"_op, &vector::maximum<std::int16_t>, swappable>(table);
  add_vector_binary<"i16x8.max_u"_op, &vector::maximum<std::uint16_t>, swappable>(table);
  add_vector_binary<"i16x8.add_sat_s"_op, &vector::add_saturating<std::int16_t>, swappable>(table);
  add_vector_binary<"i16x8.add_sat_u"_op, &vector::add_saturating<std::uint16_t>, swappable>(table);
  add_vector_binary<"i16x8.sub_sat_s"_op, &vector::subtract_saturating<std::int16_t>, fixed>(table);
  add_vector_binary<"i16x8.sub_sat_u"_op, &vector::subtract_saturating<std::uint16_t>, fixed>(
      table);
  add_vector_binary<"i16x8.avgr_u"_op, &vector::average<std::uint16_t>, swappable>(table);
  add_shift<"i16x8.shl"_op, &vector::shift_left<std::uint16_t>>(table);
  add_shift<"i16x8.shr_s"_op, &vector::shift_right<std::int16_t>>(table);
  add_shift<"i16x8.shr_u"_op, &vector::shift_right<std::uint16_t>>(table);

  // i32x4
  add_vector_binary<"i32x4.add"_op, &vector::add<std::uint32_t>, swappable>(table);
  add_vector_binary<"i32x4.sub"_op, &vector::subtract<std::uint32_t>, fixed>(table);
  add_vector_binary<"i32x4.mul"_op, &vector::multiply<std::uint32_t>, swappable>(table);
  add_unary<"i32x4.neg"_op, &vector::negate<std::uint32_t>>(table);
  add_unary<"i32x4.abs"_op, &vector::absolute<std::uint32_t>>(table);
  add_vector_binary<"i32x4.min_s"_op, &vector::minimum<std::int32_t>, swappable>(table);
  add_vector_binary<"i32x4.min_u"_op, &vector::minimum<std::uint32_t>, swappable>(table);
  add_vector_binary<"i32x4.max_s"_op, &vector::maximum<std::int32_t>, swappable>(table);
  add_vector_binary<"i32x4.max_u"_op, &vector::maximum<std::uint32_t>, swappable>(table);
  add_shift<"i32x4.shl"_op, &vector::shift_left<std::uint32_t>>(table);
  add_shift<"i32x4.shr_s"_op, &vector::shift_right<std::int32_t>>(table);
  add_shift<"i32x4.shr_u"_op, &vector::shift_right<std::uint32_t>>(table);

  // i64x2
  add_vector_binary<"i64x2.add"_op, &vector::add<std::uint64_t>, swappable>(table);
  add_vector_binary<"i64x2.sub"_op, &vector::subtract<std::uint64_t>, fixed>(table);
  add_vector_binary<"i64x2.mul"_op, &vector::multiply<std::uint64_t>, swappable>(table);
  add_unary<"i64x2.neg"_op, &vector::negate<std::uint64_t>>(table);
  add_unary<"i64x2.abs"_op, &vector::absolute<std::uint64_t>>(table);
  add_shift<"i64x2.shl"_op, &vector::shift_left<std::uint64_t>>(table);
  add_shift<"i64x2.shr_s"_op, &vector::shift_right<std::int64_t>>(table);
  add_shift<"i64x2.shr_u"_op, &vector::shift_right<std::uint64_t>>(table);

  add_vector_binary<"i16x8.q15mulr_sat_s"_op, &vector::multiply_q15, swappable>(table);
  add_synonym(table, "i16x8.relaxed_q15mulr_s"_op, "i16x8.q15mulr_sat_s"_op);
}

}  // namespace airlock::interpreter
