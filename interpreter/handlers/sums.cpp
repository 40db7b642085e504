// Handlers of superinstructions that begin with the addition of a constant to a slot: a counter or
// a pointer that moves on.
#include "interpreter/handlers/numeric.hpp"
#include "runtime/semantics/integer.hpp"

namespace airlock::interpreter {

namespace semantics = runtime::semantics;

namespace {

using I = std::uint32_t;

/// Adds and stores: slot, constant, destination slot.
template <std::size_t half>
inline I add_to_slot(Registers& r) {
  const I sum =
      semantics::add(get<I, Source::slot>(r, half), get<I, Source::constant>(r, half + 1));
  put<I, Target::slot>(r, half + 2, sum);
  return sum;
}
constexpr std::size_t sum_halves = 3;

/// A sum, the other operand of the comparison, distance.
template <auto function, Source right>
struct AddBranch {
  static constexpr std::size_t distance_half = sum_halves + source_halves<I, right>;
  static constexpr std::size_t size = cells_for(distance_half + 1);

  static bool taken(Registers& r) {
    const I sum = add_to_slot<0>(r);
    return function(sum, get<I, right>(r, sum_halves)) != 0;
  }
  static std::ptrdiff_t distance(const Registers& r) {
    return read_operand<std::int32_t>(r.code, distance_half);
  }
};

/// A sum, distance.
struct AddBranchAlways {
  static void execute(Registers& r) {
    add_to_slot<0>(r);
    r.code += read_operand<std::int32_t>(r.code, sum_halves);
  }
};

/// Two sums, one after the other.
struct AddPair {
  static void execute(Registers& r) {
    add_to_slot<0>(r);
    add_to_slot<sum_halves>(r);
    r.code += cells_for(2 * sum_halves);
  }
};

/// A comparison and its opposite, which is the same branch with the other polarity.
template <Opcode opcode, auto function, Opcode opposite_opcode, auto opposite>
void add_comparison(HandlerTable& table) {
  const auto add = [&]<Source right>() {
    const Handler holds = handler<AddBranch<function, right>>;
    const Handler fails = handler<AddBranch<opposite, right>>;
    auto& row = table.add_branch[number(opcode)][number(right)];
    auto& opposite_row = table.add_branch[number(opposite_opcode)][number(right)];
    row[true] = opposite_row[false] = holds;
    row[false] = opposite_row[true] = fails;
  };
  add.template operator()<Source::slot>();
  add.template operator()<Source::constant>();
}

}  // namespace

void add_sum_handlers(HandlerTable& table) {
  add_comparison<"i32.eq"_op, &semantics::equal<I>, "i32.ne"_op, &semantics::not_equal<I>>(table);
  add_comparison<"i32.lt_s"_op, &semantics::less_signed<I>, "i32.ge_s"_op,
                 &semantics::greater_equal_signed<I>>(table);
  add_comparison<"i32.lt_u"_op, &semantics::less_unsigned<I>, "i32.ge_u"_op,
                 &semantics::greater_equal_unsigned<I>>(table);
  add_comparison<"i32.gt_s"_op, &semantics::greater_signed<I>, "i32.le_s"_op,
                 &semantics::less_equal_signed<I>>(table);
  add_comparison<"i32.gt_u"_op, &semantics::greater_unsigned<I>, "i32.le_u"_op,
                 &semantics::less_equal_unsigned<I>>(table);
  table.add_branch_always = handler<AddBranchAlways>;
  table.add_pair = handler<AddPair>;
}

}  // namespace airlock::interpreter
