// Handlers of wide arithmetic: operands and results in slots.
#include "interpreter/dispatch.hpp"
#include "interpreter/handler_table.hpp"
#include "runtime/semantics/integer.hpp"

namespace airlock::interpreter {

namespace {

using runtime::semantics::Wide;

inline std::uint64_t operand(const Registers& r, std::size_t half) {
  return get<std::uint64_t, Source::slot>(r, half);
}
inline void store_wide(Registers& r, std::size_t half, Wide result) {
  r.frame[read_operand<Half>(r.code, half)].bits = result.low;
  r.frame[read_operand<Half>(r.code, half + 1)].bits = result.high;
}

/// Four operand slots, two destination slots.
template <auto function>
struct WideSum {
  static void execute(Registers& r) {
    store_wide(r, 4, function({operand(r, 0), operand(r, 1)}, {operand(r, 2), operand(r, 3)}));
    r.code += cells_for(6);
  }
};

/// Two operand slots, two destination slots.
template <auto function>
struct WideProduct {
  static void execute(Registers& r) {
    store_wide(r, 2, function(operand(r, 0), operand(r, 1)));
    r.code += cells_for(4);
  }
};

}  // namespace

void add_wide_handlers(HandlerTable& table) {
  namespace semantics = runtime::semantics;
  table.plain[number("i64.add128"_op)] = handler<WideSum<&semantics::add_128>>;
  table.plain[number("i64.sub128"_op)] = handler<WideSum<&semantics::subtract_128>>;
  table.plain[number("i64.mul_wide_s"_op)] = handler<WideProduct<&semantics::multiply_wide_signed>>;
  table.plain[number("i64.mul_wide_u"_op)] =
      handler<WideProduct<&semantics::multiply_wide_unsigned>>;
}

}  // namespace airlock::interpreter
