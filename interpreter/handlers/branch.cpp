// Handlers of conditional branches that compare: a comparison and the `br_if` or `if` after it.
#include "interpreter/handlers/numeric.hpp"
#include "runtime/semantics/floating_point.hpp"
#include "runtime/semantics/integer.hpp"

namespace airlock::interpreter {

namespace semantics = runtime::semantics;

namespace {

/// Operands of the comparison, then the distance to the target in cells.
template <auto function, Source left, Source right, bool sense>
struct CompareBranch {
  using Operand = typename FunctionTraits<decltype(function)>::template Parameter<0>;
  static constexpr std::size_t right_half = source_halves<Operand, left>;
  static constexpr std::size_t distance_half = right_half + source_halves<Operand, right>;
  static constexpr std::size_t size = cells_for(distance_half + 1);

  static bool taken(Registers& r) {
    return (function(get<Operand, left>(r, 0), get<Operand, right>(r, right_half)) != 0) == sense;
  }
  static std::ptrdiff_t distance(const Registers& r) {
    return read_operand<std::int32_t>(r.code, distance_half);
  }
};

template <Opcode opcode, auto function, bool sense>
void add_compare_branch(HandlerTable& table) {
  using enum Source;
  auto& row = table.compare_branch[number(opcode)];
  row[number(slot)][number(slot)][sense] = handler<CompareBranch<function, slot, slot, sense>>;
  row[number(slot)][number(constant)][sense] =
      handler<CompareBranch<function, slot, constant, sense>>;
  row[number(accumulator)][number(slot)][sense] =
      handler<CompareBranch<function, accumulator, slot, sense>>;
  row[number(accumulator)][number(constant)][sense] =
      handler<CompareBranch<function, accumulator, constant, sense>>;
}

/// Branching if an integer comparison is false is branching if the opposite one is true.
template <Opcode opcode, Opcode opposite>
void add_opposite(HandlerTable& table) {
  for (std::size_t left = 0; left < 3; ++left)
    for (std::size_t right = 0; right < 3; ++right)
      table.compare_branch[number(opcode)][left][right][false] =
          table.compare_branch[number(opposite)][left][right][true];
}

}  // namespace

void add_branch_handlers(HandlerTable& table) {
  add_compare_branch<"i32.eq"_op, &semantics::equal<std::uint32_t>, true>(table);
  add_compare_branch<"i32.ne"_op, &semantics::not_equal<std::uint32_t>, true>(table);
  add_compare_branch<"i32.lt_s"_op, &semantics::less_signed<std::uint32_t>, true>(table);
  add_compare_branch<"i32.lt_u"_op, &semantics::less_unsigned<std::uint32_t>, true>(table);
  add_compare_branch<"i32.gt_s"_op, &semantics::greater_signed<std::uint32_t>, true>(table);
  add_compare_branch<"i32.gt_u"_op, &semantics::greater_unsigned<std::uint32_t>, true>(table);
  add_compare_branch<"i32.le_s"_op, &semantics::less_equal_signed<std::uint32_t>, true>(table);
  add_compare_branch<"i32.le_u"_op, &semantics::less_equal_unsigned<std::uint32_t>, true>(table);
  add_compare_branch<"i32.ge_s"_op, &semantics::greater_equal_signed<std::uint32_t>, true>(table);
  add_compare_branch<"i32.ge_u"_op, &semantics::greater_equal_unsigned<std::uint32_t>, true>(table);
  add_opposite<"i32.eq"_op, "i32.ne"_op>(table);
  add_opposite<"i32.ne"_op, "i32.eq"_op>(table);
  add_opposite<"i32.lt_s"_op, "i32.ge_s"_op>(table);
  add_opposite<"i32.lt_u"_op, "i32.ge_u"_op>(table);
  add_opposite<"i32.gt_s"_op, "i32.le_s"_op>(table);
  add_opposite<"i32.gt_u"_op, "i32.le_u"_op>(table);
  add_opposite<"i32.le_s"_op, "i32.gt_s"_op>(table);
  add_opposite<"i32.le_u"_op, "i32.gt_u"_op>(table);
  add_opposite<"i32.ge_s"_op, "i32.lt_s"_op>(table);
  add_opposite<"i32.ge_u"_op, "i32.lt_u"_op>(table);
  add_compare_branch<"i64.eq"_op, &semantics::equal<std::uint64_t>, true>(table);
  add_compare_branch<"i64.ne"_op, &semantics::not_equal<std::uint64_t>, true>(table);
  add_compare_branch<"i64.lt_s"_op, &semantics::less_signed<std::uint64_t>, true>(table);
  add_compare_branch<"i64.lt_u"_op, &semantics::less_unsigned<std::uint64_t>, true>(table);
  add_compare_branch<"i64.gt_s"_op, &semantics::greater_signed<std::uint64_t>, true>(table);
  add_compare_branch<"i64.gt_u"_op, &semantics::greater_unsigned<std::uint64_t>, true>(table);
  add_compare_branch<"i64.le_s"_op, &semantics::less_equal_signed<std::uint64_t>, true>(table);
  add_compare_branch<"i64.le_u"_op, &semantics::less_equal_unsigned<std::uint64_t>, true>(table);
  add_compare_branch<"i64.ge_s"_op, &semantics::greater_equal_signed<std::uint64_t>, true>(table);
  add_compare_branch<"i64.ge_u"_op, &semantics::greater_equal_unsigned<std::uint64_t>, true>(table);
  add_opposite<"i64.eq"_op, "i64.ne"_op>(table);
  add_opposite<"i64.ne"_op, "i64.eq"_op>(table);
  add_opposite<"i64.lt_s"_op, "i64.ge_s"_op>(table);
  add_opposite<"i64.lt_u"_op, "i64.ge_u"_op>(table);
  add_opposite<"i64.gt_s"_op, "i64.le_s"_op>(table);
  add_opposite<"i64.gt_u"_op, "i64.le_u"_op>(table);
  add_opposite<"i64.le_s"_op, "i64.gt_s"_op>(table);
  add_opposite<"i64.le_u"_op, "i64.gt_u"_op>(table);
  add_opposite<"i64.ge_s"_op, "i64.lt_s"_op>(table);
  add_opposite<"i64.ge_u"_op, "i64.lt_u"_op>(table);
  // Not comparisons, but tests of bits before a branch are as common.
  add_compare_branch<"i32.and"_op, &semantics::bitwise_and<std::uint32_t>, true>(table);
  add_compare_branch<"i32.and"_op, &semantics::bitwise_and<std::uint32_t>, false>(table);
  add_compare_branch<"f32.eq"_op, &semantics::equal_float<float>, true>(table);
  add_compare_branch<"f32.eq"_op, &semantics::equal_float<float>, false>(table);
  add_compare_branch<"f32.ne"_op, &semantics::not_equal_float<float>, true>(table);
  add_compare_branch<"f32.ne"_op, &semantics::not_equal_float<float>, false>(table);
  add_compare_branch<"f32.lt"_op, &semantics::less_float<float>, true>(table);
  add_compare_branch<"f32.lt"_op, &semantics::less_float<float>, false>(table);
  add_compare_branch<"f32.gt"_op, &semantics::greater_float<float>, true>(table);
  add_compare_branch<"f32.gt"_op, &semantics::greater_float<float>, false>(table);
  add_compare_branch<"f32.le"_op, &semantics::less_equal_float<float>, true>(table);
  add_compare_branch<"f32.le"_op, &semantics::less_equal_float<float>, false>(table);
  add_compare_branch<"f32.ge"_op, &semantics::greater_equal_float<float>, true>(table);
  add_compare_branch<"f32.ge"_op, &semantics::greater_equal_float<float>, false>(table);
  add_compare_branch<"f64.eq"_op, &semantics::equal_float<double>, true>(table);
  add_compare_branch<"f64.eq"_op, &semantics::equal_float<double>, false>(table);
  add_compare_branch<"f64.ne"_op, &semantics::not_equal_float<double>, true>(table);
  add_compare_branch<"f64.ne"_op, &semantics::not_equal_float<double>, false>(table);
  add_compare_branch<"f64.lt"_op, &semantics::less_float<double>, true>(table);
  add_compare_branch<"f64.lt"_op, &semantics::less_float<double>, false>(table);
  add_compare_branch<"f64.gt"_op, &semantics::greater_float<double>, true>(table);
  add_compare_branch<"f64.gt"_op, &semantics::greater_float<double>, false>(table);
  add_compare_branch<"f64.le"_op, &semantics::less_equal_float<double>, true>(table);
  add_compare_branch<"f64.le"_op, &semantics::less_equal_float<double>, false>(table);
  add_compare_branch<"f64.ge"_op, &semantics::greater_equal_float<double>, true>(table);
  add_compare_branch<"f64.ge"_op, &semantics::greater_equal_float<double>, false>(table);
}

}  // namespace airlock::interpreter
